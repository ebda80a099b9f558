// SPDX-License-Identifier: GPL-2.0-or-later
/* Least connections: the usable server with the least overhead, weights apart from 0 ignored. Ties go to the newest. */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

static lvs_rank_key lc_key(const struct lvs_server *server)
{
	return lvs_server_usable(server) ? lvs_rank_key_of(lvs_server_overhead(server), 1) : LVS_RANK_OUT;
}

static struct lvs_server *lc_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, lc_key);
}

const struct lvs_sched_ops lvs_sched_lc = { .name = "lc", LVS_RANK_OPS, .pick = lc_pick };
