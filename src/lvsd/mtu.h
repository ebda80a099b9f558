/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path MTU towards each real server, as the host's routes have it, kept for servers that come later. */
#ifndef LVS_LVSD_MTU_H
#define LVS_LVSD_MTU_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct lvs_engine;

struct lvs_mtu {
	struct lvs_addr addr;
	uint32_t mtu;
	uint32_t order;
};

/**
 * struct lvs_mtus - what is known, in any order until lvs_mtus_apply()
 * @dirty:	something was set since
 */
struct lvs_mtus {
	struct lvs_mtu *list;
	size_t n, room;
	bool dirty;
};

/* @mtus: zeroed before the first use. A lack of memory loses the value: packets then go without a check of their size. */
void lvs_mtus_set(struct lvs_mtus *mtus, const struct lvs_addr *addr, uint32_t mtu);

/* Tell the engine's servers, and forget addresses that none of them has. */
void lvs_mtus_apply(struct lvs_mtus *mtus, struct lvs_engine *engine);

void lvs_mtus_fini(struct lvs_mtus *mtus);

#endif
