// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/director.h"

static const struct family {
	const char *client, *vip, *server;
} families[] = {
	{ "203.0.113.5", "192.0.2.10", "10.0.0.11" },
	{ "2001:db8:9::5", "2001:db8::10", "2001:db8:1::11" },
};

static struct build esp(uint8_t proto, const char *src, const char *dst)
{
	return (struct build){ .src = src, .dst = dst, .proto = proto, .payload = 60, .first = 3 };
}

static enum lvs_drop exchange(struct director *director, const struct family *f, uint16_t port)
{
	return director_take(director, &(struct build){ .src = f->client, .sport = port, .dst = f->vip, .dport = port,
							.proto = LVS_PROTO_UDP, .payload = 8 });
}

static void follows_the_key_exchange(void **state)
{
	static const uint16_t ports[] = { 500, 4500 };
	static const uint8_t protos[] = { LVS_PROTO_ESP, LVS_PROTO_AH };
	struct director *director = *state;

	for (size_t i = 0; i < 8; i++) {
		const struct family *f = &families[i / 4];
		uint16_t port = ports[i / 2 % 2];
		struct build there = esp(protos[i % 2], f->client, f->vip), back = esp(protos[i % 2], f->server, f->client);
		struct build arrived = esp(protos[i % 2], f->client, f->server), returned = esp(protos[i % 2], f->vip, f->client);
		struct lvs_server *server = director_serve(director, LVS_PROTO_UDP, f->vip, port, f->server, port);

		assert_int_equal(director_take(director, &there), LVS_DROP_PROTO_UNSUPPORTED);
		assert_int_equal(exchange(director, f, port), LVS_DROP_NONE);
		assert_int_equal(director_take(director, &there), LVS_DROP_NONE);
		director_expect(director, build(&arrived));
		assert_int_equal(director_take(director, &back), LVS_DROP_NONE);
		director_expect(director, build(&returned));
		assert_int_equal(server->counters.in_packets, 2 * (i % 2 + 1));	/* the server comes back with its counters */
		assert_int_equal(server->counters.out_packets, i % 2 + 1);
		assert_int_equal(server->counters.conns, i % 2 + 1);
		director_wait(director, LVS_SECONDS(301));
		lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	}
}

static void keeps_the_exchange_alive(void **state)
{
	struct director *director = *state;
	const struct family *f = &families[0];
	struct build there = esp(LVS_PROTO_ESP, f->client, f->vip);

	director_serve(director, LVS_PROTO_UDP, f->vip, 500, f->server, 500);
	assert_int_equal(exchange(director, f, 500), LVS_DROP_NONE);
	for (unsigned int i = 0; i < 4; i++) {
		director_wait(director, LVS_SECONDS(290));
		assert_int_equal(director_take(director, &there), LVS_DROP_NONE);
	}
	director_wait(director, LVS_SECONDS(301));
	assert_int_equal(director_take(director, &there), LVS_DROP_PROTO_UNSUPPORTED);
}

static void others_do_not(void **state)
{
	struct director *director = *state;
	const struct family *f = &families[0];
	struct build gre = esp(47, f->client, f->vip), stranger = esp(LVS_PROTO_ESP, "203.0.113.6", f->vip);
	struct build elsewhere = esp(LVS_PROTO_ESP, f->client, "198.51.100.1"), piece = esp(LVS_PROTO_ESP, f->client, f->vip);

	piece.frag_bytes = 24;
	director_serve(director, LVS_PROTO_UDP, f->vip, 500, f->server, 500);
	assert_int_equal(exchange(director, f, 500), LVS_DROP_NONE);
	assert_int_equal(director_take(director, &gre), LVS_DROP_PROTO_UNSUPPORTED);
	assert_int_equal(director_take(director, &stranger), LVS_DROP_PROTO_UNSUPPORTED);
	assert_int_equal(director_take(director, &piece), LVS_DROP_PROTO_UNSUPPORTED);
	assert_int_equal(director_take(director, &elsewhere), LVS_DROP_NONE);
	director_expect(director, build(&elsewhere));
}

static void waits_for_a_removed_server(void **state)
{
	struct director *director = *state;
	const struct family *f = &families[0];
	struct build there = esp(LVS_PROTO_ESP, f->client, f->vip);
	struct lvs_server *server = director_serve(director, LVS_PROTO_UDP, f->vip, 500, f->server, 500);

	assert_int_equal(exchange(director, f, 500), LVS_DROP_NONE);
	lvs_server_remove(lvs_engine_rules(director->engine), server, director->now);
	assert_int_equal(director_take(director, &there), LVS_DROP_SERVER_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, director_setup, director_teardown)
		TEST(follows_the_key_exchange),
		TEST(keeps_the_exchange_alive),
		TEST(others_do_not),
		TEST(waits_for_a_removed_server),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
