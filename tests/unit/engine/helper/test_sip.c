// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is a Call-ID and what is not. Each message lies in a block of exactly its length, so that a sanitizer sees every
 * step beyond it.
 */
#include "tests/lib/test.h"

#include <string.h>
#include <strings.h>

#include "engine/helper.h"
#include "engine/wire.h"
#include "tests/lib/build.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* what is left out is 0 */

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X255 X50 X50 X50 X50 X50 "xxxxx"
#define INVITE "INVITE sip:bob@example.net SIP/2.0\r\n"
#define END "Content-Length: 0\r\n\r\n"

static const struct row {
	const char *what;
	const char *text;
	const char *call_id;	/* NULL: none */
} rows[] = {
	{ "a request", INVITE "Via: SIP/2.0/UDP 10.1.0.1\r\nCall-ID: a84b4c76e66710@pc33\r\n" END, "a84b4c76e66710@pc33" },
	{ "a response", "SIP/2.0 200 OK\r\nCall-ID: 3848276298220188511@atlanta.example.com\r\n" END,
	  "3848276298220188511@atlanta.example.com" },
	{ "the compact form", INVITE "i:f81d4fae-7dec\r\n" END, "f81d4fae-7dec" },
	{ "capitals", INVITE "I: Xy\r\n", "Xy" },
	{ "small letters", INVITE "call-id: Xy\r\n", "Xy" },
	{ "both mixed", INVITE "cALL-Id: Xy\r\n", "Xy" },
	{ "blanks around the colon", INVITE "Call-ID \t :\t  abc\r\n", "abc" },
	{ "blanks behind it", INVITE "Call-ID: abc \t \r\n", "abc" },
	{ "folded after the colon", INVITE "Call-ID:\r\n abc\r\n", "abc" },
	{ "folded before the colon", INVITE "Call-ID\r\n\t: abc\r\n", "abc" },
	{ "folded to nothing", INVITE "Call-ID: abc\r\n \r\nVia: x\r\n", "abc" },
	{ "folded twice", INVITE "Call-ID:\r\n \r\n\t\r\n abc\r\n", "abc" },
	{ "lines that end with LF", "OPTIONS x SIP/2.0\nVia: x\nCall-ID: abc\n\n", "abc" },
	{ "lines that end with CR", "OPTIONS x SIP/2.0\rVia: x\rCall-ID: abc\r\r", "abc" },
	{ "empty lines in front", "\r\n\r\n" INVITE "Call-ID: abc\r\n", "abc" },
	{ "the first of two", INVITE "Call-ID: abc\r\ni: def\r\n", "abc" },
	{ "bytes that no RFC allows", INVITE "Call-ID: NGQ=;,&#\xc3\xa4|$^==@[::1]\r\n", "NGQ=;,&#\xc3\xa4|$^==@[::1]" },
	{ "as long as may be", INVITE "Call-ID: " X255 "\r\n", X255 },
	{ "a start line of any kind", "x\r\nCall-ID: abc\r\n", "abc" },
	{ "a lying length before it", INVITE "Content-Length: 4294967295\r\nCall-ID: abc\r\n\r\n", "abc" },
	{ "the last line, ended", INVITE "Call-ID: abc\r", "abc" },

	{ "nothing", "" },
	{ "a keep-alive", "\r\n\r\n" },
	{ "no header", INVITE },
	{ "no Call-ID", INVITE "Via: x\r\n" END },
	{ "nothing in it", INVITE "Call-ID:\r\nVia: x\r\n" },
	{ "nothing but blanks", INVITE "Call-ID: \t\r\n \r\nVia: x\r\n" },
	{ "one byte too long", INVITE "Call-ID: x" X255 "\r\n" },
	{ "two words", INVITE "Call-ID: abc def\r\n" },
	{ "two words by folding", INVITE "Call-ID: abc\r\n def\r\n" },
	{ "a control character", INVITE "Call-ID: ab\x01" "c\r\n" },
	{ "a byte 127", INVITE "Call-ID: ab\x7f\r\n" },
	{ "cut in the name", INVITE "Call-I" },
	{ "cut before the colon", INVITE "Call-ID" },
	{ "cut behind the colon", INVITE "Call-ID:" },
	{ "cut behind a blank", INVITE "Call-ID: " },
	{ "cut in the middle", INVITE "Call-ID: abc" },
	{ "cut behind it", INVITE "Call-ID: abc " },
	{ "cut in a folded line", INVITE "Call-ID: abc\r\n " },
	{ "another header of the same beginning", INVITE "Call-ID-2: abc\r\nIn-Reply-To: def\r\nIdentity: x\r\n" END },
	{ "a name with a blank", INVITE "Call ID: abc\r\n" },
	{ "no colon", INVITE "Call-ID abc\r\n" },
	{ "the continuation of another header", INVITE "Subject: hi\r\n Call-ID: abc\r\n\r\n" },
	{ "the continuation of the start line", INVITE "\ti: abc\r\n\r\n" },
	{ "only in the body", INVITE "Content-Type: message/sipfrag\r\n\r\nCall-ID: abc\r\n" },
	{ "as the start line", "Call-ID: abc\r\nVia: x\r\n\r\n" },
	{ "a bad one, then a good one", INVITE "Call-ID: a b\r\nCall-ID: c\r\n" },
	{ "bytes of some media stream", "\x80\x60\x12\x34\xff\xfe\x01\n\x0bI;\n" },
};

static struct lvs_packet datagram(const void *text, size_t len)
{
	struct build what = { .proto = LVS_PROTO_UDP, .src = "10.1.0.1", .dst = "192.0.2.10", .sport = 5060, .dport = 5060,
			      .quote = text, .quote_bytes = len };
	struct lvs_packet packet = build(&what);

	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	return packet;
}

/* @packet is read as having @call_id, of @len bytes, or none; frees its block. */
static void expect(const char *what, struct lvs_packet packet, const void *call_id, size_t len)
{
	const uint8_t *key = NULL;
	size_t bytes = 0;
	enum lvs_drop drop = lvs_helper_sip.key(&packet, &key, &bytes);

	if (drop != (call_id ? LVS_DROP_NONE : LVS_DROP_NO_CALL_ID))
		fail_msg("%s: drop reason %d", what, drop);
	if (call_id && (bytes != len || memcmp(key, call_id, len)))
		fail_msg("%s: \"%.*s\"", what, (int)bytes, (const char *)key);
	if (call_id)
		assert_true(key >= packet.data && key + bytes < packet.data + packet.len);
	build_free(&packet);
}

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i].what, datagram(rows[i].text, strlen(rows[i].text)), rows[i].call_id,
		       rows[i].call_id ? strlen(rows[i].call_id) : 0);
}

/* A datagram that is cut anywhere has the same Call-ID or none. */
static void a_cut_message_never_has_another_call_id(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *call_id = rows[i].call_id, *at = call_id ? strstr(rows[i].text, call_id) : NULL;

		for (size_t len = 0; at && len < strlen(rows[i].text); len++) {
			bool whole = len > (size_t)(at - rows[i].text) + strlen(call_id);
			struct lvs_packet packet = datagram(rows[i].text, len);
			const uint8_t *key;
			size_t bytes;

			if (!lvs_helper_sip.key(&packet, &key, &bytes)) {
				assert_true(whole && bytes == strlen(call_id));
				assert_memory_equal(key, call_id, bytes);
			}
			build_free(&packet);
		}
	}
}

static void a_zero_byte_is_no_end_of_text(void **state)
{
	static const char hidden[] = INVITE "Subject: a\0b\r\nCall-ID: abc\r\n", inside[] = INVITE "Call-ID: a\0b\r\n";

	(void)state;
	expect("in another header", datagram(hidden, sizeof(hidden) - 1), "abc", 3);
	expect("in the Call-ID", datagram(inside, sizeof(inside) - 1), NULL, 0);
}

static void only_what_the_lengths_cover_is_read(void **state)
{
	static const char text[] = INVITE "Call-ID: abc\r\n" END;
	const size_t before = sizeof(INVITE) - 1, line = sizeof("Call-ID: abc\r") - 1;
	struct build super = { .proto = LVS_PROTO_UDP, .src = "2001:db8:1::1", .dst = "2001:db8::10", .sport = 5060, .dport = 5060,
			       .quote = (const uint8_t *)text, .quote_bytes = sizeof(text) - 1, .csum = BUILD_PARTIAL };
	struct build first = super;

	(void)state;
	for (size_t bytes = 0; bytes < sizeof(text); bytes++) {
		struct lvs_packet packet = datagram(text, sizeof(text) - 1);

		packet.data[packet.l4 + 5] = (uint8_t)(8 + bytes);
		expect("UDP length", packet, bytes >= before + line ? "abc" : NULL, 3);
	}
	for (uint16_t bytes = 1; bytes < sizeof(text); bytes++) {
		struct lvs_packet packet;

		super.gso_size = bytes;
		packet = build(&super);
		assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
		expect("first segment", packet, bytes >= before + line ? "abc" : NULL, 3);
	}
	first.csum = BUILD_COMPLETE;
	for (first.frag_bytes = 8; first.frag_bytes < sizeof(text) - 1 + 8; first.frag_bytes += 8) {
		struct lvs_packet packet = build(&first);

		assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
		expect("first fragment", packet, first.frag_bytes >= 8 + before + line ? "abc" : NULL, 3);
	}
}

static void other_packets_have_none(void **state)
{
	static const char text[] = INVITE "Call-ID: abc\r\n";
	struct build segment = { .src = "10.1.0.1", .dst = "192.0.2.10", .quote = (const uint8_t *)text,
				 .quote_bytes = sizeof(text) - 1 };
	struct lvs_packet packet = build(&segment), quoted = { .proto = LVS_PROTO_UDP };

	(void)state;
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	expect("TCP", packet, NULL, 0);
	expect("no bytes at all", quoted, NULL, 0);
}

/* xorshift64*, Vigna 2014 */
static uint32_t below(uint64_t *random, uint32_t n)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)(((*random * 0x2545f4914f6cdd1dULL) >> 32) * n >> 32);
}

static bool is_end(char c)
{
	return c == '\r' || c == '\n';
}

/* Length of the line break at @text, 0 if there is none. */
static size_t break_at(const char *text, const char *end)
{
	if (text == end || !is_end(*text))
		return 0;
	return *text == '\r' && text + 1 < end && text[1] == '\n' ? 2 : 1;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A line without its break, continued ones joined by a blank. Return: whether it had a break */
static bool take_line(const char **text, const char *end, char *line)
{
	size_t n;

	for (; *text < end; ++*text) {
		n = break_at(*text, end);
		if (n && !(*text + n < end && blank((*text)[n]))) {
			*text += n;
			*line = '\0';
			return true;
		}
		*line++ = **text ? (is_end(**text) ? ' ' : **text) : '\x01';
	}
	*line = '\0';
	return false;
}

/* The same question, answered by joining lines and cutting them up. Return: the Call-ID in @line, or NULL */
static const char *plainly(const char *text, size_t len, char *line)
{
	const char *end = text + len;
	size_t n, name;

	while ((n = break_at(text, end)))
		text += n;
	(void)take_line(&text, end, line);
	while (text < end && !break_at(text, end)) {
		bool whole = take_line(&text, end, line);
		char *value;

		name = strcspn(line, ": \t");
		value = line + name + strspn(line + name, " \t");
		if (*value != ':' || !((name == 7 && !strncasecmp(line, "call-id", 7)) || (name == 1 && (*line | 0x20) == 'i')))
			continue;
		value += 1 + strspn(value + 1, " \t");
		for (n = strlen(value); n && blank(value[n - 1]); n--)
			value[n - 1] = '\0';
		for (size_t i = 0; i < n; i++)
			if ((uint8_t)value[i] <= ' ' || value[i] == 0x7f)
				return NULL;
		return whole && n && n <= 255 ? value : NULL;
	}
	return NULL;
}

static void any_text_is_read_as_plainly_said(void **state)
{
	static const char *const pieces[] = { "\r\n", "\r\n", "\r\n", "\n", "\r", " ", "\t", ":", "Call-ID", "i", "CALL-id", "Via",
					      "abc", "x@y", "\x7f", "\xff", "\r\nCall-ID", "\r\ni:", "abc\r\n", X50, X255 };
	uint64_t random = 0x9e3779b97f4a7c15ULL;
	char text[4096], line[4096];
	size_t found = 0;

	(void)state;
	for (size_t round = 0; round < 200000; round++) {
		size_t len = 0;
		const char *call_id;

		for (uint32_t n = 1 + below(&random, 12); n > 0; n--) {
			const char *piece = pieces[below(&random, ARRAY_LEN(pieces))];

			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
			if (below(&random, 50) == 0)
				text[len++] = '\0';
		}
		call_id = plainly(text, len, line);
		found += call_id != NULL;
		expect("random text", datagram(text, len), call_id, call_id ? strlen(call_id) : 0);
	}
	if (found < 5000)
		fail_msg("only %zu", found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(a_cut_message_never_has_another_call_id),
		cmocka_unit_test(a_zero_byte_is_no_end_of_text),
		cmocka_unit_test(only_what_the_lengths_cover_is_read),
		cmocka_unit_test(other_packets_have_none),
		cmocka_unit_test(any_text_is_read_as_plainly_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
