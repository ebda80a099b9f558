// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/core.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"

#define CAPACITY 4096

/* An engine with a service of each protocol; what comes out is only counted, its last packet's length kept. */
struct world {
	struct lvs_engine *engine;
	struct lvs_engine_options options;
	struct lvs_sink sink;
	lvs_ns now;
	uint64_t out;
};

static void count(struct lvs_sink *sink, struct lvs_packet *packet)
{
	(void)packet;
	container_of(sink, struct world, sink)->out++;
}

static int setup(void **state)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP, LVS_PROTO_SCTP };
	struct world *w = calloc(1, sizeof(*w));
	size_t bytes = (lvs_conn_table_bytes(CAPACITY) + 63) / 64 * 64;

	assert_non_null(w);
	w->now = LVS_SECONDS(1000);
	w->sink.emit = count;
	w->options = (struct lvs_engine_options){ .max_connections = CAPACITY, .memory = aligned_alloc(64, bytes),
						  .fragments = lvs_fragment_limits_default,
						  .settings.defence.rate = 10 };
	memset(w->options.memory, 0, bytes);
	assert_int_equal(lvs_engine_new(&w->options, w->now, &w->engine), 0);
	for (size_t i = 0; i < ARRAY_LEN(protos); i++) {
		struct lvs_service_spec of = { .key = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(80), .proto = protos[i] },
					       .sched = lvs_sched_find("rr") };
		struct lvs_server_spec spec = { .addr = test_addr("10.0.0.11"), .port = LVS_BE16(8080), .weight = 1,
						.forward = lvs_forward_find("masq") };
		struct lvs_service *service;
		struct lvs_server *server;

		assert_int_equal(lvs_service_add(lvs_engine_rules(w->engine), &of, &service), 0);
		assert_int_equal(lvs_server_add(lvs_engine_rules(w->engine), service, &spec, &server), 0);
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	lvs_engine_free(w->engine);
	free(w->options.memory);
	free(w);
	return 0;
}

static void configure(struct world *w, struct lvs_defence_settings defence)
{
	struct lvs_engine_settings settings = w->options.settings;

	settings.defence = defence;
	lvs_engine_configure(w->engine, &settings, w->now);
}

static void wait_for(struct world *w, lvs_ns ns)
{
	w->now += ns;
	while (lvs_engine_expire(w->engine, w->now) <= w->now)
		;
}

static void hand_in(struct world *w, struct lvs_packet packet)
{
	lvs_engine_handle(w->engine, &packet, 1, w->now, &w->sink);
}

/* Client number @n, 198.18.0.0/15 and beyond. */
static struct lvs_packet of_client(const struct lvs_packet *pattern, uint32_t n, uint8_t *room)
{
	struct lvs_packet packet = *pattern;

	memcpy(room, pattern->data, pattern->len);
	packet.data = room;
	packet.data[12] = (uint8_t)(20 + (n >> 24));
	packet.data[13] = (uint8_t)(n >> 16);
	packet.data[14] = (uint8_t)(n >> 8);
	packet.data[15] = (uint8_t)n;
	build_fix_ip4(packet.data);
	return packet;
}

static struct lvs_packet request(uint8_t proto, uint8_t tcp_flags)
{
	static const uint8_t init[] = { 1, 0, 0, 20, 1, 2, 3, 4, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 7 };

	return build(&(struct build){ .src = "198.51.100.7", .sport = 40000, .dst = "192.0.2.10", .dport = 80, .proto = proto,
				      .tcp_flags = tcp_flags, .quote = proto == LVS_PROTO_SCTP ? init : NULL,
				      .quote_bytes = sizeof(init) });
}

/* Packets of @n clients from @first on, @times each. */
static void crowd(struct world *w, uint8_t proto, uint8_t tcp_flags, uint32_t first, uint32_t n, unsigned int times)
{
	struct lvs_packet pattern = request(proto, tcp_flags);
	uint8_t room[256];

	for (uint32_t i = 0; i < n; i++)
		for (unsigned int k = 0; k < times; k++)
			hand_in(w, of_client(&pattern, first + i, room));
	build_free(&pattern);
}

static uint32_t used(const struct world *w)
{
	return lvs_engine_conns(w->engine)->used;
}

static uint32_t half_open(const struct world *w)
{
	return lvs_engine_conns(w->engine)->wheel.counts[LVS_CLASS_HALF_OPEN];
}

static uint64_t refused(const struct world *w)
{
	return lvs_engine_stats(w->engine)->dropped[LVS_DROP_DEFENCE];
}

static void off_refuses_nothing(void **state)
{
	struct world *w = *state;

	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 0, CAPACITY, 1);
	wait_for(w, LVS_SECONDS(1));
	assert_int_equal(used(w), CAPACITY);
	assert_int_equal(refused(w), 0);
	assert_true(lvs_engine_defence(w->engine)->attack);
	assert_int_equal(lvs_engine_defence(w->engine)->given_up, 0);
	assert_false(w->engine->secure);
}

static void drop_packet_takes_one_in_n(void **state)
{
	struct world *w = *state;

	configure(w, (struct lvs_defence_settings){ .drop_packet = LVS_DEFENCE_ALWAYS, .rate = 10 });
	crowd(w, LVS_PROTO_UDP, 0, 0, 1000, 1);
	assert_int_equal(refused(w), 100);
	assert_int_equal(used(w), 900);
	/* What has a connection is never refused: the 900 pass, the 100 are nine times lucky in ten. */
	crowd(w, LVS_PROTO_UDP, 0, 0, 1000, 1);
	assert_int_equal(refused(w), 110);
	assert_int_equal(used(w), 990);
	configure(w, (struct lvs_defence_settings){ .drop_packet = LVS_DEFENCE_OFF, .rate = 10 });
	crowd(w, LVS_PROTO_UDP, 0, 0, 1000, 1);
	assert_int_equal(refused(w), 110);
}

/* Modes 1 and 2 alike: nothing up to seven eighths, ever more from there, until a quarter is free again. */
static void automatic_modes_follow_the_table(void **state)
{
	static const enum lvs_defence_mode modes[] = { LVS_DEFENCE_AUTO, LVS_DEFENCE_AUTO_ACTIVE };
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		uint64_t before = refused(w), few;

		configure(w, (struct lvs_defence_settings){ .drop_packet = modes[i], .secure_tcp = modes[i], .rate = 10 });
		crowd(w, LVS_PROTO_UDP, 0, 0, CAPACITY / 8 * 7, 1);
		wait_for(w, LVS_SECONDS(1));
		assert_false(lvs_engine_defence(w->engine)->attack);
		assert_false(w->engine->secure);
		crowd(w, LVS_PROTO_UDP, 0, CAPACITY, 64, 1);
		assert_int_equal(refused(w), before);
		wait_for(w, LVS_SECONDS(1));
		assert_true(lvs_engine_defence(w->engine)->attack);
		assert_true(w->engine->secure);
		crowd(w, LVS_PROTO_UDP, 0, 2 * CAPACITY, 100, 1);
		few = refused(w) - before;
		assert_in_range(few, 1, 50);
		crowd(w, LVS_PROTO_UDP, 0, 3 * CAPACITY, 10 * CAPACITY, 1);
		assert_true(refused(w) - before > 9 * CAPACITY);
		wait_for(w, LVS_SECONDS(400));
		assert_int_equal(used(w), 0);
		assert_false(lvs_engine_defence(w->engine)->attack);
		assert_false(w->engine->secure);
	}
}

/* They make room by themselves: who means it comes through, however many do not. */
static void half_open_connections_keep_nobody_out(void **state)
{
	struct world *w = *state;

	configure(w, (struct lvs_defence_settings){ .drop_packet = LVS_DEFENCE_AUTO, .rate = 10, .max_half_open = CAPACITY / 2 });
	for (uint32_t i = 0; i < 4; i++) {
		crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, i * CAPACITY, CAPACITY, 1);
		wait_for(w, LVS_SECONDS(1));
		assert_true(lvs_engine_defence(w->engine)->attack);
		assert_int_equal(half_open(w), CAPACITY / 2);
	}
	assert_int_equal(refused(w), 0);
	/* What does not make room counts. */
	crowd(w, LVS_PROTO_UDP, 0, 0, 2 * CAPACITY, 1);
	assert_true(refused(w) > CAPACITY / 2);
}

static void attack_ends_below_where_it_begins(void **state)
{
	struct world *w = *state;
	struct lvs_conn_table *conns = &w->engine->conns;

	crowd(w, LVS_PROTO_UDP, 0, 0, CAPACITY / 8 * 7 + 1, 1);
	wait_for(w, 0);
	assert_true(lvs_engine_defence(w->engine)->attack);
	for (uint32_t id = 1; used(w) > CAPACITY / 4 * 3 + 1; id++)
		lvs_engine_end(w->engine, lvs_conn_at(conns, id), true);
	wait_for(w, 0);
	assert_true(lvs_engine_defence(w->engine)->attack);
	lvs_engine_end(w->engine, lvs_conn_at(conns, CAPACITY / 2), true);
	wait_for(w, 0);
	assert_false(lvs_engine_defence(w->engine)->attack);
}

static void secure_tcp_switches_the_tables(void **state)
{
	struct world *w = *state;

	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 1, 1, 1);
	crowd(w, LVS_PROTO_TCP, LVS_TCP_ACK, 1, 1, 1);
	assert_int_equal(half_open(w), 0);
	configure(w, (struct lvs_defence_settings){ .secure_tcp = LVS_DEFENCE_ALWAYS });
	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 2, 1, 1);
	crowd(w, LVS_PROTO_TCP, LVS_TCP_ACK, 2, 1, 1);
	assert_int_equal(half_open(w), 1);
}

/* Half-open ones within a round of 32 s; they would live for 60. */
static void drop_entry_gives_up_half_open_ones(void **state)
{
	struct world *w = *state;

	configure(w, (struct lvs_defence_settings){ .drop_entry = LVS_DEFENCE_ALWAYS });
	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 0, 500, 1);
	crowd(w, LVS_PROTO_SCTP, 0, 1000, 500, 2);
	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 2000, 100, 1);
	crowd(w, LVS_PROTO_TCP, LVS_TCP_ACK, 2000, 100, 1);
	crowd(w, LVS_PROTO_UDP, 0, 3000, 100, 1);
	assert_int_equal(used(w), 1200);
	for (unsigned int i = 0; i < 2; i++) {
		wait_for(w, LVS_SECONDS(1));
		assert_in_range(used(w), 1200 - (i + 1) * 38, 1200 - (i + 1) * 36);	/* a 32nd each */
	}
	for (unsigned int i = 2; i < 34; i++)
		wait_for(w, LVS_SECONDS(1));
	assert_int_equal(used(w), 200);
	assert_int_equal(half_open(w), 0);
	assert_int_equal(lvs_engine_defence(w->engine)->given_up, 1000);
}

/* Silent for a minute: after n packets of the client, up to eight, one in n. */
static void drop_entry_gives_up_who_said_little(void **state)
{
	struct world *w = *state;

	configure(w, (struct lvs_defence_settings){ .drop_entry = LVS_DEFENCE_ALWAYS });
	crowd(w, LVS_PROTO_UDP, 0, 0, 240, 1);
	crowd(w, LVS_PROTO_UDP, 0, 1000, 240, 4);
	crowd(w, LVS_PROTO_UDP, 0, 2000, 240, 8);
	crowd(w, LVS_PROTO_UDP, 0, 3000, 240, 9);
	crowd(w, LVS_PROTO_UDP, 0, 4000, 240, 200);
	for (unsigned int i = 0; i < 60; i++)
		wait_for(w, LVS_SECONDS(1));
	assert_int_equal(used(w), 5 * 240);
	for (unsigned int i = 0; i < 32; i++)	/* once round */
		wait_for(w, LVS_SECONDS(1));
	assert_in_range(used(w), 5 * 240 - 240 - 60 - 30 - 20, 5 * 240 - 240 - 60 - 30 + 20);
	for (unsigned int i = 0; i < 150; i++)
		wait_for(w, LVS_SECONDS(1));
	assert_true(used(w) >= 2 * 240);	/* who said more stays until the 300 s are over */
	assert_true(used(w) < 2 * 240 + 240);
}

static void half_open_cap_gives_up_the_oldest(void **state)
{
	struct world *w = *state;
	uint64_t out;

	configure(w, (struct lvs_defence_settings){ .max_half_open = 100 });
	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 0, 100, 1);
	wait_for(w, LVS_SECONDS(2));
	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 1000, 50, 1);
	assert_int_equal(half_open(w), 100);
	assert_int_equal(used(w), 100);
	assert_int_equal(lvs_engine_conns(w->engine)->evicted[LVS_CLASS_HALF_OPEN], 50);
	out = w->out;
	crowd(w, LVS_PROTO_TCP, LVS_TCP_ACK, 1000, 50, 1);	/* the new ones are there, and no longer half-open */
	assert_int_equal(w->out - out, 50);
	assert_int_equal(half_open(w), 50);
	crowd(w, LVS_PROTO_UDP, 0, 0, 500, 1);		/* never half-open, so no business of the cap */
	assert_int_equal(half_open(w), 50);
}

/* A million SYNs from as many sources, beside a hundred connections that talk now and then. */
static void flood(void **state)
{
	struct world *w = *state;
	struct lvs_packet syn = request(LVS_PROTO_TCP, LVS_TCP_SYN), ack = request(LVS_PROTO_TCP, LVS_TCP_ACK);
	uint64_t random = 88172645463325252ULL, out;
	uint8_t room[256];

	configure(w, (struct lvs_defence_settings){ LVS_DEFENCE_AUTO, LVS_DEFENCE_OFF, LVS_DEFENCE_AUTO, 10, 1000 });
	crowd(w, LVS_PROTO_TCP, LVS_TCP_SYN, 0xb0000000, 100, 1);
	crowd(w, LVS_PROTO_TCP, LVS_TCP_ACK, 0xb0000000, 100, 1);
	for (uint32_t i = 0; i < 1000000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		hand_in(w, of_client(&syn, (uint32_t)random % 0xa0000000, room));
		if (i % 1000)
			continue;
		assert_true(half_open(w) <= 1000);
		assert_true(used(w) <= 1100);
		hand_in(w, of_client(&ack, 0xb0000000 + i / 1000 % 100, room));
		wait_for(w, LVS_SECONDS(1) / 10);
	}
	assert_true(lvs_engine_defence(w->engine)->attack);
	assert_int_equal(lvs_engine_conns(w->engine)->evicted[LVS_CLASS_ESTABLISHED], 0);
	out = w->out;
	crowd(w, LVS_PROTO_TCP, LVS_TCP_ACK, 0xb0000000, 100, 1);
	assert_int_equal(w->out - out, 100);
	build_free(&syn);
	build_free(&ack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(off_refuses_nothing),
		TEST(drop_packet_takes_one_in_n),
		TEST(automatic_modes_follow_the_table),
		TEST(half_open_connections_keep_nobody_out),
		TEST(attack_ends_below_where_it_begins),
		TEST(secure_tcp_switches_the_tables),
		TEST(drop_entry_gives_up_half_open_ones),
		TEST(drop_entry_gives_up_who_said_little),
		TEST(half_open_cap_gives_up_the_oldest),
		TEST(flood),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
