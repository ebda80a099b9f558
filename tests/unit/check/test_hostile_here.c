// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what is on this machine: programs and files that are not what they should be. */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/asker.h"
#include "tests/lib/hostile.h"

#define DOWN LVS_HEALTH_DOWN
#define UP LVS_HEALTH_UP
#define UNKNOWN LVS_HEALTH_UNKNOWN

/* @script: says in "$1" what its process id is; no single quotes */
struct script {
	const char *what, *script;
	unsigned int timeout_ms;
	enum lvs_health_state state;
	const char *reason;
};

static const struct script scripts[] = {
	{ "ignores what it is told", "echo $$ >$1; trap \"\" TERM; while :; do sleep 600; done", 200, DOWN, "no " },
	{ "leaves somebody behind", "sleep 600 & echo $! >$1; exit 0", 0, UP, "status 0" },
	{ "leaves somebody behind who ignores what he is told", "(trap \"\" TERM; sleep 600) & echo $! >$1; exit 1", 0, DOWN, "status 1" },
	{ "writes without an end", "echo $$ >$1; exec yes", 200, DOWN, NULL },
	{ "writes a line without an end", "echo $$ >$1; exec cat /dev/zero", 200, DOWN, NULL },
	{ "closes everything and sleeps", "echo $$ >$1; exec >&- 2>&-; exec sleep 600", 200, DOWN, "no " },
	{ "closes everything and ends", "echo $$ >$1; exec >&- 2>&-; exit 0", 0, UP, "status 0" },
	{ "controls a terminal", "echo $$ >$1; printf \"\\033[2J\\033]0;x\\007\\233\\377\\000\\n\"; exit 1", 0, DOWN, ".[2J.]0;x... , status 1" },
	{ "says much and ends well", "echo $$ >$1; yes up | head -c 1000000; exit 0", 0, UP, "up, status 0" },
	{ "ends by a signal", "echo $$ >$1; kill -SEGV $$", 0, UNKNOWN, "ended by signal 11" },
};

static pid_t read_pid(const char *path)
{
	FILE *file = fopen(path, "r");
	char text[24] = "";

	assert_non_null(file);
	(void)!fgets(text, sizeof(text), file);
	(void)fclose(file);
	(void)truncate(path, 0);
	return (pid_t)strtol(text, NULL, 10);
}

/* Nobody's child any more: whoever reaps those takes his time. */
static bool is_gone(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	char path[40], state = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 3000; i++) {
		FILE *file = fopen(path, "r");

		if (!file)
			return true;
		if (fscanf(file, "%*d %*s %c", &state) != 1)
			state = 0;
		(void)fclose(file);
		if (state == 'Z' || state == 'X' || !state)
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static void programs(void **state)
{
	const struct test_server server = { .addr = test_addr("127.0.0.1"), .port = 8080 };
	size_t before = hostile_peak();
	char path[] = "/tmp/lvsd-hostile-XXXXXX", command[512];
	int fd = mkstemp(path);
	struct rusage usage;

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		const struct script *row = &scripts[i];
		const struct lvs_check_param params[] = { { "command", command } };
		struct lvs_verdict verdict;

		(void)snprintf(command, sizeof(command), "/bin/sh -c '%s' sh %s", row->script, path);
		verdict = test_ask("script", &server, params, 1, row->timeout_ms ? row->timeout_ms : 60000, NULL);
		hostile_expect_words(row->what, verdict.reason);
		if (verdict.state != row->state || (row->reason && strncmp(verdict.reason, row->reason, strlen(row->reason)) != 0))
			fail_msg("%s: %s, %s", row->what, lvs_health_names[verdict.state], verdict.reason);
		/* One that was slow to begin had no time to say who it is. */
		if (!is_gone(read_pid(path)))
			fail_msg("%s: is still there", row->what);
	}
	assert_true(hostile_peak() < before + HOSTILE_GROWTH_MAX);
	/* The process that runs them, which is as large as we are in the beginning. */
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
	assert_true((size_t)usage.ru_maxrss << 10 < hostile_peak() + HOSTILE_GROWTH_MAX);
	(void)close(fd);
	(void)unlink(path);
}

static struct lvs_verdict read_file(const char *path)
{
	const struct lvs_check_param params[] = { { "file", path } };
	const struct test_server server = { .addr = test_addr("127.0.0.1") };

	return test_ask("file", &server, params, 1, 20000, NULL);
}

static void make_fifo(const char *path) { assert_int_equal(mkfifo(path, 0600), 0); }
static void make_directory(const char *path) { assert_int_equal(mkdir(path, 0700), 0); }
static void make_loop(const char *path) { assert_int_equal(symlink(path, path), 0); }
static void make_nothing(const char *path) { (void)path; }
static void link_to_zeroes(const char *path) { assert_int_equal(symlink("/dev/zero", path), 0); }
static void link_to_terminal(const char *path) { assert_int_equal(symlink("/dev/tty", path), 0); }

static void make_text(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	(void)close(fd);
}

static void make_holes(const char *path)
{
	make_text(path, "", 0);
	assert_int_equal(truncate(path, (off_t)10 << 30), 0);
}

static void make_long_line(const char *path)
{
	char text[400];

	memset(text, ' ', sizeof(text));
	memcpy(text, "up", 2);
	memcpy(text + sizeof(text) - 5, "down\n", 5);
	make_text(path, text, sizeof(text));
}

static void make_endless_line(const char *path)
{
	char text[255];

	memset(text, '9', sizeof(text));
	make_text(path, text, sizeof(text));
}

static void make_NUL(const char *path) { make_text(path, "up\0x\n", 5); }
static void make_controls(const char *path) { make_text(path, "\x1b[2J\x1b]0;x\a\x9b\xff\n", 14); }

static void files(void **state)
{
	static const struct { const char *what; void (*make)(const char *path); const char *reason; } rows[] = {
		{ "nothing", make_nothing, "No such file or directory" },	{ "a FIFO", make_fifo, "not a file" },
		{ "a directory", make_directory, "not a file" },		{ "a device", link_to_zeroes, "not a file" },
		{ "a terminal", link_to_terminal, NULL },			{ "a circle", make_loop, "symbolic links" },
		{ "ten gigabytes of nothing", make_holes, "a line of more than" },	{ "NULs", make_NUL, "cannot make sense of \"x\"" },
		{ "a line that goes on", make_long_line, "a line of more than" },
		{ "a line without an end", make_endless_line, "a line of more than" },
		{ "controls a terminal", make_controls, "cannot make sense of \".[2J.]0;x..." },
	};
	char dir[] = "/tmp/lvsd-hostile-XXXXXX", path[64];
	size_t before = hostile_peak();

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/x", dir);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_verdict verdict;

		rows[i].make(path);
		verdict = read_file(path);
		hostile_expect_words(rows[i].what, verdict.reason);
		if (verdict.state != UNKNOWN || (rows[i].reason && !strstr(verdict.reason, rows[i].reason)))
			fail_msg("%s: %s, %s", rows[i].what, lvs_health_names[verdict.state], verdict.reason);
		(void)remove(path);
	}
	assert_true(hostile_peak() < before + HOSTILE_GROWTH_MAX);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
