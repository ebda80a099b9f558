// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Services that depend on others. In the tables a service is up as long as its one server is not in maintenance, so that
 * nothing has to be waited for; further down there are real checks.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "engine/engine.h"
#include "engine/server.h"
#include "engine/service.h"
#include "lvsd/health.h"
#include "tests/lib/ward.h"

#define SERVICES_MAX 8

/* @needs: letters; @why: NULL: it has its quorum */
struct service {
	bool up;
	const char *needs;
	const char *why;
};

/* Named "a", "b", ..., in this order. */
static const struct row {
	const char *what;
	struct service services[SERVICES_MAX];
} rows[] = {
	{ "all is well", { { true, "b", NULL }, { true, "", NULL } } },
	{ "what it needs is down", { { true, "b", "depends on \"b\", which has no quorum" }, { false, "", "weight 0 of 1" } } },
	{ "it is down itself, which says more", { { false, "b", "weight 0 of 1" }, { false, "", "weight 0 of 1" } } },
	{ "that it is down does not harm what it needs", { { false, "b", "weight 0 of 1" }, { true, "", NULL } } },
	{ "one of several is enough to lack",
	  { { true, "bcd", "depends on \"c\", which has no quorum" }, { true, "", NULL }, { false, "", "weight 0 of 1" }, { true, "", NULL } } },
	{ "two lack, and the first is named",
	  { { true, "cb", "depends on \"c\", which has no quorum" }, { false, "", "weight 0 of 1" }, { false, "", "weight 0 of 1" } } },
	{ "it goes on along a chain, to the end of which one is led",
	  { { true, "b", "depends on \"b\", and that on \"d\", which has no quorum" },
	    { true, "c", "depends on \"c\", and that on \"d\", which has no quorum" },
	    { true, "d", "depends on \"d\", which has no quorum" }, { false, "", "weight 0 of 1" } } },
	{ "the chain stands in the other order",
	  { { false, "", "weight 0 of 1" }, { true, "a", "depends on \"a\", which has no quorum" },
	    { true, "b", "depends on \"b\", and that on \"a\", which has no quorum" },
	    { true, "c", "depends on \"c\", and that on \"a\", which has no quorum" } } },
	{ "the chain is broken in its middle",
	  { { true, "b", "depends on \"b\", which has no quorum" }, { false, "c", "weight 0 of 1" }, { true, "d", NULL }, { true, "", NULL } } },
	{ "two ways to the same end",
	  { { true, "bc", "depends on \"b\", and that on \"d\", which has no quorum" },
	    { true, "d", "depends on \"d\", which has no quorum" }, { true, "d", "depends on \"d\", which has no quorum" },
	    { false, "", "weight 0 of 1" } } },
	{ "others are not concerned", { { true, "b", "depends on \"b\", which has no quorum" }, { false, "", "weight 0 of 1" },
					{ true, "d", NULL }, { true, "", NULL }, { true, "", NULL } } },
};

static size_t length_of(const struct service *services)
{
	size_t n = 0;

	while (n < SERVICES_MAX && services[n].needs)
		n++;
	return n;
}

static struct lvs_conf *configure(const struct service *services, size_t n)
{
	char text[8192];
	size_t at = (size_t)snprintf(text, sizeof(text), "services: (");

	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s{ name = \"%c\"; address = \"192.0.2.9:%zu\"; depends_on = (",
				       i ? "," : "", (char)('a' + i), i + 1);
		for (const char *need = services[i].needs; *need; need++)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s\"%c\"", need > services[i].needs ? "," : "", *need);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "); servers: ( { address = \"10.1.0.1:1\"; weight = 7; maintenance = %s; } ); }",
				       services[i].up ? "false" : "true");
	}
	(void)snprintf(text + at, sizeof(text) - at, ");");
	return ward_parse(text);
}

static const struct lvs_service *engine_service(struct ward *f, size_t i)
{
	const struct lvs_conf_service *conf = &f->conf->services[i];
	struct lvs_service_key key = { .addr = conf->addr, .port = LVS_BE16(conf->port), .proto = 6 };

	return lvs_service_find(lvs_engine_rules(f->engine), &key);
}

static struct lvs_service_view view_of(struct ward *f, size_t i)
{
	struct lvs_service_view view;

	lvs_health_service(f->health, &f->conf->services[i], &view);
	return view;
}

static void check_service(struct ward *f, size_t i, bool up, bool serves, const char *what)
{
	const struct lvs_service *service = engine_service(f, i);
	struct lvs_service_view view = view_of(f, i);
	struct lvs_server_view server;

	lvs_health_server(f->health, &f->conf->services[i], &f->conf->services[i].servers[0], &server);
	if (view.quorum != serves || server.in != serves || service->servers[0]->spec.down == serves ||
	    service->servers[0]->spec.weight != (serves ? 7 : 0))
		fail_msg("service %zu of \"%s\": quorum %d, in %d, weight %u", i, what, view.quorum, server.in,
			 service->servers[0]->spec.weight);
	assert_int_equal(server.state, up ? LVS_HEALTH_UP : LVS_HEALTH_MAINTENANCE);
	assert_int_equal(view.live, up);
	assert_int_equal(!*view.reason, serves);
}

/* Each as the first configuration, and each after each other one. */
static void what_is_needed_decides(void **state)
{
	struct ward *f = *state;

	ward_start(f, WARD_CHECK, "");
	for (size_t from = 0; from < ARRAY_LEN(rows); from++) {
		for (size_t to = 0; to < ARRAY_LEN(rows); to++) {
			const struct service *services = rows[to].services;

			ward_reload(f, configure(rows[from].services, length_of(rows[from].services)));
			ward_reload(f, configure(services, length_of(services)));
			for (size_t i = 0; i < length_of(services); i++) {
				check_service(f, i, services[i].up, !services[i].why, rows[to].what);
				assert_string_equal(view_of(f, i).reason, services[i].why ? services[i].why : "");
			}
		}
	}
}

static void the_first_configuration_is_judged_alike(void **state)
{
	for (size_t at = 0; at < ARRAY_LEN(rows); at++) {
		const struct service *services = rows[at].services;
		struct ward *f;

		assert_int_equal(ward_setup(state), 0);
		f = *state;
		ward_start_at(f, configure(services, length_of(services)), 0);
		for (size_t i = 0; i < length_of(services); i++)
			check_service(f, i, services[i].up, !services[i].why, rows[at].what);
		assert_int_equal(ward_teardown(state), 0);
	}
}

/* Followed down, where lvsd goes up. */
static bool serves(const struct service *services, size_t i)
{
	if (!services[i].up)
		return false;
	for (const char *need = services[i].needs; *need; need++)
		if (!serves(services, (size_t)(*need - 'a')))
			return false;
	return true;
}

/* Any reload after any other: what a service is depends on nothing but what is written, however it came about. */
static void reloads_leave_no_trace(void **state)
{
	struct ward *f = *state;
	unsigned int seed = 4711;
	size_t down = 0, all = 0;

	ward_start(f, WARD_CHECK, "");
	for (int round = 0; round < 400; round++) {
		struct service services[SERVICES_MAX] = { { false, NULL, NULL } };
		char needs[SERVICES_MAX][SERVICES_MAX + 1] = { { '\0' } };
		size_t n = 2 + (size_t)rand_r(&seed) % (SERVICES_MAX - 1), turn = (size_t)rand_r(&seed) % 2;

		for (size_t i = 0; i < n; i++) {
			size_t of = 0;

			/* In one direction at a time: no circles. */
			for (size_t k = 0; k < n; k++)
				if ((turn ? k > i : k < i) && rand_r(&seed) % 3 == 0)
					needs[i][of++] = (char)('a' + k);
			services[i] = (struct service){ rand_r(&seed) % 4 != 0, needs[i], NULL };
		}
		ward_reload(f, configure(services, n));
		for (size_t i = 0; i < n; i++) {
			check_service(f, i, services[i].up, serves(services, i), "random");
			down += services[i].up && !serves(services, i);
		}
		all += n;
	}
	assert_true(down > all / 20 && down < all / 2);
}

#define SHOP(keys)                                                                                                    \
	"{ name = \"shop\"; address = \"192.0.2.2:80\"; slow_start: { time = 86400; }; " keys                         \
	" servers: ( { address = \"10.0.1.1\"; weight = 50; } ); }, "
#define SORRY "sorry_server: { address = \"10.0.1.9\"; }; "
#define NEEDS "depends_on = ( \"web\" ); "

static const struct lvs_server *shop_server(struct ward *f)
{
	const struct lvs_addr addr = test_addr("10.0.1.1");

	return lvs_server_find(engine_service(f, 0), &addr, LVS_BE16(80));
}

static bool sorry_answers(struct ward *f)
{
	const struct lvs_addr addr = test_addr("10.0.1.9");

	return lvs_server_find(engine_service(f, 0), &addr, LVS_BE16(80));
}

static bool shop_is_out(struct ward *f) { return shop_server(f)->spec.down; }
static bool shop_is_in(struct ward *f) { return !shop_server(f)->spec.down; }

static void reload(struct ward *f, const char *shop, const char *web)
{
	ward_reload_at(f, ward_configure_beside(f, shop, web, "", false), 1);
}

static void take_all_down(struct ward *f)
{
	for (int i = 0; i < WARD_SERVERS; i++)
		ward_take_down(f, i);
}

static void bring_all_up(struct ward *f)
{
	for (int i = 0; i < WARD_SERVERS; i++)
		ward_bring_up(f, i);
}

static void it_goes_and_returns_with_what_it_needs(void **state)
{
	struct ward *f = *state;

	ward_start_at(f, ward_configure_beside(f, SHOP(NEEDS SORRY), WARD_CHECK, "", false), 1);
	/* Nothing is known yet: it waits, and its sorry server answers as that of any service without a quorum. */
	assert_true(shop_is_out(f));
	assert_true(sorry_answers(f));
	assert_string_equal(view_of(f, 0).reason, "depends on \"web\", of which nothing is known yet");
	reload(f, SHOP(NEEDS SORRY "mss = 1000; "), WARD_CHECK);
	assert_true(shop_is_out(f));
	ward_wait_for(f, shop_is_in);
	assert_int_equal(shop_server(f)->spec.weight, 50);	/* all begin together: nobody starts slowly */
	assert_false(sorry_answers(f));
	take_all_down(f);
	ward_wait_for(f, shop_is_out);
	assert_true(sorry_answers(f));
	assert_true(view_of(f, 0).lacking);
	assert_string_equal(view_of(f, 0).reason, "depends on \"web\", which has no quorum");
	assert_int_equal(view_of(f, 0).live, 1);
	bring_all_up(f);
	ward_wait_for(f, shop_is_in);
	assert_int_equal(shop_server(f)->spec.weight, 1);	/* as any that comes back */
	assert_false(sorry_answers(f));
	assert_string_equal(view_of(f, 0).reason, "");
}

static void quiesced_and_reset_are_as_with_a_quorum(void **state)
{
	struct ward *f = *state;

	ward_start_at(f, ward_configure_beside(f, SHOP(NEEDS "on_failure = \"quiesce\"; "), WARD_CHECK, "", false), 1);
	assert_false(shop_is_out(f));
	assert_int_equal(shop_server(f)->spec.weight, 0);
	/* Nothing is wrong with the server: its connections may go on. */
	reload(f, SHOP(NEEDS "on_failure = \"reset\"; "), WARD_CHECK);
	assert_true(shop_is_out(f));
	assert_false(shop_server(f)->spec.reset);
}

/* The one that depends stands in no diff, and is judged in the same turn. */
static void a_reload_is_followed_at_once(void **state)
{
	struct ward *f = *state;
	const struct lvs_server *server;

	ward_start_at(f, ward_configure_beside(f, SHOP(NEEDS), WARD_CHECK, "", false), 1);
	ward_wait_for(f, shop_is_in);
	server = shop_server(f);
	reload(f, SHOP(NEEDS), WARD_CHECK "quorum = 1000;");
	assert_true(shop_is_out(f));
	assert_ptr_equal(shop_server(f), server);
	reload(f, SHOP(NEEDS), WARD_CHECK);
	assert_true(shop_is_in(f));
	/* No longer, and again. */
	reload(f, SHOP(NEEDS), WARD_CHECK "quorum = 1000;");
	reload(f, SHOP(""), WARD_CHECK "quorum = 1000;");
	assert_true(shop_is_in(f));
	reload(f, SHOP(NEEDS), WARD_CHECK "quorum = 1000;");
	assert_true(shop_is_out(f));
	/* What it needs goes, and what it said with it. */
	reload(f, SHOP(""), WARD_CHECK);
	assert_true(shop_is_in(f));
	ward_reload(f, ward_parse("services: ( { name = \"shop\"; address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.1.1\"; } ); } );"));
	assert_true(shop_is_in(f));
}

/* Nothing is known of what a reload brings: it takes nobody out until then. */
static void what_is_new_is_waited_for(void **state)
{
	struct ward *f = *state;

	ward_start_at(f, ward_configure_beside(f, SHOP(""), "", "", false), 1);
	assert_true(shop_is_in(f));
	take_all_down(f);
	reload(f, SHOP(NEEDS), WARD_CHECK);
	assert_true(shop_is_in(f));
	ward_wait_for(f, shop_is_out);
}

/* Drained, or without servers at all: no check is needed to have no quorum. */
static void a_service_without_checks_can_be_needed(void **state)
{
	static const char *const others[] = {
		"weight = 0;", "drain: { };", "maintenance = true;",
	};
	char text[1024];
	struct ward *f = *state;

	ward_start(f, WARD_CHECK, "");
	for (size_t i = 0; i <= ARRAY_LEN(others); i++) {
		(void)snprintf(text, sizeof(text), "services: ( " SHOP("depends_on = ( \"db\" ); ") "{ name = \"db\"; address = \"192.0.2.3:80\"; "
			       "servers: ( %s%s%s ); } );", i < ARRAY_LEN(others) ? "{ address = \"10.0.2.1\"; " : "",
			       i < ARRAY_LEN(others) ? others[i] : "", i < ARRAY_LEN(others) ? " }" : "");
		ward_reload(f, ward_parse(text));
		assert_true(shop_is_out(f));
		(void)snprintf(text, sizeof(text), "services: ( " SHOP("depends_on = ( \"db\" ); ") "{ name = \"db\"; address = \"192.0.2.3:80\"; "
			       "servers: ( { address = \"10.0.2.1\"; } ); } );");
		ward_reload(f, ward_parse(text));
		assert_true(shop_is_in(f));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ward_setup, ward_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_needed_decides),
		cmocka_unit_test(the_first_configuration_is_judged_alike),
		TEST(reloads_leave_no_trace),
		TEST(it_goes_and_returns_with_what_it_needs),
		TEST(quiesced_and_reset_are_as_with_a_quorum),
		TEST(a_reload_is_followed_at_once),
		TEST(what_is_new_is_waited_for),
		TEST(a_service_without_checks_can_be_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
