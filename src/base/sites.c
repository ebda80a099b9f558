// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists that are equal stand in @orders once, so there are few of them, and they stay in the cache. */
#include "base/sites.h"

#include <stdlib.h>

#include "base/prefix_map.h"

struct lvs_sites *lvs_sites_ref(struct lvs_sites *sites)
{
	if (sites)
		__atomic_fetch_add(&sites->others, 1, __ATOMIC_RELAXED);
	return sites;
}

void lvs_sites_free(struct lvs_sites *sites)
{
	if (!sites || __atomic_fetch_sub(&sites->others, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	lvs_prefix_map_free(sites->map);
	free(sites->orders);
	free(sites);
}

uint8_t lvs_sites_find(const struct lvs_sites *sites, const char *name)
{
	for (uint32_t i = 0; sites && i < sites->n; i++)
		if (!strcmp(sites->names[i], name))
			return (uint8_t)(i + 1);
	return 0;
}

const uint8_t *lvs_sites_order(const struct lvs_sites *sites, const struct lvs_addr *client)
{
	static const uint8_t none = 0;

	if (!sites)
		return &none;
	return sites->orders + (sites->map ? lvs_prefix_map_find(sites->map, client) : 0);
}

bool lvs_sites_equal(const struct lvs_sites *a, const struct lvs_sites *b)
{
	if (!a || !b || a == b)
		return a == b;
	if (a->n != b->n || a->orders_len != b->orders_len || !a->map != !b->map)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(a->names[i], b->names[i]) != 0)
			return false;
	return !memcmp(a->orders, b->orders, a->orders_len) && (!a->map || lvs_prefix_map_equal(a->map, b->map));
}
