// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

static void nothing(int fd, const void *arg)
{
	(void)fd;
	(void)arg;
}

static void up_when_somebody_listens(const char *addr)
{
	struct test_server server = test_server_start(addr, SOCK_STREAM, nothing, NULL);
	struct lvs_verdict verdict = test_ask("tcp", &server, NULL, 0, 20000, NULL);

	assert_int_equal(verdict.state, LVS_HEALTH_UP);
	assert_string_equal(verdict.reason, "connected");
	assert_true(verdict.latency > 0);
	test_server_stop(&server);
}

static void up_in_both_families(void **state)
{
	(void)state;
	up_when_somebody_listens("127.0.0.1");
	if (access("/proc/net/if_inet6", F_OK) == 0)
		up_when_somebody_listens("::1");
}

static void down_when_nobody_does(void **state)
{
	struct test_server server = { .addr = test_addr("127.0.0.1") };
	struct lvs_verdict verdict;
	int fd;

	(void)state;
	server.port = test_dead_port(&fd);
	verdict = test_ask("tcp", &server, NULL, 0, 20000, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "connect: Connection refused");
	(void)close(fd);
}

/* A full queue of connections that nobody accepts: SYNs are not answered any more. */
static void down_when_silent(void **state)
{
	struct test_server server = { .addr = test_addr("127.0.0.1") };
	int fd, fillers[8];
	struct lvs_verdict verdict;

	(void)state;
	server.port = test_dead_port(&fd);
	assert_int_equal(listen(fd, 0), 0);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
		struct sockaddr_storage to;
		socklen_t len = sizeof(to);

		assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &len), 0);
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&to, len);
	}
	verdict = test_ask("tcp", &server, NULL, 0, 50, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "no answer within 50 ms");
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		(void)close(fillers[i]);
	(void)close(fd);
}

/* A source address that the host does not have is our fault, and says nothing of the server. */
static void broken_when_it_is_our_fault(void **state)
{
	struct test_server server = { .addr = test_addr("127.0.0.1"), .source = test_addr("192.0.2.99"), .port = 9 };
	struct lvs_verdict verdict = test_ask("tcp", &server, NULL, 0, 20000, NULL);

	(void)state;
	assert_int_equal(verdict.state, LVS_HEALTH_UNKNOWN);
	assert_int_equal(verdict.last, LVS_OUTCOME_BROKEN);
	assert_string_equal(verdict.reason, "cannot connect: Cannot assign requested address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(up_in_both_families),
		cmocka_unit_test(down_when_nobody_does),
		cmocka_unit_test(down_when_silent),
		cmocka_unit_test(broken_when_it_is_our_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
