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

#include "net/round.h"
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
	int err = lvs_net_snapshot(net);

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

/* Return: 1: there is something to do, 0, or the error */
static int take_wants(struct lvs_net *net, const struct lvs_net_wanted *wanted)
{
	int wants, servers;

	if (!net->device)
		return -ENODEV;
	wants = lvs_net_wants_replace(&net->wants, wanted);
	servers = lvs_net_wants_servers(wanted, &net->servers);
	if (wants < 0 || servers < 0)
		return -ENOMEM;
	if (net->applied && !wants && !servers)
		return 0;
	net->applied = net->restless = true;
	net->again = net->stage != LOOKING;
	return 1;
}

int lvs_net_apply(struct lvs_net *net, const struct lvs_net_wanted *wanted)
{
	int err = take_wants(net, wanted);

	if (err != 1)
		return err;
	do
		err = lvs_net_round(net, SIZE_MAX);
	while (err == 1);
	net->busy = false;
	net->stale |= err != 0;
	net->wake = 0;
	return err;
}

int lvs_net_want(struct lvs_net *net, const struct lvs_net_wanted *wanted)
{
	int err = take_wants(net, wanted);

	if (err != 1)
		return err;
	net->busy = true;
	net->wake = 1;	/* long ago */
	return 0;
}

bool lvs_net_busy(const struct lvs_net *net)
{
	return net->busy;
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
	rc = lvs_net_round(net, QUERY_BUDGET);
	if (rc == 1) {
		net->wake = now;
		return;
	}
	net->busy = false;
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
	lvs_net_round_end(net);
	if (net->device && net->options.setup == LVS_NET_AUTO && !net->options.link_only) {
		(void)lvs_net_snapshot(net);	/* the old one will do if it has to */
		lvs_net_work_init(&net->work, &net->ask, &net->state, &nothing, net->options.priority, &net->say);
		(void)lvs_net_work_go_on(&net->work, SIZE_MAX);
		lvs_net_work_fini(&net->work);
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
