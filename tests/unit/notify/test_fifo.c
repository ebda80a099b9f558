// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/lib/notices.h"

#define NONE LVS_EVENT_COUNT

/* @path: in the directory of @test */
static void start(struct test_notices *test, char path[64])
{
	test_notices_init(test, false);
	(void)snprintf(path, 64, "%s/fifo", test->dir);
	test_notices_start(test, path, NULL);
}

static void lines(void **state)
{
	static const struct {
		enum lvs_event_kind kind, was;
		const char *line;
	} rows[] = {
		{ LVS_EVENT_SERVER_UP, LVS_EVENT_SERVER_UNKNOWN, "RS [10.0.0.1]:tcp:8080 [192.0.2.10]:tcp:80 UP\n" },
		{ LVS_EVENT_SERVER_DOWN, LVS_EVENT_SERVER_UP, "RS [10.0.0.1]:tcp:8080 [192.0.2.10]:tcp:80 DOWN\n" },
		{ LVS_EVENT_SERVER_MAINTENANCE, LVS_EVENT_SERVER_DOWN, "" },
		{ LVS_EVENT_SERVER_MAINTENANCE, LVS_EVENT_SERVER_UP, "RS [10.0.0.1]:tcp:8080 [192.0.2.10]:tcp:80 DOWN\n" },
		{ LVS_EVENT_SERVER_UNKNOWN, LVS_EVENT_SERVER_UP, "" },
		{ LVS_EVENT_QUORUM_GAINED, NONE, "VS [192.0.2.10]:tcp:80 UP\n" },
		{ LVS_EVENT_QUORUM_LOST, LVS_EVENT_QUORUM_GAINED, "VS [192.0.2.10]:tcp:80 DOWN\n" },
		{ LVS_EVENT_SERVER_EJECTED, NONE, "RS [10.0.0.1]:tcp:8080 [192.0.2.10]:tcp:80 EJECTED\n" },
		{ LVS_EVENT_SERVER_EJECTED, LVS_EVENT_SERVER_EJECTED, "" },
		{ LVS_EVENT_SERVER_RETURNED, LVS_EVENT_SERVER_EJECTED, "RS [10.0.0.1]:tcp:8080 [192.0.2.10]:tcp:80 RETURNED\n" },
		{ LVS_EVENT_SORRY_IN, NONE, "" },
		{ LVS_EVENT_PROTECTION_ON, NONE, "" },
		{ LVS_EVENT_RELOAD_DONE, NONE, "" },
	};
	struct test_notices test;
	char path[64], got[256];
	struct stat st;
	int fd;

	(void)state;
	start(&test, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0600);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ssize_t n;

		test_notices_put(&test, rows[i].kind, rows[i].was);
		n = read(fd, got, sizeof(got) - 1);
		got[n < 0 ? 0 : n] = '\0';
		assert_string_equal(got, rows[i].line);
	}
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_fifo).sent, 7);
	/* Only what was asked for. */
	test.conf.topics = 1u << LVS_TOPIC_QUORUM;
	lvs_notices_configure(test.notices, &test.conf);
	test_notices_put(&test, LVS_EVENT_SERVER_UP, NONE);
	assert_int_equal(read(fd, got, sizeof(got)), -1);
	assert_int_equal(errno, EAGAIN);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
	assert_true(read(fd, got, sizeof(got)) > 0);
	(void)close(fd);
	test_notices_fini(&test);
}

static void nobody_reads(void **state)
{
	struct lvs_notify_counts counts;
	struct test_notices test;
	char path[64], got[65536];
	ssize_t n, size = 0;
	int fd;

	(void)state;
	start(&test, path);
	do {
		test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
		counts = test_notices_counts(&test, LVS_NOTIFY_fifo);
	} while (counts.dropped < 100);
	/* Who comes at last finds whole lines, as many as were counted. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	while ((n = read(fd, got, sizeof(got))) > 0)
		size += n;
	assert_int_equal((size_t)size, counts.sent * strlen("VS [192.0.2.10]:tcp:80 DOWN\n"));
	test_notices_put(&test, LVS_EVENT_QUORUM_GAINED, NONE);
	n = read(fd, got, sizeof(got) - 1);
	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(got, "VS [192.0.2.10]:tcp:80 UP\n");
	(void)close(fd);
	test_notices_fini(&test);
}

static void what_is_there_already(void **state)
{
	struct lvs_notices_options options = { .fifo = "/dev/null" };
	struct lvs_notices *notices = NULL;
	struct test_notices test;
	char path[64], link[64];

	(void)state;
	test_notices_init(&test, false);
	options.loop = test.loop;
	assert_int_equal(lvs_notices_new(&options, &notices), -EEXIST);
	(void)snprintf(path, sizeof(path), "%s/fifo", test.dir);
	(void)snprintf(link, sizeof(link), "%s/link", test.dir);
	assert_int_equal(mkfifo(path, 0622), 0);
	assert_int_equal(symlink(path, link), 0);
	options.fifo = link;
	assert_int_equal(lvs_notices_new(&options, &notices), -ELOOP);
	options.fifo = "/nonexistent/fifo";
	assert_int_equal(lvs_notices_new(&options, &notices), -ENOENT);
	assert_null(notices);
	test_notices_start(&test, path, NULL);
	test_notices_put(&test, LVS_EVENT_QUORUM_LOST, NONE);
	assert_int_equal(test_notices_counts(&test, LVS_NOTIFY_fifo).sent, 1);
	test_notices_fini(&test);
	lvs_notices_free(NULL);
	lvs_notices_put(NULL, &(struct lvs_event){ .kind = LVS_EVENT_RELOAD_DONE }, "nobody is told");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(nobody_reads),
		cmocka_unit_test(what_is_there_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
