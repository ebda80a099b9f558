/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A doubly linked ring with the head as sentinel. The list owns nothing: entries are embedded in what they link. */
#ifndef LVS_BASE_LIST_H
#define LVS_BASE_LIST_H

#include <stdbool.h>

#include "base/bytes.h"

struct lvs_list {
	struct lvs_list *prev, *next;
};

static inline void lvs_list_init(struct lvs_list *head)
{
	head->prev = head->next = head;
}

static inline bool lvs_list_empty(const struct lvs_list *head)
{
	return head->next == head;
}

static inline void lvs_list_insert(struct lvs_list *prev, struct lvs_list *next, struct lvs_list *entry)
{
	entry->prev = prev;
	entry->next = next;
	prev->next = entry;
	next->prev = entry;
}

static inline void lvs_list_push_front(struct lvs_list *head, struct lvs_list *entry)
{
	lvs_list_insert(head, head->next, entry);
}

static inline void lvs_list_push_back(struct lvs_list *head, struct lvs_list *entry)
{
	lvs_list_insert(head->prev, head, entry);
}

/* Leaves @entry pointing at itself, so that removing twice is harmless. */
static inline void lvs_list_remove(struct lvs_list *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	lvs_list_init(entry);
}

#define lvs_list_entry(ptr, type, member) container_of(ptr, type, member)

/* @pos may not be removed inside the loop: use the _safe form for that. */
#define lvs_list_for_each(pos, head, member)                                             \
	for (pos = lvs_list_entry((head)->next, __typeof__(*pos), member);               \
	     &pos->member != (head);                                                     \
	     pos = lvs_list_entry(pos->member.next, __typeof__(*pos), member))

#define lvs_list_for_each_safe(pos, tmp, head, member)                                   \
	for (pos = lvs_list_entry((head)->next, __typeof__(*pos), member),               \
	    tmp = lvs_list_entry(pos->member.next, __typeof__(*pos), member);            \
	     &pos->member != (head);                                                     \
	     pos = tmp, tmp = lvs_list_entry(tmp->member.next, __typeof__(*tmp), member))

#endif
