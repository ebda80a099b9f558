// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A service with a list of ports, whole packets: 192.0.2.10, TCP 80 and 8000 to 8999, before 10.0.0.11, which has the port
 * that the client asked for, and 10.0.0.12:8080.
 */
#include "tests/lib/test.h"

#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* what is left out is 0 */

static const struct lvs_service_spec of = {
	.key = { .port = LVS_BE16(80), .proto = LVS_PROTO_TCP, .ranged = true },
	.ports = { 2, { { 80, 80 }, { 8000, 8999 } } },
};

static struct lvs_service *serve(struct director *director)
{
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec spec = of;
	struct lvs_service *service;

	spec.key.addr = test_addr("192.0.2.10");
	spec.sched = lvs_sched_find("rr");
	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	return service;
}

static void add_server(struct director *director, struct lvs_service *service, const char *addr, uint16_t port)
{
	struct lvs_server_spec spec = { .addr = test_addr(addr), .port = LVS_BE16(port), .weight = 1,
					.forward = lvs_forward_find("masq") };
	struct lvs_server *server;

	assert_int_equal(lvs_server_add(lvs_engine_rules(director->engine), service, &spec, &server), 0);
}

#define CLIENT(port) { .src = "198.51.100.7", .sport = 40000, .dst = "192.0.2.10", .dport = port }

static void a_server_gets_its_own_port_or_the_one_asked_for(void **state)
{
	static const struct row {
		uint16_t port;
		const char *server;
		uint16_t at;
	} rows[] = { { 80, "10.0.0.12", 8080 }, { 8000, "10.0.0.11", 8000 }, { 8999, "10.0.0.12", 8080 }, { 8500, "10.0.0.11", 8500 } };
	struct director *director = *state;
	struct lvs_service *service = serve(director);

	add_server(director, service, "10.0.0.11", 0);
	add_server(director, service, "10.0.0.12", 8080);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct build syn = CLIENT(rows[i].port), reply;

		syn.tcp_flags = LVS_TCP_SYN;
		syn.sport = (uint16_t)(40000 + i);
		assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
		syn.dst = rows[i].server;
		syn.dport = rows[i].at;
		director_expect(director, build(&syn));
		reply = (struct build){ .src = rows[i].server, .sport = rows[i].at, .dst = "198.51.100.7", .dport = syn.sport,
					.tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK };
		assert_int_equal(director_take(director, &reply), LVS_DROP_NONE);
		reply.src = "192.0.2.10";
		reply.sport = rows[i].port;
		director_expect(director, build(&reply));
	}
}

static void what_no_connection_waits_for_is_refused_as_on_any_port(void **state)
{
	struct build listed = CLIENT(8500), behind = CLIENT(9000), syn = CLIENT(8500);
	struct director *director = *state;
	struct lvs_service *service = serve(director);

	add_server(director, service, "10.0.0.11", 0);
	listed.tcp_flags = LVS_TCP_ACK;
	assert_int_equal(director_take(director, &listed), LVS_DROP_NO_CONN);
	assert_int_equal(director->nout, 1);	/* a reset */
	behind.tcp_flags = LVS_TCP_SYN;
	assert_int_equal(director_take(director, &behind), LVS_DROP_NO_SERVICE);
	assert_int_equal(director->nout, 1);
	lvs_server_remove(lvs_engine_rules(director->engine), service->servers[0], director->now);
	syn.tcp_flags = LVS_TCP_SYN;
	assert_int_equal(director_take(director, &syn), LVS_DROP_NO_SERVER);
	assert_int_equal(director->nout, 1);	/* port unreachable */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, director_setup, director_teardown)
		TEST(a_server_gets_its_own_port_or_the_one_asked_for),
		TEST(what_no_connection_waits_for_is_refused_as_on_any_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
