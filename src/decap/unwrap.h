/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a tunnel packet to the packet inside, or the reason why there is none. Bytes in, bytes out: no system call. */
#ifndef LVS_DECAP_UNWRAP_H
#define LVS_DECAP_UNWRAP_H

#include "engine/packet.h"

struct lvs_prefix_map;

enum lvs_decap_reason {
	LVS_DECAP_NONE,
#define REASON(symbol, name, text) LVS_DECAP_##symbol,
#include "decap/reason.def"
#undef REASON
	LVS_DECAP_COUNT
};

/* Names and texts of the reasons, from reason.def. */
extern const char *const lvs_decap_names[LVS_DECAP_COUNT];
extern const char *const lvs_decap_texts[LVS_DECAP_COUNT];

/**
 * struct lvs_decap_rules - what is let in
 * @vips:	destinations inside
 * @from:	sources outside; NULL: all
 * @port:	where gue is taken; 0: nowhere
 */
struct lvs_decap_rules {
	struct lvs_prefix_map *vips;
	struct lvs_prefix_map *from;
	lvs_be16 port;
};

/**
 * struct lvs_decap_outer - the outer IP header, as far as it matters
 * @proto:	LVS_PROTO_IP4, _IP6, _GRE or _UDP
 * @tos:	its class of service, of which the congestion bits count
 */
struct lvs_decap_outer {
	struct lvs_addr src;
	uint8_t proto;
	uint8_t tos;
};

/**
 * lvs_decap_unwrap() - take the tunnel's header off
 * @packet:	@data, @len, @headroom and @tailroom are set; begins behind the outer IP header. The outer UDP checksum was
 *		looked at by whoever received it
 *
 * On success @packet is the packet inside: parsed, for one of the virtual addresses, from where a packet can come from,
 * with the congestion that the outer header has met (RFC 6040 section 4.2). @vnet says what is left to do: a kernel that
 * merged segments on their way in, or a sender that left it to the far end, has not summed the transport checksum.
 *
 * Return: LVS_DECAP_NONE, or why it is dropped
 */
enum lvs_decap_reason lvs_decap_unwrap(const struct lvs_decap_rules *rules, const struct lvs_decap_outer *outer,
				       struct lvs_packet *packet);

#endif
