// SPDX-License-Identifier: GPL-2.0-or-later
/* Fail-over: all to the usable server of the greatest weight. Ties go to the newest. */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

static lvs_rank_key fo_key(const struct lvs_server *server)
{
	return lvs_server_usable(server) ? lvs_rank_key_of(LVS_WEIGHT_MAX - server->spec.weight, 1) : LVS_RANK_OUT;
}

static struct lvs_server *fo_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, fo_key);
}

const struct lvs_sched_ops lvs_sched_fo = { .name = "fo", LVS_RANK_OPS, .pick = fo_pick };
