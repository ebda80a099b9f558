// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sys/addrtext.h"
#include "sys/writer.h"

static void expect(struct lvs_writer *writer, const char *text)
{
	assert_false(writer->failed);
	assert_int_equal(writer->len, strlen(text));
	assert_memory_equal(writer->bytes, text, writer->len);
	lvs_writer_fini(writer);
}

static void numbers_are_written(void **state)
{
	static const struct {
		uint64_t number;
		unsigned int digits;
		const char *text;
	} rows[] = {
		{ 0, 0, "0" },	  { 7, 0, "7" },	   { UINT64_MAX, 0, "18446744073709551615" },
		{ 0, 1, "0.0" },  { 7, 3, "0.007" },	   { 1250, 3, "1.250" },
		{ 10, 1, "1.0" }, { UINT64_MAX, 9, "18446744073.709551615" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_writer writer = { .bytes = NULL };

		if (!rows[i].digits) {
			lvs_writer_u64(&writer, rows[i].number);
			expect(&writer, rows[i].text);
		}
		lvs_writer_fixed(&writer, rows[i].number, rows[i].digits);
		expect(&writer, rows[i].text);
	}
}

static void addresses_are_written_as_elsewhere(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "0.0.0.0", "255.255.255.255", "10.20.30.4", "2001:db8::1", "::" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct lvs_addr addr = test_addr(texts[i]);
		struct lvs_writer writer = { .bytes = NULL };
		char endpoint[LVS_ENDPOINT_TEXT_BYTES];

		lvs_writer_addr(&writer, &addr);
		expect(&writer, texts[i]);
		lvs_writer_endpoint(&writer, &addr, 65535);
		expect(&writer, lvs_endpoint_format(&addr, 65535, endpoint));
	}
}

static void much_is_written(void **state)
{
	struct lvs_writer writer = { .bytes = NULL };
	size_t len = 0;
	char text[64];

	(void)state;
	for (unsigned int i = 0; i < 100000; i++) {
		lvs_writer_format(&writer, "%u %s\n", i, "line");
		len += (size_t)snprintf(text, sizeof(text), "%u line\n", i);
		assert_int_equal(writer.len, len);
	}
	assert_memory_equal(writer.bytes + len - strlen("99999 line\n"), "99999 line\n", strlen("99999 line\n"));
	lvs_writer_fini(&writer);
	lvs_writer_fini(&writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written),
		cmocka_unit_test(addresses_are_written_as_elsewhere),
		cmocka_unit_test(much_is_written),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
