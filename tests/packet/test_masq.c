// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Masqueraded packets, whole bytes. What must come out is never computed from what went in: it is built afresh from the
 * same description with the other ends, and all its sums are made anew.
 *
 *	client 198.51.100.7 / 2001:db8:c::7
 *	    |
 *	virtual 192.0.2.1 / 2001:db8::1, port 80
 *	    |
 *	server 10.0.0.11 / 2001:db8:1::11, port 8080 or 80
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define CLIENT_PORT 40000
#define VPORT 80

struct hosts {
	const char *client, *vip, *server;
};

static const struct hosts families[] = {
	{ "198.51.100.7", "192.0.2.1", "10.0.0.11" },
	{ "2001:db8:c::7", "2001:db8::1", "2001:db8:1::11" },
};

/* One connection of one director. */
struct flow {
	struct director *director;
	const struct hosts *hosts;
	uint16_t server_port;
	uint8_t proto;
};

static struct build request(const struct flow *flow, struct build what)
{
	what.proto = flow->proto;
	what.src = flow->hosts->client;
	what.sport = CLIENT_PORT;
	what.dst = flow->hosts->vip;
	what.dport = VPORT;
	return what;
}

static struct build request_out(const struct flow *flow, struct build what)
{
	what = request(flow, what);
	what.dst = flow->hosts->server;
	what.dport = flow->server_port;
	return what;
}

static struct build reply(const struct flow *flow, struct build what)
{
	what.proto = flow->proto;
	what.src = flow->hosts->server;
	what.sport = flow->server_port;
	what.dst = flow->hosts->client;
	what.dport = CLIENT_PORT;
	return what;
}

static struct build reply_out(const struct flow *flow, struct build what)
{
	what = reply(flow, what);
	what.src = flow->hosts->vip;
	what.sport = VPORT;
	return what;
}

/* @in becomes @out and nothing else happens. */
static void expect_forward(const char *what, struct director *director, const struct build *in, const struct build *out)
{
	enum lvs_drop drop = director_take(director, in);

	if (drop)
		fail_msg("%s: dropped, %s", what, lvs_drop_name(drop));
	if (director->nout != 1)
		fail_msg("%s: %zu packets came out", what, director->nout);
	build_expect(what, &director->out[0], build(out));
}

/* Both directions of one description. */
static void expect_both_ways(const char *what, const struct flow *flow, struct build shape)
{
	struct build in, out;
	char text[256];

	shape.tcp_flags = LVS_TCP_ACK | LVS_TCP_PSH;
	shape.seq = 0x01020304;
	shape.ack = 0xfffefdfc;
	shape.window = 0xfaf0;
	shape.ttl = 57;
	shape.tos = 0x2e;
	shape.id = 0x4711;
	in = request(flow, shape);
	out = request_out(flow, shape);
	snprintf(text, sizeof(text), "%s, request", what);
	expect_forward(text, flow->director, &in, &out);
	in = reply(flow, shape);
	out = reply_out(flow, shape);
	snprintf(text, sizeof(text), "%s, reply", what);
	expect_forward(text, flow->director, &in, &out);
}

static struct flow establish(struct director *director, const struct hosts *hosts, uint8_t proto, bool mapped)
{
	struct flow flow = { director, hosts, mapped ? 8080 : VPORT, proto };
	struct build in, out;

	director_serve(director, proto, hosts->vip, VPORT, hosts->server, flow.server_port);
	in = request(&flow, (struct build){ .tcp_flags = LVS_TCP_SYN, .tcp_options = 20 });
	out = request_out(&flow, (struct build){ .tcp_flags = LVS_TCP_SYN, .tcp_options = 20 });
	expect_forward("first packet", director, &in, &out);
	in = reply(&flow, (struct build){ .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK });
	out = reply_out(&flow, (struct build){ .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK });
	expect_forward("first reply", director, &in, &out);
	return flow;
}

static void each_flow(void (*test)(const struct flow *flow))
{
	static const uint8_t protos[] = { LVS_PROTO_TCP, LVS_PROTO_UDP };

	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		for (size_t p = 0; p < ARRAY_LEN(protos); p++) {
			for (int mapped = 0; mapped <= 1; mapped++) {
				struct flow flow;
				void *state;

				director_setup(&state);
				flow = establish(state, &families[f], protos[p], mapped);
				test(&flow);
				director_teardown(&state);
			}
		}
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

static struct build put_between(const struct flow *flow, const struct between *between, struct build shape)
{
	if (flow->hosts == &families[0]) {
		shape.ip_options = between->v4.ip_options;
		shape.ip_options_len = between->v4.ip_options_len;
	} else {
		memcpy(shape.ext, between->v6.ext, sizeof(shape.ext));
		shape.ext_count = between->v6.ext_count;
	}
	return shape;
}

static const struct sum {
	const char *what;
	enum build_csum csum;
	uint16_t gso_size;
	uint8_t only;		/* a protocol, 0 for all */
} sums[] = {
	{ "complete sum", BUILD_COMPLETE, 0, 0 },
	{ "partial sum", BUILD_PARTIAL, 0, 0 },
	{ "wrong sum, not repaired", BUILD_WRONG, 0, 0 },
	{ "no sum, none made", BUILD_NO_CSUM, 0, LVS_PROTO_UDP },
	{ "super-packet", BUILD_PARTIAL, 500, 0 },
};

static void check_all_shapes(const struct flow *flow)
{
	static const size_t payloads[] = { 0, 1, 2, 3, 777, 1400, 1401, 65000 };

	for (size_t b = 0; b < ARRAY_LEN(betweens); b++) {
		for (size_t s = 0; s < ARRAY_LEN(sums); s++) {
			if (sums[s].only && sums[s].only != flow->proto)
				continue;
			for (size_t p = 0; p < ARRAY_LEN(payloads); p++) {
				struct build shape = { .payload = payloads[p], .csum = sums[s].csum,
						       .gso_size = sums[s].gso_size, .first = 0xb5 };
				char text[200];

				snprintf(text, sizeof(text), "%s to %s:%u, %s, %s, %zu bytes",
					 flow->proto == LVS_PROTO_TCP ? "TCP" : "UDP", flow->hosts->server,
					 flow->server_port, betweens[b].what, sums[s].what, payloads[p]);
				expect_both_ways(text, flow, put_between(flow, &betweens[b], shape));
			}
		}
	}
}

static void every_shape_is_translated_exactly(void **state)
{
	(void)state;
	each_flow(check_all_shapes);
}

/* Sums hit every carry sooner or later. */
static void check_many_contents(const struct flow *flow)
{
	for (unsigned int i = 0; i < 3000; i++) {
		struct build shape = { .payload = 2 + i % 5, .tweak = (uint16_t)(1 + i * 21), .first = (uint8_t)i,
				       .csum = i % 3 ? BUILD_COMPLETE : BUILD_PARTIAL };

		expect_both_ways("many contents", flow, shape);
	}
}

static void contents_do_not_matter(void **state)
{
	(void)state;
	each_flow(check_many_contents);
}

static uint16_t csum_of(const struct flow *flow, const struct lvs_packet *packet)
{
	size_t at = (flow->hosts == &families[0] ? 20 : 40) + (flow->proto == LVS_PROTO_TCP ? 16U : 6U);

	return (uint16_t)(packet->data[at] << 8 | packet->data[at + 1]);
}

typedef struct build (*ends_of)(const struct flow *flow, struct build shape);

/* A payload that makes the sum of @shape, sent between these ends, come to nothing. */
static struct build with_zero_sum(const struct flow *flow, struct build shape, ends_of ends)
{
	struct lvs_packet probe;
	struct build sent;

	shape.tweak = 1;
	sent = ends(flow, shape);
	probe = build(&sent);
	shape.tweak = build_fold(1U + csum_of(flow, &probe));
	build_free(&probe);
	return shape;
}

static void check_zero_sums(const struct flow *flow)
{
	static const struct {
		const char *what;
		ends_of in, out;
		ends_of zero;	/* where the sum comes to nothing */
	} rows[] = {
		{ "request that comes with it", request, request_out, request },
		{ "request that leaves with it", request, request_out, request_out },
		{ "reply that comes with it", reply, reply_out, reply },
		{ "reply that leaves with it", reply, reply_out, reply_out },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build shape = { .payload = 5, .tcp_flags = LVS_TCP_ACK }, in, out, zero;
		struct lvs_packet packet;

		shape = with_zero_sum(flow, shape, rows[i].zero);
		in = rows[i].in(flow, shape);
		out = rows[i].out(flow, shape);
		zero = rows[i].zero(flow, shape);
		packet = build(&zero);
		assert_int_equal(csum_of(flow, &packet), flow->proto == LVS_PROTO_UDP ? 0xffff : 0);
		build_free(&packet);
		expect_forward(rows[i].what, flow->director, &in, &out);
	}
}

/* RFC 768: in UDP a 0 would mean that there is no sum. */
static void a_sum_of_nothing_is_all_ones_in_udp(void **state)
{
	(void)state;
	each_flow(check_zero_sums);
}

static void check_old_ufo(const struct flow *flow)
{
	struct build shape = { .payload = 5000, .csum = BUILD_PARTIAL, .gso_size = 1480 };
	struct build in = request(flow, shape), out = request_out(flow, shape);
	struct lvs_packet packet = build(&in), expect = build(&out);

	if (flow->proto == LVS_PROTO_UDP) {
		packet.vnet.gso_type = expect.vnet.gso_type = LVS_GSO_UDP;
		assert_int_equal(director_handle(flow->director, packet), LVS_DROP_NONE);
		build_expect("UDP to be fragmented", &flow->director->out[0], expect);
		return;
	}
	packet.vnet.gso_type |= LVS_GSO_ECN;
	expect.vnet.gso_type |= LVS_GSO_ECN;
	assert_int_equal(director_handle(flow->director, packet), LVS_DROP_NONE);
	build_expect("segments with ECN", &flow->director->out[0], expect);
}

static void other_kinds_of_super_packets_pass_too(void **state)
{
	(void)state;
	each_flow(check_old_ufo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_translated_exactly),
		cmocka_unit_test(contents_do_not_matter),
		cmocka_unit_test(a_sum_of_nothing_is_all_ones_in_udp),
		cmocka_unit_test(other_kinds_of_super_packets_pass_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
