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
	  "4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4@24/0 3@18/0 2@12/0 1@6/0" },
	{ "weights 1-4, closed before the next", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
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
	  "5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 "
	  "5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 "
	  "5@6/0 4@6/0 3@18/0 2@0/0 1@30/0" },
	{ "one at weight 0, closed before the next", TEST_CLOSES,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 "
	  "5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 5 4 3 1 1 3 1 1 3 1 "
	  "5@0/6 4@0/6 3@0/18 2@0/0 1@0/30" },
	{ "weights 10,5,2, kept open", TEST_STAYS_OPEN,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 "
	  "1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 "
	  "3@7/0 2@18/0 1@35/0" },
	{ "weights 10,5,2, closed before the next", TEST_CLOSES,
	  "+1:10 +2:5 +3:2 "
	  "3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 "
	  "1 2 1 1 3 2 1 1 2 1 1 2 1 3 1 2 1 1 2 1 1 3 2 1 1 2 1 1 2 1 "
	  "3@0/7 2@0/18 1@0/35" },
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
	  "3 2 1 2 2 3 3 2 2 3 3 1 3 1 2 1 1 3 3 2 2 3 3 3 3 2 2 1 1 3 "
	  "3 2 2 3 3 3 3 2 2 1 1 3 3 2 2 3 3 3 3 2 2 1 1 3 3 2 2 3 3 3 "
	  "3@15/14 2@10/10 1@5/6" },
	{ "table changed on the way, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 3 2 1 3 2 1 3 2 1 3 "
	  "=2:3 2 2 2 2 2 2 2 1 2 2 3 2 1 2 "
	  "-1 2 3 2 2 2 3 2 2 2 3 "
	  "+4:2 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "=3:0 4 2 2 4 2 4 2 2 4 2 "
	  "+1:1 1 1 1 1 1 4 2 2 4 2 1@10/0 4@20/0 3@8/0 2@30/0" },
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

static const struct test_sequence overhead[] = {
	{ "one active connection is more than 256 inactive ones", TEST_STAYS_OPEN, "+1:1 +2:1 1:0/256 2:1/0 1" },
	{ "257 inactive ones are as much: the newest server wins", TEST_STAYS_OPEN, "+1:1 +2:1 1:0/257 2:1/0 2" },
	{ "258 are more", TEST_STAYS_OPEN, "+1:1 +2:1 1:1/0 2:0/258 1" },
	{ "twice the weight carries twice the load: the newest wins", TEST_STAYS_OPEN, "+1:2 +2:1 1:8/4 2:4/2 2" },
	{ "a little less than twice", TEST_STAYS_OPEN, "+1:2 +2:1 1:8/3 2:4/2 1" },
	{ "idle servers: the newest, whatever its weight", TEST_STAYS_OPEN, "+1:65535 +2:1 2" },
	{ "weight 0 drains even when idle", TEST_STAYS_OPEN, "+1:1 +2:0 1:999/999 1" },
	{ "all drained: nobody", TEST_STAYS_OPEN, "+1:0 +2:0 x" },
	{ "counters at their limits", TEST_STAYS_OPEN,
	  "+1:65535 +2:65535 1:4294967295/4294967294 2:4294967295/4294967295 1" },
	{ "weight and counter at their limits", TEST_STAYS_OPEN, "+1:65535 +2:1 1:4294967295/0 2:65537/0 2" },
	{ "the same and one more", TEST_STAYS_OPEN, "+1:65535 +2:1 1:4294967295/0 2:65537/1 1" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("wlc", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void compares_overheads_by_weight(void **state)
{
	(void)state;
	test_sequences("wlc", overhead, ARRAY_LEN(overhead));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(compares_overheads_by_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
