// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is quoted is an outer packet; inside is the client's. Only a connection whose server is the one the outer packet
 * went to, by tunnel, makes an error credible: nobody who has not seen the tunnel's packets can make the director believe
 * in a narrow path.
 */
#include "engine/tunnel_error.h"

#include "engine/core.h"
#include "engine/tunnel.h"

static struct lvs_conn *find_conn(struct lvs_engine *engine, const struct lvs_packet *quoted, struct lvs_packet *ret_inner)
{
	struct lvs_packet carrier = *quoted;
	int off = lvs_tunnel_peel(quoted, &carrier.ip6);
	struct lvs_conn *conn;
	enum lvs_dir dir;

	if (off < 0 || lvs_packet_parse_quoted(&carrier, (size_t)off, ret_inner) || ret_inner->kind != LVS_PACKET_FLOW)
		return NULL;
	ret_inner->ip6 = carrier.ip6;
	conn = lvs_conn_find(&engine->conns, &ret_inner->tuple, lvs_conn_hash(&engine->conns, &ret_inner->tuple), &dir);
	if (!conn || dir != LVS_DIR_REQUEST || lvs_forwards[conn->forward]->way != LVS_WAY_TUNNEL ||
	    !lvs_addr_equal(&conn->daddr, &quoted->tuple.dst) || !lvs_server_at(&engine->rules, conn->server)->service)
		return NULL;
	return conn;
}

/* Return: the path MTU that is told, 0 if the error is about something else */
static uint32_t told_mtu(const struct lvs_packet *packet, const struct lvs_icmp *icmp)
{
	if (packet->ip6)
		return icmp->type == LVS_ICMP6_TOO_BIG ? LVS_MAX(lvs_host32(icmp->mtu6), LVS_MTU_MIN_IP6) : 0;
	if (icmp->type != LVS_ICMP_UNREACHABLE || icmp->code != LVS_ICMP_UNREACHABLE_FRAG_NEEDED)
		return 0;
	return LVS_MAX(lvs_host16(icmp->frag_needed.mtu), LVS_MTU_MIN_IP4);
}

enum lvs_drop lvs_tunnel_error(struct lvs_engine *engine, const struct lvs_packet *packet, const struct lvs_icmp *icmp,
			       const struct lvs_packet *quoted)
{
	const struct lvs_addr *dip = packet->ip6 ? &engine->settings.dip6 : &engine->settings.dip4;
	uint32_t mtu = told_mtu(packet, icmp);
	struct lvs_packet inner;
	struct lvs_server *server;
	struct lvs_conn *conn;

	if (!lvs_addr_equal(&quoted->tuple.src, dip) || !lvs_addr_equal(&packet->tuple.dst, dip))
		return LVS_DROP_NONE;
	conn = find_conn(engine, quoted, &inner);
	if (!conn)
		return LVS_DROP_NONE;
	if (mtu) {
		server = lvs_server_at(&engine->rules, conn->server);
		lvs_server_report_mtu(server, mtu, engine->now);
		lvs_reply_error(engine, &inner, LVS_ERROR_TOO_BIG, server->mtu);
	} else {
		lvs_reply_error(engine, &inner, LVS_ERROR_HOST_UNREACHABLE, 0);
	}
	return LVS_DROP_ICMP_TUNNEL;
}
