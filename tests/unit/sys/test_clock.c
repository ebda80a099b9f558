// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <time.h>

#include "sys/clock.h"

static lvs_ns kernel_now(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
	return LVS_SECONDS(ts.tv_sec) + (lvs_ns)ts.tv_nsec;
}

static void is_the_monotonic_clock_in_nanoseconds(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		lvs_ns before = kernel_now();
		lvs_ns now = lvs_clock_now();

		assert_true(before <= now && now <= kernel_now());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_monotonic_clock_in_nanoseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
