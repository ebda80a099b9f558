// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For each service whose servers may be down there is a record, with one for each server and one for each of its checks.
 * A reload makes a second set of them beside the first one: who has not changed lends its record to the new set, and
 * moves when that comes into force, so that a reload costs what has changed and no more; who has changed takes over what
 * is known. Probes are shared by what they ask: while both sets are there no verdict is lost.
 *
 * Packets wait while a set comes into force, so little is left to be done then. Everything that the configurations alone
 * decide is drafted before, beside the loop; meanwhile the loop writes what becomes known into the records of the first set, so
 * that of these only pointers are looked at. What the first set has that nobody needs any more is given back in portions,
 * turn by turn.
 */
#include "lvsd/health_records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/diff.h"
#include "conf/keys.h"
#include "conf/order.h"
#include "engine/server.h"
#include "sys/clock.h"

/* @probes: NULL: those that it watches are drafts */
static void free_service(struct lvs_probes *probes, struct service_health *service)
{
	if (!service)
		return;
	lvs_list_remove(&service->stirred);
	if (service->of_due.at)
		lvs_heap_remove(&service->health->due, &service->of_due);
	for (size_t i = 0; service->block && i < service->n; i++) {
		struct server_health *server = &service->block[i];

		for (size_t k = 0; probes && k < server->nchecks && !server->lender; k++)
			lvs_probes_unwatch(probes, &server->checks[k].watch);
		if (!server->lender)
			free(server->checks);
		lvs_health_history_fini(&server->history);
	}
	free(service->servers);
	free(service->block);
	free(service);
}

static void free_set(struct lvs_health_set *set)
{
	for (; set->services && set->at < set->n; set->at++)
		if (!set->borrowed[set->at])
			free_service(set->joined ? set->health->probes : NULL, set->services[set->at]);
	lvs_list_remove(&set->retired);
	(void)lvs_probe_drafts_fini(&set->drafts, SIZE_MAX);
	lvs_conf_needs_fini(&set->needs);
	free(set->services);
	free(set->borrowed);
	free(set);
}

void lvs_health_free_sets(struct lvs_health *health)
{
	while (!lvs_list_empty(&health->retired))
		free_set(lvs_list_entry(health->retired.next, struct lvs_health_set, retired));
	if (health->set)
		free_set(health->set);
	health->set = NULL;
}

void lvs_health_release(struct lvs_health *health, size_t portion)
{
	struct lvs_health_set *set;
	size_t done = 0;

	if (lvs_list_empty(&health->retired))
		return;
	set = lvs_list_entry(health->retired.next, struct lvs_health_set, retired);
	for (; set->at < set->n && done < portion; set->at++) {
		struct service_health *service = set->services[set->at];

		done += service ? service->n + 1 : 0;
		free_service(health->probes, service);
	}
	if (done < portion && lvs_probe_drafts_fini(&set->drafts, portion - done))
		free_set(set);
}

/* Can anybody of it be anything else than the configuration says? */
static bool has_health(const struct lvs_conf_service *service)
{
	if (service->ncheck || service->nchecks || service->sorry_server.on || service->slow_start.on || service->passive.on)
		return true;
	for (size_t i = 0; i < service->nservers; i++)
		if (service->servers[i].ncheck || service->servers[i].nchecks || service->servers[i].maintenance)
			return true;
	return false;
}

static int refuse(const struct lvs_conf_service *service, const struct lvs_conf_server *server, const char *type,
		  const char *reason, char message[LVS_HEALTH_MESSAGE_BYTES], int err)
{
	(void)snprintf(message, LVS_HEALTH_MESSAGE_BYTES, "service \"%s\": server \"%s\": %s check: %s", service->name,
		       server->name, type, reason);
	return err;
}

static int draft_checks(struct lvs_health_set *set, struct service_health *service, struct server_health *server,
			char message[LVS_HEALTH_MESSAGE_BYTES])
{
	struct lvs_check_param params[LVS_HEALTH_PARAMS_MAX];
	const struct lvs_conf_service *conf = service->conf;
	const struct lvs_conf_check *check;
	char reason[LVS_CHECK_MESSAGE_BYTES];
	struct lvs_probe_spec spec;
	size_t n = 0;
	int err;

	while (lvs_health_check_of(conf, server->conf, n))
		n++;
	server->checks = calloc(n + 1, sizeof(*server->checks));
	if (!server->checks)
		return -ENOMEM;
	for (; server->nchecks < n; server->nchecks++) {
		struct check_watch *watch = &server->checks[server->nchecks];

		check = lvs_health_check_of(conf, server->conf, server->nchecks);
		watch->of = service;
		watch->watch.changed = lvs_health_changed;
		watch->watch.left = lvs_health_left;
		lvs_health_spec(conf, server->conf, check, params, &spec);
		err = lvs_probes_draft(set->health->probes, &set->drafts, &spec, &watch->watch, reason);
		if (err)
			return refuse(conf, server->conf, check->type, reason, message, err);
	}
	return 0;
}

static bool key_equal(const struct lvs_conf_group *group, const char *name, const void *a, const void *b)
{
	return lvs_conf_key_equal(lvs_conf_group_find(group, name), a, b);
}

/* Are servers that do not say how asked in the same way? */
static bool asks_alike(const struct lvs_conf_service *a, const struct lvs_conf_service *b)
{
	return key_equal(&lvs_conf_service_group, "check", a, b) && key_equal(&lvs_conf_service_group, "checks", a, b) &&
	       key_equal(&lvs_conf_service_group, "flap", a, b);
}

static bool is_asked_alike(const struct lvs_conf_server *a, const struct lvs_conf_server *b)
{
	/* Through the VIP it is asked by its forwarding method. */
	return !strcmp(a->forward, b->forward) && key_equal(&lvs_conf_server_group, "check", a, b) &&
	       key_equal(&lvs_conf_server_group, "checks", a, b);
}

/* @server->was and conf are set. @alike: its service asks as before */
static int draft_server(struct lvs_health_set *set, struct service_health *service, struct server_health *server, bool alike,
			char message[LVS_HEALTH_MESSAGE_BYTES])
{
	struct server_health *was = server->was;

	if (!was || !alike || !is_asked_alike(was->conf, server->conf))
		return draft_checks(set, service, server, message);
	server->lender = was;
	server->checks = was->checks;
	server->nchecks = was->nchecks;
	return 0;
}

static int by_server(const void *key, const void *element)
{
	const struct server_health *const *server = element;

	return lvs_conf_order_servers(key, (*server)->conf);
}

static int by_servers(const void *a, const void *b)
{
	const struct server_health *const *x = a, *const *y = b;

	return lvs_conf_order_servers((*x)->conf, (*y)->conf);
}

/* Return: the servers of @service by key, to be freed; NULL without memory */
static struct server_health **sort_servers(const struct service_health *service)
{
	struct server_health **sorted = calloc(service->n + 1, sizeof(struct server_health *));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < service->n; i++)
		sorted[i] = service->servers[i];
	qsort(sorted, service->n, sizeof(struct server_health *), by_servers);
	return sorted;
}

static struct server_health *find_server(struct server_health **sorted, size_t n, const struct lvs_conf_server *conf)
{
	struct server_health **found = sorted ? bsearch(conf, sorted, n, sizeof(struct server_health *), by_server) : NULL;

	return found ? *found : NULL;
}

/* Another order of servers in the file is no change, but records stand in the file's order. */
static bool same_order(const struct service_health *service, const struct lvs_conf_service *conf)
{
	for (size_t i = 0; i < service->n; i++)
		if (lvs_conf_order_servers(service->servers[i]->conf, &conf->servers[i]) != 0)
			return false;
	return true;
}

static struct service_health *new_service(struct lvs_health *health, const struct lvs_conf_service *conf,
					  struct service_health *was)
{
	struct service_health *service = calloc(1, sizeof(*service));

	if (!service)
		return NULL;
	service->health = health;
	service->conf = conf;
	service->was = was;
	service->n = conf->nservers;
	lvs_list_init(&service->stirred);
	service->servers = calloc(conf->nservers + 1, sizeof(struct server_health *));
	service->block = calloc(conf->nservers + 1, sizeof(*service->block));
	if (service->servers && service->block)
		return service;
	free_service(NULL, service);
	return NULL;
}

static int by_conf(const void *key, const void *element)
{
	const struct lvs_conf_server *const *server = element;

	return lvs_conf_order_servers(key, *server);
}

/* Servers of @old, which has no record, are up: nobody was there who could have said anything else. */
static int mark_unrecorded(struct service_health *service, const struct lvs_conf_service *old)
{
	const struct lvs_conf_server **sorted = lvs_conf_sorted_servers(old);

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < service->n; i++) {
		struct server_health *server = service->servers[i];

		server->unrecorded = bsearch(server->conf, sorted, old->nservers, sizeof(*sorted), by_conf);
	}
	free(sorted);
	return 0;
}

/* @was: the same service before, or NULL; @old: it too, of the configuration in force, or NULL */
static int draft_service(struct lvs_health_set *set, const struct lvs_conf_service *conf, struct service_health *was,
			 const struct lvs_conf_service *old, char message[LVS_HEALTH_MESSAGE_BYTES],
			 struct service_health **ret_service)
{
	struct service_health *service = new_service(set->health, conf, was);
	struct server_health **sorted = was ? sort_servers(was) : NULL;
	bool alike = was && asks_alike(was->conf, conf);
	int err = service && (!was || sorted) ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < conf->nservers; i++) {
		struct server_health *server = &service->block[i];

		service->servers[i] = server;
		server->conf = &conf->servers[i];
		server->was = find_server(sorted, was ? was->n : 0, server->conf);
		server->late = old;
		err = draft_server(set, service, server, alike, message);
	}
	if (!err && old && !was)
		err = mark_unrecorded(service, old);
	free(sorted);
	if (err)
		free_service(NULL, service);
	else
		*ret_service = service;
	return err;
}

static void overlay(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		    struct lvs_server_spec *spec)
{
	const struct lvs_health_set *set = arg;
	const struct service_health *of = set->services[service - set->conf->services];
	struct server_health *health = of ? of->servers[server - service->servers] : NULL;

	if (!health)
		return;
	spec->down = health->down;
	spec->reset = service->on_failure == LVS_CONF_RESET && health->state == LVS_HEALTH_DOWN;
	spec->weight = health->weight;
	health->done_down = health->down;
	health->done_weight = health->weight;
}

static struct lvs_health_set *new_set(struct lvs_health *health, const struct lvs_conf *conf)
{
	struct lvs_health_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->health = health;
	set->conf = conf;
	set->n = conf->nservices;
	lvs_list_init(&set->retired);
	set->services = calloc(set->n + 1, sizeof(struct service_health *));
	set->borrowed = calloc(set->n + 1, sizeof(*set->borrowed));
	set->overlay = (struct lvs_rules_overlay){ .apply = overlay, .arg = set };
	if (set->services && set->borrowed && lvs_conf_needs_init(conf, &set->needs) == 0)
		return set;
	free_set(set);
	return NULL;
}

static int by_service(const void *key, const void *element)
{
	const struct lvs_conf_service *const *service = element;

	return lvs_conf_order_services(key, *service);
}

/* Who stands in a diff: every other service is as it was. Return: to be freed; NULL without memory */
static bool *changed_services(const struct lvs_conf *conf, const struct lvs_conf_diff *diff)
{
	bool *changed = calloc(conf->nservices + 1, sizeof(*changed));

	for (size_t i = 0; changed && diff && i < diff->n; i++)
		if (diff->changes[i].new_service)
			changed[diff->changes[i].new_service - conf->services] = true;
	return changed;
}

/* Who had a record keeps one, even where nobody can be down any more: somebody may be down until now. */
static int fill_set(struct lvs_health_set *set, const bool *changed, char message[LVS_HEALTH_MESSAGE_BYTES])
{
	const struct lvs_health_set *before = set->health->set;
	const struct lvs_conf *old = before ? before->conf : NULL;
	const struct lvs_conf_service **sorted = old ? lvs_conf_sorted_services(old) : NULL;
	int err = old && !sorted ? -ENOMEM : 0;

	for (size_t i = 0; !err && i < set->n; i++) {
		const struct lvs_conf_service *conf = &set->conf->services[i], *const *found;
		struct service_health *was = NULL;

		found = old ? bsearch(conf, sorted, old->nservices, sizeof(*sorted), by_service) : NULL;
		if (found)
			was = before->services[*found - old->services];
		if (was && !changed[i] && same_order(was, conf)) {
			set->services[i] = was;
			set->borrowed[i] = true;
		} else if (was || has_health(conf) || lvs_conf_needs_concern(&set->needs, i)) {
			err = draft_service(set, conf, was, found ? *found : NULL, message, &set->services[i]);
			if (!err)	/* it waits for what it depends on, unless it served before, with a record or without */
				set->services[i]->lacking = *conf->depends_on.names && !found;
		}
	}
	free(sorted);
	return err;
}

int lvs_health_draft(struct lvs_health *health, const struct lvs_conf *conf, const struct lvs_conf_diff *diff,
		     char message[LVS_HEALTH_MESSAGE_BYTES], struct lvs_health_set **ret_set)
{
	struct lvs_health_set *set = new_set(health, conf);
	bool *changed = changed_services(conf, diff);
	int err;

	(void)snprintf(message, LVS_HEALTH_MESSAGE_BYTES, "no memory for health checks");
	err = set && changed ? fill_set(set, changed, message) : -ENOMEM;
	free(changed);
	if (!err)
		*ret_set = set;
	else if (set)
		free_set(set);
	return err;
}

/* What is known of it, and whether it is in. */
static void inherit_server(struct service_health *service, struct server_health *server, lvs_ns now)
{
	const struct lvs_health_options *options = &service->health->options;
	const struct server_health *was = server->was;

	if (!was) {
		server->since = now;
		server->in = server->unrecorded;
		server->done_weight = server->unrecorded ? server->conf->weight : 0;
		/* The first check of a server that serves does not take it out. Without any nobody will ever say that it is up. */
		if (server->unrecorded || !server->nchecks)
			server->state = server->known = server->said = LVS_HEALTH_UP;
		else if (!service->health->set && options->recall)
			server->recalled = options->recall(options->arg, service->conf, server->conf);
		return;
	}
	server->state = was->state;
	server->known = was->known;
	server->recalled = was->recalled;
	server->said = was->said;
	server->said_drains = was->said_drains;
	server->since = was->since;
	server->came = was->came;
	server->late = was->late;
	server->in = was->in;
	server->drains = was->drains;
	server->kept = was->kept;
	server->starting = was->starting;
	server->down = was->down;
	server->weight = was->weight;
	server->done_down = was->done_down;
	server->done_weight = was->done_weight;
}

static void inherit(struct service_health *service, lvs_ns now)
{
	const struct service_health *was = service->was;

	service->quorum = was ? was->quorum : true;
	service->said_quorum = was ? was->said_quorum : true;
	if (was) {
		service->lacking = *service->conf->depends_on.names && was->lacking;
		service->told_quorum = was->told_quorum;
		service->said_kept = was->said_kept;
		service->sorry_in = was->sorry_in;
		service->sorry_rests = was->sorry_rests;
		if (was->sorry_in)
			service->sorry = was->sorry;
	}
	for (size_t i = 0; i < service->n; i++)
		inherit_server(service, service->servers[i], now);
}

int lvs_health_prepare(struct lvs_health *health, struct lvs_health_set *set)
{
	lvs_ns now = lvs_clock_now();
	int err = lvs_heap_reserve(&health->due, set->n + (health->set ? health->set->n : 0) + 1);

	if (!err)
		err = lvs_probes_join(health->probes, &set->drafts);
	if (err)
		return err;
	set->joined = true;
	for (size_t i = 0; i < set->n; i++) {
		if (!set->services[i] || set->borrowed[i])
			continue;
		inherit(set->services[i], now);
		lvs_health_assess(set->services[i], now);
	}
	lvs_health_foresee(set, now);
	return 0;
}

const struct lvs_rules_overlay *lvs_health_overlay(struct lvs_health_set *set)
{
	return &set->overlay;
}

void lvs_health_discard(struct lvs_health_set *set)
{
	if (set)
		free_set(set);
}

/* What was lent moves, and knows its place in the configuration. */
static void move_in(struct service_health *service, const struct lvs_conf_service *conf)
{
	service->conf = conf;
	for (size_t i = 0; i < service->n; i++)
		service->servers[i]->conf = &conf->servers[i];
}

/* What single servers had, or were lent, becomes theirs. */
static void take_over(struct service_health *service)
{
	for (size_t i = 0; i < service->n; i++) {
		struct server_health *server = service->servers[i];

		if (server->was)
			lvs_health_history_go_on(&server->was->history, &server->history);
		server->was = NULL;
		if (!server->lender)
			continue;
		server->lender->checks = NULL;
		server->lender->nchecks = 0;
		server->lender = NULL;
		for (size_t k = 0; k < server->nchecks; k++)
			server->checks[k].of = service;
	}
	service->was = NULL;
}

/* The sorry server of before may be one of the servers now. */
static void look_for_sorry(struct service_health *service)
{
	for (size_t i = 0; i < service->n && service->sorry_in; i++)
		if (lvs_conf_order_servers(&service->conf->servers[i], &service->sorry) == 0)
			service->sorry_in = service->sorry_rests = false;
}

/* @set is not in force any more. */
static void retire(struct lvs_health *health, struct lvs_health_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct service_health *service = set->services[i];

		if (!service)
			continue;
		service->retired = true;
		lvs_list_remove(&service->stirred);
		lvs_heap_remove(&health->due, &service->of_due);
	}
	lvs_list_push_back(&health->retired, &set->retired);
}

void lvs_health_adopt(struct lvs_health *health, struct lvs_health_set *set)
{
	struct lvs_health_set *old = health->set;
	lvs_ns now = lvs_clock_now();

	for (size_t i = 0; i < set->n; i++) {
		if (!set->borrowed[i])
			continue;
		old->services[set->services[i]->conf - old->conf->services] = NULL;
		move_in(set->services[i], &set->conf->services[i]);
	}
	health->set = set;
	for (size_t i = 0; i < set->n; i++) {
		if (!set->services[i] || set->borrowed[i])
			continue;
		take_over(set->services[i]);
		look_for_sorry(set->services[i]);
		lvs_health_give_turn(set->services[i]);
	}
	memset(set->borrowed, 0, set->n * sizeof(*set->borrowed));
	if (old) {
		/* Drafts of probes that there were already: to be given back too. */
		old->drafts = set->drafts;
		set->drafts = (struct lvs_probe_drafts){ .at = 0 };
		retire(health, old);
	} else {
		(void)lvs_probe_drafts_fini(&set->drafts, SIZE_MAX);
	}
	lvs_health_settle(health, now);
	lvs_health_arm(health, now);
}
