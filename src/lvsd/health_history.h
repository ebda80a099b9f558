/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last changes of one server's state. */
#ifndef LVS_LVSD_HEALTH_HISTORY_H
#define LVS_LVSD_HEALTH_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "lvsd/health.h"

/**
 * struct lvs_health_history - all zeros: nothing has changed yet
 * @changes:	owned; a ring, as long as it has to be
 * @n:		how many there ever were
 */
struct lvs_health_history {
	struct lvs_health_change *changes;
	uint32_t n;
};

/* @change: copied. Without memory it is not remembered. */
void lvs_health_history_add(struct lvs_health_history *history, const struct lvs_health_change *change);

/* What was before @history, and came from @before, which has nothing after this. */
void lvs_health_history_go_on(struct lvs_health_history *before, struct lvs_health_history *history);

/* @back: 0 is the last one. Return: borrowed; NULL: so many are not known */
const struct lvs_health_change *lvs_health_history_get(const struct lvs_health_history *history, size_t back);

void lvs_health_history_fini(struct lvs_health_history *history);

#endif
