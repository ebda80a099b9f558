/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Longest-prefix match over both families: from an address to the number that the longest of its prefixes has. */
#ifndef LVS_BASE_PREFIX_MAP_H
#define LVS_BASE_PREFIX_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct lvs_prefix_map;

/**
 * struct lvs_prefix_entry - a prefix, as struct lvs_prefix has it, and what it stands for
 * @value:	what lvs_prefix_map_find() returns
 * @tag:	the maker's own
 * @weak:	gives way to one that is not, even where that is shorter
 */
struct lvs_prefix_entry {
	struct lvs_addr addr;
	uint32_t value;
	uint32_t tag;
	uint8_t bits;
	bool weak;
};

/* By address, then the shorter one, then the weak one: 0 for equals of one strength. */
int lvs_prefix_entry_order(const struct lvs_prefix_entry *a, const struct lvs_prefix_entry *b);

/* In the order of the above. Memory comes and goes. */
void lvs_prefix_entries_sort(struct lvs_prefix_entry *entries, size_t n);

/**
 * lvs_prefix_map_new() - make a map
 * @entries:	sorted, without equals
 *
 * It is of at most 2 n + 3 ranges, of 23 bytes each. An IPv6 prefix does not hold IPv4 addresses.
 *
 * Return: 0 or -ENOMEM
 */
int lvs_prefix_map_new(const struct lvs_prefix_entry *entries, size_t n, struct lvs_prefix_map **ret_map);

/* @map: may be NULL */
void lvs_prefix_map_free(struct lvs_prefix_map *map);

/* Return: the value of the longest prefix of @addr, 0 if it has none */
uint32_t lvs_prefix_map_find(const struct lvs_prefix_map *map, const struct lvs_addr *addr);

/* Do both find the same for every address? */
bool lvs_prefix_map_equal(const struct lvs_prefix_map *a, const struct lvs_prefix_map *b);

#endif
