// SPDX-License-Identifier: GPL-2.0-or-later
/* Servers on the director itself, whole bytes: what comes out is what came in. */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define VPORT 80

static const struct {
	const char *client, *vip, *server;
} families[] = {
	{ "198.51.100.7", "192.0.2.1", "127.0.0.1" },
	{ "2001:db8:c::7", "2001:db8::1", "::1" },
};

static struct lvs_server *serve(struct director *director, int ip6)
{
	struct lvs_server *server = director_serve(director, LVS_PROTO_TCP, families[ip6].vip, VPORT, families[ip6].server, VPORT);
	struct lvs_server_spec spec = server->spec;

	spec.forward = lvs_forward_find("local");
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	return server;
}

static struct build request(int ip6)
{
	return (struct build){ .src = families[ip6].client, .dst = families[ip6].vip, .sport = 40000, .dport = VPORT,
			       .proto = LVS_PROTO_TCP, .tcp_flags = LVS_TCP_SYN, .payload = 7, .id = 77 };
}

static void local_is_for_addresses_of_the_host(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);

	for (int ip6 = 0; ip6 < 2; ip6++) {
		struct lvs_addr vip = test_addr(families[ip6].vip);
		struct build what = request(ip6);
		struct lvs_server *server = serve(director, ip6);

		assert_int_equal(director_take(director, &what), LVS_DROP_NOT_LOCAL);
		assert_int_equal(server->active + server->inactive, 0);
		lvs_vip_set_local(rules, &vip, true);
		what.csum = BUILD_PARTIAL;
		assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
		director_expect(director, build(&what));
		assert_int_equal(server->active, 1);
	}
}

/* A super-packet stays one: the host takes it as any other. */
static void super_packets_stay_whole(void **state)
{
	struct director *director = *state;
	struct lvs_addr vip = test_addr(families[0].vip);
	struct build what = request(0);

	serve(director, 0);
	lvs_vip_set_local(lvs_engine_rules(director->engine), &vip, true);
	what.csum = BUILD_PARTIAL;
	what.gso_size = 1001;
	what.payload = 2500;
	assert_int_equal(director_take(director, &what), LVS_DROP_NONE);
	director_expect(director, build(&what));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(local_is_for_addresses_of_the_host, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(super_packets_stay_whole, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
