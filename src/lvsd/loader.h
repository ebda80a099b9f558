/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading lvs.conf and comparing it with the one in force, beside the loop: a large file takes tens of milliseconds, and
 * packets wait for nobody. What else takes long is made here too: the classifier of many marks. The only thread besides
 * the loop's; it touches nothing but text, configurations and what it makes of them.
 */
#ifndef LVS_LVSD_LOADER_H
#define LVS_LVSD_LOADER_H

#include <stdbool.h>

#include "conf/diff.h"
#include "conf/errors.h"

struct lvs_classifier;
struct lvs_conf;
struct lvs_hash_key;
struct lvs_loader;
struct lvs_loop;

/**
 * struct lvs_loaded - what came of it
 * @err:	0, or why there is no configuration; what to say about that is in @errors
 * @errors:	findings, warnings too
 * @conf:	the new one; the taker's
 * @diff:	from the old one to @conf; the taker's
 * @classifier:	of @conf's marks if they have changed; the taker's, may be NULL
 */
struct lvs_loaded {
	int err;
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	struct lvs_conf_diff diff;
	struct lvs_classifier *classifier;
};

/* Frees what is the taker's. */
void lvs_loaded_fini(struct lvs_loaded *loaded);

/**
 * lvs_loader_new() - start the thread; it waits
 * @path:	of lvs.conf, borrowed
 * @key:	of the engine's rules, borrowed; never changes
 * @done:	called from @loop when a load has ended; takes over what @loaded owns
 *
 * Must come after the privileges were dropped, which is each thread's own, and before sealing, which forbids new threads.
 *
 * Return: 0 or -Exxx
 */
int lvs_loader_new(struct lvs_loop *loop, const char *path, const struct lvs_hash_key *key,
		   void (*done)(void *arg, struct lvs_loaded *loaded), void *arg, struct lvs_loader **ret_loader);

/* Waits for the thread to end. @loader: may be NULL */
void lvs_loader_free(struct lvs_loader *loader);

/**
 * lvs_loader_start() - load, and compare with @old
 * @old:	must stay as it is until @done was called
 *
 * Return: false if a load is under way already
 */
bool lvs_loader_start(struct lvs_loader *loader, const struct lvs_conf *old);

#endif
