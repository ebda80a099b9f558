// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MSS option of SYNs, whole bytes. What comes out is built afresh with the options that it should have, every sum over
 * the finished bytes: an update that has confused the two bytes of a word somewhere does not come to the same.
 */
#include "tests/lib/test.h"

#include <errno.h>

#include "engine/mss.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define CLIENT_PORT 40000
#define VPORT 80
#define SERVER_PORT 8080
#define LIMIT 1300	/* 0x0514 */

static const struct {
	const char *client, *vip, *server;
} families[] = {
	{ "198.51.100.7", "192.0.2.1", "10.0.0.11" },
	{ "2001:db8:c::7", "2001:db8::1", "2001:db8:1::11" },
};

static const struct row {
	const char *what;
	uint8_t len;
	uint8_t in[40], out[40];
} rows[] = {
	{ "no option: 536 is meant, and cannot be lowered", 0 },
	{ "none of that kind", 4, { 4, 2, 1, 1 }, { 4, 2, 1, 1 } },
	{ "too large", 4, { 2, 4, 5, 180 }, { 2, 4, 5, 20 } },
	{ "the largest there is", 4, { 2, 4, 255, 255 }, { 2, 4, 5, 20 } },
	{ "one too large", 4, { 2, 4, 5, 21 }, { 2, 4, 5, 20 } },
	{ "the same is left", 4, { 2, 4, 5, 20 }, { 2, 4, 5, 20 } },
	{ "less is never raised", 4, { 2, 4, 2, 24 }, { 2, 4, 2, 24 } },
	{ "0 is less", 4, { 2, 4, 0, 0 }, { 2, 4, 0, 0 } },
	{ "at an odd place", 8, { 1, 2, 4, 5, 180, 1, 1, 0 }, { 1, 2, 4, 5, 20, 1, 1, 0 } },
	{ "at an odd place, both bytes change", 8, { 1, 2, 4, 35, 40, 4, 2, 0 }, { 1, 2, 4, 5, 20, 4, 2, 0 } },
	{ "at a place of two", 8, { 1, 1, 2, 4, 35, 40, 1, 1 }, { 1, 1, 2, 4, 5, 20, 1, 1 } },
	{ "behind one of three bytes", 8, { 3, 3, 7, 2, 4, 255, 0, 0 }, { 3, 3, 7, 2, 4, 5, 20, 0 } },
	{ "as Linux sends it", 20, { 2, 4, 35, 40, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7 },
	  { 2, 4, 5, 20, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7 } },
	{ "at the very end of the largest header", 40,
	  { 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 6, 0 },
	  { 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 20 } },
	{ "twice, at an even and an odd place: who reads may take either", 12, { 2, 4, 35, 40, 1, 2, 4, 255, 255, 1, 1, 1 },
	  { 2, 4, 5, 20, 1, 2, 4, 5, 20, 1, 1, 1 } },
	{ "behind the end of options", 8, { 4, 2, 0, 0, 2, 4, 5, 180 }, { 4, 2, 0, 0, 2, 4, 5, 180 } },
	{ "too short to be one", 4, { 2, 3, 255, 0 }, { 2, 3, 255, 0 } },
	{ "too long to be one", 8, { 2, 6, 255, 255, 255, 255, 1, 1 }, { 2, 6, 255, 255, 255, 255, 1, 1 } },
	{ "a length of 0", 4, { 2, 0, 255, 255 }, { 2, 0, 255, 255 } },
	{ "a length that leads out of the header", 4, { 1, 2, 4, 255 }, { 1, 2, 4, 255 } },
	{ "a kind without a length at the very end", 4, { 1, 1, 1, 2 }, { 1, 1, 1, 2 } },
	{ "behind one that is malformed", 8, { 3, 1, 0, 0, 2, 4, 5, 180 }, { 3, 1, 0, 0, 2, 4, 5, 180 } },
	{ "before one that is malformed", 8, { 2, 4, 5, 180, 3, 0, 7, 7 }, { 2, 4, 5, 20, 3, 0, 7, 7 } },
	{ "inside of an unknown one", 8, { 254, 8, 2, 4, 5, 180, 1, 1 }, { 254, 8, 2, 4, 5, 180, 1, 1 } },
};

static void set_limit(struct director *director, struct lvs_server *server, uint16_t mss, bool of_path)
{
	struct lvs_service_spec spec = server->service->spec;

	spec.mss = mss;
	spec.mss_of_path = of_path;
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), server->service, &spec), 0);
}

static struct lvs_server *serve(struct director *director, int ip6, const char *forward)
{
	bool masq = !strcmp(forward, "masq");
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, families[ip6].vip, VPORT, families[ip6].server,
						   masq ? SERVER_PORT : VPORT);
	struct lvs_server_spec spec = server->spec;

	spec.forward = lvs_forward_find(forward);
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	return server;
}

static struct build with(struct build what, const uint8_t *options, uint8_t len)
{
	what.options = options;
	what.tcp_options = len;
	return what;
}

static struct build syn(int ip6)
{
	return (struct build){ .src = families[ip6].client, .dst = families[ip6].vip, .sport = CLIENT_PORT, .dport = VPORT,
			       .tcp_flags = LVS_TCP_SYN, .seq = 0x12345678, .window = 65535, .id = 77, .df = true };
}

static struct build to_server(int ip6, struct build what)
{
	what.dst = families[ip6].server;
	what.dport = SERVER_PORT;
	return what;
}

static struct build syn_ack(int ip6)
{
	return (struct build){ .src = families[ip6].server, .dst = families[ip6].client, .sport = SERVER_PORT,
			       .dport = CLIENT_PORT, .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK, .seq = 1, .ack = 0x12345679,
			       .window = 65535, .id = 78, .df = true };
}

static struct build to_client(int ip6, struct build what)
{
	what.src = families[ip6].vip;
	what.sport = VPORT;
	return what;
}

/* One SYN and one SYN-ACK with the options of @row, and @payload bytes of data. */
static void check(struct director *director, int ip6, const struct row *row, enum build_csum csum, size_t payload)
{
	struct build in = with(syn(ip6), row->in, row->len), out = with(to_server(ip6, syn(ip6)), row->out, row->len);

	in.csum = out.csum = csum;
	in.payload = out.payload = payload;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));
	in = with(syn_ack(ip6), row->in, row->len);
	out = with(to_client(ip6, syn_ack(ip6)), row->out, row->len);
	in.csum = out.csum = csum;
	in.payload = out.payload = payload;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));
}

static void both_ends_are_told_less(void **state)
{
	static const enum build_csum sums[] = { BUILD_COMPLETE, BUILD_PARTIAL, BUILD_WRONG };
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		set_limit(director, serve(director, ip6, "masq"), LIMIT, false);
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			print_message("  %s\n", rows[i].what);
			for (size_t s = 0; s < ARRAY_LEN(sums); s++)
				for (size_t payload = 0; payload < 4; payload++)
					check(director, ip6, &rows[i], sums[s], payload);
		}
	}
}

/* Every value at every place, of both kinds of places. */
static void no_value_confuses_the_sum(void **state)
{
	struct director *director = *state;
	uint8_t in[8] = { 1, 1, 1, 1, 1, 1, 1, 1 }, out[8];

	set_limit(director, serve(director, 0, "masq"), LIMIT, false);
	for (uint32_t value = 0; value <= UINT16_MAX; value += 97) {
		uint32_t less = LVS_MIN(value, LIMIT);

		for (size_t at = 0; at <= 4; at++) {
			struct row row = { .what = "", .len = 8 };

			memcpy(row.in, in, sizeof(in));
			memcpy(out, in, sizeof(out));
			memcpy(row.in + at, (uint8_t[]){ 2, 4, (uint8_t)(value >> 8), (uint8_t)value }, 4);
			memcpy(out + at, (uint8_t[]){ 2, 4, (uint8_t)(less >> 8), (uint8_t)less }, 4);
			memcpy(row.out, out, sizeof(out));
			check(director, 0, &row, BUILD_COMPLETE, value % 3);
		}
	}
}

static void only_syns_are_looked_at(void **state)
{
	static const uint8_t options[] = { 2, 4, 255, 255 };
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = with(syn(ip6), options, sizeof(options));

		set_limit(director, serve(director, ip6, "masq"), LIMIT, false);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		what.tcp_flags = LVS_TCP_ACK;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&(struct build){ .src = what.src, .dst = families[ip6].server,
			.sport = CLIENT_PORT, .dport = SERVER_PORT, .tcp_flags = LVS_TCP_ACK, .seq = what.seq,
			.window = what.window, .id = what.id, .df = true, .options = options,
			.tcp_options = sizeof(options) }));
	}
}

/* The option is in the first fragment, and the sum is not of that alone. */
static void a_syn_in_fragments(void **state)
{
	static const uint8_t in[] = { 1, 2, 4, 35, 40, 1, 1, 0 }, out[] = { 1, 2, 4, 5, 20, 1, 1, 0 };
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct build what = with(syn(ip6), in, sizeof(in)), expect = with(to_server(ip6, syn(ip6)), out, sizeof(out));

		set_limit(director, serve(director, ip6, "masq"), LIMIT, false);
		what.payload = expect.payload = 61;
		what.df = expect.df = false;
		what.frag_bytes = expect.frag_bytes = 48;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&expect));
		what.frag_offset = expect.frag_offset = 48;
		what.frag_bytes = expect.frag_bytes = 28 + 61 - 48;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&expect));
	}
}

/* What goes by direct routing leaves as it came but for that; its sum is made complete after, and of the new option. */
static void where_replies_pass_by(void **state)
{
	static const uint8_t in[] = { 1, 2, 4, 35, 40, 1, 1, 0 }, out[] = { 1, 2, 4, 5, 20, 1, 1, 0 };
	static const enum build_csum sums[] = { BUILD_COMPLETE, BUILD_PARTIAL };
	struct director *director = *state;

	for (int ip6 = 0; ip6 < 2; ip6++) {
		set_limit(director, serve(director, ip6, "droute"), LIMIT, false);
		for (size_t s = 0; s < ARRAY_LEN(sums); s++) {
			struct build what = with(syn(ip6), in, sizeof(in));

			what.csum = sums[s];
			what.payload = 3;
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
			what.csum = BUILD_COMPLETE;
			director_expect(director, build(&(struct build){ .src = what.src, .dst = what.dst, .sport = what.sport,
				.dport = what.dport, .tcp_flags = what.tcp_flags, .seq = what.seq, .window = what.window,
				.id = what.id, .df = true, .payload = 3, .options = out, .tcp_options = sizeof(out) }));
		}
	}
}

static void a_path_has_room_for_so_much(void **state)
{
	static const struct {
		const char *what;
		const char *forward;
		bool ip6, of_path;
		uint16_t mss;
		uint32_t mtu, reported;
		uint16_t expect;
	} paths[] = {
		{ "nothing was said", "masq", false, false, 0, 1400, 0, UINT16_MAX },
		{ "a number", "masq", false, false, 1200, 1400, 0, 1200 },
		{ "the path", "masq", false, true, 0, 1400, 0, 1360 },
		{ "the path, of IPv6", "masq", true, true, 0, 1400, 0, 1340 },
		{ "the lesser of both", "droute", false, true, 1400, 1400, 0, 1360 },
		{ "the lesser of both is the number", "droute", false, true, 1300, 1400, 0, 1300 },
		{ "the path is not known", "masq", false, true, 0, 0, 0, UINT16_MAX },
		{ "the path is not known, the number is", "masq", false, true, 1300, 0, 0, 1300 },
		{ "a tunnel takes its share", "tunnel", false, true, 0, 1500, 0, 1440 },
		{ "of IPv6 more", "tunnel", true, true, 0, 1500, 0, 1400 },
		{ "a router further on knows better", "tunnel", false, true, 0, 1500, 1400, 1340 },
		{ "what no path is as narrow as", "masq", false, true, 0, 1500, 68, 536 },
		{ "the same of IPv6", "masq", true, true, 0, 1500, 1280, 1220 },
		{ "a number may be less", "masq", false, true, 100, 1500, 68, 100 },
	};
	struct director *director = *state;
	struct lvs_server *servers[2] = { serve(director, 0, "masq"), serve(director, 1, "masq") };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct lvs_server fresh = *servers[paths[i].ip6];
		struct lvs_service_spec spec = fresh.service->spec;

		print_message("  %s\n", paths[i].what);
		fresh.spec.forward = lvs_forward_find(paths[i].forward);
		lvs_server_set_mtu(&fresh, paths[i].mtu);
		if (paths[i].reported)
			lvs_server_report_mtu(&fresh, paths[i].reported, director->now);
		spec.mss = paths[i].mss;
		spec.mss_of_path = paths[i].of_path;
		assert_int_equal(lvs_mss_limit(&spec, &fresh), paths[i].expect);
		assert_int_equal(lvs_mss_limit(&spec, NULL), paths[i].mss ? paths[i].mss : UINT16_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, director_setup, director_teardown)
		TEST(both_ends_are_told_less), TEST(no_value_confuses_the_sum), TEST(only_syns_are_looked_at),
		TEST(a_syn_in_fragments),      TEST(where_replies_pass_by),	TEST(a_path_has_room_for_so_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
