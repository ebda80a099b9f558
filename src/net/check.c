// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For each object of the plan, the packet it is there for is put to the kernel as a question (RTM_GETROUTE). For a
 * rule that is one packet of its kind: a request from a neighbour on that interface, or a reply of one real server to
 * a stranger.
 */
#include "net/check.h"

#include <linux/rtnetlink.h>
#include <stdio.h>

#include "net/rtnl.h"
#include "net/state.h"
#include "net/target.h"
#include "net/text.h"
#include "net/wants.h"
#include "sys/addrtext.h"

/* More of the same would not help anybody. */
#define COMPLAINTS 20

struct check {
	struct lvs_rtnl *rtnl;
	const struct lvs_net_question *question;
	const struct lvs_net_plan *plan;
	struct lvs_net_say *say;
	size_t missing;
};

/* An address that a packet through this interface could come from: a neighbour of ours if there is any. */
static struct lvs_addr pick_source(const struct lvs_net_state *state, uint32_t ifindex, bool ip4)
{
	for (size_t i = 0; i < state->naddrs; i++) {
		const struct lvs_net_ifaddr *ifaddr = &state->addrs[i];
		struct lvs_addr neighbour = ifaddr->subnet;

		if (ifaddr->ifindex != ifindex || lvs_addr_is4(&ifaddr->addr) != ip4 ||
		    ifaddr->bits > LVS_NET_HOST_BITS - 2 || lvs_addr_is_linklocal6(&ifaddr->addr))
			continue;
		/* Of the addresses with other last two bits than ours, one is neither the subnet's nor its broadcast. */
		neighbour.bytes[15] ^= (neighbour.bytes[15] & 3) == 1 ? 3 : (neighbour.bytes[15] & 3) == 2 ? 3 : 1;
		return neighbour;
	}
	return lvs_net_stranger(ip4);
}

static bool local_vip_arrives(const struct check *check, const struct lvs_addr *vip, uint32_t ifindex)
{
	struct lvs_addr source = pick_source(check->question->state, ifindex, lvs_addr_is4(vip));

	return lvs_net_target_input(check->rtnl, &source, vip, ifindex) == check->question->device;
}

/* What is asked about for a route: the VIP, or an address that stands for the network. */
static const struct lvs_net_target *destination(const struct check *check, const struct lvs_net_object *route)
{
	const struct lvs_addr probe = lvs_net_probe(&route->addr);

	if (route->bits == LVS_NET_HOST_BITS)
		return lvs_net_targets_find(check->question->vips, &route->addr);
	return lvs_net_targets_find(&check->question->wants->probes, &probe);
}

/* The first interface that the plan has a rule for local VIPs on stands for all. */
static bool is_in_table(const struct check *check, const struct lvs_net_object *route)
{
	for (size_t i = 0; i < check->plan->objects.n; i++) {
		const struct lvs_net_object *rule = &check->plan->objects.v[i];
		const struct lvs_net_link *link;

		if (rule->kind != LVS_NET_RULE || rule->pref != check->question->priority ||
		    lvs_addr_is4(&rule->addr) != lvs_addr_is4(&route->addr))
			continue;
		link = lvs_net_state_link_by_name(check->question->state, rule->iif);
		if (link && !(link->flags & IFF_LOOPBACK))
			return local_vip_arrives(check, &destination(check, route)->addr, link->ifindex);
	}
	return true;
}

static bool is_transparent(const struct check *check, const struct lvs_net_object *object)
{
	return object->kind == LVS_NET_RULE && object->pref == check->question->priority + LVS_NET_TRANSPARENT;
}

/* Return: the network of others that @route is for, or NULL */
static const struct lvs_prefix *network_of(const struct check *check, const struct lvs_net_object *route)
{
	const struct lvs_net_wants *wants = check->question->wants;

	for (size_t i = 0; route->table != RT_TABLE_MAIN && i < wants->ntransparent; i++)
		if (wants->transparent[i].bits == route->bits && lvs_addr_equal(&wants->transparent[i].addr, &route->addr))
			return &wants->transparent[i];
	return NULL;
}

/* The first interface that the plan has such a rule on stands for all. */
static bool network_arrives(const struct check *check, const struct lvs_prefix *network)
{
	const struct lvs_addr way = lvs_net_way(network);

	for (size_t i = 0; i < check->plan->objects.n; i++) {
		const struct lvs_net_object *rule = &check->plan->objects.v[i];
		const struct lvs_net_link *link = lvs_net_state_link_by_name(check->question->state, rule->iif);

		if (link && is_transparent(check, rule) && lvs_addr_is4(&rule->addr) == lvs_addr_is4(&way))
			return local_vip_arrives(check, &way, link->ifindex);
	}
	return true;
}

static bool vip_arrives(const struct check *check, const struct lvs_net_object *route)
{
	const struct lvs_prefix *network = network_of(check, route);
	const struct lvs_net_target *vip = destination(check, route);

	if (network)
		return network_arrives(check, network);
	if (!vip)
		return true;	/* the default route of our table: tried together with the rules for replies */
	if (route->table != RT_TABLE_MAIN)
		return is_in_table(check, route);
	return vip->type == RTN_LOCAL || lvs_net_target_via(vip, check->question->device);
}

static bool proxy_exists(const struct check *check, const struct lvs_net_object *proxy)
{
	return lvs_net_objects_has(&check->question->state->foreign, proxy) ||
	       lvs_net_objects_has(&check->question->state->ours, proxy);
}

static bool request_arrives(const struct check *check, const struct lvs_net_object *rule, uint32_t ifindex)
{
	const struct lvs_net_targets *vips = check->question->vips;

	for (size_t i = 0; i < vips->n; i++)
		if (vips->v[i].type == RTN_LOCAL && lvs_addr_is4(&vips->v[i].addr) == lvs_addr_is4(&rule->addr))
			return local_vip_arrives(check, &vips->v[i].addr, ifindex);
	return true;
}

static bool reply_arrives(const struct check *check, const struct lvs_net_object *rule, uint32_t ifindex)
{
	const struct lvs_net_targets *servers = check->question->servers;
	struct lvs_addr stranger = lvs_net_stranger(lvs_addr_is4(&rule->addr));

	for (size_t i = 0; i < servers->n; i++) {
		const struct lvs_net_target *server = &servers->v[i];

		if (!server->one_way && lvs_addr_is4(&server->addr) == lvs_addr_is4(&rule->addr) &&
		    lvs_net_in_prefix(&server->addr, &rule->addr, rule->bits) && lvs_net_target_via(server, ifindex))
			return lvs_net_target_input(check->rtnl, &server->addr, &stranger, ifindex) ==
			       check->question->device;
	}
	return true;
}

/* Any network of others stands for all. */
static bool transparent_arrives(const struct check *check, const struct lvs_net_object *rule, uint32_t ifindex)
{
	const struct lvs_net_wants *wants = check->question->wants;

	for (size_t i = 0; i < wants->ntransparent; i++) {
		const struct lvs_addr way = lvs_net_way(&wants->transparent[i]);

		if (lvs_addr_is4(&way) == lvs_addr_is4(&rule->addr))
			return local_vip_arrives(check, &way, ifindex);
	}
	return true;
}

static bool rule_works(const struct check *check, const struct lvs_net_object *rule)
{
	const struct lvs_net_link *link = lvs_net_state_link_by_name(check->question->state, rule->iif);

	if (rule->table == RT_TABLE_LOCAL)
		return !check->plan->unlocal[lvs_addr_is4(&rule->addr)];
	/* What the rule on "lo" is for cannot be asked; those that spare servers spare the device work. */
	if (!link || link->flags & IFF_LOOPBACK || rule->table == RT_TABLE_MAIN)
		return true;
	if (is_transparent(check, rule))
		return transparent_arrives(check, rule, link->ifindex);
	return rule->suppress ? request_arrives(check, rule, link->ifindex) : reply_arrives(check, rule, link->ifindex);
}

/* With any address of IPv4 on the device the loose filter lets all packets pass, and with no filter none is needed. */
static bool filter_passes(const struct check *check, const struct lvs_net_object *addr)
{
	const struct lvs_net_state *state = check->question->state;
	const struct lvs_net_link *link = lvs_net_state_link(state, addr->ifindex);
	char path[LVS_NET_SYSCTL_BYTES];
	int all = 0, own = 0;

	for (size_t i = 0; i < state->naddrs; i++)
		if (state->addrs[i].ifindex == addr->ifindex && lvs_addr_is4(&state->addrs[i].addr))
			return true;
	(void)snprintf(path, sizeof(path), "ipv4/conf/%s/rp_filter", link ? link->name : "");
	(void)lvs_net_sysctl_read("ipv4/conf/all/rp_filter", &all);
	(void)lvs_net_sysctl_read(path, &own);
	return all == 0 && own == 0;
}

static bool has_addr(const struct check *check, const struct lvs_net_object *addr)
{
	const struct lvs_net_state *state = check->question->state;

	if (!lvs_net_wants_asking(check->question->wants, &addr->addr))
		return filter_passes(check, addr);
	for (size_t i = 0; i < state->naddrs; i++)
		if (lvs_addr_equal(&state->addrs[i].addr, &addr->addr))
			return true;
	return false;
}

static bool works(const struct check *check, const struct lvs_net_object *object)
{
	switch ((enum lvs_net_kind)object->kind) {
	case LVS_NET_ROUTE:
		return vip_arrives(check, object);
	case LVS_NET_PROXY:
		return proxy_exists(check, object);
	case LVS_NET_RULE:
		return rule_works(check, object);
	case LVS_NET_ADDR:
		return has_addr(check, object);
	}
	return true;
}

static void complain(struct check *check, const struct lvs_net_object *object)
{
	static const char *const what[] = {
		[LVS_NET_ROUTE] = "requests to a virtual service do not reach the device",
		[LVS_NET_PROXY] = "nobody answers for a virtual address on an attached subnet",
		[LVS_NET_RULE] = "packets do not reach the device",
		[LVS_NET_ADDR] = "the reverse-path filter drops packets from the device, which has no IPv4 address",
	};
	char command[LVS_NET_COMMAND_BYTES], other[LVS_NET_COMMAND_BYTES];
	bool ip4 = lvs_addr_is4(&object->addr);
	const struct lvs_net_object original = lvs_net_plan_local_rule(ip4, check->question->state->local_pref[ip4]);
	const struct lvs_net_object route = {
		.kind = LVS_NET_ROUTE, .addr = lvs_net_any(ip4), .bits = lvs_net_any_bits(ip4), .table = object->table,
		.pref = 1, .ifindex = check->question->device,
	};

	if (check->missing++ >= COMPLAINTS)
		return;
	lvs_net_command(check->question->state, object, true, command);
	if (object->kind == LVS_NET_RULE && object->table == RT_TABLE_LOCAL)
		lvs_net_complain(check->say, LVS_NET_WARNING,
				 "the local table takes virtual addresses of this host; mend it with: %s && %s", command,
				 lvs_net_command(check->question->state, &original, false, other));
	else if (object->kind == LVS_NET_RULE && !object->suppress && !is_transparent(check, object))
		lvs_net_complain(check->say, LVS_NET_WARNING, "replies do not reach the device; mend it with: %s && %s",
				 lvs_net_command(check->question->state, &route, true, other), command);
	else
		lvs_net_complain(check->say, LVS_NET_WARNING, "%s; mend it with: %s",
				 lvs_net_wants_asking(check->question->wants, &object->addr) ?
					 "checks cannot go through virtual services" : what[object->kind], command);
}

void lvs_net_check(struct lvs_rtnl *rtnl, const struct lvs_net_question *question, const struct lvs_net_plan *plan,
		   struct lvs_net_say *say)
{
	struct check check = { .rtnl = rtnl, .question = question, .plan = plan, .say = say };

	for (size_t i = 0; i < plan->objects.n; i++)
		if (!works(&check, &plan->objects.v[i]))
			complain(&check, &plan->objects.v[i]);
	if (check.missing > COMPLAINTS)
		lvs_net_complain(say, LVS_NET_WARNING, "%zu more pieces are missing", check.missing - COMPLAINTS);
	lvs_net_sysctls_check(&plan->sysctls, say);
}

/* What is wrong with a server's route, NULL if nothing is. */
static const char *server_fault(const struct lvs_net_question *question, const struct lvs_net_target *server)
{
	if (server->type == RTN_LOCAL && server->one_way)
		return "is an address of this host: \"local\" is the forwarding method for that";
	if (server->type == RTN_LOCAL)
		return "is an address of this host: its replies do not pass the device";
	if (server->type != RTN_UNICAST)
		return "cannot be reached: no route";
	if (lvs_net_target_via(server, question->device))
		return "cannot be reached: its route leads to the device itself";
	return NULL;
}

/* Nobody answers for a network on a subnet that it is a part of: others may live there. */
static size_t check_networks_on(const struct lvs_net_question *question, const struct lvs_net_ifaddr *ifaddr,
				const struct lvs_net_link *link, size_t faults, struct lvs_net_say *say)
{
	const struct lvs_net_wants *wants = question->wants;
	const struct lvs_addr mask = lvs_prefix_mask(ifaddr->bits);
	char text[LVS_PREFIX_TEXT_BYTES];

	for (size_t i = 0; i < wants->nlengths; i++) {
		const struct lvs_prefix first = { lvs_addr_masked(&ifaddr->subnet, &mask), wants->lengths[i] };
		size_t k = lvs_net_wants_seek(wants, &first);

		for (; first.bits >= ifaddr->bits && k < wants->nprefixes && faults < COMPLAINTS; k++, faults++) {
			const struct lvs_prefix *prefix = &wants->prefixes[k];

			if (prefix->bits != first.bits || !lvs_net_in_prefix(&prefix->addr, &first.addr, ifaddr->bits))
				break;
			lvs_net_complain(say, LVS_NET_WARNING,
					 "nobody answers for \"%s\" to its neighbours on \"%s\": give them a route to it "
					 "through this host, or name its addresses one by one",
					 lvs_prefix_format(prefix, text), link->name);
		}
	}
	return faults;
}

static void check_networks(const struct lvs_net_question *question, struct lvs_net_say *say)
{
	const struct lvs_net_state *state = question->state;
	size_t faults = 0;

	for (size_t i = 0; i < state->naddrs && faults < COMPLAINTS; i++) {
		const struct lvs_net_link *link = lvs_net_state_link(state, state->addrs[i].ifindex);

		if (link && !(link->flags & (IFF_LOOPBACK | IFF_NOARP)) && link->ifindex != question->device)
			faults = check_networks_on(question, &state->addrs[i], link, faults, say);
	}
}

/* Somebody else's packets would pass the device too. */
static void check_asking(const struct lvs_net_question *question, struct lvs_net_say *say)
{
	const struct lvs_net_state *state = question->state;
	char text[LVS_ADDR_TEXT_BYTES];

	for (size_t i = 0; question->wants->nasking && i < state->naddrs; i++) {
		const struct lvs_net_link *link = lvs_net_state_link(state, state->addrs[i].ifindex);

		if (!link || link->ifindex == question->device || link->flags & IFF_LOOPBACK ||
		    !lvs_net_wants_asking(question->wants, &state->addrs[i].addr))
			continue;
		lvs_net_complain(say, LVS_NET_WARNING,
				 "\"%s\", which checks come from, is an address of \"%s\" too: whatever arrives for it passes the "
				 "device", lvs_addr_format(&state->addrs[i].addr, text), link->name);
	}
}

void lvs_net_check_targets(const struct lvs_net_question *question, struct lvs_net_say *say)
{
	char text[LVS_ADDR_TEXT_BYTES];
	size_t faults = 0;

	for (size_t i = 0; i < question->servers->n; i++) {
		const struct lvs_net_target *server = &question->servers->v[i];
		const char *fault = server_fault(question, server);

		if (fault && faults++ < COMPLAINTS)
			lvs_net_complain(say, LVS_NET_WARNING, "real server \"%s\" %s", lvs_addr_format(&server->addr, text),
					 fault);
	}
	if (faults > COMPLAINTS)
		lvs_net_complain(say, LVS_NET_WARNING, "%zu more real servers cannot be used", faults - COMPLAINTS);
	check_networks(question, say);
	check_asking(question, say);
}
