// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As in IPVS, a datagram from a real server that answers nothing, such as the INVITE of a call to a telephone, makes a
 * connection as if the client had begun it, and a template for what the helper recognises it by. So it leaves in
 * the name of the virtual service, and what the client answers, from whichever port, comes back to the server that asked.
 *
 * The client may have a connection with another server at that moment, which differs from the new one in nothing that its
 * packets show. The new one takes its place: that server's next datagram will do the same.
 */
#include "engine/originate.h"

#include "engine/core.h"
#include "engine/helper.h"
#include "engine/one_packet.h"
#include "engine/origin.h"
#include "engine/persist.h"

/* A mark has no address and no port to send from. */
static bool originates(const struct lvs_service *service)
{
	return !service->spec.key.mark && service->spec.helper && service->spec.helper->originates;
}

/* Services that share a server are asked in turn. */
static struct lvs_server *find_server(const struct lvs_rules *rules, const struct lvs_tuple *tuple)
{
	struct lvs_server *server = lvs_server_behind(rules, &tuple->src, tuple->sport, tuple->proto);

	while (server && !originates(server->service))
		server = lvs_server_behind_next(rules, server, tuple->sport, tuple->proto);
	return server;
}

/* The port of the service that leads to @port of its @server. */
static lvs_be16 service_port(const struct lvs_server *server, lvs_be16 port)
{
	lvs_be16 own = server->of.port;

	return own && lvs_persist_port(server, own) == port ? own : port;
}

static enum lvs_drop connect_from(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_tuple *tuple,
				  struct lvs_packet *packet, struct lvs_conn *template)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(tuple->proto);
	struct lvs_conn *conn;
	enum lvs_drop drop;
	enum lvs_dir dir;

	conn = lvs_conn_find(&engine->conns, tuple, lvs_conn_hash(&engine->conns, tuple), &dir);
	if (conn)
		lvs_engine_end(engine, conn, true);
	drop = lvs_engine_connect(engine, server, tuple, true, &conn);
	lvs_persist_bind(engine, server->service, template, drop ? NULL : conn);
	if (drop)
		return drop;
	lvs_persist_assure(engine, conn);
	return lvs_engine_track(engine, conn, proto, packet, LVS_DIR_REPLY);
}

bool lvs_originate(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop)
{
	struct lvs_tuple tuple = lvs_tuple_reverse(&packet->tuple);
	struct lvs_conn *template;
	struct lvs_server *server;
	enum lvs_drop drop;

	if (lvs_vip_find(&engine->rules, &packet->tuple.dst))
		return false;
	server = find_server(&engine->rules, &packet->tuple);
	if (!server)
		return false;
	if (server->drained) {
		*ret_drop = LVS_DROP_DRAINED;
		return true;
	}
	tuple.dst = server->of.addr;
	tuple.dport = service_port(server, packet->tuple.sport);
	drop = lvs_persist_pin(engine, server, packet, &tuple, &template);
	if (drop && drop != LVS_DROP_TABLE_FULL)
		return false;
	if (!drop && server->service->spec.one_packet) {
		drop = lvs_one_packet_relay(engine, server, &tuple, packet, LVS_DIR_REPLY);
		if (drop)
			lvs_persist_bind(engine, server->service, template, NULL);
		else
			lvs_persist_renew(engine, template);
	} else if (!drop) {
		drop = connect_from(engine, server, &tuple, packet, template);
	}
	*ret_drop = drop;
	return true;
}

void lvs_originate_again(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_tuple tuple = { .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
					 .proto = conn->proto };
	struct lvs_conn *template;

	if (!originates(server->service))
		return;		/* not any more */
	lvs_wheel_remove(&engine->conns.wheel, conn);	/* what is not filed is not evicted */
	if (!lvs_persist_pin(engine, server, packet, &tuple, &template))
		lvs_persist_renew(engine, template);
	lvs_conn_set_timer(&engine->conns, conn, engine->tick, conn->timeout, (enum lvs_class)conn->class);
}
