// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "sys/log.h"
#include "tests/lib/child.h"
#include "tests/lib/journal.h"

/* Each test runs in a child whose stderr is a pipe; failures are told on the stderr that was. */
struct pipe_end {
	int read_fd;
	int told;
};

static struct pipe_end redirect(void)
{
	struct pipe_end end = { .told = dup(STDERR_FILENO) };
	int fds[2];

	(void)unsetenv("JOURNAL_STREAM");
	CHECK(pipe2(fds, O_CLOEXEC) == 0);
	CHECK(dup2(fds[1], STDERR_FILENO) == STDERR_FILENO);
	(void)close(fds[1]);
	CHECK(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
	end.read_fd = fds[0];
	return end;
}

/* What was logged since the last time is @expect, all of it. */
static void expect(struct pipe_end *end, const char *text)
{
	char buf[65536 + 1];
	ssize_t n = read(end->read_fd, buf, sizeof(buf) - 1);

	if (n < 0)
		n = 0;
	buf[n] = '\0';
	if (strcmp(buf, text) == 0)
		return;
	(void)dprintf(end->told, "logged:   %s\nexpected: %s\n", buf, text);
	_exit(TEST_CHILD_FAILED);
}

static int plain_lines(void *arg)
{
	struct pipe_end end = redirect();
	struct lvs_log *log;

	(void)arg;
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	lvs_log(log, LVS_LOG_WARNING, "server \"%s\" is %d%% full", "web1", 90);
	expect(&end, "lvsd: warning: server \"web1\" is 90% full\n");
	lvs_log(log, LVS_LOG_ERROR, "one");
	lvs_log(log, LVS_LOG_NOTICE, "two");
	lvs_log(log, LVS_LOG_INFO, "three");
	lvs_log(log, LVS_LOG_DEBUG, "four");
	expect(&end, "lvsd: error: one\nlvsd: notice: two\nlvsd: info: three\n");
	lvs_log_set_level(log, LVS_LOG_DEBUG);
	lvs_log(log, LVS_LOG_DEBUG, "five");
	expect(&end, "lvsd: debug: five\n");
	lvs_log(log, LVS_LOG_INFO, "%s", "a\nlvsd: error: forged\r\x1b[2J\x7f\xc3\xa4");
	expect(&end, "lvsd: info: a?lvsd: error: forged??[2J?\xc3\xa4\n");
	lvs_log(NULL, LVS_LOG_ERROR, "nobody listens");
	lvs_log_fields(NULL, LVS_LOG_ERROR, &(struct lvs_log_field){ "A", "1" }, 1, "nobody listens");
	expect(&end, "");
	lvs_log_fields(log, LVS_LOG_NOTICE, &(struct lvs_log_field){ "A", "1" }, 1, "without fields");
	expect(&end, "lvsd: notice: without fields\n");
	errno = ENOSPC;
	lvs_log(log, LVS_LOG_ERROR, "errno is left alone");
	CHECK(errno == ENOSPC);
	CHECK(lvs_log_lost(log) == 0);
	lvs_log_free(log);
	lvs_log_free(NULL);
	return TEST_CHILD_OK;
}

static int long_lines(void *arg)
{
	char text[2 * LVS_LOG_LINE_MAX], line[3 * LVS_LOG_LINE_MAX];
	struct pipe_end end = redirect();
	struct lvs_log *log;

	(void)arg;
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	memset(text, 'x', sizeof(text));
	text[LVS_LOG_LINE_MAX - 1] = '\0';
	lvs_log(log, LVS_LOG_INFO, "%s", text);
	(void)snprintf(line, sizeof(line), "lvsd: info: %s\n", text);
	expect(&end, line);
	text[LVS_LOG_LINE_MAX - 1] = 'x';
	text[sizeof(text) - 1] = '\0';
	lvs_log(log, LVS_LOG_INFO, "%s", text);
	(void)snprintf(line, sizeof(line), "lvsd: info: %.*s...\n", LVS_LOG_LINE_MAX - 4, text);
	expect(&end, line);
	return TEST_CHILD_OK;
}

static int full_pipe(void *arg)
{
	struct pipe_end end = redirect();
	struct lvs_log *log;
	char buf[65536];
	int lines = 0;

	(void)arg;
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	CHECK(fcntl(STDERR_FILENO, F_SETPIPE_SZ, 8192) == 8192);
	while (lvs_log_lost(log) < 3) {	/* nobody reads; a log that waits is ended by the child's alarm */
		CHECK(lines++ < 4096);
		lvs_log(log, LVS_LOG_INFO, "nobody reads this");
	}
	CHECK((fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0);	/* shared with our parent */
	CHECK(read(end.read_fd, buf, sizeof(buf)) > 0);
	lvs_log(log, LVS_LOG_INFO, "somebody reads again");
	expect(&end, "lvsd: warning: 3 log lines were lost\nlvsd: info: somebody reads again\n");
	lvs_log(log, LVS_LOG_INFO, "told once");
	expect(&end, "lvsd: info: told once\n");
	(void)close(end.read_fd);
	lvs_log(log, LVS_LOG_INFO, "the reader is gone");	/* and no SIGPIPE */
	CHECK(lvs_log_lost(log) == 4);
	(void)close(STDERR_FILENO);
	lvs_log(log, LVS_LOG_INFO, "stderr is closed");
	CHECK(lvs_log_lost(log) == 6);	/* this one, and the note about those before */
	return TEST_CHILD_OK;
}

static int limited(void *arg)
{
	struct lvs_log_limit limit = { 0 }, other = { 0 };
	struct pipe_end end = redirect();
	struct lvs_log *log;
	lvs_ns now = LVS_SECONDS(7);

	(void)arg;
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	for (int i = 0; i < 100; i++)
		lvs_log_limited(log, &limit, now + (lvs_ns)i * LVS_NS_PER_MS, LVS_LOG_INFO, "drop %d", i);
	expect(&end, "lvsd: info: drop 0\nlvsd: info: drop 1\nlvsd: info: drop 2\nlvsd: info: drop 3\n"
		     "lvsd: info: drop 4\n");
	lvs_log_limited(log, &other, now, LVS_LOG_INFO, "of another kind");
	expect(&end, "lvsd: info: of another kind\n");
	lvs_log_limited(log, &limit, now + LVS_LOG_LIMIT_INTERVAL - 1, LVS_LOG_INFO, "too early");
	lvs_log_limited(log, &limit, now + LVS_LOG_LIMIT_INTERVAL, LVS_LOG_DEBUG, "not wanted at all");
	expect(&end, "");
	lvs_log_limited(log, &limit, now + LVS_LOG_LIMIT_INTERVAL, LVS_LOG_INFO, "next");
	lvs_log_limited(log, &limit, now + LVS_LOG_LIMIT_INTERVAL, LVS_LOG_INFO, "and next");
	expect(&end, "lvsd: info: next (suppressed 96)\nlvsd: info: and next\n");
	return TEST_CHILD_OK;
}

static int journal_fields(void *arg)
{
	struct pipe_end end = redirect();
	struct lvs_log_field fields[] = { { "A", "1" }, { "B", "x\nC=2" } };
	int journal = test_journal(true);
	struct lvs_log *log;
	char buf[2 * LVS_LOG_FIELDS_BYTES];
	ssize_t n;

	(void)arg;
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	lvs_log(log, LVS_LOG_WARNING, "server %d\nPRIORITY=0", 7);
	n = read(journal, buf, sizeof(buf) - 1);
	CHECK(n > 0);
	buf[n] = '\0';
	CHECK(strcmp(buf, "MESSAGE=server 7?PRIORITY=0\nPRIORITY=4\nSYSLOG_IDENTIFIER=lvsd\n") == 0);
	lvs_log_fields(log, LVS_LOG_NOTICE, fields, ARRAY_LEN(fields), "event %d", 7);
	n = read(journal, buf, sizeof(buf) - 1);
	CHECK(n > 0);
	buf[n] = '\0';
	CHECK(strcmp(buf, "MESSAGE=event 7\nPRIORITY=5\nSYSLOG_IDENTIFIER=lvsd\nA=1\nB=x?C=2\n") == 0);
	lvs_log_fields(log, LVS_LOG_DEBUG, fields, ARRAY_LEN(fields), "not wanted");
	CHECK(read(journal, buf, sizeof(buf)) < 0);
	/* What would not fit is left out, what comes after it is not. */
	memset(buf, 'x', sizeof(buf));
	buf[LVS_LOG_FIELDS_BYTES] = '\0';
	fields[0].value = buf;
	lvs_log_fields(log, LVS_LOG_NOTICE, fields, ARRAY_LEN(fields), "%s%s", buf, buf);
	n = read(journal, buf, sizeof(buf) - 1);
	CHECK(n > LVS_LOG_LINE_MAX && !memcmp(buf + n - 8, "B=x?C=2\n", 8));
	expect(&end, "");
	for (int i = 0; i < 100000 && lvs_log_lost(log) == 0; i++)	/* the journal does not read */
		lvs_log(log, LVS_LOG_INFO, "line %d", i);
	CHECK(lvs_log_lost(log) == 1);
	expect(&end, "");
	return TEST_CHILD_OK;
}

static int journal_out_of_reach(void *arg)
{
	struct pipe_end end = redirect();
	struct lvs_log *log;

	(void)arg;
	CHECK(test_journal(false) == -1);
	CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
	lvs_log(log, LVS_LOG_WARNING, "text");
	expect(&end, "<4>text\n");
	return TEST_CHILD_OK;
}

static int journal_of_somebody_else(void *arg)
{
	static const char *const streams[] = { "1:2", "", "x", "1", "99999999999999999999:1", "5:" };
	struct pipe_end end = redirect();
	struct lvs_log *log;

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
		CHECK(setenv("JOURNAL_STREAM", streams[i], 1) == 0);
		CHECK(lvs_log_new("lvsd", LVS_LOG_INFO, &log) == 0);
		lvs_log(log, LVS_LOG_WARNING, "text");
		expect(&end, "lvsd: warning: text\n");
		lvs_log_free(log);
	}
	return TEST_CHILD_OK;
}

static void says_name_and_level_on_stderr(void **state)
{
	(void)state;
	test_judge(test_in_child(plain_lines, NULL));
}

static void cuts_lines_that_are_too_long(void **state)
{
	(void)state;
	test_judge(test_in_child(long_lines, NULL));
}

static void never_waits_for_a_reader_and_counts_what_is_lost(void **state)
{
	(void)state;
	test_judge(test_in_child(full_pipe, NULL));
}

static void keeps_back_what_comes_too_often(void **state)
{
	(void)state;
	test_judge(test_in_child(limited, NULL));
}

static void sends_fields_to_the_journal(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNS, journal_fields, NULL));
}

static void prefixes_levels_when_the_journal_has_no_socket(void **state)
{
	(void)state;
	test_judge(test_in_namespaces(CLONE_NEWNS, journal_out_of_reach, NULL));
}

static void ignores_a_journal_stream_that_is_not_stderr(void **state)
{
	(void)state;
	test_judge(test_in_child(journal_of_somebody_else, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_name_and_level_on_stderr),
		cmocka_unit_test(cuts_lines_that_are_too_long),
		cmocka_unit_test(never_waits_for_a_reader_and_counts_what_is_lost),
		cmocka_unit_test(keeps_back_what_comes_too_often),
		cmocka_unit_test(sends_fields_to_the_journal),
		cmocka_unit_test(prefixes_levels_when_the_journal_has_no_socket),
		cmocka_unit_test(ignores_a_journal_stream_that_is_not_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
