// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locality-based least connections with replication: a destination has not one server, as with lblc, but several, and goes
 * to the one of them with the least overhead for its weight. When that one has more active connections than its weight
 * while another one has less than half of that, whom wlc would choose joins them. When nobody has joined for a day, the
 * one with the most overhead leaves.
 */
#include "engine/locality.h"
#include "engine/sched.h"
#include "engine/service.h"

/* Is the load of @a, for its weight, less than that of @b? Both have weights. */
static bool lighter(const struct lvs_server *a, const struct lvs_server *b)
{
	return lvs_server_overhead(a) * b->spec.weight < lvs_server_overhead(b) * a->spec.weight;
}

/* Of equals, the one that joined last. */
static struct lvs_server *lightest(const struct lvs_locality *locality, const struct lvs_locality_place *place)
{
	const struct lvs_locality_member *member = lvs_locality_first(locality, place);
	struct lvs_server *least = NULL;

	for (; member; member = lvs_locality_next(locality, member))
		if (lvs_locality_usable(member->server) && (!least || lighter(member->server, least)))
			least = member->server;
	return least;
}

/* Removed and overloaded ones count as well; those without weight do not. */
static const struct lvs_server *heaviest(const struct lvs_locality *locality, const struct lvs_locality_place *place)
{
	const struct lvs_locality_member *member = lvs_locality_first(locality, place);
	const struct lvs_server *most = NULL;

	for (; member; member = lvs_locality_next(locality, member))
		if (member->server->spec.weight && (!most || lighter(most, member->server)))
			most = member->server;
	return most;
}

static struct lvs_server *lblcr_peek(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct lvs_locality *locality = service->sched_state;
	const struct lvs_locality_place *place = lvs_locality_peek(locality, &tuple->dst);
	struct lvs_server *server = place ? lightest(locality, place) : NULL;

	(void)now;
	return server && !lvs_locality_crowded(locality, service, server) ? server : lvs_locality_least(locality, service);
}

static struct lvs_server *lblcr_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct lvs_locality *locality = service->sched_state;
	struct lvs_locality_place *place = lvs_locality_find(locality, &tuple->dst, lvs_locality_expiration(service), now);
	struct lvs_server *server;

	if (place) {
		server = lightest(locality, place);
		if (place->n > 1 && now > place->changed + lvs_locality_expiration(service)) {
			const struct lvs_server *most = heaviest(locality, place);

			if (most)
				lvs_locality_leave(locality, place, most, now);
		}
		if (server && !lvs_locality_crowded(locality, service, server))
			return server;
	}
	server = lvs_locality_least(locality, service);
	if (!server)
		return NULL;
	if (place)
		lvs_locality_join(locality, place, server, now);
	else
		lvs_locality_add(locality, &tuple->dst, server, now);
	return server;
}

const struct lvs_sched_ops lvs_sched_lblcr = {
	.name = "lblcr", LVS_LOCALITY_OPS, .pick = lblcr_pick, .peek = lblcr_peek,
};
