// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Locality-based least connections, for services that stand for many addresses, such as those behind a cache: a destination
 * goes to the server that it went to before. It moves to whom wlc would choose when that server is not usable, or has more
 * active connections than its weight while another one has less than half of that.
 */
#include "engine/locality.h"
#include "engine/sched.h"
#include "engine/service.h"

/* Return: the server of @place, unless it has to move; @place may be NULL */
static struct lvs_server *stay(struct lvs_locality *locality, const struct lvs_service *service,
			       const struct lvs_locality_place *place)
{
	struct lvs_server *server = place ? lvs_locality_first(locality, place)->server : NULL;

	return server && lvs_locality_usable(server) && !lvs_locality_crowded(locality, service, server) ? server : NULL;
}

static struct lvs_server *lblc_peek(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct lvs_locality *locality = service->sched_state;
	struct lvs_server *server = stay(locality, service, lvs_locality_peek(locality, &tuple->dst));

	(void)now;
	return server ? server : lvs_locality_least(locality, service);
}

static struct lvs_server *lblc_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct lvs_locality *locality = service->sched_state;
	struct lvs_locality_place *place = lvs_locality_find(locality, &tuple->dst, lvs_locality_expiration(service), now);
	struct lvs_server *server = stay(locality, service, place);

	if (server)
		return server;
	server = lvs_locality_least(locality, service);
	if (!server)
		return NULL;
	if (place)
		lvs_locality_replace(locality, place, server);
	else
		lvs_locality_add(locality, &tuple->dst, server, now);
	return server;
}

const struct lvs_sched_ops lvs_sched_lblc = { .name = "lblc", LVS_LOCALITY_OPS, .pick = lblc_pick, .peek = lblc_peek };
