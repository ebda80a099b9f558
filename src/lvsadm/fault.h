/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line for standard error and an exit status, as ipvsadm has them. */
#ifndef LVS_LVSADM_FAULT_H
#define LVS_LVSADM_FAULT_H

#include <stdbool.h>

enum {
	LVSADM_EXIT_LIST = 1,
	LVSADM_EXIT_USAGE = 2,
	LVSADM_EXIT_FAILED = 255,
};

/**
 * struct lvsadm_fault - what went wrong
 * @status:	exit status
 * @ends:	what was wrong ends -R at once; otherwise the next line has its turn
 * @text:	without the newline at its end
 */
struct lvsadm_fault {
	int status;
	bool ends;
	char text[1400];
};

/* Return: false, for the caller to return */
bool lvsadm_fault(struct lvsadm_fault *fault, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* The same with another status; what has it does not end -R. */
bool lvsadm_fault_status(struct lvsadm_fault *fault, int status, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

/* "Try `ipvsadm -h' ...": the command itself could not be read. @name: as the program was called */
bool lvsadm_fault_try(struct lvsadm_fault *fault, const char *name);

#endif
