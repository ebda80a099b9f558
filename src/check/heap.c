// SPDX-License-Identifier: GPL-2.0-or-later
/* A binary heap in an array from 1 on: the children of i are 2 i and 2 i + 1. */
#include "check/heap.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"

int lvs_heap_reserve(struct lvs_heap *heap, size_t n)
{
	struct lvs_heap_entry **entries;
	size_t size = LVS_MAX(heap->size, (size_t)64);

	if (n < heap->size)
		return 0;
	while (size <= n)
		size *= 2;
	entries = realloc(heap->entries, size * sizeof(struct lvs_heap_entry *));
	if (!entries)
		return -ENOMEM;
	heap->entries = entries;
	heap->size = size;
	return 0;
}

void lvs_heap_fini(struct lvs_heap *heap)
{
	free(heap->entries);
	*heap = (struct lvs_heap){ .n = 0 };
}

static void place(struct lvs_heap *heap, struct lvs_heap_entry *entry, size_t at)
{
	heap->entries[at] = entry;
	entry->at = at;
}

static void up(struct lvs_heap *heap, struct lvs_heap_entry *entry, size_t at)
{
	for (; at > 1 && heap->entries[at / 2]->deadline > entry->deadline; at /= 2)
		place(heap, heap->entries[at / 2], at);
	place(heap, entry, at);
}

static void down(struct lvs_heap *heap, struct lvs_heap_entry *entry, size_t at)
{
	while (2 * at <= heap->n) {
		size_t child = 2 * at;

		if (child < heap->n && heap->entries[child + 1]->deadline < heap->entries[child]->deadline)
			child++;
		if (entry->deadline <= heap->entries[child]->deadline)
			break;
		place(heap, heap->entries[child], at);
		at = child;
	}
	place(heap, entry, at);
}

void lvs_heap_put(struct lvs_heap *heap, struct lvs_heap_entry *entry, lvs_ns deadline)
{
	lvs_heap_remove(heap, entry);
	assert(heap->n + 1 < heap->size);
	entry->deadline = deadline;
	up(heap, entry, ++heap->n);
}

void lvs_heap_remove(struct lvs_heap *heap, struct lvs_heap_entry *entry)
{
	size_t at = entry->at;
	struct lvs_heap_entry *last;

	if (!at)
		return;
	entry->at = 0;
	last = heap->entries[heap->n--];
	if (last == entry)
		return;
	if (at > 1 && heap->entries[at / 2]->deadline > last->deadline)
		up(heap, last, at);
	else
		down(heap, last, at);
}
