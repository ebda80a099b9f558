// SPDX-License-Identifier: GPL-2.0-or-later
/* A server is down: nothing begins there any more, and what it has goes on while both ends like. */
#include "tests/lib/test.h"

#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"

/* The two families, and the servers of each. */
static const struct world {
	const char *vip, *client, *servers[2];
} worlds[] = {
	{ "192.0.2.1", "10.9.0.1", { "10.0.0.1", "10.0.0.2" } },
	{ "2001:db8::1", "2001:db8:9::1", { "2001:db8:1::1", "2001:db8:1::2" } },
};

static int setup(void **state)
{
	struct director *director;

	director_setup(state);
	director = *state;
	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		for (size_t k = 0; k < 2; k++) {
			director_serve(director, LVS_PROTO_TCP, worlds[i].vip, 80, worlds[i].servers[k], 8080);
			director_serve(director, LVS_PROTO_UDP, worlds[i].vip, 53, worlds[i].servers[k], 5300);
		}
	}
	return 0;
}

static struct lvs_service *service_of(struct director *director, const struct world *world, uint8_t proto)
{
	return lvs_service_find(lvs_engine_rules(director->engine), &(struct lvs_service_key){ .addr = test_addr(world->vip),
			.port = LVS_BE16(proto == LVS_PROTO_UDP ? 53 : 80), .proto = proto });
}

static void set_down(struct director *director, const struct world *world, uint8_t proto, size_t server, bool down)
{
	struct lvs_addr addr = test_addr(world->servers[server]);
	struct lvs_server *found = lvs_server_find(service_of(director, world, proto), &addr,
						   LVS_BE16(proto == LVS_PROTO_UDP ? 5300 : 8080));
	struct lvs_server_spec spec = found->spec;

	spec.weight = 5;
	spec.down = down;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), found, &spec), 0);
	assert_int_equal(found->spec.weight, down ? 0 : 5);
	assert_int_equal(found->last_weight, down ? 0 : 5);
}

static struct build from_client(const struct world *world, uint8_t proto, uint16_t cport, uint8_t flags)
{
	return (struct build){ .proto = proto, .src = world->client, .dst = world->vip, .sport = cport,
			       .dport = proto == LVS_PROTO_UDP ? 53 : 80, .tcp_flags = flags, .seq = 1000, .ack = 2000,
			       .window = 77, .payload = proto == LVS_PROTO_UDP ? 33 : 0 };
}

/* Return: which of @world's servers the client's packet went to, or 2 if to none */
static size_t sent_to(struct director *director, const struct build *what)
{
	const uint8_t *data;

	if (director_take(director, what) || director->nout != 1)
		return 2;
	data = director->out[0].data;
	return data[data[0] >> 4 == 6 ? 39 : 19] - 1u;
}

static size_t connected(struct director *director, const struct world *world, uint16_t cport)
{
	struct build what = from_client(world, LVS_PROTO_TCP, cport, LVS_TCP_SYN);
	size_t server = sent_to(director, &what);

	assert_in_range(server, 0, 1);
	what = (struct build){ .src = world->servers[server], .dst = world->client, .sport = 8080, .dport = cport,
			       .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK, .seq = 2000, .ack = 1001 };
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	what = from_client(world, LVS_PROTO_TCP, cport, LVS_TCP_ACK);
	assert_int_equal(sent_to(director, &what), server);
	return server;
}

static void nothing_begins_and_what_is_there_goes_on(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		size_t mine = connected(director, world, 1000);
		struct build syn = from_client(world, LVS_PROTO_TCP, 2000, LVS_TCP_SYN);
		struct build segment = from_client(world, LVS_PROTO_TCP, 1000, LVS_TCP_ACK | LVS_TCP_PSH);

		set_down(director, world, LVS_PROTO_TCP, mine, true);
		for (; syn.sport < 2010; syn.sport++)
			assert_int_equal(sent_to(director, &syn), 1 - mine);
		assert_int_equal(sent_to(director, &segment), mine);
		set_down(director, world, LVS_PROTO_TCP, 1 - mine, true);
		assert_int_equal(director_take(director, &syn), LVS_DROP_NO_SERVER);
		assert_int_equal(sent_to(director, &segment), mine);
		set_down(director, world, LVS_PROTO_TCP, mine, false);
		assert_int_equal(sent_to(director, &syn), mine);
	}
}

/* Who has not been answered yet knocks again, and gets another server. */
static void a_syn_sent_again_goes_elsewhere(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		struct build syn = from_client(world, LVS_PROTO_TCP, 3000, LVS_TCP_SYN);
		size_t first = sent_to(director, &syn);

		assert_in_range(first, 0, 1);
		assert_int_equal(sent_to(director, &syn), first);
		set_down(director, world, LVS_PROTO_TCP, first, true);
		assert_int_equal(sent_to(director, &syn), 1 - first);
		assert_int_equal(sent_to(director, &syn), 1 - first);
	}
}

static void datagrams_go_elsewhere_at_once(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		struct build datagram = from_client(world, LVS_PROTO_UDP, 4000, 0);
		size_t first = sent_to(director, &datagram);

		assert_in_range(first, 0, 1);
		assert_int_equal(sent_to(director, &datagram), first);
		set_down(director, world, LVS_PROTO_UDP, first, true);
		assert_int_equal(sent_to(director, &datagram), 1 - first);
		set_down(director, world, LVS_PROTO_UDP, first, false);
		assert_int_equal(sent_to(director, &datagram), 1 - first);
	}
}

static void persist(struct director *director, const struct world *world, bool keep)
{
	struct lvs_service *service = service_of(director, world, LVS_PROTO_TCP);
	struct lvs_service_spec spec = service->spec;

	spec.persist = (struct lvs_persist_spec){ .timeout = 1000, .stay = true, .keep = keep, .mask = lvs_persist_mask6(128) };
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), service, &spec), 0);
}

static void persistent_clients_leave_or_wait(void **state)
{
	struct director *director = *state;

	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		const struct world *world = &worlds[i];
		struct build syn = from_client(world, LVS_PROTO_TCP, 5000, LVS_TCP_SYN);
		size_t mine;

		persist(director, world, true);
		mine = connected(director, world, 1000);
		set_down(director, world, LVS_PROTO_TCP, mine, true);
		assert_int_equal(director_take(director, &syn), LVS_DROP_NO_SERVER);
		set_down(director, world, LVS_PROTO_TCP, mine, false);
		assert_int_equal(sent_to(director, &syn), mine);
		persist(director, world, false);
		set_down(director, world, LVS_PROTO_TCP, mine, true);
		syn.sport++;
		assert_int_equal(sent_to(director, &syn), 1 - mine);
		/* And stay where they are now. */
		set_down(director, world, LVS_PROTO_TCP, mine, false);
		syn.sport++;
		assert_int_equal(sent_to(director, &syn), 1 - mine);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, director_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_begins_and_what_is_there_goes_on),
		TEST(a_syn_sent_again_goes_elsewhere),
		TEST(datagrams_go_elsewhere_at_once),
		TEST(persistent_clients_leave_or_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
