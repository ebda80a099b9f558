/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a director cannot do without, and nothing else: hash a packet's ends with a secret key, find a record, rewrite an
 * address, a port and two checksums. No checks, no state, no counters, no replies, one line per record. The engine is
 * measured against it, on the same packets.
 */
#ifndef LVS_BENCH_FLOOR_H
#define LVS_BENCH_FLOOR_H

#include <stddef.h>
#include <stdint.h>

#include "bench/engine/director.h"
#include "bench/engine/traffic.h"

struct floor_record;
struct floor_bucket;

struct floor {
	struct traffic_kind kind;
	struct floor_record *records;
	struct floor_bucket *buckets;
	size_t nrecords, nbuckets;
	uint32_t now;
	uint64_t lost;
	struct traffic_buffers buffers;
};

/* With the connections of @director. Ends the program when memory runs out. */
void floor_init(struct floor *floor, const struct director *director);
void floor_fini(struct floor *floor);

/* Requests only. */
void floor_run(struct floor *floor, const struct traffic *traffic, size_t burst);

#endif
