// SPDX-License-Identifier: GPL-2.0-or-later
/* The schedulers of sched.def, in its order. */
#include "engine/sched.h"

#include <string.h>

const struct lvs_sched_ops *const lvs_scheds[] = {
#define SCHED(name) &lvs_sched_##name,
#include "engine/sched.def"
#undef SCHED
	NULL,
};

const struct lvs_sched_ops *lvs_sched_find(const char *name)
{
	for (const struct lvs_sched_ops *const *sched = lvs_scheds; *sched; sched++)
		if (strcmp((*sched)->name, name) == 0)
			return *sched;
	return NULL;
}
