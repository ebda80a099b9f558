// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "check/regex.h"

static void test_refused(void **state)
{
	char message[LVS_CHECK_MESSAGE_BYTES] = "";
	struct lvs_regex *regex = NULL;

	(void)state;
	assert_int_equal(lvs_regex_new("(", &regex, message), -EINVAL);
	assert_null(regex);
	assert_string_not_equal(message, "");
	lvs_regex_free(NULL);
}

#ifdef HAVE_PCRE2
static const struct row {
	const char *what, *regex, *bytes;
	enum lvs_regex_found found;
} rows[] = {
	{ "anywhere", "b+", "aabb", LVS_REGEX_FOUND },
	{ "nowhere", "b+", "aacc", LVS_REGEX_NOT_FOUND },
	{ "nothing in nothing", "^$", "", LVS_REGEX_FOUND },
	{ "what must not be there", "\\A(?![\\s\\S]*(?:down))", "up\nor\ndown\n", LVS_REGEX_NOT_FOUND },
	{ "what takes for ever", "^(([a-z])+.)+[A-Z]([a-z])+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  LVS_REGEX_TOO_LONG },
};

static void test_search(void **state)
{
	(void)state;
	for (const struct row *row = rows; row < rows + ARRAY_LEN(rows); row++) {
		char message[LVS_CHECK_MESSAGE_BYTES];
		struct lvs_regex *regex;

		assert_int_equal(lvs_regex_new(row->regex, &regex, message), 0);
		if (lvs_regex_search(regex, row->bytes, strlen(row->bytes)) != row->found)
			fail_msg("%s", row->what);
		lvs_regex_free(regex);
	}
}

/* The length says where the end is, not a NUL. */
static void test_bytes(void **state)
{
	static const char bytes[] = "a\0b";
	char message[LVS_CHECK_MESSAGE_BYTES];
	struct lvs_regex *regex;

	(void)state;
	assert_int_equal(lvs_regex_new("a\\x00b", &regex, message), 0);
	assert_int_equal(lvs_regex_search(regex, bytes, 3), LVS_REGEX_FOUND);
	assert_int_equal(lvs_regex_search(regex, bytes, 2), LVS_REGEX_NOT_FOUND);
	lvs_regex_free(regex);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
#ifdef HAVE_PCRE2
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_bytes),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
