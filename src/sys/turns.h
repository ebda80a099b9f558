/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the loop's turns take: for so long packets may have had to wait. */
#ifndef LVS_SYS_TURNS_H
#define LVS_SYS_TURNS_H

#include <stdint.h>

#include "base/time.h"

/* Four to the octave, up to two seconds; the last one has all that is longer. */
#define LVS_TURNS_BUCKETS 80
#define LVS_TURNS_SLICES 7
#define LVS_TURNS_SLICE LVS_SECONDS(10)

/**
 * struct lvs_turns - zeroes are those of a loop that has not turned
 * @counts:	turns by their lengths, since the beginning; @sum: of the lengths
 * @slices:	the same for ten seconds each, by number; @max: the longest
 */
struct lvs_turns {
	uint64_t counts[LVS_TURNS_BUCKETS];
	lvs_ns sum;
	struct lvs_turns_slice {
		uint64_t number;
		lvs_ns max;
		uint32_t counts[LVS_TURNS_BUCKETS];
	} slices[LVS_TURNS_SLICES];
};

/* A turn took @length, and ended at @now. */
void lvs_turns_add(struct lvs_turns *turns, lvs_ns length, lvs_ns now);

/* Return: what all turns in buckets up to this one were shorter than */
lvs_ns lvs_turns_edge(unsigned int bucket);

/**
 * struct lvs_turns_summary - of the last minute: up to ten seconds more, or all there is
 * @n:		how many turns
 * @p50, @p99:	half of them, and all but one in a hundred, were shorter; to a quarter of an octave
 * @max:	the longest
 */
struct lvs_turns_summary {
	uint64_t n;
	lvs_ns p50, p99, max;
};

void lvs_turns_summarize(const struct lvs_turns *turns, lvs_ns now, struct lvs_turns_summary *ret_summary);

#endif
