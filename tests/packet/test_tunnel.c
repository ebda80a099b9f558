// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tunnels, whole bytes: every type, every pair of families, every kind of checksum. The outer packet is written here byte
 * by byte, with sums of its own; what is inside is the packet that a sender without offloads would have sent.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/sched.h"
#include "engine/tunnel.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define CLIENT_PORT 40000
#define VPORT 80
#define GUE_PORT 6080

static const struct {
	const char *client, *vip;
} inside[] = { { "198.51.100.7", "192.0.2.1" }, { "2001:db8:c::7", "2001:db8::1" } };

static const struct {
	const char *dip, *server;
} outside[] = { { "10.0.0.1", "10.0.0.11" }, { "2001:db8:1::1", "2001:db8:1::11" } };

/* One tunnel to one server. */
struct way {
	struct director *director;
	int in6, out6;
	const char *type;
	enum lvs_tunnel_csum csum;
	struct lvs_server *server;
};

static void set_up(struct way *way)
{
	struct lvs_engine_settings settings = way->director->engine->settings;
	struct lvs_rules *rules = lvs_engine_rules(way->director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = test_addr(inside[way->in6].vip), .port = LVS_BE16(VPORT), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find("rr"),
	};
	struct lvs_server_spec spec = {
		.addr = test_addr(outside[way->out6].server), .port = LVS_BE16(VPORT), .weight = 1,
		.forward = lvs_forward_find("tunnel"),
		.tunnel = { .type = lvs_tunnel_find(way->type)->index, .csum = (uint8_t)way->csum, .port = LVS_BE16(GUE_PORT) },
	};
	struct lvs_service *service;

	settings.dip4 = test_addr(outside[0].dip);
	settings.dip6 = test_addr(outside[1].dip);
	settings.pmtu_disc = true;
	way->director->headroom = 64;
	lvs_engine_configure(way->director->engine, &settings, way->director->now);
	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &spec, &way->server), 0);
}

static void tear_down(struct way *way)
{
	lvs_service_remove(lvs_engine_rules(way->director->engine), way->server->service, way->director->now);
	director_wait(way->director, LVS_SECONDS(1800));
}

static struct build request(const struct way *way)
{
	return (struct build){ .src = inside[way->in6].client, .dst = inside[way->in6].vip, .sport = CLIENT_PORT,
			       .dport = VPORT, .tcp_flags = LVS_TCP_SYN, .payload = 7, .id = 77, .tos = 0x2b, .ttl = 47 };
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 9293 section 3.1 and RFC 8200 section 8.1, in the plainest way. */
static uint32_t pseudo(const uint8_t *ip, bool ip6, uint8_t proto, size_t len)
{
	uint8_t tail[4] = { 0, proto };

	put16(tail + 2, len);
	return build_sum(build_sum(0, ip + (ip6 ? 8 : 12), ip6 ? 32 : 8), tail, sizeof(tail));
}

/* The tunnel's own header at @at, with @inner behind it; @ip: the outer one. Return: its bytes and @ret_proto */
static size_t put_own(const struct way *way, uint8_t *at, const uint8_t *ip, const struct lvs_packet *inner,
		      uint16_t gue_source, uint8_t *ret_proto)
{
	size_t bytes = 0, sum_at = 0;
	uint32_t sum = 0;

	*ret_proto = inner->data[0] >> 4 == 6 ? 41 : 4;
	if (!strcmp(way->type, "gre")) {
		put16(at, way->csum == LVS_TUNNEL_CSUM ? 0x8000 : 0);
		put16(at + 2, *ret_proto == 41 ? 0x86dd : 0x0800);
		bytes = way->csum == LVS_TUNNEL_CSUM ? 8 : 4;
		sum_at = 4;
		*ret_proto = 47;
	} else if (!strcmp(way->type, "gue")) {
		bytes = 12;
		put16(at, gue_source);
		put16(at + 2, GUE_PORT);
		put16(at + 4, bytes + inner->len);
		at[9] = *ret_proto;
		sum_at = 6;
		*ret_proto = 17;
		sum = pseudo(ip, way->out6, 17, bytes + inner->len);
	}
	memcpy(at + bytes, inner->data, inner->len);
	if (bytes && way->csum == LVS_TUNNEL_CSUM) {
		uint16_t value = (uint16_t)~build_fold(build_sum(sum, at, bytes + inner->len));

		put16(at + sum_at, value ? value : 0xffff);
	}
	return bytes;
}

/* @got is @inner inside of an outer packet with these fields; frees the block of @inner. */
static void check(const struct way *way, const struct lvs_packet *got, struct lvs_packet inner, uint8_t tos, uint8_t ttl,
		  bool df)
{
	size_t header = way->out6 ? 40 : 20, own;
	uint8_t *outer = calloc(1, header + 12 + inner.len);
	struct lvs_addr src = test_addr(outside[way->out6].dip), dst = test_addr(outside[way->out6].server);
	uint16_t port = got->len > header + 2 ? get16(got->data + header) : 0;
	uint8_t proto;

	memcpy(outer + (way->out6 ? 8 : 12), way->out6 ? src.bytes : src.bytes + 12, way->out6 ? 16 : 4);
	memcpy(outer + (way->out6 ? 24 : 16), way->out6 ? dst.bytes : dst.bytes + 12, way->out6 ? 16 : 4);
	own = put_own(way, outer + header, outer, &inner, port, &proto);
	if (way->out6) {
		outer[0] = (uint8_t)(0x60 | tos >> 4);
		outer[1] = (uint8_t)(tos << 4);
		put16(outer + 4, own + inner.len);
		outer[6] = proto;
		outer[7] = ttl;
	} else {
		outer[0] = 0x45;
		outer[1] = tos;
		put16(outer + 2, header + own + inner.len);
		memcpy(outer + 4, got->data + 4, 2);	/* any, but 0 where nothing is fragmented */
		if (df)
			assert_int_equal(get16(got->data + 4), 0);
		put16(outer + 6, df ? 0x4000 : 0);
		outer[8] = ttl;
		outer[9] = proto;
		build_fix_ip4(outer);
	}
	if (proto == 17)
		assert_in_range(port, 32768, 60999);
	build_expect("outer packet", got, build_raw(outer, header + own + inner.len));
	free(outer);
	build_free(&inner);
}

typedef void way_fn(struct way *way);

static void each_way(void **state, way_fn *fn)
{
	static const struct {
		const char *type;
		enum lvs_tunnel_csum csum;
	} types[] = {
		{ "ipip", LVS_TUNNEL_NOCSUM }, { "gre", LVS_TUNNEL_NOCSUM }, { "gre", LVS_TUNNEL_CSUM },
		{ "gue", LVS_TUNNEL_NOCSUM },  { "gue", LVS_TUNNEL_CSUM },   { "gue", LVS_TUNNEL_REMCSUM },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		for (int in6 = 0; in6 < 2; in6++) {
			for (int out6 = 0; out6 < 2; out6++) {
				struct way way = { .director = *state, .in6 = in6, .out6 = out6, .type = types[i].type,
						   .csum = types[i].csum };

				set_up(&way);
				fn(&way);
				tear_down(&way);
			}
		}
	}
}

static void wrap(struct way *way)
{
	static const enum build_csum sums[] = { BUILD_COMPLETE, BUILD_PARTIAL, BUILD_WRONG };

	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		for (size_t payload = 0; payload < 2; payload++) {
			for (int df = 0; df < 2; df++) {
				struct build what = request(way);

				what.csum = sums[i];
				what.payload = 100 + payload;
				what.df = df;
				assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
				if (what.csum == BUILD_PARTIAL)
					what.csum = BUILD_COMPLETE;
				assert_int_equal(way->director->nout, 1);
				check(way, &way->director->out[0], build(&what), 0x2b, 47, df && !way->in6);
			}
		}
	}
}

static void packets_are_wrapped(void **state)
{
	each_way(state, wrap);
}

static void cut(struct way *way)
{
	struct build what = request(way);

	what.tcp_flags = LVS_TCP_ACK | LVS_TCP_SYN;
	what.csum = BUILD_PARTIAL;
	what.gso_size = 1301;
	what.payload = 3000;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	assert_int_equal(way->director->nout, 3);
	for (uint32_t i = 0; i < 3; i++) {
		struct build part = what;
		struct lvs_packet inner;

		part.csum = BUILD_COMPLETE;
		part.gso_size = 0;
		part.payload = i < 2 ? 1301 : 398;
		part.first = (uint8_t)(1301 * i);
		part.seq += 1301 * i;
		part.id += i;
		inner = build(&part);
		check(way, &way->director->out[i], inner, 0x2b, 47, way->in6 && inner.len > 1280);
	}
	assert_int_equal(lvs_engine_stats(way->director->engine)->forwarded, lvs_engine_stats(way->director->engine)->received);
}

static void super_packets_are_cut(void **state)
{
	each_way(state, cut);
}

static uint32_t overhead(const struct way *way)
{
	uint32_t own = !strcmp(way->type, "gue") ? 12 : !strcmp(way->type, "gre") ? 4 : 0;

	if (!strcmp(way->type, "gre") && way->csum == LVS_TUNNEL_CSUM)
		own += 4;
	return own + (way->out6 ? 40 : 20);
}

/* One byte less, and one byte more than fits. */
static void edge(struct way *way)
{
	uint32_t fits = 1500 - overhead(way), headers = way->in6 ? 60 : 40;
	struct build what = request(way);

	lvs_server_set_mtu(way->server, 1500);
	assert_int_equal(way->server->mtu, fits);
	what.df = true;
	what.payload = fits - headers;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	assert_int_equal(way->director->nout, 1);
	assert_int_equal(way->director->out[0].len, 1500);
	what.payload++;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_TOO_BIG);
	assert_int_equal(way->director->nout, 1);
	/* RFC 1191 section 4, RFC 4443 section 3.2: the client is told what fits inside. */
	if (way->in6)
		assert_int_equal(get16(way->director->out[0].data + 46), fits);
	else
		assert_int_equal(get16(way->director->out[0].data + 26), fits);
	if (way->in6)
		return;
	what.df = false;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	assert_int_equal(way->director->nout, 2);
	for (size_t i = 0, size = (fits - 20) & ~7u; i < 2; i++) {
		struct build part = what;

		part.frag_offset = i * size;
		part.frag_bytes = i ? 20 + what.payload - size : size;
		check(way, &way->director->out[i], build(&part), 0x2b, 47, false);
	}
}

static void edges_of_the_path(void **state)
{
	each_way(state, edge);
}

/* A router of the tunnel's path complains about @about, an outer packet, of which it quotes @bytes. */
static enum lvs_drop complain(struct way *way, const struct lvs_packet *about, size_t bytes, uint8_t type, uint8_t code,
			      uint32_t rest)
{
	struct build error = { .src = way->out6 ? "2001:db8:1::fe" : "10.0.0.254", .dst = outside[way->out6].dip,
			       .proto = way->out6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP, .icmp_type = type, .icmp_code = code,
			       .icmp_rest = rest, .quote = about->data, .quote_bytes = LVS_MIN(bytes, about->len) };

	return director_take(way->director, &error);
}

static void relay(struct way *way)
{
	struct build what = request(way), told;
	struct lvs_packet inner, outer;
	uint32_t path = 1400, fits = path - overhead(way);

	what.df = true;
	what.payload = 1300;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	outer = build_raw(way->director->out[0].data, way->director->out[0].len);
	/* Too short a quote says nothing of the client. */
	assert_int_equal(complain(way, &outer, (way->out6 ? 40 : 20) + 8, way->out6 ? 2 : 3, way->out6 ? 0 : 4, path),
			 LVS_DROP_ICMP_NO_CONN);
	assert_int_equal(way->server->mtu, 0);

	assert_int_equal(complain(way, &outer, 300, way->out6 ? 2 : 3, way->out6 ? 0 : 4, path), LVS_DROP_ICMP_TUNNEL);
	assert_int_equal(way->server->mtu, fits);
	assert_int_equal(way->director->nout, 1);
	inner = build(&what);
	told = (struct build){ .src = inside[way->in6].vip, .dst = inside[way->in6].client, .tos = way->in6 ? 0 : 0xc0,
			       .proto = way->in6 ? LVS_PROTO_ICMP6 : LVS_PROTO_ICMP, .icmp_type = way->in6 ? 2 : 3,
			       .icmp_code = way->in6 ? 0 : 4, .icmp_rest = fits, .quote = inner.data,
			       .quote_bytes = 300 - overhead(way) };
	if (!way->in6)
		told.id = get16(way->director->out[0].data + 4);
	build_expect("error", &way->director->out[0], build(&told));

	assert_int_equal(complain(way, &outer, 300, way->out6 ? 1 : 3, way->out6 ? 3 : 1, 0), LVS_DROP_ICMP_TUNNEL);
	told.icmp_type = way->in6 ? 1 : 3;
	told.icmp_code = way->in6 ? 3 : 1;
	told.icmp_rest = 0;
	if (!way->in6)
		told.id = get16(way->director->out[0].data + 4);
	build_expect("error", &way->director->out[0], build(&told));

	/* From now on the director says so itself, until it is time to try again. */
	assert_int_equal(director_take(way->director, &what), fits < inner.len ? LVS_DROP_TOO_BIG : LVS_DROP_NONE);
	way->director->now += LVS_SECONDS(601);
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	build_free(&inner);
	build_free(&outer);
}

static void errors_of_the_path_reach_the_client(void **state)
{
	each_way(state, relay);
}

/* Somebody who has seen nothing of the tunnel narrows no path. */
static void forged_errors_change_nothing(void **state)
{
	struct way way = { .director = *state, .type = "gue" };
	struct build what;
	struct lvs_packet outer;

	set_up(&way);
	what = request(&way);
	assert_int_equal(director_take(way.director, &what), LVS_DROP_NONE);
	outer = build_raw(way.director->out[0].data, way.director->out[0].len);
	outer.data[20 + 12 + 20] ^= 1;	/* the client's port */
	assert_int_equal(complain(&way, &outer, 300, 3, 4, 1300), LVS_DROP_ICMP_NO_CONN);
	assert_int_equal(way.server->mtu, 0);
	outer.data[20 + 12 + 20] ^= 1;
	outer.data[19] ^= 1;		/* the server */
	build_fix_ip4(outer.data);
	assert_int_equal(complain(&way, &outer, 300, 3, 4, 1300), LVS_DROP_ICMP_NO_CONN);
	assert_int_equal(way.server->mtu, 0);
	build_free(&outer);
	tear_down(&way);
}

/* RFC 6040 section 4.1, normal mode; class of service as it is. */
static void class_and_congestion_are_copied(void **state)
{
	for (int out6 = 0; out6 < 2; out6++) {
		for (int in6 = 0; in6 < 2; in6++) {
			struct way way = { .director = *state, .type = "ipip", .in6 = in6, .out6 = out6 };

			set_up(&way);
			for (unsigned int tos = 0; tos < 256; tos++) {
				struct build what = request(&way);

				what.tos = (uint8_t)tos;
				assert_int_equal(director_take(way.director, &what), LVS_DROP_NONE);
				check(&way, &way.director->out[0], build(&what), (uint8_t)tos, 47, false);
			}
			tear_down(&way);
		}
	}
}

static void nothing_leaves_without_an_address(void **state)
{
	struct way way = { .director = *state, .type = "ipip" };
	struct lvs_engine_settings settings;
	struct build what;

	set_up(&way);
	settings = way.director->engine->settings;
	settings.dip4 = (struct lvs_addr){ .halves = { 0 } };
	lvs_engine_configure(way.director->engine, &settings, way.director->now);
	what = request(&way);
	assert_int_equal(director_take(way.director, &what), LVS_DROP_NO_DIP);
	assert_int_equal(way.director->nout, 0);
	tear_down(&way);
}

/* The host's address serves; but who fragments what comes from there is not told here. */
static void without_one_of_ours_packets_come_from_the_host_s(struct way *way)
{
	struct lvs_engine_settings settings = way->director->engine->settings;
	struct build what = request(way);

	settings.dip4 = settings.dip6 = (struct lvs_addr){ .halves = { 0 } };
	lvs_engine_configure(way->director->engine, &settings, way->director->now);
	way->server->source = test_addr(outside[way->out6].dip);
	what.df = true;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	assert_int_equal(way->director->nout, 1);
	check(way, &way->director->out[0], build(&what), what.tos, what.ttl ? what.ttl : 64, false);
	/* One of ours comes first. */
	settings.dip4 = test_addr(outside[0].dip);
	settings.dip6 = test_addr(outside[1].dip);
	lvs_engine_configure(way->director->engine, &settings, way->director->now);
	way->server->source = test_addr(way->out6 ? "2001:db8:1::77" : "10.0.0.77");
	what.sport++;
	what.payload = 1300;
	assert_int_equal(director_take(way->director, &what), LVS_DROP_NONE);
	check(way, &way->director->out[0], build(&what), what.tos, what.ttl ? what.ttl : 64, true);
}

static void packets_come_from_the_host(void **state)
{
	each_way(state, without_one_of_ours_packets_come_from_the_host_s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(packets_are_wrapped, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(super_packets_are_cut, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(edges_of_the_path, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(errors_of_the_path_reach_the_client, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(forged_errors_change_nothing, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(class_and_congestion_are_copied, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(nothing_leaves_without_an_address, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(packets_come_from_the_host, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
