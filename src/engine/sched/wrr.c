// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Weighted round robin. The servers are gone through pass after pass; in each pass those are chosen that weigh at least
 * the pass's level. The level sinks by the greatest common divisor of all weights from pass to pass, and starts again at
 * the top once it would reach 0. So a server of weight 6 beside one of weight 4 is chosen in three passes of three, the
 * other in two of them.
 *
 * The top is (divisor - 1) below the greatest weight: the same passes choose the same servers, and levels of different
 * divisors all have the form n * divisor + 1. That lets a change of weights keep the level about where it was, while the
 * pass begins anew.
 */
#include "base/gcd.h"
#include "engine/sched.h"
#include "engine/service.h"

struct wrr {
	uint32_t cursor;	/* position of the next server to ask */
	uint32_t level;		/* of this pass */
	uint32_t top;		/* of the first pass of a cycle; 0 if there is no weight at all */
	uint32_t step;
};

static void wrr_changed(struct lvs_service *service)
{
	struct wrr *wrr = service->sched_state;
	uint32_t max = 0, step = 0;

	for (uint32_t i = 0; i < service->nservers; i++) {
		uint32_t weight = service->servers[i]->spec.weight;

		step = lvs_gcd(step, weight);
		max = LVS_MAX(max, weight);
	}
	wrr->cursor = 0;
	wrr->step = LVS_MAX(step, 1);
	wrr->top = max - LVS_MIN(max, wrr->step - 1);
	if (wrr->level > wrr->top || wrr->level == 0)
		wrr->level = wrr->top;
	else if (wrr->step > 1)
		wrr->level = wrr->level / wrr->step * wrr->step + 1;
}

/* Go on with the pass. @ret_heaviest: greatest weight of the usable servers it asked. Return: NULL at the pass's end */
static struct lvs_server *go_on(struct lvs_service *service, struct wrr *wrr, uint32_t *ret_heaviest)
{
	uint32_t heaviest = 0;

	while (wrr->cursor < service->nservers) {
		struct lvs_server *server = service->servers[wrr->cursor++];

		if (!lvs_server_usable(server))
			continue;
		if (server->spec.weight >= wrr->level)
			return server;
		heaviest = LVS_MAX(heaviest, server->spec.weight);
	}
	wrr->cursor = 0;
	*ret_heaviest = heaviest;
	return NULL;
}

static struct lvs_server *wrr_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct wrr *wrr = service->sched_state;
	const uint32_t start = wrr->cursor;
	bool whole = start == 0;
	struct lvs_server *server;
	uint32_t heaviest;

	(void)tuple;
	(void)now;
	if (wrr->top == 0)
		return NULL;
	while (!(server = go_on(service, wrr, &heaviest))) {
		if (whole && heaviest == 0)
			break;
		if (whole)	/* passes above the heaviest would be in vain */
			wrr->level -= (wrr->level - heaviest + wrr->step - 1) / wrr->step * wrr->step;
		else
			wrr->level = wrr->level > wrr->step ? wrr->level - wrr->step : wrr->top;
		whole = true;
	}
	if (!server) {	/* stand where a cycle of passes in vain would have ended */
		wrr->cursor = start;
		wrr->level = start > 0 ? 1 : wrr->top;
	}
	return server;
}

static void wrr_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	wrr_changed(service);
}

const struct lvs_sched_ops lvs_sched_wrr = {
	.name = "wrr",
	.state_bytes = sizeof(struct wrr),
	.pick = wrr_pick,
	.added = wrr_moved,
	.removed = wrr_moved,
	.edited = wrr_changed,
};
