// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A tournament: servers are the leaves of a binary tree in the order of the service's list, and each inner node holds the
 * winner of the two below it. On a draw the left one wins, so the winner at the root is the earliest of the best, whom a
 * walk along the list would have found too.
 *
 * A changed load is only noted; the next choice plays again the matches of those servers that were noted, from the leaf up
 * to where the outcome stays the same. A connection changes loads four times and asks for a choice once, and while many
 * connections end nobody may ask at all.
 *
 * There are four arrays of as many elements: keys; winners, of which the root is element 1, the nodes below node n are 2n
 * and 2n + 1, and the server at position p is node leaves + p; the noted servers; and whether a server is noted.
 */
#include "engine/rank.h"

#include "base/bytes.h"
#include "engine/service.h"

/* One match and no node would be left of a tree with a single leaf. */
#define LEAVES_MIN 2u

static lvs_rank_key *keys_of(struct lvs_rank *rank)
{
	return (void *)((char *)rank + rank->arrays);
}

static uint32_t *winners_of(struct lvs_rank *rank)
{
	return (uint32_t *)(keys_of(rank) + rank->leaves);
}

static uint32_t *dirty_of(struct lvs_rank *rank)
{
	return winners_of(rank) + rank->leaves;
}

static uint8_t *noted_of(struct lvs_rank *rank)
{
	return (uint8_t *)(dirty_of(rank) + rank->leaves);
}

static uint32_t leaves_for(uint32_t nservers)
{
	uint32_t leaves = LEAVES_MIN;

	while (leaves < nservers)
		leaves *= 2;
	return leaves;
}

size_t lvs_rank_bytes(uint32_t nservers)
{
	return ((size_t)leaves_for(nservers) * (sizeof(lvs_rank_key) + 2 * sizeof(uint32_t) + 1) + 7) / 8 * 8;
}

void lvs_rank_forget(struct lvs_rank *rank, void *arrays)
{
	rank->built = false;
	rank->arrays = (size_t)((char *)arrays - (char *)rank);
}

void lvs_rank_touch(struct lvs_rank *rank, uint32_t pos)
{
	uint8_t *noted = noted_of(rank);

	if (!rank->built || noted[pos])
		return;
	noted[pos] = true;
	dirty_of(rank)[rank->ndirty++] = pos;
}

/* Quotients are compared crosswise, so nothing divides. */
static uint32_t match(const lvs_rank_key *keys, uint32_t left, uint32_t right)
{
	lvs_rank_key a = keys[left], b = keys[right];

	return (b >> 16) * (uint16_t)a < (a >> 16) * (uint16_t)b ? right : left;
}

static void build(struct lvs_rank *rank, struct lvs_server *const *servers, uint32_t nservers,
		  lvs_rank_key (*key)(const struct lvs_server *server))
{
	lvs_rank_key *keys = keys_of(rank);
	uint32_t *winners;

	rank->leaves = leaves_for(nservers);
	winners = winners_of(rank);
	for (uint32_t pos = 0; pos < rank->leaves; pos++)
		keys[pos] = pos < nservers ? key(servers[pos]) : LVS_RANK_OUT;
	for (uint32_t pos = 0; pos < rank->leaves; pos += 2)
		winners[(rank->leaves + pos) / 2] = match(keys, pos, pos + 1);
	for (uint32_t node = rank->leaves / 2 - 1; node > 0; node--)
		winners[node] = match(keys, winners[2 * node], winners[2 * node + 1]);
	memset(noted_of(rank), false, rank->leaves);
	rank->ndirty = 0;
	rank->built = true;
}

/* The key of the server at @pos was replaced. */
static void play_again(struct lvs_rank *rank, uint32_t pos)
{
	const lvs_rank_key *keys = keys_of(rank);
	uint32_t *winners = winners_of(rank);
	uint32_t winner = match(keys, pos & ~1u, pos | 1);

	for (uint32_t node = (rank->leaves + pos) / 2;;) {
		if (winners[node] == winner && winner != pos)
			return;
		winners[node] = winner;
		node /= 2;
		if (!node)
			return;
		winner = match(keys, winners[2 * node], winners[2 * node + 1]);
	}
}

struct lvs_server *lvs_rank_best_of(struct lvs_rank *rank, struct lvs_server *const *servers, uint32_t nservers,
				    lvs_rank_key (*key)(const struct lvs_server *server))
{
	lvs_rank_key *keys = keys_of(rank);
	uint32_t best;

	if (!nservers)
		return NULL;
	if (!rank->built || rank->ndirty > rank->leaves / 4) {
		build(rank, servers, nservers, key);
	} else {
		const uint32_t *dirty = dirty_of(rank);
		uint8_t *noted = noted_of(rank);

		for (uint32_t i = 0; i < rank->ndirty; i++) {
			noted[dirty[i]] = false;
			keys[dirty[i]] = key(servers[dirty[i]]);
			play_again(rank, dirty[i]);
		}
		rank->ndirty = 0;
	}
	best = winners_of(rank)[1];
	return keys[best] == LVS_RANK_OUT ? NULL : servers[best];
}

struct lvs_server *lvs_rank_best(struct lvs_rank *rank, const struct lvs_service *service,
				 lvs_rank_key (*key)(const struct lvs_server *server))
{
	return lvs_rank_best_of(rank, service->servers, service->nservers, key);
}

size_t lvs_rank_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	(void)spec;
	return lvs_rank_bytes(nservers);
}

void lvs_rank_edited(struct lvs_service *service)
{
	struct lvs_rank *rank = service->sched_state;

	lvs_rank_forget(rank, rank + 1);
}

void lvs_rank_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	lvs_rank_edited(service);
}

void lvs_rank_changed(struct lvs_service *service, uint32_t pos)
{
	lvs_rank_touch(service->sched_state, pos);
}
