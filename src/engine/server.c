// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The counts of a real server, and what follows from them: whether it has more than it may have, and where it stands in
 * the eyes of its scheduler. Counts change a few times in the life of a connection, not with every packet.
 */
#include "engine/server.h"

#include "engine/sched.h"
#include "engine/service.h"

static uint64_t total(const struct lvs_server *server)
{
	return (uint64_t)server->active + server->inactive;
}

/* An overloaded server has to get below this. */
static uint32_t lower(const struct lvs_server_spec *spec)
{
	return spec->lower ? spec->lower : spec->upper - spec->upper / 4;
}

void lvs_server_weigh(struct lvs_server *server)
{
	const struct lvs_server_spec *spec = &server->spec;

	if (spec->upper && total(server) >= spec->upper)
		server->overload = true;
	else if (!spec->upper || total(server) < lower(spec))
		server->overload = false;
}

void lvs_server_changed(struct lvs_server *server)
{
	struct lvs_service *service = server->service;

	if (service && service->spec.sched->changed)
		service->spec.sched->changed(service, server->pos);
}

void lvs_server_bind(struct lvs_server *server)
{
	server->inactive++;
	lvs_server_weigh(server);
	lvs_server_changed(server);
}

void lvs_server_set_active(struct lvs_server *server, bool active)
{
	server->active += active ? 1 : -1u;
	server->inactive += active ? -1u : 1;
	lvs_server_changed(server);
}

void lvs_server_unbind(struct lvs_server *server, bool active)
{
	if (active)
		server->active--;
	else
		server->inactive--;
	lvs_server_weigh(server);
	lvs_server_changed(server);
}
