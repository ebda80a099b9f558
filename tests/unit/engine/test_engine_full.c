// SPDX-License-Identifier: GPL-2.0-or-later
/* A table with room for 64, all taken: who goes for whom, and that it keeps serving those who stay. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"

#define ROOM 64

static struct lvs_server *web, *dns;

static int setup(void **state)
{
	director_setup(state);
	web = director_serve(*state, LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.1", 8080);
	dns = director_serve(*state, LVS_PROTO_UDP, "192.0.2.1", 53, "10.0.0.1", 5300);
	return 0;
}

static enum lvs_drop send(struct director *director, uint16_t client, uint8_t proto, uint8_t flags)
{
	const struct build what = {
		.src = "10.9.0.1", .dst = "192.0.2.1", .sport = (uint16_t)(1000 + client),
		.dport = proto == LVS_PROTO_UDP ? 53 : 80, .proto = proto, .tcp_flags = flags,
	};
	enum lvs_drop drop = director_take(director, &what);

	invariants_hold(director->engine);
	return drop;
}

static const struct lvs_conn *find(const struct director *director, uint16_t client)
{
	const struct lvs_conn_table *table = lvs_engine_conns(director->engine);

	for (uint32_t id = 1; id <= table->touched; id++) {
		const struct lvs_conn *conn = lvs_conn_at(table, id);

		if (conn && conn->cport == LVS_BE16(1000 + client))
			return conn;
	}
	return NULL;
}

/* Return: the class whose evictions grew by one, or LVS_CLASS_COUNT */
static enum lvs_class evicted(const struct director *director, uint64_t seen[LVS_CLASS_COUNT])
{
	const struct lvs_conn_table *table = lvs_engine_conns(director->engine);
	enum lvs_class found = LVS_CLASS_COUNT;

	for (enum lvs_class class = 0; class < LVS_CLASS_COUNT; class++) {
		if (table->evicted[class] == seen[class])
			continue;
		assert_int_equal(table->evicted[class], seen[class] + 1);
		assert_int_equal(found, LVS_CLASS_COUNT);
		seen[class]++;
		found = class;
	}
	return found;
}

static void begin(struct director *director, uint16_t client, enum lvs_class class)
{
	if (class == LVS_CLASS_DATAGRAM) {
		assert_int_equal(send(director, client, LVS_PROTO_UDP, 0), LVS_DROP_NONE);
		return;
	}
	assert_int_equal(send(director, client, LVS_PROTO_TCP, LVS_TCP_SYN), LVS_DROP_NONE);
	if (class != LVS_CLASS_HALF_OPEN)
		assert_int_equal(send(director, client, LVS_PROTO_TCP, LVS_TCP_ACK), LVS_DROP_NONE);
	if (class == LVS_CLASS_CLOSING)
		assert_int_equal(send(director, client, LVS_PROTO_TCP, LVS_TCP_FIN | LVS_TCP_ACK), LVS_DROP_NONE);
	assert_int_equal(find(director, client)->class, class);
}

static void the_class_decides_and_then_who_was_silent_longest(void **state)
{
	/* Clients 0 to 15 are established, 16 to 31 datagrams, then closing ones, then half open ones. */
	static const enum lvs_class classes[] = { LVS_CLASS_ESTABLISHED, LVS_CLASS_DATAGRAM, LVS_CLASS_CLOSING,
						  LVS_CLASS_HALF_OPEN };
	struct director *director = *state;
	uint64_t seen[LVS_CLASS_COUNT] = { 0 };
	uint16_t next = 200;

	for (uint16_t client = 0; client < ROOM; client++) {
		begin(director, client, classes[client / 16]);
		director_wait(director, 200 * LVS_NS_PER_MS);
	}
	director_wait(director, 3300 * LVS_NS_PER_MS);	/* nobody is in the middle of a handshake any more */
	/* The last 16 to be asked for make up for those who were given up: each newcomer becomes established at once. */
	for (int group = 3; group > 0; group--) {
		for (uint16_t client = 0; client < 16; client++) {
			begin(director, next++, LVS_CLASS_ESTABLISHED);
			assert_int_equal(evicted(director, seen), classes[group]);
			assert_null(find(director, (uint16_t)(group * 16 + client)));
			assert_int_equal(lvs_engine_conns(director->engine)->used, ROOM);
		}
	}
	assert_int_equal(web->active, ROOM);
	assert_int_equal(web->inactive + dns->inactive, 0);
	for (uint16_t client = 0; client < 16; client++)
		assert_non_null(find(director, client));
}

static void a_table_of_closing_connections_takes_newcomers(void **state)
{
	struct director *director = *state;
	uint64_t seen[LVS_CLASS_COUNT] = { 0 };

	for (uint16_t client = 0; client < ROOM; client++)
		begin(director, client, LVS_CLASS_CLOSING);
	/* All of them at once: their handshakes are not each other's victims. */
	for (uint16_t client = 200; client < 200 + ROOM / 2; client++) {
		begin(director, client, LVS_CLASS_HALF_OPEN);
		assert_int_equal(evicted(director, seen), LVS_CLASS_CLOSING);
	}
	for (uint16_t client = 200; client < 200 + ROOM / 2; client++)
		assert_non_null(find(director, client));
	/* Only when nothing else is left, and never at the cost of those who talk. */
	for (uint16_t client = 300; client < 300 + ROOM; client++) {
		begin(director, client, LVS_CLASS_HALF_OPEN);
		assert_int_equal(evicted(director, seen), client < 300 + ROOM / 2 ? LVS_CLASS_CLOSING : LVS_CLASS_HALF_OPEN);
	}
}

static void who_has_spoken_within_a_minute_stays(void **state)
{
	struct director *director = *state;
	const struct lvs_stats *stats = lvs_engine_stats(director->engine);
	uint64_t seen[LVS_CLASS_COUNT] = { 0 };

	for (uint16_t client = 0; client < ROOM; client++)
		begin(director, client, LVS_CLASS_ESTABLISHED);
	director_wait(director, LVS_SECONDS(59));
	assert_int_equal(send(director, 100, LVS_PROTO_TCP, LVS_TCP_SYN), LVS_DROP_TABLE_FULL);
	assert_int_equal(director->nout, 0);
	assert_int_equal(send(director, 100, LVS_PROTO_UDP, 0), LVS_DROP_TABLE_FULL);
	assert_int_equal(stats->dropped[LVS_DROP_TABLE_FULL], 2);
	assert_int_equal(stats->total.conns, ROOM);
	assert_int_equal(web->counters.conns, ROOM);
	assert_int_equal(evicted(director, seen), LVS_CLASS_COUNT);

	/* All but client 7 speak again; a minute after its last packet it is the one. */
	for (uint16_t client = 0; client < ROOM; client++)
		if (client != 7)
			assert_int_equal(send(director, client, LVS_PROTO_TCP, LVS_TCP_ACK), LVS_DROP_NONE);
	director_wait(director, LVS_SECONDS(2));
	for (int knocks = 0; knocks < ROOM / 16 && find(director, 7); knocks++)
		(void)send(director, 101, LVS_PROTO_TCP, LVS_TCP_SYN);
	assert_null(find(director, 7));
	assert_non_null(find(director, 101));
	assert_int_equal(evicted(director, seen), LVS_CLASS_ESTABLISHED);

	/* Now there is one that is half open: it is the next to go. */
	begin(director, 102, LVS_CLASS_HALF_OPEN);
	assert_int_equal(evicted(director, seen), LVS_CLASS_HALF_OPEN);
	assert_null(find(director, 101));
}

static void a_flood_of_beginnings_leaves_the_rest_alone(void **state)
{
	struct director *director = *state;

	for (uint16_t client = 0; client < ROOM / 2; client++)
		begin(director, client, LVS_CLASS_ESTABLISHED);
	for (uint16_t client = 100; client < 5100; client++) {
		const struct build what = { .src = "10.9.0.1", .dst = "192.0.2.1", .sport = (uint16_t)(1000 + client),
					    .dport = 80, .tcp_flags = LVS_TCP_SYN };

		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	}
	invariants_hold(director->engine);
	for (uint16_t client = 0; client < ROOM / 2; client++)
		assert_int_equal(send(director, client, LVS_PROTO_TCP, LVS_TCP_ACK), LVS_DROP_NONE);
	assert_int_equal(lvs_engine_conns(director->engine)->evicted[LVS_CLASS_HALF_OPEN], 5000 - ROOM / 2);
	assert_int_equal(lvs_engine_conns(director->engine)->used, ROOM);
}

/* Both ends of one connection in turn: it is given up for the one whose packets come, and the other way round. */
static void one_record_is_enough_for_all(void **state)
{
	struct lvs_engine_options options = {
		.max_connections = 1, .fragments = lvs_fragment_limits_default, .key = { 3, 4 },
	};
	struct director *director = *state;
	struct lvs_engine *first = director->engine;
	void *memory = aligned_alloc(64, (lvs_conn_table_bytes(1) + 63) / 64 * 64);

	assert_non_null(memory);
	memset(memory, 0, lvs_conn_table_bytes(1));
	options.memory = memory;
	assert_int_equal(lvs_engine_new(&options, director->now, &director->engine), 0);
	(void)director_serve(director, LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.1", 8080);
	for (uint16_t client = 0; client < 100; client++) {
		begin(director, client, client % 2 ? LVS_CLASS_HALF_OPEN : LVS_CLASS_CLOSING);
		assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	}
	lvs_engine_free(director->engine);
	free(memory);
	director->engine = first;
}

/* An index without room, which chance does not bring about, is a full table. */
static void no_room_in_the_index_is_counted_alike(void **state)
{
	struct director *director = *state;
	struct lvs_conn_table *table = &director->engine->conns;
	uint32_t used;

	table->nbuckets = 1;
	for (uint16_t client = 0; send(director, client, LVS_PROTO_UDP, 0) == LVS_DROP_NONE; client++)
		assert_in_range(client, 0, ROOM - 1);
	used = table->used;
	assert_in_range(used, 5, 6);
	assert_int_equal(lvs_engine_stats(director->engine)->dropped[LVS_DROP_TABLE_FULL], 1);
	assert_int_equal(send(director, 99, LVS_PROTO_TCP, LVS_TCP_SYN), LVS_DROP_TABLE_FULL);
	assert_int_equal(table->used, used);
	director_wait(director, LVS_SECONDS(301));
	assert_int_equal(table->used, 0);
	assert_int_equal(send(director, 99, LVS_PROTO_TCP, LVS_TCP_SYN), LVS_DROP_NONE);
}

static void what_makes_no_engine(void **state)
{
	struct lvs_engine_options options = { .max_connections = 1, .fragments = lvs_fragment_limits_default };
	struct lvs_engine *engine = NULL;
	uint64_t memory;

	(void)state;
	assert_int_equal(lvs_engine_new(&options, 0, &engine), -EINVAL);
	options.memory = &memory;
	options.max_connections = 0;
	assert_int_equal(lvs_engine_new(&options, 0, &engine), -EINVAL);
	options.max_connections = LVS_CONN_MAX + 1;
	assert_int_equal(lvs_engine_new(&options, 0, &engine), -EINVAL);
	options.max_connections = 1;
	options.fragments.datagrams = 0;
	assert_int_equal(lvs_engine_new(&options, 0, &engine), -EINVAL);
	assert_null(engine);
	lvs_engine_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_class_decides_and_then_who_was_silent_longest, setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_table_of_closing_connections_takes_newcomers, setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_has_spoken_within_a_minute_stays, setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_flood_of_beginnings_leaves_the_rest_alone, setup, director_teardown),
		cmocka_unit_test_setup_teardown(one_record_is_enough_for_all, setup, director_teardown),
		cmocka_unit_test_setup_teardown(no_room_in_the_index_is_counted_alike, setup, director_teardown),
		cmocka_unit_test(what_makes_no_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
