// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs wait in a queue; the loader makes of one what the next configuration is, and compares (loader.c); here that comes
 * into force (design, D5). Each change is one line in the log.
 *
 * One turn of the loop is for the engine, in which all of it comes into force; others follow for telling the host, as many as that
 * takes. Only then is whoever asked told that it was done.
 */
#include "lvsd/reload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/keys.h"
#include "engine/engine.h"
#include "lvsd/director.h"
#include "lvsd/health.h"
#include "lvsd/pump.h"
#include "lvsd/rules.h"
#include "lvsd/state.h"
#include "lvsd/tell.h"
#include "net/net.h"
#include "notify/notices.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/loop.h"

#define LINE_MAX_BYTES 512
/* What changes everything is told in numbers, not in ten thousand lines. */
#define CHANGES_LOGGED 50

static bool is_reload(const struct lvs_conf_job *job)
{
	return !job->make;
}

static void log_findings(struct lvs_director *director, const struct lvs_conf_errors *errors)
{
	char line[LINE_MAX_BYTES];

	for (size_t i = 0; i < errors->n; i++)
		lvs_log(director->log, errors->list[i].severity == LVS_CONF_ERROR ? LVS_LOG_ERROR : LVS_LOG_WARNING, "%s",
			lvs_conf_errors_line(errors, i, line, sizeof(line)));
}

static void refuse(struct lvs_director *director, const struct lvs_loaded *loaded)
{
	struct lvs_event event;

	if (!is_reload(loaded->job)) {
		lvs_log(director->log, LVS_LOG_INFO, "%s refused, nothing has changed", loaded->job->what);
		return;
	}
	director->refused++;
	lvs_tell_event(LVS_EVENT_RELOAD_REFUSED, LVS_EVENT_COUNT, NULL, NULL, &event);
	if (loaded->errors.n)
		(void)lvs_conf_errors_line(&loaded->errors, 0, event.reason, sizeof(event.reason));
	lvs_notices_put(director->notices, &event, "reload refused: '%s' is not in force, nothing has changed", director->path);
	lvs_notify_status(&director->notify, "%zu services; last reload refused, see the log", director->conf->nservices);
}

/* Return: may a running director do all of it? */
static bool all_possible(struct lvs_director *director, const struct lvs_loaded *loaded)
{
	char line[LINE_MAX_BYTES];

	for (size_t i = 0; i < loaded->diff.n && is_reload(loaded->job); i++)
		if (loaded->diff.changes[i].restart)
			lvs_log(director->log, LVS_LOG_ERROR, "%s: only a restart can do that",
				lvs_conf_change_describe(&loaded->diff.changes[i], line, sizeof(line)));
	return !loaded->diff.nrestart;
}

static void log_changes(struct lvs_director *director, const struct lvs_loaded *loaded)
{
	struct lvs_event event;

	for (size_t i = 0; i < loaded->ntexts && i < CHANGES_LOGGED; i++)
		lvs_log(director->log, LVS_LOG_INFO, "%s", loaded->texts[i]);
	if (loaded->diff.n > CHANGES_LOGGED)
		lvs_log(director->log, LVS_LOG_INFO, "and %zu more changes", loaded->diff.n - CHANGES_LOGGED);
	if (!is_reload(loaded->job))
		return;
	lvs_tell_event(LVS_EVENT_RELOAD_DONE, LVS_EVENT_COUNT, NULL, NULL, &event);
	lvs_notices_put(director->notices, &event, "reloaded '%s': %zu changes, %zu services", director->path, loaded->diff.n,
			director->conf->nservices);
}

/* What was set by way of the API holds until the file is read again, or says otherwise. */
static bool sets_log_level(const struct lvs_loaded *loaded)
{
	for (size_t i = 0; i < loaded->diff.n && loaded->diff.changes[i].kind == LVS_CONF_SET; i++)
		if (!strcmp(lvs_conf_key_name(loaded->diff.changes[i].key), "log_level"))
			return true;
	return is_reload(loaded->job);
}

/* The old one is kept if it is the file's, and goes with @loaded otherwise. */
static void take_conf(struct lvs_director *director, struct lvs_loaded *loaded)
{
	struct lvs_conf *old = director->conf;

	director->conf = loaded->conf;
	loaded->conf = NULL;
	if (loaded->file) {
		lvs_conf_free(director->file);
		director->file = loaded->file;
		loaded->file = NULL;
	} else if (!director->file) {
		director->file = old;
		return;
	}
	loaded->conf = old;
}

/* Return: 0: the new configuration is in force; @ret_announce: the host is to be told */
static int change_over(struct lvs_director *director, struct lvs_loaded *loaded, bool *ret_announce)
{
	const struct lvs_rules *rules = lvs_engine_rules(director->engine);
	uint64_t generation = rules->generation;
	bool level = sets_log_level(loaded);
	int err;

	if (!all_possible(director, loaded))
		return -ENOTSUP;
	err = lvs_health_prepare(director->health, loaded->set);
	if (!err)
		err = lvs_rules_apply(director->engine, loaded->plan, &loaded->classifier, lvs_health_overlay(loaded->set),
				      lvs_clock_now());
	if (err) {
		lvs_conf_errors_add(&loaded->errors, LVS_CONF_ERROR, NULL, NULL, "cannot apply the new configuration: %s",
				    strerror(-err));
		lvs_health_discard(loaded->set);	/* it has joined what runs in the loop */
		loaded->set = NULL;
		return err;
	}
	lvs_health_adopt(director->health, loaded->set);
	loaded->set = NULL;
	/* Before the old one goes: changes are about both. */
	take_conf(director, loaded);
	lvs_state_renew(director->state);
	if (level)
		lvs_log_set_level(director->log, (enum lvs_log_level)director->conf->director.log_level);
	lvs_tell_configure(director->notices, director->conf);
	lvs_pump_wake(director->pump);
	*ret_announce = rules->generation != generation || loaded->concerns_host;
	return 0;
}

static void remember(struct lvs_jobs *jobs, const struct lvs_loaded *loaded, int err)
{
	struct lvs_reload *entry = &jobs->history[jobs->ntried++ % LVS_RELOADS_KEPT];
	char line[LINE_MAX_BYTES] = "";

	if (!err && loaded->ntexts)
		(void)snprintf(line, sizeof(line), "%s", loaded->texts[0]);
	else if (err && loaded->errors.n)
		(void)lvs_conf_errors_line(&loaded->errors, 0, line, sizeof(line));
	else if (err == -ENOTSUP && loaded->ntexts)
		(void)snprintf(line, sizeof(line), "%s", loaded->texts[0]);
	*entry = (struct lvs_reload){ .time = (int64_t)time(NULL), .what = loaded->job->what, .ok = !err,
				      .changes = err ? 0 : loaded->diff.n };
	(void)snprintf(entry->message, sizeof(entry->message), "%.255s", line);
}

static void start_next(struct lvs_director *director)
{
	struct lvs_jobs *jobs = &director->jobs;

	if (!lvs_list_empty(&jobs->waiting))
		(void)lvs_loader_start(director->loader, lvs_list_entry(jobs->waiting.next, struct lvs_conf_job, node),
				       director->conf, director->file ? director->file : director->conf);
}

/* Everybody is told, and the next one is begun. */
static void finish(struct lvs_director *director, struct lvs_loaded *loaded, int err)
{
	struct lvs_conf_job *job = loaded->job;
	bool nothing = !err && !loaded->changed;

	if (is_reload(job) || !err)
		log_findings(director, &loaded->errors);
	if (err)
		refuse(director, loaded);
	else if (!nothing)
		log_changes(director, loaded);
	director->reloads += !err && is_reload(job);
	if (!nothing)
		remember(&director->jobs, loaded, err);
	lvs_list_remove(&job->node);
	director->jobs.n--;
	job->done(job, &(struct lvs_conf_outcome){ .err = err, .errors = &loaded->errors, .diff = nothing ? NULL : &loaded->diff,
						   .texts = loaded->texts, .ntexts = loaded->ntexts });
	lvs_loader_discard(director->loader, loaded);
	start_next(director);
}

void lvs_director_settle(void *arg)
{
	struct lvs_director *director = arg;

	director->jobs.telling = true;
	(void)lvs_director_announce(director);	/* what failed has been said, and is tried again */
	if (!lvs_net_busy(director->net))
		lvs_director_told(director);
}

void lvs_director_told(struct lvs_director *director)
{
	struct lvs_loaded loaded = director->jobs.settling;

	if (!director->jobs.telling)
		return;
	director->jobs.telling = false;
	director->jobs.settling.job = NULL;
	finish(director, &loaded, 0);
}

void lvs_director_loaded(void *arg, struct lvs_loaded *loaded)
{
	struct lvs_director *director = arg;
	lvs_ns now = lvs_clock_now();
	bool announce = false;
	int err = loaded->err;

	loaded->changed = !err && loaded->conf;
	if (loaded->changed)
		err = change_over(director, loaded, &announce);
	if (err || !announce) {
		finish(director, loaded, err);
		return;
	}
	director->jobs.settling = *loaded;
	lvs_timer_start(director->jobs.later, now, now);
}

int lvs_director_submit(struct lvs_director *director, struct lvs_conf_job *job)
{
	struct lvs_jobs *jobs = &director->jobs;

	if (jobs->n >= LVS_JOBS_MAX)
		return -EBUSY;
	lvs_list_push_back(&jobs->waiting, &job->node);
	if (jobs->n++ == 0)
		start_next(director);
	return 0;
}

static void on_signalled(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome)
{
	struct lvs_director *director = container_of(job, struct lvs_director, jobs.signalled);

	director->jobs.hup = false;
	if (outcome->err == -ECANCELED)
		return;
	if (director->jobs.again) {
		director->jobs.again = false;
		lvs_director_reload(director);
	} else {
		lvs_notify_ready(&director->notify);
	}
}

void lvs_director_reload(struct lvs_director *director)
{
	struct lvs_jobs *jobs = &director->jobs;

	lvs_notify_reloading(&director->notify, lvs_clock_now());
	if (jobs->hup) {
		jobs->again = true;
		return;
	}
	jobs->hup = true;
	/* Before all others, and however many there are: who sends a signal is told nothing of a queue. */
	jobs->signalled = (struct lvs_conf_job){ .what = "reload", .done = on_signalled };
	if (lvs_list_empty(&jobs->waiting))
		lvs_list_push_back(&jobs->waiting, &jobs->signalled.node);
	else
		lvs_list_insert(jobs->waiting.next, jobs->waiting.next->next, &jobs->signalled.node);
	if (jobs->n++ == 0)
		start_next(director);
}

void lvs_jobs_init(struct lvs_jobs *jobs)
{
	memset(jobs, 0, sizeof(*jobs));
	lvs_list_init(&jobs->waiting);
}

void lvs_jobs_cancel(struct lvs_jobs *jobs)
{
	static const struct lvs_conf_errors none;

	if (jobs->settling.job)
		lvs_loaded_fini(&jobs->settling);
	jobs->settling.job = NULL;
	while (jobs->waiting.next && !lvs_list_empty(&jobs->waiting)) {
		struct lvs_conf_job *job = lvs_list_entry(jobs->waiting.next, struct lvs_conf_job, node);

		lvs_list_remove(&job->node);
		jobs->n--;
		job->done(job, &(struct lvs_conf_outcome){ .err = -ECANCELED, .errors = &none });
	}
}
