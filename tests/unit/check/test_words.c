// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "base/bytes.h"
#include "check/words.h"

static const struct {
	const char *text;
	enum lvs_outcome outcome;
	struct lvs_check_answer answer;
	const char *reason;
} rows[] = {
	{ "up", LVS_OUTCOME_PASSED, { 0 }, "said \"up\"" },
	{ "UP", LVS_OUTCOME_PASSED, { 0 }, "said \"UP\"" },
	{ "down", LVS_OUTCOME_FAILED, { 0 }, "said \"down\"" },
	{ "down#disk full", LVS_OUTCOME_FAILED, { 0 }, "said \"down#disk full\"" },
	{ "failed", LVS_OUTCOME_FAILED, { 0 }, NULL },
	{ "stopped # by hand", LVS_OUTCOME_FAILED, { 0 }, NULL },
	{ "ready", LVS_OUTCOME_PASSED, { .wish = LVS_CHECK_WISH_READY }, NULL },
	{ "drain", LVS_OUTCOME_PASSED, { .wish = LVS_CHECK_WISH_DRAIN }, NULL },
	{ "maint", LVS_OUTCOME_PASSED, { .wish = LVS_CHECK_WISH_MAINTENANCE }, NULL },
	{ "75%", LVS_OUTCOME_PASSED, { LVS_CHECK_WEIGHT_PERCENT, 75, 0 }, NULL },
	{ "0%", LVS_OUTCOME_PASSED, { LVS_CHECK_WEIGHT_PERCENT, 0, 0 }, NULL },
	{ "25600%", LVS_OUTCOME_PASSED, { LVS_CHECK_WEIGHT_PERCENT, 25600, 0 }, NULL },
	{ "7", LVS_OUTCOME_PASSED, { LVS_CHECK_WEIGHT_ABSOLUTE, 7, 0 }, NULL },
	{ " \tup, 50%,ready\r\n", LVS_OUTCOME_PASSED, { LVS_CHECK_WEIGHT_PERCENT, 50, LVS_CHECK_WISH_READY }, "said \"up, 50%,ready\"" },
	{ "maxconn:30 up", LVS_OUTCOME_PASSED, { 0 }, NULL },
	{ "down up", LVS_OUTCOME_PASSED, { 0 }, NULL },
	{ "up down", LVS_OUTCOME_FAILED, { 0 }, NULL },
	{ "", LVS_OUTCOME_BROKEN, { 0 }, "said nothing" },
	{ " \t\r\n", LVS_OUTCOME_BROKEN, { 0 }, "said nothing" },
	{ "#up", LVS_OUTCOME_BROKEN, { 0 }, "said nothing" },
	{ "upp", LVS_OUTCOME_BROKEN, { 0 }, "cannot make sense of \"upp\"" },
	{ "50% purple", LVS_OUTCOME_BROKEN, { 0 }, "cannot make sense of \"purple\"" },
	{ "25601%", LVS_OUTCOME_BROKEN, { 0 }, NULL },
	{ "65536", LVS_OUTCOME_BROKEN, { 0 }, NULL },
	{ "99999999999999999999999", LVS_OUTCOME_BROKEN, { 0 }, NULL },
	{ "-1", LVS_OUTCOME_BROKEN, { 0 }, NULL },
	{ "5%5", LVS_OUTCOME_BROKEN, { 0 }, NULL },
	{ "HTTP/1.1 200 OK", LVS_OUTCOME_BROKEN, { 0 }, NULL },
};

static void words_mean(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_check_result result;
		bool sense = lvs_words_read(rows[i].text, &result);

		if (sense != (rows[i].outcome != LVS_OUTCOME_BROKEN) || result.outcome != rows[i].outcome ||
		    result.answer.weight != rows[i].answer.weight || result.answer.value != rows[i].answer.value ||
		    result.answer.wish != rows[i].answer.wish || (rows[i].reason && strcmp(result.reason, rows[i].reason) != 0))
			fail_msg("\"%s\": %d, weight %d %d, wish %d: %s", rows[i].text, result.outcome, result.answer.weight,
				 result.answer.value, result.answer.wish, result.reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words_mean) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
