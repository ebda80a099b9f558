// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of tunnel types, in the order of tunnel.def. */
#include "engine/tunnel.h"

#include <string.h>

#include "engine/wire.h"

const struct lvs_tunnel_ops *const lvs_tunnels[LVS_TUNNEL_INDEX_COUNT] = {
#define TUNNEL(name) [LVS_TUNNEL_INDEX_##name] = &lvs_tunnel_##name,
#include "engine/tunnel.def"
#undef TUNNEL
};

int lvs_tunnel_peel(const struct lvs_packet *packet, bool *ret_ip6)
{
	const struct lvs_udp *udp = lvs_packet_at(packet, packet->l4, sizeof(*udp));
	lvs_be16 port = udp ? udp->dport : 0;

	for (size_t i = 0; i < LVS_TUNNEL_INDEX_COUNT; i++) {
		int bytes = lvs_tunnels[i]->peel(packet, packet->l4, packet->proto, port, ret_ip6);

		if (bytes >= 0)
			return packet->l4 + bytes;
	}
	return -1;
}

const struct lvs_tunnel_ops *lvs_tunnel_find(const char *name)
{
	for (size_t i = 0; i < LVS_TUNNEL_INDEX_COUNT; i++)
		if (!strcmp(lvs_tunnels[i]->name, name))
			return lvs_tunnels[i];
	return NULL;
}
