// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "base/bytes.h"
#include "check/slow_start.h"

static const struct row {
	const char *what;
	struct lvs_slow_start rules;
	uint32_t weight;
	lvs_ns elapsed;
	uint32_t expect;
} rows[] = {
	{ "no time, no wait", { 0, LVS_CURVE_LINEAR }, 100, 0, 100 },
	{ "begins with something", { LVS_SECONDS(60), LVS_CURVE_LINEAR }, 100, 0, 1 },
	{ "half the time, half the weight", { LVS_SECONDS(60), LVS_CURVE_LINEAR }, 100, LVS_SECONDS(30), 50 },
	{ "almost all", { LVS_SECONDS(60), LVS_CURVE_LINEAR }, 100, LVS_SECONDS(60) - 1, 99 },
	{ "all", { LVS_SECONDS(60), LVS_CURVE_LINEAR }, 100, LVS_SECONDS(60), 100 },
	{ "no weight stays none", { LVS_SECONDS(60), LVS_CURVE_LINEAR }, 0, 0, 0 },
	{ "nor that of 1 less", { LVS_SECONDS(60), LVS_CURVE_LINEAR }, 1, 0, 1 },
	{ "the greatest weight, the longest time", { LVS_SECONDS(86400), LVS_CURVE_LINEAR }, 65535, LVS_SECONDS(43200), 32767 },
	{ "a 32nd", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 320, 0, 10 },
	{ "until a sixth is over", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 320, LVS_SECONDS(10) - 1, 10 },
	{ "then a 16th", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 320, LVS_SECONDS(10), 20 },
	{ "an 8th", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 320, LVS_SECONDS(20), 40 },
	{ "half", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 320, LVS_SECONDS(40), 160 },
	{ "all for the last sixth", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 320, LVS_SECONDS(50), 320 },
	{ "never nothing", { LVS_SECONDS(60), LVS_CURVE_DOUBLING }, 5, 0, 1 },
	{ "the shortest time", { 1, LVS_CURVE_LINEAR }, 8, 0, 1 },
	{ "the shortest time, doubling", { 1, LVS_CURVE_DOUBLING }, 32, 0, 1 },
};

static void share_grows_with_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		lvs_ns next = 0;
		uint32_t weight = lvs_slow_start_weight(&rows[i].rules, rows[i].weight, rows[i].elapsed, &next);

		if (weight != rows[i].expect)
			fail_msg("%s: %u, not %u", rows[i].what, weight, rows[i].expect);
		assert_true(next);
		assert_true(next == LVS_NS_NEVER || rows[i].elapsed + next <= rows[i].rules.time);
	}
}

/* Whoever asks when told to sees a weight that only grows, and comes to an end. */
static void steps_lead_to_the_whole(void **state)
{
	const struct lvs_slow_start curves[] = { { LVS_SECONDS(7), LVS_CURVE_LINEAR }, { LVS_SECONDS(7), LVS_CURVE_DOUBLING } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		lvs_ns elapsed = 0, next = 0;
		uint32_t was = 0, steps = 0;

		while (next != LVS_NS_NEVER) {
			uint32_t weight = lvs_slow_start_weight(&curves[i], 64, elapsed, &next);

			assert_true(weight >= was);
			was = weight;
			elapsed += next;
			assert_true(++steps <= 8);
		}
		assert_int_equal(was, 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share_grows_with_time),
		cmocka_unit_test(steps_lead_to_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
