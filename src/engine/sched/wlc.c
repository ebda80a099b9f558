// SPDX-License-Identifier: GPL-2.0-or-later
/* Weighted least connections: the usable server with the least overhead for its weight. Ties go to the newest. */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

static lvs_rank_key wlc_key(const struct lvs_server *server)
{
	if (!lvs_server_usable(server))
		return LVS_RANK_OUT;
	return lvs_rank_key_of(lvs_server_overhead(server), server->spec.weight);
}

static struct lvs_server *wlc_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, wlc_key);
}

const struct lvs_sched_ops lvs_sched_wlc = { .name = "wlc", LVS_RANK_OPS, .pick = wlc_pick };
