// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of forwarding methods, in the order of forward.def. */
#include "engine/forward.h"

#include <string.h>

const struct lvs_forward_ops *const lvs_forwards[LVS_FORWARD_INDEX_COUNT] = {
#define FORWARD(name) [LVS_FORWARD_INDEX_##name] = &lvs_forward_##name,
#include "engine/forward.def"
#undef FORWARD
};

enum lvs_drop lvs_forward_as_is(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				enum lvs_dir dir)
{
	(void)engine;
	(void)conn;
	(void)packet;
	(void)dir;
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_forward_error_as_is(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				      struct lvs_packet *quoted, enum lvs_dir dir)
{
	(void)quoted;
	return lvs_forward_as_is(engine, conn, packet, dir);
}

const struct lvs_forward_ops *lvs_forward_find(const char *name)
{
	for (size_t i = 0; i < LVS_FORWARD_INDEX_COUNT; i++)
		if (!strcmp(lvs_forwards[i]->name, name))
			return lvs_forwards[i];
	return NULL;
}
