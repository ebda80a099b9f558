// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks that send one packet, against servers, and others, that answer what they like. */
#include "tests/lib/test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check/socket.h"
#include "tests/lib/asker.h"
#include "tests/lib/hostile.h"

#define DOWN LVS_HEALTH_DOWN
#define UP LVS_HEALTH_UP
#define TIMED_OUT "no answer within 150 ms"

/* What is answered, and how often; FROM_ELSEWHERE: from another port. */
enum how { ONCE, FLOOD, FROM_ELSEWHERE };

/**
 * struct row - one behaviour
 * @echo:	bytes of the question that come first, 2 for the number of a DNS message
 * @twist:	of the number: it is another one
 * @answer:	then these, from the place that they have in the message
 */
struct row {
	const char *what, *kind;
	size_t echo;
	bool twist;
	const char *answer;
	size_t len;
	enum how how;
	struct lvs_check_param params[4];
	enum lvs_health_state state;
	const char *reason;
};

#define B(text) HOSTILE_BYTES(text)
#define ASK { { "query_type", "A" }, { "query_name", "a.example" }, { "answer", "192.0.2.1" } }
/* Flags of an answer, one question and @n answers; the question; and where its name is. */
#define HEAD(n) "\x81\x80\0\1" n "\0\0\0\0"
#define QUESTION "\1a\7example\0\0\1\0\1"
#define RECORD(type, len) "\0" type "\0\1\0\0\0\x3c" len
#define GOOD "\xc0\x0c" RECORD("\1", "\0\4") "\xc0\0\2\1"

static const struct row dns[] = {
	{ "as expected", "dns", 2, false, B(HEAD("\0\1") QUESTION GOOD), ONCE, ASK, UP, "answered as expected" },
	{ "to another question", "dns", 2, true, B(HEAD("\0\1") QUESTION GOOD), ONCE, ASK, DOWN, TIMED_OUT },
	{ "to others, on and on", "dns", 2, true, B(HEAD("\0\1") QUESTION GOOD), FLOOD, ASK, DOWN, TIMED_OUT },
	{ "from elsewhere", "dns", 2, false, B(HEAD("\0\1") QUESTION GOOD), FROM_ELSEWHERE, ASK, DOWN, TIMED_OUT },
	{ "the question", "dns", 300, false, B(""), ONCE, ASK, DOWN, TIMED_OUT },
	{ "nothing", "dns", 0, false, B(""), ONCE, ASK, DOWN, TIMED_OUT },
	{ "the number alone", "dns", 2, false, B(""), ONCE, ASK, DOWN, TIMED_OUT },
	{ "half a header", "dns", 2, false, B("\x81\x80\0\1\0"), ONCE, ASK, DOWN, TIMED_OUT },
	{ "a header alone", "dns", 2, false, B(HEAD("\0\1")), ONCE, ASK, DOWN, "answered with what is no DNS message" },
	{ "cut in the question", "dns", 2, false, B(HEAD("\0\1") "\1a\7exam"), ONCE, ASK, DOWN, "answered with what is no DNS message" },
	{ "cut in the answer", "dns", 2, false, B(HEAD("\0\1") QUESTION "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "cut on purpose", "dns", 2, false, B("\x83\x80\0\1\0\0\0\0\0\0" QUESTION), ONCE, ASK, DOWN, "answered with nothing" },
	{ "a name that points to itself", "dns", 2, false, B(HEAD("\0\1") "\xc0\x0c\0\1\0\1"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "names that point to each other", "dns", 2, false, B(HEAD("\0\1") "\xc0\x0e\xc0\x0c\0\1\0\1"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "a name that points ahead", "dns", 2, false, B(HEAD("\0\1") QUESTION "\xc0\x50" RECORD("\1", "\0\4") "\xc0\0\2\1"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "a label of another kind", "dns", 2, false, B(HEAD("\0\1") QUESTION "\x80\x0c" RECORD("\1", "\0\4") "\xc0\0\2\1"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "65535 records that are not there", "dns", 2, false, B(HEAD("\xff\xff") QUESTION), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "65535 questions", "dns", 2, false, B("\x81\x80\xff\xff\0\1\0\0\0\0" QUESTION GOOD), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "a record longer than all", "dns", 2, false, B(HEAD("\0\1") QUESTION "\xc0\x0c" RECORD("\1", "\xff\xff") "\xc0\0\2\1"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "an address of three bytes", "dns", 2, false, B(HEAD("\0\1") QUESTION "\xc0\x0c" RECORD("\1", "\0\3") "\xc0\0\2"), ONCE, ASK, DOWN,
	  "answered with what is no DNS message" },
	{ "a text that controls a terminal", "dns", 2, false, B(HEAD("\0\1") QUESTION "\xc0\x0c" RECORD("\x10", "\0\6") "\5\x1b[2J\a"), ONCE,
	  { { "query_type", "TXT" }, { "query_name", "a.example" }, { "answer", "x" } }, DOWN, "answered \"?[2J?\", not \"x\"" },
	{ "an error nobody knows", "dns", 2, false, B("\x81\x8f\0\1\0\0\0\0\0\0" QUESTION), ONCE, ASK, DOWN, "answered error 15" },
};

#define EXPECT { { "send", "01" }, { "expect", "676f6c64" } }
static const struct row udp[] = {
	{ "as expected", "udp", 0, false, B("gold"), ONCE, EXPECT, UP, "an answer of 4 bytes" },
	{ "nothing", "udp", 0, false, B(""), ONCE, EXPECT, DOWN, "an answer of 0 bytes is not" },
	{ "a byte too few", "udp", 0, false, B("gol"), ONCE, EXPECT, DOWN, "an answer of 3 bytes is not" },
	{ "NULs", "udp", 0, false, B("\0\0\0\0"), FLOOD, EXPECT, DOWN, "an answer of 4 bytes is not" },
	{ "from elsewhere", "udp", 0, false, B("gold"), FROM_ELSEWHERE, EXPECT, DOWN, TIMED_OUT },
	{ "from elsewhere, where any is good", "udp", 0, false, B("gold"), FROM_ELSEWHERE, { { "send", "01" } }, UP, "sent, and nobody" },
};

static void answer(int fd, const void *arg)
{
	const struct row *row = arg;
	uint8_t question[512], bytes[1024];
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, question, sizeof(question), 0, (struct sockaddr *)&from, &len);
	size_t echo = n > 0 ? LVS_MIN((size_t)n, row->echo) : 0;
	int from_fd = row->how == FROM_ELSEWHERE ? socket(AF_INET, SOCK_DGRAM, 0) : fd;

	if (n < 0)
		return;
	memcpy(bytes, question, echo);
	memcpy(bytes + echo, row->answer, row->len);
	if (row->twist)
		bytes[0] ^= 1;
	/* More than a socket takes. */
	for (int i = 0; i < (row->how == FLOOD ? 20000 : 1); i++)
		(void)sendto(from_fd, bytes, echo + row->len, 0, (struct sockaddr *)&from, len);
	if (from_fd != fd)
		(void)close(from_fd);
}

static void judge(const struct row *rows, size_t nrows)
{
	size_t before = hostile_peak();

	for (size_t i = 0; i < nrows; i++) {
		const struct row *row = &rows[i];
		struct test_server server = test_server_start("127.0.0.1", SOCK_DGRAM, answer, row);
		bool waits = !strcmp(row->reason, TIMED_OUT) || !strncmp(row->reason, "sent", 4);
		struct lvs_verdict verdict;
		size_t n = 0;

		while (n < ARRAY_LEN(row->params) && row->params[n].name)
			n++;
		verdict = test_ask(row->kind, &server, row->params, n, waits ? 150 : 60000, NULL);
		test_server_stop(&server);
		hostile_expect_words(row->what, verdict.reason);
		if (verdict.state != row->state || strncmp(verdict.reason, row->reason, strlen(row->reason)) != 0)
			fail_msg("%s, %s: %s, %s", row->kind, row->what, lvs_health_names[verdict.state], verdict.reason);
	}
	assert_true(hostile_peak() < before + HOSTILE_GROWTH_MAX);
}

static void names(void **state)
{
	(void)state;
	judge(dns, ARRAY_LEN(dns));
}

static void datagrams(void **state)
{
	(void)state;
	judge(udp, ARRAY_LEN(udp));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
