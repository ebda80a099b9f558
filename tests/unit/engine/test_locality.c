// SPDX-License-Identifier: GPL-2.0-or-later
/* How many destinations are noted, when they are forgotten, and that no server goes away while it is noted. */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/forward.h"
#include "engine/locality.h"
#include "engine/sched.h"
#include "engine/service.h"

#define DAY LVS_SECONDS(86400)

struct world {
	struct lvs_rules rules;
	struct lvs_service *service;
	struct lvs_locality *locality;
	lvs_ns now;
};

static void begin(struct world *world, const char *sched)
{
	const struct lvs_service_spec spec = {
		.key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(80), .proto = 6 },
		.sched = lvs_sched_find(sched),
	};

	world->now = LVS_SECONDS(1000000);
	assert_int_equal(lvs_rules_init(&world->rules, &(struct lvs_hash_key){ 1, 2 }), 0);
	assert_int_equal(lvs_service_add(&world->rules, &spec, &world->service), 0);
}

static struct lvs_server *add(struct world *world, uint32_t number)
{
	const struct lvs_server_spec spec = { .addr = lvs_addr_from4(LVS_BE32(0x0a020000u + number)), .port = LVS_BE16(80),
					      .weight = 1, .forward = lvs_forwards[0] };
	struct lvs_server *server = NULL;

	assert_int_equal(lvs_server_add(&world->rules, world->service, &spec, &server), 0);
	world->locality = world->service->sched_state;
	return server;
}

static struct lvs_server *ask(struct world *world, uint32_t destination)
{
	const struct lvs_tuple tuple = { .dst = lvs_addr_from4(LVS_BE32(0x0a090000u + destination)) };

	return world->service->spec.sched->pick(world->service, &tuple, world->now);
}

/* What is noted, counted one by one. */
static void check(const struct world *world, uint32_t places, uint32_t members)
{
	const struct lvs_locality *locality = world->locality;
	uint32_t nplaces = 0, nmembers = 0, pins = 0;

	for (uint32_t head = 0; head < LVS_LOCALITY_HEADS; head++) {
		for (uint32_t i = locality->heads[head]; i; i = locality->places[i].next) {
			uint32_t n = 0;

			for (uint32_t m = locality->places[i].first; m; m = locality->members[m].next)
				n++;
			assert_int_equal(n, locality->places[i].n);
			nmembers += n;
			nplaces++;
		}
	}
	for (uint32_t id = 1; id < world->rules.servers_len; id++)
		pins += world->rules.servers[id] ? world->rules.servers[id]->pins : 0;
	assert_int_equal(nplaces, places);
	assert_int_equal(locality->nplaces, places);
	assert_int_equal(nmembers, members);
	assert_int_equal(locality->nmembers, members);
	assert_int_equal(pins, members);
}

static void destinations_have_a_limit(void **state)
{
	struct world world;

	(void)state;
	begin(&world, "lblc");
	add(&world, 1);
	for (uint32_t n = 0; n < LVS_LOCALITY_MAX + 1000; n++)
		assert_non_null(ask(&world, n));
	check(&world, LVS_LOCALITY_MAX, LVS_LOCALITY_MAX);

	/* A minute later there are too many, but none is idle. */
	world.now += LVS_SECONDS(61);
	ask(&world, 0);
	check(&world, LVS_LOCALITY_MAX, LVS_LOCALITY_MAX);

	/* Idle ones go: four for three that are too many, at most half of plenty. All but number 0 are idle. */
	world.now += LVS_SECONDS(301);
	ask(&world, 0);
	check(&world, LVS_LOCALITY_MAX - LVS_LOCALITY_PLENTY / 2, LVS_LOCALITY_MAX - LVS_LOCALITY_PLENTY / 2);
	assert_int_equal(LVS_LOCALITY_MAX - LVS_LOCALITY_PLENTY / 2, LVS_LOCALITY_PLENTY);

	/* As many as are plenty stay for a day. */
	world.now += LVS_SECONDS(3600);
	ask(&world, 0);
	check(&world, LVS_LOCALITY_PLENTY, LVS_LOCALITY_PLENTY);
	for (uint32_t n = 0; n < 3; n++)
		ask(&world, 1000000 + n);
	world.now += LVS_SECONDS(60);
	ask(&world, 0);
	check(&world, LVS_LOCALITY_PLENTY - 1, LVS_LOCALITY_PLENTY - 1);
	world.now += DAY + LVS_SECONDS(1800);
	assert_non_null(ask(&world, 7));
	check(&world, 1, 1);
	lvs_rules_fini(&world.rules);
}

static void used_ones_are_not_collected(void **state)
{
	struct world world;

	(void)state;
	begin(&world, "lblc");
	add(&world, 1);
	for (uint32_t minute = 0; minute < 3000; minute++) {
		for (uint32_t n = 0; n < 10; n++)
			ask(&world, n);
		if (minute == 5)
			ask(&world, 10);
		world.now += LVS_SECONDS(60);
	}
	check(&world, 10, 10);
	lvs_rules_fini(&world.rules);
}

/* The service may say for how long. */
static void an_hour_is_enough(void **state)
{
	struct world world;

	(void)state;
	for (int hour = 0; hour < 2; hour++) {
		begin(&world, "lblc");
		add(&world, 1);
		world.service->spec.lblc_expiration = hour ? 3600 : 0;
		ask(&world, 1);
		ask(&world, 2);
		world.now += LVS_SECONDS(3600 + 2 * 1800);
		ask(&world, 1);
		check(&world, hour ? 1 : 2, hour ? 1 : 2);
		lvs_rules_fini(&world.rules);
	}
}

static void sets_share_one_limit(void **state)
{
	const uint32_t servers = 8;
	struct world world;

	(void)state;
	begin(&world, "lblcr");
	for (uint32_t n = 0; n < servers; n++)
		add(&world, n)->spec.weight = 4;
	for (uint32_t n = 0; n < LVS_LOCALITY_MAX; n++) {
		for (uint32_t k = 0; k < servers; k++) {
			/* the next one to join is the one without connections */
			for (uint32_t s = 0; s < servers; s++) {
				world.service->servers[s]->active = s == k ? 0 : 5;
				lvs_server_changed(world.service->servers[s]);
			}
			assert_non_null(ask(&world, n));
			for (uint32_t s = 0; s < servers; s++) {
				world.service->servers[s]->active = 5;
				lvs_server_changed(world.service->servers[s]);
			}
		}
		if (world.locality->nmembers == LVS_LOCALITY_MEMBERS)
			break;
	}
	check(&world, LVS_LOCALITY_MEMBERS / servers, LVS_LOCALITY_MEMBERS);
	/* No room: chosen all the same, and noted nowhere. */
	assert_non_null(ask(&world, 2000000));
	check(&world, LVS_LOCALITY_MEMBERS / servers, LVS_LOCALITY_MEMBERS);
	world.now += DAY + LVS_SECONDS(1800);
	ask(&world, 1);
	world.now += DAY + LVS_SECONDS(1800);
	ask(&world, 2);
	check(&world, 1, 1);
	lvs_rules_fini(&world.rules);
}

static void a_noted_server_stays_known(void **state)
{
	struct lvs_service_spec spec;
	struct lvs_server *server;
	struct world world;
	uint32_t id;

	(void)state;
	begin(&world, "lblcr");
	server = add(&world, 1);
	id = server->id;
	assert_ptr_equal(ask(&world, 1), server);
	lvs_server_remove(&world.rules, server, world.now);
	world.now += LVS_SECONDS(1000);
	lvs_rules_expire(&world.rules, world.now);
	assert_ptr_equal(lvs_server_at(&world.rules, id), server);
	assert_null(ask(&world, 1));
	assert_int_equal(server->pins, 1);

	/* Another scheduler has no notes. */
	spec = world.service->spec;
	spec.sched = lvs_sched_find("rr");
	assert_int_equal(lvs_service_edit(&world.rules, world.service, &spec), 0);
	assert_int_equal(server->pins, 0);
	lvs_rules_expire(&world.rules, world.now);
	assert_null(lvs_server_at(&world.rules, id));
	lvs_rules_fini(&world.rules);
}

static void a_service_takes_its_notes_along(void **state)
{
	struct lvs_server *server;
	struct world world;

	(void)state;
	begin(&world, "lblc");
	server = add(&world, 1);
	for (uint32_t n = 0; n < 1000; n++)
		ask(&world, n);
	assert_int_equal(server->pins, 1000);
	lvs_service_remove(&world.rules, world.service, world.now);
	assert_int_equal(server->pins, 0);
	lvs_rules_fini(&world.rules);
}

/* The state moves when it has to have room for more servers. */
static void notes_survive_more_servers(void **state)
{
	struct lvs_server *first;
	struct world world;

	(void)state;
	begin(&world, "lblc");
	first = add(&world, 1);
	for (uint32_t n = 0; n < 100; n++)
		assert_ptr_equal(ask(&world, n), first);
	for (uint32_t n = 2; n <= 300; n++)
		add(&world, n);
	for (uint32_t n = 0; n < 100; n++)
		assert_ptr_equal(ask(&world, n), first);
	check(&world, 100, 100);
	lvs_rules_fini(&world.rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(destinations_have_a_limit),
		cmocka_unit_test(used_ones_are_not_collected),
		cmocka_unit_test(an_hour_is_enough),
		cmocka_unit_test(sets_share_one_limit),
		cmocka_unit_test(a_noted_server_stays_known),
		cmocka_unit_test(a_service_takes_its_notes_along),
		cmocka_unit_test(notes_survive_more_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
