// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection that a server begins is one of full NAT whose virtual address and server are the same machine, somewhere
 * else. All that follows (replies, errors, fragments, time) is that of any connection. As each connection has a server,
 * all of these have one between them, which stands for the rest of the world.
 */
#include "engine/masquerade.h"

#include "engine/core.h"
#include "engine/sched.h"
#include "engine/wire.h"

void lvs_masquerade_init(struct lvs_masquerade *masquerade, struct lvs_rules *rules)
{
	struct lvs_server *server = &masquerade->other_side;

	masquerade->nowhere.spec.sched = &lvs_sched_rr;
	masquerade->nowhere.rules = rules;
	server->service = &masquerade->nowhere;
	server->spec.forward = &lvs_forward_fullnat;
	server->spec.weight = 1;
	rules->servers[0] = server;
}

struct lvs_server *lvs_masquerade_other_side(struct lvs_engine *engine, const struct lvs_forward_ops *forward,
					     const struct lvs_addr *addr)
{
	struct lvs_server *server = &engine->masquerade.other_side;

	server->spec.forward = forward;
	server->spec.addr = *addr;
	return server;
}

void lvs_engine_set_masquerade(struct lvs_engine *engine, bool servers, const struct lvs_prefix *prefixes, uint32_t n)
{
	struct lvs_masquerade *masquerade = &engine->masquerade;

	assert(n <= LVS_MASQUERADE_MAX);
	masquerade->servers = servers;
	masquerade->n = n;
	if (n)
		memcpy(masquerade->prefixes, prefixes, n * sizeof(*prefixes));
}

bool lvs_engine_masquerades(const struct lvs_engine *engine)
{
	return engine->masquerade.servers || engine->masquerade.n;
}

static bool is_inside(const struct lvs_engine *engine, const struct lvs_addr *addr)
{
	const struct lvs_masquerade *masquerade = &engine->masquerade;

	for (uint32_t i = 0; i < masquerade->n; i++)
		if (lvs_prefix_has(&masquerade->prefixes[i], addr))
			return true;
	return masquerade->servers && lvs_origins_have(&engine->rules, addr);
}

bool lvs_masquerade_begin(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(packet->proto);
	const struct lvs_tuple *tuple = &packet->tuple;
	struct lvs_server *server;
	struct lvs_conn *conn;

	if (!proto->starts(packet, false) || !lvs_sources_serve(&engine->sources, &tuple->dst) ||
	    !is_inside(engine, &tuple->src) || is_inside(engine, &tuple->dst) ||
	    lvs_rules_owner(&engine->rules, &tuple->dst) != LVS_OWNER_OTHER)
		return false;
	server = lvs_masquerade_other_side(engine, &lvs_forward_fullnat, &tuple->dst);
	*ret_drop = lvs_engine_connect(engine, server, tuple, true, &conn);
	if (!*ret_drop)
		*ret_drop = lvs_engine_track(engine, conn, proto, packet, LVS_DIR_REQUEST);
	else if (*ret_drop == LVS_DROP_NO_SOURCE)
		lvs_reply_error(engine, packet, LVS_ERROR_PORT_UNREACHABLE, 0);
	return true;
}
