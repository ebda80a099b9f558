// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and destinations, and when buckets are dealt anew. */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include "base/bytes.h"

static const struct test_sequence as_ipvs[] = {
	{ "equal weights, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.204.1 1 3 2 1 2 3 3 1 2 1 2 2 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 "
	  "2 3 2 3 2 1 2 1 2 1 3 1 2 2 3 2 3 1 1 2 3 2 1 3 1 2 1 3 2 3 "
	  "d10.99.204.1 1 3 2 1 2 3 3 1 2 1 2 2 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 "
	  "3@29/0 2@32/0 1@29/0" },
	{ "equal weights, closed at once", TEST_CLOSES,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.205.1 3 2 3 1 1 2 3 2 3 3 1 2 1 3 2 3 1 3 2 3 2 3 3 1 2 1 2 1 3 1 "
	  "3 1 3 2 3 2 1 2 1 2 3 3 1 3 1 2 2 3 1 3 2 1 2 3 2 1 3 1 2 2 "
	  "d10.99.205.1 3 2 3 1 1 2 3 2 3 3 1 2 1 3 2 3 1 3 2 3 2 3 3 1 2 1 2 1 3 1 "
	  "3@0/34 2@0/29 1@0/27" },
	{ "weights 1-4, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "d10.99.206.1 3 1 4 2 4 2 1 3 1 3 1 4 2 4 2 4 3 1 3 1 4 2 4 2 4 3 1 3 1 3 "
	  "2 4 2 4 3 1 3 1 3 2 4 2 4 3 1 3 1 3 2 4 2 4 2 1 3 1 3 2 4 2 "
	  "d10.99.206.1 3 1 4 2 4 2 1 3 1 3 1 4 2 4 2 4 3 1 3 1 4 2 4 2 4 3 1 3 1 3 "
	  "4@23/0 3@24/0 2@21/0 1@22/0" },
	{ "weights 1-4, closed at once", TEST_CLOSES,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "d10.99.207.1 3 1 3 1 4 2 4 2 4 3 1 3 1 4 2 4 2 4 3 1 3 1 3 2 4 2 4 3 1 3 "
	  "1 3 2 4 2 4 2 1 3 1 3 2 4 2 4 2 1 3 1 3 2 4 2 4 2 1 3 1 3 1 "
	  "d10.99.207.1 3 1 3 1 4 2 4 2 4 3 1 3 1 4 2 4 2 4 3 1 3 1 3 2 4 2 4 3 1 3 "
	  "4@0/22 3@0/25 2@0/21 1@0/22" },
	{ "five servers, kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 +4:1 +5:1 "
	  "d10.99.208.1 3 5 3 1 3 5 3 1 4 1 3 2 4 1 4 1 5 2 4 2 4 3 5 2 5 3 5 3 5 3 "
	  "1 3 1 3 1 4 1 4 1 4 2 4 2 4 2 5 2 4 3 5 3 5 2 1 3 1 3 1 4 1 "
	  "d10.99.208.1 3 5 3 1 3 5 3 1 4 1 3 2 4 1 4 1 5 2 4 2 4 3 5 2 5 3 5 3 5 3 "
	  "5@17/0 4@17/0 3@24/0 2@13/0 1@19/0" },
	{ "five servers, closed at once", TEST_CLOSES,
	  "+1:1 +2:1 +3:1 +4:1 +5:1 "
	  "d10.99.209.1 3 1 3 5 4 1 4 1 3 2 4 1 4 1 5 2 4 2 5 3 5 2 5 3 5 3 5 3 1 3 "
	  "1 3 2 4 1 4 1 4 2 4 2 5 2 5 2 4 3 5 3 5 2 1 3 1 3 1 4 1 3 1 "
	  "d10.99.209.1 3 1 3 5 4 1 4 1 3 2 4 1 4 1 5 2 4 2 5 3 5 2 5 3 5 3 5 3 1 3 "
	  "5@0/18 4@0/16 3@0/22 2@0/14 1@0/20" },
	{ "one destination, 30 connections kept open", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.210.1/1 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@30/0 2@0/0 1@0/0" },
	{ "one destination, 30 connections kept open", TEST_STAYS_OPEN,
	  "+1:3 +2:2 +3:1 "
	  "d10.99.211.1/1 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 "
	  "3@0/0 2@30/0 1@0/0" },
	{ "two destinations in turn, 60 connections kept open", TEST_STAYS_OPEN,
	  "+1:2 +2:2 +3:2 +4:2 "
	  "d10.99.212.1/2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 "
	  "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2 "
	  "4@30/0 3@0/0 2@30/0 1@0/0" },
	{ "S2 set to weight 0 later", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.213.1 1 3 1 3 1 3 2 3 1 3 2 1 2 3 3 1 3 1 2 2 3 1 3 2 1 2 3 2 1 3 "
	  "=2:0 d10.99.213.1 1 3 1 3 1 3 x 3 1 3 x 1 x 3 3 1 3 1 x x 3 1 3 x 1 x 3 x 1 3 "
	  "3@24/0 2@8/0 1@20/0" },
	{ "S2 removed, then S4 added", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d10.99.214.1 2 1 2 1 3 1 3 2 3 2 3 1 1 2 1 2 3 3 1 2 1 3 2 3 1 3 2 1 2 3 "
	  "-2 d10.99.214.1 1 1 1 3 3 3 3 1 1 1 1 1 3 3 3 3 3 1 1 1 1 3 3 3 3 3 1 1 1 1 "
	  "+4:1 d10.99.214.1 3 1 3 1 4 1 4 3 4 3 4 1 1 3 1 3 4 4 1 3 1 4 3 4 1 4 3 1 3 4 "
	  "4@10/0 3@34/0 1@36/0" },
	{ "ordinary TCP service, one VIP, 20 clients", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "d192.0.2.10/1 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 "
	  "3@20/0 2@0/0 1@0/0" },
};

static const struct test_sequence deals[] = {
	{ "no server", TEST_STAYS_OPEN, "x" },
	{ "weights do not matter", TEST_STAYS_OPEN,
	  "+1:9 +2:1 +3:5 d10.99.204.1 1 3 2 1 2 3 3 1 2 1 2 2 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3" },
	{ "overloaded: nobody, until it is not", TEST_STAYS_OPEN, "+1:1 d10.99.204.1/1 1 !1:0 x !1:1 1" },
	{ "drained before it was added: nobody", TEST_STAYS_OPEN, "+1:0 x =1:1 1" },
	{ "all go, and others come", TEST_STAYS_OPEN, "+1:1 1 -1 x +2:1 2 2" },
	{ "attached anew", TEST_STAYS_OPEN, "+1:1 +2:1 +3:1 d10.99.204.1 1 3 2 1 * d10.99.204.1 1 3 2 1" },
};

static void chooses_as_ipvs_does(void **state)
{
	(void)state;
	test_sequences("dh", as_ipvs, ARRAY_LEN(as_ipvs));
}

static void deals_again_when_servers_move(void **state)
{
	(void)state;
	test_sequences("dh", deals, ARRAY_LEN(deals));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_ipvs_does),
		cmocka_unit_test(deals_again_when_servers_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
