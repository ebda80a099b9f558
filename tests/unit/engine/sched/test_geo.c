// SPDX-License-Identifier: GPL-2.0-or-later
/* Which site a client's connection goes to, and which server of it, while servers come, go, drain and fill up. */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/prefix_map.h"
#include "base/sites.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/service.h"

/* fra is 1, nyc 2, syd 3. */
static const uint8_t orders[] = { 1, 2, 3, 0, 2, 1, 0, 3, 0 };
#define NYC_FRA 4
#define SYD_ONLY 7

static const struct {
	const char *prefix;
	uint8_t bits;
	uint32_t order;
} prefixes[] = {
	{ "198.51.100.0", 96 + 24, NYC_FRA },
	{ "198.51.100.128", 96 + 26, SYD_ONLY },
	{ "2001:db8:1::", 48, NYC_FRA },
	{ "2001:db8:1:ff::", 64, 0 },
};

struct world {
	struct lvs_rules rules;
	struct lvs_service *service;
	struct lvs_sites *sites;
};

static struct lvs_sites *make_sites(void)
{
	struct lvs_sites *sites = calloc(1, sizeof(*sites));
	struct lvs_prefix_entry entries[ARRAY_LEN(prefixes)];

	assert_non_null(sites);
	sites->n = 3;
	strcpy(sites->names[0], "fra");
	strcpy(sites->names[1], "nyc");
	strcpy(sites->names[2], "syd");
	sites->orders = malloc(sizeof(orders));
	memcpy(sites->orders, orders, sizeof(orders));
	sites->orders_len = sizeof(orders);
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		entries[i] = (struct lvs_prefix_entry){ .addr = test_addr(prefixes[i].prefix), .bits = prefixes[i].bits,
							.value = prefixes[i].order };
	lvs_prefix_entries_sort(entries, ARRAY_LEN(entries));
	assert_int_equal(lvs_prefix_map_new(entries, ARRAY_LEN(entries), &sites->map), 0);
	return sites;
}

static struct lvs_server_spec spec_of(unsigned int n, const char *site, uint32_t weight, uint32_t upper)
{
	struct lvs_server_spec spec = { .addr = test_addr("10.0.0.0"), .port = LVS_BE16(80), .weight = weight, .upper = upper,
					.forward = lvs_forward_find("masq") };

	spec.addr.bytes[14] = (uint8_t)(n >> 8);
	spec.addr.bytes[15] = (uint8_t)n;
	strcpy(spec.site, site);
	return spec;
}

static struct lvs_server *add(struct world *world, unsigned int n, const char *site)
{
	struct lvs_server_spec spec = spec_of(n, site, 1, 0);
	struct lvs_server *server = NULL;

	assert_int_equal(lvs_server_add(&world->rules, world->service, &spec, &server), 0);
	return server;
}

static void edit(struct world *world, struct lvs_server *server, const char *site, uint32_t weight, uint32_t upper)
{
	struct lvs_server_spec spec = spec_of((unsigned int)server->spec.addr.bytes[14] << 8 | server->spec.addr.bytes[15], site,
					      weight, upper);

	assert_int_equal(lvs_server_edit(&world->rules, server, &spec), 0);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct lvs_service_spec spec = { .key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = 6 },
					 .sched = lvs_sched_find("geo") };

	*state = world;
	if (lvs_rules_init(&world->rules, &(struct lvs_hash_key){ 1, 2 }))
		return -1;
	world->sites = make_sites();
	lvs_rules_set_sites(&world->rules, world->sites);
	return lvs_service_add(&world->rules, &spec, &world->service);
}

static int teardown(void **state)
{
	struct world *world = *state;

	lvs_rules_fini(&world->rules);
	lvs_sites_free(world->sites);
	free(world);
	return 0;
}

static struct lvs_server *pick(struct world *world, const char *client)
{
	struct lvs_tuple tuple = { .src = test_addr(client), .dst = test_addr("192.0.2.1") };

	return world->service->spec.sched->pick(world->service, &tuple, 0);
}

#define FAR "203.0.113.5"	/* no prefix knows it: fra, nyc, syd */
#define WEST "198.51.100.1"	/* nyc, fra */
#define SOUTH "198.51.100.130"	/* syd only */

static void each_client_has_an_order(void **state)
{
	static const struct {
		const char *client, *site;
	} rows[] = {
		{ FAR, "fra" },
		{ "0.0.0.1", "fra" },
		{ "198.51.99.255", "fra" },
		{ "198.51.100.0", "nyc" },
		{ "198.51.100.127", "nyc" },
		{ "198.51.100.128", "syd" },
		{ "198.51.100.191", "syd" },
		{ "198.51.100.192", "nyc" },
		{ "198.51.100.255", "nyc" },
		{ "198.51.101.0", "fra" },
		{ "2001:db8::1", "fra" },
		{ "2001:db8:1::1", "nyc" },
		{ "2001:db8:1:ff::1", "fra" },
		{ "2001:db8:1:100::1", "nyc" },
		{ "::198.51.100.1", "fra" },
	};
	struct world *world = *state;

	add(world, 1, "syd");
	add(world, 2, "fra");
	add(world, 3, "nyc");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(pick(world, rows[i].client)->spec.site, rows[i].site);
}

static void the_next_site_serves_while_one_is_down(void **state)
{
	struct world *world = *state;
	struct lvs_server *fra = add(world, 1, "fra"), *nyc = add(world, 2, "nyc"), *syd = add(world, 3, "syd");
	struct lvs_server *again = NULL;

	assert_ptr_equal(pick(world, WEST), nyc);
	edit(world, nyc, "nyc", 0, 0);
	assert_ptr_equal(pick(world, WEST), fra);
	edit(world, fra, "fra", 0, 0);
	assert_null(pick(world, WEST));
	assert_ptr_equal(pick(world, FAR), syd);
	edit(world, nyc, "nyc", 1, 0);
	assert_ptr_equal(pick(world, WEST), nyc);
	assert_ptr_equal(pick(world, FAR), nyc);
	assert_ptr_equal(pick(world, SOUTH), syd);
	lvs_server_remove(&world->rules, syd, 0);
	assert_null(pick(world, SOUTH));
	again = add(world, 3, "syd");
	assert_ptr_equal(again, syd);
	assert_ptr_equal(pick(world, SOUTH), syd);
}

static void the_next_site_serves_while_one_is_full(void **state)
{
	struct world *world = *state;
	struct lvs_server *fra = add(world, 1, "fra"), *nyc = add(world, 2, "nyc");

	edit(world, nyc, "nyc", 1, 4);
	for (int i = 0; i < 4; i++) {
		assert_ptr_equal(pick(world, WEST), nyc);
		lvs_server_bind(nyc);
	}
	assert_ptr_equal(pick(world, WEST), fra);
	lvs_server_bind(fra);
	lvs_server_unbind(nyc, false);
	assert_ptr_equal(pick(world, WEST), fra);	/* not below three quarters yet */
	lvs_server_unbind(nyc, false);
	assert_ptr_equal(pick(world, WEST), nyc);
}

/* All of a site are asked before the next one; within it as wlc: weights count, and the newest of equals. */
static void within_a_site_it_is_wlc(void **state)
{
	struct world *world = *state;
	struct lvs_server *fra = add(world, 1, "fra"), *small = add(world, 2, "nyc"), *big = add(world, 3, "nyc");
	unsigned int to_big = 0;

	edit(world, big, "nyc", 3, 0);
	assert_ptr_equal(pick(world, WEST), big);
	for (int i = 0; i < 400; i++) {
		struct lvs_server *server = pick(world, WEST);

		assert_true(server == big || server == small);
		to_big += server == big;
		lvs_server_bind(server);
		lvs_server_set_active(server, true);
	}
	assert_int_equal(to_big, 300);
	edit(world, big, "nyc", 0, 0);
	assert_ptr_equal(pick(world, WEST), small);
	edit(world, small, "nyc", 0, 0);
	assert_ptr_equal(pick(world, WEST), fra);
}

static void without_a_site_is_last_and_for_all(void **state)
{
	struct world *world = *state;
	struct lvs_server *anywhere = add(world, 1, ""), *unknown = add(world, 2, "atlantis"), *nyc = add(world, 3, "nyc");

	assert_ptr_equal(pick(world, WEST), nyc);
	assert_ptr_equal(pick(world, SOUTH), unknown);
	lvs_server_bind(unknown);
	assert_ptr_equal(pick(world, SOUTH), anywhere);
	edit(world, nyc, "nyc", 0, 0);
	assert_ptr_equal(pick(world, WEST), anywhere);
}

static void a_server_moves_to_another_site(void **state)
{
	struct world *world = *state;
	struct lvs_server *a = add(world, 1, "fra"), *b = add(world, 2, "nyc");

	assert_ptr_equal(pick(world, FAR), a);
	a->counters.conns = 5;
	lvs_server_bind(a);
	edit(world, a, "nyc", 1, 0);
	edit(world, b, "fra", 1, 0);
	assert_ptr_equal(pick(world, FAR), b);
	assert_ptr_equal(pick(world, WEST), a);
	assert_int_equal(a->counters.conns, 5);
	assert_int_equal(a->inactive, 1);
}

/* Other sites, other numbers: servers are known by the names of their sites. */
static void sites_change_under_servers(void **state)
{
	struct world *world = *state;
	struct lvs_server *fra = add(world, 1, "fra"), *syd = add(world, 2, "syd"), *new = add(world, 3, "lon");
	struct lvs_sites *next = make_sites();

	assert_ptr_equal(pick(world, FAR), fra);
	lvs_server_bind(fra);
	strcpy(next->names[0], "syd");
	strcpy(next->names[1], "lon");
	strcpy(next->names[2], "fra");
	lvs_rules_set_sites(&world->rules, next);
	lvs_sites_free(world->sites);
	world->sites = next;
	assert_ptr_equal(pick(world, FAR), syd);
	assert_ptr_equal(pick(world, WEST), new);
	assert_ptr_equal(pick(world, SOUTH), fra);
	lvs_server_unbind(fra, false);
	lvs_rules_set_sites(&world->rules, NULL);
	assert_ptr_equal(pick(world, SOUTH), new);	/* all alike now: the newest */
}

/* The first site in order that has a usable server, by a walk over all of them. */
static struct lvs_server *walk(const struct lvs_service *service, const struct lvs_sites *sites, const struct lvs_addr *client)
{
	const uint8_t *site = lvs_sites_order(sites, client);
	struct lvs_server *best = NULL;

	do {
		for (uint32_t i = 0; i < service->nservers; i++) {
			struct lvs_server *server = service->servers[i];

			if (lvs_sites_find(sites, server->spec.site) != *site || !server->spec.weight || server->overload)
				continue;
			if (!best || lvs_server_overhead(server) * best->spec.weight <
					     lvs_server_overhead(best) * server->spec.weight)
				best = server;
		}
	} while (!best && *site++);
	return best;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#define CROWD 90
#define STEPS 20000

static void agrees_with_a_walk_over_all(void **state)
{
	static const char *const sites[] = { "fra", "nyc", "syd", "", "atlantis" };
	static const char *const clients[] = { FAR, WEST, SOUTH, "2001:db8:1::7" };
	struct lvs_server *servers[CROWD] = { NULL };
	struct world *world = *state;
	uint64_t seed = 4711;

	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int n = (unsigned int)(next_random(&seed) % CROWD);
		struct lvs_server_spec spec = spec_of(n, sites[next_random(&seed) % 5], (uint32_t)(next_random(&seed) % 3),
						      (uint32_t)(next_random(&seed) % 3));
		struct lvs_server *server = servers[n];
		const char *client = clients[next_random(&seed) % ARRAY_LEN(clients)];
		struct lvs_addr addr = test_addr(client);

		/* Most changes are of loads, so that both kinds of work are seen. */
		if (server && server->service && next_random(&seed) % 16) {
			server->active = (uint32_t)(next_random(&seed) % 4);
			lvs_server_weigh(server);
			lvs_server_changed(server);
		} else if (!server || !server->service) {
			assert_int_equal(lvs_server_add(&world->rules, world->service, &spec, &servers[n]), 0);
		} else if (next_random(&seed) % 2) {
			lvs_server_remove(&world->rules, server, 0);
		} else {
			assert_int_equal(lvs_server_edit(&world->rules, server, &spec), 0);
		}
		assert_ptr_equal(pick(world, client), walk(world->service, world->sites, &addr));
	}
}

static const struct test_sequence without_sites[] = {
	{ "weights 10,5,2, kept open", TEST_STAYS_OPEN,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 "
	  "1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 "
	  "3@7/0 2@18/0 1@35/0" },
	{ "servers come and go", TEST_STAYS_OPEN, "x +1:1 1 +2:1 2 2 1 -2 1 1 +3:1 3 3 3 3 3 -3 -1 x * x +1:0 x =1:1 1" },
};

static void without_sites_it_is_wlc(void **state)
{
	(void)state;
	test_sequences("geo", without_sites, ARRAY_LEN(without_sites));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_client_has_an_order, setup, teardown),
		cmocka_unit_test_setup_teardown(the_next_site_serves_while_one_is_down, setup, teardown),
		cmocka_unit_test_setup_teardown(the_next_site_serves_while_one_is_full, setup, teardown),
		cmocka_unit_test_setup_teardown(within_a_site_it_is_wlc, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_site_is_last_and_for_all, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_moves_to_another_site, setup, teardown),
		cmocka_unit_test_setup_teardown(sites_change_under_servers, setup, teardown),
		cmocka_unit_test_setup_teardown(agrees_with_a_walk_over_all, setup, teardown),
		cmocka_unit_test(without_sites_it_is_wlc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
