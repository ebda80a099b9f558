/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams cut into fragments, and a director to feed them to, for the tests of engine/fragment.c. */
#ifndef LVS_TESTS_LIB_PIECES_H
#define LVS_TESTS_LIB_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "engine/engine.h"

#define PIECES_DATAGRAM_MAX 65515	/* of an IPv4 packet's payload */
#define PIECES_PACKET_MAX 65535
#define PIECES_CLIENT_PORT 4000

/* Ports in host order; UDP or TCP. */
struct pieces_flow {
	struct lvs_addr src, dst;
	uint16_t sport, dport;
	uint8_t proto;
};

/**
 * pieces_datagram() - transport header and payload
 * @len:	at least 20
 * @seed:	decides the payload
 * @ret_bytes:	@len bytes, with a checksum made from scratch; TCP is a SYN that carries data
 */
void pieces_datagram(const struct pieces_flow *flow, size_t len, uint32_t seed, uint8_t *ret_bytes);

/* An IP packet with bytes @from to @to of @datagram. Return: its length */
size_t pieces_cut(const struct pieces_flow *flow, uint32_t id, const uint8_t *datagram, size_t from, size_t to, bool more,
		  uint8_t *ret_packet);

/**
 * struct pieces_world - an engine with services, and what came out of it
 * @nout:	packets that left since the last one was handed in
 *
 * 192.0.2.10 and 2001:db8::10 are virtual. Port 80 of UDP and TCP goes to port 8080 of 10.0.0.11 or 2001:db8:1::11, port 81
 * is a service without servers.
 */
struct pieces_world {
	struct lvs_engine *engine;
	void *memory;
	struct lvs_sink sink;
	lvs_ns now;
	size_t nout;
	struct {
		size_t len;
		uint8_t *bytes;
	} out[512];
	size_t room;
	uint8_t *bytes;
};

void pieces_world_init(struct pieces_world *world, const struct lvs_fragment_limits *limits);
void pieces_world_fini(struct pieces_world *world);

/* A flow from a client to port @dport of the virtual address. */
struct pieces_flow pieces_client(bool ip6, uint8_t proto, uint16_t sport, uint16_t dport);

/* The same flow to an address that is not virtual. */
struct pieces_flow pieces_stranger(bool ip6, uint8_t proto, uint16_t sport);

/* What the server sees of a flow to port 80. */
struct pieces_flow pieces_translated(const struct pieces_flow *flow);

/* Hand one packet in. The engine works on a block of its own that ends where the packet does. */
void pieces_hand_in(struct pieces_world *world, const uint8_t *packet, size_t len);

/**
 * struct pieces - one datagram on its way
 * @flow, @sent: as the client sends it
 * @translated, @expected: as it has to arrive
 */
struct pieces {
	struct pieces_flow flow, translated;
	uint32_t id;
	uint8_t *sent, *expected;
};

/* @len bytes of transport header and payload; @id also decides the payload. */
struct pieces pieces_make(const struct pieces_flow *flow, const struct pieces_flow *translated, uint32_t id, size_t len);
void pieces_unmake(struct pieces *d);

/* From PIECES_CLIENT_PORT to port 80. */
struct pieces pieces_make_client(bool ip6, uint8_t proto, uint32_t id, size_t len);

/* Hand in the piece of @d from @from to @to; then the books must balance. */
void pieces_feed(struct pieces_world *world, const struct pieces *d, size_t from, size_t to, bool more);

/* The @n-th packet that left must be that piece, to the byte. */
void pieces_expect(const struct pieces_world *world, size_t n, const struct pieces *d, size_t from, size_t to, bool more);

uint64_t pieces_dropped(const struct pieces_world *world, enum lvs_drop drop);
uint64_t pieces_dropped_in_all(const struct pieces_world *world);
uint64_t pieces_held(const struct pieces_world *world);

/* Whether received = forwarded + passed + answered + dropped + held. */
bool pieces_conserved(const struct pieces_world *world);

#endif
