// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "lvsctl/import/regex.h"

static const struct row {
	const char *what, *regex, *text;
	bool whole;
} rows[] = {
	{ "nothing at all", "", "", true },
	{ "a plain text", "Test Page", "Test Page", true },
	{ "what is escaped is a character", "192\\.0\\.2\\.1 \\(up\\)", "192.0.2.1 (up)", true },
	{ "control characters", "a\\r\\n\\tb", "a\r\n\tb", true },
	{ "anchors", "^HTTP$", "HTTP", false },
	{ "a dot is any character", "ab.cde", "cde", false },
	{ "the first of two as long", "ab.cd", "ab", false },
	{ "a class", "HTTP/1\\.[01] 200", "HTTP/1.", false },
	{ "a class with its own bracket", "[]x]abc[^]y]", "abc", false },
	{ "a class by name", "a[[:digit:]]bc", "bc", false },
	{ "a class without an end", "abc[x", "", false },
	{ "a kind of character", "STAT pid \\d+", "STAT pid ", false },
	{ "what may be missing", "abcd?e", "abc", false },
	{ "any number of times", "ab*cd", "cd", false },
	{ "at least once", "ab+cd", "ab", false },
	{ "so many times", "abc{2,3}d", "ab", false },
	{ "a character of several bytes", "ab\xc3\xa9?", "ab", false },
	{ "a group is passed over", "(ab)?cd(?:e(f)[)]g)h", "cd", false },
	{ "alternatives in a group", "ab(c|d)", "ab", false },
	{ "alternatives", "ab|cd", "", false },
	{ "options", "(?i)ab", "", false },
	{ "options in a group", "ab((?i)c)", "", false },
	{ "looking ahead", "ab(?!cd)", "", false },
	{ "quoted by Perl", "\\Qa.b\\E", "", false },
	{ "a number of a character", "ab\\x41", "", false },
	{ "a backslash at the end", "ab\\", "", false },
	{ "a parenthesis too many", "ab)", "", false },
	{ "one too few", "(ab", "", false },
	{ "a brace without an end", "abc{", "ab", false },
	{ "cut off", "0123456789abcdef", "0123456789abcde", false },
};

static void test_literal(void **state)
{
	char text[16];

	(void)state;
	for (const struct row *row = rows; row < rows + ARRAY_LEN(rows); row++) {
		memset(text, 'x', sizeof(text));
		if (lvs_import_regex_literal(row->regex, text, sizeof(text)) != row->whole || strcmp(text, row->text) != 0)
			fail_msg("%s: \"%s\"", row->what, text);
	}
}

/* However long it is, the run that is kept is. */
static void test_long(void **state)
{
	char regex[2000], text[1000];

	(void)state;
	memset(regex, 'a', sizeof(regex) - 1);
	regex[sizeof(regex) - 1] = '\0';
	assert_false(lvs_import_regex_literal(regex, text, sizeof(text)));
	assert_int_equal(strlen(text), 256);
	assert_int_equal(strspn(text, "a"), 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
