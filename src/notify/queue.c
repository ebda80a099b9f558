// SPDX-License-Identifier: GPL-2.0-or-later
/* An array, with the subjects in one of their own: looking through all of them is some microseconds of reading in a row. */
#include "notify/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "notify/event.h"

/* Return: where an event of the same thing waits, or @queue->n */
static size_t find(const struct lvs_event_queue *queue, const struct lvs_event *event, uint64_t subject)
{
	size_t i;

	for (i = 0; i < queue->n; i++)
		if (queue->subjects[i] == subject && lvs_event_same_subject(queue->events[i], event))
			break;
	return i;
}

static void cut(struct lvs_event_queue *queue, size_t at, size_t n)
{
	size_t rest = queue->n - at - n;

	memmove(&queue->events[at], &queue->events[at + n], rest * sizeof(struct lvs_event *));
	memmove(&queue->subjects[at], &queue->subjects[at + n], rest * sizeof(queue->subjects[0]));
	queue->n -= n;
}

int lvs_event_queue_put(struct lvs_event_queue *queue, const struct lvs_event *event)
{
	uint64_t subject = lvs_event_subject(event);
	enum lvs_event_kind was = event->was;
	size_t at = find(queue, event, subject);
	struct lvs_event *copy = at < queue->n ? queue->events[at] : NULL;

	if (!copy && queue->n == LVS_EVENT_QUEUE_MAX)
		return -ENOSPC;
	if (copy) {
		was = copy->was;
		cut(queue, at, 1);
		queue->superseded++;
	} else {
		copy = malloc(sizeof(*copy));
	}
	if (!copy)
		return -ENOMEM;
	if (was == event->kind) {
		queue->superseded++;
		free(copy);
		return 0;
	}
	*copy = *event;
	copy->was = was;
	queue->events[queue->n] = copy;
	queue->subjects[queue->n++] = subject;
	return 0;
}

size_t lvs_event_queue_take(struct lvs_event_queue *queue, struct lvs_event **ret_events, size_t max)
{
	size_t n = LVS_MIN(queue->n, max);

	memcpy(ret_events, queue->events, n * sizeof(struct lvs_event *));
	cut(queue, 0, n);
	return n;
}

size_t lvs_event_queue_clear(struct lvs_event_queue *queue)
{
	size_t n = queue->n;

	while (queue->n)
		free(queue->events[--queue->n]);
	return n;
}
