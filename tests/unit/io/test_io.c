// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "io/io.h"

static void finds_drivers_by_their_names(void **state)
{
	(void)state;
	assert_ptr_equal(lvs_io_find("tun"), &lvs_io_tun);
	assert_ptr_equal(lvs_io_find("mem"), &lvs_io_mem);
	assert_null(lvs_io_find("TUN"));
	assert_null(lvs_io_find("tu"));
	assert_null(lvs_io_find(""));
}

static void every_driver_is_complete(void **state)
{
	static const struct lvs_io_ops *const drivers[] = {
#define IO(driver) &lvs_io_##driver,
#include "io/io.def"
#undef IO
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		assert_ptr_equal(lvs_io_find(drivers[i]->name), drivers[i]);
		assert_true(drivers[i]->open && drivers[i]->rx && drivers[i]->tx && drivers[i]->close);
		assert_true(drivers[i]->headroom >= 40 + 8 + 8);	/* IPv6, UDP and GUE in front */
		drivers[i]->close(NULL);
	}
	lvs_io_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_drivers_by_their_names),
		cmocka_unit_test(every_driver_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
