// SPDX-License-Identifier: GPL-2.0-or-later
/* Records come and go; and what is translated beside the numbers of test_stream_random.c. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/segment.h"
#include "tests/lib/director.h"

struct ends {
	const char *client, *vip, *server;
};

static const struct ends families[] = {
	{ "198.51.100.7", "192.0.2.1", "10.0.0.11" },
	{ "2001:db8:9::7", "2001:db8::1", "2001:db8:1::11" },
};

static struct build from_client(const struct ends *ends, bool after)
{
	return (struct build){ .src = ends->client, .dst = after ? ends->server : ends->vip, .sport = 40000,
			       .dport = after ? 2121 : 21, .tcp_flags = LVS_TCP_ACK, .window = 1000 };
}

static struct build from_server(const struct ends *ends, bool after)
{
	return (struct build){ .src = after ? ends->vip : ends->server, .dst = ends->client, .sport = after ? 21 : 2121,
			       .dport = 40000, .tcp_flags = LVS_TCP_ACK, .window = 1000 };
}

/* A connection whose client and server have said SYN and SYN+ACK. */
static struct lvs_conn *connect(struct director *director, const struct ends *ends)
{
	struct build syn = from_client(ends, false), synack = from_server(ends, false);

	director_serve(director, LVS_PROTO_TCP, ends->vip, 21, ends->server, 2121);
	syn.tcp_flags = LVS_TCP_SYN;
	assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
	synack.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK;
	assert_int_equal(director_take(director, &synack), LVS_DROP_NONE);
	return lvs_conn_at(&director->engine->conns, director->engine->conns.touched);
}

static void test_pool(void **state)
{
	struct lvs_conn conns[4] = { 0 };
	struct lvs_streams streams;

	(void)state;
	assert_int_equal(lvs_streams_init(&streams, 3, 1), 0);
	lvs_stream_remove(&streams, &conns[0]);
	assert_non_null(lvs_stream_add_text(&streams, &conns[0]));
	assert_ptr_equal(lvs_stream_add_text(&streams, &conns[0]),
			 lvs_stream_text_of(&streams, lvs_stream_of(&streams, &conns[0])));
	assert_null(lvs_stream_add_text(&streams, &conns[1]));
	assert_true(conns[1].flags & LVS_CONN_STREAM);
	assert_ptr_equal(lvs_stream_add(&streams, &conns[1]), lvs_stream_of(&streams, &conns[1]));
	assert_non_null(lvs_stream_add(&streams, &conns[2]));
	assert_null(lvs_stream_add(&streams, &conns[3]));
	assert_int_equal(conns[3].flags, 0);
	assert_int_equal(streams.used, 3);
	memset(lvs_stream_add_text(&streams, &conns[0])->state, 0xff, LVS_STREAM_STATE);
	lvs_stream_shift(lvs_stream_of(&streams, &conns[0]), LVS_DIR_REPLY, 1);
	lvs_stream_remove(&streams, &conns[0]);
	assert_int_equal(conns[0].stream | conns[0].flags, 0);
	assert_int_equal(streams.texts_used, 0);
	assert_int_equal(lvs_stream_add_text(&streams, &conns[3])->state[3], 0);	/* no word of whom it was before */
	assert_int_equal(lvs_stream_of(&streams, &conns[3])->side[LVS_DIR_REPLY].shift, 0);
	assert_int_equal(streams.touched, 3);
	lvs_streams_fini(&streams);
}

/* Translated in every byte, both ways, and gone with its connection. */
static void test_relay(void **state)
{
	struct director *director = *state;

	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		const struct ends *ends = &families[f];
		struct lvs_conn *conn = connect(director, ends);
		struct lvs_stream *stream = lvs_stream_add(&director->engine->streams, conn);

		lvs_stream_shift(stream, LVS_DIR_REPLY, 1000);
		for (unsigned int partial = 0; partial < 2; partial++) {
			enum build_csum csum = partial ? BUILD_PARTIAL : BUILD_COMPLETE;
			struct build in = from_server(ends, false), out = from_server(ends, true);

			in.csum = out.csum = csum;
			in.gso_size = out.gso_size = partial ? 100 : 0;
			in.payload = out.payload = 333;
			in.seq = 0xffffff00;
			out.seq = in.seq + 1000;
			in.ack = out.ack = 77;
			assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
			director_expect(director, build(&out));
			in = from_client(ends, false);
			out = from_client(ends, true);
			in.csum = out.csum = csum;
			in.seq = out.seq = 5;
			in.ack = 100;
			out.ack = 100 - 1000u;
			assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
			director_expect(director, build(&out));
		}
		assert_int_equal(director->engine->streams.used, 1);
		director_wait(director, LVS_SECONDS(1000));
		assert_int_equal(director->engine->streams.used, 0);
	}
}

/* No ACK, no acknowledgement number: what stands there stays. */
static void test_syn_without_ack(void **state)
{
	struct director *director = *state;
	struct lvs_conn *conn = connect(director, &families[0]);
	struct lvs_stream *stream = lvs_stream_add(&director->engine->streams, conn);
	struct build in = from_client(&families[0], false), out = from_client(&families[0], true);
	const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 7 };
	const uint8_t expected[] = { 2, 4, 5, 0xb4, 1, 1, 8, 10, 0, 0, 0, 109, 0, 0, 0, 7 };

	lvs_stream_shift(stream, LVS_DIR_REPLY, 1000);
	lvs_stream_shift(stream, LVS_DIR_REQUEST, 10);
	lvs_stream_shift_timestamps(stream, LVS_DIR_REQUEST, 100);
	lvs_stream_shift_timestamps(stream, LVS_DIR_REPLY, 50);
	lvs_stream_scale_window(stream, LVS_DIR_REQUEST, 2);
	in.tcp_flags = out.tcp_flags = LVS_TCP_SYN;
	in.seq = 1;
	out.seq = 11;
	in.ack = out.ack = 5;
	in.tcp_options = out.tcp_options = sizeof(options);
	in.options = options;
	out.options = expected;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));
	assert_int_equal(stream->side[LVS_DIR_REQUEST].top, 2);
	in.seq = 0x80000000;	/* the client tries again with another number */
	out.seq = in.seq + 10;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));
	assert_int_equal(stream->side[LVS_DIR_REQUEST].top, 0x80000001);
}

static void test_window(void **state)
{
	static const struct {
		int bits;
		uint16_t from, to;
	} rows[] = {
		{ 3, 100, 800 }, { 3, 8191, 65528 }, { 3, 8192, 65535 }, { 14, 65535, 65535 }, { 0, 1234, 1234 },
		{ -3, 800, 100 }, { -3, 7, 0 }, { -14, 65535, 3 }, { 5, 0, 0 },
	};
	struct director *director = *state;
	struct lvs_conn *conn = connect(director, &families[1]);
	struct lvs_stream *stream = lvs_stream_add(&director->engine->streams, conn);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build in = from_server(&families[1], false), out = from_server(&families[1], true);

		lvs_stream_scale_window(stream, LVS_DIR_REPLY, rows[i].bits);
		in.window = rows[i].from;
		out.window = rows[i].to;
		assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
		director_expect(director, build(&out));
	}
}

/* Options are read as far as they make sense. */
static void test_bad_options(void **state)
{
	static const uint8_t rows[][12] = {
		{ 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 8, 10 },	/* the second one has no room */
		{ 8, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
		{ 8, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8 },
		{ 0, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 5, 9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1 },		/* less than a block */
		{ 8, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
		{ 5, 13, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	};
	struct director *director = *state;
	struct lvs_conn *conn = connect(director, &families[0]);
	struct lvs_stream *stream = lvs_stream_add(&director->engine->streams, conn);

	lvs_stream_shift(stream, LVS_DIR_REPLY, 1000);
	lvs_stream_shift_timestamps(stream, LVS_DIR_REQUEST, 0x01000000);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build in = from_client(&families[0], false), out = from_client(&families[0], true);
		uint8_t expected[12];

		memcpy(expected, rows[i], sizeof(expected));
		if (i == 0)
			expected[2] = 1;
		in.tcp_options = out.tcp_options = 12;
		in.options = rows[i];
		out.options = expected;
		in.ack = 1000;
		assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
		director_expect(director, build(&out));
	}
}

/* What is cut off will be sent again, and so will the FIN behind it. */
static void test_cut(void **state)
{
	struct director *director = *state;
	struct lvs_conn *conn = connect(director, &families[0]);
	struct lvs_streams *streams = &director->engine->streams;
	struct build in = from_server(&families[0], false);
	struct lvs_stream_segment segment;
	struct lvs_packet packet;

	assert_non_null(lvs_stream_add_text(streams, conn));
	in.tcp_flags = LVS_TCP_ACK | LVS_TCP_FIN;
	in.payload = 21;
	in.seq = 500;
	packet = build(&in);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_stream_enter(streams, conn, &packet, LVS_DIR_REPLY, &segment), LVS_DROP_NONE);
	lvs_stream_cut(&segment, 8);
	assert_int_equal(segment.end, 508);
	lvs_stream_leave(streams, &segment);
	assert_int_equal(lvs_stream_of(streams, conn)->side[LVS_DIR_REPLY].top, 508);
	in.tcp_flags = LVS_TCP_ACK;
	in.payload = 8;
	build_expect("cut", &packet, build(&in));
	build_free(&packet);
}

static void test_prepend(void **state)
{
	struct director *director = *state;
	struct lvs_conn *conn = connect(director, &families[1]);
	struct lvs_streams *streams = &director->engine->streams;
	struct build in = from_server(&families[1], false);
	struct lvs_stream_segment segment;
	struct lvs_packet packet;

	assert_non_null(lvs_stream_add_text(streams, conn));
	in.payload = 21;
	in.first = 3;
	in.seq = 2;
	packet = build_with_room(build(&in), 3);
	assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
	assert_int_equal(lvs_stream_enter(streams, conn, &packet, LVS_DIR_REPLY, &segment), LVS_DROP_NONE);
	assert_int_equal(lvs_stream_prepend(&segment, "\xff\0\1\2", 4), LVS_DROP_NO_TAILROOM);
	assert_int_equal(lvs_stream_prepend(&segment, "\0\1\2", 3), LVS_DROP_NONE);
	lvs_stream_leave(streams, &segment);
	in.payload = 24;
	in.first = 0;
	in.seq = -1u;
	build_expect("prepended", &packet, build(&in));
	build_free(&packet);
}

/* A shift is in the header, and that is in the first fragment. Where a payload is read, nothing may hide in fragments. */
static void test_fragments(void **state)
{
	struct director *director = *state;
	struct lvs_conn *conn = connect(director, &families[0]);
	struct lvs_stream *stream = lvs_stream_add(&director->engine->streams, conn);
	struct build in = from_server(&families[0], false), out = from_server(&families[0], true);

	lvs_stream_shift(stream, LVS_DIR_REPLY, 7);
	in.payload = out.payload = 100;
	in.frag_bytes = out.frag_bytes = 40;
	in.id = out.id = 9;
	out.seq = 7;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));
	in.frag_offset = out.frag_offset = 40;
	in.frag_bytes = out.frag_bytes = 80;
	assert_int_equal(director_take(director, &in), LVS_DROP_NONE);
	director_expect(director, build(&out));

	assert_non_null(lvs_stream_add_text(&director->engine->streams, conn));
	in.id = 10;
	in.frag_offset = 0;
	in.frag_bytes = 40;
	assert_int_equal(director_take(director, &in), LVS_DROP_STREAM_FRAGMENT);
	in.frag_offset = 40;
	in.frag_bytes = 80;
	assert_int_equal(director_take(director, &in), LVS_DROP_FRAG_FIRST_DROPPED);
}

/* Who gets an ICMP error compares the quoted number with his own (RFC 5927). */
static void test_quoted(void **state)
{
	struct director *director = *state;

	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		for (size_t bytes = 8; bytes <= 40; bytes += 4) {
			const struct ends *ends = &families[f];
			struct build sent = from_server(ends, true), known = from_server(ends, false);
			struct lvs_packet sent_packet, known_packet;
			size_t header = f ? 40 : 20;
			struct build error = { .src = "203.0.113.1", .dst = ends->vip, .proto = LVS_PROTO_ICMP,
					       .icmp_type = LVS_ICMP_UNREACHABLE,
					       .icmp_code = LVS_ICMP_UNREACHABLE_FRAG_NEEDED, .icmp_rest = 1300 };

			if (bytes == 8) {
				struct lvs_conn *conn = connect(director, ends);
				struct lvs_stream *stream = lvs_stream_add(&director->engine->streams, conn);

				lvs_stream_shift(stream, LVS_DIR_REPLY, 1000);
				lvs_stream_shift(stream, LVS_DIR_REQUEST, 10);
			}
			if (f)
				error = (struct build){ .src = "2001:db8:77::1", .dst = ends->vip, .proto = LVS_PROTO_ICMP6,
							.icmp_type = LVS_ICMP6_TOO_BIG, .icmp_rest = 1300 };
			sent.payload = known.payload = 40;
			sent.seq = 3000;
			known.seq = 2000;
			sent.ack = 500;
			known.ack = 510;
			sent_packet = build(&sent);
			known_packet = build(&known);
			error.quote = sent_packet.data;
			error.quote_bytes = header + bytes;
			assert_int_equal(director_take(director, &error), LVS_DROP_NONE);
			error.dst = ends->server;
			error.quote = known_packet.data;
			director_expect(director, build(&error));
			build_free(&sent_packet);
			build_free(&known_packet);
		}
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, director_setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),
		TEST(test_relay),
		TEST(test_syn_without_ack),
		TEST(test_window),
		TEST(test_bad_options),
		TEST(test_cut),
		TEST(test_prepend),
		TEST(test_fragments),
		TEST(test_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
