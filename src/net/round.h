/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of net, for net.c and round.c only. */
#ifndef LVS_NET_ROUND_H
#define LVS_NET_ROUND_H

#include "net/apply.h"
#include "net/net.h"
#include "net/rtnl.h"
#include "net/say.h"
#include "net/state.h"
#include "net/target.h"
#include "net/wants.h"

/**
 * struct lvs_net - all of it
 * @ask, @listen: sockets
 * @state:	the last snapshot; @stale: it no longer holds
 * @wants:	what @vips are made of, anew when @restless
 * @strangers:	see struct lvs_net_question
 * @memory:	kernel switches as they were
 * @stage:	of the round under way; from CARRYING on with @plan and @work
 * @device:	index, 0 before lvs_net_attach()
 * @applied:	something is wanted
 * @fought:	somebody has removed what is ours
 * @busy:	what is wanted is being done; @again: other things are wanted than when this round began
 * @wake:	when the next round is due; 0: as soon as the time is known
 * @last:	when the last round was; @calm: when somebody was last fought with
 */
struct lvs_net {
	struct lvs_net_options options;
	struct lvs_net_callbacks callbacks;
	char (*server_interfaces)[IFNAMSIZ], (*client_interfaces)[IFNAMSIZ];
	char bridge[IFNAMSIZ];
	struct lvs_net_say say;
	struct lvs_rtnl ask, listen;
	struct lvs_net_state state;
	struct lvs_net_wants wants;
	struct lvs_net_targets vips, servers, strangers;
	struct lvs_net_memory memory;
	uint32_t device;
	enum { LOOKING, CARRYING, VERIFYING } stage;
	struct lvs_net_plan plan;
	struct lvs_net_work work;
	bool stale, restless, applied, fought, busy, again;
	lvs_ns wake, last, calm, gap;
};

/* Look at links, addresses, rules and what is ours. Return: 0 or the error, which was said */
int lvs_net_snapshot(struct lvs_net *net);

/**
 * lvs_net_round() - one round, or a part of it
 * @budget:	how many routes may be asked for; SIZE_MAX: do all that there is to do
 *
 * Return: 1 when it is to be gone on with, 0, or the first error
 */
int lvs_net_round(struct lvs_net *net, size_t budget);

/* The one under way is not gone on with. */
void lvs_net_round_end(struct lvs_net *net);

#endif
