// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client's segment says to which service it goes; a server's has to be traced back. Each service that has the server
 * might have sent the client there: that it did is known when its table names that very server for him.
 */
#include "engine/stray.h"

#include "engine/core.h"
#include "engine/limit.h"
#include "engine/originate.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"

/* Services that share a server are asked up to so many of them: one packet takes no more time than that. */
#define SERVICES_ASKED 256

/* In the midst of a connection, and neither its beginning nor its end. */
static bool may_go_on(const struct lvs_packet *packet)
{
	return packet->proto == LVS_PROTO_TCP && !(packet->tcp_flags & (LVS_TCP_SYN | LVS_TCP_RST)) &&
	       !lvs_proto_is_ftp_data(packet);
}

/* Does the server see its client as the director does, so that nothing of the connection has to be remembered? */
static bool keeps_client(const struct lvs_server *server)
{
	return server->spec.forward == &lvs_forward_masq || !server->spec.forward->replies;
}

/* @view: as the client's packets have it */
static enum lvs_drop pick_up(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_packet *view,
			     struct lvs_packet *packet, enum lvs_dir dir)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(packet->proto);
	struct lvs_conn *conn;
	enum lvs_drop drop;

	if (lvs_defence_refuses(engine))
		return LVS_DROP_DEFENCE;
	drop = lvs_engine_connect(engine, server, &view->tuple, true, &conn);
	if (drop)
		return drop;
	conn->state = proto->midst;
	drop = lvs_engine_track(engine, conn, proto, packet, dir);
	if (conn->flags & LVS_CONN_UNANSWERED && conn->class == LVS_CLASS_ESTABLISHED) {
		if (conn->client)
			lvs_limit_follow(engine, conn, &proto->states[conn->state], &proto->states[0]);
		lvs_conn_set_timer(&engine->conns, conn, engine->tick, lvs_ticks_from_seconds(LVS_STRAY_SECONDS),
				   LVS_CLASS_HALF_OPEN);
	}
	return drop;
}

bool lvs_stray_request(struct lvs_engine *engine, struct lvs_service *service, struct lvs_packet *packet,
		       enum lvs_drop *ret_drop)
{
	struct lvs_server *server;

	if (!service->spec.pickup || !may_go_on(packet))
		return false;
	server = service->spec.sched->names(service, &packet->tuple);
	if (!server || !keeps_client(server))
		return false;
	*ret_drop = pick_up(engine, server, packet, packet, LVS_DIR_REQUEST);
	return true;
}

/*
 * What the client of @reply, which comes from @server, would send to it. Of a list of ports only a server can tell that has
 * none of its own.
 *
 * Return: is that for the service of @server, and would it come to that port?
 */
static bool turn_round(const struct lvs_engine *engine, const struct lvs_server *server, const struct lvs_packet *reply,
		       struct lvs_packet *ret_view)
{
	const struct lvs_service *service = server->service;
	const struct lvs_service_key *key = &service->spec.key;

	*ret_view = (struct lvs_packet){
		.tuple = { .src = reply->tuple.dst, .sport = reply->tuple.dport, .dst = key->addr,
			   .dport = key->ranged ? reply->tuple.sport : key->port,
			   .proto = reply->proto },
		.proto = reply->proto,
		.kind = LVS_PACKET_FLOW,
	};
	return !(key->ranged && server->spec.port) && lvs_service_lookup(&engine->rules, ret_view) == service &&
	       lvs_persist_port(server, ret_view->tuple.dport) == reply->tuple.sport;
}

/* Return: how many services say that @reply is of a connection of theirs; @ret_server and @ret_view are of the last */
static unsigned int trace(const struct lvs_engine *engine, const struct lvs_packet *reply, struct lvs_server **ret_server,
			  struct lvs_packet *ret_view)
{
	const struct lvs_tuple *from = &reply->tuple;
	struct lvs_server *server = lvs_server_behind(&engine->rules, &from->src, from->sport, reply->proto);
	unsigned int n = 0;

	for (unsigned int asked = 0; server && asked < SERVICES_ASKED; asked++) {
		struct lvs_service *service = server->service;
		struct lvs_packet view;

		if (service->spec.pickup && keeps_client(server) && turn_round(engine, server, reply, &view) &&
		    service->spec.sched->names(service, &view.tuple) == server) {
			*ret_server = server;
			*ret_view = view;
			n++;
		}
		server = lvs_server_behind_next(&engine->rules, server, from->sport, reply->proto);
	}
	return n;
}

/* RST and ABORT end what nobody knows; the kernel lets them pass too. */
static bool is_abort(const struct lvs_packet *packet)
{
	const struct lvs_sctp_chunk *chunk;

	if (packet->proto == LVS_PROTO_TCP)
		return packet->tcp_flags & LVS_TCP_RST;
	if (packet->proto != LVS_PROTO_SCTP)
		return false;
	chunk = lvs_packet_at(packet, packet->l4 + sizeof(struct lvs_sctp), sizeof(*chunk));
	return chunk && chunk->type == LVS_SCTP_ABORT;
}

bool lvs_stray_reply(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop)
{
	const struct lvs_tuple *from = &packet->tuple;

	if (engine->rules.noriginating && lvs_originate(engine, packet, ret_drop))
		return true;
	if (engine->rules.npickup && may_go_on(packet)) {
		struct lvs_server *server;
		struct lvs_packet view;
		unsigned int n = trace(engine, packet, &server, &view);

		if (n) {
			*ret_drop = n > 1 ? LVS_DROP_NO_CONN : pick_up(engine, server, &view, packet, LVS_DIR_REPLY);
			return true;
		}
	}
	if (!engine->settings.nat_icmp_send || is_abort(packet) ||
	    !lvs_server_behind(&engine->rules, &from->src, from->sport, packet->proto))
		return false;
	lvs_reply_error(engine, packet, LVS_ERROR_PORT_UNREACHABLE, 0);
	*ret_drop = LVS_DROP_NO_CONN;
	return true;
}
