// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks that libcurl asks for, against servers that wish them no good. */
#include "tests/lib/test.h"

#include "base/bytes.h"
#include "tests/lib/hostile.h"

#define B(text) HOSTILE_BYTES(text)
#define SLOW 150
#define TIMED_OUT "no answer within 150 ms"
#define DOWN LVS_HEALTH_DOWN
#define UP LVS_HEALTH_UP
#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define GOLD { { "body", "gold" } }
#define GZIP OK "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\xec\xc1\x31\x01\0\0\0\xc2\xa0\xf5\x4f\x6d\x0c\x1f\xa0"

static const struct hostile_row http[] = {
	{ "hangs up at once", "http", true, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, "Empty reply" },
	{ "resets at once", "http", true, HOSTILE_NOTHING, HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "resets in the header", "http", true, B(OK "A: b"), HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "resets in the body", "http", true, B(OK "Content-Length: 9\r\n\r\nab"), HOSTILE_RESETS, HOSTILE_NOTHING, GOLD, 0, DOWN, NULL },
	{ "silence", "http", false, HOSTILE_NOTHING, HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "headers without an end", "http", true, B(OK), HOSTILE_FLOODS, B("X-A: one that goes on\r\n"), { { 0 } }, 0, DOWN,
	  "a header longer than" },
	/* More than some libcurls count up to. */
	{ "65535 headers", "http", true, B(OK), HOSTILE_FLOODS, B("A:\r\n"), { { 0 } }, 0, DOWN, "header" },
	{ "cookies without an end", "http", true, B(OK), HOSTILE_FLOODS, B("Set-Cookie: a=b\r\n"), { { 0 } }, 0, DOWN, "a header longer than" },
	{ "a header without an end", "http", true, B(OK "X: "), HOSTILE_FLOODS, B("a"), { { 0 } }, 0, DOWN, "a line that does not end" },
	{ "a folded header", "http", true, B(OK "X: a\r\n"), HOSTILE_FLOODS, B(" a\r\n"), { { 0 } }, 0, DOWN, NULL },
	{ "a status line without an end", "http", true, B("HTTP/1.1 200 "), HOSTILE_FLOODS, B("a"), { { 0 } }, 0, DOWN, NULL },
	{ "NULs", "http", true, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\0"), { { 0 } }, 0, DOWN, NULL },
	{ "NULs in the header", "http", true, B(OK "X: a\0b\r\n"), HOSTILE_FLOODS, B("\0\r\n"), { { 0 } }, 0, DOWN, NULL },
	{ "NULs for a body", "http", true, B(OK "\r\n"), HOSTILE_FLOODS, B("\0"), GOLD, 0, DOWN, "status 200, but the body does not hold" },
	{ "go on, without an end", "http", true, HOSTILE_NOTHING, HOSTILE_FLOODS, B("HTTP/1.1 100 Continue\r\n\r\n"), { { 0 } }, 0, DOWN,
	  "a header longer than" },
	{ "elsewhere, without an end", "http", true, HOSTILE_NOTHING, HOSTILE_FLOODS,
	  B("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"), { { 0 } }, 0, DOWN, "status 302" },
	{ "a gigabyte", "http", true, B(OK "\r\n"), HOSTILE_FLOODS, B("text"), GOLD, 0, DOWN, "status 200, but the body does not hold" },
	{ "a gigabyte nobody wants", "http", true, B(OK "\r\n"), HOSTILE_FLOODS, B("text"), { { 0 } }, 0, UP, "status 200" },
	{ "a bomb", "http", true, B(GZIP), HOSTILE_FLOODS, B("\0"), GOLD, 0, DOWN, "status 200, but the body does not hold" },
	{ "a length below zero", "http", true, B(OK "Content-Length: -1\r\n\r\nab"), HOSTILE_IS_SILENT, HOSTILE_NOTHING, GOLD, SLOW, DOWN, NULL },
	{ "a length beyond all", "http", true, B(OK "Content-Length: 99999999999999999999\r\n\r\nab"), HOSTILE_IS_SILENT, HOSTILE_NOTHING, GOLD,
	  SLOW, DOWN, NULL },
	{ "a chunk beyond all", "http", true, B(CHUNKED "FFFFFFFFFFFFFFFF\r\n"), HOSTILE_FLOODS, B("a"), GOLD, 0, DOWN, NULL },
	{ "a chunk of exabytes", "http", true, B(CHUNKED "7FFFFFFFFFFFFFFF\r\n"), HOSTILE_FLOODS, B("a"), GOLD, 0, DOWN, NULL },
	{ "a length of a chunk without an end", "http", true, B(CHUNKED), HOSTILE_FLOODS, B("0"), GOLD, 0, DOWN, NULL },
	{ "an extension of a chunk without an end", "http", true, B(CHUNKED "5;"), HOSTILE_FLOODS, B("a"), GOLD, 0, DOWN, NULL },
	{ "chunks of a byte", "http", true, B(CHUNKED), HOSTILE_FLOODS, B("1\r\na\r\n"), GOLD, 0, DOWN, NULL },
	{ "trailers without an end", "http", true, B(CHUNKED "0\r\n"), HOSTILE_FLOODS, B("A: b\r\n"), GOLD, 0, DOWN, NULL },
	{ "a trailer without an end", "http", true, B(CHUNKED "0\r\nA: "), HOSTILE_FLOODS, B("b"), GOLD, 0, DOWN, NULL },
	{ "another protocol", "http", true, B("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), HOSTILE_FLOODS, B("\0"), { { 0 } }, 0,
	  DOWN, NULL },
	{ "controls a terminal", "http", true, B("\x1b[2J\x1b]0;x\a\x9b\xff\r\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "a byte now and then", "http", true, B(OK "X: "), HOSTILE_TRICKLES, B("a"), { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "a line now and then", "http", true, B(OK), HOSTILE_TRICKLES, B("A: b\r\n"), { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "TLS", "http", true, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\x16\x03\x03\x3f\xff\x02\xff\xff\xff"), { { 0 } }, 0, DOWN, NULL },
};

/* A ServerHello of TLS 1.2, after which a certificate is due, in the clear. */
#define HELLO                                                                                                     \
	"\x16\x03\x03\0\x31\x02\0\0\x2d\x03\x03lvslvslvslvslvslvslvslvslvslvslv\0\xc0\x2f\0\0\x05\xff\x01\0\x01\0"
#define TLS_ROWS(kind)                                                                                                        \
	{ "hangs up at once", kind, false, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },     \
	{ "resets at once", kind, false, HOSTILE_NOTHING, HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },         \
	{ "resets in the middle", kind, false, B(HELLO), HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },          \
	{ "silence", kind, false, HOSTILE_NOTHING, HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },     \
	{ "silence in the middle", kind, false, B(HELLO), HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT }, \
	{ "no TLS", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("HTTP/1.1 400 Bad Request\r\n\r\n"), { { 0 } }, 0, DOWN, NULL }, \
	{ "NULs", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\0"), { { 0 } }, 0, DOWN, NULL },                           \
	{ "garbage", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\xff\x16\x03"), { { 0 } }, 0, DOWN, NULL },              \
	{ "a fatal alert", kind, false, B("\x15\x03\x03\0\x02\x02\x28"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL }, \
	{ "warnings without an end", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\x15\x03\x03\0\x02\x01\x5a"), { { 0 } }, 0, DOWN, NULL }, \
	{ "half alerts without an end", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\x15\x03\x03\0\x01\x01"), { { 0 } }, 0, DOWN, NULL }, \
	{ "records of nothing", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\x16\x03\x03\0\0"), { { 0 } }, 0, DOWN, NULL }, \
	{ "changes of ciphers", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\x14\x03\x03\0\x01\x01"), { { 0 } }, 0, DOWN, NULL }, \
	{ "once more from the beginning", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B("\x16\x03\x03\0\x04\0\0\0\0"), { { 0 } }, 0, DOWN, NULL }, \
	{ "and so in the middle", kind, false, B(HELLO), HOSTILE_FLOODS, B("\x16\x03\x03\0\x04\0\0\0\0"), { { 0 } }, 0, DOWN, NULL }, \
	{ "a hello without an end", kind, false, B("\x16\x03\x03\x40\0\x02\xff\xff\xff"), HOSTILE_FLOODS, B("\x16\x03\x03\0\x01\0"), { { 0 } }, 0, DOWN, NULL }, \
	{ "hellos without an end", kind, false, HOSTILE_NOTHING, HOSTILE_FLOODS, B(HELLO), { { 0 } }, 0, DOWN, NULL },         \
	{ "certificates of megabytes", kind, false, B(HELLO "\x16\x03\x03\0\x07\x0b\xff\xff\xff\xff\xff\xfc"), HOSTILE_FLOODS, \
	  B("\x16\x03\x03\0\x06\0\0\x03\0\0\0"), { { 0 } }, 0, DOWN, NULL },                                                 \
	{ "certificates as many as there may be", kind, false, B(HELLO "\x16\x03\x03\0\x07\x0b\x01\x80\0\x01\x7f\xfd"), HOSTILE_FLOODS, \
	  B("\x16\x03\x03\0\x06\0\0\x03\0\0\0"), { { 0 } }, 0, DOWN, NULL },                                                 \
	{ "certificates byte by byte", kind, false, B(HELLO "\x16\x03\x03\0\x07\x0b\x01\x80\0\x01\x7f\xfd"), HOSTILE_TRICKLES, \
	  B("\x16\x03\x03\0\x01\0"), { { 0 } }, SLOW, DOWN, TIMED_OUT }

static const struct hostile_row https[] = { TLS_ROWS("https") };
static const struct hostile_row tls[] = { TLS_ROWS("tls") };

#define SETTINGS "\0\0\0\x04\0\0\0\0\0"
/* HPACK: ":status: 200" from the table. */
#define HEADERS_200 "\0\0\x01\x01\x04\0\0\0\x01\x88"
#define HALF_HEADERS_200 "\0\0\x01\x01\0\0\0\0\x01\x88"
#define H2(what, first, end, again) { what, "grpc", true, B(SETTINGS first), end, B(again), { { 0 } }, 0, DOWN, NULL }
#define H2_FLOOD(what, first, again) H2(what, first, HOSTILE_FLOODS, again)

static const struct hostile_row grpc[] = {
	{ "hangs up at once", "grpc", true, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "resets at once", "grpc", true, HOSTILE_NOTHING, HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "silence", "grpc", true, B(SETTINGS), HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "HTTP/1.1", "grpc", true, B(OK "\r\n"), HOSTILE_FLOODS, B("gold"), { { 0 } }, 0, DOWN, NULL },
	{ "a byte now and then", "grpc", true, B(SETTINGS), HOSTILE_TRICKLES, B("\0\0\x08\x06\0\0\0\0\0aaaaaaaa"), { { 0 } }, SLOW, DOWN, TIMED_OUT },
	H2_FLOOD("NULs", "", "\0"),
	H2_FLOOD("garbage", "", "\xff\x80\x7f"),
	H2_FLOOD("a frame of 16 MB", "\xff\xff\xff\0\0\0\0\0\x01", "a"),
	H2_FLOOD("settings without an end", "", SETTINGS),
	H2_FLOOD("settings that change", "", "\0\0\x06\x04\0\0\0\0\0\0\x01\0\0\x10\0"),
	H2_FLOOD("settings taken without an end", "", "\0\0\0\x04\x01\0\0\0\0"),
	H2_FLOOD("pings without an end", "", "\0\0\x08\x06\0\0\0\0\0aaaaaaaa"),
	H2_FLOOD("pongs without an end", "", "\0\0\x08\x06\x01\0\0\0\0aaaaaaaa"),
	H2_FLOOD("windows without an end", "", "\0\0\x04\x08\0\0\0\0\0\0\0\0\x01"),
	H2_FLOOD("priorities without an end", "", "\0\0\x05\x02\0\0\0\0\x03\0\0\0\0\x01"),
	H2_FLOOD("frames that nobody knows", "", "\0\0\x04\xee\0\0\0\0\0aaaa"),
	H2_FLOOD("resets of a stream", "", "\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08"),
	H2_FLOOD("goodbyes without an end", "", "\0\0\x08\x07\0\0\0\0\0\0\0\0\x01\0\0\0\0"),
	H2_FLOOD("promises without an end", "", "\0\0\x05\x05\x04\0\0\0\x01\0\0\0\x02\x88"),
	H2_FLOOD("continuations without an end", HALF_HEADERS_200, "\0\0\x01\x09\0\0\0\0\x01\x88"),
	H2_FLOOD("continuations of nothing", HALF_HEADERS_200, "\0\0\0\x09\0\0\0\0\x01"),
	H2_FLOOD("headers without an end", "", HEADERS_200),
	H2_FLOOD("go on, without an end", "", "\0\0\x05\x01\x04\0\0\0\x01\x08\x03\x31\x30\x33"),
	H2_FLOOD("data of nothing", HEADERS_200, "\0\0\0\0\0\0\0\0\x01"),
	H2_FLOOD("data that is padding", HEADERS_200, "\0\0\x09\0\x08\0\0\0\x01\x08\0\0\0\0\0\0\0\0"),
	H2_FLOOD("a message of 4 GB", HEADERS_200 "\0\0\x05\0\0\0\0\0\x01\0\xff\xff\xff\xff", "\0\0\x04\0\0\0\0\0\x01" "aaaa"),
	H2("a message cut short", HEADERS_200 "\0\0\x05\0\x01\0\0\0\x01\0\xff\xff\xff\xff", HOSTILE_HANGS_UP, ""),
};

static void plain(void **state)
{
	(void)state;
	hostile_judge(http, ARRAY_LEN(http));
}

static void sealed(void **state)
{
	(void)state;
	hostile_judge(tls, ARRAY_LEN(tls));
	hostile_judge(https, ARRAY_LEN(https));
}

static void frames(void **state)
{
	(void)state;
	hostile_judge(grpc, ARRAY_LEN(grpc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(sealed),
		cmocka_unit_test(frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
