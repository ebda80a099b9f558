/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has which address on a link: the table, what is asked and when, and packets that wait for an answer. Knows neither
 * ARP nor neighbour discovery, neither device nor clock.
 */
#ifndef LVS_IO_NEIGHBOUR_H
#define LVS_IO_NEIGHBOUR_H

#include <stddef.h>

#include "base/hash.h"
#include "base/time.h"
#include "engine/packet.h"
#include "io/ether.h"

struct lvs_neighbours;

/* How often somebody is asked before he counts as absent, and the time between (RFC 4861 section 10). */
#define LVS_NEIGHBOUR_TRIES 3
#define LVS_NEIGHBOUR_RETRY LVS_SECONDS(1)

/* An answer holds for a time between these two, a different one for each neighbour. */
#define LVS_NEIGHBOUR_FRESH_MIN LVS_SECONDS(15)
#define LVS_NEIGHBOUR_FRESH_MAX LVS_SECONDS(45)

/* Nobody's word but an answer changes an address that was confirmed so short ago. */
#define LVS_NEIGHBOUR_LOCK LVS_SECONDS(1)

/* Packets that wait for one neighbour. */
#define LVS_NEIGHBOUR_HELD 8

/**
 * struct lvs_neighbour_limits - what the table may grow to
 * @neighbours:	entries; a quarter of them may be asked for at a time, so that no flood of absent ones drives out the
 *		others
 * @held:	packets that wait, for all of them together
 * @held_bytes:	of the longest that waits
 * @front:	bytes that are kept free in front of each
 */
struct lvs_neighbour_limits {
	uint32_t neighbours;
	uint32_t held;
	uint32_t held_bytes;
	uint32_t front;
};

/**
 * struct lvs_neighbour_callbacks - what the table has to say
 * @ask:	who has @addr? @mac: the one who had it, NULL: everybody
 * @send:	a packet that waited, to @mac
 */
struct lvs_neighbour_callbacks {
	void *arg;
	void (*ask)(void *arg, const struct lvs_addr *addr, const struct lvs_mac *mac);
	void (*send)(void *arg, struct lvs_packet *packet, const struct lvs_mac *mac);
};

/**
 * struct lvs_neighbour_stats - since it was made
 * @asked:	questions, to everybody and to one
 * @unreachable: neighbours that did not answer
 * @held:	packets that waited
 * @absent:	packets that were dropped, as their neighbour did not answer
 * @full:	packets that were dropped, as too many waited already, or were too long for that
 * @evicted:	neighbours that were forgotten for others
 * @moved:	addresses that went to another station
 */
struct lvs_neighbour_stats {
	uint64_t asked, unreachable, held, absent, full, evicted, moved;
};

/* How something was heard: bits. */
enum {
	LVS_HEARD_ANSWER = 1,	/* an answer to a question of ours; counts as one only while there is one */
	LVS_HEARD_OVERRIDE = 2,	/* it is to replace another station that is known */
	LVS_HEARD_CREATE = 4,	/* it wants something of us: we shall want to send to it */
};

/**
 * lvs_neighbours_new() - an empty table; all its memory is taken here
 * @callbacks:	copied
 *
 * Return: 0 or -ENOMEM
 */
int lvs_neighbours_new(const struct lvs_neighbour_limits *limits, const struct lvs_neighbour_callbacks *callbacks,
		       const struct lvs_hash_key *key, struct lvs_neighbours **ret_neighbours);

/* @neighbours: may be NULL */
void lvs_neighbours_free(struct lvs_neighbours *neighbours);

/**
 * lvs_neighbours_resolve() - where a packet for the neighbour @addr goes
 * @packet:	copied if it has to wait
 *
 * Return: borrowed until the next call; or NULL: the packet waits, or is dropped and counted
 */
const struct lvs_mac *lvs_neighbours_resolve(struct lvs_neighbours *neighbours, const struct lvs_addr *addr,
					     const struct lvs_packet *packet, lvs_ns now);

/**
 * lvs_neighbours_find() - the same for one whose station is known for sure
 *
 * Return: as above; or NULL, and nothing happened: lvs_neighbours_resolve() knows what is to be done
 */
const struct lvs_mac *lvs_neighbours_find(struct lvs_neighbours *neighbours, const struct lvs_addr *addr, lvs_ns now);

/* Nobody has @addr any more; what waits for him is dropped. */
void lvs_neighbours_forget(struct lvs_neighbours *neighbours, const struct lvs_addr *addr);

/**
 * lvs_neighbours_hear() - somebody says that @mac has @addr
 * @how:	LVS_HEARD_*. Who is not known and did not want anything is not remembered
 */
void lvs_neighbours_hear(struct lvs_neighbours *neighbours, const struct lvs_addr *addr, const struct lvs_mac *mac,
			 unsigned int how, lvs_ns now);

/**
 * lvs_neighbours_tick() - ask again, give up; a bounded amount of work
 *
 * Return: when to call again, LVS_NS_NEVER if nothing is asked. Resolving and hearing may make that earlier
 */
lvs_ns lvs_neighbours_tick(struct lvs_neighbours *neighbours, lvs_ns now);

/* Return: what the last lvs_neighbours_tick() would return now */
lvs_ns lvs_neighbours_due(const struct lvs_neighbours *neighbours);

/* Borrowed, live. */
const struct lvs_neighbour_stats *lvs_neighbours_stats(const struct lvs_neighbours *neighbours);

#endif
