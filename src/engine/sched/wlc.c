// SPDX-License-Identifier: GPL-2.0-or-later
/* Weighted least connections: the usable server with the least overhead for its weight. Ties go to the newest. */
#include "engine/sched.h"
#include "engine/service.h"

/* Quotients are compared crosswise: overheads below 2^41 times weights below 2^16 fit, and nothing divides. */
static struct lvs_server *wlc_pick(struct lvs_service *service, const struct lvs_tuple *tuple)
{
	struct lvs_server *best = NULL;

	(void)tuple;
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		if (!lvs_server_usable(server))
			continue;
		if (!best || lvs_server_overhead(server) * best->spec.weight <
				     lvs_server_overhead(best) * server->spec.weight)
			best = server;
	}
	return best;
}

const struct lvs_sched_ops lvs_sched_wlc = { .name = "wlc", .pick = wlc_pick };
