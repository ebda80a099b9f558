// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>

#include "control/trace_filter.h"
#include "engine/trace.h"
#include "engine/wire.h"

/* Nothing but what stands in the row is set. */
static const struct row {
	const char *key, *value;
	int set;
	uint8_t proto;
	enum lvs_trace_family family;
	uint8_t bits;		/* of whichever end @key is */
	uint16_t port;
	uint32_t verdicts;
	enum lvs_drop drop;
} rows[] = {
	{ .key = "protocol", .value = "tcp", .set = 1, .proto = LVS_PROTO_TCP },
	{ .key = "protocol", .value = "udp", .set = 1, .proto = LVS_PROTO_UDP },
	{ .key = "protocol", .value = "sctp", .set = 1, .proto = LVS_PROTO_SCTP },
	{ .key = "protocol", .value = "icmp", .set = 1, .proto = LVS_PROTO_ICMP },
	{ .key = "protocol", .value = "icmp6", .set = 1, .proto = LVS_PROTO_ICMP6 },
	{ .key = "protocol", .value = "TCP", .set = -EINVAL },
	{ .key = "protocol", .value = "", .set = -EINVAL },
	{ .key = "family", .value = "4", .set = 1, .family = LVS_TRACE_IP4 },
	{ .key = "family", .value = "6", .set = 1, .family = LVS_TRACE_IP6 },
	{ .key = "family", .value = "46", .set = -EINVAL },
	{ .key = "client", .value = "198.51.100.0/24", .set = 1, .bits = 120 },
	{ .key = "client", .value = "2001:db8::/32", .set = 1, .bits = 32 },
	{ .key = "virtual", .value = "192.0.2.1:80", .set = 1, .bits = 128, .port = 80 },
	{ .key = "server", .value = ":8080", .set = 1, .port = 8080 },
	{ .key = "server", .value = "www", .set = -EINVAL },
	{ .key = "verdict", .value = "dropped", .set = 1, .verdicts = 1 << LVS_TRACE_DROPPED },
	{ .key = "verdict", .value = "passed,held", .set = 1, .verdicts = 1 << LVS_TRACE_PASSED | 1 << LVS_TRACE_HELD },
	{ .key = "verdict", .value = "passed,", .set = -EINVAL },
	{ .key = "verdict", .value = "pass", .set = -EINVAL },
	{ .key = "verdict", .value = "", .set = -EINVAL },
	{ .key = "reason", .value = "no_conn", .set = 1, .drop = LVS_DROP_NO_CONN },
	{ .key = "reason", .value = "none", .set = -EINVAL },
	{ .key = "limit", .value = "7", .set = 0 },
	{ .key = "", .value = "", .set = 0 },
};

static void sets_what_the_query_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct lvs_trace_filter filter = { .proto = 0 };
		const struct lvs_trace_end *end = strcmp(row->key, "client") == 0 ? &filter.client :
						  strcmp(row->key, "virtual") == 0 ? &filter.vip : &filter.server;
		char detail[LVS_TRACE_DETAIL_BYTES];
		struct lvs_problem problem = { .kind = LVS_PROBLEM_INTERNAL };
		int set = lvs_trace_filter_set(&filter, row->key, row->value, detail, &problem);

		if (set != row->set)
			fail_msg("%s=%s: %d", row->key, row->value, set);
		assert_int_equal(filter.proto, row->proto);
		assert_int_equal(filter.family, row->family);
		assert_int_equal(end->prefix.bits, row->bits);
		assert_int_equal(end->port, LVS_BE16(row->port));
		assert_int_equal(filter.verdicts, row->verdicts);
		assert_int_equal(filter.drop, row->drop);
		if (set >= 0)
			continue;
		assert_int_equal(problem.kind, LVS_PROBLEM_INVALID);
		assert_string_equal(problem.given, row->value);
		assert_non_null(problem.allowed);
		assert_non_null(strstr(problem.detail, row->key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sets_what_the_query_says) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
