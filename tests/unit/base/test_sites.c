// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/prefix_map.h"
#include "base/sites.h"

/* @names: two of them; clients of 192.0.2.0/24 have the list at @order. */
static struct lvs_sites *make(const char *const names[2], const char *orders, uint32_t len, uint32_t order)
{
	const struct lvs_prefix_entry entry = { .addr = test_addr("192.0.2.0"), .bits = 96 + 24, .value = order };
	struct lvs_sites *sites = calloc(1, sizeof(*sites));

	assert_non_null(sites);
	for (sites->n = 0; sites->n < 2; sites->n++)
		strcpy(sites->names[sites->n], names[sites->n]);
	sites->orders = malloc(len);
	memcpy(sites->orders, orders, len);
	sites->orders_len = len;
	assert_int_equal(lvs_prefix_map_new(&entry, 1, &sites->map), 0);
	return sites;
}

static const char *const ab[2] = { "a", "b" }, *const ac[2] = { "a", "c" };

static void names_have_numbers(void **state)
{
	struct lvs_sites *sites = make(ab, "\1\2", 3, 0);

	(void)state;
	assert_int_equal(lvs_sites_find(sites, "a"), 1);
	assert_int_equal(lvs_sites_find(sites, "b"), 2);
	assert_int_equal(lvs_sites_find(sites, "c"), 0);
	assert_int_equal(lvs_sites_find(sites, ""), 0);
	assert_int_equal(lvs_sites_find(NULL, "a"), 0);
	lvs_sites_free(sites);
	lvs_sites_free(NULL);
}

static void clients_have_orders(void **state)
{
	struct lvs_addr known = test_addr("192.0.2.9"), unknown = test_addr("192.0.3.9");
	struct lvs_sites *sites = make(ab, "\1\2\0\2", 5, 3);

	(void)state;
	assert_memory_equal(lvs_sites_order(sites, &known), "\2", 2);
	assert_memory_equal(lvs_sites_order(sites, &unknown), "\1\2", 3);
	lvs_prefix_map_free(sites->map);
	sites->map = NULL;
	assert_memory_equal(lvs_sites_order(sites, &known), "\1\2", 3);
	assert_int_equal(*lvs_sites_order(NULL, &known), 0);
	lvs_sites_free(sites);
}

static void equal_is_the_same_for_every_client(void **state)
{
	struct lvs_sites *sites = make(ab, "\1\2\0\2", 5, 3), *others[] = {
		make(ab, "\1\2\0\2", 5, 3), make(ac, "\1\2\0\2", 5, 3), make(ab, "\2\1\0\2", 5, 3), make(ab, "\1\2\0\2", 5, 0),
		make(ab, "\1\2", 3, 0), make(ab, "\1\2\0\2", 5, 3),
	};

	(void)state;
	lvs_prefix_map_free(others[5]->map);
	others[5]->map = NULL;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_int_equal(lvs_sites_equal(sites, others[i]), i == 0);
		assert_int_equal(lvs_sites_equal(others[i], sites), i == 0);
		lvs_sites_free(others[i]);
	}
	assert_false(lvs_sites_equal(sites, NULL));
	assert_false(lvs_sites_equal(NULL, sites));
	assert_true(lvs_sites_equal(NULL, NULL));
	lvs_sites_free(sites);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_numbers),
		cmocka_unit_test(clients_have_orders),
		cmocka_unit_test(equal_is_the_same_for_every_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
