// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks that break at run time say nothing of the server: without descriptors, memory, libcurl, the process that runs scripts or
 * a file of certificates they make it unknown. Memory runs out at each place in turn, in lvsd, libevent and libcurl alike.
 */
#include "tests/lib/test.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check/probe.h"
#include "sys/loop.h"
#include "sys/runner.h"
#include "tests/lib/asker.h"
#include "tests/lib/hostile.h"
#include "tests/lib/memory.h"

CURLM *__real_curl_multi_init(void);
CURLM *__wrap_curl_multi_init(void);

static bool without_libcurl;

CURLM *__wrap_curl_multi_init(void)
{
	return without_libcurl ? NULL : __real_curl_multi_init();
}

struct scene {
	struct lvs_loop *loop;
	struct lvs_runner *runner;
	struct lvs_probes *probes;
	struct lvs_probe_watch watch;
	struct lvs_probe_wait wait;
	struct lvs_verdict verdict;
	unsigned int runs;
	bool lacked;
};

static void on_changed(struct lvs_probe_watch *watch) { (void)watch; }

static void on_over(struct lvs_probe_wait *wait, const struct lvs_verdict *verdict)
{
	struct scene *scene = container_of(wait, struct scene, wait);

	scene->verdict = *verdict;
	scene->runs++;
	scene->lacked = memory_failed();
	lvs_loop_stop(scene->loop);
}

static void begin(struct scene *scene, const char *kind, const struct test_server *server, const struct lvs_check_param *params,
		  size_t nparams)
{
	const struct lvs_probe_spec spec = {
		.kind = lvs_check_find(kind), .addr = server->addr, .port = server->port, .interval = LVS_SECONDS(3600),
		.fast_interval = LVS_SECONDS(3600), .start_spread = LVS_SECONDS(3600), .timeout = LVS_SECONDS(60),
		.rules = { .rise = 1, .fall = 1 }, .params = params, .nparams = nparams,
	};
	char message[LVS_CHECK_MESSAGE_BYTES] = "";

	*scene = (struct scene){ .watch = { .changed = on_changed }, .wait = { .over = on_over } };
	assert_int_equal(lvs_loop_new(&scene->loop), 0);
	if (!strcmp(kind, "script"))
		assert_int_equal(lvs_runner_new(scene->loop, NULL, NULL, &scene->runner), 0);
	assert_int_equal(lvs_probes_new(scene->loop, scene->runner, NULL, 1, &scene->probes), 0);
	if (lvs_probes_watch(scene->probes, &spec, &scene->watch, message))
		fail_msg("%s: %s", kind, message);
}

/* One run, with the @nth allocation failing; 0: none does. */
static enum lvs_outcome run(struct scene *scene, unsigned int nth)
{
	unsigned int runs = scene->runs;

	memory_fail_at(nth);
	lvs_probe_run(scene->watch.probe, &scene->wait);
	if (scene->runs == runs)
		assert_int_equal(lvs_loop_run(scene->loop), 0);
	hostile_expect_words("a run", scene->verdict.reason);
	return scene->verdict.last;
}

static void end(struct scene *scene)
{
	lvs_probes_unwatch(scene->probes, &scene->watch);
	lvs_probes_free(scene->probes);
	lvs_runner_free(scene->runner);
	lvs_loop_free(scene->loop);
}

/* Everything that is open stays so, and nothing more can be. Return: the limit as it was */
static struct rlimit no_more_descriptors(void)
{
	struct rlimit was, now;
	int next = dup(STDERR_FILENO);

	assert_true(next >= 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	(void)close(next);
	now = was;
	now.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	return was;
}

static void without_descriptors(void **state)
{
	static const char *const kinds[] = { "tcp", "http", "https", "tls", "send_expect", "dns", "smtp", "grpc", "agent", "udp", "file" };
	const struct lvs_check_param params[] = { { "file", "/dev/null" } };
	struct test_server server = { .addr = test_addr("127.0.0.1") };
	int fd;

	(void)state;
	server.port = test_dead_port(&fd);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct scene scene;
		struct rlimit was;

		begin(&scene, kinds[i], &server, params, !strcmp(kinds[i], "file"));
		(void)run(&scene, 0);
		was = no_more_descriptors();
		(void)run(&scene, 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
		if (scene.verdict.last != LVS_OUTCOME_BROKEN || scene.verdict.state != LVS_HEALTH_UNKNOWN)
			fail_msg("%s: %s", kinds[i], scene.verdict.reason);
		end(&scene);
	}
	(void)close(fd);
}

static void without_libcurl_at_all(void **state)
{
	static const char *const kinds[] = { "http", "https", "tls", "grpc" };
	const struct test_server server = { .addr = test_addr("127.0.0.1"), .port = 9 };

	(void)state;
	without_libcurl = true;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct scene scene;

		begin(&scene, kinds[i], &server, NULL, 0);
		assert_int_equal(run(&scene, 0), LVS_OUTCOME_BROKEN);
		assert_int_equal(scene.verdict.state, LVS_HEALTH_UNKNOWN);
		assert_string_equal(scene.verdict.reason, "libcurl cannot be used");
		end(&scene);
	}
	without_libcurl = false;
}

static void say(int fd, const void *arg)
{
	char c;

	test_hear(fd);
	test_say(fd, arg);
	(void)shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) == 1)
		continue;
}

/* It was up, and the process ends before the next run. */
static void without_the_process_that_runs_scripts(void **state)
{
	static const char script[] = "/bin/sh -c 'if mkdir $0; then exit 0; else kill -KILL $PPID; fi' %s/ran";
	const struct test_server server = { .addr = test_addr("127.0.0.1"), .port = 9 };
	char dir[] = "/tmp/lvsd-broken-XXXXXX", command[200], path[64];
	const struct lvs_check_param params[] = { { "command", command } };
	struct scene scene;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(command, sizeof(command), script, dir);
	begin(&scene, "script", &server, params, 1);
	assert_int_equal(run(&scene, 0), LVS_OUTCOME_PASSED);
	assert_int_equal(scene.verdict.state, LVS_HEALTH_UP);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(run(&scene, 0), LVS_OUTCOME_BROKEN);
		assert_int_equal(scene.verdict.state, LVS_HEALTH_UNKNOWN);
		assert_non_null(strstr(scene.verdict.reason, i ? "there is no process" : "is gone"));
	}
	end(&scene);
	(void)snprintf(path, sizeof(path), "%s/ran", dir);
	(void)rmdir(path);
	(void)rmdir(dir);
}

static void without_whom_to_trust(void **state)
{
	static const char *const kinds[] = { "https", "tls", "grpc" };
	const struct lvs_check_param params[] = { { "sni", "a.example" }, { "verify", "true" }, { "ca", "/nonexistent/ca.pem" },
						  { "tls", "true" } };
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, say, "");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct scene scene;

		begin(&scene, kinds[i], &server, params, ARRAY_LEN(params));
		if (run(&scene, 0) != LVS_OUTCOME_BROKEN || scene.verdict.state != LVS_HEALTH_UNKNOWN)
			fail_msg("%s: %s", kinds[i], scene.verdict.reason);
		end(&scene);
	}
	test_server_stop(&server);
}

/* @good, @bad: what a server says that is up or down */
static const struct talk {
	const char *kind, *good, *bad;
	struct lvs_check_param params[2];
} talks[] = {
	{ "tcp", "", NULL, { { 0 } } },
	{ "send_expect", "gold\n", "lead\n", { { "send_text", "\n\r\n" }, { "expect_text", "gold" } } },
	{ "agent", "up\n", "down\n", { { "send_text", "\n\r\n" } } },
	{ "http", "HTTP/1.1 200 OK\r\n\r\ngold", "HTTP/1.1 200 OK\r\n\r\nlead", { { "body", "gold" } } },
#ifdef HAVE_PCRE2
	{ "http", "HTTP/1.1 200 OK\r\n\r\ngold", "HTTP/1.1 200 OK\r\n\r\nlead", { { "regex", "^g.ld$" } } },
#endif
	{ "http", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", { { 0 } } },
};

/* Each place where memory may run out: a good server is never said to be down, and a bad one never to be up. */
static void judge(const struct talk *talk, const char *says, enum lvs_outcome wanted)
{
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, say, says);
	unsigned int broken = 0, nth = 0;
	struct scene scene;

	do {
		enum lvs_outcome outcome;
		size_t n = 0;

		while (n < ARRAY_LEN(talk->params) && talk->params[n].name)
			n++;
		begin(&scene, talk->kind, &server, talk->params, n);
		outcome = run(&scene, ++nth);
		broken += outcome == LVS_OUTCOME_BROKEN;
		/* libcurl has one word for both before version 8.6. */
		if (scene.lacked && curl_version_info(CURLVERSION_NOW)->version_num < 0x080600 &&
		    !strcmp(scene.verdict.reason, "a line that does not end"))
			outcome = LVS_OUTCOME_BROKEN;
		if (outcome != wanted && outcome != LVS_OUTCOME_BROKEN)
			fail_msg("%s, allocation %u: %s", talk->kind, nth, scene.verdict.reason);
		if (outcome == LVS_OUTCOME_BROKEN && !scene.lacked)
			fail_msg("%s, for no reason: %s", talk->kind, scene.verdict.reason);
		end(&scene);
	} while (scene.lacked);
	assert_true(nth > 1 && (broken || !strcmp(talk->kind, "tcp")));
	test_server_stop(&server);
}

static void without_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(talks); i++) {
		judge(&talks[i], talks[i].good, LVS_OUTCOME_PASSED);
		if (talks[i].bad)
			judge(&talks[i], talks[i].bad, LVS_OUTCOME_FAILED);
	}
}

static void *allocate(size_t size) { return malloc(size); }
static void *allocate_again(void *memory, size_t size) { return realloc(memory, size); }
static void *allocate_zeroes(size_t n, size_t size) { return calloc(n, size); }

static char *copy_text(const char *text)
{
	size_t bytes = strlen(text) + 1;
	char *copy = malloc(bytes);

	return copy ? memcpy(copy, text, bytes) : NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_descriptors),
		cmocka_unit_test(without_libcurl_at_all),
		cmocka_unit_test(without_the_process_that_runs_scripts),
		cmocka_unit_test(without_whom_to_trust),
		cmocka_unit_test(without_memory),
	};

	event_set_mem_functions(allocate, allocate_again, free);
	(void)curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, free, allocate_again, copy_text, allocate_zeroes);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
