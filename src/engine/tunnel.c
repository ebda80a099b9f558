// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of tunnel types, in the order of tunnel.def. */
#include "engine/tunnel.h"

#include <string.h>

const struct lvs_tunnel_ops *const lvs_tunnels[LVS_TUNNEL_INDEX_COUNT] = {
#define TUNNEL(name) [LVS_TUNNEL_INDEX_##name] = &lvs_tunnel_##name,
#include "engine/tunnel.def"
#undef TUNNEL
};

const struct lvs_tunnel_ops *lvs_tunnel_find(const char *name)
{
	for (size_t i = 0; i < LVS_TUNNEL_INDEX_COUNT; i++)
		if (!strcmp(lvs_tunnels[i]->name, name))
			return lvs_tunnels[i];
	return NULL;
}
