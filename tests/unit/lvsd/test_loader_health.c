// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Health checks are drafted in one thread while verdicts change in the other: nothing that is known is lost. A thread sanitizer
 * has something to look at here.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "conf/conf.h"
#include "conf/job.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "io/io.h"
#include "lvsd/loader.h"
#include "lvsd/rules.h"
#include "tests/lib/ward.h"

#define ROUNDS 60

struct scene {
	struct ward *ward;
	struct lvs_loader *loader;
	struct lvs_conf_job job;
	unsigned int round;
};

/* The second server, whose check is its service's, is asked in another way each time; the third one always as before. */
static int make(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	static const char *const keys[] = {
		WARD_CHECK, WARD_CHECK "mss = 1000;", "",
		"check: { type = \"tcp\"; interval = 0.2; fast_interval = 0.1; timeout = 0.1; rise = 1; fall = 1; };",
	};
	struct scene *scene = container_of(job, struct scene, job);

	(void)running;
	(void)file;
	(void)errors;
	*ret_conf = ward_configure(scene->ward, keys[scene->round % ARRAY_LEN(keys)], "");
	return 0;
}

static void start(struct scene *scene)
{
	scene->job = (struct lvs_conf_job){ .what = "test", .make = make };
	assert_true(lvs_loader_start(scene->loader, &scene->job, scene->ward->conf, scene->ward->conf));
}

static void on_loaded(void *arg, struct lvs_loaded *loaded)
{
	struct scene *scene = arg;
	struct ward *f = scene->ward;
	struct lvs_conf *old = f->conf;

	assert_int_equal(loaded->err, 0);
	assert_int_equal(lvs_health_prepare(f->health, loaded->set), 0);
	assert_int_equal(lvs_rules_apply(f->engine, loaded->plan, &loaded->classifier, lvs_health_overlay(loaded->set), 0), 0);
	lvs_health_adopt(f->health, loaded->set);
	loaded->set = NULL;
	f->conf = loaded->conf;
	loaded->conf = old;
	lvs_loader_discard(scene->loader, loaded);
	if (scene->round % 4 == 0)
		(scene->round % 8 ? ward_take_down : ward_bring_up)(f, 0);
	f->mark = ++scene->round;
	if (scene->round < ROUNDS)
		start(scene);
}

static bool all_rounds(struct ward *f) { return f->mark == ROUNDS; }
static bool all_up(struct ward *f) { return ward_weights(f) == 102030; }
static bool first_down(struct ward *f) { return ward_weights(f) == 2030; }

static void drafts_are_made_while_verdicts_change(void **state)
{
	static const struct lvs_hash_key key = { 1, 2 };
	static const struct lvs_io io = { .fd = -1 };
	struct scene scene = { .ward = *state };
	struct lvs_loader_options options = { .path = "/nonexistent", .key = &key, .io = &io, .keep = -1, .done = on_loaded,
					      .arg = &scene };
	struct ward *f = *state;

	ward_start(f, WARD_CHECK, "");
	ward_wait_for(f, all_up);
	options.health = f->health;
	assert_int_equal(lvs_loader_new(f->loop, &options, &scene.loader), 0);
	start(&scene);
	ward_wait_for(f, all_rounds);
	ward_bring_up(f, 0);
	ward_wait_for(f, all_up);
	ward_take_down(f, 0);
	ward_wait_for(f, first_down);
	start(&scene);
	lvs_loader_free(scene.loader);	/* what nobody takes is given back */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(drafts_are_made_while_verdicts_change, ward_setup, ward_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
