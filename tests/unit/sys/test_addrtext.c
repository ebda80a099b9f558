// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>

#include "sys/addrtext.h"

static const struct {
	const char *text;
	const char *addr;	/* NULL: refused */
	uint16_t port;
	int err;
} endpoints[] = {
	{ "192.0.2.10:80", "192.0.2.10", 80, 0 },
	{ "192.0.2.10:65535", "192.0.2.10", 65535, 0 },
	{ "192.0.2.10", "192.0.2.10", 0, 0 },
	{ "[2001:db8::53]:53", "2001:db8::53", 53, 0 },
	{ "[2001:db8::53]", "2001:db8::53", 0, 0 },
	{ "[::]:1", "::", 1, 0 },
	{ "", NULL, 0, -EINVAL },
	{ ":80", NULL, 0, -EINVAL },
	{ "[", NULL, 0, -EINVAL },
	{ "[]:80", NULL, 0, -EINVAL },
	{ "[2001:db8::53", NULL, 0, -EINVAL },
	{ "[2001:db8::53]53", NULL, 0, -EINVAL },
	{ "2001:db8::53", NULL, 0, -EINVAL },
	{ "2001:db8::53:80", NULL, 0, -EINVAL },
	{ "[192.0.2.10]:80", NULL, 0, -EINVAL },
	{ "[::ffff:192.0.2.10]:80", NULL, 0, -EINVAL },
	{ "[fe80::1%lo]:80", NULL, 0, -EINVAL },
	{ "192.0.2.010:80", NULL, 0, -EINVAL },
	{ "192.0.2:80", NULL, 0, -EINVAL },
	{ "192.0.2.256:80", NULL, 0, -EINVAL },
	{ " 192.0.2.1:80", NULL, 0, -EINVAL },
	{ "www:80", NULL, 0, -EINVAL },
	{ "1111111111111111111111111111111111111111111111111111111:80", NULL, 0, -EINVAL },
	{ "192.0.2.10:", NULL, 0, -ERANGE },
	{ "192.0.2.10:0", NULL, 0, -ERANGE },
	{ "192.0.2.10:080", NULL, 0, -ERANGE },
	{ "192.0.2.10:65536", NULL, 0, -ERANGE },
	{ "192.0.2.10:4294967376", NULL, 0, -ERANGE },
	{ "192.0.2.10:+80", NULL, 0, -ERANGE },
	{ "192.0.2.10:80 ", NULL, 0, -ERANGE },
	{ "192.0.2.10:http", NULL, 0, -ERANGE },
	{ "192.0.2.10:80:80", NULL, 0, -ERANGE },
};

static void endpoints_are_read_and_written_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endpoints); i++) {
		const struct lvs_addr untouched = { .halves = { 1, 2 } };
		struct lvs_addr addr = untouched;
		uint16_t port = 4711;
		char text[LVS_ENDPOINT_TEXT_BYTES];
		int err = lvs_endpoint_parse(endpoints[i].text, &addr, &port);

		if (err != endpoints[i].err)
			fail_msg("\"%s\": %d, not %d", endpoints[i].text, err, endpoints[i].err);
		if (err < 0) {
			assert_true(lvs_addr_equal(&addr, &untouched));
			assert_int_equal(port, 4711);
			continue;
		}
		assert_int_equal(port, endpoints[i].port);
		assert_string_equal(lvs_addr_format(&addr, text), endpoints[i].addr);
		assert_string_equal(lvs_endpoint_format(&addr, port, text), endpoints[i].text);
	}
}

static void the_longest_spelling_fits(void **state)
{
	struct lvs_addr addr, again;
	char text[LVS_ENDPOINT_TEXT_BYTES];
	uint16_t port;

	(void)state;
	memset(&addr, 0xff, sizeof(addr));
	assert_string_equal(lvs_endpoint_format(&addr, 65535, text),
			    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	assert_int_equal(lvs_endpoint_parse(text, &again, &port), 0);
	assert_true(lvs_addr_equal(&addr, &again));
}

static void literals_are_one_value_one_text(void **state)
{
	struct lvs_addr addr;
	char text[LVS_ADDR_TEXT_BYTES];

	(void)state;
	assert_int_equal(lvs_addr_parse("10.0.0.1", &addr), 0);
	assert_true(lvs_addr_is4(&addr));
	assert_int_equal(lvs_addr_parse("2001:DB8:0:0::1", &addr), 0);
	assert_string_equal(lvs_addr_format(&addr, text), "2001:db8::1");
	assert_int_equal(lvs_addr_parse("::ffff:10.0.0.1", &addr), -EINVAL);
	assert_int_equal(lvs_addr_parse("[::1]", &addr), -EINVAL);
	assert_int_equal(lvs_addr_parse("10.0.0.1 ", &addr), -EINVAL);
}

static void prefixes_are_read_and_written_back(void **state)
{
	static const struct row {
		const char *text;
		int err;
		uint8_t bits;
		const char *written;	/* NULL: the same */
	} rows[] = {
		{ "192.0.2.0/28", 0, 124, NULL },
		{ "192.0.2.10", 0, 128, NULL },
		{ "192.0.2.10/32", 0, 128, "192.0.2.10" },
		{ "0.0.0.0/0", 0, 96, NULL },
		{ "192.0.2.18/28", 0, 124, "192.0.2.16/28" },
		{ "2001:db8::/32", 0, 32, NULL },
		{ "2001:db8::1", 0, 128, NULL },
		{ "2001:db8::1/127", 0, 127, "2001:db8::/127" },
		{ "::/0", 0, 0, NULL },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127", 0, 127, NULL },
		{ "", -EINVAL, 0, NULL },
		{ "/24", -EINVAL, 0, NULL },
		{ "192.0.2/24", -EINVAL, 0, NULL },
		{ "[2001:db8::]/32", -EINVAL, 0, NULL },
		{ "::ffff:192.0.2.0/120", -EINVAL, 0, NULL },
		{ "www/24", -EINVAL, 0, NULL },
		{ "1111111111111111111111111111111111111111111111111111111/2", -EINVAL, 0, NULL },
		{ "192.0.2.0/", -ERANGE, 0, NULL },
		{ "192.0.2.0/33", -ERANGE, 0, NULL },
		{ "192.0.2.0/024", -ERANGE, 0, NULL },
		{ "192.0.2.0/+8", -ERANGE, 0, NULL },
		{ "192.0.2.0/255.255.255.0", -ERANGE, 0, NULL },
		{ "192.0.2.0/24/8", -ERANGE, 0, NULL },
		{ "2001:db8::/129", -ERANGE, 0, NULL },
		{ "2001:db8::/4294967328", -ERANGE, 0, NULL },
	};
	char text[LVS_PREFIX_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_prefix prefix = { .bits = 77 };
		bool exact = false;
		int err = lvs_prefix_parse(rows[i].text, &prefix, &exact);

		if (err != rows[i].err)
			fail_msg("\"%s\": %d, not %d", rows[i].text, err, rows[i].err);
		assert_int_equal(prefix.bits, err ? 77 : rows[i].bits);
		if (err)
			continue;
		assert_string_equal(lvs_prefix_format(&prefix, text), rows[i].written ? rows[i].written : rows[i].text);
		assert_int_equal(exact, strcmp(rows[i].text, "192.0.2.18/28") && strcmp(rows[i].text, "2001:db8::1/127"));
	}
}

static void ends_are_prefixes_ports_or_both(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint8_t bits;
		uint16_t port;
		const char *prefix;
	} rows[] = {
		{ "192.0.2.10", 0, 128, 0, "192.0.2.10" },
		{ "192.0.2.10:80", 0, 128, 80, "192.0.2.10" },
		{ "192.0.2.17/28", 0, 124, 0, "192.0.2.16/28" },
		{ "192.0.2.0/28:80", 0, 124, 80, "192.0.2.0/28" },
		{ "0.0.0.0/0:80", 0, 96, 80, "0.0.0.0/0" },
		{ ":80", 0, 0, 80, "::/0" },
		{ "2001:db8::", 0, 128, 0, "2001:db8::" },
		{ "2001:db8::1:80", 0, 128, 0, "2001:db8::1:80" },
		{ "2001:db8::/32", 0, 32, 0, "2001:db8::/32" },
		{ "[2001:db8::1]", 0, 128, 0, "2001:db8::1" },
		{ "[2001:db8::1]:53", 0, 128, 53, "2001:db8::1" },
		{ "[2001:db8::/32]:65535", 0, 32, 65535, "2001:db8::/32" },
		{ "", -EINVAL, 0, 0, NULL },
		{ ":", -ERANGE, 0, 0, NULL },
		{ "::", 0, 128, 0, "::" },
		{ "[]:80", -EINVAL, 0, 0, NULL },
		{ "[192.0.2.10]:80", -EINVAL, 0, 0, NULL },
		{ "[2001:db8::1", -EINVAL, 0, 0, NULL },
		{ "[2001:db8::1]53", -EINVAL, 0, 0, NULL },
		{ "[2001:db8::]/32:53", -EINVAL, 0, 0, NULL },
		{ "192.0.2.10:", -ERANGE, 0, 0, NULL },
		{ "192.0.2.10:0", -ERANGE, 0, 0, NULL },
		{ "192.0.2.10:http", -ERANGE, 0, 0, NULL },
		{ "192.0.2.10:80/24", -ERANGE, 0, 0, NULL },
		{ "192.0.2.0/33", -ERANGE, 0, 0, NULL },
		{ "www:80", -EINVAL, 0, 0, NULL },
		{ "1111111111111111111111111111111111111111111111111111111111/2", -EINVAL, 0, 0, NULL },
	};
	char text[LVS_PREFIX_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_prefix prefix = { .bits = 77 };
		uint16_t port = 7;
		int err = lvs_ends_parse(rows[i].text, &prefix, &port);

		if (err != rows[i].err)
			fail_msg("\"%s\": %d, not %d", rows[i].text, err, rows[i].err);
		assert_int_equal(prefix.bits, err ? 77 : rows[i].bits);
		assert_int_equal(port, err ? 7 : rows[i].port);
		if (!err)
			assert_string_equal(lvs_prefix_format(&prefix, text), rows[i].prefix);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_are_read_and_written_back),
		cmocka_unit_test(the_longest_spelling_fits),
		cmocka_unit_test(literals_are_one_value_one_text),
		cmocka_unit_test(prefixes_are_read_and_written_back),
		cmocka_unit_test(ends_are_prefixes_ports_or_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
