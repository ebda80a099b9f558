// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Least latency: the usable server whose answers to SYNs are the quickest, for its weight and for what it has to do
 * already: the average latency times the active connections and one more. So a server that is quick because it is idle
 * does not get them all, and one that slows down under its load gives some up. One that is not known yet counts as the
 * quickest, until the first answer tells. Ties go to the newest.
 */
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

/* Latencies in microseconds up to a second, connections up to a million: below 2^41, as the rank wants it. */
#define LATENCY_MAX (1u << 20)
#define ACTIVE_MAX (1u << 20)

static lvs_rank_key ll_key(const struct lvs_server *server)
{
	uint64_t latency = LVS_MAX(server->seen.latency / LVS_NS_PER_US, 1u), active = server->active + 1ull;

	if (!lvs_server_usable(server))
		return LVS_RANK_OUT;
	return lvs_rank_key_of(LVS_MIN(latency, LATENCY_MAX) * LVS_MIN(active, ACTIVE_MAX), server->spec.weight);
}

static struct lvs_server *ll_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	(void)tuple;
	(void)now;
	return lvs_rank_best(service->sched_state, service, ll_key);
}

const struct lvs_sched_ops lvs_sched_ll = { .name = "ll", LVS_RANK_OPS, .measures = true, .pick = ll_pick };
