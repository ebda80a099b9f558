/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path towards each real server, as the host's routes have it, kept for servers that come later. */
#ifndef LVS_LVSD_PATH_H
#define LVS_LVSD_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct lvs_engine;

/**
 * struct lvs_path - what is known of the way to a server
 * @mtu, @source: as in struct lvs_net_callbacks
 * @there:	it is one; else it is a place that is free
 * @used:	some server has it
 */
struct lvs_path {
	struct lvs_addr addr;
	uint32_t mtu;
	struct lvs_addr source;
	bool there, used;
};

/**
 * struct lvs_paths - what is known, by address
 * @list:	@n of @room places, a power of two
 * @dirty:	something was set since lvs_paths_apply()
 */
struct lvs_paths {
	struct lvs_path *list;
	size_t n, room;
	bool dirty;
};

/* @paths: zeroed before the first use. A lack of memory loses the value: packets then go without a check of their size. */
void lvs_paths_set(struct lvs_paths *paths, const struct lvs_addr *addr, uint32_t mtu, const struct lvs_addr *source);

/* Tell the engine's servers, and forget addresses that none of them has. */
void lvs_paths_apply(struct lvs_paths *paths, struct lvs_engine *engine);

void lvs_paths_fini(struct lvs_paths *paths);

#endif
