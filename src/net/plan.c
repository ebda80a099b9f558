// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a packet finds the device and how the answer finds it again.
 *
 * Requests. A route VIP -> device in the main table is enough where a router sends us the VIP. If the VIP lies in a
 * subnet that is attached here, its neighbours ask who has it, and a proxy entry on that interface answers. If the VIP
 * is an address of this host, the local table would win: rules in front of it, one for each interface, look into our
 * own table, where only the VIPs count (its default route is for replies); the rule for the local table moves behind
 * them, as nothing can stand in front of preference 0. A VIP routed that way is not local any more in the eyes of ARP
 * and neighbour discovery, which ask the routing tables too, so it needs its proxy entry as much as a foreign one.
 * Locally made ICMP errors about what lvsd sends in the VIP's name (fragmentation needed, towards a client behind a
 * small MTU) take the same way by a rule on "lo". What comes out of the device is subject to none of these rules and
 * so cannot run in circles.
 *
 * A network of VIPs is one route. Addresses of this host inside of it are VIPs of their own.
 *
 * Replies. Packets from real servers to strangers are caught by a rule on the interface that leads to the servers,
 * behind the local table, so that the host's own connections to them stay its own. If clients come through that
 * interface as well, the rule names the real servers too, neighbouring addresses merged, so that clients' packets do
 * not pass the device for nothing. Servers that answer clients by themselves, or the director at an address of his own,
 * need no such rule: their packets to strangers are none of ours.
 *
 * Networks of others, whose packets some service takes on their way: they are routes in our own table alone, which a rule
 * on each interface that clients come through looks into, behind the local table. So what comes out of the device finds
 * the host's own routes, and goes on to where it was sent. Where clients come through is for routes to tell: what
 * comes in through an interface that leads to such a network is on its way back. Real servers may ask the sites themselves, so
 * rules in front spare them; what slips through for want of those, the engine lets pass.
 *
 * The device has an address of scope host, 127.0.0.77, while IPv4 passes it. Nobody talks to it, and forwarding and ICMP
 * would do without; but what comes out of a device that has none and does not go back to where its sender is routed
 * (packets for the host itself, real servers' own ones to strangers) even the loose reverse-path filter drops, and that
 * one is the larger of the device's own and the one of all. It is given whatever that is, as no notification tells of
 * switches; and whatever the VIPs are, as routes through a device can vanish with its last address.
 */
#include "net/plan.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/asking.h"
#include "net/state.h"
#include "net/target.h"
#include "net/wants.h"

#define FINE(value) (1U << (value))

/* An interface that packets of IP come in through: ports of a bridge, for example, are none. */
static bool is_outside(const struct lvs_net_question *question, const struct lvs_net_link *link)
{
	return link->ifindex != question->device && !(link->flags & IFF_LOOPBACK) && (link->flags & IFF_UP) && !link->master;
}

static const struct lvs_net_target *stranger_of(const struct lvs_net_question *question, bool ip4)
{
	return &question->strangers->v[ip4 ? 0 : 1];
}

static const char *device_name(const struct lvs_net_question *question)
{
	const struct lvs_net_link *link = lvs_net_state_link(question->state, question->device);

	return link ? link->name : "";
}

static void want_route(struct lvs_net_plan *plan, const struct lvs_net_question *question, uint32_t table,
		       const struct lvs_addr *addr, uint8_t bits)
{
	/* Metric 1: 0 means 1024 to IPv6, and routing daemons install the VIPs of their peers below that. */
	const struct lvs_net_object route = {
		.kind = LVS_NET_ROUTE, .addr = *addr, .bits = bits, .table = table, .pref = 1, .ifindex = question->device,
	};

	lvs_net_objects_push(&plan->objects, &route);
}

static void want_sysctl(struct lvs_net_plan *plan, const char *dir, const char *name, const char *key, uint32_t fine,
			int set)
{
	struct lvs_net_sysctl sysctl = { .fine = fine, .set = set, .comfort = strcmp(key, "proxy_delay") == 0 };

	(void)snprintf(sysctl.path, sizeof(sysctl.path), "%s%s%s%s", dir, name, name[0] ? "/" : "", key);
	lvs_net_sysctls_push(&plan->sysctls, &sysctl);
}

/* Like want_sysctl(), of the device: it takes the setting with it when it goes. */
static void want_device_sysctl(struct lvs_net_plan *plan, const struct lvs_net_question *question, const char *dir,
			       const char *key, uint32_t fine, int set)
{
	size_t n = plan->sysctls.n;

	want_sysctl(plan, dir, device_name(question), key, fine, set);
	if (plan->sysctls.n > n)
		plan->sysctls.v[n].fleeting = true;
}

static void plan_sysctls4(struct lvs_net_plan *plan, const struct lvs_net_question *question)
{
	want_sysctl(plan, "ipv4/", "", "ip_forward", FINE(1), 1);
	want_device_sysctl(plan, question, "ipv4/conf/", "forwarding", FINE(1), 1);
	/* The larger of the two counts. Clients' addresses come out of a device that has no route to them. */
	want_sysctl(plan, "ipv4/conf/", "all", "rp_filter", FINE(0) | FINE(2), 2);
	want_device_sysctl(plan, question, "ipv4/conf/", "rp_filter", FINE(0) | FINE(2), 0);
	want_device_sysctl(plan, question, "ipv4/conf/", "accept_local", FINE(1), 1);
}

static void plan_sysctls6(struct lvs_net_plan *plan, const struct lvs_net_question *question)
{
	const struct lvs_net_target *stranger = stranger_of(question, false);

	/* A router does not listen to routers and forgets the default route it has from one, unless it is told otherwise. */
	for (uint32_t i = 0; stranger->proto == RTPROT_RA && i < stranger->nhops; i++) {
		const struct lvs_net_link *link = lvs_net_state_link(question->state, stranger->hops[i]);

		if (link)
			want_sysctl(plan, "ipv6/conf/", link->name, "accept_ra", FINE(0) | FINE(2), 2);
	}
	want_sysctl(plan, "ipv6/conf/", "all", "forwarding", FINE(1), 1);
	want_device_sysctl(plan, question, "ipv6/conf/", "forwarding", FINE(1), 1);
	want_device_sysctl(plan, question, "ipv6/conf/", "disable_ipv6", FINE(0), 0);
}

static void want_proxy(struct lvs_net_plan *plan, const struct lvs_net_question *question, const struct lvs_addr *vip,
		       uint32_t ifindex)
{
	const struct lvs_net_link *link = lvs_net_state_link(question->state, ifindex);
	const struct lvs_net_object proxy = {
		.kind = LVS_NET_PROXY, .addr = *vip, .bits = LVS_NET_HOST_BITS, .ifindex = ifindex,
	};

	if (!link || !is_outside(question, link) || (link->flags & IFF_NOARP))
		return;
	lvs_net_objects_push(&plan->objects, &proxy);
	/* Otherwise answers wait up to 0.8 s each, so that the owner of the address may be first. */
	if (lvs_addr_is4(vip)) {
		want_sysctl(plan, "ipv4/neigh/", link->name, "proxy_delay", FINE(0), 0);
		return;
	}
	want_sysctl(plan, "ipv6/conf/", link->name, "proxy_ndp", FINE(1), 1);
	/* Only this one makes the kernel answer solicitations that are sent to the VIP itself, as neighbours do that know
	 * us already: without it they lose us again and again. */
	want_sysctl(plan, "ipv6/conf/", "all", "proxy_ndp", FINE(1), 1);
	want_sysctl(plan, "ipv6/neigh/", link->name, "proxy_delay", FINE(0), 0);
}

static bool is_local(const struct lvs_net_target *vip)
{
	return vip->type == RTN_LOCAL;
}

/* Is it an address of this host, or will it be (net/asking.c)? */
static bool is_taken(const struct lvs_net_question *question, const struct lvs_net_target *vip)
{
	return is_local(vip) || lvs_net_wants_asking(question->wants, &vip->addr);
}

static void plan_proxies(struct lvs_net_plan *plan, const struct lvs_net_question *question)
{
	const struct lvs_net_targets *vips = question->vips;

	for (size_t i = 0; i < question->state->naddrs && vips->n; i++) {
		const struct lvs_net_ifaddr *ifaddr = &question->state->addrs[i];
		const struct lvs_addr *prefixes[] = { &ifaddr->subnet, &ifaddr->addr };
		const uint8_t bits[] = { ifaddr->bits, LVS_NET_HOST_BITS };

		for (size_t p = 0; p < ARRAY_LEN(prefixes); p++) {
			struct lvs_addr masked = *prefixes[p];
			size_t v;

			for (size_t b = bits[p]; b < LVS_NET_HOST_BITS; b++)
				masked.bytes[b / 8] &= (uint8_t)~(0x80 >> b % 8);
			v = lvs_net_addr_first(&vips->v->addr, sizeof(*vips->v), vips->n, &masked);
			for (; v < vips->n && lvs_net_in_prefix(&vips->v[v].addr, &masked, bits[p]); v++)
				if (is_taken(question, &vips->v[v]) || !question->no_proxy)
					want_proxy(plan, question, &vips->v[v].addr, ifaddr->ifindex);
		}
	}
}

static void want_rule(struct lvs_net_plan *plan, const struct lvs_net_object *rule)
{
	struct lvs_net_object object = *rule;

	object.kind = LVS_NET_RULE;
	lvs_net_objects_push(&plan->objects, &object);
}

struct lvs_net_object lvs_net_plan_local_rule(bool ip4, uint32_t pref)
{
	return (struct lvs_net_object){
		.kind = LVS_NET_RULE, .addr = lvs_net_any(ip4), .bits = lvs_net_any_bits(ip4), .table = RT_TABLE_LOCAL,
		.pref = pref,
	};
}

/*
 * Networks of others do not count in front of the local table, or the host's own addresses inside would be led away. They
 * do if networks of VIPs that are local are as wide: then packets to these addresses pass the device.
 *
 * Return: so many bits are too few, as they are written
 */
static uint8_t enough_bits(const struct lvs_net_question *question, bool ip4)
{
	const struct lvs_net_wants *wants = question->wants;
	unsigned int enough = 1, least = LVS_NET_HOST_BITS;

	for (size_t i = 0; i < wants->ntransparent; i++)
		if (lvs_addr_is4(&wants->transparent[i].addr) == ip4 && wants->transparent[i].bits < LVS_NET_HOST_BITS)
			enough = LVS_MAX(enough, wants->transparent[i].bits - lvs_net_any_bits(ip4) + 1u);
	for (size_t i = 0; i < wants->nprefixes; i++) {
		const struct lvs_addr probe = lvs_net_probe(&wants->prefixes[i].addr);

		if (lvs_addr_is4(&probe) == ip4 && is_local(lvs_net_targets_find(&wants->probes, &probe)))
			least = LVS_MIN(least, (unsigned int)wants->prefixes[i].bits - lvs_net_any_bits(ip4));
	}
	return (uint8_t)LVS_MIN(enough, least);
}

/* Rules in front of the local table, for one family. */
static void plan_local(struct lvs_net_plan *plan, const struct lvs_net_question *question, bool ip4)
{
	const struct lvs_net_state *state = question->state;
	struct lvs_net_object rule = {
		.addr = lvs_net_any(ip4), .bits = lvs_net_any_bits(ip4), .table = question->table,
		.pref = question->priority, .suppress = enough_bits(question, ip4),
	};
	const struct lvs_net_object local = lvs_net_plan_local_rule(ip4, question->priority + 90);

	for (size_t i = 0; i < state->nlinks; i++) {
		if (!is_outside(question, &state->links[i]) || (question->ignore_tunneled && state->links[i].tunnel))
			continue;
		memcpy(rule.iif, state->links[i].name, sizeof(rule.iif));
		want_rule(plan, &rule);
	}
	memset(rule.iif, 0, sizeof(rule.iif));
	memcpy(rule.iif, "lo", sizeof("lo"));
	rule.ip_proto = ip4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	want_rule(plan, &rule);
	lvs_net_objects_push(&plan->objects, &local);
	plan->unlocal[ip4] = state->local_pref[ip4] <= question->priority;
}

/* @any, @local: for IPv6 and IPv4, set where there is such a network */
static void plan_networks(struct lvs_net_plan *plan, const struct lvs_net_question *question, bool any[2], bool local[2])
{
	const struct lvs_net_wants *wants = question->wants;

	for (size_t i = 0; i < wants->nprefixes; i++) {
		const struct lvs_prefix *prefix = &wants->prefixes[i];
		const struct lvs_addr probe = lvs_net_probe(&prefix->addr);
		bool ip4 = lvs_addr_is4(&prefix->addr);

		any[ip4] = true;
		want_route(plan, question, RT_TABLE_MAIN, &prefix->addr, prefix->bits);
		/* A host can have a network as a whole. */
		if (!is_local(lvs_net_targets_find(&wants->probes, &probe)))
			continue;
		local[ip4] = true;
		want_route(plan, question, question->table, &prefix->addr, prefix->bits);
	}
}

static void plan_vips(struct lvs_net_plan *plan, const struct lvs_net_question *question)
{
	bool any[2] = { false, false }, local[2] = { false, false };

	plan_networks(plan, question, any, local);
	for (size_t i = 0; i < question->vips->n; i++) {
		const struct lvs_net_target *vip = &question->vips->v[i];
		bool ip4 = lvs_addr_is4(&vip->addr);

		any[ip4] = true;
		want_route(plan, question, RT_TABLE_MAIN, &vip->addr, LVS_NET_HOST_BITS);
		if (!is_taken(question, vip))
			continue;
		local[ip4] = true;
		want_route(plan, question, question->table, &vip->addr, LVS_NET_HOST_BITS);
	}
	for (size_t i = 0; i < question->servers->n; i++)
		any[lvs_addr_is4(&question->servers->v[i].addr)] = true;
	for (size_t i = 0; i < question->wants->ntransparent; i++)
		any[lvs_addr_is4(&question->wants->transparent[i].addr)] = true;
	if (any[true]) {
		const struct lvs_net_object addr = lvs_net_own_addr(question->device);

		plan_sysctls4(plan, question);
		lvs_net_objects_push(&plan->objects, &addr);
	}
	if (any[false])
		plan_sysctls6(plan, question);
	for (int ip4 = 0; ip4 < 2; ip4++)
		if (local[ip4])
			plan_local(plan, question, ip4);
	lvs_net_plan_asking(plan, question, (const uint8_t[]){ enough_bits(question, false), enough_bits(question, true) });
	/* Packets for which the host has a socket are not forwarded, not even to a device that brings them back. For IPv6 too. */
	if (local[true] || local[false])
		want_sysctl(plan, "ipv4/", "", "ip_early_demux", FINE(0), 0);
	plan_proxies(plan, question);
}

static bool is_named(char (*interfaces)[IFNAMSIZ], size_t n, const struct lvs_net_link *link)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(interfaces[i], link->name) == 0)
			return true;
	return false;
}

static bool carries_replies(const struct lvs_net_question *question, const struct lvs_net_target *server,
			    const struct lvs_net_link *link)
{
	if (server->type != RTN_UNICAST || server->one_way)
		return false;
	if (question->nserver_interfaces == 0)
		return lvs_net_target_via(server, link->ifindex);
	return is_named(question->server_interfaces, question->nserver_interfaces, link);
}

/* Whether clients may come through an interface that leads to real servers. */
static bool carries_requests(const struct lvs_net_plan *plan, const struct lvs_net_question *question,
			     const struct lvs_net_link *link, bool ip4)
{
	const struct lvs_net_state *state = question->state;
	bool alone = true;

	if (lvs_net_target_via(stranger_of(question, ip4), link->ifindex))
		return true;
	for (size_t i = 0; i < plan->objects.n; i++) {
		const struct lvs_net_object *object = &plan->objects.v[i];

		if (lvs_addr_is4(&object->addr) != ip4)
			continue;
		if (object->kind == LVS_NET_PROXY && object->ifindex == link->ifindex)
			return true;
		if (object->kind == LVS_NET_RULE && object->pref == question->priority + LVS_NET_TRANSPARENT &&
		    strcmp(object->iif, link->name) == 0)
			return true;
	}
	for (size_t i = 0; i < state->nlinks && alone; i++)
		alone = &state->links[i] == link || !is_outside(question, &state->links[i]);
	return alone;
}

/*
 * Merge the addresses @v[0..n), ascending, into the fewest prefixes that hold nothing else: a prefix and its right
 * neighbour of the same length become one as soon as they stand next to each other. Return: how many are left; lengths
 * in @bits
 */
static size_t merge(struct lvs_addr *v, uint8_t *bits, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		v[kept] = v[i];
		bits[kept++] = LVS_NET_HOST_BITS;
		while (kept >= 2 && bits[kept - 1] == bits[kept - 2] &&
		       lvs_net_in_prefix(&v[kept - 1], &v[kept - 2], (uint8_t)(bits[kept - 1] - 1))) {
			kept--;
			bits[kept - 1]--;
		}
	}
	return kept;
}

static void want_sources(struct lvs_net_plan *plan, struct lvs_net_object rule, const struct lvs_addr *v,
			 const uint8_t *bits, size_t n)
{
	/* A preference of its own: asked to remove the rule for all sources, the kernel takes the first that has the rest. */
	rule.pref++;
	/* Routers in front of the servers report errors about our packets in their own names. */
	rule.ip_proto = lvs_addr_is4(&rule.addr) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	want_rule(plan, &rule);
	rule.ip_proto = 0;
	for (size_t i = 0; i < n; i++) {
		rule.addr = v[i];
		rule.bits = bits[i];
		want_rule(plan, &rule);
	}
}

/* Somebody may keep the local table behind @pref, where our rule would take the host's own packets. */
static void keep_local(struct lvs_net_plan *plan, const struct lvs_net_question *question, bool ip4, uint32_t pref)
{
	const struct lvs_net_object local = lvs_net_plan_local_rule(ip4, question->priority + 90);

	if (question->state->local_pref[ip4] != LVS_NET_NO_PREF && question->state->local_pref[ip4] > pref)
		lvs_net_objects_push(&plan->objects, &local);
}

/* Rules behind the local table, for one family on one interface. @v, @bits: room for all servers */
static void plan_replies(struct lvs_net_plan *plan, const struct lvs_net_question *question, const struct lvs_net_link *link,
			 bool ip4, struct lvs_addr *v, uint8_t *bits)
{
	struct lvs_net_object rule = {
		.addr = lvs_net_any(ip4), .bits = lvs_net_any_bits(ip4), .table = question->table,
		.pref = question->priority + 100,
	};
	size_t n = 0;

	for (size_t i = 0; i < question->servers->n; i++) {
		const struct lvs_net_target *server = &question->servers->v[i];

		if (lvs_addr_is4(&server->addr) == ip4 && carries_replies(question, server, link))
			v[n++] = server->addr;
	}
	if (n == 0)
		return;
	memcpy(rule.iif, link->name, sizeof(rule.iif));
	want_route(plan, question, question->table, &rule.addr, rule.bits);
	keep_local(plan, question, ip4, rule.pref);
	if (carries_requests(plan, question, link, ip4)) {
		n = merge(v, bits, n);
		if (n <= LVS_NET_REPLY_RULES) {
			want_sources(plan, rule, v, bits, n);
			return;
		}
	}
	want_rule(plan, &rule);
}

/* What is behind interfaces, without going through all of it for each of many interfaces. */
struct behind {
	uint32_t v[16];
	size_t n;
	bool many;
};

static void add_behind(struct behind *behind, const struct lvs_net_target *target)
{
	for (size_t h = 0; h < target->nhops; h++) {
		size_t b = 0;

		while (b < behind->n && behind->v[b] != target->hops[h])
			b++;
		if (b == ARRAY_LEN(behind->v))
			behind->many = true;
		else if (b == behind->n)
			behind->v[behind->n++] = target->hops[h];
	}
}

static struct behind find_behind(const struct lvs_net_question *question)
{
	struct behind behind = { .many = question->nserver_interfaces > 0 };

	for (size_t i = 0; i < question->servers->n; i++)
		if (!question->servers->v[i].one_way)
			add_behind(&behind, &question->servers->v[i]);
	return behind;
}

static bool is_behind(const struct behind *behind, uint32_t ifindex)
{
	bool hit = behind->many;

	for (size_t i = 0; i < behind->n && !hit; i++)
		hit = behind->v[i] == ifindex;
	return hit;
}

/* Rules for networks of others, for one family on one interface. @v, @bits: room for all servers */
static void plan_transparent(struct lvs_net_plan *plan, const struct lvs_net_question *question,
			     const struct lvs_net_link *link, bool ip4, struct lvs_addr *v, uint8_t *bits)
{
	const struct lvs_net_wants *wants = question->wants;
	struct lvs_net_object rule = {
		.addr = lvs_net_any(ip4), .bits = lvs_net_any_bits(ip4), .table = question->table,
		.pref = question->priority + LVS_NET_TRANSPARENT, .suppress = 1,
	};
	size_t n = 0;

	memcpy(rule.iif, link->name, sizeof(rule.iif));
	for (size_t i = 0; i < wants->ntransparent; i++) {
		const struct lvs_prefix *network = &wants->transparent[i];

		if (lvs_addr_is4(&network->addr) != ip4)
			continue;
		want_route(plan, question, question->table, &network->addr, network->bits);
		/* That of all networks counts then, as all of them are wanted. */
		if (network->bits == rule.bits)
			rule.suppress = 0;
	}
	want_rule(plan, &rule);
	keep_local(plan, question, ip4, rule.pref);
	for (size_t i = 0; i < question->servers->n; i++) {
		const struct lvs_net_target *server = &question->servers->v[i];

		if (lvs_addr_is4(&server->addr) == ip4 && lvs_net_target_via(server, link->ifindex))
			v[n++] = server->addr;
	}
	n = merge(v, bits, n);
	rule.table = RT_TABLE_MAIN;
	rule.pref = question->priority + LVS_NET_SPARED;
	rule.suppress = 0;
	for (size_t i = 0; n <= LVS_NET_REPLY_RULES && i < n; i++) {
		rule.addr = v[i];
		rule.bits = bits[i];
		want_rule(plan, &rule);
	}
}

/* Do packets to networks of others arrive there, that are wanted? @onward: where these networks are */
static bool carries_transparent(const struct lvs_net_question *question, const struct lvs_net_link *link,
				const struct behind *onward)
{
	const struct lvs_net_state *state = question->state;
	bool other = false;

	if (!is_outside(question, link))
		return false;
	if (question->nclient_interfaces)
		return is_named(question->client_interfaces, question->nclient_interfaces, link);
	for (size_t i = 0; i < state->nlinks && !other; i++)
		other = is_outside(question, &state->links[i]) && !is_behind(onward, state->links[i].ifindex);
	return !other || !is_behind(onward, link->ifindex);
}

static void plan_others(struct lvs_net_plan *plan, const struct lvs_net_question *question, bool ip4, struct lvs_addr *v,
			uint8_t *bits)
{
	const struct lvs_net_state *state = question->state;
	const struct lvs_net_targets *ways = &question->wants->ways;
	struct behind onward = { .n = 0 };
	bool any = false;

	for (size_t i = 0; i < ways->n; i++) {
		if (lvs_addr_is4(&ways->v[i].addr) != ip4)
			continue;
		any = true;
		add_behind(&onward, &ways->v[i]);
	}
	for (size_t i = 0; any && i < state->nlinks; i++)
		if (carries_transparent(question, &state->links[i], &onward))
			plan_transparent(plan, question, &state->links[i], ip4, v, bits);
}

static int plan_servers(struct lvs_net_plan *plan, const struct lvs_net_question *question)
{
	const struct lvs_net_state *state = question->state;
	const struct behind behind = find_behind(question);
	size_t n = question->servers->n;
	struct lvs_addr *v = calloc(n ? n : 1, sizeof(*v));
	uint8_t *bits = calloc(n ? n : 1, sizeof(*bits));

	for (int ip4 = 0; v && bits && ip4 < 2; ip4++) {
		plan_others(plan, question, ip4, v, bits);
		for (size_t i = 0; i < state->nlinks; i++)
			if (is_outside(question, &state->links[i]) && is_behind(&behind, state->links[i].ifindex))
				plan_replies(plan, question, &state->links[i], ip4, v, bits);
	}
	free(v);
	free(bits);
	return v && bits ? 0 : -ENOMEM;
}

int lvs_net_plan(const struct lvs_net_question *question, struct lvs_net_plan *ret_plan)
{
	struct lvs_net_plan plan = { 0 };
	int err;

	plan_vips(&plan, question);
	err = plan_servers(&plan, question);
	if (!err)
		err = lvs_net_objects_sort(&plan.objects);
	if (!err && plan.sysctls.failed)
		err = -ENOMEM;
	if (err)
		lvs_net_plan_fini(&plan);
	else
		*ret_plan = plan;
	return err;
}

uint32_t lvs_net_plan_mtu(const struct lvs_net_state *state, const struct lvs_net_target *target)
{
	uint32_t mtu = target->metric_mtu ? target->metric_mtu : UINT32_MAX;

	if (target->type != RTN_UNICAST && target->type != RTN_LOCAL)
		return 0;
	for (uint32_t i = 0; i < target->nhops && !target->metric_mtu; i++) {
		const struct lvs_net_link *link = lvs_net_state_link(state, target->hops[i]);

		if (!link)
			continue;
		mtu = LVS_MIN(mtu, link->mtu);
		if (!lvs_addr_is4(&target->addr) && link->mtu6)
			mtu = LVS_MIN(mtu, link->mtu6);
	}
	return mtu == UINT32_MAX ? 0 : LVS_MIN(mtu, 65535);
}

void lvs_net_plan_fini(struct lvs_net_plan *plan)
{
	lvs_net_objects_fini(&plan->objects);
	lvs_net_sysctls_fini(&plan->sysctls);
}
