// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plays of chance: reloads to configurations of any kind, answers of checks, wishes for checks now, connections of sorry
 * servers, and time, one after the other. After each step every server has to be what tests/lib/ideal_health.h says, which
 * knows nothing of records that are lent, inherited and given back.
 *
 * Checks are the test's own: those of the type "file" ask nobody, and end when the play says so, or a reload. Time stands
 * still between steps.
 */
#include "tests/lib/test.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "conf/conf.h"
#include "engine/engine.h"
#include "engine/server.h"
#include "engine/service.h"
#include "lvsd/health_records.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "tests/lib/ideal_health.h"
#include "tests/lib/ward.h"

#define PLAYS 1500
#define STEPS 150
#define RUNNING_MAX 256

/**
 * struct play - all that changes
 * @now:	what every clock shows
 * @running:	checks that have begun
 * @wishes:	runs that were asked for, and @heard of
 * @rested:	a second has passed since anything happened to a sorry server
 */
static struct play {
	lvs_ns now;
	uint64_t random;
	unsigned int seed, step;
	struct lvs_check *running[RUNNING_MAX];
	size_t nrunning;
	unsigned int wishes, heard;
	bool rested;
	struct ward *ward;
	struct ideal ideal;
} play;

lvs_ns __wrap_lvs_clock_now(void);
lvs_ns __wrap_lvs_clock_now(void)
{
	return play.now;
}

static unsigned int draw(unsigned int n)
{
	play.random ^= play.random << 13;
	play.random ^= play.random >> 7;
	play.random ^= play.random << 17;
	return (unsigned int)((play.random >> 33) % n);
}

static bool one_in(unsigned int n)
{
	return draw(n) == 0;
}

static int mock_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		      char message[LVS_CHECK_MESSAGE_BYTES])
{
	(void)message;
	*ret_config = strdup(lvs_check_param_find(params, nparams, "file"));
	return *ret_config ? 0 : -1;
}

static void mock_start(struct lvs_check *check)
{
	assert_true(play.nrunning < RUNNING_MAX);
	play.running[play.nrunning++] = check;
}

static void mock_cancel(struct lvs_check *check)
{
	for (size_t i = 0; i < play.nrunning; i++) {
		if (play.running[i] == check) {
			play.running[i] = play.running[--play.nrunning];
			return;
		}
	}
	fail_msg("a check is cancelled that does not run");
}

/* In the place of the library's. */
const struct lvs_check_ops lvs_check_file = {
	.name = "file", .parse = mock_parse, .free_config = free, .start = mock_start, .cancel = mock_cancel,
};

static const char *path_of(const struct ideal_service *service, int kind)
{
	static const char *const paths[2][IDEAL_KINDS] = { { "/a", "/b" }, { "/a-flap", "/b-flap" } };

	return paths[service->flap][kind];
}

static size_t write_checks(char *text, size_t size, const struct ideal_service *service)
{
	size_t at = 0;
	bool first = true;

	if (!service->kinds)
		return 0;
	at += (size_t)snprintf(text + at, size - at, "checks_needed = \"%s\"; checks: (", service->any ? "any" : "all");
	for (int kind = 0; kind < IDEAL_KINDS; kind++) {
		if (!(service->kinds & 1u << kind))
			continue;
		at += (size_t)snprintf(text + at, size - at, "%s{ type = \"file\"; file = \"%s\"; interval = 86400; fast_interval = 86400;"
				       "timeout = 3600; start_spread = 3600; jitter = 0; rise = %u; fall = %u; }", first ? "" : ",",
				       path_of(service, kind), ideal_rules[kind].rise, ideal_rules[kind].fall);
		first = false;
	}
	return at + (size_t)snprintf(text + at, size - at, ");");
}

static size_t write_service(char *text, size_t size, const struct ideal_service *service, int i)
{
	static const char *const initials[] = { "down", "up", "last" };
	size_t at = (size_t)snprintf(text, size, "{ name = \"%c\"; address = \"192.0.2.9:%d\"; scheduler = \"rr\"; initial = \"%s\";"
				     "initial_wait = %u; quorum = %u; quorum_hysteresis = %u; min_servers = %u; on_failure = \"%s\";", 'a' + i,
				     i + 1, initials[service->initial], IDEAL_WAIT, service->quorum, service->hysteresis,
				     service->min_servers, service->quiesce ? "quiesce" : "remove");

	if (service->flap)
		at += (size_t)snprintf(text + at, size - at, "flap: { changes = %u; window = %u; hold = %u; };", IDEAL_FLAP_CHANGES,
				       IDEAL_FLAP_WINDOW, IDEAL_FLAP_HOLD);
	if (service->slow_start)
		at += (size_t)snprintf(text + at, size - at, "slow_start: { time = %u; };", service->slow_start);
	if (service->sorry)
		at += (size_t)snprintf(text + at, size - at, "sorry_server: { address = \"10.1.0.%u:80\"; };", service->sorry);
	at += write_checks(text + at, size - at, service);
	at += (size_t)snprintf(text + at, size - at, "depends_on = (");
	for (int k = 0, n = 0; k < i; k++)
		if (service->needs & 1u << k)
			at += (size_t)snprintf(text + at, size - at, "%s\"%c\"", n++ ? "," : "", 'a' + k);
	at += (size_t)snprintf(text + at, size - at, "); servers: (");
	for (size_t k = 0; k < service->n; k++) {
		const struct ideal_server *server = &service->servers[k];

		at += (size_t)snprintf(text + at, size - at, "%s{ address = \"10.1.0.%u:80\"; weight = %u; maintenance = %s;%s }", k ? "," : "",
				       server->address, server->weight, server->maintenance ? "true" : "false",
				       server->drain ? "drain: { };" : "");
	}
	return at + (size_t)snprintf(text + at, size - at, "); }");
}

/* In the file's order, which is another one each time. */
static struct lvs_conf *configure(const struct ideal_service services[IDEAL_SERVICES])
{
	char text[16384];
	size_t at = (size_t)snprintf(text, sizeof(text), "services: (");
	unsigned int turn = draw(IDEAL_SERVICES);

	for (unsigned int k = 0, n = 0; k < IDEAL_SERVICES; k++) {
		unsigned int i = (k + turn) % IDEAL_SERVICES;

		if (!services[i].there)
			continue;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s\n", n++ ? "," : "");
		at += write_service(text + at, sizeof(text) - at, &services[i], (int)i);
	}
	(void)snprintf(text + at, sizeof(text) - at, ");");
	return ward_parse(text);
}

static void draw_servers(struct ideal_service *service)
{
	unsigned int addresses[IDEAL_ADDRESSES];

	for (unsigned int k = 0; k < IDEAL_ADDRESSES; k++) {
		unsigned int at = draw(k + 1);

		addresses[k] = addresses[at];
		addresses[at] = k + 1;
	}
	service->n = draw(IDEAL_ADDRESSES + 1);
	for (size_t k = 0; k < service->n; k++)
		service->servers[k] = (struct ideal_server){ .address = addresses[k], .weight = draw(5) * draw(5),
							     .maintenance = one_in(8), .drain = one_in(8) };
}

static void draw_sorry(struct ideal_service *service)
{
	service->sorry = draw(3) ? 7 + draw(2) : 0;
	/* One that may be a server later. */
	if (service->sorry && one_in(2))
		service->sorry = 1 + draw(IDEAL_ADDRESSES);
	for (size_t k = 0; k < service->n; k++)
		if (service->servers[k].address == service->sorry)
			service->sorry = 7;
}

static void draw_service(struct ideal_service *service, int i)
{
	*service = (struct ideal_service){
		.there = !one_in(8), .kinds = draw(4), .any = one_in(2), .flap = one_in(3), .initial = (enum ideal_initial)draw(3),
		.quorum = 1 + draw(6), .hysteresis = draw(4), .min_servers = draw(4) ? 0 : draw(3), .quiesce = one_in(3),
		.slow_start = one_in(2) ? 20 : 0, .needs = one_in(2) ? draw(1u << i) : 0,
	};
	draw_servers(service);
	draw_sorry(service);
}

/* All anew, or a detail. */
static void draw_change(struct ideal_service *service, int i)
{
	switch (draw(7)) {
	case 0:
		draw_service(service, i);
		break;
	case 1:
		service->quorum = 1 + draw(6);
		break;
	case 2:
		service->kinds = draw(4);
		break;
	case 3:
		if (service->n)
			service->servers[draw((unsigned int)service->n)].maintenance ^= 1;
		break;
	case 4:
		if (service->n)
			service->servers[draw((unsigned int)service->n)].weight = draw(10);
		break;
	case 5:
		draw_sorry(service);
		break;
	default:
		service->needs = draw(1u << i);
		break;
	}
}

/* Who is needed is there. */
static void draw_services(struct ideal_service services[IDEAL_SERVICES])
{
	for (int i = 0; i < IDEAL_SERVICES; i++) {
		if (one_in(2))
			draw_change(&services[i], i);
		for (int k = 0; k < i; k++)
			if (!services[k].there)
				services[i].needs &= ~(1u << k);
	}
}

static bool is_settled(const struct lvs_health *health)
{
	const struct lvs_heap_entry *first = lvs_heap_first(&health->due);

	return lvs_list_empty(&health->stirred) && lvs_list_empty(&health->over) && lvs_list_empty(&health->retired) &&
	       (!first || first->deadline > play.now);
}

static void settle(void)
{
	struct lvs_health *health = play.ward->health;
	unsigned int turns = 0;

	lvs_health_arm(health, play.now);
	while (!is_settled(health)) {
		if (turns++ > 1000000)
			fail_msg("play %u, step %u: it never comes to rest", play.seed, play.step);
		(void)event_base_loop(lvs_loop_base(play.ward->loop), EVLOOP_NONBLOCK);
	}
}

static const struct lvs_conf_service *conf_of(int i)
{
	for (size_t k = 0; k < play.ward->conf->nservices; k++)
		if (play.ward->conf->services[k].port == i + 1)
			return &play.ward->conf->services[k];
	return NULL;
}

static struct lvs_service *engine_service(int i)
{
	return lvs_service_find(lvs_engine_rules(play.ward->engine), &(struct lvs_service_key){ .addr = test_addr("192.0.2.9"),
				.port = LVS_BE16((uint16_t)(i + 1)), .proto = 6 });
}

static struct lvs_server *engine_server(int i, unsigned int address)
{
	char text[20];
	struct lvs_addr addr;

	(void)snprintf(text, sizeof(text), "10.1.0.%u", address);
	addr = test_addr(text);
	return lvs_server_find(engine_service(i), &addr, LVS_BE16(80));
}

static void on_heard(void *arg, const struct lvs_health_result *results, size_t n)
{
	(void)arg;
	(void)results;
	assert_true(n > 0);
	play.heard++;
}

/* Return: the check of @kind of a server, which runs; NULL if there is none */
static struct lvs_check *run(int i, size_t k, int kind)
{
	const struct ideal_service *service = &play.ideal.services[i];
	const struct lvs_conf_service *conf = conf_of(i);
	int err = lvs_health_check_now(play.ward->health, conf, &conf->servers[k], on_heard, NULL);

	assert_int_equal(err == -ENOENT, !service->kinds);
	play.wishes += !err;
	for (size_t at = 0; at < play.nrunning; at++) {
		struct lvs_check *check = play.running[at];

		if (!strcmp(check->config, path_of(service, kind)) && lvs_addr_equal(&check->addr, &conf->servers[k].addr))
			return check;
	}
	return NULL;
}

static void answer(int i, size_t k, int kind)
{
	const struct ideal_service *service = &play.ideal.services[i];
	struct lvs_check *check = service->kinds & 1u << kind ? run(i, k, kind) : NULL;
	struct lvs_check_result result = { .outcome = (enum lvs_outcome)(draw(5) % LVS_OUTCOME_COUNT) };

	if (!check)
		return;
	if (one_in(6))
		result.answer = (struct lvs_check_answer){ .weight = (enum lvs_check_weight)draw(5), .value = (int32_t)draw(200),
							   .wish = (enum lvs_check_wish)draw(4) };
	mock_cancel(check);
	ideal_answer(&play.ideal, service->servers[k].address, kind, service->flap, &result);
	lvs_check_done(check, &result);
}

/* A connection begins or ends. */
static void use_sorry(int i)
{
	unsigned int address = play.ideal.services[i].sorry;
	struct lvs_server *sorry = address ? engine_server(i, address) : NULL;

	if (sorry && !sorry->inactive && !sorry->spec.down)
		lvs_server_bind(sorry);
	else if (sorry && sorry->inactive)
		lvs_server_unbind(sorry, false);
	play.rested = false;
}

static void check_server(int i, size_t k)
{
	const struct ideal_server *ideal = &play.ideal.services[i].servers[k];
	const struct lvs_conf_service *conf = conf_of(i);
	const struct lvs_server *server = engine_server(i, ideal->address);
	bool out = ideal->is_down || ideal->drain;
	struct lvs_server_view view;

	lvs_health_server(play.ward->health, conf, &conf->servers[k], &view);
	if (view.state != ideal->state || view.in != ideal->in || view.kept != ideal->kept)
		fail_msg("play %u, step %u: %c/%u: state %d, in %d, kept %d, and not %d, %d, %d", play.seed, play.step, 'a' + i,
			 ideal->address, view.state, view.in, view.kept, ideal->state, ideal->in, ideal->kept);
	if (server->spec.down != ideal->is_down || server->spec.weight != (out ? 0 : ideal->has))
		fail_msg("play %u, step %u: %c/%u: down %d, weight %u, and not %d, %u", play.seed, play.step, 'a' + i, ideal->address,
			 server->spec.down, server->spec.weight, ideal->is_down, out ? 0 : ideal->has);
}

static void check_sorry(int i)
{
	const struct ideal_service *service = &play.ideal.services[i];
	const struct lvs_service *engine = engine_service(i);
	bool wanted = service->sorry && !ideal_serves(service), found = false;
	size_t others = 0;

	for (uint32_t at = 0; at < engine->nservers; at++) {
		const struct lvs_server *server = engine->servers[at];
		bool is_server = false;

		for (size_t k = 0; k < service->n; k++)
			is_server |= engine_server(i, service->servers[k].address) == server;
		if (is_server)
			continue;
		others++;
		found |= service->sorry && server == engine_server(i, service->sorry) && !server->spec.down;
		if (!server->spec.down != wanted || (!wanted && play.rested && !server->inactive))
			fail_msg("play %u, step %u: the sorry server of %c is down %d, with %u connections, and not %d", play.seed, play.step,
				 'a' + i, server->spec.down, server->inactive, !wanted);
	}
	if (found != wanted || others > 1)
		fail_msg("play %u, step %u: %c has sorry server %d, and %zu in all, but not %d", play.seed, play.step, 'a' + i, found,
			 others, wanted);
}

/* Where nothing can happen to servers, nobody counts their weight. */
static bool counts(int i)
{
	const struct lvs_health_set *set = play.ward->health->set;

	return set->services[conf_of(i) - set->conf->services];
}

static void check_all(void)
{
	settle();
	for (int i = 0; i < IDEAL_SERVICES; i++) {
		struct ideal_service *service = &play.ideal.services[i];
		struct lvs_service_view view;

		if (!service->there)
			continue;
		service->had |= !counts(i);
		lvs_health_service(play.ward->health, conf_of(i), &view);
		if (view.quorum != ideal_serves(service) || view.lacking != service->lacking ||
		    view.sorry != (service->sorry && !ideal_serves(service)))
			fail_msg("play %u, step %u: %c: quorum %d, lacking %d, sorry %d, and not %d, %d", play.seed, play.step, 'a' + i,
				 view.quorum, view.lacking, view.sorry, ideal_serves(service), service->lacking);
		for (size_t k = 0; k < service->n; k++)
			check_server(i, k);
		check_sorry(i);
	}
}

static void step(void)
{
	int i = (int)draw(IDEAL_SERVICES);
	const struct ideal_service *service = &play.ideal.services[i];
	struct ideal_service next[IDEAL_SERVICES];
	unsigned int seconds;

	switch (draw(8)) {
	case 0:
		memcpy(next, play.ideal.services, sizeof(next));
		draw_services(next);
		play.rested = false;
		ward_reload_at(play.ward, configure(next), 0);
		ideal_reload(&play.ideal, next, play.now);
		break;
	case 1:
		seconds = one_in(4) ? 1 + draw(40) : 1;
		play.now += LVS_SECONDS(seconds);
		play.rested = true;
		ideal_judge(&play.ideal, play.now);
		break;
	case 2:
		if (service->there)
			use_sorry(i);
		break;
	case 3:
		if (service->there && service->n)
			(void)run(i, draw((unsigned int)service->n), 0);
		break;
	default:
		if (service->there && service->n)
			answer(i, draw((unsigned int)service->n), (int)draw(IDEAL_KINDS));
		ideal_judge(&play.ideal, play.now);
		break;
	}
	check_all();
}

/* Whoever wished for a check has heard of it, at the latest when there is none any more. */
static void end(void)
{
	struct ideal_service none[IDEAL_SERVICES] = { { .there = false } };

	ward_reload_at(play.ward, configure(none), 0);
	settle();
	assert_int_equal(play.nrunning, 0);
	assert_int_equal(play.heard, play.wishes);
}

static void servers_are_what_follows_from_all_that_happened(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= PLAYS; seed++) {
		struct ideal_service first[IDEAL_SERVICES];
		void *ward = NULL;

		memset(&play, 0, sizeof(play));
		play.seed = seed;
		play.random = seed * 0x9e3779b97f4a7c15ULL;
		play.now = LVS_SECONDS(1000);
		memset(first, 0, sizeof(first));
		for (int i = 0; i < IDEAL_SERVICES; i++)
			draw_service(&first[i], i);
		draw_services(first);
		assert_int_equal(ward_setup(&ward), 0);
		play.ward = ward;
		ward_start_at(play.ward, configure(first), 0);
		ideal_start(&play.ideal, first, play.now);
		check_all();
		for (play.step = 1; play.step <= STEPS; play.step++)
			step();
		end();
		assert_int_equal(ward_teardown(&ward), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_what_follows_from_all_that_happened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
