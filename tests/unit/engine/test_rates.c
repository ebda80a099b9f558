// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rates of counters that move as the rows say. What the kernel shows was measured there, with known traffic and once every
 * two seconds or so; averages are recomputed from all that was ever counted.
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "engine/rates.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

static struct lvs_server *serve(struct director *director, const char *vip)
{
	return director_serve(director, LVS_PROTO_TCP, vip, 80, "10.0.0.1", 80);
}

/* All of it in one turn; the clock is turned to when it wants to be called again, or on by a second. */
static void look(struct director *director)
{
	lvs_ns due;

	do
		due = lvs_engine_look(director->engine, director->now);
	while (due <= director->now);
	director->now = due == LVS_NS_NEVER ? director->now + LVS_SECONDS(1) : due;
}

static void count(struct director *director, struct lvs_server *server, struct lvs_counters more)
{
	struct lvs_counters *all[] = { &server->counters, &server->service->counters, &director->engine->stats.total };

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		all[i]->conns += more.conns;
		all[i]->in_packets += more.in_packets;
		all[i]->out_packets += more.out_packets;
		all[i]->in_bytes += more.in_bytes;
		all[i]->out_bytes += more.out_bytes;
	}
}

static void expect(const char *what, struct lvs_counters is, struct lvs_counters should)
{
	if (memcmp(&is, &should, sizeof(is)))
		fail_msg("%s: %lu %lu %lu %lu %lu, not %lu %lu %lu %lu %lu", what, is.conns, is.in_packets, is.out_packets,
			 is.in_bytes, is.out_bytes, should.conns, should.in_packets, should.out_packets, should.in_bytes,
			 should.out_bytes);
}

static struct lvs_counters estimate(const struct director *director, const struct lvs_rates *rates)
{
	struct lvs_counters ret;

	lvs_rates_estimate(lvs_engine_meter(director->engine), rates, &ret);
	return ret;
}

static struct lvs_counters average(const struct director *director, const struct lvs_rates *rates, enum lvs_rates_span span)
{
	struct lvs_counters ret;

	lvs_rates_average(lvs_engine_meter(director->engine), rates, span, &ret);
	return ret;
}

/* Until the estimator has just run. */
static void settle(struct director *director)
{
	look(director);
	if (lvs_engine_meter(director->engine)->look % 2)
		look(director);
}

static const struct row {
	const char *what;
	struct lvs_counters counted;	/* in one go */
	unsigned int steps;		/* of two seconds */
	struct lvs_counters expect;
} rows[] = {
	{ "ten transfers, all servers", { 10, 61, 41, 13252, 52212 }, 1, { 1, 8, 5, 1656, 6526 } },
	{ "of them the first one's", { 5, 30, 20, 6600, 26080 }, 1, { 1, 4, 2, 825, 3260 } },
	{ "and the second one's", { 5, 31, 21, 6652, 26132 }, 1, { 1, 4, 3, 831, 3266 } },
	{ "all, two seconds later", { 10, 61, 41, 13252, 52212 }, 2, { 1, 6, 4, 0x4da, 0x131f } },
	{ "all, four seconds later", { 10, 61, 41, 13252, 52212 }, 3, { 1, 4, 3, 932, 3671 } },
	{ "the first one's by then", { 5, 30, 20, 6600, 26080 }, 3, { 0, 2, 1, 464, 1834 } },
	{ "the second one's", { 5, 31, 21, 6652, 26132 }, 3, { 0, 2, 1, 468, 1837 } },
	{ "all, six seconds later", { 10, 61, 41, 13252, 52212 }, 4, { 1, 3, 2, 0x2bb, 0xac1 } },
	{ "a bit of history sinks to nothing", { 1, 1, 1, 1, 1 }, 80, { 0, 0, 0, 0, 0 } },
	{ "a large transfer", { 1, 608, 606, 32624, 12031520 }, 1, { 0, 76, 76, 4078, 1503940 } },
	{ "then", { 1, 608, 606, 32624, 12031520 }, 2, { 0, 57, 57, 3058, 1127955 } },
	{ "then", { 1, 608, 606, 32624, 12031520 }, 3, { 0, 43, 43, 2294, 845966 } },
	{ "then", { 1, 608, 606, 32624, 12031520 }, 4, { 0, 32, 32, 1720, 634475 } },
	{ "then", { 1, 608, 606, 32624, 12031520 }, 5, { 0, 24, 24, 1290, 475856 } },
};

static void estimates_are_those_of_the_kernel(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, "192.0.2.1");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		lvs_engine_zero(director->engine);
		settle(director);
		count(director, server, rows[i].counted);
		for (unsigned int second = 0; second < 2 * rows[i].steps; second++)
			look(director);
		expect(rows[i].what, estimate(director, server->rates), rows[i].expect);
		expect(rows[i].what, estimate(director, server->service->rates), rows[i].expect);
		expect(rows[i].what, estimate(director, &lvs_engine_meter(director->engine)->total), rows[i].expect);
	}
}

#define SECONDS 400

/* Tenths per second of what was counted in the @n seconds up to second @at. */
static uint64_t mean(const uint64_t counted[SECONDS], unsigned int at, unsigned int n)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < n && i <= at; i++)
		sum += counted[at - i];
	return (uint64_t)((double)sum * 10 / n + 0.5);
}

static void averages_are_those_of_their_spans(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, "192.0.2.1");
	uint64_t counted[SECONDS];
	uint64_t random = 42;

	for (unsigned int i = 0; i < SECONDS; i++) {
		bool silent = i > 200 && i < 300;	/* so long that it stops looking */
		unsigned int minute;

		random = random * 6364136223846793005u + 1442695040888963407u;
		counted[i] = silent ? 0 : random >> 40;
		count(director, server, (struct lvs_counters){ counted[i], counted[i] + 1 - silent, 0, counted[i] * 1000, 0 });
		look(director);
		if (silent && i > 280)
			continue;
		minute = 60 + (unsigned int)(lvs_engine_meter(director->engine)->look % 6);
		assert_int_equal(average(director, server->rates, LVS_RATES_1S).conns, counted[i] * 10);
		assert_int_equal(average(director, server->rates, LVS_RATES_10S).conns, mean(counted, i, 10));
		assert_int_equal(average(director, server->rates, LVS_RATES_60S).conns, mean(counted, i, minute));
		assert_int_equal(average(director, server->service->rates, LVS_RATES_1S).in_bytes, counted[i] * 10000);
	}
}

static void it_stops_looking_once_all_has_come_to_rest(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, "192.0.2.1");
	unsigned int looks = 0;

	assert_true(lvs_engine_look(director->engine, director->now) == LVS_NS_NEVER);
	count(director, server, (struct lvs_counters){ 1, 1000000, 0, 1500000000, 0 });
	while (lvs_engine_look(director->engine, director->now) != LVS_NS_NEVER) {
		director->now = lvs_engine_meter(director->engine)->due;
		assert_true(++looks < 1000);
	}
	assert_true(looks > 60);
	expect("at rest", estimate(director, server->rates), (struct lvs_counters){ 0 });
	for (enum lvs_rates_span span = 0; span < LVS_RATES_SPANS; span++)
		expect("at rest", average(director, server->rates, span), (struct lvs_counters){ 0 });
	/* An hour later; the last second is one second all the same. */
	director->now += LVS_SECONDS(3600);
	assert_true(lvs_engine_look(director->engine, director->now) == LVS_NS_NEVER);
	count(director, server, (struct lvs_counters){ 60, 0, 0, 0, 0 });
	assert_true(lvs_engine_look(director->engine, director->now) == director->now + LVS_SECONDS(1));
	assert_int_equal(average(director, server->rates, LVS_RATES_1S).conns, 600);
	assert_int_equal(average(director, server->rates, LVS_RATES_10S).conns, 60);
}

static void a_late_look_counts_the_time_it_took(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, "192.0.2.1");

	count(director, server, (struct lvs_counters){ 100, 0, 0, 0, 0 });
	look(director);
	count(director, server, (struct lvs_counters){ 100, 0, 0, 0, 0 });
	director->now += LVS_SECONDS(1);
	look(director);
	assert_int_equal(average(director, server->rates, LVS_RATES_1S).conns, 500);
}

static void zero_begins_anew(void **state)
{
	struct director *director = *state;
	struct lvs_server *one = serve(director, "192.0.2.1"), *other = serve(director, "192.0.2.2");
	const struct lvs_meter *meter = lvs_engine_meter(director->engine);

	settle(director);
	count(director, one, (struct lvs_counters){ 4096, 4096, 4096, 4096, 4096 });
	count(director, other, (struct lvs_counters){ 4096, 4096, 4096, 4096, 4096 });
	look(director);
	settle(director);
	lvs_service_zero(one->service);
	assert_int_equal(one->counters.conns, 0);
	assert_int_equal(one->service->counters.in_bytes, 0);
	assert_int_equal(other->counters.conns, 4096);
	assert_int_equal(director->engine->stats.total.conns, 8192);
	expect("zeroed", estimate(director, one->rates), (struct lvs_counters){ 0 });
	expect("zeroed", average(director, one->service->rates, LVS_RATES_60S), (struct lvs_counters){ 0 });
	assert_int_equal(estimate(director, other->rates).conns, 512);
	assert_int_equal(estimate(director, &meter->total).conns, 1024);
	count(director, one, (struct lvs_counters){ 7, 0, 0, 0, 0 });
	look(director);
	assert_int_equal(average(director, one->rates, LVS_RATES_1S).conns, 70);
	assert_int_equal(average(director, one->service->rates, LVS_RATES_10S).conns, 7);
	lvs_engine_zero(director->engine);
	assert_int_equal(director->engine->stats.total.conns, 0);
	expect("all", estimate(director, &meter->total), (struct lvs_counters){ 0 });
	expect("all", estimate(director, other->rates), (struct lvs_counters){ 0 });
}

static void who_comes_back_brings_no_rates_along(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, "192.0.2.1");
	struct lvs_service *service = server->service;
	const struct lvs_server_spec spec = server->spec;

	settle(director);
	count(director, server, (struct lvs_counters){ 4096, 0, 0, 0, 0 });
	look(director);
	settle(director);
	assert_int_equal(estimate(director, server->rates).conns, 512);
	lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	for (int i = 0; i < 3; i++)
		look(director);
	assert_int_equal(lvs_server_add(lvs_engine_rules(director->engine), service, &spec, &server), 0);
	assert_int_equal(server->counters.conns, 4096);
	expect("back", estimate(director, server->rates), (struct lvs_counters){ 0 });
	look(director);
	expect("back", average(director, server->rates, LVS_RATES_60S), (struct lvs_counters){ 0 });
	count(director, server, (struct lvs_counters){ 5, 0, 0, 0, 0 });
	look(director);
	assert_int_equal(average(director, server->rates, LVS_RATES_1S).conns, 50);
}

#define MANY 1000

/* Servers and services that come in the midst of a look, so many that chains are dealt anew. */
static void a_look_takes_turns(void **state)
{
	struct director *director = *state;
	const struct lvs_rules *rules = lvs_engine_rules(director->engine);
	unsigned int turns = 0;
	lvs_ns due;

	for (unsigned int i = 0; i < MANY; i++) {
		char vip[32];

		(void)snprintf(vip, sizeof(vip), "192.0.%u.%u", i / 200, i % 200 + 1);
		count(director, serve(director, vip), (struct lvs_counters){ 10, 0, 0, 0, 0 });
	}
	look(director);
	for (due = director->now; due <= director->now; turns++) {
		for (unsigned int i = 0; i < MANY && turns < 5; i++) {
			struct lvs_server *server = rules->servers[i + 1];

			count(director, server, (struct lvs_counters){ 0, 1, 0, 0, 0 });
		}
		for (unsigned int i = 0; i < MANY; i++) {
			char vip[32];

			(void)snprintf(vip, sizeof(vip), "198.%u.%u.%u", 20 + turns, i / 200, i % 200 + 1);
			if (turns < 5)
				(void)serve(director, vip);
		}
		due = lvs_engine_look(director->engine, director->now);
	}
	assert_true(turns >= 2 * MANY / 256);
	for (unsigned int id = 1; id <= MANY; id++) {
		const struct lvs_server *server = rules->servers[id];

		assert_true(average(director, server->rates, LVS_RATES_1S).in_packets >= 10);
		assert_int_equal(average(director, server->rates, LVS_RATES_10S).conns, 10);
		assert_int_equal(average(director, server->service->rates, LVS_RATES_10S).conns, 10);
	}
}

/* Second number @i brings @i connections; each point of the series is the mean of six of them. */
static void a_series_is_the_last_minute(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, "192.0.2.10");
	const struct lvs_meter *meter = lvs_engine_meter(director->engine);
	uint64_t series[LVS_RATES_RING - 1], counted[256] = { 0 };

	for (unsigned int i = 0; i < 200; i++) {
		count(director, server, (struct lvs_counters){ .conns = i, .out_bytes = 1000 * i });
		look(director);
		counted[i] = i;
	}
	lvs_rates_series(meter, server->rates, LVS_RATES_CONNS, series);
	for (size_t i = 0; i < ARRAY_LEN(series); i++) {
		unsigned int last = 199 - (unsigned int)(meter->look % 6) - 6 * (unsigned int)(ARRAY_LEN(series) - 1 - i);
		uint64_t sum = 0;

		for (unsigned int k = 0; k < 6; k++)
			sum += counted[last - k];
		assert_int_equal(series[i], (sum * 10 + 3) / 6);
	}
	lvs_rates_series(meter, server->rates, LVS_RATES_OUT_BYTES, series);
	assert_in_range(series[9], 1900000, 1990000);
	lvs_rates_series(meter, server->rates, LVS_RATES_IN_BYTES, series);
	assert_int_equal(series[9], 0);
	for (unsigned int i = 0; i < 200; i++)
		look(director);
	lvs_rates_series(meter, server->rates, LVS_RATES_CONNS, series);
	for (size_t i = 0; i < ARRAY_LEN(series); i++)
		assert_int_equal(series[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_series_is_the_last_minute, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(estimates_are_those_of_the_kernel, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(averages_are_those_of_their_spans, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(it_stops_looking_once_all_has_come_to_rest, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_late_look_counts_the_time_it_took, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(zero_begins_anew, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_comes_back_brings_no_rates_along, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_look_takes_turns, director_setup, director_teardown),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
