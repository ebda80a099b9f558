// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gRPC's own health check: grpc.health.v1.Health/Check, a POST by HTTP/2, in the clear or in TLS. The answer is three things: the
 * status of HTTP, a message, and behind it, as a trailer, the status of the call; a call that failed has no message, and its
 * status among the headers. Only "serving" is up. No more is read than such an answer may have.
 */
#include "check/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "check/grpc_message.h"

#define HEADER_MAX 65536
#define BODY_MAX 4096
#define PATH "/grpc.health.v1.Health/Check"

/* @host: the authority that is asked for; NULL: the server's address */
struct grpc_config {
	struct lvs_fetch_tls trust;
	bool tls;
	char *host;
	size_t request_len;
	uint8_t request[LVS_GRPC_REQUEST_BYTES];
};

/* @status: of the call; -1: none came. @type: the content is gRPC's */
struct grpc_run {
	struct lvs_fetch fetch;
	size_t header_bytes, body_len;
	int status;
	bool type, too_long;
	uint8_t body[BODY_MAX];
};

/* By number, from 0 on. */
static const char *const calls[] = {
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
	"DATA_LOSS", "UNAUTHENTICATED",
};

static const char *const servings[] = {
	[LVS_GRPC_UNKNOWN] = "UNKNOWN", [LVS_GRPC_SERVING] = "SERVING", [LVS_GRPC_NOT_SERVING] = "NOT_SERVING",
	[LVS_GRPC_SERVICE_UNKNOWN] = "SERVICE_UNKNOWN",
};

static void grpc_free_config(void *arg)
{
	struct grpc_config *config = arg;

	lvs_fetch_tls_fini(&config->trust);
	free(config->host);
	free(config);
}

static int grpc_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		      char message[LVS_CHECK_MESSAGE_BYTES])
{
	const char *service = lvs_check_param_find(params, nparams, "grpc_service");
	const char *host = lvs_check_param_find(params, nparams, "host");
	struct grpc_config *config;
	int err;

	if (service && strlen(service) > LVS_GRPC_SERVICE_MAX) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "\"grpc_service\" is too long");
		return -EINVAL;
	}
	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
	config = calloc(1, sizeof(*config));
	if (!config)
		return -ENOMEM;
	err = lvs_fetch_tls_parse(params, nparams, &config->trust);
	config->tls = lvs_check_param_find(params, nparams, "tls");
	config->host = host ? strdup(host) : NULL;
	if (err || (host && !config->host)) {
		grpc_free_config(config);
		return -ENOMEM;
	}
	config->request_len = lvs_grpc_request(service ? service : "", config->request);
	*ret_config = config;
	return 0;
}

/* Return: the value of header @name in a line that has no NUL at its end; NULL if it is another one */
static const char *value_of(const char *line, size_t len, const char *name, size_t *ret_len)
{
	size_t at = strlen(name);

	if (len <= at || strncasecmp(line, name, at) != 0 || line[at] != ':')
		return NULL;
	for (at++; at < len && line[at] == ' '; at++)
		continue;
	while (len > at && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	*ret_len = len - at;
	return line + at;
}

/* "5"; anything else than a number of two digits at most is one that nobody knows. */
static int number_of(const char *text, size_t len)
{
	int number = 0;

	if (!len || len > 2)
		return ARRAY_LEN(calls);
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ARRAY_LEN(calls);
		number = number * 10 + text[i] - '0';
	}
	return number;
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	static const char type[] = "application/grpc";
	struct grpc_run *run = arg;
	const char *value;
	size_t len;

	run->header_bytes += size * n;
	if (run->header_bytes > HEADER_MAX) {
		run->too_long = true;
		return 0;
	}
	value = value_of(data, size * n, "grpc-status", &len);
	if (value)
		run->status = number_of(value, len);
	value = value_of(data, size * n, "content-type", &len);
	if (value)
		run->type = len >= sizeof(type) - 1 && !strncasecmp(value, type, sizeof(type) - 1);
	return size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct grpc_run *run = arg;

	if (size * n > BODY_MAX - run->body_len) {
		run->too_long = true;
		return 0;
	}
	memcpy(run->body + run->body_len, data, size * n);
	run->body_len += size * n;
	return size * n;
}

static void judge_message(struct grpc_run *run)
{
	struct lvs_check *check = run->fetch.check;
	uint32_t status;

	switch (lvs_grpc_answer(run->body, run->body_len, &status)) {
	case 0:
		break;
	case -ENODATA:
		lvs_check_failed(check, "an answer without a message");
		return;
	case -ENOTSUP:
		lvs_check_failed(check, "a compressed message, which was not asked for");
		return;
	default:
		lvs_check_failed(check, "a message that cannot be read");
		return;
	}
	if (status == LVS_GRPC_SERVING)
		lvs_check_passed(check, "%s", servings[status]);
	else if (status < ARRAY_LEN(servings))
		lvs_check_failed(check, "%s, not SERVING", servings[status]);
	else
		lvs_check_failed(check, "serving status %u, not SERVING", status);
}

static void on_finished(struct lvs_fetch *fetch, CURLcode code)
{
	struct grpc_run *run = container_of(fetch, struct grpc_run, fetch);
	struct lvs_check *check = fetch->check;
	long status = 0, version = 0;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(fetch->easy, CURLINFO_HTTP_VERSION, &version);
	if (run->too_long)
		lvs_check_failed(check, "an answer longer than any should be");
	else if (code != CURLE_OK)
		lvs_fetch_failed(fetch, code);
	else if (version != CURL_HTTP_VERSION_2)
		lvs_check_failed(check, "an answer, but not by HTTP/2");
	else if (status != 200)
		lvs_check_failed(check, "status %ld of HTTP, not 200", status);
	else if (!run->type)
		lvs_check_failed(check, "an answer that is not of gRPC");
	else if (run->status < 0)
		lvs_check_failed(check, "an answer without a status");
	else if (run->status >= (int)ARRAY_LEN(calls))
		lvs_check_failed(check, "a status that is none of gRPC");
	else if (run->status)
		lvs_check_failed(check, "the call's status is %s", calls[run->status]);
	else
		judge_message(run);
}

static int add_header(struct lvs_fetch *fetch, const char *line)
{
	struct curl_slist *list = curl_slist_append(fetch->headers, line);

	if (!list)
		return -ENOMEM;
	fetch->headers = list;
	return 0;
}

static int add_headers(struct lvs_fetch *fetch, const struct grpc_config *config)
{
	static const char *const lines[] = { "Content-Type: application/grpc", "TE: trailers", "Expect:" };
	char line[200];
	int err = 0;

	for (size_t i = 0; i < ARRAY_LEN(lines) && !err; i++)
		err = add_header(fetch, lines[i]);
	(void)snprintf(line, sizeof(line), "grpc-timeout: %um", (unsigned int)(fetch->check->timeout / LVS_NS_PER_MS));
	if (!err)
		err = add_header(fetch, line);
	if (!err && config->host) {
		(void)snprintf(line, sizeof(line), "Host: %s", config->host);
		err = add_header(fetch, line);
	}
	return err || curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers) != CURLE_OK ? -ENOMEM : 0;
}

static int open_transfer(struct lvs_check *check, struct grpc_run *run)
{
	const struct grpc_config *config = check->config;
	CURL *easy = lvs_fetch_open(&run->fetch, check, config->tls ? "https" : "http", config->tls ? &config->trust : NULL, PATH);

	if (!easy)
		return -ENOMEM;
	run->fetch.finished = on_finished;
	if (curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, config->tls ? (long)CURL_HTTP_VERSION_2TLS :
			     (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE) != CURLE_OK ||
	    curl_easy_setopt(easy, CURLOPT_POST, 1L) != CURLE_OK ||
	    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, config->request) != CURLE_OK ||
	    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)config->request_len) != CURLE_OK ||
	    lvs_fetch_hear(&run->fetch, on_header, on_body, run) != CURLE_OK || add_headers(&run->fetch, config)) {
		lvs_fetch_end(check);
		return -ENOMEM;
	}
	return 0;
}

static int grpc_set_up(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES])
{
	if (!(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2)) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "this libcurl has no HTTP/2");
		return -ENOTSUP;
	}
	return lvs_fetch_set_up(base, ret_shared, message);
}

static void grpc_start(struct lvs_check *check)
{
	struct grpc_run *run = check->run;
	int err = run->fetch.easy ? 0 : open_transfer(check, run);

	run->header_bytes = run->body_len = 0;
	run->status = -1;
	run->type = run->too_long = false;
	if (!err)
		err = lvs_fetch_start(&run->fetch);
	if (err)
		lvs_check_broken(check, "cannot ask: %s", strerror(-err));
}

const struct lvs_check_ops lvs_check_grpc = {
	.name = "grpc", .run_bytes = sizeof(struct grpc_run), .set_up = grpc_set_up, .tear_down = lvs_fetch_tear_down,
	.parse = grpc_parse, .free_config = grpc_free_config, .start = grpc_start, .cancel = lvs_fetch_cancel,
	.end = lvs_fetch_end,
};
