/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_RELOAD_H
#define LVS_LVSD_RELOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/job.h"
#include "lvsd/loader.h"

struct lvs_director;
struct lvs_timer;

#define LVS_RELOADS_KEPT 16
#define LVS_JOBS_MAX 64

/**
 * struct lvs_reload - one change of the configuration that was tried
 * @time:	seconds since 1970
 * @what:	of the job; static storage
 * @changes:	how many; 0 if it was refused
 * @message:	the first finding, or the first change; may be empty
 */
struct lvs_reload {
	int64_t time;
	const char *what;
	bool ok;
	size_t changes;
	char message[256];
};

/**
 * struct lvs_jobs - what is to be changed, one after the other
 * @waiting:	@n of struct lvs_conf_job, the first one being worked at
 * @signalled:	for SIGHUP
 * @hup:	that one is under way; @again: and one more is asked for
 * @settling:	what came into force a turn ago, and that the host is to be told of; its job is NULL if there is nothing
 * @later:	for that; @telling: it was begun
 * @history:	@ntried so far, the latest is at (@ntried - 1) % LVS_RELOADS_KEPT
 */
struct lvs_jobs {
	struct lvs_list waiting;
	unsigned int n;
	struct lvs_conf_job signalled;
	bool hup, again;
	struct lvs_loaded settling;
	bool telling;
	struct lvs_timer *later;
	struct lvs_reload history[LVS_RELOADS_KEPT];
	unsigned long ntried;
};

void lvs_jobs_init(struct lvs_jobs *jobs);

/* All are told that it will not be done; the loader is gone. Those that were never initialised are none. */
void lvs_jobs_cancel(struct lvs_jobs *jobs);

/**
 * lvs_director_submit() - have a job done after those before it
 * @job:	stays until its @done, which is called later
 *
 * Making a configuration happens beside the loop, the change in one turn of it: no packet sees half of it. What a running
 * director cannot change (the device, the size of the table) is an error like any other, and then nothing changes.
 *
 * Return: 0, or -EBUSY: too many wait
 */
int lvs_director_submit(struct lvs_director *director, struct lvs_conf_job *job);

/* SIGHUP: read lvs.conf again; a request during one makes for one more afterwards. */
void lvs_director_reload(struct lvs_director *director);

/* The loader's callback, and that of jobs.later; @arg is the director. */
void lvs_director_loaded(void *arg, struct lvs_loaded *loaded);
void lvs_director_settle(void *arg);

/* The host knows, or could not be told. */
void lvs_director_told(struct lvs_director *director);

#endif
