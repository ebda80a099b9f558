/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two sides of the socket between the daemon and its helper process; for runner.c and runner_child.c. */
#ifndef LVS_SYS_RUNNER_CHILD_H
#define LVS_SYS_RUNNER_CHILD_H

#include "sys/runner.h"

/**
 * struct lvs_runner_order - a message to the helper process, a packet of its own
 * @order:	its number
 * @argc:	0: cancel it; else that many strings are its arguments, the others its environment
 * @count:	strings in @text
 */
struct lvs_runner_order {
	uint32_t order;
	uint16_t argc;
	uint16_t count;
	lvs_ns timeout;
	char text[LVS_RUNNER_TEXT_MAX];
};

/* And back. */
struct lvs_runner_report {
	uint32_t order;
	struct lvs_run_result result;
};

/* The helper process' whole life; does not return. @fd: its end of the socket */
void lvs_runner_child(int fd) __attribute__((noreturn));

#endif
