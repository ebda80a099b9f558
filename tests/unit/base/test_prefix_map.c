// SPDX-License-Identifier: GPL-2.0-or-later
/* The map against a walk over all prefixes, at the edges of each of them and at random places. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/prefix_map.h"

#define MANY 10000

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* IPv6 prefixes do not hold IPv4 addresses, and the other way round. */
static bool holds(const struct lvs_prefix_entry *prefix, const struct lvs_addr *addr)
{
	bool four = lvs_addr_is4(&prefix->addr) && prefix->bits >= 96;
	unsigned int bytes = prefix->bits / 8, bits = prefix->bits % 8;

	if (four != lvs_addr_is4(addr) || memcmp(prefix->addr.bytes, addr->bytes, bytes) != 0)
		return false;
	return !bits || (prefix->addr.bytes[bytes] ^ addr->bytes[bytes]) >> (8 - bits) == 0;
}

/* The longest that is not weak; if there is none, the longest. */
static uint32_t walk(const struct lvs_prefix_entry *prefixes, size_t n, const struct lvs_addr *addr)
{
	const struct lvs_prefix_entry *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct lvs_prefix_entry *prefix = &prefixes[i];

		if (!holds(prefix, addr))
			continue;
		if (!best || (best->weak && !prefix->weak) || (best->weak == prefix->weak && prefix->bits > best->bits))
			best = prefix;
	}
	return best ? best->value : 0;
}

static struct lvs_addr plus(struct lvs_addr addr, int step)
{
	for (int i = 15; i >= 0; i--) {
		addr.bytes[i] = (uint8_t)(addr.bytes[i] + step);
		if (addr.bytes[i] != (step > 0 ? 0 : 0xff))
			break;
	}
	return addr;
}

static struct lvs_addr last_of(const struct lvs_prefix_entry *prefix)
{
	struct lvs_addr addr = prefix->addr;

	for (unsigned int bit = prefix->bits; bit < 128; bit++)
		addr.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return addr;
}

static struct lvs_addr random_addr(uint64_t *seed)
{
	struct lvs_addr addr;

	if (next_random(seed) % 2)
		return lvs_addr_from4(LVS_BE32(next_random(seed)));
	/* Most of them in a corner, so that prefixes nest. */
	addr.words[0] = LVS_BE32(next_random(seed) % 4 ? 0x20010db8 : next_random(seed));
	addr.words[1] = LVS_BE32(next_random(seed) & (next_random(seed) % 2 ? 0xf0000 : 0xffffffff));
	addr.words[2] = LVS_BE32(next_random(seed) & (next_random(seed) % 2 ? 0x3 : 0xffffffff));
	addr.words[3] = LVS_BE32(next_random(seed));
	return addr;
}

static struct lvs_addr masked(struct lvs_addr addr, uint8_t bits)
{
	struct lvs_addr mask = lvs_prefix_mask(bits);

	return lvs_addr_masked(&addr, &mask);
}

static size_t without_equals(struct lvs_prefix_entry *prefixes, size_t n)
{
	size_t kept = 0;

	lvs_prefix_entries_sort(prefixes, n);
	for (size_t i = 0; i < n; i++)
		if (!kept || lvs_prefix_entry_order(&prefixes[kept - 1], &prefixes[i]) != 0)
			prefixes[kept++] = prefixes[i];
	return kept;
}

static struct lvs_prefix_entry random_prefix(uint64_t *seed)
{
	struct lvs_prefix_entry prefix = { .value = (uint32_t)(next_random(seed) % 5), .weak = next_random(seed) % 2 };
	struct lvs_addr addr = random_addr(seed);
	unsigned int least = lvs_addr_is4(&addr) ? 96 : 0;

	prefix.bits = (uint8_t)(least + next_random(seed) % (129 - least));
	prefix.addr = masked(addr, prefix.bits);
	return prefix;
}

static void check(const struct lvs_prefix_map *map, const struct lvs_prefix_entry *prefixes, size_t n, struct lvs_addr addr)
{
	assert_int_equal(lvs_prefix_map_find(map, &addr), walk(prefixes, n, &addr));
}

static void agree(struct lvs_prefix_entry *prefixes, size_t n, uint64_t *seed, unsigned int probes)
{
	struct lvs_prefix_map *map = NULL;

	n = without_equals(prefixes, n);
	assert_int_equal(lvs_prefix_map_new(prefixes, n, &map), 0);
	for (size_t i = 0; i < n && i < probes; i++) {
		const struct lvs_prefix_entry *prefix = &prefixes[n > probes ? next_random(seed) % n : i];
		struct lvs_addr last = last_of(prefix);

		check(map, prefixes, n, prefix->addr);
		check(map, prefixes, n, last);
		check(map, prefixes, n, plus(prefix->addr, -1));
		check(map, prefixes, n, plus(last, 1));
	}
	for (unsigned int i = 0; i < probes; i++)
		check(map, prefixes, n, random_addr(seed));
	check(map, prefixes, n, test_addr("::"));
	check(map, prefixes, n, test_addr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	lvs_prefix_map_free(map);
}

static void finds_what_a_walk_finds(void **state)
{
	struct lvs_prefix_entry *prefixes = calloc(MANY, sizeof(*prefixes));
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		prefixes[i] = random_prefix(&seed);
	agree(prefixes, MANY, &seed, 2000);
	free(prefixes);
}

/* Every number of ranges around whole groups and levels. */
static void of_any_size(void **state)
{
	struct lvs_prefix_entry prefixes[80];
	uint64_t seed = 12345;

	(void)state;
	for (size_t n = 0; n <= ARRAY_LEN(prefixes); n++) {
		for (size_t i = 0; i < n; i++)
			prefixes[i] = random_prefix(&seed);
		agree(prefixes, n, &seed, 100);
	}
}

/* All 129 lengths of one address, weak and not, which is as deep as prefixes nest. */
static void as_deep_as_can_be(void **state)
{
	struct lvs_prefix_entry prefixes[2 * 129];
	uint64_t seed = 99;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct lvs_addr addr = test_addr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");

		prefixes[i] = (struct lvs_prefix_entry){ .bits = (uint8_t)(i / 2), .value = 1 + i, .weak = i % 2 == 0 };
		prefixes[i].addr = masked(addr, prefixes[i].bits);
	}
	agree(prefixes, ARRAY_LEN(prefixes), &seed, ARRAY_LEN(prefixes));
}

static void equal_is_what_finds_the_same(void **state)
{
	struct lvs_prefix_entry halves[] = { { .addr = test_addr("192.0.2.0"), .bits = 96 + 25, .value = 3 },
				       { .addr = test_addr("192.0.2.128"), .bits = 96 + 25, .value = 3 } };
	struct lvs_prefix_entry whole = { .addr = test_addr("192.0.2.0"), .bits = 96 + 24, .value = 3 };
	struct lvs_prefix_map *a = NULL, *b = NULL, *c = NULL, *none = NULL;

	(void)state;
	assert_int_equal(lvs_prefix_map_new(halves, 2, &a), 0);
	assert_int_equal(lvs_prefix_map_new(&whole, 1, &b), 0);
	whole.value = 4;
	assert_int_equal(lvs_prefix_map_new(&whole, 1, &c), 0);
	assert_true(lvs_prefix_map_equal(a, b));
	assert_false(lvs_prefix_map_equal(a, c));
	assert_int_equal(lvs_prefix_map_new(NULL, 0, &none), 0);
	assert_false(lvs_prefix_map_equal(none, a));
	lvs_prefix_map_free(none);
	lvs_prefix_map_free(a);
	lvs_prefix_map_free(b);
	lvs_prefix_map_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_a_walk_finds),
		cmocka_unit_test(of_any_size),
		cmocka_unit_test(as_deep_as_can_be),
		cmocka_unit_test(equal_is_what_finds_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
