// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/reply.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

#define CLIENT "198.51.100.7"
#define VIP "192.0.2.10"
#define CLIENT6 "2001:db8:1::7"
#define VIP6 "2001:db8::10"
#define TOS 0xb9	/* DSCP EF, ECN capable */
#define DSCP 0xfc	/* mask */

static const uint8_t record_route[] = { 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0 };

static struct lvs_packet parsed(const struct build *what)
{
	struct lvs_packet packet = build(what);

	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	return packet;
}

/* What is expected never knows the identification that is drawn for packets that may be fragmented. */
static uint32_t drawn_id(const struct director *director)
{
	const uint8_t *bytes = director->out[0].data;

	assert_int_equal(director->nout, 1);
	return bytes[0] >> 4 == 4 ? (uint32_t)bytes[4] << 8 | bytes[5] : 0;
}

static const struct reset_row {
	const char *what;
	struct build segment;
	uint32_t seq, ack;	/* of the reset */
	bool acks;
} resets[] = {
	{ "SYN: its octet is acknowledged",
	  { .tcp_flags = LVS_TCP_SYN, .seq = 1000 }, 0, 1001, true },
	{ "SYN with options: they are not octets of the stream",
	  { .tcp_flags = LVS_TCP_SYN, .seq = 1000, .tcp_options = 20 }, 0, 1001, true },
	{ "SYN with data",
	  { .tcp_flags = LVS_TCP_SYN, .seq = 1000, .payload = 5 }, 0, 1006, true },
	{ "FIN",
	  { .tcp_flags = LVS_TCP_FIN, .seq = 7 }, 0, 8, true },
	{ "SYN and FIN and data, across the end of sequence space",
	  { .tcp_flags = LVS_TCP_SYN | LVS_TCP_FIN, .seq = 0xfffffffe, .payload = 11 }, 0, 11, true },
	{ "no flags, no data: nothing to acknowledge",
	  { .seq = 55 }, 0, 55, true },
	{ "data without ACK",
	  { .tcp_flags = LVS_TCP_PSH, .seq = 55, .payload = 100, .tcp_options = 12 }, 0, 155, true },
	{ "super-packet without ACK: all of it",
	  { .tcp_flags = LVS_TCP_PSH, .seq = 1, .payload = 40000, .csum = BUILD_PARTIAL, .gso_size = 1448 },
	  0, 40001, true },
	{ "ACK: continues where the other end says we are",
	  { .tcp_flags = LVS_TCP_ACK, .seq = 1, .ack = 0x89abcdef, .payload = 3 }, 0x89abcdef, 0, false },
	{ "SYN and ACK",
	  { .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK, .seq = 1, .ack = 4242 }, 4242, 0, false },
	{ "FIN and ACK",
	  { .tcp_flags = LVS_TCP_FIN | LVS_TCP_ACK, .seq = 1, .ack = 4243 }, 4243, 0, false },
	{ "super-packet with ACK",
	  { .tcp_flags = LVS_TCP_ACK, .seq = 1, .ack = 4244, .payload = 40001, .csum = BUILD_PARTIAL, .gso_size = 1000 },
	  4244, 0, false },
	{ "DSCP goes back, ECN does not",
	  { .tcp_flags = LVS_TCP_ACK, .ack = 1, .tos = TOS }, 1, 0, false },
	{ "don't-fragment and TTL are the reset's own",
	  { .tcp_flags = LVS_TCP_ACK, .ack = 1, .df = true, .id = 99, .ttl = 3 }, 1, 0, false },
	{ "first fragment",
	  { .tcp_flags = LVS_TCP_ACK, .ack = 1, .payload = 100, .frag_bytes = 64 }, 1, 0, false },
};

/* RFC 1071 over pseudo-header and a TCP header without data; the builder's segments have a window, a reset has none. */
static void close_window(struct lvs_packet *packet, const struct lvs_addr *src, const struct lvs_addr *dst)
{
	size_t skip = lvs_addr_is4(src) ? 12 : 0;
	uint8_t *tcp = packet->data + packet->len - 20;
	uint32_t sum;

	tcp[14] = tcp[15] = tcp[16] = tcp[17] = 0;
	sum = build_sum(0, src->bytes + skip, 16 - skip);
	sum = build_sum(sum, dst->bytes + skip, 16 - skip) + LVS_PROTO_TCP + 20;
	sum = (uint16_t)~build_fold(build_sum(build_fold(sum), tcp, 20));
	tcp[16] = (uint8_t)(sum >> 8);
	tcp[17] = (uint8_t)sum;
}

static void expect_reset(struct director *director, const struct reset_row *row, const char *client, const char *vip)
{
	struct lvs_addr src = test_addr(vip), dst = test_addr(client);
	struct build segment = row->segment, reset = {
		.src = vip, .dst = client, .sport = 80, .dport = 40000, .seq = row->seq, .ack = row->ack, .df = true,
		.tcp_flags = LVS_TCP_RST, .tos = DSCP & segment.tos,
	};
	struct lvs_packet packet, expect, copy;

	if (row->acks)
		reset.tcp_flags |= LVS_TCP_ACK;
	segment.src = client;
	segment.dst = vip;
	segment.sport = 40000;
	segment.dport = 80;
	packet = parsed(&segment);
	copy = build_prefix(&packet, packet.len);
	director_begin(director);
	lvs_reply_reset(director->engine, &packet);
	expect = build(&reset);
	close_window(&expect, &src, &dst);
	director_expect(director, expect);
	assert_memory_equal(packet.data, copy.data, copy.len);
	build_free(&copy);
	build_free(&packet);
}

static void resets_follow_rfc_9293(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(resets); i++) {
		print_message("  %s\n", resets[i].what);
		expect_reset(director, &resets[i], CLIENT, VIP);
		expect_reset(director, &resets[i], CLIENT6, VIP6);
	}
	assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_RESET], 2 * ARRAY_LEN(resets));
}

static void resets_have_short_headers_whatever_came(void **state)
{
	struct director *director = *state;
	struct reset_row row = { .segment = { .tcp_flags = LVS_TCP_ACK, .ack = 5,
					      .ip_options = record_route, .ip_options_len = sizeof(record_route) },
				 .seq = 5 };

	expect_reset(director, &row, CLIENT, VIP);
	row.segment.ext_count = 2;
	row.segment.ext[0] = LVS_PROTO_HOPOPTS;
	row.segment.ext[1] = LVS_PROTO_DSTOPTS;
	expect_reset(director, &row, CLIENT6, VIP6);
}

static void resets_are_not_answered(void **state)
{
	static const uint8_t flags[] = { LVS_TCP_RST, LVS_TCP_RST | LVS_TCP_ACK, LVS_TCP_RST | LVS_TCP_SYN };
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		struct lvs_packet packet = parsed(&(struct build){ .src = CLIENT, .dst = VIP, .tcp_flags = flags[i] });

		director_begin(director);
		lvs_reply_reset(director->engine, &packet);
		assert_int_equal(director->nout, 0);
		build_free(&packet);
	}
}

static const struct {
	const char *src, *dst;
} nobody[] = {
	{ "0.0.0.0", VIP },	{ "0.1.2.3", VIP },	{ "127.0.0.1", VIP },	{ "224.0.0.1", VIP },
	{ "240.0.0.1", VIP },	{ "255.255.255.255", VIP }, { CLIENT, "224.0.0.1" }, { CLIENT, "255.255.255.255" },
	{ CLIENT, "0.0.0.0" },	{ "::", VIP6 },		{ "::1", VIP6 },	{ "ff02::1", VIP6 },
	{ "fe80::1", VIP6 },	{ CLIENT6, "ff02::1" }, { CLIENT6, "ff0e::1" },	{ CLIENT6, "::" },
};

static void nobody_is_told_nothing(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(nobody); i++) {
		bool ip6 = strchr(nobody[i].src, ':');
		struct build what = { .src = nobody[i].src, .dst = nobody[i].dst, .tcp_flags = LVS_TCP_SYN };
		struct lvs_packet segment = parsed(&what), ping;

		what.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP;
		what.icmp_type = ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO;
		ping = parsed(&what);
		director_begin(director);
		lvs_reply_reset(director->engine, &segment);
		for (enum lvs_reply_error error = 0; error <= LVS_ERROR_TOO_BIG; error++)
			lvs_reply_error(director->engine, &segment, error, 1400);
		assert_int_equal(lvs_reply_echo(director->engine, &ping), LVS_DROP_MARTIAN);
		assert_int_equal(director->nout, 0);
		build_free(&segment);
		build_free(&ping);
	}
}

/* By family. */
struct said {
	uint8_t type, code;
	uint32_t rest;
};

static const struct error_row {
	const char *what;
	struct build about;
	enum lvs_reply_error error;
	uint32_t mtu;
	struct said said[2];
} errors[] = {
	{ "port unreachable about a small datagram quotes all of it",
	  { .proto = LVS_PROTO_UDP, .payload = 5 }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "an empty datagram",
	  { .proto = LVS_PROTO_UDP }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "a datagram that just fits into 576 bytes",
	  { .proto = LVS_PROTO_UDP, .payload = 520 }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "one byte more",
	  { .proto = LVS_PROTO_UDP, .payload = 521 }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "a datagram that just fits into 1280 bytes",
	  { .proto = LVS_PROTO_UDP, .payload = 1184 }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "one byte more",
	  { .proto = LVS_PROTO_UDP, .payload = 1185 }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "the service has no server: TCP is told the same",
	  { .tcp_flags = LVS_TCP_SYN, .tcp_options = 20 }, LVS_ERROR_PORT_UNREACHABLE, 0, { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "time exceeded shows the TTL that came in, and says its own",
	  { .tcp_flags = LVS_TCP_ACK, .ttl = 1, .tos = TOS }, LVS_ERROR_TIME_EXCEEDED, 0, { { 11, 0, 0 }, { 3, 0, 0 } } },
	{ "too big",
	  { .tcp_flags = LVS_TCP_ACK, .payload = 1460, .df = true }, LVS_ERROR_TOO_BIG, 1400,
	  { { 3, 4, 1400 }, { 2, 0, 1400 } } },
	{ "an MTU that IPv4 has no room for",
	  { .tcp_flags = LVS_TCP_ACK, .payload = 10, .df = true }, LVS_ERROR_TOO_BIG, 0x12345,
	  { { 3, 4, 0xffff }, { 2, 0, 0x12345 } } },
	{ "a super-packet is quoted as it is, partial checksum and all",
	  { .tcp_flags = LVS_TCP_ACK, .payload = 40001, .csum = BUILD_PARTIAL, .gso_size = 1448, .df = true },
	  LVS_ERROR_TOO_BIG, 1400, { { 3, 4, 1400 }, { 2, 0, 1400 } } },
	{ "a first fragment",
	  { .proto = LVS_PROTO_UDP, .payload = 200, .frag_bytes = 64, .id = 7 }, LVS_ERROR_PORT_UNREACHABLE, 0,
	  { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "options and extension headers are quoted, not taken over",
	  { .proto = LVS_PROTO_UDP, .ip_options = record_route, .ip_options_len = sizeof(record_route), .ext_count = 2,
	    .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_ROUTING } }, LVS_ERROR_PORT_UNREACHABLE, 0,
	  { { 3, 3, 0 }, { 1, 4, 0 } } },
	{ "a protocol that nobody knows",
	  { .proto = 253, .payload = 30 }, LVS_ERROR_TIME_EXCEEDED, 0, { { 11, 0, 0 }, { 3, 0, 0 } } },
};

static void expect_error(struct director *director, const struct error_row *row, bool ip6)
{
	size_t room = ip6 ? 1280 - 40 - 8 : 576 - 20 - 8;
	struct build about = row->about;
	struct lvs_packet packet, copy;

	about.src = ip6 ? CLIENT6 : CLIENT;
	about.dst = ip6 ? VIP6 : VIP;
	packet = parsed(&about);
	copy = build_prefix(&packet, packet.len);
	director_begin(director);
	lvs_reply_error(director->engine, &packet, row->error, row->mtu);
	director_expect(director, build(&(struct build){
		.src = about.dst, .dst = about.src, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP,
		.icmp_type = row->said[ip6].type, .icmp_code = row->said[ip6].code, .icmp_rest = row->said[ip6].rest,
		.quote = copy.data, .quote_bytes = LVS_MIN(room, copy.len), .tos = ip6 ? 0 : 0xc0,
		.id = drawn_id(director),
	}));
	assert_memory_equal(packet.data, copy.data, copy.len);
	build_free(&copy);
	build_free(&packet);
}

static void errors_quote_what_fits(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		print_message("  %s\n", errors[i].what);
		expect_error(director, &errors[i], false);
		expect_error(director, &errors[i], true);
	}
	assert_int_equal(lvs_engine_stats(director->engine)->replied[LVS_REPLY_ERROR], 2 * ARRAY_LEN(errors));
}

static const struct {
	const char *what;
	struct build about[2];
	bool told;
} causes[] = {
	{ "echo request", { { .icmp_type = 8 }, { .icmp_type = 128 } }, true },
	{ "echo reply", { { .icmp_type = 0 }, { .icmp_type = 129 } }, true },
	{ "unreachable", { { .icmp_type = 3 }, { .icmp_type = 1 } }, false },
	{ "source quench, packet too big", { { .icmp_type = 4 }, { .icmp_type = 2 } }, false },
	{ "time exceeded", { { .icmp_type = 11 }, { .icmp_type = 3 } }, false },
	{ "parameter problem", { { .icmp_type = 12 }, { .icmp_type = 4 } }, false },
	{ "redirect", { { .icmp_type = 5 }, { .icmp_type = 137 } }, false },
	{ "error type of the future", { { .icmp_type = 3, .icmp_code = 200 }, { .icmp_type = 127 } }, false },
	{ "first fragment of an error", { { .icmp_type = 3, .payload = 100, .frag_bytes = 64 },
					  { .icmp_type = 1, .payload = 100, .frag_bytes = 64 } }, false },
	{ "later fragment", { { .icmp_type = 8, .payload = 100, .frag_offset = 64, .frag_bytes = 44 },
			      { .icmp_type = 128, .payload = 100, .frag_offset = 64, .frag_bytes = 44 } }, false },
	{ "later fragment of a datagram",
	  { { .proto = LVS_PROTO_UDP, .payload = 100, .frag_offset = 64, .frag_bytes = 44 },
	    { .proto = LVS_PROTO_UDP, .payload = 100, .frag_offset = 64, .frag_bytes = 44 } }, false },
};

static void errors_are_not_about_errors(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(causes); i++) {
		print_message("  %s\n", causes[i].what);
		for (size_t ip6 = 0; ip6 < 2; ip6++) {
			struct build about = causes[i].about[ip6];
			struct lvs_packet packet;

			about.src = ip6 ? CLIENT6 : CLIENT;
			about.dst = ip6 ? VIP6 : VIP;
			if (!about.proto)
				about.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP;
			packet = parsed(&about);
			director_begin(director);
			lvs_reply_error(director->engine, &packet, LVS_ERROR_TIME_EXCEEDED, 0);
			assert_int_equal(director->nout, causes[i].told);
			build_free(&packet);
		}
	}
}

static const struct {
	const char *what;
	struct build ping;
} pings[] = {
	{ "of 56 bytes", { .payload = 56 } },
	{ "without data", { .payload = 0 } },
	{ "of one byte", { .payload = 1 } },
	{ "of odd length", { .payload = 1471, .first = 77 } },
	{ "of 1472 bytes that must not be fragmented: the answer may be", { .payload = 1472, .df = true, .id = 4711 } },
	{ "with DSCP and ECN", { .payload = 56, .tos = TOS } },
	{ "with a TTL of 1", { .payload = 56, .ttl = 1 } },
	{ "with record route, or extension headers",
	  { .payload = 57, .ip_options = record_route, .ip_options_len = sizeof(record_route), .ext_count = 3,
	    .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_DSTOPTS, LVS_PROTO_FRAGMENT }, .id = 1 } },
};

static void expect_echo(struct director *director, struct build ping, bool ip6, uint8_t vnet_flags)
{
	struct build answer;
	struct lvs_packet packet;
	uint8_t *block;

	ping.src = ip6 ? CLIENT6 : CLIENT;
	ping.dst = ip6 ? VIP6 : VIP;
	ping.proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP;
	ping.icmp_type = ip6 ? LVS_ICMP6_ECHO : LVS_ICMP_ECHO;
	ping.icmp_rest = 0x1234abcd;
	packet = parsed(&ping);
	packet.vnet.flags = vnet_flags;
	block = packet.data;
	director_begin(director);
	assert_int_equal(lvs_reply_echo(director->engine, &packet), LVS_DROP_NONE);
	free(block);
	answer = (struct build){
		.src = ping.dst, .dst = ping.src, .proto = ping.proto, .payload = ping.payload, .first = ping.first,
		.icmp_type = ip6 ? LVS_ICMP6_ECHO_REPLY : LVS_ICMP_ECHO_REPLY, .icmp_rest = ping.icmp_rest,
		.tos = DSCP & ping.tos, .id = drawn_id(director),
	};
	director_expect(director, build(&answer));
}

static void pings_are_answered_where_they_lie(void **state)
{
	struct director *director = *state;
	struct lvs_stats *stats = &director->engine->stats;

	for (size_t i = 0; i < ARRAY_LEN(pings); i++) {
		print_message("  %s\n", pings[i].what);
		expect_echo(director, pings[i].ping, false, 0);
		expect_echo(director, pings[i].ping, true, 0);
		expect_echo(director, pings[i].ping, true, LVS_VNET_DATA_VALID);
	}
	assert_int_equal(stats->answered, 3 * ARRAY_LEN(pings));
	stats->received = stats->answered;	/* the packets of this file do not come through the front door */
}

/* Seen on a Linux 6.12 director; identification and IPv4 checksum of the answers are left out. */
static const struct {
	const char *what, *in, *out;
	uint16_t vnet_start;	/* of a partial checksum; 0: it is complete */
} kernel_says[] = {
	{ "echo reply",
	  "45000054e83a4000400186620a010001c000020a0800c3f0013e000141df026b000000002db302000000000010111213"
	  "1415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	  "45000054....00004001....c000020a0a0100010000cbf0013e000141df026b000000002db302000000000010111213"
	  "1415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637", 0 },
	{ "time exceeded about a datagram",
	  "45000020e40640000111c9ba0a010001c000020a9c4b1f42000ccc2974746c31",
	  "45c0003c....00004001....c000020a0a0100010b008c960000000045000020e40640000111c9ba0a010001c000020a"
	  "9c4b1f42000ccc2974746c31", 0 },
	{ "time exceeded about a segment whose checksum is partial",
	  "4500003cc30840000106eaa70a010001c000020a9c4c1f40d68bfc9200000000a002faf0cc3a0000020405b40402080a"
	  "e2ec65c80000000001030307",
	  "45c00058....00004001....c000020a0a0100010b009ea2000000004500003cc30840000106eaa70a010001c000020a"
	  "9c4c1f40d68bfc9200000000a002faf0cc3a0000020405b40402080ae2ec65c80000000001030307", 20 },
};

static uint8_t byte_at(const char *hex)
{
	const char digits[] = "0123456789abcdef";

	return (uint8_t)((strchr(digits, hex[0]) - digits) << 4 | (strchr(digits, hex[1]) - digits));
}

static void the_kernel_says_the_same(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(kernel_says); i++) {
		const char *in = kernel_says[i].in, *out = kernel_says[i].out;
		uint8_t bytes[128], *block;
		struct lvs_packet packet;

		for (size_t n = 0; n < strlen(in) / 2; n++)
			bytes[n] = byte_at(in + 2 * n);
		packet = build_raw(bytes, strlen(in) / 2);
		block = packet.data;
		if (kernel_says[i].vnet_start)
			packet.vnet = (struct lvs_vnet){ LVS_VNET_NEEDS_CSUM, .csum_start = kernel_says[i].vnet_start,
							 .csum_offset = 16 };
		assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
		director_begin(director);
		if (packet.kind == LVS_PACKET_ICMP)
			assert_int_equal(lvs_reply_echo(director->engine, &packet), LVS_DROP_NONE);
		else
			lvs_reply_error(director->engine, &packet, LVS_ERROR_TIME_EXCEEDED, 0);
		free(block);
		assert_int_equal(director->nout, 1);
		assert_int_equal(director->out[0].len, strlen(out) / 2);
		for (size_t n = 0; n < strlen(out) / 2; n++)
			if (out[2 * n] != '.')
				assert_int_equal(director->out[0].data[n], byte_at(out + 2 * n));
	}
	director->engine->stats.received = director->engine->stats.answered;
}

static void identifications_are_no_counter(void **state)
{
	struct director *director = *state;
	struct lvs_packet packet = parsed(&(struct build){ .src = CLIENT, .dst = VIP, .proto = LVS_PROTO_UDP });
	uint32_t last = 0, near = 0;

	for (size_t i = 0; i < 500; i++) {
		uint32_t id;

		if (i == 250)
			lvs_replies_configure(&director->engine->replies, 900, director->now);
		director_begin(director);
		lvs_reply_error(director->engine, &packet, LVS_ERROR_PORT_UNREACHABLE, 0);
		id = drawn_id(director);
		near += (uint16_t)(id - last) < 256;
		last = id;
	}
	assert_true(near < 20);		/* 2 are likely; the key is fixed, so it is always the same number */
	build_free(&packet);
}

/* Let one packet of each kind be asked for at @now. Return: how many of @kind were made */
static uint64_t ask(struct director *director, enum lvs_reply_kind kind, lvs_ns now)
{
	const struct lvs_stats *stats = lvs_engine_stats(director->engine);
	uint64_t made = stats->replied[kind], limited = stats->limited[kind];
	struct build what = { .src = CLIENT, .dst = VIP, .tcp_flags = LVS_TCP_ACK };
	const struct lvs_conn conn = { .caddr = test_addr(CLIENT), .vaddr = test_addr(VIP), .daddr = test_addr("10.0.0.1"),
				       .proto = LVS_PROTO_TCP };
	struct lvs_packet packet;
	enum lvs_drop drop;
	uint8_t *block;
	bool asked;

	if (kind == LVS_REPLY_ECHO) {
		what.proto = LVS_PROTO_ICMP;
		what.icmp_type = LVS_ICMP_ECHO;
	}
	packet = parsed(&what);
	block = packet.data;
	director->now = now;
	director_begin(director);
	switch (kind) {
	case LVS_REPLY_ECHO:
		drop = lvs_reply_echo(director->engine, &packet);
		assert_int_equal(drop, stats->replied[kind] > made ? LVS_DROP_NONE : LVS_DROP_ECHO_LIMIT);
		break;
	case LVS_REPLY_RESET:
		lvs_reply_reset(director->engine, &packet);
		break;
	case LVS_REPLY_PROBE:
		asked = lvs_reply_probe(director->engine, &conn);
		assert_int_equal(asked, stats->replied[kind] > made);
		break;
	default:
		lvs_reply_error(director->engine, &packet, LVS_ERROR_TIME_EXCEEDED, 0);
	}
	free(block);
	made = stats->replied[kind] - made;
	assert_int_equal(director->nout, made);
	assert_int_equal(made + stats->limited[kind] - limited, 1);
	return made;
}

static void set_rate(struct director *director, uint32_t rate)
{
	struct lvs_engine_settings settings = { .reply_rate = rate };

	lvs_engine_configure(director->engine, &settings, director->now);
}

static void a_bucket_holds_one_second(void **state)
{
	struct director *director = *state;
	lvs_ns now = director->now;

	set_rate(director, 10);
	for (enum lvs_reply_kind kind = 0; kind < LVS_REPLY_LIMITED; kind++) {	/* one kind empties no other's */
		for (size_t i = 0; i < 10; i++)
			assert_int_equal(ask(director, kind, now), 1);
		assert_int_equal(ask(director, kind, now), 0);
	}
	for (enum lvs_reply_kind kind = 0; kind < LVS_REPLY_LIMITED; kind++) {
		assert_int_equal(ask(director, kind, now + LVS_NS_PER_SEC / 10 - 1), 0);
		assert_int_equal(ask(director, kind, now + LVS_NS_PER_SEC / 10), 1);
		assert_int_equal(ask(director, kind, now + LVS_NS_PER_SEC / 10), 0);
		for (size_t i = 0; i < 10; i++)
			assert_int_equal(ask(director, kind, now + LVS_SECONDS(3600)), 1);
		assert_int_equal(ask(director, kind, now + LVS_SECONDS(3600)), 0);
	}
	director->engine->stats.received = director->engine->stats.answered;
}

static void a_rate_of_zero_is_silence(void **state)
{
	struct director *director = *state;

	set_rate(director, 0);
	for (enum lvs_reply_kind kind = 0; kind < LVS_REPLY_LIMITED; kind++) {
		assert_int_equal(ask(director, kind, director->now), 0);
		assert_int_equal(ask(director, kind, director->now + LVS_SECONDS(1000000)), 0);
	}
}

/* 3 a second, asked for at every odd moment: not one is lost to rounding. */
static void refilling_is_exact(void **state)
{
	struct director *director = *state;
	lvs_ns begin = director->now, now = begin;
	uint64_t made = 0, step = 1;

	set_rate(director, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(ask(director, LVS_REPLY_ERROR, now), 1);
	while (now < begin + LVS_SECONDS(100)) {
		step = step * 2862933555777941757 + 3037000493;
		now += 1 + (step >> 40);	/* up to 17 ms */
		made += ask(director, LVS_REPLY_ERROR, now);
		assert_int_equal(made, (now - begin) * 3 / LVS_NS_PER_SEC);
	}
}

static void the_greatest_rate_does_not_wrap(void **state)
{
	struct director *director = *state;
	struct lvs_replies *replies = &director->engine->replies;
	uint64_t full = (uint64_t)UINT32_MAX * LVS_NS_PER_SEC;

	set_rate(director, UINT32_MAX);
	assert_int_equal(ask(director, LVS_REPLY_RESET, director->now + LVS_NS_PER_SEC), 1);
	assert_true(replies->tokens[LVS_REPLY_RESET] == full - LVS_NS_PER_SEC);
	assert_int_equal(ask(director, LVS_REPLY_RESET, director->now + LVS_NS_PER_SEC - 1), 1);
	assert_true(replies->tokens[LVS_REPLY_RESET] == full - LVS_NS_PER_SEC);
}

static void a_new_rate_makes_no_gift(void **state)
{
	struct director *director = *state;
	lvs_ns now = director->now;

	set_rate(director, 2);
	assert_int_equal(ask(director, LVS_REPLY_RESET, now), 1);
	assert_int_equal(ask(director, LVS_REPLY_RESET, now), 1);
	set_rate(director, 1000);
	assert_int_equal(ask(director, LVS_REPLY_RESET, now), 0);
	assert_int_equal(ask(director, LVS_REPLY_RESET, now + LVS_NS_PER_MS), 1);
	assert_int_equal(ask(director, LVS_REPLY_RESET, now + LVS_NS_PER_MS), 0);
	director->now = now + LVS_SECONDS(5);
	set_rate(director, 1);
	assert_int_equal(ask(director, LVS_REPLY_RESET, director->now), 1);
	assert_int_equal(ask(director, LVS_REPLY_RESET, director->now), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_DIRECTOR(test) cmocka_unit_test_setup_teardown(test, director_setup, director_teardown)
		WITH_DIRECTOR(resets_follow_rfc_9293),
		WITH_DIRECTOR(resets_have_short_headers_whatever_came),
		WITH_DIRECTOR(resets_are_not_answered),
		WITH_DIRECTOR(nobody_is_told_nothing),
		WITH_DIRECTOR(errors_quote_what_fits),
		WITH_DIRECTOR(errors_are_not_about_errors),
		WITH_DIRECTOR(pings_are_answered_where_they_lie),
		WITH_DIRECTOR(the_kernel_says_the_same),
		WITH_DIRECTOR(identifications_are_no_counter),
		WITH_DIRECTOR(a_bucket_holds_one_second),
		WITH_DIRECTOR(a_rate_of_zero_is_silence),
		WITH_DIRECTOR(refilling_is_exact),
		WITH_DIRECTOR(the_greatest_rate_does_not_wrap),
		WITH_DIRECTOR(a_new_rate_makes_no_gift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
