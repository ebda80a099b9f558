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
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 2 3 1 1 2 "
	  "1 2 3 3 1 3 1 2 2 3 1 3 2 1 2 3 2 1 3 1 2 1 3 1 3 1 1 2 3 2 "
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 1 2 1" },
	{ "weights 1-4", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "c10.1.0.1 3 3 4 4 4 4 2 4 2 4 2 3 2 3 2 3 4 3 4 1 4 1 4 1 3 2 3 3 3 4 "
	  "3 4 4 4 4 4 4 2 1 2 3 2 3 3 3 4 3 4 4 4 1 4 2 3 2 3 2 3 4 3 "
	  "c10.1.0.1 3 3 4 4 4 4 2 4 2 4 2 3 2 3 2 3 4 3 4 1" },
	{ "weights 4,2,2", TEST_STAYS_OPEN,
	  "+1:4 +2:2 +3:2 "
	  "c10.1.0.1 1 1 3 2 1 1 3 2 1 1 1 3 2 1 1 3 2 1 1 1 3 2 1 1 3 2 1 1 1 3 "
	  "2 1 1 3 2 1 1 3 3 2 1 1 3 2 1 1 3 3 2 1 1 3 2 1 1 3 3 2 1 1 "
	  "c10.1.0.1 1 1 3 2 1 1 3 2 1 1 1 3 2 1 1 3 2 1 1 1" },
	{ "five servers", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 +4:1 +5:1 "
	  "c10.1.0.1 1 5 2 4 2 5 2 5 2 5 3 5 3 5 3 1 3 1 3 1 4 1 4 1 4 2 4 1 5 2 "
	  "5 2 4 3 5 3 5 2 1 3 5 3 1 4 1 3 1 4 2 4 1 4 2 4 2 4 3 5 2 5 "
	  "c10.1.0.1 1 5 2 4 2 5 2 5 2 5 3 5 3 5 3 1 3 1 3 1" },
	{ "added in the order S3 S1 S2", TEST_STAYS_OPEN,
	  "+3:1 +1:1 +2:1 "
	  "c10.1.0.1 2 2 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 3 3 1 "
	  "3 1 2 2 3 2 3 1 1 2 3 2 1 3 1 2 1 3 2 3 1 3 2 3 2 3 3 1 2 1" },
	{ "one client address, 20 ports, no port flag", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1/1 p30001 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3" },
	{ "S2 at weight 0 from the start", TEST_STAYS_OPEN,
	  "+1:1 +2:0 +3:1 "
	  "c10.1.0.1 3 3 1 x 1 3 1 3 1 3 x 3 x 3 x 1 x 1 x 1 3 1 3 1 3 x 3 1 1 x "
	  "1 x 3 3 1 3 1 x x 3" },
	{ "S2 set to weight 0 later", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 2 3 1 1 2 "
	  "1 2 3 3 1 3 1 2 2 3 "
	  "=2:0 c10.1.0.1 3 3 1 x 1 3 1 3 1 3 x 3 x 3 x 1 x 1 x 1 3 1 3 1 3 x 3 1 1 x "
	  "1 x 3 3 1 3 1 x x 3" },
	{ "S2 overloaded (-x 1)", TEST_STAYS_OPEN,
	  "+1:1 +2:1:1 +3:1 "
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 x 3 x 3 x 1 x 1 x 1 3 1 3 1 3 x 3 1 1 x "
	  "1 x 3 3 1 3 1 x x 3 "
	  "3@15/0 2@1/0 1@14/0" },
	{ "S2 removed, then S4 added", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 2 3 1 1 2 "
	  "1 2 3 3 1 3 1 2 2 3 1 3 2 1 2 3 2 1 3 1 2 1 3 1 3 1 1 2 3 2 "
	  "-2 c10.1.0.1 3 1 1 1 1 3 3 3 3 3 1 1 1 1 1 3 3 3 3 1 1 1 1 1 3 3 3 3 1 1 "
	  "1 1 1 3 3 3 3 3 1 1 1 1 3 3 3 3 3 1 1 1 1 1 3 3 3 3 1 1 1 1 "
	  "+4:1 c10.1.0.1 4 4 1 3 1 4 1 4 1 4 3 4 3 4 3 1 3 1 3 1 4 1 4 1 4 3 4 1 1 3 "
	  "1 3 4 4 1 4 1 3 3 4 1 4 3 1 3 4 3 1 4 1 3 1 4 1 4 1 1 3 4 3" },
};

static const struct test_sequence by_port[] = {
	{ "client 10.1.0.77, ports 30001-30060", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.77/1 p30001 3 1 3 2 3 1 3 2 1 2 3 3 1 3 1 2 2 3 1 3 1 1 2 3 2 1 3 1 2 1 "
	  "3 1 3 1 1 2 3 2 3 2 1 2 1 2 1 3 1 3 2 3 2 3 1 1 2 1 2 1 3 1" },
	{ "client 10.1.0.77, ports 31001-31060", TEST_STAYS_OPEN,
	  "+1:1 +2:2 +3:3 +4:4 "
	  "c10.1.0.77/1 p31001 1 2 3 3 3 4 3 4 4 4 1 4 1 4 2 3 2 3 4 3 4 3 4 4 4 4 2 1 2 1 "
	  "2 3 3 3 3 3 4 4 4 1 4 2 4 2 3 2 3 4 3 4 3 4 4 4 1 4 1 2 1 3" },
};

static const struct test_sequence falling_back[] = {
	{ "S2 at weight 0 from the start", TEST_STAYS_OPEN,
	  "+1:1 +2:0 +3:1 "
	  "c10.1.0.1 3 3 1 1 1 3 1 3 1 3 1 3 1 3 1 1 1 1 1 1 3 1 3 1 3 1 3 1 1 1 "
	  "1 1 3 3 1 3 1 1 1 3" },
	{ "S2 set to weight 0 later", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 1 2 1 3 1 3 1 3 2 3 1 1 2 "
	  "1 2 3 3 1 3 1 2 2 3 "
	  "=2:0 c10.1.0.1 3 3 1 1 1 3 1 3 1 3 1 3 1 3 1 1 1 1 1 1 3 1 3 1 3 1 3 1 1 1 "
	  "1 1 3 3 1 3 1 1 1 3" },
	{ "S2 overloaded (-x 1)", TEST_STAYS_OPEN,
	  "+1:1 +2:1:1 +3:1 "
	  "c10.1.0.1 3 3 1 2 1 3 1 3 1 3 1 3 1 3 1 1 1 1 1 1 3 1 3 1 3 1 3 1 1 1 "
	  "1 1 3 3 1 3 1 1 1 3 "
	  "3@15/0 2@1/0 1@24/0" },
};

static const struct test_sequence over_ip6[] = {
	{ "IPv6 clients fd01::1 ... fd01::28", TEST_STAYS_OPEN,
	  "+1:1 +2:1 +3:1 "
	  "cfd01::1 2 1 2 1 2 1 3 1 3 1 3 2 3 2 3 2 1 2 3 3 1 3 1 2 2 3 2 3 2 1 "
	  "2 3 2 1 3 1 2 1 3 1" },
};

static const struct test_sequence beyond[] = {
	{ "no server", TEST_STAYS_OPEN, "x" },
	{ "none usable", TEST_STAYS_OPEN, "+1:0 +2:1 !2:0 c10.1.0.1 x x x x" },
	{ "weights beyond the number of buckets: the last added has all", TEST_STAYS_OPEN,
	  "+1:65535 +2:65535 c10.1.0.1 2 2 2 2 2 2 2 2 2 2 2 2 -2 c10.1.0.1 1 1 1 1 1 1" },
	{ "all go, and others come", TEST_STAYS_OPEN, "+1:1 c10.1.0.1 1 -1 x +2:1 2 2" },
	{ "attached anew", TEST_STAYS_OPEN, "+1:1 +2:1 +3:1 c10.1.0.1 3 3 1 2 * c10.1.0.1 3 3 1 2" },
};

static struct lvs_service_spec service(const char *addr, uint8_t flags)
{
	return (struct lvs_service_spec){
		.key = { .addr = test_addr(addr), .port = LVS_BE16(8000), .proto = LVS_PROTO_TCP },
		.sched = lvs_sched_find("sh"),
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_by_address_as_ipvs_does),
		cmocka_unit_test(chooses_by_port_as_ipvs_does),
		cmocka_unit_test(falls_back_as_ipvs_does),
		cmocka_unit_test(folds_ip6_addresses_as_ipvs_does),
		cmocka_unit_test(leaves_nobody_only_where_nobody_is_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
