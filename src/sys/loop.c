// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: one event_base and the events that live as long as it does, kept in two small arrays. One thread, so libevent
 * does without locks.
 *
 * Timers take absolute deadlines and turn them into the intervals that libevent wants. libevent counts these from a time
 * that is a little old: it reads the coarse clock, and once for each turn of the loop (the precise clock would cost two
 * system calls more per turn). So an interval is stretched by the coarse clock's step, and a timer that is called too
 * early nevertheless goes back to sleep. It is a whole number of steps: epoll waits by the precise clock, and after any
 * other interval libevent would wake, find by the coarse one that it is not time yet, and sleep for a millisecond, up to
 * four times for each timer.
 *
 * libevent is asked for one turn at a time, so that its length can be taken: from the first callback, which is told the
 * time, to when all of them have returned, or one of them is called again. That costs one look at the clock.
 *
 * Two priorities: what the loop itself watches and its timers come first, and events that others keep in its base are
 * called back a few at a time, after which the kernel is asked for what has come meanwhile. So packets wait for a few
 * callbacks at most, however many clients talk to the director.
 */
#include "sys/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/bytes.h"
#include "sys/clock.h"
#include "sys/turns.h"

#define LOOP_EVENTS_MAX 16
enum { URGENT, ORDINARY, PRIORITIES };
#define ORDINARY_AT_ONCE 8

struct loop_event {
	struct lvs_loop *loop;
	struct event *event;
	lvs_loop_fn *fn;
	void *arg;
	uint64_t turn;	/* in which it was called last */
};

struct lvs_loop {
	struct event_base *base;
	struct loop_event events[LOOP_EVENTS_MAX];
	size_t nevents;
	lvs_ns step;	/* of libevent's clock, which may be so far behind */
	lvs_ns now;
	lvs_ns began;	/* when this turn did; 0: no callback was called yet */
	uint64_t turn;	/* its number */
	bool stopped;
	struct lvs_turns turns;
};

struct lvs_timer {
	struct lvs_loop *loop;
	struct event *event;
	lvs_ns deadline;
	lvs_loop_fn *fn;
	void *arg;
};

int lvs_loop_new(struct lvs_loop **ret_loop)
{
	struct event_config *config = event_config_new();
	struct lvs_loop *loop = calloc(1, sizeof(*loop));
	struct timespec step;

	if (config && loop && event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0 &&
	    event_config_set_max_dispatch_interval(config, NULL, ORDINARY_AT_ONCE, ORDINARY) == 0)
		loop->base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	if (!loop || !loop->base || event_base_priority_init(loop->base, PRIORITIES) < 0) {
		if (loop && loop->base)
			event_base_free(loop->base);
		free(loop);
		return -ENOMEM;
	}
	loop->turn = 1;	/* events have been called in none */
	loop->step = clock_getres(CLOCK_MONOTONIC_COARSE, &step) == 0 ? (lvs_ns)step.tv_nsec : LVS_NS_PER_MS;
	*ret_loop = loop;
	return 0;
}

void lvs_loop_free(struct lvs_loop *loop)
{
	if (!loop)
		return;
	for (size_t i = 0; i < loop->nevents; i++)
		event_free(loop->events[i].event);
	event_base_free(loop->base);
	free(loop);
}

struct event_base *lvs_loop_base(struct lvs_loop *loop)
{
	return loop->base;
}

static void mark(struct lvs_loop *loop, lvs_ns now)
{
	loop->now = now;
	if (!loop->began)
		loop->began = now;
}

static void end_turn(struct lvs_loop *loop, lvs_ns now)
{
	lvs_turns_add(&loop->turns, now - loop->began, now);
	loop->began = 0;
	loop->turn++;
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct loop_event *event = arg;
	struct lvs_loop *loop = event->loop;
	lvs_ns now = lvs_clock_now();

	(void)fd;
	(void)what;
	if (event->turn == loop->turn && loop->began)
		end_turn(loop, now);
	mark(loop, now);
	event->turn = loop->turn;
	event->fn(event->arg);
}

static int watch(struct lvs_loop *loop, int fd, short what, lvs_loop_fn *fn, void *arg)
{
	struct loop_event *event = &loop->events[loop->nevents];

	if (loop->nevents == ARRAY_LEN(loop->events))
		return -ENOSPC;
	event->loop = loop;
	event->fn = fn;
	event->arg = arg;
	event->event = event_new(loop->base, fd, (short)(what | EV_PERSIST), on_event, event);
	if (!event->event)
		return -ENOMEM;
	if (event_priority_set(event->event, URGENT) < 0 || event_add(event->event, NULL) < 0) {
		event_free(event->event);
		return -ENOMEM;
	}
	loop->nevents++;
	return 0;
}

int lvs_loop_on_signal(struct lvs_loop *loop, int signo, lvs_loop_fn *fn, void *arg)
{
	int err = watch(loop, signo, EV_SIGNAL, fn, arg);
	sigset_t set;

	if (err)
		return err;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, signo);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	return 0;
}

int lvs_loop_on_readable(struct lvs_loop *loop, int fd, lvs_loop_fn *fn, void *arg)
{
	return watch(loop, fd, EV_READ, fn, arg);
}

void lvs_loop_set_urgent(struct lvs_loop *loop, int fd, bool urgent)
{
	for (size_t i = 0; i < loop->nevents; i++)
		if (event_get_fd(loop->events[i].event) == fd && !(event_get_events(loop->events[i].event) & EV_SIGNAL))
			(void)event_priority_set(loop->events[i].event, urgent ? URGENT : ORDINARY);
}

int lvs_loop_run(struct lvs_loop *loop)
{
	int err;

	loop->stopped = false;
	do {
		errno = 0;
		err = event_base_loop(loop->base, EVLOOP_ONCE);
		if (lvs_likely(loop->began))
			end_turn(loop, lvs_clock_now());
	} while (!err && !loop->stopped);
	if (err < 0)
		return errno ? -errno : -EIO;
	return 0;
}

lvs_ns lvs_loop_now(const struct lvs_loop *loop)
{
	return loop->now;
}

void lvs_loop_mark(struct lvs_loop *loop)
{
	mark(loop, lvs_clock_now());
}

const struct lvs_turns *lvs_loop_turns(const struct lvs_loop *loop)
{
	return &loop->turns;
}

void lvs_loop_stop(struct lvs_loop *loop)
{
	loop->stopped = true;
	(void)event_base_loopbreak(loop->base);
}

void lvs_loop_end_turn(struct lvs_loop *loop)
{
	(void)event_base_loopbreak(loop->base);
}

/* Return: 0 or -ENOMEM */
static int arm(struct lvs_timer *timer, lvs_ns now)
{
	lvs_ns step = timer->loop->step;
	lvs_ns left = timer->deadline > now ? timer->deadline - now + step : 0;
	lvs_ns us = ((left + step - 1) / step * step + LVS_NS_PER_US - 1) / LVS_NS_PER_US;
	struct timeval tv = { .tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000) };

	return evtimer_add(timer->event, &tv) < 0 ? -ENOMEM : 0;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_timer *timer = arg;
	lvs_ns now = lvs_clock_now();

	(void)fd;
	(void)what;
	mark(timer->loop, now);
	if (now < timer->deadline && arm(timer, now) == 0)
		return;
	timer->fn(timer->arg);
}

int lvs_timer_new(struct lvs_loop *loop, lvs_loop_fn *fn, void *arg, struct lvs_timer **ret_timer)
{
	struct lvs_timer *timer = calloc(1, sizeof(*timer));

	if (!timer)
		return -ENOMEM;
	timer->loop = loop;
	timer->fn = fn;
	timer->arg = arg;
	timer->deadline = LVS_SECONDS(1);
	timer->event = evtimer_new(loop->base, on_timer, timer);
	/* Started once, so that libevent has got its memory for one more timer before packets flow. */
	if (!timer->event || event_priority_set(timer->event, URGENT) < 0 || arm(timer, 0) < 0) {
		if (timer->event)
			event_free(timer->event);
		free(timer);
		return -ENOMEM;
	}
	lvs_timer_cancel(timer);
	*ret_timer = timer;
	return 0;
}

void lvs_timer_free(struct lvs_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

void lvs_timer_start(struct lvs_timer *timer, lvs_ns deadline, lvs_ns now)
{
	if (deadline == LVS_NS_NEVER) {
		lvs_timer_cancel(timer);
		return;
	}
	timer->deadline = deadline;
	(void)arm(timer, now);	/* has had its memory since lvs_timer_new() */
}

void lvs_timer_cancel(struct lvs_timer *timer)
{
	(void)evtimer_del(timer->event);
}
