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

static struct lvs_tuple request(uint8_t proto)
{
	return (struct lvs_tuple){ .src = test_addr("203.0.113.5"), .sport = LVS_BE16(40000), .dst = test_addr("192.0.2.10"),
				   .dport = LVS_BE16(80), .proto = proto };
}

/* IPVS: for three seconds, whatever the protocol. Then the first packet decides, from either end. */
static void ends_soon_without_a_packet(void **state)
{
	static const struct {
		uint8_t proto;
		uint32_t seconds;	/* once a packet has come */
	} rows[] = { { LVS_PROTO_TCP, 900 }, { LVS_PROTO_UDP, 300 }, { LVS_PROTO_SCTP, 900 } };
	static const uint8_t data[4] = { 0, 3, 0, 4 };
	struct director *director = *state;
	const struct lvs_conn_table *table = lvs_engine_conns(director->engine);

	set(director, true);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build about = { .src = "192.0.2.10", .sport = 80, .dst = "203.0.113.5", .dport = 40000,
				       .proto = rows[i].proto, .tcp_flags = LVS_TCP_ACK, .quote = data, .quote_bytes = 4 };
		struct lvs_tuple tuple = request(rows[i].proto);
		struct build reply = about;

		director_serve(director, rows[i].proto, "192.0.2.10", 80, "10.0.0.11", 80);
		director_begin(director);
		assert_non_null(lvs_engine_schedule_quoted(director->engine, &tuple));
		director_wait(director, 2900 * LVS_NS_PER_MS);
		assert_int_equal(table->used, 1);
		director_wait(director, 500 * LVS_NS_PER_MS);
		assert_int_equal(table->used, 0);

		for (unsigned int from_server = 0; from_server < 2; from_server++) {
			assert_non_null(lvs_engine_schedule_quoted(director->engine, &tuple));
			reply = about;
			reply.src = from_server ? "10.0.0.11" : about.dst;
			reply.dst = from_server ? about.dst : about.src;
			reply.sport = from_server ? about.sport : about.dport;
			reply.dport = from_server ? about.dport : about.sport;
			assert_int_equal(director_take(director, &reply), LVS_DROP_NONE);
			director_wait(director, LVS_SECONDS(rows[i].seconds - 1));
			assert_int_equal(table->used, 1);
			director_wait(director, LVS_SECONDS(2));
			assert_int_equal(table->used, 0);
		}
	}
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
