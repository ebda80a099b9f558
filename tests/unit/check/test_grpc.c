// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server of HTTP/2 that is a list of frames: what it says to a question about its health, be it gRPC or not. Who speaks it
 * well is asked in tests/netns/checks_grpc.sh.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

/* Frames. */
enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, GOAWAY = 7, CONTINUATION = 9 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };

/* Header fields in HPACK: of the static table, or written out. */
#define STATUS_200 "\x88"
#define STATUS_404 "\x8d"
#define TYPE_GRPC "\x0f\x10\x10" "application/grpc"
#define TYPE_HTML "\x0f\x10\x09" "text/html"
#define CALL(digits, len) "\0\x0bgrpc-status" len digits
#define CALL_OK CALL("0", "\1")

/* @payload: @len bytes of it; @len 0 with a NULL payload: the end of the row */
struct frame {
	uint8_t type, flags;
	const char *payload;
	size_t len;
};
#define FRAME(type, flags, text) { type, flags, text, sizeof(text) - 1 }
#define HEAD FRAME(HEADERS, END_HEADERS, STATUS_200 TYPE_GRPC)
#define TRAILER FRAME(HEADERS, END_HEADERS | END_STREAM, CALL_OK)
#define SERVING "\0\0\0\0\2\x08\1"

/* @raw: said at once, and no frames; @then: what happens after all that */
struct script {
	const char *raw;
	struct frame frames[4];
	void (*then)(int fd);
	const char *request;
};

static bool say_bytes(int fd, const void *bytes, size_t len)
{
	return write(fd, bytes, len) == (ssize_t)len;
}

static bool say_frame(int fd, const struct frame *frame, uint8_t stream)
{
	uint8_t head[9] = { 0, (uint8_t)(frame->len >> 8), (uint8_t)frame->len, frame->type, frame->flags, 0, 0, 0, stream };

	return say_bytes(fd, head, sizeof(head)) && (!frame->len || say_bytes(fd, frame->payload, frame->len));
}

static bool hear_bytes(int fd, void *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = read(fd, (char *)bytes + at, len - at);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* Reads a client's preface and its question to the end. Return: did it ask @request? */
static bool hear_request(int fd, const char *request)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	uint8_t head[9], payload[16384];
	char got[sizeof(preface)];
	bool asked = !request;

	if (!hear_bytes(fd, got, sizeof(preface) - 1) || memcmp(got, preface, sizeof(preface) - 1) != 0)
		return false;
	do {
		size_t len;

		if (!hear_bytes(fd, head, sizeof(head)))
			return false;
		len = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
		if (len > sizeof(payload) || !hear_bytes(fd, payload, len))
			return false;
		if (head[3] == DATA && request && len == strlen(request) + 5 && !memcmp(payload + 5, request, len - 5))
			asked = true;
	} while (head[3] != DATA || !(head[4] & END_STREAM));
	return asked;
}

static void follow(int fd, const void *arg)
{
	const struct script *script = arg;
	const struct frame settings = { SETTINGS, 0, NULL, 0 }, ack = { SETTINGS, ACK, NULL, 0 };

	if (script->raw) {
		test_say(fd, script->raw);
	} else if (!say_frame(fd, &settings, 0) || !hear_request(fd, script->request) || !say_frame(fd, &ack, 0)) {
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(script->frames) && script->frames[i].payload; i++)
		if (!say_frame(fd, &script->frames[i], 1))
			return;
	if (script->then)
		script->then(fd);
}

static void nothing(int fd)
{
	char c;

	while (read(fd, &c, 1) == 1)
		continue;
}

static void byte_by_byte(int fd)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	while (write(fd, "\0", 1) == 1)
		(void)nanosleep(&pause, NULL);
}

/* A gigabyte, in frames of the largest size that is allowed unasked. */
static void repeat(int fd, uint8_t type, const char *field, size_t len)
{
	struct frame frame = { .type = type, .len = 16384 / len * len };
	char *bytes = malloc(16384);

	for (size_t i = 0; bytes && i < frame.len; i++)
		bytes[i] = field[i % len];
	frame.payload = bytes;
	for (int i = 0; bytes && i < 65536 && say_frame(fd, &frame, 1); i++)
		continue;
	free(bytes);
}

static void endless_body(int fd) { repeat(fd, DATA, "\0\0\0\0\2\x08\1", 7); }
static void endless_header(int fd) { repeat(fd, CONTINUATION, "\0\1x\1y", 5); }
static void endless_nothing(int fd) { repeat(fd, DATA, "\0", 1); }

static void endless_settings(int fd)
{
	const struct frame settings = { SETTINGS, 0, NULL, 0 };

	for (int i = 0; i < 1000000 && say_frame(fd, &settings, 0); i++)
		continue;
}

static const struct row {
	const char *what;
	struct script script;
	struct lvs_check_param params[2];
	unsigned int timeout_ms;
	const char *reason;		/* NULL: whatever libcurl says */
	bool up;
} rows[] = {
	{ "serving", { NULL, { HEAD, FRAME(DATA, 0, SERVING), TRAILER }, nothing, NULL }, { { 0 } }, 0, "SERVING", true },
	{ "a service by name", { NULL, { HEAD, FRAME(DATA, 0, SERVING), TRAILER }, nothing, "\x0a\5a.b.C" },
	  { { "grpc_service", "a.b.C" } }, 0, "SERVING", true },
	{ "not serving", { NULL, { HEAD, FRAME(DATA, 0, "\0\0\0\0\2\x08\2"), TRAILER }, nothing, NULL }, { { 0 } }, 0,
	  "NOT_SERVING, not SERVING", false },
	{ "no word of it", { NULL, { HEAD, FRAME(DATA, 0, "\0\0\0\0\0"), TRAILER }, nothing, NULL }, { { 0 } }, 0,
	  "UNKNOWN, not SERVING", false },
	{ "a number nobody knows", { NULL, { HEAD, FRAME(DATA, 0, "\0\0\0\0\2\x08\x09"), TRAILER }, nothing, NULL }, { { 0 } }, 0,
	  "serving status 9, not SERVING", false },
	{ "no such service", { NULL, { FRAME(HEADERS, END_HEADERS | END_STREAM, STATUS_200 TYPE_GRPC CALL("5", "\1")) }, nothing, NULL },
	  { { 0 } }, 0, "the call's status is NOT_FOUND", false },
	{ "no health check there", { NULL, { FRAME(HEADERS, END_HEADERS | END_STREAM, STATUS_200 TYPE_GRPC CALL("12", "\2")) }, nothing,
	  NULL }, { { 0 } }, 0, "the call's status is UNIMPLEMENTED", false },
	{ "serving, but the call failed", { NULL, { HEAD, FRAME(DATA, 0, SERVING), FRAME(HEADERS, END_HEADERS | END_STREAM, CALL("14", "\2")) },
	  nothing, NULL }, { { 0 } }, 0, "the call's status is UNAVAILABLE", false },
	{ "a status that is none", { NULL, { HEAD, FRAME(DATA, 0, SERVING), FRAME(HEADERS, END_HEADERS | END_STREAM, CALL("17", "\2")) },
	  nothing, NULL }, { { 0 } }, 0, "a status that is none of gRPC", false },
	{ "nor is this", { NULL, { HEAD, FRAME(DATA, 0, SERVING), FRAME(HEADERS, END_HEADERS | END_STREAM, CALL("0x0", "\3")) },
	  nothing, NULL }, { { 0 } }, 0, "a status that is none of gRPC", false },
	{ "no status", { NULL, { HEAD, FRAME(DATA, END_STREAM, SERVING) }, nothing, NULL }, { { 0 } }, 0, "an answer without a status", false },
	{ "no message", { NULL, { HEAD, TRAILER }, nothing, NULL }, { { 0 } }, 0, "an answer without a message", false },
	{ "compressed", { NULL, { HEAD, FRAME(DATA, 0, "\1\0\0\0\3\x1f\x8b\x08"), TRAILER }, nothing, NULL }, { { 0 } }, 0,
	  "a compressed message, which was not asked for", false },
	{ "half a message", { NULL, { HEAD, FRAME(DATA, 0, "\0\0\0\0\2\x08"), TRAILER }, nothing, NULL }, { { 0 } }, 0,
	  "a message that cannot be read", false },
	{ "NULs", { NULL, { HEAD, FRAME(DATA, 0, "\0\0\0\0\4\0\0\0\0"), TRAILER }, nothing, NULL }, { { 0 } }, 0,
	  "a message that cannot be read", false },
	{ "a web server", { NULL, { FRAME(HEADERS, END_HEADERS, STATUS_200 TYPE_HTML), FRAME(DATA, END_STREAM, "hi") }, nothing, NULL },
	  { { 0 } }, 0, "an answer that is not of gRPC", false },
	{ "that knows no such page", { NULL, { FRAME(HEADERS, END_HEADERS | END_STREAM, STATUS_404 TYPE_HTML) }, nothing, NULL }, { { 0 } }, 0,
	  "status 404 of HTTP, not 200", false },
	{ "a reset", { NULL, { HEAD, FRAME(RST_STREAM, 0, "\0\0\0\2") }, nothing, NULL }, { { 0 } }, 0, NULL, false },
	{ "a body without an end", { NULL, { HEAD }, endless_body, NULL }, { { 0 } }, 0, "an answer longer than any should be", false },
	{ "of NULs", { NULL, { HEAD }, endless_nothing, NULL }, { { 0 } }, 0, "an answer longer than any should be", false },
	{ "a header without an end", { NULL, { FRAME(HEADERS, 0, STATUS_200) }, endless_header, NULL }, { { 0 } }, 5000, NULL, false },
	{ "settings without an end", { NULL, { { 0 } }, endless_settings, NULL }, { { 0 } }, 5000, NULL, false },
	{ "HTTP/1", { "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n\r\n", { { 0 } }, nothing, NULL }, { { 0 } }, 0, NULL, false },
	{ "garbage", { "\x16\x03\x01\xff\xff\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff", { { 0 } }, nothing, NULL }, { { 0 } }, 0, NULL, false },
	{ "silence", { "", { { 0 } }, nothing, NULL }, { { 0 } }, 100, "no answer within 100 ms", false },
	{ "a byte now and then", { NULL, { HEAD }, byte_by_byte, NULL }, { { 0 } }, 150, "no answer within 150 ms", false },
	{ "nothing", { "", { { 0 } }, NULL, NULL }, { { 0 } }, 0, NULL, false },
	{ "no TLS", { "HTTP/1.1 400 No\r\n\r\n", { { 0 } }, nothing, NULL }, { { "tls", "true" } }, 0, NULL, false },
	{ "garbage for TLS", { "\x16\x03\x03\x3f\xff\x02\xff\xff\xff", { { 0 } }, nothing, NULL }, { { "tls", "true" } }, 1000, NULL, false },
};

static void answers_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, follow, &row->script);
		size_t n = row->params[0].name ? 1 : 0;
		struct lvs_verdict verdict = test_ask("grpc", &server, row->params, n, row->timeout_ms ? row->timeout_ms : 30000, NULL);

		if (verdict.state != (row->up ? LVS_HEALTH_UP : LVS_HEALTH_DOWN) ||
		    (row->reason && strcmp(verdict.reason, row->reason) != 0))
			fail_msg("%s: %s, %s", row->what, lvs_health_names[verdict.state], verdict.reason);
		test_server_stop(&server);
	}
}

static void memory_stays_small(void **state)
{
	struct rusage usage;

	(void)state;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	assert_true(usage.ru_maxrss < 256 * 1024);	/* KiB, with whatever a sanitizer adds: gigabytes went by */
}

static void nobody_listens(void **state)
{
	struct test_server server = { .addr = test_addr("127.0.0.1") };
	struct lvs_verdict verdict;
	int fd;

	(void)state;
	server.port = test_dead_port(&fd);
	verdict = test_ask("grpc", &server, NULL, 0, 20000, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "connect: Connection refused");
	(void)close(fd);
}

static void version_6(void **state)
{
	struct test_server server;

	(void)state;
	if (access("/proc/net/if_inet6", F_OK) != 0)
		skip();
	server = test_server_start("::1", SOCK_STREAM, follow, &rows[0].script);
	assert_string_equal(test_ask("grpc", &server, NULL, 0, 20000, NULL).reason, "SERVING");
	test_server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_judged),
		cmocka_unit_test(memory_stays_small),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(version_6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
