// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

/* As Redis does: PING is answered, and who says nothing is waited for. */
static void redis(int fd, const void *arg)
{
	char line[64] = "";
	size_t n = 0;

	(void)arg;
	while (n < sizeof(line) - 1 && !strchr(line, '\n') && read(fd, line + n, 1) == 1)
		n++;
	test_say(fd, strcmp(line, "PING\r\n") == 0 ? "+PONG\r\n" : "-ERR\r\n");
	(void)read(fd, line, 1);
}

static void greets(int fd, const void *arg)
{
	test_say(fd, arg);
}

static void what_is_said_and_expected(void **state)
{
	static const struct {
		test_serve_fn *serve;
		const void *arg;
		const char *send, *expect;
		enum lvs_health_state state;
		const char *reason;
	} rows[] = {
		{ redis, NULL, "PING\r\n", "+PONG", LVS_HEALTH_UP, "answered as expected" },
		{ redis, NULL, "PING\r\n", NULL, LVS_HEALTH_UP, "answered" },
		{ redis, NULL, "PONG\r\n", "+PONG", LVS_HEALTH_DOWN, "no answer within 300 ms" },
		{ greets, "SSH-2.0-x\r\n", NULL, "SSH-2.0", LVS_HEALTH_UP, "answered as expected" },
		{ greets, "SSH-1.5-x\r\n", NULL, "SSH-2.0", LVS_HEALTH_DOWN, "answered \"SSH-1.5-x  \", not as expected" },
		{ greets, "", NULL, "SSH-2.0", LVS_HEALTH_DOWN, "hung up without an answer" },
		{ greets, "", NULL, NULL, LVS_HEALTH_DOWN, "hung up without an answer" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, rows[i].serve, rows[i].arg);
		struct lvs_check_param params[2];
		struct lvs_verdict verdict;
		size_t n = 0;

		if (rows[i].send)
			params[n++] = (struct lvs_check_param){ "send_text", rows[i].send };
		if (rows[i].expect)
			params[n++] = (struct lvs_check_param){ "expect_text", rows[i].expect };
		verdict = test_ask("send_expect", &server, params, n, strstr(rows[i].reason, "300 ms") ? 300 : 20000, NULL);
		assert_string_equal(verdict.reason, rows[i].reason);
		assert_int_equal(verdict.state, rows[i].state);
		test_server_stop(&server);
	}
}

/* Eight kilobytes are looked at, and no more. */
static void floods(int fd, const void *arg)
{
	static const char line[] = "nothing that anybody wants\r\n";

	(void)arg;
	while (write(fd, line, sizeof(line) - 1) > 0)
		;
}

static void a_flood_is_bounded(void **state)
{
	static const struct lvs_check_param params[] = { { "expect_text", "gold" } };
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, floods, NULL);
	struct lvs_verdict verdict = test_ask("send_expect", &server, params, 1, 20000, NULL);

	(void)state;
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_non_null(strstr(verdict.reason, "not as expected"));
	test_server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_and_expected),
		cmocka_unit_test(a_flood_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
