// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "lvsctl/table.h"

static const struct row {
	double number;
	const char *people, *programs;
} rows[] = {
	{ 0, "0", "0" },
	{ 9999, "9999", "9999" },
	{ 10000, "10.0k", "10000" },
	{ 99949, "99.9k", "99949" },
	{ 99999, "100k", "99999" },
	{ 999499, "999k", "999499" },
	{ 999500, "1.00M", "999500" },
	{ 1234567, "1.23M", "1234567" },
	{ 9995000, "10.0M", "9995000" },
	{ 1e15, "1.00P", "1000000000000000" },
	{ 18446744073709551615.0, "18.4E", "18446744073709551616" },
};

static void test_number(void **state)
{
	const struct lvs_ctl people = { .terminal = true }, programs = { .terminal = false };
	const struct lvs_ctl raw = { .terminal = true, .options = { [LVS_OPTION_raw] = "" } };
	char buf[LVS_NUMBER_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_string_equal(lvs_number(&people, rows[i].number, buf), rows[i].people);
		assert_string_equal(lvs_number(&programs, rows[i].number, buf), rows[i].programs);
		assert_string_equal(lvs_number(&raw, rows[i].number, buf), rows[i].programs);
	}
}

static void test_seconds(void **state)
{
	static const struct {
		double seconds;
		const char *people, *programs;
	} times[] = { { 0, "0s", "0" }, { 59.9, "59s", "60" }, { 61, "1m 1s", "61" }, { 3600, "1h 0m", "3600" }, { 90061, "1d 1h", "90061" } };
	const struct lvs_ctl people = { .terminal = true }, programs = { .terminal = false };
	char buf[LVS_NUMBER_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		assert_string_equal(lvs_seconds(&people, times[i].seconds, buf), times[i].people);
		assert_string_equal(lvs_seconds(&programs, times[i].seconds, buf), times[i].programs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_number), cmocka_unit_test(test_seconds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
