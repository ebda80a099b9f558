// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A question over UDP. What does not answer it is not heard, so that nobody but the server can answer for it: the number
 * of the question is drawn anew each time, and the socket hears its server alone.
 */
#include "check/check.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check/dns_message.h"
#include "check/socket.h"
#include "sys/entropy.h"

/* keepalived's */
#define TYPE_DEFAULT "SOA"
#define NAME_DEFAULT "."

struct dns_config {
	uint16_t type;
	char expect[LVS_DNS_TEXT_BYTES];
	size_t len;
	uint8_t query[LVS_DNS_QUERY_BYTES];
};

struct dns_run {
	int fd;
	struct event event;
	uint8_t query[LVS_DNS_QUERY_BYTES];
};

static int dns_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		     char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *type = lvs_check_param_find(params, nparams, "query_type"), *bad = NULL;
	const char *name = lvs_check_param_find(params, nparams, "query_name");
	const char *expect = lvs_check_param_find(params, nparams, "answer");
	struct dns_config *config = calloc(1, sizeof(*config));

	if (!config) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return -ENOMEM;
	}
	config->type = lvs_dns_type(type ? type : TYPE_DEFAULT);
	config->len = lvs_dns_query(name ? name : NAME_DEFAULT, config->type, 0, config->query);
	if (!config->type)
		bad = "\"query_type\" is none of A, AAAA, CNAME, MX, NS, PTR, SOA, SRV and TXT";
	else if (!config->len)
		bad = "\"query_name\" is no name";
	else if (expect && strlen(expect) >= sizeof(config->expect))
		bad = "\"answer\" is longer than any answer";
	if (bad) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "%s", bad);
		free(config);
		return -EINVAL;
	}
	if (expect)
		memcpy(config->expect, expect, strlen(expect));
	*ret_config = config;
	return 0;
}

static void dns_cancel(struct lvs_check *check)
{
	struct dns_run *run = check->run;

	(void)event_del(&run->event);
	(void)close(run->fd);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_check *check = arg;
	const struct dns_config *config = check->config;
	const struct dns_run *run = check->run;
	uint8_t bytes[4096];
	char text[LVS_DNS_TEXT_BYTES] = "", code_text[24];
	unsigned int code = 0;
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	enum lvs_dns_verdict verdict;

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		int err = -errno;

		dns_cancel(check);
		lvs_check_refused(check, err, false);
		return;
	}
	verdict = lvs_dns_judge(bytes, (size_t)n, run->query, config->len, config->expect, &code, text);
	if (verdict == LVS_DNS_NOT_OURS)
		return;
	dns_cancel(check);
	switch (verdict) {
	case LVS_DNS_GOOD:
		lvs_check_passed(check, *config->expect ? "answered as expected" : "answered");
		break;
	case LVS_DNS_REFUSED:
		lvs_check_failed(check, "answered %s", lvs_dns_code(code, code_text));
		break;
	case LVS_DNS_EMPTY:
		lvs_check_failed(check, "answered with nothing of that type");
		break;
	case LVS_DNS_OTHER:
		lvs_check_failed(check, "answered \"%.64s\", not \"%.32s\"", text, config->expect);
		break;
	default:
		lvs_check_failed(check, "answered with what is no DNS message");
	}
}

static void dns_start(struct lvs_check *check)
{
	const struct dns_config *config = check->config;
	struct dns_run *run = check->run;
	bool broken = false;
	int err = lvs_check_connect(check, SOCK_DGRAM, &run->fd, &broken);

	if (err) {
		lvs_check_refused(check, err, broken);
		return;
	}
	memcpy(run->query, config->query, config->len);
	if (lvs_entropy_fill(run->query, 2) ||
	    event_assign(&run->event, check->base, run->fd, EV_READ | EV_PERSIST, on_answer, check) < 0 ||
	    event_add(&run->event, NULL) < 0) {
		(void)close(run->fd);
		lvs_check_broken(check, "cannot wait for an answer");
		return;
	}
	if (send(run->fd, run->query, config->len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		err = -errno;
		dns_cancel(check);
		lvs_check_refused(check, err, false);
	}
}

const struct lvs_check_ops lvs_check_dns = {
	.name = "dns", .run_bytes = sizeof(struct dns_run), .parse = dns_parse, .free_config = free, .start = dns_start,
	.cancel = dns_cancel,
};
