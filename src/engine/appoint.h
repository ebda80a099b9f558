/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that are to reach one server, whichever a client would get: those of health checks that come through a virtual
 * address. Who asks says beforehand from which address and port, and whom.
 */
#ifndef LVS_ENGINE_APPOINT_H
#define LVS_ENGINE_APPOINT_H

#include <stdbool.h>

#include "base/time.h"
#include "engine/packet.h"

struct lvs_appointments;
struct lvs_conn;
struct lvs_engine;

/* As many stand at a time. */
#define LVS_APPOINTMENTS_MAX 8192

/* Room for them. For engine/ sources only. Return: 0 or -ENOMEM */
int lvs_appointments_new(struct lvs_appointments **ret_appointments);

/* @appointments: may be NULL */
void lvs_appointments_free(struct lvs_appointments *appointments);

/**
 * lvs_appoint() - from now on what begins with @tuple goes to one server of the service that has its destination
 * @tuple:	as the packets will have it, from a socket that has just been made: what connection there is of it has ended
 * @server, @port: as the service's server has them
 * @expires:	when it ends by itself
 *
 * Nothing is asked but whether the server is there: not its weight, its drain or its state, no limit, no template and no
 * scheduler, and the SYN proxy does not answer. Nothing of it is offered to another server, counted as a failure, or
 * reset since the server is down. It is a connection of the server's in all counters.
 *
 * Return: 0; -ENOENT: no service has the destination, or it has no such server; -ENOSPC: LVS_APPOINTMENTS_MAX stand
 */
int lvs_appoint(struct lvs_engine *engine, const struct lvs_tuple *tuple, const struct lvs_addr *server, lvs_be16 port,
		lvs_ns now, lvs_ns expires);

/*
 * It is not needed any more, if it stands at all. A connection of segments goes on, and ends as its ends want it to; nobody
 * would ever say that one of datagrams is over, so it ends here.
 */
void lvs_appoint_end(struct lvs_engine *engine, const struct lvs_tuple *tuple);

/* Is @conn one of these, with its appointment still standing? For engine/ sources only. */
bool lvs_appointed(const struct lvs_engine *engine, const struct lvs_conn *conn);

/**
 * lvs_appoint_begin() - a packet that belongs to no connection: has it an appointment? For engine/ sources only
 *
 * Then its connection is made, if it may begin one, and it walks to its end.
 *
 * Return: whether it had; *@ret_drop is what became of it
 */
bool lvs_appoint_begin(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop);

#endif
