// SPDX-License-Identifier: GPL-2.0-or-later
/* What is too long for a link of the director's own: no host behind it fragments, or tells senders. */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/director.h"

#define LINK 1400
#define UDP_HEADERS 28

static int setup(void **state)
{
	int err = director_setup(state);
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;

	settings.link_mtu = LINK;
	settings.reply_rate = 1000;
	settings.decrement_ttl = true;
	settings.own[settings.nown++] = test_addr("10.0.0.1");
	settings.own[settings.nown++] = test_addr("2001:db8::99");
	lvs_engine_configure(director->engine, &settings, director->now);
	return err;
}

static struct build request(void)
{
	return (struct build){ .src = "198.51.100.7", .dst = "192.0.2.1", .sport = 4000, .dport = 53, .proto = LVS_PROTO_UDP,
			       .id = 77 };
}

static struct build reply(void)
{
	return (struct build){ .src = "10.0.0.11", .dst = "198.51.100.7", .sport = 53, .dport = 4000, .proto = LVS_PROTO_UDP,
			       .id = 99 };
}

static void connect(struct director *director, uint8_t proto)
{
	struct build what = request();

	what.proto = proto;
	what.tcp_flags = proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0;
	(void)director_serve(director, proto, "192.0.2.1", 53, "10.0.0.11", 53);
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	assert_int_equal(director->nout, 1);
}

/* @got: fragments of @whole, which is plain */
static void expect_fragments(const struct director *director, struct build whole)
{
	static const size_t first = (LINK - 20) / 8 * 8;

	whole.ttl = 63;
	whole.csum = BUILD_COMPLETE;
	assert_int_equal(director->nout, 2);
	for (size_t i = 0; i < 2; i++) {
		struct build part = whole;

		part.frag_offset = first * i;
		part.frag_bytes = i ? 8 + whole.payload - first : first;
		build_expect("fragment", &director->out[i], build(&part));
	}
}

static void both_directions_are_cut(void **state)
{
	static const enum build_csum sums[] = { BUILD_COMPLETE, BUILD_PARTIAL, BUILD_NO_CSUM };
	struct director *director = *state;

	connect(director, LVS_PROTO_UDP);
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		for (size_t over = 0; over < 2; over++) {
			struct build there = request(), back = reply();

			there.payload = back.payload = LINK - UDP_HEADERS + over;
			there.csum = back.csum = sums[i];
			assert_int_equal(director_take(director, &there), LVS_DROP_NONE);
			there.dst = "10.0.0.11";
			if (over && sums[i] == BUILD_NO_CSUM)
				assert_int_equal(director->nout, 2);
			else if (over)
				expect_fragments(director, there);
			else
				assert_int_equal(director->nout, 1);
			assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
			back.src = "192.0.2.1";
			if (over && sums[i] != BUILD_NO_CSUM)
				expect_fragments(director, back);
			else
				assert_int_equal(director->nout, 1 + over);
		}
	}
}

static void who_must_not_be_cut_is_told(void **state)
{
	struct director *director = *state;

	connect(director, LVS_PROTO_UDP);
	for (size_t over = 0; over < 2; over++) {
		struct build back = reply();

		back.df = true;
		back.payload = LINK - UDP_HEADERS + over;
		assert_int_equal(director_take(director, &back), over ? LVS_DROP_TOO_BIG : LVS_DROP_NONE);
		assert_int_equal(director->nout, 1);
	}
	/* Fragmentation needed, with the link's MTU, to the server. */
	assert_int_equal(director->out[0].data[9], 1);
	assert_int_equal(director->out[0].data[20], 3);
	assert_int_equal(director->out[0].data[21], 4);
	assert_int_equal(director->out[0].data[26] << 8 | director->out[0].data[27], LINK);
	assert_int_equal(director->out[0].data[19], 11);
}

static void super_packets_pass_by_the_length_of_their_segments(void **state)
{
	struct director *director = *state;

	connect(director, LVS_PROTO_TCP);
	for (size_t over = 0; over < 2; over++) {
		struct build back = reply();

		back.proto = LVS_PROTO_TCP;
		back.tcp_flags = LVS_TCP_ACK;
		back.csum = BUILD_PARTIAL;
		back.gso_size = (uint16_t)(LINK - 40 + over);
		back.payload = 4000;
		back.df = true;
		assert_int_equal(director_take(director, &back), over ? LVS_DROP_TOO_BIG : LVS_DROP_NONE);
		assert_int_equal(director->nout, 1);
		if (!over) {
			back.src = "192.0.2.1";
			back.ttl = 63;
			director_expect(director, build(&back));
		}
		back.df = false;	/* its segments are made here, and cut */
		assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
	}
}

static void its_own_addresses_answer(void **state)
{
	struct director *director = *state;
	const struct build ping = { .src = "198.51.100.7", .dst = "10.0.0.1", .proto = LVS_PROTO_ICMP, .icmp_type = 8 };
	const struct build syn = { .src = "198.51.100.7", .dst = "10.0.0.1", .sport = 1, .dport = 22, .tcp_flags = LVS_TCP_SYN };
	struct lvs_engine_settings settings = director->engine->settings;
	uint64_t generation = director->engine->rules.generation;

	assert_int_equal(director_take(director, &ping), LVS_DROP_NONE);
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].data[20], 0);
	assert_int_equal(director_take(director, &syn), LVS_DROP_NO_SERVICE);
	assert_int_equal(director->nout, 1);		/* a reset: nobody else has that address */
	lvs_engine_configure(director->engine, &settings, director->now);
	assert_int_equal(director->engine->rules.generation, generation);
	settings.nown = 0;
	lvs_engine_configure(director->engine, &settings, director->now);
	assert_int_equal(director->engine->rules.generation, generation + 1);
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);	/* passes, one hop further */
	assert_int_equal(director->out[0].data[8], 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_directions_are_cut, setup, director_teardown),
		cmocka_unit_test_setup_teardown(who_must_not_be_cut_is_told, setup, director_teardown),
		cmocka_unit_test_setup_teardown(super_packets_pass_by_the_length_of_their_segments, setup, director_teardown),
		cmocka_unit_test_setup_teardown(its_own_addresses_answer, setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
