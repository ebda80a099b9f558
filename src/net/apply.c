// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes and proxy entries first, then rules, those in front of the local table last: a rule that looks into a table
 * which is not filled yet would do no harm, but one that is in force while the local table has lost its old place and
 * not got its new one would cut the host off. Removal goes the other way round.
 */
#include "net/apply.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "net/rtnl.h"
#include "net/state.h"
#include "net/text.h"

struct work {
	struct lvs_rtnl *rtnl;
	struct lvs_net_state *state;
	const struct lvs_net_plan *plan;
	struct lvs_net_say *say;
	struct lvs_net_changes changes;
	struct lvs_net_objects now;	/* what is ours afterwards */
};

static bool change(struct work *work, const struct lvs_net_object *object, bool install, uint8_t proto)
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

static void install(struct work *work, uint32_t priority, bool front)
{
	const struct lvs_net_objects *want = &work->plan->objects;

	for (size_t i = 0; i < want->n; i++) {
		const struct lvs_net_object *object = &want->v[i];

		if (is_front(object, priority) != front)
			continue;
		if (lvs_net_objects_has(&work->state->ours, object)) {
			lvs_net_objects_push(&work->now, object);
			continue;
		}
		/* An entry that somebody else has made serves as well, and stays theirs. */
		if (object->kind == LVS_NET_PROXY && lvs_net_objects_has(&work->state->foreign, object))
			continue;
		if (change(work, object, true, LVS_NET_PROTO))
			lvs_net_objects_push(&work->now, object);
	}
}

/* Among what is installed now; @now is not sorted yet. */
static bool is_installed(const struct work *work, const struct lvs_net_object *object)
{
	for (size_t i = work->now.n; i-- > 0;)
		if (memcmp(&work->now.v[i], object, sizeof(*object)) == 0)
			return true;
	return false;
}

static void move_local(struct work *work, uint32_t priority)
{
	for (int ip4 = 0; ip4 < 2; ip4++) {
		const struct lvs_net_object ours = lvs_net_plan_local_rule(ip4, priority + 90);
		const struct lvs_net_object theirs = lvs_net_plan_local_rule(ip4, work->state->local_pref[ip4]);

		if (work->plan->unlocal[ip4] && is_installed(work, &ours) && change(work, &theirs, false, RTPROT_UNSPEC))
			work->state->local_pref[ip4] = LVS_NET_NO_PREF;
	}
}

/* Return: whether our rule for the local table has to stay, since the original one could not be brought back */
static bool restore_local(struct work *work, bool ip4)
{
	const struct lvs_net_object original = lvs_net_plan_local_rule(ip4, 0);

	if (work->state->local_pref[ip4] != LVS_NET_NO_PREF)
		return false;
	if (!change(work, &original, true, RTPROT_KERNEL))
		return true;
	work->state->local_pref[ip4] = 0;
	return false;
}

static void remove_rest(struct work *work)
{
	const struct lvs_net_objects *have = &work->state->ours;

	for (size_t i = have->n; i-- > 0;) {
		const struct lvs_net_object *object = &have->v[i];
		bool local = object->kind == LVS_NET_RULE && object->table == RT_TABLE_LOCAL;

		if (lvs_net_objects_has(&work->plan->objects, object))
			continue;
		if ((local && restore_local(work, lvs_addr_is4(&object->addr))) ||
		    !change(work, object, false, LVS_NET_PROTO))
			lvs_net_objects_push(&work->now, object);
	}
}

struct lvs_net_changes lvs_net_carry_out(struct lvs_rtnl *rtnl, struct lvs_net_state *state, const struct lvs_net_plan *plan,
					 uint32_t priority, struct lvs_net_say *say)
{
	struct work work = { .rtnl = rtnl, .state = state, .plan = plan, .say = say };

	install(&work, priority, false);
	move_local(&work, priority);
	install(&work, priority, true);
	remove_rest(&work);
	if (lvs_net_objects_sort(&work.now) < 0) {
		lvs_net_objects_fini(&work.now);
		if (!work.changes.err)
			work.changes.err = -ENOMEM;
		return work.changes;
	}
	lvs_net_objects_fini(&state->ours);
	state->ours = work.now;
	return work.changes;
}
