// SPDX-License-Identifier: GPL-2.0-or-later
/* Whatever is set up either is complete or is not there, whichever of its allocations fails. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/classify.h"
#include "engine/sched.h"
#include "tests/lib/director.h"
#include "tests/lib/invariants.h"
#include "tests/lib/memory.h"

#define ATTEMPTS_MAX 50

static void an_engine(void **state)
{
	struct lvs_engine_options options = { .max_connections = 1, .fragments = lvs_fragment_limits_default };
	void *memory = aligned_alloc(64, (lvs_conn_table_bytes(1) + 63) / 64 * 64);
	unsigned int n = 0;
	bool failed;

	(void)state;
	assert_non_null(memory);
	memset(memory, 0, lvs_conn_table_bytes(1));
	options.memory = memory;
	do {
		struct lvs_engine *engine = NULL;
		int err;

		memory_fail_at(++n);
		err = lvs_engine_new(&options, 0, &engine);
		failed = memory_failed();
		assert_int_equal(err, failed ? -ENOMEM : 0);
		assert_int_equal(engine != NULL, !failed);
		lvs_engine_free(engine);
	} while (failed);
	assert_in_range(n, 5, ATTEMPTS_MAX);
	free(memory);
}

static struct lvs_service_spec service_spec(uint16_t port, const struct lvs_sched_ops *sched)
{
	return (struct lvs_service_spec){
		.key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(port), .proto = 6 }, .sched = sched,
	};
}

static struct lvs_server_spec server_spec(unsigned int n)
{
	struct lvs_server_spec spec = { .addr = test_addr("10.0.0.1"), .port = LVS_BE16(8080), .weight = 1,
					.forward = lvs_forward_find("masq") };

	spec.addr.bytes[15] = (uint8_t)n;
	return spec;
}

/* Growing the hash tables is the exception: without memory they stay small, and nobody is told. */
static void services(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);

	for (uint16_t port = 1; port <= 100; port++) {
		const struct lvs_service_spec spec = service_spec(port, lvs_scheds[port % 4]);
		struct lvs_service *service = NULL;
		unsigned int n = 0;
		bool failed;
		int err;

		do {
			memory_fail_at(++n);
			err = lvs_service_add(rules, &spec, &service);
			failed = memory_failed();
			if (err) {
				assert_true(failed);
				assert_int_equal(err, -ENOMEM);
				assert_null(lvs_service_find(rules, &spec.key));
				assert_int_equal(lvs_vip_find(rules, &spec.key.addr) != NULL, port > 1);
			}
			invariants_of_counts(director->engine);
			assert_in_range(n, 1, ATTEMPTS_MAX);
		} while (err);
		assert_ptr_equal(lvs_service_find(rules, &spec.key), service);
	}
	for (uint16_t port = 1; port <= 100; port++) {
		const struct lvs_service_spec spec = service_spec(port, lvs_scheds[0]);

		lvs_service_remove(rules, lvs_service_find(rules, &spec.key), 0);
	}
	assert_int_equal(rules->nservices, 0);
}

static void marks(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	const struct lvs_mark_rule list[] = {
		{ .mark = 1, .address = { test_addr("192.0.2.1"), 128 }, .ports = { 2, { { 1, 2 }, { 4, 5 } } } },
		{ .mark = 2, .address = { test_addr("192.0.2.0"), 120 } },
	};
	const struct lvs_addr own = test_addr("192.0.2.7");
	struct lvs_classifier *classifier = NULL;
	unsigned int n = 0;
	bool failed;
	int err;

	do {
		memory_fail_at(++n);
		err = lvs_classifier_new(list, ARRAY_LEN(list), &rules->key, &classifier);
		failed = memory_failed();
		assert_int_equal(err, failed ? -ENOMEM : 0);
		assert_int_equal(classifier != NULL, !failed);
	} while (failed);
	assert_in_range(n, 5, ATTEMPTS_MAX);
	assert_null(lvs_rules_set_classifier(rules, classifier));
	/* An address that could not be remembered is told again. */
	memory_fail_at(1);
	lvs_vip_set_local(rules, &own, true);
	assert_true(memory_failed());
	assert_int_equal(lvs_rules_owner(rules, &own), LVS_OWNER_DIRECTOR);
	lvs_vip_set_local(rules, &own, true);
	assert_int_equal(lvs_rules_owner(rules, &own), LVS_OWNER_HOST);
}

static void servers_of(struct director *director, const struct lvs_sched_ops *sched, uint16_t port)
{
	const struct lvs_service_spec of = service_spec(port, sched);
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	const struct lvs_tuple tuple = { .src = test_addr("10.9.0.1"), .dst = of.key.addr, .sport = LVS_BE16(1000),
					 .dport = of.key.port, .proto = 6 };
	struct lvs_service *service;

	assert_int_equal(lvs_service_add(rules, &of, &service), 0);
	for (uint32_t i = 1; i <= 100; i++) {
		const struct lvs_server_spec spec = server_spec(i);
		struct lvs_server *server = NULL;
		unsigned int n = 0;
		int err;

		do {
			memory_fail_at(++n);
			err = lvs_server_add(rules, service, &spec, &server);
			if (err) {
				assert_true(memory_failed());
				assert_int_equal(err, -ENOMEM);
				assert_int_equal(service->nservers, i - 1);
				assert_null(lvs_server_find(service, &spec.addr, spec.port));
			}
			(void)service->spec.sched->pick(service, &tuple, LVS_SECONDS(n));
			assert_in_range(n, 1, ATTEMPTS_MAX);
		} while (err);
		(void)memory_failed();
		assert_ptr_equal(service->servers[0], server);
		assert_ptr_equal(rules->servers[server->id], server);
	}
	invariants_of_counts(director->engine);
}

static void servers(void **state)
{
	for (uint16_t i = 0; lvs_scheds[i]; i++)
		servers_of(*state, lvs_scheds[i], (uint16_t)(1 + i));
}

static void another_scheduler(void **state)
{
	struct director *director = *state;
	struct lvs_rules *rules = lvs_engine_rules(director->engine);
	struct lvs_service_spec spec = service_spec(80, lvs_scheds[0]);
	struct lvs_service *service;
	struct lvs_server *server;

	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	for (unsigned int i = 1; i <= 5; i++) {
		const struct lvs_server_spec of = server_spec(i);

		assert_int_equal(lvs_server_add(rules, service, &of, &server), 0);
	}
	for (size_t i = 1; lvs_scheds[i]; i++) {
		unsigned int n = 0;
		int err;

		spec.sched = lvs_scheds[i];
		do {
			const void *before = service->sched_state;

			memory_fail_at(++n);
			err = lvs_service_edit(rules, service, &spec);
			if (err) {
				assert_true(memory_failed());
				assert_int_equal(err, -ENOMEM);
				assert_ptr_equal(service->spec.sched, lvs_scheds[i - 1]);
				assert_ptr_equal(service->sched_state, before);
			}
			assert_in_range(n, 1, ATTEMPTS_MAX);
		} while (err);
		(void)memory_failed();
		assert_ptr_equal(service->spec.sched, lvs_scheds[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_engine),
		cmocka_unit_test_setup_teardown(services, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(marks, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(servers, director_setup, director_teardown),
		cmocka_unit_test_setup_teardown(another_scheduler, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
