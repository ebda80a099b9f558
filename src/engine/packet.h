/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet and the one parser. The bytes belong to the driver that filled them; the engine changes them in place, and
 * reaches them only through lvs_packet_at() and what it returned.
 */
#ifndef LVS_ENGINE_PACKET_H
#define LVS_ENGINE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "engine/drop.h"

/**
 * struct lvs_vnet - struct virtio_net_hdr (virtio 1.2 section 5.1.6), native byte order as TUN leaves it
 * @flags:	LVS_VNET_*
 * @gso_type:	LVS_GSO_*, with LVS_GSO_ECN or-ed in
 * @hdr_len:	bytes of all headers, a hint
 * @gso_size:	payload bytes of each segment
 * @csum_start:	offset from the IP header where summing begins: the transport header
 * @csum_offset: where the sum goes, from @csum_start
 */
struct lvs_vnet {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
};
static_assert(sizeof(struct lvs_vnet) == 10, "as the kernel reads and writes it");

enum {
	LVS_VNET_NEEDS_CSUM = 1,	/* the checksum field holds the pseudo-header sum only: "partial" */
	LVS_VNET_DATA_VALID = 2,	/* whoever sent this vouches for the checksum */

	LVS_GSO_NONE = 0,
	LVS_GSO_TCP4 = 1,
	LVS_GSO_UDP = 3,		/* the old UFO */
	LVS_GSO_TCP6 = 4,
	LVS_GSO_UDP_L4 = 5,		/* USO */
	LVS_GSO_ECN = 0x80,
};

/**
 * struct lvs_tuple - the two ends of a flow as they stand in a packet
 *
 * Ports are 0 for protocols that have none and for fragments that carry none. No padding: tuples are compared and hashed
 * as words.
 */
struct lvs_tuple {
	struct lvs_addr src, dst;
	lvs_be16 sport, dport;
	uint8_t proto;
	uint8_t zero[3];
};
static_assert(sizeof(struct lvs_tuple) == 40, "five words, no padding");

/* What kind of walk a packet takes after parsing. */
enum lvs_packet_kind {
	LVS_PACKET_FLOW,	/* TCP, UDP, SCTP: has ports, whole, or the first fragment of one that has */
	LVS_PACKET_ICMP,	/* ICMP in IPv4 or ICMPv6 in IPv6, whole */
	LVS_PACKET_FRAGMENT,	/* not the first one: no transport header */
	LVS_PACKET_OTHER,	/* any other protocol */
};

/**
 * struct lvs_packet - one packet, or a super-packet of up to 64 KiB that the kernel segments later
 * @data:	first byte of the IP header; owned by the driver
 * @len:	bytes from @data on
 * @headroom:	bytes before @data that may be pushed into
 * @tailroom:	bytes behind the packet that may be grown into
 * @vnet:	offload header; goes out as it came in unless the packet was rebuilt
 *
 * The rest is set by lvs_packet_parse():
 * @tuple:	see there; of the datagram, so a first fragment has ports
 * @hash:	of @tuple, set by the connection table
 * @via:	NULL; when the packet leaves: the neighbour that takes it, whatever its destination; NULL if it is that of the
 *		route to the destination
 * @kind:	see there
 * @ip6:	family
 * @proto:	upper-layer protocol, behind all extension headers
 * @tcp_flags:	of a TCP segment, else 0
 * @fragment:	is a fragment, first or later; @frag_* are set
 * @l4:		offset of the transport header, or of a later fragment's bytes
 * @frag_hdr:	offset of the IPv6 fragment header
 * @frag_offset: of this fragment in its datagram's payload, bytes
 * @frag_more:	more fragments follow
 * @frag_id:	network order
 */
struct lvs_packet {
	uint8_t *data;
	uint32_t len;
	uint32_t headroom;
	uint32_t tailroom;
	struct lvs_vnet vnet;

	uint16_t l4;
	struct lvs_tuple tuple;
	uint64_t hash;
	const struct lvs_addr *via;
	enum lvs_packet_kind kind;
	bool ip6;
	bool fragment;
	bool frag_more;
	uint8_t proto;
	uint8_t tcp_flags;
	uint16_t frag_hdr;
	uint16_t frag_offset;
	lvs_be32 frag_id;
};

/* The one door to the bytes. Return: @len bytes at @off, or NULL where the packet does not have them. */
static inline void *lvs_packet_at(const struct lvs_packet *packet, size_t off, size_t len)
{
	if (off > packet->len || len > packet->len - off)
		return NULL;
	return packet->data + off;
}

/* Checksum field holds the pseudo-header sum only: adjust for addresses, never for ports. */
static inline bool lvs_packet_is_partial(const struct lvs_packet *packet)
{
	return packet->vnet.flags & LVS_VNET_NEEDS_CSUM;
}

/**
 * lvs_packet_parse() - read all headers once, up to the ports
 * @packet:	@data, @len and @vnet are set; @len is cut to what the IP header says (Ethernet pads)
 *
 * Checks everything that later steps rely on: lengths, the IPv4 header checksum, options (source routes are refused, RFC
 * 7126 section 4.3), the extension-header chain (at most 8 headers and 256 bytes, hop-by-hop first, RFC 8200 section
 * 4.1), transport header length, that @vnet points at the transport checksum and its GSO type fits. An atomic IPv6
 * fragment (RFC 6946) counts as whole: @fragment is false. Does not look at transport checksums: they are carried on,
 * right or wrong.
 *
 * Return: LVS_DROP_NONE, or why the packet is refused
 */
enum lvs_drop lvs_packet_parse(struct lvs_packet *packet);

/**
 * lvs_packet_parse_quoted() - read the packet inside an ICMP error
 * @outer:	the ICMP packet
 * @off:	where the quoted IP header begins
 * @ret_inner:	view into the bytes of @outer: @tuple, @proto, @l4 and fragment fields set. Its @len ends with @outer,
 *		whatever the quoted header says, for quotes are cut (RFC 792, RFC 1812 section 4.3.2.3, RFC 4443)
 *
 * Needs 8 bytes of transport header for TCP, UDP and SCTP (4 for other protocols); a quoted later fragment has no ports.
 *
 * Return: LVS_DROP_NONE, LVS_DROP_ICMP_SHORT, or what is wrong with the quoted header (RFC 5508 REQ-3b)
 */
enum lvs_drop lvs_packet_parse_quoted(const struct lvs_packet *outer, size_t off, struct lvs_packet *ret_inner);

/**
 * lvs_packet_wire_len() - length of the largest IP packet that this becomes on the wire
 *
 * A super-packet counts as one of its segments.
 */
uint32_t lvs_packet_wire_len(const struct lvs_packet *packet);

/* May routers fragment it? IPv4 with DF clear. */
bool lvs_packet_may_fragment(const struct lvs_packet *packet);

/* Source and destination swapped. */
struct lvs_tuple lvs_tuple_reverse(const struct lvs_tuple *tuple);

static inline bool lvs_tuple_equal(const struct lvs_tuple *a, const struct lvs_tuple *b)
{
	return lvs_addr_equal(&a->src, &b->src) && lvs_addr_equal(&a->dst, &b->dst) && a->sport == b->sport &&
	       a->dport == b->dport && a->proto == b->proto;
}

/**
 * struct lvs_sink - where the engine's packets go
 * @emit:	writes @packet at once and does not keep it. Its bytes are the driver's own (a forwarded packet) or the
 *		engine's (what the director itself says, a released fragment); both are valid only during the call.
 */
struct lvs_sink {
	void (*emit)(struct lvs_sink *sink, struct lvs_packet *packet);
};

#endif
