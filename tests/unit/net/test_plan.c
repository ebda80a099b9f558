// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host is drawn, VIPs and real servers are named, and the plan is compared as the commands it amounts to, one a
 * line, without the "add" that all of them share. The address of the device has a test of its own.
 */
#include "tests/lib/test.h"

#include "net/plan.h"

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/state.h"
#include "net/target.h"
#include "net/text.h"
#include "net/wants.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"	/* rows end where the zeros begin */

enum { LO = 1, ETH0, ETH1, LVS0, BR0, PORT };

static struct lvs_net_link links[] = {
	{ .ifindex = LO, .flags = IFF_UP | IFF_LOOPBACK, .mtu = 65536, .name = "lo" },
	{ .ifindex = ETH0, .flags = IFF_UP, .mtu = 1500, .mtu6 = 1500, .name = "eth0" },
	{ .ifindex = ETH1, .flags = IFF_UP, .mtu = 9000, .mtu6 = 1400, .name = "eth1" },
	{ .ifindex = LVS0, .flags = IFF_UP | IFF_NOARP, .mtu = 1500, .mtu6 = 1500, .name = "lvs0" },
};

/* A VIP, a real server or a stranger: address, kind of route, up to two interfaces it leads through. */
struct target {
	const char *addr;
	uint8_t type, proto;
	uint32_t hops[2];
	bool one_way;
};

struct attached {
	const char *addr;
	int bits;
	uint32_t ifindex;
};

struct host {
	const char *what;
	struct attached addrs[4];
	struct target vips[4], servers[4];
	struct target networks[3];	/* probes */
	uint8_t network_bits[3];	/* lengths, as they are written */
	struct target others[3];	/* networks of others, by what stands for them; 0 bits: all of the family */
	uint8_t others_bits[3];
	struct target strangers[2];	/* IPv4, IPv6 */
	uint32_t local_pref[2];
	bool no_proxy;
	bool ignore_tunneled;
	uint32_t tunnel;	/* this link is one */
	const char *server_interface, *client_interface;
	const char *asking[2];	/* among the VIPs too */
	const char *plan;
};

#define TYPICAL .addrs = { { "10.1.0.1", 24, ETH0 }, { "10.2.0.1", 24, ETH1 }, { "fd01::1", 64, ETH0 }, { "fd02::1", 64, ETH1 } }
#define DEFAULT_ETH0 .strangers = { { "240.0.0.1", RTN_UNICAST, 0, { ETH0 } }, { "100::1", RTN_UNICAST, 0, { ETH0 } } }

static const struct host hosts[] = {
	{ .what = "nothing wanted, nothing done", TYPICAL, DEFAULT_ETH0, .plan = "" },
	{ .what = "a routed VIP needs a route", TYPICAL, DEFAULT_ETH0,
	  .vips = { { "192.0.2.10", RTN_UNICAST, 0, { ETH0 } }, { .addr = "2001:db8::10" } },
	  .plan = "route 192.0.2.10/32 dev lvs0 table main\n"
		  "-6 route 2001:db8::10/128 dev lvs0 table main\n" },
	{ .what = "a VIP on an attached subnet is answered for there, and only there", TYPICAL, DEFAULT_ETH0,
	  .vips = { { "10.1.0.50", RTN_UNICAST, 0, { ETH0 } }, { "fd02::50", RTN_UNICAST, 0, { ETH1 } } },
	  .plan = "route 10.1.0.50/32 dev lvs0 table main\n"
		  "-6 route fd02::50/128 dev lvs0 table main\n"
		  "neigh proxy 10.1.0.50 dev eth0\n"
		  "-6 neigh proxy fd02::50 dev eth1\n" },
	{ .what = "the first and the last address of a subnet are inside, their neighbours outside",
	  .addrs = { { "10.1.0.130", 25, ETH0 } }, DEFAULT_ETH0,
	  .vips = { { .addr = "10.1.0.127" }, { .addr = "10.1.0.128" }, { .addr = "10.1.0.255" }, { .addr = "10.1.1.0" } },
	  .plan = "route 10.1.0.127/32 dev lvs0 table main\n"
		  "route 10.1.0.128/32 dev lvs0 table main\n"
		  "route 10.1.0.255/32 dev lvs0 table main\n"
		  "route 10.1.1.0/32 dev lvs0 table main\n"
		  "neigh proxy 10.1.0.128 dev eth0\n"
		  "neigh proxy 10.1.0.255 dev eth0\n" },
	{ .what = "the director in waiting does not answer for VIPs that are not its own", TYPICAL, DEFAULT_ETH0, .no_proxy = true,
	  .vips = { { "10.1.0.50", RTN_UNICAST, 0, { ETH0 } } },
	  .plan = "route 10.1.0.50/32 dev lvs0 table main\n" },
	{ .what = "a local VIP: rules before the local table, which moves; ARP is answered by proxy",
	  .addrs = { { "10.1.0.1", 24, ETH0 }, { "10.1.0.50", 32, ETH0 } }, DEFAULT_ETH0, .no_proxy = true,
	  .vips = { { "10.1.0.50", RTN_LOCAL, 0, { LO } } },
	  .plan = "route 10.1.0.50/32 dev lvs0 table main\n"
		  "route 10.1.0.50/32 dev lvs0 table 77\n"
		  "neigh proxy 10.1.0.50 dev eth0\n"
		  "rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0\n"
		  "rule pref 100 lookup local\n"
		  "the original local rule goes (IPv4)\n" },
	{ .what = "a local VIP keeps what comes out of a tunnel, if that is wanted", TYPICAL, DEFAULT_ETH0, .tunnel = ETH1,
	  .ignore_tunneled = true, .vips = { { "192.0.2.10", RTN_LOCAL, 0, { LO } } },
	  .plan = "route 192.0.2.10/32 dev lvs0 table main\n"
		  "route 192.0.2.10/32 dev lvs0 table 77\n"
		  "rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0\n"
		  "rule pref 100 lookup local\n"
		  "the original local rule goes (IPv4)\n" },
	{ .what = "and is led to the device if not", TYPICAL, DEFAULT_ETH0, .tunnel = ETH1,
	  .vips = { { "192.0.2.10", RTN_LOCAL, 0, { LO } } },
	  .plan = "route 192.0.2.10/32 dev lvs0 table main\n"
		  "route 192.0.2.10/32 dev lvs0 table 77\n"
		  "rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0\n"
		  "rule pref 100 lookup local\n"
		  "the original local rule goes (IPv4)\n" },
	{ .what = "where the host asks from is like a VIP of its own, though it is none yet", TYPICAL, DEFAULT_ETH0, .no_proxy = true,
	  .vips = { { "10.2.0.50", RTN_UNICAST, 0, { ETH1 } }, { "192.0.2.10", RTN_UNICAST, 0, { LVS0 } } }, .asking = { "10.2.0.50" },
	  .plan = "route 10.2.0.50/32 dev lvs0 table main\n"
		  "route 10.2.0.50/32 dev lvs0 table 77\n"
		  "route 192.0.2.10/32 dev lvs0 table main\n"
		  "neigh proxy 10.2.0.50 dev eth1\n"
		  "rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 from 10.2.0.50/32 iif lo lookup 77 suppress_prefixlength 0\n"
		  "rule pref 100 lookup local\n"
		  "the original local rule goes (IPv4)\n" },
	{ .what = "and so it is of IPv6", TYPICAL, DEFAULT_ETH0,
	  .vips = { { "2001:db8:77::1", RTN_LOCAL, 0, { LO } } }, .asking = { "2001:db8:77::1" },
	  .plan = "-6 route 2001:db8:77::1/128 dev lvs0 table main\n"
		  "-6 route 2001:db8:77::1/128 dev lvs0 table 77\n"
		  "-6 rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 iif lo ipproto ipv6-icmp lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 from 2001:db8:77::1/128 iif lo lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 100 lookup local\n"
		  "the original local rule goes (IPv6)\n" },
	{ .what = "networks are a route each, and answered for nowhere", TYPICAL, DEFAULT_ETH0,
	  .networks = { { "192.0.2.17", RTN_UNICAST, 0, { ETH0 } }, { "10.1.0.65", RTN_UNICAST, 0, { ETH0 } }, { .addr = "2001:db8::1" } },
	  .network_bits = { 28, 27, 64 }, .vips = { { .addr = "192.0.2.16" } },
	  .plan = "route 10.1.0.64/27 dev lvs0 table main\n"
		  "route 192.0.2.16/28 dev lvs0 table main\n"
		  "route 192.0.2.16/32 dev lvs0 table main\n"
		  "-6 route 2001:db8::/64 dev lvs0 table main\n" },
	{ .what = "a network that this host has as a whole is taken from its stack", TYPICAL, DEFAULT_ETH0,
	  .networks = { { "2001:db8::1", RTN_LOCAL, 0, { LO } }, { "192.0.2.17", RTN_UNICAST, 0, { ETH0 } } }, .network_bits = { 64, 28 },
	  .plan = "route 192.0.2.16/28 dev lvs0 table main\n"
		  "-6 route 2001:db8::/64 dev lvs0 table main\n"
		  "-6 route 2001:db8::/64 dev lvs0 table 77\n"
		  "-6 rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 iif lo ipproto ipv6-icmp lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 100 lookup local\n"
		  "the original local rule goes (IPv6)\n" },
	{ .what = "the same for IPv6, on the loopback and in a subnet", TYPICAL, DEFAULT_ETH0,
	  .vips = { { "fd01::50", RTN_LOCAL, 0, { LO } } },
	  .plan = "-6 route fd01::50/128 dev lvs0 table main\n"
		  "-6 route fd01::50/128 dev lvs0 table 77\n"
		  "-6 neigh proxy fd01::50 dev eth0\n"
		  "-6 rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 10 iif lo ipproto ipv6-icmp lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 100 lookup local\n"
		  "the original local rule goes (IPv6)\n" },
	{ .what = "a local table that stands behind our rules already stays where it is",
	  .addrs = { { "10.1.0.50", 32, LO } }, DEFAULT_ETH0, .local_pref = { 32765, 50 },
	  .vips = { { "10.1.0.50", RTN_LOCAL, 0, { LO } } },
	  .plan = "route 10.1.0.50/32 dev lvs0 table main\n"
		  "route 10.1.0.50/32 dev lvs0 table 77\n"
		  "rule pref 10 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "rule pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 0\n"
		  "rule pref 100 lookup local\n" },
	{ .what = "packets to others are led here where clients are, behind the host's own addresses", TYPICAL, DEFAULT_ETH0,
	  .others = { { "240.0.0.1", RTN_UNICAST, 0, { ETH0 } }, { "2001:db8::1", RTN_UNICAST, 0, { ETH0 } } }, .others_bits = { 0, 64 },
	  .plan = "route default dev lvs0 table 77\n"
		  "-6 route 2001:db8::/64 dev lvs0 table 77\n"
		  "rule pref 113 iif eth1 lookup 77\n"
		  "-6 rule pref 113 iif eth1 lookup 77 suppress_prefixlength 0\n" },
	{ .what = "networks and single addresses of others are not answered for", TYPICAL, DEFAULT_ETH0,
	  .others = { { "198.51.100.1", RTN_UNICAST, 0, { ETH1 } }, { "10.2.0.9", RTN_UNICAST, 0, { ETH1 } } }, .others_bits = { 24, 32 },
	  .plan = "route 198.51.100.0/24 dev lvs0 table 77\n"
		  "route 10.2.0.9/32 dev lvs0 table 77\n"
		  "rule pref 113 iif eth0 lookup 77 suppress_prefixlength 0\n" },
	{ .what = "where they are everywhere, clients are too, and so if they are nowhere", TYPICAL, DEFAULT_ETH0,
	  .others = { { "240.0.0.1", RTN_UNICAST, 0, { ETH0, ETH1 } }, { .addr = "2001:db8::1" } }, .others_bits = { 0, 64 },
	  .plan = "route default dev lvs0 table 77\n"
		  "-6 route 2001:db8::/64 dev lvs0 table 77\n"
		  "rule pref 113 iif eth0 lookup 77\n"
		  "rule pref 113 iif eth1 lookup 77\n"
		  "-6 rule pref 113 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 113 iif eth1 lookup 77 suppress_prefixlength 0\n" },
	{ .what = "unless it is said where clients are", TYPICAL, DEFAULT_ETH0, .client_interface = "eth0",
	  .others = { { "240.0.0.1", RTN_UNICAST, 0, { ETH0 } } }, .others_bits = { 0 },
	  .plan = "route default dev lvs0 table 77\n"
		  "rule pref 113 iif eth0 lookup 77\n" },
	{ .what = "caches among the clients are spared, as far as no replies of theirs are caught", TYPICAL, DEFAULT_ETH0,
	  .others = { { "198.51.100.1", RTN_UNICAST, 0, { ETH0 } }, { "2001:db8::1", RTN_UNICAST, 0, { ETH0 } } }, .others_bits = { 24, 64 },
	  .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 }, true }, { "10.2.0.3", RTN_UNICAST, 0, { ETH1 } },
		       { "10.1.0.2", RTN_UNICAST, 0, { ETH0 }, true } },
	  .plan = "route default dev lvs0 table 77\n"
		  "route 198.51.100.0/24 dev lvs0 table 77\n"
		  "-6 route 2001:db8::/64 dev lvs0 table 77\n"
		  "rule pref 111 from 10.2.0.3/32 iif eth1 lookup 77\n"
		  "rule pref 111 iif eth1 ipproto icmp lookup 77\n"
		  "rule pref 112 from 10.2.0.2/31 iif eth1 lookup main\n"
		  "rule pref 113 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "-6 rule pref 113 iif eth1 lookup 77 suppress_prefixlength 0\n" },
	{ .what = "a local VIP does not lead the host's other addresses away", .addrs = { { "198.51.100.1", 24, ETH1 } }, DEFAULT_ETH0,
	  .vips = { { "192.0.2.10", RTN_LOCAL, 0, { LO } } }, .others = { { "198.51.100.1", RTN_UNICAST, 0, { ETH1 } },
	  { "10.9.0.9", RTN_UNICAST, 0, { ETH1 } } }, .others_bits = { 24, 32 },
	  .plan = "route 192.0.2.10/32 dev lvs0 table main\n"
		  "route 192.0.2.10/32 dev lvs0 table 77\n"
		  "route 198.51.100.0/24 dev lvs0 table 77\n"
		  "route 10.9.0.9/32 dev lvs0 table 77\n"
		  "rule pref 10 iif eth0 lookup 77 suppress_prefixlength 24\n"
		  "rule pref 10 iif eth1 lookup 77 suppress_prefixlength 24\n"
		  "rule pref 10 iif lo ipproto icmp lookup 77 suppress_prefixlength 24\n"
		  "rule pref 100 lookup local\n"
		  "rule pref 113 iif eth0 lookup 77 suppress_prefixlength 0\n"
		  "the original local rule goes (IPv4)\n" },
	{ .what = "unless a network that is local is as wide", TYPICAL, DEFAULT_ETH0,
	  .networks = { { "2001:db8::1", RTN_LOCAL, 0, { LO } } }, .network_bits = { 48 },
	  .others = { { "2001:db8:9::1", RTN_UNICAST, 0, { ETH0 } } }, .others_bits = { 64 },
	  .plan = "-6 route 2001:db8::/48 dev lvs0 table main\n"
		  "-6 route 2001:db8::/48 dev lvs0 table 77\n"
		  "-6 route 2001:db8:9::/64 dev lvs0 table 77\n"
		  "-6 rule pref 10 iif eth0 lookup 77 suppress_prefixlength 47\n"
		  "-6 rule pref 10 iif eth1 lookup 77 suppress_prefixlength 47\n"
		  "-6 rule pref 10 iif lo ipproto ipv6-icmp lookup 77 suppress_prefixlength 47\n"
		  "-6 rule pref 100 lookup local\n"
		  "-6 rule pref 113 iif eth1 lookup 77 suppress_prefixlength 0\n"
		  "the original local rule goes (IPv6)\n" },
	{ .what = "the host's own addresses stay in front", TYPICAL, DEFAULT_ETH0, .local_pref = { 0, 32765 },
	  .others = { { "198.51.100.1", RTN_UNICAST, 0, { ETH0 } } }, .others_bits = { 24 },
	  .plan = "route 198.51.100.0/24 dev lvs0 table 77\n"
		  "rule pref 100 lookup local\n"
		  "rule pref 113 iif eth1 lookup 77 suppress_prefixlength 0\n" },
	{ .what = "replies are caught where the servers are, by one rule for all", TYPICAL, DEFAULT_ETH0,
	  .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 } }, { "10.2.0.3", RTN_UNICAST, 0, { ETH1 } },
		       { "fd02::2", RTN_UNICAST, 0, { ETH1 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "-6 route default dev lvs0 table 77\n"
		  "rule pref 110 iif eth1 lookup 77\n"
		  "-6 rule pref 110 iif eth1 lookup 77\n" },
	{ .what = "servers behind the interface of the default route: rules name them, neighbours share one", TYPICAL, DEFAULT_ETH0,
	  .servers = { { "10.1.0.2", RTN_UNICAST, 0, { ETH0 } }, { "10.1.0.3", RTN_UNICAST, 0, { ETH0 } },
		       { "10.1.0.4", RTN_UNICAST, 0, { ETH0 } }, { "fd09::1", RTN_UNICAST, 0, { ETH0 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "-6 route default dev lvs0 table 77\n"
		  "rule pref 111 from 10.1.0.2/31 iif eth0 lookup 77\n"
		  "rule pref 111 from 10.1.0.4/32 iif eth0 lookup 77\n"
		  "rule pref 111 iif eth0 ipproto icmp lookup 77\n"
		  "-6 rule pref 111 from fd09::1/128 iif eth0 lookup 77\n"
		  "-6 rule pref 111 iif eth0 ipproto ipv6-icmp lookup 77\n" },
	{ .what = "VIP and servers in one subnet: clients are there too", TYPICAL,
	  .vips = { { .addr = "10.2.0.50" } }, .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 } } },
	  .plan = "route 10.2.0.50/32 dev lvs0 table main\n"
		  "route default dev lvs0 table 77\n"
		  "neigh proxy 10.2.0.50 dev eth1\n"
		  "rule pref 111 from 10.2.0.2/32 iif eth1 lookup 77\n"
		  "rule pref 111 iif eth1 ipproto icmp lookup 77\n" },
	{ .what = "a server with two next hops is expected on both", TYPICAL,
	  .servers = { { "10.9.0.2", RTN_UNICAST, 0, { ETH0, ETH1 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "rule pref 110 iif eth0 lookup 77\n"
		  "rule pref 110 iif eth1 lookup 77\n" },
	{ .what = "named interfaces overrule the routes", TYPICAL, DEFAULT_ETH0, .server_interface = "eth1",
	  .servers = { { "10.1.0.2", RTN_UNICAST, 0, { ETH0 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "rule pref 110 iif eth1 lookup 77\n" },
	{ .what = "servers that answer by themselves have no replies to catch", TYPICAL, DEFAULT_ETH0,
	  .servers = { { "10.1.0.2", RTN_UNICAST, 0, { ETH0 }, true }, { "10.2.0.2", RTN_UNICAST, 0, { ETH1 }, true },
		       { "fd01::2", RTN_UNICAST, 0, { ETH0 }, true } }, .plan = "" },
	{ .what = "nor if the interface is named", TYPICAL, DEFAULT_ETH0, .server_interface = "eth0",
	  .servers = { { "10.1.0.2", RTN_UNICAST, 0, { ETH0 }, true } }, .plan = "" },
	{ .what = "beside one that has", TYPICAL, DEFAULT_ETH0,
	  .servers = { { "10.1.0.2", RTN_UNICAST, 0, { ETH0 }, true }, { "10.1.0.3", RTN_UNICAST, 0, { ETH0 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "rule pref 111 from 10.1.0.3/32 iif eth0 lookup 77\n"
		  "rule pref 111 iif eth0 ipproto icmp lookup 77\n" },
	{ .what = "servers that are local, without a route or behind the device have no replies to catch", TYPICAL, DEFAULT_ETH0,
	  .servers = { { "10.1.0.1", RTN_LOCAL, 0, { LO } }, { .addr = "10.9.0.1" },
		       { .addr = "10.9.0.2", .type = RTN_BLACKHOLE }, { "10.9.0.3", RTN_UNICAST, 0, { LVS0 } } },
	  .plan = "" },
	{ .what = "a local table behind the rule for replies gets a copy in front of it", TYPICAL, DEFAULT_ETH0,
	  .local_pref = { 0, 32765 }, .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "rule pref 100 lookup local\n"
		  "rule pref 110 iif eth1 lookup 77\n" },
	{ .what = "while our own rule stands in for the local table, replies do not keep it", TYPICAL, DEFAULT_ETH0,
	  .local_pref = { 0, LVS_NET_NO_PREF }, .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 } } },
	  .plan = "route default dev lvs0 table 77\n"
		  "rule pref 110 iif eth1 lookup 77\n" },
};

static int compare_targets(const void *a, const void *b)
{
	const struct lvs_net_target *x = a, *y = b;

	return lvs_net_addr_compare(&x->addr, &y->addr);
}

static struct lvs_net_targets make_targets(const struct target *list, size_t max)
{
	struct lvs_net_targets targets = { .v = calloc(max, sizeof(*targets.v)) };

	for (size_t i = 0; i < max && list[i].addr; i++) {
		struct lvs_net_target *target = &targets.v[targets.n++];

		*target = (struct lvs_net_target){ .addr = test_addr(list[i].addr), .type = list[i].type, .proto = list[i].proto,
						    .one_way = list[i].one_way, .answers = list[i].one_way };
		for (int h = 0; h < 2 && list[i].hops[h]; h++)
			target->hops[target->nhops++] = list[i].hops[h];
	}
	qsort(targets.v, targets.n, sizeof(*targets.v), compare_targets);
	return targets;
}

/* Everything a plan is made from, on the heap, so that reading past an end is seen. */
struct setting {
	struct lvs_net_state state;
	struct lvs_net_targets vips, servers, strangers;
	char interfaces[1][IFNAMSIZ], client_interfaces[1][IFNAMSIZ];
	struct lvs_net_wants wants;
	struct lvs_net_question question;
};

/* Of each probe the network that it stands for. */
static struct lvs_prefix *make_prefixes(const struct target *probes, const uint8_t *lengths, size_t max, size_t *ret_n)
{
	struct lvs_prefix *prefixes = calloc(max, sizeof(*prefixes));

	assert_non_null(prefixes);
	for (size_t i = 0; i < max && probes[i].addr; i++) {
		const struct lvs_addr probe = test_addr(probes[i].addr);
		const uint8_t bits = (uint8_t)(lengths[i] + lvs_net_any_bits(lvs_addr_is4(&probe)));
		const struct lvs_addr mask = lvs_prefix_mask(bits);

		prefixes[(*ret_n)++] = (struct lvs_prefix){ lvs_addr_masked(&probe, &mask), bits };
	}
	return prefixes;
}

static void make_networks(struct lvs_net_wants *wants, const struct host *host)
{
	wants->probes = make_targets(host->networks, ARRAY_LEN(host->networks));
	wants->prefixes = make_prefixes(host->networks, host->network_bits, ARRAY_LEN(host->networks), &wants->nprefixes);
	wants->ways = make_targets(host->others, ARRAY_LEN(host->others));
	wants->transparent = make_prefixes(host->others, host->others_bits, ARRAY_LEN(host->others), &wants->ntransparent);
	wants->asking = calloc(ARRAY_LEN(host->asking), sizeof(*wants->asking));
	assert_non_null(wants->asking);
	for (size_t i = 0; i < ARRAY_LEN(host->asking) && host->asking[i]; i++)
		wants->asking[wants->nasking++] = test_addr(host->asking[i]);
}

static struct setting *make_setting(const struct host *host)
{
	static const struct target nobody[2] = { { .addr = "240.0.0.1" }, { .addr = "100::1" } };
	struct setting *setting = calloc(1, sizeof(*setting));

	assert_non_null(setting);
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		links[i].tunnel = host->tunnel == links[i].ifindex;
	setting->state = (struct lvs_net_state){
		.links = links, .nlinks = ARRAY_LEN(links), .addrs = calloc(ARRAY_LEN(host->addrs), sizeof(struct lvs_net_ifaddr)),
		.local_pref = { host->local_pref[0], host->local_pref[1] },
	};
	for (size_t i = 0; i < ARRAY_LEN(host->addrs) && host->addrs[i].addr; i++) {
		struct lvs_addr addr = test_addr(host->addrs[i].addr);

		setting->state.addrs[setting->state.naddrs++] = (struct lvs_net_ifaddr){
			.addr = addr, .subnet = addr, .ifindex = host->addrs[i].ifindex,
			.bits = (uint8_t)(host->addrs[i].bits + lvs_net_any_bits(lvs_addr_is4(&addr))),
		};
	}
	setting->vips = make_targets(host->vips, ARRAY_LEN(host->vips));
	make_networks(&setting->wants, host);
	setting->servers = make_targets(host->servers, ARRAY_LEN(host->servers));
	setting->strangers = make_targets(host->strangers[0].addr ? host->strangers : nobody, 2);
	if (host->server_interface)
		strcpy(setting->interfaces[0], host->server_interface);
	if (host->client_interface)
		strcpy(setting->client_interfaces[0], host->client_interface);
	setting->question = (struct lvs_net_question){
		.state = &setting->state, .device = LVS0, .vips = &setting->vips, .wants = &setting->wants, .servers = &setting->servers,
		.strangers = &setting->strangers, .table = 77, .priority = 10, .no_proxy = host->no_proxy,
		.ignore_tunneled = host->ignore_tunneled,
		.server_interfaces = setting->interfaces, .nserver_interfaces = host->server_interface != NULL,
		.client_interfaces = setting->client_interfaces, .nclient_interfaces = host->client_interface != NULL,
	};
	return setting;
}

static void free_setting(struct setting *setting)
{
	free(setting->state.addrs);
	lvs_net_wants_fini(&setting->wants);
	lvs_net_targets_fini(&setting->vips);
	lvs_net_targets_fini(&setting->servers);
	lvs_net_targets_fini(&setting->strangers);
	free(setting);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The order of a plan is for searching; for comparing, lines are sorted within routes, proxies and rules. */
static void sort_lines(char *text)
{
	char *copy = strdup(text), *lines[32];
	size_t n = 0;

	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), compare_lines);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		text += sprintf(text, "%s\n", lines[i]);
	free(copy);
}

static void print_plan(const struct lvs_net_state *state, const struct lvs_net_plan *plan, char *text)
{
	static const char *const noise[] = { " metric 1", " add", " replace" };
	char *at = text;

	*at = '\0';
	for (size_t i = 0; i < plan->objects.n; i++) {
		char command[LVS_NET_COMMAND_BYTES];

		if (plan->objects.v[i].kind == LVS_NET_ADDR)
			continue;
		lvs_net_command(state, &plan->objects.v[i], true, command);
		for (size_t w = 0; w < ARRAY_LEN(noise); w++) {
			char *hit = strstr(command, noise[w]);

			if (hit)
				memmove(hit, hit + strlen(noise[w]), strlen(hit + strlen(noise[w])) + 1);
		}
		at += sprintf(at, "%s\n", command + strlen("ip "));
	}
	for (int ip4 = 0; ip4 < 2; ip4++)
		if (plan->unlocal[ip4])
			at += sprintf(at, "the original local rule goes (%s)\n", ip4 ? "IPv4" : "IPv6");
	sort_lines(text);
}

static void plans_are_as_described(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct setting *setting = make_setting(&hosts[i]);
		struct lvs_net_plan plan;
		char expect[4096], seen[4096];

		assert_int_equal(lvs_net_plan(&setting->question, &plan), 0);
		strcpy(expect, hosts[i].plan);
		sort_lines(expect);
		print_plan(&setting->state, &plan, seen);
		if (strcmp(expect, seen) != 0)
			fail_msg("%s\n--- expected\n%s--- seen\n%s", hosts[i].what, expect, seen);
		lvs_net_plan_fini(&plan);
		free_setting(setting);
	}
}

/* The device needs an address where IPv4 passes it, and may not lose it while that goes on. */
static void the_device_has_an_address_for_ipv4(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct setting *setting = make_setting(&hosts[i]);
		const struct lvs_net_object own = { .kind = LVS_NET_ADDR, .addr = test_addr("127.0.0.77"), .bits = 128, .ifindex = LVS0 };
		struct lvs_net_plan plan;
		bool passes = false;
		size_t addrs = 0;

		assert_int_equal(lvs_net_plan(&setting->question, &plan), 0);
		for (size_t s = 0; s < plan.sysctls.n; s++)
			passes |= strcmp(plan.sysctls.v[s].path, "ipv4/conf/lvs0/forwarding") == 0;
		for (size_t o = 0; o < plan.objects.n; o++)
			addrs += plan.objects.v[o].kind == LVS_NET_ADDR;
		if (addrs != passes + setting->wants.nasking || lvs_net_objects_has(&plan.objects, &own) != passes)
			fail_msg("%s: %zu addresses of the device", hosts[i].what, addrs);
		for (size_t a = 0; a < setting->wants.nasking; a++) {
			const struct lvs_net_object asking = { .kind = LVS_NET_ADDR, .addr = setting->wants.asking[a], .bits = 128,
							       .ifindex = LVS0 };

			assert_true(lvs_net_objects_has(&plan.objects, &asking));
		}
		lvs_net_plan_fini(&plan);
		free_setting(setting);
	}
}

static const struct switches {
	struct host host;
	const char *switches;	/* each with its value; '*': goes with the device, '?': only a comfort */
} switches[] = {
	{ { .what = "IPv4 alone leaves IPv6 alone", TYPICAL, .vips = { { .addr = "192.0.2.10" } } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* " },
	{ { .what = "a server alone makes the host forward", TYPICAL, .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 } } } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* " },
	{ { .what = "IPv6 on a subnet: the kernel answers neighbours, also those who ask the VIP itself", TYPICAL,
	    .vips = { { .addr = "fd01::50" } } },
	  "ipv6/conf/all/forwarding=1 ipv6/conf/lvs0/forwarding=1* ipv6/conf/lvs0/disable_ipv6=0* ipv6/conf/eth0/proxy_ndp=1 "
	  "ipv6/conf/all/proxy_ndp=1 ipv6/neigh/eth0/proxy_delay=0? " },
	{ { .what = "a default route from a router's advertisement survives forwarding", TYPICAL, .vips = { { .addr = "2001:db8::1" } },
	    .strangers = { { .addr = "240.0.0.1" }, { "100::1", RTN_UNICAST, RTPROT_RA, { ETH0 } } } },
	  "ipv6/conf/eth0/accept_ra=2 ipv6/conf/all/forwarding=1 ipv6/conf/lvs0/forwarding=1* ipv6/conf/lvs0/disable_ipv6=0* " },
	{ { .what = "a local VIP: what the host has a socket for comes to the device as well", TYPICAL,
	    .vips = { { "192.0.2.10", RTN_LOCAL, 0, { LO } } } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* ipv4/ip_early_demux=0 " },
	{ { .what = "addresses of others alone make the host forward", TYPICAL,
	    .others = { { "240.0.0.1", RTN_UNICAST, 0, { ETH0 } } }, .others_bits = { 0 } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* " },
	{ { .what = "who is asked, and answers by himself, does so in the name of a VIP", TYPICAL,
	    .vips = { { "192.0.2.10", RTN_UNICAST, 0, { LVS0 } }, { "198.18.0.1", RTN_LOCAL, 0, { LO } } }, .asking = { "198.18.0.1" },
	    .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 }, true }, { "10.1.0.3", RTN_UNICAST, 0, { ETH0 } } } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* ipv4/conf/eth1/rp_filter=2 ipv4/ip_early_demux=0 " },
	{ { .what = "which may be an address of this host", TYPICAL,
	    .vips = { { "192.0.2.10", RTN_LOCAL, 0, { LO } }, { "198.18.0.1", RTN_LOCAL, 0, { LO } } }, .asking = { "198.18.0.1" },
	    .servers = { { "10.2.0.2", RTN_UNICAST, 0, { ETH1 }, true } } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* ipv4/conf/eth1/rp_filter=2 ipv4/conf/eth1/accept_local=1 ipv4/ip_early_demux=0 " },
	{ { .what = "to IPv6 that is all the same", TYPICAL, .vips = { { "2001:db8:77::1", RTN_LOCAL, 0, { LO } } },
	    .asking = { "2001:db8:77::1" }, .servers = { { "fd02::2", RTN_UNICAST, 0, { ETH1 }, true } } },
	  "ipv6/conf/all/forwarding=1 ipv6/conf/lvs0/forwarding=1* ipv6/conf/lvs0/disable_ipv6=0* ipv4/ip_early_demux=0 " },
	{ { .what = "IPv4 on a subnet: answers come at once", TYPICAL, .vips = { { .addr = "10.1.0.50" }, { .addr = "10.1.0.51" } } },
	  "ipv4/ip_forward=1 ipv4/conf/lvs0/forwarding=1* ipv4/conf/all/rp_filter=2 ipv4/conf/lvs0/rp_filter=0* "
	  "ipv4/conf/lvs0/accept_local=1* ipv4/neigh/eth0/proxy_delay=0? " },
};

static void switches_are_as_described(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		struct setting *setting = make_setting(&switches[i].host);
		struct lvs_net_plan plan;
		char seen[2048] = "", *at = seen;

		assert_int_equal(lvs_net_plan(&setting->question, &plan), 0);
		for (size_t s = 0; s < plan.sysctls.n; s++)
			at += sprintf(at, "%s=%d%s%s ", plan.sysctls.v[s].path, plan.sysctls.v[s].set,
				      plan.sysctls.v[s].fleeting ? "*" : "", plan.sysctls.v[s].comfort ? "?" : "");
		if (strcmp(switches[i].switches, seen) != 0)
			fail_msg("%s\n--- expected\n%s\n--- seen\n%s", switches[i].host.what, switches[i].switches, seen);
		lvs_net_plan_fini(&plan);
		free_setting(setting);
	}
}

/* Every other address, so that nothing can be merged. */
static void many_servers_share_a_rule(void **state)
{
	const struct host host = { TYPICAL, DEFAULT_ETH0 };
	struct setting *setting = make_setting(&host);
	struct lvs_net_plan plan;

	(void)state;
	for (size_t n = LVS_NET_REPLY_RULES; n <= LVS_NET_REPLY_RULES + 1; n++) {
		size_t rules = 0;

		free(setting->servers.v);
		setting->servers = (struct lvs_net_targets){ .v = calloc(n, sizeof(*setting->servers.v)), .n = n };
		for (size_t i = 0; i < n; i++)
			setting->servers.v[i] = (struct lvs_net_target){
				.addr = lvs_addr_from4((LVS_FORCE lvs_be32)LVS_SWAP32((uint32_t)(0x0a010000 + 2 * i))),
				.type = RTN_UNICAST, .nhops = 1, .hops = { ETH0 },
			};
		assert_int_equal(lvs_net_plan(&setting->question, &plan), 0);
		for (size_t i = 0; i < plan.objects.n; i++)
			rules += plan.objects.v[i].kind == LVS_NET_RULE;
		assert_int_equal(rules, n == LVS_NET_REPLY_RULES ? n + 1 : 1);
		lvs_net_plan_fini(&plan);
	}
	free_setting(setting);
}

/* Whatever the set of servers: rules by source cover each of them, and nobody else. */
static void merged_rules_cover_exactly_the_servers(void **state)
{
	const struct host host = { TYPICAL, DEFAULT_ETH0 };
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct setting *setting = make_setting(&host);
		struct lvs_net_plan plan;
		bool is_server[64];
		size_t n = 0;

		free(setting->servers.v);
		setting->servers.v = calloc(64, sizeof(*setting->servers.v));
		for (uint32_t i = 0; i < 64; i++) {
			random = random * 1664525 + 1013904223;
			is_server[i] = random >> 30 != 0;
			if (is_server[i])
				setting->servers.v[n++] = (struct lvs_net_target){
					.addr = lvs_addr_from4((LVS_FORCE lvs_be32)LVS_SWAP32(0x0a010040 + i)),
					.type = RTN_UNICAST, .nhops = 1, .hops = { ETH0 },
				};
		}
		setting->servers.n = n;
		assert_int_equal(lvs_net_plan(&setting->question, &plan), 0);
		for (uint32_t i = 0; i < 256; i++) {
			struct lvs_addr addr = lvs_addr_from4((LVS_FORCE lvs_be32)LVS_SWAP32(0x0a010000 + i));
			size_t hits = 0;

			for (size_t o = 0; o < plan.objects.n; o++)
				hits += plan.objects.v[o].kind == LVS_NET_RULE && !plan.objects.v[o].ip_proto &&
					lvs_net_in_prefix(&addr, &plan.objects.v[o].addr, plan.objects.v[o].bits);
			assert_int_equal(hits, i >= 64 && i < 128 && is_server[i - 64]);
		}
		lvs_net_plan_fini(&plan);
		free_setting(setting);
	}
}

static const struct {
	const char *what;
	struct lvs_net_target target;
	const char *addr;
	uint32_t mtu;
} mtus[] = {
	{ "the link's", { .type = RTN_UNICAST, .nhops = 1, .hops = { ETH0 } }, "10.1.0.2", 1500 },
	{ "IPv6 may have been told less", { .type = RTN_UNICAST, .nhops = 1, .hops = { ETH1 } }, "fd02::2", 1400 },
	{ "which is nothing to IPv4", { .type = RTN_UNICAST, .nhops = 1, .hops = { ETH1 } }, "10.2.0.2", 9000 },
	{ "the route knows better", { .type = RTN_UNICAST, .nhops = 1, .hops = { ETH0 }, .metric_mtu = 1280 }, "10.1.0.2", 1280 },
	{ "the smallest of several", { .type = RTN_UNICAST, .nhops = 2, .hops = { ETH1, ETH0 } }, "10.9.0.2", 1500 },
	{ "no packet is larger", { .type = RTN_LOCAL, .nhops = 1, .hops = { LO } }, "10.1.0.1", 65535 },
	{ "no route", { .type = RTN_UNSPEC }, "10.1.0.2", 0 },
	{ "a route that throws away", { .type = RTN_BLACKHOLE, .nhops = 1, .hops = { LO } }, "10.1.0.2", 0 },
	{ "an interface nobody knows", { .type = RTN_UNICAST, .nhops = 1, .hops = { 99 } }, "10.1.0.2", 0 },
};

static void mtus_are_as_described(void **state)
{
	const struct lvs_net_state host = { .links = links, .nlinks = ARRAY_LEN(links) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mtus); i++) {
		struct lvs_net_target target = mtus[i].target;

		target.addr = test_addr(mtus[i].addr);
		if (lvs_net_plan_mtu(&host, &target) != mtus[i].mtu)
			fail_msg("%s: %u instead of %u", mtus[i].what, lvs_net_plan_mtu(&host, &target), mtus[i].mtu);
	}
}

/* Interfaces that are down or belong to a bridge see no packets of their own. */
static void ports_and_idle_links_get_no_rules(void **state)
{
	const struct host host = { .addrs = { { "10.1.0.50", 24, BR0 } }, .vips = { { "10.1.0.50", RTN_LOCAL, 0, { LO } } } };
	struct lvs_net_link bridged[] = {
		links[0], links[3],
		{ .ifindex = ETH0, .flags = 0, .name = "eth0" },
		{ .ifindex = PORT, .flags = IFF_UP, .master = BR0, .name = "port" },
		{ .ifindex = BR0, .flags = IFF_UP, .name = "br0" },
	};
	struct setting *setting = make_setting(&host);
	struct lvs_net_plan plan;

	(void)state;
	setting->state.links = bridged;
	setting->state.nlinks = ARRAY_LEN(bridged);
	assert_int_equal(lvs_net_plan(&setting->question, &plan), 0);
	for (size_t i = 0; i < plan.objects.n; i++) {
		const char *iif = plan.objects.v[i].iif;

		assert_true(!iif[0] || strcmp(iif, "br0") == 0 || strcmp(iif, "lo") == 0);
		assert_true(plan.objects.v[i].kind != LVS_NET_PROXY || plan.objects.v[i].ifindex == BR0);
	}
	lvs_net_plan_fini(&plan);
	free_setting(setting);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_as_described),
		cmocka_unit_test(the_device_has_an_address_for_ipv4),
		cmocka_unit_test(switches_are_as_described),
		cmocka_unit_test(many_servers_share_a_rule),
		cmocka_unit_test(merged_rules_cover_exactly_the_servers),
		cmocka_unit_test(mtus_are_as_described),
		cmocka_unit_test(ports_and_idle_links_get_no_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
