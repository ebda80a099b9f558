// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/asker.h"
#include "tests/lib/notices.h"

#define UP LVS_EVENT_SERVER_UP
#define DOWN LVS_EVENT_SERVER_DOWN
#define NONE LVS_EVENT_COUNT
#define REQUEST_BYTES 65536

/* @shared: with the server's process. @answer: of the nth request, the last one for all that follow; NULL: none ever */
struct hook {
	struct test_server server;
	const char *answers[3];
	bool endless;
	struct shared {
		unsigned int n;
		char request[REQUEST_BYTES];
	} *shared;
};

static size_t read_request(int fd, char *text)
{
	size_t len = 0, want = REQUEST_BYTES - 1;

	while (len < want) {
		ssize_t n = read(fd, text + len, want - len);
		const char *end, *length;

		if (n <= 0)
			break;
		len += (size_t)n;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		length = strstr(text, "Content-Length: ");
		if (end && length)
			want = (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10);
	}
	return len;
}

static void serve(int fd, const void *arg)
{
	const struct hook *hook = arg;
	const char *answer;
	char junk[16384];

	(void)read_request(fd, hook->shared->request);
	answer = hook->answers[hook->shared->n < 2 ? hook->shared->n : 2];
	hook->shared->n++;
	if (!answer)
		(void)pause();
	test_say(fd, answer);
	memset(junk, 'x', sizeof(junk));
	while (hook->endless && send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0)
		;
}

/* @test: with the hook's URL, not started */
static void start(struct test_notices *test, struct hook *hook, const char *addr)
{
	hook->shared = mmap(NULL, sizeof(*hook->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(hook->shared != MAP_FAILED);
	hook->server = test_server_start(addr, SOCK_STREAM, serve, hook);
	test_notices_init(test, false);
	(void)snprintf(test->conf.webhook, sizeof(test->conf.webhook), strchr(addr, ':') ? "http://[%s]:%u/hook?a=b" :
		       "http://%s:%u/hook?a=b", addr, hook->server.port);
}

static void finish(struct test_notices *test, struct hook *hook)
{
	test_notices_fini(test);
	test_server_stop(&hook->server);
	(void)munmap(hook->shared, sizeof(*hook->shared));
}

/* Return: the events of the last request, to be given back */
static json_t *events_of(const struct hook *hook)
{
	const char *body = strstr(hook->shared->request, "\r\n\r\n");
	json_t *root = body ? json_loads(body + 4, 0, NULL) : NULL;
	json_t *events = json_incref(json_object_get(root, "events"));

	assert_int_equal(json_object_size(root), 1);
	json_decref(root);
	return events;
}

static const char *text_of(const json_t *event, const char *key)
{
	const char *text = json_string_value(json_object_get(event, key));

	return text ? text : "";
}

#define OK "HTTP/1.1 204 No Content\r\n\r\n"

static void posts_json(void **state)
{
	static const char *const addrs[] = { "127.0.0.1", "::1" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct hook hook = { .answers = { OK, OK, OK } };
		struct test_notices test;
		json_t *events, *event;

		start(&test, &hook, addrs[i]);
		(void)snprintf(test.conf.webhook_headers, sizeof(test.conf.webhook_headers), "X-One: 1\nAuthorization: Bearer a b");
		test_notices_start(&test, NULL, NULL);
		test_notices_put(&test, DOWN, UP);
		test_notices_until_over(&test, LVS_NOTIFY_webhook, 1);
		assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).sent, 1);
		assert_ptr_equal(strstr(hook.shared->request, "POST /hook?a=b HTTP/1.1\r\n"), hook.shared->request);
		assert_non_null(strstr(hook.shared->request, "\r\nContent-Type: application/json\r\n"));
		assert_non_null(strstr(hook.shared->request, "\r\nX-One: 1\r\n"));
		assert_non_null(strstr(hook.shared->request, "\r\nAuthorization: Bearer a b\r\n"));
		assert_null(strstr(hook.shared->request, "Expect"));
		events = events_of(&hook);
		assert_int_equal(json_array_size(events), 1);
		event = json_array_get(events, 0);
		assert_string_equal(text_of(event, "event"), "server_down");
		assert_string_equal(text_of(event, "server"), "a\"b");
		assert_string_equal(text_of(event, "service_address"), "[192.0.2.10]:tcp:80");
		assert_string_equal(text_of(event, "previous"), "up");
		assert_string_equal(text_of(event, "message"), "it is server_down");
		assert_int_equal(json_integer_value(json_object_get(event, "weight")), 3);
		json_decref(events);
		finish(&test, &hook);
	}
}

static void a_name_and_its_address(void **state)
{
	struct hook hook = { .answers = { OK, OK, OK } };
	struct test_notices test;
	char host[64];

	(void)state;
	start(&test, &hook, "127.0.0.1");
	(void)snprintf(test.conf.webhook, sizeof(test.conf.webhook), "http://hooks.invalid:%u/", hook.server.port);
	test.conf.webhook_address = test_addr("127.0.0.1");
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, LVS_EVENT_RELOAD_DONE, NONE);
	test_notices_until_over(&test, LVS_NOTIFY_webhook, 1);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).sent, 1);
	(void)snprintf(host, sizeof(host), "\r\nHost: hooks.invalid:%u\r\n", hook.server.port);
	assert_non_null(strstr(hook.shared->request, host));
	finish(&test, &hook);
}

/* One is under way, the others go together. */
static void those_that_wait_go_together(void **state)
{
	struct hook hook = { .answers = { OK, OK, OK } };
	struct test_notices test;
	json_t *events;

	(void)state;
	start(&test, &hook, "127.0.0.1");
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, LVS_EVENT_RELOAD_REFUSED, NONE);
	for (int i = 0; i < 100; i++) {
		test_notices_put(&test, DOWN, UP);
		test_notices_put(&test, UP, DOWN);
	}
	test_notices_put(&test, DOWN, UP);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).waiting, 3);
	test_notices_until_over(&test, LVS_NOTIFY_webhook, 3);
	assert_int_equal(hook.shared->n, 2);
	events = events_of(&hook);
	assert_int_equal(json_array_size(events), 2);
	assert_string_equal(text_of(json_array_get(events, 0), "event"), "server_down");
	assert_string_equal(text_of(json_array_get(events, 1), "event"), "quorum_lost");
	json_decref(events);
	finish(&test, &hook);
}

static void is_tried_again(void **state)
{
	struct hook hook = { .answers = { "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n", "", OK } };
	struct test_notices test;

	(void)state;
	start(&test, &hook, "127.0.0.1");
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, DOWN, UP);
	test_notices_until_over(&test, LVS_NOTIFY_webhook, 1);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).sent, 1);
	assert_int_equal(hook.shared->n, 3);
	finish(&test, &hook);
}

static void hostile_ones(void **state)
{
	static const struct {
		const char *what, *answer;
		bool endless, taken;
	} rows[] = {
		{ "never answers", NULL, false, false },
		{ "closes at once", "", false, false },
		{ "speaks another language", "220 mail.example.org ESMTP\r\n", false, false },
		{ "a header without an end", "HTTP/1.1 500 No\r\nX: ", true, false },
		{ "refuses, and goes on about it", "HTTP/1.1 500 No\r\n\r\n", true, false },
		{ "takes it, and goes on about it", "HTTP/1.1 200 OK\r\n\r\n", true, true },
		{ "sends elsewhere", "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hook hook = { .answers = { rows[i].answer, rows[i].answer, rows[i].answer }, .endless = rows[i].endless };
		struct lvs_notify_counts counts;
		struct test_notices test;

		print_message("%s\n", rows[i].what);
		start(&test, &hook, "127.0.0.1");
		test.conf.webhook_timeout = rows[i].answer ? LVS_SECONDS(60) : 100 * LVS_NS_PER_MS;
		test_notices_start(&test, NULL, NULL);
		test_notices_put(&test, DOWN, UP);
		test_notices_until_over(&test, LVS_NOTIFY_webhook, 1);
		counts = test_notices_counts(&test, LVS_NOTIFY_webhook);
		assert_int_equal(counts.failed, !rows[i].taken);
		assert_int_equal(counts.waiting, 0);
		finish(&test, &hook);
	}
}

static void nobody_is_there(void **state)
{
	struct hook hook = { .answers = { NULL, NULL, NULL } };
	struct test_notices test;
	int fd;

	(void)state;
	start(&test, &hook, "127.0.0.1");
	(void)snprintf(test.conf.webhook, sizeof(test.conf.webhook), "http://127.0.0.1:%u/", test_dead_port(&fd));
	test_notices_start(&test, NULL, NULL);
	test_notices_put(&test, DOWN, UP);
	test_notices_until_over(&test, LVS_NOTIFY_webhook, 1);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).failed, 1);
	(void)close(fd);
	/* Taken back while a request is under way, and another event waits. */
	(void)snprintf(test.conf.webhook, sizeof(test.conf.webhook), "http://127.0.0.1:%u/", hook.server.port);
	lvs_notices_configure(test.notices, &test.conf);
	test_notices_put(&test, DOWN, UP);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).waiting, 2);
	test.conf.webhook[0] = '\0';
	lvs_notices_configure(test.notices, &test.conf);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).waiting, 0);
	test_notices_put(&test, DOWN, UP);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_webhook).waiting, 0);
	finish(&test, &hook);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posts_json),
		cmocka_unit_test(a_name_and_its_address),
		cmocka_unit_test(those_that_wait_go_together),
		cmocka_unit_test(is_tried_again),
		cmocka_unit_test(hostile_ones),
		cmocka_unit_test(nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
