/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records one behind the other in a ring of bytes; what was pushed since a mark can be looked at, and taken back. */
#ifndef LVS_ENGINE_TRACE_RING_H
#define LVS_ENGINE_TRACE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lvs_trace_record;

/**
 * struct lvs_trace_ring - records lie in [@head, @tail), or, if @wrapped, in [@head, @end) and then in [0, @tail)
 */
struct lvs_trace_ring {
	uint8_t *bytes;
	size_t size, head, tail, end;
	bool wrapped;
};

/* Where the last record ends. */
struct lvs_trace_mark {
	size_t tail, end;
	bool wrapped;
};

/* @size: a multiple of 8. Return: 0 or -ENOMEM */
int lvs_trace_ring_init(struct lvs_trace_ring *ring, size_t size);
void lvs_trace_ring_fini(struct lvs_trace_ring *ring);

/* Bytes that a record takes with @captured bytes of a packet. */
size_t lvs_trace_record_bytes(uint32_t captured);

/* Return: a record with room for @captured bytes, whose @bytes alone is set; or NULL if there is no room for it */
struct lvs_trace_record *lvs_trace_ring_push(struct lvs_trace_ring *ring, uint32_t captured);

/* Return: the oldest record, or NULL */
struct lvs_trace_record *lvs_trace_ring_peek(const struct lvs_trace_ring *ring);

/* Drop the oldest record, which there is. */
void lvs_trace_ring_pop(struct lvs_trace_ring *ring);

/* A mark holds until the next pop. */
struct lvs_trace_mark lvs_trace_ring_mark(const struct lvs_trace_ring *ring);

/* Forget what was pushed since @mark. */
void lvs_trace_ring_restore(struct lvs_trace_ring *ring, const struct lvs_trace_mark *mark);

/* Return: the record behind @record, or with NULL the first one since @mark; NULL behind the last one */
struct lvs_trace_record *lvs_trace_ring_next(const struct lvs_trace_ring *ring, const struct lvs_trace_mark *mark,
					     const struct lvs_trace_record *record);

#endif
