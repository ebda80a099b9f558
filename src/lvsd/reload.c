// SPDX-License-Identifier: GPL-2.0-or-later
/* Parse all, check all, compare (loader.c), apply (design, D5). Each change is one line in the log. */
#include "lvsd/reload.h"

#include <string.h>

#include "conf/conf.h"
#include "engine/engine.h"
#include "lvsd/director.h"
#include "lvsd/health.h"
#include "lvsd/loader.h"
#include "lvsd/pump.h"
#include "lvsd/rules.h"
#include "lvsd/ways.h"
#include "sys/clock.h"
#include "sys/log.h"

#define LINE_MAX_BYTES 512
/* A reload that changes everything is told in numbers, not in ten thousand lines. */
#define CHANGES_LOGGED 50

static void refuse(struct lvs_director *director)
{
	director->refused++;
	lvs_log(director->log, LVS_LOG_ERROR, "reload refused: '%s' is not in force, nothing has changed", director->path);
	lvs_notify_status(&director->notify, "%zu services; last reload refused, see the log", director->conf->nservices);
}

static void log_findings(struct lvs_director *director, const struct lvs_conf_errors *errors)
{
	char line[LINE_MAX_BYTES];

	for (size_t i = 0; i < errors->n; i++)
		lvs_log(director->log, errors->list[i].severity == LVS_CONF_ERROR ? LVS_LOG_ERROR : LVS_LOG_WARNING, "%s",
			lvs_conf_errors_line(errors, i, line, sizeof(line)));
}

/* Return: may a running director do all of it? */
static bool all_possible(struct lvs_director *director, const struct lvs_conf_diff *diff)
{
	char line[LINE_MAX_BYTES];

	for (size_t i = 0; i < diff->n; i++)
		if (diff->changes[i].restart)
			lvs_log(director->log, LVS_LOG_ERROR, "%s: only a restart can do that",
				lvs_conf_change_describe(&diff->changes[i], line, sizeof(line)));
	return !diff->nrestart;
}

static void log_changes(struct lvs_director *director, const struct lvs_conf_diff *diff)
{
	char line[LINE_MAX_BYTES];

	for (size_t i = 0; i < diff->n && i < CHANGES_LOGGED; i++)
		lvs_log(director->log, LVS_LOG_INFO, "%s",
			lvs_conf_change_describe(&diff->changes[i], line, sizeof(line)));
	if (diff->n > CHANGES_LOGGED)
		lvs_log(director->log, LVS_LOG_INFO, "and %zu more changes", diff->n - CHANGES_LOGGED);
	lvs_log(director->log, LVS_LOG_NOTICE, "reloaded '%s': %zu changes, %zu services", director->path, diff->n,
		director->conf->nservices);
}

/* Return: did the new configuration come into force? Then it is the director's, and @loaded has the old one. */
static bool change_over(struct lvs_director *director, struct lvs_loaded *loaded)
{
	const struct lvs_rules *rules = lvs_engine_rules(director->engine);
	uint64_t generation = rules->generation;
	struct lvs_conf *old = director->conf;
	struct lvs_health_set *set;
	int err;

	if (!all_possible(director, &loaded->diff) ||
	    lvs_ways_check(loaded->conf, director->path, director->io, director->log))
		return false;
	if (lvs_health_prepare(director->health, loaded->conf, &loaded->diff, &set))
		return false;
	err = lvs_rules_apply(director->engine, &loaded->diff, loaded->conf, &loaded->classifier, lvs_health_overlay(set),
			      lvs_clock_now());
	if (err) {
		lvs_health_discard(director->health, set);
		lvs_log(director->log, LVS_LOG_ERROR, "cannot apply the new configuration: %s", strerror(-err));
		return false;
	}
	lvs_health_adopt(director->health, set);
	director->conf = loaded->conf;
	loaded->conf = old;
	lvs_log_set_level(director->log, (enum lvs_log_level)director->conf->director.log_level);
	lvs_pump_wake(director->pump);
	if (rules->generation != generation)
		(void)lvs_director_announce(director);	/* what failed has been said, and is tried again */
	log_changes(director, &loaded->diff);
	return true;
}

void lvs_director_loaded(void *arg, struct lvs_loaded *loaded)
{
	struct lvs_director *director = arg;

	log_findings(director, &loaded->errors);
	if (!loaded->err && change_over(director, loaded))
		director->reloads++;
	else
		refuse(director);
	lvs_loaded_fini(loaded);
	if (director->reload_again) {
		director->reload_again = false;
		lvs_director_reload(director);
	} else {
		lvs_notify_ready(&director->notify);
	}
}

void lvs_director_reload(struct lvs_director *director)
{
	lvs_notify_reloading(&director->notify, lvs_clock_now());
	if (!lvs_loader_start(director->loader, director->conf))
		director->reload_again = true;
}
