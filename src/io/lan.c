// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ARP (RFC 826, 5227) and neighbour discovery (RFC 4861) meet here: both are questions and answers about addresses, and
 * what is done with them does not depend on the family. Redirects and advertisements of routers are not listened to: the
 * routes are those of the configuration.
 *
 * Everything that others can make the host say has a limit. Addresses are announced a few at a time, three times over;
 * IPv6 addresses are reported as members of their groups with them, and whenever a switch asks.
 */
#include "io/lan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/prefix_map.h"
#include "base/rate.h"
#include "io/arp.h"
#include "io/nd.h"

#define NEIGHBOURS 8192
#define HELD 256
#define HELD_BYTES_MIN 1600

/* Of one tick: as many every so often. */
#define WALK_BATCH 32
#define WALK_INTERVAL (10 * LVS_NS_PER_MS)

/* What the map of routes says: nothing, a neighbour, or the route of a number above. */
enum { NO_ROUTE, ON_LINK, VIA };

/* All of our addresses in their order, several times. */
struct walk {
	size_t next;
	unsigned int rounds;
	lvs_ns due;
};

struct lvs_lan {
	struct lvs_mac mac;
	struct lvs_addr link_local;
	struct lvs_lan_address *addresses;
	size_t naddresses;
	struct lvs_addr *vias;
	struct lvs_prefix_map *routes;
	struct lvs_addr *ours;
	size_t nours;
	struct lvs_neighbours *neighbours;
	struct walk announcing, reporting;
	struct lvs_rate rate;
	lvs_ns answer_due, ask_due;
	lvs_ns now;
	struct lvs_lan_stats stats;
	uint32_t front;
	void (*transmit)(void *arg, struct lvs_packet *packet, lvs_be16 type, const struct lvs_mac *to);
	void *transmit_arg;
	void (*conflict)(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac);
	void *conflict_arg;
};

/* The longest that is built here, and what is free in front of it. */
#define FRONT_MAX 64
struct built {
	_Alignas(16) uint8_t bytes[FRONT_MAX + LVS_ND_REPORT_BYTES];
};

static void transmit(struct lvs_lan *lan, struct built *built, uint32_t len, lvs_be16 type, const struct lvs_mac *to)
{
	struct lvs_packet packet = { .data = built->bytes + lan->front, .len = len };

	lan->transmit(lan->transmit_arg, &packet, type, to);
}

static int order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lvs_addr));
}

bool lvs_lan_is_ours(const struct lvs_lan *lan, const struct lvs_addr *addr)
{
	return bsearch(addr, lan->ours, lan->nours, sizeof(*addr), order) != NULL;
}

static bool is_neighbour(const struct lvs_lan *lan, const struct lvs_addr *addr)
{
	return lvs_addr_is_unicast(addr) && lvs_prefix_map_find(lan->routes, addr) == ON_LINK;
}

/* Which of our own addresses a question about @addr comes from. Return: NULL if there is none of that family */
static const struct lvs_addr *source_for(const struct lvs_lan *lan, const struct lvs_addr *addr)
{
	const struct lvs_addr *any = NULL;

	if (lvs_addr_is_linklocal6(addr))
		return &lan->link_local;
	for (size_t i = 0; i < lan->naddresses; i++) {
		const struct lvs_lan_address *own = &lan->addresses[i];
		struct lvs_addr mask = lvs_prefix_mask(own->bits), a = lvs_addr_masked(&own->addr, &mask),
				b = lvs_addr_masked(addr, &mask);

		if (lvs_addr_equal(&a, &b))
			return &own->addr;
		if (!any && lvs_addr_is4(&own->addr) == lvs_addr_is4(addr))
			any = &own->addr;
	}
	return any || lvs_addr_is4(addr) ? any : &lan->link_local;
}

static void send_arp(struct lvs_lan *lan, const struct lvs_arp *arp, const struct lvs_mac *to)
{
	struct built built;

	lvs_arp_build(arp, built.bytes + lan->front);
	transmit(lan, &built, LVS_ARP_BYTES, LVS_ETHER_ARP, to);
}

static void send_nd(struct lvs_lan *lan, const struct lvs_nd *nd, const struct lvs_mac *to)
{
	struct built built;

	lvs_nd_build(nd, built.bytes + lan->front);
	transmit(lan, &built, LVS_ND_BYTES, LVS_ETHER_IP6, to);
}

/* Is there one more in this second? */
static bool take(struct lvs_lan *lan, lvs_ns *due)
{
	if (!lvs_rate_allows(&lan->rate, *due, lan->now)) {
		lan->stats.limited++;
		return false;
	}
	*due = lvs_rate_charge(&lan->rate, *due, lan->now);
	return true;
}

static void on_ask(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac)
{
	struct lvs_lan *lan = arg;
	const struct lvs_addr *source = source_for(lan, addr);

	if (!source || !take(lan, &lan->ask_due))
		return;
	if (lvs_addr_is4(addr)) {
		send_arp(lan, &(struct lvs_arp){ .op = LVS_ARP_REQUEST, .from = lan->mac, .sender = *source, .target = *addr },
			 mac ? mac : &lvs_mac_broadcast);
	} else {
		struct lvs_nd nd = { .type = LVS_ND_SOLICIT, .from = *source, .to = *addr, .target = *addr, .mac = lan->mac };
		struct lvs_mac group;

		if (!mac) {
			nd.to = lvs_nd_solicited_node(addr);
			group = lvs_nd_group_mac(&nd.to);
			mac = &group;
		}
		send_nd(lan, &nd, mac);
	}
}

static void on_send(void *arg, struct lvs_packet *packet, const struct lvs_mac *mac)
{
	struct lvs_lan *lan = arg;

	lan->transmit(lan->transmit_arg, packet, packet->data[0] >> 4 == 4 ? LVS_ETHER_IP4 : LVS_ETHER_IP6, mac);
}

static void announce(struct lvs_lan *lan, const struct lvs_addr *addr)
{
	if (lvs_addr_is4(addr)) {
		send_arp(lan, &(struct lvs_arp){ .op = LVS_ARP_REQUEST, .from = lan->mac, .sender = *addr, .target = *addr },
			 &lvs_mac_broadcast);
	} else {
		struct lvs_nd nd = { .type = LVS_ND_ADVERTISE, .from = *addr, .to = lvs_nd_all_nodes(), .target = *addr,
				     .mac = lan->mac, .router = true, .override = true };
		struct lvs_mac group = lvs_nd_group_mac(&nd.to);

		send_nd(lan, &nd, &group);
	}
}

static void report(struct lvs_lan *lan, const struct lvs_addr *addr)
{
	struct lvs_addr group = lvs_nd_solicited_node(addr), routers = lvs_nd_report_routers();
	struct lvs_mac to = lvs_nd_group_mac(&routers);
	struct built built;

	if (lvs_addr_is4(addr))
		return;
	lvs_nd_build_report(&lan->link_local, &group, built.bytes + lan->front);
	transmit(lan, &built, LVS_ND_REPORT_BYTES, LVS_ETHER_IP6, &to);
}

static uint8_t family_bits(const struct lvs_addr *addr)
{
	return lvs_addr_is4(addr) ? LVS_PREFIX_IP4 : 0;
}

/* Routes and networks as one map. Two addresses may share a network; nothing else may be there twice. */
static int make_map(struct lvs_lan *lan, const struct lvs_lan_params *params)
{
	struct lvs_prefix_entry *entries = calloc(params->naddresses + params->nroutes + 1, sizeof(*entries));
	size_t n = 0, kept = 0;
	int err = entries ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < params->naddresses; i++) {
		struct lvs_addr mask = lvs_prefix_mask(params->addresses[i].bits);

		if (params->addresses[i].bits < family_bits(&params->addresses[i].addr))
			err = -EINVAL;
		entries[n++] = (struct lvs_prefix_entry){ .addr = lvs_addr_masked(&params->addresses[i].addr, &mask),
							  .bits = params->addresses[i].bits, .value = ON_LINK };
	}
	for (size_t i = 0; !err && i < params->nroutes; i++)
		entries[n++] = (struct lvs_prefix_entry){ .addr = params->routes[i].to.addr, .bits = params->routes[i].to.bits,
							  .value = (uint32_t)(VIA + i) };
	if (!err) {
		entries[n++] = (struct lvs_prefix_entry){ .addr = { .words = { LVS_BE32(0xfe800000), 0, 0, 0 } }, .bits = 10,
							  .value = ON_LINK };
		lvs_prefix_entries_sort(entries, n);
	}
	for (size_t i = 0; !err && i < n; i++) {
		if (i && lvs_prefix_entry_order(&entries[i - 1], &entries[i]) == 0) {
			if (entries[i].value != ON_LINK || entries[i - 1].value != ON_LINK)
				err = -EINVAL;
			continue;
		}
		entries[kept++] = entries[i];
	}
	if (!err)
		err = lvs_prefix_map_new(entries, kept, &lan->routes);
	free(entries);
	return err;
}

/* The same every time, and another one for every host on a LAN. */
static struct lvs_mac make_mac(const struct lvs_lan_params *params)
{
	const struct lvs_hash_key key = { 0x6c767364, params->vlan };
	uint64_t hash = lvs_hash_words(&key, params->addresses[0].addr.halves, 2);
	struct lvs_mac mac = { { 0x02 } };	/* locally administered */

	memcpy(mac.bytes + 1, &hash, sizeof(mac.bytes) - 1);
	return mac;
}

static int copy_params(struct lvs_lan *lan, const struct lvs_lan_params *params)
{
	static const struct lvs_mac none;

	lan->mac = lvs_mac_equal(&params->mac, &none) ? make_mac(params) : params->mac;
	lan->link_local = lvs_nd_link_local(&lan->mac);
	lan->naddresses = params->naddresses;
	lan->addresses = calloc(params->naddresses, sizeof(*lan->addresses));
	lan->vias = calloc(params->nroutes + 1, sizeof(*lan->vias));
	if (!lan->addresses || !lan->vias)
		return -ENOMEM;
	memcpy(lan->addresses, params->addresses, params->naddresses * sizeof(*lan->addresses));
	for (size_t i = 0; i < params->nroutes; i++)
		lan->vias[i] = params->routes[i].via;
	return make_map(lan, params);
}

int lvs_lan_new(const struct lvs_lan_params *params, uint32_t front,
		void (*transmit_fn)(void *arg, struct lvs_packet *packet, lvs_be16 type, const struct lvs_mac *to), void *arg,
		struct lvs_lan **ret_lan)
{
	const struct lvs_neighbour_limits limits = { .neighbours = NEIGHBOURS, .held = HELD, .front = front,
						     .held_bytes = LVS_MAX(params->mtu, HELD_BYTES_MIN) };
	struct lvs_lan *lan = calloc(1, sizeof(*lan));
	const struct lvs_neighbour_callbacks callbacks = { .arg = lan, .ask = on_ask, .send = on_send };
	int err = -ENOMEM;

	if (!lan)
		return err;
	assert(front <= FRONT_MAX);
	lan->front = front;
	lan->transmit = transmit_fn;
	lan->transmit_arg = arg;
	lan->conflict = params->conflict;
	lan->conflict_arg = params->arg;
	lan->rate = lvs_rate_of(LVS_LAN_RATE, 0);
	lan->announcing.due = lan->reporting.due = LVS_NS_NEVER;
	if (!params->naddresses)
		err = -EINVAL;
	else
		err = copy_params(lan, params);
	if (!err)
		err = lvs_neighbours_new(&limits, &callbacks, &params->key, &lan->neighbours);
	for (size_t i = 0; !err && i < params->nroutes; i++)
		if (!is_neighbour(lan, &lan->vias[i]))
			err = -EINVAL;
	if (!err)
		err = lvs_lan_claim(lan, NULL, 0, 0);
	if (err) {
		lvs_lan_free(lan);
		return err;
	}
	*ret_lan = lan;
	return 0;
}

void lvs_lan_free(struct lvs_lan *lan)
{
	if (!lan)
		return;
	lvs_neighbours_free(lan->neighbours);
	lvs_prefix_map_free(lan->routes);
	free(lan->addresses);
	free(lan->vias);
	free(lan->ours);
	free(lan);
}

const struct lvs_mac *lvs_lan_mac(const struct lvs_lan *lan)
{
	return &lan->mac;
}

int lvs_lan_claim(struct lvs_lan *lan, const struct lvs_addr *addrs, size_t n, lvs_ns now)
{
	struct lvs_addr *ours = calloc(n + lan->naddresses + 1, sizeof(*ours));
	size_t all = 0, kept = 0;

	if (!ours)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		ours[all++] = addrs[i];
	for (size_t i = 0; i < lan->naddresses; i++)
		ours[all++] = lan->addresses[i].addr;
	ours[all++] = lan->link_local;
	qsort(ours, all, sizeof(*ours), order);
	for (size_t i = 0; i < all; i++)
		if (!kept || !lvs_addr_equal(&ours[kept - 1], &ours[i]))
			ours[kept++] = ours[i];
	free(lan->ours);
	lan->ours = ours;
	lan->nours = kept;
	for (size_t i = 0; i < kept; i++)
		lvs_neighbours_forget(lan->neighbours, &ours[i]);
	lan->announcing = (struct walk){ .rounds = LVS_LAN_ANNOUNCEMENTS, .due = now };
	lan->reporting = (struct walk){ .due = LVS_NS_NEVER };
	return 0;
}

static struct lvs_addr destination(const struct lvs_packet *packet)
{
	lvs_be32 dst;

	if (packet->data[0] >> 4 == 6)
		return lvs_addr_from6(packet->data + 24);
	memcpy(&dst, packet->data + 16, sizeof(dst));
	return lvs_addr_from4(dst);
}

const struct lvs_mac *lvs_lan_resolve(struct lvs_lan *lan, const struct lvs_packet *packet, lvs_ns now)
{
	const struct lvs_addr dst = packet->via ? *packet->via : destination(packet), *hop = &dst;
	uint32_t route = lvs_prefix_map_find(lan->routes, &dst);
	const struct lvs_mac *mac;

	/* By another router a packet with @via would come back: its destination is ours. */
	if (lvs_unlikely(route == NO_ROUTE || (packet->via && route != ON_LINK))) {
		lan->stats.no_route++;
		return NULL;
	}
	if (route != ON_LINK)
		hop = &lan->vias[route - VIA];
	mac = lvs_neighbours_find(lan->neighbours, hop, now);
	if (lvs_likely(mac))
		return mac;
	if (lvs_lan_is_ours(lan, hop)) {
		lan->stats.own++;
		return NULL;
	}
	if (!lvs_addr_is_unicast(hop)) {
		lan->stats.no_route++;
		return NULL;
	}
	lan->now = now;
	return lvs_neighbours_resolve(lan->neighbours, hop, packet, now);
}

static void conflict(struct lvs_lan *lan, const struct lvs_addr *addr, const struct lvs_mac *mac)
{
	lan->stats.conflicts++;
	if (lan->conflict)
		lan->conflict(lan->conflict_arg, addr, mac);
}

static void answer_arp(struct lvs_lan *lan, const struct lvs_arp *arp)
{
	if (!take(lan, &lan->answer_due))
		return;
	lan->stats.answered++;
	send_arp(lan, &(struct lvs_arp){ .op = LVS_ARP_REPLY, .from = lan->mac, .sender = arp->target, .to = arp->from,
					 .target = arp->sender }, &arp->from);
}

void lvs_lan_hear_arp(struct lvs_lan *lan, const uint8_t *bytes, size_t len, lvs_ns now)
{
	unsigned int how = LVS_HEARD_OVERRIDE;
	struct lvs_arp arp;
	bool for_us;

	lan->now = now;
	if (!lvs_arp_parse(bytes, len, &arp)) {
		lan->stats.ignored++;
		return;
	}
	if (lvs_mac_equal(&arp.from, &lan->mac))
		return;		/* what we said comes back to us */
	if (lvs_lan_is_ours(lan, &arp.sender)) {
		conflict(lan, &arp.sender, &arp.from);
		return;
	}
	for_us = lvs_lan_is_ours(lan, &arp.target);
	if (for_us)
		how |= arp.op == LVS_ARP_REPLY ? LVS_HEARD_ANSWER : LVS_HEARD_CREATE;
	if (is_neighbour(lan, &arp.sender))
		lvs_neighbours_hear(lan->neighbours, &arp.sender, &arp.from, how, now);
	else if (!lvs_addr_is_any(&arp.sender))
		lan->stats.ignored++;
	if (for_us && arp.op == LVS_ARP_REQUEST)
		answer_arp(lan, &arp);
}

/* @from: the station that asks */
static void answer_nd(struct lvs_lan *lan, const struct lvs_nd *nd, const struct lvs_mac *from)
{
	struct lvs_nd answer = { .type = LVS_ND_ADVERTISE, .from = nd->target, .to = nd->from, .target = nd->target,
				 .mac = lan->mac, .router = true, .solicited = true, .override = true };
	struct lvs_mac group;

	if (!take(lan, &lan->answer_due))
		return;
	if (lvs_addr_is_any(&nd->from)) {
		answer.to = lvs_nd_all_nodes();
		answer.solicited = false;
		group = lvs_nd_group_mac(&answer.to);
		from = &group;
	}
	lan->stats.answered++;
	send_nd(lan, &answer, from);
}

static void hear_solicit(struct lvs_lan *lan, const struct lvs_nd *nd, const struct lvs_mac *from)
{
	if (lvs_lan_is_ours(lan, &nd->from)) {
		conflict(lan, &nd->from, from);
		return;
	}
	if (!lvs_lan_is_ours(lan, &nd->target))
		return;
	if (nd->has_mac && is_neighbour(lan, &nd->from))
		lvs_neighbours_hear(lan->neighbours, &nd->from, from, LVS_HEARD_OVERRIDE | LVS_HEARD_CREATE, lan->now);
	answer_nd(lan, nd, from);
}

static void hear_advertise(struct lvs_lan *lan, const struct lvs_nd *nd, const struct lvs_mac *from)
{
	unsigned int how = (nd->solicited ? LVS_HEARD_ANSWER : 0) | (nd->override ? LVS_HEARD_OVERRIDE : 0);

	if (lvs_lan_is_ours(lan, &nd->target))
		conflict(lan, &nd->target, from);
	else if (is_neighbour(lan, &nd->target))
		lvs_neighbours_hear(lan->neighbours, &nd->target, from, how, lan->now);
	else
		lan->stats.ignored++;
}

bool lvs_lan_hear_ip6(struct lvs_lan *lan, const uint8_t *packet, size_t len, const struct lvs_mac *from, lvs_ns now)
{
	struct lvs_nd nd;
	enum lvs_nd_kind kind = lvs_nd_parse(packet, len, &nd);

	lan->now = now;
	switch (kind) {
	case LVS_ND_OTHER:
		return false;
	case LVS_ND_MESSAGE:
		break;
	case LVS_ND_QUERY:
		if (!lan->announcing.rounds)
			lan->reporting = (struct walk){ .next = lan->reporting.rounds ? lan->reporting.next : 0, .rounds = 1,
							.due = now + WALK_INTERVAL };
		return true;
	case LVS_ND_IGNORED:
		lan->stats.ignored++;
		return true;
	}
	if (nd.has_mac)
		from = &nd.mac;
	if (!lvs_mac_is_station(from))
		lan->stats.ignored++;
	else if (lvs_mac_equal(from, &lan->mac))
		return true;	/* what we said comes back to us */
	else if (nd.type == LVS_ND_SOLICIT)
		hear_solicit(lan, &nd, from);
	else
		hear_advertise(lan, &nd, from);
	return true;
}

static void step(struct lvs_lan *lan, struct walk *walk, lvs_ns now)
{
	size_t end = LVS_MIN(walk->next + WALK_BATCH, lan->nours);

	if (now < walk->due)
		return;
	for (; walk->next < end; walk->next++) {
		if (walk == &lan->announcing)
			announce(lan, &lan->ours[walk->next]);
		report(lan, &lan->ours[walk->next]);
	}
	walk->due = now + WALK_INTERVAL;
	if (walk->next < lan->nours)
		return;
	walk->next = 0;
	walk->rounds--;
	walk->due = walk->rounds ? now + LVS_LAN_ANNOUNCE_INTERVAL : LVS_NS_NEVER;
}

lvs_ns lvs_lan_tick(struct lvs_lan *lan, lvs_ns now)
{
	lan->now = now;
	step(lan, &lan->announcing, now);
	step(lan, &lan->reporting, now);
	(void)lvs_neighbours_tick(lan->neighbours, now);
	return lvs_lan_due(lan);
}

lvs_ns lvs_lan_due(const struct lvs_lan *lan)
{
	lvs_ns due = LVS_MIN(lan->announcing.due, lan->reporting.due), asking = lvs_neighbours_due(lan->neighbours);

	return LVS_MIN(due, asking);
}

const struct lvs_lan_stats *lvs_lan_stats(const struct lvs_lan *lan)
{
	return &lan->stats;
}

const struct lvs_neighbour_stats *lvs_lan_neighbour_stats(const struct lvs_lan *lan)
{
	return lvs_neighbours_stats(lan->neighbours);
}
