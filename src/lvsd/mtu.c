// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values are appended as they are reported and sorted when they are applied, the latest of an address first: ten thousand
 * servers reported one by one cost one sort, not ten thousand searches.
 */
#include "lvsd/mtu.h"

#include <stdlib.h>

#include "engine/engine.h"
#include "engine/forward.h"

void lvs_mtus_set(struct lvs_mtus *mtus, const struct lvs_addr *addr, uint32_t mtu)
{
	if (mtus->n == mtus->room) {
		size_t room = mtus->room ? 2 * mtus->room : 64;
		struct lvs_mtu *list = reallocarray(mtus->list, room, sizeof(*list));

		if (!list)
			return;
		mtus->list = list;
		mtus->room = room;
	}
	mtus->list[mtus->n] = (struct lvs_mtu){ .addr = *addr, .mtu = mtu, .order = (uint32_t)mtus->n };
	mtus->n++;
	mtus->dirty = true;
}

static int by_addr(const void *a, const void *b)
{
	const struct lvs_mtu *x = a, *y = b;

	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static int by_addr_latest_first(const void *a, const void *b)
{
	const struct lvs_mtu *x = a, *y = b;
	int order = by_addr(a, b);

	return order ? order : (x->order < y->order) - (x->order > y->order);
}

void lvs_mtus_apply(struct lvs_mtus *mtus, struct lvs_engine *engine)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	size_t n = 0;

	if (mtus->dirty)
		qsort(mtus->list, mtus->n, sizeof(*mtus->list), by_addr_latest_first);
	for (size_t i = 0; i < mtus->n; i++)
		if (!n || by_addr(&mtus->list[n - 1], &mtus->list[i]))
			mtus->list[n++] = mtus->list[i];
	for (size_t i = 0; i < n; i++)
		mtus->list[i].order = UINT32_MAX;
	for (uint32_t id = 1; n && id < rules->servers_len; id++) {
		struct lvs_mtu key, *found;

		/* The path to one that is bypassed is that to whomever clients ask. */
		if (!rules->servers[id] || rules->servers[id]->spec.forward == &lvs_forward_bypass)
			continue;
		key.addr = rules->servers[id]->spec.addr;
		found = bsearch(&key, mtus->list, n, sizeof(key), by_addr);
		if (!found)
			continue;
		found->order = 0;	/* somebody has it */
		lvs_server_set_mtu(rules->servers[id], found->mtu);
	}
	mtus->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!mtus->list[i].order)
			mtus->list[mtus->n++] = mtus->list[i];
	for (size_t i = 0; i < mtus->n; i++)
		mtus->list[i].order = (uint32_t)i;
	mtus->dirty = false;
}

void lvs_mtus_fini(struct lvs_mtus *mtus)
{
	free(mtus->list);
	*mtus = (struct lvs_mtus){ 0 };
}
