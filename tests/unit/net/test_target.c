// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "net/target.h"

static struct lvs_net_targets make(const char *const *addrs, size_t n)
{
	struct lvs_net_targets targets = { 0 };
	struct lvs_addr list[16];

	for (size_t i = 0; i < n; i++)
		list[i] = test_addr(addrs[i]);
	assert_int_equal(lvs_net_targets_replace(&targets, list, n), n > 0);
	return targets;
}

static void answers_survive_in_what_stays(void **state)
{
	static const char *const first[] = { "10.0.0.3", "10.0.0.1", "2001:db8::1", "10.0.0.1" };
	const struct lvs_addr second[] = { test_addr("10.0.0.2"), test_addr("10.0.0.3") };
	struct lvs_net_targets targets = make(first, ARRAY_LEN(first));

	(void)state;
	assert_int_equal(targets.n, 3);
	assert_int_equal(targets.nstale, 3);
	for (size_t i = 0; i < targets.n; i++) {
		targets.v[i].stale = false;
		targets.v[i].mtu = (uint32_t)(1000 + i);
	}
	targets.nstale = 0;
	assert_int_equal(lvs_net_targets_replace(&targets, second, 2), 1);
	assert_int_equal(targets.n, 2);
	assert_int_equal(targets.nstale, 1);
	assert_true(targets.v[0].stale);
	assert_int_equal(targets.v[0].mtu, LVS_NET_MTU_UNKNOWN);
	assert_false(targets.v[1].stale);
	assert_int_equal(targets.v[1].mtu, 1001);
	assert_int_equal(lvs_net_targets_replace(&targets, second, 2), 0);
	assert_int_equal(targets.nstale, 1);
	assert_int_equal(lvs_net_targets_replace(&targets, NULL, 0), 1);
	assert_int_equal(targets.n, 0);
	lvs_net_targets_fini(&targets);
}

static const struct {
	const char *what;
	const char *prefix;
	uint8_t bits;
	size_t touched;
} rows[] = {
	{ "one host", "10.0.0.2", 128, 1 },
	{ "a host that is not in the list", "10.0.0.7", 128, 0 },
	{ "a subnet", "10.0.0.0", 96 + 24, 2 },
	{ "the IPv4 default route", "0.0.0.0", 96, 3 },
	{ "the IPv6 default route, which says nothing about IPv4", "::", 0, 2 },
	{ "above all of them", "fe80::", 10, 0 },
};

static void routes_touch_what_they_cover(void **state)
{
	static const char *const addrs[] = { "10.0.0.1", "10.0.0.2", "10.0.1.1", "2001:db8::1", "2001:db8::2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_net_targets targets = make(addrs, ARRAY_LEN(addrs));
		struct lvs_addr prefix = test_addr(rows[i].prefix);
		size_t stale = 0;

		for (size_t t = 0; t < targets.n; t++)
			targets.v[t].stale = false;
		targets.nstale = 0;
		lvs_net_targets_touch(&targets, &prefix, rows[i].bits);
		lvs_net_targets_touch(&targets, &prefix, rows[i].bits);
		for (size_t t = 0; t < targets.n; t++)
			stale += targets.v[t].stale;
		if (targets.nstale != rows[i].touched || stale != rows[i].touched)
			fail_msg("%s: %zu (%zu) touched", rows[i].what, targets.nstale, stale);
		lvs_net_targets_touch_all(&targets);
		assert_int_equal(targets.nstale, targets.n);
		lvs_net_targets_fini(&targets);
	}
}

static void nothing_is_touched_in_nothing(void **state)
{
	struct lvs_net_targets targets = { 0 };
	struct lvs_addr any = lvs_net_any(true);

	(void)state;
	lvs_net_targets_touch(&targets, &any, lvs_net_any_bits(true));
	lvs_net_targets_touch_all(&targets);
	assert_int_equal(targets.nstale, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_survive_in_what_stays),
		cmocka_unit_test(routes_touch_what_they_cover),
		cmocka_unit_test(nothing_is_touched_in_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
