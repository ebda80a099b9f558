/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP and ICMPv6 at the director: errors about packets of connections are translated, pings to virtual addresses answered. */
#ifndef LVS_ENGINE_ICMP_H
#define LVS_ENGINE_ICMP_H

#include "engine/packet.h"

struct lvs_engine;

/**
 * lvs_icmp_handle() - the walk of a whole ICMP or ICMPv6 packet
 * @packet:	parsed, kind LVS_PACKET_ICMP
 *
 * Emits and counts whatever becomes of it unless it returns a reason. An error changes no state (RFC 5382 REQ-10) and
 * does not touch the connection's deadline. Bad checksums are refused (RFC 5508 REQ-3), quoted transport checksums are
 * not looked at.
 *
 * Return: LVS_DROP_NONE, or why the packet goes no further
 */
enum lvs_drop lvs_icmp_handle(struct lvs_engine *engine, struct lvs_packet *packet);

#endif
