// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check/check.h"
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

/* Two lines, of which the second one comes in two parts. */
static void greets_slowly(int fd, const void *arg)
{
	char byte;

	(void)arg;
	test_say(fd, "220-wait\r\n22");
	(void)usleep(20000);
	test_say(fd, "0 mail ESMTP\r\n");
	(void)read(fd, &byte, 1);
}

static void what_is_said_and_expected(void **state)
{
	static const struct {
		test_serve_fn *serve;
		const void *arg;
		const char *send, *expect, *regex;
		enum lvs_health_state state;
		const char *reason;
	} rows[] = {
		{ redis, NULL, "PING\r\n", "+PONG", NULL, LVS_HEALTH_UP, "answered as expected" },
		{ redis, NULL, "PING\r\n", NULL, NULL, LVS_HEALTH_UP, "answered" },
		{ redis, NULL, "PONG\r\n", "+PONG", NULL, LVS_HEALTH_DOWN, "no answer within 300 ms" },
		{ greets, "SSH-2.0-x\r\n", NULL, "SSH-2.0", NULL, LVS_HEALTH_UP, "answered as expected" },
		{ greets, "SSH-1.5-x\r\n", NULL, "SSH-2.0", NULL, LVS_HEALTH_DOWN, "answered \"SSH-1.5-x  \", not as expected" },
		{ greets, "", NULL, "SSH-2.0", NULL, LVS_HEALTH_DOWN, "hung up without an answer" },
		{ greets, "", NULL, NULL, NULL, LVS_HEALTH_DOWN, "hung up without an answer" },
#ifdef HAVE_PCRE2
		{ greets, "220 mail ESMTP\r\n", NULL, NULL, "^220 [a-z]+ ESMTP", LVS_HEALTH_UP, "answered as expected" },
		{ greets, "220 mail ESMTP", NULL, NULL, "(?i)esmtp$", LVS_HEALTH_UP, "answered as expected" },
		{ greets, "554 no\r\n", NULL, NULL, "^220", LVS_HEALTH_DOWN, "answered \"554 no  \", not as expected" },
		{ greets, "220 mail\r\n", NULL, "ESMTP", "^220", LVS_HEALTH_DOWN, "answered \"220 mail  \", not as expected" },
		{ greets, "220 ESMTP\r\n", NULL, "ESMTP", "^220", LVS_HEALTH_UP, "answered as expected" },
		{ greets_slowly, NULL, NULL, NULL, "(?m)^220 mail", LVS_HEALTH_UP, "answered as expected" },
		{ greets, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n", NULL, NULL, "^(a+)+$", LVS_HEALTH_DOWN,
		  "answered \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! \", not as expected" },
		{ greets, "", NULL, NULL, "^", LVS_HEALTH_DOWN, "hung up without an answer" },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, rows[i].serve, rows[i].arg);
		struct lvs_check_param params[3];
		struct lvs_verdict verdict;
		size_t n = 0;

		if (rows[i].send)
			params[n++] = (struct lvs_check_param){ "send_text", rows[i].send };
		if (rows[i].expect)
			params[n++] = (struct lvs_check_param){ "expect_text", rows[i].expect };
		if (rows[i].regex)
			params[n++] = (struct lvs_check_param){ "expect_regex", rows[i].regex };
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

static void an_expression_that_does_not_compile_is_refused(void **state)
{
	static const struct lvs_check_param params[] = { { "expect_regex", "(" } };
	const struct lvs_check_ops *ops = &lvs_check_send_expect;
	char message[LVS_CHECK_MESSAGE_BYTES] = "";
	void *config = NULL;

	(void)state;
	assert_int_equal(ops->parse(params, 1, &config, message), -EINVAL);
	assert_null(config);
	assert_string_not_equal(message, "");
}

/* Each line of it is one more reason to try, and only some are taken. */
static void a_flood_of_lines_is_searched_a_few_times(void **state)
{
#ifdef HAVE_PCRE2
	static const struct lvs_check_param params[] = { { "expect_regex", "(a|b|[^x])+gold" } };
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, floods, NULL);
	struct lvs_verdict verdict = test_ask("send_expect", &server, params, 1, 20000, NULL);

	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_non_null(strstr(verdict.reason, "not as expected"));
	test_server_stop(&server);
#endif
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_and_expected),
		cmocka_unit_test(a_flood_is_bounded),
		cmocka_unit_test(an_expression_that_does_not_compile_is_refused),
		cmocka_unit_test(a_flood_of_lines_is_searched_a_few_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
