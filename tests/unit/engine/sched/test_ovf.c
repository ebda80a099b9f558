// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and connections, and when a server flows over. */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include "base/bytes.h"

static const struct test_sequence as_ipvs[] = {
	{ "equal weights, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "3 3 2 2 1 1 x x x x x x x x x x x x x x x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "3@2/0 2@2/0 1@2/0" },
	{ "equal weights, closed before the next", TEST_CLOSES,
	  "+1:1 +2:1 +3:1 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@0/60 2@0/0 1@0/0" },
	{ "weights 1-4, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 4 4 4 4 3 3 3 3 2 2 2 1 1 x x x x x x x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "4@5/0 3@4/0 2@3/0 1@2/0" },
	{ "weights 1-4, closed before the next", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 4 "
	  "4@0/60 3@0/0 2@0/0 1@0/0" },
	{ "weights 4,2,2, kept open", TEST_STAYS_OPEN,
	  "+1:4 +2:2 +3:2 "
	  "1 1 1 1 1 3 3 3 2 2 2 x x x x x x x x x x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "3@3/0 2@3/0 1@5/0" },
	{ "weights 4,2,2, closed before the next", TEST_CLOSES,
	  "+1:4 +2:2 +3:2 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "3@0/0 2@0/0 1@0/60" },
	{ "one at weight 0, kept open", TEST_STAYS_OPEN,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "1 1 1 1 1 1 3 3 3 3 5 5 4 4 x x x x x x x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "5@2/0 4@2/0 3@4/0 2@0/0 1@6/0" },
	{ "one at weight 0, closed before the next", TEST_CLOSES,
	  "+1:5 +2:0 +3:3 +4:1 +5:1 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "5@0/0 4@0/0 3@0/0 2@0/0 1@0/60" },
	{ "weights 10,5,2, kept open", TEST_STAYS_OPEN,
	  "+1:10 +2:5 +3:2 "
	  "1 1 1 1 1 1 1 1 1 1 1 2 2 2 2 2 2 3 3 3 x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "3@3/0 2@6/0 1@11/0" },
	{ "weights 10,5,2, closed before the next", TEST_CLOSES,
	  "+1:10 +2:5 +3:2 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "3@0/0 2@0/0 1@0/60" },
	{ "weights 3,1, kept open", TEST_STAYS_OPEN,
	  "+1:3 +2:1 "
	  "1 1 1 1 2 2 x x x x x x x x x x x x x x x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "2@2/0 1@4/0" },
	{ "weights 3,1, closed before the next", TEST_CLOSES,
	  "+1:3 +2:1 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
	  "2@0/0 1@0/60" },
	{ "equal weights, added in the order S3 S1 S2, kept open", TEST_STAYS_OPEN,
	  "+3:1 +1:1 +2:1 "
	  "2 2 1 1 3 3 x x x x x x "
	  "2@2/0 1@2/0 3@2/0" },
	{ "every second connection closed at once", TEST_EVERY_SECOND_CLOSES,
	  "+1:1 +2:2 +3:3 "
	  "3 3 3 3 3 3 3 2 2 2 2 2 2 1 1 1 1 x x x x x x x x x x x x x "
	  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x "
	  "3@4/3 2@3/3 1@2/2" },
	{ "table changed on the way, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "3 3 2 2 1 1 x x x x "
	  "=2:3 2 2 x x x x x x x x x x x x "
	  "-1 x x x x x x x x x x "
	  "+4:2 4 4 4 x x x x x x x x x x x "
	  "=3:0 x x x x x x x x x x "
	  "+1:1 x x x x x x x x x x "
	  "1@2/0 4@3/0 3@2/0 2@4/0" },
	{ "upper threshold: S1 -x 4, S2 -x 6 -y 3, S3 none, kept open", TEST_STAYS_OPEN,
	  "+1:3:4 +2:2:6:3 +3:1 "
	  "1 1 1 1 2 2 2 3 3 x x x x x x x x x x x x x x x x x x x x x "
	  "<12 "
	  "3@0/2 2@0/3 1@0/4 "
	  "2 2 2 3 3 x x x x x x x x x x "
	  "3@2/2 2@3/3 1@0/4" },
	{ "all weights 0", TEST_STAYS_OPEN,
	  "+1:0 +2:0 "
	  "x x" },
	{ "no server at all", TEST_STAYS_OPEN,
	  "x x" },
	{ "single server", TEST_STAYS_OPEN,
	  "+1:1 "
	  "1 1 x" },
};

static const struct test_sequence flows[] = {
	{ "one more than its weight", TEST_STAYS_OPEN, "+1:2 +2:1 1 1 1 2 2 x" },
	{ "room again after a connection ends", TEST_STAYS_OPEN, "+1:2 +2:1 1:3/0 2 1:2/1 1" },
	{ "inactive connections take no room", TEST_STAYS_OPEN, "+1:2 +2:1 1:2/999999 1 2" },
	{ "a draw: the newest", TEST_STAYS_OPEN, "+1:1 +2:1 2 2 1 1 x" },
	{ "drained and overloaded ones are passed over", TEST_STAYS_OPEN, "+1:3 +2:2 +3:1 =1:0 !2:0 3" },
	{ "UDP never flows over", TEST_CLOSES, "+1:1 +2:1 2 2 2 2 2" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("ovf", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void overflows(void **state)
{
	(void)state;
	test_sequences("ovf", flows, ARRAY_LEN(flows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
