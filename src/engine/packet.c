// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The parser. It reads the headers of a packet once, from the version up to the ports, and leaves behind what the rest of
 * the walk needs; nothing after it looks at a length field again.
 *
 * IPv4 without options and IPv6 without extension headers, carrying TCP or UDP, is a straight line through parse_ip4() or
 * parse_ip6() and read_transport(). What is rare (options, extension headers, fragments, offload headers) is checked in
 * functions of its own, off that line.
 *
 * Packets quoted in ICMP errors are read by the same steps, except that nothing may be concluded from their length: a
 * quote is cut wherever its sender liked, and some senders write into the quoted length field.
 */
#include "engine/packet.h"

#include "base/csum.h"
#include "engine/wire.h"

#define EXT_HEADERS_MAX 8
#define EXT_BYTES_MAX 256
#define DATAGRAM_BYTES_MAX 65535

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LSRR = 131,	/* loose source and record route */
	OPTION_SSRR = 137,	/* strict source and record route */
	ROUTING_TYPE_0 = 0,
	QUOTED_PORTS_BYTES = 8,
	QUOTED_OTHER_BYTES = 4,
};

#define RARE __attribute__((noinline, cold))

/* RFC 791 section 3.1. Only the shape of an option matters here, and whether it is a source route. */
static RARE enum lvs_drop check_options(const uint8_t *options, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (options[i] == OPTION_END)
			break;
		if (options[i] == OPTION_NOP) {
			i++;
			continue;
		}
		if (len - i < 2 || options[i + 1] < 2 || options[i + 1] > len - i)
			return LVS_DROP_IP_OPTIONS;
		if (options[i] == OPTION_LSRR || options[i] == OPTION_SSRR)
			return LVS_DROP_SOURCE_ROUTE;
		i += options[i + 1];
	}
	return LVS_DROP_NONE;
}

/* One's complement sums are sums modulo 0xffff, and this one is not 0: the version is not. */
static inline bool ip4_csum_ok(const struct lvs_ip4 *ip, uint16_t header_bytes)
{
	uint32_t words[5];
	uint64_t sum;

	if (lvs_unlikely(header_bytes != sizeof(*ip)))
		return lvs_csum_fold(lvs_csum_add(0, ip, header_bytes)) == 0xffff;
	memcpy(words, ip, sizeof(words));
	sum = (uint64_t)words[0] + words[1] + words[2] + words[3] + words[4];
	return sum % 0xffff == 0;
}

/*
 * @begin: where the fragmented part begins
 * @before: bytes of the reassembled datagram before it that its length field would count
 */
static enum lvs_drop check_fragment(const struct lvs_packet *packet, uint32_t begin, uint32_t before)
{
	uint32_t bytes = packet->len - begin;

	if (bytes == 0 || (packet->frag_more && bytes % 8 != 0) ||
	    before + packet->frag_offset + bytes > DATAGRAM_BYTES_MAX)
		return LVS_DROP_FRAG_MALFORMED;
	/* A first fragment without a whole TCP header is refused, so this one rewrites it: RFC 1858 section 3.2. */
	if (packet->proto == LVS_PROTO_TCP && packet->frag_offset > 0 && packet->frag_offset < sizeof(struct lvs_tcp))
		return LVS_DROP_FRAG_MALFORMED;
	return LVS_DROP_NONE;
}

static RARE void read_ip4_fragment(struct lvs_packet *packet, const struct lvs_ip4 *ip)
{
	packet->fragment = true;
	packet->frag_more = (ip->frag & LVS_IP4_MF) != 0;
	packet->frag_offset = (uint16_t)(lvs_host16(ip->frag & LVS_IP4_OFFSET) * 8);
	packet->frag_id = LVS_BE32(lvs_host16(ip->id));
}

static void read_ip6_fragment(struct lvs_packet *packet, const struct lvs_ip6_frag *frag, uint16_t off)
{
	packet->frag_hdr = off;
	packet->frag_more = (frag->offset & LVS_IP6_FRAG_MORE) != 0;
	packet->frag_offset = lvs_host16(frag->offset & LVS_IP6_FRAG_OFFSET);
	packet->frag_id = frag->id;
	packet->fragment = packet->frag_more || packet->frag_offset > 0;
}

/* Headers that stand between IPv6 and the upper layer. AH is none of them: what it covers cannot be rewritten. */
static inline bool is_extension(uint8_t next)
{
	return next == LVS_PROTO_HOPOPTS || next == LVS_PROTO_ROUTING || next == LVS_PROTO_FRAGMENT ||
	       next == LVS_PROTO_DSTOPTS;
}

/*
 * RFC 8200 section 4: follow the chain to the upper layer, or to the fragment header of a later fragment.
 * @cut: the reason if the packet ends before the chain does
 */
static RARE enum lvs_drop walk_extensions(struct lvs_packet *packet, enum lvs_drop cut)
{
	uint32_t off = sizeof(struct lvs_ip6);

	for (unsigned int n = 0; is_extension(packet->proto); n++) {
		const uint8_t *bytes = lvs_packet_at(packet, off, sizeof(struct lvs_ip6_frag));
		const struct lvs_ip6_ext *ext = (const void *)bytes;
		uint8_t type = packet->proto;
		uint32_t size = sizeof(struct lvs_ip6_frag);

		if (n == EXT_HEADERS_MAX || (type == LVS_PROTO_HOPOPTS && n > 0))
			return LVS_DROP_EXT_HEADERS;
		if (!bytes)
			return cut;
		if (type == LVS_PROTO_FRAGMENT) {
			if (packet->frag_hdr)
				return LVS_DROP_EXT_HEADERS;
			read_ip6_fragment(packet, (const void *)bytes, (uint16_t)off);
		} else {
			size = (ext->len + 1U) * 8;
			if (type == LVS_PROTO_ROUTING && bytes[2] == ROUTING_TYPE_0)
				return LVS_DROP_SOURCE_ROUTE;	/* RFC 5095 */
		}
		packet->proto = ext->next;
		off += size;
		if (off > sizeof(struct lvs_ip6) + EXT_BYTES_MAX)
			return LVS_DROP_EXT_HEADERS;
		if (packet->frag_offset > 0)
			break;
	}
	if (off > packet->len)
		return cut;
	packet->l4 = (uint16_t)off;
	return LVS_DROP_NONE;
}

static bool gso_fits(const struct lvs_packet *packet)
{
	uint8_t type = packet->vnet.gso_type;

	if (type == LVS_GSO_NONE)
		return true;
	if (packet->vnet.gso_size == 0 || packet->kind != LVS_PACKET_FLOW)
		return false;
	if (packet->proto == LVS_PROTO_TCP)
		return (type & ~LVS_GSO_ECN) == (packet->ip6 ? LVS_GSO_TCP6 : LVS_GSO_TCP4);
	return type == LVS_GSO_UDP_L4 || type == LVS_GSO_UDP;
}

/* The kernel trusts what goes back out with the packet, so it must be true: anything else puts a sum in a wrong place. */
static enum lvs_drop check_vnet(const struct lvs_packet *packet)
{
	const struct lvs_vnet *vnet = &packet->vnet;
	size_t field = packet->proto == LVS_PROTO_TCP ? offsetof(struct lvs_tcp, csum) : offsetof(struct lvs_udp, csum);

	/*
	 * One fragment does not hold what its datagram's sum covers, segments are only made by finishing sums, and the
	 * kernel finishes SCTP's before a device sees it.
	 */
	if (packet->fragment || packet->proto == LVS_PROTO_SCTP || !lvs_packet_is_partial(packet) ||
	    vnet->hdr_len > packet->len || !gso_fits(packet))
		return LVS_DROP_VNET;
	switch (packet->kind) {
	case LVS_PACKET_FLOW:
		return vnet->csum_start == packet->l4 && vnet->csum_offset == field ? LVS_DROP_NONE : LVS_DROP_VNET;
	case LVS_PACKET_OTHER:	/* never rewritten: the sum may be anywhere, inside a tunnel say, as long as it is there */
		return vnet->csum_start >= packet->l4 &&
		       lvs_packet_at(packet, (size_t)vnet->csum_start + vnet->csum_offset, sizeof(lvs_be16)) ?
		       LVS_DROP_NONE : LVS_DROP_VNET;
	default:
		return LVS_DROP_VNET;
	}
}

static inline enum lvs_drop read_tcp(struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	uint32_t header_bytes;

	if (!tcp)
		return LVS_DROP_L4_SHORT;
	header_bytes = (uint32_t)(tcp->offset >> 4) * 4;
	if (header_bytes < sizeof(*tcp) || header_bytes > packet->len - packet->l4)
		return LVS_DROP_L4_LENGTH;
	packet->kind = LVS_PACKET_FLOW;
	packet->tuple.sport = tcp->sport;
	packet->tuple.dport = tcp->dport;
	packet->tcp_flags = tcp->flags;
	return LVS_DROP_NONE;
}

static inline enum lvs_drop read_udp(struct lvs_packet *packet)
{
	const struct lvs_udp *udp = lvs_packet_at(packet, packet->l4, sizeof(*udp));
	uint16_t bytes;

	if (!udp)
		return LVS_DROP_L4_SHORT;
	bytes = lvs_host16(udp->len);
	/* The field counts the whole datagram, of which a first fragment has only the beginning. */
	if (bytes < sizeof(*udp) || (bytes > packet->len - packet->l4 && !packet->fragment))
		return LVS_DROP_L4_LENGTH;
	packet->kind = LVS_PACKET_FLOW;
	packet->tuple.sport = udp->sport;
	packet->tuple.dport = udp->dport;
	return LVS_DROP_NONE;
}

static enum lvs_drop read_sctp(struct lvs_packet *packet)
{
	const struct lvs_sctp *sctp = lvs_packet_at(packet, packet->l4, sizeof(*sctp));

	if (!sctp)
		return LVS_DROP_L4_SHORT;
	packet->kind = LVS_PACKET_FLOW;
	packet->tuple.sport = sctp->sport;
	packet->tuple.dport = sctp->dport;
	return LVS_DROP_NONE;
}

static void set_other_kind(struct lvs_packet *packet)
{
	bool icmp = packet->proto == (packet->ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP);

	packet->kind = icmp && !packet->fragment ? LVS_PACKET_ICMP : LVS_PACKET_OTHER;
}

static enum lvs_drop read_other(struct lvs_packet *packet)
{
	set_other_kind(packet);
	if (packet->kind == LVS_PACKET_ICMP && !lvs_packet_at(packet, packet->l4, sizeof(struct lvs_icmp)))
		return LVS_DROP_ICMP_SHORT;
	return LVS_DROP_NONE;
}

/* @l4, @proto and the fragment fields are set. */
static inline enum lvs_drop read_transport(struct lvs_packet *packet)
{
	enum lvs_drop drop = LVS_DROP_NONE;

	packet->tuple.proto = packet->proto;
	if (lvs_unlikely(packet->frag_offset > 0))
		packet->kind = LVS_PACKET_FRAGMENT;
	else if (packet->proto == LVS_PROTO_TCP)
		drop = read_tcp(packet);
	else if (packet->proto == LVS_PROTO_UDP)
		drop = read_udp(packet);
	else if (packet->proto == LVS_PROTO_SCTP)
		drop = read_sctp(packet);
	else
		drop = read_other(packet);
	if (drop)
		return drop;
	if (lvs_packet_is_partial(packet) || packet->vnet.gso_type != LVS_GSO_NONE)
		return check_vnet(packet);
	return LVS_DROP_NONE;
}

/* What only some packets set begins at zero. */
static inline void clear(struct lvs_packet *packet, bool ip6)
{
	packet->ip6 = ip6;
	packet->fragment = false;
	packet->frag_more = false;
	packet->tcp_flags = 0;
	packet->frag_hdr = 0;
	packet->frag_offset = 0;
	packet->frag_id = 0;
	packet->tuple.sport = 0;
	packet->tuple.dport = 0;
	memset(packet->tuple.zero, 0, sizeof(packet->tuple.zero));
}

static inline void read_ip4(struct lvs_packet *packet, const struct lvs_ip4 *ip, uint16_t header_bytes)
{
	clear(packet, false);
	packet->tuple.src = lvs_addr_from4(ip->src);
	packet->tuple.dst = lvs_addr_from4(ip->dst);
	packet->proto = ip->proto;
	packet->l4 = header_bytes;
	if (lvs_unlikely(ip->frag & (LVS_IP4_MF | LVS_IP4_OFFSET)))
		read_ip4_fragment(packet, ip);
}

static inline enum lvs_drop parse_ip4(struct lvs_packet *packet)
{
	const struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
	enum lvs_drop drop;
	uint16_t header_bytes, total;

	if (!ip)
		return LVS_DROP_IP_SHORT;
	header_bytes = (uint16_t)((ip->ver_ihl & 0x0f) * 4);
	if (header_bytes < sizeof(*ip))
		return LVS_DROP_IP_LENGTH;
	if (header_bytes > packet->len)
		return LVS_DROP_IP_SHORT;
	if (!ip4_csum_ok(ip, header_bytes))
		return LVS_DROP_IP_CSUM;
	total = lvs_host16(ip->len);
	if (total < header_bytes || total > packet->len)
		return LVS_DROP_IP_LENGTH;
	packet->len = total;
	if (lvs_unlikely(header_bytes > sizeof(*ip))) {
		drop = check_options((const uint8_t *)(ip + 1), header_bytes - sizeof(*ip));
		if (drop)
			return drop;
	}
	read_ip4(packet, ip, header_bytes);
	if (lvs_unlikely(packet->fragment)) {
		drop = check_fragment(packet, header_bytes, header_bytes);
		if (drop)
			return drop;
	}
	return read_transport(packet);
}

static inline void read_ip6(struct lvs_packet *packet, const struct lvs_ip6 *ip)
{
	clear(packet, true);
	packet->tuple.src = lvs_addr_from6(ip->src);
	packet->tuple.dst = lvs_addr_from6(ip->dst);
	packet->proto = ip->next;
	packet->l4 = sizeof(*ip);
}

static inline enum lvs_drop parse_ip6(struct lvs_packet *packet)
{
	const struct lvs_ip6 *ip = lvs_packet_at(packet, 0, sizeof(*ip));
	enum lvs_drop drop;
	uint32_t total;

	if (!ip)
		return LVS_DROP_IP_SHORT;
	total = (uint32_t)sizeof(*ip) + lvs_host16(ip->len);
	/* A length of 0 with hop-by-hop options would be a jumbogram, RFC 2675. */
	if (total > packet->len || (ip->len == 0 && ip->next == LVS_PROTO_HOPOPTS))
		return LVS_DROP_IP_LENGTH;
	packet->len = total;
	read_ip6(packet, ip);
	/* From here on such an address means IPv4; no router forwards it either (RFC 6890 table 20). */
	if (lvs_unlikely(lvs_addr_is4(&packet->tuple.src) || lvs_addr_is4(&packet->tuple.dst)))
		return LVS_DROP_MARTIAN;
	if (lvs_unlikely(is_extension(packet->proto))) {
		drop = walk_extensions(packet, LVS_DROP_EXT_HEADERS);
		if (!drop && packet->fragment)
			drop = check_fragment(packet, packet->frag_hdr + (uint32_t)sizeof(struct lvs_ip6_frag),
					      packet->frag_hdr - (uint32_t)sizeof(*ip));
		if (drop)
			return drop;
	}
	return read_transport(packet);
}

enum lvs_drop lvs_packet_parse(struct lvs_packet *packet)
{
	const uint8_t *first = lvs_packet_at(packet, 0, 1);

	packet->via = NULL;
	if (!first)
		return LVS_DROP_IP_SHORT;
	switch (*first >> 4) {
	case 4:
		return parse_ip4(packet);
	case 6:
		return parse_ip6(packet);
	default:
		return LVS_DROP_IP_VERSION;
	}
}

static enum lvs_drop quoted_ip4(struct lvs_packet *inner)
{
	const struct lvs_ip4 *ip = lvs_packet_at(inner, 0, sizeof(*ip));
	uint16_t header_bytes;

	if (!ip)
		return LVS_DROP_ICMP_SHORT;
	header_bytes = (uint16_t)((ip->ver_ihl & 0x0f) * 4);
	if (ip->ver_ihl >> 4 != 4)
		return LVS_DROP_IP_VERSION;
	if (header_bytes < sizeof(*ip))
		return LVS_DROP_IP_LENGTH;
	if (header_bytes > inner->len)
		return LVS_DROP_ICMP_SHORT;
	if (!ip4_csum_ok(ip, header_bytes))
		return LVS_DROP_IP_CSUM;	/* RFC 5508 REQ-3a */
	read_ip4(inner, ip, header_bytes);
	return LVS_DROP_NONE;
}

static enum lvs_drop quoted_ip6(struct lvs_packet *inner)
{
	const struct lvs_ip6 *ip = lvs_packet_at(inner, 0, sizeof(*ip));

	if (!ip)
		return LVS_DROP_ICMP_SHORT;
	if (*inner->data >> 4 != 6)
		return LVS_DROP_IP_VERSION;
	read_ip6(inner, ip);
	return walk_extensions(inner, LVS_DROP_ICMP_SHORT);
}

static bool is_ported(uint8_t proto)
{
	return proto == LVS_PROTO_TCP || proto == LVS_PROTO_UDP || proto == LVS_PROTO_SCTP;
}

static enum lvs_drop quoted_transport(struct lvs_packet *inner)
{
	inner->tuple.proto = inner->proto;
	if (inner->frag_offset > 0) {
		inner->kind = LVS_PACKET_FRAGMENT;
	} else if (is_ported(inner->proto)) {
		/* Those of TCP and SCTP are there too. */
		const struct lvs_udp *ends = lvs_packet_at(inner, inner->l4, QUOTED_PORTS_BYTES);

		if (!ends)
			return LVS_DROP_ICMP_SHORT;
		inner->kind = LVS_PACKET_FLOW;
		inner->tuple.sport = ends->sport;
		inner->tuple.dport = ends->dport;
	} else {
		if (!lvs_packet_at(inner, inner->l4, QUOTED_OTHER_BYTES))
			return LVS_DROP_ICMP_SHORT;
		set_other_kind(inner);
	}
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_packet_parse_quoted(const struct lvs_packet *outer, size_t off, struct lvs_packet *ret_inner)
{
	struct lvs_packet inner = { 0 };
	enum lvs_drop drop;

	if (off > outer->len)
		return LVS_DROP_ICMP_SHORT;
	inner.data = outer->data + off;
	inner.len = outer->len - (uint32_t)off;
	drop = outer->ip6 ? quoted_ip6(&inner) : quoted_ip4(&inner);
	if (!drop)
		drop = quoted_transport(&inner);
	if (!drop)
		*ret_inner = inner;
	return drop;
}

uint32_t lvs_packet_wire_len(const struct lvs_packet *packet)
{
	uint32_t segment = packet->l4;

	switch (packet->vnet.gso_type & ~LVS_GSO_ECN) {
	case LVS_GSO_NONE:
		return packet->len;
	case LVS_GSO_UDP:	/* becomes IP fragments: the UDP header is in the first one's share */
		break;
	case LVS_GSO_UDP_L4:
		segment += sizeof(struct lvs_udp);
		break;
	default: {
		const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));

		segment += tcp ? (uint32_t)(tcp->offset >> 4) * 4 : 0;
	}
	}
	segment += packet->vnet.gso_size;
	return LVS_MIN(segment, packet->len);
}

bool lvs_packet_may_fragment(const struct lvs_packet *packet)
{
	const struct lvs_ip4 *ip = lvs_packet_at(packet, 0, sizeof(*ip));

	return ip && !packet->ip6 && !(ip->frag & LVS_IP4_DF);
}

struct lvs_tuple lvs_tuple_reverse(const struct lvs_tuple *tuple)
{
	return (struct lvs_tuple){
		.src = tuple->dst,
		.dst = tuple->src,
		.sport = tuple->dport,
		.dport = tuple->sport,
		.proto = tuple->proto,
	};
}
