// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>

#include "lvsd/health_history.h"

#define MANY 100

static void add(struct lvs_health_history *history, int i)
{
	struct lvs_health_change change = { .time = i, .from = i % 2 ? LVS_HEALTH_UP : LVS_HEALTH_DOWN,
					    .to = i % 2 ? LVS_HEALTH_DOWN : LVS_HEALTH_UP };

	(void)snprintf(change.reason, sizeof(change.reason), "tcp check: %d", i);
	lvs_health_history_add(history, &change);
}

/* @n were added, 0 to @n - 1: the last ones are there, in their order, and no other. */
static void look(const struct lvs_health_history *history, int n)
{
	int kept = n < LVS_HEALTH_CHANGES_MAX ? n : LVS_HEALTH_CHANGES_MAX;
	char reason[64];

	for (int back = 0; back < kept; back++) {
		const struct lvs_health_change *change = lvs_health_history_get(history, (size_t)back);

		assert_non_null(change);
		assert_int_equal(change->time, n - 1 - back);
		assert_int_equal(change->to, (n - 1 - back) % 2 ? LVS_HEALTH_DOWN : LVS_HEALTH_UP);
		(void)snprintf(reason, sizeof(reason), "tcp check: %d", n - 1 - back);
		assert_string_equal(change->reason, reason);
	}
	assert_null(lvs_health_history_get(history, (size_t)kept));
	assert_null(lvs_health_history_get(history, SIZE_MAX));
}

static void the_last_ones_are_kept(void **state)
{
	struct lvs_health_history history = { .n = 0 };

	(void)state;
	look(&history, 0);
	for (int i = 0; i < MANY; i++) {
		add(&history, i);
		look(&history, i + 1);
	}
	lvs_health_history_fini(&history);
	look(&history, 0);
	lvs_health_history_fini(&history);
}

/* Whatever their lengths, one goes on where the other ended. */
static void one_goes_on_after_another(void **state)
{
	(void)state;
	for (int n = 0; n < MANY; n++) {
		for (int more = 0; more < 20; more++) {
			struct lvs_health_history before = { .n = 0 }, history = { .n = 0 };

			for (int i = 0; i < n + more; i++)
				add(i < n ? &before : &history, i);
			lvs_health_history_go_on(&before, &history);
			look(&history, n + more);
			look(&before, 0);
			lvs_health_history_fini(&history);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_ones_are_kept),
		cmocka_unit_test(one_goes_on_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
