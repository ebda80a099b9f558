/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host on a LAN: which addresses are its own and who is told, who else has which, and by whom packets travel on. No
 * device and no clock.
 */
#ifndef LVS_IO_LAN_H
#define LVS_IO_LAN_H

#include <stddef.h>

#include "base/hash.h"
#include "base/prefix.h"
#include "base/time.h"
#include "engine/packet.h"
#include "io/ether.h"
#include "io/neighbour.h"

struct lvs_lan;

/* Answers and questions, per second. */
#define LVS_LAN_RATE 1000

/* How often an address is announced, and the time between (RFC 5227 section 2.3, RFC 4861 section 7.2.6). */
#define LVS_LAN_ANNOUNCEMENTS 3
#define LVS_LAN_ANNOUNCE_INTERVAL LVS_SECONDS(2)

/* An address of the host itself, and how many bits of it (of its 16-byte form) all its neighbours share. */
struct lvs_lan_address {
	struct lvs_addr addr;
	uint8_t bits;
};

/* What travels by way of @via, which is a neighbour. */
struct lvs_lan_route {
	struct lvs_prefix to;
	struct lvs_addr via;
};

/**
 * struct lvs_lan_params - who the host is; all of it is copied
 * @mac:	zeros: one is made of @addresses
 * @addresses:	at least one
 * @routes:	in any order, each prefix once
 * @vlan:	number of the VLAN whose tags frames have, 0: they have none
 * @mtu:	of the link, bytes
 * @key:	random and secret
 * @conflict:	another station, @mac, says that it has an address of ours; may come very often
 */
struct lvs_lan_params {
	struct lvs_mac mac;
	const struct lvs_lan_address *addresses;
	size_t naddresses;
	const struct lvs_lan_route *routes;
	size_t nroutes;
	uint16_t vlan;
	uint32_t mtu;
	struct lvs_hash_key key;
	void *arg;
	void (*conflict)(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac);
};

/**
 * struct lvs_lan_stats - since it was made; see also struct lvs_neighbour_stats
 * @answered:	questions for addresses of ours
 * @limited:	questions that got no answer, or were not asked, as there were too many
 * @ignored:	what is not as it has to be, or comes from those who are no neighbours
 * @conflicts:	see struct lvs_lan_params
 * @no_route:	packets that nobody takes, or whose next hop is no neighbour
 * @own:	packets for an address of ours, which would go round in circles
 */
struct lvs_lan_stats {
	uint64_t answered, limited, ignored, conflicts, no_route, own;
};

/**
 * lvs_lan_new() - a host that knows nobody
 * @transmit:	take a packet of ours, or one that waited, to the station @to; it has @front bytes free in front
 *
 * Return: 0, -ENOMEM, or -EINVAL where routes or addresses are not as they have to be
 */
int lvs_lan_new(const struct lvs_lan_params *params, uint32_t front,
		void (*transmit)(void *arg, struct lvs_packet *packet, lvs_be16 type, const struct lvs_mac *to), void *arg,
		struct lvs_lan **ret_lan);

/* @lan: may be NULL */
void lvs_lan_free(struct lvs_lan *lan);

const struct lvs_mac *lvs_lan_mac(const struct lvs_lan *lan);

/**
 * lvs_lan_claim() - have exactly these addresses beside the host's own, and announce all
 * @addrs:	copied, any order, duplicates are fine
 *
 * Return: 0, or -ENOMEM: then all is as it was
 */
int lvs_lan_claim(struct lvs_lan *lan, const struct lvs_addr *addrs, size_t n, lvs_ns now);

/* Is it one of those, or the host's own? */
bool lvs_lan_is_ours(const struct lvs_lan *lan, const struct lvs_addr *addr);

/**
 * lvs_lan_resolve() - which station takes a packet
 * @packet:	an IP packet; @via is obeyed
 *
 * Return: borrowed until the next call; or NULL: the packet waits, or is dropped and counted
 */
const struct lvs_mac *lvs_lan_resolve(struct lvs_lan *lan, const struct lvs_packet *packet, lvs_ns now);

/* An ARP packet arrived, for our station or for all; @bytes: behind the link header. */
void lvs_lan_hear_arp(struct lvs_lan *lan, const uint8_t *bytes, size_t len, lvs_ns now);

/**
 * lvs_lan_hear_ip6() - an IPv6 packet arrived, for our station or for a group
 * @from:	the station it came from
 *
 * Return: whether it was for the host itself, and is dealt with
 */
bool lvs_lan_hear_ip6(struct lvs_lan *lan, const uint8_t *packet, size_t len, const struct lvs_mac *from, lvs_ns now);

/* Return: when to call again, as lvs_lan_due() */
lvs_ns lvs_lan_tick(struct lvs_lan *lan, lvs_ns now);

/* Return: when lvs_lan_tick() is due; every other call may change that. LVS_NS_NEVER if there is nothing to do */
lvs_ns lvs_lan_due(const struct lvs_lan *lan);

/* Borrowed, live. */
const struct lvs_lan_stats *lvs_lan_stats(const struct lvs_lan *lan);
const struct lvs_neighbour_stats *lvs_lan_neighbour_stats(const struct lvs_lan *lan);

#endif
