// SPDX-License-Identifier: GPL-2.0-or-later
/* What the guard refuses before libconfig sees it, and the trees and repaired texts it hands on. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/scan.h"

static const struct row {
	const char *text;
	const char *finding;
} rows[] = {
	{ "a", "1:2: \"=\" after \"a\" expected, not the end of the file (a = value;)" },
	{ "a 1;", "1:3: \"=\" after \"a\" expected, not \"1\" (a = value;)" },
	{ "a =", "1:4: a value expected, not the end of the file" },
	{ "a = ;", "1:5: a value expected, not \";\"" },
	{ "a = = 1;", "1:5: a value expected, not \"=\"" },
	{ "= 1;", "1:1: the name of a setting expected, not \"=\"" },
	{ "1 = 1;", "1:1: the name of a setting expected, not \"1\"" },
	{ "\"a\" = 1;", "1:1: the name of a setting expected, not a string" },
	{ "true = 1;", "1:1: the name of a setting expected, not \"true\"" },
	{ "{ a = 1; }", "1:1: the name of a setting expected, not \"{\"" },
	{ "a = 1;\n}", "2:1: \"}\" closes nothing" },
	{ "a = 1 )", "1:7: \")\" closes nothing" },
	{ "\n  a = {\n b = 1;\n", "2:7: \"{\" is never closed" },
	{ "a = ( 1,\n 2", "2:3: \",\" or \")\" expected, not the end of the file (elements are separated by commas)" },
	{ "a = ( 1,", "1:5: \"(\" is never closed" },
	{ "a = [", "1:5: \"[\" is never closed" },
	{ "a = ( { } { } );", "1:11: \",\" or \")\" expected, not \"{\" (elements are separated by commas)" },
	{ "a = ( 1; );", "1:8: \",\" or \")\" expected, not \";\" (elements are separated by commas)" },
	{ "a = ( , 1 );", "1:7: a value expected, not \",\"" },
	{ "a = [ { } ];", "1:7: a plain value expected, not \"{\" (lists of groups stand in ( ))" },
	{ "a = \"b", "1:5: string is never closed (a quote is missing)" },
	{ "a = \"b\\", "1:5: string is never closed (a quote is missing)" },
	{ "/* a = 1;", "1:1: comment is never closed (end it with */)" },
	{ "a = 1; @include \"b\"", "1:8: @include is not supported (the configuration is one file, so that a reload sees "
				   "all of it or nothing)" },
	{ "a = 1;\x01", "1:7: unexpected character \"?\"" },
	{ "a = 1 ! 2", "1:7: unexpected character \"!\"" },
	{ "a = \xe2\x80\x9cx\xe2\x80\x9d;", "1:5: unexpected character \"\xe2\x80\x9c\" (strings stand in plain quotes: \")" },
	{ "\xff", "1:1: unexpected character \"?\"" },
	{ "_a = 1", "1:1: unexpected character \"_\"" },
	/* columns count characters, not bytes; a byte order mark is none */
	{ "/* \xc3\xa4\xc3\xb6\xc3\xbc */ !", "1:11: unexpected character \"!\"" },
	{ "\xef\xbb\xbf!", "1:1: unexpected character \"!\"" },
	{ "a = 1;\r\n\t!\r\n", "2:2: unexpected character \"!\"" },
	{ "a={b={c={d={e={f={g={h={i={j={k={l={m={n={o={p={q={r=1;}}}}}}}}}}}}}}}}}",
	  "1:51: nested deeper than 16" },
};

/* Understood, so that libconfig and the tables get to see the rest. */
static const struct {
	const char *text;
	const char *finding;
	const char *repaired;
} mended[] = {
	{ "a = b;", "1:5: \"b\" is not a value (strings stand in quotes; truth is true or false)", "a = 0;" },
	{ "a = tcp;", "1:5: \"tcp\" is not a value (strings stand in quotes; truth is true or false)", "a = 0  ;" },
	{ "a = 192.0.2.1:80;", "1:5: \"192.0.2.1:80\" is not a value (strings, and so addresses, stand in quotes)",
	  "a = 0           ;" },
	{ "a = 010", "1:5: \"010\" is not a value (write it without the leading zero)", "a = 0  " },
	{ "a = 010;", "1:5: \"010\" is not a value (write it without the leading zero)", "a = 0  ;" },
	{ "a = 1k;", "1:5: \"1k\" is not a value (strings, and so addresses, stand in quotes)", "a = 0 ;" },
	{ "a = -0x1;", "1:5: \"-0x1\" is not a value (strings, and so addresses, stand in quotes)", "a = 0   ;" },
	{ "a = 1; a = 2; b = 3;", "1:8: \"a\" is set twice (the first one is in line 1)", "a = 1;        b = 3;" },
	{ "a = 1\na = (1,\n2)\nb = 3", "2:1: \"a\" is set twice (the first one is in line 1)", "a = 1\n       \n  \nb = 3" },
	{ "a = 1;; b = 2", "1:7: \";\" without a setting in front of it (remove it)", "a = 1;  b = 2" },
	{ "; a = 1", "1:1: \";\" without a setting in front of it (remove it)", "  a = 1" },
	{ "a = (1, 2, );", "1:10: \",\" without an element after it (remove it)", "a = (1, 2  );" },
	{ "a = [\"x\", 1];", "1:11: array of values of several types (lists of mixed values stand in ( ))",
	  "a = [\"x\", 1];" },
	{ "a = \"\\q\";", "1:6: unknown escape in a string (a backslash itself is written \\\\)", "a = \"\\q\";" },
	{ "a = \"x\\x00\";", "1:7: string holds a NUL", "a = \"x\\x00\";" },
};

static void check_finding(const char *text, const struct lvs_conf_errors *errors, const char *expect)
{
	char line[400], with_name[400];

	snprintf(with_name, sizeof(with_name), "lvs.conf:%s", expect);
	if (errors->n != 1)
		fail_msg("%zu findings in: %s", errors->n, text);
	assert_string_equal(lvs_conf_errors_line(errors, 0, line, sizeof(line)), with_name);
}

/* A copy with nothing behind it, not even a NUL, so that a read beyond the end is seen under ASan. */
static char *bare_copy(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

static void what_cannot_be_understood_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf_scan scan;
		size_t len = strlen(rows[i].text);
		char *text = bare_copy(rows[i].text, len);

		lvs_conf_errors_init(&errors, "lvs.conf", text, len);
		assert_int_equal(lvs_conf_scan_init(text, len, &errors, &scan), -EINVAL);
		check_finding(rows[i].text, &errors, rows[i].finding);
		free(text);
	}
}

static void slips_are_reported_and_mended(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mended); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf_scan scan;
		size_t len = strlen(mended[i].text);
		char *text = bare_copy(mended[i].text, len);

		lvs_conf_errors_init(&errors, "lvs.conf", text, len);
		assert_int_equal(lvs_conf_scan_init(text, len, &errors, &scan), 0);
		check_finding(mended[i].text, &errors, mended[i].finding);
		assert_memory_equal(scan.repaired, mended[i].repaired, len);
		assert_string_equal(scan.repaired + len, "\n");
		lvs_conf_scan_fini(&scan);
		free(text);
	}
}

static void a_nul_byte_is_refused(void **state)
{
	static const char text[] = "a = 1;\n# \0x\n";
	struct lvs_conf_errors errors;
	struct lvs_conf_scan scan;

	(void)state;
	lvs_conf_errors_init(&errors, "lvs.conf", text, sizeof(text) - 1);
	assert_int_equal(lvs_conf_scan_init(text, sizeof(text) - 1, &errors, &scan), -EINVAL);
	check_finding(text, &errors, "2:3: there is a NUL byte (is this a text file?)");
}

static const struct {
	const char *text;
	int64_t number;
} numbers[] = {
	{ "0", 0 }, { "-0", 0 }, { "7", 7 }, { "+7", 7 }, { "-7", -7 }, { "7L", 7 }, { "-7LL", -7 },
	{ "4294967376", 4294967376 }, { "0x50", 0x50 }, { "0XfF", 255 }, { "0xffL", 255 },
	{ "9223372036854775807", INT64_MAX }, { "9223372036854775808", INT64_MAX },
	{ "-9223372036854775808", INT64_MIN }, { "99999999999999999999999999999", INT64_MAX },
	{ "0xffffffffffffffffff", INT64_MAX }, { "18446744073709551617", INT64_MAX },
};

static void numbers_keep_their_digits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct lvs_conf_errors errors;
		struct lvs_conf_scan scan;
		char text[64];
		int len = snprintf(text, sizeof(text), "a=%s", numbers[i].text);

		lvs_conf_errors_init(&errors, "lvs.conf", text, (size_t)len);
		assert_int_equal(lvs_conf_scan_init(text, (size_t)len, &errors, &scan), 0);
		assert_int_equal(errors.n, 0);
		assert_int_equal(scan.nodes[1].kind, LVS_CONF_NODE_NUMBER);
		assert_true(scan.nodes[1].number == numbers[i].number);
		assert_int_equal(scan.nodes[1].is_long, strchr(numbers[i].text, 'L') != NULL);
		lvs_conf_scan_fini(&scan);
	}
}

static void the_tree_knows_places(void **state)
{
	static const char text[] = "# x\ng : {\n  a = \"1\"\n\t\"2\", b = [ true, FALSE ]\n}\nf = 1.5e3";
	static const struct {
		enum lvs_conf_node_kind kind;
		uint32_t name_line, line, nchildren;
		const char *at;
	} nodes[] = {
		{ LVS_CONF_NODE_GROUP, 0, 0, 2, "" },	      { LVS_CONF_NODE_GROUP, 2, 2, 2, "{" },
		{ LVS_CONF_NODE_STRING, 3, 3, 0, "\"1\"" },   { LVS_CONF_NODE_ARRAY, 4, 4, 2, "[" },
		{ LVS_CONF_NODE_BOOL, 0, 4, 0, "true" },      { LVS_CONF_NODE_BOOL, 0, 4, 0, "FALSE" },
		{ LVS_CONF_NODE_FLOAT, 6, 6, 0, "1.5e3" },
	};
	struct lvs_conf_errors errors;
	struct lvs_conf_scan scan;

	(void)state;
	lvs_conf_errors_init(&errors, "lvs.conf", text, strlen(text));
	assert_int_equal(lvs_conf_scan_init(text, strlen(text), &errors, &scan), 0);
	assert_int_equal(errors.n, 0);
	assert_int_equal(scan.n, ARRAY_LEN(nodes));
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		assert_int_equal(scan.nodes[i].kind, nodes[i].kind);
		assert_int_equal(scan.nodes[i].name.line, nodes[i].name_line);
		assert_int_equal(scan.nodes[i].value.line, nodes[i].line);
		assert_int_equal(scan.nodes[i].nchildren, nodes[i].nchildren);
		assert_memory_equal(text + scan.nodes[i].value.offset, nodes[i].at, strlen(nodes[i].at));
	}
	assert_int_equal(scan.nodes[0].first, 1);
	assert_int_equal(scan.nodes[1].next, 6);
	assert_int_equal(scan.nodes[1].first, 2);
	assert_int_equal(scan.nodes[2].next, 3);
	assert_int_equal(scan.nodes[6].next, 0);
	lvs_conf_scan_fini(&scan);
}

/* Return: the text "@unit@unit..." with @n units between @head and @tail, to be freed */
static char *repeat(const char *head, const char *unit, size_t n, const char *tail)
{
	char *text = malloc(strlen(head) + n * strlen(unit) + strlen(tail) + 1), *p = text;

	assert_non_null(text);
	p = stpcpy(p, head);
	while (n--)
		p = stpcpy(p, unit);
	stpcpy(p, tail);
	return text;
}

static void sizes_have_limits(void **state)
{
	static const struct {
		const char *head, *unit;
		size_t n;
		const char *tail, *finding;
	} limits[] = {
		{ "a = (", "1,", 131072, "1);", "1:262150: more than 131072 elements in one list" },
		{ "a = ( (", "1,", 131072, "1) );", "1:262152: more than 131072 elements in one list" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		char *text = repeat(limits[i].head, limits[i].unit, limits[i].n, limits[i].tail);
		struct lvs_conf_errors errors;
		struct lvs_conf_scan scan;

		lvs_conf_errors_init(&errors, "lvs.conf", text, strlen(text));
		assert_int_equal(lvs_conf_scan_init(text, strlen(text), &errors, &scan), -EINVAL);
		check_finding("many elements", &errors, limits[i].finding);
		free(text);
	}
}

static void a_group_has_a_limit(void **state)
{
	char text[65 * 8 + 1], *p = text;
	struct lvs_conf_errors errors;
	struct lvs_conf_scan scan;

	(void)state;
	for (int i = 0; i < 65; i++)
		p += sprintf(p, "k%d=1;\n", i);
	lvs_conf_errors_init(&errors, "lvs.conf", text, strlen(text));
	assert_int_equal(lvs_conf_scan_init(text, strlen(text), &errors, &scan), -EINVAL);
	check_finding("many settings", &errors, "65:1: more than 64 settings in one group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_understood_is_refused),
		cmocka_unit_test(slips_are_reported_and_mended),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(numbers_keep_their_digits),
		cmocka_unit_test(the_tree_knows_places),
		cmocka_unit_test(sizes_have_limits),
		cmocka_unit_test(a_group_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
