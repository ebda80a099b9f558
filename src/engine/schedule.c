// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a packet that no connection has to one that has it: whose is it, may it begin a connection, at which server. What
 * is none of ours is passed, what cannot be served is answered as a host would.
 */
#include <errno.h>

#include "engine/appoint.h"
#include "engine/core.h"
#include "engine/one_packet.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/stray.h"
#include "engine/syn_proxy.h"
#include "engine/wire.h"

/* IPVS: how long a connection waits for its first packet, whatever its protocol. */
#define UNSEEN_SECONDS 3

struct lvs_conn *lvs_engine_claim(struct lvs_engine *engine)
{
	struct lvs_conn *conn = lvs_conn_claim(&engine->conns);

	if (lvs_unlikely(!conn)) {
		struct lvs_conn *victim = lvs_conn_victim(&engine->conns, engine->tick);

		if (!victim)
			return NULL;
		engine->conns.evicted[victim->class]++;
		lvs_engine_end(engine, victim, true);
		conn = lvs_conn_claim(&engine->conns);
	}
	return conn;
}

/*
 * Publish @conn. Two services may map one client's two connections to what looks like one connection to the server; the
 * newcomer gets its way only if the other is over.
 */
static enum lvs_drop publish(struct lvs_engine *engine, struct lvs_conn *conn)
{
	struct lvs_tuple reply = lvs_conn_reply_tuple(&engine->conns, conn);
	int err = lvs_conn_publish(&engine->conns, conn);
	struct lvs_conn *other;
	enum lvs_dir dir;

	if (lvs_likely(!err))
		return LVS_DROP_NONE;
	if (err == -ENOSPC)
		return LVS_DROP_TABLE_FULL;
	other = lvs_conn_find(&engine->conns, &reply, lvs_conn_hash(&engine->conns, &reply), &dir);
	if (!other || !lvs_proto_find(other->proto)->states[other->state].over)
		return LVS_DROP_CONN_CLASH;
	lvs_engine_end(engine, other, true);
	err = lvs_conn_publish(&engine->conns, conn);
	return err ? LVS_DROP_CONN_CLASH : LVS_DROP_NONE;
}

/* The service's helper hears of its new connection. Return: whether it may be */
static bool hear(struct lvs_engine *engine, const struct lvs_helper_ops *helper, struct lvs_conn *conn,
		 enum lvs_drop *ret_drop)
{
	if (helper->proto == conn->proto && helper->begin)
		*ret_drop = helper->begin(engine, conn);
	return !*ret_drop;
}

enum lvs_drop lvs_engine_connect(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_tuple *tuple,
				 bool midst, struct lvs_conn **ret_conn)
{
	const struct lvs_forward_ops *forward = lvs_source_method(engine, server, &tuple->src);
	struct lvs_conn *conn;
	enum lvs_drop drop;

	if (lvs_proto_find(tuple->proto)->states[0].class == LVS_CLASS_HALF_OPEN)
		lvs_defence_make_room(engine);
	conn = lvs_engine_claim(engine);
	if (!conn)
		return LVS_DROP_TABLE_FULL;
	conn->caddr = tuple->src;
	conn->cport = tuple->sport;
	conn->vaddr = tuple->dst;
	conn->vport = tuple->dport;
	conn->daddr = server->spec.addr;
	conn->dport = lvs_persist_port(server, tuple->dport);
	conn->proto = tuple->proto;
	conn->forward = forward->index;
	conn->server = server->id;
	conn->flags |= LVS_CONN_UNANSWERED;
	if (!forward->replies)
		conn->flags |= LVS_CONN_NO_OUTPUT | LVS_CONN_ONE_WAY;
	drop = forward->bind ? forward->bind(engine, conn) : LVS_DROP_NONE;
	if (!drop)
		drop = publish(engine, conn);
	if (drop) {
		lvs_conn_release(&engine->conns, conn);
		return drop;
	}
	lvs_server_bind(server);
	server->counters.conns++;
	server->service->counters.conns++;
	engine->stats.total.conns++;
	lvs_limit_count(engine, server, &conn->caddr, conn, midst);
	if (lvs_unlikely(server->service->spec.helper) && !hear(engine, server->service->spec.helper, conn, &drop)) {
		lvs_engine_end(engine, conn, true);
		return drop;
	}
	drop = lvs_unlikely(server->spec.introduce) ? lvs_introduce_begin(engine, conn, server) : LVS_DROP_NONE;
	if (drop) {
		lvs_engine_end(engine, conn, true);
		return drop;
	}
	*ret_conn = conn;
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_engine_refuse_or_pass(struct lvs_engine *engine, struct lvs_packet *packet)
{
	if (lvs_rules_owner(&engine->rules, &packet->tuple.dst) != LVS_OWNER_DIRECTOR) {
		enum lvs_drop drop = lvs_engine_take_hop(engine, packet);

		if (!drop)
			lvs_engine_pass(engine, packet);
		return drop;
	}
	if (packet->kind != LVS_PACKET_FLOW)
		return LVS_DROP_PROTO_UNSUPPORTED;
	lvs_reply_refuse(engine, packet);
	return LVS_DROP_NO_SERVICE;
}

static enum lvs_drop pick(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
			  struct lvs_server **ret_server, struct lvs_conn **ret_template)
{
	if (service->spec.persist.timeout)
		return lvs_persist_pick(engine, service, packet, ret_server, ret_template);
	*ret_server = service->spec.sched->pick(service, &packet->tuple, engine->now);
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_engine_choose(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
				struct lvs_server **ret_server, struct lvs_conn **ret_template)
{
	enum lvs_drop drop;

	lvs_limit_recover(service, engine->now);
	lvs_eject_recover(service, engine->now);
	drop = pick(engine, service, packet, ret_server, ret_template);
	/* One that may fail is better than none; and who has to wait for his own server is not to wait for its ejection. */
	if (lvs_unlikely(!drop && !*ret_server) && !service->spec.persist.keep &&
	    lvs_eject_forgive(service, LVS_READMIT_NEEDED))
		drop = pick(engine, service, packet, ret_server, ret_template);
	return drop;
}

/* Is the port of @packet the service's alone? Where it has all, and where a mark is at an address of the host, it is not. */
static bool has_port(const struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet)
{
	const struct lvs_service_key *key = &service->spec.key;

	if (key->mark)
		return lvs_rules_owner(&engine->rules, &packet->tuple.dst) == LVS_OWNER_DIRECTOR;
	return key->ranged || packet->tuple.dport == key->port;
}

/* What may not begin a connection. */
static enum lvs_drop refuse(struct lvs_engine *engine, const struct lvs_service *service, struct lvs_packet *packet)
{
	if (!has_port(engine, service, packet))
		return lvs_engine_refuse_or_pass(engine, packet);
	lvs_reply_refuse(engine, packet);
	return lvs_syn_proxy_expects(engine, service, packet) ? LVS_DROP_COOKIE : LVS_DROP_NO_CONN;
}

/* @proven: to the client the connection stands, so that only a reset ends it */
static void say_nobody(struct lvs_engine *engine, const struct lvs_packet *packet, bool proven)
{
	if (proven)
		lvs_reply_refuse(engine, packet);
	else
		lvs_reply_error(engine, packet, LVS_ERROR_PORT_UNREACHABLE, 0);
}

/* What may, but nobody is there. @proven: as above */
static enum lvs_drop no_server(struct lvs_engine *engine, const struct lvs_service *service, struct lvs_packet *packet,
			       bool proven)
{
	if (service->spec.key.port == LVS_PORT_FTP && !has_port(engine, service, packet))
		return lvs_engine_refuse_or_pass(engine, packet);
	if (lvs_limit_waiting(service)) {
		lvs_limit_refuse(engine, service, packet);
		return LVS_DROP_SERVER_RATE;
	}
	say_nobody(engine, packet, proven);
	return LVS_DROP_NO_SERVER;
}

/* A packet to a service that belongs to no connection. */
static enum lvs_drop begin(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_proto_ops *proto,
			   struct lvs_packet *packet)
{
	bool proven, midst;
	struct lvs_conn *conn = NULL, *template = NULL;
	struct lvs_server *server;
	struct lvs_cookie cookie;
	enum lvs_drop drop;

	/* A cookie that came back stands for the SYN that it was the answer to. */
	proven = lvs_unlikely(service->syn_memory.sent) && lvs_syn_proxy_proves(engine, service, packet, &cookie);
	midst = !proven && !proto->starts(packet, false);
	if (midst && lvs_stray_request(engine, service, packet, &drop))
		return drop;
	if (!proven && !proto->starts(packet, lvs_choice_is(service->spec.sloppy[proto->index],
							    engine->settings.sloppy[proto->index])))
		return refuse(engine, service, packet);
	if (!proven && lvs_defence_refuses(engine))
		return LVS_DROP_DEFENCE;
	if (lvs_unlikely(service->spec.syn_proxy != LVS_SYN_PROXY_OFF) && lvs_syn_proxy_wants(engine, service, packet))
		return lvs_syn_proxy_answer(engine, service, packet);
	/* What began before was let in then. */
	drop = midst ? LVS_DROP_NONE : lvs_limit_check(engine, service, &packet->tuple.src);
	if (drop) {
		lvs_limit_refuse(engine, service, packet);
		return drop;
	}
	drop = lvs_engine_choose(engine, service, packet, &server, &template);
	if (drop)
		return drop;
	if (!server && !proven && lvs_bypass_begin(engine, service, proto, packet, midst, &drop))
		return drop;
	if (!server)
		return no_server(engine, service, packet, proven);
	if (service->spec.one_packet && packet->proto == LVS_PROTO_UDP) {
		drop = lvs_one_packet_relay(engine, server, &packet->tuple, packet, LVS_DIR_REQUEST);
		if (drop == LVS_DROP_NO_SOURCE)
			say_nobody(engine, packet, proven);
		if (template && drop)
			lvs_persist_bind(engine, service, template, NULL);
		else if (template)
			lvs_persist_renew(engine, template);
		return drop;
	}
	drop = lvs_engine_connect(engine, server, &packet->tuple, midst, &conn);
	if (template)
		lvs_persist_bind(engine, service, template, drop ? NULL : conn);
	if (drop == LVS_DROP_NO_SOURCE)
		say_nobody(engine, packet, proven);
	if (drop)
		return drop;
	if (lvs_unlikely(proven))
		return lvs_handshake_open(engine, conn, packet, &cookie);
	if (lvs_unlikely(service->watched) && !midst)
		lvs_attempt_begin(engine, conn, packet);
	return lvs_engine_track(engine, conn, proto, packet, LVS_DIR_REQUEST);
}

struct lvs_conn *lvs_engine_schedule_quoted(struct lvs_engine *engine, const struct lvs_tuple *tuple)
{
	/* As the client's first packet would have been. */
	const struct lvs_packet packet = { .tuple = *tuple, .proto = tuple->proto, .kind = LVS_PACKET_FLOW,
					   .tcp_flags = tuple->proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0 };
	struct lvs_service *service = lvs_service_lookup(&engine->rules, &packet);
	struct lvs_conn *conn = NULL, *template = NULL;
	struct lvs_server *server;

	if (!service || service->spec.one_packet || lvs_proto_is_ftp_data(&packet) || lvs_defence_refuses(engine))
		return NULL;
	if (service->spec.syn_proxy != LVS_SYN_PROXY_OFF && lvs_syn_proxy_wants(engine, service, &packet))
		return NULL;
	if (lvs_limit_check(engine, service, &tuple->src) ||
	    lvs_engine_choose(engine, service, &packet, &server, &template))
		return NULL;
	if (server && !lvs_engine_connect(engine, server, tuple, false, &conn))
		lvs_conn_set_timer(&engine->conns, conn, engine->tick, lvs_ticks_from_seconds(UNSEEN_SECONDS),
				   LVS_CLASS_HALF_OPEN);
	if (template)
		lvs_persist_bind(engine, service, template, conn);
	return conn;
}

enum lvs_drop lvs_engine_begin(struct lvs_engine *engine, struct lvs_packet *packet)
{
	enum lvs_drop drop = lvs_engine_check_ends(engine, packet);
	struct lvs_service *service;

	if (drop)
		return drop;
	if (lvs_unlikely(engine->nappointments) && lvs_appoint_begin(engine, packet, &drop))
		return drop;
	if (lvs_unlikely(engine->expectations.n) && lvs_expect_begin(engine, packet, &drop))
		return drop;
	service = lvs_service_lookup(&engine->rules, packet);
	if (service && lvs_bypass_spares(engine, service, packet))
		service = NULL;
	if (!service && lvs_stray_reply(engine, packet, &drop))
		return drop;
	if (!service && (engine->masquerade.servers || engine->masquerade.n) && lvs_masquerade_begin(engine, packet, &drop))
		return drop;
	if (!service)
		return lvs_engine_refuse_or_pass(engine, packet);
	return begin(engine, service, lvs_proto_find(packet->proto), packet);
}
