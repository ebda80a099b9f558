// SPDX-License-Identifier: GPL-2.0-or-later
/* From checks of real ports to the engine's servers, by way of the loop; and what a reload may not forget. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "conf/conf.h"
#include "conf/keys.h"
#include "engine/server.h"
#include "engine/service.h"
#include "lvsd/health_records.h"
#include "tests/lib/ward.h"

static bool all_up(struct ward *f) { return ward_weights(f) == 102030; }
static bool first_down(struct ward *f) { return ward_weights(f) == 2030; }
static bool last_alone(struct ward *f) { return ward_weights(f) == 30; }
static bool none(struct ward *f) { return ward_weights(f) == 0; }
static bool first_is_back(struct ward *f) { return ward_server_at(f, 0)->spec.weight; }

static void servers_come_and_go(void **state)
{
	struct ward *f = *state;
	struct lvs_server_view first;

	ward_start(f, WARD_CHECK, "");
	assert_int_equal(ward_weights(f), 0);
	assert_true(ward_server_at(f, 0)->spec.down);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_false(ward_view_service(f).quorum);
	ward_wait_for(f, all_up);
	assert_true(ward_view_service(f).quorum);
	assert_int_equal(ward_view_service(f).live_weight, 60);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	first = ward_view(f, 0);
	assert_int_equal(first.state, LVS_HEALTH_DOWN);
	assert_false(first.in);
	assert_int_equal(first.nchecks, 1);
	assert_string_equal(first.deciding.type, "tcp");
	assert_string_equal(first.deciding.reason, "connect: Connection refused");
	assert_int_equal(first.weight, 0);
	assert_int_equal(ward_view_service(f).live, 2);
	assert_int_equal(first.changes, 2);
	assert_true(first.results[LVS_OUTCOME_PASSED] && first.results[LVS_OUTCOME_FAILED]);
	ward_bring_up(f, 0);
	ward_wait_for(f, all_up);
	assert_true(ward_view(f, 0).since > first.since);
	assert_int_equal(ward_view(f, 0).changes, 3);
	assert_true(ward_view(f, 0).changed_at >= first.changed_at);
	assert_int_equal(f->announced, 0);
}

/* Reload after reload: what is not asked in another way is as it was, and so are the objects. */
static void a_reload_forgets_nothing(void **state)
{
	static const char *const keys[] = {
		WARD_CHECK, WARD_CHECK "mss = 1000;", WARD_CHECK "quorum = 2;", WARD_CHECK "initial = \"up\";", WARD_CHECK,
		/* asked in another way, and as before until the first answer */
		"check: { type = \"tcp\"; interval = 50; fast_interval = 50; };",
	};
	struct ward *f = *state;
	struct lvs_server *server;
	lvs_ns since;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	server = ward_server_at(f, 0);
	since = ward_view(f, 0).since;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		ward_reload(f, ward_configure(f, keys[i], ""));
		assert_int_equal(ward_weights(f), 2030);
		assert_ptr_equal(ward_server_at(f, 0), server);
		if (i + 1 < ARRAY_LEN(keys))
			assert_int_equal(ward_view(f, 0).since, since);
	}
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_string_equal(ward_view(f, 0).deciding.reason, "no answer yet");
	assert_int_equal(ward_view(f, 0).results[LVS_OUTCOME_FAILED], 0);
	/* No checks any more: nobody knows that it is down. */
	ward_reload(f, ward_configure(f, "", ""));
	assert_int_equal(ward_weights(f), 102030);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UP);
	assert_int_equal(ward_view(f, 0).nchecks, 0);
}

/* Who begins to ask does not mean that nobody is to serve until the first answer. */
static void the_first_check_takes_nobody_out(void **state)
{
	struct ward *f = *state;

	ward_start(f, "", "");
	ward_reload(f, ward_configure(f, "check: { type = \"tcp\"; interval = 50; fast_interval = 50; };", ""));
	assert_int_equal(ward_weights(f), 102030);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_false(ward_view(f, 0).starting);
	ward_take_down(f, 0);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	assert_int_equal(ward_weights(f), 102030);
	ward_wait_for(f, first_down);
}

/* Another weight is the operator's wish, and does not bring anybody back. */
static void weights_change_under_the_overlay(void **state)
{
	struct ward *f = *state;
	struct lvs_conf *conf;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	conf = ward_configure(f, WARD_CHECK, "");
	conf->services[0].servers[0].weight = 77;
	conf->services[0].servers[1].weight = 21;
	ward_reload(f, conf);
	assert_int_equal(ward_weights(f), 2130);
	ward_bring_up(f, 0);
	ward_wait_for(f, first_is_back);
	assert_int_equal(ward_weights(f), 772130);
}

static void maintenance_takes_a_server_out(void **state)
{
	struct ward *f = *state;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	ward_reload(f, ward_configure(f, WARD_CHECK, "maintenance = true;"));
	assert_int_equal(ward_weights(f), 2030);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_MAINTENANCE);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	assert_int_equal(ward_weights(f), 102030);
	/* And without any check. */
	ward_reload(f, ward_configure(f, "", "maintenance = true;"));
	assert_int_equal(ward_weights(f), 2030);
	ward_reload(f, ward_configure(f, "", ""));
	assert_int_equal(ward_weights(f), 102030);
}

static void quiesced_is_not_down(void **state)
{
	struct ward *f = *state;

	ward_start(f, WARD_CHECK "on_failure = \"quiesce\"; initial = \"up\";", "");
	assert_int_equal(ward_weights(f), 102030);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	assert_false(ward_server_at(f, 0)->spec.down);
	assert_int_equal(ward_server_at(f, 0)->last_weight, 10);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	assert_true(ward_server_at(f, 0)->spec.down);
}

static bool sorry_is_in(struct ward *f) { return ward_web(f)->nservers == WARD_SERVERS + 1; }
static bool weight_40(struct ward *f) { return ward_view_service(f).live_weight == 40; }
static bool sorry_is_out(struct ward *f) { return ward_web(f)->nservers == WARD_SERVERS; }

static bool sorry_answers(struct ward *f) { return ward_view_service(f).sorry; }
static bool sorry_does_not(struct ward *f) { return !ward_view_service(f).sorry; }

/* Who was served goes on, and so does the server if it is needed again; when the last one has gone, it goes. */
static void a_sorry_server_stays_for_what_it_began(void **state)
{
	struct lvs_addr sorry = test_addr("10.0.0.99");
	struct ward *f = *state;
	struct lvs_server *server;

	ward_start(f, WARD_CHECK "initial = \"up\"; sorry_server: { address = \"10.0.0.99:80\"; };", "");
	for (unsigned int i = 0; i < WARD_SERVERS; i++)
		ward_take_down(f, i);
	ward_wait_for(f, sorry_answers);
	server = lvs_server_find(ward_web(f), &sorry, LVS_BE16(80));
	lvs_server_bind(server);
	for (unsigned int times = 0; times < 2; times++) {
		ward_bring_up(f, 0);
		ward_wait_for(f, sorry_does_not);
		assert_true(server->spec.down);
		assert_ptr_equal(server->service, ward_web(f));
		ward_take_down(f, 0);
		ward_wait_for(f, sorry_answers);
		assert_false(server->spec.down);
		assert_int_equal(f->announced, 1);
	}
	ward_bring_up(f, 0);
	ward_wait_for(f, sorry_does_not);
	lvs_server_unbind(server, false);
	ward_wait_for(f, sorry_is_out);
	assert_int_equal(f->announced, 2);
}

/* Its last connections outlive reloads, and a reload may be what calls it back. */
static void a_sorry_server_that_rests_does_so_after_a_reload(void **state)
{
	static const char keys[] = WARD_CHECK "initial = \"up\"; sorry_server: { address = \"10.0.0.99:80\"; };";
	struct lvs_addr sorry = test_addr("10.0.0.99");
	struct ward *f = *state;
	struct lvs_server *server;
	struct lvs_conf *conf;

	ward_start(f, keys, "");
	for (unsigned int i = 0; i < WARD_SERVERS; i++)
		ward_take_down(f, i);
	ward_wait_for(f, sorry_answers);
	server = lvs_server_find(ward_web(f), &sorry, LVS_BE16(80));
	lvs_server_bind(server);
	ward_bring_up(f, 0);
	ward_wait_for(f, sorry_does_not);
	conf = ward_configure(f, keys, "");
	conf->services[0].mss = 1000;
	ward_reload(f, conf);
	assert_false(ward_view_service(f).sorry);
	assert_true(server->spec.down);
	conf = ward_configure(f, keys, "");
	conf->services[0].quorum = 100;
	ward_reload(f, conf);
	assert_true(ward_view_service(f).sorry);
	assert_false(server->spec.down);
	lvs_server_unbind(server, false);
}

static void a_sorry_server_takes_over_and_leaves(void **state)
{
	static const char keys[] = WARD_CHECK "initial = \"up\"; quorum = 41; quorum_hysteresis = 9;"
				   "sorry_server: { address = \"10.0.0.99:80\"; };";
	struct ward *f = *state;
	struct lvs_addr sorry = test_addr("10.0.0.99"), other = test_addr("10.0.0.98");

	ward_start(f, keys, "");
	assert_true(ward_view_service(f).quorum);
	ward_take_down(f, 1);
	ward_wait_for(f, weight_40);
	assert_true(ward_view_service(f).quorum);	/* 40 is not below 41 - 9 */
	ward_take_down(f, 0);
	ward_wait_for(f, sorry_is_in);
	assert_int_equal(ward_view_service(f).live_weight, 30);
	assert_int_equal(ward_weights(f), 0);	/* the live one is out as well */
	assert_true(ward_view_service(f).sorry);
	assert_int_equal(lvs_server_find(ward_web(f), &sorry, LVS_BE16(80))->spec.weight, 1);
	assert_int_equal(f->announced, 1);
	/* Still there after a reload, and another one after another. */
	ward_reload(f, ward_configure(f, keys, ""));
	assert_non_null(lvs_server_find(ward_web(f), &sorry, LVS_BE16(80)));
	ward_reload(f, ward_configure(f, WARD_CHECK "quorum = 41; quorum_hysteresis = 9; sorry_server: { address = \"10.0.0.98:80\"; };", ""));
	assert_null(lvs_server_find(ward_web(f), &sorry, LVS_BE16(80)));
	assert_non_null(lvs_server_find(ward_web(f), &other, LVS_BE16(80)));
	ward_bring_up(f, 0);
	ward_wait_for(f, weight_40);
	assert_true(sorry_is_in(f));		/* 40 is not 50 */
	ward_bring_up(f, 1);
	ward_wait_for(f, sorry_is_out);
	assert_int_equal(ward_weights(f), 102030);
	assert_false(ward_view_service(f).sorry);
	/* Without a sorry server who is up stays in. */
	ward_take_down(f, 0);
	ward_take_down(f, 1);
	ward_reload(f, ward_configure(f, WARD_CHECK "quorum = 41;", ""));
	ward_wait_for(f, last_alone);
	assert_false(ward_view_service(f).quorum);
}

static bool last_kept(struct ward *f) { return ward_view(f, 2).state == LVS_HEALTH_DOWN; }

static void the_last_servers_are_kept(void **state)
{
	struct ward *f = *state;

	ward_start(f, WARD_CHECK "min_servers = 1;", "");
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	ward_take_down(f, 1);
	ward_wait_for(f, last_alone);
	ward_take_down(f, 2);
	ward_wait_for(f, last_kept);
	assert_int_equal(ward_weights(f), 30);
	assert_true(ward_view(f, 2).kept);
	assert_int_equal(ward_view_service(f).kept, 1);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	assert_true(none(f));
}

static void who_comes_back_starts_slowly(void **state)
{
	struct ward *f = *state;

	ward_start(f, WARD_CHECK "slow_start: { time = 86400; };", "");
	ward_wait_for(f, all_up);		/* in the beginning nobody does */
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	ward_bring_up(f, 0);
	ward_wait_for(f, first_is_back);
	assert_int_equal(ward_server_at(f, 0)->spec.weight, 1);
	assert_true(ward_view(f, 0).starting);
	ward_reload(f, ward_configure(f, WARD_CHECK "slow_start: { time = 43200; };", ""));
	assert_int_equal(ward_server_at(f, 0)->spec.weight, 1);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	assert_int_equal(ward_weights(f), 102030);
}

/* Asks from an address that is not ours: the check is broken, and nothing is ever known. */
#define CHECK_BROKEN "check: { type = \"tcp\"; interval = 0.1; fast_interval = 0.1; timeout = 0.1; fall = 1; source = \"192.0.2.250\"; };"

static bool all_broken(struct ward *f)
{
	for (int i = 0; i < WARD_SERVERS; i++)
		if (!ward_view(f, i).deciding.checked_at)
			return false;
	return true;
}

/* Nobody has to be asked for that. */
static void who_is_added_starts_slowly(void **state)
{
	static const char keys[] = "slow_start: { time = 600; };";
	struct ward *f = *state;
	struct lvs_conf *conf = ward_configure(f, keys, "");

	conf->services[0].nservers = 2;
	ward_start_at(f, conf, 0);
	ward_reload(f, ward_configure(f, keys, ""));
	assert_int_equal(ward_weights(f), 102001);
	assert_true(ward_view(f, 2).starting);
	assert_false(ward_view(f, 0).starting);
}

static void who_is_unknown_is_trusted_for_a_while_at_most(void **state)
{
	struct ward *f = *state;

	ward_start(f, CHECK_BROKEN "initial = \"up\"; initial_wait = 3600;", "");
	assert_int_equal(ward_weights(f), 102030);
	ward_wait_for(f, all_broken);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_string_equal(ward_view(f, 0).deciding.reason, "cannot connect: Cannot assign requested address");
	assert_int_equal(ward_weights(f), 102030);
	ward_reload(f, ward_configure(f, CHECK_BROKEN "initial = \"up\"; initial_wait = 0.05;", ""));
	ward_wait_for(f, none);
	/* Nothing was ever known, so it was not up. */
	ward_reload(f, ward_configure(f, CHECK_BROKEN "initial = \"last\"; initial_wait = 3600;", ""));
	assert_int_equal(ward_weights(f), 0);
	/* Now something is; and then the check breaks. */
	ward_reload(f, ward_configure(f, WARD_CHECK "initial = \"last\"; initial_wait = 3600;", ""));
	ward_wait_for(f, all_up);
	ward_reload(f, ward_configure(f, CHECK_BROKEN "initial = \"last\"; initial_wait = 3600;", ""));
	ward_wait_for(f, all_broken);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UNKNOWN);
	assert_int_equal(ward_weights(f), 102030);
	ward_reload(f, ward_configure(f, CHECK_BROKEN "initial = \"last\"; initial_wait = 0.05;", ""));
	ward_wait_for(f, none);
	/* Whoever is not to be trusted at all is out as soon as that is known. */
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	ward_wait_for(f, all_up);
	ward_reload(f, ward_configure(f, CHECK_BROKEN, ""));
	assert_int_equal(ward_weights(f), 102030);	/* until the first answer */
	ward_wait_for(f, none);
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
	struct ward *f = *state;
	unsigned int random = 4711;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	for (int i = 0; i < 200; i++) {
		struct lvs_conf *conf;
		size_t web_at = 0;

		random = random * 1103515245 + 12345;
		conf = ward_configure_beside(f, others[(random >> 16) % ARRAY_LEN(others)], WARD_CHECK, "", random >> 20 & 1);
		while (strcmp(conf->services[web_at].name, "web") != 0)
			web_at++;
		ward_reload_at(f, conf, web_at);
		assert_int_equal(ward_weights(f), 2030);
		assert_true(ward_view_service(f).quorum);
	}
	/* 608 and 381: nor was it lost to its check: it returns. */
	ward_bring_up(f, 0);
	ward_wait_for(f, all_up);
}

/* Servers come and go beside one that is down; none that stays is touched. */
static void servers_are_added_and_removed_beside_it(void **state)
{
	struct ward *f = *state;
	struct lvs_conf *conf;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	for (int i = 0; i < 4; i++) {
		conf = ward_configure(f, WARD_CHECK, "");
		conf->services[0].nservers = i % 2 ? 3 : 2;
		ward_reload(f, conf);
		assert_true(ward_server_at(f, 0)->spec.down);
		assert_int_equal(ward_server_at(f, 1)->spec.weight, 20);
		assert_int_equal(ward_view(f, 1).state, LVS_HEALTH_UP);
		if (i % 2 == 0)
			assert_null(ward_server_at(f, 2));
		else
			assert_int_equal(ward_view(f, 2).state, LVS_HEALTH_UNKNOWN);	/* it is new, and not trusted yet */
	}
	assert_int_equal(ward_weights(f), 2000);
	ward_wait_for(f, first_down);
}

/* The sorry server is made a server, and the other way round; and goes with its service. */
static void a_sorry_server_may_become_a_server(void **state)
{
	static const char sorry[] = WARD_CHECK "sorry_server: { address = \"10.0.0.9:80\"; };";
	struct lvs_addr addr = test_addr("10.0.0.9");
	struct ward *f = *state;
	struct lvs_conf *conf;

	ward_start(f, sorry, "");
	for (int i = 0; i < WARD_SERVERS; i++)
		ward_take_down(f, i);
	ward_wait_for(f, sorry_is_in);
	conf = ward_configure(f, WARD_CHECK, "");
	conf->services[0].servers[2].addr = addr;
	conf->services[0].servers[2].port = 80;
	ward_reload(f, conf);
	assert_int_equal(ward_web(f)->nservers, WARD_SERVERS);
	assert_non_null(lvs_server_find(ward_web(f), &addr, LVS_BE16(80)));
	assert_true(lvs_server_find(ward_web(f), &addr, LVS_BE16(80))->spec.down);
	ward_reload(f, ward_configure(f, sorry, ""));
	assert_int_equal(ward_web(f)->nservers, WARD_SERVERS + 1);
	assert_false(lvs_server_find(ward_web(f), &addr, LVS_BE16(80))->spec.down);
	ward_reload(f, ward_parse("services: ();"));
	assert_null(ward_web(f));
}

/* Of two checks of one server one is enough, or both are needed; the second port is another server's. */
static void several_checks_decide_together(void **state)
{
	struct ward *f = *state;
	char both[512];
	struct lvs_check_view check;

	(void)snprintf(both, sizeof(both), "checks: ( { type = \"tcp\"; interval = 0.1; rise = 1; fall = 1; },"
		       "{ type = \"tcp\"; interval = 0.1; rise = 1; fall = 1; port = %u; } );", f->ports[1]);
	ward_start(f, WARD_CHECK, both);
	ward_wait_for(f, all_up);
	assert_int_equal(ward_view(f, 0).nchecks, 2);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	lvs_health_check(f->health, &f->conf->services[0], &f->conf->services[0].servers[0], 1, &check);
	assert_int_equal(check.state, LVS_HEALTH_UP);
	assert_string_equal(check.reason, "connected");
	strcat(both, "checks_needed = \"any\";");
	ward_reload(f, ward_configure(f, WARD_CHECK, both));
	assert_int_equal(ward_weights(f), 102030);
	ward_take_down(f, 1);
	ward_wait_for(f, last_alone);
}

/* The words of conf and the rows of check.def are the same. */
/* Its address is a name, and what is asked of the others there is no answer to; it may have a check of its own. */
static void who_is_bypassed_is_not_asked_for_the_service(void **state)
{
	struct lvs_conf *conf = ward_parse("marks: ( { mark = 7; address = \"198.51.100.0/24\"; transparent = true; } ); services: ( { mark = 7;"
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

static bool first_drains(struct ward *f) { return ward_view(f, 0).drains && ward_weights(f) == 2030; }
static bool first_said_7(struct ward *f) { return !strcmp(ward_view(f, 0).deciding.reason, "said \"7\""); }
static bool first_has_7(struct ward *f) { return ward_weights(f) == 72030; }
static bool second_is_kept(struct ward *f) { return ward_view(f, 1).kept; }

/* What a server wants counts beside what its operator wants, and who wants to go is not kept. */
static void a_server_says_what_it_wants(void **state)
{
	struct ward *f = *state;
	char path[] = "/tmp/lvs-health-XXXXXX", of_first[256];
	struct lvs_conf *conf;

	assert_int_equal(close(mkstemp(path)), 0);
	(void)snprintf(of_first, sizeof(of_first), "check: { type = \"file\"; file = \"%s\"; interval = 0.1; };", path);
	ward_write(path, "up\n");
	ward_start(f, WARD_CHECK "min_servers = 2;", of_first);
	ward_wait_for(f, all_up);
	assert_string_equal(ward_view(f, 0).deciding.wish, "");
	ward_write(path, "drain # backup\n");
	ward_wait_for(f, first_drains);
	assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_UP);
	assert_string_equal(ward_view(f, 0).deciding.wish, "drain");
	assert_string_equal(ward_view(f, 0).deciding.reason, "said \"drain # backup\"");
	assert_int_equal(ward_view_service(f).live_weight, 50);
	ward_take_down(f, 1);
	ward_wait_for(f, second_is_kept);
	assert_false(ward_view(f, 0).kept);
	ward_bring_up(f, 1);
	ward_write(path, "ready\n");
	ward_wait_for(f, all_up);

	/* Of no weight by the operator. */
	conf = ward_configure(f, WARD_CHECK, of_first);
	conf->services[0].servers[0].weight = 0;
	ward_reload(f, conf);
	ward_write(path, "7\n");
	ward_wait_for(f, first_said_7);
	assert_int_equal(ward_weights(f), 2030);
	assert_false(ward_view(f, 0).drains);
	ward_reload(f, ward_configure(f, WARD_CHECK, of_first));
	ward_wait_for(f, first_has_7);
	assert_int_equal(unlink(path), 0);
}

static void every_type_has_a_checker(void **state)
{
	const struct lvs_conf_key *type = lvs_conf_group_find(&lvs_conf_check_group, "type");
	size_t n = 0;

	(void)state;
	for (const struct lvs_conf_word *word = type->words; word->text; word++, n++)
		if (lvs_check_find(word->text) < 0)
			fail_msg("no checker for \"%s\"", word->text);
	for (size_t i = 0; i < ARRAY_LEN(lvs_checks); i++) {
		const struct lvs_conf_word *word = type->words;

		while (word->text && strcmp(word->text, lvs_checks[i]->name) != 0)
			word++;
		if (!word->text)
			fail_msg("no type \"%s\"", lvs_checks[i]->name);
	}
	assert_int_equal(lvs_check_find("none of them"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ward_setup, ward_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(servers_come_and_go),
		TEST(a_reload_forgets_nothing),
		TEST(the_first_check_takes_nobody_out),
		TEST(weights_change_under_the_overlay),
		TEST(maintenance_takes_a_server_out),
		TEST(quiesced_is_not_down),
		TEST(a_sorry_server_takes_over_and_leaves),
		TEST(a_sorry_server_stays_for_what_it_began),
		TEST(a_sorry_server_that_rests_does_so_after_a_reload),
		TEST(the_last_servers_are_kept),
		TEST(who_comes_back_starts_slowly),
		TEST(who_is_added_starts_slowly),
		TEST(who_is_unknown_is_trusted_for_a_while_at_most),
		TEST(reloads_of_anything_bring_nobody_back),
		TEST(servers_are_added_and_removed_beside_it),
		TEST(a_sorry_server_may_become_a_server),
		TEST(several_checks_decide_together),
		TEST(a_server_says_what_it_wants),
		cmocka_unit_test(who_is_bypassed_is_not_asked_for_the_service),
		cmocka_unit_test(every_type_has_a_checker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
