// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Full NAT, whole bytes, in both families and both mixtures. What must come out is built afresh from the same description
 * with the other ends, of which the family follows, and all its sums are made anew.
 *
 *	client 198.51.100.7 / 2001:db8:c::7, port 40000
 *	    |
 *	virtual 192.0.2.1 / 2001:db8::1, port 80
 *	    |
 *	source 10.0.0.64 / 2001:db8:1::64, port 20000
 *	    |
 *	server 10.0.0.11 / 2001:db8:1::11, port 8080 or 80
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

#define CLIENT_PORT 40000
#define VPORT 80
#define SOURCE_PORT 20000
#define HEADROOM 64

static const struct hosts {
	const char *client, *vip, *source, *server;
} families[] = {
	{ "198.51.100.7", "192.0.2.1", "10.0.0.64", "10.0.0.11" },
	{ "2001:db8:c::7", "2001:db8::1", "2001:db8:1::64", "2001:db8:1::11" },
};

/* One connection; @front, @behind: 0 for IPv4, 1 for IPv6, of the client and of the server. */
struct flow {
	struct director *director;
	int front, behind;
	uint16_t server_port;
	uint8_t proto;
};

static struct build with_ends(struct build what, const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	what.src = src;
	what.sport = sport;
	what.dst = dst;
	what.dport = dport;
	return what;
}

/* A packet on the client's side, or the server's; a request or a reply. */
static struct build at_client(const struct flow *flow, struct build what, bool reply)
{
	const struct hosts *hosts = &families[flow->front];

	what.proto = flow->proto;
	if (reply)
		return with_ends(what, hosts->vip, VPORT, hosts->client, CLIENT_PORT);
	return with_ends(what, hosts->client, CLIENT_PORT, hosts->vip, VPORT);
}

static struct build at_server(const struct flow *flow, struct build what, bool reply)
{
	const struct hosts *hosts = &families[flow->behind];

	what.proto = flow->proto;
	if (reply)
		return with_ends(what, hosts->server, flow->server_port, hosts->source, SOURCE_PORT);
	return with_ends(what, hosts->source, SOURCE_PORT, hosts->server, flow->server_port);
}

static struct build comes(const struct flow *flow, struct build what, bool reply)
{
	return reply ? at_server(flow, what, true) : at_client(flow, what, false);
}

static struct build leaves(const struct flow *flow, struct build what, bool reply)
{
	return reply ? at_client(flow, what, true) : at_server(flow, what, false);
}

static bool into_ip4(const struct flow *flow, bool reply)
{
	return flow->front != flow->behind && (reply ? flow->front : flow->behind) == 0;
}

static bool into_ip6(const struct flow *flow, bool reply)
{
	return flow->front != flow->behind && !into_ip4(flow, reply);
}

/* What IPv4 says instead of IPv6: RFC 7915 section 5.1. The identification is the director's to choose. */
static struct build as_translated(const struct flow *flow, struct build out, bool reply)
{
	bool atomic_fragment = false;

	for (size_t i = 0; i < out.ext_count; i++)
		atomic_fragment |= out.ext[i] == LVS_PROTO_FRAGMENT;
	if (flow->front == flow->behind)
		return out;
	out.ext_count = 0;
	out.ip_options_len = 0;
	if (into_ip4(flow, reply) && !out.frag_bytes) {
		const struct lvs_packet *got = &flow->director->out[0];

		out.df = !atomic_fragment && got->len > 1260;
		if (!atomic_fragment)
			out.id = out.df ? 0 : (uint32_t)(got->data[4] << 8 | got->data[5]);
		else
			out.id &= 0xffff;
	}
	return out;
}

static void expect_forward(const char *what, const struct flow *flow, struct build shape, struct build out_shape, bool reply)
{
	struct build in = comes(flow, shape, reply), out;
	enum lvs_drop drop = director_take(flow->director, &in);

	if (drop)
		fail_msg("%s: dropped, %s", what, lvs_drop_name(drop));
	if (flow->director->nout != 1)
		fail_msg("%s: %zu packets came out", what, flow->director->nout);
	out = as_translated(flow, leaves(flow, out_shape, reply), reply);
	build_expect(what, &flow->director->out[0], build(&out));
}

static struct lvs_server *serve(struct director *director, const struct flow *flow)
{
	const struct lvs_addr sources[] = { test_addr(families[0].source), test_addr(families[1].source) };
	const struct lvs_service_spec of = {
		.key = { .addr = test_addr(families[flow->front].vip), .port = LVS_BE16(VPORT), .proto = flow->proto },
		.sched = lvs_sched_find("rr"),
	};
	const struct lvs_server_spec spec = {
		.addr = test_addr(families[flow->behind].server), .port = LVS_BE16(flow->server_port), .weight = 1,
		.forward = lvs_forward_find("fullnat"),
	};
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_engine_set_sources(director->engine, sources, 2, SOURCE_PORT, SOURCE_PORT), 0);
	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	return server;
}

/* INIT, with a tag */
static const uint8_t sctp_init[] = { 1, 0, 0, 20, 1, 2, 3, 4, 0, 0, 0x80, 0, 0, 1, 0, 1, 0, 0, 0, 1 };

static void establish(struct flow *flow)
{
	struct build syn = { .tcp_flags = LVS_TCP_SYN, .tcp_options = 20, .df = true };

	if (flow->proto == LVS_PROTO_SCTP) {
		syn.quote = sctp_init;
		syn.quote_bytes = sizeof(sctp_init);
	}
	flow->director->headroom = HEADROOM;
	serve(flow->director, flow);
	expect_forward("first packet", flow, syn, syn, false);
	if (flow->proto == LVS_PROTO_TCP)
		syn.tcp_flags |= LVS_TCP_ACK;
	expect_forward("first reply", flow, syn, syn, true);
}

static void each_flow(void (*test)(const struct flow *flow), bool sctp)
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP, LVS_PROTO_SCTP };

	for (unsigned int i = 0; i < 2 * 2 * 2 * (sctp ? 3 : 2); i++) {
		struct flow flow = { .front = i & 1, .behind = i >> 1 & 1, .server_port = i & 4 ? 8080 : VPORT,
				     .proto = protos[i / 8] };
		void *state;

		director_setup(&state);
		flow.director = state;
		establish(&flow);
		test(&flow);
		director_teardown(&state);
	}
}

static const struct between {
	const char *what;
	struct build v4, v6;
} betweens[] = {
	{ "nothing between", { 0 }, { 0 } },
	{ "one header between", { .ip_options = "\7\7\4\0\0\0\0", .ip_options_len = 7 },
	  { .ext = { LVS_PROTO_HOPOPTS }, .ext_count = 1 } },
	{ "many headers between",
	  { .ip_options = "\224\4\0\0\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1",
	    .ip_options_len = 40 },
	  { .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_DSTOPTS, LVS_PROTO_ROUTING, LVS_PROTO_FRAGMENT, LVS_PROTO_DSTOPTS },
	    .ext_count = 5 } },
};

static const struct sum {
	const char *what;
	enum build_csum csum;
	uint16_t gso_size;
	uint8_t only;		/* a protocol, 0 for all */
} sums[] = {
	{ "complete sum", BUILD_COMPLETE, 0, 0 },
	{ "partial sum", BUILD_PARTIAL, 0, 0 },
	{ "wrong sum, not repaired", BUILD_WRONG, 0, 0 },
	{ "no sum", BUILD_NO_CSUM, 0, LVS_PROTO_UDP },
	{ "super-packet", BUILD_PARTIAL, 500, 0 },
};

static void check_shape(const struct flow *flow, const struct between *between, const struct sum *sum, size_t payload)
{
	for (int reply = 0; reply <= 1; reply++) {
		bool in_ip6 = (reply ? flow->behind : flow->front) == 1;
		const struct build *headers = in_ip6 ? &between->v6 : &between->v4;
		struct build shape = {
			.payload = payload, .csum = sum->csum, .gso_size = sum->gso_size, .first = 0xb5,
			.tcp_flags = LVS_TCP_ACK | LVS_TCP_PSH, .seq = 0x01020304, .ack = 0xfffefdfc, .window = 0xfaf0,
			.ttl = 57, .tos = 0x2e, .id = 0x12344711, .df = true, .ext_count = headers->ext_count,
			.ip_options = headers->ip_options, .ip_options_len = headers->ip_options_len,
		};
		struct build out;
		char text[200];

		memcpy(shape.ext, headers->ext, sizeof(shape.ext));
		if (!in_ip6)
			shape.id &= 0xffff;
		out = shape;
		if (sum->csum == BUILD_NO_CSUM && into_ip6(flow, reply))
			out.csum = BUILD_COMPLETE;
		snprintf(text, sizeof(text), "protocol %u, IPv%d to IPv%d, %s, %s, %s, %zu bytes", flow->proto,
			 flow->front ? 6 : 4, flow->behind ? 6 : 4, between->what, sum->what, reply ? "reply" : "request",
			 payload);
		expect_forward(text, flow, shape, out, reply);
	}
}

static void check_all_shapes(const struct flow *flow)
{
	static const size_t payloads[] = { 0, 1, 2, 3, 777, 1212, 1213, 1232, 1233, 1400, 1401, 65000 };

	for (size_t b = 0; b < ARRAY_LEN(betweens); b++)
		for (size_t s = 0; s < ARRAY_LEN(sums); s++)
			for (size_t p = 0; p < ARRAY_LEN(payloads); p++)
				if (!sums[s].only || sums[s].only == flow->proto)
					check_shape(flow, &betweens[b], &sums[s], payloads[p]);
}

static void every_shape_is_translated_exactly(void **state)
{
	(void)state;
	each_flow(check_all_shapes, false);
}

/* Sums hit every carry sooner or later. */
static void check_many_contents(const struct flow *flow)
{
	for (unsigned int i = 0; i < 3000; i++) {
		struct build shape = { .payload = 2 + i % 5, .tweak = (uint16_t)(1 + i * 21), .first = (uint8_t)i, .df = true,
				       .tcp_flags = LVS_TCP_ACK, .csum = i % 3 ? BUILD_COMPLETE : BUILD_PARTIAL };

		expect_forward("many contents, request", flow, shape, shape, false);
		expect_forward("many contents, reply", flow, shape, shape, true);
	}
}

static void contents_do_not_matter(void **state)
{
	(void)state;
	each_flow(check_many_contents, false);
}

static void check_sctp(const struct flow *flow)
{
	uint8_t chunk[64] = { 0, 3, 0, 40 };	/* DATA, all of it */

	if (flow->proto != LVS_PROTO_SCTP)
		return;
	for (uint8_t i = 0; i < 200; i++) {
		struct build shape = { .quote = chunk, .quote_bytes = 40, .seq = 0x01020304, .df = true };

		chunk[16 + i % 24] = i;
		expect_forward("SCTP, request", flow, shape, shape, false);
		expect_forward("SCTP, reply", flow, shape, shape, true);
	}
}

static void sctp_keeps_its_crc(void **state)
{
	(void)state;
	each_flow(check_sctp, true);
}

/* Bytes of @what behind its IP header, in @n pieces, the last one first where it is held until the others come. */
static void check_fragments(const struct flow *flow)
{
	static const size_t from[] = { 0, 1200, 2400 }, bytes[] = { 1200, 1200, 608 };
	static const size_t orders[][3] = { { 0, 1, 2 }, { 2, 0, 1 } };

	if (flow->proto != LVS_PROTO_UDP)
		return;
	for (int reply = 0; reply <= 1; reply++) {
		for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
			struct build shape = { .payload = 3000, .id = 0x4321 + (uint32_t)o, .ttl = 9, .tos = 0x88 }, in, out;
			size_t held = 0;

			for (size_t i = 0; i < 3; i++) {
				size_t at = orders[o][i];

				shape.frag_offset = from[at];
				shape.frag_bytes = bytes[at];
				in = comes(flow, shape, reply);
				assert_int_equal(director_take(flow->director, &in), LVS_DROP_NONE);
				if (o == 1 && i == 0) {
					assert_int_equal(flow->director->nout, 0);
					held = at;
					continue;
				}
				out = leaves(flow, shape, reply);
				build_expect("fragment", &flow->director->out[0], build(&out));
				if (o == 1 && i == 1) {
					assert_int_equal(flow->director->nout, 2);
					shape.frag_offset = from[held];
					shape.frag_bytes = bytes[held];
					out = leaves(flow, shape, reply);
					build_expect("held fragment", &flow->director->out[1], build(&out));
				} else {
					assert_int_equal(flow->director->nout, 1);
				}
			}
		}
	}
}

static void fragments_stay_fragments(void **state)
{
	(void)state;
	each_flow(check_fragments, false);
}

/* RFC 7915 section 4.5: nobody can say what the whole sums up to. */
static void check_no_csum(const struct flow *flow)
{
	struct build shape = { .payload = 3000, .csum = BUILD_NO_CSUM, .id = 7, .frag_bytes = 1200 }, in;

	if (flow->proto != LVS_PROTO_UDP)
		return;
	for (int reply = 0; reply <= 1; reply++) {
		in = comes(flow, shape, reply);
		assert_int_equal(director_take(flow->director, &in), into_ip6(flow, reply) ? LVS_DROP_NO_CSUM : LVS_DROP_NONE);
	}
}

static void fragments_without_a_sum_do_not_become_ip6(void **state)
{
	(void)state;
	each_flow(check_no_csum, false);
}

/* Payloads of UDP of what came out, put together again. */
static size_t put_together(const struct director *director, uint8_t *bytes, size_t size)
{
	size_t end = 0;

	memset(bytes, 0, size);
	for (size_t i = 0; i < director->nout; i++) {
		const struct lvs_packet *packet = &director->out[i];
		bool whole = packet->data[6] == LVS_PROTO_UDP;
		size_t off = whole ? 0 : (size_t)(packet->data[42] << 8 | (packet->data[43] & 0xf8));
		size_t header = whole ? 40 : 48;

		assert_true(packet->len <= 1280);
		assert_int_equal(packet->data[0] >> 4, 6);
		assert_int_equal(packet->data[4] << 8 | packet->data[5], packet->len - 40);
		assert_true(off + packet->len - header <= size);
		memcpy(bytes + off, packet->data + header, packet->len - header);
		end = LVS_MAX(end, off + packet->len - header);
	}
	return end;
}

/* What routers of IPv4 may cut, those of IPv6 would not. */
static void check_long(const struct flow *flow)
{
	static uint8_t bytes[65536];

	if (flow->proto != LVS_PROTO_UDP)
		return;
	for (int reply = 0; reply <= 1; reply++) {
		for (size_t payload = 1200; into_ip6(flow, reply) && payload < 1500; payload++) {
			struct build shape = { .payload = payload, .id = 5, .csum = payload % 2 ? BUILD_PARTIAL : BUILD_COMPLETE };
			struct build in = comes(flow, shape, reply), out;
			struct lvs_packet expect;
			size_t len;

			assert_int_equal(director_take(flow->director, &in), LVS_DROP_NONE);
			assert_int_equal(flow->director->nout, payload + 28 > 1260 ? 2 : 1);
			if (flow->director->nout == 1 && shape.csum == BUILD_PARTIAL)
				continue;
			shape.csum = BUILD_COMPLETE;
			out = leaves(flow, shape, reply);
			expect = build(&out);
			len = put_together(flow->director, bytes, sizeof(bytes));
			assert_int_equal(len, expect.len - 40);
			assert_memory_equal(bytes, expect.data + 40, len);
			build_free(&expect);
		}
	}
}

/* Towards a server whose path is known: what fits without a fragment header stays whole, and nothing is too long. */
static void check_path(const struct flow *flow)
{
	static const struct {
		size_t bytes;		/* of the IPv4 packet */
		bool df;
		size_t pieces;
	} rows[] = {
		{ 1480, false, 1 }, { 1480, true, 1 }, { 1481, false, 2 }, { 1481, true, 0 }, { 1473, false, 1 }, { 3000, false, 3 },
	};
	struct lvs_server *server = flow->director->engine->rules.servers[1];

	if (flow->proto != LVS_PROTO_UDP || flow->front || !flow->behind)
		return;
	lvs_server_set_mtu(server, 1500);
	assert_int_equal(server->mtu, 1480);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build shape = { .payload = rows[i].bytes - 28, .df = rows[i].df, .id = 3 };
		struct build in = at_client(flow, shape, false);

		assert_int_equal(director_take(flow->director, &in), rows[i].pieces ? LVS_DROP_NONE : LVS_DROP_TOO_BIG);
		assert_int_equal(flow->director->nout, rows[i].pieces ? rows[i].pieces : 1);
		for (size_t k = 0; k < rows[i].pieces; k++)
			assert_true(flow->director->out[k].len <= 1500);
	}
}

static void the_path_to_an_ip6_server_is_used_up(void **state)
{
	(void)state;
	each_flow(check_path, false);
}

static void long_datagrams_are_cut_for_ip6(void **state)
{
	(void)state;
	each_flow(check_long, false);
}

/* Types, codes and the word behind the checksum, of both families; @type 0xff: there is none. */
struct said {
	uint8_t type, code;
	uint32_t rest;
};

static const struct {
	struct said in, out;
} to_ip6[] = {
	{ { 3, 0 }, { 1, 0 } }, { { 3, 1 }, { 1, 0 } }, { { 3, 2 }, { 4, 1, 6 } }, { { 3, 3 }, { 1, 4 } },
	{ { 3, 4, 1400 }, { 2, 0, 1420 } }, { { 3, 4, 1200 }, { 2, 0, 1280 } }, { { 3, 4, 0 }, { 2, 0, 1280 } },
	{ { 3, 5 }, { 1, 0 } }, { { 3, 6 }, { 1, 0 } }, { { 3, 7 }, { 1, 0 } }, { { 3, 8 }, { 1, 0 } },
	{ { 3, 9 }, { 1, 1 } }, { { 3, 10 }, { 1, 1 } }, { { 3, 11 }, { 1, 0 } }, { { 3, 12 }, { 1, 0 } },
	{ { 3, 13 }, { 1, 1 } }, { { 3, 14 }, { 0xff } }, { { 3, 15 }, { 1, 1 } }, { { 3, 16 }, { 0xff } },
	{ { 4, 0 }, { 0xff } }, { { 11, 0 }, { 3, 0 } }, { { 11, 1 }, { 3, 1 } },
	{ { 12, 0, 0 }, { 4, 0, 0 } }, { { 12, 0, 0x01000000 }, { 4, 0, 1 } }, { { 12, 0, 0x02000000 }, { 4, 0, 4 } },
	{ { 12, 0, 0x04000000 }, { 0xff } }, { { 12, 0, 0x08000000 }, { 4, 0, 7 } }, { { 12, 2, 0x09000000 }, { 4, 0, 6 } },
	{ { 12, 0, 0x0a000000 }, { 0xff } }, { { 12, 0, 0x0c000000 }, { 4, 0, 8 } }, { { 12, 0, 0x13000000 }, { 4, 0, 24 } },
	{ { 12, 0, 0x14000000 }, { 0xff } }, { { 12, 1 }, { 0xff } },
}, to_ip4[] = {
	{ { 1, 0 }, { 3, 1 } }, { { 1, 1 }, { 3, 10 } }, { { 1, 2 }, { 3, 1 } }, { { 1, 3 }, { 3, 1 } }, { { 1, 4 }, { 3, 3 } },
	{ { 1, 5 }, { 0xff } }, { { 2, 0, 1280 }, { 3, 4, 1260 } }, { { 2, 0, 1500 }, { 3, 4, 1480 } },
	{ { 2, 0, 100000 }, { 3, 4, 65535 } }, { { 3, 0 }, { 11, 0 } }, { { 3, 1 }, { 11, 1 } },
	{ { 4, 0, 0 }, { 12, 0, 0 } }, { { 4, 0, 1 }, { 12, 0, 0x01000000 } }, { { 4, 0, 2 }, { 0xff } },
	{ { 4, 0, 4 }, { 12, 0, 0x02000000 } }, { { 4, 0, 6 }, { 12, 0, 0x09000000 } }, { { 4, 0, 7 }, { 12, 0, 0x08000000 } },
	{ { 4, 0, 8 }, { 12, 0, 0x0c000000 } }, { { 4, 0, 24 }, { 12, 0, 0x10000000 } }, { { 4, 0, 40 }, { 0xff } },
	{ { 4, 1, 6 }, { 3, 2 } }, { { 4, 2 }, { 0xff } }, { { 100, 0 }, { 0xff } },
};

/* @about: a packet, of which @quote bytes behind its IP header are quoted, sent by a router to its source. */
static struct build error_about(const struct lvs_packet *about, const struct said *said, const char *from, const char *to,
				size_t bytes)
{
	bool ip6 = about->data[0] >> 4 == 6;

	return (struct build){
		.src = from, .dst = to, .proto = ip6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP, .icmp_type = said->type,
		.icmp_code = said->code, .icmp_rest = said->rest, .ttl = 61, .tos = 0xc0, .quote = about->data,
		.quote_bytes = LVS_MIN(about->len, bytes + (ip6 ? 40 : 20)),
	};
}

/*
 * An error about a request comes from the server's side and goes to the client, about a reply the other way; @reply: about
 * a reply. What is quoted is the packet as its sender knows it.
 */
static void check_error(const struct flow *flow, const struct said *in, const struct said *out, bool reply, size_t bytes)
{
	static const char *const routers[] = { "203.0.113.77", "2001:db8:f::1" };
	const struct hosts *front = &families[flow->front], *behind = &families[flow->behind];
	struct build shape = { .payload = 101, .ttl = 33, .tos = 0x14, .tcp_flags = LVS_TCP_ACK, .seq = 99, .df = true };
	struct build about = leaves(flow, shape, reply), known = comes(flow, shape, reply), error, wanted;
	struct lvs_packet about_packet = build(&about), known_packet = build(&known);
	enum lvs_drop drop;

	error = error_about(&about_packet, in, routers[reply ? flow->front : flow->behind], about.src, bytes);
	drop = director_take(flow->director, &error);
	if (out->type == 0xff) {
		assert_int_equal(drop, LVS_DROP_ICMP_FAMILY);
	} else {
		assert_int_equal(drop, LVS_DROP_NONE);
		assert_int_equal(flow->director->nout, 1);
		wanted = error_about(&known_packet, out, reply ? behind->source : front->vip, known.src, bytes);
		if (flow->front != flow->behind && !strchr(wanted.dst, ':')) {
			wanted.df = true;
			wanted.quote_bytes = LVS_MIN(wanted.quote_bytes, 576u - 28);
		}
		build_expect("error", &flow->director->out[0], build(&wanted));
	}
	build_free(&about_packet);
	build_free(&known_packet);
}

static void check_errors(const struct flow *flow)
{
	static const size_t sizes[] = { 8, 9, 20, 51, 1000 };
	static const struct said same = { 11, 0 }, same6 = { 3, 0 };

	for (int reply = 0; reply <= 1; reply++) {
		int side = reply ? flow->front : flow->behind;

		for (size_t s = 0; s < ARRAY_LEN(sizes); s++) {
			if (flow->front == flow->behind)
				check_error(flow, side ? &same6 : &same, side ? &same6 : &same, reply, sizes[s]);
			for (size_t i = 0; flow->front != flow->behind && i < (side ? ARRAY_LEN(to_ip4) : ARRAY_LEN(to_ip6)); i++)
				check_error(flow, side ? &to_ip4[i].in : &to_ip6[i].in, side ? &to_ip4[i].out : &to_ip6[i].out,
					    reply, sizes[s]);
		}
	}
}

static void errors_are_told_in_the_words_of_the_other_family(void **state)
{
	(void)state;
	each_flow(check_errors, false);
}

/* A server's packet to the source that belongs to nothing, and a second client where there is one port. */
static void what_has_no_place_is_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct flow flow = { .front = i & 1, .behind = i >> 1, .server_port = 8080, .proto = LVS_PROTO_TCP };
		struct build syn = { .tcp_flags = LVS_TCP_SYN }, in;
		void *director;

		director_setup(&director);
		flow.director = director;
		establish(&flow);
		in = at_client(&flow, syn, false);
		in.sport = CLIENT_PORT + 1;
		assert_int_equal(director_take(flow.director, &in), LVS_DROP_NO_SOURCE);
		assert_int_equal(flow.director->nout, 1);	/* port unreachable */
		in = at_server(&flow, syn, true);
		in.dport = SOURCE_PORT + 1;
		assert_int_equal(director_take(flow.director, &in), LVS_DROP_NO_SERVICE);
		assert_int_equal(flow.director->nout, 1);	/* a reset */
		director_teardown(&director);
	}
}

static void there_must_be_room_for_the_longer_header(void **state)
{
	struct flow flow = { .front = 0, .behind = 1, .server_port = 8080, .proto = LVS_PROTO_TCP };
	struct build in;

	flow.director = *state;
	establish(&flow);
	in = at_client(&flow, (struct build){ .tcp_flags = LVS_TCP_ACK, .df = true }, false);
	flow.director->headroom = 19;
	assert_int_equal(director_take(flow.director, &in), LVS_DROP_NO_HEADROOM);
	flow.director->headroom = 20;
	assert_int_equal(director_take(flow.director, &in), LVS_DROP_NONE);
}

/* AH and ESP have no ports by which the server's answers could be told apart. */
static void ipsec_is_not_for_clients_behind_one_address(void **state)
{
	const struct hosts *hosts = &families[0];
	struct director *director = *state;
	struct lvs_server *server;
	struct lvs_server_spec spec;
	struct build ike, esp = { .proto = LVS_PROTO_ESP, .src = hosts->client, .dst = hosts->vip, .payload = 40 };
	const struct lvs_addr source = test_addr(hosts->source);

	assert_int_equal(lvs_engine_set_sources(director->engine, &source, 1, SOURCE_PORT, SOURCE_PORT), 0);
	server = director_serve(director, LVS_PROTO_UDP, hosts->vip, 500, hosts->server, 500);
	spec = server->spec;
	spec.forward = lvs_forward_find("fullnat");
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	ike = with_ends((struct build){ .proto = LVS_PROTO_UDP, .payload = 9 }, hosts->client, 500, hosts->vip, 500);
	assert_int_equal(director_take(director, &ike), LVS_DROP_NONE);
	assert_int_equal(director_take(director, &esp), LVS_DROP_PROTO_UNSUPPORTED);
}

/* xorshift64*, Vigna 2014 */
static uint32_t draw(uint64_t *random, uint32_t below)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return (uint32_t)(((*random * 0x2545f4914f6cdd1dULL) >> 32) * below >> 32);
}

/* Is the transport checksum of a whole packet right? */
static bool sum_is_right(const struct lvs_packet *packet, uint8_t proto)
{
	bool ip6 = packet->data[0] >> 4 == 6;
	uint32_t sum = build_sum(0, packet->data + (ip6 ? 8 : 12), ip6 ? 32 : 8);

	sum += proto + packet->len - packet->l4;
	return build_fold(build_sum(build_fold(sum), packet->data + packet->l4, packet->len - packet->l4)) == 0xffff;
}

/* What leaves is a packet that would be taken, and its checksum is as right as it was. */
static void check_what_leaves(const struct flow *flow, bool right)
{
	for (size_t i = 0; i < flow->director->nout; i++) {
		struct lvs_packet packet = flow->director->out[i];

		assert_int_equal(lvs_packet_parse(&packet), LVS_DROP_NONE);
		assert_int_equal(packet.len, flow->director->out[i].len);
		if (right && packet.kind == LVS_PACKET_FLOW && !packet.fragment && !lvs_packet_is_partial(&packet) &&
		    packet.proto == flow->proto)
			assert_true(sum_is_right(&packet, flow->proto));
	}
}

/* Where one packet may count two reasons: a fragment, and those that waited for it. */
static void take_damaged(struct director *director, struct lvs_packet packet)
{
	uint8_t *block = malloc(HEADROOM + packet.len);

	assert_non_null(block);
	memcpy(block + HEADROOM, packet.data, packet.len);
	build_free(&packet);
	packet.data = block + HEADROOM;
	packet.headroom = HEADROOM;
	director_burst(director, NULL, 0);	/* what came out before is forgotten */
	lvs_engine_handle(director->engine, &packet, 1, director->now, &director->sink);
	free(block);
}

static void check_damaged(const struct flow *flow)
{
	static const struct build shapes[] = {
		{ .payload = 33, .tcp_flags = LVS_TCP_ACK, .df = true, .tcp_options = 12 },
		{ .payload = 330, .tcp_flags = LVS_TCP_ACK, .csum = BUILD_PARTIAL, .gso_size = 100 },
		{ .payload = 120, .frag_bytes = 64, .id = 1 }, { .payload = 120, .frag_bytes = 64, .frag_offset = 64, .id = 1 },
		{ .payload = 1400, .id = 9 },
	};
	static const struct build ext = { .ext = { LVS_PROTO_HOPOPTS, LVS_PROTO_ROUTING, LVS_PROTO_FRAGMENT, LVS_PROTO_DSTOPTS },
					  .ext_count = 4 };
	uint64_t random = 88172645463325252ULL + (uint64_t)flow->front * 7 + (uint64_t)flow->behind * 3 + flow->proto;

	for (unsigned int round = 0; round < 20000; round++) {
		bool reply = draw(&random, 2), error = draw(&random, 4) == 0, ip6, right;
		struct build shape = shapes[draw(&random, ARRAY_LEN(shapes))], what;
		struct lvs_packet packet, parsed;

		if (!shape.frag_bytes && draw(&random, 3) == 0) {
			memcpy(shape.ext, ext.ext, sizeof(shape.ext));
			shape.ext_count = ext.ext_count;
			shape.ip_options = "\7\7\4\0\0\0\0";
			shape.ip_options_len = 7;
		}
		what = error ? leaves(flow, shape, reply) : comes(flow, shape, reply);
		packet = build(&what);
		ip6 = packet.data[0] >> 4 == 6;
		if (error) {
			struct lvs_packet about = packet;
			struct said said = { (uint8_t)(ip6 ? 1 + draw(&random, 4) : 3 + draw(&random, 2) * 8),
					     (uint8_t)draw(&random, 6), draw(&random, 2000) };

			what = error_about(&about, &said, what.dst, what.src, 8 + draw(&random, 200));
			packet = build(&what);
			build_free(&about);
		}
		for (uint32_t n = draw(&random, 4); n > 0; n--)
			packet.data[draw(&random, LVS_MIN(packet.len, 120u))] ^= (uint8_t)(1 + draw(&random, 255));
		if (packet.data[0] >> 4 == 4 && (packet.data[0] & 15) >= 5 && packet.len >= (packet.data[0] & 15u) * 4)
			build_fix_ip4(packet.data);
		if (draw(&random, 4) == 0)
			packet.vnet.flags |= LVS_VNET_DATA_VALID;
		parsed = packet;
		right = !lvs_packet_parse(&parsed) && parsed.kind == LVS_PACKET_FLOW && !parsed.fragment &&
			sum_is_right(&parsed, parsed.proto);
		take_damaged(flow->director, packet);
		check_what_leaves(flow, right);
		if (round % 1000 == 999)
			director_wait(flow->director, LVS_SECONDS(40));
	}
}

static void damaged_packets_do_no_harm(void **state)
{
	(void)state;
	each_flow(check_damaged, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_translated_exactly),
		cmocka_unit_test(contents_do_not_matter),
		cmocka_unit_test(sctp_keeps_its_crc),
		cmocka_unit_test(fragments_stay_fragments),
		cmocka_unit_test(fragments_without_a_sum_do_not_become_ip6),
		cmocka_unit_test(the_path_to_an_ip6_server_is_used_up),
		cmocka_unit_test(long_datagrams_are_cut_for_ip6),
		cmocka_unit_test(errors_are_told_in_the_words_of_the_other_family),
		cmocka_unit_test(what_has_no_place_is_refused),
		cmocka_unit_test_setup_teardown(ipsec_is_not_for_clients_behind_one_address, director_setup, director_teardown),
		cmocka_unit_test(damaged_packets_do_no_harm),
		cmocka_unit_test_setup_teardown(there_must_be_room_for_the_longer_header, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
