/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling programs what happened, in the ways of notify.def. Nothing here waits for anybody: who does not take what he is
 * told loses it, which is counted, and said once.
 */
#ifndef LVS_NOTIFY_NOTICES_H
#define LVS_NOTIFY_NOTICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/time.h"
#include "notify/event.h"

struct lvs_log;
struct lvs_loop;
struct lvs_notices;
struct lvs_runner;

enum lvs_notify_way {
#define NOTIFY(name) LVS_NOTIFY_##name,
#include "notify/notify.def"
#undef NOTIFY
	LVS_NOTIFY_COUNT
};

/**
 * struct lvs_notices_options - where to work
 * @runner:	runs programs; NULL: there is none
 * @fifo:	path; made if it is not there. Empty: none
 */
struct lvs_notices_options {
	struct lvs_loop *loop;
	struct lvs_log *log;
	struct lvs_runner *runner;
	const char *fifo;
};

/**
 * struct lvs_notices_conf - whom to tell of what
 * @topics:	bits of enum lvs_topic; the journal gets all of them
 * @journal:	its entries have fields
 * @script:	a command line, see sys/command.h; empty: none
 * @webhook:	URL; empty: none
 * @webhook_address: where its host is; any: the URL says so
 * @webhook_headers: lines, between them '\n'
 * @webhook_ca:	file of certificates; empty: the system's
 */
struct lvs_notices_conf {
	uint32_t topics;
	bool journal;
	char script[512];
	lvs_ns script_timeout;
	char webhook[512];
	struct lvs_addr webhook_address;
	char webhook_headers[512];
	char webhook_ca[256];
	lvs_ns webhook_timeout;
};

/**
 * struct lvs_notify_counts - what became of events
 * @sent:	they were taken
 * @failed:	whoever was told did not succeed
 * @dropped:	nobody could be told: too many wait
 * @superseded:	left out, because a later one says it all
 * @waiting:	now
 */
struct lvs_notify_counts {
	uint64_t sent, failed, dropped, superseded;
	size_t waiting;
};

/**
 * lvs_notices_new() - before privileges are dropped and the process is sealed
 * @options:	copied; what it names is borrowed
 *
 * Nobody is told of anything until lvs_notices_configure().
 *
 * Return: 0, or -Exxx after saying why
 */
int lvs_notices_new(const struct lvs_notices_options *options, struct lvs_notices **ret_notices);

/* What waits is lost, and a program that runs is killed. @notices: may be NULL. The runner is still there. */
void lvs_notices_free(struct lvs_notices *notices);

/* From now on. @conf: copied */
void lvs_notices_configure(struct lvs_notices *notices, const struct lvs_notices_conf *conf);

/* Tell everybody, the log first. @event: its time and its message are filled in; NULL @notices: nobody is told */
void lvs_notices_put(struct lvs_notices *notices, struct lvs_event *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "script", ... */
const char *lvs_notify_way_name(enum lvs_notify_way way);

void lvs_notices_counts(const struct lvs_notices *notices, enum lvs_notify_way way, struct lvs_notify_counts *ret_counts);

#endif
