// SPDX-License-Identifier: GPL-2.0-or-later
/* Choices of kernel 6.12 IPVS for the same servers and clients, and when nobody is left. */
#include "tests/lib/test.h"

#include "tests/lib/sequence.h"

#include "base/bytes.h"
#include "engine/sched.h"
#include "engine/service.h"
#include "engine/wire.h"

static const struct test_sequence by_address[] = {
	{ "equal weights", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3 2 3 2 2 2 2 1 2 1 2 1 1 2 2 2 2 3 2 "
	  "3 2 2 2 2 1 2 2 3 2 2 1 1 3 2 2 1 1 1 2 2 1 1 1 1 2 2 3 1 1 "
	  "c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3 2 3 2 2 2 2 1 2" },
	{ "weights 1-4", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "c10.1.0.1 4 2 2 2 4 4 4 4 2 4 3 3 2 3 2 2 2 2 4 4 3 2 1 3 4 4 2 2 3 4 "
	  "3 2 2 4 2 3 4 2 3 2 2 4 1 3 2 4 4 4 4 2 2 1 4 2 1 4 2 4 4 4 "
	  "c10.1.0.1 4 2 2 2 4 4 4 4 2 4 3 3 2 3 2 2 2 2 4 4" },
	{ "weights 4,2,2", TEST_STAYS_OPEN,
	  "+1:4 +2:2 +3:2 "
	  "c10.1.0.1 1 2 1 2 3 1 1 1 2 1 3 3 2 1 2 2 2 2 1 2 1 2 1 1 1 2 2 2 3 2 "
	  "3 2 2 1 2 1 1 2 3 2 2 1 1 3 1 2 1 1 1 2 1 1 1 1 1 1 1 3 1 1 "
	  "c10.1.0.1 1 2 1 2 3 1 1 1 2 1 3 3 2 1 2 2 2 2 1 2" },
	{ "five servers", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 +4:1 +5:1 "
	  "c10.1.0.1 4 2 2 5 3 4 5 1 2 1 3 3 2 3 2 5 2 5 5 5 3 2 1 1 5 4 2 2 3 4 "
	  "3 2 2 4 2 1 5 2 3 2 2 1 1 3 2 4 4 4 5 2 1 1 1 1 1 5 2 4 5 1 "
	  "c10.1.0.1 4 2 2 5 3 4 5 1 2 1 3 3 2 3 2 5 2 5 5 5" },
	{ "added in the order S3 S1 S2", TEST_STAYS_OPEN,
	  "+3:1 +1:1 +2:1 "
	  "c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3 2 3 2 2 2 2 1 2 1 2 1 1 2 2 2 2 3 2 "
	  "3 2 2 2 2 1 2 2 3 2 2 1 1 3 2 2 1 1 1 2 2 1 1 1 1 2 2 3 1 1" },
	{ "one client address, 20 ports, no port flag", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1/1 p30001 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1" },
	{ "S2 at weight 0 from the start", TEST_STAYS_OPEN,
	  "+1:1 +2:0 +3:1 "
	  "c10.1.0.1 1 1 1 3 3 1 1 1 3 1 3 3 1 3 3 1 1 3 1 3 1 3 1 1 1 3 3 3 3 3 "
	  "3 3 1 3 1 1 1 1 3 3" },
	{ "S2 set to weight 0 later", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3 2 3 2 2 2 2 1 2 1 2 1 1 2 2 2 2 3 2 "
	  "3 2 2 2 2 1 2 2 3 2 "
	  "=2:0 c10.1.0.1 1 x x x 3 1 1 1 x 1 3 3 x 3 x x x x 1 x 1 x 1 1 x x x x 3 x "
	  "3 x x x x 1 x x 3 x" },
	{ "S2 overloaded (-x 1)", TEST_STAYS_OPEN,
	  "+1:1 +2:1:1 +3:1 "
	  "c10.1.0.1 1 2 x x 3 1 1 1 x 1 3 3 x 3 x x x x 1 x 1 x 1 1 x x x x 3 x "
	  "3 x x x x 1 x x 3 x "
	  "3@7/0 2@1/0 1@10/0" },
	{ "S2 removed, then S4 added", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3 2 3 2 2 2 2 1 2 1 2 1 1 2 2 2 2 3 2 "
	  "3 2 2 2 2 1 2 2 3 2 2 1 1 3 2 2 1 1 1 2 2 1 1 1 1 2 2 3 1 1 "
	  "-2 c10.1.0.1 1 1 1 3 3 1 1 1 3 1 3 3 1 3 3 1 1 3 1 3 1 3 1 1 1 3 3 3 3 3 "
	  "3 3 1 3 1 1 1 1 3 3 1 1 1 3 1 1 1 1 1 1 1 1 1 1 1 1 1 3 1 1 "
	  "+4:1 c10.1.0.1 4 1 1 3 3 4 4 1 4 1 3 3 1 3 4 4 1 4 3 4 1 4 1 1 4 4 3 3 3 4 "
	  "3 4 1 4 1 1 1 4 3 3 1 1 1 3 1 4 4 4 4 1 1 1 1 1 1 4 1 4 1 1" },
};

static const struct test_sequence by_port[] = {
	{ "client 10.1.0.78, ports 30001-30060", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.78/1 p30001 1 3 2 1 3 3 2 3 1 3 2 1 2 1 2 2 2 1 2 1 3 1 2 2 1 2 2 2 1 3 "
	  "1 1 3 3 1 3 3 1 3 1 2 2 2 2 1 1 1 3 2 3 2 1 3 3 3 1 3 1 3 2" },
	{ "client 10.1.0.78, ports 31001-31060", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "c10.1.0.78/1 p31001 2 2 4 3 3 4 3 1 2 3 2 4 2 4 4 3 3 3 4 2 3 3 4 4 2 4 1 4 3 2 "
	  "3 3 2 3 2 2 2 1 4 4 4 4 3 3 3 2 3 4 3 4 4 4 1 2 4 4 2 4 4 3" },
};

static const struct test_sequence falling_back[] = {
	{ "S2 at weight 0 from the start", TEST_STAYS_OPEN,
	  "+1:1 +2:0 +3:1 "
	  "c10.1.0.1 1 1 1 3 3 1 1 1 3 1 3 3 1 3 3 1 1 3 1 3 1 3 1 1 1 3 3 3 3 3 "
	  "3 3 1 3 1 1 1 1 3 3" },
	{ "S2 set to weight 0 later", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3 2 3 2 2 2 2 1 2 1 2 1 1 2 2 2 2 3 2 "
	  "3 2 2 2 2 1 2 2 3 2 "
	  "=2:0 c10.1.0.1 1 3 1 3 3 1 1 1 3 1 3 3 1 3 1 3 3 1 1 3 1 3 1 1 3 1 3 1 3 1 "
	  "3 1 3 1 3 1 1 1 3 3" },
	{ "S2 overloaded (-x 1)", TEST_STAYS_OPEN,
	  "+1:1 +2:1:1 +3:1 "
	  "c10.1.0.1 1 2 1 3 3 1 1 1 3 1 3 3 1 3 1 3 3 1 1 3 1 3 1 1 3 1 3 1 3 1 "
	  "3 1 3 1 3 1 1 1 3 3 "
	  "3@18/0 2@1/0 1@21/0" },
};

static const struct test_sequence over_ip6[] = {
	{ "IPv6 clients fd01::1 ... fd01::28", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "cfd01::1 3 3 3 3 1 2 3 3 3 3 1 2 3 1 2 1 2 2 3 1 3 1 2 1 3 3 3 3 1 2 "
	  "2 1 1 2 1 3 3 1 1 2" },
};

static const struct test_sequence beyond[] = {
	{ "no server", TEST_STAYS_OPEN, "x" },
	{ "none usable", TEST_STAYS_OPEN, "+1:1 +2:1 =1:0 !2:0 c10.1.0.1 x x x x" },
	{ "none that ever had a weight", TEST_STAYS_OPEN, "+1:0 +2:0 c10.1.0.1 x x =2:3 2 2" },
	{ "weights are scaled down", TEST_STAYS_OPEN, "+1:65535 +2:65535 +3:65535 c10.1.0.1 1 2 2 2 3 1 1 1 2 1 3 3" },
	{ "all go, and others come", TEST_STAYS_OPEN, "+1:1 c10.1.0.1 1 -1 x +2:1 2 2" },
	{ "attached anew", TEST_STAYS_OPEN, "+1:1 +2:1 +3:1 c10.1.0.1 1 2 2 2 3 * c10.1.0.1 1 2 2 2 3" },
	{ "one that comes back at weight 0 keeps the slots of its last weight", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 c10.1.0.1 1 2 2 2 3 -2 +2:0 c10.1.0.1 1 3 1 3 3" },
};

static struct lvs_service_spec service(const char *addr, uint8_t flags)
{
	return (struct lvs_service_spec){
		.key = { .addr = test_addr(addr), .port = LVS_BE16(8000), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find("mh"),
		.sched_flags = flags,
	};
}

static void chooses_by_address_as_ipvs_does(void **state)
{
	const struct lvs_service_spec spec = service("192.0.2.10", 0);

	(void)state;
	test_sequences_of(&spec, by_address, ARRAY_LEN(by_address));
}

static void chooses_by_port_as_ipvs_does(void **state)
{
	const struct lvs_service_spec spec = service("192.0.2.10", LVS_SCHED_PORT);

	(void)state;
	test_sequences_of(&spec, by_port, ARRAY_LEN(by_port));
}

static void falls_back_as_ipvs_does(void **state)
{
	const struct lvs_service_spec spec = service("192.0.2.10", LVS_SCHED_FALLBACK);

	(void)state;
	test_sequences_of(&spec, falling_back, ARRAY_LEN(falling_back));
}

static void folds_ip6_addresses_as_ipvs_does(void **state)
{
	const struct lvs_service_spec spec = service("2001:db8::10", 0);

	(void)state;
	test_sequences_of(&spec, over_ip6, ARRAY_LEN(over_ip6));
}

static void leaves_nobody_only_where_nobody_is_usable(void **state)
{
	const struct lvs_service_spec spec = service("192.0.2.10", LVS_SCHED_FALLBACK);

	(void)state;
	test_sequences_of(&spec, beyond, ARRAY_LEN(beyond));
}

static void chooses_as_ipvs_does_in_the_order_of_adding_too(void **state)
{
	struct lvs_service_spec spec = service("192.0.2.10", 0);

	(void)state;
	spec.mh_as_added = true;
	test_sequences_of(&spec, by_address, ARRAY_LEN(by_address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_by_address_as_ipvs_does),
		cmocka_unit_test(chooses_by_port_as_ipvs_does),
		cmocka_unit_test(falls_back_as_ipvs_does),
		cmocka_unit_test(folds_ip6_addresses_as_ipvs_does),
		cmocka_unit_test(leaves_nobody_only_where_nobody_is_usable),
		cmocka_unit_test(chooses_as_ipvs_does_in_the_order_of_adding_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
