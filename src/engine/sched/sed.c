// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shortest expected delay: the usable server that would have the fewest active connections for its weight if it got this
 * one. Inactive ones cost nothing. Ties go to the newest.
 */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

static lvs_rank_key sed_key(const struct lvs_server *server)
{
	if (!lvs_server_usable(server))
		return LVS_RANK_OUT;
	return lvs_rank_key_of((uint64_t)server->active + 1, server->spec.weight);
}

static struct lvs_server *sed_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, sed_key);
}

const struct lvs_sched_ops lvs_sched_sed = { .name = "sed", LVS_RANK_OPS, .pick = sed_pick };
