// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A mailbox with one letter in each direction. The loop leaves the old configuration and signals the condition; the
 * thread leaves the outcome and writes to an eventfd that the loop watches. Between the two the letter belongs to the
 * thread alone, so that nothing but the mailbox' state needs the lock.
 */
#include "lvsd/loader.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "conf/conf.h"
#include "engine/classify.h"
#include "lvsd/rules.h"
#include "sys/loop.h"

enum state { BORN, IDLE, ASKED, DONE, QUIT };

struct lvs_loader {
	const char *path;
	const struct lvs_hash_key *key;
	void (*done)(void *arg, struct lvs_loaded *loaded);
	void *arg;
	int fd;
	bool running;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum state state;
	const struct lvs_conf *old;
	struct lvs_loaded loaded;
};

void lvs_loaded_fini(struct lvs_loaded *loaded)
{
	if (loaded->err)
		return;
	lvs_conf_diff_fini(&loaded->diff);
	lvs_classifier_free(loaded->classifier);
	lvs_conf_free(loaded->conf);
}

static int compare(const struct lvs_loader *loader, struct lvs_loaded *loaded)
{
	int err = lvs_conf_diff_init(loader->old, loaded->conf, &loaded->diff);

	if (err)
		return err;
	err = lvs_rules_classifier(&loaded->diff, loaded->conf, loader->key, &loaded->classifier);
	if (err)
		lvs_conf_diff_fini(&loaded->diff);
	return err;
}

static void load(struct lvs_loader *loader)
{
	struct lvs_loaded *loaded = &loader->loaded;

	memset(loaded, 0, sizeof(*loaded));
	loaded->err = lvs_conf_load(loader->path, &loaded->errors, &loaded->conf);
	if (loaded->err)
		return;
	loaded->err = compare(loader, loaded);
	if (loaded->err) {
		lvs_conf_free(loaded->conf);
		lvs_conf_errors_add(&loaded->errors, LVS_CONF_ERROR, NULL, NULL, "cannot compare with the configuration in force: %s",
				    strerror(-loaded->err));
	}
}

/*
 * A table of open files of its own, with nothing in it but the way back: as long as two threads share a table, the kernel
 * counts a reference for every read() and write() of either, which costs packets a few percent. Where a container
 * forbids it, that is all that is lost.
 */
static void leave_files(const struct lvs_loader *loader)
{
	if (unshare(CLONE_FILES))
		return;
	(void)close_range(STDERR_FILENO + 1, (unsigned int)loader->fd - 1, 0);
	(void)close_range((unsigned int)loader->fd + 1, UINT_MAX, 0);
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
		if (loader->state != ASKED) {
			pthread_cond_wait(&loader->changed, &loader->lock);
			continue;
		}
		pthread_mutex_unlock(&loader->lock);
		load(loader);
		pthread_mutex_lock(&loader->lock);
		if (loader->state == ASKED)
			loader->state = DONE;
		(void)!write(loader->fd, &one, sizeof(one));	/* cannot be full: one letter at a time */
	}
	pthread_mutex_unlock(&loader->lock);
	return NULL;
}

static void on_readable(void *arg)
{
	struct lvs_loader *loader = arg;
	uint64_t count;

	if (read(loader->fd, &count, sizeof(count)) != sizeof(count))
		return;
	pthread_mutex_lock(&loader->lock);
	loader->state = IDLE;
	pthread_mutex_unlock(&loader->lock);
	loader->done(loader->arg, &loader->loaded);
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
	loader->running = true;
	pthread_mutex_lock(&loader->lock);
	while (loader->state == BORN)
		pthread_cond_wait(&loader->changed, &loader->lock);
	pthread_mutex_unlock(&loader->lock);
	return 0;
}

int lvs_loader_new(struct lvs_loop *loop, const char *path, const struct lvs_hash_key *key,
		   void (*done)(void *arg, struct lvs_loaded *loaded), void *arg, struct lvs_loader **ret_loader)
{
	struct lvs_loader *loader = calloc(1, sizeof(*loader));
	int err;

	if (!loader)
		return -ENOMEM;
	loader->path = path;
	loader->key = key;
	loader->done = done;
	loader->arg = arg;
	pthread_mutex_init(&loader->lock, NULL);
	pthread_cond_init(&loader->changed, NULL);
	loader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
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
	if (loader->running) {
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

bool lvs_loader_start(struct lvs_loader *loader, const struct lvs_conf *old)
{
	bool idle;

	pthread_mutex_lock(&loader->lock);
	idle = loader->state == IDLE;
	if (idle) {
		loader->old = old;
		loader->loaded.err = -ECANCELED;	/* until there is more to tell: the last one's has found its taker */
		loader->state = ASKED;
		pthread_cond_signal(&loader->changed);
	}
	pthread_mutex_unlock(&loader->lock);
	return idle;
}
