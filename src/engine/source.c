// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which ports are taken is known to the index of connections alone: a port towards a server is free when no connection has
 * the tuple that the server's reply would have. So ports cannot leak.
 *
 * Ports are tried in an order that only the key knows (RFC 6056 section 3.3), a permutation of all of them for each address
 * and server: a Feistel network over a few more numbers than there are ports, walked again where it leads outside. Each
 * server goes on where its last connection stopped, round and round, from address to address: so all ports come to be used,
 * the one tried next is the one that was taken longest ago, and nothing is searched from the beginning.
 */
#include "engine/source.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/core.h"

/* Ports tried for one connection: some microseconds. */
#define TRIES 128
#define ROUNDS 4

int lvs_sources_init(struct lvs_sources *sources, const struct lvs_hash_key *key)
{
	sources->slots = calloc(LVS_SOURCE_SLOTS, sizeof(*sources->slots));
	if (!sources->slots)
		return -ENOMEM;
	sources->touched = 1;
	sources->first_port = sources->last_port = 1;
	sources->key = (struct lvs_hash_key){ lvs_hash_words(key, &(uint64_t){ 3 }, 1), lvs_hash_words(key, &(uint64_t){ 4 }, 1) };
	return 0;
}

void lvs_sources_fini(struct lvs_sources *sources)
{
	free(sources->slots);
	sources->slots = NULL;
}

static bool is_ip6(const struct lvs_addr *addr)
{
	return !lvs_addr_is4(addr);
}

bool lvs_sources_serve(const struct lvs_sources *sources, const struct lvs_addr *addr)
{
	return sources->noffered[is_ip6(addr)] > 0;
}

/* Return: the number of @addr, or one that nobody names any more; 0 if there is none */
static uint32_t slot_for(const struct lvs_sources *sources, const struct lvs_addr *addr, const bool *taken)
{
	uint32_t empty = 0;

	for (uint32_t i = 1; i < sources->touched; i++) {
		const struct lvs_source *source = &sources->slots[i];

		if (lvs_addr_equal(&source->addr, addr))
			return i;
		if (!empty && !source->conns && !source->offered && !taken[i])
			empty = i;
	}
	for (uint32_t i = sources->touched; !empty && i < LVS_SOURCE_SLOTS; i++)
		if (!taken[i])
			empty = i;
	return empty;
}

/* Return: 0 and @ret_numbers has one for each of @addrs; or -ENOSPC */
static int number(const struct lvs_sources *sources, const struct lvs_addr *addrs, uint32_t n, uint16_t *ret_numbers)
{
	bool taken[LVS_SOURCE_SLOTS] = { false };

	for (uint32_t i = 0; i < n; i++) {
		uint32_t slot = slot_for(sources, &addrs[i], taken);

		if (!slot)
			return -ENOSPC;
		taken[slot] = true;
		ret_numbers[i] = (uint16_t)slot;
	}
	return 0;
}

int lvs_engine_set_sources(struct lvs_engine *engine, const struct lvs_addr *addrs, uint32_t n, uint16_t first_port,
			   uint16_t last_port)
{
	struct lvs_sources *sources = &engine->sources;
	uint16_t numbers[LVS_SOURCES_MAX];
	int err = n > LVS_SOURCES_MAX || !first_port || first_port > last_port ? -EINVAL : 0;

	if (!err)
		err = number(sources, addrs, n, numbers);
	if (!err)
		err = lvs_rules_set_sources(&engine->rules, addrs, n);
	if (err)
		return err;
	for (uint32_t i = 1; i < sources->touched; i++)
		sources->slots[i].offered = false;
	sources->noffered[0] = sources->noffered[1] = 0;
	for (uint32_t i = 0; i < n; i++) {
		bool ip6 = is_ip6(&addrs[i]);

		sources->slots[numbers[i]].addr = addrs[i];
		sources->slots[numbers[i]].offered = true;
		sources->offered[ip6][sources->noffered[ip6]++] = numbers[i];
		sources->touched = LVS_MAX(sources->touched, numbers[i] + 1u);
	}
	sources->first_port = first_port;
	sources->last_port = last_port;
	return 0;
}

static uint32_t mix(uint64_t key, unsigned int round, uint32_t value)
{
	uint64_t x = (key ^ (round + 1) * 0x9e3779b97f4a7c15ULL) + value;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	return (uint32_t)(x >> 40);
}

/* Where @value, below @n, stands in the order of @key: below @n too, and no two of them in the same place. */
static uint32_t permute(uint64_t key, uint32_t value, uint32_t n)
{
	unsigned int half = 1;

	while (1u << 2 * half < n)
		half++;
	do {
		uint32_t mask = (1u << half) - 1, left = value >> half, right = value & mask;

		for (unsigned int round = 0; round < ROUNDS; round++) {
			uint32_t next = left ^ (mix(key, round, right) & mask);

			left = right;
			right = next;
		}
		value = left << half | right;
	} while (value >= n);
	return value;
}

static uint64_t hash_server(const struct lvs_sources *sources, const struct lvs_conn *conn)
{
	const uint64_t words[3] = { conn->daddr.halves[0], conn->daddr.halves[1],
				    (uint64_t)(LVS_FORCE uint16_t)conn->dport << 8 | conn->proto };

	return lvs_hash_words(&sources->key, words, ARRAY_LEN(words));
}

static struct lvs_conn *holder(struct lvs_engine *engine, const struct lvs_conn *conn)
{
	struct lvs_tuple reply = lvs_conn_reply_tuple(&engine->conns, conn);
	enum lvs_dir dir;

	return lvs_conn_find(&engine->conns, &reply, lvs_conn_hash(&engine->conns, &reply), &dir);
}

enum lvs_drop lvs_source_take(struct lvs_engine *engine, struct lvs_conn *conn)
{
	struct lvs_sources *sources = &engine->sources;
	const uint16_t *offered = sources->offered[is_ip6(&conn->daddr)];
	uint32_t naddrs = sources->noffered[is_ip6(&conn->daddr)];
	uint32_t nports = sources->last_port - sources->first_port + 1u, all = naddrs * nports;
	uint64_t hash = hash_server(sources, conn);
	uint32_t *turn = &sources->turns[hash % LVS_SOURCE_TURNS];
	uint16_t over_source = 0;
	lvs_be16 over_port = 0;

	for (uint32_t tried = 0; tried < LVS_MIN(TRIES, all); tried++) {
		uint32_t at = (*turn)++ % all;
		struct lvs_conn *other;

		conn->source = offered[at % naddrs];
		conn->lport = LVS_BE16(sources->first_port +
				       permute(hash ^ conn->source * 0x9e3779b97f4a7c15ULL, at / naddrs, nports));
		other = holder(engine, conn);
		if (!other)
			return LVS_DROP_NONE;
		if (!over_source && lvs_proto_find(other->proto)->states[other->state].over) {
			over_source = conn->source;
			over_port = conn->lport;
		}
	}
	conn->source = over_source;
	conn->lport = over_port;
	if (!over_source)
		return LVS_DROP_NO_SOURCE;
	lvs_engine_end(engine, holder(engine, conn), true);
	return LVS_DROP_NONE;
}

static bool has_server(const struct lvs_service *service, const struct lvs_addr *addr)
{
	for (uint32_t i = 0; i < service->nservers; i++)
		if (lvs_addr_equal(&service->servers[i]->spec.addr, addr))
			return true;
	return false;
}

const struct lvs_forward_ops *lvs_source_method(const struct lvs_engine *engine, const struct lvs_server *server,
						const struct lvs_addr *client)
{
	const struct lvs_forward_ops *forward = server->spec.forward;

	if (forward != &lvs_forward_masq || !lvs_sources_serve(&engine->sources, client) ||
	    lvs_likely(!lvs_origins_have(&engine->rules, client)))
		return forward;
	return !server->service->spec.helper && has_server(server->service, client) ? &lvs_forward_fullnat : forward;
}
