// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and destinations, and who serves a destination. */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include "base/bytes.h"

static const struct test_sequence as_ipvs[] = {
	{ "equal weights, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.228.1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "d10.99.228.1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@30/0 2@30/0 1@30/0" },
	{ "equal weights, closed at once", TEST_CLOSES,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.229.1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "d10.99.229.1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "3@0/30 2@0/30 1@0/30" },
	{ "weights 1-4, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "d10.99.230.1 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "d10.99.230.1 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4@36/0 3@27/0 2@18/0 1@9/0" },
	{ "weights 1-4, closed at once", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "d10.99.231.1 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "d10.99.231.1 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 4 3 2 1 4 3 4 2 3 4 "
	  "4@0/36 3@0/27 2@0/18 1@0/9" },
	{ "five servers, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 +4:1 +5:1 "
	  "d10.99.232.1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 "
	  "5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 "
	  "d10.99.232.1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 "
	  "5@18/0 4@18/0 3@18/0 2@18/0 1@18/0" },
	{ "five servers, closed at once", TEST_CLOSES,
	  "+1:1 +2:1 +3:1 +4:1 +5:1 "
	  "d10.99.233.1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 "
	  "5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 "
	  "d10.99.233.1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 5 4 3 2 1 "
	  "5@0/18 4@0/18 3@0/18 2@0/18 1@0/18" },
	{ "one destination, 30 connections kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.234.1/1 3 3 2 2 1 1 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 1 2 3 "
	  "3@10/0 2@10/0 1@10/0" },
	{ "one destination, 30 connections kept open", TEST_STAYS_OPEN,
	  "+1:3 +2:2 +3:1 "
	  "d10.99.235.1/1 3 3 2 2 2 1 1 1 1 1 2 1 1 2 3 1 2 1 1 2 3 1 2 1 1 2 3 1 2 1 "
	  "3@5/0 2@10/0 1@15/0" },
	{ "two destinations in turn, 60 connections kept open", TEST_STAYS_OPEN,
	  "+1:2 +2:2 +3:2 +4:2 "
	  "d10.99.236.1/2 4 3 4 3 4 3 2 1 2 1 2 1 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 "
	  "4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 2 1 4 3 "
	  "4@15/0 3@15/0 2@15/0 1@15/0" },
	{ "S2 set to weight 0 later", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.237.1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "=2:0 d10.99.237.1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 "
	  "3@25/0 2@10/0 1@25/0" },
	{ "S2 removed, then S4 added", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.238.1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 3 2 1 "
	  "-2 d10.99.238.1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 "
	  "+4:1 d10.99.238.1 4 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 3 1 1 3 3 1 "
	  "4@1/0 3@39/0 1@40/0" },
	{ "ordinary TCP service, one VIP, 20 clients", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d192.0.2.10/1 3 3 2 2 1 1 1 2 3 1 2 3 1 2 3 1 2 3 1 2 "
	  "3@6/0 2@7/0 1@7/0" },
};

static const struct test_sequence sets[] = {
	{ "no server", TEST_STAYS_OPEN, "x" },
	{ "all drained or overloaded", TEST_STAYS_OPEN, "+1:0 +2:1 !2:0 x" },
	{ "a destination stays, whatever others do", TEST_STAYS_OPEN,
	  "+1:100 +2:100 d10.9.0.1/1 2 d10.9.0.2/1 1 1 1 d10.9.0.1/1 2 2 2 2 2" },
	{ "as many connections as its weight are not too many", TEST_STAYS_OPEN, "+1:9 +2:4 d10.9.0.1/1 2 2:4/0 2 1" },
	{ "nobody has less than half of its weight: it stays", TEST_STAYS_OPEN, "+1:8 +2:4 1:4/0 d10.9.0.1/1 2 2:9/0 2" },
	{ "one less, and it goes", TEST_STAYS_OPEN, "+1:8 +2:4 1:4/0 d10.9.0.1/1 2 2:9/0 1:3/0 1" },
	{ "an overloaded one that has few is still one that has few", TEST_STAYS_OPEN,
	  "+1:9 +2:1 +3:2 !1:0 d10.9.0.1/1 3 3:3/0 2:3/0 3" },
	{ "its server is overloaded: another one", TEST_STAYS_OPEN, "+1:1 +2:1 d10.9.0.1/1 2 !2:0 1" },
	{ "its server comes back in time", TEST_STAYS_OPEN, "+1:9 +2:9 d10.9.0.1/1 2 -2 t86399 +2:9 1:0/0 2 -2 1 +2:9 1" },
	{ "its server comes back under a scheduler that was attached anew", TEST_STAYS_OPEN,
	  "+1:9 +2:9 d10.9.0.1/1 2 1:0/0 2:5/0 * 1" },
	{ "after a day, once half an hour is over, it begins anew", TEST_STAYS_OPEN,
	  "+1:9 +2:9 d10.9.0.1/1 2 t86399 2 t88200 1" },
	{ "more than a day, but the half hour is not over", TEST_STAYS_OPEN, "+1:9 +2:9 d10.9.0.1/1 2 t100 2 t87000 2" },
	{ "but not while it is asked for", TEST_STAYS_OPEN,
	  "+1:99 +2:99 d10.9.0.1/1 2 t80000 2 t80000 2 t80000 2 d10.9.0.2/1 1" },
	{ "it has both", TEST_STAYS_OPEN, "+1:9 +2:9 d10.9.0.1/1 2 2:10/0 1 2:0/0 2 1 1:5/0 2" },
	{ "of equals, the one that joined last", TEST_STAYS_OPEN, "+1:9 +2:9 d10.9.0.1/1 2 2:10/0 1 1:2/0 2:2/0 1" },
	{ "the lighter for its weight", TEST_STAYS_OPEN, "+1:9 +2:18 d10.9.0.1/1 2 2:19/0 1 1:4/0 2:7/0 2 1 2" },
	{ "after a day without a newcomer the one with the most leaves", TEST_STAYS_OPEN,
	  "+1:9 +2:9 d10.9.0.1/1 2 2:10/0 1 1:1/0 2:5/0 t50000 1 t36400 1 t1 1 1:9/0 2:0/0 1" },
	{ "not before", TEST_STAYS_OPEN,
	  "+1:9 +2:9 d10.9.0.1/1 2 2:10/0 1 1:1/0 2:5/0 t50000 1 t36400 1 1:9/0 2:0/0 2" },
	{ "the one that leaves may be the one that is chosen once more", TEST_STAYS_OPEN,
	  "+1:9 +2:9 d10.9.0.1/1 2 2:10/0 1 t50000 1 2:5/0 !1:0 t36401 2 !1:1 1:7/0 1" },
	{ "a newcomer keeps all of them", TEST_STAYS_OPEN,
	  "+1:9 +2:9 +3:9 d10.9.0.1/1 3 3:10/0 2 t50000 2:10/0 1 t50000 1:3/0 2:2/0 3:1/0 3 1:0/0 2:1/0 3:1/0 1" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("lblcr", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void serves_destinations_by_several(void **state)
{
	(void)state;
	test_sequences("lblcr", sets, ARRAY_LEN(sets));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(serves_destinations_by_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
