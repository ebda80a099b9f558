// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A real server comes, changes and goes; and its counts, and what follows from them: whether it has more than it may
 * have, and where it stands in the eyes of its scheduler. Counts change a few times in the life of a connection, not
 * with every packet.
 */
#include "engine/server.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/forward.h"
#include "engine/rates.h"
#include "engine/rules.h"
#include "engine/sched.h"
#include "engine/wire.h"

/* RFC 1191 section 6.3: after ten minutes the path may have become wider. */
#define REPORT_KEEP LVS_SECONDS(600)

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

/* The longest packet that fits what is known of the path; nobody may be told of less than every link carries. */
static void fit(struct lvs_server *server)
{
	const struct lvs_forward_ops *forward = server->spec.forward;
	uint32_t overhead = forward->overhead ? forward->overhead(server) : 0;
	uint32_t path = server->spec.mtu ? server->spec.mtu : server->path_mtu;
	uint32_t least = lvs_addr_is4(&server->of.addr) ? LVS_MTU_MIN_IP4 : LVS_MTU_MIN_IP6;

	if (server->reported_mtu && (!path || server->reported_mtu < path))
		path = server->reported_mtu;
	server->mtu = path ? LVS_MAX(path - LVS_MIN(path, overhead), least) : 0;
}

void lvs_server_set_mtu(struct lvs_server *server, uint32_t mtu)
{
	server->path_mtu = mtu;
	fit(server);
}

void lvs_server_report_mtu(struct lvs_server *server, uint32_t mtu, lvs_ns now)
{
	if (server->reported_mtu && server->reported_mtu < mtu && now < server->reported_until)
		return;
	server->reported_mtu = mtu;
	server->reported_until = now + REPORT_KEEP;
	fit(server);
}

bool lvs_server_too_long(struct lvs_server *server, uint32_t bytes, lvs_ns now)
{
	if (bytes > server->mtu && server->reported_mtu && now >= server->reported_until) {
		server->reported_mtu = 0;
		fit(server);
	}
	return server->mtu && bytes > server->mtu;
}

struct lvs_server *lvs_server_find(const struct lvs_service *service, const struct lvs_addr *addr, lvs_be16 port)
{
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		if (server->spec.port == port && lvs_addr_equal(&server->spec.addr, addr))
			return server;
	}
	return NULL;
}

static int check_spec(const struct lvs_service *service, const struct lvs_server_spec *spec)
{
	const struct lvs_service_key *of = &service->spec.key;

	if (!lvs_addr_is_unicast(&spec->addr) || lvs_addr_is_linklocal6(&spec->addr) ||
	    spec->weight > LVS_WEIGHT_MAX || !spec->forward)
		return -EINVAL;
	if (lvs_addr_is4(&spec->addr) != lvs_addr_is4(&of->addr) && !spec->forward->mixes)
		return -EINVAL;
	if (spec->port && spec->port != of->port && !spec->forward->maps_port)
		return -EINVAL;
	if (spec->forward == &lvs_forward_bypass && !of->mark)
		return -EINVAL;
	if ((service->spec.syn_proxy != LVS_SYN_PROXY_OFF || spec->introduce) && !spec->forward->replies)
		return -EINVAL;
	return spec->lower > spec->upper ? -ERANGE : 0;
}

/* All of @spec but the name, which stays. */
static void set_spec(const struct lvs_rules *rules, struct lvs_server *server, const struct lvs_server_spec *spec)
{
	bool out = spec->drain || spec->down;

	server->spec.weight = out ? 0 : spec->weight;
	server->spec.drain = spec->drain;
	server->spec.down = spec->down;
	server->spec.drain_seconds = spec->drain_seconds;
	server->drained = spec->down && spec->reset;
	server->spec.reset = spec->reset;
	if (!spec->drain)
		server->drain_since = 0;
	server->led = spec->forward->led || (server->led && total(server));
	server->spec.forward = spec->forward;
	server->spec.tunnel = spec->tunnel;
	server->spec.mtu = spec->mtu;
	server->spec.introduce = spec->introduce;
	server->spec.upper = spec->upper;
	server->spec.lower = spec->lower;
	/* Who is out gives up its slots of mh's table too, or its clients would be left without a server. */
	if (spec->weight || out)
		server->last_weight = server->spec.weight;
	memcpy(server->spec.site, spec->site, sizeof(server->spec.site));
	server->site = lvs_sites_find(rules->sites, spec->site);
	fit(server);
	lvs_server_weigh(server);
}

/* Servers from @pos on have moved. */
static void renumber(struct lvs_service *service, uint32_t pos)
{
	for (; pos < service->nservers; pos++)
		service->servers[pos]->pos = pos;
}

static struct lvs_server *new_server(struct lvs_rules *rules, const struct lvs_service_key *of,
				     const struct lvs_server_spec *spec)
{
	struct lvs_server *server = calloc(1, sizeof(*server));
	struct lvs_rates *rates = calloc(1, sizeof(*rates));
	uint32_t id = lvs_rules_new_id(rules);

	if (!server || !rates || !id) {
		free(rates);
		free(server);
		return NULL;
	}
	server->rates = rates;
	server->id = id;
	server->spec.addr = spec->addr;
	server->spec.port = spec->port;
	server->of = *of;
	lvs_list_init(&server->trash);
	lvs_list_init(&server->of_origin);
	lvs_list_init(&server->of_waiting);
	lvs_list_init(&server->seen.of_ejected);
	lvs_list_init(&server->seen.of_news);
	rules->servers[id] = server;
	return server;
}

void lvs_server_free(struct lvs_server *server)
{
	if (!server)
		return;
	free(server->rates);
	free(server);
}

int lvs_server_add(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_server_spec *spec,
		   struct lvs_server **ret_server)
{
	const struct lvs_sched_ops *sched = service->spec.sched;
	struct lvs_server **servers, *server;
	int err = check_spec(service, spec);

	if (!err && lvs_server_find(service, &spec->addr, spec->port))
		err = -EEXIST;
	if (!err && sched->check)
		err = sched->check(&service->spec, service->nservers + 1);
	if (!err)
		err = lvs_service_grow_sched(service);
	if (err)
		return err;
	servers = reallocarray(service->servers, service->nservers + 1, sizeof(*servers));
	if (!servers)
		return -ENOMEM;
	service->servers = servers;
	server = lvs_rules_recover(rules, &service->spec.key, spec);
	if (!server)
		server = new_server(rules, &service->spec.key, spec);
	if (!server)
		return -ENOMEM;
	server->service = service;
	err = lvs_origins_add(rules, server);
	if (err) {
		lvs_rules_discard(rules, server, server->removed_at);
		return err;
	}
	set_spec(rules, server, spec);
	lvs_rules_settle(rules, server);
	memmove(servers + 1, servers, service->nservers * sizeof(*servers));
	servers[0] = server;
	service->nservers++;
	rules->generation++;
	renumber(service, 0);
	if (sched->added)
		sched->added(service, 0);
	*ret_server = server;
	return 0;
}

int lvs_server_edit(struct lvs_rules *rules, struct lvs_server *server, const struct lvs_server_spec *spec)
{
	int err = check_spec(server->service, spec);
	bool drained = server->drained, idle = !server->spec.weight;

	if (err)
		return err;
	rules->generation += server->spec.forward != spec->forward;
	set_spec(rules, server, spec);
	/* Somebody knows better: who was out for its failures too must not miss its slow start for them. */
	if (idle && server->spec.weight)
		lvs_eject_pardon(server);
	rules->dismiss |= server->drained && !drained;
	lvs_rules_settle(rules, server);
	if (server->service->spec.sched->edited)
		server->service->spec.sched->edited(server->service);
	return 0;
}

void lvs_server_remove(struct lvs_rules *rules, struct lvs_server *server, lvs_ns now)
{
	struct lvs_service *service = server->service;
	uint32_t pos = server->pos;

	service->nservers--;
	rules->generation++;
	memmove(service->servers + pos, service->servers + pos + 1, (service->nservers - pos) * sizeof(*service->servers));
	renumber(service, pos);
	if (service->spec.sched->removed)
		service->spec.sched->removed(service, pos);
	lvs_rules_discard(rules, server, now);
}
