// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notifications as the kernel writes them, against a host with one interface and three addresses, two of them our
 * device's own: which of them are news?
 */
#include "tests/lib/test.h"

#include "net/state.h"

#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "net/net.h"
#include "net/rtnl.h"

enum { HOST = LVS_NET_EVENT_HOST, ROUTES = LVS_NET_EVENT_ROUTES, PREFIX = LVS_NET_EVENT_PREFIX, OURS = LVS_NET_EVENT_OURS };

static struct lvs_net_state known(void)
{
	static struct lvs_net_link links[] = {
		{ .ifindex = 2, .flags = IFF_UP | IFF_RUNNING, .mtu = 1500, .mtu6 = 1500, .master = 7, .name = "eth0" },
	};
	static struct lvs_net_ifaddr addrs[3];

	addrs[0] = (struct lvs_net_ifaddr){
		.addr = test_addr("10.0.0.1"), .subnet = test_addr("10.0.0.1"), .ifindex = 2, .bits = 96 + 24,
	};
	addrs[1] = (struct lvs_net_ifaddr){
		.addr = test_addr("127.0.0.77"), .subnet = test_addr("127.0.0.77"), .ifindex = 4, .bits = 128,
	};
	addrs[2] = (struct lvs_net_ifaddr){
		.addr = test_addr("2001:db8:77::1"), .subnet = test_addr("2001:db8:77::1"), .ifindex = 4, .bits = 128,
	};
	return (struct lvs_net_state){ .links = links, .nlinks = 1, .addrs = addrs, .naddrs = 3, .device = 4 };
}

static unsigned int event(const struct nlmsghdr *nlh, struct lvs_addr *ret_prefix, uint8_t *ret_bits)
{
	const struct lvs_net_state state = known();

	return lvs_net_state_event(&state, nlh, ret_prefix, ret_bits);
}

struct link_row {
	const char *what;
	uint16_t type;
	uint8_t family;
	int ifindex;
	uint32_t flags, mtu, mtu6, master;
	const char *name;
	unsigned int expect;
};

static void links_are_news_when_they_differ(void **state)
{
	static const struct link_row rows[] = {
		{ "nothing new", RTM_NEWLINK, 0, 2, IFF_UP | IFF_RUNNING, 1500, 0, 7, "eth0", 0 },
		{ "flags that lead nowhere", RTM_NEWLINK, 0, 2, IFF_UP | IFF_RUNNING | IFF_PROMISC, 1500, 0, 7, "eth0", 0 },
		{ "no carrier", RTM_NEWLINK, 0, 2, IFF_UP, 1500, 0, 7, "eth0", HOST | ROUTES },
		{ "another MTU", RTM_NEWLINK, 0, 2, IFF_UP | IFF_RUNNING, 1400, 0, 7, "eth0", HOST | ROUTES },
		{ "another name", RTM_NEWLINK, 0, 2, IFF_UP | IFF_RUNNING, 1500, 0, 7, "wan0", HOST | ROUTES },
		{ "out of its bridge", RTM_NEWLINK, 0, 2, IFF_UP | IFF_RUNNING, 1500, 0, 0, "eth0", HOST | ROUTES },
		{ "a new one", RTM_NEWLINK, 0, 3, IFF_UP, 1500, 0, 0, "eth1", HOST | ROUTES },
		{ "gone", RTM_DELLINK, 0, 2, IFF_UP, 1500, 0, 7, "eth0", HOST | ROUTES },
		{ "what a bridge says about its port", RTM_NEWLINK, AF_BRIDGE, 2, IFF_UP, 1500, 0, 7, "eth0", 0 },
		{ "what a bridge says when a port leaves", RTM_DELLINK, AF_BRIDGE, 2, IFF_UP, 1500, 0, 7, "eth0", 0 },
		{ "IPv6's view, unchanged", RTM_NEWLINK, AF_INET6, 2, IFF_UP, 1500, 1500, 0, "eth0", 0 },
		{ "IPv6 heard of a smaller MTU", RTM_NEWLINK, AF_INET6, 2, IFF_UP, 1500, 1400, 0, "eth0", HOST | ROUTES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_Alignas(struct nlmsghdr) char buf[1024];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
		const struct link_row *row = &rows[i];
		struct lvs_addr prefix;
		uint8_t bits;

		nlh->nlmsg_type = row->type;
		ifi->ifi_family = row->family;
		ifi->ifi_index = row->ifindex;
		ifi->ifi_flags = row->flags;
		mnl_attr_put_strz(nlh, IFLA_IFNAME, row->name);
		mnl_attr_put_u32(nlh, IFLA_MTU, row->mtu);
		if (row->master)
			mnl_attr_put_u32(nlh, IFLA_MASTER, row->master);
		if (row->mtu6) {
			int32_t conf[8] = { [2] = (int32_t)row->mtu6 };	/* DEVCONF_MTU6 */
			struct nlattr *nest = mnl_attr_nest_start(nlh, IFLA_PROTINFO);

			mnl_attr_put(nlh, IFLA_INET6_CONF, sizeof(conf), conf);
			mnl_attr_nest_end(nlh, nest);
		}
		if (event(nlh, &prefix, &bits) != row->expect)
			fail_msg("%s: %u instead of %u", row->what, event(nlh, &prefix, &bits), row->expect);
	}
}

static void addresses_are_news_when_they_differ(void **state)
{
	static const struct {
		const char *what;
		uint16_t type;
		const char *addr;
		uint8_t bits;
		unsigned int ifindex;
		unsigned int expect;
		uint8_t scope, flags;
	} rows[] = {
		{ "a lifetime that is refreshed", RTM_NEWADDR, "10.0.0.1", 24, 2, 0, 0, 0 },
		{ "a new one", RTM_NEWADDR, "10.0.0.2", 24, 2, HOST, 0, 0 },
		{ "the same on another interface", RTM_NEWADDR, "10.0.0.1", 24, 3, HOST, 0, 0 },
		{ "the same in another subnet", RTM_NEWADDR, "10.0.0.1", 16, 2, HOST, 0, 0 },
		{ "gone, and routes may have gone with it", RTM_DELADDR, "10.0.0.1", 24, 2, HOST | ROUTES, 0, 0 },
		{ "gone, but never seen", RTM_DELADDR, "10.0.0.3", 24, 2, 0, 0, 0 },
		{ "our device's own", RTM_NEWADDR, "127.0.0.77", 32, 4, 0, 0, 0 },
		{ "our device's own is gone", RTM_DELADDR, "127.0.0.77", 32, 4, HOST | ROUTES | OURS, RT_SCOPE_HOST, 0 },
		{ "and one that others may use", RTM_DELADDR, "127.0.0.77", 32, 4, HOST | ROUTES, RT_SCOPE_UNIVERSE, 0 },
		{ "our device's own of IPv6 is gone", RTM_DELADDR, "2001:db8:77::1", 128, 4, HOST | ROUTES | OURS, 0, IFA_F_DEPRECATED },
		{ "and one that others may use", RTM_DELADDR, "2001:db8:77::1", 128, 4, HOST | ROUTES, 0, 0 },
		{ "IPv6", RTM_NEWADDR, "2001:db8::1", 64, 2, HOST, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_Alignas(struct nlmsghdr) char buf[1024];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
		struct lvs_addr addr = test_addr(rows[i].addr), prefix;
		uint8_t bits;

		nlh->nlmsg_type = rows[i].type;
		ifa->ifa_family = lvs_addr_is4(&addr) ? AF_INET : AF_INET6;
		ifa->ifa_prefixlen = rows[i].bits;
		ifa->ifa_index = rows[i].ifindex;
		ifa->ifa_scope = rows[i].scope;
		ifa->ifa_flags = rows[i].flags;
		lvs_rtnl_put_addr(nlh, IFA_ADDRESS, &addr);
		if (event(nlh, &prefix, &bits) != rows[i].expect)
			fail_msg("%s: %u instead of %u", rows[i].what, event(nlh, &prefix, &bits), rows[i].expect);
	}
}

static void routes_name_what_they_cover(void **state)
{
	static const struct {
		const char *what;
		uint16_t type;
		uint8_t proto;
		unsigned int flags;
		const char *dst;	/* NULL: the default route of IPv4 */
		uint8_t len, bits;
		unsigned int expect;
	} rows[] = {
		{ "a subnet", RTM_NEWROUTE, RTPROT_STATIC, 0, "10.9.0.0", 16, 112, PREFIX },
		{ "an IPv6 subnet goes", RTM_DELROUTE, RTPROT_BIRD, 0, "2001:db8::", 32, 32, PREFIX },
		{ "the default route", RTM_NEWROUTE, RTPROT_BOOT, 0, NULL, 0, 96, PREFIX },
		{ "one of ours, by somebody else", RTM_NEWROUTE, LVS_NET_PROTO, 0, "192.0.2.10", 32, 128, PREFIX | HOST },
		{ "one of ours goes", RTM_DELROUTE, LVS_NET_PROTO, 0, "192.0.2.10", 32, 128, PREFIX | HOST | OURS },
		{ "what the kernel has learnt of a path", RTM_NEWROUTE, RTPROT_KERNEL, RTM_F_CLONED, "192.0.2.10", 32, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_Alignas(struct nlmsghdr) char buf[1024];
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct rtmsg *rt = mnl_nlmsg_put_extra_header(nlh, sizeof(*rt));
		struct lvs_addr dst = test_addr(rows[i].dst ? rows[i].dst : "0.0.0.0"), prefix = { 0 };
		uint8_t bits = 0;

		nlh->nlmsg_type = rows[i].type;
		*rt = (struct rtmsg){
			.rtm_family = lvs_addr_is4(&dst) ? AF_INET : AF_INET6, .rtm_dst_len = rows[i].len,
			.rtm_protocol = rows[i].proto, .rtm_flags = rows[i].flags,
		};
		if (rows[i].dst)
			lvs_rtnl_put_addr(nlh, RTA_DST, &dst);
		if (event(nlh, &prefix, &bits) != rows[i].expect || bits != rows[i].bits)
			fail_msg("%s: %u instead of %u, /%u", rows[i].what, event(nlh, &prefix, &bits), rows[i].expect, bits);
		if (rows[i].expect)
			assert_true(lvs_addr_equal(&prefix, &dst));
	}
}

static void rules_are_always_news(void **state)
{
	_Alignas(struct nlmsghdr) char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct fib_rule_hdr *fr = mnl_nlmsg_put_extra_header(nlh, sizeof(*fr));
	struct lvs_addr prefix;
	uint8_t bits;

	(void)state;
	fr->family = AF_INET;
	nlh->nlmsg_type = RTM_NEWRULE;
	assert_int_equal(event(nlh, &prefix, &bits), HOST | ROUTES);
	mnl_attr_put_u8(nlh, FRA_PROTOCOL, LVS_NET_PROTO);
	assert_int_equal(event(nlh, &prefix, &bits), HOST | ROUTES);
	nlh->nlmsg_type = RTM_DELRULE;
	assert_int_equal(event(nlh, &prefix, &bits), HOST | ROUTES | OURS);
}

/* Every message cut short at every length: nothing is read that is not there. */
static void short_messages_are_harmless(void **state)
{
	static const uint16_t types[] = { RTM_NEWLINK, RTM_DELADDR, RTM_NEWROUTE, RTM_DELRULE, RTM_NEWNEIGH, 1000 };

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(types); t++)
		for (size_t len = 0; len < 40; len++) {
			struct nlmsghdr *nlh = test_calloc(1, MNL_NLMSG_HDRLEN + len);
			struct lvs_addr prefix;
			uint8_t bits;

			nlh->nlmsg_len = (uint32_t)(MNL_NLMSG_HDRLEN + len);
			nlh->nlmsg_type = types[t];
			memset((char *)nlh + MNL_NLMSG_HDRLEN, AF_INET, len);
			(void)event(nlh, &prefix, &bits);
			test_free(nlh);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_news_when_they_differ),
		cmocka_unit_test(addresses_are_news_when_they_differ),
		cmocka_unit_test(routes_name_what_they_cover),
		cmocka_unit_test(rules_are_always_news),
		cmocka_unit_test(short_messages_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
