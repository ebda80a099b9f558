// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cutting, whole bytes: each part is built afresh from a description of what a sender without offloads would have sent,
 * and compared with what was cut.
 */
#include "tests/lib/test.h"

#include "engine/split.h"
#include "engine/wire.h"
#include "tests/lib/build.h"

#define PARTS_MAX 64
#define TCP_CWR 0x80

struct parts {
	size_t n;
	struct lvs_packet part[PARTS_MAX];
};

/* Like the meanest way out: writes over everything in front of the packet that it may. */
static enum lvs_drop keep(void *arg, struct lvs_packet *piece)
{
	struct parts *parts = arg;
	struct lvs_packet copy;

	assert_true(parts->n < PARTS_MAX);
	memset(piece->data - piece->headroom, 0xa5, piece->headroom);
	copy = build_raw(piece->data, piece->len);
	assert_int_equal(lvs_packet_parse(&copy), LVS_DROP_NONE);
	assert_int_equal(copy.kind, piece->kind);
	assert_int_equal(copy.fragment, piece->fragment);
	assert_int_equal(copy.frag_offset, piece->frag_offset);
	assert_int_equal(copy.frag_more, piece->frag_more);
	assert_int_equal(copy.l4, piece->l4);
	assert_int_equal(copy.tcp_flags, piece->tcp_flags);
	assert_int_equal(piece->vnet.flags | piece->vnet.gso_type, 0);
	parts->part[parts->n++] = copy;
	return LVS_DROP_NONE;
}

static void forget(struct parts *parts)
{
	while (parts->n)
		build_free(&parts->part[--parts->n]);
}

static struct build ends(bool ip6)
{
	return (struct build){ .src = ip6 ? "2001:db8:c::7" : "198.51.100.7", .dst = ip6 ? "2001:db8::1" : "192.0.2.1",
			       .sport = 40000, .dport = 80, .id = 0xfffe, .ttl = 61, .tos = 0x29 };
}

/* What @whole is cut into, part by part; @payload bytes, @size in each. */
static void check_segments(const struct build *whole, size_t size)
{
	struct lvs_packet packet = build(whole);
	struct parts parts = { 0 };
	uint8_t *block = packet.data;
	size_t at = 0, n = 0;

	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_split(&packet, keep, &parts), LVS_DROP_NONE);
	for (; at < whole->payload; at += size, n++) {
		struct build part = *whole;
		bool last = whole->payload - at <= size;

		part.csum = BUILD_COMPLETE;
		part.gso_size = 0;
		part.payload = last ? whole->payload - at : size;
		part.first = (uint8_t)(whole->first + at);
		part.seq += (uint32_t)at;
		part.id = (part.id + n) & 0xffff;
		if (at)
			part.tcp_flags &= (uint8_t)~TCP_CWR;
		if (!last)
			part.tcp_flags &= (uint8_t) ~(LVS_TCP_PSH | LVS_TCP_FIN);
		assert_true(n < parts.n);
		build_expect("segment", &parts.part[n], build(&part));
	}
	assert_int_equal(n, parts.n);
	forget(&parts);
	packet.data = block;
	build_free(&packet);
}

static void segments_of_a_stream(void **state)
{
	static const size_t payloads[] = { 1001, 1000, 999, 4000, 4001, 24001, 1500 };

	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
			struct build whole = ends(ip6);

			whole.csum = BUILD_PARTIAL;
			whole.gso_size = 999;
			whole.payload = payloads[i];
			whole.seq = 0xffffff00;
			whole.tcp_options = 12;
			whole.tcp_flags = LVS_TCP_ACK | LVS_TCP_PSH | LVS_TCP_FIN | TCP_CWR;
			check_segments(&whole, 999);
		}
	}
}

static void segments_of_a_datagram_train(void **state)
{
	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		for (size_t payload = 2; payload < 400; payload += 13) {
			struct build whole = ends(ip6);

			whole.proto = LVS_PROTO_UDP;
			whole.csum = BUILD_PARTIAL;
			whole.gso_size = 77;
			whole.payload = payload;
			check_segments(&whole, 77);
		}
	}
}

static void extension_headers_are_in_each(void **state)
{
	struct build whole = ends(true);

	(void)state;
	whole.csum = BUILD_PARTIAL;
	whole.gso_size = 501;
	whole.payload = 1400;
	whole.tcp_flags = LVS_TCP_ACK;
	whole.ext[0] = LVS_PROTO_HOPOPTS;
	whole.ext[1] = LVS_PROTO_DSTOPTS;
	whole.ext_count = 2;
	check_segments(&whole, 501);
}

/* Neither super nor partial: as it is. Partial alone: the sum is finished. */
static void one_packet_is_one(void **state)
{
	static const enum build_csum sums[] = { BUILD_COMPLETE, BUILD_PARTIAL, BUILD_WRONG };

	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		for (int udp = 0; udp < 2; udp++) {
			for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
				struct build what = ends(ip6);
				struct lvs_packet packet;
				struct parts parts = { 0 };

				what.proto = udp ? LVS_PROTO_UDP : LVS_PROTO_TCP;
				what.csum = sums[i];
				what.payload = 33;
				what.tcp_flags = LVS_TCP_ACK;
				packet = build(&what);
				assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
				assert_int_equal(lvs_split_needed(&packet), sums[i] == BUILD_PARTIAL);
				assert_int_equal(lvs_split(&packet, keep, &parts), LVS_DROP_NONE);
				assert_int_equal(parts.n, 1);
				if (sums[i] == BUILD_PARTIAL)
					what.csum = BUILD_COMPLETE;
				build_expect("packet", &parts.part[0], build(&what));
				forget(&parts);
				build_free(&packet);
			}
		}
	}
}

/* A sum of 0 means "none" to UDP: it is written as 0xffff. */
static void udp_sum_of_zero(void **state)
{
	struct build what = ends(false);
	struct parts parts = { 0 };
	struct lvs_packet packet;
	uint16_t sum;

	(void)state;
	what.proto = LVS_PROTO_UDP;
	what.payload = 2;
	what.tweak = 1;
	packet = build(&what);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	memcpy(&sum, packet.data + packet.l4 + offsetof(struct lvs_udp, csum), sizeof(sum));
	build_free(&packet);
	what.tweak = (uint16_t)(1 + __builtin_bswap16(sum));	/* so that the whole sums up to 0xffff */
	what.csum = BUILD_PARTIAL;
	packet = build(&what);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_split(&packet, keep, &parts), LVS_DROP_NONE);
	what.csum = BUILD_COMPLETE;
	build_expect("packet", &parts.part[0], build(&what));
	memcpy(&sum, parts.part[0].data + parts.part[0].l4 + offsetof(struct lvs_udp, csum), sizeof(sum));
	assert_int_equal(sum, 0xffff);
	forget(&parts);
	build_free(&packet);
}

static enum lvs_drop refuse(void *arg, struct lvs_packet *piece)
{
	(void)piece;
	++*(int *)arg;
	return LVS_DROP_NO_HEADROOM;
}

static void first_refusal_ends_it(void **state)
{
	struct build whole = ends(false);
	struct lvs_packet packet;
	int calls = 0;

	(void)state;
	whole.csum = BUILD_PARTIAL;
	whole.gso_size = 100;
	whole.payload = 1000;
	packet = build(&whole);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_split(&packet, refuse, &calls), LVS_DROP_NO_HEADROOM);
	assert_int_equal(calls, 1);
	build_free(&packet);
}

static void check_fragments(const struct build *whole, uint32_t mtu, size_t header)
{
	size_t size = (mtu - header) & ~(size_t)7, bytes = whole->payload + (whole->proto == LVS_PROTO_UDP ? 8 : 20), at = 0;
	struct lvs_packet packet = build(whole);
	struct parts parts = { 0 };
	size_t n = 0;

	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_true(lvs_packet_may_fragment(&packet));
	assert_int_equal(lvs_split_fragment(&packet, mtu, keep, &parts), LVS_DROP_NONE);
	for (; at < bytes; at += size, n++) {
		struct build part = *whole;

		part.frag_offset = at;
		part.frag_bytes = LVS_MIN(size, bytes - at);
		assert_true(n < parts.n);
		assert_true(parts.part[n].len <= mtu);
		if (whole->ip_options_len && n) {
			static const uint8_t later[] = { 0x88, 4, 1, 2, 1, 1, 1, 1 };

			part.ip_options = later;
		}
		build_expect("fragment", &parts.part[n], build(&part));
	}
	assert_int_equal(n, parts.n);
	forget(&parts);
	build_free(&packet);
}

static void fragments_of_a_packet(void **state)
{
	(void)state;
	for (uint32_t mtu = 68; mtu < 600; mtu += 37) {
		struct build whole = ends(false);

		whole.proto = LVS_PROTO_UDP;
		whole.payload = 1473;
		check_fragments(&whole, mtu, 20);
		whole.csum = BUILD_WRONG;
		check_fragments(&whole, mtu, 20);
	}
}

/* Stream identifier (copied), then timestamp-like record route (not copied): RFC 791 section 3.1. */
static void options_of_later_fragments(void **state)
{
	static const uint8_t options[] = { 0x88, 4, 1, 2, 7, 3, 4, 1 };
	struct build whole = ends(false);

	(void)state;
	whole.payload = 900;
	whole.tcp_flags = LVS_TCP_ACK;
	whole.ip_options = options;
	whole.ip_options_len = sizeof(options);
	check_fragments(&whole, 300, 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_of_a_stream),
		cmocka_unit_test(segments_of_a_datagram_train),
		cmocka_unit_test(extension_headers_are_in_each),
		cmocka_unit_test(one_packet_is_one),
		cmocka_unit_test(udp_sum_of_zero),
		cmocka_unit_test(first_refusal_ends_it),
		cmocka_unit_test(fragments_of_a_packet),
		cmocka_unit_test(options_of_later_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
