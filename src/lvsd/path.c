// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values are appended as they are reported and sorted when they are applied, the latest of an address first: ten thousand
 * servers reported one by one cost one sort, not ten thousand searches.
 */
#include "lvsd/path.h"

#include <stdlib.h>

#include "engine/engine.h"
#include "engine/forward.h"

void lvs_paths_set(struct lvs_paths *paths, const struct lvs_addr *addr, uint32_t mtu, const struct lvs_addr *source)
{
	if (paths->n == paths->room) {
		size_t room = paths->room ? 2 * paths->room : 64;
		struct lvs_path *list = reallocarray(paths->list, room, sizeof(*list));

		if (!list)
			return;
		paths->list = list;
		paths->room = room;
	}
	paths->list[paths->n] = (struct lvs_path){ .addr = *addr, .mtu = mtu, .source = *source,
						  .order = (uint32_t)paths->n };
	paths->n++;
	paths->dirty = true;
}

static int by_addr(const void *a, const void *b)
{
	const struct lvs_path *x = a, *y = b;

	return memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

static int by_addr_latest_first(const void *a, const void *b)
{
	const struct lvs_path *x = a, *y = b;
	int order = by_addr(a, b);

	return order ? order : (x->order < y->order) - (x->order > y->order);
}

void lvs_paths_apply(struct lvs_paths *paths, struct lvs_engine *engine)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	size_t n = 0;

	if (paths->dirty)
		qsort(paths->list, paths->n, sizeof(*paths->list), by_addr_latest_first);
	for (size_t i = 0; i < paths->n; i++)
		if (!n || by_addr(&paths->list[n - 1], &paths->list[i]))
			paths->list[n++] = paths->list[i];
	for (size_t i = 0; i < n; i++)
		paths->list[i].order = UINT32_MAX;
	for (uint32_t id = 1; n && id < rules->servers_len; id++) {
		struct lvs_path key = { .order = 0 }, *found;

		/* The path to one that is bypassed is that to whomever clients ask. */
		if (!rules->servers[id] || rules->servers[id]->spec.forward == &lvs_forward_bypass)
			continue;
		key.addr = rules->servers[id]->spec.addr;
		found = bsearch(&key, paths->list, n, sizeof(key), by_addr);
		if (!found)
			continue;
		found->order = 0;	/* somebody has it */
		lvs_server_set_mtu(rules->servers[id], found->mtu);
		rules->servers[id]->source = found->source;
	}
	paths->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!paths->list[i].order)
			paths->list[paths->n++] = paths->list[i];
	for (size_t i = 0; i < paths->n; i++)
		paths->list[i].order = (uint32_t)i;
	paths->dirty = false;
}

void lvs_paths_fini(struct lvs_paths *paths)
{
	free(paths->list);
	*paths = (struct lvs_paths){ 0 };
}
