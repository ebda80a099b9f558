/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -R */
#ifndef LVS_LVSADM_RESTORE_H
#define LVS_LVSADM_RESTORE_H

#include "lvsadm/run.h"

/**
 * lvsadm_restore() - do the commands of a file, one per line
 * @in:		the file
 *
 * Those that change services or servers are done together, or not at all when one of them cannot be read or done; then
 * each that is wrong has its message, on lvsadm->err. What is not such a command is done in its place, after those before
 * it.
 *
 * Return: exit status
 */
int lvsadm_restore(const struct lvsadm *lvsadm, FILE *in);

#endif
