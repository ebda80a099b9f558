/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines, the first one on top. What waits embeds its entry and is borrowed. */
#ifndef LVS_CHECK_HEAP_H
#define LVS_CHECK_HEAP_H

#include <stddef.h>

#include "base/time.h"

/* @at: its place in the heap, from 1; 0: it does not wait */
struct lvs_heap_entry {
	lvs_ns deadline;
	size_t at;
};

/* All zeros: empty. */
struct lvs_heap {
	struct lvs_heap_entry **entries;
	size_t n, size;
};

/* Room for @n entries in all. Return: 0 or -ENOMEM */
int lvs_heap_reserve(struct lvs_heap *heap, size_t n);

void lvs_heap_fini(struct lvs_heap *heap);

/* @entry waits until @deadline, from now on if it waited for another one. There has to be room. */
void lvs_heap_put(struct lvs_heap *heap, struct lvs_heap_entry *entry, lvs_ns deadline);

/* @entry waits no more; it need not have. */
void lvs_heap_remove(struct lvs_heap *heap, struct lvs_heap_entry *entry);

/* Return: the entry with the first deadline, borrowed; NULL if nothing waits */
static inline struct lvs_heap_entry *lvs_heap_first(const struct lvs_heap *heap)
{
	return heap->n ? heap->entries[1] : NULL;
}

#endif
