/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the plan that is about addresses which the host itself asks VIPs from. */
#ifndef LVS_NET_ASKING_H
#define LVS_NET_ASKING_H

#include <stdint.h>

struct lvs_net_plan;
struct lvs_net_question;

/**
 * lvs_net_plan_asking() - add what they need beside what VIPs of this host do, if there are any
 * @suppress:	of rules in front of the local table, for IPv6 and IPv4, see struct lvs_net_object
 */
void lvs_net_plan_asking(struct lvs_net_plan *plan, const struct lvs_net_question *question, const uint8_t suppress[2]);

#endif
