// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "check/dns_message.h"
#include "tests/lib/asker.h"

/* The header's flags and counts, then what follows the question; "\xc0\x0c" is the question's name. */
struct reply {
	uint16_t flags, answers;
	const char *rest;
	size_t rest_len;
};
#define REPLY(flags, answers, rest) { flags, answers, rest, sizeof(rest) - 1 }

#define A1 "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
#define A2 "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\2"
#define CNAME "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\5\2ns\xc0\x0c"

static size_t reply_to(const uint8_t *query, size_t len, const struct reply *reply, uint8_t *ret)
{
	memcpy(ret, query, len);
	ret[2] = (uint8_t)(reply->flags >> 8);
	ret[3] = (uint8_t)reply->flags;
	ret[7] = (uint8_t)reply->answers;
	memcpy(ret + len, reply->rest, reply->rest_len);
	return len + reply->rest_len;
}

static void questions(void **state)
{
	static const struct { const char *name; const char *bytes; size_t len; } rows[] = {
		{ ".", "\0", 1 },
		{ "example.org", "\7example\3org\0", 13 },
		{ "example.org.", "\7example\3org\0", 13 },
		{ "a", "\1a\0", 3 },
		{ "a..b", NULL, 0 },
		{ ".a", NULL, 0 },
		{ "0123456789012345678901234567890123456789012345678901234567890123", NULL, 0 },
	};
	uint8_t query[LVS_DNS_QUERY_BYTES];
	char longest[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = lvs_dns_query(rows[i].name, 28, 0x1234, query);

		assert_int_equal(len, rows[i].len ? 12 + rows[i].len + 4 : 0);
		if (!len)
			continue;
		assert_memory_equal(query, "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);
		assert_memory_equal(query + 12, rows[i].bytes, rows[i].len);
		assert_memory_equal(query + 12 + rows[i].len, "\0\x1c\0\1", 4);
	}
	/* 253 characters fit, 254 do not. */
	memset(longest, 'a', sizeof(longest));
	for (size_t i = 63; i < 253; i += 64)
		longest[i] = '.';
	longest[253] = '\0';
	assert_int_equal(lvs_dns_query(longest, 1, 0, query), 12 + 255 + 4);
	memcpy(longest + 253, "a", 2);
	longest[190] = 'a';
	longest[191] = '.';
	assert_int_equal(lvs_dns_query(longest, 1, 0, query), 0);
	assert_int_equal(lvs_dns_type("aaaa"), 28);
	assert_int_equal(lvs_dns_type("SRV"), 33);
	assert_int_equal(lvs_dns_type("ANY"), 0);
}

static void answers_are_judged(void **state)
{
	static const struct {
		const char *what, *type;
		struct reply reply;
		const char *expect;
		enum lvs_dns_verdict verdict;
		const char *text;
	} rows[] = {
		{ "an address", "A", REPLY(0x8180, 1, A1), "", LVS_DNS_GOOD, NULL },
		{ "the address", "A", REPLY(0x8180, 1, A1), "192.0.2.1", LVS_DNS_GOOD, NULL },
		{ "another address", "A", REPLY(0x8180, 1, A1), "192.0.2.2", LVS_DNS_OTHER, "192.0.2.1" },
		{ "one of two", "A", REPLY(0x8180, 2, A1 A2), "192.0.2.2", LVS_DNS_GOOD, NULL },
		{ "behind an alias", "A", REPLY(0x8180, 2, CNAME A1), "192.0.2.1", LVS_DNS_GOOD, NULL },
		{ "nothing but an alias", "A", REPLY(0x8180, 1, CNAME), "", LVS_DNS_EMPTY, NULL },
		{ "nothing", "A", REPLY(0x8180, 0, ""), "", LVS_DNS_EMPTY, NULL },
		{ "an alias", "CNAME", REPLY(0x8180, 1, CNAME), "NS.example.ORG.", LVS_DNS_GOOD, NULL },
		{ "another alias", "CNAME", REPLY(0x8180, 1, CNAME), "example.org", LVS_DNS_OTHER, "ns.example.org" },
		{ "IPv6", "AAAA", REPLY(0x8180, 1, "\xc0\x0c\0\x1c\0\1\0\0\0\1\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
		  "2001:db8:0::1", LVS_DNS_GOOD, NULL },
		{ "a text in parts", "TXT", REPLY(0x8180, 1, "\xc0\x0c\0\x10\0\1\0\0\0\1\0\6\3one\1 "), "one ", LVS_DNS_GOOD, NULL },
		{ "texts have capitals", "TXT", REPLY(0x8180, 1, "\xc0\x0c\0\x10\0\1\0\0\0\1\0\4\3one"), "One", LVS_DNS_OTHER, "one" },
		{ "an exchanger", "MX", REPLY(0x8180, 1, "\xc0\x0c\0\x0f\0\1\0\0\0\1\0\7\0\x0a\2mx\xc0\x0c"), "mx.example.org", LVS_DNS_GOOD,
		  NULL },
		{ "a service", "SRV", REPLY(0x8180, 1, "\xc0\x0c\0\x21\0\1\0\0\0\1\0\x0b\0\0\0\0\0\x50\2mx\xc0\x0c"), "mx.example.org",
		  LVS_DNS_GOOD, NULL },
		{ "an authority", "SOA", REPLY(0x8180, 1, "\xc0\x0c\0\6\0\1\0\0\0\1\0\5\2ns\xc0\x0c"), "ns.example.org", LVS_DNS_GOOD, NULL },
		{ "no such name", "A", REPLY(0x8183, 0, ""), "", LVS_DNS_REFUSED, NULL },
		{ "a question", "A", REPLY(0x0180, 1, A1), "", LVS_DNS_NOT_OURS, NULL },
		{ "a record that is cut off", "A", REPLY(0x8180, 1, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2"), "", LVS_DNS_GARBAGE, NULL },
		{ "an address of three bytes", "A", REPLY(0x8180, 1, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\3\xc0\0\2"), "", LVS_DNS_GARBAGE, NULL },
		{ "fewer records than promised", "A", REPLY(0x8180, 2, A2), "192.0.2.1", LVS_DNS_GARBAGE, NULL },
		{ "a name that points to itself", "A", REPLY(0x8180, 1, "\xc0\x1d\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"), "", LVS_DNS_GARBAGE, NULL },
		{ "a name that points forwards", "A", REPLY(0x8180, 1, "\xc0\x30\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"), "", LVS_DNS_GARBAGE, NULL },
		{ "a label of a kind that is not", "A", REPLY(0x8180, 1, "\x80\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"), "", LVS_DNS_GARBAGE, NULL },
		{ "a text longer than its record", "TXT", REPLY(0x8180, 1, "\xc0\x0c\0\x10\0\1\0\0\0\1\0\3\7one"), "", LVS_DNS_GARBAGE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t query[LVS_DNS_QUERY_BYTES], message[512];
		size_t query_len = lvs_dns_query("example.org", lvs_dns_type(rows[i].type), 7, query);
		size_t len = reply_to(query, query_len, &rows[i].reply, message);
		char text[LVS_DNS_TEXT_BYTES] = "";
		unsigned int code = 0;
		enum lvs_dns_verdict verdict = lvs_dns_judge(message, len, query, query_len, rows[i].expect, &code, text);

		if (verdict != rows[i].verdict || (rows[i].text && strcmp(text, rows[i].text) != 0))
			fail_msg("%s: %d, \"%s\"", rows[i].what, verdict, text);
		/* However it is cut, nothing is read behind its end: the sanitizer sees to that. */
		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *part = malloc(cut + !cut);

			assert_non_null(part);

			memcpy(part, message, cut);
			(void)lvs_dns_judge(part, cut, query, query_len, rows[i].expect, &code, text);
			free(part);
		}
	}
}

static void answers(int fd, const void *arg)
{
	const struct reply *reply = arg;
	uint8_t query[512], message[1024];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	ssize_t len = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&from, &from_len);

	if (len < 12)
		return;
	/* First somebody else's answer, which is not heard. */
	query[0] ^= 0xff;
	(void)sendto(fd, message, reply_to(query, (size_t)len, &(struct reply)REPLY(0x8183, 0, ""), message), 0, (struct sockaddr *)&from,
		     from_len);
	query[0] ^= 0xff;
	(void)sendto(fd, message, reply_to(query, (size_t)len, reply, message), 0, (struct sockaddr *)&from, from_len);
}

static void a_server_is_asked(void **state)
{
	static const struct {
		struct reply reply;
		const char *expect;
		enum lvs_health_state state;
		const char *reason;
	} rows[] = {
		{ REPLY(0x8180, 1, A1), "192.0.2.1", LVS_HEALTH_UP, "answered as expected" },
		{ REPLY(0x8180, 1, A1), NULL, LVS_HEALTH_UP, "answered" },
		{ REPLY(0x8180, 1, A1), "192.0.2.9", LVS_HEALTH_DOWN, "answered \"192.0.2.1\", not \"192.0.2.9\"" },
		{ REPLY(0x8185, 0, ""), NULL, LVS_HEALTH_DOWN, "answered REFUSED" },
		{ REPLY(0x8180, 0, ""), NULL, LVS_HEALTH_DOWN, "answered with nothing of that type" },
		{ REPLY(0x8180, 1, "\xc0"), NULL, LVS_HEALTH_DOWN, "answered with what is no DNS message" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct test_server server = test_server_start("127.0.0.1", SOCK_DGRAM, answers, &rows[i].reply);
		const struct lvs_check_param params[] = { { "query_type", "A" }, { "query_name", "example.org" },
							  { "answer", rows[i].expect } };
		struct lvs_verdict verdict = test_ask("dns", &server, params, rows[i].expect ? 3 : 2, 20000, NULL);

		assert_string_equal(verdict.reason, rows[i].reason);
		assert_int_equal(verdict.state, rows[i].state);
		test_server_stop(&server);
	}
}

static void nobody_is_there(void **state)
{
	struct test_server server = { .addr = test_addr("127.0.0.1"), .port = 9 };
	struct lvs_verdict verdict = test_ask("dns", &server, NULL, 0, 20000, NULL);

	(void)state;
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "connect: Connection refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(answers_are_judged),
		cmocka_unit_test(a_server_is_asked),
		cmocka_unit_test(nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
