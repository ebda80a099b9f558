/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AH and ESP: they have no ports and begin nothing, they go where the key exchange between the same two ends goes. */
#ifndef LVS_ENGINE_IPSEC_H
#define LVS_ENGINE_IPSEC_H

#include <stdbool.h>

#include "engine/packet.h"

struct lvs_engine;

/**
 * lvs_ipsec_relay() - send an AH or ESP packet after its key exchange
 * @packet:	parsed, of any protocol
 * @ret_drop:	set if it was one of these and had a connection: what became of it
 *
 * The connection is that of UDP port 500 at both ends (IKE), else of port 4500 (RFC 3948); in either direction, and the
 * packet keeps it alive. Only addresses are rewritten; not of clients whose address the server does not see. Fragments
 * have none, as in IPVS.
 *
 * Return: was it?
 */
bool lvs_ipsec_relay(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop);

#endif
