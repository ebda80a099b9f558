/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From one address family to the other: IP/ICMP translation (RFC 7915), but that both addresses are given. What is behind
 * the IP header is the caller's to change, before or after; a translated packet's @ip6, @l4 and @frag_hdr say how it is,
 * its @tuple and the other fields about fragments stay.
 */
#ifndef LVS_ENGINE_TRANSLATE_H
#define LVS_ENGINE_TRANSLATE_H

#include "engine/conn.h"

struct lvs_engine;

/* How much longer the header of IPv6 is than that of IPv4, with and without a fragment header. */
#define LVS_TRANSLATE_GROWTH 20
#define LVS_TRANSLATE_FRAGMENT_GROWTH 28

/**
 * lvs_translate_limit() - how long pieces of a packet of IPv4 may be that becomes one of IPv6
 * @mtu:	of the path towards the server, as lvs_server.mtu has it: what fits without a fragment header
 *
 * Only one that may be fragmented, and is no super-packet: routers of IPv6 would not do it (RFC 7915 section 4).
 *
 * Return: bytes, or 0 where there is no such limit, as the packet is whole and fits
 */
uint32_t lvs_translate_limit(const struct lvs_conn *conn, const struct lvs_packet *packet, enum lvs_dir dir, uint32_t mtu);

/**
 * lvs_translate() - the IP header of @packet becomes one of the other family
 * @src, @dst:	of that family
 *
 * Class, hop limit and fragment fields are carried over, options and extension headers are left out (RFC 7915 sections 4.1
 * and 5.1); what @packet->vnet says follows.
 *
 * Return: LVS_DROP_NONE; LVS_DROP_NO_HEADROOM, LVS_DROP_TOO_BIG, or LVS_DROP_EXT_HEADERS (fragments of extension headers, a
 * source route that is not at its end)
 */
enum lvs_drop lvs_translate(struct lvs_engine *engine, struct lvs_packet *packet, const struct lvs_addr *src,
			    const struct lvs_addr *dst);

/**
 * lvs_translate_error() - the same for an ICMP error, with the header that it quotes
 * @quoted:	as lvs_packet_parse_quoted() found it in @packet, its transport header is right already; of no use afterwards
 * @src, @dst:	of the error
 * @quoted_src, @quoted_dst: of what is quoted
 *
 * The checksum of the error is made anew; what follows the quote (RFC 4884) is cut off.
 *
 * Return: LVS_DROP_NONE; LVS_DROP_ICMP_FAMILY (RFC 7915 sections 4.2 and 5.2 have it dropped) or LVS_DROP_NO_HEADROOM
 */
enum lvs_drop lvs_translate_error(struct lvs_packet *packet, const struct lvs_packet *quoted, const struct lvs_addr *src,
				  const struct lvs_addr *dst, const struct lvs_addr *quoted_src,
				  const struct lvs_addr *quoted_dst);

#endif
