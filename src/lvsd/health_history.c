// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A ring that grows by doubling until it has its full length: most servers came up once, and that is all there is to
 * tell of them. Of ten thousand servers that is a megabyte and a half, and 23 when each of them comes and goes.
 */
#include "lvsd/health_history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

/* Room for one more. Lengths are powers of two, so a ring that is shorter than it may be is full when its count is one. */
static bool make_room(struct lvs_health_history *history)
{
	struct lvs_health_change *changes;

	if (history->n >= LVS_HEALTH_CHANGES_MAX || (history->n & (history->n - 1)))
		return true;
	changes = reallocarray(history->changes, history->n ? 2 * history->n : 1, sizeof(*changes));
	if (!changes)
		return false;
	history->changes = changes;
	return true;
}

void lvs_health_history_add(struct lvs_health_history *history, const struct lvs_health_change *change)
{
	if (make_room(history))
		history->changes[history->n++ % LVS_HEALTH_CHANGES_MAX] = *change;
}

int lvs_health_history_copy(const struct lvs_health_history *history, struct lvs_health_history *ret_copy)
{
	size_t length = 1, n = LVS_MIN(history->n, (uint32_t)LVS_HEALTH_CHANGES_MAX);
	struct lvs_health_history copy = { .n = history->n };

	while (length < n)
		length *= 2;
	if (n) {
		copy.changes = calloc(length, sizeof(*copy.changes));
		if (!copy.changes)
			return -ENOMEM;
		memcpy(copy.changes, history->changes, n * sizeof(*copy.changes));
	}
	*ret_copy = copy;
	return 0;
}

const struct lvs_health_change *lvs_health_history_get(const struct lvs_health_history *history, size_t back)
{
	if (back >= history->n || back >= LVS_HEALTH_CHANGES_MAX)
		return NULL;
	return &history->changes[(history->n - 1 - back) % LVS_HEALTH_CHANGES_MAX];
}

void lvs_health_history_fini(struct lvs_health_history *history)
{
	free(history->changes);
	*history = (struct lvs_health_history){ .n = 0 };
}
