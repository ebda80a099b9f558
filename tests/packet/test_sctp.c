// SPDX-License-Identifier: GPL-2.0-or-later
/* SCTP through the whole engine: ports and checksums both ways, states as kernel IPVS listed them, answers out of the blue. */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/director.h"

#define TAG 0x11223344

static const struct family {
	const char *client, *vip, *server;
} families[] = {
	{ "203.0.113.5", "192.0.2.10", "10.0.0.11" },
	{ "2001:db8:9::5", "2001:db8::10", "2001:db8:1::11" },
};

static const uint8_t init[] = { 1, 0, 0, 20, 0xa, 0xb, 0xc, 0xd, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 7 };
static const uint8_t init_ack[] = { 2, 0, 0, 24, 1, 2, 3, 4, 0, 1, 0, 0, 0, 10, 0, 10, 0, 0, 0, 9, 0, 7, 0, 4 };
static const uint8_t cookie_echo[] = { 10, 0, 0, 9, 1, 2, 3, 4, 5, 0, 0, 0 };
static const uint8_t cookie_ack[] = { 11, 0, 0, 4 };
static const uint8_t data[] = { 0, 3, 0, 17, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0 };
static const uint8_t shutdown[] = { 7, 0, 0, 8, 0, 0, 0, 7 };
static const uint8_t shutdown_ack[] = { 8, 0, 0, 4 };
static const uint8_t shutdown_complete[] = { 14, 0, 0, 4 };
static const uint8_t aborted[] = { 6, 0, 0, 4 };
static const uint8_t error[] = { 9, 0, 0, 8, 0, 3, 0, 4 };

#define SCTP(from, fport, to, tport, t, chunk)                                                             \
	((struct build){ .src = (from), .sport = (fport), .dst = (to), .dport = (tport), .proto = LVS_PROTO_SCTP, \
			 .seq = (t), .quote = (chunk), .quote_bytes = sizeof(chunk) })

static void request(struct director *director, const struct family *f, uint16_t rport, struct build what)
{
	struct build expect = what;

	what.src = f->client;
	what.dst = f->vip;
	what.sport = 40027;
	what.dport = 7000;
	expect.src = f->client;
	expect.dst = f->server;
	expect.sport = 40027;
	expect.dport = rport;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&expect));
}

static void reply(struct director *director, const struct family *f, uint16_t rport, struct build what)
{
	struct build expect = what;

	what.src = f->server;
	what.dst = f->client;
	what.sport = rport;
	what.dport = 40027;
	expect.src = f->vip;
	expect.dst = f->client;
	expect.sport = 7000;
	expect.dport = 40027;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&expect));
}

#define REQUEST(chunk) request(director, f, rport, SCTP("", 0, "", 0, TAG, chunk))
#define REPLY(chunk) reply(director, f, rport, SCTP("", 0, "", 0, TAG, chunk))

static const char *state_of(const struct director *director)
{
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);

	assert_int_equal(conns->used, 1);
	for (uint32_t id = 1; id <= conns->touched; id++)
		if (lvs_conn_at(conns, id))
			return lvs_proto_sctp.states[lvs_conn_at(conns, id)->state].name;
	return "";
}

/* golden/net-sctp.txt, with ports that stay and ports that change. */
static void a_life(void **state)
{
	struct director *director = *state;
	struct lvs_server *server;

	for (size_t i = 0; i < 2 * ARRAY_LEN(families); i++) {
		const struct family *f = &families[i / 2];
		uint16_t rport = i % 2 ? 7000 : 7070;

		server = director_serve(director, LVS_PROTO_SCTP, f->vip, 7000, f->server, rport);
		REQUEST(init);
		assert_string_equal(state_of(director), "INIT1");
		REPLY(init_ack);
		REQUEST(cookie_echo);
		REPLY(cookie_ack);
		assert_string_equal(state_of(director), "ESTABLISHED");
		assert_int_equal(server->active, 1);
		REQUEST(data);
		REPLY(data);
		assert_string_equal(state_of(director), "ESTABLISHED");
		REQUEST(shutdown);
		REPLY(shutdown_ack);
		REQUEST(shutdown_complete);
		assert_string_equal(state_of(director), "CLOSED");
		assert_int_equal(server->active, 0);
		assert_int_equal(server->inactive, 1);
		REQUEST(init);	/* over: begins anew */
		assert_string_equal(state_of(director), "INIT1");
		assert_int_equal(server->counters.conns, 2);
		director_wait(director, LVS_SECONDS(62));
		assert_int_equal(lvs_engine_conns(director->engine)->used, 0);
		lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	}
}

/* Right sums stay right, wrong ones wrong by the same bits, none none. */
static void sums_are_carried_on(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		const struct family *f = &families[i];
		uint16_t rport = 7070;

		director_serve(director, LVS_PROTO_SCTP, f->vip, 7000, f->server, rport);
		for (size_t n = 0; n < 4096; n = n * 2 + 3) {
			struct build what = { .proto = LVS_PROTO_SCTP, .seq = TAG, .payload = n };

			what.first = 1;
			REQUEST(init);
			request(director, f, rport, what);
			reply(director, f, rport, what);
			what.csum = BUILD_NO_CSUM;
			request(director, f, rport, what);
			reply(director, f, rport, what);
		}
	}
}
#undef REQUEST
#undef REPLY

static void damage_is_not_repaired(void **state)
{
	struct director *director = *state;
	struct build what = SCTP("203.0.113.5", 40027, "192.0.2.10", 7000, 0, init);
	struct build there = SCTP("203.0.113.5", 40027, "10.0.0.11", 7070, 0, init);
	struct lvs_packet damaged = build(&what), expect = build(&there);

	director_serve(director, LVS_PROTO_SCTP, "192.0.2.10", 7000, "10.0.0.11", 7070);
	damaged.data[damaged.len - 1] ^= 0x10;
	expect.data[expect.len - 1] ^= 0x10;
	assert_int_equal(director_handle(director, damaged), LVS_DROP_NONE);
	director_expect(director, expect);
}

static void fragments_need_the_same_port(void **state)
{
	struct director *director = *state;
	struct build what = { .src = "203.0.113.5", .dst = "192.0.2.10", .sport = 40027, .dport = 7000,
			      .proto = LVS_PROTO_SCTP, .payload = 52, .first = 1, .frag_bytes = 32, .id = 77 };
	struct build later = what;

	later.frag_offset = 32;
	director_serve(director, LVS_PROTO_SCTP, "192.0.2.10", 7000, "10.0.0.11", 7070);
	assert_int_equal(director_take(director, &what), LVS_DROP_SCTP_FRAGMENT);
	assert_int_equal(director_take(director, &later), LVS_DROP_FRAG_FIRST_DROPPED);
	what.dst = later.dst = "192.0.2.11";
	director_serve(director, LVS_PROTO_SCTP, "192.0.2.11", 7000, "10.0.0.11", 7000);
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	what.dst = "10.0.0.11";
	director_expect(director, build(&what));
	assert_int_equal(director_take(director, &later), LVS_DROP_NONE);
	later.dst = "10.0.0.11";
	director_expect(director, build(&later));
}

/* RFC 9260 section 8.4. */
static void out_of_the_blue(void **state)
{
	static const uint8_t bundled[] = { 0, 3, 0, 17, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0, 6, 0, 0, 4 };
	static const uint8_t reflected[] = { 6, 1, 0, 4 }, plain[] = { 6, 0, 0, 4 }, complete[] = { 14, 1, 0, 4 };
	static const struct {
		const uint8_t *chunk;
		size_t bytes;
		const uint8_t *answer;
		uint32_t tag, answer_tag;
	} rows[] = {
		{ init, sizeof(init), plain, 0, 0x0a0b0c0d },
		{ init, sizeof(init), NULL, TAG, 0 },
		{ data, sizeof(data), reflected, TAG, TAG },
		{ shutdown, sizeof(shutdown), reflected, TAG, TAG },
		{ init_ack, sizeof(init_ack), reflected, TAG, TAG },
		{ shutdown_ack, sizeof(shutdown_ack), complete, TAG, TAG },
		{ shutdown_complete, sizeof(shutdown_complete), NULL, TAG, 0 },
		{ aborted, sizeof(aborted), NULL, TAG, 0 },
		{ bundled, sizeof(bundled), NULL, TAG, 0 },
		{ error, sizeof(error), NULL, TAG, 0 },
		{ cookie_echo, sizeof(cookie_echo), NULL, TAG, 0 },
		{ cookie_ack, sizeof(cookie_ack), NULL, TAG, 0 },
		{ data, 0, NULL, TAG, 0 },
		{ init, 4, NULL, 0, 0 },
	};
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows) * 2; i++) {
		const struct family *f = &families[i % 2];
		struct build what = SCTP(f->client, 40027, f->vip, 7001, rows[i / 2].tag, init);
		struct build answer = SCTP(f->vip, 7001, f->client, 40027, rows[i / 2].answer_tag, plain);

		if (i < 2)
			director_serve(director, LVS_PROTO_SCTP, f->vip, 7000, f->server, 7000);
		what.quote = rows[i / 2].chunk;
		what.quote_bytes = rows[i / 2].bytes;
		answer.quote = rows[i / 2].answer;
		answer.df = true;
		assert_int_equal(director_take(director, &what), LVS_DROP_NO_SERVICE);
		if (answer.quote)
			director_expect(director, build(&answer));
		else
			assert_int_equal(director->nout, 0);
	}
}

static void midst_of_an_association_is_aborted(void **state)
{
	static const uint8_t reflected[] = { 6, 1, 0, 4 };
	struct director *director = *state;
	struct build what = SCTP("203.0.113.5", 40027, "192.0.2.10", 7000, TAG, data);
	struct build answer = SCTP("192.0.2.10", 7000, "203.0.113.5", 40027, TAG, reflected);

	answer.df = true;
	director_serve(director, LVS_PROTO_SCTP, "192.0.2.10", 7000, "10.0.0.11", 7000);
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_CONN);
	director_expect(director, build(&answer));
	assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_RESET], 1);
}

/* Too short for a TCP header, from the port that never begins anything. */
static void datagram_from_port_20_is_refused(void **state)
{
	struct director *director = *state;
	struct build what = { .src = "203.0.113.5", .sport = 20, .dst = "192.0.2.10", .dport = 53, .proto = LVS_PROTO_UDP };

	director_serve(director, LVS_PROTO_UDP, "192.0.2.10", 53, "10.0.0.11", 53);
	assert_int_equal(director_take(director, &what), LVS_DROP_NO_CONN);
	assert_int_equal(director->nout, 1);
	assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_ERROR], 1);
}

/* The quoted tag is whole, the quoted checksum is nobody's business. */
static void errors_that_quote_it(void **state)
{
	struct director *director = *state;
	struct build begin = SCTP("203.0.113.5", 40027, "192.0.2.10", 7000, 0, init);
	struct build seen = SCTP("203.0.113.5", 40027, "10.0.0.11", 7070, 0, init), sent = begin;
	struct lvs_packet quote = build(&seen), expect_quote = build(&sent);
	struct build what = { .src = "10.9.9.9", .dst = "203.0.113.5", .proto = LVS_PROTO_ICMP,
			      .icmp_type = 3, .icmp_code = 1, .quote = quote.data, .quote_bytes = 28 };
	struct build expect = what;

	director_serve(director, LVS_PROTO_SCTP, "192.0.2.10", 7000, "10.0.0.11", 7070);
	assert_int_equal(director_take(director, &begin), LVS_DROP_NONE);
	expect.src = "192.0.2.10";
	expect.quote = expect_quote.data;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&expect));
	build_free(&quote);
	build_free(&expect_quote);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)
		TEST(a_life),
		TEST(sums_are_carried_on),
		TEST(damage_is_not_repaired),
		TEST(fragments_need_the_same_port),
		TEST(out_of_the_blue),
		TEST(midst_of_an_association_is_aborted),
		TEST(datagram_from_port_20_is_refused),
		TEST(errors_that_quote_it),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
