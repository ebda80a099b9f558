// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Never queue: the newest usable server without active connections, whatever its weight; if all have some, the one with
 * the shortest expected delay, as sed does it. A UDP service has no active connections and sends everything to the newest.
 */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

static lvs_rank_key nq_key(const struct lvs_server *server)
{
	if (!lvs_server_usable(server))
		return LVS_RANK_OUT;
	return server->active ? lvs_rank_key_of((uint64_t)server->active + 1, server->spec.weight) : lvs_rank_key_of(0, 1);
}

static struct lvs_server *nq_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, nq_key);
}

const struct lvs_sched_ops lvs_sched_nq = { .name = "nq", LVS_RANK_OPS, .pick = nq_pick };
