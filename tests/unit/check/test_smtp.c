// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

struct mail {
	const char *greeting, *answer, *helo;
};

static void serve(int fd, const void *arg)
{
	const struct mail *mail = arg;
	char line[300] = "";
	size_t n = 0;

	test_say(fd, mail->greeting);
	while (n < sizeof(line) - 1 && !strchr(line, '\n') && read(fd, line + n, 1) == 1)
		n++;
	if (mail->helo && strcmp(line, mail->helo) != 0)
		return;
	test_say(fd, mail->answer);
	(void)read(fd, line, 1);
}

static void greeting_and_helo(void **state)
{
	static const struct {
		struct mail mail;
		const char *name;
		enum lvs_health_state state;
		const char *reason;
	} rows[] = {
		{ { "220 mx ESMTP\r\n", "250 mx\r\n", "HELO lvsd\r\n" }, NULL, LVS_HEALTH_UP, "250 mx" },
		{ { "220 mx ESMTP\r\n", "250 mx\r\n", "HELO director.example\r\n" }, "director.example", LVS_HEALTH_UP, "250 mx" },
		{ { "220-mx\r\n220-one\r\n220 two\r\n", "250-a\r\n250 b\r\n", NULL }, NULL, LVS_HEALTH_UP, "250 b" },
		{ { "220 mx\n", "250 bare line feeds\n", NULL }, NULL, LVS_HEALTH_UP, "250 bare line feeds" },
		{ { "421 too busy\r\n", "", NULL }, NULL, LVS_HEALTH_DOWN, "greeting: 421 too busy" },
		{ { "220 mx\r\n", "550 go away\r\n", NULL }, NULL, LVS_HEALTH_DOWN, "HELO: 550 go away" },
		{ { "220 mx\r\n", "220 mx\r\n", NULL }, NULL, LVS_HEALTH_DOWN, "HELO: 220 mx" },
		{ { "220 mx\r\n", "", "never" }, NULL, LVS_HEALTH_DOWN, "hung up without an answer" },
		{ { "SSH-2.0-x\r\n", "", NULL }, NULL, LVS_HEALTH_DOWN, "does not speak SMTP" },
		{ { "22\r\n", "", NULL }, NULL, LVS_HEALTH_DOWN, "does not speak SMTP" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, serve, &rows[i].mail);
		const struct lvs_check_param params[] = { { "helo_name", rows[i].name } };
		struct lvs_verdict verdict = test_ask("smtp", &server, params, rows[i].name ? 1 : 0, 20000, NULL);

		assert_string_equal(verdict.reason, rows[i].reason);
		assert_int_equal(verdict.state, rows[i].state);
		test_server_stop(&server);
	}
}

/* A greeting that never ends. */
static void endless(int fd, const void *arg)
{
	(void)arg;
	while (write(fd, "220-welcome\r\n", 13) > 0)
		;
}

static void an_endless_greeting(void **state)
{
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, endless, NULL);
	struct lvs_verdict verdict = test_ask("smtp", &server, NULL, 0, 20000, NULL);

	(void)state;
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "does not speak SMTP");
	test_server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greeting_and_helo),
		cmocka_unit_test(an_endless_greeting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
