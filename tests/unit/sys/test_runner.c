// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "sys/loop.h"
#include "sys/runner.h"

/* The loop runs until all are done. */
struct stage {
	struct lvs_loop *loop;
	struct lvs_runner *runner;
	size_t ndone, expected;
	struct lvs_run_result last;
};

static void on_done(void *arg, const struct lvs_run_result *result)
{
	struct stage *stage = arg;

	stage->last = *result;
	if (++stage->ndone == stage->expected)
		lvs_loop_stop(stage->loop);
}

static void setup(struct stage *stage, int (*become)(void *arg), void *arg)
{
	*stage = (struct stage){ .expected = 1 };
	assert_int_equal(lvs_loop_new(&stage->loop), 0);
	assert_int_equal(lvs_runner_new(stage->loop, become, arg, &stage->runner), 0);
}

static void teardown(struct stage *stage)
{
	lvs_runner_free(stage->runner);
	lvs_loop_free(stage->loop);
}

static const char *const env[] = { "WHO=lvsd", NULL };

static uint32_t order(struct stage *stage, const char *script, lvs_ns timeout)
{
	const char *argv[] = { "/bin/sh", "-c", script, "name", "one two", NULL };
	const struct lvs_run run = { .argv = argv, .envp = env, .timeout = timeout };
	uint32_t id = 0;

	assert_int_equal(lvs_runner_run(stage->runner, &run, on_done, stage, &id), 0);
	assert_int_not_equal(id, 0);
	return id;
}

static void how_they_end(void **state)
{
	static const struct {
		const char *script;
		lvs_ns timeout;
		enum lvs_run_end end;
		int code;
		const char *output;
	} rows[] = {
		{ "exit 0", LVS_SECONDS(60), LVS_RUN_EXITED, 0, "" },
		{ "exit 42", LVS_SECONDS(60), LVS_RUN_EXITED, 42, "" },
		{ "kill -9 $$", LVS_SECONDS(60), LVS_RUN_SIGNALED, 9, "" },
		{ "kill -TERM $$", LVS_SECONDS(60), LVS_RUN_SIGNALED, 15, "" },
		{ "echo it works; echo twice", LVS_SECONDS(60), LVS_RUN_EXITED, 0, "it works" },
		{ "echo error >&2; exit 1", LVS_SECONDS(60), LVS_RUN_EXITED, 1, "error" },
		{ "printf 'a\\0b'", LVS_SECONDS(60), LVS_RUN_EXITED, 0, "a b" },
		/* Only what was said is in its environment, and an argument is one. */
		{ "unset PWD OLDPWD _ SHLVL; echo $(env) $# \"$1\" $(pwd)", LVS_SECONDS(60), LVS_RUN_EXITED, 0,
		  "WHO=lvsd 1 one two /" },
		/* Nothing to read, nothing of the daemon's open. */
		{ "cat; ls /proc/self/fd | wc -w", LVS_SECONDS(60), LVS_RUN_EXITED, 0, "4" },
		{ "sleep 600", LVS_NS_PER_MS, LVS_RUN_TIMED_OUT, 0, "" },
		{ "trap '' TERM; echo still here; while :; do sleep 600; done", 200 * LVS_NS_PER_MS, LVS_RUN_TIMED_OUT, 0, NULL },
	};
	struct stage stage;

	(void)state;
	setup(&stage, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		stage.expected = i + 1;
		order(&stage, rows[i].script, rows[i].timeout);
		assert_int_equal(lvs_loop_run(stage.loop), 0);
		if (stage.last.end != rows[i].end || stage.last.code != rows[i].code ||
		    (rows[i].output && strcmp(stage.last.output, rows[i].output) != 0))
			fail_msg("%s: ended %d, code %d: '%s'", rows[i].script, stage.last.end, stage.last.code, stage.last.output);
	}
	teardown(&stage);
}

static void what_does_not_start(void **state)
{
	static const struct { const char *program; int code; } rows[] = {
		{ "/nonexistent/program", ENOENT }, { "/etc/passwd", EACCES }, { "/", EACCES },
	};
	struct stage stage;
	uint32_t id;

	(void)state;
	setup(&stage, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *argv[] = { rows[i].program, NULL };
		const struct lvs_run run = { .argv = argv, .envp = env, .timeout = LVS_SECONDS(60) };

		stage.expected = i + 1;
		assert_int_equal(lvs_runner_run(stage.runner, &run, on_done, &stage, &id), 0);
		assert_int_equal(lvs_loop_run(stage.loop), 0);
		assert_int_equal(stage.last.end, LVS_RUN_FAILED);
		assert_int_equal(stage.last.code, rows[i].code);
	}
	teardown(&stage);
}

static void what_is_refused(void **state)
{
	static char large[LVS_RUNNER_TEXT_MAX];
	const char *many[LVS_RUNNER_STRINGS_MAX + 1];
	const struct { const char *argv[3]; int err; } rows[] = {
		{ { NULL }, -EINVAL }, { { "sh", NULL }, -EINVAL }, { { "/bin/true", large, NULL }, -E2BIG },
	};
	struct stage stage;
	uint32_t id = 7;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	setup(&stage, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lvs_run run = { .argv = rows[i].argv, .envp = env, .timeout = LVS_SECONDS(1) };

		assert_int_equal(lvs_runner_run(stage.runner, &run, on_done, &stage, &id), rows[i].err);
	}
	for (size_t i = 0; i < LVS_RUNNER_STRINGS_MAX; i++)
		many[i] = "/bin/true";
	many[LVS_RUNNER_STRINGS_MAX] = NULL;
	assert_int_equal(lvs_runner_run(stage.runner, &(struct lvs_run){ .argv = many, .envp = env }, on_done, &stage, &id), -E2BIG);
	assert_int_equal(id, 7);
	assert_int_equal(stage.ndone, 0);
	teardown(&stage);
}

/* A program and what it has started are gone when it is over time. */
static void a_group_goes_together(void **state)
{
	char path[] = "/tmp/lvsd-runner-XXXXXX", script[128];
	int fd = mkstemp(path), n = 0;
	struct stage stage;
	pid_t pids[2];
	FILE *file;

	(void)state;
	assert_true(fd >= 0);
	setup(&stage, NULL, NULL);
	(void)snprintf(script, sizeof(script), "sleep 600 & echo $! $$ >%s; wait", path);
	order(&stage, script, LVS_SECONDS(2));
	assert_int_equal(lvs_loop_run(stage.loop), 0);
	assert_int_equal(stage.last.end, LVS_RUN_TIMED_OUT);
	file = fdopen(fd, "r");
	assert_non_null(file);
	n = fscanf(file, "%d %d", &pids[0], &pids[1]);
	fclose(file);
	unlink(path);
	assert_int_equal(n, 2);
	/* The one it left behind is buried by whoever inherits it. */
	for (int i = 0; i < 2; i++)
		for (int tries = 0; kill(pids[i], 0) == 0 && tries < 2000; tries++) {
			char name[64], line[256] = "";
			FILE *stat;

			(void)snprintf(name, sizeof(name), "/proc/%d/stat", pids[i]);
			stat = fopen(name, "r");
			if (!stat || !fgets(line, sizeof(line), stat) || strstr(line, ") Z ")) {
				if (stat)
					fclose(stat);
				break;
			}
			fclose(stat);
			assert_true(tries < 1999);
			usleep(5000);
		}
	teardown(&stage);
}

static void more_than_run_at_a_time(void **state)
{
	struct stage stage;

	(void)state;
	setup(&stage, NULL, NULL);
	stage.expected = 3 * LVS_RUNNER_CHILDREN_MAX;
	for (size_t i = 0; i < stage.expected; i++)
		order(&stage, "sleep 0.01", LVS_SECONDS(60));
	assert_int_equal(lvs_loop_run(stage.loop), 0);
	assert_int_equal(stage.last.end, LVS_RUN_EXITED);
	teardown(&stage);
}

static void who_is_cancelled_is_not_heard_of(void **state)
{
	uint32_t ids[LVS_RUNNER_CHILDREN_MAX + 2];
	struct stage stage;

	(void)state;
	setup(&stage, NULL, NULL);
	/* Two of them wait behind the others. */
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		ids[i] = order(&stage, "sleep 600; echo not reached", LVS_SECONDS(600));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		lvs_runner_cancel(stage.runner, ids[ARRAY_LEN(ids) - 1 - i]);
	lvs_runner_cancel(stage.runner, ids[0]);
	lvs_runner_cancel(stage.runner, 12345678);
	order(&stage, "echo next", LVS_SECONDS(60));
	assert_int_equal(lvs_loop_run(stage.loop), 0);
	assert_int_equal(stage.ndone, 1);
	assert_string_equal(stage.last.output, "next");
	teardown(&stage);
}

static int refuses(void *arg)
{
	(void)arg;
	return -EPERM;
}

static void a_helper_that_is_gone(void **state)
{
	const char *argv[] = { "/bin/true", NULL };
	const struct lvs_run run = { .argv = argv, .envp = env, .timeout = LVS_SECONDS(60) };
	struct stage stage;
	uint32_t id;
	int err;

	(void)state;
	setup(&stage, refuses, NULL);
	err = lvs_runner_run(stage.runner, &run, on_done, &stage, &id);
	if (!err) {	/* the order was faster than the end */
		assert_int_equal(lvs_loop_run(stage.loop), 0);
		assert_int_equal(stage.last.end, LVS_RUN_LOST);
		assert_false(lvs_runner_alive(stage.runner));
	}
	assert_int_equal(lvs_runner_run(stage.runner, &run, on_done, &stage, &id), -EPIPE);
	teardown(&stage);
}

/* What runs ends with the daemon; the end is waited for, and comes at once. */
static void all_end_with_it(void **state)
{
	struct stage stage;

	(void)state;
	setup(&stage, NULL, NULL);
	order(&stage, "trap '' TERM; while :; do sleep 600; done", LVS_SECONDS(600));
	order(&stage, "echo started", LVS_SECONDS(600));
	assert_int_equal(lvs_loop_run(stage.loop), 0);
	assert_int_equal(stage.last.end, LVS_RUN_EXITED);
	teardown(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_they_end),		    cmocka_unit_test(what_does_not_start),
		cmocka_unit_test(what_is_refused),	    cmocka_unit_test(a_group_goes_together),
		cmocka_unit_test(more_than_run_at_a_time),  cmocka_unit_test(who_is_cancelled_is_not_heard_of),
		cmocka_unit_test(a_helper_that_is_gone),    cmocka_unit_test(all_end_with_it),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
