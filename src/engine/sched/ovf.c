// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Overflow: all to the usable server of the greatest weight, until it has more active connections than its weight; then to
 * the next. Ties go to the newest. A UDP service has no active connections and never flows over.
 */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

static lvs_rank_key ovf_key(const struct lvs_server *server)
{
	if (!lvs_server_usable(server) || server->active > server->spec.weight)
		return LVS_RANK_OUT;
	return lvs_rank_key_of(LVS_WEIGHT_MAX - server->spec.weight, 1);
}

static struct lvs_server *ovf_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, ovf_key);
}

const struct lvs_sched_ops lvs_sched_ovf = { .name = "ovf", LVS_RANK_OPS, .pick = ovf_pick };
