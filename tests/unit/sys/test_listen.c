// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/listen.h"
#include "tests/lib/child.h"

/* Descriptors 3, 4 and 5 are open, 6 is not; "self" is this process. */
static const struct row {
	const char *what;
	const char *pid, *fds, *names;
	const char *name;
	int expect;	/* the descriptor, or -Exxx */
} rows[] = {
	{ "nothing was handed in", NULL, NULL, NULL, "tun", -ENOENT },
	{ "one of that name", "self", "1", "tun", "tun", 3 },
	{ "the third of three", "self", "3", "http:metrics:tun", "tun", 5 },
	{ "the one in the middle", "self", "3", "http:tun:metrics", "tun", 4 },
	{ "names are compared whole", "self", "2", "tun0:xtun", "tun", -ENOENT },
	{ "a name may be empty", "self", "2", ":tun", "tun", 4 },
	{ "a name beyond the count is nobody's", "self", "1", "http:tun", "tun", -ENOENT },
	{ "without names all are unknown", "self", "2", NULL, "unknown", 3 },
	{ "without names none is called tun", "self", "2", NULL, "tun", -ENOENT },
	{ "meant for another process", "1", "1", "tun", "tun", -ENOENT },
	{ "fewer names than descriptors", "self", "2", "http", "tun", -EINVAL },
	{ "count is no number", "self", "1x", "tun", "tun", -EINVAL },
	{ "count is empty", "self", "", "tun", "tun", -EINVAL },
	{ "count is negative", "self", "-1", "tun", "tun", -EINVAL },
	{ "count is absurd", "self", "65", "tun", "tun", -EINVAL },
	{ "process id is no number", "me", "1", "tun", "tun", -EINVAL },
	{ "named, but not open", "self", "4", "a:b:c:tun", "tun", -EBADF },
	{ "none handed in", "self", "0", "", "tun", -ENOENT },
};

static void put(const char *name, const char *value)
{
	char pid[16];

	if (value && strcmp(value, "self") == 0) {
		(void)snprintf(pid, sizeof(pid), "%d", getpid());
		value = pid;
	}
	CHECK(value ? setenv(name, value, 1) == 0 : unsetenv(name) == 0);
}

static int check_row(void *arg)
{
	const struct row *row = arg;
	int fd = -1000;
	int err;

	for (int i = 3; i < 6; i++)
		CHECK(dup2(STDERR_FILENO, i) == i);
	(void)close(6);
	put("LISTEN_PID", row->pid);
	put("LISTEN_FDS", row->fds);
	put("LISTEN_FDNAMES", row->names);
	err = lvs_listen_find(row->name, &fd);
	if (row->expect < 0) {
		CHECK(err == row->expect);
		CHECK(fd == -1000);
		return TEST_CHILD_OK;
	}
	CHECK(err == 0);
	CHECK(fd == row->expect);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	return TEST_CHILD_OK;
}

static void finds_what_was_handed_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct row row = rows[i];
		int status = test_in_child(check_row, &row);

		if (status != 0)
			print_error("%s\n", row.what);
		test_judge(status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_handed_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
