/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's life: what it holds, in which order it comes and goes. */
#ifndef LVS_LVSD_DIRECTOR_H
#define LVS_LVSD_DIRECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"
#include "lvsd/path.h"
#include "lvsd/reload.h"
#include "sys/log.h"
#include "sys/notify.h"

struct lvs_conf;
struct lvs_control;
struct lvs_ejections;
struct lvs_engine;
struct lvs_health;
struct lvs_io;
struct lvs_loader;
struct lvs_loop;
struct lvs_net;
struct lvs_notices;
struct lvs_pump;
struct lvs_runner;
struct lvs_state;
struct lvs_timer;

/**
 * struct lvs_director - one running director
 * @path:	of lvs.conf, borrowed
 * @conf:	in force
 * @file:	what the file said when it was read last; NULL: @conf
 * @runner:	runs the operator's programs; NULL: there were none at the start
 * @notices:	tells programs what happens
 * @state:	what is remembered beyond a restart; NULL: nothing is
 * @memory:	the connection pool's, @memory_bytes of it
 * @conflicts:	of what is said when another station has an address of ours
 * @net_timer, @watchdog: see lvs_net_deadline(), lvs_notify_alive()
 * @changed:	other addresses are servers now, which the host is told of by @changed_timer
 * @failed:	why the loop was left was not a request to stop
 * @reloads, @refused: SIGHUPs that took effect, and that did not
 */
struct lvs_director {
	const char *path;
	struct lvs_conf *conf;
	struct lvs_conf *file;
	struct lvs_log *log;
	struct lvs_notify notify;
	struct lvs_loop *loop;
	struct lvs_runner *runner;
	struct lvs_notices *notices;
	struct lvs_state *state;
	void *memory;
	size_t memory_bytes;
	struct lvs_engine *engine;
	struct lvs_health *health;
	struct lvs_io *io;
	struct lvs_net *net;
	struct lvs_paths paths;
	struct lvs_log_limit conflicts;
	struct lvs_pump *pump;
	struct lvs_ejections *ejections;
	struct lvs_loader *loader;
	struct lvs_jobs jobs;
	struct lvs_control *control;
	struct lvs_timer *net_timer;
	struct lvs_timer *watchdog;
	struct lvs_timer *changed_timer;
	bool changed;
	bool failed;
	unsigned long reloads, refused;
};

/**
 * lvs_director_start() - from a checked configuration to a running, unprivileged, sealed director
 * @director:	zeroed; @path is set
 * @conf:	consumed, also on failure
 * @log:	borrowed
 *
 * Return: 0, or -Exxx after saying why; lvs_director_stop() is due in either case
 */
int lvs_director_start(struct lvs_director *director, struct lvs_conf *conf, struct lvs_log *log);

/* Until SIGTERM or SIGINT (0), or until it cannot go on (-Exxx, said). */
int lvs_director_run(struct lvs_director *director);

/* Takes back whatever was set up. */
void lvs_director_stop(struct lvs_director *director);

/* The rules changed: begin to tell the host, and whoever asks for our status. Return: 0, or what lvs_net_want() says */
int lvs_director_announce(struct lvs_director *director);

#endif
