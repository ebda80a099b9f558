// SPDX-License-Identifier: GPL-2.0-or-later
/* What the histogram says of turns that are known. */
#include "tests/lib/test.h"

#include "sys/turns.h"

#define US LVS_NS_PER_US

static void buckets_follow_each_other(void **state)
{
	lvs_ns before = 0;

	(void)state;
	for (unsigned int i = 0; i < LVS_TURNS_BUCKETS; i++) {
		struct lvs_turns turns = { .sum = 0 };
		lvs_ns edge = lvs_turns_edge(i);

		assert_true(edge > before);
		lvs_turns_add(&turns, before, LVS_SECONDS(1));
		lvs_turns_add(&turns, edge - 1, LVS_SECONDS(1));
		assert_int_equal(turns.counts[i], 2);
		if (i + 1 < LVS_TURNS_BUCKETS) {
			lvs_turns_add(&turns, edge, LVS_SECONDS(1));
			assert_int_equal(turns.counts[i + 1], 1);
		}
		/* No bucket is wider than a quarter of an octave. */
		assert_true(i < 4 || (edge - before) * 4 <= before);
		before = edge;
	}
	assert_true(before > LVS_SECONDS(1));
}

static void the_last_minute_is_summed_up(void **state)
{
	struct lvs_turns turns = { .sum = 0 };
	struct lvs_turns_summary summary;
	lvs_ns now = LVS_SECONDS(1000);

	(void)state;
	lvs_turns_summarize(&turns, now, &summary);
	assert_int_equal(summary.n, 0);
	assert_int_equal(summary.max, 0);
	for (int i = 0; i < 98; i++)
		lvs_turns_add(&turns, 10 * US, now);
	lvs_turns_add(&turns, 900 * US, now);
	lvs_turns_add(&turns, LVS_SECONDS(5), now + LVS_SECONDS(30));
	lvs_turns_summarize(&turns, now + LVS_SECONDS(30), &summary);
	assert_int_equal(summary.n, 100);
	assert_in_range(summary.p50, 10 * US, 13 * US);
	assert_in_range(summary.p99, 900 * US, 1125 * US);
	assert_int_equal(summary.max, LVS_SECONDS(5));
	lvs_turns_summarize(&turns, now + LVS_SECONDS(75), &summary);
	assert_int_equal(summary.n, 1);
	assert_int_equal(summary.p50, lvs_turns_edge(LVS_TURNS_BUCKETS - 1));
	lvs_turns_summarize(&turns, now + LVS_SECONDS(3600), &summary);
	assert_int_equal(summary.n, 0);
	lvs_turns_add(&turns, 3 * US, now + LVS_SECONDS(3600));
	lvs_turns_summarize(&turns, now + LVS_SECONDS(3600), &summary);
	assert_int_equal(summary.n, 1);
	assert_int_equal(summary.p50, 3 * US);
	assert_int_equal(turns.sum, 98 * 10 * US + 900 * US + LVS_SECONDS(5) + 3 * US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_follow_each_other),
		cmocka_unit_test(the_last_minute_is_summed_up),
	};

	return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
