/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timing wheel over connection records, and with it the order in which a full table gives records up.
 *
 * There is one ring of slots per eviction class. A record is filed under the tick of its deadline, or under the farthest
 * slot when the deadline lies beyond the horizon. Packets only push the deadline in the record; the wheel looks at a
 * record when its slot passes and files it again if it was used since (design, D4). So the first filled slot of a class
 * holds, within that laziness, the connection nearest to its deadline: the one to evict. Half-open ones, of which floods
 * are made, are filed so that it is the one that has been silent longest, whatever the deadlines of their states.
 */
#ifndef LVS_ENGINE_WHEEL_H
#define LVS_ENGINE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

struct lvs_conn;

/* One tick is 2^27 ns (134 ms): 32 bits of them last 18 years. */
#define LVS_TICK_SHIFT 27
#define LVS_WHEEL_SLOTS 65536	/* horizon: 2.4 hours, past the two hours and four minutes of RFC 5382 */

typedef uint32_t lvs_tick;

static inline lvs_tick lvs_tick_from_ns(lvs_ns ns)
{
	return (lvs_tick)(ns >> LVS_TICK_SHIFT);
}

/* Rounded up past the tick that has already begun, so that nothing ends before its time. */
static inline lvs_tick lvs_ticks_from_seconds(uint32_t seconds)
{
	return (lvs_tick)(LVS_SECONDS(seconds) >> LVS_TICK_SHIFT) + 2;
}

/* Wraps: true if @a is earlier than @b and they are less than 9 years apart. */
static inline bool lvs_tick_before(lvs_tick a, lvs_tick b)
{
	return (int32_t)(a - b) < 0;
}

/* Whom a full table gives up first: the order is the order of eviction. */
enum lvs_class {
	LVS_CLASS_HALF_OPEN,
	LVS_CLASS_CLOSING,
	LVS_CLASS_DATAGRAM,
	LVS_CLASS_TEMPLATE,
	LVS_CLASS_ESTABLISHED,
	LVS_CLASS_COUNT
};

/**
 * struct lvs_wheel - slots of all classes
 * @records:	the pool; record n is records[n], number 0 is nobody
 * @now:	the tick up to which everything due has been handed out
 * @heads:	first record of each slot
 * @filled:	one bit per slot that is not empty; @summary one bit per word of these that is not 0
 * @counts:	records filed, per class
 */
struct lvs_wheel {
	struct lvs_conn *records;
	lvs_tick now;
	uint32_t counts[LVS_CLASS_COUNT];
	uint64_t summary[LVS_CLASS_COUNT][LVS_WHEEL_SLOTS / 64 / 64];
	uint64_t filled[LVS_CLASS_COUNT][LVS_WHEEL_SLOTS / 64];
	uint32_t heads[LVS_CLASS_COUNT][LVS_WHEEL_SLOTS];
};

/* @records: borrowed for the life of the wheel; @now: where time begins */
void lvs_wheel_init(struct lvs_wheel *wheel, struct lvs_conn *records, lvs_tick now);

/*
 * Let the time up to @now pass at once if nothing is filed. Without that, what is filed after a long silence would follow
 * the time in steps of the horizon.
 */
void lvs_wheel_skip(struct lvs_wheel *wheel, lvs_tick now);

/* File @conn under conn->expires, or earlier, in the ring of conn->class. It must not be filed yet. */
void lvs_wheel_add(struct lvs_wheel *wheel, struct lvs_conn *conn);

/* Take @conn out; nothing happens if it is not filed. Call before changing conn->class. */
void lvs_wheel_remove(struct lvs_wheel *wheel, struct lvs_conn *conn);

/**
 * lvs_wheel_due() - the next record whose deadline has passed
 * @now:	current tick; never goes back
 * @budget:	records still to be looked at in this turn, counted down; a turn is short however many are due
 *
 * Records that were used since they were filed are filed again and not returned.
 *
 * Return: a record, taken out of the wheel, or NULL when none is due or @budget is used up (then call again soon)
 */
struct lvs_conn *lvs_wheel_due(struct lvs_wheel *wheel, lvs_tick now, unsigned int *budget);

/* Return: is anything filed? Then @ret_tick is that of the first filled slot, never later than the first deadline. */
bool lvs_wheel_next(const struct lvs_wheel *wheel, lvs_tick *ret_tick);

/**
 * lvs_wheel_idlest() - the record of a class that comes nearest to its deadline, give or take a slot; of half-open ones
 * the one that has been silent longest
 *
 * Looks at a few records at the most; those that were used since they were filed are filed again.
 *
 * Return: a record, still filed, or NULL if the class is empty
 */
struct lvs_conn *lvs_wheel_idlest(struct lvs_wheel *wheel, enum lvs_class class);

#endif
