// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unwrapping. The tunnel type's own peel() finds what is inside; the one parser reads it. What is handed on is what a
 * director can have sent, and nothing else: a packet for a virtual address, from an address that a client can have.
 * Nothing is unwrapped twice: a packet of many tunnels, one in another, would be worth its length in turns.
 *
 * Two kinds of packets come with a transport checksum that nobody has finished. A sender of GUE may ask for that (remote
 * checksum offload). And the host's network card, or the kernel for it, merges segments of one flow even inside of a
 * tunnel (GRO), and leaves the sum of the pseudo-header in the checksum field; a raw socket gets the long packet without
 * a word about it. That sum in that place is the sign, as the field of a finished packet has it once in 65536. Such packets
 * go on as what they are, and the device takes the sums as read: GRO has verified them. It has verified GRE's checksum too,
 * which is that of the first segment from then on.
 */
#include "decap/unwrap.h"

#include "base/csum.h"
#include "base/prefix_map.h"
#include "engine/tunnel.h"
#include "engine/wire.h"

const char *const lvs_decap_names[LVS_DECAP_COUNT] = {
#define REASON(symbol, name, text) [LVS_DECAP_##symbol] = name,
#include "decap/reason.def"
#undef REASON
};

const char *const lvs_decap_texts[LVS_DECAP_COUNT] = {
#define REASON(symbol, name, text) [LVS_DECAP_##symbol] = text,
#include "decap/reason.def"
#undef REASON
};

/* draft-ietf-intarea-gue section 3 and draft-herbert-remotecsumoffload, as Linux' fou module has them */
#define GUE_WORDS 0x1f
#define GUE_PRIVATE LVS_BE16(0x0001)
#define GUE_PRIVATE_REMCSUM LVS_BE32(0x80000000)

struct LVS_WIRE gue {
	uint8_t version_words;
	uint8_t proto;
	lvs_be16 flags;
};

struct LVS_WIRE gue_remcsum {
	lvs_be32 flags;		/* the private ones */
	lvs_be16 start;		/* both from the first byte inside */
	lvs_be16 field;
};

#define GRE_CSUM 0x80

/* What a segment of a merged packet may have had; the device wants to hear a length, and the local stack makes little of it. */
#define SEGMENT_BYTES 1500

enum { ECN_MASK = 3, ECN_CE = 3, ECN_DROP = 4 };

static bool is_csum_wrong(const struct lvs_packet *packet, uint8_t proto)
{
	return proto == LVS_PROTO_GRE && (packet->data[0] & GRE_CSUM) &&
	       lvs_csum_fold(lvs_csum_add(0, packet->data, packet->len)) != 0xffff;
}

/* The fields behind the header that @packet begins with. Return: false if there is one that is not known */
static bool read_gue_fields(struct lvs_packet *packet)
{
	const struct gue *gue = lvs_packet_at(packet, sizeof(struct lvs_udp), sizeof(*gue));	/* peeled: never NULL */
	const struct gue_remcsum *fields = (const struct gue_remcsum *)(gue + 1);
	uint32_t bytes = (gue->version_words & GUE_WORDS) * 4U;

	if (gue->flags == 0)
		return true;
	if (gue->flags != GUE_PRIVATE || bytes < sizeof(fields->flags))
		return false;
	if (fields->flags == 0)
		return true;
	if (fields->flags != GUE_PRIVATE_REMCSUM || bytes < sizeof(*fields) ||
	    lvs_host16(fields->field) < lvs_host16(fields->start))
		return false;
	packet->vnet.flags = LVS_VNET_NEEDS_CSUM;
	packet->vnet.csum_start = lvs_host16(fields->start);
	packet->vnet.csum_offset = (uint16_t)(lvs_host16(fields->field) - lvs_host16(fields->start));
	return true;
}

/* Return: bytes of the tunnel's header, or -1; and the family inside */
static int peel(const struct lvs_packet *packet, uint8_t proto, lvs_be16 port, bool *ret_ip6)
{
	for (size_t i = 0; i < LVS_TUNNEL_INDEX_COUNT; i++) {
		int bytes = lvs_tunnels[i]->peel(packet, 0, proto, port, ret_ip6);

		if (bytes >= 0)
			return bytes;
	}
	return -1;
}

/* A checksum field with nothing but the pseudo-header's sum becomes what it is: partial. */
static void recognise_partial(struct lvs_packet *packet)
{
	bool tcp = packet->proto == LVS_PROTO_TCP;
	uint16_t offset = tcp ? offsetof(struct lvs_tcp, csum) : offsetof(struct lvs_udp, csum);
	uint32_t bytes = packet->len - packet->l4, header;
	lvs_be16 field;

	if (packet->kind != LVS_PACKET_FLOW || packet->fragment || lvs_packet_is_partial(packet) ||
	    (!tcp && packet->proto != LVS_PROTO_UDP))
		return;
	memcpy(&field, lvs_packet_at(packet, packet->l4 + (size_t)offset, sizeof(field)), sizeof(field));
	if ((LVS_FORCE uint16_t)field !=
	    lvs_csum_fold(lvs_csum_pseudo(&packet->tuple.src, &packet->tuple.dst, packet->proto, bytes)))
		return;
	packet->vnet = (struct lvs_vnet){ .flags = LVS_VNET_NEEDS_CSUM, .csum_start = packet->l4, .csum_offset = offset };
	if (!tcp || packet->len <= SEGMENT_BYTES)
		return;
	header = packet->l4 + (uint32_t)(packet->data[packet->l4 + offsetof(struct lvs_tcp, offset)] >> 4) * 4;
	packet->vnet.gso_type = packet->ip6 ? LVS_GSO_TCP6 : LVS_GSO_TCP4;
	packet->vnet.hdr_len = (uint16_t)header;
	packet->vnet.gso_size = (uint16_t)(SEGMENT_BYTES - header);
}

static bool is_host(const struct lvs_addr *addr)
{
	return lvs_addr_is_unicast(addr) && !lvs_addr_is_loopback(addr) && !lvs_addr_is_linklocal6(addr);
}

static enum lvs_decap_reason check_inside(const struct lvs_decap_rules *rules, const struct lvs_packet *packet)
{
	const struct lvs_tuple *tuple = &packet->tuple;

	if (packet->proto == LVS_PROTO_IP4 || packet->proto == LVS_PROTO_IP6 || packet->proto == LVS_PROTO_GRE ||
	    (packet->proto == LVS_PROTO_UDP && rules->port && tuple->dport == rules->port))
		return LVS_DECAP_NESTED;
	if (!is_host(&tuple->dst) || !lvs_prefix_map_find(rules->vips, &tuple->dst))
		return LVS_DECAP_VIP;
	if (!is_host(&tuple->src) || lvs_addr_equal(&tuple->src, &tuple->dst))
		return LVS_DECAP_SOURCE;
	return LVS_DECAP_NONE;
}

/* RFC 6040 section 4.2. Return: false if the packet is to be dropped */
static bool merge_ecn(struct lvs_packet *packet, uint8_t outer)
{
	/* By inner and outer bits: 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
	static const uint8_t merged[4][4] = { { 0, 0, 0, ECN_DROP }, { 1, 1, 1, 3 }, { 2, 1, 2, 3 }, { 3, 3, 3, 3 } };
	struct lvs_ip4 *ip4 = lvs_packet_at(packet, 0, sizeof(*ip4));	/* parsed: never NULL */
	struct lvs_ip6 *ip6 = (struct lvs_ip6 *)ip4;
	uint8_t inner = packet->ip6 ? lvs_host32(ip6->ver_class_flow) >> 20 & ECN_MASK : ip4->tos & ECN_MASK;
	uint8_t ecn = merged[inner][outer & ECN_MASK];
	uint16_t from, to;

	if (ecn == inner)
		return true;
	if (ecn == ECN_DROP)
		return false;
	if (packet->ip6) {
		ip6->ver_class_flow = LVS_BE32((lvs_host32(ip6->ver_class_flow) & ~((uint32_t)ECN_MASK << 20)) |
					       (uint32_t)ecn << 20);
		return true;
	}
	memcpy(&from, ip4, sizeof(from));
	ip4->tos = (uint8_t)((ip4->tos & ~ECN_MASK) | ecn);
	memcpy(&to, ip4, sizeof(to));
	ip4->csum = lvs_csum_update(ip4->csum, lvs_csum_delta(from, to));
	return true;
}

enum lvs_decap_reason lvs_decap_unwrap(const struct lvs_decap_rules *rules, const struct lvs_decap_outer *outer,
				       struct lvs_packet *packet)
{
	enum lvs_decap_reason reason;
	bool ip6, csum_wrong;
	int bytes;

	if (rules->from && !lvs_prefix_map_find(rules->from, &outer->src))
		return LVS_DECAP_FROM;
	bytes = peel(packet, outer->proto, rules->port, &ip6);
	if (bytes < 0)
		return LVS_DECAP_HEADER;
	csum_wrong = is_csum_wrong(packet, outer->proto);
	packet->vnet = (struct lvs_vnet){ 0 };
	if (outer->proto == LVS_PROTO_UDP && !read_gue_fields(packet))
		return LVS_DECAP_OPTION;
	packet->data += bytes;
	packet->len -= (uint32_t)bytes;
	packet->headroom += (uint32_t)bytes;
	if (lvs_packet_parse(packet))
		return csum_wrong ? LVS_DECAP_CSUM : LVS_DECAP_INNER;
	recognise_partial(packet);
	if (csum_wrong && !lvs_packet_is_partial(packet))
		return LVS_DECAP_CSUM;
	if (packet->ip6 != ip6)
		return LVS_DECAP_INNER;
	reason = check_inside(rules, packet);
	if (reason)
		return reason;
	return merge_ecn(packet, outer->tos) ? LVS_DECAP_NONE : LVS_DECAP_ECN;
}
