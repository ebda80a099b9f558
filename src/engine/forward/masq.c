// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Masquerading (LVS-NAT): a request's destination becomes the server, a reply's source the virtual service. Both change
 * the same sums by the same amount in opposite directions, so a connection carries two deltas, made once: one over
 * addresses and ports, for complete checksums, and one over addresses alone, for IPv4 headers and partial checksums.
 * Nothing else in the packet changes; super-packets go through like any other.
 */
#include "engine/forward.h"

#include "base/csum.h"
#include "engine/icmp.h"
#include "engine/proto.h"
#include "engine/wire.h"

static uint32_t sum_end(const struct lvs_addr *addr, lvs_be16 port)
{
	return lvs_csum_addr(addr) + (LVS_FORCE uint16_t)port;
}

static enum lvs_drop masq_bind(struct lvs_engine *engine, struct lvs_conn *conn)
{
	(void)engine;
	conn->delta = lvs_csum_delta(sum_end(&conn->vaddr, conn->vport), sum_end(&conn->daddr, conn->dport));
	conn->delta_addr = lvs_csum_delta(lvs_csum_addr(&conn->vaddr), lvs_csum_addr(&conn->daddr));
	return LVS_DROP_NONE;
}

/* One end of a packet, source or destination, is replaced by another. */
struct change {
	const struct lvs_addr *addr;
	lvs_be16 port, port_diff;
	uint16_t delta, delta_addr;
	bool source;
};

static struct change change_of(const struct lvs_conn *conn, enum lvs_dir dir)
{
	lvs_be16 diff = conn->vport ^ conn->dport;

	if (dir == LVS_DIR_REQUEST)
		return (struct change){ &conn->daddr, conn->dport, diff, conn->delta, conn->delta_addr, false };
	return (struct change){ &conn->vaddr, conn->vport, diff, (uint16_t)~conn->delta, (uint16_t)~conn->delta_addr, true };
}

/* The headers were parsed: lvs_packet_at() cannot fail on them. */
static void change_addr(struct lvs_packet *packet, const struct change *change)
{
	if (packet->ip6) {
		struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		memcpy(change->source ? ip->src : ip->dst, change->addr->bytes, sizeof(ip->src));
	} else {
		struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

		if (change->source)
			ip->src = change->addr->words[3];
		else
			ip->dst = change->addr->words[3];
		ip->csum = lvs_csum_update(ip->csum, change->delta_addr);
	}
}

static void change_inet_csum(const struct lvs_packet *packet, const struct lvs_proto_ops *proto, const struct change *change)
{
	lvs_be16 *csum = lvs_packet_at(packet, (size_t)packet->l4 + proto->csum_offset, sizeof(*csum)), value;

	if (!csum)
		return;		/* quoted, and cut before it */
	memcpy(&value, csum, sizeof(value));
	if (lvs_packet_is_partial(packet)) {
		value = lvs_csum_update_partial(value, change->delta_addr);
	} else if (!proto->csum_optional) {
		value = lvs_csum_update(value, change->delta);
	} else if (value) {
		value = lvs_csum_update(value, change->delta);
		if (!value)
			value = LVS_BE16(0xffff);
	}
	memcpy(csum, &value, sizeof(value));
}

static enum lvs_drop change_csum(const struct lvs_packet *packet, const struct change *change)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(packet->proto);

	if (lvs_unlikely(proto->fix_csum))
		return change->port_diff ? proto->fix_csum(packet, change->port_diff, change->source) : LVS_DROP_NONE;
	change_inet_csum(packet, proto, change);
	return LVS_DROP_NONE;
}

static void change_port(const struct lvs_packet *packet, const struct change *change)
{
	uint8_t *ports = lvs_packet_at(packet, packet->l4, 2 * sizeof(change->port));

	memcpy(ports + (change->source ? 0 : sizeof(change->port)), &change->port, sizeof(change->port));
}

static enum lvs_drop masq_rewrite(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				  enum lvs_dir dir)
{
	struct change change = change_of(conn, dir);

	(void)engine;
	change_addr(packet, &change);
	if (packet->kind != LVS_PACKET_FLOW)
		return LVS_DROP_NONE;
	change_port(packet, &change);
	return change_csum(packet, &change);
}

/* The quoted packet travelled against the error: what is the error's source is the quoted destination. */
static enum lvs_drop masq_rewrite_error(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
					struct lvs_packet *quoted, enum lvs_dir dir)
{
	struct change change = change_of(conn, dir), outer = change;

	(void)engine;
	/* Not every error comes from the server itself: any router before it may send one. */
	outer.delta_addr = lvs_csum_delta(lvs_csum_addr(outer.source ? &packet->tuple.src : &packet->tuple.dst),
					  lvs_csum_addr(outer.addr));
	change_addr(packet, &outer);
	change.source = !change.source;
	change_addr(quoted, &change);
	if (quoted->kind == LVS_PACKET_FLOW) {
		const struct lvs_proto_ops *proto = lvs_proto_find(quoted->proto);

		change_port(quoted, &change);
		if (!proto->fix_csum)
			change_inet_csum(quoted, proto, &change);
	}
	lvs_icmp_seal(packet);
	return LVS_DROP_NONE;
}

const struct lvs_forward_ops lvs_forward_masq = {
	.name = "masq",
	.label = "Masq",
	.index = LVS_FORWARD_INDEX_masq,
	.way = LVS_WAY_ROUTED,
	.replies = true,
	.led = true,
	.maps_port = true,
	.bind = masq_bind,
	.rewrite = masq_rewrite,
	.rewrite_error = masq_rewrite_error,
};
