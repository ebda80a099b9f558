// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An address that the host asks VIPs from is one of the device, which nobody uses who does not ask for it: of scope host,
 * or, as IPv6 has none of that, deprecated. What comes for it from outside goes to the device like what is for a VIP of
 * this host. So do real servers' replies to it, which have their VIP's address again when they come out, and are the
 * host's then.
 *
 * What it sends to a VIP finds the device by the main table; to a VIP that is an address of this host by a rule for its
 * packets alone.
 *
 * Servers that answer by themselves do so in the name of the VIP. To IPv4 that is a source whose route leads to the device,
 * not to where the packet came from, or an address of this host: the filters for such have to be open there.
 */
#include "net/asking.h"

#include <linux/rtnetlink.h>
#include <stdio.h>

#include "net/plan.h"
#include "net/state.h"
#include "net/target.h"
#include "net/wants.h"

static void want_addr(struct lvs_net_plan *plan, const struct lvs_net_question *question, const struct lvs_addr *addr,
		      uint8_t suppress)
{
	const struct lvs_net_object own = {
		.kind = LVS_NET_ADDR, .addr = *addr, .bits = LVS_NET_HOST_BITS, .ifindex = question->device,
	};
	const struct lvs_net_object rule = {
		.kind = LVS_NET_RULE, .addr = *addr, .bits = LVS_NET_HOST_BITS, .table = question->table,
		.pref = question->priority, .suppress = suppress, .iif = "lo",
	};

	lvs_net_objects_push(&plan->objects, &own);
	lvs_net_objects_push(&plan->objects, &rule);
}

static void want_switch(struct lvs_net_plan *plan, const struct lvs_net_link *link, const char *key, uint32_t fine, int set)
{
	struct lvs_net_sysctl sysctl = { .fine = fine, .set = set };

	(void)snprintf(sysctl.path, sizeof(sysctl.path), "ipv4/conf/%s/%s", link->name, key);
	lvs_net_sysctls_push(&plan->sysctls, &sysctl);
}

/* Does the host have a VIP of IPv4? */
static bool has_vip(const struct lvs_net_question *question)
{
	for (size_t i = 0; i < question->vips->n; i++) {
		const struct lvs_net_target *vip = &question->vips->v[i];

		if (vip->type == RTN_LOCAL && lvs_addr_is4(&vip->addr) && !lvs_net_wants_asking(question->wants, &vip->addr))
			return true;
	}
	return false;
}

/* For servers that answer by themselves. */
static void want_answers(struct lvs_net_plan *plan, const struct lvs_net_question *question)
{
	bool local = has_vip(question);
	uint32_t last = 0;

	for (size_t i = 0; i < question->servers->n; i++) {
		const struct lvs_net_target *server = &question->servers->v[i];

		for (uint32_t h = 0; server->answers && lvs_addr_is4(&server->addr) && h < server->nhops; h++) {
			const struct lvs_net_link *link = lvs_net_state_link(question->state, server->hops[h]);

			if (!link || link->ifindex == last || link->ifindex == question->device || link->flags & IFF_LOOPBACK)
				continue;
			last = link->ifindex;
			want_switch(plan, link, "rp_filter", 1 << 0 | 1 << 2, 2);
			if (local)
				want_switch(plan, link, "accept_local", 1 << 1, 1);
		}
	}
}

void lvs_net_plan_asking(struct lvs_net_plan *plan, const struct lvs_net_question *question, const uint8_t suppress[2])
{
	const struct lvs_net_wants *wants = question->wants;
	bool any4 = false;

	for (size_t i = 0; i < wants->nasking; i++) {
		bool ip4 = lvs_addr_is4(&wants->asking[i]);

		want_addr(plan, question, &wants->asking[i], suppress[ip4]);
		any4 |= ip4;
	}
	if (any4)
		want_answers(plan, question);
}
