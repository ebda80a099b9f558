/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TCP options that two ends agree on with their SYNs: RFC 9293 section 3.2, RFC 7323, RFC 2018. */
#ifndef LVS_ENGINE_TCP_OPTIONS_H
#define LVS_ENGINE_TCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/packet.h"

/* The option field is never longer. */
#define LVS_TCP_OPTIONS_MAX 40
/* The largest shift that there is (RFC 7323 section 2.3). */
#define LVS_TCP_SCALE_MAX 14
/* No window scale option. */
#define LVS_TCP_NO_SCALE 15

enum {
	LVS_TCPOPT_END = 0,
	LVS_TCPOPT_NOP = 1,
	LVS_TCPOPT_MSS = 2,
	LVS_TCPOPT_SCALE = 3,
	LVS_TCPOPT_SACK_PERMITTED = 4,
	LVS_TCPOPT_SACK = 5,
	LVS_TCPOPT_TIMESTAMPS = 8,
};

/**
 * struct lvs_tcp_options - what a segment says in its options
 * @mss:	bytes; 0: not said
 * @scale:	up to LVS_TCP_SCALE_MAX, or LVS_TCP_NO_SCALE
 * @sack:	SACK permitted
 * @timestamps:	@value and @echo were there
 */
struct lvs_tcp_options {
	uint16_t mss;
	uint8_t scale;
	bool sack;
	bool timestamps;
	uint32_t value, echo;
};

/* Bytes of an MSS option. */
#define LVS_TCP_MSS_BYTES 4

/* Where reading is: @off of @len bytes at @at. */
struct lvs_tcp_option_walk {
	uint8_t *at;
	size_t len, off;
};

/* @packet: parsed TCP segment, or a first fragment of one. Its options cannot be read any further than it goes */
struct lvs_tcp_option_walk lvs_tcp_option_walk(const struct lvs_packet *packet);

/* Return: the next option that has a length, which its second byte is, all of it there; NULL behind the last one */
uint8_t *lvs_tcp_option_next(struct lvs_tcp_option_walk *walk);

/**
 * lvs_tcp_options_read() - read them
 * @packet:	parsed TCP segment
 *
 * What is malformed ends the reading, like in other stacks; a larger scale than there is becomes the largest.
 */
struct lvs_tcp_options lvs_tcp_options_read(const struct lvs_packet *packet);

/**
 * lvs_tcp_options_write() - put them where a header ends
 * @at:		room for LVS_TCP_OPTIONS_MAX bytes
 *
 * Timestamps first and aligned to a word, where fast paths expect them.
 *
 * Return: bytes written, a multiple of 4, at most 24
 */
size_t lvs_tcp_options_write(uint8_t *at, const struct lvs_tcp_options *options);

#endif
