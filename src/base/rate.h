/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * So many per second, and some of them at once: the virtual scheduling algorithm of ITU-T I.371, known as GCRA. All that
 * is remembered of a subject is one point in time, when it will have worked off what it got; nothing has to be refilled.
 */
#ifndef LVS_BASE_RATE_H
#define LVS_BASE_RATE_H

#include <stdbool.h>

#include "base/time.h"

/**
 * struct lvs_rate - a limit; zeroes are none
 * @interval:	between two of them in the long run; 0: no limit
 * @slack:	how far ahead of that a subject may be
 */
struct lvs_rate {
	lvs_ns interval;
	lvs_ns slack;
};

/* @per_second: up to 10^9; 0: no limit. @burst: how many at once; 0: as many as @per_second */
static inline struct lvs_rate lvs_rate_of(uint32_t per_second, uint32_t burst)
{
	struct lvs_rate rate = { .interval = per_second ? LVS_NS_PER_SEC / per_second : 0 };

	if (!burst)
		burst = per_second;
	rate.slack = rate.interval * (burst ? burst - 1 : 0);
	return rate;
}

/* When may a subject that will be done with the last one at @due have the next? */
static inline lvs_ns lvs_rate_ready(const struct lvs_rate *rate, lvs_ns due)
{
	return rate->interval && due > rate->slack ? due - rate->slack : 0;
}

static inline bool lvs_rate_allows(const struct lvs_rate *rate, lvs_ns due, lvs_ns now)
{
	return lvs_rate_ready(rate, due) <= now;
}

/* It has one. Return: the new @due, never farther away than that of a subject that has just used up its burst */
static inline lvs_ns lvs_rate_charge(const struct lvs_rate *rate, lvs_ns due, lvs_ns now)
{
	lvs_ns next = (due > now ? due : now) + rate->interval, last = now + rate->slack + rate->interval;

	return next < last ? next : last;
}

#endif
