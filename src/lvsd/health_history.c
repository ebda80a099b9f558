// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A ring that grows by doubling until it has its full length: most servers came up once, and that is all there is to
 * tell of them. Of ten thousand servers that is a megabyte and a half, and 23 when each of them comes and goes.
 */
#include "lvsd/health_history.h"

#include <stdlib.h>

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

void lvs_health_history_go_on(struct lvs_health_history *before, struct lvs_health_history *history)
{
	struct lvs_health_history later = *history;
	size_t n = LVS_MIN(later.n, (uint32_t)LVS_HEALTH_CHANGES_MAX);

	*history = *before;
	*before = (struct lvs_health_history){ .n = 0 };
	while (n-- > 0)
		lvs_health_history_add(history, lvs_health_history_get(&later, n));
	lvs_health_history_fini(&later);
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
