/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host looks like, as far as it concerns us. */
#ifndef LVS_NET_STATE_H
#define LVS_NET_STATE_H

#include "net/object.h"

struct lvs_rtnl;
struct nlmsghdr;

/**
 * struct lvs_net_link - an interface
 * @flags:	IFF_*
 * @mtu:	bytes, of the link; @mtu6: what IPv6 makes of it, 0 if it is off
 * @master:	index of the bridge, bond or VRF it belongs to, 0 for none
 * @tunnel:	what comes in through it this host has unpacked from another IP packet
 */
struct lvs_net_link {
	uint32_t ifindex, flags, mtu, mtu6, master;
	bool tunnel;
	char name[IFNAMSIZ];
};

/**
 * struct lvs_net_ifaddr - an address of an interface
 * @subnet:	address whose first @bits bits are the attached subnet
 * @unasked:	the host does not take it as a source of its own accord
 */
struct lvs_net_ifaddr {
	struct lvs_addr addr, subnet;
	uint32_t ifindex;
	uint8_t bits;
	bool unasked;
};

/* No rule of that kind. */
#define LVS_NET_NO_PREF UINT32_MAX

/**
 * struct lvs_net_state - a snapshot
 * @device:	index of our device, 0 while there is none
 * @ours:	objects with our protocol number, and our device's own addresses, sorted
 * @foreign:	proxy entries of others, sorted
 * @local_pref:	for IPv6 and IPv4 (index: is it IPv4?): preference of the first plain rule for the local table that
 *		is not ours
 */
struct lvs_net_state {
	struct lvs_net_link *links;
	size_t nlinks, room_links;
	struct lvs_net_ifaddr *addrs;
	size_t naddrs, room_addrs;
	struct lvs_net_objects ours, foreign;
	uint32_t local_pref[2];
	uint32_t device;
	bool failed;
};

/* What a notification can mean; bits. */
enum lvs_net_event {
	LVS_NET_EVENT_NONE = 0,
	LVS_NET_EVENT_HOST = 1,		/* links, addresses or what is ours: look again */
	LVS_NET_EVENT_ROUTES = 2,	/* every route may lead elsewhere */
	LVS_NET_EVENT_PREFIX = 4,	/* routes to this prefix may lead elsewhere */
	LVS_NET_EVENT_OURS = 8,		/* something of ours was removed */
};

/**
 * lvs_net_state_load() - read all of it from the kernel
 * @device:	index of our device, 0 if it is not known yet
 * @ret_state:	owned by the caller, for lvs_net_state_fini()
 */
int lvs_net_state_load(struct lvs_rtnl *rtnl, uint32_t device, struct lvs_net_state *ret_state);

/* @state: zeroed or loaded */
void lvs_net_state_fini(struct lvs_net_state *state);

/* Return: borrowed, or NULL */
const struct lvs_net_link *lvs_net_state_link(const struct lvs_net_state *state, uint32_t ifindex);
const struct lvs_net_link *lvs_net_state_link_by_name(const struct lvs_net_state *state, const char *name);

/**
 * lvs_net_state_event() - what a notification means, compared with what is known
 * @ret_prefix, @ret_bits: set for LVS_NET_EVENT_PREFIX
 *
 * Return: bits of enum lvs_net_event
 */
unsigned int lvs_net_state_event(const struct lvs_net_state *state, const struct nlmsghdr *nlh, struct lvs_addr *ret_prefix,
				 uint8_t *ret_bits);

#endif
