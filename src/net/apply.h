/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what is installed to what is planned. */
#ifndef LVS_NET_APPLY_H
#define LVS_NET_APPLY_H

#include "net/plan.h"
#include "net/say.h"

struct lvs_net_state;
struct lvs_rtnl;

/**
 * struct lvs_net_changes - what was done
 * @err:	the first error, 0 if all went well
 */
struct lvs_net_changes {
	size_t installed, removed;
	int err;
};

/**
 * lvs_net_carry_out() - install what is missing and remove what is ours and not planned
 * @state:	brought up to date
 * @plan:	empty to remove everything
 * @priority:	preference of the rules in front of the local table
 *
 * At no moment is the host without a rule for its local table, nor is a new way in use before all of it is there.
 */
struct lvs_net_changes lvs_net_carry_out(struct lvs_rtnl *rtnl, struct lvs_net_state *state, const struct lvs_net_plan *plan,
					 uint32_t priority, struct lvs_net_say *say);

#endif
