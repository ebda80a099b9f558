// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/director.h"

/* A router tells the virtual address that a packet of its to the client was too large; only the server can know of it. */
static enum lvs_drop error(struct director *director, uint16_t vport, struct build *ret_expect)
{
	struct build about = { .src = "192.0.2.10", .sport = vport, .dst = "203.0.113.5", .dport = 40000,
			       .tcp_flags = LVS_TCP_ACK, .seq = 7 };
	struct lvs_packet quote = build(&about);
	struct build what = { .src = "198.51.100.1", .dst = "192.0.2.10", .proto = LVS_PROTO_ICMP, .icmp_type = 3,
			      .icmp_code = 4, .icmp_rest = 1400, .quote = quote.data, .quote_bytes = quote.len };
	enum lvs_drop drop = director_take(director, &what);

	*ret_expect = what;
	build_free(&quote);
	return drop;
}

static void set(struct director *director, bool on)
{
	struct lvs_engine_settings settings = director->engine->settings;

	settings.schedule_icmp = on;
	lvs_engine_configure(director->engine, &settings, director->now);
}

static void begins_a_connection_when_asked_to(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, "10.0.0.11", 8080);
	struct build about = { .src = "10.0.0.11", .sport = 8080, .dst = "203.0.113.5", .dport = 40000,
			       .tcp_flags = LVS_TCP_ACK, .seq = 7 };
	struct lvs_packet quote = build(&about);
	struct build expect;

	assert_int_equal(error(director, 80, &expect), LVS_DROP_ICMP_NO_CONN);
	set(director, true);
	assert_int_equal(error(director, 80, &expect), LVS_DROP_NONE);
	expect.dst = "10.0.0.11";
	expect.quote = quote.data;
	expect.quote_bytes = quote.len;
	director_expect(director, build(&expect));
	build_free(&quote);
	assert_int_equal(server->counters.conns, 1);
	assert_int_equal(server->active, 0);
	assert_int_equal(server->inactive, 1);
	assert_int_equal(error(director, 80, &expect), LVS_DROP_NONE);
	assert_int_equal(server->counters.conns, 1);
	/* The client's own packets find what the error began. */
	assert_int_equal(director_take(director, &(struct build){ .src = "203.0.113.5", .sport = 40000, .dst = "192.0.2.10",
								  .dport = 80, .tcp_flags = LVS_TCP_ACK }), LVS_DROP_NONE);
	assert_int_equal(server->active, 1);
	assert_int_equal(server->counters.conns, 1);
}

static void no_more_than_a_packet_could(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, "10.0.0.11", 8080);
	struct lvs_server_spec drained = server->spec;
	struct build expect;

	set(director, true);
	assert_int_equal(error(director, 81, &expect), LVS_DROP_ICMP_NO_CONN);
	drained.weight = 0;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &drained), 0);
	assert_int_equal(error(director, 80, &expect), LVS_DROP_ICMP_NO_CONN);
	assert_int_equal(director->nout, 0);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

static void ends_soon_without_a_packet(void **state)
{
	struct director *director = *state;
	struct build expect;

	director_serve(director, LVS_PROTO_TCP, "192.0.2.10", 80, "10.0.0.11", 8080);
	set(director, true);
	assert_int_equal(error(director, 80, &expect), LVS_DROP_NONE);
	assert_int_equal(lvs_engine_conns(director->engine)->used, 1);
	director_wait(director, LVS_SECONDS(3));
	assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)
		TEST(begins_a_connection_when_asked_to),
		TEST(no_more_than_a_packet_could),
		TEST(ends_soon_without_a_packet),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
