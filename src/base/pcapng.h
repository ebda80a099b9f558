/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures in the pcapng format, block by block into memory: IP packets of two interfaces, "in" and "out", each with its
 * direction and a comment. Little-endian, nanoseconds; the same packets make the same bytes everywhere. In front of each
 * packet stands a header as Linux' device "any" has it (SLL): tools that know nothing of pcapng's flags show the direction
 * nevertheless, and libpcap 1.10.3 reads no two interfaces of bare IP packets from one file.
 */
#ifndef LVS_BASE_PCAPNG_H
#define LVS_BASE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

#define LVS_PCAPNG_BEGIN_BYTES 120
#define LVS_PCAPNG_COMMENT_MAX 1024	/* bytes; what is longer is cut */
#define LVS_PCAPNG_PACKET_MAX (65536 + LVS_PCAPNG_COMMENT_MAX + 96)	/* bytes of a block with an IP packet */

/**
 * lvs_pcapng_begin() - what a file begins with: a section and its interfaces
 * @snaplen:	bytes that are captured of each packet
 */
void lvs_pcapng_begin(uint32_t snaplen, uint8_t bytes[LVS_PCAPNG_BEGIN_BYTES]);

#define LVS_PCAPNG_STATISTICS_BYTES 40

/* How many packets of "in" could not be captured until @time: what may be written at any time between packets. */
void lvs_pcapng_statistics(lvs_ns time, uint64_t lost, uint8_t bytes[LVS_PCAPNG_STATISTICS_BYTES]);

/**
 * struct lvs_pcapng_packet - one packet
 * @out:	it left; else it came in
 * @time:	since 1970
 * @captured:	bytes of it at @data; @len: that it had
 * @lost:	packets between the one before it and this one that could not be captured
 * @comment:	text, may be empty
 */
struct lvs_pcapng_packet {
	bool out;
	lvs_ns time;
	uint32_t captured, len;
	const uint8_t *data;
	uint64_t lost;
	const char *comment;
};

/* Bytes that the block of a packet takes. */
size_t lvs_pcapng_packet_bytes(const struct lvs_pcapng_packet *packet);

/* Write it: so many bytes. */
void lvs_pcapng_packet(const struct lvs_pcapng_packet *packet, uint8_t *bytes);

#endif
