// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record never lies around the corner: where it does not fit before the end of the memory it begins at its front, if there
 * is room, and what it left unused at the end comes back when the reader has passed it.
 */
#include "engine/trace_ring.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/trace.h"

int lvs_trace_ring_init(struct lvs_trace_ring *ring, size_t size)
{
	uint8_t *bytes = malloc(size);

	if (!bytes)
		return -ENOMEM;
	*ring = (struct lvs_trace_ring){ .bytes = bytes, .size = size };
	return 0;
}

void lvs_trace_ring_fini(struct lvs_trace_ring *ring)
{
	free(ring->bytes);
}

size_t lvs_trace_record_bytes(uint32_t captured)
{
	return (sizeof(struct lvs_trace_record) + captured + 7) & ~(size_t)7;
}

static struct lvs_trace_record *at(const struct lvs_trace_ring *ring, size_t off)
{
	return (void *)(ring->bytes + off);
}

static bool is_empty(const struct lvs_trace_ring *ring)
{
	return !ring->wrapped && ring->head == ring->tail;
}

struct lvs_trace_record *lvs_trace_ring_push(struct lvs_trace_ring *ring, uint32_t captured)
{
	size_t bytes = lvs_trace_record_bytes(captured);
	struct lvs_trace_record *record;

	if (bytes > (ring->wrapped ? ring->head : ring->size) - ring->tail) {
		if (ring->wrapped || bytes > ring->head)
			return NULL;
		ring->end = ring->tail;
		ring->tail = 0;
		ring->wrapped = true;
	}
	record = at(ring, ring->tail);
	record->bytes = (uint32_t)bytes;
	ring->tail += bytes;
	return record;
}

struct lvs_trace_record *lvs_trace_ring_peek(const struct lvs_trace_ring *ring)
{
	return is_empty(ring) ? NULL : at(ring, ring->head);
}

void lvs_trace_ring_pop(struct lvs_trace_ring *ring)
{
	ring->head += at(ring, ring->head)->bytes;
	if (ring->wrapped && ring->head == ring->end) {
		ring->head = 0;
		ring->wrapped = false;
	}
	if (is_empty(ring))
		ring->head = ring->tail = 0;
}

struct lvs_trace_mark lvs_trace_ring_mark(const struct lvs_trace_ring *ring)
{
	return (struct lvs_trace_mark){ ring->tail, ring->end, ring->wrapped };
}

void lvs_trace_ring_restore(struct lvs_trace_ring *ring, const struct lvs_trace_mark *mark)
{
	ring->tail = mark->tail;
	ring->end = mark->end;
	ring->wrapped = mark->wrapped;
}

struct lvs_trace_record *lvs_trace_ring_next(const struct lvs_trace_ring *ring, const struct lvs_trace_mark *mark,
					     const struct lvs_trace_record *record)
{
	size_t off = record ? (size_t)((const uint8_t *)record - ring->bytes) + record->bytes : mark->tail;

	if (ring->wrapped && !mark->wrapped && off == ring->end)
		off = 0;
	return off == ring->tail ? NULL : at(ring, off);
}
