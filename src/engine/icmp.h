/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMP and ICMPv6 at the director: errors about packets of connections are translated, pings to virtual addresses answered. */
#ifndef LVS_ENGINE_ICMP_H
#define LVS_ENGINE_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/packet.h"

struct lvs_engine;

/**
 * lvs_icmp_handle() - the walk of a whole ICMP or ICMPv6 packet
 * @packet:	parsed, kind LVS_PACKET_ICMP
 *
 * Emits and counts whatever becomes of it unless it returns a reason. An error changes no state (RFC 5382 REQ-10) and
 * does not touch the connection's deadline. Bad checksums are refused (RFC 5508 REQ-3), quoted transport checksums are
 * not looked at. An error whose quote cannot be read is refused, whoever it is for.
 *
 * Return: LVS_DROP_NONE, or why the packet goes no further
 */
enum lvs_drop lvs_icmp_handle(struct lvs_engine *engine, struct lvs_packet *packet);

/* Is this type an error about a packet that it quotes? Redirects are not among them. */
bool lvs_icmp_is_error(uint8_t type, bool ip6);

/* Give an ICMP message its checksum, complete, from the headers as they stand; @ip6, @l4 and @len are right. */
void lvs_icmp_seal(struct lvs_packet *packet);

#endif
