/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A way to tell programs of events, for notify/ sources only: what one of notify.def is made of. */
#ifndef LVS_NOTIFY_WAY_H
#define LVS_NOTIFY_WAY_H

#include "notify/notices.h"

struct lvs_way;

/**
 * struct lvs_notify_ops - what a kind of way ends in
 * @every:	of every event, not only of those that were asked for
 * @open:	before sealing. Return: 0, or -Exxx after saying why; NULL: nothing is to be done
 * @configured:	@way->conf is another one now; NULL: does not matter
 * @put:	never waits. @event is borrowed
 * @close:	also after a failed @open; NULL: nothing is to be done
 */
struct lvs_notify_ops {
	const char *name;
	bool every;
	int (*open)(struct lvs_way *way);
	void (*configured)(struct lvs_way *way);
	void (*put)(struct lvs_way *way, const struct lvs_event *event);
	void (*close)(struct lvs_way *way);
};

/**
 * struct lvs_way - one that is open
 * @conf:	in force; borrowed
 * @director:	the host's name
 * @state:	the kind's own
 * @ill, @lost:	it was said that it does not work, and @lost events since then
 */
struct lvs_way {
	const struct lvs_notify_ops *ops;
	const struct lvs_notices_options *options;
	const struct lvs_notices_conf *conf;
	const char *director;
	void *state;
	struct lvs_notify_counts counts;
	bool ill;
	uint64_t lost;
};

/* @n events reached whom they were for. */
void lvs_way_sent(struct lvs_way *way, size_t n);

/* @n events did not, for this reason, which is said once until some do again. _dropped(): nobody could even be asked to */
void lvs_way_failed(struct lvs_way *way, size_t n, const char *format, ...) __attribute__((format(printf, 3, 4)));
void lvs_way_dropped(struct lvs_way *way, size_t n, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define NOTIFY(name) extern const struct lvs_notify_ops lvs_notify_##name;
#include "notify/notify.def"
#undef NOTIFY

#endif
