/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that wait for a program that is slower than they come. What is overtaken by a later event of the same thing is left
 * out, and so is what is as it was told last: whoever comes late is told how things are, not all that they have been.
 */
#ifndef LVS_NOTIFY_QUEUE_H
#define LVS_NOTIFY_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct lvs_event;

#define LVS_EVENT_QUEUE_MAX 4096

/**
 * struct lvs_event_queue - zeroes are an empty one
 * @events:	owned; @n of them, the oldest first
 * @subjects:	of each, see lvs_event_subject()
 * @superseded:	events that were left out
 */
struct lvs_event_queue {
	size_t n;
	uint64_t superseded;
	struct lvs_event *events[LVS_EVENT_QUEUE_MAX];
	uint64_t subjects[LVS_EVENT_QUEUE_MAX];
};

/* Return: 0; -ENOSPC or -ENOMEM: there is no room for it. @event is copied */
int lvs_event_queue_put(struct lvs_event_queue *queue, const struct lvs_event *event);

/* Return: how many of the oldest ones, at most @max, went to @ret_events; they are the caller's, who frees them */
size_t lvs_event_queue_take(struct lvs_event_queue *queue, struct lvs_event **ret_events, size_t max);

/* Frees what waits. Return: how many these were */
size_t lvs_event_queue_clear(struct lvs_event_queue *queue);

#endif
