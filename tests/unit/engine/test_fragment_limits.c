// SPDX-License-Identifier: GPL-2.0-or-later
/* What fragments may cost: engine/fragment.c under floods, and at each of its limits. */
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/fragment.h"
#include "engine/wire.h"
#include "tests/lib/pieces.h"

static void more_pieces_than_are_noted(void **state)
{
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 5, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	for (size_t i = 0; i < 128; i++) {
		pieces_feed(&world, &d, i * 16, i * 16 + 8 + (i == 0 ? 8 : 0), true);
		assert_int_equal(world.nout, 1);
	}
	pieces_feed(&world, &d, 128 * 16, 128 * 16 + 8, true);
	assert_int_equal(world.nout, 0);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void limits_of_those_held(void **state)
{
	struct lvs_fragment_limits limits = { .datagrams = 100, .held = 20, .per_datagram = 3, .bytes = 40960,
					      .timeout = LVS_SECONDS(2), .lifetime = LVS_SECONDS(30) };
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 0, 20000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &limits);
	for (size_t i = 1; i <= 4; i++)
		pieces_feed(&world, &d, i * 1000, (i + 1) * 1000, true);
	assert_int_equal(pieces_held(&world), 3);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 1);
	for (d.id = 1; d.id <= 20; d.id++)
		pieces_feed(&world, &d, 1000, 2000, true);
	assert_int_equal(pieces_held(&world), 20);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 4);
	/* All that are held time out at once, and their place is free again: for as many bytes. */
	world.now += LVS_SECONDS(2);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), LVS_NS_NEVER);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_TIMEOUT), 20);
	for (d.id = 1; d.id <= 5; d.id++)
		pieces_feed(&world, &d, 8000, 15600, true);
	assert_int_equal(pieces_held(&world), 5);
	pieces_feed(&world, &d, 8, 16, true);
	assert_int_equal(pieces_held(&world), 5);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 5);
	/* Two gaps of four units, one of them at the end, do not make room for five in a row. */
	d.id = 2;
	pieces_feed(&world, &d, 0, 8000, true);
	d.id = 5;
	pieces_feed(&world, &d, 0, 8000, true);
	for (d.id = 10; d.id <= 11; d.id++)
		pieces_feed(&world, &d, 8000, 8008, true);
	assert_int_equal(pieces_held(&world), 5);
	d.id = 12;
	pieces_feed(&world, &d, 8000, 17000, true);
	assert_int_equal(pieces_held(&world), 5);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 6);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

/* 10^6 later fragments whose first ones never come, from everywhere. */
static void a_flood_of_early_ones(void **state)
{
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 1, 3000);
	struct pieces good = pieces_make_client(false, LVS_PROTO_UDP, 1, 3000);
	const struct lvs_fragment_limits *limits = &lvs_fragment_limits_default;
	struct pieces_world world;
	uint32_t ngood = 0;

	(void)state;
	pieces_world_init(&world, limits);
	for (uint32_t i = 0; i < 1000000; i++) {
		d.flow.src.words[3] = LVS_BE32(0x0b000000 + i % 65521);
		d.id = i & 0xffff;
		pieces_feed(&world, &d, 1000, 1016, i & 1);
		assert_true(pieces_held(&world) <= limits->held);
		world.now += LVS_NS_PER_US;
		if (i % 1000)
			continue;
		good.id = i / 1000;
		pieces_feed(&world, &good, 0, 1480, true);
		pieces_expect(&world, 0, &good, 0, 1480, true);
		pieces_feed(&world, &good, 1480, 3000, false);
		pieces_expect(&world, 0, &good, 1480, 3000, false);
		ngood++;
	}
	assert_int_equal(lvs_engine_stats(world.engine)->forwarded, 2 * ngood);
	assert_int_equal(pieces_held(&world), limits->held);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT) + pieces_held(&world), 1000000);
	world.now += LVS_SECONDS(2);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), LVS_NS_NEVER);
	assert_int_equal(pieces_held(&world), 0);
	assert_true(pieces_conserved(&world));
	pieces_world_fini(&world);
	pieces_unmake(&d);
	pieces_unmake(&good);
}

/* First ones whose later ones never come: the table forgets the oldest. */
static void a_flood_of_first_ones(void **state)
{
	struct pieces_flow flow = pieces_stranger(true, LVS_PROTO_UDP, PIECES_CLIENT_PORT);
	const struct lvs_fragment_limits *limits = &lvs_fragment_limits_default;
	struct pieces d = pieces_make(&flow, &flow, 0, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, limits);
	for (; d.id < 3 * limits->datagrams; d.id++) {
		pieces_feed(&world, &d, 0, 1480, true);
		pieces_expect(&world, 0, &d, 0, 1480, true);
	}
	d.id = 2 * limits->datagrams;
	pieces_feed(&world, &d, 1480, 3000, false);
	pieces_expect(&world, 0, &d, 1480, 3000, false);
	d.id = 2 * limits->datagrams - 1;
	pieces_feed(&world, &d, 1480, 3000, false);
	assert_int_equal(pieces_held(&world), 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void a_table_smaller_than_the_fragments_held(void **state)
{
	struct lvs_fragment_limits limits = { .datagrams = 2, .held = 20, .per_datagram = 20, .bytes = 40960,
					      .timeout = LVS_SECONDS(2), .lifetime = LVS_SECONDS(30) };
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 0, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &limits);
	for (d.id = 0; d.id < 3; d.id++)
		pieces_feed(&world, &d, 1480, 3000, false);
	assert_int_equal(pieces_held(&world), 2);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 1);
	pieces_feed(&world, &d, 0, 1480, true);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_LIMIT), 2);
	d.id = 1;
	pieces_feed(&world, &d, 0, 1480, true);
	assert_int_equal(world.nout, 2);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void impossible_limits(void **state)
{
	struct lvs_fragment_limits limits = lvs_fragment_limits_default;
	struct lvs_fragments *fragments = (void *)&limits;
	const struct lvs_hash_key key = { 1, 2 };

	(void)state;
	limits.datagrams = 0;
	assert_int_equal(lvs_fragments_new(&limits, &key, &fragments), -EINVAL);
	limits = lvs_fragment_limits_default;
	limits.timeout = 0;
	assert_int_equal(lvs_fragments_new(&limits, &key, &fragments), -EINVAL);
	assert_ptr_equal(fragments, &limits);
	lvs_fragments_free(NULL);
	/* Holding nothing is possible. */
	limits = (struct lvs_fragment_limits){ .datagrams = 1, .timeout = 1 };
	assert_int_equal(lvs_fragments_new(&limits, &key, &fragments), 0);
	lvs_fragments_free(fragments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_pieces_than_are_noted),
		cmocka_unit_test(limits_of_those_held),
		cmocka_unit_test(a_flood_of_early_ones),
		cmocka_unit_test(a_flood_of_first_ones),
		cmocka_unit_test(a_table_smaller_than_the_fragments_held),
		cmocka_unit_test(impossible_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
