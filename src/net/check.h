/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether packets find their way, whoever has paved it. */
#ifndef LVS_NET_CHECK_H
#define LVS_NET_CHECK_H

#include "net/plan.h"
#include "net/say.h"

struct lvs_rtnl;

/**
 * lvs_net_check() - complain about every piece of the plan whose effect is missing, with the command that installs it
 *
 * Effects are tried, not compared: the kernel is asked where a request, a reply or a question for a VIP would go, so
 * any arrangement that leads to the device is fine.
 */
void lvs_net_check(struct lvs_rtnl *rtnl, const struct lvs_net_question *question, const struct lvs_net_plan *plan,
		   struct lvs_net_say *say);

/* Complain about VIPs and real servers that nothing can be done for here. */
void lvs_net_check_targets(const struct lvs_net_question *question, struct lvs_net_say *say);

#endif
