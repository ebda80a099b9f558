/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One-packet scheduling: every datagram is a connection of its own. For engine/ sources only. */
#ifndef LVS_ENGINE_ONE_PACKET_H
#define LVS_ENGINE_ONE_PACKET_H

#include "engine/conn.h"
#include "engine/drop.h"

struct lvs_engine;
struct lvs_server;

/* Seconds for which a server's answer is recognised, unless the timeout of UDP is shorter. */
#define LVS_ONE_PACKET_SECONDS 10

/**
 * lvs_one_packet_relay() - a datagram leaves for the server that was picked for it
 * @server:	of a service whose every datagram is scheduled
 * @tuple:	as the client's packets have it
 * @packet:	of no connection; from the client, or (@dir says so) what the server begins with
 *
 * Where replies come back through the director, a record is left that translates them.
 */
enum lvs_drop lvs_one_packet_relay(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_tuple *tuple,
				   struct lvs_packet *packet, enum lvs_dir dir);

#endif
