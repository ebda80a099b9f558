// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/wire.h"
#include "tests/lib/director.h"

#define PORTS 65536

static void set_sources(struct director *director, const char *first, uint32_t n, uint16_t first_port, uint16_t last_port)
{
	struct lvs_addr addrs[LVS_SOURCES_MAX];

	for (uint32_t i = 0; i < n; i++) {
		addrs[i] = test_addr(first);
		addrs[i].bytes[15] = (uint8_t)(addrs[i].bytes[15] + i);
		addrs[i].bytes[14] = (uint8_t)(addrs[i].bytes[14] + i / 256);
	}
	assert_int_equal(lvs_engine_set_sources(director->engine, addrs, n, first_port, last_port), 0);
}

static struct lvs_server *serve(struct director *director, uint16_t vport, const char *rip)
{
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, "192.0.2.1", vport, rip, 8080);
	struct lvs_server_spec spec = server->spec;

	spec.forward = lvs_forward_find("fullnat");
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	return server;
}

/* A new connection of client number @n. Return: the drop reason; @ret_conn: it, for a reason of none */
static enum lvs_drop begin(struct director *director, struct lvs_server *server, uint32_t n, struct lvs_conn **ret_conn)
{
	const struct lvs_tuple tuple = {
		.src = lvs_addr_from4(LVS_BE32(0x0b000000 + n / 50000)), .sport = LVS_BE16(1024 + n % 50000),
		.dst = server->service->spec.key.addr, .dport = server->service->spec.key.port, .proto = LVS_PROTO_TCP,
	};

	director_begin(director);
	return lvs_engine_connect(director->engine, server, &tuple, false, ret_conn);
}

/* As if it had seen packets that left it in @state. */
static void set_state(struct director *director, struct lvs_conn *conn, uint8_t state)
{
	lvs_engine_set_state(director->engine, conn, &lvs_proto_tcp, state);
}

static uint32_t place(const struct director *director, const struct lvs_conn *conn)
{
	return (uint32_t)director->engine->sources.slots[conn->source].addr.bytes[15] << 16 | lvs_host16(conn->lport);
}

static void a_small_pool_is_used_up_to_the_last_port(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, 80, "10.0.0.11"), *other = serve(director, 81, "10.0.0.12");
	bool seen[2][5] = { { false } };
	struct lvs_conn *conn, *last = NULL;

	set_sources(director, "10.0.0.64", 2, 100, 104);
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t at;

		assert_int_equal(begin(director, server, i, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
		at = place(director, conn);
		assert_in_range(at >> 16, 64, 65);
		assert_in_range(at & 0xffff, 100, 104);
		assert_false(seen[(at >> 16) - 64][(at & 0xffff) - 100]);
		seen[(at >> 16) - 64][(at & 0xffff) - 100] = true;
		last = conn;
	}
	assert_int_equal(begin(director, server, 10, &conn), LVS_DROP_NO_SOURCE);
	/* Towards another server they are all free. */
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(begin(director, other, i, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
	}
	assert_int_equal(begin(director, other, 10, &conn), LVS_DROP_NO_SOURCE);
	/* And one that ended is free again. */
	lvs_engine_end(director->engine, last, false);
	assert_int_equal(begin(director, server, 11, &conn), LVS_DROP_NONE);
	set_state(director, conn, 1);
	assert_int_equal(begin(director, server, 12, &conn), LVS_DROP_NO_SOURCE);
}

static void a_port_whose_connection_is_over_is_better_than_none(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, 80, "10.0.0.11");
	uint32_t at;
	struct lvs_conn *conn;

	set_sources(director, "10.0.0.64", 1, 7, 9);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(begin(director, server, i, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
	}
	for (uint8_t s = 0; s < lvs_proto_tcp.nstates; s++) {
		if (!lvs_proto_tcp.states[s].over)
			continue;
		set_state(director, conn, s);
		at = place(director, conn);
		assert_int_equal(begin(director, server, 10u + s, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
		assert_int_equal(place(director, conn), at);
		assert_int_equal(director->engine->conns.used, 3);
	}
	assert_int_equal(begin(director, server, 100, &conn), LVS_DROP_NO_SOURCE);
}

static struct director *big_director(void)
{
	struct director *director = calloc(1, sizeof(*director));
	const uint32_t capacity = PORTS + 16;
	struct lvs_engine_options options = {
		.max_connections = capacity, .key = { 5, 6 }, .fragments = lvs_fragment_limits_default,
		.settings = { .reply_rate = 1000 },
	};

	director->memory = aligned_alloc(64, (lvs_conn_table_bytes(capacity) + 63) / 64 * 64);
	memset(director->memory, 0, lvs_conn_table_bytes(capacity));
	options.memory = director->memory;
	director->now = LVS_SECONDS(1000);
	assert_int_equal(lvs_engine_new(&options, director->now, &director->engine), 0);
	return director;
}

static void free_big(struct director *director)
{
	lvs_engine_free(director->engine);
	free(director->memory);
	free(director);
}

/* Two directors, or two servers, do not have one order; and nobody counts upwards. */
static void ports_come_in_no_order_that_a_stranger_knows(void **state)
{
	struct director *director = big_director();
	struct lvs_server *server = serve(director, 80, "10.0.0.11"), *other = serve(director, 81, "10.0.0.12");
	uint32_t near = 0, same = 0, before = 0, highs[16] = { 0 };
	struct lvs_conn *conn;

	(void)state;
	set_sources(director, "10.0.0.64", 1, 1024, 65535);
	for (uint32_t i = 0; i < 400; i++) {
		uint32_t at;

		assert_int_equal(begin(director, server, i, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
		at = place(director, conn) & 0xffff;
		near += at - before < 64;
		highs[at >> 12]++;
		before = at;
		assert_int_equal(begin(director, other, i, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
		same += (place(director, conn) & 0xffff) == at;
	}
	assert_in_range(near, 0, 6);
	assert_in_range(same, 0, 3);
	for (size_t i = 1; i < ARRAY_LEN(highs); i++)
		assert_in_range(highs[i], 5, 60);
	free_big(director);
}

/* Each of 65535 ports of one address, towards one server, once. */
static void all_ports_of_an_address_are_one_servers(void **state)
{
	struct director *director = big_director();
	struct lvs_server *server = serve(director, 80, "10.0.0.11");
	static bool seen[PORTS];
	struct lvs_conn *conn;

	(void)state;
	set_sources(director, "10.0.0.64", 1, 1, 65535);
	for (uint32_t i = 0; i < PORTS - 1; i++) {
		uint32_t at;

		assert_int_equal(begin(director, server, i, &conn), LVS_DROP_NONE);
		set_state(director, conn, 1);
		at = place(director, conn) & 0xffff;
		assert_false(seen[at]);
		seen[at] = true;
	}
	assert_false(seen[0]);
	assert_int_equal(begin(director, server, PORTS, &conn), LVS_DROP_NO_SOURCE);
	free_big(director);
}

static void a_family_without_addresses_has_none(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, 80, "10.0.0.11");
	const struct lvs_addr four = test_addr("10.0.0.1"), six = test_addr("2001:db8::1");
	struct lvs_conn *conn;

	assert_int_equal(begin(director, server, 1, &conn), LVS_DROP_NO_SOURCE);
	set_sources(director, "2001:db8:1::64", 3, 1, 65535);
	assert_int_equal(begin(director, server, 1, &conn), LVS_DROP_NO_SOURCE);
	assert_true(lvs_sources_serve(&director->engine->sources, &six));
	assert_false(lvs_sources_serve(&director->engine->sources, &four));
	assert_int_equal(director->engine->conns.used, 0);
}

static void connections_keep_an_address_that_was_taken_away(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, 80, "10.0.0.11");
	const struct lvs_addr gone = test_addr("10.0.0.64"), here = test_addr("10.0.0.70");
	const struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_conn *conn, *other;

	set_sources(director, "10.0.0.64", 1, 1, 65535);
	assert_int_equal(lvs_rules_owner(rules, &gone), LVS_OWNER_DIRECTOR);
	assert_true(lvs_rules_live(rules, &gone));
	assert_int_equal(begin(director, server, 1, &conn), LVS_DROP_NONE);
	set_state(director, conn, 1);
	set_sources(director, "10.0.0.70", 1, 1, 65535);
	assert_int_equal(lvs_rules_owner(rules, &gone), LVS_OWNER_OTHER);
	assert_int_equal(lvs_rules_owner(rules, &here), LVS_OWNER_DIRECTOR);
	assert_int_equal(begin(director, server, 2, &other), LVS_DROP_NONE);
	set_state(director, other, 1);
	assert_int_equal(place(director, conn) >> 16, 64);
	assert_int_equal(place(director, other) >> 16, 70);
	assert_int_equal(rules->nown, 1);
	/* Its number is nobody else's until the connection has ended. */
	for (uint32_t i = 0; i < 20; i++)
		set_sources(director, i % 2 ? "10.0.0.80" : "10.0.0.90", 1, 1, 65535);
	assert_int_equal(place(director, conn) >> 16, 64);
	assert_true(director->engine->sources.touched < 8);
}

/* As many numbers as there are, all named by connections. */
static void too_many_addresses_are_refused_and_nothing_changes(void **state)
{
	struct director *director = *state;
	struct lvs_addr many[LVS_SOURCES_MAX + 1] = { { .bytes = { 0 } } }, one = test_addr("10.0.0.64");
	struct lvs_sources *sources = &director->engine->sources;

	assert_int_equal(lvs_engine_set_sources(director->engine, many, LVS_SOURCES_MAX + 1, 1, 2), -EINVAL);
	assert_int_equal(lvs_engine_set_sources(director->engine, &one, 1, 0, 2), -EINVAL);
	assert_int_equal(lvs_engine_set_sources(director->engine, &one, 1, 3, 2), -EINVAL);
	assert_int_equal(sources->noffered[0], 0);
	for (uint32_t i = 1; i < LVS_SOURCE_SLOTS; i++) {
		sources->slots[i].conns = 1;
		sources->slots[i].addr = lvs_addr_from4(LVS_BE32(0x0b000000 + i));
	}
	sources->touched = LVS_SOURCE_SLOTS;
	assert_int_equal(lvs_engine_set_sources(director->engine, &one, 1, 1, 2), -ENOSPC);
	assert_int_equal(sources->noffered[0], 0);
	assert_int_equal(director->engine->rules.nown, 0);
	sources->slots[77].conns = 0;
	assert_int_equal(lvs_engine_set_sources(director->engine, &one, 1, 1, 2), 0);
	assert_int_equal(sources->offered[0][0], 77);
	for (uint32_t i = 1; i < LVS_SOURCE_SLOTS; i++)
		sources->slots[i].conns = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_small_pool_is_used_up_to_the_last_port, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(a_port_whose_connection_is_over_is_better_than_none, director_setup,
						director_teardown),
		cmocka_unit_test(ports_come_in_no_order_that_a_stranger_knows),
		cmocka_unit_test(all_ports_of_an_address_are_one_servers),
		cmocka_unit_test_setup_teardown(a_family_without_addresses_has_none, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(connections_keep_an_address_that_was_taken_away, director_setup,
						director_teardown),
		cmocka_unit_test_setup_teardown(too_many_addresses_are_refused_and_nothing_changes, director_setup,
						director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
