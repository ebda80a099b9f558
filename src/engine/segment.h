/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TCP segment changed in place. Its checksum follows by the difference alone, whichever kind it is: one that was wrong
 * stays wrong. For engine/ sources only.
 */
#ifndef LVS_ENGINE_SEGMENT_H
#define LVS_ENGINE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/packet.h"
#include "engine/wire.h"

/* Where the payload of a parsed TCP segment begins, from packet->data. */
static inline uint32_t lvs_segment_header_end(const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));

	return packet->l4 + (uint32_t)(tcp->offset >> 4) * 4;
}

/**
 * lvs_segment_set() - write bytes of the TCP header
 * @off:	from where that header begins; odd ones too, as options may lie anywhere
 *
 * Of a quoted segment the checksum may be missing, and so may the bytes: then nothing happens.
 */
void lvs_segment_set(struct lvs_packet *packet, uint32_t off, const void *bytes, size_t len);

static inline void lvs_segment_set32(struct lvs_packet *packet, uint32_t off, uint32_t value)
{
	lvs_be32 wire = LVS_BE32(value);

	lvs_segment_set(packet, off, &wire, sizeof(wire));
}

/**
 * lvs_segment_splice() - bytes of the payload give way to others
 * @packet:	parsed, not a fragment. @data and @len may change, @headroom and @tailroom with them
 * @off:	into the payload; @off + @old_len is within it
 * @bytes:	@new_len of them, not in @packet
 *
 * Lengths and sums of all headers follow; a super-packet that would fit one segment ceases to be one.
 *
 * Return: LVS_DROP_NONE, or LVS_DROP_NO_TAILROOM and nothing has changed
 */
enum lvs_drop lvs_segment_splice(struct lvs_packet *packet, uint32_t off, uint32_t old_len, const void *bytes,
				 uint32_t new_len);

/**
 * lvs_segment_add_option() - one more option, behind the others
 * @packet:	as above
 * @len:	a multiple of 4 that there is still room for in the TCP header
 *
 * Return: as above
 */
enum lvs_drop lvs_segment_add_option(struct lvs_packet *packet, const void *option, uint32_t len);

#endif
