// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Choices of twos are random: shares are held against what the chances make of them, and those of kernel 6.12 IPVS against
 * the same.
 */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/service.h"

#define DRAWS 100000
#define SERVERS_MAX 8

static struct lvs_service *begin(struct lvs_rules *rules, uint64_t key)
{
	const struct lvs_service_spec spec = {
		.key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(8000), .proto = 6 },
		.sched = lvs_sched_find("twos"),
	};
	struct lvs_service *service = NULL;

	assert_int_equal(lvs_rules_init(rules, &(struct lvs_hash_key){ key, 2 }), 0);
	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	return service;
}

/* Servers are added so that number 0 is the first of the list. */
static void add(struct lvs_rules *rules, struct lvs_service *service, const uint32_t *weights, uint32_t n)
{
	while (n-- > 0) {
		struct lvs_server_spec spec = { .addr = test_addr("10.2.0.0"), .port = LVS_BE16(8000), .weight = weights[n],
						.forward = lvs_forwards[0] };
		struct lvs_server *server;

		spec.addr.bytes[15] = (uint8_t)n;
		assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	}
}

static uint32_t draw(struct lvs_service *service)
{
	const struct lvs_tuple tuple = { .sport = 0 };

	return service->spec.sched->pick(service, &tuple, 0)->pos;
}

static const struct {
	const char *what;
	uint32_t n;
	uint32_t weights[SERVERS_MAX];
	uint32_t loads[SERVERS_MAX];	/* active connections */
} rows[] = {
	{ "one alone", 1, { 1 }, { 5 } },
	{ "idle: chances are weights", 3, { 1, 2, 3 }, { 0 } },
	{ "the first of the list has a chance more", 2, { 1, 1 }, { 0 } },
	{ "the less loaded of two", 2, { 1, 1 }, { 1, 2 } },
	{ "for its weight", 3, { 10, 10, 30 }, { 10, 10, 15 } },
	{ "a draw goes to whom chance named first", 2, { 20, 40 }, { 10, 20 } },
	{ "drained ones are not drawn", 4, { 0, 7, 0, 3 }, { 0 } },
	{ "great weights and loads do not overflow", 2, { 65535, 65535 }, { 4294967295u, 4294967294u } },
	{ "eight", 8, { 1, 2, 3, 4, 5, 6, 7, 8 }, { 8, 1, 7, 2, 6, 3, 5, 4 } },
};

/* The chance of each server: all pairs of numbers that may be drawn, as the kernel's source deals with them. */
static void expect_shares(size_t row, double *ret_shares)
{
	double single[SERVERS_MAX], sum = 1;
	const uint32_t *w = rows[row].weights, *l = rows[row].loads;
	bool first = true;

	for (uint32_t i = 0; i < rows[row].n; i++)
		sum += w[i];
	for (uint32_t i = 0; i < rows[row].n; i++) {
		single[i] = w[i] ? (w[i] + first) / sum : 0;	/* 0 counts for the first as well */
		first = first && !w[i];
		ret_shares[i] = 0;
	}
	for (uint32_t i = 0; i < rows[row].n; i++)
		for (uint32_t k = 0; k < rows[row].n; k++)
			ret_shares[(uint64_t)l[k] * w[i] < (uint64_t)l[i] * w[k] ? k : i] += single[i] * single[k];
}

static void shares_are_what_the_chances_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t got[SERVERS_MAX] = { 0 };
		double expect[SERVERS_MAX];
		struct lvs_rules rules;
		struct lvs_service *service = begin(&rules, i);

		add(&rules, service, rows[i].weights, rows[i].n);
		for (uint32_t k = 0; k < rows[i].n; k++) {
			service->servers[k]->active = rows[i].loads[k];
			lvs_server_changed(service->servers[k]);
		}
		for (unsigned int k = 0; k < DRAWS; k++)
			got[draw(service)]++;
		expect_shares(i, expect);
		for (uint32_t k = 0; k < rows[i].n; k++)	/* half a percent is three standard deviations */
			if (got[k] / (double)DRAWS < expect[k] - 0.005 || got[k] / (double)DRAWS > expect[k] + 0.005)
				fail_msg("%s: server %u has %u of %u, not %.3f", rows[i].what, k, got[k], DRAWS, expect[k]);
		lvs_rules_fini(&rules);
	}
}

#define ROUNDS 1000

/* Sixty connections that stay, to servers that have none. */
static void play_60(struct lvs_service *service, uint32_t *ret_got)
{
	for (uint32_t i = 0; i < service->nservers; i++)
		service->servers[i]->inactive = 0;
	for (unsigned int i = 0; i < 60; i++) {
		uint32_t pos = draw(service);

		lvs_server_bind(service->servers[pos]);
		ret_got[pos]++;
	}
}

/* What the kernel chose in 60 connections, closed before the next: each within three standard deviations of what is chosen here. */
static void a_kernel_has_the_same_chances(void **state)
{
	static const struct {
		uint32_t n;
		uint32_t weights[SERVERS_MAX], got[SERVERS_MAX];	/* S1 and on: the last of the list first */
	} kernels[] = {
		{ 3, { 1, 1, 1 }, { 20, 20, 20 } },
		{ 4, { 1, 2, 3, 4 }, { 5, 12, 19, 24 } },
		{ 3, { 4, 2, 2 }, { 32, 14, 14 } },
		{ 5, { 5, 0, 3, 1, 1 }, { 30, 0, 17, 6, 7 } },
		{ 3, { 10, 5, 2 }, { 35, 18, 7 } },
		{ 2, { 3, 1 }, { 45, 15 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kernels); i++) {
		double sums[SERVERS_MAX] = { 0 }, squares[SERVERS_MAX] = { 0 };
		uint32_t n = kernels[i].n, weights[SERVERS_MAX];
		struct lvs_rules rules;
		struct lvs_service *service = begin(&rules, i);

		for (uint32_t k = 0; k < n; k++)
			weights[k] = kernels[i].weights[n - 1 - k];
		add(&rules, service, weights, n);
		for (unsigned int round = 0; round < ROUNDS; round++) {
			uint32_t got[SERVERS_MAX] = { 0 };

			play_60(service, got);
			for (uint32_t k = 0; k < n; k++) {
				sums[k] += got[n - 1 - k];
				squares[k] += (double)got[n - 1 - k] * got[n - 1 - k];
			}
		}
		for (uint32_t k = 0; k < n; k++) {
			double mean = sums[k] / ROUNDS, spread = squares[k] / ROUNDS - mean * mean;
			double off = kernels[i].got[k] - mean;

			if (off * off > 9 * spread)
				fail_msg("series %zu: server %u: kernel %u, here %.1f", i, k + 1, kernels[i].got[k], mean);
		}
		lvs_rules_fini(&rules);
	}
}

static const struct test_sequence sure[] = {
	{ "no server", TEST_STAYS_OPEN, "x" },
	{ "all drained", TEST_STAYS_OPEN, "+1:0 +2:0 x x" },
	{ "single server", TEST_STAYS_OPEN, "+1:1 1 1 1" },
	{ "only one usable", TEST_STAYS_OPEN, "+1:5 +2:0 +3:3 +4:1 !1:0 !4:0 3 3 3 3 3 3 3 3" },
	{ "overload comes and goes", TEST_STAYS_OPEN, "+1:5 +2:5:2 +3:0 !1:0 2 2 x x !1:1 1 1 1 1 !1:0 x 2:0/0 2 2 x" },
	{ "servers come and go", TEST_STAYS_OPEN, "+1:1 1 -1 x +2:7 2 2 +3:0 2 =2:0 x =3:1 3 3 -3 x" },
	{ "attached anew", TEST_STAYS_OPEN, "+1:1 +2:0 1 * 1 1" },
};

static void chooses_only_whom_it_may(void **state)
{
	(void)state;
	test_sequences("twos", sure, ARRAY_LEN(sure));
}

static void seed_decides(void **state)
{
	static const uint32_t weights[4] = { 1, 1, 1, 1 };
	uint32_t drawn[3][64];

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct lvs_rules rules;
		struct lvs_service *service = begin(&rules, i / 2);

		add(&rules, service, weights, 4);
		for (size_t k = 0; k < 64; k++)
			drawn[i][k] = draw(service);
		lvs_rules_fini(&rules);
	}
	assert_memory_equal(drawn[0], drawn[1], sizeof(drawn[0]));
	assert_memory_not_equal(drawn[0], drawn[2], sizeof(drawn[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_what_the_chances_say),
		cmocka_unit_test(a_kernel_has_the_same_chances),
		cmocka_unit_test(chooses_only_whom_it_may),
		cmocka_unit_test(seed_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
