/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of what the plain director speaks of: small packets, made quickly. */
#ifndef LVS_TESTS_LIB_PLAY_PACKET_H
#define LVS_TESTS_LIB_PLAY_PACKET_H

#include "tests/lib/plain.h"

#define PLAY_PACKET_BYTES 96

/**
 * play_write() - the whole packet, its first fragment, or with @later its second
 * @serial:	by which it is known again: TCP's sequence number, SCTP's tag, a datagram's payload
 *
 * IPv4 headers have right checksums, TCP and SCTP none, datagrams need none.
 *
 * Return: its length
 */
size_t play_write(const struct plain_packet *packet, uint32_t serial, bool later, uint8_t bytes[PLAY_PACKET_BYTES]);

/* Zeros for the checksums of TCP and SCTP, which were wrong from the beginning; not of fragments. */
void play_blank_sums(const struct plain_packet *packet, uint8_t bytes[PLAY_PACKET_BYTES]);

#endif
