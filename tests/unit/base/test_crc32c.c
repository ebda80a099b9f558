// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"

/* RFC 3720 appendix B.4 and the check value that every catalogue of CRCs has. */
static void known_values(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(lvs_crc32c("123456789", 9), 0xe3069283);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(lvs_crc32c(bytes, sizeof(bytes)), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(lvs_crc32c(bytes, sizeof(bytes)), 0x62a8ab43);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(lvs_crc32c(bytes, sizeof(bytes)), 0x46dd794e);
	assert_int_equal(lvs_crc32c(NULL, 0), 0);
}

/* Against the whole CRC before and after, for each length in which another factor counts. */
static void delta_is_the_difference(void **state)
{
	static const size_t lengths[] = { 4, 5, 12, 19, 20, 35, 36, 68, 131, 260, 515, 1028, 1500, 2051, 4100, 9000,
					  16388, 32771, 65535 };
	uint8_t *bytes = malloc(65535);
	uint32_t word = 1;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 65535; i++) {
		word = word * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(word >> 24);
	}
	for (size_t n = 0; n < ARRAY_LEN(lengths); n++)
		for (size_t at = 0; at <= 2; at += 2) {
			uint8_t diff[2] = { (uint8_t)(17 * n + 1), (uint8_t)(at + 3) };
			uint32_t before = lvs_crc32c(bytes, lengths[n]);

			bytes[at] ^= diff[0];
			bytes[at + 1] ^= diff[1];
			assert_int_equal(before ^ lvs_crc32c(bytes, lengths[n]),
					 lvs_crc32c_delta(diff, sizeof(diff), lengths[n] - at - 2));
		}
	free(bytes);
}

static void no_change_is_none(void **state)
{
	static const uint8_t diff[2];

	(void)state;
	for (size_t behind = 0; behind < 65536; behind += 977)
		assert_int_equal(lvs_crc32c_delta(diff, sizeof(diff), behind), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(delta_is_the_difference),
		cmocka_unit_test(no_change_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
