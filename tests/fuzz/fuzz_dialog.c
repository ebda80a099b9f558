// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conversations over TCP, as checks have them. Input: a byte that chooses the kind, one that says how many bytes come at a time, and
 * what the server says before it hangs up. Each run ends, once, with a reason; and each checker is as it was before.
 */
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check/check.h"
#include "tests/fuzz/fuzz.h"

/* @check is first: what a checker says comes back to it. */
struct asked {
	struct lvs_check check;
	struct lvs_check_result result;
	unsigned int said;
};

void lvs_check_done(struct lvs_check *check, const struct lvs_check_result *result)
{
	struct asked *asked = container_of(check, struct asked, check);

	asked->result = *result;
	asked->said++;
}

static int listen_somewhere(uint16_t *ret_port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	CHECK(fd >= 0 && !bind(fd, (struct sockaddr *)&at, len) && !listen(fd, 1) &&
	      !getsockname(fd, (struct sockaddr *)&at, &len));
	*ret_port = ntohs(at.sin_port);
	return fd;
}

static void converse(struct asked *asked, int fd, const uint8_t *bytes, size_t size, size_t step)
{
	while (!asked->said) {
		size_t n = LVS_MIN(step, size);

		if (n && send(fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n)
			size = n;
		bytes += n;
		size -= n;
		if (!size)
			(void)shutdown(fd, SHUT_WR);
		CHECK(event_base_loop(asked->check.base, EVLOOP_ONCE) >= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	static const struct lvs_check_ops *const kinds[] = { &lvs_check_agent, &lvs_check_smtp, &lvs_check_send_expect };
	static const struct lvs_check_param params[] = { { "expect_text", "OK" } };
	struct event_base *base = event_base_new();
	struct asked asked = { .check = { .addr = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 1 } } } };
	char message[LVS_CHECK_MESSAGE_BYTES];
	void *config = NULL;
	int listener, fd;

	CHECK(base);
	if (size < 2) {
		event_base_free(base);
		return 0;
	}
	asked.check.ops = kinds[*input % ARRAY_LEN(kinds)];
	asked.check.base = base;
	asked.check.source = lvs_addr_any(true);
	asked.check.run = calloc(1, asked.check.ops->run_bytes);
	CHECK(asked.check.run && !asked.check.ops->parse(params, ARRAY_LEN(params), &config, message));
	asked.check.config = config;
	listener = listen_somewhere(&asked.check.port);
	asked.check.ops->start(&asked.check);
	CHECK(!asked.said);
	fd = accept(listener, NULL, NULL);
	CHECK(fd >= 0);
	converse(&asked, fd, input + 2, size - 2, 1 + input[1] * 16u);
	CHECK(asked.said == 1 && *asked.result.reason && event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED) == 0);
	/* A reset, lest thousands of ports wait for their time. */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	(void)close(fd);
	(void)close(listener);
	asked.check.ops->free_config(config);
	free(asked.check.run);
	event_base_free(base);
	return 0;
}
