/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients, as far as a service limits them: how many connections each has, and how fast they came. Kept by
 * engine/limit.c, others only look. A table of fixed size; who finds no room in it is not limited.
 */
#ifndef LVS_ENGINE_CLIENT_H
#define LVS_ENGINE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/prefix.h"
#include "base/rate.h"

/* Entries that a reference can tell apart; beside the number it holds 8 bits of how often the entry was used. */
#define LVS_CLIENTS_MAX ((1u << 24) - 1)

/* A connection that should be counted but has no entry; as if it had lost it. */
#define LVS_CLIENT_NOBODY (1u << 24)

/* What an entry is worth: the rings are searched for one to give up in this order. */
enum lvs_client_ring {
	LVS_CLIENT_SPENT,	/* no connections, at most a debt to the rate */
	LVS_CLIENT_LOOSE,	/* connections, of which none is established: his address may be forged */
	LVS_CLIENT_RINGS,
	LVS_CLIENT_KEPT = LVS_CLIENT_RINGS,	/* an established one: never given up, and in no ring */
};

/**
 * struct lvs_client - one client of one service
 * @who:	his address, or the network whose addresses are one client
 * @service:	its serial
 * @due:	when it will have worked off the rate of its connections
 * @conns:	connections that name this entry, @established: of them
 * @next:	of its chain, or of the free entries
 * @older, @newer: of its ring, 0: none
 */
struct lvs_client {
	struct lvs_prefix who;
	uint64_t service;
	lvs_ns due;
	uint32_t conns, established;
	uint32_t next;
	uint32_t older, newer;
	uint8_t ring;
	uint8_t generation;
};

/**
 * struct lvs_clients - all of them
 * @clients:	clients[1] to clients[max]
 * @heads:	of the chains, @mask + 1 of them
 * @used:	how many there are
 * @touched:	clients[touched + 1] and later were never used
 * @free:	chain of those that were used and are not
 * @rings:	ends of the rings
 * @evicted:	given up although they knew something
 * @unlimited:	connections, or datagrams of their own, that found no room
 */
struct lvs_clients {
	struct lvs_hash_key key;
	struct lvs_client *clients;
	uint32_t *heads;
	uint32_t mask;
	uint32_t max;
	uint32_t used;
	uint32_t touched;
	uint32_t free;
	struct {
		uint32_t oldest, newest;
	} rings[LVS_CLIENT_RINGS];
	uint64_t evicted;
	uint64_t unlimited;
};

/* @max: up to LVS_CLIENTS_MAX; 0: nobody is limited. Return: 0, -EINVAL or -ENOMEM. Untouched memory costs nothing */
int lvs_clients_init(struct lvs_clients *clients, uint32_t max, const struct lvs_hash_key *key);
void lvs_clients_fini(struct lvs_clients *clients);

/* Return: borrowed until the next lvs_clients_join() or lvs_clients_leave(); NULL if nothing is known of @who */
struct lvs_client *lvs_clients_find(const struct lvs_clients *clients, uint64_t service, const struct lvs_prefix *who);

/**
 * lvs_clients_join() - a client has one more connection
 * @rate:	what it counts against; NULL: it did not begin now
 * @counted:	it names the entry until it ends; else only the rate is charged
 *
 * A full table gives up, in this order, who knows nothing, who has been silent longest of those without an established
 * connection, and who has no connections.
 *
 * Return: for the connection to name; LVS_CLIENT_NOBODY if there was no room
 */
uint32_t lvs_clients_join(struct lvs_clients *clients, uint64_t service, const struct lvs_prefix *who,
			  const struct lvs_rate *rate, bool counted, lvs_ns now);

/* Is the entry that a connection of @addr names still its client's? */
bool lvs_clients_know(const struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr);

/* A connection becomes established (@by 1), or something else (@by -1). Nothing happens if its entry was given up. */
void lvs_clients_establish(struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr, int by);

/* A connection ends, that was @established; nothing happens if its entry was given up. */
void lvs_clients_leave(struct lvs_clients *clients, uint32_t ref, const struct lvs_addr *addr, bool established, lvs_ns now);

#endif
