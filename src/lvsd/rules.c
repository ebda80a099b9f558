// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration that reaches this file has been checked; what can still fail is memory, and what a scheduler alone
 * knows. So each step of a reload is noted with what it replaced, and when one fails, those before it are undone from the
 * last to the first. A service that goes would take its counters along: that happens when nothing can fail any more.
 */
#include "lvsd/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/pool.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "engine/masquerade.h"
#include "engine/source.h"
#include "lvsd/spec.h"

#define CACHE_LINE 64
#define FETCHED 16u	/* servers */

/* RFC 6056 section 3.2 */
#define SOURCE_PORT_FIRST 1024

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
	lvs_spec_settings(conf, &ret_options->settings);
}

static struct lvs_server_spec overlaid(const struct lvs_rules_overlay *overlay, const struct lvs_conf_service *service,
				       const struct lvs_conf_server *server)
{
	struct lvs_server_spec spec = lvs_spec_server(server);

	if (overlay)
		overlay->apply(overlay->arg, service, server, &spec);
	return spec;
}

static struct lvs_service *find_service(struct lvs_rules *rules, const struct lvs_conf_service *service)
{
	struct lvs_service_key key = lvs_spec_key(service);

	return lvs_service_find(rules, &key);
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
 * @service_was: of a service that was edited, in the plan's room for that
 * @server_was:	of a server that was edited or removed
 */
struct step {
	enum step_kind kind;
	struct lvs_service *service;
	struct lvs_server *server;
	const struct lvs_service_spec *service_was;
	struct lvs_server_spec server_was;
};

/**
 * struct lvs_rules_plan - all that needs no engine
 * @services:	of services that come or are edited, in the diff's order
 * @servers:	of servers that come, go or are edited, and of those of services that come, in the diff's order
 * @steps, @were: room for what applying it takes
 */
struct lvs_rules_plan {
	const struct lvs_conf_diff *diff;
	const struct lvs_conf *conf;
	struct lvs_service_spec *services, *were;
	struct lvs_server_spec *servers;
	struct step *steps;
};

/* How far a plan was carried out. @classifier: the one that is not in force: first the new one, then the old one */
struct journal {
	struct lvs_rules *rules;
	struct lvs_rules_plan *plan;
	struct lvs_classifier **classifier;
	const struct lvs_rules_overlay *overlay;
	lvs_ns now;
	size_t nsteps, nwere, nservices, nservers;
	const struct lvs_conf_service *last;	/* was looked for last, and is @found */
	struct lvs_service *found;
};

static void note(struct journal *journal, const struct step *step)
{
	journal->plan->steps[journal->nsteps++] = *step;
}

/* Ten thousand servers are in no cache; those of one service are fetched together. */
static void fetch(const struct lvs_service *service)
{
	for (uint32_t i = 0; i < LVS_MIN(service->nservers, FETCHED); i++) {
		const char *server = (const char *)service->servers[i];

		for (size_t at = 0; at < sizeof(struct lvs_server); at += CACHE_LINE)
			__builtin_prefetch(server + at, 1);
	}
}

/* Servers of one service come one after the other. */
static struct lvs_service *find_again(struct journal *journal, const struct lvs_conf_service *conf)
{
	if (journal->last != conf || !journal->found) {
		journal->last = conf;
		journal->found = find_service(journal->rules, conf);
		if (journal->found)
			fetch(journal->found);
	}
	return journal->found;
}

/* Adds, or takes over what was made at run time. @planned: its spec, without the overlay */
static int put_server(struct journal *journal, const struct lvs_conf_service *of, const struct lvs_conf_server *conf,
		      const struct lvs_server_spec *planned)
{
	struct step *step = &journal->plan->steps[journal->nsteps];
	struct lvs_server_spec spec = *planned;
	int err;

	step->service = find_again(journal, of);
	if (!step->service)
		return -ENOENT;
	if (journal->overlay)
		journal->overlay->apply(journal->overlay->arg, of, conf, &spec);
	step->server = lvs_server_find(step->service, &spec.addr, spec.port);
	if (step->server) {
		step->kind = SERVER_EDITED;
		step->server_was = step->server->spec;
		err = lvs_server_edit(journal->rules, step->server, &spec);
	} else {
		step->kind = SERVER_ADDED;
		err = lvs_server_add(journal->rules, step->service, &spec, &step->server);
	}
	journal->nsteps += !err;
	return err;
}

static int put_service_alone(struct journal *journal, const struct lvs_service_spec *spec)
{
	struct step step = { .service = lvs_service_find(journal->rules, &spec->key) };
	struct lvs_service_spec *was = &journal->plan->were[journal->nwere];
	int err;

	if (step.service) {
		step.kind = SERVICE_EDITED;
		step.service_was = was;
		*was = step.service->spec;
		journal->nwere++;
		err = lvs_service_edit(journal->rules, step.service, spec);
	} else {
		step.kind = SERVICE_ADDED;
		err = lvs_service_add(journal->rules, spec, &step.service);
	}
	if (!err)
		note(journal, &step);
	return err;
}

static int put_service(struct journal *journal, const struct lvs_conf_service *conf)
{
	int err = put_service_alone(journal, &journal->plan->services[journal->nservices++]);

	for (size_t i = 0; !err && i < conf->nservers; i++)
		err = put_server(journal, conf, &conf->servers[i], &journal->plan->servers[journal->nservers++]);
	return err;
}

static void drop_server(struct journal *journal, const struct lvs_conf_service *of)
{
	const struct lvs_server_spec *spec = &journal->plan->servers[journal->nservers++];
	struct step step = { .kind = SERVER_REMOVED, .service = find_again(journal, of) };
	struct lvs_server *server = step.service ? lvs_server_find(step.service, &spec->addr, spec->port) : NULL;

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
	const struct lvs_service_spec *spec = &journal->plan->services[journal->nservices++];
	bool gone = !lvs_service_find(journal->rules, &spec->key);
	int err = put_service_alone(journal, spec);

	for (size_t i = 0; gone && !err && i < conf->nservers; i++) {
		struct lvs_server_spec server = lvs_spec_server(&conf->servers[i]);

		err = put_server(journal, conf, &conf->servers[i], &server);
	}
	return err;
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
		drop_server(journal, change->old_service);
		return 0;
	case LVS_CONF_SERVER_ADDED:
	case LVS_CONF_SERVER_EDITED:
		return put_server(journal, change->new_service, change->new_server,
				  &journal->plan->servers[journal->nservers++]);
	}
	return -EINVAL;
}

/* Fails at most for want of memory that was given back a moment ago; nothing better can be done then than to go on. */
static void undo(struct journal *journal)
{
	while (journal->nsteps > 0) {
		struct step *step = &journal->plan->steps[--journal->nsteps];

		switch (step->kind) {
		case MARKS_SET:
			swap_marks(journal);
			break;
		case SERVICE_ADDED:
			lvs_service_remove(journal->rules, step->service, journal->now);
			break;
		case SERVICE_EDITED:
			(void)lvs_service_edit(journal->rules, step->service, step->service_was);
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

/* What @change asks room for: @ret_steps at most, and so many specs. */
static void count(const struct lvs_conf_change *change, size_t *ret_services, size_t *ret_servers, size_t *ret_steps)
{
	*ret_services = change->kind == LVS_CONF_SERVICE_ADDED || change->kind == LVS_CONF_SERVICE_EDITED;
	*ret_servers = change->kind == LVS_CONF_SERVER_REMOVED || change->kind == LVS_CONF_SERVER_EDITED ||
		       change->kind == LVS_CONF_SERVER_ADDED;
	if (change->kind == LVS_CONF_SERVICE_ADDED)
		*ret_servers = change->new_service->nservers;
	*ret_steps = 1 + (*ret_services ? change->new_service->nservers : 0);
}

static void plan_change(struct lvs_rules_plan *plan, const struct lvs_conf_change *change, size_t *services, size_t *servers)
{
	switch (change->kind) {
	case LVS_CONF_SERVICE_ADDED:
		for (size_t i = 0; i < change->new_service->nservers; i++)
			plan->servers[(*servers)++] = lvs_spec_server(&change->new_service->servers[i]);
		plan->services[(*services)++] = lvs_spec_service(change->new_service);
		break;
	case LVS_CONF_SERVICE_EDITED:
		plan->services[(*services)++] = lvs_spec_service(change->new_service);
		break;
	case LVS_CONF_SERVER_REMOVED:
		plan->servers[(*servers)++] = lvs_spec_server(change->old_server);
		break;
	case LVS_CONF_SERVER_ADDED:
	case LVS_CONF_SERVER_EDITED:
		plan->servers[(*servers)++] = lvs_spec_server(change->new_server);
		break;
	case LVS_CONF_SET:
	case LVS_CONF_MARKS:
	case LVS_CONF_SITES_CHANGED:
	case LVS_CONF_SERVICE_REMOVED:
		break;
	}
}

/* Filled with zeros by hand: the kernel gives the pages here, and not when they are needed. */
static void *new_room(size_t n, size_t size)
{
	void *room = reallocarray(NULL, n + 1, size);

	return room ? memset(room, 0, (n + 1) * size) : NULL;
}

void lvs_rules_plan_free(struct lvs_rules_plan *plan)
{
	if (!plan)
		return;
	free(plan->services);
	free(plan->servers);
	free(plan->were);
	free(plan->steps);
	free(plan);
}

int lvs_rules_plan_new(const struct lvs_conf_diff *diff, const struct lvs_conf *conf, struct lvs_rules_plan **ret_plan)
{
	struct lvs_rules_plan *plan = calloc(1, sizeof(*plan));
	size_t services = 0, servers = 0, steps = 0, n[3];

	if (!plan)
		return -ENOMEM;
	plan->diff = diff;
	plan->conf = conf;
	for (size_t i = 0; i < diff->n; i++) {
		count(&diff->changes[i], &n[0], &n[1], &n[2]);
		services += n[0];
		servers += n[1];
		steps += n[2];
	}
	plan->services = new_room(services, sizeof(*plan->services));
	plan->were = new_room(services, sizeof(*plan->were));
	plan->servers = new_room(servers, sizeof(*plan->servers));
	plan->steps = new_room(steps, sizeof(*plan->steps));
	if (!plan->services || !plan->were || !plan->servers || !plan->steps) {
		lvs_rules_plan_free(plan);
		return -ENOMEM;
	}
	services = servers = 0;
	for (size_t i = 0; i < diff->n; i++)
		plan_change(plan, &diff->changes[i], &services, &servers);
	*ret_plan = plan;
	return 0;
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

static int load_service(struct lvs_rules *rules, const struct lvs_conf_service *conf, const struct lvs_rules_overlay *overlay)
{
	struct lvs_service_spec spec = lvs_spec_service(conf);
	struct lvs_service *service;
	struct lvs_server *server;
	int err = lvs_service_add(rules, &spec, &service);

	for (size_t i = 0; !err && i < conf->nservers; i++) {
		struct lvs_server_spec of = overlaid(overlay, conf, &conf->servers[i]);

		err = lvs_server_add(rules, service, &of, &server);
	}
	return err;
}

int lvs_rules_load(struct lvs_engine *engine, const struct lvs_conf *conf, const struct lvs_rules_overlay *overlay)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_classifier *classifier = NULL;
	int err;

	lvs_rules_set_sites(rules, conf->geo.table);
	set_masquerade(engine, &conf->director);
	err = set_sources(engine, &conf->director);
	if (!err)
		err = make_classifier(conf, &rules->key, &classifier);
	if (!err)
		lvs_classifier_free(lvs_rules_set_classifier(rules, classifier));
	for (size_t i = 0; !err && i < conf->nservices; i++)
		err = load_service(rules, &conf->services[i], overlay);
	return err;
}

static void remove_services(struct journal *journal, const struct lvs_conf_diff *diff)
{
	for (size_t i = 0; i < diff->n; i++) {
		struct lvs_service *service;

		if (diff->changes[i].kind != LVS_CONF_SERVICE_REMOVED)
			continue;
		service = find_service(journal->rules, diff->changes[i].old_service);
		if (!service)
			continue;	/* it was removed at run time already */
		fetch(service);
		lvs_service_remove(journal->rules, service, journal->now);
	}
}

/* Another one of the director's addresses, or another use of them: all that goes through every server there is. */
static bool sources_differ(const struct lvs_conf_diff *diff)
{
	static const char *const names[] = { "dip", "dip6", "source_pool", "source_ports", "masquerade" };

	for (size_t i = 0; i < diff->n; i++)
		for (size_t k = 0; diff->changes[i].kind == LVS_CONF_SET && k < ARRAY_LEN(names); k++)
			if (strcmp(lvs_conf_key_name(diff->changes[i].key), names[k]) == 0)
				return true;
	return false;
}

int lvs_rules_apply(struct lvs_engine *engine, struct lvs_rules_plan *plan, struct lvs_classifier **classifier,
		    const struct lvs_rules_overlay *overlay, lvs_ns now)
{
	struct journal journal = { .rules = lvs_engine_rules(engine), .plan = plan, .classifier = classifier,
				   .overlay = overlay, .now = now };
	const struct lvs_conf_diff *diff = plan->diff;
	const struct lvs_conf *conf = plan->conf;
	const bool sources = sources_differ(diff);
	struct lvs_engine_settings settings;
	int err = 0;

	for (size_t i = 0; !err && i < diff->n; i++)
		err = apply_change(&journal, &diff->changes[i]);
	if (!err && sources)
		err = set_sources(engine, &conf->director);
	if (err) {
		undo(&journal);
		return err;
	}
	remove_services(&journal, diff);
	if (journal.rules->sites != conf->geo.table)
		lvs_rules_set_sites(journal.rules, conf->geo.table);
	lvs_spec_settings(conf, &settings);
	lvs_engine_configure(engine, &settings, now);
	if (sources)
		set_masquerade(engine, &conf->director);
	journal.rules->edition++;
	return 0;
}

int lvs_rules_refresh(struct lvs_engine *engine, const struct lvs_conf_service *service,
		      const struct lvs_conf_server *server, const struct lvs_rules_overlay *overlay)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_server_spec spec = overlaid(overlay, service, server);
	struct lvs_service *of = find_service(rules, service);
	struct lvs_server *there = of ? lvs_server_find(of, &spec.addr, spec.port) : NULL;

	if (!there || (there->spec.down == spec.down && there->spec.weight == (spec.drain || spec.down ? 0 : spec.weight)))
		return 0;
	return lvs_server_edit(rules, there, &spec);
}

int lvs_rules_put_sorry(struct lvs_engine *engine, const struct lvs_conf_service *service,
			const struct lvs_conf_server *sorry)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_service *of = find_service(rules, service);
	struct lvs_server_spec spec = lvs_spec_server(sorry);
	struct lvs_server *server;
	int err = of ? lvs_server_add(rules, of, &spec, &server) : 0;

	return err == -EEXIST ? 0 : err;
}

static struct lvs_server *find_sorry(struct lvs_rules *rules, const struct lvs_conf_service *service,
				     const struct lvs_conf_server *sorry)
{
	struct lvs_service *of = find_service(rules, service);

	return of ? lvs_server_find(of, &sorry->addr, LVS_BE16(sorry->port)) : NULL;
}

int lvs_rules_rest_sorry(struct lvs_engine *engine, const struct lvs_conf_service *service,
			 const struct lvs_conf_server *sorry, bool rest, bool *ret_busy)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_server *server = find_sorry(rules, service, sorry);
	struct lvs_server_spec spec;

	*ret_busy = false;
	if (!server)
		return 0;
	*ret_busy = (server->active || server->inactive) && !server->service->spec.persist.keep;
	if (server->spec.down == rest)
		return 0;
	spec = lvs_spec_server(sorry);
	spec.down = rest;
	return lvs_server_edit(rules, server, &spec);
}

void lvs_rules_drop_sorry(struct lvs_engine *engine, const struct lvs_conf_service *service,
			  const struct lvs_conf_server *sorry, lvs_ns now)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	struct lvs_server *server = find_sorry(rules, service, sorry);

	if (server)
		lvs_server_remove(rules, server, now);
}
