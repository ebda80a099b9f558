// SPDX-License-Identifier: GPL-2.0-or-later
/* What holds for every scheduler, whatever happens to its servers. */
#include "tests/lib/test.h"

#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/service.h"

#define SERVERS 140
#define STEPS 30000

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

struct world {
	struct lvs_rules rules;
	struct lvs_service *service;
	uint64_t seed;
	lvs_ns now;
};

static uint32_t below(struct world *world, uint32_t bound)
{
	return (uint32_t)(next_random(&world->seed) % bound);
}

static struct lvs_server_spec server_spec(struct world *world, uint32_t number)
{
	static const uint32_t weights[] = { 0, 1, 1, 2, 3, 100, LVS_WEIGHT_MAX };
	uint32_t upper = below(world, 2) ? below(world, 12) : 0;

	return (struct lvs_server_spec){ .addr = lvs_addr_from4(LVS_BE32(0x0a020000u + number)), .port = LVS_BE16(80),
					 .weight = weights[below(world, ARRAY_LEN(weights))], .upper = upper,
					 .lower = below(world, upper + 1), .forward = lvs_forwards[0] };
}

/* How many servers there are swings between none and all, so that every size is passed many times. */
static void change_rules(struct world *world, unsigned int step)
{
	uint32_t wanted = (step / 500) % 2 ? below(world, 4) : SERVERS - below(world, 4);
	struct lvs_server_spec spec = server_spec(world, below(world, SERVERS));
	struct lvs_server *server = lvs_server_find(world->service, &spec.addr, spec.port);
	struct lvs_service_spec service = world->service->spec;

	if (below(world, 50) == 0) {
		service.sched_flags = (uint8_t)below(world, 8);
		service.mh_slots = below(world, 2) ? 251 : 509;
		service.mh_as_added = below(world, 2);
		assert_int_equal(lvs_service_edit(&world->rules, world->service, &service), 0);
	}
	if (server && (below(world, 2) || world->service->nservers > wanted))
		lvs_server_remove(&world->rules, server, world->now);
	else if (server)
		assert_int_equal(lvs_server_edit(&world->rules, server, &spec), 0);
	else if (world->service->nservers < wanted)
		assert_int_equal(lvs_server_add(&world->rules, world->service, &spec, &server), 0);
	if (below(world, 20) == 0)
		lvs_rules_expire(&world->rules, world->now);
}

/* Connections of any server, of a removed one too. */
static void change_load(struct world *world)
{
	struct lvs_server *server = lvs_server_at(&world->rules, 1 + below(world, world->rules.servers_len - 1));

	if (!server)
		return;
	switch (below(world, 4)) {
	case 0:
		if (server->inactive)
			lvs_server_set_active(server, true);
		break;
	case 1:
		if (server->active)
			lvs_server_set_active(server, false);
		break;
	case 2:
		if (server->inactive)
			lvs_server_unbind(server, false);
		break;
	case 3:
		if (server->active)
			lvs_server_unbind(server, true);
		break;
	}
}

static void connect_one(struct world *world, const char *name)
{
	const struct lvs_tuple tuple = { .src = lvs_addr_from4(LVS_BE32(0x0a010000u + below(world, 5000))),
					 .dst = lvs_addr_from4(LVS_BE32(0x0a090000u + below(world, 50))),
					 .sport = LVS_BE16(below(world, 65536)), .proto = 6 };
	struct lvs_server *server, *peeked, *again;

	assert_int_equal(lvs_sched_peek(world->service, &tuple, world->now, &peeked), 0);
	assert_int_equal(lvs_sched_peek(world->service, &tuple, world->now, &again), 0);
	assert_ptr_equal(peeked, again);
	server = world->service->spec.sched->pick(world->service, &tuple, world->now);
	if (server != peeked)
		fail_msg("%s chose another server than it said", name);
	if (!server)
		return;
	if (server->service != world->service || world->service->servers[server->pos] != server)
		fail_msg("%s chose a server that is not there", name);
	if (!lvs_server_usable(server))
		fail_msg("%s chose a server that may not be chosen", name);
	lvs_server_bind(server);
}

static void only_servers_that_are_there_and_usable_are_chosen(void **state)
{
	(void)state;
	for (size_t i = 0; lvs_scheds[i]; i++) {
		struct world world = { .seed = 88172645463325252ULL + i, .now = LVS_SECONDS(1000) };
		const struct lvs_service_spec spec = {
			.key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = 6 },
			.sched = lvs_scheds[i],
			.mh_slots = 251,
		};

		assert_int_equal(lvs_rules_init(&world.rules, &(struct lvs_hash_key){ 1, 2 }), 0);
		assert_int_equal(lvs_service_add(&world.rules, &spec, &world.service), 0);
		for (unsigned int step = 0; step < STEPS; step++) {
			world.now += LVS_SECONDS(below(&world, 200));
			if (below(&world, 2))
				change_rules(&world, step);
			for (uint32_t n = below(&world, 8); n > 0; n--)
				change_load(&world);
			connect_one(&world, lvs_scheds[i]->name);
		}
		lvs_rules_fini(&world.rules);
	}
}

/* But for those whose tables name one server, who may be drained, and ovf, who may have flown over everywhere. */
static void somebody_usable_is_found(void **state)
{
	static const char *const names[] = { "rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "twos", "lblc", "lblcr" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct world world = { .seed = 362436069 + i };
		const struct lvs_service_spec spec = {
			.key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = 6 },
			.sched = lvs_sched_find(names[i]),
		};
		const struct lvs_tuple tuple = { .dst = test_addr("192.0.2.1"), .proto = 6 };

		assert_int_equal(lvs_rules_init(&world.rules, &(struct lvs_hash_key){ 1, 2 }), 0);
		assert_int_equal(lvs_service_add(&world.rules, &spec, &world.service), 0);
		for (uint32_t n = 0; n < 33; n++) {
			struct lvs_server_spec server = server_spec(&world, n);
			struct lvs_server *added;

			server.weight = 1;
			assert_int_equal(lvs_server_add(&world.rules, world.service, &server, &added), 0);
		}
		for (unsigned int step = 0; step < 3000; step++) {
			uint32_t only = below(&world, 33);

			for (uint32_t n = 0; n < 33; n++) {
				world.service->servers[n]->overload = n != only;
				lvs_server_changed(world.service->servers[n]);
			}
			assert_ptr_equal(world.service->spec.sched->pick(world.service, &tuple, world.now),
					 world.service->servers[only]);
		}
		lvs_rules_fini(&world.rules);
	}
}

static void names_find_their_rows(void **state)
{
	(void)state;
	for (size_t i = 0; lvs_scheds[i]; i++)
		assert_ptr_equal(lvs_sched_find(lvs_scheds[i]->name), lvs_scheds[i]);
	assert_null(lvs_sched_find("RR"));
	assert_null(lvs_sched_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_servers_that_are_there_and_usable_are_chosen),
		cmocka_unit_test(somebody_usable_is_found),
		cmocka_unit_test(names_find_their_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
