// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Children of test programs. A child never returns into cmocka: it ends with _exit(), whatever happens. In the namespaced
 * form it becomes root of a new user namespace that knows only its own uid and gid, as `unshare -r` does it.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/child.h"

#define CHILD_SECONDS 20

struct namespaces {
	int flags;
	test_child_fn *fn;
	void *arg;
};

int test_in_child(test_child_fn *fn, void *arg)
{
	int status = -1;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)signal(SIGALRM, SIG_DFL);
		(void)alarm(CHILD_SECONDS);
		_exit(fn(arg));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static int in_namespaces(void *arg)
{
	const struct namespaces *ns = arg;
	char uid_map[32], gid_map[32];

	(void)snprintf(uid_map, sizeof(uid_map), "0 %u 1", geteuid());
	(void)snprintf(gid_map, sizeof(gid_map), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER | ns->flags) < 0 || !put("/proc/self/setgroups", "deny") ||
	    !put("/proc/self/uid_map", uid_map) || !put("/proc/self/gid_map", gid_map)) {
		(void)fprintf(stderr, "no user namespace: %s\n", strerror(errno));
		return TEST_CHILD_SKIP;
	}
	return ns->fn(ns->arg);
}

int test_in_namespaces(int flags, test_child_fn *fn, void *arg)
{
	struct namespaces ns = { .flags = flags, .fn = fn, .arg = arg };

	return test_in_child(in_namespaces, &ns);
}

void test_judge(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == TEST_CHILD_SKIP)
		skip();
	if (WIFSIGNALED(status))
		fail_msg("child ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), TEST_CHILD_OK);
}

void test_child_check(bool ok, const char *what, const char *file, int line)
{
	int saved = errno;

	if (ok)
		return;
	(void)fprintf(stderr, "%s:%d: not so: %s (errno: %s)\n", file, line, what, strerror(saved));
	_exit(TEST_CHILD_FAILED);
}
