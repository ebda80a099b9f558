// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets that come back. What the director has put into a tunnel ends when it sees it again, alone or wrapped by another
 * director; and where no host counts a hop, the engine does.
 */
#include "tests/lib/test.h"

#include "engine/sched.h"
#include "engine/tunnel.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define GUE_PORT 6080

static const struct {
	const char *client, *vip, *other;
} inside[] = { { "198.51.100.7", "192.0.2.1", "192.0.2.99" }, { "2001:db8:c::7", "2001:db8::1", "2001:db8::99" } };

static const struct {
	const char *dip, *server, *peer;
} outside[] = { { "10.0.0.1", "10.0.0.11", "10.0.0.9" }, { "2001:db8:1::1", "2001:db8:1::11", "2001:db8:1::9" } };

static int set_up(void **state)
{
	int err = director_setup(state);
	struct director *director = *state;
	struct lvs_engine_settings settings = director->engine->settings;

	settings.dip4 = test_addr(outside[0].dip);
	settings.dip6 = test_addr(outside[1].dip);
	settings.reply_rate = 1000;
	director->headroom = 64;
	lvs_engine_configure(director->engine, &settings, director->now);
	return err;
}

/* In the place of the service that was there. */
static struct lvs_server *serve(struct director *director, int in6, int out6, const char *method, const char *type,
				enum lvs_tunnel_csum csum)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	const struct lvs_service_spec of = {
		.key = { .addr = test_addr(inside[in6].vip), .port = LVS_BE16(GUE_PORT), .proto = LVS_PROTO_UDP },
		.sched = lvs_sched_find("rr"),
	};
	struct lvs_server_spec spec = {
		.addr = test_addr(outside[out6].server), .port = LVS_BE16(GUE_PORT), .weight = 1,
		.forward = lvs_forward_find(method),
	};
	struct lvs_service *service = lvs_service_find(rules, &of.key);
	struct lvs_server *server;

	if (type)
		spec.tunnel = (struct lvs_tunnel_spec){ .type = lvs_tunnel_find(type)->index, .csum = (uint8_t)csum,
							.port = LVS_BE16(GUE_PORT) };
	if (service)
		lvs_service_remove(rules, service, director->now);
	director_wait(director, LVS_SECONDS(1800));
	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	return server;
}

/* To the port of tunnels itself, so that what is wrapped once more goes to the service, too. */
static struct build request(int ip6)
{
	return (struct build){ .src = inside[ip6].client, .dst = inside[ip6].vip, .sport = 4000, .dport = GUE_PORT,
			       .proto = LVS_PROTO_UDP, .payload = 9, .ttl = 47 };
}

/* @inner in a tunnel packet from @src to @dst, by the plainest rules; its block is freed */
static struct lvs_packet wrap(const char *type, const char *src, const char *dst, struct lvs_packet inner)
{
	const bool ip6 = inner.data[0] >> 4 == 6;
	uint8_t bytes[2048] = { 0 };
	struct build what = { .src = src, .dst = dst, .sport = 50000, .dport = GUE_PORT, .quote = bytes };
	size_t own = 4;
	struct lvs_packet packet;

	if (!strcmp(type, "ipip")) {
		what.proto = ip6 ? 41 : 4;
		own = 0;
	} else if (!strcmp(type, "gre")) {
		what.proto = 47;
		memcpy(bytes, ip6 ? "\0\0\x86\xdd" : "\0\0\x08\0", 4);
	} else {
		what.proto = LVS_PROTO_UDP;
		bytes[1] = ip6 ? 41 : 4;
	}
	memcpy(bytes + own, inner.data, inner.len);
	what.quote_bytes = own + inner.len;
	packet = build(&what);
	build_free(&inner);
	return packet;
}

typedef void way_fn(struct director *director, const char *type, enum lvs_tunnel_csum csum, int in6, int out6);

static void each_way(void **state, way_fn *fn)
{
	static const struct {
		const char *type;
		enum lvs_tunnel_csum csum;
	} types[] = {
		{ "ipip", LVS_TUNNEL_NOCSUM }, { "gre", LVS_TUNNEL_NOCSUM }, { "gre", LVS_TUNNEL_CSUM },
		{ "gue", LVS_TUNNEL_NOCSUM }, { "gue", LVS_TUNNEL_CSUM },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		for (int way = 0; way < 4; way++) {
			struct director *director = *state;

			serve(director, way & 1, way >> 1, "tunnel", types[i].type, types[i].csum);
			fn(director, types[i].type, types[i].csum, way & 1, way >> 1);
		}
	}
}

/* A client's packet as the director has wrapped it, in a block of its own. */
static struct lvs_packet wrapped(struct director *director, int in6)
{
	struct build what = request(in6);

	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	assert_int_equal(director->nout, 1);
	return build_raw(director->out[0].data, director->out[0].len);
}

static void expect_end(struct director *director, struct lvs_packet packet)
{
	uint32_t used = lvs_engine_conns(director->engine)->used;

	assert_int_equal(director_handle(director, packet), LVS_DROP_TUNNEL_LOOP);
	assert_int_equal(director->nout, 0);
	assert_int_equal(lvs_engine_conns(director->engine)->used, used);
}

static void return_to_sender(struct director *director, const char *type, enum lvs_tunnel_csum csum, int in6, int out6)
{
	static const char *const types[] = { "ipip", "gre", "gue" };

	(void)type;
	(void)csum;
	expect_end(director, wrapped(director, in6));
	for (size_t t = 0; t < ARRAY_LEN(types); t++) {
		/* Another director's server is ours, and its tunnel ends nowhere on the way: once, and three times. */
		struct lvs_packet packet = wrapped(director, in6);

		packet = wrap(types[t], outside[out6].peer, inside[in6 == out6 ? in6 : out6].other, packet);
		expect_end(director, build_raw(packet.data, packet.len));
		packet = wrap(types[t], outside[in6].peer, outside[in6].server, packet);
		packet = wrap(types[t], inside[in6].other, inside[in6].vip, packet);
		expect_end(director, packet);
	}
}

static void what_comes_back_ends(void **state)
{
	each_way(state, return_to_sender);
}

static void return_to_host(struct director *director, const char *type, enum lvs_tunnel_csum csum, int in6, int out6)
{
	struct lvs_engine_settings settings = director->engine->settings;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct build what = request(in6);
	struct lvs_packet packet;

	(void)csum;
	settings.dip4 = settings.dip6 = (struct lvs_addr){ .halves = { 0 } };
	lvs_engine_configure(director->engine, &settings, director->now);
	packet = wrap(type, outside[out6].dip, outside[out6].server, build(&what));
	assert_int_equal(director_handle(director, packet), LVS_DROP_NONE);
	for (uint32_t id = 1; id < rules->servers_len; id++)
		if (rules->servers[id] && rules->servers[id]->service)
			rules->servers[id]->source = test_addr(outside[out6].dip);
	expect_end(director, wrapped(director, in6));
	packet = wrap(type, outside[out6].dip, outside[out6].peer, build(&what));
	assert_int_equal(director_handle(director, packet), LVS_DROP_NONE);
}

static void what_the_host_lends_its_address_to_ends(void **state)
{
	each_way(state, return_to_host);
}

/* As if it had found the host's stack on its way, which has fragmented it. */
static void fragments_that_come_back_end(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, 0, 0, "tunnel", "gue", LVS_TUNNEL_NOCSUM);
	struct lvs_packet whole = wrapped(director, 0);
	struct build piece = { .src = outside[0].dip, .dst = outside[0].server, .sport = 50000, .dport = GUE_PORT,
			       .proto = LVS_PROTO_UDP, .quote = whole.data + 28, .quote_bytes = whole.len - 28, .id = 5,
			       .frag_bytes = 48 };

	assert_int_equal(director_take(director, &piece), LVS_DROP_TUNNEL_LOOP);
	piece.frag_offset = 48;
	piece.frag_bytes = 8 + piece.quote_bytes - 48;
	assert_int_equal(director_take(director, &piece), LVS_DROP_FRAG_FIRST_DROPPED);
	assert_int_equal(director->nout, 0);
	assert_non_null(server);
	build_free(&whole);
}

static void leave_others_alone(struct director *director, const char *type, enum lvs_tunnel_csum csum, int in6, int out6)
{
	struct build what = request(in6), elsewhere = what;
	struct lvs_packet packet, deep;

	(void)csum;
	elsewhere.dst = inside[in6].other;
	/* Another director's, to a server that is none of ours; ours, with somebody else's packet inside. */
	packet = wrap(type, outside[out6].peer, outside[out6].server, build(&what));
	assert_int_equal(director_handle(director, packet), LVS_DROP_NONE);
	packet = wrap(type, outside[out6].dip, outside[out6].server, build(&elsewhere));
	assert_int_equal(director_handle(director, packet), LVS_DROP_NONE);
	/* Cut in the header inside: it says nothing about anybody. */
	packet = wrap(type, outside[out6].dip, outside[out6].server, build(&what));
	deep = build_prefix(&packet, packet.len - what.payload - 8 - 4);
	build_free(&packet);
	if (out6) {
		deep.data[4] = 0;
		deep.data[5] = (uint8_t)(deep.len - 40);
	} else {
		deep.data[2] = 0;
		deep.data[3] = (uint8_t)deep.len;
		build_fix_ip4(deep.data);
	}
	assert_int_not_equal(director_handle(director, deep), LVS_DROP_TUNNEL_LOOP);
	/* Deeper than anybody looks. */
	packet = wrap(type, outside[out6].dip, outside[out6].server, build(&what));
	for (int i = 0; i < 4; i++)
		packet = wrap(type, outside[out6].peer, outside[out6].server, packet);
	assert_int_equal(director_handle(director, packet), LVS_DROP_NONE);
}

static void others_are_left_alone(void **state)
{
	each_way(state, leave_others_alone);
}

/* The field at @packet that routers count down. */
static uint8_t hops(const uint8_t *packet)
{
	return packet[0] >> 4 == 6 ? packet[7] : packet[8];
}

static void count_hops(struct director *director, bool apart)
{
	struct lvs_engine_settings settings = director->engine->settings;

	settings.decrement_ttl_apart = apart;
	lvs_engine_configure(director->engine, &settings, director->now);
}

static void count_in_tunnel(struct director *director, const char *type, enum lvs_tunnel_csum csum, int in6, int out6)
{
	static const uint8_t own[] = { [LVS_TUNNEL_NOCSUM] = 4, [LVS_TUNNEL_CSUM] = 8 };
	size_t header = (out6 ? 40u : 20u) + (!strcmp(type, "gue") ? 12u : !strcmp(type, "gre") ? own[csum] : 0u);
	struct build what = request(in6);
	struct lvs_packet got;

	for (int apart = 0; apart < 2; apart++) {
		count_hops(director, apart);
		got = wrapped(director, in6);
		assert_int_equal(hops(got.data), 47 - apart);
		what.ttl = (uint8_t)(47 - apart);
		build_expect("inside", &(struct lvs_packet){ .data = got.data + header, .len = got.len - (uint32_t)header },
			     build(&what));
		build_free(&got);
	}
	what.ttl = 1;
	assert_int_equal(director_take(director, &what), LVS_DROP_TTL);
	assert_int_equal(director->nout, 1);
	assert_int_equal(director->out[0].data[in6 ? 40 : 20], in6 ? 3 : 11);
}

static void tunnels_count_hops(void **state)
{
	each_way(state, count_in_tunnel);
}

static void neighbours_count_hops(void **state)
{
	struct director *director = *state;

	count_hops(director, true);
	for (int ip6 = 0; ip6 < 2; ip6++) {
		for (int one_packet = 0; one_packet < 2; one_packet++) {
			struct lvs_server *server = serve(director, ip6, ip6, "droute", NULL, 0);
			struct lvs_service_spec spec = server->service->spec;
			struct build what = request(ip6);

			spec.one_packet = one_packet;
			assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), server->service, &spec), 0);
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
			what.ttl = 46;
			director_expect(director, build(&what));
			/* Segments leave one by one. */
			what.ttl = 47;
			what.csum = BUILD_PARTIAL;
			what.gso_size = 100;
			what.payload = 250;
			assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
			assert_int_equal(director->nout, 3);
			for (size_t i = 0; i < 3; i++)
				assert_int_equal(hops(director->out[i].data), 46);
			what = request(ip6);
			what.ttl = 1;
			assert_int_equal(director_take(director, &what), LVS_DROP_TTL);
		}
	}
}

static void full_nat_counts_hops(void **state)
{
	static const char *const pool[] = { "10.0.0.64", "2001:db8:1::64" };
	struct director *director = *state;
	const struct lvs_addr addrs[] = { test_addr(pool[0]), test_addr(pool[1]) };

	assert_int_equal(lvs_engine_set_sources(director->engine, addrs, ARRAY_LEN(addrs), 5000, 5000), 0);
	count_hops(director, true);
	for (int way = 0; way < 4; way++) {
		int in6 = way & 1, out6 = way >> 1;
		struct build there = request(in6), late = there, seen = request(out6);
		struct build back = { .src = outside[out6].server, .dst = pool[out6], .sport = GUE_PORT, .dport = 5000,
				      .proto = LVS_PROTO_UDP, .payload = 9, .ttl = 47 };

		serve(director, in6, out6, "fullnat", NULL, 0);
		assert_int_equal(director_take(director, &there), LVS_DROP_NONE);
		assert_int_equal(director->nout, 1);
		assert_int_equal(hops(director->out[0].data), 46);
		seen.src = pool[out6];
		seen.dst = outside[out6].server;
		seen.sport = 5000;
		seen.ttl = 46;
		if (in6 == out6)
			director_expect(director, build(&seen));
		assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
		assert_int_equal(hops(director->out[0].data), 47);
		late.ttl = 1;
		assert_int_equal(director_take(director, &late), LVS_DROP_TTL);
		assert_int_equal(director->nout, 1);
		assert_int_equal(director->out[0].data[in6 ? 40 : 20], in6 ? 3 : 11);
	}
}

static void hosts_count_the_others(void **state)
{
	static const char *const methods[] = { "masq", "local" };
	struct director *director = *state;

	count_hops(director, true);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct lvs_server *server = serve(director, 0, 0, methods[i], NULL, 0);
		struct build what = request(0);

		what.sport = (uint16_t)(5000 + i);
		lvs_vip_set_local(lvs_engine_rules(director->engine), &server->service->spec.key.addr, true);
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		assert_int_equal(director->nout, 1);
		assert_int_equal(hops(director->out[0].data), 47);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_comes_back_ends, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(what_the_host_lends_its_address_to_ends, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(fragments_that_come_back_end, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(others_are_left_alone, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(tunnels_count_hops, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(neighbours_count_hops, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(full_nat_counts_hops, set_up, director_teardown),
		cmocka_unit_test_setup_teardown(hosts_count_the_others, set_up, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
