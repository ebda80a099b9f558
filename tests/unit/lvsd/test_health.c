// SPDX-License-Identifier: GPL-2.0-or-later
/* From checks of real ports to the engine's servers, by way of the loop; and what a reload may not forget. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check/check.h"
#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "conf/keys.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "lvsd/health.h"
#include "lvsd/health_records.h"
#include "lvsd/rules.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "tests/lib/asker.h"

#define NSERVERS 3

/* @fds, @ports: of servers on loopback, in the place of real ones; @web: which service of @conf they are behind */
struct fixture {
	struct lvs_conf *conf;
	struct lvs_engine *engine;
	struct lvs_loop *loop;
	struct lvs_timer *timer;
	struct lvs_health *health;
	void *memory;
	int fds[NSERVERS];
	uint16_t ports[NSERVERS];
	int announced;
	size_t web;
	bool (*wanted)(struct fixture *f);
};

static struct lvs_conf *parse(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (lvs_conf_parse(text, strlen(text), "test", &errors, &conf)) {
		lvs_conf_errors_print(&errors, stderr);
		fail_msg("the test's own configuration is wrong");
	}
	return conf;
}

/* The ports of the servers are asked at 127.0.0.1, whose addresses may not be servers' in a file. */
static struct lvs_conf *configure_beside(struct fixture *f, const char *others, const char *keys, const char *of_first,
					 bool backwards)
{
	char text[4096];
	struct lvs_conf *conf;
	int at;

	at = snprintf(text, sizeof(text), "services: ( %s { name = \"web\"; address = \"192.0.2.1:80\"; scheduler = \"rr\";\n%s\n"
		      "servers: (", others, keys);
	for (int i = 0; i < NSERVERS; i++) {
		int which = backwards ? NSERVERS - 1 - i : i;

		at += snprintf(text + at, sizeof(text) - (size_t)at, "%s{ address = \"10.0.0.%d:80\"; weight = %d; %s }", i ? "," : "",
			       which + 1, 10 * (which + 1), which ? "" : of_first);
	}
	(void)snprintf(text + at, sizeof(text) - (size_t)at, "); } );");
	conf = parse(text);
	for (size_t i = 0; i < conf->nservices; i++) {
		for (size_t k = 0; !strcmp(conf->services[i].name, "web") && k < NSERVERS; k++) {
			struct lvs_conf_server *server = &conf->services[i].servers[k];

			server->port = f->ports[server->weight / 10 - 1];
			server->addr = test_addr("127.0.0.1");
		}
	}
	return conf;
}

static struct lvs_conf *configure(struct fixture *f, const char *keys, const char *of_first)
{
	return configure_beside(f, "", keys, of_first, false);
}

#define CHECK_FAST "check: { type = \"tcp\"; interval = 0.1; fast_interval = 0.1; timeout = 0.1; rise = 1; fall = 1; };"

static void on_announce(void *arg)
{
	struct fixture *f = arg;

	f->announced++;
}

static void on_look(void *arg)
{
	struct fixture *f = arg;
	lvs_ns now = lvs_clock_now();

	if (f->wanted(f))
		lvs_loop_stop(f->loop);
	else
		lvs_timer_start(f->timer, now + 5 * LVS_NS_PER_MS, now);
}

static void wait_for(struct fixture *f, bool (*wanted)(struct fixture *f))
{
	f->wanted = wanted;
	lvs_timer_start(f->timer, 0, lvs_clock_now());
	assert_int_equal(lvs_loop_run(f->loop), 0);
}

static void bring_up(struct fixture *f, int i)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) }, .sin_port = htons(f->ports[i]) };

	if (f->fds[i] < 0) {
		f->fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(setsockopt(f->fds[i], SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)), 0);
		assert_int_equal(bind(f->fds[i], (struct sockaddr *)&at, sizeof(at)), 0);
	}
	assert_int_equal(listen(f->fds[i], 4096), 0);
}

static void take_down(struct fixture *f, int i)
{
	(void)close(f->fds[i]);
	f->fds[i] = -1;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	for (int i = 0; i < NSERVERS; i++) {
		f->ports[i] = test_dead_port(&f->fds[i]);
		bring_up(f, i);
	}
	*state = f;
	return lvs_loop_new(&f->loop) || lvs_timer_new(f->loop, on_look, f, &f->timer) ? -1 : 0;
}

static void start(struct fixture *f, const char *keys, const char *of_first)
{
	struct lvs_engine_options options;
	struct lvs_health_options health = { .loop = f->loop, .changed = on_announce, .arg = f };
	struct lvs_health_set *set;

	f->conf = configure(f, keys, of_first);
	lvs_rules_options(f->conf, &options);
	options.max_connections = 100;
	f->memory = aligned_alloc(64, (lvs_conn_table_bytes(100) + 63) / 64 * 64);
	memset(f->memory, 0, lvs_conn_table_bytes(100));
	options.memory = f->memory;
	assert_int_equal(lvs_engine_new(&options, 0, &f->engine), 0);
	health.engine = f->engine;
	assert_int_equal(lvs_health_new(&health, &f->health), 0);
	assert_int_equal(lvs_health_prepare(f->health, f->conf, NULL, &set), 0);
	assert_int_equal(lvs_rules_load(f->engine, f->conf, lvs_health_overlay(set), 0), 0);
	lvs_health_adopt(f->health, set);
}

static void reload(struct fixture *f, struct lvs_conf *conf)
{
	struct lvs_classifier *classifier = NULL;
	struct lvs_conf_diff diff;
	struct lvs_health_set *set;

	assert_int_equal(lvs_conf_diff_init(f->conf, conf, &diff), 0);
	/* One that does not come into force first. */
	assert_int_equal(lvs_health_prepare(f->health, conf, &diff, &set), 0);
	lvs_health_discard(f->health, set);
	assert_int_equal(lvs_health_prepare(f->health, conf, &diff, &set), 0);
	assert_int_equal(lvs_rules_apply(f->engine, &diff, conf, &classifier, lvs_health_overlay(set), 0), 0);
	lvs_health_adopt(f->health, set);
	lvs_conf_diff_fini(&diff);
	lvs_conf_free(f->conf);
	f->conf = conf;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	lvs_health_free(f->health);
	lvs_engine_free(f->engine);
	lvs_timer_free(f->timer);
	lvs_loop_free(f->loop);
	lvs_conf_free(f->conf);
	for (int i = 0; i < NSERVERS; i++)
		if (f->fds[i] >= 0)
			(void)close(f->fds[i]);
	free(f->memory);
	free(f);
	return 0;
}

static struct lvs_service *web(struct fixture *f)
{
	return lvs_service_find(lvs_engine_rules(f->engine), &(struct lvs_service_key){ .addr = test_addr("192.0.2.1"),
			.port = LVS_BE16(80), .proto = 6 });
}

static struct lvs_server *server_at(struct fixture *f, int i)
{
	struct lvs_addr addr = test_addr("127.0.0.1");

	return lvs_server_find(web(f), &addr, LVS_BE16(f->ports[i]));
}

/* The engine's weights as a number of two digits each: 102030. */
static unsigned int weights(struct fixture *f)
{
	unsigned int sum = 0;

	for (int i = 0; i < NSERVERS; i++)
		sum = sum * 100 + server_at(f, i)->spec.weight;
	return sum;
}

static struct lvs_server_view view(struct fixture *f, int i)
{
	struct lvs_server_view view;

	lvs_health_server(f->health, &f->conf->services[f->web], &f->conf->services[f->web].servers[i], &view);
	return view;
}

static struct lvs_service_view view_service(struct fixture *f)
{
	struct lvs_service_view view;

	lvs_health_service(f->health, &f->conf->services[f->web], &view);
	return view;
}

static bool all_up(struct fixture *f) { return weights(f) == 102030; }
static bool first_down(struct fixture *f) { return weights(f) == 2030; }
static bool last_alone(struct fixture *f) { return weights(f) == 30; }
static bool none(struct fixture *f) { return weights(f) == 0; }
static bool first_is_back(struct fixture *f) { return server_at(f, 0)->spec.weight; }

static void servers_come_and_go(void **state)
{
	struct fixture *f = *state;
	struct lvs_server_view first;

	start(f, CHECK_FAST, "");
	assert_int_equal(weights(f), 0);
	assert_true(server_at(f, 0)->spec.down);
	assert_int_equal(view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_false(view_service(f).quorum);
	wait_for(f, all_up);
	assert_true(view_service(f).quorum);
	assert_int_equal(view_service(f).live_weight, 60);
	take_down(f, 0);
	wait_for(f, first_down);
	first = view(f, 0);
	assert_int_equal(first.state, LVS_HEALTH_DOWN);
	assert_false(first.in);
	assert_int_equal(first.nchecks, 1);
	assert_string_equal(first.deciding.type, "tcp");
	assert_string_equal(first.deciding.reason, "connect: Connection refused");
	assert_int_equal(first.weight, 0);
	assert_int_equal(view_service(f).live, 2);
	bring_up(f, 0);
	wait_for(f, all_up);
	assert_true(view(f, 0).since > first.since);
	assert_int_equal(f->announced, 0);
}

/* Reload after reload: what is not asked in another way is as it was, and so are the objects. */
static void a_reload_forgets_nothing(void **state)
{
	static const char *const keys[] = {
		CHECK_FAST, CHECK_FAST "mss = 1000;", CHECK_FAST "quorum = 2;", CHECK_FAST "initial = \"up\";", CHECK_FAST,
		/* asked in another way, and as before until the first answer */
		"check: { type = \"tcp\"; interval = 50; fast_interval = 50; };",
	};
	struct fixture *f = *state;
	struct lvs_server *server;
	lvs_ns since;

	start(f, CHECK_FAST, "");
	wait_for(f, all_up);
	take_down(f, 0);
	wait_for(f, first_down);
	server = server_at(f, 0);
	since = view(f, 0).since;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		reload(f, configure(f, keys[i], ""));
		assert_int_equal(weights(f), 2030);
		assert_ptr_equal(server_at(f, 0), server);
		if (i + 1 < ARRAY_LEN(keys))
			assert_int_equal(view(f, 0).since, since);
	}
	assert_int_equal(view(f, 0).state, LVS_HEALTH_UNKNOWN);
	/* No checks any more: nobody knows that it is down. */
	reload(f, configure(f, "", ""));
	assert_int_equal(weights(f), 102030);
	assert_int_equal(view(f, 0).state, LVS_HEALTH_UP);
	assert_int_equal(view(f, 0).nchecks, 0);
}

/* Another weight is the operator's wish, and does not bring anybody back. */
static void weights_change_under_the_overlay(void **state)
{
	struct fixture *f = *state;
	struct lvs_conf *conf;

	start(f, CHECK_FAST, "");
	wait_for(f, all_up);
	take_down(f, 0);
	wait_for(f, first_down);
	conf = configure(f, CHECK_FAST, "");
	conf->services[0].servers[0].weight = 77;
	conf->services[0].servers[1].weight = 21;
	reload(f, conf);
	assert_int_equal(weights(f), 2130);
	bring_up(f, 0);
	wait_for(f, first_is_back);
	assert_int_equal(weights(f), 772130);
}

static void maintenance_takes_a_server_out(void **state)
{
	struct fixture *f = *state;

	start(f, CHECK_FAST, "");
	wait_for(f, all_up);
	reload(f, configure(f, CHECK_FAST, "maintenance = true;"));
	assert_int_equal(weights(f), 2030);
	assert_int_equal(view(f, 0).state, LVS_HEALTH_MAINTENANCE);
	reload(f, configure(f, CHECK_FAST, ""));
	assert_int_equal(weights(f), 102030);
	/* And without any check. */
	reload(f, configure(f, "", "maintenance = true;"));
	assert_int_equal(weights(f), 2030);
	reload(f, configure(f, "", ""));
	assert_int_equal(weights(f), 102030);
}

static void quiesced_is_not_down(void **state)
{
	struct fixture *f = *state;

	start(f, CHECK_FAST "on_failure = \"quiesce\"; initial = \"up\";", "");
	assert_int_equal(weights(f), 102030);
	take_down(f, 0);
	wait_for(f, first_down);
	assert_false(server_at(f, 0)->spec.down);
	assert_int_equal(server_at(f, 0)->last_weight, 10);
	reload(f, configure(f, CHECK_FAST, ""));
	assert_true(server_at(f, 0)->spec.down);
}

static bool sorry_is_in(struct fixture *f) { return web(f)->nservers == NSERVERS + 1; }
static bool weight_40(struct fixture *f) { return view_service(f).live_weight == 40; }
static bool sorry_is_out(struct fixture *f) { return web(f)->nservers == NSERVERS; }

static void a_sorry_server_takes_over_and_leaves(void **state)
{
	static const char keys[] = CHECK_FAST "initial = \"up\"; quorum = 41; quorum_hysteresis = 9;"
				   "sorry_server: { address = \"10.0.0.99:80\"; };";
	struct fixture *f = *state;
	struct lvs_addr sorry = test_addr("10.0.0.99"), other = test_addr("10.0.0.98");

	start(f, keys, "");
	assert_true(view_service(f).quorum);
	take_down(f, 1);
	wait_for(f, weight_40);
	assert_true(view_service(f).quorum);	/* 40 is not below 41 - 9 */
	take_down(f, 0);
	wait_for(f, sorry_is_in);
	assert_int_equal(view_service(f).live_weight, 30);
	assert_int_equal(weights(f), 0);	/* the live one is out as well */
	assert_true(view_service(f).sorry);
	assert_int_equal(lvs_server_find(web(f), &sorry, LVS_BE16(80))->spec.weight, 1);
	assert_int_equal(f->announced, 1);
	/* Still there after a reload, and another one after another. */
	reload(f, configure(f, keys, ""));
	assert_non_null(lvs_server_find(web(f), &sorry, LVS_BE16(80)));
	reload(f, configure(f, CHECK_FAST "quorum = 41; quorum_hysteresis = 9; sorry_server: { address = \"10.0.0.98:80\"; };", ""));
	assert_null(lvs_server_find(web(f), &sorry, LVS_BE16(80)));
	assert_non_null(lvs_server_find(web(f), &other, LVS_BE16(80)));
	bring_up(f, 0);
	wait_for(f, weight_40);
	assert_true(sorry_is_in(f));		/* 40 is not 50 */
	bring_up(f, 1);
	wait_for(f, sorry_is_out);
	assert_int_equal(weights(f), 102030);
	assert_false(view_service(f).sorry);
	/* Without a sorry server who is up stays in. */
	take_down(f, 0);
	take_down(f, 1);
	reload(f, configure(f, CHECK_FAST "quorum = 41;", ""));
	wait_for(f, last_alone);
	assert_false(view_service(f).quorum);
}

static bool last_kept(struct fixture *f) { return view(f, 2).state == LVS_HEALTH_DOWN; }

static void the_last_servers_are_kept(void **state)
{
	struct fixture *f = *state;

	start(f, CHECK_FAST "min_servers = 1;", "");
	wait_for(f, all_up);
	take_down(f, 0);
	wait_for(f, first_down);
	take_down(f, 1);
	wait_for(f, last_alone);
	take_down(f, 2);
	wait_for(f, last_kept);
	assert_int_equal(weights(f), 30);
	assert_true(view(f, 2).kept);
	assert_int_equal(view_service(f).kept, 1);
	reload(f, configure(f, CHECK_FAST, ""));
	assert_true(none(f));
}

static void who_comes_back_starts_slowly(void **state)
{
	struct fixture *f = *state;

	start(f, CHECK_FAST "slow_start: { time = 86400; };", "");
	wait_for(f, all_up);		/* in the beginning nobody does */
	take_down(f, 0);
	wait_for(f, first_down);
	bring_up(f, 0);
	wait_for(f, first_is_back);
	assert_int_equal(server_at(f, 0)->spec.weight, 1);
	assert_true(view(f, 0).starting);
	reload(f, configure(f, CHECK_FAST "slow_start: { time = 43200; };", ""));
	assert_int_equal(server_at(f, 0)->spec.weight, 1);
	reload(f, configure(f, CHECK_FAST, ""));
	assert_int_equal(weights(f), 102030);
}

/* Asks from an address that is not ours: the check is broken, and nothing is ever known. */
#define CHECK_BROKEN "check: { type = \"tcp\"; interval = 0.1; fast_interval = 0.1; timeout = 0.1; fall = 1; source = \"192.0.2.250\"; };"

static bool all_broken(struct fixture *f)
{
	for (int i = 0; i < NSERVERS; i++)
		if (!view(f, i).deciding.checked_at)
			return false;
	return true;
}

static void who_is_unknown_is_trusted_for_a_while_at_most(void **state)
{
	struct fixture *f = *state;

	start(f, CHECK_BROKEN "initial = \"up\"; initial_wait = 3600;", "");
	assert_int_equal(weights(f), 102030);
	wait_for(f, all_broken);
	assert_int_equal(view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_string_equal(view(f, 0).deciding.reason, "cannot connect: Cannot assign requested address");
	assert_int_equal(weights(f), 102030);
	reload(f, configure(f, CHECK_BROKEN "initial = \"up\"; initial_wait = 0.05;", ""));
	wait_for(f, none);
	/* Nothing was ever known, so it was not up. */
	reload(f, configure(f, CHECK_BROKEN "initial = \"last\"; initial_wait = 3600;", ""));
	assert_int_equal(weights(f), 0);
	/* Now something is; and then the check breaks. */
	reload(f, configure(f, CHECK_FAST "initial = \"last\"; initial_wait = 3600;", ""));
	wait_for(f, all_up);
	reload(f, configure(f, CHECK_BROKEN "initial = \"last\"; initial_wait = 3600;", ""));
	wait_for(f, all_broken);
	assert_int_equal(view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_int_equal(weights(f), 102030);
	reload(f, configure(f, CHECK_BROKEN "initial = \"last\"; initial_wait = 0.05;", ""));
	wait_for(f, none);
	/* Whoever is not to be trusted at all is out as soon as that is known. */
	reload(f, configure(f, CHECK_FAST, ""));
	wait_for(f, all_up);
	reload(f, configure(f, CHECK_BROKEN, ""));
	assert_int_equal(weights(f), 102030);	/* until the first answer */
	wait_for(f, none);
}

/* Keepalived issues 106 and 1163: a server that failed was brought up by a reload of anything. */
static void reloads_of_anything_bring_nobody_back(void **state)
{
	static const char *const others[] = {
		"", "{ address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.1.1\"; } ); },",
		"{ address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.1.1\"; weight = 3; } ); check: { type = \"tcp\"; }; },",
		"{ address = \"192.0.2.2:80\"; sorry_server: { address = \"10.0.1.9\"; }; }, { address = \"192.0.2.0:80\"; },",
		"{ address = \"192.0.2.0:80\"; check: { type = \"ping\"; }; },",
	};
	struct fixture *f = *state;
	unsigned int random = 4711;

	start(f, CHECK_FAST, "");
	wait_for(f, all_up);
	take_down(f, 0);
	wait_for(f, first_down);
	for (int i = 0; i < 200; i++) {
		struct lvs_conf *conf;
		size_t web_at = 0;

		random = random * 1103515245 + 12345;
		conf = configure_beside(f, others[(random >> 16) % ARRAY_LEN(others)], CHECK_FAST, "", random >> 20 & 1);
		while (strcmp(conf->services[web_at].name, "web") != 0)
			web_at++;
		reload(f, conf);
		f->web = web_at;
		assert_int_equal(weights(f), 2030);
		assert_true(view_service(f).quorum);
	}
	/* 608 and 381: nor was it lost to its check: it returns. */
	bring_up(f, 0);
	wait_for(f, all_up);
}

/* Servers come and go beside one that is down; none that stays is touched. */
static void servers_are_added_and_removed_beside_it(void **state)
{
	struct fixture *f = *state;
	struct lvs_conf *conf;

	start(f, CHECK_FAST, "");
	wait_for(f, all_up);
	take_down(f, 0);
	wait_for(f, first_down);
	for (int i = 0; i < 4; i++) {
		conf = configure(f, CHECK_FAST, "");
		conf->services[0].nservers = i % 2 ? 3 : 2;
		reload(f, conf);
		assert_true(server_at(f, 0)->spec.down);
		assert_int_equal(server_at(f, 1)->spec.weight, 20);
		assert_int_equal(view(f, 1).state, LVS_HEALTH_UP);
		if (i % 2 == 0)
			assert_null(server_at(f, 2));
		else
			assert_int_equal(view(f, 2).state, LVS_HEALTH_UNKNOWN);	/* it is new, and not trusted yet */
	}
	assert_int_equal(weights(f), 2000);
	wait_for(f, first_down);
}

/* The sorry server is made a server, and the other way round; and goes with its service. */
static void a_sorry_server_may_become_a_server(void **state)
{
	static const char sorry[] = CHECK_FAST "sorry_server: { address = \"10.0.0.9:80\"; };";
	struct lvs_addr addr = test_addr("10.0.0.9");
	struct fixture *f = *state;
	struct lvs_conf *conf;

	start(f, sorry, "");
	for (int i = 0; i < NSERVERS; i++)
		take_down(f, i);
	wait_for(f, sorry_is_in);
	conf = configure(f, CHECK_FAST, "");
	conf->services[0].servers[2].addr = addr;
	conf->services[0].servers[2].port = 80;
	reload(f, conf);
	assert_int_equal(web(f)->nservers, NSERVERS);
	assert_non_null(lvs_server_find(web(f), &addr, LVS_BE16(80)));
	assert_true(lvs_server_find(web(f), &addr, LVS_BE16(80))->spec.down);
	reload(f, configure(f, sorry, ""));
	assert_int_equal(web(f)->nservers, NSERVERS + 1);
	assert_false(lvs_server_find(web(f), &addr, LVS_BE16(80))->spec.down);
	reload(f, parse("services: ();"));
	assert_null(web(f));
}

/* Of two checks of one server one is enough, or both are needed; the second port is another server's. */
static void several_checks_decide_together(void **state)
{
	struct fixture *f = *state;
	char both[512];
	struct lvs_check_view check;

	(void)snprintf(both, sizeof(both), "checks: ( { type = \"tcp\"; interval = 0.1; rise = 1; fall = 1; },"
		       "{ type = \"tcp\"; interval = 0.1; rise = 1; fall = 1; port = %u; } );", f->ports[1]);
	start(f, CHECK_FAST, both);
	wait_for(f, all_up);
	assert_int_equal(view(f, 0).nchecks, 2);
	take_down(f, 0);
	wait_for(f, first_down);
	lvs_health_check(f->health, &f->conf->services[0], &f->conf->services[0].servers[0], 1, &check);
	assert_int_equal(check.state, LVS_HEALTH_UP);
	assert_string_equal(check.reason, "connected");
	strcat(both, "checks_needed = \"any\";");
	reload(f, configure(f, CHECK_FAST, both));
	assert_int_equal(weights(f), 102030);
	take_down(f, 1);
	wait_for(f, last_alone);
}

/* The words of conf and the rows of check.def are the same. */
/* Its address is a name, and what is asked of the others there is no answer to; it may have a check of its own. */
static void who_is_bypassed_is_not_asked_for_the_service(void **state)
{
	struct lvs_conf *conf = parse("marks: ( { mark = 7; address = \"198.51.100.0/24\"; transparent = true; } ); services: ( { mark = 7;"
				      " check: { type = \"tcp\"; port = 80; }; servers: ( { address = \"10.0.0.1\"; },"
				      " { address = \"10.0.0.2\"; forward = \"bypass\"; }, { address = \"10.0.0.3\"; forward = \"bypass\";"
				      " check: { type = \"tcp\"; port = 443; }; } ); } );");
	const struct lvs_conf_service *service = &conf->services[0];

	(void)state;
	assert_ptr_equal(lvs_health_check_of(service, &service->servers[0], 0), service->check);
	assert_null(lvs_health_check_of(service, &service->servers[1], 0));
	assert_ptr_equal(lvs_health_check_of(service, &service->servers[2], 0), service->servers[2].check);
	lvs_conf_free(conf);
}

static void every_type_has_a_checker(void **state)
{
	const struct lvs_conf_key *type = lvs_conf_group_find(&lvs_conf_check_group, "type");
	size_t n = 0;

	(void)state;
	for (const struct lvs_conf_word *word = type->words; word->text; word++, n++)
		if (!word->absent && lvs_check_find(word->text) < 0)
			fail_msg("no checker for \"%s\"", word->text);
	for (size_t i = 0; i < ARRAY_LEN(lvs_checks); i++) {
		const struct lvs_conf_word *word = type->words;

		while (word->text && strcmp(word->text, lvs_checks[i]->name) != 0)
			word++;
		if (!word->text || word->absent)
			fail_msg("no type \"%s\"", lvs_checks[i]->name);
	}
	assert_int_equal(lvs_check_find("none of them"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(servers_come_and_go),
		TEST(a_reload_forgets_nothing),
		TEST(weights_change_under_the_overlay),
		TEST(maintenance_takes_a_server_out),
		TEST(quiesced_is_not_down),
		TEST(a_sorry_server_takes_over_and_leaves),
		TEST(the_last_servers_are_kept),
		TEST(who_comes_back_starts_slowly),
		TEST(who_is_unknown_is_trusted_for_a_while_at_most),
		TEST(reloads_of_anything_bring_nobody_back),
		TEST(servers_are_added_and_removed_beside_it),
		TEST(a_sorry_server_may_become_a_server),
		TEST(several_checks_decide_together),
		cmocka_unit_test(who_is_bypassed_is_not_asked_for_the_service),
		cmocka_unit_test(every_type_has_a_checker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
