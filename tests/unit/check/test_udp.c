// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

#define MORE 60000

/* Answers "ping" with what it is told, anything else with nothing. */
static void answer(int fd, const void *arg)
{
	static char more[MORE];
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char data[16];
	ssize_t n = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &len);
	const char *text = arg;

	if (n != 4 || memcmp(data, "ping", 4) != 0)
		return;
	if (!strcmp(text, "long"))
		(void)!sendto(fd, more, sizeof(more), 0, (struct sockaddr *)&from, len);
	else
		(void)!sendto(fd, text, strlen(text), 0, (struct sockaddr *)&from, len);
}

#define SEND { "send", "70 69 6e 67" }
static const struct row {
	const char *what, *answer;
	struct lvs_check_param params[2];
	size_t nparams;
	unsigned int timeout_ms;
	enum lvs_health_state state;
	const char *reason;
} rows[] = {
	{ "any answer is good", "pong", { SEND }, 1, 20000, LVS_HEALTH_UP, "an answer of 4 bytes" },
	{ "an empty one too", "", { SEND }, 1, 20000, LVS_HEALTH_UP, "an answer of 0 bytes" },
	{ "what is expected", "pong", { SEND, { "expect", "70 ?f 6e 67" } }, 2, 20000, LVS_HEALTH_UP, "an answer of 4 bytes" },
	{ "something else", "pang", { SEND, { "expect", "70 6f" } }, 2, 20000, LVS_HEALTH_DOWN,
	  "an answer of 4 bytes is not what is expected" },
	{ "less", "p", { SEND, { "expect", "70 6f" } }, 2, 20000, LVS_HEALTH_DOWN, "an answer of 1 bytes is not what is expected" },
	{ "more than anybody reads", "long", { SEND, { "expect", "00 00" } }, 2, 20000, LVS_HEALTH_UP, "an answer of 60000 bytes" },
	{ "silence is no no", "pong", { { "send", "00" } }, 1, 80, LVS_HEALTH_UP, "sent, and nobody said no" },
	{ "even for an empty datagram", "pong", { { NULL, NULL } }, 0, 80, LVS_HEALTH_UP, "sent, and nobody said no" },
	{ "unless something is expected", "pong", { { "send", "00" }, { "expect", "70" } }, 2, 80, LVS_HEALTH_DOWN,
	  "no answer within 80 ms" },
};

static void what_comes_back_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct test_server server = test_server_start("127.0.0.1", SOCK_DGRAM, answer, row->answer);
		struct lvs_verdict verdict = test_ask("udp", &server, row->params, row->nparams, row->timeout_ms, NULL);

		if (verdict.state != row->state || strcmp(verdict.reason, row->reason) != 0)
			fail_msg("%s: %s, %s", row->what, lvs_health_names[verdict.state], verdict.reason);
		test_server_stop(&server);
	}
}

static void a_closed_port_is_down(void **state)
{
	struct test_server server = test_server_start("127.0.0.1", SOCK_DGRAM, answer, "");
	struct lvs_verdict verdict;

	(void)state;
	test_server_stop(&server);
	verdict = test_ask("udp", &server, NULL, 0, 20000, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "connect: Connection refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_back_decides),
		cmocka_unit_test(a_closed_port_is_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
