// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and connections, and who counts as idle. */
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
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@0/60 2@0/0 1@0/0" },
	{ "weights 1-4, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 3 2 1 4 3 4 4 3 2 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 "
	  "4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 "
	  "4@24/0 3@18/0 2@12/0 1@6/0" },
	{ "weights 1-4, closed before the next", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "4@0/60 3@0/0 2@0/0 1@0/0" },
	{ "weights 4,2,2, kept open", TEST_STAYS_OPEN,
	  "+1:4 +2:2 +3:2 "
	  "3 2 1 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 "
	  "2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 1 3 2 1 "
	  "3@15/0 2@15/0 1@30/0" },
	{ "weights 4,2,2, closed before the next", TEST_CLOSES,
	  "+1:4 +2:2 +3:2 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@0/60 2@0/0 1@0/0" },
	{ "one at weight 0, kept open", TEST_STAYS_OPEN,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 4 3 1 1 1 3 1 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 "
	  "1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 "
	  "5@6/0 4@6/0 3@18/0 2@0/0 1@30/0" },
	{ "one at weight 0, closed before the next", TEST_CLOSES,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 "
	  "5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 "
	  "5@0/60 4@0/0 3@0/0 2@0/0 1@0/0" },
	{ "weights 10,5,2, kept open", TEST_STAYS_OPEN,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 1 1 2 1 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 "
	  "1 3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 "
	  "3@7/0 2@18/0 1@35/0" },
	{ "weights 10,5,2, closed before the next", TEST_CLOSES,
	  "+1:10 +2:5 +3:2 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@0/60 2@0/0 1@0/0" },
	{ "weights 3,1, kept open", TEST_STAYS_OPEN,
	  "+1:3 +2:1 "
	  "2 1 1 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 "
	  "2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 1 1 2 1 "
	  "2@15/0 1@45/0" },
	{ "weights 3,1, closed before the next", TEST_CLOSES,
	  "+1:3 +2:1 "
	  "2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 "
	  "2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 "
	  "2@0/60 1@0/0" },
	{ "equal weights, added in the order S3 S1 S2, kept open", TEST_STAYS_OPEN,
	  "+3:1 +1:1 +2:1 "
	  "2 1 3 2 1 3 2 1 3 2 1 3 "
	  "2@4/0 1@4/0 3@4/0" },
	{ "every second connection closed at once", TEST_EVERY_SECOND_CLOSES,
	  "+1:1 +2:2 +3:3 "
	  "3 2 2 1 1 3 3 3 3 2 2 3 3 2 2 3 3 3 3 2 2 1 1 3 3 2 2 3 3 3 "
	  "3 2 2 1 1 3 3 2 2 3 3 3 3 2 2 1 1 3 3 2 2 3 3 3 3 2 2 1 1 3 "
	  "3@15/15 2@10/10 1@5/5" },
	{ "table changed on the way, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "3 2 1 3 2 1 3 2 1 3 "
	  "=2:3 2 2 2 2 2 2 2 2 2 1 2 2 3 2 "
	  "-1 2 2 3 2 2 2 3 2 2 2 "
	  "+4:2 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "=3:0 4 4 2 2 4 2 4 2 2 4 "
	  "+1:1 1 1 1 1 1 2 1 4 2 2 "
	  "1@10/0 4@20/0 3@7/0 2@31/0" },
	{ "upper threshold: S1 -x 4, S2 -x 6 -y 3, S3 none, kept open", TEST_STAYS_OPEN,
	  "+1:3:4 +2:2:6:3 +3:1 "
	  "3 2 1 1 2 1 1 2 3 2 2 3 2 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "<12 "
	  "3@17/3 2@1/5 1@0/4 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@32/3 2@1/5 1@0/4" },
	{ "all weights 0", TEST_STAYS_OPEN,
	  "+1:0 +2:0 "
	  "x x" },
	{ "no server at all", TEST_STAYS_OPEN,
	  "x x" },
	{ "single server", TEST_STAYS_OPEN,
	  "+1:1 "
	  "1 1 1" },
};

static const struct test_sequence idleness[] = {
	{ "the newest idle one, however light", TEST_STAYS_OPEN, "+1:100 +2:1 +3:1 3:1/0 2" },
	{ "inactive connections leave a server idle", TEST_STAYS_OPEN, "+1:1 +2:1 2:0/999999 2" },
	{ "none is idle: the shortest delay", TEST_STAYS_OPEN, "+1:3 +2:1 1:1/0 2:1/0 1" },
	{ "idle but drained", TEST_STAYS_OPEN, "+1:1 +2:0 1:5/0 1" },
	{ "idle but overloaded", TEST_STAYS_OPEN, "+1:1 +2:1 !2:0 1:5/0 1 !2:1 2" },
	{ "UDP: all to the newest", TEST_CLOSES, "+1:1 +2:1 2 2 2 2" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("nq", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void prefers_idle_servers(void **state)
{
	(void)state;
	test_sequences("nq", idleness, ARRAY_LEN(idleness));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(prefers_idle_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
