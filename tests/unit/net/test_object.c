// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "net/object.h"

static const struct {
	const char *what;
	const char *addr, *prefix;
	uint8_t bits;
	bool inside;
} prefixes[] = {
	{ "the address itself", "10.1.2.3", "10.1.2.3", 128, true },
	{ "not its neighbour", "10.1.2.3", "10.1.2.2", 128, false },
	{ "the same /31", "10.1.2.3", "10.1.2.2", 127, true },
	{ "a bit in the middle of a byte", "10.1.2.128", "10.1.2.0", 96 + 25, false },
	{ "a whole byte", "10.1.2.128", "10.1.2.0", 96 + 24, true },
	{ "any IPv4 address", "203.0.113.9", "0.0.0.0", 96, true },
	{ "IPv6 is not IPv4", "2001:db8::1", "0.0.0.0", 96, false },
	{ "anything at all", "2001:db8::1", "::", 0, true },
	{ "an IPv6 subnet", "2001:db8::1", "2001:db8::ffff", 64, true },
	{ "another IPv6 subnet", "2001:db8:0:1::1", "2001:db8::ffff", 64, false },
};

static void prefixes_hold_what_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct lvs_addr addr = test_addr(prefixes[i].addr), prefix = test_addr(prefixes[i].prefix);

		if (lvs_net_in_prefix(&addr, &prefix, prefixes[i].bits) != prefixes[i].inside)
			fail_msg("%s: %s in %s", prefixes[i].what, prefixes[i].addr, prefixes[i].prefix);
	}
}

static void first_is_where_a_prefix_begins(void **state)
{
	const struct lvs_addr list[] = { test_addr("10.0.0.1"), test_addr("10.0.0.9"), test_addr("10.0.1.0"),
					 test_addr("2001:db8::1") };
	const struct {
		const char *prefix;
		size_t first;
	} rows[] = {
		{ "0.0.0.0", 0 }, { "10.0.0.1", 0 }, { "10.0.0.2", 1 }, { "10.0.1.0", 2 }, { "10.0.2.0", 3 }, { "fd00::", 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_addr prefix = test_addr(rows[i].prefix);

		assert_int_equal(lvs_net_addr_first(list, sizeof(*list), ARRAY_LEN(list), &prefix), rows[i].first);
	}
	assert_int_equal(lvs_net_addr_first(list, sizeof(*list), 0, &list[0]), 0);
}

static struct lvs_net_object route(const char *addr, uint32_t ifindex)
{
	return (struct lvs_net_object){
		.kind = LVS_NET_ROUTE, .addr = test_addr(addr), .bits = 128, .table = 254, .ifindex = ifindex,
	};
}

static void sets_are_sorted_and_without_duplicates(void **state)
{
	const struct lvs_net_object a = route("10.0.0.1", 1), b = route("10.0.0.2", 1), c = route("10.0.0.2", 2);
	struct lvs_net_objects set = { 0 };

	(void)state;
	assert_false(lvs_net_objects_has(&set, &a));
	for (int i = 0; i < 100; i++) {
		lvs_net_objects_push(&set, i % 2 ? &a : &c);
		lvs_net_objects_push(&set, &c);
	}
	assert_int_equal(lvs_net_objects_sort(&set), 0);
	assert_int_equal(set.n, 2);
	assert_true(lvs_net_objects_has(&set, &a));
	assert_false(lvs_net_objects_has(&set, &b));
	assert_true(lvs_net_objects_has(&set, &c));
	lvs_net_objects_fini(&set);
	assert_int_equal(set.n, 0);
}

static void a_set_that_lacks_something_says_so(void **state)
{
	struct lvs_net_objects set = { .failed = true };

	(void)state;
	assert_int_equal(lvs_net_objects_sort(&set), -12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_hold_what_they_should),
		cmocka_unit_test(first_is_where_a_prefix_begins),
		cmocka_unit_test(sets_are_sorted_and_without_duplicates),
		cmocka_unit_test(a_set_that_lacks_something_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
