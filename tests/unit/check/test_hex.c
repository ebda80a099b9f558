// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "check/hex.h"

static const struct row {
	const char *what, *text;
	int err;
	const char *data;
	size_t len;
	bool begins;
} rows[] = {
	{ "nothing is in everything", "", 0, "", 0, true },
	{ "the same", "00 ff 7A", 0, "\x00\xff\x7a", 3, true },
	{ "more of it", "00ff", 0, "\x00\xff\x7a", 3, true },
	{ "less of it", "00 ff 7a", 0, "\x00\xff", 2, false },
	{ "another byte", "00ff", 0, "\x00\xfe", 2, false },
	{ "any byte", "00 ??", 0, "\x00\xfe", 2, true },
	{ "any low digit", "4?", 0, "\x4f", 1, true },
	{ "any low digit of another byte", "4?", 0, "\x5f", 1, false },
	{ "any high digit", "?4", 0, "\xf4", 1, true },
	{ "any high digit of another byte", "?4", 0, "\xf5", 1, false },
	{ "blanks inside of a byte", "4 1", 0, "A", 1, true },
	{ "half a byte", "123", -EINVAL, "", 0, false },
	{ "another letter", "1g", -EINVAL, "", 0, false },
	{ "another wildcard", "XX", -EINVAL, "", 0, false },
};

static void bytes_are_read_and_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_hex hex = { .len = 77 };
		int err = lvs_hex_parse(rows[i].text, &hex);

		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].what, err);
		if (err)
			assert_int_equal(hex.len, 77);
		else if (lvs_hex_begins(&hex, (const uint8_t *)rows[i].data, rows[i].len) != rows[i].begins)
			fail_msg("%s", rows[i].what);
	}
}

static void there_is_an_end(void **state)
{
	char text[2 * LVS_HEX_MAX + 3];
	struct lvs_hex hex;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[2 * LVS_HEX_MAX] = '\0';
	assert_int_equal(lvs_hex_parse(text, &hex), 0);
	assert_int_equal(hex.len, LVS_HEX_MAX);
	text[2 * LVS_HEX_MAX] = 'a';
	text[2 * LVS_HEX_MAX + 2] = '\0';
	assert_int_equal(lvs_hex_parse(text, &hex), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_read_and_compared),
		cmocka_unit_test(there_is_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
