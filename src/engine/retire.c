// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server retires in four ways. Removed, its connections wait for it in silence, or end, as expire_nodest_conn says, but a
 * client whom it has not answered yet gets another server when he asks again. With weight 0 they go on, but with
 * expire_nodest_conn a client who begins anew gets another server. Drained, they have their time, and then both ends are
 * reset. Down, they go on as long as both ends find it worth while, but whatever begins anew, as every datagram does, gets
 * another server.
 *
 * A host believes a reset only with the sequence number that it expects next (RFC 9293 section 3.10.7.4, RFC 5961 section
 * 3.2), and no connection remembers that. A segment tells both: what it acknowledges is what its sender expects, and where
 * it begins is, unless something was lost, what the other end does. So the first segment after the deadline is answered
 * with a reset and goes on to the other end as one. Nobody waits for it: the server is made to speak, by a segment out of
 * its window, to which it says where it stands. Clients are asked only where servers answer past the director, for what is
 * between may not let such a segment through; SCTP's ends are not, and say something every half minute anyway.
 *
 * If it can be heard, it is the server's word that closes a connection: it acknowledges what it expects, while a client may
 * have spoken of something old, or be nobody's client. The record stays for the time of its state, CLOSE: an end whose
 * reset was lost is told again. What is true of a drained server's connections is true of a single one that is to be
 * reset.
 */
#include "engine/retire.h"

#include "engine/appoint.h"
#include "engine/core.h"
#include "engine/handshake.h"
#include "engine/rules.h"
#include "engine/wire.h"

/* Records looked at in one turn, as in lvs_engine_expire(). */
#define BUDGET 2048
/* A question is a packet written, and dearer than a look at a record. */
#define QUESTION 16
/* From one round of asking to the next, for those whose question or answer was lost. */
#define AGAIN LVS_SECONDS(10)
/* So often, and a minute after the first time whoever is left has nobody to reset, or knows. */
#define ROUNDS 6
/* How long a single connection waits for its ends to say something: SCTP's do every half minute. */
#define LAST_WORD 10
#define LAST_WORD_SCTP 60

/* Return: NULL if it is gone too */
static const struct lvs_service *service_of(const struct lvs_engine *engine, const struct lvs_server *server)
{
	return server->service ? server->service : lvs_service_find(&engine->rules, &server->of);
}

/* Does what names @server not wait for it? */
static bool expires(const struct lvs_engine *engine, const struct lvs_server *server)
{
	const struct lvs_service *service = service_of(engine, server);

	return lvs_choice_is(service ? service->spec.expire_nodest_conn : LVS_CHOICE_INHERIT,
			     engine->settings.expire_nodest_conn);
}

static enum lvs_reuse reuse_of(const struct lvs_engine *engine, const struct lvs_server *server)
{
	enum lvs_reuse reuse = LVS_REUSE_INHERIT;

	if (server->service)
		reuse = server->service->spec.conn_reuse;
	if (reuse == LVS_REUSE_INHERIT)
		reuse = engine->settings.conn_reuse;
	return reuse == LVS_REUSE_INHERIT ? LVS_REUSE_OVER : reuse;
}

bool lvs_retire_replaced(const struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_proto_ops *proto,
			 const struct lvs_packet *packet, enum lvs_dir dir)
{
	enum lvs_reuse reuse;

	if (dir != LVS_DIR_REQUEST || !proto->starts(packet, false))
		return false;
	/* What was translated for one connection would be wrong for the next. */
	if (proto->states[conn->state].over && conn->flags & LVS_CONN_STREAM)
		return true;
	if (conn->control)
		return false;
	reuse = reuse_of(engine, lvs_server_at(&engine->rules, conn->server));
	if (reuse == LVS_REUSE_NEVER)
		return false;
	return proto->states[conn->state].over || (reuse == LVS_REUSE_CLOSING && conn->flags & LVS_CONN_NO_OUTPUT);
}

/* A client who has shaken hands with us waits for the server: the time of the handshake ends with telling him. */
static enum lvs_retire end(struct lvs_engine *engine, struct lvs_conn *conn, enum lvs_dir dir)
{
	if (dir == LVS_DIR_REPLY && lvs_handshake_is_open(engine, conn))
		return LVS_RETIRE_DONE;
	lvs_engine_end(engine, conn, true);
	return dir == LVS_DIR_REQUEST ? LVS_RETIRE_ENDED : LVS_RETIRE_DONE;
}

static enum lvs_retire judge_removed(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_server *server,
				     struct lvs_packet *packet, enum lvs_dir dir)
{
	/* Nothing moves while it waits for its server: or else who keeps asking would keep it, and himself, waiting for ever. */
	if (!expires(engine, server))
		return LVS_RETIRE_DONE;
	if (dir == LVS_DIR_REPLY)
		lvs_reply_refuse(engine, packet);
	return end(engine, conn, dir);
}

static bool is_reset(const struct lvs_packet *packet)
{
	const struct lvs_sctp_chunk *chunk;

	if (packet->proto == LVS_PROTO_TCP)
		return packet->tcp_flags & LVS_TCP_RST;
	chunk = lvs_packet_at(packet, packet->l4 + sizeof(struct lvs_sctp), sizeof(*chunk));
	return chunk && chunk->type == LVS_SCTP_ABORT;
}

static enum lvs_retire judge_drained(struct lvs_engine *engine, struct lvs_conn *conn,
				     const struct lvs_proto_state *state, struct lvs_packet *packet, enum lvs_dir dir,
				     enum lvs_drop *ret_drop)
{
	if (state->class == LVS_CLASS_DATAGRAM)
		return end(engine, conn, dir);
	if (is_reset(packet))
		return LVS_RETIRE_STAYS;
	lvs_reply_refuse(engine, packet);
	/* Its client has not seen it begin: he asks again, and gets another server. */
	if (state->class == LVS_CLASS_HALF_OPEN && dir == LVS_DIR_REPLY)
		return end(engine, conn, dir);
	if (state->over || packet->fragment)
		return LVS_RETIRE_DONE;
	lvs_reply_hang_up(packet);
	if (dir == LVS_DIR_REPLY || conn->proto != LVS_PROTO_TCP || !lvs_forwards[conn->forward]->replies)
		return LVS_RETIRE_STAYS;
	*ret_drop = lvs_engine_relay(engine, conn, packet, dir);
	return LVS_RETIRE_DONE;
}

enum lvs_retire lvs_retire_judge(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_ops *proto,
				 struct lvs_packet *packet, enum lvs_dir dir, enum lvs_drop *ret_drop)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_proto_state *state = &proto->states[conn->state];
	bool begins = dir == LVS_DIR_REQUEST && proto->starts(packet, false);

	if (!server->service) {
		*ret_drop = LVS_DROP_SERVER_GONE;
		/* Its client has not seen it begin: he asks again, and gets another server. */
		if (begins && state->class == LVS_CLASS_HALF_OPEN && !lvs_handshake_is_open(engine, conn))
			return end(engine, conn, dir);
		return judge_removed(engine, conn, server, packet, dir);
	}
	if (lvs_appointed(engine, conn) && !conn->dismissed)
		return LVS_RETIRE_STAYS;
	*ret_drop = LVS_DROP_DRAINED;
	if (server->drained || conn->dismissed)
		return begins ? end(engine, conn, dir) : judge_drained(engine, conn, state, packet, dir, ret_drop);
	if (begins && server->spec.down && !server->service->spec.persist.keep)
		return end(engine, conn, dir);
	/* IPVS asks this only of what has a first packet, and only where connections are replaced at all. */
	if (begins && !server->spec.weight && state->class != LVS_CLASS_DATAGRAM && expires(engine, server) &&
	    reuse_of(engine, server) != LVS_REUSE_NEVER)
		return end(engine, conn, dir);
	return LVS_RETIRE_STAYS;
}

/* A client who is to wait for his server keeps the template. */
static bool swept(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_service *service;

	if (server->service || lvs_handshake_is_open(engine, conn) || !expires(engine, server))
		return false;
	service = service_of(engine, server);
	return !(conn->flags & LVS_CONN_TEMPLATE) || !service || !service->spec.persist.keep;
}

/* Does any removed server not have its connections wait? */
static bool any_expires(const struct lvs_engine *engine)
{
	const struct lvs_server *server;

	for (size_t i = 0; i < LVS_TRASH_HEADS; i++)
		lvs_list_for_each(server, &engine->rules.trash[i], trash)
			if (expires(engine, server))
				return true;
	return false;
}

bool lvs_retire_sweep(struct lvs_engine *engine, unsigned int *budget)
{
	uint32_t *at = &engine->retiring.sweep_at;

	if (engine->rules.sweep && any_expires(engine))
		*at = 1;
	engine->rules.sweep = false;
	for (; *at && *budget; --*budget) {
		struct lvs_conn *conn;

		if (*at > engine->conns.touched) {
			*at = 0;
			break;
		}
		conn = lvs_conn_at(&engine->conns, (*at)++);
		if (conn && swept(engine, conn))
			lvs_engine_end(engine, conn, true);
	}
	return *at != 0;
}

enum step { LOOKED, ASKED, NOT_NOW };

static enum step dismiss(struct lvs_engine *engine, struct lvs_conn *conn)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_proto_state *state;

	if (!server->drained || lvs_handshake_is_open(engine, conn) || lvs_appointed(engine, conn))
		return LOOKED;
	if (conn->flags & (LVS_CONN_TEMPLATE | LVS_CONN_ONE_PACKET)) {
		lvs_engine_end(engine, conn, true);
		return LOOKED;
	}
	state = &lvs_proto_find(conn->proto)->states[conn->state];
	if (state->class == LVS_CLASS_HALF_OPEN || state->class == LVS_CLASS_DATAGRAM ||
	    (!state->over && engine->retiring.dismiss_rounds == ROUNDS)) {
		lvs_engine_end(engine, conn, true);
		return LOOKED;
	}
	if (state->over)
		return LOOKED;
	engine->retiring.dismiss_again = true;
	if (conn->proto != LVS_PROTO_TCP || !engine->settings.reply_rate)
		return LOOKED;
	return lvs_reply_probe(engine, conn) ? ASKED : NOT_NOW;
}

lvs_ns lvs_engine_dismiss(struct lvs_engine *engine, lvs_ns now, struct lvs_sink *sink)
{
	struct lvs_retire_work *work = &engine->retiring;

	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	lvs_engine_set_sink(engine, sink);
	if (engine->rules.dismiss) {
		*work = (struct lvs_retire_work){ .sweep_at = work->sweep_at, .dismiss_at = 1 };
		engine->rules.dismiss = false;
	}
	if (!work->dismiss_at)
		return LVS_NS_NEVER;
	for (int budget = BUDGET; now >= work->dismiss_due && budget > 0; budget--) {
		enum step step = LOOKED;
		struct lvs_conn *conn;

		if (work->dismiss_at > engine->conns.touched) {
			work->dismiss_at = work->dismiss_again;
			work->dismiss_due = now + AGAIN;
			work->dismiss_again = false;
			work->dismiss_rounds++;
			return work->dismiss_at ? work->dismiss_due : LVS_NS_NEVER;
		}
		conn = lvs_conn_at(&engine->conns, work->dismiss_at);
		if (conn)
			step = dismiss(engine, conn);
		if (step == ASKED)
			budget -= QUESTION;
		if (step == NOT_NOW)
			work->dismiss_due = now + LVS_SECONDS(1);
		else
			work->dismiss_at++;
	}
	return LVS_MAX(now, work->dismiss_due);
}

/* Is there nobody who could be told? */
static bool ends_in_silence(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_proto_state *state;

	if (conn->flags & (LVS_CONN_TEMPLATE | LVS_CONN_ONE_PACKET) || lvs_handshake_is_open(engine, conn))
		return true;
	state = &lvs_proto_find(conn->proto)->states[conn->state];
	return state->over || state->class == LVS_CLASS_HALF_OPEN || state->class == LVS_CLASS_DATAGRAM ||
	       !lvs_server_at(&engine->rules, conn->server)->service;
}

bool lvs_engine_disconnect(struct lvs_engine *engine, struct lvs_conn *conn, bool reset, lvs_ns now,
			   struct lvs_sink *sink)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	bool tcp = conn->proto == LVS_PROTO_TCP;

	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	lvs_engine_set_sink(engine, sink);
	if (!reset || ends_in_silence(engine, conn)) {
		lvs_engine_end(engine, conn, true);
		return true;
	}
	if (!conn->dismissed) {
		conn->dismissed = 1;
		server->dismissing++;
		lvs_rules_settle(&engine->rules, server);
	}
	lvs_conn_set_timer(&engine->conns, conn, engine->tick, lvs_ticks_from_seconds(tcp ? LAST_WORD : LAST_WORD_SCTP),
			   (enum lvs_class)conn->class);
	if (tcp)
		(void)lvs_reply_probe(engine, conn);	/* one that the limit swallows may be asked for again */
	return false;
}
