/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tunnel axis: one file in engine/tunnel/ and one row in tunnel.def per type. A type knows the header between the
 * outer IP header and the packet inside; forward/tunnel.c puts both on, lvs-decap takes both off.
 */
#ifndef LVS_ENGINE_TUNNEL_H
#define LVS_ENGINE_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "engine/packet.h"

enum lvs_tunnel_index {
#define TUNNEL(name) LVS_TUNNEL_INDEX_##name,
#include "engine/tunnel.def"
#undef TUNNEL
	LVS_TUNNEL_INDEX_COUNT
};

/* What protects the tunnel's own header. */
enum lvs_tunnel_csum {
	LVS_TUNNEL_NOCSUM,
	LVS_TUNNEL_CSUM,
	LVS_TUNNEL_REMCSUM,	/* GUE: the far end may finish the inner checksum. Ours are finished, so as NOCSUM */
};

/**
 * struct lvs_tunnel_spec - what an operator says of a tunnel
 * @port:	gue: UDP port of the far end
 */
struct lvs_tunnel_spec {
	uint8_t type;
	uint8_t csum;
	lvs_be16 port;
};

/**
 * struct lvs_tunnel_ends - what a header is made of beside the spec
 * @src, @dst:	of the outer IP header, of one family
 * @flow:	hash of the inner flow, for what spreads flows over paths
 * @ip6:	family of the packet inside
 */
struct lvs_tunnel_ends {
	struct lvs_addr src, dst;
	uint64_t flow;
	bool ip6;
};

/**
 * struct lvs_tunnel_ops - a tunnel type
 * @bytes:	of its header
 * @put:	write it to @at, in front of the inner packet; @len: its bytes and those of the inner packet. Return: the
 *		protocol number for the outer IP header
 * @peel:	what is at @at, behind an outer header that says @proto: is it a header of this type? @port: where GUE is
 *		listened for. Says nothing of checksums. Return: its bytes, and @ret_ip6 is the family inside; -1: it is not,
 *		or it is cut
 */
struct lvs_tunnel_ops {
	const char *name;
	uint8_t index;
	uint32_t (*bytes)(const struct lvs_tunnel_spec *spec);
	uint8_t (*put)(const struct lvs_tunnel_spec *spec, const struct lvs_tunnel_ends *ends, uint8_t *at, uint32_t len);
	int (*peel)(const struct lvs_packet *packet, size_t at, uint8_t proto, lvs_be16 port, bool *ret_ip6);
};

#define TUNNEL(name) extern const struct lvs_tunnel_ops lvs_tunnel_##name;
#include "engine/tunnel.def"
#undef TUNNEL

extern const struct lvs_tunnel_ops *const lvs_tunnels[LVS_TUNNEL_INDEX_COUNT];

/**
 * lvs_tunnel_peel() - where the packet inside begins, of any type of tunnel and whatever port GUE is listened for
 * @packet:	parsed, and not a later fragment
 * @ret_ip6:	family inside
 *
 * Return: its offset in @packet, or -1: there is none
 */
int lvs_tunnel_peel(const struct lvs_packet *packet, bool *ret_ip6);

/* Return: NULL if there is none of that name */
const struct lvs_tunnel_ops *lvs_tunnel_find(const char *name);

#endif
