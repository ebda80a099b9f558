// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Generic UDP Encapsulation, version 0 as in draft-ietf-intarea-gue section 3 and in Linux' fou module: a UDP header and
 * four bytes that name the protocol inside. The source port is a hash of the inner flow, so that routers and network cards
 * spread flows and keep each in order. Optional fields are stepped over when they come, and never sent.
 */
#include "engine/tunnel.h"

#include "base/csum.h"
#include "engine/wire.h"

/* As Linux chooses them: its ephemeral ports. */
#define PORT_FIRST 32768
#define PORT_COUNT 28232

#define VERSION_CONTROL 0xe0	/* of the first byte: version, and the bit of control messages */
#define LENGTH_WORDS 0x1f

struct LVS_WIRE gue {
	uint8_t version_length;
	uint8_t proto;
	lvs_be16 flags;
};

static uint32_t gue_bytes(const struct lvs_tunnel_spec *spec)
{
	(void)spec;
	return sizeof(struct lvs_udp) + sizeof(struct gue);
}

static uint8_t gue_put(const struct lvs_tunnel_spec *spec, const struct lvs_tunnel_ends *ends, uint8_t *at, uint32_t len)
{
	struct lvs_udp *udp = (struct lvs_udp *)at;
	struct gue *gue = (struct gue *)(udp + 1);

	*gue = (struct gue){ .proto = ends->ip6 ? LVS_PROTO_IP6 : LVS_PROTO_IP4 };
	*udp = (struct lvs_udp){
		.sport = LVS_BE16(PORT_FIRST + ends->flow % PORT_COUNT), .dport = spec->port, .len = LVS_BE16(len),
	};
	if (spec->csum == LVS_TUNNEL_CSUM) {
		udp->csum = lvs_csum_finish(lvs_csum_add(lvs_csum_pseudo(&ends->src, &ends->dst, LVS_PROTO_UDP, len), at, len));
		if (!udp->csum)
			udp->csum = LVS_BE16(0xffff);
	}
	return LVS_PROTO_UDP;
}

static int gue_peel(const struct lvs_packet *packet, size_t at, uint8_t proto, lvs_be16 port, bool *ret_ip6)
{
	const struct lvs_udp *udp = lvs_packet_at(packet, at, sizeof(*udp) + sizeof(struct gue));
	const struct gue *gue;
	int bytes = sizeof(*udp) + sizeof(*gue);

	if (proto != LVS_PROTO_UDP || !udp || udp->dport != port)
		return -1;
	gue = (const struct gue *)(udp + 1);
	if ((gue->version_length & VERSION_CONTROL) || (gue->proto != LVS_PROTO_IP4 && gue->proto != LVS_PROTO_IP6))
		return -1;
	bytes += (gue->version_length & LENGTH_WORDS) * 4;
	if (!lvs_packet_at(packet, at, (size_t)bytes))
		return -1;
	*ret_ip6 = gue->proto == LVS_PROTO_IP6;
	return bytes;
}

const struct lvs_tunnel_ops lvs_tunnel_gue = {
	.name = "gue",
	.index = LVS_TUNNEL_INDEX_gue,
	.bytes = gue_bytes,
	.put = gue_put,
	.peel = gue_peel,
};
