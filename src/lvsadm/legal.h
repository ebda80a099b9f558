/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which options go with which command, and with which tunnel. */
#ifndef LVS_LVSADM_LEGAL_H
#define LVS_LVSADM_LEGAL_H

#include "lvsadm/command.h"
#include "lvsadm/fault.h"

/* What ipvsadm calls an option when it complains. */
const char *lvsadm_opt_name(enum lvsadm_opt opt);

/**
 * lvsadm_legal() - everything that can be said about a command without asking the daemon
 * @command:	its service and server get the ports and defaults that follow from the rest
 *
 * Return: whether it is legal; if not, @fault says why not
 */
bool lvsadm_legal(struct lvsadm_command *command, struct lvsadm_fault *fault);

#endif
