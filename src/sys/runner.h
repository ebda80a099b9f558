/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of the operator's, run without the daemon being able to start any: a helper process that was forked while that
 * was still possible takes orders over a socket, and tells how each program ended. It has nothing of the daemon but that
 * socket, and goes when the daemon goes, with all that it has started.
 */
#ifndef LVS_SYS_RUNNER_H
#define LVS_SYS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct lvs_loop;
struct lvs_runner;

/* Of one order: arguments and environment together, with their NULs. */
#define LVS_RUNNER_TEXT_MAX 16384
#define LVS_RUNNER_STRINGS_MAX 128
/* Programs that run at a time; more wait. */
#define LVS_RUNNER_CHILDREN_MAX 64
/* Orders that are under way, those that wait included. */
#define LVS_RUNNER_ORDERS_MAX 4096
/* Of what a program writes, the beginning is kept. */
#define LVS_RUNNER_OUTPUT_MAX 256

/* How an order ended. */
enum lvs_run_end {
	LVS_RUN_EXITED,		/* by itself, @code is its status */
	LVS_RUN_SIGNALED,	/* @code is the signal */
	LVS_RUN_TIMED_OUT,	/* was killed, with its process group */
	LVS_RUN_FAILED,		/* was not started; @code is an errno */
	LVS_RUN_LOST,		/* the helper process is gone */
};

/**
 * struct lvs_run_result - what came of it
 * @output:	the first line of what it wrote to stdout or stderr, ends with NUL
 */
struct lvs_run_result {
	enum lvs_run_end end;
	int code;
	char output[LVS_RUNNER_OUTPUT_MAX];
};

typedef void lvs_run_fn(void *arg, const struct lvs_run_result *result);

/**
 * struct lvs_run - an order
 * @argv:	the program, an absolute path, and its arguments; NULL at the end. No shell looks at them
 * @envp:	all of its environment; NULL at the end
 * @timeout:	then it is killed; counted from its start, not while it waits
 */
struct lvs_run {
	const char *const *argv;
	const char *const *envp;
	lvs_ns timeout;
};

/**
 * lvs_runner_new() - fork the helper process
 * @become:	called in it, before it takes orders: to give up privileges. Not 0 ends it. May be NULL
 *
 * To be called before sealing, with no other thread running.
 *
 * Return: 0 or -Exxx
 */
int lvs_runner_new(struct lvs_loop *loop, int (*become)(void *arg), void *arg, struct lvs_runner **ret_runner);

/* Kills all that runs; nobody is called back. @runner: may be NULL. The loop must not run any more. */
void lvs_runner_free(struct lvs_runner *runner);

/**
 * lvs_runner_run() - order a program
 * @done:	called once from the loop, unless lvs_runner_cancel() came first
 * @ret_order:	for lvs_runner_cancel(); never 0
 *
 * Return: 0; -E2BIG: too much text; -EINVAL: no absolute path; -EBUSY: too many orders are under way; -EPIPE: the helper
 * process is gone; -ENOMEM
 */
int lvs_runner_run(struct lvs_runner *runner, const struct lvs_run *run, lvs_run_fn *done, void *arg, uint32_t *ret_order);

/* Kill it, if it runs already; @done is not called. @order may have ended. */
void lvs_runner_cancel(struct lvs_runner *runner, uint32_t order);

/* Does the helper process live? */
bool lvs_runner_alive(const struct lvs_runner *runner);

#endif
