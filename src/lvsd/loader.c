// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mailbox with one letter in each direction. The loop leaves a job and signals the condition; the thread leaves the
 * outcome and writes to an eventfd that the loop watches. Between the two the letter belongs to the thread alone, so
 * that nothing but the mailbox' state needs the lock.
 */
#include "lvsd/loader.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/edit.h"
#include "conf/job.h"
#include "conf/via.h"
#include "engine/classify.h"
#include "lvsd/health.h"
#include "lvsd/rules.h"
#include "lvsd/scripts.h"
#include "lvsd/ways.h"
#include "sys/loop.h"

#define TEXT_BYTES 512

enum state { BORN, IDLE, ASKED, DONE, QUIT };

/* What is to be freed. */
struct refuse {
	struct refuse *next;
	struct lvs_loaded loaded;
};

struct lvs_loader {
	struct lvs_loader_options options;
	int fd;
	bool running_thread;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum state state;
	struct refuse *refuse;
	const struct lvs_conf *running, *file;
	struct lvs_loaded loaded;
};

void lvs_loaded_fini(struct lvs_loaded *loaded)
{
	for (size_t i = 0; i < loaded->ntexts; i++)
		free(loaded->texts[i]);
	free(loaded->texts);
	lvs_conf_diff_fini(&loaded->diff);
	lvs_classifier_free(loaded->classifier);
	lvs_rules_plan_free(loaded->plan);
	lvs_health_discard(loaded->set);
	lvs_conf_free(loaded->conf);
	lvs_conf_free(loaded->file);
}

static int describe(struct lvs_loaded *loaded)
{
	char line[TEXT_BYTES];

	loaded->texts = calloc(LVS_MIN(loaded->diff.n, LVS_CONF_JOB_TEXTS_MAX) + 1, sizeof(*loaded->texts));
	if (!loaded->texts)
		return -ENOMEM;
	while (loaded->ntexts < loaded->diff.n && loaded->ntexts < LVS_CONF_JOB_TEXTS_MAX) {
		char *text = strdup(lvs_conf_change_describe(&loaded->diff.changes[loaded->ntexts], line, sizeof(line)));

		if (!text)
			return -ENOMEM;
		loaded->texts[loaded->ntexts++] = text;
	}
	return 0;
}

static int compare(const struct lvs_loader *loader, struct lvs_loaded *loaded)
{
	int err = lvs_conf_diff_init(loader->running, loaded->conf, &loaded->diff);

	return err ? err : describe(loaded);
}

/*
 * Of addresses that come and go the rules know. But checks come from addresses, too; and helpers let servers begin
 * connections, whose packets have to be led to the device.
 */
static bool concerns_host(const struct lvs_conf_diff *diff, const struct lvs_conf *old, const struct lvs_conf *conf)
{
	struct lvs_addr from[LVS_CONF_VIA_SOURCES_MAX], to[LVS_CONF_VIA_SOURCES_MAX];
	size_t n = lvs_conf_via_sources(conf, to);

	if (n != lvs_conf_via_sources(old, from) || (n && memcmp(from, to, n * sizeof(*to)) != 0))
		return true;
	for (size_t i = 0; i < diff->n; i++) {
		const struct lvs_conf_change *change = &diff->changes[i];

		if (change->kind == LVS_CONF_SET)
			return true;
		if (change->kind == LVS_CONF_SERVICE_EDITED &&
		    strcmp(change->old_service->helper, change->new_service->helper) != 0)
			return true;
	}
	return false;
}

/* What only a restart can do is not to be done. */
static int draft(const struct lvs_loader *loader, struct lvs_loaded *loaded, char message[LVS_HEALTH_MESSAGE_BYTES])
{
	int err;

	if (loaded->diff.nrestart)
		return 0;
	loaded->concerns_host = concerns_host(&loaded->diff, loader->running, loaded->conf);
	err = lvs_rules_classifier(&loaded->diff, loaded->conf, loader->options.key, &loaded->classifier);
	if (!err)
		err = lvs_rules_plan_new(&loaded->diff, loaded->conf, &loaded->plan);
	(void)snprintf(message, LVS_HEALTH_MESSAGE_BYTES, "out of memory");
	if (!err && loader->options.health)
		err = lvs_health_draft(loader->options.health, loaded->conf, &loaded->diff, message, &loaded->set);
	return err;
}

/* The file, and what was made at run time. */
static int load(const struct lvs_loader *loader, struct lvs_loaded *loaded)
{
	int err = lvs_conf_load(loader->options.path, &loaded->errors, &loaded->file), kept;

	if (!err)
		err = lvs_ways_check(loaded->file, loader->options.io, &loaded->errors);
	/* Here, where it is known on which line one stands. */
	if (!err && !loader->options.scripts)
		err = lvs_scripts_refuse(loaded->file, &loaded->errors);
	if (!err)
		err = lvs_conf_copy(loaded->file, &loaded->conf);
	if (err)
		return err;
	kept = lvs_conf_keep_made(loaded->conf, loader->running);
	if (kept >= 0)
		err = lvs_conf_keep_commands(loaded->conf, loader->running);
	if (err)
		return err;
	return kept == 1 ? lvs_conf_check_all(loaded->conf, &loaded->errors) : kept;
}

static void work(struct lvs_loader *loader)
{
	struct lvs_loaded *loaded = &loader->loaded;
	struct lvs_conf_job *job = loaded->job;
	char message[LVS_HEALTH_MESSAGE_BYTES];

	lvs_conf_errors_init(&loaded->errors, loader->options.path, NULL, 0);
	if (job->make)
		loaded->err = job->make(job, loader->running, loader->file, &loaded->errors, &loaded->conf);
	else
		loaded->err = load(loader, loaded);
	if (!loaded->err && loaded->errors.nerrors)
		loaded->err = -EINVAL;
	if (!loaded->err && loaded->conf)
		loaded->err = lvs_ways_check(loaded->conf, loader->options.io, &loaded->errors);
	if (!loaded->err && loaded->conf && !loader->options.scripts)
		loaded->err = lvs_scripts_refuse(loaded->conf, &loaded->errors);
	if (loaded->err || !loaded->conf)
		return;
	loaded->err = compare(loader, loaded);
	if (loaded->err) {
		lvs_conf_errors_add(&loaded->errors, LVS_CONF_ERROR, NULL, NULL, "cannot compare with the configuration in force: %s",
				    strerror(-loaded->err));
		return;
	}
	loaded->err = draft(loader, loaded, message);
	if (loaded->err)
		lvs_conf_errors_add(&loaded->errors, LVS_CONF_ERROR, NULL, NULL, "cannot apply the new configuration: %s", message);
}

/*
 * A table of open files of its own, with nothing in it but the way back and what jobs write to: as long as two threads
 * share a table, the kernel counts a reference for every read() and write() of either, which costs packets a few percent.
 * Where a container forbids it, that is all that is lost.
 */
static void leave_files(const struct lvs_loader *loader)
{
	const unsigned int low = (unsigned int)LVS_MIN(loader->fd, loader->options.keep);
	const unsigned int high = (unsigned int)LVS_MAX(loader->fd, loader->options.keep);

	if (unshare(CLONE_FILES))
		return;
	if (low > STDERR_FILENO + 1)
		(void)close_range(STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		(void)close_range(low + 1, high - 1, 0);
	(void)close_range(high + 1, UINT_MAX, 0);
}

/* With the lock held, which is not held meanwhile. */
static void clear_out(struct lvs_loader *loader)
{
	struct refuse *first = loader->refuse;

	loader->refuse = NULL;
	pthread_mutex_unlock(&loader->lock);
	while (first) {
		struct refuse *next = first->next;

		lvs_loaded_fini(&first->loaded);
		free(first);
		first = next;
	}
	pthread_mutex_lock(&loader->lock);
}

static void *serve(void *arg)
{
	struct lvs_loader *loader = arg;
	const uint64_t one = 1;

	leave_files(loader);
	pthread_mutex_lock(&loader->lock);
	loader->state = IDLE;
	pthread_cond_signal(&loader->changed);
	while (loader->state != QUIT) {
		if (loader->refuse) {
			clear_out(loader);
			continue;
		}
		if (loader->state != ASKED) {
			pthread_cond_wait(&loader->changed, &loader->lock);
			continue;
		}
		pthread_mutex_unlock(&loader->lock);
		work(loader);
		pthread_mutex_lock(&loader->lock);
		if (loader->state == ASKED)
			loader->state = DONE;
		(void)!write(loader->fd, &one, sizeof(one));	/* cannot be full: one letter at a time */
	}
	clear_out(loader);
	pthread_mutex_unlock(&loader->lock);
	return NULL;
}

void lvs_loader_discard(struct lvs_loader *loader, const struct lvs_loaded *loaded)
{
	struct refuse *refuse = malloc(sizeof(*refuse));

	if (!refuse) {
		struct lvs_loaded copy = *loaded;

		lvs_loaded_fini(&copy);
		return;
	}
	refuse->loaded = *loaded;
	pthread_mutex_lock(&loader->lock);
	refuse->next = loader->refuse;
	loader->refuse = refuse;
	pthread_cond_signal(&loader->changed);
	pthread_mutex_unlock(&loader->lock);
}

static void on_readable(void *arg)
{
	struct lvs_loader *loader = arg;
	struct lvs_loaded loaded;
	uint64_t count;

	if (read(loader->fd, &count, sizeof(count)) != sizeof(count))
		return;
	pthread_mutex_lock(&loader->lock);
	loaded = loader->loaded;
	loader->state = IDLE;
	pthread_mutex_unlock(&loader->lock);
	/* A copy, for whoever is told may start the next job at once. */
	loader->options.done(loader->options.arg, &loaded);
}

/*
 * Signals are the loop's: the thread begins with all of them blocked. Waits until it runs, for its first system calls are
 * those of the C library, and the seal does not know them.
 */
static int start_thread(struct lvs_loader *loader)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &old);
	if (err)
		return -err;
	err = pthread_create(&loader->thread, NULL, serve, loader);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err)
		return -err;
	loader->running_thread = true;
	pthread_mutex_lock(&loader->lock);
	while (loader->state == BORN)
		pthread_cond_wait(&loader->changed, &loader->lock);
	pthread_mutex_unlock(&loader->lock);
	return 0;
}

int lvs_loader_new(struct lvs_loop *loop, const struct lvs_loader_options *options, struct lvs_loader **ret_loader)
{
	struct lvs_loader *loader = calloc(1, sizeof(*loader));
	int err;

	if (!loader)
		return -ENOMEM;
	loader->options = *options;
	pthread_mutex_init(&loader->lock, NULL);
	pthread_cond_init(&loader->changed, NULL);
	loader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (options->keep < 0)
		loader->options.keep = loader->fd;
	err = loader->fd < 0 ? -errno : lvs_loop_on_readable(loop, loader->fd, on_readable, loader);
	if (!err)
		err = start_thread(loader);
	if (err) {
		lvs_loader_free(loader);
		return err;
	}
	*ret_loader = loader;
	return 0;
}

void lvs_loader_free(struct lvs_loader *loader)
{
	if (!loader)
		return;
	if (loader->running_thread) {
		bool unread;

		pthread_mutex_lock(&loader->lock);
		unread = loader->state == ASKED || loader->state == DONE;
		loader->state = QUIT;
		pthread_cond_signal(&loader->changed);
		pthread_mutex_unlock(&loader->lock);
		pthread_join(loader->thread, NULL);
		if (unread)
			lvs_loaded_fini(&loader->loaded);
	}
	if (loader->fd >= 0)
		close(loader->fd);
	pthread_cond_destroy(&loader->changed);
	pthread_mutex_destroy(&loader->lock);
	free(loader);
}

bool lvs_loader_start(struct lvs_loader *loader, struct lvs_conf_job *job, const struct lvs_conf *running,
		      const struct lvs_conf *file)
{
	bool idle;

	pthread_mutex_lock(&loader->lock);
	idle = loader->state == IDLE;
	if (idle) {
		loader->running = running;
		loader->file = file;
		/* Until there is more to tell: what the last one came to has found its taker. */
		loader->loaded = (struct lvs_loaded){ .job = job, .err = -ECANCELED };
		loader->state = ASKED;
		pthread_cond_signal(&loader->changed);
	}
	pthread_mutex_unlock(&loader->lock);
	return idle;
}
