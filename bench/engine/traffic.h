/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets to measure with: long arrays of small ones, and the few buffers in which a burst of them is handed over. */
#ifndef LVS_BENCH_TRAFFIC_H
#define LVS_BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/packet.h"

#define TRAFFIC_BYTES 64	/* of each IP packet, and of its place in an array */
#define TRAFFIC_BURST 32

/* Protocol and family. */
struct traffic_kind {
	const char *name;
	uint8_t proto;
	bool ip6;
};

/**
 * struct traffic - an array of packets, never changed once it is made
 * @bytes:	@n packets of TRAFFIC_BYTES
 */
struct traffic {
	uint8_t *bytes;
	size_t n;
};

/* Ends the program when memory runs out. */
struct traffic traffic_new(size_t n);
void traffic_free(struct traffic *traffic);

/* Make packet number @i, with right checksums. @tcp_flags: for TCP */
void traffic_set(struct traffic *traffic, size_t i, const struct lvs_tuple *tuple, uint8_t tcp_flags);

/* The @i-th client: 50 000 ports of each of as many addresses as it takes. */
struct lvs_tuple traffic_client(const struct traffic_kind *kind, size_t i);

/* The virtual address. */
struct lvs_addr traffic_vip(bool ip6);

#define TRAFFIC_PORT LVS_BE16(80)

/**
 * struct traffic_buffers - where packets lie when the engine gets them
 *
 * Close together and always the same, as in the TUN driver: like what read() has just copied there, they are in the
 * cache.
 */
struct traffic_buffers {
	struct lvs_packet packets[TRAFFIC_BURST];
	_Alignas(64) uint8_t memory[TRAFFIC_BURST][256];
};

/* What a driver does: copy @n packets from number @at on into the buffers, and describe them. */
void traffic_load(struct traffic_buffers *buffers, const struct traffic *traffic, size_t at, size_t n);

#endif
