/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop: libevent's, with what the daemon needs of it said in lvsd's own units. */
#ifndef LVS_SYS_LOOP_H
#define LVS_SYS_LOOP_H

#include <stdbool.h>

#include "base/time.h"

struct event_base;
struct lvs_loop;
struct lvs_timer;
struct lvs_turns;

typedef void lvs_loop_fn(void *arg);

/**
 * lvs_loop_new() - a loop with nothing to wait for
 * @ret_loop:	the caller's; timers must be freed before it
 *
 * Return: 0 or -Exxx
 */
int lvs_loop_new(struct lvs_loop **ret_loop);

/* @loop: may be NULL. Signals that were watched get their default action back. */
void lvs_loop_free(struct lvs_loop *loop);

/* Return: borrowed, for modules that keep events of their own. A few of them at a time, after those of the loop. */
struct event_base *lvs_loop_base(struct lvs_loop *loop);

/**
 * lvs_loop_on_signal() - call @fn from the loop when signal @signo came
 *
 * At most 16 signals and descriptors together. Must be called before sealing: it makes a socket pair. A signal that was
 * blocked is not any more, and one that came meanwhile is heard.
 *
 * Return: 0, -ENOSPC or -ENOMEM
 */
int lvs_loop_on_signal(struct lvs_loop *loop, int signo, lvs_loop_fn *fn, void *arg);

/**
 * lvs_loop_on_readable() - call @fn whenever @fd has something to read, or an error to tell
 * @fd:		borrowed; stays open as long as the loop
 *
 * At most 16 signals and descriptors together. Level triggered: what is left unread brings the next call, after others had
 * their turn.
 *
 * Return: 0, -ENOSPC or -ENOMEM
 */
int lvs_loop_on_readable(struct lvs_loop *loop, int fd, lvs_loop_fn *fn, void *arg);

/**
 * lvs_loop_set_urgent() - whether @fd goes before events that are not the loop's own
 * @fd:		of lvs_loop_on_readable(), where it is so from the start
 *
 * Whoever always has more to read steps back now and then, or others would never get a turn.
 */
void lvs_loop_set_urgent(struct lvs_loop *loop, int fd, bool urgent);

/**
 * lvs_loop_run() - wait and call back until lvs_loop_stop()
 *
 * Calls: epoll_wait, epoll_ctl, clock_gettime; read, rt_sigreturn and sendto for signals.
 *
 * Return: 0, or -Exxx when waiting itself failed
 */
int lvs_loop_run(struct lvs_loop *loop);

/* Ends lvs_loop_run() when the callback that called this returns. */
void lvs_loop_stop(struct lvs_loop *loop);

/**
 * lvs_loop_now() - the time, as of when the latest callback was called
 *
 * For callbacks that would read the clock first thing; valid until they return.
 */
lvs_ns lvs_loop_now(const struct lvs_loop *loop);

/* For callbacks of other events of lvs_loop_base(), first thing: a turn has begun, if it has not yet. */
void lvs_loop_mark(struct lvs_loop *loop);

/* How long turns take, from the first callback to the last or to the next call of one of them. Return: borrowed, live */
const struct lvs_turns *lvs_loop_turns(const struct lvs_loop *loop);

/* For events that others keep, and that are ready again at once: the turn ends when the callback that called this returns. */
void lvs_loop_end_turn(struct lvs_loop *loop);

/**
 * lvs_timer_new() - something that happens later, once for each lvs_timer_start()
 *
 * Return: 0 or -ENOMEM
 */
int lvs_timer_new(struct lvs_loop *loop, lvs_loop_fn *fn, void *arg, struct lvs_timer **ret_timer);

/* @timer: may be NULL or running */
void lvs_timer_free(struct lvs_timer *timer);

/**
 * lvs_timer_start() - call back at @deadline, or as soon as possible when that has passed
 * @deadline:	on lvs_clock_now()'s clock; LVS_NS_NEVER: as lvs_timer_cancel()
 * @now:	from lvs_clock_now()
 *
 * Never early, and up to some milliseconds late. A timer that runs already is moved.
 */
void lvs_timer_start(struct lvs_timer *timer, lvs_ns deadline, lvs_ns now);

void lvs_timer_cancel(struct lvs_timer *timer);

#endif
