// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An error quotes the packet it is about, so it belongs to the connection of that packet and goes the other way: the
 * reverse of the quoted tuple is looked up as if it were a packet's own. Found from the client's side, the error is
 * about a reply and goes on to the server; found from the server's side, it is about a request and goes on to the
 * client. The forwarding method rewrites both headers and makes the checksum anew, which repairs nothing, as it was
 * verified.
 *
 * What an error about a TCP segment quotes as sequence number is not compared with anything: the director keeps no
 * windows, the end systems do (RFC 5927 section 4.1).
 *
 * Errors that belong to no connection, and everything that is not an error, are ours only if they are sent to a virtual
 * address. Nothing is remembered here, so an error leaves state and deadlines as they were.
 */
#include "engine/icmp.h"

#include "base/csum.h"
#include "engine/core.h"
#include "engine/tunnel_error.h"
#include "engine/wire.h"


/* Over the whole message, checksum field included; with the pseudo-header where there is one (RFC 4443 section 2.3). */
static uint16_t sum(const struct lvs_packet *packet)
{
	uint32_t bytes = packet->len - packet->l4;
	uint64_t pseudo = 0;

	if (packet->ip6) {
		const struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
		struct lvs_addr src = lvs_addr_from6(ip->src), dst = lvs_addr_from6(ip->dst);

		pseudo = lvs_csum_pseudo(&src, &dst, LVS_PROTO_ICMP6, bytes);
	}
	return lvs_csum_fold(lvs_csum_add(pseudo, lvs_packet_at(packet, packet->l4, bytes), bytes));
}

static bool csum_ok(const struct lvs_packet *packet)
{
	return (packet->vnet.flags & LVS_VNET_DATA_VALID) || sum(packet) == 0xffff;
}

void lvs_icmp_seal(struct lvs_packet *packet)
{
	struct lvs_icmp *icmp = lvs_packet_at(packet, packet->l4, sizeof(*icmp));

	icmp->csum = 0;
	icmp->csum = (LVS_FORCE lvs_be16)(uint16_t)~sum(packet);
	packet->vnet = (struct lvs_vnet){ 0 };
}

bool lvs_icmp_is_error(uint8_t type, bool ip6)
{
	if (ip6)
		return type < LVS_ICMP6_ECHO;	/* RFC 4443 section 2.1 */
	return type == LVS_ICMP_UNREACHABLE || type == LVS_ICMP_SOURCE_QUENCH || type == LVS_ICMP_TIME_EXCEEDED ||
	       type == LVS_ICMP_PARAMETER;
}

/* Sent to a virtual address that only we have, it ends here for the reason @drop; anybody else may want it. */
static enum lvs_drop not_for_us(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop drop)
{
	if (lvs_rules_owner(&engine->rules, &packet->tuple.dst) == LVS_OWNER_DIRECTOR)
		return drop;
	drop = lvs_engine_take_hop(engine, packet);
	if (!drop)
		lvs_engine_pass(engine, packet);
	return drop;
}

static struct lvs_conn *find_quoted(struct lvs_engine *engine, const struct lvs_packet *packet,
				    const struct lvs_packet *quoted, enum lvs_dir *ret_dir)
{
	struct lvs_tuple tuple = lvs_tuple_reverse(&quoted->tuple);
	struct lvs_conn *conn;

	/* An error goes to the sender of what it quotes; any other would be led astray behind the director. */
	if (quoted->kind != LVS_PACKET_FLOW || !lvs_addr_equal(&packet->tuple.dst, &quoted->tuple.src))
		return NULL;
	conn = lvs_conn_find(&engine->conns, &tuple, lvs_conn_hash(&engine->conns, &tuple), ret_dir);
	if (!conn && engine->settings.schedule_icmp) {
		*ret_dir = LVS_DIR_REQUEST;
		conn = lvs_engine_schedule_quoted(engine, &tuple);
	}
	return conn;
}

/*
 * A path MTU below what every link has: whoever believes it sends crumbs (RFC 8201 section 4). 0 comes from routers older
 * than RFC 1191.
 */
static bool mtu_absurd(const struct lvs_packet *packet, const struct lvs_icmp *icmp)
{
	uint16_t mtu;

	if (packet->ip6)
		return icmp->type == LVS_ICMP6_TOO_BIG && lvs_host32(icmp->mtu6) < LVS_MTU_MIN_IP6;
	mtu = lvs_host16(icmp->frag_needed.mtu);
	return icmp->type == LVS_ICMP_UNREACHABLE && icmp->code == LVS_ICMP_UNREACHABLE_FRAG_NEEDED && mtu > 0 &&
	       mtu < LVS_MTU_MIN_IP4;
}

/* Nobody is there to answer, says somebody on the way or at the end of it. */
static bool says_unreachable(const struct lvs_packet *packet, const struct lvs_icmp *icmp)
{
	if (packet->ip6)
		return icmp->type == LVS_ICMP6_UNREACHABLE;
	return icmp->type == LVS_ICMP_UNREACHABLE && icmp->code != LVS_ICMP_UNREACHABLE_FRAG_NEEDED;
}

static enum lvs_drop handle_error(struct lvs_engine *engine, struct lvs_packet *packet, const struct lvs_icmp *icmp)
{
	struct lvs_packet quoted;
	struct lvs_conn *conn;
	enum lvs_drop drop;
	enum lvs_dir dir;

	if (!csum_ok(packet))
		return LVS_DROP_ICMP_CSUM;
	drop = lvs_packet_parse_quoted(packet, packet->l4 + sizeof(*icmp), &quoted);
	if (drop)
		return drop;
	conn = find_quoted(engine, packet, &quoted, &dir);
	if (!conn) {
		drop = lvs_tunnel_error(engine, packet, icmp, &quoted);
		return drop ? drop : not_for_us(engine, packet, LVS_DROP_ICMP_NO_CONN);
	}
	if (!lvs_server_at(&engine->rules, conn->server)->service)
		return LVS_DROP_SERVER_GONE;
	if (lvs_unlikely(conn->attempt) && dir == LVS_DIR_REPLY && says_unreachable(packet, icmp) &&
	    lvs_attempt_unreachable(engine, conn, &drop))
		return drop;
	if (mtu_absurd(packet, icmp))
		return LVS_DROP_ICMP_MTU;
	drop = lvs_engine_take_hop(engine, packet);
	if (!drop && dir == LVS_DIR_REQUEST && lvs_forwards[conn->forward]->way & (LVS_WAY_TUNNEL | LVS_WAY_DIRECT))
		drop = lvs_engine_take_hop_apart(engine, packet);
	if (drop)
		return drop;
	lvs_engine_count(engine, conn, packet, dir);
	if (conn->flags & LVS_CONN_STREAM)
		lvs_stream_walk_quoted(&engine->streams, conn, &quoted, dir);
	drop = lvs_forwards[conn->forward]->rewrite_error(engine, conn, packet, &quoted, dir);
	if (drop)
		return drop;
	lvs_engine_forward(engine, packet);
	return LVS_DROP_NONE;
}

static enum lvs_drop handle_echo(struct lvs_engine *engine, struct lvs_packet *packet)
{
	if (engine->settings.ping == LVS_PING_NEVER)
		return LVS_DROP_ICMP_TYPE;
	if (!csum_ok(packet))
		return LVS_DROP_ICMP_CSUM;
	if (engine->settings.ping == LVS_PING_WHEN_LIVE && !lvs_rules_live(&engine->rules, &packet->tuple.dst))
		return LVS_DROP_ECHO_NO_SERVER;
	return lvs_reply_echo(engine, packet);
}

enum lvs_drop lvs_icmp_handle(struct lvs_engine *engine, struct lvs_packet *packet)
{
	const struct lvs_icmp *icmp = lvs_packet_at(packet, packet->l4, sizeof(*icmp));

	if (!icmp)
		return LVS_DROP_ICMP_SHORT;
	if (lvs_icmp_is_error(icmp->type, packet->ip6))
		return handle_error(engine, packet, icmp);
	if (icmp->type == (packet->ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO) &&
	    lvs_rules_owner(&engine->rules, &packet->tuple.dst) != LVS_OWNER_OTHER)
		return handle_echo(engine, packet);
	return not_for_us(engine, packet, LVS_DROP_ICMP_TYPE);
}
