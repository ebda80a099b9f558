// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPVS forgets a datagram as soon as it has left, so that a masqueraded server answers in its own name, which no client
 * understands. Here a light record stays for some seconds. It is found by the reply alone, server to client: the next
 * datagram of the same client finds nothing and is scheduled anew, while the answers of all the servers that this client
 * was sent to are translated, each by its own record. A second datagram to the same server finds that server's record
 * and prolongs it, so there are never more than clients times servers.
 *
 * Records are no load: they are not in the server's active or inactive connections, as the kernel's are gone before a
 * scheduler could see them. They pin the number of a server that is removed. A full table gives them up together with
 * half-open connections, before anything that was ever answered.
 */
#include "engine/one_packet.h"

#include "engine/core.h"
#include "engine/helper.h"
#include "engine/limit.h"
#include "engine/persist.h"

static enum lvs_drop draft(struct lvs_engine *engine, const struct lvs_server *server, const struct lvs_tuple *tuple,
			   struct lvs_conn *ret_conn)
{
	const struct lvs_forward_ops *forward = lvs_source_method(engine, server, &tuple->src);

	*ret_conn = (struct lvs_conn){
		.caddr = tuple->src, .cport = tuple->sport,
		.vaddr = tuple->dst, .vport = tuple->dport,
		.daddr = server->spec.addr, .dport = lvs_persist_port(server, tuple->dport),
		.proto = tuple->proto, .forward = forward->index, .server = server->id,
		.flags = LVS_CONN_USED | LVS_CONN_ONE_PACKET | 1 << LVS_CONN_SEEN_SHIFT,
	};

	if (!forward->replies)
		ret_conn->flags |= LVS_CONN_NO_OUTPUT | LVS_CONN_ONE_WAY;
	if (server->service->spec.helper && server->service->spec.helper->originates)
		ret_conn->flags |= LVS_CONN_UNANSWERED;
	return forward->bind ? forward->bind(engine, ret_conn) : LVS_DROP_NONE;
}

static bool same_service(const struct lvs_conn *a, const struct lvs_conn *b)
{
	return a->vport == b->vport && a->server == b->server && a->forward == b->forward &&
	       lvs_addr_equal(&a->vaddr, &b->vaddr);
}

/* The record for @draft: the one that is there, or a new one in the place of one that another service left. */
static enum lvs_drop keep(struct lvs_engine *engine, const struct lvs_conn *draft, struct lvs_conn **ret_conn)
{
	struct lvs_tuple reply = lvs_conn_reply_tuple(&engine->conns, draft);
	enum lvs_dir dir;
	struct lvs_conn *conn = lvs_conn_find(&engine->conns, &reply, lvs_conn_hash(&engine->conns, &reply), &dir);

	if (conn && !(conn->flags & LVS_CONN_ONE_PACKET))
		return LVS_DROP_CONN_CLASH;
	if (conn && same_service(conn, draft)) {
		*ret_conn = conn;
		return LVS_DROP_NONE;
	}
	if (conn)
		lvs_engine_end(engine, conn, true);
	conn = lvs_engine_claim(engine);
	if (!conn)
		return LVS_DROP_TABLE_FULL;
	*conn = *draft;
	if (lvs_conn_publish(&engine->conns, conn)) {
		lvs_conn_release(&engine->conns, conn);
		return LVS_DROP_TABLE_FULL;
	}
	lvs_server_at(&engine->rules, conn->server)->pins++;
	*ret_conn = conn;
	return LVS_DROP_NONE;
}

/* It is nobody else's than before, and so are the fragments that follow it. */
static enum lvs_drop go_on(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet)
{
	enum lvs_drop drop = lvs_engine_take_hop(engine, packet);

	if (drop)
		return drop;
	lvs_engine_count(engine, conn, packet, LVS_DIR_REQUEST);
	lvs_engine_pass(engine, packet);
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_one_packet_relay(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_tuple *tuple,
				   struct lvs_packet *packet, enum lvs_dir dir)
{
	struct lvs_conn once, *conn = &once;
	lvs_tick timeout = LVS_MIN(lvs_engine_timeout(engine, server, &lvs_proto_udp, 0),
				   lvs_ticks_from_seconds(LVS_ONE_PACKET_SECONDS));
	enum lvs_drop drop = draft(engine, server, tuple, &once);

	if (drop)
		return drop;
	if (server->spec.forward->replies) {
		drop = keep(engine, &once, &conn);
		if (drop)
			return drop;
		lvs_conn_set_timer(&engine->conns, conn, engine->tick, timeout, LVS_CLASS_HALF_OPEN);
		if (dir == LVS_DIR_REQUEST)
			engine->one_packet = conn;
	}
	server->counters.conns++;
	server->service->counters.conns++;
	engine->stats.total.conns++;
	lvs_limit_count(engine, server, &once.caddr, NULL, dir == LVS_DIR_REPLY);
	if (once.forward == LVS_FORWARD_INDEX_bypass)
		return go_on(engine, conn, packet);
	return lvs_engine_relay(engine, conn, packet, dir);
}
