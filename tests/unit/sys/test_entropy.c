// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "sys/entropy.h"

static void fills_all_and_no_more(void **state)
{
	uint8_t seen[700] = { 0 };
	uint8_t buf[702];

	(void)state;
	memset(buf, 0xa5, sizeof(buf));
	for (int round = 0; round < 16; round++) {
		assert_int_equal(lvs_entropy_fill(buf + 1, 700), 0);
		assert_true(buf[0] == 0xa5 && buf[701] == 0xa5);
		for (int i = 0; i < 700; i++)
			seen[i] |= buf[i + 1];
	}
	for (int i = 0; i < 700; i++)	/* sixteen zeros in a row at one place: once in 2^128 */
		assert_true(seen[i] != 0);
}

static void never_says_the_same_twice(void **state)
{
	uint8_t a[16], b[16];

	(void)state;
	assert_int_equal(lvs_entropy_fill(a, sizeof(a)), 0);
	assert_int_equal(lvs_entropy_fill(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(lvs_entropy_fill(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_all_and_no_more),
		cmocka_unit_test(never_says_the_same_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
