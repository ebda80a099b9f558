/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lvsd says no to, in the words of IPVS. */
#ifndef LVS_LVSADM_REFUSE_H
#define LVS_LVSADM_REFUSE_H

#include "client/client.h"
#include "lvsadm/command.h"
#include "lvsadm/fault.h"

/**
 * lvsadm_unreachable() - did a call fail before the daemon could say anything?
 *
 * Return: true, and ipvsadm's words for an IPVS that is not there, or that is not for everybody, in @fault
 */
bool lvsadm_unreachable(const struct lvs_problem *problem, struct lvsadm_fault *fault);

/**
 * lvsadm_refused() - the daemon refused a command
 * @kind:	its kind of problem: "exists", "not-found", ...
 * @field:	JSON pointer to what is wrong, or ""
 * @detail:	what it says, in one line
 * @service:	of "not-found": whether the service is there
 *
 * Where IPVS would have refused as well its words are taken, else lvsd's.
 *
 * Return: false
 */
bool lvsadm_refused(const struct lvsadm_command *command, const char *kind, const char *field, const char *detail, bool service,
		    struct lvsadm_fault *fault);

/**
 * lvsadm_forbidden() - what IPVS would refuse and lvsd might not, of a service or server that could be made
 *
 * Return: whether it would; then it is in @fault
 */
bool lvsadm_forbidden(const struct lvsadm_command *command, struct lvsadm_fault *fault);

#endif
