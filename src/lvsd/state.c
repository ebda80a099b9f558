// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file is open from the start, since later no file can be opened for writing. Writing waits for the disk, which packets
 * must not: it is a job of the loader's thread, like a change of the configuration. The loop only notes a byte for each
 * server: its verdict. Jobs have their turn one after the other, and what the loop noted may be of another configuration by
 * then: such a note is void, and the next one is already due.
 *
 * At most ten texts a second, and none that is the same as before.
 */
#include "lvsd/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/edit.h"
#include "lvsd/director.h"
#include "lvsd/health.h"
#include "lvsd/memory.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/slots.h"
#include "sys/writer.h"

#define PAUSE (100 * LVS_NS_PER_MS)

/**
 * struct lvs_state - the file, and what is to be written
 * @memory:	what was read
 * @last:	what was written; the job's while @busy
 * @err:	of the last write; @said: it was told
 * @of:		whose @verdicts these are, only to be compared; NULL: they are void
 * @dirty:	something is new since @verdicts were noted
 * @next:	not before then
 */
struct lvs_state {
	struct lvs_director *director;
	struct lvs_timer *timer;
	struct lvs_slots slots;
	struct lvs_memory memory;
	struct lvs_conf_job job;
	struct lvs_writer last;
	const struct lvs_conf *of;
	uint8_t *verdicts;
	int err;
	bool said, begun, dirty, busy;
	lvs_ns next;
};

/* Of a text that is the same nothing is written. */
static int write_text(struct lvs_state *state, const struct lvs_conf *conf)
{
	struct lvs_writer text = { .bytes = NULL };
	int err = 0;

	lvs_memory_write(&text, conf, state->verdicts, LVS_SLOTS_TEXT_MAX);
	if (text.failed)
		err = -ENOMEM;
	else if (text.len != state->last.len || (text.len && memcmp(text.bytes, state->last.bytes, text.len) != 0))
		err = lvs_slots_write(&state->slots, text.bytes, text.len);
	if (err) {
		lvs_writer_fini(&text);
		return err;
	}
	lvs_writer_fini(&state->last);
	state->last = text;
	return 0;
}

/* In the other thread. */
static int work(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	struct lvs_state *state = container_of(job, struct lvs_state, job);

	(void)file;
	(void)errors;
	(void)ret_conf;
	if (state->of == running)
		state->err = write_text(state, running);
	return 0;
}

static void say(struct lvs_state *state)
{
	if (state->err && !state->said)
		lvs_log(state->director->log, LVS_LOG_WARNING, "cannot write '%s': %s",
			state->director->conf->director.state_file, strerror(-state->err));
	state->said = state->err;
}

static void arm(struct lvs_state *state)
{
	if (state->begun && state->dirty && !state->busy)
		lvs_timer_start(state->timer, state->next, lvs_clock_now());
}

static void on_done(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome)
{
	struct lvs_state *state = container_of(job, struct lvs_state, job);

	state->busy = false;
	if (outcome->err == -ECANCELED) {
		state->dirty = true;
		return;
	}
	state->dirty |= state->of != state->director->conf;
	say(state);
	arm(state);
}

/* Return: 0 or -ENOMEM */
static int note(struct lvs_state *state)
{
	const struct lvs_conf *conf = state->director->conf;
	size_t n = 0, at = 0;
	uint8_t *verdicts;

	for (size_t i = 0; i < conf->nservices; i++)
		n += conf->services[i].nservers;
	verdicts = malloc(n + 1);
	if (!verdicts)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nservices; i++)
		for (size_t k = 0; k < conf->services[i].nservers; k++)
			verdicts[at++] = (uint8_t)lvs_health_known(state->director->health, &conf->services[i],
								   &conf->services[i].servers[k]);
	free(state->verdicts);
	state->verdicts = verdicts;
	state->of = conf;
	return 0;
}

static void on_timer(void *arg)
{
	struct lvs_state *state = arg;

	state->next = lvs_clock_now() + PAUSE;
	state->job = (struct lvs_conf_job){ .what = "state", .make = work, .done = on_done };
	if (note(state) == 0 && lvs_director_submit(state->director, &state->job) == 0) {
		state->busy = true;
		state->dirty = false;
	}
	arm(state);
}

/* Return: 0 or -ENOMEM; anything else is a warning */
static int read_file(struct lvs_state *state)
{
	const char *path = state->director->conf->director.state_file;
	size_t len = 0;
	char *text;
	int err = lvs_slots_open(path, &state->slots, &text, &len);

	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		state->slots.fd = -1;
		lvs_log(state->director->log, LVS_LOG_WARNING, "'%s' %s%s: what is commanded, and verdicts, end with lvsd", path,
			err == -EBUSY ? "belongs to another lvsd" : err == -EINVAL ? "is no state file" : "cannot be opened: ",
			err == -EBUSY || err == -EINVAL ? "" : strerror(-err));
		return 0;
	}
	if (!err)
		err = lvs_memory_init(&state->memory, text, len);
	else
		free(text);
	if (err == -ENOMEM)
		return err;
	if (err)
		lvs_log(state->director->log, LVS_LOG_WARNING, "'%s' is damaged or of another version: nothing is remembered",
			path);
	return 0;
}

/* What the file said is kept apart from what is remembered. */
static int command(struct lvs_state *state)
{
	struct lvs_director *director = state->director;
	struct lvs_conf *conf;
	int err = lvs_conf_copy(director->conf, &conf);
	size_t n;

	if (err)
		return err;
	n = lvs_memory_command(&state->memory, conf);
	if (!n) {
		lvs_conf_free(conf);
		return 0;
	}
	director->file = director->conf;
	director->conf = conf;
	lvs_log(director->log, LVS_LOG_NOTICE, "%zu servers are as was commanded before: drained, in maintenance or of another weight", n);
	return 0;
}

int lvs_state_open(struct lvs_director *director)
{
	struct lvs_state *state;
	int err;

	if (!*director->conf->director.state_file)
		return 0;
	state = calloc(1, sizeof(*state));
	if (!state)
		return -ENOMEM;
	state->director = director;
	state->slots.fd = -1;
	director->state = state;
	err = lvs_timer_new(director->loop, on_timer, state, &state->timer);
	if (!err)
		err = read_file(state);
	if (!err && state->memory.n)
		err = command(state);
	return err;
}

int lvs_state_fd(const struct lvs_state *state)
{
	return state ? state->slots.fd : -1;
}

enum lvs_health_state lvs_state_verdict(const struct lvs_state *state, const struct lvs_conf_service *service,
					const struct lvs_conf_server *server)
{
	return state ? lvs_memory_verdict(&state->memory, service, server) : LVS_HEALTH_UNKNOWN;
}

void lvs_state_begin(struct lvs_state *state)
{
	if (!state || state->slots.fd < 0)
		return;
	lvs_memory_fini(&state->memory);
	state->begun = true;
	lvs_state_stir(state);
}

void lvs_state_stir(struct lvs_state *state)
{
	if (!state)
		return;
	state->dirty = true;
	arm(state);
}

void lvs_state_renew(struct lvs_state *state)
{
	if (!state)
		return;
	state->of = NULL;
	lvs_state_stir(state);
}

void lvs_state_free(struct lvs_state *state)
{
	if (!state)
		return;
	if (state->begun && note(state) == 0) {
		state->err = write_text(state, state->director->conf);
		say(state);
	}
	lvs_timer_free(state->timer);
	lvs_memory_fini(&state->memory);
	lvs_slots_close(&state->slots);
	lvs_writer_fini(&state->last);
	free(state->verdicts);
	free(state);
}
