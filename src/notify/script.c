// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operator's program, run by the helper process (sys/runner.h) with the event in its environment. One at a time, so that
 * what comes later is not overtaken by what came before; the others wait.
 */
#include "notify/way.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notify/queue.h"
#include "sys/clock.h"
#include "sys/command.h"
#include "sys/loop.h"
#include "sys/runner.h"

#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define VARIABLE_BYTES (LVS_EVENT_MESSAGE_BYTES + 32)
/* When too many programs of others run. */
#define BUSY_WAIT (LVS_NS_PER_MS * 100)

/* @order: of the one that runs; 0: none does. @timer: to look again */
struct script {
	struct lvs_event_queue queue;
	uint32_t order;
	struct lvs_timer *timer;
};

static void next(struct lvs_way *way);

static void on_done(void *arg, const struct lvs_run_result *result)
{
	struct lvs_way *way = arg;
	struct script *script = way->state;
	const char *said = result->output, *comma = *said ? ", " : "";

	script->order = 0;
	switch (result->end) {
	case LVS_RUN_EXITED:
		if (result->code)
			lvs_way_failed(way, 1, "%s%sstatus %d", said, comma, result->code);
		else
			lvs_way_sent(way, 1);
		break;
	case LVS_RUN_TIMED_OUT:
		lvs_way_failed(way, 1, "%s%sno end within %llu ms", said, comma,
			       (unsigned long long)(way->conf->script_timeout / LVS_NS_PER_MS));
		break;
	case LVS_RUN_SIGNALED:
		lvs_way_failed(way, 1, "%s%sended by signal %d", said, comma, result->code);
		break;
	case LVS_RUN_FAILED:
		lvs_way_failed(way, 1, "cannot be run: %s", strerror(result->code));
		break;
	case LVS_RUN_LOST:
		lvs_way_dropped(way, 1, "the process that runs scripts is gone");
		break;
	}
	next(way);
}

/* Return: 0, or what lvs_runner_run() says */
static int run(struct lvs_way *way, const struct lvs_event *event)
{
	char command[sizeof(way->conf->script)], text[LVS_EVENT_FIELDS][VARIABLE_BYTES];
	const char *words[LVS_COMMAND_WORDS_MAX + 1], *env[LVS_EVENT_FIELDS + 2] = { PATH_VARIABLE };
	const struct lvs_run order = { .argv = words, .envp = env, .timeout = way->conf->script_timeout };
	struct script *script = way->state;
	struct lvs_event_fields fields;
	int err;

	memcpy(command, way->conf->script, sizeof(command));
	err = lvs_command_split(command, words);
	if (err || !words[0])
		return -EINVAL;
	lvs_event_fields(event, way->director, &fields);
	for (size_t i = 0; i < LVS_EVENT_FIELDS; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "LVSD_%s=%s", fields.list[i].name, fields.list[i].value);
		env[i + 1] = text[i];
	}
	env[LVS_EVENT_FIELDS + 1] = NULL;
	return way->options->runner ? lvs_runner_run(way->options->runner, &order, on_done, way, &script->order) : -EPIPE;
}

/* The oldest one, unless one runs; those that cannot be run are gone. */
static void next(struct lvs_way *way)
{
	struct script *script = way->state;
	lvs_ns now = lvs_clock_now();

	while (script->queue.n && !script->order) {
		struct lvs_event *event = script->queue.events[0];
		int err = run(way, event);

		if (err == -EBUSY) {
			lvs_timer_start(script->timer, now + BUSY_WAIT, now);
			break;
		}
		if (err)
			lvs_way_dropped(way, 1, "cannot be run: %s",
					err == -EPIPE ? "there is no process that runs scripts" : strerror(-err));
		(void)lvs_event_queue_take(&script->queue, &event, 1);
		free(event);
	}
	way->counts.waiting = script->queue.n;
	way->counts.superseded = script->queue.superseded;
}

static void on_timer(void *arg)
{
	next(arg);
}

static void script_close(struct lvs_way *way)
{
	struct script *script = way->state;

	if (!script)
		return;
	if (script->order)
		lvs_runner_cancel(way->options->runner, script->order);
	(void)lvs_event_queue_clear(&script->queue);
	lvs_timer_free(script->timer);
	free(script);
}

static int script_open(struct lvs_way *way)
{
	struct script *script = calloc(1, sizeof(*script));

	way->state = script;
	return script ? lvs_timer_new(way->options->loop, on_timer, way, &script->timer) : -ENOMEM;
}

static void script_configured(struct lvs_way *way)
{
	struct script *script = way->state;

	if (!*way->conf->script)
		(void)lvs_event_queue_clear(&script->queue);
	way->counts.waiting = script->queue.n;
}

static void script_put(struct lvs_way *way, const struct lvs_event *event)
{
	struct script *script = way->state;
	int err;

	if (!*way->conf->script)
		return;
	err = lvs_event_queue_put(&script->queue, event);
	if (err)
		lvs_way_dropped(way, 1, "%s", err == -ENOSPC ? "too many events wait" : strerror(-err));
	next(way);
}

const struct lvs_notify_ops lvs_notify_script = {
	.name = "script", .open = script_open, .configured = script_configured, .put = script_put, .close = script_close,
};
