// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <string.h>

#include "conf/suggest.h"

static const struct {
	const char *wrong;
	const char *candidates[4];
	const char *best;
} rows[] = {
	{ "schduler", { "scheduler", "servers" }, "scheduler" },
	{ "sheduler", { "scheduler" }, "scheduler" },
	{ "wieght", { "weight" }, "weight" },
	{ "Weight", { "weight" }, "weight" },
	{ "adress", { "address", "name" }, "address" },
	{ "server", { "services", "servers" }, "servers" },
	{ "tcpfin_", { "tcp", "tcpfin" }, "tcpfin" },
	{ "mto", { "mtu" }, "mtu" },
	{ "wlcc", { "rr", "wrr", "lc", "wlc" }, "wlc" },
	{ "rrr", { "rr", "wrr" }, "rr" },
	{ "xyz", { "mtu" }, NULL },
	{ "x", { "y" }, NULL },
	{ "persistence_engine", { "persistent" }, NULL },
	{ "", { "a", "mtu" }, NULL },
	{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", { "mtu" }, NULL },
	{ "abcdefghijklmnopqrstuvwxyzabcdef", { "abcdefghijklmnopqrstuvwxyzabcdeg" },
	  "abcdefghijklmnopqrstuvwxyzabcdeg" },
};

static void near_words_are_suggested_and_far_ones_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_conf_suggest suggest;

		lvs_conf_suggest_init(&suggest, rows[i].wrong);
		for (size_t k = 0; k < 4 && rows[i].candidates[k]; k++)
			lvs_conf_suggest_try(&suggest, rows[i].candidates[k]);
		if (!rows[i].best || !suggest.best)
			assert_ptr_equal(suggest.best, rows[i].best);
		else
			assert_string_equal(suggest.best, rows[i].best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_words_are_suggested_and_far_ones_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
