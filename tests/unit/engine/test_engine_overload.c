// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets and time are what makes a server overloaded, and what ends it. */
#include "tests/lib/test.h"

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

static struct lvs_server *serve(struct director *director, uint8_t proto, uint32_t upper, uint32_t lower)
{
	struct lvs_server *server = director_serve(director, proto, "192.0.2.1", 80, "10.0.0.11", 8080);
	struct lvs_server_spec spec = server->spec;

	spec.upper = upper;
	spec.lower = lower;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	return server;
}

static enum lvs_drop client(struct director *director, uint8_t proto, uint16_t port, uint8_t tcp_flags)
{
	const struct build what = { .src = "198.51.100.7", .dst = "192.0.2.1", .sport = port, .dport = 80, .proto = proto,
				    .tcp_flags = tcp_flags };

	return director_take(director, &what);
}

static void a_full_server_takes_no_more_until_some_have_ended(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, LVS_PROTO_UDP, 4, 0);
	const struct build ping = { .src = "198.51.100.7", .dst = "192.0.2.1", .proto = 1, .icmp_type = 8, .payload = 8 };

	for (uint16_t port = 1; port <= 4; port++) {
		assert_int_equal(client(director, LVS_PROTO_UDP, port, 0), LVS_DROP_NONE);
		director_wait(director, LVS_SECONDS(50));
	}
	assert_true(server->overload);
	assert_int_equal(client(director, LVS_PROTO_UDP, 5, 0), LVS_DROP_NO_SERVER);
	assert_int_equal(director->nout, 1);	/* port unreachable */
	assert_int_equal(client(director, LVS_PROTO_UDP, 4, 0), LVS_DROP_NONE);
	/* It is busy, but there. */
	assert_int_equal(director_take(director, &ping), LVS_DROP_NONE);
	assert_int_equal(director->nout, 1);

	/* Port 1's connection ends after 300 s, and three are not less than three quarters of four. */
	director_wait(director, LVS_SECONDS(110));
	assert_int_equal(server->inactive, 3);
	assert_int_equal(client(director, LVS_PROTO_UDP, 5, 0), LVS_DROP_NO_SERVER);
	director_wait(director, LVS_SECONDS(50));
	assert_int_equal(server->inactive, 2);
	assert_int_equal(client(director, LVS_PROTO_UDP, 5, 0), LVS_DROP_NONE);
}

static void closed_connections_count_until_they_are_forgotten(void **state)
{
	struct director *director = *state;
	struct lvs_server *server = serve(director, LVS_PROTO_TCP, 2, 2);

	assert_int_equal(client(director, LVS_PROTO_TCP, 1, LVS_TCP_SYN), LVS_DROP_NONE);
	assert_int_equal(client(director, LVS_PROTO_TCP, 2, LVS_TCP_SYN), LVS_DROP_NONE);
	assert_int_equal(server->active, 2);
	assert_int_equal(client(director, LVS_PROTO_TCP, 3, LVS_TCP_SYN), LVS_DROP_NO_SERVER);
	assert_int_equal(client(director, LVS_PROTO_TCP, 1, LVS_TCP_FIN | LVS_TCP_ACK), LVS_DROP_NONE);
	assert_int_equal(server->active, 1);
	assert_int_equal(server->inactive, 1);
	assert_int_equal(client(director, LVS_PROTO_TCP, 3, LVS_TCP_SYN), LVS_DROP_NO_SERVER);
	director_wait(director, LVS_SECONDS(130));
	assert_int_equal(server->active + server->inactive, 0);
	assert_int_equal(client(director, LVS_PROTO_TCP, 3, LVS_TCP_SYN), LVS_DROP_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_full_server_takes_no_more_until_some_have_ended, director_setup,
						director_teardown),
		cmocka_unit_test_setup_teardown(closed_connections_count_until_they_are_forgotten, director_setup,
						director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
