// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "lvsd/path.h"

struct fixture {
	void *memory;
	struct lvs_engine *engine;
	struct lvs_service *service;
	struct lvs_paths paths;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct lvs_engine_options options = { .max_connections = 16,
					      .fragments = { .datagrams = 4, .held = 4, .per_datagram = 2, .timeout = 1 } };
	const struct lvs_service_spec spec = {
		.key = { .addr = test_addr("192.0.2.1"), .port = LVS_BE16(80), .proto = 6 }, .sched = lvs_sched_find("rr"),
	};

	f->memory = aligned_alloc(64, (lvs_conn_table_bytes(16) + 63) / 64 * 64);
	memset(f->memory, 0, lvs_conn_table_bytes(16));
	options.memory = f->memory;
	*state = f;
	if (lvs_engine_new(&options, 0, &f->engine))
		return -1;
	return lvs_service_add(lvs_engine_rules(f->engine), &spec, &f->service);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	lvs_paths_fini(&f->paths);
	lvs_engine_free(f->engine);
	free(f->memory);
	free(f);
	return 0;
}

static struct lvs_server *add(struct fixture *f, const char *addr, uint16_t port)
{
	const struct lvs_server_spec spec = { .addr = test_addr(addr), .port = LVS_BE16(port), .weight = 1,
					      .forward = lvs_forward_find("masq") };
	struct lvs_server *server = NULL;

	assert_int_equal(lvs_server_add(lvs_engine_rules(f->engine), f->service, &spec, &server), 0);
	return server;
}

static const char source[] = "10.0.0.254";

static void set(struct fixture *f, const char *text, uint32_t mtu)
{
	struct lvs_addr addr = test_addr(text), from = test_addr(source);

	lvs_paths_set(&f->paths, &addr, mtu, &from);
}

static void every_server_of_an_address_gets_its_mtu(void **state)
{
	struct fixture *f = *state;
	struct lvs_server *a = add(f, "10.0.0.1", 80), *b = add(f, "10.0.0.1", 81), *c = add(f, "10.0.0.2", 80);

	const struct lvs_addr from = test_addr(source);

	set(f, "10.0.0.1", 1400);
	lvs_paths_apply(&f->paths, f->engine);
	assert_int_equal(a->mtu, 1400);
	assert_int_equal(b->mtu, 1400);
	assert_int_equal(c->mtu, 0);
	assert_true(lvs_addr_equal(&a->source, &from) && lvs_addr_equal(&b->source, &from));
	assert_true(lvs_addr_is_any(&c->source));
}

static void every_address_has_its_own(void **state)
{
	struct fixture *f = *state;
	struct lvs_server *a = add(f, "10.0.0.1", 80), *b = add(f, "10.0.0.2", 80), *c = add(f, "10.0.0.3", 80);

	for (int round = 0; round < 2; round++) {
		set(f, "10.0.0.3", 1300);
		set(f, "10.0.0.1", 1100);
		set(f, "10.0.0.2", 1200);
		lvs_paths_apply(&f->paths, f->engine);
		assert_int_equal(a->mtu, 1100);
		assert_int_equal(b->mtu, 1200);
		assert_int_equal(c->mtu, 1300);
		assert_int_equal(f->paths.n, 3);
	}
}

/* Its address is a name: the path leads to whomever clients ask. */
static void one_that_is_bypassed_has_no_path(void **state)
{
	struct fixture *f = *state;
	const struct lvs_service_spec marked = { .key = { .addr = lvs_addr_any(true), .mark = 7 }, .sched = lvs_sched_find("rr") };
	struct lvs_server *a, *b = add(f, "10.0.0.1", 80);
	struct lvs_server_spec spec = b->spec;
	struct lvs_service *service;

	assert_int_equal(lvs_service_add(lvs_engine_rules(f->engine), &marked, &service), 0);
	spec.forward = lvs_forward_find("bypass");
	spec.port = 0;
	assert_int_equal(lvs_server_add(lvs_engine_rules(f->engine), service, &spec, &a), 0);
	set(f, "10.0.0.1", 1400);
	lvs_paths_apply(&f->paths, f->engine);
	assert_int_equal(a->mtu, 0);
	assert_int_equal(b->mtu, 1400);
}

static void the_latest_value_counts(void **state)
{
	struct fixture *f = *state;
	struct lvs_server *a = add(f, "10.0.0.1", 80);

	set(f, "10.0.0.1", 1400);
	set(f, "10.0.0.1", 1300);
	lvs_paths_apply(&f->paths, f->engine);
	assert_int_equal(a->mtu, 1300);
	set(f, "10.0.0.1", 1500);
	lvs_paths_apply(&f->paths, f->engine);
	assert_int_equal(a->mtu, 1500);
	assert_int_equal(f->paths.n, 1);
}

static void a_server_that_comes_later_gets_what_is_known(void **state)
{
	struct fixture *f = *state;
	struct lvs_server *later;

	add(f, "10.0.0.1", 80);
	set(f, "10.0.0.1", 1400);
	lvs_paths_apply(&f->paths, f->engine);
	later = add(f, "10.0.0.1", 8080);
	lvs_paths_apply(&f->paths, f->engine);
	assert_int_equal(later->mtu, 1400);
}

static void what_nobody_has_is_forgotten(void **state)
{
	struct fixture *f = *state;

	add(f, "10.0.0.5", 80);
	for (uint32_t i = 0; i < 500; i++)
		set(f, i % 2 ? "10.0.0.5" : "10.0.0.6", 1000 + i);
	lvs_paths_apply(&f->paths, f->engine);
	assert_int_equal(f->paths.n, 1);
	assert_int_equal(f->service->servers[0]->mtu, 1499);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_server_of_an_address_gets_its_mtu, setup, teardown),
		cmocka_unit_test_setup_teardown(every_address_has_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_is_bypassed_has_no_path, setup, teardown),
		cmocka_unit_test_setup_teardown(the_latest_value_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_that_comes_later_gets_what_is_known, setup, teardown),
		cmocka_unit_test_setup_teardown(what_nobody_has_is_forgotten, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
