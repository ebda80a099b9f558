// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prefixes are nested or disjoint, so they cut the addresses into ranges, each with the value of the innermost prefix
 * around it. A map is the sorted array of the addresses where ranges begin, and above it a few coarser ones: every eighth
 * element of one level makes the next, up to a level of at most eight. A search goes from the coarsest to the finest, eight
 * neighbours at a time, which are two cache lines; a million ranges make seven steps, the first of which are among so few
 * keys that those stay in the cache. It is the same for both families, and there is no worst case.
 */
#include "base/prefix_map.h"

#include <errno.h>
#include <stdlib.h>

#define FAN 8
#define LEVELS_MAX 12
/* Of each length a weak one and another, and the root of IPv4. */
#define NESTED_MAX (2 * (LVS_PREFIX_HOST + 1) + 1)

/* An address as a number. */
struct key {
	uint64_t high, low;
};
static_assert(sizeof(struct key) * FAN == 128, "a step of a search is two cache lines");

/**
 * struct lvs_prefix_map - ranges
 * @n:		how many
 * @counts:	how many keys each level has
 * @keys:	of each level, from the finest on: where ranges begin; room for whole groups of FAN
 * @values:	of ranges
 */
struct lvs_prefix_map {
	uint32_t n;
	uint32_t nlevels;
	uint32_t counts[LEVELS_MAX];
	struct key *keys[LEVELS_MAX];
	uint32_t *values;
};

/* One prefix around the place that making has come to. */
struct nest {
	struct key last;
	uint32_t value;
	bool weak;
};

struct maker {
	struct lvs_prefix_map *map;
	struct nest nests[NESTED_MAX];
	uint32_t depth;
};

static const struct lvs_prefix_entry root4 = {
	.addr = { .words = { 0, 0, LVS_ADDR_MAPPED, 0 } }, .bits = LVS_PREFIX_IP4, .weak = true,
};

static struct key key_of(const struct lvs_addr *addr)
{
	return (struct key){ (uint64_t)lvs_host32(addr->words[0]) << 32 | lvs_host32(addr->words[1]),
			     (uint64_t)lvs_host32(addr->words[2]) << 32 | lvs_host32(addr->words[3]) };
}

/* The @bits first bits are 0, the others 1. */
static struct key behind(uint8_t bits)
{
	return (struct key){ bits >= 64 ? 0 : UINT64_MAX >> bits,
			     bits <= 64 ? UINT64_MAX : bits == LVS_PREFIX_HOST ? 0 : UINT64_MAX >> (bits - 64) };
}

static bool not_after(struct key a, struct key b)
{
	return (a.high < b.high) | ((a.high == b.high) & (a.low <= b.low));
}

static bool same(struct key a, struct key b)
{
	return a.high == b.high && a.low == b.low;
}

int lvs_prefix_entry_order(const struct lvs_prefix_entry *a, const struct lvs_prefix_entry *b)
{
	int order = memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));

	if (!order)
		order = (int)a->bits - (int)b->bits;
	return order ? order : (int)b->weak - (int)a->weak;
}

static int compare(const void *a, const void *b)
{
	return lvs_prefix_entry_order(a, b);
}

void lvs_prefix_entries_sort(struct lvs_prefix_entry *entries, size_t n)
{
	if (n)
		qsort(entries, n, sizeof(*entries), compare);
}

/* From @at on it is @value; ranges come in ascending order, and of two at one place the later one counts. */
static void put(struct lvs_prefix_map *map, struct key at, uint32_t value)
{
	if (map->n && same(map->keys[0][map->n - 1], at))
		map->n--;
	if (map->n && map->values[map->n - 1] == value)
		return;
	map->keys[0][map->n] = at;
	map->values[map->n++] = value;
}

/* The innermost prefix ends; what is around it goes on. */
static void leave(struct maker *maker)
{
	const struct nest *nest = &maker->nests[--maker->depth];
	struct key next = { nest->last.high + (nest->last.low == UINT64_MAX), nest->last.low + 1 };

	if (next.high || next.low)	/* else it ends where addresses do */
		put(maker->map, next, maker->depth ? maker->nests[maker->depth - 1].value : 0);
}

static void enter(struct maker *maker, const struct lvs_prefix_entry *entry)
{
	struct key first = key_of(&entry->addr), rest = behind(entry->bits);
	struct nest nest = { .last = { first.high | rest.high, first.low | rest.low },
			     .value = entry->value, .weak = entry->weak };

	while (maker->depth && !not_after(first, maker->nests[maker->depth - 1].last))
		leave(maker);
	if (entry != &root4 && entry->weak && maker->depth && !maker->nests[maker->depth - 1].weak) {
		nest.value = maker->nests[maker->depth - 1].value;
		nest.weak = false;
	}
	maker->nests[maker->depth++] = nest;
	put(maker->map, first, nest.value);
}

static uint32_t whole(uint32_t n)
{
	return (n + FAN - 1) / FAN * FAN;
}

/* The end of the last group; only the very last address is not before it. */
static void fill(struct key *keys, uint32_t n)
{
	for (uint32_t i = n; i < whole(n); i++)
		keys[i] = (struct key){ UINT64_MAX, UINT64_MAX };
}

/* Return: 0 or -ENOMEM */
static int stack_levels(struct lvs_prefix_map *map)
{
	uint32_t n = map->n;

	fill(map->keys[0], n);
	map->counts[0] = n;
	for (map->nlevels = 1; n > FAN; map->nlevels++) {
		const struct key *below = map->keys[map->nlevels - 1];
		uint32_t m = whole(n) / FAN;
		struct key *keys = aligned_alloc(64, whole(m) * sizeof(*keys));

		if (!keys)
			return -ENOMEM;
		for (uint32_t i = 0; i < m; i++)
			keys[i] = below[(size_t)i * FAN];
		fill(keys, m);
		map->keys[map->nlevels] = keys;
		map->counts[map->nlevels] = m;
		n = m;
	}
	return 0;
}

int lvs_prefix_map_new(const struct lvs_prefix_entry *entries, size_t n, struct lvs_prefix_map **ret_map)
{
	struct maker maker = { .depth = 0 };
	struct lvs_prefix_map *map = calloc(1, sizeof(*map));
	uint32_t room;
	size_t i = 0;

	if (!map)
		return -ENOMEM;
	assert(n <= UINT32_MAX / 4);
	room = whole((uint32_t)(2 * n + 3));
	map->keys[0] = aligned_alloc(64, room * sizeof(struct key));
	map->values = malloc(room * sizeof(*map->values));
	if (!map->keys[0] || !map->values)
		goto fail;
	maker.map = map;
	put(map, (struct key){ 0, 0 }, 0);
	for (; i < n && lvs_prefix_entry_order(&entries[i], &root4) < 0; i++)
		enter(&maker, &entries[i]);
	enter(&maker, &root4);
	for (; i < n; i++)
		enter(&maker, &entries[i]);
	while (maker.depth)
		leave(&maker);
	if (stack_levels(map))
		goto fail;
	*ret_map = map;
	return 0;
fail:
	lvs_prefix_map_free(map);
	return -ENOMEM;
}

void lvs_prefix_map_free(struct lvs_prefix_map *map)
{
	if (!map)
		return;
	for (uint32_t level = 0; level < LEVELS_MAX; level++)
		free(map->keys[level]);
	free(map->values);
	free(map);
}

uint32_t lvs_prefix_map_find(const struct lvs_prefix_map *map, const struct lvs_addr *addr)
{
	struct key key = key_of(addr);
	uint32_t at = 0;

	for (uint32_t level = map->nlevels; level-- > 0;) {
		const struct key *keys = map->keys[level] + (size_t)at * FAN;
		uint32_t before = 0;

		for (uint32_t i = 0; i < FAN; i++)
			before += not_after(keys[i], key);
		/* The first one is where the range above begins. */
		at = LVS_MIN(at * FAN + before, map->counts[level]) - 1;
	}
	return map->values[at];
}

bool lvs_prefix_map_equal(const struct lvs_prefix_map *a, const struct lvs_prefix_map *b)
{
	return a->n == b->n && !memcmp(a->keys[0], b->keys[0], a->n * sizeof(*a->keys[0])) &&
	       !memcmp(a->values, b->values, a->n * sizeof(*a->values));
}
