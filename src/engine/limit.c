// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients stand in a table of their own (client.h). A connection is counted when it begins, while it is half-open too,
 * since otherwise all of a client's could begin before the first was established; and until both ends have closed it. One
 * whose client was given up by a full table while it was half-open is counted anew once it is established, so that only
 * the limits of those are lost who never get so far.
 *
 * A server that got its share waits: schedulers pass it over like an overloaded one. Whoever waits stands in a list of
 * his service in the order in which the waits end, and the next choice for that service lets them go: neither a timer nor
 * a packet of a known connection ever looks. As each server waits for the same time after the end of its last wait when
 * all are busy, new ones belong at the end of the list, or near it.
 */
#include "engine/limit.h"

#include "engine/core.h"

static bool limits_clients(const struct lvs_service *service)
{
	return service->spec.limits.client_connections || service->spec.limits.client_rate.interval;
}

static struct lvs_prefix who(const struct lvs_service *service, const struct lvs_addr *client)
{
	const struct lvs_limit_spec *limits = &service->spec.limits;
	uint8_t bits = lvs_addr_is4(client) ? limits->client_bits4 : limits->client_bits6;
	struct lvs_addr mask = lvs_prefix_mask(bits);

	return (struct lvs_prefix){ .addr = lvs_addr_masked(client, &mask), .bits = bits };
}

enum lvs_drop lvs_limit_check(const struct lvs_engine *engine, const struct lvs_service *service,
			      const struct lvs_addr *client)
{
	const struct lvs_limit_spec *limits = &service->spec.limits;
	const struct lvs_client *known;
	struct lvs_prefix prefix;

	if (!limits_clients(service))
		return LVS_DROP_NONE;
	prefix = who(service, client);
	known = lvs_clients_find(&engine->clients, service->serial, &prefix);
	if (!known)
		return LVS_DROP_NONE;
	if (limits->client_connections && known->conns >= limits->client_connections)
		return LVS_DROP_CLIENT_CONNECTIONS;
	return lvs_rate_allows(&limits->client_rate, known->due, engine->now) ? LVS_DROP_NONE : LVS_DROP_CLIENT_RATE;
}

void lvs_limit_refuse(struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet)
{
	if (service->spec.limits.reset)
		lvs_reply_refuse(engine, packet);
}

static lvs_ns ready(const struct lvs_server *server)
{
	return lvs_rate_ready(&server->service->spec.limits.server_rate, server->due);
}

static void let_go(struct lvs_server *server)
{
	lvs_list_remove(&server->of_waiting);
	server->waits = false;
	lvs_server_changed(server);
}

void lvs_limit_recover(struct lvs_service *service, lvs_ns now)
{
	struct lvs_server *server, *next;

	lvs_list_for_each_safe(server, next, &service->waiting, of_waiting) {
		if (ready(server) > now)
			return;
		let_go(server);
	}
}

bool lvs_limit_waiting(const struct lvs_service *service)
{
	return !lvs_list_empty(&service->waiting);
}

static void wait_for_ready(struct lvs_server *server)
{
	struct lvs_list *head = &server->service->waiting, *prev = head->prev;

	while (prev != head && ready(lvs_list_entry(prev, struct lvs_server, of_waiting)) > ready(server))
		prev = prev->prev;
	lvs_list_insert(prev, prev->next, &server->of_waiting);
	server->waits = true;
	lvs_server_changed(server);
}

static void charge_server(struct lvs_server *server, lvs_ns now)
{
	const struct lvs_rate *rate = &server->service->spec.limits.server_rate;

	if (!rate->interval)
		return;
	server->due = lvs_rate_charge(rate, server->due, now);
	if (server->waits)	/* persistent clients come all the same */
		let_go(server);
	if (!lvs_rate_allows(rate, server->due, now))
		wait_for_ready(server);
}

void lvs_limit_count(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_addr *client,
		     struct lvs_conn *conn, bool midst)
{
	const struct lvs_service *service = server->service;

	if (!midst)
		charge_server(server, engine->now);
	if (lvs_unlikely(limits_clients(service)) && (conn || !midst)) {
		const struct lvs_rate *rate = midst ? NULL : &service->spec.limits.client_rate;
		struct lvs_prefix prefix = who(service, client);
		uint32_t ref = lvs_clients_join(&engine->clients, service->serial, &prefix, rate, conn, engine->now);

		if (conn)
			conn->client = ref;
	}
}

void lvs_limit_follow(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_state *from,
		      const struct lvs_proto_state *to)
{
	const struct lvs_service *service = lvs_server_at(&engine->rules, conn->server)->service;
	bool was = conn->class == LVS_CLASS_ESTABLISHED, is = to->class == LVS_CLASS_ESTABLISHED;

	if (to->over) {
		lvs_limit_end(engine, conn);
		conn->client = LVS_CLIENT_NOBODY;
		return;
	}
	if (((is && !was) || from->over) && service && limits_clients(service) &&
	    !lvs_clients_know(&engine->clients, conn->client, &conn->caddr)) {
		struct lvs_prefix prefix = who(service, &conn->caddr);

		conn->client = lvs_clients_join(&engine->clients, service->serial, &prefix, NULL, true, engine->now);
	}
	if (is != was)
		lvs_clients_establish(&engine->clients, conn->client, &conn->caddr, is ? 1 : -1);
}

void lvs_limit_end(struct lvs_engine *engine, struct lvs_conn *conn)
{
	lvs_clients_leave(&engine->clients, conn->client, &conn->caddr, conn->class == LVS_CLASS_ESTABLISHED, engine->now);
}

void lvs_limit_forgive(struct lvs_service *service)
{
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		server->due = 0;
		if (server->waits)
			let_go(server);
	}
}

void lvs_limit_forget(struct lvs_server *server)
{
	lvs_list_remove(&server->of_waiting);
	server->waits = false;
}
