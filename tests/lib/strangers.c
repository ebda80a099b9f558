// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/strangers.h"

#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

static void say(int fd, const void *arg)
{
	char c;

	test_say(fd, arg);
	/* Until the client has had enough. */
	while (read(fd, &c, 1) == 1)
		continue;
}

/* A record of a handshake that promises more than comes, an alert, a ServerHello of nothing, and what is no TLS at all. */
static const char *const garbage[] = {
	"HTTP/1.1 400 Bad Request\r\n\r\n", "\x15\x03\x03\x01\x02\x02\x28", "\x16\x03\x03\x3f\xff\x02\xff\xff\xff",
	"\x16\x03\x03\x01\x04\x02\x01\x01\x01", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
};

static void garbage_is_down(void **state)
{
	const struct lvs_check_param params[] = { { "sni", "example.org" } };

	for (size_t i = 0; i < ARRAY_LEN(garbage); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, say, garbage[i]);
		struct lvs_verdict verdict = test_ask(*state, &server, params, i % 2, 1000, NULL);

		assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
		assert_true(*verdict.reason);
		test_server_stop(&server);
	}
}

static void hang_up(int fd, const void *arg)
{
	(void)fd;
	(void)arg;
}

static void who_hangs_up_is_down(void **state)
{
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, hang_up, NULL);

	assert_int_equal(test_ask(*state, &server, NULL, 0, 20000, NULL).state, LVS_HEALTH_DOWN);
	test_server_stop(&server);
}

static void who_is_not_there_is_down(void **state)
{
	struct test_server server = { .addr = test_addr("127.0.0.1") };
	struct lvs_verdict verdict;
	int fd;

	server.port = test_dead_port(&fd);
	verdict = test_ask(*state, &server, NULL, 0, 20000, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "connect: Connection refused");
	(void)close(fd);
}

int strangers_are_down(const char *kind)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(garbage_is_down, (void *)(uintptr_t)kind),
		cmocka_unit_test_prestate(who_hangs_up_is_down, (void *)(uintptr_t)kind),
		cmocka_unit_test_prestate(who_is_not_there_is_down, (void *)(uintptr_t)kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
