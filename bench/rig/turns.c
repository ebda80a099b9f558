// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvsd, linked so that its longer turns are told of on the standard error: one line each, with the time on the clock, the time
 * on the processor, and how much of that went into some functions. The time on the processor counts where other programs want
 * it too.
 *
 * A turn here is from one look for packets to the next: libevent's epoll_wait() is this one, as a program's own functions come
 * before those of libraries.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lvsd/director.h"
#include "lvsd/health.h"
#include "lvsd/rules.h"

/* What is shorter on the processor is not told. */
#define TOLD 100 /* us */

static double us_of(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double worked(void)
{
	return us_of(CLOCK_THREAD_CPUTIME_ID);
}

enum part {
	PREPARE,
	APPLY,
	ADOPT,
	ANNOUNCE,
	FREE,
	PARTS
};
static const char *const names[PARTS] = { "prepare", "apply", "adopt", "announce", "free" };
static double spent[PARTS], began, began_work;

#define TIMED(part, call) \
	({ \
		double timed_began = worked(); \
		__auto_type timed_result = call; \
		spent[part] += worked() - timed_began; \
		timed_result; \
	})

#define WRAP(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

WRAP(int, lvs_health_prepare, struct lvs_health *health, struct lvs_health_set *set)
{
	return TIMED(PREPARE, __real_lvs_health_prepare(health, set));
}

WRAP(int, lvs_rules_apply, struct lvs_engine *engine, struct lvs_rules_plan *plan, struct lvs_classifier **classifier,
     const struct lvs_rules_overlay *overlay, lvs_ns now)
{
	return TIMED(APPLY, __real_lvs_rules_apply(engine, plan, classifier, overlay, now));
}

WRAP(void, lvs_health_adopt, struct lvs_health *health, struct lvs_health_set *set)
{
	(void)TIMED(ADOPT, (__real_lvs_health_adopt(health, set), 0));
}

WRAP(int, lvs_director_announce, struct lvs_director *director)
{
	return TIMED(ANNOUNCE, __real_lvs_director_announce(director));
}

WRAP(void, lvs_loaded_fini, struct lvs_loaded *loaded)
{
	(void)TIMED(FREE, (__real_lvs_loaded_fini(loaded), 0));
}

static void end_turn(void)
{
	double clock = us_of(CLOCK_MONOTONIC) - began, work = worked() - began_work;
	char line[512];
	int at;

	if (began && work >= TOLD) {
		at = snprintf(line, sizeof(line), "turn: clock %.0f worked %.0f", clock, work);
		for (int i = 0; i < PARTS; i++)
			if (spent[i] >= 1)
				at += snprintf(line + at, sizeof(line) - (size_t)at, " %s %.0f", names[i], spent[i]);
		(void)fprintf(stderr, "%s\n", line);
	}
	for (int i = 0; i < PARTS; i++)
		spent[i] = 0;
}

int epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
	long got;

	end_turn();
	got = syscall(SYS_epoll_pwait, fd, events, n, timeout, NULL, _NSIG / 8);
	began = us_of(CLOCK_MONOTONIC);
	began_work = worked();
	return (int)got;
}
