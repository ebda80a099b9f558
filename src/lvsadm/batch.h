/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that are done together or not at all. */
#ifndef LVS_LVSADM_BATCH_H
#define LVS_LVSADM_BATCH_H

#include "lvsadm/run.h"

/**
 * struct lvsadm_batch - commands that wait
 * @commands:	owned; each with lvsadm_is_edit()
 */
struct lvsadm_batch {
	size_t n;
	size_t room;
	struct lvsadm_command *commands;
};

/* Return: 0 or -ENOMEM; @command is copied */
int lvsadm_batch_add(struct lvsadm_batch *batch, const struct lvsadm_command *command);

/**
 * lvsadm_batch_apply() - do them
 *
 * The batch is empty after it.
 *
 * Return: whether they were done; if not, each that was wrong has had its line on lvsadm->err
 */
bool lvsadm_batch_apply(const struct lvsadm *lvsadm, struct lvsadm_batch *batch);

/* Takes zeros as well. */
void lvsadm_batch_fini(struct lvsadm_batch *batch);

#endif
