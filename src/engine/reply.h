/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the director says itself (design, D7). The host stack would answer for kernel IPVS; packets on a TUN never meet
 * it. Every kind has its own token bucket, so that a flood of one does not silence the others.
 */
#ifndef LVS_ENGINE_REPLY_H
#define LVS_ENGINE_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/packet.h"
#include "engine/stats.h"

struct lvs_conn;
struct lvs_engine;

/* Room in front of a packet that the director makes: for the driver's headers. */
#define LVS_REPLY_FRONT 32
/* And for that and the headers of a tunnel. */
#define LVS_REPLY_HEADROOM 96
/* RFC 4443 section 2.4 (c): an error fits the minimum MTU; IPv4 errors keep to 576 (RFC 1812 section 4.3.2.3). */
#define LVS_REPLY_BYTES 1280

/**
 * struct lvs_replies - limits and the buffer in which answers are built
 * @rate:	per second and kind; the bucket holds as many
 * @tokens:	left, in billionths
 * @refilled:	when @tokens were last filled up
 * @ids:	IPv4 identifications drawn so far
 */
struct lvs_replies {
	uint32_t rate;
	uint64_t tokens[LVS_REPLY_LIMITED];
	lvs_ns refilled[LVS_REPLY_LIMITED];
	uint64_t ids;
	_Alignas(64) uint8_t buffer[LVS_REPLY_HEADROOM + LVS_REPLY_BYTES];
};

/* An identification for an IPv4 packet of the director that may be fragmented, such as nobody can guess. */
lvs_be16 lvs_reply_draw_id(struct lvs_engine *engine);

/* @rate: 0 silences the director */
void lvs_replies_init(struct lvs_replies *replies, uint32_t rate, lvs_ns now);

/* Another rate from @now on; what was saved stays, up to the size of the new bucket. */
void lvs_replies_configure(struct lvs_replies *replies, uint32_t rate, lvs_ns now);

/**
 * struct lvs_reply_head - the fields of an IP header that depend on what is said
 * @bytes:	behind the header
 * @ttl:	0: 64
 * @atomic:	must not be fragmented on its way
 */
struct lvs_reply_head {
	uint32_t bytes;
	uint8_t proto;
	uint8_t tos;
	uint8_t ttl;
	bool atomic;
};

/**
 * lvs_reply_begin() - a packet in the engine's buffer, from where @packet went to where it came from
 * @packet:	@tuple and @ip6 are looked at
 *
 * Return: the IP header is written, @l4 set, and @head->bytes behind it are to be filled; good until the next one begins
 */
struct lvs_packet lvs_reply_begin(struct lvs_engine *engine, const struct lvs_packet *packet,
				  const struct lvs_reply_head *head);

/* What an answer has for a type of service: DSCP goes back as it came; ECN belongs to the one packet that met congestion. */
uint8_t lvs_reply_dscp(const struct lvs_packet *packet);

enum lvs_reply_error {
	LVS_ERROR_PORT_UNREACHABLE,
	LVS_ERROR_HOST_UNREACHABLE,
	LVS_ERROR_TIME_EXCEEDED,
	LVS_ERROR_TOO_BIG,		/* fragmentation needed, packet too big */
};

/**
 * lvs_reply_echo() - answer a ping to a virtual address
 * @packet:	echo request, parsed, ICMP checksum verified; becomes the answer in place and is emitted. Options and
 *		extension headers are taken off, so @data may move forward
 *
 * Return: LVS_DROP_NONE, LVS_DROP_ECHO_LIMIT, or LVS_DROP_MARTIAN where no answer could go
 */
enum lvs_drop lvs_reply_echo(struct lvs_engine *engine, struct lvs_packet *packet);

/**
 * lvs_reply_reset() - refuse a TCP segment as a host without that connection does
 * @packet:	parsed TCP segment, not changed
 *
 * RFC 9293 section 3.10.7.1: with ACK the reset takes its sequence number from SEG.ACK; without, it has sequence 0 and
 * acknowledges all of the segment. A reset is never answered, nor what did not come from one machine.
 */
void lvs_reply_reset(struct lvs_engine *engine, const struct lvs_packet *packet);

/**
 * lvs_reply_refuse() - what a host says that does not expect @packet
 * @packet:	parsed, of a flow, not changed
 *
 * A reset for TCP. For SCTP what RFC 9260 section 8.4 has for packets out of the blue: an ABORT with the sender's own tag
 * (with the T bit, or with the tag of its INIT), SHUTDOWN COMPLETE for a SHUTDOWN ACK, nothing for an ABORT, for cookies,
 * for an ERROR or a SHUTDOWN COMPLETE; it counts and is limited as a reset. For all others port unreachable.
 */
void lvs_reply_refuse(struct lvs_engine *engine, const struct lvs_packet *packet);

/**
 * lvs_reply_hang_up() - make a reset of a segment, as if its sender wanted to end the connection
 * @packet:	parsed, of TCP or SCTP, whole; changed in place, with complete checksums and nothing behind the header
 *
 * It has the segment's sequence number, or SCTP's tag: for the other end of the connection.
 */
void lvs_reply_hang_up(struct lvs_packet *packet);

/**
 * lvs_reply_probe() - have the server of a TCP connection say where that stands, or the client if the server's word does not
 * come this way or the server is down
 *
 * The segment, as if of the other end, has numbers that the connection is not at; a host answers it with an ACK of its own
 * (RFC 9293 section 3.10.7.4). One in some thousands happens to hit the window and may not be answered.
 *
 * Return: false if the rate of such questions does not allow one now
 */
bool lvs_reply_probe(struct lvs_engine *engine, const struct lvs_conn *conn);

/**
 * lvs_reply_error() - tell the sender of @packet what is wrong with it
 * @packet:	parsed, not changed; still as its sender sent it
 * @mtu:	for LVS_ERROR_TOO_BIG, bytes
 *
 * The error comes from the address that @packet was sent to. None is sent about ICMP errors, later fragments, or to or
 * about addresses that are not one machine's (RFC 1122 section 3.2.2, RFC 4443 section 2.4 e).
 */
void lvs_reply_error(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_reply_error error,
		     uint32_t mtu);

#endif
