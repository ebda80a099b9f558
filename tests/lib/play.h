/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random sequences of operations, played to an engine and to the plain director (tests/lib/plain.h), who must agree about
 * every packet and every count: services and servers that come, change and go, settings, marks, packets in bursts, time.
 * A sequence begins with an empty engine, and ends with one. What is wrong aborts the program, with a word on where.
 */
#ifndef LVS_TESTS_LIB_PLAY_H
#define LVS_TESTS_LIB_PLAY_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/plain.h"
#include "tests/lib/play_packet.h"

#define PLAY_BURST 6
#define PLAY_PROTOS 3

#define PLAY_CHECK(cond)                                                                                                \
	do {                                                                                                       \
		if (!(cond)) {                                                                                     \
			fprintf(stderr, "sequence %llu, operation %u: %s:%d: %s\n", play->name, play->operation,   \
				__FILE__, __LINE__, #cond);                                                        \
			abort();                                                                                   \
		}                                                                                                  \
	} while (0)

/**
 * struct play - an engine, and what it is compared with
 * @random, @input, @input_left: where chance comes from: a number, or bytes until there are none left
 * @serial:	of the next packet; each carries its own, so that what comes out is known again
 * @removed_at:	of each server, 0 if it never was
 * @name:	of the sequence, for messages; @operation: how far it got
 */
struct play {
	void *memory;
	struct lvs_engine *engine;
	struct lvs_sink sink;
	struct plain plain;
	uint64_t random;
	const uint8_t *input;
	size_t input_left;
	lvs_ns now;
	uint32_t serial;
	unsigned long long name;
	unsigned int operation;
	uint8_t out[2 * PLAY_BURST][PLAY_PACKET_BYTES];
	size_t out_len[2 * PLAY_BURST];
	struct lvs_addr via[2 * PLAY_BURST];
	bool direct[2 * PLAY_BURST];
	size_t nout, taken;
	lvs_ns removed_at[PLAIN_SERVICES][PLAIN_SERVERS];
	unsigned long long packets, dropped[LVS_DROP_COUNT];
};

void play_init(struct play *play);
void play_fini(struct play *play);

/* One sequence; its @seed decides everything. */
void play_sequence(struct play *play, uint64_t seed);

/* The same, decided by bytes. */
void play_bytes(struct play *play, const uint8_t *input, size_t len);

/* What comes next by chance, below @below; and once in so many times. Bytes that have run out say 0, and no. */
uint32_t play_draw(struct play *play, uint32_t below);
bool play_chance(struct play *play, uint32_t in);

/* Addresses, alike in both families. @n: 0 to 2, of which services have the first two */
struct lvs_addr play_addr(bool ip6, uint32_t word);
struct lvs_addr play_vip(bool ip6, unsigned int n);

extern const uint8_t play_protos[PLAY_PROTOS];

/* In the engine; a service may be NULL where it is not there in plain words either. */
struct lvs_service *play_service(struct play *play, unsigned int s);
struct lvs_server *play_server(struct play *play, unsigned int s, unsigned int k);

/* Give place @s a name, unless another one has it, for the whole sequence. */
void play_draw_place(struct play *play, unsigned int s);

/* Changes; a service comes with some servers, and the two of the middle need one that is there. */
void play_toggle_service(struct play *play, unsigned int s);
void play_edit_service(struct play *play, unsigned int s);
void play_change_server(struct play *play, unsigned int s);
void play_change_settings(struct play *play);
void play_change_marks(struct play *play);

#endif
