// SPDX-License-Identifier: GPL-2.0-or-later
/* Unwrapping, byte by byte: headers written by hand, what is let in, what is not and why, congestion, unfinished sums. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/prefix_map.h"
#include "decap/unwrap.h"
#include "engine/wire.h"
#include "tests/lib/build.h"

#define GUE_PORT 6080

static const char *const clients[] = { "198.51.100.7", "2001:db8:c::7" }, *const vips[] = { "192.0.2.1", "2001:db8::1" };
static const char *const director = "10.0.0.1";

static struct lvs_decap_rules rules;

static struct lvs_prefix_map *map_of(const char *a, const char *b)
{
	struct lvs_prefix_entry entries[] = { { .addr = test_addr(a), .bits = LVS_PREFIX_HOST, .value = 1 },
					      { .addr = test_addr(b), .bits = LVS_PREFIX_HOST, .value = 1 } };
	struct lvs_prefix_map *map;

	lvs_prefix_entries_sort(entries, 2);
	assert_int_equal(lvs_prefix_map_new(entries, 2, &map), 0);
	return map;
}

static int set_up(void **state)
{
	(void)state;
	rules = (struct lvs_decap_rules){ .vips = map_of(vips[0], vips[1]), .from = map_of(director, "2001:db8:1::1"),
					  .port = LVS_BE16(GUE_PORT) };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lvs_prefix_map_free(rules.vips);
	lvs_prefix_map_free(rules.from);
	return 0;
}

static struct build request(int in6)
{
	return (struct build){ .src = clients[in6], .dst = vips[in6], .sport = 40000, .dport = 80, .tcp_flags = LVS_TCP_ACK,
			       .payload = 21, .tos = 2, .ttl = 63 };
}

/* A tunnel packet, in a block of exactly its length. */
struct wrapped {
	struct lvs_packet packet;
	uint8_t *block;
};

/* @header in front of @inner, whose block is freed. */
static struct wrapped wrap(const uint8_t *header, size_t bytes, struct lvs_packet inner)
{
	struct wrapped w = { .block = malloc(bytes + inner.len) };

	assert_non_null(w.block);
	if (bytes)
		memcpy(w.block, header, bytes);
	memcpy(w.block + bytes, inner.data, inner.len);
	w.packet = (struct lvs_packet){ .data = w.block, .len = (uint32_t)(bytes + inner.len) };
	build_free(&inner);
	return w;
}

static enum lvs_decap_reason unwrap(struct wrapped *w, uint8_t proto, uint8_t tos)
{
	struct lvs_decap_outer outer = { .src = test_addr(director), .proto = proto, .tos = tos };

	return lvs_decap_unwrap(&rules, &outer, &w->packet);
}

/* @header in front of @inner: dropped for @reason, or @inner comes out. */
static void judge(const char *what, uint8_t proto, const uint8_t *header, size_t bytes, struct lvs_packet inner,
		  enum lvs_decap_reason reason)
{
	struct lvs_packet expect = build_raw(inner.data, inner.len);
	struct wrapped w = wrap(header, bytes, inner);
	enum lvs_decap_reason got = unwrap(&w, proto, 0);

	if (got != reason)
		fail_msg("%s: %s, not %s", what, lvs_decap_names[got], lvs_decap_names[reason]);
	if (!reason)
		build_expect(what, &w.packet, expect);
	else
		build_free(&expect);
	free(w.block);
}

static void headers(void **state)
{
	static const struct row {
		const char *what;
		uint8_t proto;
		enum lvs_decap_reason reason;
		uint8_t bytes;
		uint8_t header[28];
	} rows[] = {
		{ "ipip", 4, LVS_DECAP_NONE, 0, { 0 } },
		{ "ipip that says IPv6", 41, LVS_DECAP_INNER, 0, { 0 } },
		{ "another protocol", 50, LVS_DECAP_HEADER, 0, { 0 } },
		{ "gre", 47, LVS_DECAP_NONE, 4, { 0, 0, 8, 0 } },
		{ "gre that says IPv6", 47, LVS_DECAP_INNER, 4, { 0, 0, 0x86, 0xdd } },
		{ "gre with key and sequence number", 47, LVS_DECAP_NONE, 12, { 0x30, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8 } },
		{ "gre of Ethernet", 47, LVS_DECAP_HEADER, 4, { 0, 0, 0x65, 0x58 } },
		{ "gre version 1", 47, LVS_DECAP_HEADER, 4, { 0, 1, 8, 0 } },
		{ "gre with routing", 47, LVS_DECAP_HEADER, 4, { 0x40, 0, 8, 0 } },
		{ "gre with a wrong checksum", 47, LVS_DECAP_CSUM, 8, { 0x80, 0, 8, 0, 1, 2, 0, 0 } },
		{ "gue", 17, LVS_DECAP_NONE, 12, { 0x80, 0, 0x17, 0xc0, 0, 73, 0, 0, 0, 4, 0, 0 } },
		{ "gue to another port", 17, LVS_DECAP_HEADER, 12, { 0x80, 0, 0x17, 0xc1, 0, 73, 0, 0, 0, 4, 0, 0 } },
		{ "gue version 1", 17, LVS_DECAP_HEADER, 12, { 0x80, 0, 0x17, 0xc0, 0, 73, 0, 0, 0x40, 4, 0, 0 } },
		{ "gue control message", 17, LVS_DECAP_HEADER, 12, { 0x80, 0, 0x17, 0xc0, 0, 73, 0, 0, 0x20, 4, 0, 0 } },
		{ "gue of TCP", 17, LVS_DECAP_HEADER, 12, { 0x80, 0, 0x17, 0xc0, 0, 73, 0, 0, 0, 6, 0, 0 } },
		{ "gue with bytes nobody named", 17, LVS_DECAP_NONE, 16, { 0x80, 0, 0x17, 0xc0, 0, 77, 0, 0, 1, 4, 0, 0, 9, 9, 9, 9 } },
		{ "gue with private flags of none", 17, LVS_DECAP_NONE, 16, { 0x80, 0, 0x17, 0xc0, 0, 77, 0, 0, 1, 4, 0, 1 } },
		{ "gue with an unknown field", 17, LVS_DECAP_OPTION, 16, { 0x80, 0, 0x17, 0xc0, 0, 77, 0, 0, 1, 4, 0x80, 0 } },
		{ "gue with an unknown private field", 17, LVS_DECAP_OPTION, 16,
		  { 0x80, 0, 0x17, 0xc0, 0, 77, 0, 0, 1, 4, 0, 1, 0x40, 0, 0, 0 } },
		{ "gue with private flags that are not there", 17, LVS_DECAP_OPTION, 12,
		  { 0x80, 0, 0x17, 0xc0, 0, 73, 0, 0, 0, 4, 0, 1 } },
		{ "gue whose checksum offload is not there", 17, LVS_DECAP_OPTION, 16,
		  { 0x80, 0, 0x17, 0xc0, 0, 77, 0, 0, 1, 4, 0, 1, 0x80, 0, 0, 0 } },
		{ "gue whose checksum goes in front", 17, LVS_DECAP_OPTION, 20,
		  { 0x80, 0, 0x17, 0xc0, 0, 81, 0, 0, 2, 4, 0, 1, 0x80, 0, 0, 0, 0, 20, 0, 19 } },
		{ "gue whose checksum goes elsewhere", 17, LVS_DECAP_INNER, 20,
		  { 0x80, 0, 0x17, 0xc0, 0, 81, 0, 0, 2, 4, 0, 1, 0x80, 0, 0, 0, 0, 20, 0, 37 } },
		{ "gue whose checksum goes behind the end", 17, LVS_DECAP_INNER, 20,
		  { 0x80, 0, 0x17, 0xc0, 0, 81, 0, 0, 2, 4, 0, 1, 0x80, 0, 0, 0, 0, 20, 0xff, 0xff } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build what = request(0);

		judge(rows[i].what, rows[i].proto, rows[i].header, rows[i].bytes, build(&what), rows[i].reason);
	}
}

static uint16_t gre_sum(const uint8_t *header, size_t bytes, const struct lvs_packet *inner)
{
	return (uint16_t)~build_fold(build_sum(build_sum(0, header, bytes), inner->data, inner->len));
}

/* Even and odd lengths; then each single bit of the packet turned. */
static void gre_checksums(void **state)
{
	(void)state;
	for (size_t payload = 20; payload < 22; payload++) {
		uint8_t header[8] = { 0x80, 0, 0x86, 0xdd };
		struct build what = request(1);
		struct lvs_packet inner;
		uint16_t sum;

		what.payload = payload;
		inner = build(&what);
		sum = gre_sum(header, sizeof(header), &inner);
		header[4] = (uint8_t)(sum >> 8);
		header[5] = (uint8_t)sum;
		judge("right", 47, header, sizeof(header), build(&what), LVS_DECAP_NONE);
		for (size_t bit = 0; bit < 8 * (size_t)inner.len; bit++) {
			struct wrapped w = wrap(header, sizeof(header), build(&what));

			w.block[sizeof(header) + bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(unwrap(&w, 47, 0), LVS_DECAP_CSUM);
			free(w.block);
		}
		build_free(&inner);
	}
}

/* Whatever is missing at the end, nothing comes out, and nothing behind the end is looked at. */
static void cut_short(void **state)
{
	static const uint8_t gre[] = { 0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const uint8_t gue[] = { 0x80, 0, 0x17, 0xc0, 0, 81, 0, 0, 2, 4, 0, 1, 0x80, 0, 0, 0, 0, 20, 0, 36 };
	static const struct {
		uint8_t proto;
		const uint8_t *header;
		size_t bytes;
	} rows[] = { { 4, gre, 0 }, { 47, gre, sizeof(gre) }, { 17, gue, sizeof(gue) } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build what = request(0);
		struct wrapped whole = wrap(rows[i].header, rows[i].bytes, build(&what));

		for (size_t len = 0; len < whole.packet.len; len++) {
			struct lvs_packet none = build_raw(whole.block, 0);
			struct wrapped w = wrap(whole.block, len, none);

			assert_int_not_equal(unwrap(&w, rows[i].proto, 0), LVS_DECAP_NONE);
			free(w.block);
		}
		free(whole.block);
	}
}

/* An inner packet of any description, by ipip. */
static void judge_inner(const char *what, const struct build *inner, enum lvs_decap_reason reason)
{
	struct lvs_packet packet = build(inner);
	uint8_t proto = packet.data[0] >> 4 == 6 ? 41 : 4;

	judge(what, proto, NULL, 0, packet, reason);
}

static void insides(void **state)
{
	static const struct {
		const char *what;
		enum lvs_decap_reason reason;
		struct build build;
	} rows[] = {
		{ "for another address", LVS_DECAP_VIP, { .src = "198.51.100.7", .dst = "192.0.2.2" } },
		{ "for another address, IPv6", LVS_DECAP_VIP, { .src = "2001:db8:c::7", .dst = "2001:db8::2" } },
		{ "for loopback", LVS_DECAP_VIP, { .src = "198.51.100.7", .dst = "127.0.0.1" } },
		{ "from nobody", LVS_DECAP_SOURCE, { .src = "0.0.0.0", .dst = "192.0.2.1" } },
		{ "from nobody, IPv6", LVS_DECAP_SOURCE, { .src = "::", .dst = "2001:db8::1" } },
		{ "from loopback", LVS_DECAP_SOURCE, { .src = "127.9.9.9", .dst = "192.0.2.1" } },
		{ "from loopback, IPv6", LVS_DECAP_SOURCE, { .src = "::1", .dst = "2001:db8::1" } },
		{ "from a group", LVS_DECAP_SOURCE, { .src = "224.0.0.5", .dst = "192.0.2.1" } },
		{ "from a group, IPv6", LVS_DECAP_SOURCE, { .src = "ff02::1", .dst = "2001:db8::1" } },
		{ "from all", LVS_DECAP_SOURCE, { .src = "255.255.255.255", .dst = "192.0.2.1" } },
		{ "from a link", LVS_DECAP_SOURCE, { .src = "fe80::1", .dst = "2001:db8::1" } },
		{ "from itself", LVS_DECAP_SOURCE, { .src = "192.0.2.1", .dst = "192.0.2.1" } },
		{ "a tunnel in it", LVS_DECAP_NESTED, { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 4, .payload = 40 } },
		{ "IPv6 in it", LVS_DECAP_NESTED, { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 41, .payload = 40 } },
		{ "gre in it", LVS_DECAP_NESTED, { .src = "2001:db8:c::7", .dst = "2001:db8::1", .proto = 47, .payload = 40 } },
		{ "gue in it", LVS_DECAP_NESTED,
		  { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 17, .dport = GUE_PORT, .payload = 40 } },
		{ "the beginning of gue in it", LVS_DECAP_NESTED,
		  { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 17, .dport = GUE_PORT, .payload = 40, .frag_bytes = 24 } },
		{ "a source route", LVS_DECAP_INNER,
		  { .src = "198.51.100.7", .dst = "192.0.2.1", .ip_options = "\x83\x03\x04", .ip_options_len = 3 } },
		{ "ESP", LVS_DECAP_NONE, { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 50, .payload = 40 } },
		{ "a ping", LVS_DECAP_NONE, { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 1, .icmp_type = 8, .payload = 8 } },
		{ "a datagram", LVS_DECAP_NONE, { .src = "2001:db8:c::7", .dst = "2001:db8::1", .proto = 17, .dport = 53, .payload = 9 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		judge_inner(rows[i].what, &rows[i].build, rows[i].reason);
}

static void senders(void **state)
{
	static const struct {
		const char *from;
		enum lvs_decap_reason reason;
	} rows[] = { { "10.0.0.1", LVS_DECAP_NONE }, { "10.0.0.2", LVS_DECAP_FROM }, { "2001:db8:1::1", LVS_DECAP_NONE },
		     { "2001:db8:1::2", LVS_DECAP_FROM } };
	struct lvs_decap_rules anybody = { .vips = rules.vips };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_decap_outer outer = { .src = test_addr(rows[i].from), .proto = 4 };
		struct build what = request(0);
		struct lvs_packet inner = build(&what);

		assert_int_equal(lvs_decap_unwrap(&rules, &outer, &inner), rows[i].reason);
		assert_int_equal(lvs_decap_unwrap(&anybody, &outer, &inner), LVS_DECAP_NONE);
		build_free(&inner);
	}
}

/* RFC 6040 section 4.2, figure 4, row by row: 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE; -1 drop. */
static void congestion(void **state)
{
	static const int figure[4][4] = { { 0, 0, 0, -1 }, { 1, 1, 1, 3 }, { 2, 1, 2, 3 }, { 3, 3, 3, 3 } };

	(void)state;
	for (int row = 0; row < 2 * 4 * 4 * 2; row++) {
		int in6 = row & 1, inner = row >> 1 & 3, outer = row >> 3 & 3, expect = figure[inner][outer];
		uint8_t service = row >> 5 & 1 ? 0xb8 : 0;
		struct build what = request(in6);
		struct wrapped w;

		what.tos = (uint8_t)(service | inner);
		w = wrap(NULL, 0, build(&what));
		assert_int_equal(unwrap(&w, in6 ? 41 : 4, (uint8_t)(0x44 | outer)), expect < 0 ? LVS_DECAP_ECN : LVS_DECAP_NONE);
		if (expect >= 0) {
			what.tos = (uint8_t)(service | expect);
			build_expect("congestion", &w.packet, build(&what));
		}
		free(w.block);
	}
}

/* As GRO leaves it: one long segment, the checksum that of the pseudo-header, GRE's that of the first segment. */
static void merged_segments(void **state)
{
	static const uint8_t gre[][8] = { { 0x80, 0, 8, 0, 0x12, 0x34 }, { 0x80, 0, 0x86, 0xdd, 0x12, 0x34 } };

	(void)state;
	for (int in6 = 0; in6 < 2; in6++) {
		struct build what = request(in6);
		struct wrapped w;

		what.csum = BUILD_PARTIAL;
		what.tcp_options = 12;
		what.payload = 20000;
		w = wrap(gre[in6], sizeof(gre[0]), build(&what));
		assert_int_equal(unwrap(&w, 47, 0), LVS_DECAP_NONE);
		what.gso_size = (uint16_t)(1500 - (in6 ? 40 : 20) - 32);
		build_expect("long", &w.packet, build(&what));
		free(w.block);

		what.payload = 1000;
		what.gso_size = 0;
		w = wrap(NULL, 0, build(&what));
		assert_int_equal(unwrap(&w, in6 ? 41 : 4, 0), LVS_DECAP_NONE);
		build_expect("short", &w.packet, build(&what));
		free(w.block);

		what = (struct build){ .src = clients[in6], .dst = vips[in6], .proto = 17, .dport = 53, .payload = 33, .csum = BUILD_PARTIAL };
		w = wrap(NULL, 0, build(&what));
		assert_int_equal(unwrap(&w, in6 ? 41 : 4, 0), LVS_DECAP_NONE);
		build_expect("datagram", &w.packet, build(&what));
		free(w.block);

		/* Of a fragment nothing can be said. */
		what.frag_bytes = 24;
		what.csum = BUILD_COMPLETE;
		w = wrap(NULL, 0, build(&what));
		assert_int_equal(unwrap(&w, in6 ? 41 : 4, 0), LVS_DECAP_NONE);
		build_expect("fragment", &w.packet, build(&what));
		free(w.block);
	}
}

/* Remote checksum offload: start and place of a checksum that the far end shall finish. */
static void remote_checksums(void **state)
{
	(void)state;
	for (int in6 = 0; in6 < 2; in6++) {
		uint8_t start = in6 ? 40 : 20;
		uint8_t header[] = { 0x80, 0, 0x17, 0xc0, 0, 81, 0, 0, 2, in6 ? 41 : 4, 0, 1, 0x80, 0, 0, 0,
				     0, start, 0, (uint8_t)(start + 16) };
		struct build what = request(in6);
		struct wrapped w;

		what.csum = BUILD_PARTIAL;
		w = wrap(header, sizeof(header), build(&what));
		assert_int_equal(unwrap(&w, 17, 0), LVS_DECAP_NONE);
		build_expect("remote", &w.packet, build(&what));
		free(w.block);
	}
}

static void padding_is_cut_off(void **state)
{
	struct build what = request(0);
	struct lvs_packet inner = build(&what), longer = build_raw(inner.data, inner.len);
	struct wrapped w;

	(void)state;
	longer.data = realloc(longer.data, inner.len + 6);
	assert_non_null(longer.data);
	memset(longer.data + inner.len, 0xa5, 6);
	longer.len += 6;
	w = wrap(NULL, 0, longer);
	assert_int_equal(unwrap(&w, 4, 0), LVS_DECAP_NONE);
	build_expect("padded", &w.packet, inner);
	free(w.block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gre_checksums, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_short, set_up, tear_down),
		cmocka_unit_test_setup_teardown(insides, set_up, tear_down),
		cmocka_unit_test_setup_teardown(senders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(congestion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(merged_segments, set_up, tear_down),
		cmocka_unit_test_setup_teardown(remote_checksums, set_up, tear_down),
		cmocka_unit_test_setup_teardown(padding_is_cut_off, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
