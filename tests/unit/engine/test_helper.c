// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of helpers. */
#include "tests/lib/test.h"

#include "engine/helper.h"
#include "engine/wire.h"

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < LVS_HELPER_INDEX_COUNT; i++) {
		assert_int_equal(lvs_helpers[i]->index, i);
		assert_ptr_equal(lvs_helper_find(lvs_helpers[i]->name), lvs_helpers[i]);
	}
	assert_null(lvs_helpers[LVS_HELPER_INDEX_COUNT]);
	assert_null(lvs_helper_find("none"));
	assert_null(lvs_helper_find(""));
	assert_int_equal(lvs_helper_find("ftp")->proto, LVS_PROTO_TCP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
