// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what the host is like to what it should be like: look, ask for routes, plan, carry out, see whether it has worked. That
 * may stop wherever the kernel is asked or told something, and go on in another turn of the loop, since packets wait meanwhile.
 * Whatever happens then, a plan that was begun is carried out to its end, so that what is ours stays known; another round follows.
 */
#include "net/round.h"

#include <errno.h>
#include <stdlib.h>

#include "net/check.h"
#include "sys/addrtext.h"

/* Changes made in one portion: so many that they take well below a millisecond. */
#define CHANGE_BUDGET 32

int lvs_net_snapshot(struct lvs_net *net)
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

/* What does not lead to the device as it should is asked for again. */
static void doubt(const struct lvs_net *net, struct lvs_net_targets *targets)
{
	for (size_t i = 0; i < targets->n; i++)
		if (targets->v[i].type != RTN_LOCAL && !lvs_net_target_via(&targets->v[i], net->device))
			lvs_net_targets_touch(targets, &targets->v[i].addr, LVS_NET_HOST_BITS);
}

/* Whether the routes just made are the ones that count. */
static void verify(struct lvs_net *net, const struct lvs_net_targets *targets)
{
	char text[LVS_ADDR_TEXT_BYTES];

	for (size_t i = 0; i < targets->n; i++)
		if (targets->v[i].type != RTN_LOCAL && !lvs_net_target_via(&targets->v[i], net->device))
			lvs_net_complain(&net->say, LVS_NET_WARNING,
					 "another route or rule takes what is for \"%s\" away from the device",
					 lvs_addr_format(&targets->v[i].addr, text));
}

/* Return: 1 when there is more to ask than @budget, 0, or the first error */
static int ask_stale(struct lvs_net *net, struct lvs_net_targets *const *targets, size_t n, size_t budget)
{
	size_t left = 0;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		size_t stale = targets[i]->nstale;

		err = lvs_net_targets_query(targets[i], &net->ask, budget);
		budget -= stale - targets[i]->nstale;
		left += targets[i]->nstale;
	}
	return err ? err : left > 0;
}

/* Return: as lvs_net_round() */
static int carry_out(struct lvs_net *net, size_t budget)
{
	const struct lvs_net_changes *changes = &net->work.changes;

	if (!lvs_net_work_go_on(&net->work, budget == SIZE_MAX ? SIZE_MAX : CHANGE_BUDGET))
		return 1;
	if (changes->installed || changes->removed)
		lvs_net_say(&net->say, LVS_NET_INFO, "addresses, routes, rules and proxy neighbours: %zu installed, %zu removed%s",
			    changes->installed, changes->removed, net->fought ? "; somebody else had removed some" : "");
	if (changes->err)
		return changes->err;
	doubt(net, &net->vips);
	doubt(net, &net->wants.probes);
	return 0;
}

/* From what is known to what is to be done. In manual mode that is to say what is missing. */
static int begin_plan(struct lvs_net *net)
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
	int err = lvs_net_plan(&question, &net->plan);

	if (err)
		return err;
	lvs_net_check_targets(&question, &net->say);
	if (net->options.setup != LVS_NET_AUTO) {
		lvs_net_check(&net->ask, &question, &net->plan, &net->say);
		lvs_net_plan_fini(&net->plan);
		return 0;
	}
	lvs_net_sysctls_apply(&net->plan.sysctls, &net->memory, &net->say);
	lvs_net_work_init(&net->work, &net->ask, &net->state, &net->plan, net->options.priority, &net->say);
	net->stage = CARRYING;
	return 0;
}

void lvs_net_round_end(struct lvs_net *net)
{
	if (net->stage != LOOKING) {
		lvs_net_work_fini(&net->work);
		lvs_net_plan_fini(&net->plan);
		net->plan = (struct lvs_net_plan){ 0 };
	}
	net->stage = LOOKING;
}

/* Return: as lvs_net_round() */
static int follow_plan(struct lvs_net *net, size_t budget)
{
	struct lvs_net_targets *const targets[] = { &net->vips, &net->wants.probes };
	int rc = 0;

	if (net->stage == CARRYING) {
		rc = carry_out(net, budget);
		if (rc == 0)
			net->stage = VERIFYING;
		if (rc == 0 && budget != SIZE_MAX)
			return 1;
	}
	/* What is wanted now is another question. */
	if (net->stage == VERIFYING && !net->again) {
		rc = ask_stale(net, targets, ARRAY_LEN(targets), budget);
		if (rc == 0) {
			verify(net, &net->vips);
			verify(net, &net->wants.probes);
		}
	}
	if (rc != 1)
		lvs_net_round_end(net);
	return rc;
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
static int look(struct lvs_net *net, size_t budget)
{
	struct lvs_net_targets *const targets[] = { &net->strangers, &net->vips, &net->wants.probes, &net->wants.ways,
						    &net->servers };
	int err = 0;

	if (net->stale)
		err = lvs_net_snapshot(net);
	if (!err)
		err = look_at_device(net);
	if (!err && net->stale)
		err = lvs_net_snapshot(net);
	if (err || net->options.link_only)
		return err;
	if (net->restless)
		err = follow_wants(net);
	return err ? err : ask_stale(net, targets, ARRAY_LEN(targets), budget);
}

int lvs_net_round(struct lvs_net *net, size_t budget)
{
	int rc;

	if (net->stage == LOOKING) {
		rc = look(net, budget);
		if (rc || net->options.link_only)
			return rc;
		net->again = false;
		rc = begin_plan(net);
		if (rc == 0 && net->stage == CARRYING && budget != SIZE_MAX)
			return 1;
	} else {
		rc = 0;
	}
	if (rc == 0)
		rc = follow_plan(net, budget);
	if (rc == 1 || (rc == 0 && net->again))
		return 1;
	report_vips(net);
	report_servers(net);
	lvs_net_say_round(&net->say);
	return rc;
}
