// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A header is read into what both families have in common, and written from it in the other one. It stands directly in
 * front of what follows it, so that nothing but headers is moved, whichever is the longer one.
 */
#include "engine/translate.h"

#include "base/csum.h"
#include "engine/core.h"
#include "engine/icmp.h"
#include "engine/wire.h"

/* RFC 7915 section 5.1: what is no longer may be fragmented by routers of IPv4, as it fits every link of IPv6. */
#define MAY_FRAGMENT_BYTES 1260
/* RFC 1812 section 4.3.2.3, RFC 4443 section 2.4 (c) */
#define ERROR_BYTES_IP4 576
#define ERROR_BYTES_IP6 LVS_MTU_MIN_IP6
#define HEADER_MAX (sizeof(struct lvs_ip6) + sizeof(struct lvs_ip6_frag))

/**
 * struct head - an IP header, of either family
 * @bytes:	behind it, and behind extension headers
 * @id:		of fragments, host order
 * @offset:	in 8-byte units
 * @atomic:	not a fragment, and must not become one
 */
struct head {
	uint32_t bytes;
	uint32_t id;
	uint16_t offset;
	bool fragment, more, atomic;
	uint8_t proto, tos, ttl;
};

uint32_t lvs_translate_limit(const struct lvs_conn *conn, const struct lvs_packet *packet, enum lvs_dir dir, uint32_t mtu)
{
	uint32_t whole = dir == LVS_DIR_REQUEST && mtu ? mtu : LVS_MTU_MIN_IP6 - LVS_TRANSLATE_GROWTH;

	if (!(conn->flags & LVS_CONN_MIXED) || packet->ip6 || packet->vnet.gso_type != LVS_GSO_NONE ||
	    !lvs_packet_may_fragment(packet) || (packet->len <= whole && !packet->fragment))
		return 0;
	return whole - (LVS_TRANSLATE_FRAGMENT_GROWTH - LVS_TRANSLATE_GROWTH);
}

/* @packet: parsed, or quoted. The length field counts, as a quote may be cut. */
static struct head read_head(const struct lvs_packet *packet)
{
	const struct lvs_ip4 *ip4 = lvs_packet_at(packet, 0, sizeof(*ip4));
	const struct lvs_ip6 *ip6 = (const void *)ip4;
	struct head head = { .proto = packet->proto, .fragment = packet->fragment, .more = packet->frag_more,
			     .offset = packet->frag_offset / 8, .id = lvs_host32(packet->frag_id) };
	uint32_t total;

	if (packet->ip6) {
		head.tos = (uint8_t)(lvs_host32(ip6->ver_class_flow) >> 20);
		head.ttl = ip6->hop_limit;
		total = (uint32_t)sizeof(*ip6) + lvs_host16(ip6->len);
	} else {
		head.tos = ip4->tos;
		head.ttl = ip4->ttl;
		head.atomic = (ip4->frag & LVS_IP4_DF) != 0;
		total = lvs_host16(ip4->len);
	}
	head.bytes = total - LVS_MIN(total, packet->l4);
	return head;
}

static uint32_t put_ip6(uint8_t *end, const struct head *head, const struct lvs_addr *src, const struct lvs_addr *dst)
{
	uint32_t own = head->fragment ? sizeof(struct lvs_ip6_frag) : 0;
	struct lvs_ip6_frag *frag = (void *)(end - own);
	struct lvs_ip6 *ip = (void *)(end - own - sizeof(*ip));

	*ip = (struct lvs_ip6){
		.ver_class_flow = LVS_BE32(6U << 28 | (uint32_t)head->tos << 20), .len = LVS_BE16(own + head->bytes),
		.next = head->fragment ? LVS_PROTO_FRAGMENT : head->proto, .hop_limit = head->ttl,
	};
	memcpy(ip->src, src->bytes, sizeof(ip->src));
	memcpy(ip->dst, dst->bytes, sizeof(ip->dst));
	if (head->fragment)
		*frag = (struct lvs_ip6_frag){ .next = head->proto, .id = LVS_BE32(head->id),
					       .offset = LVS_BE16((uint32_t)head->offset << 3 | head->more) };
	return own + (uint32_t)sizeof(*ip);
}

static uint32_t put_ip4(uint8_t *end, const struct head *head, const struct lvs_addr *src, const struct lvs_addr *dst)
{
	struct lvs_ip4 *ip = (void *)(end - sizeof(*ip));

	*ip = (struct lvs_ip4){
		.ver_ihl = 0x45, .tos = head->tos, .len = LVS_BE16(sizeof(*ip) + head->bytes), .id = LVS_BE16(head->id),
		.frag = LVS_BE16(head->offset), .ttl = head->ttl, .proto = head->proto,
		.src = src->words[3], .dst = dst->words[3],
	};
	if (head->more)
		ip->frag |= LVS_IP4_MF;
	if (head->atomic)
		ip->frag |= LVS_IP4_DF;
	ip->csum = lvs_csum_finish(lvs_csum_add(0, ip, sizeof(*ip)));
	return sizeof(*ip);
}

/* Into the family of @src. Return: the length of the header that ends at @end */
static uint32_t put(uint8_t *end, const struct head *head, const struct lvs_addr *src, const struct lvs_addr *dst)
{
	return lvs_addr_is4(src) ? put_ip4(end, head, src, dst) : put_ip6(end, head, src, dst);
}

/* RFC 7915 section 5.1: a routing header that leads somewhere else first. */
static bool is_routed(const struct lvs_packet *packet)
{
	const struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
	uint32_t off = sizeof(*ip);
	uint8_t next = ip->next;

	while (off < packet->l4) {
		const uint8_t *ext = lvs_packet_at(packet, off, sizeof(struct lvs_ip6_frag));

		if (!ext)
			return true;
		if (next == LVS_PROTO_ROUTING && ext[3])
			return true;
		off += next == LVS_PROTO_FRAGMENT ? (uint32_t)sizeof(struct lvs_ip6_frag) : (ext[1] + 1U) * 8;
		next = ext[0];
	}
	return false;
}

/* What IPv4 has no word for. */
static enum lvs_drop check_ip6(const struct lvs_packet *packet)
{
	if (packet->fragment && packet->l4 != packet->frag_hdr + sizeof(struct lvs_ip6_frag))
		return LVS_DROP_EXT_HEADERS;
	if (packet->frag_offset > 0 && (packet->proto == LVS_PROTO_DSTOPTS || packet->proto == LVS_PROTO_ROUTING))
		return LVS_DROP_EXT_HEADERS;
	if (packet->l4 != sizeof(struct lvs_ip6) && is_routed(packet))
		return LVS_DROP_EXT_HEADERS;
	return LVS_DROP_NONE;
}

/* The header in front of @off bytes of @packet changes its length. */
static void move_vnet(struct lvs_packet *packet, uint16_t old_l4)
{
	struct lvs_vnet *vnet = &packet->vnet;
	uint16_t moved = (uint16_t)(packet->l4 - old_l4);

	if (vnet->flags & LVS_VNET_NEEDS_CSUM)
		vnet->csum_start = (uint16_t)(vnet->csum_start + moved);
	if (vnet->hdr_len)
		vnet->hdr_len = (uint16_t)(vnet->hdr_len + moved);
	if ((vnet->gso_type & ~LVS_GSO_ECN) == LVS_GSO_TCP4)
		vnet->gso_type = LVS_GSO_TCP6 | (vnet->gso_type & LVS_GSO_ECN);
	else if ((vnet->gso_type & ~LVS_GSO_ECN) == LVS_GSO_TCP6)
		vnet->gso_type = LVS_GSO_TCP4 | (vnet->gso_type & LVS_GSO_ECN);
}

/* @packet ends where it did and begins with @header, @bytes long, in front of offset @at. */
static void replace_front(struct lvs_packet *packet, uint32_t at, const uint8_t *header, uint32_t bytes)
{
	packet->data += (int32_t)(at - bytes);
	packet->headroom += at - bytes;
	packet->len -= at - bytes;
	memcpy(packet->data, header, bytes);
	packet->ip6 = !packet->ip6;
}

enum lvs_drop lvs_translate(struct lvs_engine *engine, struct lvs_packet *packet, const struct lvs_addr *src,
			    const struct lvs_addr *dst)
{
	uint8_t header[HEADER_MAX];
	struct head head = read_head(packet);
	uint16_t old_l4 = packet->l4;
	enum lvs_drop drop = packet->ip6 ? check_ip6(packet) : LVS_DROP_NONE;
	uint32_t bytes;

	if (drop)
		return drop;
	if (packet->ip6) {
		if (sizeof(struct lvs_ip4) + head.bytes > UINT16_MAX)
			return LVS_DROP_TOO_BIG;
		head.atomic = !packet->frag_hdr && sizeof(struct lvs_ip4) + head.bytes > MAY_FRAGMENT_BYTES;
		if (!packet->frag_hdr && !head.atomic)
			head.id = lvs_host16(lvs_reply_draw_id(engine));
	}
	bytes = put(header + sizeof(header), &head, src, dst);
	if (bytes > old_l4 && packet->headroom < bytes - old_l4)
		return LVS_DROP_NO_HEADROOM;
	replace_front(packet, old_l4, header + sizeof(header) - bytes, bytes);
	packet->l4 = (uint16_t)bytes;
	packet->frag_hdr = packet->ip6 && packet->fragment ? sizeof(struct lvs_ip6) : 0;
	move_vnet(packet, old_l4);
	return LVS_DROP_NONE;
}

/* What an ICMP error says, in the words of the other family. @rest: the word behind the checksum */
struct meaning {
	uint8_t type, code;
	lvs_be32 rest;
};

#define NO_CODE 0xff
#define NO_POINTER 0xff

/* RFC 7915 section 4.2: codes of ICMP's "destination unreachable" in ICMPv6; those of protocol and length are not here. */
static const uint8_t unreachable6[] = {
	0, 0, NO_CODE, LVS_ICMP6_UNREACHABLE_PORT, NO_CODE, 0, 0, 0, 0, 1, 1, 0, 0, 1, NO_CODE, 1,
};
/* RFC 7915 section 5.2: the other way round */
static const uint8_t unreachable4[] = { 1, 10, 1, 1, LVS_ICMP_UNREACHABLE_PORT };

/* RFC 7915 figures 3 and 6: which field of the header stands in which place of the other one. */
static const uint8_t pointer6[] = {
	0, 1, 4, 4, NO_POINTER, NO_POINTER, NO_POINTER, NO_POINTER, 7, 6, NO_POINTER, NO_POINTER, 8, 8, 8, 8, 24, 24, 24, 24,
};

static uint8_t pointer4(uint32_t pointer)
{
	static const uint8_t first[] = { 0, 1, NO_POINTER, NO_POINTER, 2, 2, 9, 8 };

	if (pointer < ARRAY_LEN(first))
		return first[pointer];
	if (pointer < offsetof(struct lvs_ip6, dst))
		return 12;
	return pointer < sizeof(struct lvs_ip6) ? 16 : NO_POINTER;
}

/* RFC 1191 section 7.1: what routers older than that have meant that name no MTU. */
static uint32_t plateau_below(uint32_t bytes)
{
	static const uint16_t plateaus[] = { 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68 };
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(plateaus) && plateaus[i] >= bytes)
		i++;
	return plateaus[i];
}

/* RFC 8200 section 5: nobody may be told of less; shorter packets become ones that routers of IPv4 may fragment. */
static lvs_be32 mtu_of_ip4(const struct lvs_icmp *icmp, const struct head *quoted)
{
	uint32_t mtu = lvs_host16(icmp->frag_needed.mtu);

	if (!mtu)
		mtu = plateau_below((uint32_t)sizeof(struct lvs_ip4) + quoted->bytes);
	return LVS_BE32(LVS_MAX(mtu + LVS_TRANSLATE_GROWTH, LVS_MTU_MIN_IP6));
}

static bool to_icmp6(const struct lvs_icmp *icmp, const struct head *quoted, struct meaning *ret)
{
	uint8_t pointer = (uint8_t)(lvs_host32(icmp->rest) >> 24);
	struct meaning meaning = { LVS_ICMP6_UNREACHABLE, 0, 0 };

	switch (icmp->type) {
	case LVS_ICMP_UNREACHABLE:
		if (icmp->code == LVS_ICMP_UNREACHABLE_FRAG_NEEDED)
			meaning = (struct meaning){ LVS_ICMP6_TOO_BIG, 0, mtu_of_ip4(icmp, quoted) };
		else if (icmp->code == LVS_ICMP_UNREACHABLE_PROTOCOL)	/* the field "next header" of what is quoted */
			meaning = (struct meaning){ LVS_ICMP6_PARAMETER, 1,
						    LVS_BE32(quoted->fragment ? sizeof(struct lvs_ip6) : 6) };
		else
			meaning.code = icmp->code < ARRAY_LEN(unreachable6) ? unreachable6[icmp->code] : NO_CODE;
		break;
	case LVS_ICMP_TIME_EXCEEDED:
		meaning = (struct meaning){ LVS_ICMP6_TIME_EXCEEDED, icmp->code, 0 };
		break;
	case LVS_ICMP_PARAMETER:
		pointer = pointer < ARRAY_LEN(pointer6) ? pointer6[pointer] : NO_POINTER;
		meaning = (struct meaning){ LVS_ICMP6_PARAMETER, pointer == NO_POINTER || icmp->code == 1 ? NO_CODE : 0,
					    LVS_BE32(pointer) };
		break;
	default:
		return false;
	}
	*ret = meaning;
	return meaning.code != NO_CODE;
}

static bool to_icmp4(const struct lvs_icmp *icmp, const struct head *quoted, struct meaning *ret)
{
	uint32_t growth = quoted->fragment ? LVS_TRANSLATE_FRAGMENT_GROWTH : LVS_TRANSLATE_GROWTH;
	uint32_t mtu = lvs_host32(icmp->mtu6), pointer = lvs_host32(icmp->rest);
	struct meaning meaning = { LVS_ICMP_UNREACHABLE, 0, 0 };

	switch (icmp->type) {
	case LVS_ICMP6_UNREACHABLE:
		meaning.code = icmp->code < ARRAY_LEN(unreachable4) ? unreachable4[icmp->code] : NO_CODE;
		break;
	case LVS_ICMP6_TOO_BIG:
		mtu = LVS_MIN(mtu - LVS_MIN(mtu, growth), UINT16_MAX);
		meaning = (struct meaning){ LVS_ICMP_UNREACHABLE, LVS_ICMP_UNREACHABLE_FRAG_NEEDED, LVS_BE32(mtu) };
		break;
	case LVS_ICMP6_TIME_EXCEEDED:
		meaning = (struct meaning){ LVS_ICMP_TIME_EXCEEDED, icmp->code, 0 };
		break;
	case LVS_ICMP6_PARAMETER:
		if (icmp->code == 1) {
			meaning.code = LVS_ICMP_UNREACHABLE_PROTOCOL;
			break;
		}
		pointer = pointer4(pointer);
		meaning = (struct meaning){ LVS_ICMP_PARAMETER, icmp->code || pointer == NO_POINTER ? NO_CODE : 0,
					    LVS_BE32(pointer << 24) };
		break;
	default:
		return false;
	}
	*ret = meaning;
	return meaning.code != NO_CODE;
}

/* RFC 4884: how much of what follows is quoted, if the error says so; what is behind that is of its family alone. */
static uint32_t quote_bytes(const struct lvs_icmp *icmp, bool ip6, uint32_t there)
{
	uint32_t rest = lvs_host32(icmp->rest), bytes = ip6 ? (rest >> 24) * 8 : (rest >> 16 & 0xff) * 4;
	bool may = icmp->type == (ip6 ? LVS_ICMP6_UNREACHABLE : LVS_ICMP_UNREACHABLE) ||
		   icmp->type == (ip6 ? LVS_ICMP6_TIME_EXCEEDED : LVS_ICMP_TIME_EXCEEDED);

	return may && bytes ? LVS_MIN(bytes, there) : there;
}

enum lvs_drop lvs_translate_error(struct lvs_packet *packet, const struct lvs_packet *quoted, const struct lvs_addr *src,
				  const struct lvs_addr *dst, const struct lvs_addr *quoted_src,
				  const struct lvs_addr *quoted_dst)
{
	uint8_t front[HEADER_MAX + sizeof(struct lvs_icmp) + HEADER_MAX], *at = front + sizeof(front);
	const struct lvs_icmp *icmp = lvs_packet_at(packet, packet->l4, sizeof(*icmp));
	uint32_t old = packet->l4 + (uint32_t)sizeof(*icmp) + quoted->l4, there, limit, inner_bytes, outer_bytes;
	struct head outer = read_head(packet), inner = read_head(quoted);
	struct meaning meaning;

	if (!(packet->ip6 ? to_icmp4(icmp, &inner, &meaning) : to_icmp6(icmp, &inner, &meaning)))
		return LVS_DROP_ICMP_FAMILY;
	there = quote_bytes(icmp, packet->ip6, packet->len - packet->l4 - (uint32_t)sizeof(*icmp));
	there -= LVS_MIN(there, quoted->l4);
	if (packet->ip6)	/* as lvs_translate() has made it of a packet of IPv4 */
		inner.atomic = !inner.fragment;
	inner_bytes = put(at, &inner, quoted_src, quoted_dst);
	at -= inner_bytes + sizeof(*icmp);
	*(struct lvs_icmp *)(void *)at = (struct lvs_icmp){ .type = meaning.type, .code = meaning.code, .rest = meaning.rest };
	limit = packet->ip6 ? ERROR_BYTES_IP4 : ERROR_BYTES_IP6;
	outer_bytes = packet->ip6 ? sizeof(struct lvs_ip4) : sizeof(struct lvs_ip6);
	there = LVS_MIN(there, limit - outer_bytes - (uint32_t)sizeof(*icmp) - inner_bytes);
	outer.bytes = (uint32_t)sizeof(*icmp) + inner_bytes + there;
	outer.proto = packet->ip6 ? LVS_PROTO_ICMP : LVS_PROTO_ICMP6;
	outer.atomic = packet->ip6;
	at -= put(at, &outer, src, dst);
	if (front + sizeof(front) - at > (ptrdiff_t)(old + packet->headroom))
		return LVS_DROP_NO_HEADROOM;
	packet->tailroom += packet->len - old - there;
	packet->len = old + there;
	replace_front(packet, old, at, (uint32_t)(front + sizeof(front) - at));
	packet->l4 = (uint16_t)outer_bytes;
	packet->proto = outer.proto;
	lvs_icmp_seal(packet);
	return LVS_DROP_NONE;
}
