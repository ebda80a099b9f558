/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Things that a test program must not do to itself: give up privileges, change namespaces, be killed. */
#ifndef LVS_TESTS_LIB_CHILD_H
#define LVS_TESTS_LIB_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* What a child function returns, or passes to _exit(). */
enum {
	TEST_CHILD_OK = 0,
	TEST_CHILD_FAILED = 1,
	TEST_CHILD_SKIP = 77,
};

typedef int test_child_fn(void *arg);

/**
 * test_in_child() - run @fn in a forked process and wait for it
 *
 * A child that hangs is ended by SIGALRM after 20 seconds. What it prints on stderr is seen.
 *
 * Return: its wait status, as waitpid(2) has it
 */
int test_in_child(test_child_fn *fn, void *arg);

/* The same, in a child with namespaces of its own, root in them. Return: wait status; exit code 77 where that is refused */
int test_in_namespaces(int flags, test_child_fn *fn, void *arg);

/* Ends the calling cmocka test: passed, failed or skipped, as @status says. */
void test_judge(int status);

/* In a child: says what does not hold and where, and ends it. */
#define CHECK(cond) test_child_check((cond), #cond, __FILE__, __LINE__)
void test_child_check(bool ok, const char *what, const char *file, int line);

#endif
