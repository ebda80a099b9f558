// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A histogram whose buckets are an octave's quarters, in microseconds: exact enough for who asks how long packets may have
 * waited, and cheap enough for every turn. The last minute is made of slices of ten seconds; a slice is cleared by the first
 * turn of the ten seconds that it is for.
 */
#include "sys/turns.h"

#include <string.h>

#include "base/bytes.h"

/* The first four are single microseconds. */
static unsigned int bucket_of(lvs_ns length)
{
	uint64_t us = LVS_MIN(length / LVS_NS_PER_US, (1u << 21) - 1);
	unsigned int top;

	if (us < 4)
		return (unsigned int)us;
	top = 63 - (unsigned int)__builtin_clzll(us);
	return (top - 1) * 4 + (unsigned int)(us >> (top - 2) & 3);
}

lvs_ns lvs_turns_edge(unsigned int bucket)
{
	unsigned int top = bucket / 4 + 1;

	if (bucket < 4)
		return (bucket + 1) * LVS_NS_PER_US;
	return ((lvs_ns)(bucket % 4 + 5) << (top - 2)) * LVS_NS_PER_US;
}

void lvs_turns_add(struct lvs_turns *turns, lvs_ns length, lvs_ns now)
{
	uint64_t number = now / LVS_TURNS_SLICE;
	struct lvs_turns_slice *slice = &turns->slices[number % LVS_TURNS_SLICES];
	unsigned int bucket = bucket_of(length);

	if (lvs_unlikely(slice->number != number))
		*slice = (struct lvs_turns_slice){ .number = number };
	slice->counts[bucket]++;
	slice->max = LVS_MAX(slice->max, length);
	turns->counts[bucket]++;
	turns->sum += length;
}

static lvs_ns quantile(const uint64_t counts[LVS_TURNS_BUCKETS], uint64_t n)
{
	unsigned int bucket = 0;

	for (uint64_t seen = counts[0]; seen < n; seen += counts[bucket])
		bucket++;
	return lvs_turns_edge(bucket);
}

void lvs_turns_summarize(const struct lvs_turns *turns, lvs_ns now, struct lvs_turns_summary *ret_summary)
{
	uint64_t number = now / LVS_TURNS_SLICE, counts[LVS_TURNS_BUCKETS] = { 0 };
	struct lvs_turns_summary summary = { .n = 0 };

	for (size_t i = 0; i < LVS_TURNS_SLICES; i++) {
		const struct lvs_turns_slice *slice = &turns->slices[i];

		if (slice->number > number || number - slice->number >= LVS_TURNS_SLICES)
			continue;
		summary.max = LVS_MAX(summary.max, slice->max);
		for (size_t k = 0; k < LVS_TURNS_BUCKETS; k++) {
			counts[k] += slice->counts[k];
			summary.n += slice->counts[k];
		}
	}
	if (summary.n) {
		summary.p50 = LVS_MIN(quantile(counts, (summary.n + 1) / 2), summary.max);
		summary.p99 = LVS_MIN(quantile(counts, summary.n - summary.n / 100), summary.max);
	}
	*ret_summary = summary;
}
