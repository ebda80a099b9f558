// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnelling (LVS-TUN): the packet stays as it is and travels inside of another one, from the director's own address to
 * the server, which unwraps it, finds the virtual address among its own and answers the client by itself. So the server
 * may be anywhere, and of the other family.
 *
 * Where the director has no address of its own, the packet comes from that of its host, as any packet of the host to the server
 * would. But what routers have to say of it does not come here then, so it may be fragmented by them.
 *
 * What comes here is one packet as it is on the wire, and fits the way: engine/relay.c sees to that. The outer header
 * takes over what routers look at: hop limit, class of service, congestion (RFC 6040 section 4.1, normal mode) and, where
 * pmtu_disc says so, "don't fragment".
 */
#include "engine/core.h"

#include "base/csum.h"
#include "engine/tunnel.h"
#include "engine/wire.h"

/**
 * struct outer - fields of the outer IP header
 * @bytes:	behind it
 */
struct outer {
	uint32_t bytes;
	uint8_t proto;
	uint8_t tos;
	uint8_t ttl;
	bool df;
};

static void put_ip4(struct lvs_engine *engine, void *at, const struct lvs_tunnel_ends *ends, const struct outer *outer)
{
	struct lvs_ip4 *ip = at;

	/* A packet that may be fragmented needs an identification (RFC 6864 section 4). */
	*ip = (struct lvs_ip4){
		.ver_ihl = 0x45, .tos = outer->tos, .len = LVS_BE16(sizeof(*ip) + outer->bytes),
		.id = outer->df ? 0 : lvs_reply_draw_id(engine), .frag = outer->df ? LVS_IP4_DF : 0,
		.ttl = outer->ttl, .proto = outer->proto, .src = ends->src.words[3], .dst = ends->dst.words[3],
	};
	ip->csum = lvs_csum_finish(lvs_csum_add(0, ip, sizeof(*ip)));
}

static void put_ip6(void *at, const struct lvs_tunnel_ends *ends, const struct outer *outer)
{
	struct lvs_ip6 *ip = at;

	*ip = (struct lvs_ip6){
		.ver_class_flow = LVS_BE32(6U << 28 | (uint32_t)outer->tos << 20), .len = LVS_BE16(outer->bytes),
		.next = outer->proto, .hop_limit = outer->ttl,
	};
	memcpy(ip->src, ends->src.bytes, sizeof(ip->src));
	memcpy(ip->dst, ends->dst.bytes, sizeof(ip->dst));
}

static struct outer outer_of(const struct lvs_engine *engine, const struct lvs_packet *packet)
{
	const struct lvs_ip4 *ip4 = lvs_packet_at(packet, 0, sizeof(*ip4));
	const struct lvs_ip6 *ip6 = (const void *)ip4;

	if (!packet->ip6)
		return (struct outer){ .tos = ip4->tos, .ttl = ip4->ttl,
				       .df = engine->settings.pmtu_disc && (ip4->frag & LVS_IP4_DF) };
	/* Nobody may be told of less than 1280 (RFC 8200 section 5): what is no longer is fragmented where need be. */
	return (struct outer){ .tos = (uint8_t)(lvs_host32(ip6->ver_class_flow) >> 20), .ttl = ip6->hop_limit,
			       .df = engine->settings.pmtu_disc && packet->len > LVS_MTU_MIN_IP6 };
}

static enum lvs_drop tunnel_rewrite(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				    enum lvs_dir dir)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_tunnel_spec *spec = &server->spec.tunnel;
	const struct lvs_tunnel_ops *tunnel = lvs_tunnels[spec->type];
	const bool ip4 = lvs_addr_is4(&conn->daddr);
	const struct lvs_addr *dip = ip4 ? &engine->settings.dip4 : &engine->settings.dip6;
	const bool borrowed = lvs_addr_is_any(dip);
	const struct lvs_tunnel_ends ends = {
		.src = borrowed ? server->source : *dip, .dst = conn->daddr,
		.flow = lvs_conn_hash(&engine->conns, &packet->tuple), .ip6 = packet->ip6,
	};
	uint32_t header = ip4 ? sizeof(struct lvs_ip4) : sizeof(struct lvs_ip6), own = tunnel->bytes(spec);
	struct outer outer = outer_of(engine, packet);

	(void)dir;
	if (lvs_addr_is_any(&ends.src))
		return LVS_DROP_NO_DIP;
	if (packet->headroom < header + own)
		return LVS_DROP_NO_HEADROOM;
	if (header + own + packet->len > UINT16_MAX)
		return LVS_DROP_TOO_BIG;
	outer.bytes = own + packet->len;
	outer.df = outer.df && !borrowed;
	packet->data -= header + own;
	packet->len += header + own;
	packet->headroom -= header + own;
	outer.proto = tunnel->put(spec, &ends, packet->data + header, outer.bytes);
	if (ip4)
		put_ip4(engine, packet->data, &ends, &outer);
	else
		put_ip6(packet->data, &ends, &outer);
	return LVS_DROP_NONE;
}

static enum lvs_drop tunnel_rewrite_error(struct lvs_engine *engine, const struct lvs_conn *conn,
					  struct lvs_packet *packet, struct lvs_packet *quoted, enum lvs_dir dir)
{
	(void)quoted;
	return tunnel_rewrite(engine, conn, packet, dir);
}

static uint32_t tunnel_overhead(const struct lvs_server *server)
{
	const struct lvs_tunnel_spec *spec = &server->spec.tunnel;

	return (lvs_addr_is4(&server->spec.addr) ? (uint32_t)sizeof(struct lvs_ip4) : (uint32_t)sizeof(struct lvs_ip6)) +
	       lvs_tunnels[spec->type]->bytes(spec);
}

const struct lvs_forward_ops lvs_forward_tunnel = {
	.name = "tunnel",
	.label = "Tunnel",
	.index = LVS_FORWARD_INDEX_tunnel,
	.way = LVS_WAY_TUNNEL,
	.mixes = true,
	.overhead = tunnel_overhead,
	.rewrite = tunnel_rewrite,
	.rewrite_error = tunnel_rewrite_error,
};
