// SPDX-License-Identifier: GPL-2.0-or-later
/* Announced connections, without anybody's payload: who comes, who does not, and what is in the way. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/expect.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define VIP "192.0.2.1"
#define RIP "10.0.0.11"

/* A control connection of the client 198.51.100.@host. */
static struct lvs_conn *control_of(struct director *director, unsigned int host)
{
	char client[20];
	struct build syn = { .src = client, .sport = 40000, .dst = VIP, .dport = 21, .tcp_flags = LVS_TCP_SYN };
	struct lvs_conn *conn;

	snprintf(client, sizeof(client), "198.51.100.%u", host);
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	conn = lvs_conn_at(&director->engine->conns, director->engine->conns.touched);
	assert_non_null(lvs_stream_add_text(&director->engine->streams, conn));
	return conn;
}

static enum lvs_drop knock(struct director *director, const char *src, uint16_t sport, const char *dst, uint16_t dport,
			   uint8_t flags)
{
	struct build what = { .src = src, .sport = sport, .dst = dst, .dport = dport, .tcp_flags = flags };

	return director_take(director, &what);
}

static uint32_t awaited(const struct director *director)
{
	return director->engine->expectations.n;
}

/* The slot is empty again before its connection is. */
static void done(struct director *director)
{
	for (uint32_t id = 1; id <= director->engine->conns.touched; id++) {
		struct lvs_conn *conn = lvs_conn_at(&director->engine->conns, id);

		if (conn && conn->stream)
			lvs_expect_cancel(director->engine, conn);
	}
	assert_int_equal(awaited(director), 0);
}

static void test_who(void **state)
{
	struct director *director = *state;
	struct lvs_engine *engine = director->engine;
	struct lvs_conn *control;

	director_serve(director, LVS_PROTO_TCP, VIP, 21, RIP, 21);
	control = control_of(director, 7);
	lvs_expect_client(engine, control, LVS_BE16(5000), LVS_BE16(6000));
	assert_int_equal(knock(director, "198.51.100.8", 1000, VIP, 5000, LVS_TCP_SYN), LVS_DROP_NO_SERVICE);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5001, LVS_TCP_SYN), LVS_DROP_NO_SERVICE);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5000, LVS_TCP_ACK), LVS_DROP_NO_SERVICE);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5000, LVS_TCP_SYN | LVS_TCP_ACK), LVS_DROP_NO_SERVICE);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5000, LVS_TCP_SYN | LVS_TCP_RST), LVS_DROP_NO_SERVICE);
	assert_int_equal(awaited(director), 1);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5000, LVS_TCP_SYN), LVS_DROP_NONE);
	assert_int_equal(awaited(director), 0);
	assert_int_equal(control->ncontrolled, 1);
	assert_int_equal(engine->stats.total.conns, 1);	/* the control connection's own, as in IPVS */
}

/* One slot per connection, however often it announces; all are found. */
static void test_many(void **state)
{
	struct director *director = *state;
	struct lvs_conn *controls[40];

	director_serve(director, LVS_PROTO_TCP, VIP, 21, RIP, 21);
	for (unsigned int i = 0; i < ARRAY_LEN(controls); i++) {
		controls[i] = control_of(director, 1 + i);
		for (uint16_t port = 5000; port < 5010; port++)
			lvs_expect_client(director->engine, controls[i], LVS_BE16(port), LVS_BE16(port + 1000));
	}
	assert_int_equal(awaited(director), ARRAY_LEN(controls));
	assert_false(lvs_expect_taken(director->engine, controls[0], LVS_BE16(5009)));
	for (unsigned int i = 0; i < ARRAY_LEN(controls); i += 2)
		lvs_expect_cancel(director->engine, controls[i]);
	for (unsigned int i = 0; i < ARRAY_LEN(controls); i++) {
		char client[20];

		snprintf(client, sizeof(client), "198.51.100.%u", 1 + i);
		if (i % 2 && director->engine->conns.used < 60)
			assert_int_equal(knock(director, client, 1000, VIP, 5009, LVS_TCP_SYN), LVS_DROP_NONE);
		else
			assert_int_equal(knock(director, client, 1000, VIP, 5008, LVS_TCP_SYN), LVS_DROP_NO_SERVICE);
	}
	done(director);
}

/* The server's connection clashes with one that is there; it may try again. */
static void test_clash(void **state)
{
	struct director *director = *state;
	struct lvs_conn *control;

	director_serve(director, LVS_PROTO_TCP, VIP, 21, RIP, 21);
	director_serve(director, LVS_PROTO_TCP, VIP, 80, RIP, 6000);
	control = control_of(director, 7);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 80, LVS_TCP_SYN), LVS_DROP_NONE);
	lvs_expect_client(director->engine, control, LVS_BE16(5000), LVS_BE16(6000));
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5000, LVS_TCP_SYN), LVS_DROP_CONN_CLASH);
	assert_int_equal(awaited(director), 1);
	assert_int_equal(knock(director, "198.51.100.7", 1001, VIP, 5000, LVS_TCP_SYN), LVS_DROP_NONE);
}

/* A removed server is dead to new connections, announced or not. */
static void test_server_gone(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, VIP, 21, RIP, 21);
	struct lvs_conn *control = control_of(director, 7);

	lvs_expect_client(director->engine, control, LVS_BE16(5000), LVS_BE16(6000));
	lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	assert_int_equal(knock(director, "198.51.100.7", 1000, VIP, 5000, LVS_TCP_SYN), LVS_DROP_SERVER_GONE);
	done(director);
}

/* A full table may give up the very connection that announced: then nobody comes any more, and nothing breaks. */
static void test_full(void **state)
{
	struct director *director = *state;
	struct lvs_conn *control;

	director_serve(director, LVS_PROTO_TCP, VIP, 21, RIP, 21);
	control = control_of(director, 250);
	director_wait(director, LVS_SECONDS(10));	/* no news of it: it goes first */
	lvs_expect_client(director->engine, control, LVS_BE16(5000), LVS_BE16(6000));
	director->engine->conns.capacity = director->engine->conns.touched;
	assert_int_equal(knock(director, "198.51.100.250", 1000, VIP, 5000, LVS_TCP_SYN), LVS_DROP_TABLE_FULL);
	assert_int_equal(awaited(director), 0);
	assert_int_equal(director->engine->conns.used, 0);
}

/* Fragments hide their ports: the first one of a SYN is not what was announced. */
static void test_fragment(void **state)
{
	struct director *director = *state;
	struct lvs_conn *control;
	struct build syn = { .src = "198.51.100.7", .sport = 1000, .dst = VIP, .dport = 5000, .tcp_flags = LVS_TCP_SYN,
			     .payload = 100, .frag_bytes = 40 };

	director_serve(director, LVS_PROTO_TCP, VIP, 21, RIP, 21);
	control = control_of(director, 7);
	lvs_expect_client(director->engine, control, LVS_BE16(5000), LVS_BE16(6000));
	assert_int_equal(director_take(director, &syn), LVS_DROP_NO_SERVICE);
	done(director);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, director_setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who),
		TEST(test_many),
		TEST(test_clash),
		TEST(test_server_gone),
		TEST(test_full),
		TEST(test_fragment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
