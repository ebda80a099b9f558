// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/forward.h"
#include "engine/origin.h"
#include "engine/sched.h"
#include "engine/service.h"
#include "engine/wire.h"

#define MANY 500

static const struct lvs_forward_ops one_way = { .name = "one_way", .replies = false, .maps_port = true };

static int setup(void **state)
{
	static struct lvs_rules rules;
	const struct lvs_hash_key key = { 1, 2 };

	*state = &rules;
	return lvs_rules_init(&rules, &key);
}

static int teardown(void **state)
{
	lvs_rules_fini(*state);
	return 0;
}

static struct lvs_service *serve(struct lvs_rules *rules, uint8_t proto, const char *vip, uint16_t port)
{
	struct lvs_service_spec spec = { .key = { .addr = test_addr(vip), .port = LVS_BE16(port), .proto = proto },
					 .sched = lvs_sched_find("rr"), .persist = { .timeout = port ? 0 : 300 } };
	struct lvs_service *service = NULL;

	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	return service;
}

static struct lvs_server *put(struct lvs_rules *rules, struct lvs_service *service, const char *rip, uint16_t port)
{
	struct lvs_server_spec spec = { .addr = test_addr(rip), .port = LVS_BE16(port), .weight = 1,
					.forward = lvs_forward_find("masq") };
	struct lvs_server *server = NULL;

	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	return server;
}

static struct lvs_server *behind(const struct lvs_rules *rules, const char *addr, uint16_t port, uint8_t proto)
{
	const struct lvs_addr from = test_addr(addr);

	return lvs_server_behind(rules, &from, LVS_BE16(port), proto);
}

static bool have(const struct lvs_rules *rules, const char *addr)
{
	const struct lvs_addr host = test_addr(addr);

	return lvs_origins_have(rules, &host);
}

static void a_server_is_found_by_its_whole_name(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_server *web = put(rules, serve(rules, LVS_PROTO_TCP, "192.0.2.1", 80), "10.0.0.1", 8080);
	struct lvs_server *dns = put(rules, serve(rules, LVS_PROTO_UDP, "192.0.2.1", 53), "10.0.0.1", 8080);
	struct lvs_server *six = put(rules, serve(rules, LVS_PROTO_TCP, "2001:db8::1", 80), "2001:db8:1::1", 8080);
	const struct {
		const char *addr;
		uint16_t port;
		uint8_t proto;
		struct lvs_server *expect;
	} rows[] = {
		{ "10.0.0.1", 8080, LVS_PROTO_TCP, web },
		{ "10.0.0.1", 8080, LVS_PROTO_UDP, dns },
		{ "10.0.0.1", 8080, LVS_PROTO_SCTP, NULL },
		{ "2001:db8:1::1", 8080, LVS_PROTO_TCP, six },
		{ "2001:db8:1::1", 8080, LVS_PROTO_UDP, NULL },
		{ "10.0.0.1", 80, LVS_PROTO_TCP, NULL },
		{ "10.0.0.2", 8080, LVS_PROTO_TCP, NULL },
		{ "192.0.2.1", 80, LVS_PROTO_TCP, NULL },
		{ "10.0.0.1", 0, LVS_PROTO_TCP, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (behind(rules, rows[i].addr, rows[i].port, rows[i].proto) != rows[i].expect)
			fail_msg("%s:%u, protocol %u", rows[i].addr, rows[i].port, rows[i].proto);
}

static void shared_servers_come_in_the_order_of_their_services(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *services[3];
	struct lvs_server *servers[3], *at;

	for (uint16_t i = 0; i < 3; i++)
		services[i] = serve(rules, LVS_PROTO_TCP, "192.0.2.1", (uint16_t)(80 + i));
	for (size_t i = 3; i-- > 0;)
		servers[i] = put(rules, services[i], "10.0.0.1", 8080);
	put(rules, services[0], "10.0.0.2", 8080);
	at = behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP);
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(at, servers[i]);
		at = lvs_server_behind_next(rules, at, LVS_BE16(8080), LVS_PROTO_TCP);
	}
	assert_null(at);

	lvs_server_remove(rules, servers[0], 0);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), servers[1]);
	assert_ptr_equal(put(rules, services[0], "10.0.0.1", 8080), servers[0]);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), servers[0]);
	lvs_service_remove(rules, services[0], 0);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), servers[1]);
	assert_null(behind(rules, "10.0.0.2", 8080, LVS_PROTO_TCP));
	services[0] = serve(rules, LVS_PROTO_TCP, "192.0.2.1", 80);
	put(rules, services[0], "10.0.0.1", 8080);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), servers[1]);
}

static void who_has_that_very_port_comes_first(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_server *any = put(rules, serve(rules, LVS_PROTO_TCP, "192.0.2.1", 0), "10.0.0.1", 0);
	struct lvs_server *web = put(rules, serve(rules, LVS_PROTO_TCP, "192.0.2.1", 80), "10.0.0.1", 8080);

	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), web);
	assert_ptr_equal(lvs_server_behind_next(rules, web, LVS_BE16(8080), LVS_PROTO_TCP), any);
	assert_null(lvs_server_behind_next(rules, any, LVS_BE16(8080), LVS_PROTO_TCP));
	assert_ptr_equal(behind(rules, "10.0.0.1", 22, LVS_PROTO_TCP), any);
	assert_ptr_equal(behind(rules, "10.0.0.1", 0, LVS_PROTO_TCP), any);
	assert_null(lvs_server_behind_next(rules, any, 0, LVS_PROTO_TCP));
	lvs_server_remove(rules, any, 0);
	assert_null(behind(rules, "10.0.0.1", 22, LVS_PROTO_TCP));
}

static void a_port_of_the_clients_choice_is_one_of_the_services(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service_spec spec = { .key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .ranged = true,
						  .proto = LVS_PROTO_TCP },
					 .ports = { 2, { { 80, 80 }, { 8000, 8010 } } }, .sched = lvs_sched_find("rr") };
	struct lvs_service *listed, *single = serve(rules, LVS_PROTO_TCP, "192.0.2.2", 443);
	struct lvs_server *server, *other = put(rules, single, "10.0.0.1", 0);

	assert_int_equal(lvs_service_add(rules, &spec, &listed), 0);
	server = put(rules, listed, "10.0.0.1", 0);
	assert_ptr_equal(behind(rules, "10.0.0.1", 80, LVS_PROTO_TCP), server);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8000, LVS_PROTO_TCP), server);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8010, LVS_PROTO_TCP), server);
	assert_ptr_equal(behind(rules, "10.0.0.1", 443, LVS_PROTO_TCP), other);
	assert_null(behind(rules, "10.0.0.1", 81, LVS_PROTO_TCP));
	assert_null(behind(rules, "10.0.0.1", 8011, LVS_PROTO_TCP));
}

static void only_servers_whose_replies_come_back_count(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_server *first = put(rules, serve(rules, LVS_PROTO_TCP, "192.0.2.1", 80), "10.0.0.1", 8080);
	struct lvs_server *second = put(rules, serve(rules, LVS_PROTO_TCP, "192.0.2.2", 80), "10.0.0.1", 8080);
	struct lvs_server_spec spec = first->spec;

	spec.forward = &one_way;
	assert_int_equal(lvs_server_edit(rules, first, &spec), 0);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), second);
	lvs_service_remove(rules, second->service, 0);
	assert_null(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP));
	spec.forward = lvs_forward_find("masq");
	assert_int_equal(lvs_server_edit(rules, first, &spec), 0);
	assert_ptr_equal(behind(rules, "10.0.0.1", 8080, LVS_PROTO_TCP), first);
}

/* Chains are doubled several times over; every second server goes again. */
static void many_servers_are_all_found(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *service = serve(rules, LVS_PROTO_TCP, "192.0.2.1", 80);
	struct lvs_server *servers[MANY];
	char rip[32];

	for (unsigned int i = 0; i < MANY; i++) {
		(void)snprintf(rip, sizeof(rip), "10.0.%u.%u", i / 250, i % 250 + 1);
		servers[i] = put(rules, service, rip, (uint16_t)(1 + i % 7));
	}
	assert_int_equal(rules->origins.n, MANY);
	assert_true(rules->origins.nheads >= MANY);
	for (unsigned int i = 0; i < MANY; i += 2)
		lvs_server_remove(rules, servers[i], 0);
	assert_int_equal(rules->origins.n, MANY / 2);
	for (unsigned int i = 0; i < MANY; i++) {
		(void)snprintf(rip, sizeof(rip), "10.0.%u.%u", i / 250, i % 250 + 1);
		assert_int_equal(have(rules, rip), i % 2);
		assert_ptr_equal(behind(rules, rip, (uint16_t)(1 + i % 7), LVS_PROTO_TCP), i % 2 ? servers[i] : NULL);
	}
	lvs_service_remove(rules, service, 0);
	assert_int_equal(rules->origins.n, 0);
}

static void an_address_is_known_as_long_as_a_server_has_it(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *web = serve(rules, LVS_PROTO_TCP, "192.0.2.1", 80), *dns = serve(rules, LVS_PROTO_UDP, "2001:db8::53", 53);
	struct lvs_server *first = put(rules, web, "10.0.0.1", 8080);

	put(rules, web, "10.0.0.1", 8081);
	put(rules, dns, "2001:db8::1", 53);
	assert_true(have(rules, "10.0.0.1"));
	assert_true(have(rules, "2001:db8::1"));
	assert_false(have(rules, "10.0.0.2"));
	lvs_server_remove(rules, first, 0);
	assert_true(have(rules, "10.0.0.1"));
	lvs_service_remove(rules, web, 0);
	assert_false(have(rules, "10.0.0.1"));
	lvs_service_remove(rules, dns, 0);
	assert_false(have(rules, "2001:db8::1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_server_is_found_by_its_whole_name, setup, teardown),
		cmocka_unit_test_setup_teardown(shared_servers_come_in_the_order_of_their_services, setup, teardown),
		cmocka_unit_test_setup_teardown(who_has_that_very_port_comes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(a_port_of_the_clients_choice_is_one_of_the_services, setup, teardown),
		cmocka_unit_test_setup_teardown(only_servers_whose_replies_come_back_count, setup, teardown),
		cmocka_unit_test_setup_teardown(many_servers_are_all_found, setup, teardown),
		cmocka_unit_test_setup_teardown(an_address_is_known_as_long_as_a_server_has_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
