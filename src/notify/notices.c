// SPDX-License-Identifier: GPL-2.0-or-later
/* All ways there are, each told of what it is to hear. */
#include "notify/notices.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "notify/way.h"
#include "sys/log.h"

#define HOST_BYTES 256

static const struct lvs_notify_ops *const kinds[] = {
#define NOTIFY(name) [LVS_NOTIFY_##name] = &lvs_notify_##name,
#include "notify/notify.def"
#undef NOTIFY
};

struct lvs_notices {
	struct lvs_notices_options options;
	struct lvs_notices_conf conf;
	char director[HOST_BYTES];
	struct lvs_way ways[LVS_NOTIFY_COUNT];
};

const char *lvs_notify_way_name(enum lvs_notify_way way)
{
	return kinds[way]->name;
}

void lvs_notices_free(struct lvs_notices *notices)
{
	if (!notices)
		return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->close)
			kinds[i]->close(&notices->ways[i]);
	free(notices);
}

int lvs_notices_new(const struct lvs_notices_options *options, struct lvs_notices **ret_notices)
{
	struct lvs_notices *notices = calloc(1, sizeof(*notices));
	int err = 0;

	if (!notices)
		return -ENOMEM;
	notices->options = *options;
	if (gethostname(notices->director, sizeof(notices->director) - 1))
		notices->director[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		notices->ways[i] = (struct lvs_way){ .ops = kinds[i], .options = &notices->options, .conf = &notices->conf,
						     .director = notices->director };
	for (size_t i = 0; i < ARRAY_LEN(kinds) && !err; i++)
		if (kinds[i]->open)
			err = kinds[i]->open(&notices->ways[i]);
	if (err) {
		lvs_notices_free(notices);
		return err;
	}
	*ret_notices = notices;
	return 0;
}

void lvs_notices_configure(struct lvs_notices *notices, const struct lvs_notices_conf *conf)
{
	notices->conf = *conf;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i]->configured)
			kinds[i]->configured(&notices->ways[i]);
}

void lvs_notices_put(struct lvs_notices *notices, struct lvs_event *event, const char *format, ...)
{
	struct timespec now;
	va_list args;
	bool wanted;

	if (!notices)
		return;
	wanted = notices->conf.topics & 1u << lvs_event_topic(event->kind);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	event->time = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	va_start(args, format);
	(void)vsnprintf(event->message, sizeof(event->message), format, args);
	va_end(args);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (wanted || kinds[i]->every)
			kinds[i]->put(&notices->ways[i], event);
}

void lvs_notices_counts(const struct lvs_notices *notices, enum lvs_notify_way way, struct lvs_notify_counts *ret_counts)
{
	*ret_counts = notices->ways[way].counts;
}

void lvs_way_sent(struct lvs_way *way, size_t n)
{
	way->counts.sent += n;
	if (!way->ill)
		return;
	lvs_log(way->options->log, LVS_LOG_NOTICE, "notify: the %s works again, %llu events were lost", way->ops->name,
		(unsigned long long)way->lost);
	way->ill = false;
	way->lost = 0;
}

__attribute__((format(printf, 3, 0)))
static void complain(struct lvs_way *way, size_t n, const char *format, va_list args)
{
	char reason[LVS_LOG_LINE_MAX / 2];

	way->lost += n;
	if (way->ill)
		return;
	way->ill = true;
	(void)vsnprintf(reason, sizeof(reason), format, args);
	lvs_log(way->options->log, LVS_LOG_WARNING, "notify: the %s was not told of %zu event%s: %s", way->ops->name, n,
		n == 1 ? "" : "s", reason);
}

void lvs_way_failed(struct lvs_way *way, size_t n, const char *format, ...)
{
	va_list args;

	way->counts.failed += n;
	va_start(args, format);
	complain(way, n, format, args);
	va_end(args);
}

void lvs_way_dropped(struct lvs_way *way, size_t n, const char *format, ...)
{
	va_list args;

	way->counts.dropped += n;
	va_start(args, format);
	complain(way, n, format, args);
	va_end(args);
}
