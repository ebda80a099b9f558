// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks that come through a virtual address: who leads them hears of each connection before it begins, and that it is over.
 * The server is one of loopback, and tells in memory that is shared which port it was asked from.
 */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/asker.h"

static const char *const loopbacks[] = { "127.0.0.1", "::1" };

/* What a guide has heard. */
struct log {
	int err;
	unsigned int led, left;
	struct lvs_check_lead lead;
};

static int lead(void *arg, const struct lvs_check *check)
{
	struct log *log = arg;

	log->led++;
	log->lead = check->lead;
	assert_string_equal(check->through.forward, "masq");
	assert_int_equal(check->through.port, 8080);
	return log->err;
}

static void leave(void *arg, const struct lvs_check *check)
{
	struct log *log = arg;

	log->left++;
	assert_int_equal(check->lead.type, log->lead.type);
	assert_int_equal(check->lead.sport, log->lead.sport);
}

static uint16_t port_of(const struct sockaddr_storage *from)
{
	return ntohs(((const struct sockaddr_in *)(const void *)from)->sin_port);
}

/* @arg: where to write the port */
static void stream(int fd, const void *arg)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	if (getpeername(fd, (struct sockaddr *)&from, &len) == 0)
		**(uint16_t *const *)arg = port_of(&from);
	test_hear(fd);
	test_say(fd, "HTTP/1.1 204 none\r\nConnection: close\r\n\r\n");
}

static void datagram(int fd, const void *arg)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	uint8_t bytes[16];
	ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len);

	if (n < 0)
		return;
	**(uint16_t *const *)arg = port_of(&from);
	(void)sendto(fd, bytes, (size_t)n, 0, (const struct sockaddr *)&from, len);
}

static const struct row {
	const char *kind;
	int type;
	struct lvs_check_param params[2];
	size_t nparams;
	const char *reason;
} rows[] = {
	{ "send_expect", SOCK_STREAM, { { "send_text", "GET\n\r\n" }, { "expect_text", "204" } }, 2,
	  "through the VIP: answered as expected" },
	{ "http", SOCK_STREAM, { { "path", "/" } }, 1, "through the VIP: status 204" },
	{ "udp", SOCK_DGRAM, { { "send", "0102" }, { "expect", "01??" } }, 2, "through the VIP: an answer of 2 bytes" },
};

static struct test_server start(const struct row *row, const char *addr, uint16_t **seen, const struct lvs_check_guide *guide)
{
	struct test_server server =
		test_server_start(addr, row->type, row->type == SOCK_STREAM ? stream : datagram, seen);

	server.source = test_addr(addr);
	server.guide = guide;
	server.through = (struct lvs_check_through){ .forward = "masq", .server = test_addr("10.0.0.1"), .port = 8080 };
	return server;
}

static void each_is_led(void **state)
{
	uint16_t *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(seen != MAP_FAILED);
	for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(loopbacks); i++) {
		const struct row *row = &rows[i / 2];
		struct log log = { .err = 0 };
		const struct lvs_check_guide guide = { .lead = lead, .leave = leave, .arg = &log };
		struct test_server server = start(row, loopbacks[i & 1], &seen, &guide);
		struct lvs_verdict verdict = test_ask(row->kind, &server, row->params, row->nparams, 10000, NULL);

		test_server_stop(&server);
		assert_string_equal(verdict.reason, row->reason);
		assert_int_equal(verdict.last, LVS_OUTCOME_PASSED);
		assert_int_equal(log.led, 1);
		assert_int_equal(log.left, 1);
		assert_int_equal(log.lead.type, row->type);
		assert_int_equal(log.lead.sport, *seen);
	}
	assert_int_equal(munmap(seen, sizeof(*seen)), 0);
}

/* Nobody is asked then, and it is not the server's fault. */
static void nobody_leads(void **state)
{
	static const struct { int err; const char *reason; } answers[] = {
		{ -ENOENT, "through the VIP: no service has the server there" },
		{ -ENOSPC, "through the VIP: too many checks are on their way" },
		{ 0, "through the VIP: cannot connect: Operation not supported" },
	};
	uint16_t port = 0, *seen = &port;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(answers); i++) {
		const struct row *row = &rows[i / 3];
		struct log log = { .err = answers[i % 3].err };
		const struct lvs_check_guide guide = { .lead = lead, .leave = leave, .arg = &log };
		struct test_server server = start(row, loopbacks[0], &seen, log.err ? &guide : NULL);
		struct lvs_verdict verdict = test_ask(row->kind, &server, row->params, row->nparams, 10000, NULL);

		test_server_stop(&server);
		assert_string_equal(verdict.reason, answers[i % 3].reason);
		assert_int_equal(verdict.last, LVS_OUTCOME_BROKEN);
		assert_int_equal(verdict.state, LVS_HEALTH_UNKNOWN);
		assert_int_equal(log.left, 0);
	}
}

/* Its time is over: so is what was led. */
static void silence(int fd, const void *arg)
{
	char byte;

	(void)arg;
	(void)!read(fd, &byte, 1);
	(void)pause();
}

static void whoever_is_late(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct log log = { .err = 0 };
		const struct lvs_check_guide guide = { .lead = lead, .leave = leave, .arg = &log };
		struct test_server server = test_server_start(loopbacks[0], SOCK_STREAM, silence, NULL);
		struct lvs_verdict verdict;

		server.source = test_addr(loopbacks[0]);
		server.guide = &guide;
		server.through = (struct lvs_check_through){ .forward = "masq", .port = 8080 };
		verdict = test_ask(rows[i].kind, &server, rows[i].params, rows[i].nparams, 1000, NULL);
		test_server_stop(&server);
		assert_string_equal(verdict.reason, "through the VIP: no answer within 1000 ms");
		assert_int_equal(verdict.last, LVS_OUTCOME_FAILED);
		assert_int_equal(log.led, 1);
		assert_int_equal(log.left, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_led),
		cmocka_unit_test(nobody_leads),
		cmocka_unit_test(whoever_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
