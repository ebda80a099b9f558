// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration that reaches this file has been checked; what can still fail is memory. A failed reload is undone by
 * applying the opposite difference, which adds back only what has just been taken out and is still in the trash.
 */
#include "lvsd/rules.h"

#include <errno.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "net/net.h"

/* Order of the states in engine/proto/tcp.c: IPVS' numbers. */
static void settings_from(const struct lvs_conf *conf, struct lvs_engine_settings *ret)
{
	const struct lvs_conf_timeouts *t = &conf->timeouts;
	const uint32_t tcp[] = { 0,		t->tcp,		 t->tcp_synsent,  t->tcp_synrecv, t->tcpfin,	 t->tcp_timewait,
				 t->tcp_close,	t->tcp_closewait, t->tcp_lastack, t->tcp_listen,  t->tcp_synack };
	static const enum lvs_ping pings[] = {
		[LVS_CONF_PING_WHEN_UP] = LVS_PING_WHEN_LIVE,
		[LVS_CONF_PING_ALWAYS] = LVS_PING_ALWAYS,
		[LVS_CONF_PING_NEVER] = LVS_PING_NEVER,
	};

	*ret = (struct lvs_engine_settings){ .ping = pings[conf->director.ping],
					     .reply_rate = conf->director.reply_rate };
	memcpy(ret->timeouts[LVS_PROTO_INDEX_tcp], tcp, sizeof(tcp));
	ret->timeouts[LVS_PROTO_INDEX_udp][0] = t->udp;
}

void lvs_rules_options(const struct lvs_conf *conf, struct lvs_engine_options *ret_options)
{
	*ret_options = (struct lvs_engine_options){
		.max_connections = conf->director.max_connections,
		.fragments = lvs_fragment_limits_default,
	};
	/* The other limits keep their proportion to how many may be held. */
	ret_options->fragments.held = conf->director.fragments;
	ret_options->fragments.datagrams = LVS_MAX(2 * conf->director.fragments, 64u);
	ret_options->fragments.bytes = (uint32_t)LVS_MIN(1536ULL * conf->director.fragments, UINT32_MAX);
	settings_from(conf, &ret_options->settings);
}

static struct lvs_service_spec service_spec(const struct lvs_conf_service *service)
{
	return (struct lvs_service_spec){
		.key = { .addr = service->addr, .port = LVS_BE16(service->port), .proto = service->protocol },
		.sched = lvs_sched_find(service->scheduler),
	};
}

static struct lvs_server_spec server_spec(const struct lvs_conf_service *service, const struct lvs_conf_server *server)
{
	return (struct lvs_server_spec){
		.addr = server->addr,
		.port = LVS_BE16(server->port),
		.weight = server->weight,
		.forward = lvs_forward_find(service->forward),
	};
}

static struct lvs_service *find_service(struct lvs_rules *rules, const struct lvs_conf_service *service)
{
	struct lvs_service_spec spec = service_spec(service);

	return lvs_service_find(rules, &spec.key);
}

/* Adds, or takes over what was made at run time. */
static int put_server(struct lvs_rules *rules, const struct lvs_conf_service *of, const struct lvs_conf_server *conf)
{
	struct lvs_server_spec spec = server_spec(of, conf);
	struct lvs_service *service = find_service(rules, of);
	struct lvs_server *server;

	if (!service)
		return -ENOENT;
	server = lvs_server_find(service, &spec.addr, spec.port);
	if (server)
		return lvs_server_edit(rules, server, &spec);
	return lvs_server_add(rules, service, &spec, &server);
}

static int put_service(struct lvs_rules *rules, const struct lvs_conf_service *conf)
{
	struct lvs_service_spec spec = service_spec(conf);
	struct lvs_service *service = lvs_service_find(rules, &spec.key);
	int err;

	if (service)
		err = lvs_service_edit(rules, service, &spec);
	else
		err = lvs_service_add(rules, &spec, &service);
	for (size_t i = 0; !err && i < conf->nservers; i++)
		err = put_server(rules, conf, &conf->servers[i]);
	return err;
}

static int drop_server(struct lvs_rules *rules, const struct lvs_conf_service *of, const struct lvs_conf_server *conf,
		       lvs_ns now)
{
	struct lvs_server_spec spec = server_spec(of, conf);
	struct lvs_service *service = find_service(rules, of);
	struct lvs_server *server = service ? lvs_server_find(service, &spec.addr, spec.port) : NULL;

	if (server)	/* else it was removed at run time already */
		lvs_server_remove(rules, server, now);
	return 0;
}

/* The forwarding method is the service's: a changed one goes to all its servers. */
static int edit_service(struct lvs_rules *rules, const struct lvs_conf_service *conf)
{
	struct lvs_service_spec spec = service_spec(conf);
	struct lvs_service *service = lvs_service_find(rules, &spec.key);

	return service ? lvs_service_edit(rules, service, &spec) : put_service(rules, conf);
}

static int apply_change(struct lvs_rules *rules, const struct lvs_conf_change *change, lvs_ns now)
{
	struct lvs_service *service;

	switch (change->kind) {
	case LVS_CONF_SET:
		return 0;	/* all settings are taken together */
	case LVS_CONF_SERVICE_REMOVED:
		service = find_service(rules, change->old_service);
		if (service)
			lvs_service_remove(rules, service, now);
		return 0;
	case LVS_CONF_SERVICE_ADDED:
		return put_service(rules, change->new_service);
	case LVS_CONF_SERVICE_EDITED:
		return edit_service(rules, change->new_service);
	case LVS_CONF_SERVER_REMOVED:
		return drop_server(rules, change->old_service, change->old_server, now);
	case LVS_CONF_SERVER_ADDED:
	case LVS_CONF_SERVER_EDITED:
		return put_server(rules, change->new_service, change->new_server);
	}
	return -EINVAL;
}

int lvs_rules_load(struct lvs_engine *engine, const struct lvs_conf *conf, lvs_ns now)
{
	int err = 0;

	(void)now;
	for (size_t i = 0; !err && i < conf->nservices; i++)
		err = put_service(lvs_engine_rules(engine), &conf->services[i]);
	return err;
}

static void undo(struct lvs_engine *engine, const struct lvs_conf *from, const struct lvs_conf *to, lvs_ns now)
{
	struct lvs_conf_diff back;

	if (lvs_conf_diff_init(from, to, &back))
		return;
	for (size_t i = 0; i < back.n; i++)
		(void)apply_change(lvs_engine_rules(engine), &back.changes[i], now);
	lvs_conf_diff_fini(&back);
}

int lvs_rules_apply(struct lvs_engine *engine, const struct lvs_conf_diff *diff, const struct lvs_conf *conf, lvs_ns now)
{
	struct lvs_engine_settings settings;

	for (size_t i = 0; i < diff->n; i++) {
		int err = apply_change(lvs_engine_rules(engine), &diff->changes[i], now);

		if (err) {
			undo(engine, diff->changes[i].new_conf, diff->changes[i].old_conf, now);
			return err;
		}
	}
	settings_from(conf, &settings);
	lvs_engine_configure(engine, &settings, now);
	return 0;
}

int lvs_rules_announce(struct lvs_engine *engine, struct lvs_net *net)
{
	const struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_addr *vips = calloc(rules->nservices + 1, sizeof(*vips));
	struct lvs_addr *servers = calloc(rules->servers_len, sizeof(*servers));
	struct lvs_net_wanted wanted = { .vips = vips, .servers = servers };
	int err = -ENOMEM;

	if (!vips || !servers)
		goto out;
	for (uint32_t i = 0; i < rules->nheads; i++)
		for (const struct lvs_vip *vip = rules->vip_heads[i]; vip; vip = vip->next)
			vips[wanted.nvips++] = vip->addr;
	for (uint32_t i = 1; i < rules->servers_len; i++)
		if (rules->servers[i] && rules->servers[i]->service)
			servers[wanted.nservers++] = rules->servers[i]->spec.addr;
	err = lvs_net_apply(net, &wanted);
out:
	free(vips);
	free(servers);
	return err;
}
