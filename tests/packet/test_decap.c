// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a director wraps, lvs-decap unwraps: decapsulate(encapsulate(p)) = p in every byte, for every type of tunnel, kind of
 * checksum and pair of families, and every shape of packet that a sender without offloads sends.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "base/prefix_map.h"
#include "decap/unwrap.h"
#include "engine/sched.h"
#include "engine/tunnel.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define VPORT 80
#define GUE_PORT 6080

static const struct {
	const char *client, *vip;
} inside[] = { { "198.51.100.7", "192.0.2.1" }, { "2001:db8:c::7", "2001:db8::1" } };

static const struct {
	const char *dip, *server;
} outside[] = { { "10.0.0.1", "10.0.0.11" }, { "2001:db8:1::1", "2001:db8:1::11" } };

static const struct {
	const char *name;
	uint8_t csum;
} types[] = {
	{ "ipip", LVS_TUNNEL_NOCSUM }, { "gre", LVS_TUNNEL_NOCSUM }, { "gre", LVS_TUNNEL_CSUM },
	{ "gue", LVS_TUNNEL_NOCSUM },  { "gue", LVS_TUNNEL_CSUM },   { "gue", LVS_TUNNEL_REMCSUM },
};

static const struct row {
	const char *what;
	struct build build;	/* without ends */
} rows[] = {
	{ "SYN", { .tcp_flags = LVS_TCP_SYN, .tcp_options = 20 } },
	{ "segment", { .tcp_flags = LVS_TCP_ACK, .payload = 1000, .tos = 0x2a } },
	{ "odd segment", { .tcp_flags = LVS_TCP_ACK, .payload = 1001, .tos = 0xff } },
	{ "wrong checksum", { .tcp_flags = LVS_TCP_ACK, .payload = 33, .csum = BUILD_WRONG } },
	{ "datagram", { .proto = LVS_PROTO_UDP, .payload = 100 } },
	{ "datagram of nothing", { .proto = LVS_PROTO_UDP } },
	{ "datagram without checksum", { .proto = LVS_PROTO_UDP, .payload = 11, .csum = BUILD_NO_CSUM } },
	{ "SCTP", { .proto = LVS_PROTO_SCTP, .quote = (const uint8_t *)"\1\0\0\024abcdefghijklmnop", .quote_bytes = 20 } },
};

static struct lvs_prefix_map *map_of(const char *a, const char *b)
{
	struct lvs_prefix_entry entries[] = { { .addr = test_addr(a), .bits = LVS_PREFIX_HOST, .value = 1 },
					      { .addr = test_addr(b), .bits = LVS_PREFIX_HOST, .value = 1 } };
	struct lvs_prefix_map *map;

	lvs_prefix_entries_sort(entries, 2);
	assert_int_equal(lvs_prefix_map_new(entries, 2, &map), 0);
	return map;
}

static void configure(struct director *director)
{
	struct lvs_engine_settings settings = director->engine->settings;

	settings.dip4 = test_addr(outside[0].dip);
	settings.dip6 = test_addr(outside[1].dip);
	settings.pmtu_disc = true;
	director->headroom = 64;
	lvs_engine_configure(director->engine, &settings, director->now);
}

/* A service over this tunnel. Return: borrowed */
static struct lvs_service *serve(struct director *director, size_t type, int in6, int out6, uint8_t proto)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec of = {
		.key = { .addr = test_addr(inside[in6].vip), .port = LVS_BE16(VPORT), .proto = proto },
		.sched = lvs_sched_find("rr"),
	};
	struct lvs_server_spec spec = {
		.addr = test_addr(outside[out6].server), .port = LVS_BE16(VPORT), .weight = 1,
		.forward = lvs_forward_find("tunnel"),
		.tunnel = { .type = lvs_tunnel_find(types[type].name)->index, .csum = types[type].csum,
			    .port = LVS_BE16(GUE_PORT) },
	};
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	return service;
}

/* What a host makes of the outer IP header; @packet: an outer packet, left behind that header. */
static struct lvs_decap_outer take_off(struct lvs_packet *packet)
{
	bool ip6 = packet->data[0] >> 4 == 6;
	uint32_t header = ip6 ? 40 : 20;
	struct lvs_decap_outer outer = { .proto = packet->data[ip6 ? 6 : 9] };
	lvs_be32 src;

	memcpy(&src, packet->data + 12, sizeof(src));
	outer.src = ip6 ? lvs_addr_from6(packet->data + 8) : lvs_addr_from4(src);
	outer.tos = ip6 ? (uint8_t)(packet->data[0] << 4 | packet->data[1] >> 4) : packet->data[1];
	packet->data += header;
	packet->len -= header;
	return outer;
}

/* @what goes through the director and comes out of the tunnel as it was. */
static void round_trip(struct director *director, const struct lvs_decap_rules *rules, const char *name, const struct build *what)
{
	struct lvs_packet packet;
	struct lvs_decap_outer outer;
	uint8_t *block;

	assert_int_equal(director_take(director, what), LVS_DROP_NONE);
	assert_int_equal(director->nout, 1);
	packet = build_raw(director->out[0].data, director->out[0].len);
	block = packet.data;
	outer = take_off(&packet);
	assert_int_equal(lvs_decap_unwrap(rules, &outer, &packet), LVS_DECAP_NONE);
	build_expect(name, &packet, build(what));
	free(block);
}

typedef void way_fn(struct director *director, const struct lvs_decap_rules *rules, int in6);

/* All tunnels to a service of @proto. */
static void each_way(void **state, uint8_t proto, way_fn *fn)
{
	struct lvs_decap_rules rules = { .vips = map_of(inside[0].vip, inside[1].vip),
					 .from = map_of(outside[0].dip, outside[1].dip), .port = LVS_BE16(GUE_PORT) };
	struct director *director = *state;

	configure(director);
	for (size_t way = 0; way < 4 * ARRAY_LEN(types); way++) {
		int in6 = way & 1, out6 = way >> 1 & 1;
		struct lvs_service *service = serve(director, way / 4, in6, out6, proto);

		fn(director, &rules, in6);
		lvs_service_remove(lvs_engine_rules(director->engine), service, director->now);
		director_wait(director, LVS_SECONDS(1800));
	}
	lvs_prefix_map_free(rules.vips);
	lvs_prefix_map_free(rules.from);
}

static uint8_t proto_of(const struct build *what)
{
	return what->proto ? what->proto : LVS_PROTO_TCP;
}

static struct build from_client(struct build what, int in6)
{
	what.src = inside[in6].client;
	what.dst = inside[in6].vip;
	what.sport = 40000;
	what.dport = VPORT;
	what.id = 77;
	what.ttl = 47;
	return what;
}

static void every_shape(struct director *director, const struct lvs_decap_rules *rules, int in6, uint8_t proto)
{
	/* What comes in the middle of a connection has a beginning. */
	struct build first = from_client((struct build){ .tcp_flags = LVS_TCP_SYN }, in6);

	if (proto == LVS_PROTO_TCP)
		assert_int_equal(director_take(director, &first), LVS_DROP_NONE);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build what = from_client(rows[i].build, in6);

		if (proto_of(&what) != proto || (in6 && what.csum == BUILD_NO_CSUM))
			continue;
		for (int df = 0; df < 2; df++) {
			what.df = df;
			round_trip(director, rules, rows[i].what, &what);
		}
	}
}

static void tcp(struct director *director, const struct lvs_decap_rules *rules, int in6)
{
	every_shape(director, rules, in6, LVS_PROTO_TCP);
}

static void udp(struct director *director, const struct lvs_decap_rules *rules, int in6)
{
	every_shape(director, rules, in6, LVS_PROTO_UDP);
}

static void sctp(struct director *director, const struct lvs_decap_rules *rules, int in6)
{
	every_shape(director, rules, in6, LVS_PROTO_SCTP);
}

static void whatever_is_wrapped_is_unwrapped(void **state)
{
	each_way(state, LVS_PROTO_TCP, tcp);
	each_way(state, LVS_PROTO_UDP, udp);
	each_way(state, LVS_PROTO_SCTP, sctp);
}

static void pieces(struct director *director, const struct lvs_decap_rules *rules, int in6)
{
	struct build what = from_client((struct build){ .proto = LVS_PROTO_UDP, .payload = 999 }, in6);

	what.frag_bytes = 504;
	round_trip(director, rules, "first fragment", &what);
	what.frag_offset = 504;
	what.frag_bytes = 503;
	round_trip(director, rules, "last fragment", &what);
}

static void fragments_stay_fragments(void **state)
{
	each_way(state, LVS_PROTO_UDP, pieces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whatever_is_wrapped_is_unwrapped, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(fragments_stay_fragments, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
