// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of protocols that consist of lines, or of a connection alone, against servers that wish them no good. */
#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"
#include "tests/lib/hostile.h"

#define NUL(text) HOSTILE_BYTES(text)
#define EXPECT { { "send_text", "PING\r\n" }, { "expect_text", "gold" } }
#define SLOW 150
#define TIMED_OUT "no answer within 150 ms"
#define DOWN LVS_HEALTH_DOWN
#define UP LVS_HEALTH_UP
#define UNKNOWN LVS_HEALTH_UNKNOWN

static const struct hostile_row tcp[] = {
	{ "hangs up at once", "tcp", false, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, UP, "connected" },
	{ "floods", "tcp", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\0"), { { 0 } }, 0, UP, "connected" },
};

static const struct hostile_row send_expect[] = {
	{ "hangs up at once", "send_expect", false, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, EXPECT, 0, DOWN, NULL },
	{ "resets at once", "send_expect", false, HOSTILE_NOTHING, HOSTILE_RESETS, HOSTILE_NOTHING, EXPECT, 0, DOWN, NULL },
	{ "resets in the middle", "send_expect", false, NUL("go"), HOSTILE_RESETS, HOSTILE_NOTHING, EXPECT, 0, DOWN, NULL },
	{ "silence", "send_expect", false, HOSTILE_NOTHING, HOSTILE_IS_SILENT, HOSTILE_NOTHING, EXPECT, SLOW, DOWN, TIMED_OUT },
	{ "NULs", "send_expect", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\0"), EXPECT, 0, DOWN, "answered \"   " },
	{ "NULs between what is wanted", "send_expect", false, NUL("g\0old"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, EXPECT, 0, DOWN, NULL },
	{ "what is wanted too late", "send_expect", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("gol gol"), EXPECT, 0, DOWN,
	  "answered \"gol golgol " },
	{ "controls a terminal", "send_expect", false, NUL("\x1b[2J\x1b]0;x\a\x9b\xff\r\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, EXPECT, 0,
	  DOWN, NULL },
	{ "a byte now and then", "send_expect", false, HOSTILE_NOTHING, HOSTILE_TRICKLES, NUL("gol"), EXPECT, SLOW, DOWN, TIMED_OUT },
	{ "TLS", "send_expect", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\x16\x03\x03\x3f\xff\x02\xff\xff\xff"), EXPECT, 0, DOWN, NULL },
	{ "anything is good, and that is much", "send_expect", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\xff\0\x80"), { { 0 } }, 0, UP,
	  "answered" },
};

static const struct hostile_row smtp[] = {
	{ "hangs up at once", "smtp", false, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, "hung up without a greeting" },
	{ "resets at once", "smtp", false, HOSTILE_NOTHING, HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "resets in the middle", "smtp", false, NUL("220-a\r\n22"), HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "silence", "smtp", false, HOSTILE_NOTHING, HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "silence behind the greeting", "smtp", false, NUL("220 a\r\n"), HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "a greeting without an end", "smtp", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("220-welcome\r\n"), { { 0 } }, 0, DOWN,
	  "does not speak SMTP" },
	{ "a line without an end", "smtp", false, NUL("220 "), HOSTILE_FLOODS, NUL("a"), { { 0 } }, 0, DOWN, "does not speak SMTP" },
	{ "an answer without an end", "smtp", false, NUL("220 a\r\n"), HOSTILE_FLOODS, NUL("250-a\r\n"), { { 0 } }, 0, DOWN,
	  "does not speak SMTP" },
	{ "greetings without an end", "smtp", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("220 a\r\n"), { { 0 } }, 0, DOWN, "HELO: 220 a" },
	{ "empty lines", "smtp", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\r\n"), { { 0 } }, 0, DOWN, "does not speak SMTP" },
	{ "NULs", "smtp", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\0"), { { 0 } }, 0, DOWN, "does not speak SMTP" },
	{ "a code cut short", "smtp", false, NUL("22\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, "does not speak SMTP" },
	{ "a code alone", "smtp", false, NUL("220\n250\n"), HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, 0, UP, "250" },
	{ "a code of other digits", "smtp", false, NUL("\xb2\xb2\xb2 a\r\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN,
	  "does not speak SMTP" },
	{ "controls a terminal", "smtp", false, NUL("554 \x1b[2J\x1b]0;x\a\x9b\xff\r\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN,
	  "greeting: 554 .[2J.]0;x..." },
	{ "a byte now and then", "smtp", false, HOSTILE_NOTHING, HOSTILE_TRICKLES, NUL("220-welcome\r\n"), { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "TLS", "smtp", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\x16\x03\x03\x3f\xff\x02\xff\xff\xff"), { { 0 } }, 0, DOWN, NULL },
};

static const struct hostile_row agent[] = {
	{ "hangs up at once", "agent", false, HOSTILE_NOTHING, HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, UNKNOWN, "said nothing" },
	{ "resets at once", "agent", false, HOSTILE_NOTHING, HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "resets in the middle", "agent", false, NUL("up"), HOSTILE_RESETS, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, NULL },
	{ "silence", "agent", false, HOSTILE_NOTHING, HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "a word, and silence", "agent", false, NUL("up"), HOSTILE_IS_SILENT, HOSTILE_NOTHING, { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "words without an end", "agent", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("up "), { { 0 } }, 0, UNKNOWN, "said too much" },
	{ "a word without an end", "agent", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("9"), { { 0 } }, 0, UNKNOWN, "said too much" },
	{ "a reason without an end", "agent", false, NUL("up #"), HOSTILE_FLOODS, NUL("#"), { { 0 } }, 0, UNKNOWN, "said too much" },
	{ "empty lines", "agent", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\r\n"), { { 0 } }, 0, UNKNOWN, "said nothing" },
	{ "NULs", "agent", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\0"), { { 0 } }, 0, UNKNOWN, "said too much" },
	{ "a NUL between words", "agent", false, NUL("up\0down\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, DOWN, "said \"up down\"" },
	{ "controls a terminal", "agent", false, NUL("\x1b[2J\x1b]0;x\a\x9b\xff\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, UNKNOWN,
	  "cannot make sense of \".[2J.]0;x...\"" },
	{ "a byte now and then", "agent", false, HOSTILE_NOTHING, HOSTILE_TRICKLES, NUL("up "), { { 0 } }, SLOW, DOWN, TIMED_OUT },
	{ "a weight beyond all", "agent", false, NUL("18446744073709551616%\n"), HOSTILE_HANGS_UP, HOSTILE_NOTHING, { { 0 } }, 0, UNKNOWN, NULL },
	{ "TLS", "agent", false, HOSTILE_NOTHING, HOSTILE_FLOODS, NUL("\x16\x03\x03\x3f\xff\x02\xff\xff\xff"), { { 0 } }, 0, UNKNOWN, NULL },
};

static void connections(void **state)
{
	(void)state;
	hostile_judge(tcp, ARRAY_LEN(tcp));
}

static void texts(void **state)
{
	(void)state;
	hostile_judge(send_expect, ARRAY_LEN(send_expect));
}

static void mail(void **state)
{
	(void)state;
	hostile_judge(smtp, ARRAY_LEN(smtp));
}

static void agents(void **state)
{
	(void)state;
	hostile_judge(agent, ARRAY_LEN(agent));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),
		cmocka_unit_test(texts),
		cmocka_unit_test(mail),
		cmocka_unit_test(agents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
