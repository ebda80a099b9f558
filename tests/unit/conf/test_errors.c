// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"

/* One finding at @offset of a text, as it is printed. */
static void check_print(const char *text, struct lvs_conf_where where, const char *expect)
{
	struct lvs_conf_errors errors;
	char *out = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&out, &size);

	assert_non_null(file);
	lvs_conf_errors_init(&errors, "lvs.conf", text, strlen(text));
	lvs_conf_errors_add(&errors, LVS_CONF_ERROR, &where, "mend it", "it is %s", "broken");
	lvs_conf_errors_seal(&errors);
	lvs_conf_errors_print(&errors, file);
	fclose(file);
	assert_string_equal(out, expect);
	free(out);
}

static void a_finding_shows_line_caret_and_hint(void **state)
{
	(void)state;
	check_print("a = 1;\nbc = 2;\nd = 3;\n", (struct lvs_conf_where){ 2, 12 },
		    "lvs.conf:2:6: it is broken\n  bc = 2;\n       ^\nhint: mend it\n");
	/* tabs keep their width, umlauts are one column, the carriage return is not shown */
	check_print("\t\xc3\xa4\t= 2;\r\n", (struct lvs_conf_where){ 1, 6 },
		    "lvs.conf:1:6: it is broken\n  \t\xc3\xa4\t= 2;\n  \t \t  ^\nhint: mend it\n");
	/* behind the last character */
	check_print("a =", (struct lvs_conf_where){ 1, 3 },
		    "lvs.conf:1:4: it is broken\n  a =\n     ^\nhint: mend it\n");
	check_print("a = 1;\n", (struct lvs_conf_where){ 2, 7 },
		    "lvs.conf:2:1: it is broken\n  \n  ^\nhint: mend it\n");
	/* nothing in a file can reach the terminal as a control sequence, or turn the line around */
	check_print("\x1b[31m\x7f\xc2\x9b\xe2\x80\xae\xff x", (struct lvs_conf_where){ 1, 13 },
		    "lvs.conf:1:11: it is broken\n  ?[31m???? x\n            ^\nhint: mend it\n");
}

static void a_long_line_is_shown_around_the_column(void **state)
{
	char text[1000], expect[400], shown[80];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[500] = 'X';
	memset(shown, 'a', 76);
	shown[76] = '\0';
	shown[60] = 'X';
	snprintf(expect, sizeof(expect), "lvs.conf:1:501: it is broken\n  %s\n  %60s^\nhint: mend it\n", shown, "");
	check_print(text, (struct lvs_conf_where){ 1, 500 }, expect);
}

static void findings_are_ordered_counted_and_limited(void **state)
{
	char text[64], line[400], tail[64];
	struct lvs_conf_errors errors;
	char *out = NULL;
	size_t size = 0;
	FILE *file;

	(void)state;
	memset(text, '\n', sizeof(text));
	lvs_conf_errors_init(&errors, "lvs.conf", text, sizeof(text));
	for (uint32_t i = 30; i > 25; i--)
		lvs_conf_errors_add(&errors, LVS_CONF_WARNING, &(struct lvs_conf_where){ i, i - 1 }, NULL, "odd");
	for (uint32_t i = 22; i > 0; i--)
		lvs_conf_errors_add(&errors, LVS_CONF_ERROR, &(struct lvs_conf_where){ i, i - 1 }, NULL, "wrong");
	lvs_conf_errors_add(&errors, LVS_CONF_WARNING, NULL, NULL, "odd as a whole");
	lvs_conf_errors_seal(&errors);
	assert_int_equal(errors.nerrors, 22);
	assert_int_equal(errors.nwarnings, 6);
	/* errors took the places of all warnings */
	assert_int_equal(errors.n, LVS_CONF_ERRORS_MAX);
	for (size_t i = 0; i < errors.n; i++) {
		assert_int_equal(errors.list[i].severity, LVS_CONF_ERROR);
		assert_int_equal(errors.list[i].line, i + 3);
	}
	assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)), "lvs.conf:3:1: wrong");
	file = open_memstream(&out, &size);
	assert_non_null(file);
	lvs_conf_errors_print(&errors, file);
	fclose(file);
	snprintf(tail, sizeof(tail), "lvs.conf: and 8 more\n");
	assert_true(size > strlen(tail));
	assert_string_equal(out + size - strlen(tail), tail);
	free(out);
}

static void warnings_say_so(void **state)
{
	struct lvs_conf_errors errors;
	char line[400];

	(void)state;
	lvs_conf_errors_init(&errors, "/etc/a\nb\x1b", NULL, 0);
	lvs_conf_errors_add(&errors, LVS_CONF_WARNING, NULL, "look", "%s", "odd\n");
	lvs_conf_errors_add(&errors, LVS_CONF_ERROR, &(struct lvs_conf_where){ 3, 77 }, NULL, "wrong");
	lvs_conf_errors_seal(&errors);
	assert_string_equal(lvs_conf_errors_line(&errors, 0, line, sizeof(line)), "/etc/a?b?: warning: odd? (look)");
	/* without a text there is a line, but no column */
	assert_string_equal(lvs_conf_errors_line(&errors, 1, line, sizeof(line)), "/etc/a?b?:3: wrong");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_shows_line_caret_and_hint),
		cmocka_unit_test(a_long_line_is_shown_around_the_column),
		cmocka_unit_test(findings_are_ordered_counted_and_limited),
		cmocka_unit_test(warnings_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
