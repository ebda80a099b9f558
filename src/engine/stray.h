/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets in the midst of a connection that the director does not know. A service whose scheduler has a table that names
 * the server of each client can pick the connection up (option pickup): after a restart, or where another director had
 * it. And a real server can be told that nobody knows its connection (nat_icmp_send). For engine/ sources only.
 */
#ifndef LVS_ENGINE_STRAY_H
#define LVS_ENGINE_STRAY_H

#include <stdbool.h>

#include "engine/drop.h"

struct lvs_engine;
struct lvs_packet;
struct lvs_service;

/* Seconds that a connection which was picked up may wait for its server to say something. */
#define LVS_STRAY_SECONDS 10

/**
 * lvs_stray_request() - pick up a connection from a client's packet to @service
 *
 * It starts as established, but counts as half-open for a full table, and ends after LVS_STRAY_SECONDS without a packet,
 * until its server has answered: anybody can make up a segment.
 *
 * Return: false, and nothing happened, if it is not to be picked up; else what became of the packet is in @ret_drop
 */
bool lvs_stray_request(struct lvs_engine *engine, struct lvs_service *service, struct lvs_packet *packet,
		       enum lvs_drop *ret_drop);

/**
 * lvs_stray_reply() - a packet that is for no service comes from a real server
 *
 * It may begin a connection, see engine/originate.h. Its connection is picked up if exactly one service has it that wants
 * to; if more than one has, nobody knows whom the client asked, and the packet ends here until the client says so. Else the
 * server is told, if that is wanted.
 *
 * Return: false, and nothing happened, if it is none of ours; else what became of the packet is in @ret_drop
 */
bool lvs_stray_reply(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop);

#endif
