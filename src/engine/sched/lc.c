// SPDX-License-Identifier: GPL-2.0-or-later
/* Least connections: the usable server with the least overhead, weights apart from 0 ignored. Ties go to the newest. */
#include "engine/sched.h"
#include "engine/service.h"

static struct lvs_server *lc_pick(struct lvs_service *service, const struct lvs_tuple *tuple)
{
	struct lvs_server *best = NULL;

	(void)tuple;
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		if (!lvs_server_usable(server))
			continue;
		if (!best || lvs_server_overhead(server) < lvs_server_overhead(best))
			best = server;
	}
	return best;
}

const struct lvs_sched_ops lvs_sched_lc = { .name = "lc", .pick = lc_pick };
