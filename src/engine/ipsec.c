// SPDX-License-Identifier: GPL-2.0-or-later
/* Two lookups at the most: the packet's addresses with the ports of the key exchange in place of its own. */
#include "engine/ipsec.h"

#include "engine/core.h"
#include "engine/wire.h"

static struct lvs_conn *find(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_dir *ret_dir)
{
	static const lvs_be16 ports[] = { LVS_BE16(500), LVS_BE16(4500) };
	struct lvs_tuple tuple = { .src = packet->tuple.src, .dst = packet->tuple.dst, .proto = LVS_PROTO_UDP };
	struct lvs_conn *conn = NULL;

	for (size_t i = 0; !conn && i < ARRAY_LEN(ports); i++) {
		tuple.sport = tuple.dport = ports[i];
		conn = lvs_conn_find(&engine->conns, &tuple, lvs_conn_hash(&engine->conns, &tuple), ret_dir);
	}
	return conn;
}

bool lvs_ipsec_relay(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop)
{
	struct lvs_conn *conn;
	enum lvs_dir dir;

	if ((packet->proto != LVS_PROTO_AH && packet->proto != LVS_PROTO_ESP) || packet->fragment)
		return false;
	conn = find(engine, packet, &dir);
	if (!conn || conn->source)	/* behind one address, nobody could tell the clients apart */
		return false;
	if (lvs_server_at(&engine->rules, conn->server)->service && conn->flags & LVS_CONN_FILED)
		lvs_conn_touch(conn, engine->tick);
	*ret_drop = lvs_engine_relay(engine, conn, packet, dir);
	return true;
}
