// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GRE (RFC 2784): four bytes, and four more with a checksum over header and payload. Of what RFC 2890 adds, keys and
 * sequence numbers are stepped over when they come, and never sent.
 */
#include "engine/tunnel.h"

#include "base/csum.h"
#include "engine/wire.h"

#define CSUM_PRESENT LVS_BE16(0x8000)
#define KEY_PRESENT LVS_BE16(0x2000)
#define SEQUENCE_PRESENT LVS_BE16(0x1000)
/* Routing (RFC 1701), the bits that RFC 2784 section 2.3 has discarded, and any version but 0. */
#define NEVER LVS_BE16(0x4fff)

#define ETHERTYPE_IP4 LVS_BE16(0x0800)
#define ETHERTYPE_IP6 LVS_BE16(0x86dd)

struct LVS_WIRE gre {
	lvs_be16 flags;
	lvs_be16 type;
};

struct LVS_WIRE gre_csum {
	lvs_be16 csum;
	lvs_be16 reserved;
};

static uint32_t gre_bytes(const struct lvs_tunnel_spec *spec)
{
	return sizeof(struct gre) + (spec->csum == LVS_TUNNEL_CSUM ? (uint32_t)sizeof(struct gre_csum) : 0);
}

static uint8_t gre_put(const struct lvs_tunnel_spec *spec, const struct lvs_tunnel_ends *ends, uint8_t *at, uint32_t len)
{
	struct gre *gre = (struct gre *)at;
	struct gre_csum *csum = (struct gre_csum *)(gre + 1);

	*gre = (struct gre){ .type = ends->ip6 ? ETHERTYPE_IP6 : ETHERTYPE_IP4 };
	if (spec->csum == LVS_TUNNEL_CSUM) {
		gre->flags = CSUM_PRESENT;
		*csum = (struct gre_csum){ .reserved = 0 };
		csum->csum = lvs_csum_finish(lvs_csum_add(0, at, len));
	}
	return LVS_PROTO_GRE;
}

static int gre_peel(const struct lvs_packet *packet, size_t at, uint8_t proto, lvs_be16 port, bool *ret_ip6)
{
	const struct gre *gre = lvs_packet_at(packet, at, sizeof(*gre));
	int bytes = sizeof(*gre);

	(void)port;
	if (proto != LVS_PROTO_GRE || !gre || (gre->flags & NEVER) ||
	    (gre->type != ETHERTYPE_IP4 && gre->type != ETHERTYPE_IP6))
		return -1;
	bytes += gre->flags & CSUM_PRESENT ? 4 : 0;
	bytes += gre->flags & KEY_PRESENT ? 4 : 0;
	bytes += gre->flags & SEQUENCE_PRESENT ? 4 : 0;
	if (!lvs_packet_at(packet, at, (size_t)bytes))
		return -1;
	*ret_ip6 = gre->type == ETHERTYPE_IP6;
	return bytes;
}

const struct lvs_tunnel_ops lvs_tunnel_gre = {
	.name = "gre",
	.index = LVS_TUNNEL_INDEX_gre,
	.bytes = gre_bytes,
	.put = gre_put,
	.peel = gre_peel,
};
