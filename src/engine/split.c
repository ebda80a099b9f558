// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The payload of a long packet lies in one piece, so each of its parts is made where its payload lies: the headers are
 * written directly in front of it, over the end of the part before, which has left by then. Only headers are copied.
 *
 *	| headers | payload 1   | payload 2   | payload 3 |
 *	             ... headers | payload 2   |
 *	                           ... headers | payload 3 |
 */
#include "engine/split.h"

#include "base/csum.h"
#include "engine/proto.h"
#include "engine/wire.h"

/* IPv6 with as many extension headers as the parser takes, and a TCP header. */
#define HEADERS_MAX (sizeof(struct lvs_ip6) + 256 + 60)

#define TCP_CWR 0x80
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_COPIED 0x80

/**
 * struct whole - what is being cut
 * @headers:	a copy: the parts overwrite each other's
 * @bytes:	of the headers, and where the payload begins
 */
struct whole {
	const struct lvs_packet *packet;
	uint32_t bytes;
	uint8_t headers[HEADERS_MAX];
};

/* The part that carries @bytes of payload from @at on, with the headers of the whole. */
static struct lvs_packet part_of(const struct whole *whole, uint32_t at, uint32_t bytes)
{
	const struct lvs_packet *packet = whole->packet;
	struct lvs_packet part = *packet;

	part.data = packet->data + at;
	part.len = whole->bytes + bytes;
	part.headroom = packet->headroom + at;
	part.tailroom = packet->tailroom + (packet->len - whole->bytes - at - bytes);
	part.vnet = (struct lvs_vnet){ 0 };
	memcpy(part.data, whole->headers, whole->bytes);
	return part;
}

static void set_ip4(struct lvs_packet *part, uint16_t id_add)
{
	struct lvs_ip4 *ip = lvs_packet_at(part, 0, sizeof(*ip));
	uint32_t header_bytes = (ip->ver_ihl & 0xfu) * 4;

	ip->len = LVS_BE16(part->len);
	ip->id = LVS_BE16(lvs_host16(ip->id) + id_add);
	ip->csum = 0;
	ip->csum = lvs_csum_finish(lvs_csum_add(0, ip, header_bytes));
}

static void set_ip(struct lvs_packet *part, uint32_t n)
{
	struct lvs_ip6 *ip;

	if (!part->ip6) {
		set_ip4(part, (uint16_t)n);
		return;
	}
	ip = lvs_packet_at(part, 0, sizeof(*ip));
	ip->len = LVS_BE16(part->len - sizeof(*ip));
}

/* Sum @part's transport header and payload anew, its addresses as they stand in the header. */
static void seal(struct lvs_packet *part)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(part->proto);
	uint8_t *l4 = part->data + part->l4;
	uint32_t bytes = part->len - part->l4;
	struct lvs_addr src, dst;
	lvs_be16 csum = 0;

	if (part->ip6) {
		const struct lvs_ip6 *ip = lvs_packet_at(part, 0, sizeof(*ip));

		src = lvs_addr_from6(ip->src);
		dst = lvs_addr_from6(ip->dst);
	} else {
		const struct lvs_ip4 *ip = lvs_packet_at(part, 0, sizeof(*ip));

		src = lvs_addr_from4(ip->src);
		dst = lvs_addr_from4(ip->dst);
	}
	memcpy(l4 + proto->csum_offset, &csum, sizeof(csum));
	csum = lvs_csum_finish(lvs_csum_add(lvs_csum_pseudo(&src, &dst, part->proto, bytes), l4, bytes));
	if (!csum && proto->csum_optional)
		csum = LVS_BE16(0xffff);
	memcpy(l4 + proto->csum_offset, &csum, sizeof(csum));
}

/* A sum that the sender began: it holds the pseudo-header's, wherever it is. */
static enum lvs_drop finish_sum(struct lvs_packet *packet)
{
	const struct lvs_vnet *vnet = &packet->vnet;
	uint32_t bytes = packet->len - LVS_MIN(packet->len, vnet->csum_start);
	uint8_t *from = lvs_packet_at(packet, vnet->csum_start, bytes);
	uint8_t *field = lvs_packet_at(packet, (size_t)vnet->csum_start + vnet->csum_offset, sizeof(lvs_be16));
	lvs_be16 csum;

	if (!from || !field)
		return LVS_DROP_VNET;
	csum = lvs_csum_finish(lvs_csum_add(0, from, bytes));
	if (!csum && packet->proto == LVS_PROTO_UDP)
		csum = LVS_BE16(0xffff);
	memcpy(field, &csum, sizeof(csum));
	packet->vnet = (struct lvs_vnet){ 0 };
	return LVS_DROP_NONE;
}

static void set_transport(struct lvs_packet *part, uint32_t at, bool first, bool last)
{
	if (part->proto == LVS_PROTO_TCP) {
		struct lvs_tcp *tcp = lvs_packet_at(part, part->l4, sizeof(*tcp));

		tcp->seq = LVS_BE32(lvs_host32(tcp->seq) + at);
		if (!first)
			tcp->flags &= (uint8_t)~TCP_CWR;
		if (!last)
			tcp->flags &= (uint8_t) ~(LVS_TCP_FIN | LVS_TCP_PSH);
		part->tcp_flags = tcp->flags;
	} else {
		struct lvs_udp *udp = lvs_packet_at(part, part->l4, sizeof(*udp));

		udp->len = LVS_BE16(part->len - part->l4);
	}
	seal(part);
}

static uint32_t headers_bytes(const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));

	if (packet->proto != LVS_PROTO_TCP || !tcp)
		return packet->l4 + (uint32_t)sizeof(struct lvs_udp);
	return packet->l4 + (uint32_t)(tcp->offset >> 4) * 4;
}

enum lvs_drop lvs_split(struct lvs_packet *packet, lvs_split_fn *each, void *arg)
{
	struct whole whole = { .packet = packet, .bytes = headers_bytes(packet) };
	uint32_t size = packet->vnet.gso_size, at = 0, n = 0, payload;
	enum lvs_drop drop = LVS_DROP_NONE;

	if (packet->vnet.gso_type == LVS_GSO_NONE) {
		if (lvs_packet_is_partial(packet))
			drop = finish_sum(packet);
		return drop ? drop : each(arg, packet);
	}
	if (packet->vnet.gso_type == LVS_GSO_UDP || whole.bytes > packet->len || whole.bytes > HEADERS_MAX)
		return LVS_DROP_VNET;
	memcpy(whole.headers, packet->data, whole.bytes);
	payload = packet->len - whole.bytes;
	do {
		uint32_t bytes = LVS_MIN(size, payload - at);
		struct lvs_packet part = part_of(&whole, at, bytes);

		set_ip(&part, n++);
		set_transport(&part, at, at == 0, at + bytes == payload);
		drop = each(arg, &part);
		at += bytes;
	} while (!drop && at < payload);
	return drop;
}

/* Options without the copied flag are for the first fragment only (RFC 791 section 3.1). */
static void blank_options(uint8_t *options, uint32_t len)
{
	for (uint32_t i = 0; i < len && options[i] != OPTION_END;) {
		uint32_t bytes = options[i] == OPTION_NOP ? 1 : options[i + 1];

		if (!(options[i] & OPTION_COPIED))
			memset(options + i, OPTION_NOP, bytes);
		i += bytes;
	}
}

enum lvs_drop lvs_split_fragment(struct lvs_packet *packet, uint32_t mtu, lvs_split_fn *each, void *arg)
{
	const struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
	struct whole whole = { .packet = packet, .bytes = (ip->ver_ihl & 0xfu) * 4 };
	uint32_t size = (mtu - whole.bytes) & ~7u, payload = packet->len - whole.bytes, at = 0;
	uint16_t frag = lvs_host16(ip->frag);
	enum lvs_drop drop;

	memcpy(whole.headers, packet->data, whole.bytes);
	do {
		uint32_t bytes = LVS_MIN(size, payload - at);
		struct lvs_packet part = part_of(&whole, at, bytes);
		struct lvs_ip4 *head = lvs_packet_at(&part, 0, sizeof(*head));

		head->frag = LVS_BE16(frag + at / 8);
		if (at + bytes < payload)
			head->frag |= LVS_IP4_MF;
		part.fragment = true;
		part.frag_offset = (uint16_t)(packet->frag_offset + at);
		part.frag_more = (head->frag & LVS_IP4_MF) != 0;
		part.frag_id = LVS_BE32(lvs_host16(head->id));
		if (part.frag_offset > 0) {
			part.kind = LVS_PACKET_FRAGMENT;
			part.tuple.sport = part.tuple.dport = 0;
			part.tcp_flags = 0;
		}
		set_ip4(&part, 0);
		drop = each(arg, &part);
		if (at == 0)
			blank_options(whole.headers + sizeof(*ip), whole.bytes - (uint32_t)sizeof(*ip));
		at += bytes;
	} while (!drop && at < payload);
	return drop;
}
