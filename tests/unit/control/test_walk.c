// SPDX-License-Identifier: GPL-2.0-or-later
/* A walk along services and servers, in order and under changes between any two of its steps. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "control/control.h"
#include "control/id.h"
#include "control/walk.h"
#include "lvsd/rules.h"
#include "tests/lib/director.h"

struct scene {
	struct director *director;
	struct lvs_conf *conf;
	struct lvs_control_host host;
};

static const struct lvs_conf *conf_of(void *arg)
{
	return ((struct scene *)arg)->conf;
}

static struct lvs_conf *parse(const char *text)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;

	assert_int_equal(lvs_conf_parse(text, strlen(text), "test", &errors, &conf), 0);
	return conf;
}

/* The configuration becomes another one, which begins with the first. */
static void go_over(struct scene *scene, const char *text)
{
	struct lvs_conf *conf = parse(text);
	struct lvs_classifier *classifier = NULL;
	struct lvs_rules_plan *plan;
	struct lvs_conf_diff diff;

	if (!scene->conf) {
		assert_int_equal(lvs_rules_load(scene->director->engine, conf, NULL), 0);
	} else {
		assert_int_equal(lvs_conf_diff_init(scene->conf, conf, &diff), 0);
		assert_int_equal(lvs_rules_plan_new(&diff, conf, &plan), 0);
		assert_int_equal(lvs_rules_apply(scene->director->engine, plan, &classifier, NULL,
						 scene->director->now), 0);
		lvs_rules_plan_free(plan);
		lvs_conf_diff_fini(&diff);
		lvs_conf_free(scene->conf);
	}
	scene->conf = conf;
}

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	void *director;

	assert_non_null(scene);
	assert_int_equal(director_setup(&director), 0);
	scene->director = director;
	scene->host = (struct lvs_control_host){ .arg = scene, .engine = scene->director->engine, .conf = conf_of };
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;
	void *director = scene->director;

	assert_int_equal(director_teardown(&director), 0);
	lvs_conf_free(scene->conf);
	free(scene);
	return 0;
}

/* One step, noted as text: "tcp:192.0.2.1:80{10.0.0.1:80 10.0.0.2:80 }" */
static bool step(struct lvs_walk *walk, char *text, size_t size)
{
	char id[LVS_ID_BYTES];
	size_t len = strlen(text);

	switch (lvs_walk_next(walk)) {
	case LVS_WALK_SERVICE:
		(void)snprintf(text + len, size - len, "%s{", lvs_id_service(&walk->service->spec.key, &walk->service->spec.ports, id));
		assert_true(walk->conf->addr.halves[1] == walk->service->spec.key.addr.halves[1]);
		return true;
	case LVS_WALK_SERVER:
		(void)snprintf(text + len, size - len, "%s ", lvs_id_end(&walk->server->spec.addr, walk->server->spec.port, id));
		assert_non_null(walk->server_conf);
		assert_true(lvs_addr_equal(&walk->server_conf->addr, &walk->server->spec.addr));
		assert_int_equal(walk->server_conf->port, lvs_host16(walk->server->spec.port));
		assert_ptr_equal(walk->server->service, walk->service);
		return true;
	case LVS_WALK_SERVICE_END:
		(void)snprintf(text + len, size - len, "} ");
		return true;
	case LVS_WALK_END:
		return false;
	default:
		fail_msg("no memory");
		return false;
	}
}

static void expect(struct scene *scene, const struct lvs_service_key *one, const char *expected)
{
	struct lvs_walk walk;
	char text[4096] = "";

	lvs_walk_init(&walk, &scene->host, one);
	while (step(&walk, text, sizeof(text)))
		;
	assert_string_equal(text, expected);
	lvs_walk_fini(&walk);
}

/* As ipvsadm sorts them, whatever the order of the file. */
static void the_order_is_that_of_ipvsadm(void **state)
{
	struct scene *scene = *state;
	const struct lvs_service_key one = { .addr = test_addr("192.0.2.10"), .port = LVS_BE16(443), .proto = 6 };
	const struct lvs_service_key none = { .addr = test_addr("192.0.2.11"), .port = LVS_BE16(443), .proto = 6 };

	go_over(scene,
		"marks: ( { mark = 20; address = \"192.0.2.77\"; } );"
		"services: ("
		"{ mark = 20; }, { mark = 3; }, { mark = 4; family = \"inet6\"; },"
		"{ address = \"192.0.2.30:80\"; }, { address = \"192.0.2.10:53\"; protocol = \"udp\"; },"
		"{ address = \"192.0.2.5:80\"; protocol = \"sctp\"; }, { address = \"[2001:db8::2]:80\"; }, { address = \"[2001:db8::1]:80\"; },"
		"{ address = \"192.0.2.9:80\"; }, { address = \"192.0.2.100:80\"; }, { address = \"192.0.2.10\"; ports = \"80,81\"; },"
		"{ address = \"192.0.2.10:443\"; servers: ( { address = \"10.0.0.30:80\"; }, { address = \"10.0.0.1:81\"; },"
		"  { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.200:80\"; }, { address = \"10.0.0.2:9\"; }, { address = \"10.0.0.2:10\"; } ); },"
		"{ address = \"192.0.2.10:80\"; } );");
	expect(scene, NULL,
	       "tcp:192.0.2.9:80{} tcp:192.0.2.10:80{} tcp:192.0.2.10:80,81{} tcp:192.0.2.10:443{10.0.0.1:80 10.0.0.1:81 "
	       "10.0.0.2:9 10.0.0.2:10 10.0.0.30:80 10.0.0.200:80 } tcp:192.0.2.30:80{} tcp:192.0.2.100:80{} "
	       "udp:192.0.2.10:53{} sctp:192.0.2.5:80{} tcp:[2001:db8::1]:80{} tcp:[2001:db8::2]:80{} fwm:3{} fwm6:4{} fwm:20{} ");
	expect(scene, &one, "tcp:192.0.2.10:443{10.0.0.1:80 10.0.0.1:81 10.0.0.2:9 10.0.0.2:10 10.0.0.30:80 10.0.0.200:80 } ");
	expect(scene, &none, "");
}

#define AT(weight) "{ address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.1:80\"; weight = " weight "; } ); }"
#define A AT("2")
#define B "{ address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.0.2:80\"; }, { address = \"10.0.0.3:80\"; } ); }"
#define B_MORE "{ address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.0.3:80\"; }, { address = \"10.0.0.1:80\"; }, { address = \"10.0.0.4:80\"; } ); }"
#define C "{ address = \"192.0.2.3:80\"; }"
#define WHOLE "tcp:192.0.2.1:80{10.0.0.1:80 } tcp:192.0.2.2:80{10.0.0.2:80 10.0.0.3:80 } tcp:192.0.2.3:80{} "

/* After so many steps the file is another one. What had its turn stays, what has it later is as it is then. */
static const struct {
	const char *what;
	unsigned int steps;
	const char *file;
	const char *expected;
} changes[] = {
	{ "nothing but a weight", 4, "services: (" A "," B "," C ");", WHOLE },
	{ "at the beginning", 0, "services: (" C ");", "tcp:192.0.2.3:80{} " },
	{ "all gone inside of a service", 1, "services: ();", "tcp:192.0.2.1:80{} " },
	{ "all gone between servers", 5, "services: ();", "tcp:192.0.2.1:80{10.0.0.1:80 } tcp:192.0.2.2:80{10.0.0.2:80 } " },
	{ "the service gone that it is in", 4, "services: (" A "," C ");",
	  "tcp:192.0.2.1:80{10.0.0.1:80 } tcp:192.0.2.2:80{} tcp:192.0.2.3:80{} " },
	{ "servers come and go where it is", 5, "services: (" A "," B_MORE "," C ");",
	  "tcp:192.0.2.1:80{10.0.0.1:80 } tcp:192.0.2.2:80{10.0.0.2:80 10.0.0.3:80 10.0.0.4:80 } tcp:192.0.2.3:80{} " },
	{ "servers come and go where it will be", 3, "services: (" A "," B_MORE "," C ");",
	  "tcp:192.0.2.1:80{10.0.0.1:80 } tcp:192.0.2.2:80{10.0.0.1:80 10.0.0.3:80 10.0.0.4:80 } tcp:192.0.2.3:80{} " },
	{ "services come behind it only", 3, "services: ({ address = \"192.0.2.0:80\"; }," A ",{ address = \"192.0.2.1:81\"; }," B "," C ");",
	  "tcp:192.0.2.1:80{10.0.0.1:80 } tcp:192.0.2.1:81{} tcp:192.0.2.2:80{10.0.0.2:80 10.0.0.3:80 } tcp:192.0.2.3:80{} " },
};

static void what_changes_is_listed_as_it_is_when_its_turn_comes(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct lvs_walk walk;
		char text[4096] = "";

		go_over(scene, "services: (" AT("1") "," B "," C ");");
		lvs_walk_init(&walk, &scene->host, NULL);
		for (unsigned int k = 0; k < changes[i].steps; k++)
			assert_true(step(&walk, text, sizeof(text)));
		go_over(scene, changes[i].file);
		while (step(&walk, text, sizeof(text)))
			;
		if (strcmp(text, changes[i].expected) != 0)
			fail_msg("%s: %s, not %s", changes[i].what, text, changes[i].expected);
		assert_false(step(&walk, text, sizeof(text)));
		lvs_walk_fini(&walk);
	}
}

#define MANY 2000

/* More than fit one turn of anything, with the file written anew all the time. */
static void many_are_all_listed_in_order(void **state)
{
	struct scene *scene = *state;
	size_t size = MANY * 120, at = 0, n = 0;
	char *file = malloc(size), last[LVS_ID_BYTES] = "";
	struct lvs_service_key before = { .addr = lvs_addr_any(true) };
	struct lvs_walk walk;

	assert_non_null(file);
	at += (size_t)snprintf(file, size, "services: (");
	for (unsigned int i = 0; i < MANY; i++) {
		unsigned int number = i * 1009 % MANY;

		at += (size_t)snprintf(file + at, size - at, "%s{ address = \"192.0.%u.%u:80\"; servers: ( { address = \"10.0.0.1:80\"; } ); }",
				       i ? "," : "", number / 250, number % 250 + 1);
	}
	(void)snprintf(file + at, size - at, ");");
	go_over(scene, file);
	lvs_walk_init(&walk, &scene->host, NULL);
	for (enum lvs_walk_step what; (what = lvs_walk_next(&walk)) != LVS_WALK_END;) {
		assert_true(what != LVS_WALK_FAILED);
		if (what != LVS_WALK_SERVICE)
			continue;
		assert_true(lvs_walk_order(&before, &walk.service->spec.key) < 0);
		before = walk.service->spec.key;
		assert_string_not_equal(walk.conf->name, last);
		(void)snprintf(last, sizeof(last), "%s", walk.conf->name);
		if (++n % 500 == 0)
			go_over(scene, file);
	}
	assert_int_equal(n, MANY);
	lvs_walk_fini(&walk);
	free(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_order_is_that_of_ipvsadm),
		TEST(what_changes_is_listed_as_it_is_when_its_turn_comes),
		TEST(many_are_all_listed_in_order),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
