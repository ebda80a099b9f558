// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "net/text.h"

#include "net/state.h"

static struct lvs_net_link links[] = { { .ifindex = 4, .name = "lvs0" } };

static const struct {
	const char *addr;
	struct lvs_net_object object;
	const char *add, *del;
} rows[] = {
	{ "192.0.2.10", { .kind = LVS_NET_ROUTE, .bits = 128, .table = 254, .pref = 1, .ifindex = 4 },
	  "ip route replace 192.0.2.10/32 dev lvs0 table main metric 1", "ip route del 192.0.2.10/32 dev lvs0 table main metric 1" },
	{ "2001:db8::1", { .kind = LVS_NET_ROUTE, .bits = 128, .table = 1077, .pref = 1, .ifindex = 9 },
	  "ip -6 route replace 2001:db8::1/128 dev if9 table 1077 metric 1",
	  "ip -6 route del 2001:db8::1/128 dev if9 table 1077 metric 1" },
	{ "0.0.0.0", { .kind = LVS_NET_ROUTE, .bits = 96, .table = 77, .pref = 1, .ifindex = 4 },
	  "ip route replace default dev lvs0 table 77 metric 1", "ip route del default dev lvs0 table 77 metric 1" },
	{ "10.0.0.1", { .kind = LVS_NET_PROXY, .bits = 128, .ifindex = 4 },
	  "ip neigh add proxy 10.0.0.1 dev lvs0", "ip neigh del proxy 10.0.0.1 dev lvs0" },
	{ "127.0.0.77", { .kind = LVS_NET_ADDR, .bits = 128, .ifindex = 4 },
	  "ip addr add 127.0.0.77/32 dev lvs0 scope host", "ip addr del 127.0.0.77/32 dev lvs0 scope host" },
	{ "2001:db8:77::1", { .kind = LVS_NET_ADDR, .bits = 128, .ifindex = 4 },
	  "ip -6 addr add 2001:db8:77::1/128 dev lvs0 nodad preferred_lft 0", "ip -6 addr del 2001:db8:77::1/128 dev lvs0" },
	{ "::", { .kind = LVS_NET_RULE, .table = 255, .pref = 100 },
	  "ip -6 rule add pref 100 lookup local", "ip -6 rule del pref 100 lookup local" },
	{ "10.0.0.0", { .kind = LVS_NET_RULE, .bits = 127, .table = 77, .pref = 111, .iif = "abcdefghijklmno" },
	  "ip rule add pref 111 from 10.0.0.0/31 iif abcdefghijklmno lookup 77",
	  "ip rule del pref 111 from 10.0.0.0/31 iif abcdefghijklmno lookup 77" },
	{ "0.0.0.0", { .kind = LVS_NET_RULE, .bits = 96, .table = 77, .pref = 10, .iif = "lo", .ip_proto = 1, .suppress = 1 },
	  "ip rule add pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0",
	  "ip rule del pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0" },
	{ "2001:db8:1111:2222:3333:4444:5555:6666",
	  { .kind = LVS_NET_RULE, .bits = 127, .table = UINT32_MAX, .pref = UINT32_MAX, .iif = "abcdefghijklmno", .ip_proto = 58,
	    .suppress = 1 },
	  "ip -6 rule add pref 4294967295 from 2001:db8:1111:2222:3333:4444:5555:6666/127 iif abcdefghijklmno ipproto ipv6-icmp "
	  "lookup 4294967295 suppress_prefixlength 0",
	  "ip -6 rule del pref 4294967295 from 2001:db8:1111:2222:3333:4444:5555:6666/127 iif abcdefghijklmno ipproto ipv6-icmp "
	  "lookup 4294967295 suppress_prefixlength 0" },
};

static void objects_read_as_commands(void **state)
{
	const struct lvs_net_state host = { .links = links, .nlinks = 1 };
	char text[LVS_NET_COMMAND_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_net_object object = rows[i].object;

		object.addr = test_addr(rows[i].addr);
		assert_string_equal(lvs_net_command(&host, &object, true, text), rows[i].add);
		assert_string_equal(lvs_net_command(&host, &object, false, text), rows[i].del);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_read_as_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
