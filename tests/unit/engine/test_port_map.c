// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/port_map.h"
#include "engine/sched.h"
#include "engine/service.h"
#include "engine/wire.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

static const struct lvs_hash_key hash_key = { 1, 2 };

static struct lvs_service_spec spec_of(const char *vip, uint8_t proto, const struct lvs_ports *ports)
{
	return (struct lvs_service_spec){
		.key = { .addr = test_addr(vip), .port = LVS_BE16(ports->ranges[0].first), .proto = proto, .ranged = true },
		.ports = *ports,
		.sched = lvs_sched_find("rr"),
	};
}

static struct lvs_service *add(struct lvs_rules *rules, uint8_t proto, const struct lvs_ports *ports)
{
	struct lvs_service_spec spec = spec_of("192.0.2.10", proto, ports);
	struct lvs_service *service;

	assert_int_equal(lvs_service_add(rules, &spec, &service), 0);
	return service;
}

static struct lvs_service *lookup(const struct lvs_rules *rules, const char *vip, uint8_t proto, uint16_t port)
{
	const struct lvs_packet packet = { .tuple = { .dst = test_addr(vip), .dport = LVS_BE16(port), .proto = proto },
					   .proto = proto };

	return lvs_service_lookup(rules, &packet);
}

static void a_port_leads_to_the_service_that_lists_it(void **state)
{
	static const struct lvs_ports web = { 3, { { 80, 80 }, { 443, 443 }, { 8000, 8999 } } };
	static const struct lvs_ports rest = { 2, { { 1, 79 }, { 65535, 65535 } } };
	static const struct row {
		uint16_t port;
		int whose;	/* 0: nobody's */
	} rows[] = { { 1, 2 }, { 79, 2 }, { 80, 1 }, { 81, 0 }, { 442, 0 }, { 443, 1 }, { 444, 0 }, { 7999, 0 }, { 8000, 1 },
		     { 8500, 1 }, { 8999, 1 }, { 9000, 0 }, { 65534, 0 }, { 65535, 2 }, { 0, 0 } };
	struct lvs_service *services[3] = { NULL };
	struct lvs_rules rules;

	(void)state;
	assert_int_equal(lvs_rules_init(&rules, &hash_key), 0);
	services[1] = add(&rules, LVS_PROTO_TCP, &web);
	services[2] = add(&rules, LVS_PROTO_TCP, &rest);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_TCP, rows[i].port), services[rows[i].whose]);
		assert_null(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, rows[i].port));
		assert_null(lookup(&rules, "192.0.2.11", LVS_PROTO_TCP, rows[i].port));
	}
	lvs_rules_fini(&rules);
}

static void the_very_port_comes_before_a_range(void **state)
{
	static const struct lvs_ports range = { 1, { { 80, 90 } } };
	struct lvs_service_spec spec = spec_of("192.0.2.10", LVS_PROTO_TCP, &range);
	struct lvs_service *exact, *ranged;
	struct lvs_rules rules;

	(void)state;
	assert_int_equal(lvs_rules_init(&rules, &hash_key), 0);
	ranged = add(&rules, LVS_PROTO_TCP, &range);
	spec.key.ranged = false;
	spec.ports.n = 0;
	assert_int_equal(lvs_service_add(&rules, &spec, &exact), 0);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_TCP, 80), exact);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_TCP, 81), ranged);
	lvs_service_remove(&rules, exact, 0);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_TCP, 80), ranged);
	lvs_rules_fini(&rules);
}

static void a_list_that_is_edited_takes_effect_and_a_removed_one_gives_its_ports_back(void **state)
{
	static const struct lvs_ports wide = { 1, { { 100, 200 } } }, narrow = { 1, { { 100, 120 } } };
	static const struct lvs_ports inner = { 2, { { 90, 99 }, { 110, 130 } } };
	struct lvs_service_spec spec = spec_of("192.0.2.10", LVS_PROTO_UDP, &narrow);
	struct lvs_service *a, *b;
	struct lvs_rules rules;

	(void)state;
	assert_int_equal(lvs_rules_init(&rules, &hash_key), 0);
	a = add(&rules, LVS_PROTO_UDP, &wide);
	b = add(&rules, LVS_PROTO_UDP, &inner);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 95), b);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 125), a);	/* first come */
	assert_int_equal(lvs_service_edit(&rules, a, &spec), 0);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 115), a);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 125), b);
	assert_null(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 150));
	lvs_service_remove(&rules, a, 0);
	assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 115), b);
	assert_null(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 105));
	lvs_service_remove(&rules, b, 0);
	assert_null(lookup(&rules, "192.0.2.10", LVS_PROTO_UDP, 115));
	lvs_rules_fini(&rules);
}

static void lists_that_are_none_are_refused(void **state)
{
	static const struct lvs_ports bad[] = {
		{ 1, { { 90, 80 } } },
		{ 2, { { 80, 90 }, { 90, 95 } } },
		{ 2, { { 80, 90 }, { 70, 75 } } },
	};
	static const struct lvs_ports good = { 1, { { 80, 90 } } };
	struct lvs_service_spec spec;
	struct lvs_service *service;
	struct lvs_rules rules;

	(void)state;
	assert_int_equal(lvs_rules_init(&rules, &hash_key), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		spec = spec_of("192.0.2.10", LVS_PROTO_TCP, &bad[i]);
		assert_int_equal(lvs_service_add(&rules, &spec, &service), -EINVAL);
	}
	spec = spec_of("192.0.2.10", LVS_PROTO_TCP, &good);
	spec.key.port = LVS_BE16(81);
	assert_int_equal(lvs_service_add(&rules, &spec, &service), -EINVAL);
	assert_int_equal(rules.nservices, 0);
	lvs_rules_fini(&rules);
}

/* Random lists come and go; a plain search in the order of addition is the judge. */
static void a_plain_search_agrees(void **state)
{
	struct lvs_service *services[12] = { NULL };
	unsigned int order[12] = { 0 }, clock = 0, rand = 12345;
	struct lvs_rules rules;

	(void)state;
	assert_int_equal(lvs_rules_init(&rules, &hash_key), 0);
	for (unsigned int turn = 0; turn < 3000; turn++) {
		unsigned int i = (rand = rand * 1103515245 + 12345) / 65536 % ARRAY_LEN(services);

		if (services[i]) {
			lvs_service_remove(&rules, services[i], 0);
			services[i] = NULL;
		} else {
			struct lvs_ports ports = { 0 };
			uint16_t port = (uint16_t)(1 + 2 * i);

			for (; ports.n < 4; ports.n++) {
				unsigned int len = (rand = rand * 1103515245 + 12345) / 65536 % 9;

				ports.ranges[ports.n].first = port;
				ports.ranges[ports.n].last = (uint16_t)(port + len);
				port = (uint16_t)(port + len + 1 + (rand >> 30));
			}
			services[i] = add(&rules, LVS_PROTO_TCP, &ports);
			order[i] = clock++;
		}
		for (uint16_t port = 0; port < 80; port++) {
			int best = -1;

			for (unsigned int k = 0; k < ARRAY_LEN(services); k++)
				for (uint32_t r = 0; services[k] && r < 4; r++)
					if (port >= services[k]->spec.ports.ranges[r].first &&
					    port <= services[k]->spec.ports.ranges[r].last &&
					    (best < 0 || order[k] < order[best]))
						best = (int)k;
			assert_ptr_equal(lookup(&rules, "192.0.2.10", LVS_PROTO_TCP, port), best < 0 ? NULL : services[best]);
		}
	}
	lvs_rules_fini(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_leads_to_the_service_that_lists_it),
		cmocka_unit_test(the_very_port_comes_before_a_range),
		cmocka_unit_test(a_list_that_is_edited_takes_effect_and_a_removed_one_gives_its_ports_back),
		cmocka_unit_test(lists_that_are_none_are_refused),
		cmocka_unit_test(a_plain_search_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
