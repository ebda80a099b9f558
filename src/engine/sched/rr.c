// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Round robin: each usable server in turn, weights apart from 0 ignored. The cursor stands behind the server chosen last,
 * and moves with it when others come and go; if that one goes, it stands behind its predecessor.
 */
#include "engine/sched.h"
#include "engine/service.h"

struct rr {
	uint32_t cursor;	/* position of the next server to ask */
};

static struct lvs_server *rr_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct rr *rr = service->sched_state;
	uint32_t pos = rr->cursor;

	(void)tuple;
	(void)now;
	for (uint32_t left = service->nservers; left > 0; left--) {
		struct lvs_server *server;

		if (pos == service->nservers)
			pos = 0;
		server = service->servers[pos++];
		if (lvs_server_usable(server)) {
			rr->cursor = pos;
			return server;
		}
	}
	return NULL;
}

static void rr_added(struct lvs_service *service, uint32_t pos)
{
	struct rr *rr = service->sched_state;

	if (pos < rr->cursor)
		rr->cursor++;
}

static void rr_removed(struct lvs_service *service, uint32_t pos)
{
	struct rr *rr = service->sched_state;

	if (pos < rr->cursor)
		rr->cursor--;
}

const struct lvs_sched_ops lvs_sched_rr = {
	.name = "rr",
	.state_bytes = sizeof(struct rr),
	.pick = rr_pick,
	.added = rr_added,
	.removed = rr_removed,
};
