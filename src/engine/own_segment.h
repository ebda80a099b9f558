/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP segments that the director makes itself, in the name of one end or the other. */
#ifndef LVS_ENGINE_OWN_SEGMENT_H
#define LVS_ENGINE_OWN_SEGMENT_H

#include <stdint.h>

#include "engine/packet.h"
#include "engine/tcp_options.h"

struct lvs_engine;

/**
 * struct lvs_own_segment - what it says
 * @tuple:	as it stands in it
 * @tos:	of the IP header
 * @ttl:	likewise; 0: 64
 * @payload:	borrowed, @payload_bytes of them; a few at most
 */
struct lvs_own_segment {
	struct lvs_tuple tuple;
	uint8_t tos;
	uint8_t ttl;
	uint8_t flags;
	uint16_t window;
	uint32_t seq, ack;
	struct lvs_tcp_options options;
	const void *payload;
	uint32_t payload_bytes;
};

/**
 * lvs_own_segment_make() - build it, with a complete checksum and in the engine's buffer for replies
 *
 * Return: as if it had been parsed; good until the director says something else
 */
struct lvs_packet lvs_own_segment_make(struct lvs_engine *engine, const struct lvs_own_segment *segment);

#endif
