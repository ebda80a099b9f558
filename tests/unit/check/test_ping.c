// SPDX-License-Identifier: GPL-2.0-or-later
/* In a network namespace, where root may have raw sockets, and the kernel's switch decides about ordinary ones. */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"
#include "tests/lib/child.h"

static bool write_switch(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &ifr) == 0);
	(void)close(fd);
}

static struct lvs_verdict ping(const char *addr, const char *source, unsigned int timeout_ms)
{
	struct test_server server = { .addr = test_addr(addr) };

	if (source)
		server.source = test_addr(source);
	return test_ask("ping", &server, NULL, 0, timeout_ms, NULL);
}

static void expect_up(struct lvs_verdict verdict)
{
	CHECK(verdict.state == LVS_HEALTH_UP);
	CHECK(!strcmp(verdict.reason, "echo reply"));
}

/* @arg: whether ordinary ICMP sockets are for us */
static int asks(void *arg)
{
	bool ordinary = *(bool *)arg;

	loopback_up();
	if (ordinary && !write_switch("/proc/sys/net/ipv4/ping_group_range", "0 0"))
		return TEST_CHILD_SKIP;
	expect_up(ping("127.0.0.1", NULL, 10000));
	expect_up(ping("127.0.0.77", "127.0.0.5", 10000));
	if (access("/proc/net/if_inet6", F_OK) == 0)
		expect_up(ping("::1", NULL, 10000));
	CHECK(ping("192.0.2.1", NULL, 10000).state == LVS_HEALTH_DOWN);	/* no route */
	CHECK(write_switch("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1"));
	CHECK(ping("127.0.0.1", NULL, 50).state == LVS_HEALTH_DOWN);
	return TEST_CHILD_OK;
}

static void hosts_answer_through_either_kind_of_socket(void **state)
{
	bool kinds[] = { true, false };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		test_judge(test_in_namespaces(CLONE_NEWNET, asks, &kinds[i]));
}

static int asks_nobody(void *arg)
{
	(void)arg;
	loopback_up();
	CHECK(ping("127.0.0.1", "192.0.2.7", 10000).state != LVS_HEALTH_UP);	/* not our address */
	return TEST_CHILD_OK;
}

static void a_source_that_is_not_ours_is_not_up(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, asks_nobody, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_answer_through_either_kind_of_socket),
		cmocka_unit_test(a_source_that_is_not_ours_is_not_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
