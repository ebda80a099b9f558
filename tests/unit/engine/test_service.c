// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>

#include "engine/forward.h"
#include "engine/sched.h"
#include "engine/service.h"

static struct lvs_service_spec service_spec(const char *addr, uint16_t port, const char *sched)
{
	return (struct lvs_service_spec){ .key = { .addr = test_addr(addr), .port = LVS_BE16(port), .proto = 6 },
					  .sched = lvs_sched_find(sched) };
}

static struct lvs_server_spec server_spec(const char *addr, uint16_t port, uint32_t weight)
{
	return (struct lvs_server_spec){ .addr = test_addr(addr), .port = LVS_BE16(port), .weight = weight,
					 .forward = lvs_forward_find("masq") };
}

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

static struct lvs_service *add_service(struct lvs_rules *rules, const char *addr, uint16_t port)
{
	struct lvs_service_spec spec = service_spec(addr, port, "rr");
	struct lvs_service *service = NULL;

	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	return service;
}

static struct lvs_server *add_server(struct lvs_rules *rules, struct lvs_service *service, const char *addr, uint32_t weight)
{
	struct lvs_server_spec spec = server_spec(addr, 80, weight);
	struct lvs_server *server = NULL;

	assert_int_equal(lvs_server_add(rules, service, &spec, &server), 0);
	return server;
}

static void services_are_found_by_their_whole_name(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *web = add_service(rules, "192.0.2.1", 80), *tls = add_service(rules, "192.0.2.1", 443);
	struct lvs_service *six = add_service(rules, "2001:db8::1", 80);
	struct lvs_service_key key = web->spec.key;

	assert_ptr_equal(lvs_service_find(rules, &key), web);
	key.port = LVS_BE16(443);
	assert_ptr_equal(lvs_service_find(rules, &key), tls);
	key.proto = 17;
	assert_null(lvs_service_find(rules, &key));
	assert_ptr_equal(lvs_service_find(rules, &six->spec.key), six);
}

static const struct {
	const char *what;
	const char *addr;
	uint16_t port;
	uint8_t proto;
	int expect;
} bad_services[] = {
	{ "twice", "192.0.2.1", 80, 6, -EEXIST },
	{ "port 0", "192.0.2.2", 0, 6, -EINVAL },
	{ "no such protocol", "192.0.2.2", 80, 99, -EINVAL },
	{ "any address", "0.0.0.0", 80, 6, -EINVAL },
	{ "multicast", "224.0.0.1", 80, 6, -EINVAL },
	{ "multicast", "ff02::1", 80, 6, -EINVAL },
	{ "class E", "240.0.0.1", 80, 6, -EINVAL },
};

static void bad_services_are_refused(void **state)
{
	struct lvs_rules *rules = *state;

	add_service(rules, "192.0.2.1", 80);
	for (size_t i = 0; i < ARRAY_LEN(bad_services); i++) {
		struct lvs_service_spec spec = service_spec(bad_services[i].addr, bad_services[i].port, "rr");
		struct lvs_service *service = NULL;

		spec.key.proto = bad_services[i].proto;
		if (lvs_service_add(rules, &spec, &service) != bad_services[i].expect)
			fail_msg("%s: not refused", bad_services[i].what);
		assert_null(service);
	}
	assert_int_equal(rules->nservices, 1);
}

static void a_vip_lives_as_long_as_its_last_service(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *web = add_service(rules, "192.0.2.1", 80), *tls = add_service(rules, "192.0.2.1", 443);
	struct lvs_addr addr = test_addr("192.0.2.1");
	struct lvs_server *server;

	assert_non_null(lvs_vip_find(rules, &addr));
	assert_false(lvs_rules_live(rules, &addr));
	server = add_server(rules, tls, "10.0.0.1", 0);
	assert_false(lvs_rules_live(rules, &addr));
	server->spec.weight = 1;
	assert_true(lvs_rules_live(rules, &addr));
	lvs_service_remove(rules, web, 0);
	assert_non_null(lvs_vip_find(rules, &addr));
	lvs_service_remove(rules, tls, 0);
	assert_null(lvs_vip_find(rules, &addr));
}

static void servers_stand_newest_first(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *service = add_service(rules, "192.0.2.1", 80);
	struct lvs_server *a = add_server(rules, service, "10.0.0.1", 1), *b = add_server(rules, service, "10.0.0.2", 1);
	struct lvs_server *c = add_server(rules, service, "10.0.0.3", 1);

	assert_ptr_equal(service->servers[0], c);
	assert_ptr_equal(service->servers[2], a);
	lvs_server_remove(rules, b, 0);
	assert_int_equal(service->nservers, 2);
	assert_ptr_equal(service->servers[0], c);
	assert_ptr_equal(service->servers[1], a);
}

static void bad_servers_are_refused(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *service = add_service(rules, "192.0.2.1", 80);
	const struct {
		struct lvs_server_spec spec;
		int expect;
	} rows[] = {
		{ server_spec("10.0.0.1", 80, 1), -EEXIST },
		{ server_spec("2001:db8::1", 80, 1), -EINVAL },
		{ server_spec("224.0.0.1", 80, 1), -EINVAL },
		{ server_spec("10.0.0.2", 80, LVS_WEIGHT_MAX + 1), -EINVAL },
	};

	add_server(rules, service, "10.0.0.1", 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_server *server = NULL;

		assert_int_equal(lvs_server_add(rules, service, &rows[i].spec, &server), rows[i].expect);
		assert_null(server);
	}
	assert_int_equal(service->nservers, 1);
}

static void a_server_that_comes_back_is_the_same(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *service = add_service(rules, "192.0.2.1", 80), *other = add_service(rules, "192.0.2.2", 80);
	struct lvs_server *server = add_server(rules, service, "10.0.0.1", 5);
	uint32_t id = server->id;

	server->active = 3;
	server->counters.conns = 77;
	lvs_server_remove(rules, server, LVS_SECONDS(1));
	assert_null(lvs_server_at(rules, id)->service);
	assert_int_not_equal(add_server(rules, other, "10.0.0.1", 1)->id, id);	/* another service's is another */
	server = add_server(rules, service, "10.0.0.1", 2);
	assert_int_equal(server->id, id);
	assert_int_equal(server->active, 3);
	assert_int_equal(server->counters.conns, 77);
	assert_int_equal(server->spec.weight, 2);
	server->active = 0;

	lvs_service_remove(rules, service, LVS_SECONDS(2));
	service = add_service(rules, "192.0.2.1", 80);
	assert_int_equal(add_server(rules, service, "10.0.0.1", 1)->id, id);	/* even when its service came back too */
}

static void a_removed_server_is_kept_while_connections_name_it(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *service = add_service(rules, "192.0.2.1", 80);
	struct lvs_server *server = add_server(rules, service, "10.0.0.1", 1);
	uint32_t id = server->id;

	assert_true(lvs_rules_expire(rules, 0) == LVS_NS_NEVER);
	server->inactive = 1;
	lvs_server_remove(rules, server, 0);
	assert_true(lvs_rules_expire(rules, LVS_SECONDS(1000)) < LVS_NS_NEVER);
	assert_ptr_equal(lvs_server_at(rules, id), server);
	server->inactive = 0;
	lvs_rules_expire(rules, LVS_SECONDS(119));
	assert_ptr_equal(lvs_server_at(rules, id), server);
	assert_true(lvs_rules_expire(rules, LVS_SECONDS(121)) == LVS_NS_NEVER);
	assert_null(lvs_server_at(rules, id));
	assert_int_equal(add_server(rules, service, "10.0.0.9", 1)->id, id);	/* the number is free again */
}

static void thousands_of_services_stay_findable(void **state)
{
	struct lvs_rules *rules = *state;
	char addr[32];

	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(addr, sizeof(addr), "198.18.%u.%u", i / 250, 1 + i % 250);
		add_server(rules, add_service(rules, addr, 80), "10.0.0.1", 1);
	}
	for (unsigned int i = 0; i < 5000; i += 2) {
		struct lvs_service_key key = { .port = LVS_BE16(80), .proto = 6 };

		snprintf(addr, sizeof(addr), "198.18.%u.%u", i / 250, 1 + i % 250);
		key.addr = test_addr(addr);
		lvs_service_remove(rules, lvs_service_find(rules, &key), 0);
		assert_null(lvs_service_find(rules, &key));
	}
	assert_int_equal(rules->nservices, 2500);
	assert_int_equal(rules->ntrash, 2500);
}

static void another_scheduler_knows_the_servers(void **state)
{
	struct lvs_rules *rules = *state;
	struct lvs_service *service = add_service(rules, "192.0.2.1", 80);
	struct lvs_service_spec spec = service->spec;
	const struct lvs_tuple tuple = { .proto = 6 };

	add_server(rules, service, "10.0.0.1", 1);
	add_server(rules, service, "10.0.0.2", 3);
	for (size_t i = 0; lvs_scheds[i]; i++) {
		spec.sched = lvs_scheds[i];
		assert_int_equal(lvs_service_edit(rules, service, &spec), 0);
		assert_non_null(service->spec.sched->pick(service, &tuple, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(services_are_found_by_their_whole_name, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_services_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_vip_lives_as_long_as_its_last_service, setup, teardown),
		cmocka_unit_test_setup_teardown(servers_stand_newest_first, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_servers_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_that_comes_back_is_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(a_removed_server_is_kept_while_connections_name_it, setup, teardown),
		cmocka_unit_test_setup_teardown(thousands_of_services_stay_findable, setup, teardown),
		cmocka_unit_test_setup_teardown(another_scheduler_knows_the_servers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
