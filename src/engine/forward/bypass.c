// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No server at all: the packet goes on to where its client has sent it, as it is. That is for addresses of others, which
 * transparent mark rules lead here; one of the director's own would come back again and again.
 */
#include "engine/core.h"

/* Where nobody was chosen there is no port of his either: IPVS lists such connections as those of 0.0.0.0:0. */
static enum lvs_drop bypass_bind(struct lvs_engine *engine, struct lvs_conn *conn)
{
	if (lvs_addr_is_any(&conn->daddr))
		conn->dport = 0;
	return lvs_rules_owner(&engine->rules, &conn->vaddr) == LVS_OWNER_OTHER ? LVS_DROP_NONE : LVS_DROP_NOT_TRANSPARENT;
}

const struct lvs_forward_ops lvs_forward_bypass = {
	.name = "bypass",
	.label = "Bypass",
	.index = LVS_FORWARD_INDEX_bypass,
	.way = LVS_WAY_ROUTED,
	.bind = bypass_bind,
	.rewrite = lvs_forward_as_is,
	.rewrite_error = lvs_forward_error_as_is,
};
