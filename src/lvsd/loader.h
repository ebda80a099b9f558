/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making the next configuration and comparing it with the one in force, beside the loop: a large one takes tens of
 * milliseconds, and packets wait for nobody. What else takes long is made here too: the classifier of many marks. The only
 * thread besides the loop's; it touches nothing but text, configurations and what it makes of them.
 */
#ifndef LVS_LVSD_LOADER_H
#define LVS_LVSD_LOADER_H

#include <stdbool.h>

#include "conf/diff.h"
#include "conf/errors.h"

struct lvs_classifier;
struct lvs_conf;
struct lvs_conf_job;
struct lvs_hash_key;
struct lvs_health;
struct lvs_health_set;
struct lvs_io;
struct lvs_loader;
struct lvs_loop;
struct lvs_rules_plan;

/**
 * struct lvs_loaded - what came of it
 * @job:	what was asked for
 * @err:	0, or why there is no configuration; what to say about that is in @errors
 * @errors:	findings, warnings too
 * @conf:	the new one; the taker's. NULL: there is nothing to change
 * @file:	the file's if it is another one than @conf, and the file was read; the taker's
 * @diff:	from the old one to @conf; the taker's
 * @classifier:	of @conf's marks if they have changed; the taker's, may be NULL
 * @plan:	from @diff to the engine's rules; the taker's
 * @set:	what @conf needs of health checks; the taker's, NULL if there are none
 * @concerns_host: the host has to be told, even if the rules that it knows of stay
 * @texts:	@ntexts of the changes, described; the taker's
 * @changed:	for the taker: @conf came into force
 */
struct lvs_loaded {
	struct lvs_conf_job *job;
	int err;
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	struct lvs_conf *file;
	struct lvs_conf_diff diff;
	struct lvs_classifier *classifier;
	struct lvs_rules_plan *plan;
	struct lvs_health_set *set;
	bool concerns_host;
	char **texts;
	size_t ntexts;
	bool changed;
};

/* Frees what is the taker's. */
void lvs_loaded_fini(struct lvs_loaded *loaded);

/**
 * struct lvs_loader_options - what the thread works with; everything is borrowed
 * @path:	of lvs.conf
 * @key:	of the engine's rules; never changes
 * @io:		the device; what it can do never changes
 * @health:	of which only lvs_health_draft() is called; NULL: there are no health checks
 * @scripts:	the operator's programs can be run
 * @keep:	a descriptor that jobs write to; -1: none
 * @done:	called from the loop when a job has ended; takes over what @loaded owns
 */
struct lvs_loader_options {
	const char *path;
	const struct lvs_hash_key *key;
	const struct lvs_io *io;
	struct lvs_health *health;
	bool scripts;
	int keep;
	void (*done)(void *arg, struct lvs_loaded *loaded);
	void *arg;
};

/**
 * lvs_loader_new() - start the thread; it waits
 * @options:	copied
 *
 * Must come after the privileges were dropped, which is each thread's own, and before sealing, which forbids new threads.
 *
 * Return: 0 or -Exxx
 */
int lvs_loader_new(struct lvs_loop *loop, const struct lvs_loader_options *options, struct lvs_loader **ret_loader);

/* Waits for the thread to end; a job under way is not reported. @loader: may be NULL */
void lvs_loader_free(struct lvs_loader *loader);

/**
 * lvs_loader_start() - make what @job says, and compare with @running
 * @running, @file: must stay as they are until @done was called
 *
 * Return: false if a job is under way already
 */
bool lvs_loader_start(struct lvs_loader *loader, struct lvs_conf_job *job, const struct lvs_conf *running,
		      const struct lvs_conf *file);

/* Have the thread free what is the taker's, since that takes long too. Without memory it is done at once. */
void lvs_loader_discard(struct lvs_loader *loader, const struct lvs_loaded *loaded);

#endif
