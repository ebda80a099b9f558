// SPDX-License-Identifier: GPL-2.0-or-later
/* The tournament against a walk along the list, while loads, weights and servers change at random. */
#include "tests/lib/test.h"

#include "engine/forward.h"
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

#define SERVERS 70
#define STEPS 20000

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* The first of the list that no other one beats: what IPVS does. */
static struct lvs_server *walk(const struct lvs_service *service)
{
	struct lvs_server *best = NULL;

	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		if (server->spec.weight == 0 || server->overload)
			continue;
		if (!best || lvs_server_overhead(server) * best->spec.weight <
				     lvs_server_overhead(best) * server->spec.weight)
			best = server;
	}
	return best;
}

struct world {
	struct lvs_rules rules;
	struct lvs_service *service;
	struct lvs_server *servers[SERVERS];
	uint64_t seed;
};

static struct lvs_server_spec spec(struct world *world, unsigned int n)
{
	struct lvs_server_spec spec = {
		.addr = test_addr("10.0.0.0"), .port = LVS_BE16(80), .forward = lvs_forward_find("masq"),
		.weight = (uint32_t)(next_random(&world->seed) % 4),
		.upper = (uint32_t)(next_random(&world->seed) % 8),
	};

	spec.addr.bytes[15] = (uint8_t)n;
	return spec;
}

static void come_or_go(struct world *world, unsigned int n)
{
	struct lvs_server_spec next = spec(world, n);
	struct lvs_server *server = world->servers[n];

	if (!server || !server->service)
		assert_int_equal(lvs_server_add(&world->rules, world->service, &next, &world->servers[n]), 0);
	else if (next_random(&world->seed) % 2)
		lvs_server_remove(&world->rules, server, 0);
	else
		assert_int_equal(lvs_server_edit(&world->rules, server, &next), 0);
}

static void change_load(struct world *world, struct lvs_server *server)
{
	if (!server)
		return;
	switch (next_random(&world->seed) % 4) {
	case 0:
		lvs_server_bind(server);
		break;
	case 1:
		if (server->inactive)
			lvs_server_set_active(server, true);
		break;
	case 2:
		if (server->active)
			lvs_server_set_active(server, false);
		break;
	case 3:
		if (server->inactive)
			lvs_server_unbind(server, false);
		break;
	}
}

/* @changes: loads changed between two choices; many of them have the tournament played anew */
static void play(unsigned int nservers, unsigned int changes)
{
	struct world world = { .seed = 88172645463325252ULL + nservers };
	const struct lvs_service_spec service = {
		.key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = 6 },
		.sched = lvs_sched_find("wlc"),
	};
	const struct lvs_tuple tuple = { .sport = 0 };

	assert_int_equal(lvs_rules_init(&world.rules, &(struct lvs_hash_key){ 1, 2 }), 0);
	assert_int_equal(lvs_service_add(&world.rules, &service, &world.service), 0);
	for (unsigned int i = 0; i < STEPS; i++) {
		struct lvs_server *expect;

		if (next_random(&world.seed) % 64 == 0)
			come_or_go(&world, (unsigned int)(next_random(&world.seed) % nservers));
		for (unsigned int k = 0; k < changes; k++)
			change_load(&world, world.servers[next_random(&world.seed) % nservers]);
		expect = walk(world.service);
		if (world.service->spec.sched->pick(world.service, &tuple, 0) != expect)
			fail_msg("%u servers, %u changes: step %u", nservers, changes, i);
	}
	lvs_rules_fini(&world.rules);
}

static void chooses_whom_a_walk_along_the_list_chooses(void **state)
{
	(void)state;
	for (unsigned int changes = 1; changes <= 64; changes *= 4) {
		play(1, changes);
		play(2, changes);
		play(3, changes);
		play(16, changes);
		play(SERVERS, changes);
	}
}

/* Products of the greatest loads and weights, and of what is out, neither wrap nor meet. */
static void keys_are_ordered(void **state)
{
	const uint64_t most = 257ULL * UINT32_MAX;
	const lvs_rank_key worst = lvs_rank_key_of(most, 1), heavy = lvs_rank_key_of(most, LVS_WEIGHT_MAX);

	(void)state;
	assert_true(most < 1ULL << 41);
	assert_int_equal(worst >> 16, most);
	assert_int_equal((uint16_t)heavy, LVS_WEIGHT_MAX);
	assert_true((worst >> 16) * (uint16_t)LVS_RANK_OUT < (LVS_RANK_OUT >> 16) * (uint16_t)worst);
	assert_true((heavy >> 16) * (uint16_t)LVS_RANK_OUT < (LVS_RANK_OUT >> 16) * (uint16_t)heavy);
	assert_true((LVS_RANK_OUT >> 16) <= UINT64_MAX / LVS_WEIGHT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_whom_a_walk_along_the_list_chooses),
		cmocka_unit_test(keys_are_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
