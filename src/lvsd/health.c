// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For each service whose servers may be down there is a record, with one for each server and one for each of its checks.
 * A reload makes a second set of them beside the first one: who has not changed lends its record to the new set, and
 * moves when that comes into force, so that a reload costs what has changed and no more; who has changed takes over what
 * is known. Probes are shared by what they ask: while both sets are there no verdict is lost.
 *
 * When a verdict changes its service is put on a list, and judged in the loop's next turn: of a hundred servers that fall
 * together, some dozens are judged at once.
 */
#include "lvsd/health.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "conf/diff.h"
#include "conf/keys.h"
#include "conf/order.h"
#include "engine/server.h"
#include "lvsd/health_records.h"
#include "sys/clock.h"
#include "sys/entropy.h"
#include "sys/log.h"
#include "sys/loop.h"

void lvs_health_arm(struct lvs_health *health, lvs_ns now)
{
	lvs_ns due = lvs_list_empty(&health->stirred) && lvs_list_empty(&health->over) ? LVS_NS_NEVER : now;
	const struct service_health *service;

	lvs_list_for_each(service, &health->due, of_due)
		due = LVS_MIN(due, service->due);
	lvs_timer_start(health->timer, due, now);
}

static void stir(struct service_health *service)
{
	lvs_list_remove(&service->stirred);
	lvs_list_push_back(&service->health->stirred, &service->stirred);
}

static void on_changed(struct lvs_probe_watch *watch)
{
	struct service_health *service = container_of(watch, struct check_watch, watch)->of;

	stir(service);
	lvs_health_arm(service->health, lvs_clock_now());
}

/* All that is stirred, and what depends on it. */
static void judge(struct lvs_health *health, lvs_ns now)
{
	struct service_health *service;

	lvs_list_for_each(service, &health->stirred, stirred)
		lvs_health_assess(service, now);
	lvs_health_depend(health, now);
	while (!lvs_list_empty(&health->stirred)) {
		service = lvs_list_entry(health->stirred.next, struct service_health, stirred);
		lvs_list_remove(&service->stirred);
		lvs_health_enact(service, now);
	}
}

static void on_timer(void *arg)
{
	struct service_health *service, *next;
	struct lvs_health *health = arg;
	lvs_ns now = lvs_clock_now();

	lvs_list_for_each_safe(service, next, &health->due, of_due)
		if (service->due <= now)
			stir(service);
	if (!lvs_list_empty(&health->stirred))
		judge(health, now);
	lvs_health_tell_runs(health);
	lvs_health_arm(health, now);
}

/* Every check that runs has a descriptor, and a few more when it is of HTTP. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);	/* else what is too many is BROKEN */
}

int lvs_health_new(const struct lvs_health_options *options, struct lvs_health **ret_health)
{
	struct lvs_health *health = calloc(1, sizeof(*health));
	uint64_t seed;
	int err = health ? lvs_entropy_fill(&seed, sizeof(seed)) : -ENOMEM;

	if (err) {
		free(health);
		return err;
	}
	raise_limit();
	health->options = *options;
	lvs_list_init(&health->stirred);
	lvs_list_init(&health->due);
	lvs_list_init(&health->runs);
	lvs_list_init(&health->over);
	err = lvs_timer_new(options->loop, on_timer, health, &health->timer);
	if (!err)
		err = lvs_probes_new(options->loop, options->runner, seed, &health->probes);
	if (err) {
		lvs_health_free(health);
		return err;
	}
	*ret_health = health;
	return 0;
}

static void free_server(struct lvs_health *health, struct server_health *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->nchecks && !server->lender; i++)
		lvs_probes_unwatch(health->probes, &server->checks[i].watch);
	if (!server->lender)
		free(server->checks);
	lvs_health_history_fini(&server->history);
	free(server);
}

static void free_service(struct lvs_health *health, struct service_health *service)
{
	if (!service)
		return;
	lvs_list_remove(&service->stirred);
	lvs_list_remove(&service->of_due);
	for (size_t i = 0; service->servers && i < service->n; i++)
		free_server(health, service->servers[i]);
	free(service->servers);
	free(service);
}

static void free_set(struct lvs_health *health, struct lvs_health_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; set->services && i < set->n; i++)
		if (!set->borrowed[i])
			free_service(health, set->services[i]);
	lvs_conf_needs_fini(&set->needs);
	free(set->services);
	free(set->borrowed);
	free(set);
}

void lvs_health_free(struct lvs_health *health)
{
	if (!health)
		return;
	lvs_health_forget_runs(health);
	free_set(health, health->set);
	lvs_probes_free(health->probes);
	lvs_timer_free(health->timer);
	free(health);
}

/* Can anybody of it be anything else than the configuration says? */
static bool has_health(const struct lvs_conf_service *service)
{
	if (service->ncheck || service->nchecks || service->sorry_server.on)
		return true;
	for (size_t i = 0; i < service->nservers; i++)
		if (service->servers[i].ncheck || service->servers[i].nchecks || service->servers[i].maintenance)
			return true;
	return false;
}

static void say_trouble(struct lvs_health *health, const struct lvs_conf_service *service,
			const struct lvs_conf_server *server, const char *type, const char *message)
{
	lvs_log(health->options.log, LVS_LOG_ERROR, "service \"%s\": server \"%s\": %s check: %s", service->name,
		server->name, type, message);
}

static int watch_checks(struct service_health *service, struct server_health *server)
{
	struct lvs_check_param params[LVS_HEALTH_PARAMS_MAX];
	const struct lvs_conf_service *conf = service->conf;
	const struct lvs_conf_check *check;
	char message[LVS_CHECK_MESSAGE_BYTES];
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
		watch->watch.changed = on_changed;
		lvs_health_spec(conf, server->conf, check, params, &spec);
		err = lvs_probes_watch(service->health->probes, &spec, &watch->watch, message);
		if (err) {
			say_trouble(service->health, conf, server->conf, check->type, message);
			return err;
		}
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
	return key_equal(&lvs_conf_server_group, "check", a, b) && key_equal(&lvs_conf_server_group, "checks", a, b);
}

/* @was: the same server before, or NULL. @alike: its service asks as before */
static int make_server(struct service_health *service, const struct lvs_conf_server *conf, struct server_health *was,
		       bool late, bool alike, lvs_ns now, struct server_health **ret_server)
{
	struct server_health *server = calloc(1, sizeof(*server));
	struct lvs_health_history history = { .n = 0 };
	int err = server && was ? lvs_health_history_copy(&was->history, &history) : 0;

	if (!server || err) {
		free(server);
		return -ENOMEM;
	}
	server->since = now;
	server->late = late;
	if (was)
		*server = *was;
	server->history = history;
	server->conf = conf;
	if (was && alike && is_asked_alike(was->conf, conf)) {
		server->lender = was;
		*ret_server = server;
		return 0;
	}
	server->checks = NULL;
	server->nchecks = 0;
	err = watch_checks(service, server);
	if (!was && !server->nchecks)	/* nobody will ever say so */
		server->state = server->known = server->said = LVS_HEALTH_UP;
	else if (!was && !service->health->set && service->health->options.recall)
		server->recalled = service->health->options.recall(service->health->options.arg, service->conf, conf);
	if (err)
		free_server(service->health, server);
	else
		*ret_server = server;
	return err;
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

static struct service_health *new_service(struct lvs_health *health, const struct lvs_conf_service *conf,
					  const struct service_health *was)
{
	struct service_health *service = calloc(1, sizeof(*service));

	if (!service)
		return NULL;
	service->health = health;
	service->quorum = service->said_quorum = true;
	if (was)
		*service = *was;
	service->conf = conf;
	service->n = conf->nservers;
	lvs_list_init(&service->stirred);
	lvs_list_init(&service->of_due);
	service->servers = calloc(conf->nservers + 1, sizeof(struct server_health *));
	if (!service->servers) {
		free(service);
		return NULL;
	}
	return service;
}

/* @was: the same service before, or NULL. @fresh: there was none, with a record or without */
static int make_service(struct lvs_health *health, const struct lvs_conf_service *conf, const struct service_health *was,
			bool fresh, lvs_ns now, struct service_health **ret_service)
{
	struct service_health *service = new_service(health, conf, was);
	struct server_health **sorted = was ? sort_servers(was) : NULL;
	bool alike = was && asks_alike(was->conf, conf);
	int err = service && (!was || sorted) ? 0 : -ENOMEM;

	if (service)
		service->lacking = *conf->depends_on.names && (fresh || service->lacking);
	for (size_t i = 0; !err && i < conf->nservers; i++) {
		const struct lvs_conf_server *server = &conf->servers[i];

		err = make_server(service, server, find_server(sorted, was ? was->n : 0, server), was, alike,
				  now, &service->servers[i]);
	}
	free(sorted);
	if (err) {
		free_service(health, service);
		return err;
	}
	lvs_health_assess(service, now);
	*ret_service = service;
	return 0;
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

static struct lvs_health_set *new_set(const struct lvs_conf *conf)
{
	struct lvs_health_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->conf = conf;
	set->n = conf->nservices;
	set->services = calloc(set->n + 1, sizeof(struct service_health *));
	set->borrowed = calloc(set->n + 1, sizeof(*set->borrowed));
	set->overlay = (struct lvs_rules_overlay){ .apply = overlay, .arg = set };
	if (set->services && set->borrowed && lvs_conf_needs_init(conf, &set->needs) == 0)
		return set;
	free(set->services);
	free(set->borrowed);
	free(set);
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

/* Another order of servers in the file is no change, but records stand in the file's order. */
static bool same_order(const struct service_health *service, const struct lvs_conf_service *conf)
{
	for (size_t i = 0; i < service->n; i++)
		if (lvs_conf_order_servers(service->servers[i]->conf, &conf->servers[i]) != 0)
			return false;
	return true;
}

/* Who had a record keeps one, even where nobody can be down any more: somebody may be down until now. */
static int fill_set(struct lvs_health *health, struct lvs_health_set *set, const bool *changed, lvs_ns now)
{
	const struct lvs_conf *old = health->set ? health->set->conf : NULL;
	const struct lvs_conf_service **sorted = old ? lvs_conf_sorted_services(old) : NULL;
	int err = old && !sorted ? -ENOMEM : 0;

	for (size_t i = 0; !err && i < set->n; i++) {
		const struct lvs_conf_service *conf = &set->conf->services[i], *const *found;
		struct service_health *was = NULL;

		found = old ? bsearch(conf, sorted, old->nservices, sizeof(*sorted), by_service) : NULL;
		if (found)
			was = health->set->services[*found - old->services];
		if (was && !changed[i] && same_order(was, conf)) {
			set->services[i] = was;
			set->borrowed[i] = true;
		} else if (was || has_health(conf) || lvs_conf_needs_concern(&set->needs, i)) {
			err = make_service(health, conf, was, !found, now, &set->services[i]);
		}
	}
	free(sorted);
	if (!err)
		lvs_health_foresee(set, now);
	return err;
}

int lvs_health_prepare(struct lvs_health *health, const struct lvs_conf *conf, const struct lvs_conf_diff *diff,
		       struct lvs_health_set **ret_set)
{
	struct lvs_health_set *set = new_set(conf);
	bool *changed = changed_services(conf, diff);
	int err = set && changed ? fill_set(health, set, changed, lvs_clock_now()) : -ENOMEM;

	free(changed);
	if (err) {
		if (err == -ENOMEM)
			lvs_log(health->options.log, LVS_LOG_ERROR, "no memory for health checks");
		free_set(health, set);
		return err;
	}
	*ret_set = set;
	return 0;
}

const struct lvs_rules_overlay *lvs_health_overlay(struct lvs_health_set *set)
{
	return &set->overlay;
}

void lvs_health_discard(struct lvs_health *health, struct lvs_health_set *set)
{
	free_set(health, set);
}

/* What was lent moves, and knows its place in the configuration. */
static void move_in(struct service_health *service, const struct lvs_conf_service *conf)
{
	service->conf = conf;
	for (size_t i = 0; i < service->n; i++)
		service->servers[i]->conf = &conf->servers[i];
}

/* What was lent to single servers becomes theirs. */
static void take_over(struct service_health *service)
{
	for (size_t i = 0; i < service->n; i++) {
		struct server_health *server = service->servers[i];

		if (!server->lender)
			continue;
		server->lender->checks = NULL;
		server->lender->nchecks = 0;
		server->lender = NULL;
		for (size_t k = 0; k < server->nchecks; k++)
			server->checks[k].of = service;
	}
}

/* The sorry server of before may be one of the servers now. */
static void look_for_sorry(struct service_health *service)
{
	for (size_t i = 0; i < service->n && service->sorry_in; i++)
		if (lvs_conf_order_servers(&service->conf->servers[i], &service->sorry) == 0)
			service->sorry_in = false;
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
		stir(set->services[i]);
	}
	memset(set->borrowed, 0, set->n * sizeof(*set->borrowed));
	free_set(health, old);
	judge(health, now);
	lvs_health_arm(health, now);
}
