/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses whose routes matter, and what the kernel says about them. */
#ifndef LVS_NET_TARGET_H
#define LVS_NET_TARGET_H

#include "net/object.h"

struct lvs_rtnl;

/* Next hops of one route that are told apart. */
#define LVS_NET_HOPS 4

/* lvs_net_target.mtu before the kernel was asked. */
#define LVS_NET_MTU_UNKNOWN UINT32_MAX

/**
 * struct lvs_net_target - one address
 * @type:	RTN_*: unicast, local, unreachable and so on; RTN_UNSPEC if there is no route
 * @proto:	RTPROT_*: who has made the route
 * @stale:	has to be asked for (again)
 * @local:	VIP: reported as an address of this host
 * @one_way:	real server: its replies are no matter of ours
 * @answers:	real server: some or all of its replies find their way by themselves
 * @sourced:	real server: what the host would send from is asked for too
 * @source:	that address; all zeros if there is none. @told: as reported
 * @metric_mtu:	as the route itself says, 0 if it does not
 * @mtu:	real server: as reported, LVS_NET_MTU_UNKNOWN at first
 * @nhops, @hops: interfaces the route leads through
 */
struct lvs_net_target {
	struct lvs_addr addr;
	uint8_t type, proto;
	bool stale, local, one_way, answers, sourced;
	struct lvs_addr source, told;
	uint32_t metric_mtu;
	uint32_t mtu;
	uint32_t nhops;
	uint32_t hops[LVS_NET_HOPS];
};

/**
 * struct lvs_net_targets - addresses in ascending order, each once
 * @nstale:	how many have to be asked for
 */
struct lvs_net_targets {
	struct lvs_net_target *v;
	size_t n;
	size_t nstale;
};

/**
 * lvs_net_targets_replace() - become another list; what is in both keeps its answers, the rest is stale
 * @addrs:	any order, duplicates are fine
 *
 * Return: 1 if anything changed, 0 if not, or -ENOMEM
 */
int lvs_net_targets_replace(struct lvs_net_targets *targets, const struct lvs_addr *addrs, size_t n);

/* Return: borrowed, or NULL */
const struct lvs_net_target *lvs_net_targets_find(const struct lvs_net_targets *targets, const struct lvs_addr *addr);

/* Routes to @prefix have changed. */
void lvs_net_targets_touch(struct lvs_net_targets *targets, const struct lvs_addr *prefix, uint8_t bits);

void lvs_net_targets_touch_all(struct lvs_net_targets *targets);

/* This host has other addresses: which of them it would send from may have changed. */
void lvs_net_targets_touch_sourced(struct lvs_net_targets *targets);

/**
 * lvs_net_targets_query() - ask the kernel about stale ones
 * @budget:	at most so many
 *
 * The question is which entry of the routing tables a packet that this host sends would use; an address without any has
 * type RTN_UNSPEC, which is an answer. Return: 0, or what else went wrong
 */
int lvs_net_targets_query(struct lvs_net_targets *targets, struct lvs_rtnl *rtnl, size_t budget);

/**
 * lvs_net_target_input() - where a packet that comes in would go
 * @src, @dst:	of the packet
 * @ifindex:	where it comes in
 *
 * Return: interface it would leave through, 0 if it is delivered locally or goes nowhere
 */
uint32_t lvs_net_target_input(struct lvs_rtnl *rtnl, const struct lvs_addr *src, const struct lvs_addr *dst,
			      uint32_t ifindex);

/* Return: whether the route leads through that interface */
bool lvs_net_target_via(const struct lvs_net_target *target, uint32_t ifindex);

/* Addresses that nobody has (240/4; RFC 6666): only a default route leads there. */
struct lvs_addr lvs_net_stranger(bool ip4);

void lvs_net_targets_fini(struct lvs_net_targets *targets);

#endif
