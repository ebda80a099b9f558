// SPDX-License-Identifier: GPL-2.0-or-later
/* In a network namespace, where root may have raw sockets, and the kernel's switch decides about ordinary ones. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

/* The answer to the 16 bytes of a request: which of them is another one; or how many there are, or where it comes from. */
struct liar {
	const char *what;
	size_t twist, len;
	const char *from;
	bool up;
};

/* In a child: the kernel does not answer any more. */
static void lie(int fd, const struct liar *liar)
{
	uint8_t packet[128], *icmp = packet + 20;
	uint32_t sum = 0;

	for (;;) {
		struct sockaddr_in to, from = { .sin_family = AF_INET };
		socklen_t len = sizeof(to);

		if (recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&to, &len) < 36 || icmp[0] != ICMP_ECHO)
			continue;
		icmp[0] = ICMP_ECHOREPLY;
		icmp[liar->twist] ^= 1;
		icmp[2] = icmp[3] = 0;
		sum = 0;
		for (size_t i = 0; i < liar->len; i += 2)
			sum += (uint32_t)icmp[i] << 8 | icmp[i + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		icmp[2] = (uint8_t)(~sum >> 8);
		icmp[3] = (uint8_t)~sum;
		(void)inet_pton(AF_INET, liar->from, &from.sin_addr);
		(void)bind(fd, (struct sockaddr *)&from, sizeof(from));
		(void)sendto(fd, icmp, liar->len, 0, (struct sockaddr *)&to, len);
		from.sin_addr.s_addr = htonl(INADDR_ANY);
		(void)bind(fd, (struct sockaddr *)&from, sizeof(from));
	}
}

static int is_lied_to(void *arg)
{
	static const struct liar liars[] = {
		{ "the truth", 2, 16, "127.0.0.7", true },	{ "another number of ours", 4, 16, "127.0.0.7", false },
		{ "another number", 6, 16, "127.0.0.7", false }, { "another mark", 8, 16, "127.0.0.7", false },
		{ "a mark that ends otherwise", 15, 16, "127.0.0.7", false }, { "half of it", 2, 8, "127.0.0.7", false },
		{ "somebody else", 2, 16, "127.0.0.9", false },	{ "a request", 0, 16, "127.0.0.7", false },
	};

	(void)arg;
	loopback_up();
	if (!write_switch("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1"))
		return TEST_CHILD_SKIP;
	for (size_t i = 0; i < ARRAY_LEN(liars); i++) {
		int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), status;
		struct lvs_verdict verdict;
		pid_t pid;

		CHECK(fd >= 0);
		pid = fork();
		CHECK(pid >= 0);
		if (!pid)
			lie(fd, &liars[i]);
		(void)close(fd);
		verdict = ping("127.0.0.7", NULL, liars[i].up ? 15000 : 100);
		(void)kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid);
		if ((verdict.state == LVS_HEALTH_UP) != liars[i].up) {
			(void)fprintf(stderr, "%s: %s\n", liars[i].what, verdict.reason);
			return TEST_CHILD_FAILED;
		}
	}
	return TEST_CHILD_OK;
}

static void who_lies_is_not_heard(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNET, is_lied_to, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_answer_through_either_kind_of_socket),
		cmocka_unit_test(a_source_that_is_not_ours_is_not_up),
		cmocka_unit_test(who_lies_is_not_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
