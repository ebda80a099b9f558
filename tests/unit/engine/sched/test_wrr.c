// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and connections, and what a change does to a pass. */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include "base/bytes.h"

static const struct test_sequence as_ipvs[] = {
	{ "equal weights, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@20/0 2@20/0 1@20/0" },
	{ "equal weights, closed before the next", TEST_CLOSES,
	  "+1:1 +2:1 +3:1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@0/20 2@0/20 1@0/20" },
	{ "weights 1-4, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 "
	  "4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 "
	  "4@24/0 3@18/0 2@12/0 1@6/0" },
	{ "weights 1-4, closed before the next", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 "
	  "4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 4 3 2 1 4 4 3 4 3 2 "
	  "4@0/24 3@0/18 2@0/12 1@0/6" },
	{ "weights 4,2,2, kept open", TEST_STAYS_OPEN,
	  "+1:4 +2:2 +3:2 "
	  "3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 "
	  "1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 "
	  "3@15/0 2@15/0 1@30/0" },
	{ "weights 4,2,2, closed before the next", TEST_CLOSES,
	  "+1:4 +2:2 +3:2 "
	  "3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 "
	  "1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 "
	  "3@0/15 2@0/15 1@0/30" },
	{ "one at weight 0, kept open", TEST_STAYS_OPEN,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 "
	  "5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 "
	  "5@6/0 4@6/0 3@18/0 2@0/0 1@30/0" },
	{ "one at weight 0, closed before the next", TEST_CLOSES,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 "
	  "5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 5 4 3 1 1 1 3 1 3 1 "
	  "5@0/6 4@0/6 3@0/18 2@0/0 1@0/30" },
	{ "weights 10,5,2, kept open", TEST_STAYS_OPEN,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 1 1 1 1 1 2 1 2 1 2 1 3 2 1 3 2 1 1 1 1 1 1 2 1 2 1 2 "
	  "1 3 2 1 3 2 1 1 1 1 1 1 2 1 2 1 2 1 3 2 1 3 2 1 1 1 1 1 1 2 "
	  "3@7/0 2@17/0 1@36/0" },
	{ "weights 10,5,2, closed before the next", TEST_CLOSES,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 1 1 1 1 1 2 1 2 1 2 1 3 2 1 3 2 1 1 1 1 1 1 2 1 2 1 2 "
	  "1 3 2 1 3 2 1 1 1 1 1 1 2 1 2 1 2 1 3 2 1 3 2 1 1 1 1 1 1 2 "
	  "3@0/7 2@0/17 1@0/36" },
	{ "weights 3,1, kept open", TEST_STAYS_OPEN,
	  "+1:3 +2:1 "
	  "2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 "
	  "1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 "
	  "2@15/0 1@45/0" },
	{ "weights 3,1, closed before the next", TEST_CLOSES,
	  "+1:3 +2:1 "
	  "2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 "
	  "1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 "
	  "2@0/15 1@0/45" },
	{ "equal weights, added in the order S3 S1 S2, kept open", TEST_STAYS_OPEN,
	  "+3:1 +1:1 +2:1 2 1 3 2 1 3 2 1 3 2 1 3 2@4/0 1@4/0 3@4/0" },
	{ "every second connection closed at once", TEST_EVERY_SECOND_CLOSES,
	  "+1:1 +2:2 +3:3 "
	  "3 2 1 3 3 2 3 2 1 3 3 2 3 2 1 3 3 2 3 2 1 3 3 2 3 2 1 3 3 2 "
	  "3 2 1 3 3 2 3 2 1 3 3 2 3 2 1 3 3 2 3 2 1 3 3 2 3 2 1 3 3 2 "
	  "3@20/10 2@0/20 1@10/0" },
	{ "table changed on the way, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 3 2 1 3 2 1 3 2 1 3 "
	  "=2:3 3 2 1 2 2 3 2 1 2 2 3 2 1 2 "
	  "-1 2 2 3 2 2 2 3 2 2 2 "
	  "+4:2 4 2 4 3 2 2 4 2 4 3 2 2 4 2 "
	  "=3:0 4 2 4 2 2 4 2 4 2 2 "
	  "+1:1 2 4 2 1 4 2 2 4 2 1 1@8/0 4@12/0 3@11/0 2@37/0" },
	{ "upper threshold: S1 -x 4, S2 -x 6 -y 3, S3 none, kept open", TEST_STAYS_OPEN,
	  "+1:3:4 +2:2:6:3 +3:1 "
	  "3 2 1 1 2 1 3 2 1 2 3 2 2 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "<12 "
	  "3@17/3 2@1/5 1@0/4 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@32/3 2@1/5 1@0/4" },
	{ "all weights 0", TEST_STAYS_OPEN,
	  "+1:0 +2:0 x x" },
	{ "no server at all", TEST_STAYS_OPEN,
	  "x x" },
	{ "single server", TEST_STAYS_OPEN,
	  "+1:1 1 1 1" },
};

static const struct test_sequence passes[] = {
	{ "any edit begins the pass anew, even one that changes nothing", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 3 =1:1 3 2 1 3" },
	{ "attached to servers that are there, it begins at the top", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 * 3 3 2 3 2 1 3 3 2" },
	{ "the only server with weight goes", TEST_STAYS_OPEN, "+1:0 +2:3 2 2 -2 x =1:7 1 1" },
	{ "all servers go and others come", TEST_STAYS_OPEN, "+1:1 +2:2 2 1 2 -1 -2 x +3:4 +4:2 4 3 3 4 3 3" },
	{ "far apart", TEST_STAYS_OPEN, "+1:1 +2:65535 2 1 2 2 2 2 2 2 2" },
};

static const struct test_sequence overload[] = {
	{ "the heaviest is unusable: passes that only it could win are skipped", TEST_STAYS_OPEN,
	  "+1:1 +2:5 +3:3 !2:0 3 1 3 3 3 1 3 3 3 1 3 3 !2:5 2 3 2 1 2 2 3 2 3 2 3" },
	{ "65534 passes in vain", TEST_STAYS_OPEN, "+1:1 +2:65535 2 1 2 2 !2:0 1 1 1" },
	{ "all unusable, in the middle of a pass: a cycle ends where it began", TEST_STAYS_OPEN,
	  "+1:2 +2:4 +3:6 3 2 1 3 !1:0 !2:0 !3:0 x !1:2 !2:4 !3:6 2 1 3 3 2 3 2 1" },
	{ "all unusable, before a pass: back at the top", TEST_STAYS_OPEN,
	  "+1:2 +2:4 +3:6 !1:0 !2:0 !3:0 x !1:2 !2:4 !3:6 3 3 2 3 2 1 3 3" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("wrr", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void passes_begin_anew_after_changes(void **state)
{
	(void)state;
	test_sequences("wrr", passes, ARRAY_LEN(passes));
}

static void passes_over_unusable_servers(void **state)
{
	(void)state;
	test_sequences("wrr", overload, ARRAY_LEN(overload));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(passes_begin_anew_after_changes),
		cmocka_unit_test(passes_over_unusable_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
