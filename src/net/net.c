// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The façade, and when what is done.
 *
 * Each round takes a snapshot of the host (unless nothing has happened to the last one), asks for the routes that may
 * have changed, makes a plan and carries it out. Rounds are started by lvs_net_apply() and by notifications: one waits
 * SETTLE for others to follow, as changes rarely come alone, and rounds keep a distance, which grows while somebody
 * keeps removing what we install. Our own changes are told by the socket they were made through and start nothing.
 * Notifications that the kernel had no room for (ENOBUFS) make everything uncertain; so does a minute of silence,
 * since proxy entries vanish without a notification.
 */
#include "net/net.h"

#include <errno.h>
#include <stdlib.h>

#include "net/apply.h"
#include "net/check.h"
#include "net/rtnl.h"
#include "net/state.h"
#include "net/target.h"
#include "net/wants.h"
#include "sys/addrtext.h"

#define SETTLE (10 * LVS_NS_PER_MS)
#define GAP_MIN (100 * LVS_NS_PER_MS)
#define GAP_MAX LVS_SECONDS(10)
#define LOOK_AGAIN LVS_SECONDS(60)

/* Routes asked for between two turns of the loop, well below a millisecond; notifications read in one. */
#define QUERY_BUDGET 128
#define READ_BUDGET 64

#define GROUPS                                                                                                            \
	(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE | \
	 RTMGRP_IPV6_IFINFO | 1 << (RTNLGRP_IPV6_RULE - 1))

/**
 * struct lvs_net - all of it
 * @ask, @listen: sockets
 * @state:	the last snapshot; @stale: it no longer holds
 * @wants:	what @vips are made of, anew when @restless
 * @strangers:	see struct lvs_net_question
 * @memory:	kernel switches as they were
 * @device:	index, 0 before lvs_net_attach()
 * @applied:	something is wanted
 * @fought:	somebody has removed what is ours
 * @wake:	when the next round is due; 0: as soon as the time is known
 * @last:	when the last round was; @calm: when somebody was last fought with
 */
struct lvs_net {
	struct lvs_net_options options;
	struct lvs_net_callbacks callbacks;
	char (*server_interfaces)[IFNAMSIZ], (*client_interfaces)[IFNAMSIZ];
	char bridge[IFNAMSIZ];
	struct lvs_net_say say;
	struct lvs_rtnl ask, listen;
	struct lvs_net_state state;
	struct lvs_net_wants wants;
	struct lvs_net_targets vips, servers, strangers;
	struct lvs_net_memory memory;
	uint32_t device;
	bool stale, restless, applied, fought;
	lvs_ns wake, last, calm, gap;
};

/* *@ret_copy is the caller's, whatever is returned. */
static int copy_interfaces(const char *const *names, size_t n, char (**ret_copy)[IFNAMSIZ])
{
	*ret_copy = calloc(n + 1, sizeof(**ret_copy));
	if (!*ret_copy)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t len = strnlen(names[i], IFNAMSIZ);

		if (len == IFNAMSIZ)
			return -ENAMETOOLONG;
		memcpy((*ret_copy)[i], names[i], len);
	}
	return 0;
}

int lvs_net_new(const struct lvs_net_options *options, const struct lvs_net_callbacks *callbacks, struct lvs_net **ret_net)
{
	const struct lvs_addr strangers[] = { lvs_net_stranger(true), lvs_net_stranger(false) };
	struct lvs_net *net = calloc(1, sizeof(*net));
	int err;

	if (!net)
		return -ENOMEM;
	net->options = *options;
	net->options.bridge = NULL;	/* the caller's, as are these */
	net->options.server_interfaces = net->options.client_interfaces = NULL;
	if (options->bridge)
		(void)strncpy(net->bridge, options->bridge, sizeof(net->bridge) - 1);
	net->callbacks = *callbacks;
	net->say = (struct lvs_net_say){ .arg = callbacks->arg, .say = callbacks->say };
	net->wake = LVS_NS_NEVER;
	net->gap = GAP_MIN;
	net->stale = true;
	if (!net->options.table)
		net->options.table = LVS_NET_TABLE;
	if (!net->options.priority)
		net->options.priority = LVS_NET_PRIORITY;
	if (!net->options.txqueuelen)
		net->options.txqueuelen = LVS_NET_TXQUEUELEN;
	err = copy_interfaces(options->server_interfaces, options->nserver_interfaces, &net->server_interfaces);
	if (!err)
		err = copy_interfaces(options->client_interfaces, options->nclient_interfaces, &net->client_interfaces);
	if (!err)
		err = lvs_net_targets_replace(&net->strangers, strangers, ARRAY_LEN(strangers));
	if (err >= 0)
		err = lvs_rtnl_open(0, &net->ask);
	if (err >= 0)
		err = lvs_rtnl_open(GROUPS, &net->listen);
	if (err < 0)
		goto fail;
	*ret_net = net;
	return 0;
fail:
	lvs_net_free(net);
	return err;
}

static size_t count_stale(const struct lvs_net *net)
{
	return net->vips.nstale + net->wants.probes.nstale + net->wants.ways.nstale + net->servers.nstale +
	       net->strangers.nstale;
}

static void touch_all(struct lvs_net *net)
{
	lvs_net_targets_touch_all(&net->vips);
	lvs_net_targets_touch_all(&net->wants.probes);
	lvs_net_targets_touch_all(&net->wants.ways);
	lvs_net_targets_touch_all(&net->servers);
	lvs_net_targets_touch_all(&net->strangers);
}

static int take_snapshot(struct lvs_net *net)
{
	struct lvs_net_state state;
	int err = lvs_net_state_load(&net->ask, net->device, &state);

	if (err) {
		lvs_net_complain(&net->say, LVS_NET_ERROR, "cannot list links, addresses and rules: %s", strerror(-err));
		return err;
	}
	lvs_net_state_fini(&net->state);
	net->state = state;
	net->stale = false;
	net->restless |= net->wants.nprefixes > 0;
	return 0;
}

/* A TUN device has a carrier exactly while a process holds it: then what leads to it is no leftover. */
static int refuse_company(struct lvs_net *net)
{
	for (size_t i = 0; i < net->state.ours.n; i++) {
		const struct lvs_net_object *object = &net->state.ours.v[i];
		const struct lvs_net_link *link = lvs_net_state_link(&net->state, object->ifindex);

		if (object->kind != LVS_NET_ROUTE || object->ifindex == net->device || !link || !(link->flags & IFF_RUNNING))
			continue;
		lvs_net_say(&net->say, LVS_NET_ERROR,
			    "another lvsd manages this network namespace through device \"%s\"; stop it, or use "
			    "network.setup = \"manual\"", link->name);
		return -EBUSY;
	}
	return 0;
}

/* Our device becomes a port of the bridge, if it is to be one and is not. */
static int join_bridge(struct lvs_net *net, const struct lvs_net_link *link)
{
	const struct lvs_net_link *bridge;
	int err;

	if (!net->bridge[0])
		return 0;
	bridge = lvs_net_state_link_by_name(&net->state, net->bridge);
	if (bridge && link->master == bridge->ifindex)
		return 0;
	if (net->options.setup == LVS_NET_MANUAL) {
		lvs_net_complain(&net->say, LVS_NET_WARNING, "device \"%s\" is no port of bridge \"%s\"; mend it with: "
				 "ip link set dev %s master %s", link->name, net->bridge, link->name, net->bridge);
		return 0;
	}
	err = bridge ? lvs_rtnl_link_enslave(&net->ask, link->ifindex, bridge->ifindex) : -ENODEV;
	if (err)
		lvs_net_say(&net->say, LVS_NET_ERROR, "cannot make device \"%s\" a port of bridge \"%s\": %s", link->name,
			    net->bridge, bridge ? strerror(-err) : "there is no such interface");
	return err;
}

static int bring_up(struct lvs_net *net, const struct lvs_net_link *link)
{
	int err;

	if (!(link->flags & IFF_UP))
		lvs_rtnl_link_prepare(&net->ask, link->ifindex, !net->options.link_only);
	err = lvs_rtnl_link_up(&net->ask, link->ifindex, net->options.mtu, net->options.txqueuelen);
	if (err)
		lvs_net_say(&net->say, LVS_NET_ERROR, "cannot bring up device \"%s\": %s%s%s%s", link->name, strerror(-err),
			    net->ask.why[0] ? ", " : "", net->ask.why,
			    err != -EPERM ? ""
					  : "; CAP_NET_ADMIN over this network namespace is needed, or network.setup = "
					    "\"manual\"");
	return err;
}

int lvs_net_attach(struct lvs_net *net, const char *device)
{
	const struct lvs_net_link *link;
	int err = take_snapshot(net);

	if (err)
		return err;
	link = lvs_net_state_link_by_name(&net->state, device);
	if (!link) {
		lvs_net_say(&net->say, LVS_NET_ERROR, "no device \"%s\"", device);
		return -ENODEV;
	}
	net->device = link->ifindex;
	if (net->options.setup == LVS_NET_AUTO) {
		err = net->options.link_only ? 0 : refuse_company(net);
		if (!err)
			err = bring_up(net, link);
	} else if (!(link->flags & IFF_UP)) {
		lvs_net_complain(&net->say, LVS_NET_WARNING, "device \"%s\" is down; mend it with: ip link set dev %s up",
				 device, device);
	}
	if (!err)
		err = join_bridge(net, link);
	if (err)
		net->device = 0;
	net->stale = true;
	return err;
}

static void report_vips(struct lvs_net *net)
{
	for (size_t i = 0; i < net->vips.n; i++) {
		struct lvs_net_target *vip = &net->vips.v[i];
		bool local = vip->type == RTN_LOCAL;

		if ((local || vip->local) && net->callbacks.vip_local)
			net->callbacks.vip_local(net->callbacks.arg, &vip->addr, local);
		vip->local = local;
	}
}

/* This host may have got or lost addresses inside of networks that are wanted. */
static int follow_wants(struct lvs_net *net)
{
	struct lvs_addr *vips = NULL, *local = calloc(net->vips.n + 1, sizeof(*local));
	size_t nvips, nlocal = 0;
	int rc = local ? lvs_net_wants_vips(&net->wants, &net->state, &vips, &nvips) : -ENOMEM;

	for (size_t i = 0; !rc && i < net->vips.n; i++)
		if (net->vips.v[i].local)
			local[nlocal++] = net->vips.v[i].addr;
	if (!rc)
		rc = lvs_net_targets_replace(&net->vips, vips, nvips);
	for (size_t i = 0; rc > 0 && i < nlocal; i++)
		if (!lvs_net_targets_find(&net->vips, &local[i]) && net->callbacks.vip_local)
			net->callbacks.vip_local(net->callbacks.arg, &local[i], false);
	free(vips);
	free(local);
	net->restless = rc < 0;
	return LVS_MIN(rc, 0);
}

static void report_servers(struct lvs_net *net)
{
	for (size_t i = 0; i < net->servers.n; i++) {
		struct lvs_net_target *server = &net->servers.v[i];
		uint32_t mtu = lvs_net_plan_mtu(&net->state, server);

		if ((mtu != server->mtu || !lvs_addr_equal(&server->source, &server->told)) && net->callbacks.server_path)
			net->callbacks.server_path(net->callbacks.arg, &server->addr, mtu, &server->source);
		server->mtu = mtu;
		server->told = server->source;
	}
}

/* Whether the routes just made are the ones that count. */
static int verify(struct lvs_net *net, struct lvs_net_targets *targets)
{
	char text[LVS_ADDR_TEXT_BYTES];
	int err;

	for (size_t i = 0; i < targets->n; i++)
		if (targets->v[i].type != RTN_LOCAL && !lvs_net_target_via(&targets->v[i], net->device))
			lvs_net_targets_touch(targets, &targets->v[i].addr, LVS_NET_HOST_BITS);
	err = lvs_net_targets_query(targets, &net->ask, targets->n);
	for (size_t i = 0; i < targets->n && !err; i++)
		if (targets->v[i].type != RTN_LOCAL && !lvs_net_target_via(&targets->v[i], net->device))
			lvs_net_complain(&net->say, LVS_NET_WARNING,
					 "another route or rule takes what is for \"%s\" away from the device",
					 lvs_addr_format(&targets->v[i].addr, text));
	return err;
}

static int carry_out(struct lvs_net *net, const struct lvs_net_plan *plan)
{
	struct lvs_net_changes changes;
	int err;

	lvs_net_sysctls_apply(&plan->sysctls, &net->memory, &net->say);
	changes = lvs_net_carry_out(&net->ask, &net->state, plan, net->options.priority, &net->say);
	if (changes.installed || changes.removed)
		lvs_net_say(&net->say, LVS_NET_INFO, "addresses, routes, rules and proxy neighbours: %zu installed, %zu removed%s",
			    changes.installed, changes.removed, net->fought ? "; somebody else had removed some" : "");
	err = changes.err ? changes.err : verify(net, &net->vips);
	return err ? err : verify(net, &net->wants.probes);
}

static int follow_plan(struct lvs_net *net)
{
	const struct lvs_net_question question = {
		.state = &net->state, .device = net->device, .vips = &net->vips, .wants = &net->wants, .servers = &net->servers,
		.strangers = &net->strangers, .table = net->options.table, .priority = net->options.priority,
		.no_proxy = net->options.no_proxy, .ignore_tunneled = net->options.ignore_tunneled,
		.server_interfaces = net->server_interfaces,
		.nserver_interfaces = net->options.nserver_interfaces,
		.client_interfaces = net->client_interfaces,
		.nclient_interfaces = net->options.nclient_interfaces,
	};
	struct lvs_net_plan plan;
	int err = lvs_net_plan(&question, &plan);

	if (err)
		return err;
	lvs_net_check_targets(&question, &net->say);
	if (net->options.setup == LVS_NET_AUTO)
		err = carry_out(net, &plan);
	else
		lvs_net_check(&net->ask, &question, &plan, &net->say);
	lvs_net_plan_fini(&plan);
	return err;
}

static int look_at_device(struct lvs_net *net)
{
	const struct lvs_net_link *link = lvs_net_state_link(&net->state, net->device);

	if (!link) {
		lvs_net_complain(&net->say, LVS_NET_ERROR, "the device is gone");
		return -ENODEV;
	}
	if (link->flags & IFF_UP)
		return 0;
	if (net->options.setup == LVS_NET_MANUAL) {
		lvs_net_complain(&net->say, LVS_NET_WARNING, "device \"%s\" is down; mend it with: ip link set dev %s up",
				 link->name, link->name);
		return 0;
	}
	lvs_net_say(&net->say, LVS_NET_NOTICE, "device \"%s\" was set down; bringing it up again", link->name);
	net->stale = true;	/* its routes went with it */
	return lvs_rtnl_link_up(&net->ask, link->ifindex, 0, 0);
}

/* Return: 1 when there is more to ask than @budget, 0, or the first error */
static int make_round(struct lvs_net *net, size_t budget)
{
	struct lvs_net_targets *targets[] = { &net->strangers, &net->vips, &net->wants.probes, &net->wants.ways, &net->servers };
	int err = 0;

	if (net->stale)
		err = take_snapshot(net);
	if (!err)
		err = look_at_device(net);
	if (!err && net->stale)
		err = take_snapshot(net);
	if (!err && net->options.link_only)
		return 0;
	if (!err && net->restless)
		err = follow_wants(net);
	for (size_t i = 0; i < ARRAY_LEN(targets) && !err; i++) {
		size_t stale = targets[i]->nstale;

		err = lvs_net_targets_query(targets[i], &net->ask, budget);
		budget -= stale - targets[i]->nstale;
	}
	if (err)
		return err;
	if (count_stale(net))
		return 1;
	err = follow_plan(net);
	report_vips(net);
	report_servers(net);
	lvs_net_say_round(&net->say);
	return err;
}

int lvs_net_apply(struct lvs_net *net, const struct lvs_net_wanted *wanted)
{
	int wants, servers, err;

	if (!net->device)
		return -ENODEV;
	wants = lvs_net_wants_replace(&net->wants, wanted);
	servers = lvs_net_wants_servers(wanted, &net->servers);
	if (wants < 0 || servers < 0)
		return -ENOMEM;
	if (net->applied && !wants && !servers)
		return 0;
	net->applied = net->restless = true;
	err = make_round(net, SIZE_MAX);
	net->stale |= err != 0;
	net->wake = 0;
	return err;
}

int lvs_net_fd(const struct lvs_net *net)
{
	return mnl_socket_get_fd(net->listen.nl);
}

/* Return: whether it asks for a round */
static bool take_note(struct lvs_net *net, const struct nlmsghdr *nlh)
{
	struct lvs_addr prefix;
	unsigned int event;
	size_t before = count_stale(net);
	uint8_t bits;

	if (nlh->nlmsg_pid == net->ask.portid)
		return false;
	event = lvs_net_state_event(&net->state, nlh, &prefix, &bits);
	if (event & LVS_NET_EVENT_ROUTES)
		touch_all(net);
	if (event & LVS_NET_EVENT_PREFIX) {
		lvs_net_targets_touch(&net->vips, &prefix, bits);
		lvs_net_targets_touch(&net->wants.probes, &prefix, bits);
		lvs_net_targets_touch(&net->wants.ways, &prefix, bits);
		lvs_net_targets_touch(&net->servers, &prefix, bits);
		lvs_net_targets_touch(&net->strangers, &prefix, bits);
	}
	if (event & LVS_NET_EVENT_HOST) {
		net->stale = true;
		lvs_net_targets_touch_sourced(&net->servers);
	}
	if (event & LVS_NET_EVENT_OURS)
		net->fought = true;
	return event & LVS_NET_EVENT_HOST || count_stale(net) > before;
}

static void wake_at(struct lvs_net *net, lvs_ns when)
{
	net->wake = LVS_MIN(net->wake, when);
}

void lvs_net_readable(struct lvs_net *net, lvs_ns now)
{
	bool news = false;

	for (int i = 0; i < READ_BUDGET; i++) {
		ssize_t got = mnl_socket_recvfrom(net->listen.nl, net->listen.buf, LVS_RTNL_BUF_BYTES);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(void *)net->listen.buf;
		int len = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == ENOBUFS) {
			touch_all(net);
			net->stale = news = true;
			continue;
		}
		if (got < 0)
			break;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			news |= take_note(net, nlh);
	}
	if (news && net->applied)
		wake_at(net, LVS_MAX(now + SETTLE, net->last + net->gap));
}

lvs_ns lvs_net_deadline(const struct lvs_net *net)
{
	return net->wake;
}

void lvs_net_tick(struct lvs_net *net, lvs_ns now)
{
	int rc;

	if (!net->applied || now < net->wake)
		return;
	if (net->wake == 0) {	/* just applied */
		net->last = now;
		net->wake = now + (net->stale ? net->gap : LOOK_AGAIN);
		return;
	}
	if (now >= net->last + LOOK_AGAIN)
		net->stale = true;
	rc = make_round(net, QUERY_BUDGET);
	if (rc == 1) {
		net->wake = now;
		return;
	}
	if (rc || net->fought) {
		net->gap = LVS_MIN(net->gap * 2, GAP_MAX);
		net->calm = now;
	} else if (now > net->calm + GAP_MAX) {
		net->gap = GAP_MIN;
	}
	net->stale |= rc != 0;
	net->fought = false;
	net->last = now;
	net->wake = now + (rc ? net->gap : LOOK_AGAIN);
}

static int on_stats(const struct nlmsghdr *nlh, void *arg)
{
	struct lvs_net_stats *stats = arg;
	struct rtnl_link_stats64 link = { 0 };
	struct lvs_rtnl_attrs attrs;

	(void)lvs_rtnl_parse(nlh, sizeof(struct ifinfomsg), &attrs);
	if (attrs.v[IFLA_STATS64])	/* longer in newer kernels */
		memcpy(&link, mnl_attr_get_payload(attrs.v[IFLA_STATS64]),
		       LVS_MIN(mnl_attr_get_payload_len(attrs.v[IFLA_STATS64]), sizeof(link)));
	*stats = (struct lvs_net_stats){
		.rx_packets = link.rx_packets, .rx_bytes = link.rx_bytes, .rx_dropped = link.rx_dropped,
		.rx_errors = link.rx_errors, .tx_packets = link.tx_packets, .tx_bytes = link.tx_bytes,
		.tx_dropped = link.tx_dropped, .tx_errors = link.tx_errors,
	};
	return MNL_CB_OK;
}

int lvs_net_device_stats(struct lvs_net *net, struct lvs_net_stats *ret_stats)
{
	_Alignas(struct nlmsghdr) char buf[LVS_RTNL_ASK_BYTES];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	if (!net->device)
		return -ENODEV;
	nlh->nlmsg_type = RTM_GETLINK;
	ifi->ifi_index = (int)net->device;
	return lvs_rtnl_ask(&net->ask, nlh, on_stats, ret_stats);
}

void lvs_net_free(struct lvs_net *net)
{
	const struct lvs_net_plan nothing = { 0 };

	if (!net)
		return;
	if (net->device && net->options.setup == LVS_NET_AUTO && !net->options.link_only) {
		(void)take_snapshot(net);	/* the old one will do if it has to */
		(void)lvs_net_carry_out(&net->ask, &net->state, &nothing, net->options.priority, &net->say);
		lvs_net_sysctls_restore(&net->memory, &net->say);
	}
	lvs_net_wants_fini(&net->wants);
	lvs_net_targets_fini(&net->vips);
	lvs_net_targets_fini(&net->servers);
	lvs_net_targets_fini(&net->strangers);
	lvs_net_state_fini(&net->state);
	lvs_net_say_fini(&net->say);
	lvs_rtnl_close(&net->ask);
	lvs_rtnl_close(&net->listen);
	free(net->server_interfaces);
	free(net->client_interfaces);
	free(net);
}
