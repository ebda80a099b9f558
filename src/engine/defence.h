/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Defence against overload, in the words of IPVS: drop_packet refuses some of what would begin a connection, drop_entry
 * gives up half-open and hardly used connections, secure_tcp has TCP judged more strictly. What free memory is to the
 * kernel, free records are here: the director is under attack from when seven eighths of the table (or of the half-open
 * connections that it may hold) are taken until a quarter is free again.
 */
#ifndef LVS_ENGINE_DEFENCE_H
#define LVS_ENGINE_DEFENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

struct lvs_conn;
struct lvs_engine;

/* IPVS' modes. The kernel turns 1 into 2 and back as memory goes; here both mean the same. */
enum lvs_defence_mode {
	LVS_DEFENCE_OFF,
	LVS_DEFENCE_AUTO,
	LVS_DEFENCE_AUTO_ACTIVE,
	LVS_DEFENCE_ALWAYS,
};

/**
 * struct lvs_defence_settings - what the operator wants of it
 * @rate:	drop_packet in mode 3 drops one in so many; at least 1 (IPVS: am_droprate)
 * @max_half_open: a new connection takes the place of the oldest half-open one if there are so many; 0: no limit
 */
struct lvs_defence_settings {
	enum lvs_defence_mode drop_entry, drop_packet, secure_tcp;
	uint32_t rate;
	uint32_t max_half_open;
};

/* Packets from the client that a connection remembers: up to eight are few, nine are many. */
#define LVS_DEFENCE_MANY 9

/**
 * struct lvs_defence - how it stands
 * @attack:	the table is filling up
 * @since:	when drop_entry last went through records
 * @cursor:	the record where it goes on
 * @packets:	new connections that drop_packet still lets pass
 * @entries:	the same for drop_entry, by packets seen
 * @given_up:	records that drop_entry freed
 */
struct lvs_defence {
	bool attack;
	lvs_ns since;
	uint32_t cursor;
	uint32_t packets;
	uint8_t entries[LVS_DEFENCE_MANY];
	uint64_t given_up;
};

/* Is a packet that would begin a connection to be dropped? Counts it. */
bool lvs_defence_refuses(struct lvs_engine *engine);

/* Does it drop some of what would begin a connection, now? */
bool lvs_defence_is_refusing(const struct lvs_engine *engine);

/* A connection is about to begin, half-open: make room if there are too many of them. */
void lvs_defence_make_room(struct lvs_engine *engine);

/* Judge how full the table is, and what follows from the settings. */
void lvs_defence_judge(struct lvs_engine *engine);

/* Judge, then let drop_entry do some work: at most some thousand records in a call. */
void lvs_defence_step(struct lvs_engine *engine);

#endif
