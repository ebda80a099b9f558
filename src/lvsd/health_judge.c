// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One service is judged as a whole, since what one server may do depends on the others: verdicts make states, states say
 * who may be in, protection keeps the last ones, weights make a quorum, and without one the sorry server takes over. Then
 * each server has a weight, or is down, and the engine is told where that is new.
 *
 * Judging says and changes nothing outside, so that a configuration can be judged before it is in force.
 */
#include "lvsd/health_records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check/quorum.h"
#include "check/slow_start.h"
#include "engine/server.h"
#include "lvsd/tell.h"
#include "notify/notices.h"
#include "sys/log.h"

static const struct lvs_verdict *verdict_of(const struct server_health *server, size_t i)
{
	return lvs_probe_verdict(server->checks[i].watch.probe);
}

static uint32_t needed(const struct service_health *service, const struct server_health *server)
{
	return server->conf->checks_needed ? server->conf->checks_needed : service->conf->checks_needed;
}

/* What one of its checks was told outweighs what they found. */
static bool wishes(const struct server_health *server, enum lvs_check_wish wish)
{
	for (size_t i = 0; i < server->nchecks; i++)
		if (lvs_probe_answer(server->checks[i].watch.probe)->wish == wish)
			return true;
	return false;
}

static enum lvs_health_state state_of(const struct service_health *service, const struct server_health *server)
{
	enum lvs_health_state states[2 * LVS_CONF_CHECKS_MAX];

	if (server->conf->maintenance || wishes(server, LVS_CHECK_WISH_MAINTENANCE))
		return LVS_HEALTH_MAINTENANCE;
	for (size_t i = 0; i < server->nchecks; i++)
		states[i] = verdict_of(server, i)->state;
	return lvs_verdict_combine(states, server->nchecks, needed(service, server));
}

/* Is it unknown only because one of its checks has not come to a verdict yet? A check that cannot be run comes to none. */
static bool unjudged(const struct server_health *server)
{
	for (size_t i = 0; i < server->nchecks; i++)
		if (!verdict_of(server, i)->since)
			return true;
	return false;
}

static void wait_until(struct service_health *service, lvs_ns deadline)
{
	service->due = LVS_MIN(service->due, deadline);
}

/* Who has none by the operator's will is not given one by anybody else. */
static uint32_t answered_weight(const struct server_health *server)
{
	int64_t weight = server->conf->weight;

	for (size_t i = 0; i < server->nchecks && server->conf->weight; i++) {
		const struct lvs_check_answer *answer = lvs_probe_answer(server->checks[i].watch.probe);

		switch (answer->weight) {
		case LVS_CHECK_WEIGHT_UNSAID:
		case LVS_CHECK_WEIGHT_OWN:
			break;
		case LVS_CHECK_WEIGHT_PERCENT:
			/* A server that takes part at all is not to be rounded out. */
			weight = (weight * answer->value + 99) / 100;
			break;
		case LVS_CHECK_WEIGHT_ABSOLUTE:
			weight = answer->value;
			break;
		case LVS_CHECK_WEIGHT_PLUS:
			weight += answer->value;
			break;
		}
		weight = LVS_MIN(LVS_MAX(weight, 0), LVS_WEIGHT_MAX);
	}
	return wishes(server, LVS_CHECK_WISH_DRAIN) ? 0 : (uint32_t)weight;
}

static bool speaks_against(const struct server_health *server, const struct check_watch *check)
{
	const struct lvs_check_answer *answer = lvs_probe_answer(check->watch.probe);

	if (server->state == LVS_HEALTH_MAINTENANCE)
		return answer->wish == LVS_CHECK_WISH_MAINTENANCE;
	if (server->state == LVS_HEALTH_UP)
		return server->drains && (answer->wish == LVS_CHECK_WISH_DRAIN ||
					  (answer->weight > LVS_CHECK_WEIGHT_OWN && answer->value <= 0));
	return lvs_probe_verdict(check->watch.probe)->state == server->state;
}

/* Return: the check that speaks against it, or the first one; NULL if it has none */
static const struct check_watch *deciding(const struct server_health *server)
{
	for (size_t i = 0; i < server->nchecks; i++)
		if (speaks_against(server, &server->checks[i]))
			return &server->checks[i];
	return server->nchecks ? &server->checks[0] : NULL;
}

static void view_check(const struct check_watch *check, struct lvs_check_view *ret_view)
{
	static const char *const wishes_text[] = {
		[LVS_CHECK_WISH_UNSAID] = "", [LVS_CHECK_WISH_READY] = "",
		[LVS_CHECK_WISH_DRAIN] = "drain", [LVS_CHECK_WISH_MAINTENANCE] = "maintenance",
	};
	const struct lvs_verdict *verdict = lvs_probe_verdict(check->watch.probe);

	*ret_view = (struct lvs_check_view){
		.type = lvs_probe_check(check->watch.probe)->ops->name,
		.state = verdict->state,
		.since = verdict->since,
		.checked_at = verdict->checked_at,
		.latency = verdict->latency,
		.reason = verdict->checked_at ? verdict->reason : "no answer yet",
		.wish = wishes_text[lvs_probe_answer(check->watch.probe)->wish],
		.held = lvs_verdict_held(verdict, verdict->checked_at),
	};
}

/* Why it is as it is: "tcp check: connected"; "" if nobody was asked. */
static void give_reason(const struct server_health *server, char *buf, size_t size)
{
	const struct check_watch *check = deciding(server);
	struct lvs_check_view view;

	*buf = '\0';
	if (server->conf->maintenance) {
		(void)snprintf(buf, size, "maintenance");
	} else if (check) {
		view_check(check, &view);
		(void)snprintf(buf, size, "%s check: %s%s", view.type, view.reason,
			       view.held ? " (it came and went too often)" : "");
	}
}

/* @server->state was @from until now. */
static void note_change(struct server_health *server, enum lvs_health_state from)
{
	struct lvs_health_change change = { .time = (int64_t)time(NULL), .from = from, .to = server->state };

	give_reason(server, change.reason, sizeof(change.reason));
	lvs_health_history_add(&server->history, &change);
}

/* As far as it alone is concerned. */
static void assess_server(struct service_health *service, struct server_health *server, lvs_ns now)
{
	static const enum lvs_initial initials[] = {
		[LVS_CONF_INITIAL_DOWN] = LVS_INITIAL_DOWN, [LVS_CONF_INITIAL_UP] = LVS_INITIAL_UP,
		[LVS_CONF_INITIAL_LAST] = LVS_INITIAL_LAST,
	};
	const struct lvs_conf_service *conf = service->conf;
	enum lvs_initial initial = initials[conf->initial];
	lvs_ns wait = conf->initial_wait * LVS_NS_PER_MS;
	enum lvs_health_state state = state_of(service, server);

	server->answered = answered_weight(server);
	server->drains = state == LVS_HEALTH_UP && server->conf->weight && !server->conf->drain.on && !server->answered;
	if (state != server->state) {
		server->state = state;
		server->since = now;
	}
	if (state != LVS_HEALTH_UNKNOWN)
		server->known = state;
	/* An operator who changes how a server is asked does not mean to take it out until the first verdict. */
	if (server->known != LVS_HEALTH_UNKNOWN && unjudged(server))
		initial = LVS_INITIAL_LAST;
	server->up = lvs_initial_is_up(initial, state, server->known == LVS_HEALTH_UNKNOWN ? server->recalled : server->known,
			       now - server->since, wait);
	if (server->up && state == LVS_HEALTH_UNKNOWN)
		wait_until(service, server->since + wait);
}

static void protect(struct service_health *service)
{
	struct lvs_protected *list;

	service->kept = 0;
	for (size_t i = 0; i < service->n; i++)
		service->servers[i]->kept = false;
	if (!service->conf->min_servers)
		return;
	list = calloc(service->n + 1, sizeof(*list));
	if (!list)	/* then nobody is kept this time */
		return;
	for (size_t i = 0; i < service->n; i++) {
		const struct server_health *server = service->servers[i];

		list[i] = (struct lvs_protected){
			.live = server->up,
			.exempt = server->state == LVS_HEALTH_MAINTENANCE || server->conf->drain.on || !server->answered,
			/* Who was never up is the last resort. */
			.since = server->known == LVS_HEALTH_UNKNOWN ? 0 : server->since,
		};
	}
	service->kept = lvs_quorum_protect(list, service->n, service->conf->min_servers);
	for (size_t i = 0; i < service->n; i++)
		service->servers[i]->kept = list[i].ret_kept;
	free(list);
}

/* Sets what the server has when it is in. */
static void weigh(struct service_health *service, struct server_health *server, lvs_ns now)
{
	const struct lvs_conf_slow_start *conf = &service->conf->slow_start;
	const struct lvs_slow_start rules = {
		.time = conf->on ? conf->time * LVS_NS_PER_MS : 0,
		.curve = conf->curve == LVS_CONF_DOUBLING ? LVS_CURVE_DOUBLING : LVS_CURVE_LINEAR,
	};
	lvs_ns next = LVS_NS_NEVER;

	server->weight = server->answered;
	server->starting = false;
	if (!server->came)
		return;
	server->weight = lvs_slow_start_weight(&rules, server->weight, now - server->came, &next);
	server->starting = next != LVS_NS_NEVER;
	if (server->starting)
		wait_until(service, now + next);
}

static void count_live(struct service_health *service)
{
	service->live = service->known = 0;
	service->live_weight = 0;
	for (size_t i = 0; i < service->n; i++) {
		const struct server_health *server = service->servers[i];

		service->live += server->up;
		service->known += server->known != LVS_HEALTH_UNKNOWN;
		if ((server->up || server->kept) && !server->conf->drain.on)
			service->live_weight += server->answered;
	}
	service->quorum = lvs_quorum_is(service->quorum, service->conf->quorum, service->conf->quorum_hysteresis,
					service->live_weight);
}

void lvs_health_assess(struct service_health *service, lvs_ns now)
{
	bool sorry = service->conf->sorry_server.on, quiesce = service->conf->on_failure == LVS_CONF_QUIESCE;

	service->due = LVS_NS_NEVER;
	for (size_t i = 0; i < service->n; i++)
		assess_server(service, service->servers[i], now);
	protect(service);
	count_live(service);
	for (size_t i = 0; i < service->n; i++) {
		struct server_health *server = service->servers[i];
		bool was_in = server->in;

		server->in = (server->up || server->kept) && !service->lacking && (service->quorum || !sorry);
		/* In the beginning all come up at once: nobody has to be spared. */
		if (!server->in)
			server->came = 0;
		else if (!was_in && server->late)
			server->came = now;
		server->late = server->late || (server->known != LVS_HEALTH_UNKNOWN && !service->lacking);
		weigh(service, server, now);
		server->down = !server->in && (!quiesce || server->state == LVS_HEALTH_MAINTENANCE);
		if (!server->in)
			server->weight = server->down ? server->conf->weight : 0;
	}
}

static void say_server(const struct service_health *service, struct server_health *server)
{
	const char *name = service->conf->name, *who = server->conf->name;
	struct lvs_event event;

	if (server->said == server->state)
		return;
	lvs_tell_event(lvs_tell_state(server->state), lvs_tell_state(server->said), service->conf, server->conf, &event);
	note_change(server, server->said);
	server->said = server->state;
	event.has_weight = true;
	event.weight = server->down ? 0 : server->weight;
	if (service->health->options.noted)
		service->health->options.noted(service->health->options.arg);
	if (!server->conf->maintenance)
		give_reason(server, event.reason, sizeof(event.reason));
	lvs_notices_put(service->health->options.notices, &event, "service \"%s\": server \"%s\" is %s%s%s%s", name, who,
			server->state == LVS_HEALTH_MAINTENANCE ? "in " : "", lvs_health_names[server->state],
			*event.reason ? ": " : "", event.reason);
}

/* What it wants by itself. What else keeps it from new connections has been said. */
static void say_drains(const struct service_health *service, struct server_health *server)
{
	const struct lvs_conf_server *conf = server->conf;
	char why[LVS_HEALTH_REASON_BYTES];

	if (server->said_drains == server->drains)
		return;
	server->said_drains = server->drains;
	if (server->state != LVS_HEALTH_UP || conf->drain.on || !conf->weight)
		return;
	give_reason(server, why, sizeof(why));
	lvs_log(service->health->options.log, LVS_LOG_NOTICE, "service \"%s\": server \"%s\" %s: %s", service->conf->name,
		conf->name, server->drains ? "drains" : "takes new connections again", why);
}

static void say_kept(struct service_health *service)
{
	struct lvs_notices *notices = service->health->options.notices;
	const struct lvs_conf_service *conf = service->conf;
	struct lvs_event event;

	if (service->kept == service->said_kept)
		return;
	lvs_tell_event(service->kept ? LVS_EVENT_PROTECTION_ON : LVS_EVENT_PROTECTION_OFF,
		       service->said_kept ? LVS_EVENT_PROTECTION_ON : LVS_EVENT_PROTECTION_OFF, conf, NULL, &event);
	service->said_kept = service->kept;
	if (service->kept)
		lvs_notices_put(notices, &event, "service \"%s\": %zu of %zu servers are up: \"min_servers\" keeps %zu that are down",
				conf->name, service->live, service->n, service->kept);
	else
		lvs_notices_put(notices, &event, "service \"%s\": no server that is down is kept any more", conf->name);
}

static enum lvs_event_kind quorum_event(bool quorum)
{
	return quorum ? LVS_EVENT_QUORUM_GAINED : LVS_EVENT_QUORUM_LOST;
}

static void say_quorum(struct service_health *service)
{
	struct lvs_notices *notices = service->health->options.notices;
	const struct lvs_conf_service *conf = service->conf;
	bool serves = lvs_health_serves(service);
	struct lvs_event event;

	if (!lvs_health_quorum_known(service) || (service->told_quorum && serves == service->said_quorum))
		return;
	lvs_tell_event(quorum_event(serves), service->told_quorum ? quorum_event(service->said_quorum) : LVS_EVENT_COUNT, conf,
		       NULL, &event);
	event.has_weight = true;
	event.weight = service->live_weight;
	service->said_quorum = serves;
	service->told_quorum = true;
	if (service->quorum && service->lacking) {
		lvs_health_lacking(service, event.reason);
		lvs_notices_put(notices, &event, "service \"%s\": quorum lost, it %s", conf->name, event.reason);
		return;
	}
	lvs_notices_put(notices, &event, "service \"%s\": quorum %s, weight %llu of %u", conf->name, serves ? "gained" : "lost",
			(unsigned long long)service->live_weight, conf->quorum);
}

/* Whether a new one was put in the place of the old one: what packets meet is the same if these are. */
static bool same_sorry(const struct lvs_conf_server *a, const struct lvs_conf_server *b)
{
	return lvs_addr_equal(&a->addr, &b->addr) && a->port == b->port && !strcmp(a->forward, b->forward) &&
	       !strcmp(a->tunnel.type, b->tunnel.type) && a->tunnel.port == b->tunnel.port && a->tunnel.csum == b->tunnel.csum;
}

static bool sorry_answers(const struct service_health *service)
{
	return service->sorry_in && !service->sorry_rests;
}

static void say_sorry(struct service_health *service)
{
	bool answers = sorry_answers(service);
	struct lvs_event event;

	lvs_tell_event(answers ? LVS_EVENT_SORRY_IN : LVS_EVENT_SORRY_OUT, answers ? LVS_EVENT_SORRY_OUT : LVS_EVENT_SORRY_IN,
		       service->conf, &service->sorry, &event);
	lvs_notices_put(service->health->options.notices, &event, "service \"%s\": the sorry server %s", service->conf->name,
			answers ? "takes over" : "leaves");
}

/* @replaced: by another one. Return: is it gone? Else it is there for the connections that it has. */
static bool dismiss_sorry(struct service_health *service, bool replaced, lvs_ns now)
{
	struct lvs_engine *engine = service->health->options.engine;
	bool busy = false;

	if (!replaced && !lvs_rules_rest_sorry(engine, service->conf, &service->sorry, true, &busy) && busy) {
		service->sorry_rests = true;
		wait_until(service, now + LVS_SECONDS(1));
		return false;
	}
	lvs_rules_drop_sorry(engine, service->conf, &service->sorry, now);
	service->sorry_in = service->sorry_rests = false;
	return true;
}

/* Return: 0, or -Exxx: not yet */
static int call_sorry(struct service_health *service)
{
	const struct lvs_conf_service *conf = service->conf;
	struct lvs_engine *engine = service->health->options.engine;
	bool busy;
	int err;

	if (service->sorry_rests)
		err = lvs_rules_rest_sorry(engine, conf, &service->sorry, false, &busy);
	else
		err = lvs_rules_put_sorry(engine, conf, &conf->sorry_server.server);
	if (err) {
		lvs_log(service->health->options.log, LVS_LOG_ERROR, "service \"%s\": the sorry server cannot take over: %s",
			conf->name, strerror(-err));
		return err;
	}
	service->sorry = conf->sorry_server.server;
	service->sorry_in = true;
	service->sorry_rests = false;
	return 0;
}

/* Return: did it come or go? */
static bool move_sorry(struct service_health *service, lvs_ns now)
{
	const struct lvs_conf_service *conf = service->conf;
	bool wanted = conf->sorry_server.on && !lvs_health_serves(service);
	bool answered = sorry_answers(service), was_in = service->sorry_in, moved = false;

	if (service->sorry_in && !(wanted && same_sorry(&service->sorry, &conf->sorry_server.server)))
		moved = dismiss_sorry(service, wanted, now);
	if (wanted && !sorry_answers(service)) {
		if (call_sorry(service))
			wait_until(service, now + LVS_SECONDS(1));
		moved |= service->sorry_in != was_in;
	}
	if (answered != sorry_answers(service) || (moved && sorry_answers(service)))
		say_sorry(service);
	return moved;
}

/* Who comes in does so before others leave, so that the service is never empty in between. */
static void refresh(struct service_health *service, bool leave, lvs_ns now)
{
	struct lvs_health *health = service->health;

	for (size_t i = 0; i < service->n; i++) {
		struct server_health *server = service->servers[i];
		int err;

		if (leave == server->in || (server->done_down == server->down && server->done_weight == server->weight))
			continue;
		err = lvs_rules_refresh(health->options.engine, service->conf, server->conf, &health->set->overlay);
		if (!err)
			continue;
		lvs_log(health->options.log, LVS_LOG_ERROR, "service \"%s\": server \"%s\" cannot be changed: %s",
			service->conf->name, server->conf->name, strerror(-err));
		server->done_down = !server->down;
		wait_until(service, now + LVS_SECONDS(1));
	}
}

void lvs_health_say(struct service_health *service)
{
	for (size_t i = 0; i < service->n; i++) {
		say_server(service, service->servers[i]);
		say_drains(service, service->servers[i]);
	}
	say_kept(service);
	say_quorum(service);
}

void lvs_health_enact(struct service_health *service, lvs_ns now)
{
	const struct lvs_health_options *options = &service->health->options;

	refresh(service, false, now);
	if (move_sorry(service, now))
		options->changed(options->arg);
	refresh(service, true, now);
	if (service->conf->on_failure == LVS_CONF_RESET && options->reset)
		options->reset(options->arg);
	lvs_heap_remove(&service->health->due, &service->of_due);
	if (service->due != LVS_NS_NEVER)
		lvs_heap_put(&service->health->due, &service->of_due, service->due);
}

static const struct service_health *find_service(const struct lvs_health *health, const struct lvs_conf_service *service)
{
	return health->set ? health->set->services[service - health->set->conf->services] : NULL;
}

void lvs_health_service(const struct lvs_health *health, const struct lvs_conf_service *service,
			struct lvs_service_view *ret_view)
{
	const struct service_health *found = find_service(health, service);

	*ret_view = (struct lvs_service_view){ .quorum = true, .live = service->nservers };
	if (found) {
		*ret_view = (struct lvs_service_view){ .quorum = lvs_health_serves(found), .lacking = found->lacking,
						       .sorry = sorry_answers(found), .live_weight = found->live_weight,
						       .live = found->live, .kept = found->kept };
		if (!found->quorum)
			(void)snprintf(ret_view->reason, sizeof(ret_view->reason), "weight %llu of %u",
				       (unsigned long long)found->live_weight, service->quorum);
		else
			lvs_health_lacking(found, ret_view->reason);
		return;
	}
	for (size_t i = 0; i < service->nservers; i++)
		ret_view->live_weight += service->servers[i].weight;
}

void lvs_health_server(const struct lvs_health *health, const struct lvs_conf_service *service,
		       const struct lvs_conf_server *server, struct lvs_server_view *ret_view)
{
	const struct service_health *found = find_service(health, service);
	const struct lvs_health_change *last;
	const struct server_health *of;

	*ret_view = (struct lvs_server_view){ .state = LVS_HEALTH_UP, .in = true, .weight = server->weight };
	if (!found)
		return;
	of = found->servers[server - service->servers];
	*ret_view = (struct lvs_server_view){ .state = of->state, .since = of->since, .nchecks = of->nchecks, .in = of->in,
					      .drains = of->drains, .kept = of->kept, .starting = of->starting,
					      .weight = of->down ? 0 : of->weight, .changes = of->history.n };
	last = lvs_health_history_get(&of->history, 0);
	ret_view->changed_at = last ? last->time : 0;
	for (size_t i = 0; i < of->nchecks; i++)
		for (size_t k = 0; k < LVS_OUTCOME_COUNT; k++)
			ret_view->results[k] += verdict_of(of, i)->results[k];
	if (deciding(of))
		view_check(deciding(of), &ret_view->deciding);
}

enum lvs_health_state lvs_health_known(const struct lvs_health *health, const struct lvs_conf_service *service,
				       const struct lvs_conf_server *server)
{
	const struct service_health *found = find_service(health, service);
	const struct server_health *of = found ? found->servers[server - service->servers] : NULL;
	enum lvs_health_state known;

	if (!of || !of->nchecks)
		return LVS_HEALTH_UNKNOWN;
	known = of->known == LVS_HEALTH_UNKNOWN ? of->recalled : of->known;
	return known == LVS_HEALTH_MAINTENANCE ? LVS_HEALTH_UNKNOWN : known;
}

void lvs_health_check(const struct lvs_health *health, const struct lvs_conf_service *service,
		      const struct lvs_conf_server *server, size_t i, struct lvs_check_view *ret_view)
{
	view_check(&find_service(health, service)->servers[server - service->servers]->checks[i], ret_view);
}

const struct lvs_health_change *lvs_health_change(const struct lvs_health *health, const struct lvs_conf_service *service,
						  const struct lvs_conf_server *server, size_t back)
{
	const struct service_health *found = find_service(health, service);

	return found ? lvs_health_history_get(&found->servers[server - service->servers]->history, back) : NULL;
}

void lvs_health_note(struct lvs_health *health, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		     bool ejected, const char *reason)
{
	const struct service_health *found = find_service(health, service);
	struct lvs_health_change change = { .time = (int64_t)time(NULL), .ejected = ejected, .returned = !ejected };
	struct server_health *of;

	if (!found)
		return;
	of = found->servers[server - service->servers];
	change.from = change.to = of->state;
	(void)snprintf(change.reason, sizeof(change.reason), "%s", reason);
	lvs_health_history_add(&of->history, &change);
}
