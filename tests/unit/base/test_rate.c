// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "base/bytes.h"
#include "base/rate.h"

#define MS LVS_NS_PER_MS

static const struct row {
	const char *what;
	uint32_t per_second, burst;
	struct {
		lvs_ns at;	/* ms */
		bool allowed;
	} tries[8];
} rows[] = {
	{ "no limit", 0, 0, { { 0, true }, { 0, true }, { 0, true }, { 0, true }, { 0, true }, { 0, true }, { 0, true }, { 0, true } } },
	{ "one at a time", 10, 1, { { 0, true }, { 0, false }, { 99, false }, { 100, true }, { 101, false }, { 199, false },
				    { 200, true }, { 500, true } } },
	{ "three at once, then one by one", 10, 3, { { 0, true }, { 0, true }, { 0, true }, { 0, false }, { 99, false },
						     { 100, true }, { 100, false }, { 200, true } } },
	{ "a second's worth if no burst is given", 2, 0, { { 0, true }, { 0, true }, { 0, false }, { 499, false }, { 500, true },
							   { 999, false }, { 1000, true }, { 1001, false } } },
	{ "silence saves up no more than the burst", 10, 2, { { 9000, true }, { 9000, true }, { 9000, false }, { 9100, true },
							      { 9100, false }, { 99000, true }, { 99000, true }, { 99000, false } } },
};

static void so_many_per_second(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct lvs_rate rate = lvs_rate_of(rows[i].per_second, rows[i].burst);
		lvs_ns due = 0;

		for (size_t k = 0; k < ARRAY_LEN(rows[i].tries); k++) {
			lvs_ns now = LVS_SECONDS(1000) + rows[i].tries[k].at * MS;

			if (lvs_rate_allows(&rate, due, now) != rows[i].tries[k].allowed)
				fail_msg("%s: try %zu", rows[i].what, k);
			if (rows[i].tries[k].allowed)
				due = lvs_rate_charge(&rate, due, now);
		}
	}
}

static void who_is_let_in_against_the_rate_waits_no_longer_than_after_a_burst(void **state)
{
	const struct lvs_rate rate = lvs_rate_of(10, 5);
	lvs_ns now = LVS_SECONDS(1000), due = 0;

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		due = lvs_rate_charge(&rate, due, now);
	assert_int_equal(due, now + 500 * MS);
	assert_int_equal(lvs_rate_ready(&rate, due), now + 100 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_per_second),
		cmocka_unit_test(who_is_let_in_against_the_rate_waits_no_longer_than_after_a_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
