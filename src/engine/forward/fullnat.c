// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Full NAT: what a server gets comes from the director itself, an address and port of engine/source.h, so that its replies
 * find back by themselves, wherever the server is. Both ends of each packet are replaced. The sum over both of them changes
 * by the same amount in requests and, the other way round, in replies: the two deltas of masquerading will do.
 *
 * Client and server may be of different address families. Then the IP header becomes one of the other family, and both
 * deltas hold all the same, as the two pseudo-headers differ in nothing but addresses.
 */
#include "engine/core.h"

#include "base/csum.h"
#include "engine/icmp.h"
#include "engine/translate.h"
#include "engine/wire.h"

/* The ends of a packet that leaves, and by how much they differ from those that it came with. */
struct ends {
	const struct lvs_addr *src, *dst;
	lvs_be16 sport, dport, sport_diff, dport_diff;
	uint16_t delta, delta_addr;
};

static uint32_t sum_ends(const struct lvs_addr *a, lvs_be16 a_port, const struct lvs_addr *b, lvs_be16 b_port)
{
	return lvs_csum_addr(a) + lvs_csum_addr(b) + (LVS_FORCE uint16_t)a_port + (LVS_FORCE uint16_t)b_port;
}

static const struct lvs_addr *source_of(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	return &engine->sources.slots[conn->source].addr;
}

static enum lvs_drop fullnat_bind(struct lvs_engine *engine, struct lvs_conn *conn)
{
	enum lvs_drop drop = lvs_source_take(engine, conn);
	const struct lvs_addr *source = source_of(engine, conn);

	if (drop)
		return drop;
	if (lvs_addr_is4(&conn->caddr) != lvs_addr_is4(&conn->daddr))
		conn->flags |= LVS_CONN_MIXED;
	conn->delta = lvs_csum_delta(sum_ends(&conn->caddr, conn->cport, &conn->vaddr, conn->vport),
				     sum_ends(source, conn->lport, &conn->daddr, conn->dport));
	conn->delta_addr = lvs_csum_delta(sum_ends(&conn->caddr, 0, &conn->vaddr, 0), sum_ends(source, 0, &conn->daddr, 0));
	return LVS_DROP_NONE;
}

static struct ends ends_of(const struct lvs_engine *engine, const struct lvs_conn *conn, enum lvs_dir dir)
{
	lvs_be16 client_diff = conn->cport ^ conn->lport, server_diff = conn->vport ^ conn->dport;

	if (dir == LVS_DIR_REQUEST)
		return (struct ends){ source_of(engine, conn), &conn->daddr, conn->lport, conn->dport, client_diff, server_diff,
				      conn->delta, conn->delta_addr };
	return (struct ends){ &conn->vaddr, &conn->caddr, conn->vport, conn->cport, server_diff, client_diff,
			      (uint16_t)~conn->delta, (uint16_t)~conn->delta_addr };
}

/* Of the family that the packet has already; its headers were parsed, so that lvs_packet_at() cannot fail on them. */
static void change_addrs(struct lvs_packet *packet, const struct lvs_addr *src, const struct lvs_addr *dst)
{
	if (packet->ip6) {
		struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		memcpy(ip->src, src->bytes, sizeof(ip->src));
		memcpy(ip->dst, dst->bytes, sizeof(ip->dst));
	} else {
		struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
		struct lvs_addr old_src = lvs_addr_from4(ip->src), old_dst = lvs_addr_from4(ip->dst);

		ip->csum = lvs_csum_update(ip->csum, lvs_csum_delta(sum_ends(&old_src, 0, &old_dst, 0),
								    sum_ends(src, 0, dst, 0)));
		ip->src = src->words[3];
		ip->dst = dst->words[3];
	}
}

/* RFC 7915 section 4.5: IPv6 has no datagrams without a checksum. */
static enum lvs_drop make_csum(const struct lvs_packet *packet, const struct ends *ends, lvs_be16 *ret_csum)
{
	uint32_t bytes = packet->len - packet->l4;
	uint64_t sum = lvs_csum_pseudo(ends->src, ends->dst, packet->proto, bytes);

	if (packet->fragment)
		return LVS_DROP_NO_CSUM;
	*ret_csum = lvs_csum_finish(lvs_csum_add(sum, lvs_packet_at(packet, packet->l4, bytes), bytes));
	if (!*ret_csum)
		*ret_csum = LVS_BE16(0xffff);
	return LVS_DROP_NONE;
}

static enum lvs_drop change_inet_csum(const struct lvs_packet *packet, const struct lvs_proto_ops *proto,
				      const struct ends *ends, bool quoted)
{
	lvs_be16 *csum = lvs_packet_at(packet, (size_t)packet->l4 + proto->csum_offset, sizeof(*csum)), value;
	enum lvs_drop drop = LVS_DROP_NONE;

	if (!csum)
		return drop;	/* quoted, and cut before it */
	memcpy(&value, csum, sizeof(value));
	if (lvs_packet_is_partial(packet)) {
		value = lvs_csum_update_partial(value, ends->delta_addr);
	} else if (!proto->csum_optional) {
		value = lvs_csum_update(value, ends->delta);
	} else if (value) {
		value = lvs_csum_update(value, ends->delta);
		if (!value)
			value = LVS_BE16(0xffff);
	} else if (!quoted && !packet->ip6 && !lvs_addr_is4(ends->src)) {
		drop = make_csum(packet, ends, &value);
	}
	memcpy(csum, &value, sizeof(value));
	return drop;
}

static void change_ports(const struct lvs_packet *packet, lvs_be16 sport, lvs_be16 dport)
{
	uint8_t *ports = lvs_packet_at(packet, packet->l4, sizeof(sport) + sizeof(dport));

	memcpy(ports, &sport, sizeof(sport));
	memcpy(ports + sizeof(sport), &dport, sizeof(dport));
}

static enum lvs_drop change_transport(const struct lvs_packet *packet, const struct ends *ends)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(packet->proto);
	enum lvs_drop drop = LVS_DROP_NONE;

	change_ports(packet, ends->sport, ends->dport);
	if (lvs_likely(!proto->fix_csum))
		return change_inet_csum(packet, proto, ends, false);
	if (ends->sport_diff)
		drop = proto->fix_csum(packet, ends->sport_diff, true);
	if (!drop && ends->dport_diff)
		drop = proto->fix_csum(packet, ends->dport_diff, false);
	return drop;
}

static enum lvs_drop fullnat_rewrite(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				     enum lvs_dir dir)
{
	struct ends ends = ends_of(engine, conn, dir);
	enum lvs_drop drop = dir == LVS_DIR_REQUEST ? lvs_engine_take_hop_apart(engine, packet) : LVS_DROP_NONE;

	if (!drop && packet->kind == LVS_PACKET_FLOW)
		drop = change_transport(packet, &ends);
	if (drop)
		return drop;
	if (lvs_addr_is4(ends.src) == packet->ip6)
		return lvs_translate(engine, packet, ends.src, ends.dst);
	change_addrs(packet, ends.src, ends.dst);
	return LVS_DROP_NONE;
}

/* The quoted packet travelled against the error: what is the error's source is the quoted destination. */
static enum lvs_drop fullnat_rewrite_error(struct lvs_engine *engine, const struct lvs_conn *conn,
					   struct lvs_packet *packet, struct lvs_packet *quoted, enum lvs_dir dir)
{
	struct ends ends = ends_of(engine, conn, dir);

	if (quoted->kind == LVS_PACKET_FLOW) {
		const struct lvs_proto_ops *proto = lvs_proto_find(quoted->proto);

		change_ports(quoted, ends.dport, ends.sport);
		if (!proto->fix_csum)
			(void)change_inet_csum(quoted, proto, &ends, true);
	}
	if (lvs_addr_is4(ends.src) == packet->ip6)
		return lvs_translate_error(packet, quoted, ends.src, ends.dst, ends.dst, ends.src);
	change_addrs(packet, ends.src, ends.dst);
	change_addrs(quoted, ends.dst, ends.src);
	lvs_icmp_seal(packet);
	return LVS_DROP_NONE;
}

static uint32_t fullnat_overhead(const struct lvs_server *server)
{
	return lvs_addr_is4(&server->of.addr) && !lvs_addr_is4(&server->spec.addr) ? LVS_TRANSLATE_GROWTH : 0;
}

const struct lvs_forward_ops lvs_forward_fullnat = {
	.name = "fullnat",
	.label = "FullNat",
	.index = LVS_FORWARD_INDEX_fullnat,
	.way = LVS_WAY_ROUTED,
	.replies = true,
	.maps_port = true,
	.mixes = true,
	.overhead = fullnat_overhead,
	.bind = fullnat_bind,
	.rewrite = fullnat_rewrite,
	.rewrite_error = fullnat_rewrite_error,
};
