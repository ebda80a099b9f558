/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source addresses: what real servers see in place of their clients, where a connection's source is translated too. Each
 * is an address of the director itself; with a port of it, a connection has its replies come back.
 */
#ifndef LVS_ENGINE_SOURCE_H
#define LVS_ENGINE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "engine/drop.h"

struct lvs_conn;
struct lvs_engine;
struct lvs_forward_ops;
struct lvs_server;

/* Addresses of both families that new connections may come from. */
#define LVS_SOURCES_MAX 1026
/* And with them those that only old connections still name. */
#define LVS_SOURCE_SLOTS 4096
/* Servers that take their ports in turn, each by itself; more of them share turns. */
#define LVS_SOURCE_TURNS 1024

/**
 * struct lvs_source - an address, or none
 * @conns:	connections in the index whose replies come back to it
 * @offered:	new ones may come from it
 */
struct lvs_source {
	struct lvs_addr addr;
	uint32_t conns;
	bool offered;
};

/**
 * struct lvs_sources - all of them
 * @slots:	by the number that connections have; the first one is nobody's
 * @touched:	slots[touched] and later were never used
 * @offered:	numbers, of IPv4 in the first list and of IPv6 in the second
 * @first_port, @last_port: host order, both included
 * @key:	secret, of the order in which ports are taken
 * @turns:	how many each server, or what shares its turns, has tried
 */
struct lvs_sources {
	struct lvs_source *slots;
	uint32_t touched;
	uint16_t offered[2][LVS_SOURCES_MAX];
	uint32_t noffered[2];
	uint16_t first_port, last_port;
	struct lvs_hash_key key;
	uint32_t turns[LVS_SOURCE_TURNS];
};

/* Return: 0 or -ENOMEM */
int lvs_sources_init(struct lvs_sources *sources, const struct lvs_hash_key *key);
void lvs_sources_fini(struct lvs_sources *sources);

/**
 * lvs_engine_set_sources() - where the sources of connections are taken from, from now on
 * @addrs:	of both families, none of them twice; they become addresses of the director. Connections that have
 *		another one keep it, though nobody leads its packets here any more
 * @first_port, @last_port: host order, both included, not 0
 *
 * Return: 0; or nothing has changed, and -EINVAL (more than LVS_SOURCES_MAX, no port), -ENOSPC (connections still name too
 * many others) or -ENOMEM
 */
int lvs_engine_set_sources(struct lvs_engine *engine, const struct lvs_addr *addrs, uint32_t n, uint16_t first_port,
			   uint16_t last_port);

/* Is there one of the family of @addr? */
bool lvs_sources_serve(const struct lvs_sources *sources, const struct lvs_addr *addr);

/**
 * lvs_source_method() - how a client's connection with @server is forwarded
 *
 * As the server says, unless that would leave the server's replies to somebody who does not know of them: a client that is
 * a real server of the same service has neighbours, or itself, for a server. Where masquerading would keep his address, it
 * is translated too, if there is a source. Not with a helper, which reads addresses.
 */
const struct lvs_forward_ops *lvs_source_method(const struct lvs_engine *engine, const struct lvs_server *server,
						const struct lvs_addr *client);

/**
 * lvs_source_take() - an address and port that no other connection has towards this server's address, port and protocol
 * @conn:	claimed, not indexed; its server's end and protocol are set. Gets @source and @lport
 *
 * A port belongs to whoever stands in the index with it: nothing has to be given back. One whose connection is over is
 * taken if no free one is found, and that connection ends.
 *
 * Return: LVS_DROP_NONE, or LVS_DROP_NO_SOURCE
 */
enum lvs_drop lvs_source_take(struct lvs_engine *engine, struct lvs_conn *conn);

#endif
