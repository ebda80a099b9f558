// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Direct routing (LVS-DR): the packet stays as it is and is given to the server as its next hop. The server has the
 * virtual address too, without telling anybody (arp_ignore, arp_announce), and answers the client by itself.
 */
#include "engine/forward.h"

static enum lvs_drop droute_rewrite(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				    enum lvs_dir dir)
{
	(void)engine;
	(void)dir;
	packet->via = &conn->daddr;
	return LVS_DROP_NONE;
}

static enum lvs_drop droute_rewrite_error(struct lvs_engine *engine, const struct lvs_conn *conn,
					  struct lvs_packet *packet, struct lvs_packet *quoted, enum lvs_dir dir)
{
	(void)quoted;
	return droute_rewrite(engine, conn, packet, dir);
}

const struct lvs_forward_ops lvs_forward_droute = {
	.name = "droute",
	.label = "Route",
	.index = LVS_FORWARD_INDEX_droute,
	.way = LVS_WAY_DIRECT,
	.rewrite = droute_rewrite,
	.rewrite_error = droute_rewrite_error,
};
