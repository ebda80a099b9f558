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
 * struct lvs_net_work - a plan that is carried out, perhaps in portions; of apply.c but for @changes
 * @now:	what is ours afterwards
 * @step, @at:	how far it has come
 */
struct lvs_net_work {
	struct lvs_rtnl *rtnl;
	struct lvs_net_state *state;
	const struct lvs_net_plan *plan;
	uint32_t priority;
	struct lvs_net_say *say;
	struct lvs_net_changes changes;
	struct lvs_net_objects now;
	int step;
	size_t at;
};

/**
 * lvs_net_work_init() - install what is missing and remove what is ours and not planned
 * @rtnl, @say:	borrowed until it is done
 * @state:	borrowed, too, and to be left alone; brought up to date in the end
 * @plan:	likewise; empty to remove everything
 * @priority:	preference of the rules in front of the local table
 *
 * At no moment is the host without a rule for its local table, nor is a new way in use before all of it is there.
 */
void lvs_net_work_init(struct lvs_net_work *work, struct lvs_rtnl *rtnl, struct lvs_net_state *state,
		       const struct lvs_net_plan *plan, uint32_t priority, struct lvs_net_say *say);

/* @budget: changes of the kernel's; SIZE_MAX: all that there are. Return: done, see @work->changes; nothing is left to be freed */
bool lvs_net_work_go_on(struct lvs_net_work *work, size_t budget);

/* It is not gone on with: the state has to be read anew. */
void lvs_net_work_fini(struct lvs_net_work *work);

#endif
