// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server on the director itself: the packet stays as it is and goes to the host's stack, whose address the virtual
 * one is. What the host answers takes the host's own way.
 */
#include "engine/core.h"

/* Of an address that is not the host's a packet would come back to the director, again and again. */
static enum lvs_drop local_bind(struct lvs_engine *engine, struct lvs_conn *conn)
{
	const struct lvs_vip *vip = lvs_vip_find(&engine->rules, &conn->vaddr);

	return vip && vip->local ? LVS_DROP_NONE : LVS_DROP_NOT_LOCAL;
}

const struct lvs_forward_ops lvs_forward_local = {
	.name = "local",
	.label = "Local",
	.index = LVS_FORWARD_INDEX_local,
	.way = LVS_WAY_ROUTED,
	.bind = local_bind,
	.rewrite = lvs_forward_as_is,
	.rewrite_error = lvs_forward_error_as_is,
};
