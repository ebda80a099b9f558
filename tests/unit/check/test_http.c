// SPDX-License-Identifier: GPL-2.0-or-later
/* A server says what it likes; the check stays small and quick, and knows what is good. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"

/* @request: what the client has to have sent; NULL: anything. @serve: what happens after @answer was said */
struct script {
	const char *request, *answer;
	void (*serve)(int fd);
};

static void repeat(int fd, const char *text)
{
	char block[8192];
	size_t len = strlen(text);

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = text[i % len];
	for (int i = 0; i < 131072; i++)	/* a gigabyte */
		if (write(fd, block, sizeof(block) / len * len) <= 0)
			return;
}

static void endless_header(int fd) { repeat(fd, "X-A: one that goes on\r\n"); }
static void endless_line(int fd) { repeat(fd, "a"); }
static void endless_body(int fd) { repeat(fd, "body text"); }

static void byte_by_byte(int fd)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	while (write(fd, "x", 1) == 1)
		(void)nanosleep(&pause, NULL);
}

static void nothing(int fd)
{
	char c;

	while (read(fd, &c, 1) == 1)
		continue;
}

static void follow(int fd, const void *arg)
{
	const struct script *script = arg;
	char request[4096];
	size_t len = 0;
	ssize_t n;

	while (len + 1 < sizeof(request) && (n = read(fd, request + len, sizeof(request) - 1 - len)) > 0) {
		len += (size_t)n;
		request[len] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	if (script->request && !strstr(request, script->request))
		test_say(fd, "HTTP/1.1 400 That Was Not To Be Asked\r\n\r\n");
	else
		test_say(fd, script->answer);
	if (script->serve)
		script->serve(fd);
}

#define OK "HTTP/1.1 200 OK\r\n"
#define BODY(text) OK "Connection: close\r\n\r\n" text

static const struct row {
	const char *what;
	struct script script;
	struct lvs_check_param params[5];
	unsigned int timeout_ms;
	enum lvs_health_state state;
	const char *reason;
} rows[] = {
	{ "a status of 200", { "GET / HTTP/1.1\r\nHost: 127.0.0.1:", OK "Content-Length: 0\r\n\r\n", NULL }, { { 0 } }, 0,
	  LVS_HEALTH_UP, "status 200" },
	{ "of 204", { NULL, "HTTP/1.1 204 No Content\r\n\r\n", NULL }, { { 0 } }, 0, LVS_HEALTH_UP, "status 204" },
	{ "of 503", { NULL, "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno", NULL }, { { 0 } }, 0, LVS_HEALTH_DOWN,
	  "status 503, not 200-299" },
	{ "a redirect is not followed", { NULL, "HTTP/1.1 302 Go\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", NULL },
	  { { 0 } }, 0, LVS_HEALTH_DOWN, "status 302, not 200-299" },
	{ "and may be good", { NULL, "HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL },
	  { { "status", "200, 300-399" } }, 0, LVS_HEALTH_UP, "status 302" },
	{ "the last status", { NULL, "HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n", NULL }, { { "status", "599" } }, 0,
	  LVS_HEALTH_UP, "status 599" },
	{ "a status beyond all", { NULL, "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", NULL }, { { "status", "100-599" } }, 0,
	  LVS_HEALTH_DOWN, "status 999, not 100-599" },
	{ "what is asked for", { "PURGE /a?b=c HTTP/1.0\r\nHost: example.org\r\n", OK "\r\n", NULL },
	  { { "method", "PURGE" }, { "path", "/a?b=c" }, { "host", "example.org" }, { "http_version", "1.0" } }, 0,
	  LVS_HEALTH_UP, "status 200" },
	{ "more headers", { "X-A: 1\r\nX-B: 2 3\r\n", OK "Content-Length: 0\r\n\r\n", NULL },
	  { { "headers", "X-A: 1\nX-B: 2 3" } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "only the head", { "HEAD / ", OK "Content-Length: 1000\r\n\r\n", NULL }, { { "method", "HEAD" } }, 0, LVS_HEALTH_UP,
	  "status 200" },
	{ "a text in the body", { NULL, BODY("it is fine"), NULL }, { { "body", "is fi" } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "another text", { NULL, BODY("it is fine"), NULL }, { { "body", "not" } }, 0, LVS_HEALTH_DOWN,
	  "status 200, but the body does not hold the text" },
	{ "no body at all", { NULL, BODY(""), NULL }, { { "body", "not" } }, 0, LVS_HEALTH_DOWN,
	  "status 200, but the body does not hold the text" },
#ifdef HAVE_PCRE2
	{ "an expression", { NULL, BODY("load: 0.93"), NULL }, { { "regex", "load: 0\\.\\d+$" } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "not this one", { NULL, BODY("load: 7.93"), NULL }, { { "regex", "load: 0\\.\\d+$" } }, 0, LVS_HEALTH_DOWN,
	  "status 200, but the body does not match" },
	{ "one that would never end", { NULL, BODY("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), NULL },
	  { { "regex", "^(([a-z])+.)+[A-Z]([a-z])+$" } }, 0, LVS_HEALTH_DOWN, "status 200, but matching the body takes too long" },
#endif
#ifdef HAVE_LIBCRYPTO
	{ "a digest", { NULL, BODY("abc"), NULL },
	  { { "digest", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD" } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "an MD5", { NULL, BODY("abc"), NULL }, { { "digest", "900150983cd24fb0d6963f7d28e17f72" } }, 0, LVS_HEALTH_UP,
	  "status 200" },
	{ "of nothing", { NULL, BODY(""), NULL }, { { "digest", "d41d8cd98f00b204e9800998ecf8427e" } }, 0, LVS_HEALTH_UP,
	  "status 200" },
	{ "another digest", { NULL, BODY("abd"), NULL }, { { "digest", "900150983cd24fb0d6963f7d28e17f72" } }, 0, LVS_HEALTH_DOWN,
	  "status 200, but the body has another digest" },
	{ "a digest of a gigabyte", { NULL, BODY(""), endless_body }, { { "digest", "900150983cd24fb0d6963f7d28e17f72" } }, 0,
	  LVS_HEALTH_DOWN, "status 200, but the body is too long for a digest" },
#endif
	{ "a gigabyte nobody asked for", { NULL, BODY(""), endless_body }, { { 0 } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "a text in a gigabyte", { NULL, BODY(""), endless_body }, { { "body", "textbody" } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "a gigabyte without it", { NULL, BODY(""), endless_body }, { { "body", "nobody" } }, 0, LVS_HEALTH_DOWN,
	  "status 200, but the body does not hold the text" },
	{ "NULs in front of it", { NULL, OK "Content-Length: 5000\r\n\r\n", NULL }, { { "body", "x" } }, 0, LVS_HEALTH_DOWN, NULL },
	{ "a body that swells stays as it is", { NULL, OK "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", NULL },
	  { { 0 } }, 0, LVS_HEALTH_UP, "status 200" },
	{ "a header without an end", { NULL, OK, endless_header }, { { 0 } }, 0, LVS_HEALTH_DOWN, "a header longer than 65536 bytes" },
	{ "a line without an end", { NULL, OK "X: ", endless_line }, { { 0 } }, 0, LVS_HEALTH_DOWN, "a line that does not end" },
	{ "a status line without an end", { NULL, "HTTP/1.1 200 ", endless_line }, { { 0 } }, 0, LVS_HEALTH_DOWN, NULL },
	{ "no HTTP", { NULL, "220 mail.example.org ESMTP\r\n", NULL }, { { 0 } }, 0, LVS_HEALTH_DOWN, NULL },
	{ "garbage", { NULL, "\x16\x03\x01\xff\xff\x01", NULL }, { { 0 } }, 0, LVS_HEALTH_DOWN, NULL },
	{ "nothing", { NULL, "", NULL }, { { 0 } }, 0, LVS_HEALTH_DOWN, "Empty reply from server" },
	{ "a body cut short", { NULL, OK "Content-Length: 9\r\n\r\nabc", NULL }, { { 0 } }, 0, LVS_HEALTH_DOWN, NULL },
	{ "not by HTTP/2", { NULL, OK "\r\n", NULL }, { { "http_version", "2" } }, 0, LVS_HEALTH_DOWN, NULL },
	{ "silence", { NULL, "", nothing }, { { 0 } }, 100, LVS_HEALTH_DOWN, "no answer within 100 ms" },
	{ "a byte now and then", { NULL, OK "X: ", byte_by_byte }, { { 0 } }, 150, LVS_HEALTH_DOWN, "no answer within 150 ms" },
	{ "a body byte by byte", { NULL, OK "\r\n", byte_by_byte }, { { "body", "y" } }, 150, LVS_HEALTH_DOWN,
	  "no answer within 150 ms" },
};

static void answers_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, follow, &row->script);
		size_t n = 0;
		struct lvs_verdict verdict;

		while (n < ARRAY_LEN(row->params) && row->params[n].name)
			n++;
		verdict = test_ask("http", &server, row->params, n, row->timeout_ms ? row->timeout_ms : 30000, NULL);
		if (verdict.state != row->state || (row->reason && strcmp(verdict.reason, row->reason) != 0))
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
	verdict = test_ask("http", &server, NULL, 0, 20000, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_string_equal(verdict.reason, "connect: Connection refused");
	server.source = test_addr("192.0.2.77");
	verdict = test_ask("http", &server, NULL, 0, 20000, NULL);
	assert_int_equal(verdict.state, LVS_HEALTH_UNKNOWN);
	(void)close(fd);
}

static void version_6(void **state)
{
	const struct script script = { "Host: [::1]:", OK "Content-Length: 0\r\n\r\n", NULL };
	struct test_server server;
	struct lvs_verdict verdict;

	(void)state;
	if (access("/proc/net/if_inet6", F_OK) != 0)
		skip();
	server = test_server_start("::1", SOCK_STREAM, follow, &script);
	verdict = test_ask("http", &server, NULL, 0, 20000, NULL);
	assert_string_equal(verdict.reason, "status 200");
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
