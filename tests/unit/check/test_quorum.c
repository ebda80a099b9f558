// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "base/bytes.h"
#include "check/quorum.h"

/* Weights of the live servers one after the other, and whether there is a quorum then: '+' or '-'. */
static const struct row {
	const char *what;
	uint32_t quorum, hysteresis;
	bool had;
	uint64_t weights[6];
	const char *is;
} rows[] = {
	{ "one is enough, none is not", 1, 0, false, { 0, 1, 5, 0, 1, 0 }, "-++-+-" },
	{ "without hysteresis won and lost at one mark", 10, 0, false, { 9, 10, 11, 10, 9, 10 }, "-+++-+" },
	{ "won above, lost below, kept between", 10, 3, false, { 12, 13, 10, 7, 6, 12 }, "-+++--" },
	{ "what was there stays between", 10, 3, true, { 12, 8, 7, 6, 7, 13 }, "+++--+" },
	{ "nothing is never a quorum", 1, 0, true, { 0, 0, 0, 0, 0, 0 }, "------" },
	{ "a hysteresis as large as the quorum is cut", 4, 4, true, { 1, 0, 6, 7, 1, 0 }, "+--++-" },
	{ "and one that is larger", 4, 1000, false, { 6, 7, 1, 0, 6, 7 }, "-++--+" },
	{ "one cannot have any", 1, 7, false, { 1, 0, 1, 1, 0, 0 }, "+-++--" },
	{ "sums beyond 32 bits", 4294967295, 4294967294, false,
	  { 4294967295, 8589934588, 8589934589, 1, 0, 4294967296 }, "--++--" },
};

static void quorum_is_won_and_lost_as_keepalived_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool is = rows[i].had;

		for (size_t k = 0; k < ARRAY_LEN(rows[i].weights); k++) {
			is = lvs_quorum_is(is, rows[i].quorum, rows[i].hysteresis, rows[i].weights[k]);
			if (is != (rows[i].is[k] == '+'))
				fail_msg("%s: step %zu", rows[i].what, k);
		}
	}
}

/* Servers: 'u' live, 'm' out on purpose, a digit: fell then. Kept ones are marked 'k'. */
static const struct protect_row {
	const char *what, *servers;
	uint32_t min;
	const char *kept;
} protect_rows[] = {
	{ "nobody is kept unless asked for", "123", 0, "..." },
	{ "the last ones stay", "132", 1, ".k." },
	{ "two of them", "132", 2, ".kk" },
	{ "all if need be", "132", 9, "kkk" },
	{ "live ones count", "u13", 2, "..k" },
	{ "and suffice", "uu3", 2, "..." },
	{ "who is out on purpose stays out", "mm1", 3, "..k" },
	{ "of equals the first one", "555", 1, "k.." },
	{ "no servers", "", 1, "" },
};

static void last_servers_are_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(protect_rows); i++) {
		const struct protect_row *row = &protect_rows[i];
		struct lvs_protected servers[8];
		size_t n = strlen(row->servers), kept = 0, said;

		for (size_t k = 0; k < n; k++) {
			char c = row->servers[k];

			servers[k] = (struct lvs_protected){ .live = c == 'u', .exempt = c == 'm',
							     .since = c <= '9' ? (lvs_ns)(c - '0') : 0, .ret_kept = true };
		}
		said = lvs_quorum_protect(servers, n, row->min);

		for (size_t k = 0; k < n; k++) {
			kept += servers[k].ret_kept;
			if (servers[k].ret_kept != (row->kept[k] == 'k'))
				fail_msg("%s: server %zu", row->what, k);
		}
		assert_int_equal(said, kept);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quorum_is_won_and_lost_as_keepalived_counts),
		cmocka_unit_test(last_servers_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
