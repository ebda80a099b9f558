// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes and proxy entries first, then rules, those in front of the local table last: a rule that looks into a table
 * which is not filled yet would do no harm, but one that is in force while the local table has lost its old place and
 * not got its new one would cut the host off. Removal goes the other way round.
 */
#include "net/apply.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

#include "net/rtnl.h"
#include "net/state.h"
#include "net/text.h"

enum step { INSTALL_REST, MOVE_LOCAL, INSTALL_FRONT, REMOVE_REST, DONE };

/* So many looks cost as much as one change. */
#define LOOKS 16

static bool change(struct lvs_net_work *work, const struct lvs_net_object *object, bool install, uint8_t proto)
{
	int err = lvs_rtnl_change(work->rtnl, object, install, proto);
	char text[LVS_NET_COMMAND_BYTES];

	if (!err) {
		work->changes.installed += install;
		work->changes.removed += !install;
		return true;
	}
	if (!work->changes.err)
		work->changes.err = err;
	lvs_net_complain(work->say, LVS_NET_ERROR, "failed: %s: %s%s%s", lvs_net_command(work->state, object, install, text),
			 strerror(-err), work->rtnl->why[0] ? ", " : "", work->rtnl->why);
	return false;
}

static bool is_front(const struct lvs_net_object *object, uint32_t priority)
{
	return object->kind == LVS_NET_RULE && object->pref <= priority;
}

/* Return: was the kernel asked? */
static bool install_one(struct lvs_net_work *work, const struct lvs_net_object *object)
{
	if (lvs_net_objects_has(&work->state->ours, object)) {
		lvs_net_objects_push(&work->now, object);
		return false;
	}
	/* An entry that somebody else has made serves as well, and stays theirs. */
	if (object->kind == LVS_NET_PROXY && lvs_net_objects_has(&work->state->foreign, object))
		return false;
	if (change(work, object, true, LVS_NET_PROTO))
		lvs_net_objects_push(&work->now, object);
	return true;
}

/* Return: there was budget for all of it */
static bool install(struct lvs_net_work *work, bool front, size_t *budget)
{
	const struct lvs_net_objects *want = &work->plan->objects;

	for (; work->at < want->n && *budget; work->at++) {
		const struct lvs_net_object *object = &want->v[work->at];

		if (is_front(object, work->priority) == front)
			*budget -= LVS_MIN(install_one(work, object) ? LOOKS : 1, *budget);
	}
	return work->at == want->n;
}

/* Among what is installed now; @now is not sorted yet. */
static bool is_installed(const struct lvs_net_work *work, const struct lvs_net_object *object)
{
	for (size_t i = work->now.n; i-- > 0;)
		if (memcmp(&work->now.v[i], object, sizeof(*object)) == 0)
			return true;
	return false;
}

static void move_local(struct lvs_net_work *work)
{
	for (int ip4 = 0; ip4 < 2; ip4++) {
		const struct lvs_net_object ours = lvs_net_plan_local_rule(ip4, work->priority + 90);
		const struct lvs_net_object theirs = lvs_net_plan_local_rule(ip4, work->state->local_pref[ip4]);

		if (work->plan->unlocal[ip4] && is_installed(work, &ours) && change(work, &theirs, false, RTPROT_UNSPEC))
			work->state->local_pref[ip4] = LVS_NET_NO_PREF;
	}
}

/* Return: whether our rule for the local table has to stay, since the original one could not be brought back */
static bool restore_local(struct lvs_net_work *work, bool ip4)
{
	const struct lvs_net_object original = lvs_net_plan_local_rule(ip4, 0);

	if (work->state->local_pref[ip4] != LVS_NET_NO_PREF)
		return false;
	if (!change(work, &original, true, RTPROT_KERNEL))
		return true;
	work->state->local_pref[ip4] = 0;
	return false;
}

static bool remove_rest(struct lvs_net_work *work, size_t *budget)
{
	const struct lvs_net_objects *have = &work->state->ours;

	for (; work->at < have->n && *budget; work->at++) {
		const struct lvs_net_object *object = &have->v[have->n - 1 - work->at];
		bool local = object->kind == LVS_NET_RULE && object->table == RT_TABLE_LOCAL;

		--*budget;
		if (lvs_net_objects_has(&work->plan->objects, object))
			continue;
		if ((local && restore_local(work, lvs_addr_is4(&object->addr))) ||
		    !change(work, object, false, LVS_NET_PROTO))
			lvs_net_objects_push(&work->now, object);
		*budget -= LVS_MIN(LOOKS, *budget);
	}
	return work->at == have->n;
}

static void finish(struct lvs_net_work *work)
{
	if (lvs_net_objects_sort(&work->now) < 0) {
		lvs_net_objects_fini(&work->now);
		if (!work->changes.err)
			work->changes.err = -ENOMEM;
		return;
	}
	lvs_net_objects_fini(&work->state->ours);
	work->state->ours = work->now;
	work->now = (struct lvs_net_objects){ 0 };
}

static bool take_step(struct lvs_net_work *work, size_t *budget)
{
	switch ((enum step)work->step) {
	case INSTALL_REST:
		return install(work, false, budget);
	case MOVE_LOCAL:
		move_local(work);
		return true;
	case INSTALL_FRONT:
		return install(work, true, budget);
	case REMOVE_REST:
		return remove_rest(work, budget);
	case DONE:
		break;
	}
	return false;
}

void lvs_net_work_init(struct lvs_net_work *work, struct lvs_rtnl *rtnl, struct lvs_net_state *state,
		       const struct lvs_net_plan *plan, uint32_t priority, struct lvs_net_say *say)
{
	*work = (struct lvs_net_work){ .rtnl = rtnl, .state = state, .plan = plan, .priority = priority, .say = say };
}

bool lvs_net_work_go_on(struct lvs_net_work *work, size_t budget)
{
	size_t left = budget > SIZE_MAX / LOOKS ? SIZE_MAX : budget * LOOKS;

	while (work->step != DONE && take_step(work, &left)) {
		work->step++;
		work->at = 0;
	}
	if (work->step != DONE)
		return false;
	finish(work);
	return true;
}

void lvs_net_work_fini(struct lvs_net_work *work)
{
	lvs_net_objects_fini(&work->now);
	*work = (struct lvs_net_work){ .step = INSTALL_REST };
}
