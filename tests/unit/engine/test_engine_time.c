// SPDX-License-Identifier: GPL-2.0-or-later
/* Deadlines to the tick, and clocks that stand, jump and outrun the wheel. */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

#define TICK (1ULL << LVS_TICK_SHIFT)

static int setup(void **state)
{
	struct director *director;

	director_setup(state);
	director = *state;
	director_serve(director, LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.1", 8080);
	director_serve(director, LVS_PROTO_UDP, "192.0.2.1", 53, "10.0.0.1", 5300);
	return 0;
}

static uint32_t used(const struct director *director)
{
	return lvs_engine_conns(director->engine)->used;
}

static void send_at(struct director *director, lvs_ns now, uint16_t client, uint8_t proto, uint8_t flags)
{
	const struct build what = {
		.src = "10.9.0.1", .dst = "192.0.2.1", .sport = (uint16_t)(1000 + client), .dport = proto == LVS_PROTO_UDP ? 53 : 80, .proto = proto,
		.tcp_flags = flags,
	};

	director->now = now;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
}

/* Return: what one call of lvs_engine_expire() says */
static lvs_ns expire_at(struct director *director, lvs_ns now)
{
	director->now = now;
	return lvs_engine_expire(director->engine, now);
}

static void set_timeouts(struct director *director, uint32_t established, uint32_t udp)
{
	struct lvs_engine_settings settings = { .timeouts = { [LVS_PROTO_INDEX_udp] = { udp } } };

	settings.timeouts[LVS_PROTO_INDEX_tcp][1] = established;
	lvs_engine_configure(director->engine, &settings, director->now);
}

/*
 * Whatever the place of the packet in its tick: not a nanosecond before its time, at the latest two ticks after, and
 * lvs_engine_expire() names the moment.
 */
static void a_connection_lives_as_long_as_promised(void **state)
{
	static const uint32_t timeouts[] = { 1, 2, 60, 900, 7440, 8795, 8797, 100000, 2678400 };
	struct director *director = *state;
	lvs_ns begin = director->now;

	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++) {
		for (lvs_ns offset = 0; offset < TICK; offset += TICK / 3) {
			lvs_ns life = LVS_SECONDS(timeouts[i]), next, now;

			set_timeouts(director, 0, timeouts[i]);
			begin = (begin / TICK + 1) * TICK + offset;
			send_at(director, begin, 1, LVS_PROTO_UDP, 0);
			for (now = begin; now < begin + life; now = LVS_MIN(next, begin + life)) {
				next = expire_at(director, now);
				assert_true(next > now);
				assert_int_equal(used(director), 1);
			}
			next = expire_at(director, begin + life);
			assert_int_equal(used(director), 1);
			assert_true(next <= begin + life + 2 * TICK);
			(void)expire_at(director, next - 1);
			assert_int_equal(used(director), 1);
			assert_true(expire_at(director, next) == LVS_NS_NEVER);
			assert_int_equal(used(director), 0);
			begin = next;
		}
	}
}

static void settings_set_the_time_of_each_state(void **state)
{
	struct director *director = *state;
	lvs_ns begin = director->now;

	set_timeouts(director, 5, 0);
	send_at(director, begin, 1, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, begin, 2, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, begin, 2, LVS_PROTO_TCP, LVS_TCP_ACK);
	send_at(director, begin, 3, LVS_PROTO_UDP, 0);
	director_wait(director, LVS_SECONDS(6));
	assert_int_equal(used(director), 2);
	director_wait(director, LVS_SECONDS(55));
	assert_int_equal(used(director), 1);

	/* A new setting is for what begins or changes its state from now on. */
	set_timeouts(director, 50, 0);
	send_at(director, director->now, 2, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, director->now, 2, LVS_PROTO_TCP, LVS_TCP_ACK);
	set_timeouts(director, 10, 10);
	send_at(director, director->now, 2, LVS_PROTO_TCP, LVS_TCP_ACK);
	director_wait(director, LVS_SECONDS(49));
	assert_int_equal(used(director), 2);
	director_wait(director, LVS_SECONDS(2));
	assert_int_equal(used(director), 1);
}

static void time_may_stand_still(void **state)
{
	struct director *director = *state;

	for (uint16_t i = 0; i < 1000; i++) {
		send_at(director, director->now, (uint16_t)(1 + i % 50), LVS_PROTO_TCP, i < 50 ? LVS_TCP_SYN : LVS_TCP_ACK);
		assert_true(expire_at(director, director->now) > director->now);
	}
	invariants_hold(director->engine);
	assert_int_equal(used(director), 50);
}

/* Nobody has asked the engine for anything since it was empty: what comes now must not cost by how long that is ago. */
static void silence_costs_nothing_afterwards(void **state)
{
	struct director *director = *state;

	for (int round = 0; round < 3; round++) {
		lvs_ns soon;

		director->now += LVS_SECONDS(86400) * 400;
		for (uint16_t i = 1; i <= 50; i++)
			send_at(director, director->now, i, LVS_PROTO_TCP, LVS_TCP_SYN);
		soon = director->now + LVS_SECONDS(1);
		assert_true(expire_at(director, soon) > soon);
		invariants_hold(director->engine);
		director_wait(director, LVS_SECONDS(60));
		assert_int_equal(used(director), 0);
	}
}

/* The same with connections that were there before: they are over, however long ago. */
static void a_burst_may_come_before_anything_was_ended(void **state)
{
	struct director *director = *state;

	send_at(director, director->now, 1, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, director->now + LVS_SECONDS(86400) * 30, 2, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, director->now, 2, LVS_PROTO_TCP, LVS_TCP_ACK);
	invariants_hold(director->engine);
	director_wait(director, 0);
	assert_int_equal(used(director), 1);
	invariants_hold(director->engine);
	send_at(director, director->now, 1, LVS_PROTO_TCP, LVS_TCP_SYN);
	director_wait(director, LVS_SECONDS(61));
	assert_int_equal(used(director), 1);
	director_wait(director, LVS_SECONDS(840));
	assert_int_equal(used(director), 0);
}

/* Ticks have 32 bits: after 18 years they begin again. */
static void ticks_wrap(void **state)
{
	struct director *director = *state;
	lvs_ns wrap = 1ULL << (32 + LVS_TICK_SHIFT);

	for (unsigned int i = 1; i <= 4; i++)	/* ticks tell the past from the future for nine years */
		director_wait(director, i * (wrap / 4) - LVS_SECONDS(100) - director->now);
	send_at(director, wrap - LVS_SECONDS(50), 1, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, wrap - LVS_SECONDS(50), 2, LVS_PROTO_TCP, LVS_TCP_SYN);
	send_at(director, wrap - LVS_SECONDS(50), 2, LVS_PROTO_TCP, LVS_TCP_ACK);
	assert_true(expire_at(director, wrap + LVS_SECONDS(9)) > wrap + LVS_SECONDS(9));
	assert_int_equal(used(director), 2);
	assert_true(expire_at(director, wrap + LVS_SECONDS(11)) <= wrap + LVS_SECONDS(851));
	assert_int_equal(used(director), 1);
	send_at(director, wrap + LVS_SECONDS(12), 2, LVS_PROTO_TCP, LVS_TCP_ACK);
	invariants_hold(director->engine);
	(void)expire_at(director, wrap + LVS_SECONDS(911));
	assert_int_equal(used(director), 1);
	(void)expire_at(director, wrap + LVS_SECONDS(913));
	assert_int_equal(used(director), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_connection_lives_as_long_as_promised, setup, director_teardown),
		cmocka_unit_test_setup_teardown(settings_set_the_time_of_each_state, setup, director_teardown),
		cmocka_unit_test_setup_teardown(time_may_stand_still, setup, director_teardown),
		cmocka_unit_test_setup_teardown(silence_costs_nothing_afterwards, setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_burst_may_come_before_anything_was_ended, setup, director_teardown),
		cmocka_unit_test_setup_teardown(ticks_wrap, setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
