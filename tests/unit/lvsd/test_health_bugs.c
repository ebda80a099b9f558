// SPDX-License-Identifier: GPL-2.0-or-later
/* What reloads did to real servers elsewhere (tests/bugs.txt has the list), done here. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "engine/engine.h"
#include "engine/server.h"
#include "engine/service.h"
#include "tests/lib/ward.h"

#define TCP "type = \"tcp\"; interval = 0.1; fast_interval = 0.1; timeout = 0.1; rise = 1; fall = 1;"

static bool all_up(struct ward *f) { return ward_weights(f) == 102030; }
static bool first_down(struct ward *f) { return ward_weights(f) == 2030; }
static bool first_alone(struct ward *f) { return ward_weights(f) == 100000; }
static bool is_nobody(struct ward *f) { return ward_weights(f) == 0; }
static bool weight_40(struct ward *f) { return ward_view_service(f).live_weight == 40; }

static void start_with_first_down(struct ward *f, const char *keys, const char *of_first)
{
	ward_start(f, keys, of_first);
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
}

static bool is_asked_again(struct ward *f) { return ward_view(f, 0).deciding.checked_at > f->mark; }

static void ask_again(struct ward *f)
{
	f->mark = ward_view(f, 0).deciding.checked_at;
	ward_wait_for(f, is_asked_again);
}

static void who_failed_is_not_brought_up_by_a_reload(void **state)
{
	static const char *const keys[] = { WARD_CHECK, WARD_CHECK "initial = \"up\";", WARD_CHECK "initial = \"last\";" };
	struct ward *f = *state;

	start_with_first_down(f, keys[0], "");
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		ward_reload(f, ward_configure(f, keys[i], ""));
		assert_int_equal(ward_weights(f), 2030);
		assert_int_equal(ward_view(f, 0).state, LVS_HEALTH_DOWN);
		ask_again(f);
		assert_int_equal(ward_weights(f), 2030);
	}
}

/* 40 of 41, which was enough to keep it; and one whose hysteresis is larger than itself. */
static void a_quorum_is_not_lost_by_a_reload(void **state)
{
	static const char keys[] = WARD_CHECK "quorum = 41; quorum_hysteresis = 9; sorry_server: { address = \"10.0.0.9:80\"; };";
	static const char wide[] = WARD_CHECK "quorum = 41; quorum_hysteresis = 90; sorry_server: { address = \"10.0.0.9:80\"; };";
	struct ward *f = *state;
	int announced;

	ward_start(f, keys, "");
	ward_wait_for(f, all_up);
	ward_take_down(f, 1);
	ward_wait_for(f, weight_40);
	announced = f->announced;
	for (int i = 0; i < 4; i++) {
		ward_reload(f, ward_configure(f, i % 2 ? wide : keys, i < 2 ? "" : "name = \"one\";"));
		assert_true(ward_view_service(f).quorum);
		assert_false(ward_view_service(f).sorry);
		assert_int_equal(ward_weights(f), 100030);
	}
	assert_int_equal(f->announced, announced);
}

static bool first_has_9(struct ward *f) { return ward_server_at(f, 0)->spec.weight == 9; }

static void a_weight_of_zero_goes_with_the_failure(void **state)
{
	struct ward *f = *state;
	struct lvs_conf *conf;

	start_with_first_down(f, WARD_CHECK "on_failure = \"quiesce\";", "");
	conf = ward_configure(f, WARD_CHECK "on_failure = \"quiesce\";", "");
	conf->services[0].servers[0].weight = 9;
	ward_reload(f, conf);
	assert_int_equal(ward_weights(f), 2030);
	ward_bring_up(f, 0);
	ward_wait_for(f, first_has_9);
}

/* It was in the list of those that had failed, and its check was not: nothing took it out again. */
static void who_failed_before_a_reload_returns_after_it(void **state)
{
	struct ward *f = *state;

	start_with_first_down(f, WARD_CHECK, "");
	for (int i = 0; i < 3; i++) {
		ward_reload(f, ward_configure(f, i % 2 ? WARD_CHECK "mss = 1000;" : WARD_CHECK, ""));
		ward_bring_up(f, 0);
		ward_wait_for(f, all_up);
		ward_take_down(f, 0);
		ward_wait_for(f, first_down);
	}
}

/* Quiesced, up, and the last one: each is gone when the file does not have it any more. */
static void who_is_deleted_from_the_file_is_gone(void **state)
{
	struct ward *f = *state;

	start_with_first_down(f, WARD_CHECK "on_failure = \"quiesce\";", "");
	for (size_t gone = 1; gone <= WARD_SERVERS; gone++) {
		struct lvs_conf *conf = ward_configure(f, WARD_CHECK "on_failure = \"quiesce\";", "");
		struct lvs_conf_service *web = &conf->services[0];

		memmove(&web->servers[0], &web->servers[gone], (web->nservers - gone) * sizeof(web->servers[0]));
		web->nservers -= gone;
		ward_reload(f, conf);
		assert_int_equal(ward_web(f)->nservers, WARD_SERVERS - gone);
		assert_null(ward_server_at(f, (int)gone - 1));
	}
	/* And nothing of them is left that could trouble who comes back. */
	ward_bring_up(f, 0);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	assert_int_equal(ward_weights(f), 0);
	ward_wait_for(f, all_up);
}

/* Checks that are added, moved and taken away around the one that failed: it is that one that counts, and it alone. */
static void checks_are_known_by_what_they_ask(void **state)
{
	static const struct { bool before, behind; } rows[] = {
		{ false, false }, { true, false }, { false, true }, { true, true }, { false, false },
	};
	struct ward *f = *state;
	char of_first[1024], before[200], behind[200];

	start_with_first_down(f, WARD_CHECK, "checks: ( { " TCP " } );");
	(void)snprintf(before, sizeof(before), "{ " TCP " port = %u; },", f->ports[1]);
	(void)snprintf(behind, sizeof(behind), ", { " TCP " port = %u; }", f->ports[2]);
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		(void)snprintf(of_first, sizeof(of_first), "checks: ( %s { " TCP " } %s );",
			       rows[i % ARRAY_LEN(rows)].before ? before : "", rows[i % ARRAY_LEN(rows)].behind ? behind : "");
		ward_reload(f, ward_configure(f, WARD_CHECK, of_first));
		if (i < ARRAY_LEN(rows))
			assert_int_equal(ward_weights(f), 2030);
		else
			assert_int_equal(ward_weights(f), 102030);
		if (i + 1 == ARRAY_LEN(rows))
			ward_bring_up(f, 0);
		if (i + 1 >= ARRAY_LEN(rows))
			ward_wait_for(f, all_up);
	}
}

static const struct lvs_service *beside(struct ward *f)
{
	return lvs_service_find(lvs_engine_rules(f->engine), &(struct lvs_service_key){ .addr = test_addr("192.0.2.2"),
			.port = LVS_BE16(80), .proto = 6 });
}

static bool in_both(struct ward *f) { return all_up(f) && !beside(f)->servers[0]->spec.down; }
static bool in_none(struct ward *f) { return first_down(f) && beside(f)->servers[0]->spec.down; }

/* One server behind two services, asked in two ways: it comes back to both, however often, and whatever the quorum is. */
static void who_passes_its_checks_is_in_each_of_its_services(void **state)
{
	struct ward *f = *state;
	struct lvs_conf *conf;

	ward_start(f, WARD_CHECK, "");
	for (int i = 0; i < 3; i++) {
		conf = ward_configure_beside(f, "{ address = \"192.0.2.2:80\"; quorum = 1; check: { " TCP " jitter = 3; };"
					     "servers: ( { address = \"10.0.1.1:80\"; } ); },", WARD_CHECK, "", i & 1);
		conf->services[0].servers[0].addr = test_addr("127.0.0.1");
		conf->services[0].servers[0].port = f->ports[0];
		ward_reload_at(f, conf, 1);
		ward_wait_for(f, in_both);
		ward_take_down(f, 0);
		ward_wait_for(f, in_none);
		ward_bring_up(f, 0);
		ward_wait_for(f, in_both);
	}
}

/* What there is to be seen of one server, and may not be another for what happens to others. */
struct seen {
	const struct lvs_server *server;
	struct lvs_server_spec spec;
	struct lvs_server_view view;
};

static struct seen look_at(struct ward *f, int i)
{
	return (struct seen){ ward_server_at(f, i), ward_server_at(f, i)->spec, ward_view(f, i) };
}

/* The verdicts' own times go on while checks are asked: nothing is, for the loop does not run in between. */
static void expect_unmoved(const struct seen *was, const struct seen *is)
{
	assert_ptr_equal(is->server, was->server);
	assert_int_equal(is->spec.weight, was->spec.weight);
	assert_int_equal(is->spec.down, was->spec.down);
	assert_int_equal(is->view.state, was->view.state);
	assert_true(is->view.since == was->view.since);
	assert_true(is->view.deciding.checked_at == was->view.deciding.checked_at);
	assert_int_equal(is->view.in, was->view.in);
	assert_int_equal(is->view.weight, was->view.weight);
}

/* Reloads of all kinds, hundreds of them: of the file as it was, of other services, of another server of the same one. */
static void who_has_not_changed_is_not_touched(void **state)
{
	static const char *const others[] = {
		"", "{ address = \"192.0.2.2:80\"; check: { type = \"tcp\"; }; servers: ( { address = \"10.0.1.1\"; } ); },",
		"{ address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.1.1\"; weight = 3; }, { address = \"10.0.1.2\"; } ); },",
		"{ address = \"192.0.2.0:80\"; sorry_server: { address = \"10.0.1.9\"; }; },",
	};
	struct ward *f = *state;
	struct seen was[WARD_SERVERS], is;
	unsigned int random = 1144;

	start_with_first_down(f, WARD_CHECK, "");
	for (int i = 0; i < WARD_SERVERS; i++)
		was[i] = look_at(f, i);
	for (int i = 0; i < 400; i++) {
		struct lvs_conf *conf;
		size_t web = 0;

		random = random * 1103515245 + 12345;
		conf = ward_configure_beside(f, others[(random >> 16) % ARRAY_LEN(others)], WARD_CHECK, "", false);
		while (strcmp(conf->services[web].name, "web") != 0)
			web++;
		if (random >> 24 & 1)
			conf->services[web].servers[2].weight = 1 + (random >> 25);
		ward_reload_at(f, conf, web);
		for (int k = 0; k < 2; k++) {
			is = look_at(f, k);
			expect_unmoved(&was[k], &is);
		}
		assert_ptr_equal(ward_server_at(f, 2), was[2].server);
		assert_false(ward_server_at(f, 2)->spec.down);
		assert_int_equal(ward_server_at(f, 2)->spec.weight, conf->services[web].servers[2].weight);
		assert_true(ward_view_service(f).quorum);
	}
}

/* Another port is asked, where somebody answers; and back to the one where nobody does. */
static void another_question_gets_an_answer_of_its_own(void **state)
{
	struct ward *f = *state;
	char of_first[256];

	start_with_first_down(f, WARD_CHECK, "check: { " TCP " };");
	for (int i = 0; i < 3; i++) {
		(void)snprintf(of_first, sizeof(of_first), "check: { " TCP " jitter = 7; port = %u; };", f->ports[1]);
		ward_reload(f, ward_configure(f, WARD_CHECK, of_first));
		assert_int_equal(ward_weights(f), 2030);	/* until then it is as it was */
		ward_wait_for(f, all_up);
		ward_reload(f, ward_configure(f, WARD_CHECK, "check: { " TCP " };"));
		assert_int_equal(ward_weights(f), 102030);
		ward_wait_for(f, first_down);
	}
}

static void weights_of_the_file_are_those_of_the_engine(void **state)
{
	static const struct { const char *keys; unsigned int weights; } rows[] = {
		{ WARD_CHECK, 152535 }, { WARD_CHECK "on_failure = \"quiesce\";", 111213 }, { "", 212223 },
		{ WARD_CHECK "min_servers = 2;", 102030 },
	};
	struct ward *f = *state;
	struct lvs_conf *conf;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		conf = ward_configure(f, rows[i].keys, "");
		conf->services[0].servers[0].weight = rows[i].weights / 10000;
		conf->services[0].servers[1].weight = rows[i].weights / 100 % 100;
		conf->services[0].servers[2].weight = rows[i].weights % 100;
		ward_reload(f, conf);
		assert_int_equal(ward_weights(f), rows[i].weights);
	}
}

/* Whatever failed before was another check: the new one decides. */
static void a_check_that_works_replaces_one_that_fails(void **state)
{
	struct ward *f = *state;
	char dir[] = "/tmp/lvs-health-XXXXXX", paths[2][40], of_first[2][256];

	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 2; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "%s/%d", dir, i);
		(void)snprintf(of_first[i], sizeof(of_first[i]), "check: { type = \"file\"; file = \"%s\"; interval = 0.1; };",
			       paths[i]);
		ward_write(paths[i], "up\n");
	}
	ward_start(f, WARD_CHECK, of_first[0]);
	ward_wait_for(f, all_up);
	ward_write(paths[0], "down\n");
	ward_wait_for(f, first_down);
	ward_reload(f, ward_configure(f, WARD_CHECK, of_first[1]));
	ward_wait_for(f, all_up);
	ward_reload(f, ward_configure(f, WARD_CHECK, of_first[0]));
	ward_wait_for(f, first_down);
	assert_int_equal(unlink(paths[0]) | unlink(paths[1]) | rmdir(dir), 0);
}

/* A service goes and comes: its servers are asked again, and none is forgotten. */
static void a_service_that_was_removed_comes_back_whole(void **state)
{
	struct ward *f = *state;

	start_with_first_down(f, WARD_CHECK, "");
	for (int i = 0; i < 3; i++) {
		ward_reload(f, ward_parse("services: ();"));
		assert_null(ward_web(f));
		ward_reload(f, ward_configure(f, WARD_CHECK, ""));
		assert_int_equal(ward_weights(f), 0);		/* not trusted yet */
		ward_wait_for(f, first_down);
	}
	ward_reload(f, ward_parse("services: ();"));
	ward_take_down(f, 1);
	ward_take_down(f, 2);
	ward_bring_up(f, 0);
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	ward_wait_for(f, first_alone);
	ward_take_down(f, 0);
	ward_wait_for(f, is_nobody);
}

/* A server that stands twice in a service made one of them unreachable for ever: such a file is an error in a line. */
static void who_stands_twice_is_refused(void **state)
{
	struct ward *f = *state;
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	static const char text[] = "services: ( { address = \"192.0.2.1:80\"; servers: (\n{ address = \"10.0.0.1:80\"; },\n"
				   "{ address = \"10.0.0.2:80\"; },\n{ address = \"10.0.0.1\"; weight = 3; } ); } );";
	char line[256];

	start_with_first_down(f, WARD_CHECK, "");
	assert_int_not_equal(lvs_conf_parse(text, strlen(text), "test", &errors, &conf), 0);
	assert_null(conf);
	assert_int_equal(errors.n, 1);
	(void)lvs_conf_errors_line(&errors, 0, line, sizeof(line));
	assert_non_null(strstr(line, "4:"));
	assert_non_null(strstr(line, "twice"));
	ward_reload(f, ward_configure(f, WARD_CHECK, ""));
	ward_bring_up(f, 0);
	ward_wait_for(f, all_up);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ward_setup, ward_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_failed_is_not_brought_up_by_a_reload),
		TEST(a_quorum_is_not_lost_by_a_reload),
		TEST(a_weight_of_zero_goes_with_the_failure),
		TEST(who_failed_before_a_reload_returns_after_it),
		TEST(who_is_deleted_from_the_file_is_gone),
		TEST(checks_are_known_by_what_they_ask),
		TEST(who_passes_its_checks_is_in_each_of_its_services),
		TEST(who_has_not_changed_is_not_touched),
		TEST(another_question_gets_an_answer_of_its_own),
		TEST(weights_of_the_file_are_those_of_the_engine),
		TEST(a_check_that_works_replaces_one_that_fails),
		TEST(a_service_that_was_removed_comes_back_whole),
		TEST(who_stands_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
