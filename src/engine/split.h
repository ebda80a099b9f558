/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What leaves by a way without offloads (a tunnel, a raw socket) leaves as it would look on the wire: a super-packet as
 * its segments, checksums complete, IPv4 packets longer than the path cut into fragments.
 */
#ifndef LVS_ENGINE_SPLIT_H
#define LVS_ENGINE_SPLIT_H

#include "engine/packet.h"

/**
 * typedef lvs_split_fn - takes one packet of those that another was cut into
 * @piece:	parsed; @vnet is all zeros. Its bytes, and everything in front of them as far as @headroom says,
 *		may be changed; it is valid during the call
 *
 * Return: LVS_DROP_NONE, or why it cannot leave: no more pieces are made then
 */
typedef enum lvs_drop lvs_split_fn(void *arg, struct lvs_packet *piece);

/* Is it more than a plain packet: a super-packet, or one whose checksum is partial? */
static inline bool lvs_split_needed(const struct lvs_packet *packet)
{
	return lvs_packet_is_partial(packet) || packet->vnet.gso_type != LVS_GSO_NONE;
}

/**
 * lvs_split() - cut a packet into those that it stands for
 * @packet:	parsed; its bytes are used up. One that is neither super nor partial is handed on as it is
 *
 * Each segment has the headers of the whole, with lengths, sequence number, IPv4 identification (one more each) and
 * checksums of its own; FIN and PSH stay with the last, CWR with the first (RFC 3168 section 6.1.2).
 *
 * Return: LVS_DROP_NONE; LVS_DROP_VNET for a type that no kernel hands out any more (UFO), before anything was handed
 * on; or what @each returned
 */
enum lvs_drop lvs_split(struct lvs_packet *packet, lvs_split_fn *each, void *arg);

/**
 * lvs_split_fragment() - cut an IPv4 packet into fragments (RFC 791 section 3.2)
 * @packet:	parsed, plain, lvs_packet_may_fragment(); may be a fragment itself; its bytes are used up
 * @mtu:	bytes, at least 68
 *
 * Options that are not to be copied (RFC 791 section 3.1) are in the first fragment only, NOPs in the others.
 *
 * Return: LVS_DROP_NONE, or what @each returned
 */
enum lvs_drop lvs_split_fragment(struct lvs_packet *packet, uint32_t mtu, lvs_split_fn *each, void *arg);

#endif
