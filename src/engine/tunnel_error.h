/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors about the director's own tunnel packets. */
#ifndef LVS_ENGINE_TUNNEL_ERROR_H
#define LVS_ENGINE_TUNNEL_ERROR_H

#include "engine/packet.h"
#include "engine/wire.h"

struct lvs_engine;

/**
 * lvs_tunnel_error() - tell the client what a router said of the packet that carried his
 * @packet:	ICMP error with a right checksum, to the director's own address
 * @icmp:	its header
 * @quoted:	the outer packet that it is about
 *
 * The error is made anew about the packet inside, a path MTU less the tunnel's overhead, and the server's path is
 * remembered to be so narrow for ten minutes (RFC 1191 section 6.3). The quote has to reach as far as the ports inside.
 *
 * Return: LVS_DROP_ICMP_TUNNEL, the packet has served its purpose; LVS_DROP_NONE: it is not about a tunnel of ours
 */
enum lvs_drop lvs_tunnel_error(struct lvs_engine *engine, const struct lvs_packet *packet, const struct lvs_icmp *icmp,
			       const struct lvs_packet *quoted);

#endif
