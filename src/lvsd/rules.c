// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration that reaches this file has been checked; what can still fail is memory, and what a scheduler alone
 * knows. So each step of a reload is noted with what it replaced, and when one fails, those before it are undone from the
 * last to the first. A service that goes would take its counters along: that happens when nothing can fail any more.
 */
#include "lvsd/rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/pool.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/helper.h"
#include "engine/introduce.h"
#include "engine/masquerade.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/source.h"

/* RFC 6056 section 3.2 */
#define SOURCE_PORT_FIRST 1024

/* Milliseconds: half of RFC 6298's first timeout, so that no client's first repetition comes too early to count. */
#define SILENCE_DEFAULT 500

static void timeouts_from(const struct lvs_conf_timeouts *t, uint32_t ret[LVS_PROTO_INDEX_COUNT][LVS_STATES_MAX])
{
	/* Order of the states in engine/proto/tcp.c: IPVS' numbers. */
	const uint32_t tcp[] = { 0,		t->tcp,		 t->tcp_synsent,  t->tcp_synrecv, t->tcpfin,	 t->tcp_timewait,
				 t->tcp_close,	t->tcp_closewait, t->tcp_lastack, t->tcp_listen,  t->tcp_synack };
	/* And in engine/proto/sctp.c. */
	const uint32_t sctp[] = { 0,		   t->sctp_init1,  t->sctp_init, t->sctp_cookie,   t->sctp_cookie,
				  t->sctp_cookie,  t->sctp_cookie, t->sctp_cookie, t->sctp,	   t->sctp_shutdown,
				  t->sctp_shutdown, t->sctp_shutdown, t->sctp_rejected, t->sctp_closed };

	memcpy(ret[LVS_PROTO_INDEX_tcp], tcp, sizeof(tcp));
	ret[LVS_PROTO_INDEX_udp][0] = t->udp;
	memcpy(ret[LVS_PROTO_INDEX_sctp], sctp, sizeof(sctp));
}

static uint8_t choice_of(enum lvs_conf_answer answer)
{
	static const uint8_t choices[] = {
		[LVS_CONF_DEFAULT] = LVS_CHOICE_INHERIT, [LVS_CONF_NO] = LVS_CHOICE_NO, [LVS_CONF_YES] = LVS_CHOICE_YES,
	};

	return choices[answer];
}

static enum lvs_reuse reuse_of(enum lvs_conf_reuse reuse)
{
	static const enum lvs_reuse reuses[] = {
		[LVS_CONF_REUSE_DEFAULT] = LVS_REUSE_INHERIT, [LVS_CONF_REUSE_0] = LVS_REUSE_NEVER,
		[LVS_CONF_REUSE_1] = LVS_REUSE_OVER, [LVS_CONF_REUSE_2] = LVS_REUSE_CLOSING,
	};

	return reuses[reuse];
}

/* What a host does for us on a TUN device. */
static void lan_settings_from(const struct lvs_conf *conf, struct lvs_engine_settings *ret)
{
	ret->decrement_ttl = true;
	ret->direct_offload = true;
	ret->link_mtu = conf->device.mtu;
	for (size_t i = 0; i < conf->tap.addresses.n; i++)
		ret->own[ret->nown++] = conf->tap.addresses.list[i].addr;
}
static_assert(LVS_CONF_ADDRESSES_MAX <= LVS_OWN_MAX - 2, "what a file may have the engine takes");

static void settings_from(const struct lvs_conf *conf, struct lvs_engine_settings *ret)
{
	static const enum lvs_ping pings[] = {
		[LVS_CONF_PING_WHEN_UP] = LVS_PING_WHEN_LIVE,
		[LVS_CONF_PING_ALWAYS] = LVS_PING_ALWAYS,
		[LVS_CONF_PING_NEVER] = LVS_PING_NEVER,
	};

	*ret = (struct lvs_engine_settings){ .ping = pings[conf->director.ping],
					     .reply_rate = conf->director.reply_rate };
	ret->defence = (struct lvs_defence_settings){
		.drop_entry = (enum lvs_defence_mode)conf->director.drop_entry,
		.drop_packet = (enum lvs_defence_mode)conf->director.drop_packet,
		.secure_tcp = (enum lvs_defence_mode)conf->director.secure_tcp,
		.rate = conf->director.am_droprate,
		.max_half_open = conf->director.max_half_open,
	};
	ret->syn_backlog = conf->director.syn_backlog;
	ret->mtu = conf->device.mtu;
	ret->dip4 = lvs_conf_dip(conf, true);
	ret->dip6 = lvs_conf_dip(conf, false);
	if (lvs_conf_on_lan(conf))
		lan_settings_from(conf, ret);
	ret->pmtu_disc = conf->director.pmtu_disc;
	ret->schedule_icmp = conf->director.schedule_icmp;
	ret->sloppy[LVS_PROTO_INDEX_tcp] = conf->director.sloppy_tcp;
	ret->sloppy[LVS_PROTO_INDEX_sctp] = conf->director.sloppy_sctp;
	ret->nat_icmp_send = conf->director.nat_icmp_send;
	ret->expire_nodest_conn = conf->director.expire_nodest_conn;
	ret->expire_quiescent_template = conf->director.expire_quiescent_template;
	ret->cache_bypass = conf->director.cache_bypass;
	ret->conn_reuse = reuse_of((enum lvs_conf_reuse)(LVS_CONF_REUSE_0 + conf->director.conn_reuse_mode));
	timeouts_from(&conf->timeouts, ret->timeouts);
}

void lvs_rules_options(const struct lvs_conf *conf, struct lvs_engine_options *ret_options)
{
	*ret_options = (struct lvs_engine_options){
		.max_connections = conf->director.max_connections,
		.max_clients = conf->director.max_clients,
		.fragments = lvs_fragment_limits_default,
	};
	/* The other limits keep their proportion to how many may be held. */
	ret_options->fragments.held = conf->director.fragments;
	ret_options->fragments.datagrams = LVS_MAX(2 * conf->director.fragments, 64u);
	ret_options->fragments.bytes = (uint32_t)LVS_MIN(1536ULL * conf->director.fragments, UINT32_MAX);
	settings_from(conf, &ret_options->settings);
}

static struct lvs_persist_spec persist_spec(const struct lvs_conf_service *service)
{
	const struct lvs_conf_persistent *conf = &service->persistent;
	struct in_addr netmask;

	if (!conf->on)
		return (struct lvs_persist_spec){ .timeout = 0 };
	(void)inet_pton(AF_INET, conf->netmask, &netmask);	/* was read before */
	return (struct lvs_persist_spec){
		.timeout = conf->timeout,
		.sliding = conf->sliding,
		.keep = conf->on_failure == LVS_CONF_KEEP,
		.stay = conf->on_drain == LVS_CONF_KEEP,
		.mask = lvs_addr_is4(&service->addr) ? lvs_persist_mask4((LVS_FORCE lvs_be32)netmask.s_addr) :
						      lvs_persist_mask6(conf->prefix6),
	};
}

static struct lvs_limit_spec limit_spec(const struct lvs_conf_service *service)
{
	const struct lvs_conf_limits *conf = &service->limits;

	if (!conf->on)
		return (struct lvs_limit_spec){ .reset = false };
	return (struct lvs_limit_spec){
		.client_connections = conf->client_connections,
		.client_bits4 = (uint8_t)(LVS_PREFIX_IP4 + conf->client_prefix4),
		.client_bits6 = (uint8_t)conf->client_prefix6,
		.client_rate = lvs_rate_of(conf->client_rate, conf->client_burst),
		.server_rate = lvs_rate_of(conf->server_rate, conf->server_burst),
		.reset = conf->on_limit == LVS_CONF_LIMIT_RESET,
	};
}

static struct lvs_retry_spec retry_spec(const struct lvs_conf_retry *conf)
{
	return (struct lvs_retry_spec){
		.offers = conf->on ? (uint8_t)conf->servers : 0,
		.silence = (conf->on ? conf->silence : SILENCE_DEFAULT) * LVS_NS_PER_MS,
	};
}

static struct lvs_eject_spec eject_spec(const struct lvs_conf_passive *conf)
{
	return (struct lvs_eject_spec){
		.failures = conf->on ? conf->failures : 0,
		.time = LVS_SECONDS(conf->eject),
		.time_max = LVS_SECONDS(conf->eject_max),
		.share = (uint8_t)conf->share,
	};
}

/* Where names differ bits are the same: what is a port to sh is one to mh. */
static uint8_t sched_flags(uint32_t flags)
{
	uint8_t bits = 0;

	if (flags & (LVS_CONF_SH_FALLBACK | LVS_CONF_MH_FALLBACK | LVS_CONF_FLAG_1))
		bits |= LVS_SCHED_FALLBACK;
	if (flags & (LVS_CONF_SH_PORT | LVS_CONF_MH_PORT | LVS_CONF_FLAG_2))
		bits |= LVS_SCHED_PORT;
	if (flags & LVS_CONF_FLAG_3)
		bits |= LVS_SCHED_FLAG_3;
	return bits;
}

static struct lvs_service_spec service_spec(const struct lvs_conf_service *service)
{
	static const enum lvs_syn_proxy_mode syn_proxies[] = {
		[LVS_CONF_SYN_PROXY_OFF] = LVS_SYN_PROXY_OFF,
		[LVS_CONF_SYN_PROXY_AUTO] = LVS_SYN_PROXY_AUTO,
		[LVS_CONF_SYN_PROXY_ON] = LVS_SYN_PROXY_ON,
	};
	bool ranged = service->ports.n > 0;
	uint16_t port = ranged ? service->ports.ranges[0].first : service->port;

	struct lvs_service_spec spec = {
		.key = { .addr = service->addr, .port = LVS_BE16(port), .proto = service->protocol, .ranged = ranged,
			 .mark = service->mark },
		.ports = service->ports,
		.sched = lvs_sched_find(service->scheduler),
		.persist = persist_spec(service),
		.limits = limit_spec(service),
		.retry = retry_spec(&service->connect_retry),
		.eject = eject_spec(&service->passive),
		.pickup = service->pickup,
		.one_packet = service->one_packet,
		.helper = lvs_helper_find(service->helper),
		.syn_proxy = syn_proxies[service->syn_proxy],
		.mss = (uint16_t)service->mss,
		.mss_of_path = service->mss_clamp == LVS_CONF_MSS_AUTO,
		.sched_flags = sched_flags(service->scheduler_flags),
		.mh_as_added = service->mh_order == LVS_CONF_MH_ORDER_ADDED,
		.mh_slots = service->mh_table_size,
		.lblc_expiration = service->lblc_expiration,
		.sloppy = { [LVS_PROTO_INDEX_tcp] = choice_of(service->sloppy_tcp),
			    [LVS_PROTO_INDEX_sctp] = choice_of(service->sloppy_sctp) },
		.expire_nodest_conn = choice_of(service->expire_nodest_conn),
		.expire_quiescent_template = choice_of(service->expire_quiescent_template),
		.cache_bypass = choice_of(service->cache_bypass),
		.conn_reuse = (uint8_t)reuse_of(service->conn_reuse_mode),
	};

	timeouts_from(&service->timeouts.seconds, spec.timeouts);
	return spec;
}

static struct lvs_tunnel_spec tunnel_spec(const struct lvs_conf_tunnel *conf)
{
	static const uint8_t csums[] = {
		[LVS_CONF_NOCSUM] = LVS_TUNNEL_NOCSUM,
		[LVS_CONF_CSUM] = LVS_TUNNEL_CSUM,
		[LVS_CONF_REMCSUM] = LVS_TUNNEL_REMCSUM,
	};

	return (struct lvs_tunnel_spec){ .type = lvs_tunnel_find(conf->type)->index, .csum = csums[conf->csum],
					 .port = LVS_BE16(conf->port) };
}

static struct lvs_server_spec server_spec(const struct lvs_conf_server *server)
{
	static const uint8_t introductions[] = {
		[LVS_CONF_CLIENT_UNSAID] = LVS_INTRODUCE_NOT,
		[LVS_CONF_CLIENT_NONE] = LVS_INTRODUCE_NOT,
		[LVS_CONF_CLIENT_PROXY_V2] = LVS_INTRODUCE_PROXY,
		[LVS_CONF_CLIENT_TOA] = LVS_INTRODUCE_TOA,
	};
	struct lvs_server_spec spec = {
		.addr = server->addr,
		.port = LVS_BE16(server->port),
		.weight = server->weight,
		.upper = server->upper_threshold,
		.lower = server->lower_threshold,
		.drain = server->drain.on,
		.drain_seconds = server->drain.timeout,
		.forward = lvs_forward_find(server->forward),
		.tunnel = tunnel_spec(&server->tunnel),
		.mtu = server->mtu,
		.introduce = introductions[server->client_address],
	};
	memcpy(spec.site, server->site, sizeof(spec.site));
	return spec;
}

static struct lvs_service *find_service(struct lvs_rules *rules, const struct lvs_conf_service *service)
{
	struct lvs_service_spec spec = service_spec(service);

	return lvs_service_find(rules, &spec.key);
}

/* Return: 0, and the classifier of @conf's marks, NULL if there are none; or -Exxx */
static int make_classifier(const struct lvs_conf *conf, const struct lvs_hash_key *key,
			   struct lvs_classifier **ret_classifier)
{
	struct lvs_mark_rule *list = calloc(conf->nmarks + 1, sizeof(*list));
	int err = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nmarks; i++) {
		const struct lvs_conf_mark *mark = &conf->marks[i];

		list[i] = (struct lvs_mark_rule){ .mark = mark->mark, .proto = mark->protocol, .address = mark->address,
						  .client = mark->client, .ports = mark->ports,
						  .transparent = mark->transparent };
	}
	if (conf->nmarks)
		err = lvs_classifier_new(list, (uint32_t)conf->nmarks, key, ret_classifier);
	else
		*ret_classifier = NULL;
	free(list);
	return err;
}
static_assert(LVS_CONF_MARKS_MAX <= LVS_MARK_RULES_MAX, "what a file may have the engine takes");

int lvs_rules_classifier(const struct lvs_conf_diff *diff, const struct lvs_conf *conf, const struct lvs_hash_key *key,
			 struct lvs_classifier **ret_classifier)
{
	for (size_t i = 0; i < diff->n; i++)
		if (diff->changes[i].kind == LVS_CONF_MARKS)
			return make_classifier(conf, key, ret_classifier);
	*ret_classifier = NULL;
	return 0;
}

/* One step, and what it replaced. */
enum step_kind { MARKS_SET, SERVICE_ADDED, SERVICE_EDITED, SERVER_ADDED, SERVER_EDITED, SERVER_REMOVED };

/**
 * struct step - what was done, so that it can be undone
 * @service:	the one, or the server's
 * @server:	the one, unless it was removed
 * @was:	of a service or server that was edited or removed
 */
struct step {
	enum step_kind kind;
	struct lvs_service *service;
	struct lvs_server *server;
	struct lvs_service_spec service_was;
	struct lvs_server_spec server_was;
};

/* @classifier: the one that is not in force: first the new one, then the old one */
struct journal {
	struct lvs_rules *rules;
	struct lvs_classifier **classifier;
	lvs_ns now;
	struct step *steps;
	size_t n;
};

static void note(struct journal *journal, const struct step *step)
{
	journal->steps[journal->n++] = *step;
}

/* Adds, or takes over what was made at run time. */
static int put_server(struct journal *journal, const struct lvs_conf_service *of, const struct lvs_conf_server *conf)
{
	struct lvs_server_spec spec = server_spec(conf);
	struct step step = { .service = find_service(journal->rules, of) };
	int err;

	if (!step.service)
		return -ENOENT;
	step.server = lvs_server_find(step.service, &spec.addr, spec.port);
	if (step.server) {
		step.kind = SERVER_EDITED;
		step.server_was = step.server->spec;
		err = lvs_server_edit(journal->rules, step.server, &spec);
	} else {
		step.kind = SERVER_ADDED;
		err = lvs_server_add(journal->rules, step.service, &spec, &step.server);
	}
	if (!err)
		note(journal, &step);
	return err;
}

static int put_service_alone(struct journal *journal, const struct lvs_conf_service *conf)
{
	struct lvs_service_spec spec = service_spec(conf);
	struct step step = { .service = lvs_service_find(journal->rules, &spec.key) };
	int err;

	if (step.service) {
		step.kind = SERVICE_EDITED;
		step.service_was = step.service->spec;
		err = lvs_service_edit(journal->rules, step.service, &spec);
	} else {
		step.kind = SERVICE_ADDED;
		err = lvs_service_add(journal->rules, &spec, &step.service);
	}
	if (!err)
		note(journal, &step);
	return err;
}

static int put_service(struct journal *journal, const struct lvs_conf_service *conf)
{
	int err = put_service_alone(journal, conf);

	for (size_t i = 0; !err && i < conf->nservers; i++)
		err = put_server(journal, conf, &conf->servers[i]);
	return err;
}

static void drop_server(struct journal *journal, const struct lvs_conf_service *of, const struct lvs_conf_server *conf)
{
	struct lvs_server_spec spec = server_spec(conf);
	struct step step = { .kind = SERVER_REMOVED, .service = find_service(journal->rules, of) };
	struct lvs_server *server = step.service ? lvs_server_find(step.service, &spec.addr, spec.port) : NULL;

	if (!server)
		return;		/* it was removed at run time already */
	step.server_was = server->spec;
	lvs_server_remove(journal->rules, server, journal->now);
	note(journal, &step);
}

static void swap_marks(struct journal *journal)
{
	*journal->classifier = lvs_rules_set_classifier(journal->rules, *journal->classifier);
}

/* One that was removed at run time comes back with its servers. */
static int edit_service(struct journal *journal, const struct lvs_conf_service *conf)
{
	if (find_service(journal->rules, conf))
		return put_service_alone(journal, conf);
	return put_service(journal, conf);
}

/* All but what cannot fail, which has its turn when the rest has not: removed services, settings and sites. */
static int apply_change(struct journal *journal, const struct lvs_conf_change *change)
{
	switch (change->kind) {
	case LVS_CONF_SET:
	case LVS_CONF_SITES_CHANGED:
	case LVS_CONF_SERVICE_REMOVED:
		return 0;
	case LVS_CONF_MARKS:
		swap_marks(journal);
		note(journal, &(struct step){ .kind = MARKS_SET });
		return 0;
	case LVS_CONF_SERVICE_ADDED:
		return put_service(journal, change->new_service);
	case LVS_CONF_SERVICE_EDITED:
		return edit_service(journal, change->new_service);
	case LVS_CONF_SERVER_REMOVED:
		drop_server(journal, change->old_service, change->old_server);
		return 0;
	case LVS_CONF_SERVER_ADDED:
	case LVS_CONF_SERVER_EDITED:
		return put_server(journal, change->new_service, change->new_server);
	}
	return -EINVAL;
}

/* Fails at most for want of memory that was given back a moment ago; nothing better can be done then than to go on. */
static void undo(struct journal *journal)
{
	while (journal->n > 0) {
		struct step *step = &journal->steps[--journal->n];

		switch (step->kind) {
		case MARKS_SET:
			swap_marks(journal);
			break;
		case SERVICE_ADDED:
			lvs_service_remove(journal->rules, step->service, journal->now);
			break;
		case SERVICE_EDITED:
			(void)lvs_service_edit(journal->rules, step->service, &step->service_was);
			break;
		case SERVER_ADDED:
			lvs_server_remove(journal->rules, step->server, journal->now);
			break;
		case SERVER_EDITED:
			(void)lvs_server_edit(journal->rules, step->server, &step->server_was);
			break;
		case SERVER_REMOVED:
			(void)lvs_server_add(journal->rules, step->service, &step->server_was, &step->server);
			break;
		}
	}
}

/* Return: 0, or -ENOMEM. @nservers: of services that come, at most one step each */
static int open_journal(struct lvs_engine *engine, size_t nchanges, size_t nservers, lvs_ns now,
			struct journal *ret_journal)
{
	struct step *steps = calloc(nchanges + nservers + 2, sizeof(*steps));

	if (!steps)
		return -ENOMEM;
	*ret_journal = (struct journal){ .rules = lvs_engine_rules(engine), .now = now, .steps = steps };
	return 0;
}

static size_t count_servers(const struct lvs_conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices; i++)
		n += conf->services[i].nservers;
	return n;
}

static int set_sources(struct lvs_engine *engine, const struct lvs_conf_director *director)
{
	const struct lvs_ports *ports = &director->source_ports;
	struct lvs_addr addrs[LVS_CONF_POOL_MAX + 2];
	uint32_t n = lvs_conf_sources(director, addrs);

	return lvs_engine_set_sources(engine, addrs, n, ports->n ? ports->ranges[0].first : SOURCE_PORT_FIRST,
				      ports->n ? ports->ranges[0].last : UINT16_MAX);
}

static void set_masquerade(struct lvs_engine *engine, const struct lvs_conf_director *director)
{
	struct lvs_prefix prefixes[LVS_CONF_MASQUERADE_MAX];
	bool servers = false;
	uint32_t n = 0;

	if (director->masquerade[0])
		(void)lvs_conf_masquerade_parse(director->masquerade, &servers, prefixes, &n);	/* was read before */
	lvs_engine_set_masquerade(engine, servers, prefixes, n);
}
static_assert(LVS_CONF_MASQUERADE_MAX <= LVS_MASQUERADE_MAX, "what a file may have the engine takes");
static_assert(LVS_CONF_POOL_MAX + 2 <= LVS_SOURCES_MAX, "what a file may have the engine takes");

int lvs_rules_load(struct lvs_engine *engine, const struct lvs_conf *conf, lvs_ns now)
{
	struct lvs_classifier *classifier = NULL;
	struct journal journal;
	int err = open_journal(engine, conf->nservices, count_servers(conf), now, &journal);

	if (err)
		return err;
	lvs_rules_set_sites(journal.rules, conf->geo.table);
	set_masquerade(engine, &conf->director);
	err = set_sources(engine, &conf->director);
	if (!err)
		err = make_classifier(conf, &journal.rules->key, &classifier);
	if (!err)
		lvs_classifier_free(lvs_rules_set_classifier(journal.rules, classifier));
	for (size_t i = 0; !err && i < conf->nservices; i++)
		err = put_service(&journal, &conf->services[i]);
	free(journal.steps);
	return err;
}

static void remove_services(struct journal *journal, const struct lvs_conf_diff *diff)
{
	for (size_t i = 0; i < diff->n; i++) {
		struct lvs_service *service;

		if (diff->changes[i].kind != LVS_CONF_SERVICE_REMOVED)
			continue;
		service = find_service(journal->rules, diff->changes[i].old_service);
		if (service)	/* else it was removed at run time already */
			lvs_service_remove(journal->rules, service, journal->now);
	}
}

int lvs_rules_apply(struct lvs_engine *engine, const struct lvs_conf_diff *diff, const struct lvs_conf *conf,
		    struct lvs_classifier **classifier, lvs_ns now)
{
	struct lvs_engine_settings settings;
	struct journal journal;
	int err = open_journal(engine, diff->n, count_servers(conf), now, &journal);

	if (err)
		return err;
	journal.classifier = classifier;
	for (size_t i = 0; !err && i < diff->n; i++)
		err = apply_change(&journal, &diff->changes[i]);
	if (!err)
		err = set_sources(engine, &conf->director);
	if (err) {
		undo(&journal);
	} else {
		remove_services(&journal, diff);
		lvs_rules_set_sites(journal.rules, conf->geo.table);
		settings_from(conf, &settings);
		lvs_engine_configure(engine, &settings, now);
		set_masquerade(engine, &conf->director);
		journal.rules->edition++;
	}
	free(journal.steps);
	return err;
}
