// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

/* A whole line is one write, or, with '|', several; '!' waits for the client to hang up. */
static void speak(int fd, const void *arg)
{
	char c;

	for (const char *text = arg; *text; text++) {
		if (*text == '|')
			usleep(20000);
		else if (*text == '!')
			while (read(fd, &c, 1) > 0)
				;
		else
			(void)!write(fd, text, 1);
	}
}

static void hears_the_agent(void **state)
{
	static const struct {
		const char *says;
		enum lvs_health_state state;
		enum lvs_outcome outcome;
		const char *reason;
	} rows[] = {
		{ "up\n", LVS_HEALTH_UP, LVS_OUTCOME_PASSED, "said \"up\"" },
		{ "up", LVS_HEALTH_UP, LVS_OUTCOME_PASSED, "said \"up\"" },
		{ "u|p\n!", LVS_HEALTH_UP, LVS_OUTCOME_PASSED, "said \"up\"" },
		{ "down#no disk\r\nup\n", LVS_HEALTH_DOWN, LVS_OUTCOME_FAILED, "said \"down#no disk\"" },
		{ "\n", LVS_HEALTH_UNKNOWN, LVS_OUTCOME_BROKEN, "said nothing" },
		{ "", LVS_HEALTH_UNKNOWN, LVS_OUTCOME_BROKEN, "said nothing" },
		{ "what?\n", LVS_HEALTH_UNKNOWN, LVS_OUTCOME_BROKEN, "cannot make sense of \"what?\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, speak, rows[i].says);
		struct lvs_verdict verdict = test_ask("agent", &server, NULL, 0, 20000, NULL);

		assert_string_equal(verdict.reason, rows[i].reason);
		assert_int_equal(verdict.state, rows[i].state);
		assert_int_equal(verdict.last, rows[i].outcome);
		test_server_stop(&server);
	}
}

static void tells_weight_and_wish(void **state)
{
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, speak, "up 30% drain\n");
	struct lvs_check_answer answer;

	(void)state;
	assert_int_equal(test_ask("agent", &server, NULL, 0, 20000, &answer).state, LVS_HEALTH_UP);
	assert_int_equal(answer.weight, LVS_CHECK_WEIGHT_PERCENT);
	assert_int_equal(answer.value, 30);
	assert_int_equal(answer.wish, LVS_CHECK_WISH_DRAIN);
	test_server_stop(&server);
}

static void echo(int fd, const void *arg)
{
	char line[16] = "";

	(void)arg;
	if (read(fd, line, sizeof(line) - 1) > 0)
		test_say(fd, strcmp(line, "web\n") == 0 ? "up\n" : "down\n");
}

static void says_what_it_is_told_to(void **state)
{
	static const struct lvs_check_param params[] = { { "send_text", "web\n" } };
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, echo, NULL);

	(void)state;
	assert_int_equal(test_ask("agent", &server, params, 1, 20000, NULL).state, LVS_HEALTH_UP);
	test_server_stop(&server);
}

/* Words without an end, NULs, a byte now and then, silence: bounded in memory and time. */
static void endless(int fd, const void *arg)
{
	const char *how = arg;
	char bytes[4096];
	char c = 0;

	memset(bytes, *how == 'n' ? 0 : 'x', sizeof(bytes));
	if (*how == 's')
		while (read(fd, &c, 1) > 0)
			;
	else if (*how == 'd')
		while (write(fd, "x", 1) == 1)
			usleep(2000);
	else
		while (write(fd, bytes, sizeof(bytes)) > 0)
			;
}

static void the_hostile_are_bounded(void **state)
{
	static const struct { const char *how; enum lvs_health_state state; } rows[] = {
		{ "endless", LVS_HEALTH_UNKNOWN }, { "nuls", LVS_HEALTH_UNKNOWN }, { "drops", LVS_HEALTH_DOWN },
		{ "silence", LVS_HEALTH_DOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, endless, rows[i].how);

		assert_int_equal(test_ask("agent", &server, NULL, 0, 300, NULL).state, rows[i].state);
		test_server_stop(&server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hears_the_agent),
		cmocka_unit_test(tells_weight_and_wish),
		cmocka_unit_test(says_what_it_is_told_to),
		cmocka_unit_test(the_hostile_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
