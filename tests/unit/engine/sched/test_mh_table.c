// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of mh as a whole: against a plain one, its shares, how little of it moves, and that the order in which servers
 * were added does not matter. A slot is looked at through a client that hashes to it.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/forward.h"
#include "engine/kernel_hash.h"
#include "engine/sched.h"
#include "engine/service.h"

#define SERVERS_MAX 1024

/* What the kernel's source says of its keys. */
static const struct lvs_hash_key key_slot = { 2654435761u, 2654435761u }, key_skip = { 2654446892u, 2654446892u };

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A service with mh, and a client for each slot. */
struct world {
	struct lvs_rules rules;
	struct lvs_service *service;
	uint32_t slots;
	uint32_t *clients;
	uint64_t seed;
};

static struct lvs_server_spec server_spec(uint32_t number, uint32_t weight)
{
	return (struct lvs_server_spec){ .addr = lvs_addr_from4(LVS_BE32(0x0a020000u + number)), .port = LVS_BE16(8000),
					 .weight = weight, .forward = lvs_forwards[0] };
}

static void begin(struct world *world, uint32_t slots, bool as_added)
{
	const struct lvs_service_spec spec = {
		.key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(8000), .proto = 6 },
		.sched = lvs_sched_find("mh"),
		.mh_slots = slots,
		.mh_as_added = as_added,
	};
	uint32_t left = slots;

	*world = (struct world){ .slots = slots, .seed = 88172645463325252ULL + slots };
	assert_int_equal(lvs_rules_init(&world->rules, &(struct lvs_hash_key){ 1, 2 }), 0);
	assert_int_equal(lvs_service_add(&world->rules, &spec, &world->service), 0);
	world->clients = calloc(slots, sizeof(*world->clients));
	assert_non_null(world->clients);
	for (uint32_t client = 0x0a010001; left > 0; client++) {
		uint32_t slot = (uint32_t)lvs_hash_32(&key_slot, client) % slots;

		left -= !world->clients[slot];
		world->clients[slot] = client;
	}
}

static void end(struct world *world)
{
	lvs_rules_fini(&world->rules);
	free(world->clients);
}

static struct lvs_server *add(struct world *world, uint32_t number, uint32_t weight)
{
	const struct lvs_server_spec spec = server_spec(number, weight);
	struct lvs_server *server = NULL;

	assert_int_equal(lvs_server_add(&world->rules, world->service, &spec, &server), 0);
	return server;
}

/* Return: number of the server, from its address; 0 for nobody */
static uint32_t at(struct world *world, uint32_t slot)
{
	const struct lvs_tuple tuple = { .src = lvs_addr_from4(LVS_BE32(world->clients[slot])) };
	struct lvs_server *server = world->service->spec.sched->pick(world->service, &tuple, 0);

	return server ? lvs_host32(server->spec.addr.words[3]) - 0x0a020000u : 0;
}

static uint32_t *table(struct world *world)
{
	uint32_t *numbers = calloc(world->slots, sizeof(*numbers));

	assert_non_null(numbers);
	for (uint32_t slot = 0; slot < world->slots; slot++)
		numbers[slot] = at(world, slot);
	return numbers;
}

static const uint32_t sizes[] = { 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071 };

static unsigned int bits(uint32_t value)
{
	return value ? 1 + bits(value / 2) : 0;
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	return b ? gcd(b, a % b) : a;
}

/* @i: which size. The kernel's CONFIG_IP_VS_MH_TAB_INDEX is 8 for the smallest table; half of it bounds the turns. */
static uint32_t turns(const struct lvs_service *service, size_t i, uint32_t weight)
{
	uint32_t divisor = 0, most = 0, bound = (uint32_t)(i + 8) / 2;

	for (uint32_t k = 0; k < service->nservers; k++) {
		divisor = gcd(divisor, service->servers[k]->spec.weight);
		most = LVS_MAX(most, service->servers[k]->spec.weight);
	}
	most = bits(most / divisor);
	return LVS_MAX(weight / divisor >> (most > bound ? most - bound : 0), 1u);
}

/* The paper's algorithm, with the kernel's turns and list; each server walks through its whole permutation. */
static void fill_plainly(struct world *world, size_t i, uint32_t *ret_numbers)
{
	const struct lvs_service *service = world->service;
	uint32_t *asked = calloc(service->nservers, sizeof(*asked));
	uint32_t left = world->slots;

	assert_non_null(asked);
	memset(ret_numbers, 0, world->slots * sizeof(*ret_numbers));
	while (left > 0) {
		for (uint32_t k = 0; k < service->nservers; k++) {
			uint32_t addr = lvs_host32(service->servers[k]->spec.addr.words[3]);
			uint64_t offset = (uint32_t)lvs_hash_32(&key_slot, addr + 8000) % world->slots;
			uint64_t skip = (uint32_t)lvs_hash_32(&key_skip, addr + 8000) % (world->slots - 1) + 1;
			uint32_t turn = turns(service, i, service->servers[k]->spec.weight);

			while (turn > 0 && left > 0) {
				uint32_t slot = (uint32_t)((offset + asked[k]++ * skip) % world->slots);

				if (ret_numbers[slot])
					continue;
				ret_numbers[slot] = addr - 0x0a020000u;
				turn--;
				left--;
			}
		}
	}
	free(asked);
}

static void is_filled_as_the_kernel_fills_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint32_t *got, *expect = calloc(sizes[i], sizeof(*expect));
		struct world world;

		assert_non_null(expect);
		begin(&world, sizes[i], true);
		for (uint32_t n = 0; n < 20; n++) {
			/* every number once, in some order; small weights, then such that have to be scaled down */
			uint32_t weight = (uint32_t)(next_random(&world.seed) % (i % 2 ? 8 : LVS_WEIGHT_MAX)) + 1;

			add(&world, 1 + n * 7 % 20, weight);
			if (n % 5)
				continue;
			fill_plainly(&world, i, expect);
			got = table(&world);
			assert_memory_equal(got, expect, sizes[i] * sizeof(*got));
			free(got);
		}
		free(expect);
		end(&world);
	}
}

/* @weights: of server n, weights[n % 4]. Shares may be off by one percent of what is due. */
static void check_shares(uint32_t slots, uint32_t nservers, const uint32_t weights[4])
{
	uint32_t shares[SERVERS_MAX + 1] = { 0 }, sum = 0;
	struct world world;

	begin(&world, slots, false);
	for (uint32_t n = 1; n <= nservers; n++) {
		add(&world, n, weights[n % 4]);
		sum += weights[n % 4];
	}
	for (uint32_t slot = 0; slot < slots; slot++)
		shares[at(&world, slot)]++;
	assert_int_equal(shares[0], 0);
	for (uint32_t n = 1; n <= nservers; n++) {
		double due = (double)slots * weights[n % 4] / sum;

		if (shares[n] > due * 1.01 + 1 || shares[n] < due * 0.99 - 1)
			fail_msg("%u slots, %u servers: %u has %u, not %.1f", slots, nservers, n, shares[n], due);
		if (weights[0] == weights[1] && (shares[n] > due * 1.01 || shares[n] < due * 0.99))
			fail_msg("%u slots, %u equal servers: %u has %u, not %.1f", slots, nservers, n, shares[n], due);
	}
	end(&world);
}

static void shares_are_even(void **state)
{
	static const uint32_t equal[4] = { 1, 1, 1, 1 }, heavy[4] = { 500, 500, 500, 500 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		check_shares(sizes[i], 2, equal);
		check_shares(sizes[i], LVS_MIN(sizes[i] / 100, SERVERS_MAX), equal);
		check_shares(sizes[i], LVS_MIN(sizes[i] / 100, SERVERS_MAX), heavy);
	}
}

/* A round gives each server as many slots as it has turns: what the last, unfinished round leaves is one round's. */
static void shares_follow_weights(void **state)
{
	static const uint32_t mixed[4] = { 4, 1, 2, 3 };
	uint32_t shares[41] = { 0 };
	struct world world;

	(void)state;
	begin(&world, 4093, false);
	for (uint32_t n = 1; n <= 40; n++)
		add(&world, n, mixed[n % 4]);
	for (uint32_t slot = 0; slot < 4093; slot++)
		shares[at(&world, slot)]++;
	for (uint32_t n = 1; n <= 40; n++)
		assert_in_range(shares[n], 40 * mixed[n % 4], 41 * mixed[n % 4]);
	end(&world);
}

/* Return: how many slots have another server when one of @nservers goes, at most */
static uint32_t most_moves(uint32_t slots, uint32_t nservers)
{
	struct lvs_server *servers[SERVERS_MAX + 1];
	uint32_t *before, most = 0;
	struct world world;

	begin(&world, slots, false);
	for (uint32_t n = 1; n <= nservers; n++)
		servers[n] = add(&world, n, 1);
	before = table(&world);
	for (uint32_t n = 1; n <= nservers; n += nservers / 8 + 1) {
		uint32_t moved = 0, *after;

		lvs_server_remove(&world.rules, servers[n], 0);
		after = table(&world);
		for (uint32_t slot = 0; slot < slots; slot++)
			moved += after[slot] != before[slot];
		most = LVS_MAX(most, moved);
		free(after);
		servers[n] = add(&world, n, 1);
	}
	free(before);
	end(&world);
	return most;
}

/* What moves beside the clients of the server that goes, is the less the larger the table is. */
static void few_clients_move_when_a_server_goes(void **state)
{
	(void)state;
	for (size_t i = 4; i < ARRAY_LEN(sizes); i += 2) {
		for (uint32_t nservers = 2; nservers <= sizes[i] / 200; nservers += 1 + nservers / 4) {
			uint32_t moved = most_moves(sizes[i], nservers);

			if (moved > sizes[i] * (1.0 / nservers + 0.02))
				fail_msg("one of %u goes: %u of %u move", nservers, moved, sizes[i]);
		}
	}
}

/* @numbers: in this order */
static uint32_t *table_of(const uint32_t *numbers, size_t n, bool as_added)
{
	struct world world;
	uint32_t *ret;

	begin(&world, 4093, as_added);
	for (size_t i = 0; i < n; i++)
		add(&world, numbers[i], 1 + numbers[i] % 3);
	ret = table(&world);
	end(&world);
	return ret;
}

static void order_of_adding_does_not_matter(void **state)
{
	uint32_t numbers[100], *ascending, *kernels;
	uint64_t seed = 362436069;
	unsigned int differ = 0;

	(void)state;
	for (uint32_t n = 0; n < ARRAY_LEN(numbers); n++)
		numbers[n] = n + 1;
	ascending = table_of(numbers, ARRAY_LEN(numbers), false);
	kernels = table_of(numbers, ARRAY_LEN(numbers), true);
	assert_memory_equal(ascending, kernels, 4093 * sizeof(*kernels));
	for (unsigned int round = 0; round < 20; round++) {
		uint32_t *mixed, *as_added;

		for (uint32_t n = ARRAY_LEN(numbers) - 1; n > 0; n--) {
			uint32_t k = (uint32_t)(next_random(&seed) % (n + 1)), swap = numbers[n];

			numbers[n] = numbers[k];
			numbers[k] = swap;
		}
		mixed = table_of(numbers, ARRAY_LEN(numbers), false);
		assert_memory_equal(mixed, ascending, 4093 * sizeof(*mixed));
		as_added = table_of(numbers, ARRAY_LEN(numbers), true);
		differ += memcmp(as_added, kernels, 4093 * sizeof(*as_added)) != 0;
		free(mixed);
		free(as_added);
	}
	assert_true(differ > 0);	/* else the test would show nothing */
	free(ascending);
	free(kernels);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct lvs_service *other = NULL;
	struct lvs_server *server = NULL;
	struct lvs_server_spec one_more = server_spec(252, 1);
	struct lvs_service_spec spec;
	struct world world;

	(void)state;
	begin(&world, 251, false);
	for (uint32_t n = 1; n <= 251; n++)
		add(&world, n, 1);
	assert_int_equal(lvs_server_add(&world.rules, world.service, &one_more, &server), -ENOSPC);
	for (uint32_t slot = 0; slot < 251; slot++)
		assert_int_not_equal(at(&world, slot), 0);
	spec = world.service->spec;
	spec.mh_slots = 4096;
	assert_int_equal(lvs_service_edit(&world.rules, world.service, &spec), -EINVAL);
	assert_int_equal(world.service->spec.mh_slots, 251);
	spec.key.port = LVS_BE16(1);
	assert_int_equal(lvs_service_add(&world.rules, &spec, &other), -EINVAL);
	spec.mh_slots = 509;
	assert_int_equal(lvs_service_edit(&world.rules, world.service, &spec), 0);
	assert_int_equal(lvs_server_add(&world.rules, world.service, &one_more, &server), 0);
	spec.mh_slots = 251;
	assert_int_equal(lvs_service_edit(&world.rules, world.service, &spec), -ENOSPC);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_filled_as_the_kernel_fills_it),
		cmocka_unit_test(shares_are_even),
		cmocka_unit_test(shares_follow_weights),
		cmocka_unit_test(few_clients_move_when_a_server_goes),
		cmocka_unit_test(order_of_adding_does_not_matter),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
