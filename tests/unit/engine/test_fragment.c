// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * engine/fragment.c as tables of arrivals. A datagram is built, cut as the row says and fed in; whole packets are
 * compared with the same pieces of a datagram built from scratch for the server.
 */
#include "tests/lib/test.h"

#include "engine/engine.h"
#include "engine/wire.h"
#include "tests/lib/pieces.h"

static const uint8_t protos[] = { LVS_PROTO_UDP, LVS_PROTO_TCP };

/*
 * @leave:	which steps' packets leave now, in order, as letters: 'a' is the first step's
 * @drop, @ndrops: what was dropped in this step, and how many
 * @held:	afterwards
 */
struct step {
	uint16_t from, to;
	bool more;
	const char *leave;
	uint64_t held;
	enum lvs_drop drop;
	unsigned int ndrops;
};

#define MORE true
#define LAST false
#define GOES(from, to, more, leave) { from, to, more, leave, 0, LVS_DROP_NONE, 0 }
#define WAITS(from, to, more, held) { from, to, more, "", held, LVS_DROP_NONE, 0 }
#define FAILS(from, to, more, held, drop, ndrops) { from, to, more, "", held, drop, ndrops }
#define CLASHES(from, to, more, ndrops) FAILS(from, to, more, 0, LVS_DROP_FRAG_OVERLAP, ndrops)

static const struct row {
	const char *what;
	struct step steps[6];
} rows[] = {
	{ "in order",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 2000, MORE, "b"), GOES(2000, 3000, LAST, "c") } },
	{ "last first",
	  { WAITS(2000, 3000, LAST, 1), WAITS(1000, 2000, MORE, 2), GOES(0, 1000, MORE, "cab") } },
	{ "last piece of one byte",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 1001, LAST, "b") } },
	{ "pieces of eight bytes",
	  { WAITS(24, 32, MORE, 1), WAITS(32, 33, LAST, 2), GOES(0, 24, MORE, "cab") } },
	{ "a copy of the first walks again",
	  { GOES(0, 1000, MORE, "a"), GOES(0, 1000, MORE, "b"), GOES(1000, 3000, LAST, "c") } },
	{ "a copy of a later one leaves again",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 2000, MORE, "b"), GOES(1000, 2000, MORE, "c"),
	    GOES(2000, 3000, LAST, "d") } },
	{ "a copy of one that is held is dropped",
	  { WAITS(1000, 2000, MORE, 1), FAILS(1000, 2000, MORE, 1, LVS_DROP_FRAG_DUPLICATE, 1),
	    GOES(0, 1000, MORE, "ca"), GOES(2000, 3000, LAST, "d") } },
	{ "a copy of one that was held leaves after it",
	  { WAITS(1000, 2000, MORE, 1), GOES(0, 1000, MORE, "ba"), GOES(1000, 2000, MORE, "c"),
	    GOES(2000, 3000, LAST, "d") } },
	{ "one that overlaps the first condemns all that follow",
	  { GOES(0, 1000, MORE, "a"), CLASHES(992, 2000, MORE, 1), CLASHES(2000, 3000, LAST, 1),
	    CLASHES(0, 1000, MORE, 1) } },
	{ "one that overlaps the next",
	  { GOES(0, 1000, MORE, "a"), GOES(2000, 3000, LAST, "b"), CLASHES(1000, 2008, MORE, 1) } },
	{ "teardrop: one inside another",
	  { GOES(0, 1000, MORE, "a"), CLASHES(504, 800, LAST, 1) } },
	{ "one around another",
	  { GOES(0, 1000, MORE, "a"), GOES(1504, 1800, MORE, "b"), CLASHES(1000, 2000, LAST, 1) } },
	{ "one that begins like another",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 1800, MORE, "b"), CLASHES(1000, 2000, MORE, 1) } },
	{ "one that ends like another",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 2000, MORE, "b"), CLASHES(1504, 2000, MORE, 1) } },
	{ "held ones that overlap are dropped with their datagram",
	  { WAITS(1000, 2000, MORE, 1), WAITS(2504, 3000, LAST, 2), CLASHES(1992, 2504, MORE, 3),
	    CLASHES(0, 1000, MORE, 1) } },
	{ "a first one that overlaps what is held",
	  { WAITS(1000, 2000, MORE, 1), CLASHES(0, 1008, MORE, 2) } },
	{ "a second first one, longer",
	  { GOES(0, 1000, MORE, "a"), CLASHES(0, 1008, MORE, 1), CLASHES(1008, 2000, LAST, 1) } },
	{ "beyond the end",
	  { WAITS(2000, 2500, LAST, 1), CLASHES(2504, 3000, MORE, 2) } },
	{ "two ends, the later one second",
	  { WAITS(1000, 2000, LAST, 1), CLASHES(2000, 3000, LAST, 2) } },
	{ "two ends, the later one first",
	  { WAITS(2000, 3000, LAST, 1), CLASHES(1000, 2000, LAST, 2) } },
	{ "an end before what was seen",
	  { GOES(0, 1000, MORE, "a"), GOES(2000, 3000, MORE, "b"), CLASHES(1000, 1500, LAST, 1) } },
	{ "the last one again, with more to follow",
	  { GOES(0, 1000, MORE, "a"), GOES(2000, 3000, LAST, "b"), CLASHES(2000, 3000, MORE, 1) } },
	{ "the same identification again as soon as a datagram is complete, cut elsewhere",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 3000, LAST, "b"), GOES(0, 2000, MORE, "c"),
	    GOES(2000, 2500, LAST, "d") } },
	{ "the same again, last first",
	  { GOES(0, 1000, MORE, "a"), GOES(1000, 3000, LAST, "b"), WAITS(2000, 2500, LAST, 1),
	    GOES(0, 2000, MORE, "dc") } },
};

static void run_row(const struct row *row, bool ip6, uint8_t proto)
{
	struct pieces d = pieces_make_client(ip6, proto, 77, 3000);
	struct pieces_world world;

	pieces_world_init(&world, &lvs_fragment_limits_default);
	for (size_t i = 0; i < ARRAY_LEN(row->steps) && row->steps[i].leave; i++) {
		const struct step *step = &row->steps[i];
		uint64_t before = pieces_dropped(&world, step->drop), all_before = pieces_dropped_in_all(&world);

		pieces_feed(&world, &d, step->from, step->to, step->more);
		if (world.nout != strlen(step->leave) || pieces_held(&world) != step->held ||
		    pieces_dropped_in_all(&world) != all_before + step->ndrops)
			fail_msg("%s, step %zu: %zu left, %d held, %d dropped", row->what, i, world.nout,
				 (int)pieces_held(&world), (int)(pieces_dropped_in_all(&world) - all_before));
		assert_int_equal(pieces_dropped(&world, step->drop), before + step->ndrops);
		for (size_t n = 0; n < world.nout; n++) {
			const struct step *of = &row->steps[step->leave[n] - 'a'];

			pieces_expect(&world, n, &d, of->from, of->to, of->more);
		}
	}
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void arrivals(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t p = 0; p < ARRAY_LEN(protos); p++)
			for (int ip6 = 0; ip6 < 2; ip6++)
				run_row(&rows[i], ip6, protos[p]);
}

static const size_t thirds[] = { 0, 1480, 2960, 3500 };

/* Three pieces in each of six orders; what the world says of them is @translated. */
static void all_orders(const struct pieces_flow *flow, const struct pieces_flow *translated)
{
	static const uint8_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct pieces_world world;

	pieces_world_init(&world, &lvs_fragment_limits_default);
	for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
		struct pieces d = pieces_make(flow, translated, 5, thirds[3]);
		uint8_t waiting[3];
		size_t nwaiting = 0;
		bool open = false;

		for (size_t i = 0; i < 3; i++) {
			uint8_t at = orders[o][i];
			size_t n = 0;

			pieces_feed(&world, &d, thirds[at], thirds[at + 1], at < 2);
			open |= at == 0;
			if (open)
				pieces_expect(&world, n++, &d, thirds[at], thirds[at + 1], at < 2);
			else
				waiting[nwaiting++] = at;
			for (size_t w = 0; at == 0 && w < nwaiting; w++)
				pieces_expect(&world, n++, &d, thirds[waiting[w]], thirds[waiting[w] + 1], waiting[w] < 2);
			assert_int_equal(world.nout, n);
			assert_int_equal(pieces_held(&world), open ? 0 : nwaiting);
		}
		pieces_unmake(&d);
	}
	assert_int_equal(pieces_dropped_in_all(&world), 0);
	pieces_world_fini(&world);
}

static void six_orders_of_three(void **state)
{
	(void)state;
	for (size_t p = 0; p < ARRAY_LEN(protos); p++) {
		for (int ip6 = 0; ip6 < 2; ip6++) {
			struct pieces_flow flow = pieces_client(ip6, protos[p], PIECES_CLIENT_PORT, 80);
			struct pieces_flow translated = pieces_translated(&flow);

			all_orders(&flow, &translated);
			flow = pieces_stranger(ip6, protos[p], PIECES_CLIENT_PORT);
			all_orders(&flow, &flow);
		}
	}
}

static void replies_are_translated_back(void **state)
{
	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct pieces_flow client = pieces_client(ip6, LVS_PROTO_UDP, PIECES_CLIENT_PORT, 80);
		struct pieces_flow server = pieces_translated(&client);
		struct pieces_flow reply = { server.dst, server.src, server.dport, server.sport, LVS_PROTO_UDP };
		struct pieces_flow back = { client.dst, client.src, client.dport, client.sport, LVS_PROTO_UDP };
		struct pieces request = pieces_make(&client, &server, 1, 100), d = pieces_make(&reply, &back, 9, 3000);
		struct pieces_world world;

		pieces_world_init(&world, &lvs_fragment_limits_default);
		pieces_feed(&world, &request, 0, 96, true);
		pieces_feed(&world, &d, 1480, 3000, false);
		assert_int_equal(world.nout, 0);
		pieces_feed(&world, &d, 0, 1480, true);
		pieces_expect(&world, 0, &d, 0, 1480, true);
		pieces_expect(&world, 1, &d, 1480, 3000, false);
		pieces_world_fini(&world);
		pieces_unmake(&request);
		pieces_unmake(&d);
	}
}

static void late_ones_of_a_dropped_first(void **state)
{
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct pieces_flow flow = pieces_client(ip6, LVS_PROTO_UDP, PIECES_CLIENT_PORT, 81);
		struct pieces d = pieces_make(&flow, &flow, 5, 3000);
		uint64_t before = pieces_dropped(&world, LVS_DROP_FRAG_FIRST_DROPPED);

		pieces_feed(&world, &d, 1000, 2000, true);
		assert_int_equal(pieces_held(&world), 1);
		pieces_feed(&world, &d, 0, 1000, true);
		assert_int_equal(pieces_held(&world), 0);
		assert_int_equal(pieces_dropped(&world, LVS_DROP_NO_SERVER), ip6 + 1);
		pieces_feed(&world, &d, 2000, 3000, false);
		assert_int_equal(world.nout, 0);
		assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_FIRST_DROPPED), before + 2);
		pieces_unmake(&d);
	}
	pieces_world_fini(&world);
}

static void the_first_never_comes(void **state)
{
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 5, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	pieces_feed(&world, &d, 1000, 2000, true);
	world.now += LVS_SECONDS(1);
	pieces_feed(&world, &d, 2000, 3000, false);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), world.now + LVS_SECONDS(1));
	assert_int_equal(pieces_held(&world), 2);
	world.now += LVS_SECONDS(1);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), LVS_NS_NEVER);
	assert_int_equal(pieces_held(&world), 0);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_TIMEOUT), 2);
	assert_true(pieces_conserved(&world));
	/* Nobody has to call lvs_fragments_expire() in time for that. */
	pieces_feed(&world, &d, 2000, 3000, false);
	world.now += LVS_SECONDS(2);
	pieces_feed(&world, &d, 0, 1000, true);
	assert_int_equal(world.nout, 1);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_TIMEOUT), 3);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void an_incomplete_datagram_is_forgotten(void **state)
{
	struct pieces d = pieces_make_client(true, LVS_PROTO_UDP, 5, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	pieces_feed(&world, &d, 0, 1000, true);
	world.now += LVS_SECONDS(29);
	pieces_feed(&world, &d, 2000, 3000, false);
	assert_int_equal(world.nout, 1);
	world.now += LVS_SECONDS(29);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), world.now + LVS_SECONDS(1));
	world.now += LVS_SECONDS(1);
	assert_int_equal(lvs_fragments_expire(world.engine, world.now), LVS_NS_NEVER);
	pieces_feed(&world, &d, 1000, 2000, true);
	assert_int_equal(pieces_held(&world), 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void identifications_come_round(void **state)
{
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 5, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	/* The middle of a datagram is lost; after a pause its identification comes again, cut differently. */
	pieces_feed(&world, &d, 0, 1000, true);
	pieces_feed(&world, &d, 2000, 3000, false);
	world.now += LVS_SECONDS(2);
	pieces_feed(&world, &d, 0, 1504, true);
	pieces_expect(&world, 0, &d, 0, 1504, true);
	pieces_feed(&world, &d, 1504, 2504, true);
	pieces_expect(&world, 0, &d, 1504, 2504, true);
	/* And again, the later one first. */
	world.now += LVS_SECONDS(2);
	pieces_feed(&world, &d, 2000, 3000, false);
	assert_int_equal(pieces_held(&world), 1);
	pieces_feed(&world, &d, 0, 2000, true);
	assert_int_equal(world.nout, 2);
	assert_int_equal(pieces_dropped_in_all(&world), 0);
	/* A condemned one is no obstacle either once its time is over. */
	pieces_feed(&world, &d, 0, 1000, true);
	pieces_feed(&world, &d, 504, 2000, true);
	world.now += LVS_SECONDS(2);
	pieces_feed(&world, &d, 0, 2000, true);
	assert_int_equal(world.nout, 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

/* Same identification, but another source, destination, protocol or family: another datagram. */
static void identification_is_not_identity(void **state)
{
	struct pieces_flow flows[5];
	struct pieces d[ARRAY_LEN(flows)];
	struct pieces_world world;

	(void)state;
	flows[0] = pieces_client(false, LVS_PROTO_UDP, PIECES_CLIENT_PORT, 80);
	flows[1] = pieces_client(false, LVS_PROTO_TCP, PIECES_CLIENT_PORT, 80);
	flows[2] = pieces_client(true, LVS_PROTO_UDP, PIECES_CLIENT_PORT, 80);
	flows[3] = flows[0];
	flows[3].src = test_addr("198.51.100.8");
	flows[4] = pieces_stranger(false, LVS_PROTO_UDP, PIECES_CLIENT_PORT);
	pieces_world_init(&world, &lvs_fragment_limits_default);
	for (size_t i = 0; i < ARRAY_LEN(flows); i++) {
		struct pieces_flow translated = i == 4 ? flows[i] : pieces_translated(&flows[i]);

		d[i] = pieces_make(&flows[i], &translated, 5, 3000);
		pieces_feed(&world, &d[i], 1000, 3000, false);
		assert_int_equal(pieces_held(&world), i + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(flows); i++) {
		pieces_feed(&world, &d[i], 0, 1000, true);
		assert_int_equal(world.nout, 2);
		pieces_expect(&world, 0, &d[i], 0, 1000, true);
		pieces_expect(&world, 1, &d[i], 1000, 3000, false);
		pieces_unmake(&d[i]);
	}
	pieces_world_fini(&world);
}

/* RFC 8200 section 4.5: options may stand between fragment header and transport, in the first fragment alone. */
static void next_headers_differ(void **state)
{
	struct pieces_flow flow = pieces_client(true, LVS_PROTO_UDP, PIECES_CLIENT_PORT, 80);
	struct pieces_flow translated = pieces_translated(&flow);
	static const uint8_t options[8] = { LVS_PROTO_UDP, 0, 1, 4 };
	struct pieces d = pieces_make(&flow, &translated, 5, 3000);
	uint8_t packet[4000], expected[4000];
	struct pieces_world world;
	size_t len;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	/* The options make the datagram 8 bytes longer: what stood at 1000 stands at 1008. */
	d.flow.proto = d.translated.proto = LVS_PROTO_DSTOPTS;
	pieces_feed(&world, &d, 1008, 2000, true);
	assert_int_equal(pieces_held(&world), 1);
	len = pieces_cut(&d.flow, 5, d.sent, 0, 1000, true, packet) + sizeof(options);
	memmove(packet + 48 + sizeof(options), packet + 48, 1000);
	memcpy(packet + 48, options, sizeof(options));
	packet[5] = (uint8_t)((len - 40) & 0xff);
	packet[4] = (uint8_t)((len - 40) >> 8);
	memcpy(expected, packet, len);
	memcpy(expected + 24, translated.dst.bytes, 16);
	memcpy(expected + 48 + sizeof(options), d.expected, 1000);
	pieces_hand_in(&world, packet, len);
	assert_int_equal(world.nout, 2);
	assert_int_equal(world.out[0].len, len);
	assert_memory_equal(world.out[0].bytes, expected, len);
	pieces_expect(&world, 1, &d, 1008, 2000, true);
	/* 1000 to 1008 is taken by the first fragment. */
	pieces_feed(&world, &d, 1000, 1008, true);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_OVERLAP), 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void a_fragmented_ping(void **state)
{
	struct pieces_flow flow = pieces_client(false, LVS_PROTO_UDP, PIECES_CLIENT_PORT, 80);
	struct pieces d = pieces_make(&flow, &flow, 5, 3000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	d.flow.proto = LVS_PROTO_ICMP;
	pieces_feed(&world, &d, 1480, 3000, false);
	pieces_feed(&world, &d, 0, 1480, true);
	assert_int_equal(world.nout, 0);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_PROTO_UNSUPPORTED), 1);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_FIRST_DROPPED), 1);
	pieces_unmake(&d);
	flow = pieces_stranger(false, LVS_PROTO_UDP, PIECES_CLIENT_PORT);
	d = pieces_make(&flow, &flow, 5, 3000);
	d.flow.proto = d.translated.proto = LVS_PROTO_ICMP;
	pieces_feed(&world, &d, 1480, 3000, false);
	pieces_feed(&world, &d, 0, 1480, true);
	pieces_expect(&world, 0, &d, 0, 1480, true);
	pieces_unmake(&d);
	pieces_world_fini(&world);
}

/* What a fragment has to do with the rules and the connection table, whose records come and go under it. */
static void servers_and_connections_end_in_between(void **state)
{
	struct pieces d = pieces_make_client(false, LVS_PROTO_UDP, 5, 3000);
	struct lvs_engine_settings settings = { .reply_rate = 0 };
	struct lvs_service *service;
	struct pieces_world world;
	struct lvs_rules *rules;

	(void)state;
	settings.timeouts[LVS_PROTO_INDEX_udp][0] = 1;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	lvs_engine_configure(world.engine, &settings, world.now);
	rules = lvs_engine_rules(world.engine);
	pieces_feed(&world, &d, 0, 1000, true);
	world.now += LVS_SECONDS(2);
	assert_true(lvs_engine_expire(world.engine, world.now) > world.now);
	assert_int_equal(lvs_engine_conns(world.engine)->used, 0);
	pieces_feed(&world, &d, 1000, 2000, true);
	assert_int_equal(world.nout, 0);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_FRAG_NO_CONN), 1);
	/* The first one again, and with it the connection; now the server goes. */
	pieces_feed(&world, &d, 0, 1000, true);
	assert_int_equal(world.nout, 1);
	service = lvs_service_find(rules, &(struct lvs_service_key){ .addr = d.flow.dst, .port = LVS_BE16(80),
									 .proto = LVS_PROTO_UDP });
	lvs_server_remove(rules, service->servers[0], world.now);
	pieces_feed(&world, &d, 1000, 2000, true);
	assert_int_equal(world.nout, 0);
	assert_int_equal(pieces_dropped(&world, LVS_DROP_SERVER_GONE), 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

static void whole_64k(void **state)
{
	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct pieces d = pieces_make_client(ip6, LVS_PROTO_UDP, 5, PIECES_DATAGRAM_MAX);
		struct pieces_world world;
		size_t from = 0, to, n = 0;

		pieces_world_init(&world, &lvs_fragment_limits_default);
		/* In one early piece that ends where no datagram may go farther, */
		pieces_feed(&world, &d, 1480, PIECES_DATAGRAM_MAX, false);
		assert_int_equal(pieces_held(&world), 1);
		pieces_feed(&world, &d, 0, 1480, true);
		pieces_expect(&world, 0, &d, 0, 1480, true);
		pieces_expect(&world, 1, &d, 1480, PIECES_DATAGRAM_MAX, false);
		/* and in as many pieces as an Ethernet makes of it. */
		for (; from < PIECES_DATAGRAM_MAX; from = to, n++) {
			to = LVS_MIN(from + 1480, PIECES_DATAGRAM_MAX);
			pieces_feed(&world, &d, from, to, to < PIECES_DATAGRAM_MAX);
			pieces_expect(&world, 0, &d, from, to, to < PIECES_DATAGRAM_MAX);
		}
		assert_int_equal(n, 45);
		assert_int_equal(lvs_fragments_expire(world.engine, world.now), LVS_NS_NEVER);
		pieces_world_fini(&world);
		pieces_unmake(&d);
	}
}

static void backwards_with_jumbo_frames(void **state)
{
	struct pieces d = pieces_make_client(true, LVS_PROTO_UDP, 5, 64000);
	struct pieces_world world;

	(void)state;
	pieces_world_init(&world, &lvs_fragment_limits_default);
	for (size_t i = 8; i-- > 1;)
		pieces_feed(&world, &d, i * 8000, (i + 1) * 8000, i < 7);
	assert_int_equal(pieces_held(&world), 7);
	pieces_feed(&world, &d, 0, 8000, true);
	pieces_expect(&world, 0, &d, 0, 8000, true);
	for (size_t i = 1; i < 8; i++)
		pieces_expect(&world, i, &d, (8 - i) * 8000, (9 - i) * 8000, i > 1);
	pieces_world_fini(&world);
	pieces_unmake(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrivals),
		cmocka_unit_test(six_orders_of_three),
		cmocka_unit_test(replies_are_translated_back),
		cmocka_unit_test(late_ones_of_a_dropped_first),
		cmocka_unit_test(the_first_never_comes),
		cmocka_unit_test(an_incomplete_datagram_is_forgotten),
		cmocka_unit_test(identifications_come_round),
		cmocka_unit_test(identification_is_not_identity),
		cmocka_unit_test(next_headers_differ),
		cmocka_unit_test(a_fragmented_ping),
		cmocka_unit_test(servers_and_connections_end_in_between),
		cmocka_unit_test(whole_64k),
		cmocka_unit_test(backwards_with_jumbo_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
