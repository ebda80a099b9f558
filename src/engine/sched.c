// SPDX-License-Identifier: GPL-2.0-or-later
/* The schedulers of sched.def, in its order; and what one of them would do, for who only wants to know. */
#include "engine/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/service.h"

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

int lvs_sched_peek(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now, struct lvs_server **ret_server)
{
	const struct lvs_sched_ops *sched = service->spec.sched;
	void *state = service->sched_state, *copy;

	if (sched->peek || !state) {
		*ret_server = (sched->peek ? sched->peek : sched->pick)(service, tuple, now);
		return 0;
	}
	copy = malloc(service->sched_bytes);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, state, service->sched_bytes);
	service->sched_state = copy;
	*ret_server = sched->pick(service, tuple, now);
	service->sched_state = state;
	free(copy);
	return 0;
}
