/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is the best of a service's servers, for schedulers that compare loads: O(1) per change of a load, O(log n) per
 * choice and change since the last one. Lies in the state of its scheduler.
 */
#ifndef LVS_ENGINE_RANK_H
#define LVS_ENGINE_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lvs_server;
struct lvs_service;
struct lvs_service_spec;

/* How a server compares: by load / weight, made by lvs_rank_key_of(). */
typedef uint64_t lvs_rank_key;

/* One that may not be chosen. */
#define LVS_RANK_OUT ((lvs_rank_key)1 << 63 | 1)

/**
 * struct lvs_rank - a tournament of servers
 * @built:	false: the arrays hold nothing
 * @leaves:	servers that it was built for, rounded up to a power of two
 * @ndirty:	servers whose loads have changed since the last choice
 * @arrays:	where they are, in bytes from this struct on
 */
struct lvs_rank {
	bool built;
	uint32_t leaves;
	uint32_t ndirty;
	size_t arrays;
};

/* @load: below 2^41; @weight: 1 to 65535. Crosswise products stay below 2^57, and below that of an OUT one. */
static inline lvs_rank_key lvs_rank_key_of(uint64_t load, uint32_t weight)
{
	return load << 16 | weight;
}

/* Of the arrays for @nservers, rounded up to a power of two; a multiple of 8. */
size_t lvs_rank_bytes(uint32_t nservers);

/**
 * lvs_rank_forget() - all may have changed: servers came or went, weights were edited
 * @arrays:	lvs_rank_bytes() of anything, aligned to 8, in one block with @rank
 */
void lvs_rank_forget(struct lvs_rank *rank, void *arrays);

/* The server at @pos has another load. */
void lvs_rank_touch(struct lvs_rank *rank, uint32_t pos);

/**
 * lvs_rank_best() - the server of @service with the least load for its weight, of equals the one at the lower position
 * @key:	of a server, as it is now
 *
 * Return: borrowed; NULL if all are out
 */
struct lvs_server *lvs_rank_best(struct lvs_rank *rank, const struct lvs_service *service,
				 lvs_rank_key (*key)(const struct lvs_server *server));

/**
 * lvs_rank_best_of() - the same for any servers
 * @servers:	as long as nobody forgets @rank, the same @nservers ones at the same positions
 */
struct lvs_server *lvs_rank_best_of(struct lvs_rank *rank, struct lvs_server *const *servers, uint32_t nservers,
				    lvs_rank_key (*key)(const struct lvs_server *server));

/* For lvs_sched_ops of schedulers whose state is one rank and no more. */
size_t lvs_rank_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers);
void lvs_rank_moved(struct lvs_service *service, uint32_t pos);
void lvs_rank_edited(struct lvs_service *service);
void lvs_rank_changed(struct lvs_service *service, uint32_t pos);

#define LVS_RANK_OPS                                                                                     \
	.state_bytes = sizeof(struct lvs_rank), .more_bytes = lvs_rank_more_bytes, .added = lvs_rank_moved, \
	.removed = lvs_rank_moved, .edited = lvs_rank_edited, .changed = lvs_rank_changed

#endif
