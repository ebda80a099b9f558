// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/edit.h"
#include "conf/job.h"
#include "engine/classify.h"
#include "io/io.h"
#include "lvsd/loader.h"
#include "sys/loop.h"

struct scene {
	char path[64];
	struct lvs_loop *loop;
	struct lvs_loader *loader;
	struct lvs_conf *conf;
	struct lvs_conf_job job;	/* NULL in it: read the file */
	unsigned int loads, changes, errors;
	bool classified;
};

static void write_conf(const struct scene *scene, const char *text)
{
	FILE *file = fopen(scene->path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void on_loaded(void *arg, struct lvs_loaded *loaded)
{
	struct scene *scene = arg;

	scene->loads++;
	assert_ptr_equal(loaded->job, &scene->job);
	if (loaded->err) {
		scene->errors = (unsigned int)loaded->errors.n;
	} else if (loaded->conf) {
		assert_int_equal(loaded->ntexts, loaded->diff.n);
		struct lvs_conf *old = scene->conf;

		scene->changes = (unsigned int)loaded->diff.n;
		scene->classified = loaded->classifier;
		scene->conf = loaded->conf;
		loaded->conf = old;
	}
	lvs_loader_discard(scene->loader, loaded);
	lvs_loop_stop(scene->loop);
}

static bool start(struct scene *scene)
{
	return lvs_loader_start(scene->loader, &scene->job, scene->conf, scene->conf);
}

static void open_loader(struct scene *scene)
{
	static const struct lvs_hash_key key = { 1, 2 };
	static const struct lvs_io io = { .fd = -1 };
	const struct lvs_loader_options options = { .path = scene->path, .key = &key, .io = &io, .scripts = true, .keep = -1,
						    .done = on_loaded, .arg = scene };

	assert_int_equal(lvs_loop_new(&scene->loop), 0);
	assert_int_equal(lvs_loader_new(scene->loop, &options, &scene->loader), 0);
}

static void close_loader(struct scene *scene)
{
	lvs_loader_free(scene->loader);
	lvs_loop_free(scene->loop);
	scene->loader = NULL;
	scene->loop = NULL;
}

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct lvs_conf_errors errors;
	int fd;

	assert_non_null(scene);
	(void)strcpy(scene->path, "/tmp/lvs-loader-XXXXXX");
	fd = mkstemp(scene->path);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	write_conf(scene, "services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.1\"; } ); } );");
	assert_int_equal(lvs_conf_load(scene->path, &errors, &scene->conf), 0);
	open_loader(scene);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	close_loader(scene);
	lvs_loader_free(NULL);
	lvs_conf_free(scene->conf);
	(void)unlink(scene->path);
	free(scene);
	return 0;
}

static void load(struct scene *scene)
{
	assert_true(start(scene));
	assert_int_equal(lvs_loop_run(scene->loop), 0);
}

static void what_was_read_comes_with_the_difference(void **state)
{
	struct scene *scene = *state;

	load(scene);
	assert_int_equal(scene->changes, 0);
	write_conf(scene, "services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.2\"; } ); } );");
	load(scene);
	assert_int_equal(scene->changes, 2);
	load(scene);
	assert_int_equal(scene->changes, 0);
	assert_int_equal(scene->loads, 3);
}

/* Made beside the loop, and only when there is another one to be made. */
static void other_marks_come_with_their_classifier(void **state)
{
	static const char service[] = "services: ( { mark = 1; servers: ( { address = \"10.0.0.1\"; } ); } );";
	struct scene *scene = *state;
	char text[256];

	load(scene);
	assert_false(scene->classified);
	(void)snprintf(text, sizeof(text), "marks: ( { mark = 1; address = \"192.0.2.1\"; } ); %s", service);
	write_conf(scene, text);
	load(scene);
	assert_true(scene->classified);
	load(scene);
	assert_false(scene->classified);
	(void)snprintf(text, sizeof(text), "marks: ( { mark = 1; address = \"192.0.2.2\"; } ); %s", service);
	write_conf(scene, text);
	assert_true(start(scene));
	close_loader(scene);	/* what nobody takes is freed */
	open_loader(scene);
}

static void what_cannot_be_read_comes_with_reasons(void **state)
{
	struct scene *scene = *state;
	const struct lvs_conf *conf = scene->conf;

	write_conf(scene, "servces: (); timeouts: { tcp = 0; };");
	load(scene);
	assert_int_equal(scene->errors, 2);
	assert_int_equal(unlink(scene->path), 0);
	load(scene);
	assert_int_equal(scene->errors, 1);
	assert_ptr_equal(scene->conf, conf);
}

static void one_load_at_a_time(void **state)
{
	struct scene *scene = *state;

	assert_true(start(scene));
	assert_false(start(scene));
	assert_int_equal(lvs_loop_run(scene->loop), 0);
	assert_true(start(scene));
	assert_int_equal(lvs_loop_run(scene->loop), 0);
	assert_int_equal(scene->loads, 2);
}

static int make_nothing(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
			struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	(void)job;
	(void)running;
	(void)file;
	(void)errors;
	*ret_conf = NULL;
	return 0;
}

static int make_other(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		      struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	int err = lvs_conf_copy(running, ret_conf);

	(void)job;
	(void)file;
	(void)errors;
	if (!err)
		(*ret_conf)->timeouts.tcp++;
	return err;
}

static int make_wrong(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		      struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, NULL, NULL, "it is wrong");
	return make_other(job, running, file, errors, ret_conf);
}

static void others_make_configurations_too(void **state)
{
	struct scene *scene = *state;
	uint32_t tcp = scene->conf->timeouts.tcp;

	scene->job.make = make_other;
	load(scene);
	assert_int_equal(scene->changes, 1);
	assert_int_equal(scene->conf->timeouts.tcp, tcp + 1);
	scene->job.make = make_nothing;
	load(scene);
	assert_int_equal(scene->conf->timeouts.tcp, tcp + 1);
	scene->job.make = make_wrong;
	load(scene);
	assert_int_equal(scene->errors, 1);
	assert_int_equal(scene->conf->timeouts.tcp, tcp + 1);
}

/* What the file does not name and was made while it ran. */
static void what_was_made_survives_the_file(void **state)
{
	struct scene *scene = *state;

	scene->conf->services[0].origin = LVS_CONF_AT_RUN_TIME;
	scene->conf->services[0].servers[0].origin = LVS_CONF_AT_RUN_TIME;
	write_conf(scene, "services: ( { address = \"192.0.2.2:80\"; servers: ( { address = \"10.0.0.2\"; } ); } );");
	load(scene);
	assert_int_equal(scene->conf->nservices, 2);
	assert_int_equal(scene->conf->services[0].origin, LVS_CONF_FROM_FILE);
	assert_int_equal(scene->conf->services[1].origin, LVS_CONF_AT_RUN_TIME);
	/* Now it does. */
	write_conf(scene, "services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.3\"; } ); } );");
	load(scene);
	assert_int_equal(scene->conf->nservices, 1);
	assert_int_equal(scene->conf->services[0].origin, LVS_CONF_FROM_FILE);
	assert_int_equal(scene->conf->services[0].nservers, 2);
	assert_int_equal(scene->conf->services[0].servers[1].origin, LVS_CONF_AT_RUN_TIME);
	/* And contradicts what was made. */
	write_conf(scene, "services: ( { address = \"192.0.2.1:80\"; servers: ( { address = \"10.0.0.3\"; name = \"10.0.0.1:80\"; } ); } );");
	load(scene);
	assert_int_equal(scene->errors, 1);
}

static int make_none(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		     struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	int err = lvs_conf_copy(running, ret_conf);

	(void)job;
	(void)file;
	(void)errors;
	while (!err && (*ret_conf)->nservices)
		lvs_conf_service_fini(&(*ret_conf)->services[--(*ret_conf)->nservices]);
	return err;
}

/* What the file does name and was removed while it ran: the file says what is wanted. */
static void what_was_removed_comes_back_with_the_file(void **state)
{
	struct scene *scene = *state;

	scene->job.make = make_none;
	load(scene);
	assert_int_equal(scene->conf->nservices, 0);
	scene->job.make = NULL;
	load(scene);
	assert_int_equal(scene->conf->nservices, 1);
	assert_int_equal(scene->conf->services[0].nservers, 1);
	assert_int_equal(scene->changes, 1);
}

/* At whatever point of a load the end comes: what was handed over before is not touched again, the rest is freed. */
static void the_end_may_come_at_any_time(void **state)
{
	struct scene *scene = *state;

	for (unsigned int i = 0; i < 200; i++) {
		load(scene);
		assert_true(start(scene));
		if (i % 4 == 1)
			(void)usleep(i);	/* not to wait for anything: to end at different points */
		close_loader(scene);
		assert_int_equal(scene->conf->nservices, 1);
		open_loader(scene);
		if (i % 4 == 2) {
			assert_true(start(scene));
			close_loader(scene);
			open_loader(scene);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_read_comes_with_the_difference, setup, teardown),
		cmocka_unit_test_setup_teardown(other_marks_come_with_their_classifier, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_comes_with_reasons, setup, teardown),
		cmocka_unit_test_setup_teardown(others_make_configurations_too, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_made_survives_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_removed_comes_back_with_the_file, setup, teardown),
		cmocka_unit_test_setup_teardown(one_load_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(the_end_may_come_at_any_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
