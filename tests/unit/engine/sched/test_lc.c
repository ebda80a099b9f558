// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and connections, and where one overhead outweighs another. */
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
	  "4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 "
	  "2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 "
	  "4@15/0 3@15/0 2@15/0 1@15/0" },
	{ "weights 1-4, closed before the next", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 "
	  "2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 "
	  "4@0/15 3@0/15 2@0/15 1@0/15" },
	{ "weights 4,2,2, kept open", TEST_STAYS_OPEN,
	  "+1:4 +2:2 +3:2 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@20/0 2@20/0 1@20/0" },
	{ "weights 4,2,2, closed before the next", TEST_CLOSES,
	  "+1:4 +2:2 +3:2 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@0/20 2@0/20 1@0/20" },
	{ "one at weight 0, kept open", TEST_STAYS_OPEN,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 "
	  "3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 "
	  "5@15/0 4@15/0 3@15/0 2@0/0 1@15/0" },
	{ "one at weight 0, closed before the next", TEST_CLOSES,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 "
	  "3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 5 4 3 1 "
	  "5@0/15 4@0/15 3@0/15 2@0/0 1@0/15" },
	{ "weights 10,5,2, kept open", TEST_STAYS_OPEN,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@20/0 2@20/0 1@20/0" },
	{ "weights 10,5,2, closed before the next", TEST_CLOSES,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@0/20 2@0/20 1@0/20" },
	{ "weights 3,1, kept open", TEST_STAYS_OPEN,
	  "+1:3 +2:1 "
	  "2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 "
	  "2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 "
	  "2@30/0 1@30/0" },
	{ "weights 3,1, closed before the next", TEST_CLOSES,
	  "+1:3 +2:1 "
	  "2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 "
	  "2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 "
	  "2@0/30 1@0/30" },
	{ "equal weights, added in the order S3 S1 S2, kept open", TEST_STAYS_OPEN,
	  "+3:1 +1:1 +2:1 2 1 3 2 1 3 2 1 3 2 1 3 2@4/0 1@4/0 3@4/0" },
	{ "every second connection closed at once", TEST_EVERY_SECOND_CLOSES,
	  "+1:1 +2:2 +3:3 "
	  "3 2 1 2 2 3 1 3 3 2 2 1 1 3 3 2 2 1 1 3 3 2 2 1 1 3 3 2 2 1 "
	  "1 3 3 2 2 1 1 3 3 2 2 1 1 3 3 2 2 1 1 3 3 2 2 1 1 3 3 2 2 1 "
	  "3@10/10 2@10/11 1@10/9" },
	{ "table changed on the way, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 3 2 1 3 2 1 3 2 1 3 "
	  "=2:3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "-1 3 2 3 2 3 2 3 2 3 2 "
	  "+4:2 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "=3:0 2 4 2 4 2 4 2 4 2 4 "
	  "+1:1 1 1 1 1 1 1 1 1 1 1 1@18/0 4@19/0 3@13/0 2@18/0" },
	{ "upper threshold: S1 -x 4, S2 -x 6 -y 3, S3 none, kept open", TEST_STAYS_OPEN,
	  "+1:3:4 +2:2:6:3 +3:1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 3 2 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "<12 "
	  "3@16/4 2@2/4 1@0/4 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@31/4 2@2/4 1@0/4" },
	{ "all weights 0", TEST_STAYS_OPEN,
	  "+1:0 +2:0 x x" },
	{ "no server at all", TEST_STAYS_OPEN,
	  "x x" },
	{ "single server", TEST_STAYS_OPEN,
	  "+1:1 1 1 1" },
};

static const struct test_sequence overhead[] = {
	{ "one active connection is more than 256 inactive ones", TEST_STAYS_OPEN, "+1:1 +2:1 1:0/256 2:1/0 1" },
	{ "257 inactive ones are as much: the newest server wins", TEST_STAYS_OPEN, "+1:1 +2:1 1:0/257 2:1/0 2" },
	{ "258 are more", TEST_STAYS_OPEN, "+1:1 +2:1 1:1/0 2:0/258 1" },
	{ "weights do not matter", TEST_STAYS_OPEN, "+1:65535 +2:1 1:2/0 2:1/0 2" },
	{ "weight 0 drains even when idle", TEST_STAYS_OPEN, "+1:1 +2:0 1:999/999 1" },
	{ "all drained: nobody", TEST_STAYS_OPEN, "+1:0 +2:0 x" },
	{ "counters at their limits", TEST_STAYS_OPEN,
	  "+1:1 +2:1 1:4294967295/4294967294 2:4294967295/4294967295 1" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("lc", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void compares_overheads(void **state)
{
	(void)state;
	test_sequences("lc", overhead, ARRAY_LEN(overhead));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(compares_overheads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
