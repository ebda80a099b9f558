// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "base/bytes.h"
#include "check/verdict.h"

/* Results, one a second: 'p' passed, 'f' failed, 'b' broken; and the state after each: 'u' up, 'd' down, '?' unknown. */
static const struct row {
	const char *what;
	struct lvs_verdict_rules rules;
	const char *results;
	const char *states;
} rows[] = {
	{ "the first result decides at once", { .rise = 3, .fall = 3 }, "p", "u" },
	{ "whatever it is", { .rise = 3, .fall = 3 }, "f", "d" },
	{ "unless it says nothing", { .rise = 3, .fall = 3 }, "bbbbp", "????u" },
	{ "so many failures in a row end it", { .rise = 2, .fall = 3 }, "pfff", "uuud" },
	{ "not if one in between passes", { .rise = 2, .fall = 3 }, "pffpffpff", "uuuuuuuuu" },
	{ "so many passes in a row bring it back", { .rise = 2, .fall = 1 }, "fppp", "dduu" },
	{ "not if one in between fails", { .rise = 2, .fall = 3 }, "fpfpfpp", "ddddddu" },
	{ "rise and fall of one", { .rise = 1, .fall = 1 }, "pfpfp", "ududu" },
	{ "a check that breaks is never up", { .rise = 1, .fall = 2 }, "pbbbb", "uu???" },
	{ "nor down, which it knows nothing of", { .rise = 1, .fall = 2 }, "fbbb", "dd??" },
	{ "misses of both kinds add up, the last one names the state", { .rise = 1, .fall = 3 }, "pfbf", "uuud" },
	{ "and again", { .rise = 1, .fall = 3 }, "pffb", "uuu?" },
	{ "down stays down while only some break", { .rise = 1, .fall = 3 }, "fbfbfb", "dddddd" },
	{ "from unknown the first result decides again", { .rise = 3, .fall = 2 }, "pbbfbbp", "uu?dd?u" },
	{ "a pass after breaks begins to count anew", { .rise = 2, .fall = 3 }, "fbbpbp", "dddddd" },
	{ "who flaps is held", { .rise = 1, .fall = 1, .flap_changes = 2, .flap_window = LVS_SECONDS(10),
				 .flap_hold = LVS_SECONDS(4) }, "pfpfpppppp", "ududddduuu" },
	{ "and falls later again when held again", { .rise = 1, .fall = 1, .flap_changes = 2, .flap_window = LVS_SECONDS(3),
						      .flap_hold = LVS_SECONDS(3) }, "pfpfpppfp", "ududddudu" },
	{ "falls long ago are forgotten", { .rise = 1, .fall = 1, .flap_changes = 2, .flap_window = LVS_SECONDS(3),
					    .flap_hold = LVS_SECONDS(4) }, "pfppppfpppp", "uduuuuduuuu" },
	{ "rise counts while it is held", { .rise = 3, .fall = 1, .flap_changes = 1, .flap_window = LVS_SECONDS(1),
					    .flap_hold = LVS_SECONDS(2) }, "pfppp", "udddu" },
};

static char letter(enum lvs_health_state state)
{
	return "?du"[state];
}

static void results_become_a_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct lvs_verdict verdict = { .state = LVS_HEALTH_UNKNOWN };
		char got[32] = "", was = '?';

		for (size_t k = 0; row->results[k]; k++) {
			enum lvs_outcome outcome = (enum lvs_outcome)(strchr("pfb", row->results[k]) - "pfb");
			lvs_ns now = LVS_SECONDS(100 + k);
			bool changed = lvs_verdict_add(&verdict, &row->rules, outcome, "because", 5, now);

			got[k] = letter(verdict.state);
			if (changed != (got[k] != was))
				fail_msg("%s: change %zu", row->what, k);
			if (changed)
				assert_int_equal(verdict.since, now);
			was = got[k];
		}
		if (strcmp(got, row->states) != 0)
			fail_msg("%s: %s came to %s, not to %s", row->what, row->results, got, row->states);
	}
}

static void last_result_is_told_in_printable_words(void **state)
{
	const struct lvs_verdict_rules rules = { .rise = 1, .fall = 1 };
	struct lvs_verdict verdict = { .state = LVS_HEALTH_UNKNOWN };
	char longer[400];

	(void)state;
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_FAILED, "a\033[31mb\xff\n", 7, 9);
	assert_string_equal(verdict.reason, "a.[31mb..");
	assert_int_equal(verdict.latency, 7);
	assert_int_equal(verdict.checked_at, 9);
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_BROKEN, "no", 8, 10);
	assert_int_equal(verdict.latency, 7);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_FAILED, longer, 7, 9);
	assert_int_equal(strlen(verdict.reason), LVS_CHECK_REASON_BYTES - 1);
	assert_int_equal(verdict.results[LVS_OUTCOME_PASSED], 0);
	assert_int_equal(verdict.results[LVS_OUTCOME_FAILED], 2);
	assert_int_equal(verdict.results[LVS_OUTCOME_BROKEN], 1);
}

static void asks_sooner_while_something_changes(void **state)
{
	const struct lvs_verdict_rules rules = { .rise = 2, .fall = 2, .flap_changes = 1, .flap_window = 1,
						 .flap_hold = LVS_SECONDS(10) };
	struct lvs_verdict verdict = { .state = LVS_HEALTH_UNKNOWN };

	(void)state;
	assert_true(lvs_verdict_changing(&verdict));
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_PASSED, "", 0, 1);
	assert_false(lvs_verdict_changing(&verdict));
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_FAILED, "", 0, 2);
	assert_true(lvs_verdict_changing(&verdict));
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_FAILED, "", 0, 3);
	assert_int_equal(verdict.state, LVS_HEALTH_DOWN);
	assert_false(lvs_verdict_changing(&verdict));
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_PASSED, "", 0, 4);
	assert_true(lvs_verdict_held(&verdict, 4));
	assert_false(lvs_verdict_changing(&verdict));	/* nothing is won by asking a held one often */
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_FAILED, "", 0, LVS_SECONDS(11));
	lvs_verdict_add(&verdict, &rules, LVS_OUTCOME_PASSED, "", 0, LVS_SECONDS(12));
	assert_false(lvs_verdict_held(&verdict, LVS_SECONDS(12)));
	assert_true(lvs_verdict_changing(&verdict));
}

static const struct initial_row {
	const char *what;
	enum lvs_initial initial;
	enum lvs_health_state state, last;
	lvs_ns unknown_for;
	bool up;
} initial_rows[] = {
	{ "what is known counts", LVS_INITIAL_DOWN, LVS_HEALTH_UP, LVS_HEALTH_UNKNOWN, 0, true },
	{ "whatever was assumed", LVS_INITIAL_UP, LVS_HEALTH_DOWN, LVS_HEALTH_UP, 0, false },
	{ "maintenance is not up", LVS_INITIAL_UP, LVS_HEALTH_MAINTENANCE, LVS_HEALTH_UP, 0, false },
	{ "down until asked", LVS_INITIAL_DOWN, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UP, 0, false },
	{ "up until asked", LVS_INITIAL_UP, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UNKNOWN, 9, true },
	{ "but not for ever", LVS_INITIAL_UP, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UNKNOWN, 10, false },
	{ "as it was", LVS_INITIAL_LAST, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UP, 9, true },
	{ "as it was, down", LVS_INITIAL_LAST, LVS_HEALTH_UNKNOWN, LVS_HEALTH_DOWN, 9, false },
	{ "as it was, for some time", LVS_INITIAL_LAST, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UP, 10, false },
	{ "it never was", LVS_INITIAL_LAST, LVS_HEALTH_UNKNOWN, LVS_HEALTH_UNKNOWN, 0, false },
};

static void unknown_counts_as_the_operator_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(initial_rows); i++) {
		const struct initial_row *row = &initial_rows[i];

		if (lvs_initial_is_up(row->initial, row->state, row->last, row->unknown_for, 10) != row->up)
			fail_msg("%s", row->what);
	}
}

static const struct combine_row {
	const char *what, *states;
	uint32_t needed;
	char result;
} combine_rows[] = {
	{ "no check, no doubt", "", LVS_NEEDED_ALL, 'u' },
	{ "all of one", "u", LVS_NEEDED_ALL, 'u' },
	{ "all of two, one down", "ud", LVS_NEEDED_ALL, 'd' },
	{ "all of two, one unknown", "u?", LVS_NEEDED_ALL, '?' },
	{ "all of three, one down, one unknown", "u?d", LVS_NEEDED_ALL, 'd' },
	{ "any of two", "ud", 1, 'u' },
	{ "any of two, none", "dd", 1, 'd' },
	{ "any of two, perhaps", "d?", 1, '?' },
	{ "two of three", "uud", 2, 'u' },
	{ "two of three, not yet", "u?d", 2, '?' },
	{ "two of three, in no case", "?dd", 2, 'd' },
	{ "more than there are are all", "uu", 5, 'u' },
	{ "more than there are, one down", "ud", 5, 'd' },
};

static void checks_of_a_server_are_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(combine_rows); i++) {
		const struct combine_row *row = &combine_rows[i];
		enum lvs_health_state states[8];
		size_t n = strlen(row->states);

		for (size_t k = 0; k < n; k++)
			states[k] = (enum lvs_health_state)(strchr("?du", row->states[k]) - "?du");
		if (letter(lvs_verdict_combine(states, n, row->needed)) != row->result)
			fail_msg("%s", row->what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_become_a_verdict),
		cmocka_unit_test(last_result_is_told_in_printable_words),
		cmocka_unit_test(asks_sooner_while_something_changes),
		cmocka_unit_test(unknown_counts_as_the_operator_says),
		cmocka_unit_test(checks_of_a_server_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
