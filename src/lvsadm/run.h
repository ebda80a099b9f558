/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands done, one by one. */
#ifndef LVS_LVSADM_RUN_H
#define LVS_LVSADM_RUN_H

#include <stdio.h>

#include "client/client.h"
#include "lvsadm/command.h"
#include "lvsadm/edit.h"
#include "lvsadm/fault.h"
#include "lvsadm/table.h"

/**
 * struct lvsadm - whom to talk to
 * @name:	as the program was called, borrowed
 */
struct lvsadm {
	struct lvs_client *client;
	const char *name;
	FILE *out;
	FILE *err;
};

/**
 * lvsadm_run() - do a command
 * @command:	any but LVSADM_RESTORE
 *
 * Return: whether it was done; if not, @fault says why not
 */
bool lvsadm_run(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault);

/**
 * lvsadm_load() - get all services
 * @query:	how much of them: "?brief=1", ...
 * @ret_table:	lvsadm_table_fini() is the caller's, after a failure too
 *
 * Return: whether they are there; if not, @fault says why not
 */
bool lvsadm_load(const struct lvsadm *lvsadm, const char *query, struct lvsadm_table *ret_table, struct lvsadm_fault *fault);

/**
 * lvsadm_edit() - make the request of a command, with what depends on how the service is now
 * @command:	for which lvsadm_is_edit()
 *
 * Return: whether it is there; if not, @fault says why not
 */
bool lvsadm_edit(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_edit *ret_edit,
		 struct lvsadm_fault *fault);

/* lvsadm_memory() - Return: false, and what ipvsadm says when there is no memory */
bool lvsadm_memory(struct lvsadm_fault *fault);

#endif
