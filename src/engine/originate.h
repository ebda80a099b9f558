/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that a real server begins, where the service's helper says that servers do. For engine/ sources only. */
#ifndef LVS_ENGINE_ORIGINATE_H
#define LVS_ENGINE_ORIGINATE_H

#include <stdbool.h>

#include "engine/drop.h"

struct lvs_conn;
struct lvs_engine;
struct lvs_packet;

/**
 * lvs_originate() - does a real server begin a connection with this?
 * @packet:	of no connection, and for no service
 * @ret_drop:	what became of it
 *
 * It does if it sends from where it answers as a server of such a service, to an address that is not virtual, and the
 * helper finds its key. The packet leaves in the service's name, and what the client answers finds back. A server whose
 * time to drain is over begins nothing.
 *
 * Return: whether it was dealt with; else @packet is as it was and @ret_drop is not set
 */
bool lvs_originate(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop);

/**
 * lvs_originate_again() - a server sends another datagram to a client of one-packet scheduling
 * @conn:	the record; still there afterwards
 *
 * To the record all that passes between these two is one, but this may be the beginning of something that the client is to
 * answer to this server.
 */
void lvs_originate_again(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet);

#endif
