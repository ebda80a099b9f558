// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A datagram is sent. Where an answer is expected, the first one that comes decides; else any answer is good, and so is
 * silence for most of the time there is, as long as nobody says that the port is closed: a server that answers only what
 * it understands is not down.
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

#include "base/bytes.h"
#include "check/hex.h"
#include "check/socket.h"

struct udp_config {
	struct lvs_hex send;
	bool expects;
	struct lvs_hex expect;
};

struct udp_run {
	int fd;
	struct event event;
};

static int udp_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		     char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *send = lvs_check_param_find(params, nparams, "send");
	const char *expect = lvs_check_param_find(params, nparams, "expect");
	struct udp_config *config = calloc(1, sizeof(*config));

	if (!config)
		return -ENOMEM;
	if ((send && lvs_hex_parse(send, &config->send)) || (expect && lvs_hex_parse(expect, &config->expect))) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "these are not up to %d bytes in hexadecimal", LVS_HEX_MAX);
		free(config);
		return -EINVAL;
	}
	config->expects = expect;
	*ret_config = config;
	return 0;
}

static void udp_cancel(struct lvs_check *check)
{
	struct udp_run *run = check->run;

	(void)event_del(&run->event);
	(void)close(run->fd);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_check *check = arg;
	const struct udp_config *config = check->config;
	uint8_t data[LVS_HEX_MAX];
	ssize_t len;
	int err;

	if (what & EV_TIMEOUT) {
		udp_cancel(check);
		lvs_check_passed(check, "sent, and nobody said no");
		return;
	}
	len = recv(fd, data, sizeof(data), MSG_DONTWAIT | MSG_TRUNC);
	err = len < 0 ? -errno : 0;
	if (err == -EAGAIN)
		return;
	udp_cancel(check);
	if (err)
		lvs_check_refused(check, err, false);
	else if (config->expects && !lvs_hex_begins(&config->expect, data, LVS_MIN((size_t)len, sizeof(data))))
		lvs_check_failed(check, "an answer of %zd bytes is not what is expected", len);
	else
		lvs_check_passed(check, "an answer of %zd bytes", len);
}

static void udp_start(struct lvs_check *check)
{
	const struct udp_config *config = check->config;
	lvs_ns us = check->timeout / 4 * 3 / LVS_NS_PER_US;
	struct timeval wait = { .tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000) };
	struct udp_run *run = check->run;
	bool broken = false;
	int err = lvs_check_connect(check, SOCK_DGRAM, &run->fd, &broken);

	if (err) {
		lvs_check_refused(check, err, broken);
		return;
	}
	if (send(run->fd, config->send.bytes, config->send.len, MSG_DONTWAIT) < 0) {
		err = -errno;
		(void)close(run->fd);
		lvs_check_refused(check, err, false);
		return;
	}
	if (event_assign(&run->event, check->base, run->fd, EV_READ | EV_PERSIST, on_answer, check) < 0 ||
	    event_add(&run->event, config->expects ? NULL : &wait) < 0) {
		(void)close(run->fd);
		lvs_check_broken(check, "cannot wait for an answer");
	}
}

const struct lvs_check_ops lvs_check_udp = {
	.name = "udp", .run_bytes = sizeof(struct udp_run), .parse = udp_parse, .free_config = free, .start = udp_start,
	.cancel = udp_cancel,
};
