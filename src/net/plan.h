/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What should be installed: a pure function of what the host looks like and what is wanted. */
#ifndef LVS_NET_PLAN_H
#define LVS_NET_PLAN_H

#include "net/object.h"
#include "net/sysctl.h"

struct lvs_net_state;
struct lvs_net_target;
struct lvs_net_targets;
struct lvs_net_wants;

/*
 * Rules by source address on one interface; where more would be needed, one rule takes the interface as a whole, or the servers'
 * own packets to networks of others pass the device for nothing.
 */
#define LVS_NET_REPLY_RULES 64

/* Preferences behind lvs_net_options.priority of the rules for networks of others: who is spared, and the networks. */
#define LVS_NET_SPARED 102
#define LVS_NET_TRANSPARENT 103

/**
 * struct lvs_net_question - what the plan is made from; everything is borrowed
 * @device:	index of our device
 * @vips, @servers: with answers, none of them stale
 * @wants:	the same of its probes and ways
 * @strangers:	routes to lvs_net_stranger() of both families, IPv4 first, which show where default routes lead
 * @table, @priority, @no_proxy, @ignore_tunneled, @server_interfaces, @nserver_interfaces, @client_interfaces,
 *		@nclient_interfaces: as in struct lvs_net_options, defaults filled in
 */
struct lvs_net_question {
	const struct lvs_net_state *state;
	uint32_t device;
	const struct lvs_net_targets *vips, *servers, *strangers;
	const struct lvs_net_wants *wants;
	uint32_t table, priority;
	bool no_proxy, ignore_tunneled;
	char (*server_interfaces)[IFNAMSIZ];
	size_t nserver_interfaces;
	char (*client_interfaces)[IFNAMSIZ];
	size_t nclient_interfaces;
};

/**
 * struct lvs_net_plan - the answer
 * @objects:	sorted
 * @sysctls:	in the order in which they should be written
 * @unlocal:	for IPv6 and IPv4 (index: is it IPv4?): the original rule for the local table has to go, since ours
 *		replaces it
 */
struct lvs_net_plan {
	struct lvs_net_objects objects;
	struct lvs_net_sysctls sysctls;
	bool unlocal[2];
};

/**
 * lvs_net_plan() - decide
 * @ret_plan:	owned by the caller, for lvs_net_plan_fini()
 *
 * Return: 0 or -ENOMEM
 */
int lvs_net_plan(const struct lvs_net_question *question, struct lvs_net_plan *ret_plan);

/* The rule for the local table that stands in for the original one while a VIP is local. */
struct lvs_net_object lvs_net_plan_local_rule(bool ip4, uint32_t pref);

/* Return: the largest packet that fits through all next hops, bytes; 0 if there is no route */
uint32_t lvs_net_plan_mtu(const struct lvs_net_state *state, const struct lvs_net_target *target);

/* @plan: zeroed or made */
void lvs_net_plan_fini(struct lvs_net_plan *plan);

#endif
