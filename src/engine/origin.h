/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real servers by where their packets come from: IPVS' table of real servers. Kept by service.h as servers come and go;
 * everybody else only asks.
 */
#ifndef LVS_ENGINE_ORIGIN_H
#define LVS_ENGINE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"

struct lvs_rules;
struct lvs_server;

/**
 * struct lvs_origin - an address, port and protocol that at least one server has
 * @port:	0: servers that take the port that the client asked for
 * @proto:	0: servers of services of all protocols
 * @next:	in the chain of its head
 * @servers:	ring of those servers, in the order in which their services were added
 */
struct lvs_origin {
	struct lvs_addr addr;
	lvs_be16 port;
	uint8_t proto;
	struct lvs_origin *next;
	struct lvs_list servers;
};

/**
 * struct lvs_origin_host - an address that at least one of them has
 * @n:		how many
 * @next:	in the chain of its head
 */
struct lvs_origin_host {
	struct lvs_addr addr;
	uint32_t n;
	struct lvs_origin_host *next;
};

/**
 * struct lvs_origins - all of them, in chains
 * @hosts:	their addresses, in as many chains
 * @nany_port, @nany_proto: how many have port 0, and protocol 0
 */
struct lvs_origins {
	struct lvs_origin **heads;
	struct lvs_origin_host **hosts;
	uint32_t nheads;
	uint32_t n;
	uint32_t nany_port, nany_proto;
};

/* Return: 0 or -ENOMEM */
int lvs_origins_init(struct lvs_origins *origins);

/* Frees the origins, not their servers. */
void lvs_origins_fini(struct lvs_origins *origins);

/* @server, which knows its service and its name, begins to count. Return: 0 or -ENOMEM */
int lvs_origins_add(struct lvs_rules *rules, struct lvs_server *server);

/* @server was added and counts no more. */
void lvs_origins_remove(struct lvs_rules *rules, struct lvs_server *server);

/**
 * lvs_server_behind() - the server that a packet comes from
 * @addr, @port, @proto: its source
 *
 * Only servers of a service, whatever their weight, whose replies come back through the director; those of port 0 only
 * where the service has @port. Several services may share a server: who has that very port comes before who takes any,
 * who serves that protocol before who serves all of them; then the service that was added first.
 *
 * Return: borrowed, or NULL
 */
struct lvs_server *lvs_server_behind(const struct lvs_rules *rules, const struct lvs_addr *addr, lvs_be16 port,
				     uint8_t proto);

/**
 * lvs_server_behind_next() - another one of the same source
 * @server:	what lvs_server_behind() or the latest call of this returned; still there
 * @port, @proto: as they were given then
 *
 * Return: borrowed, or NULL
 */
struct lvs_server *lvs_server_behind_next(const struct lvs_rules *rules, const struct lvs_server *server, lvs_be16 port,
					  uint8_t proto);

/* Is it the address of a server of any service? */
bool lvs_origins_have(const struct lvs_rules *rules, const struct lvs_addr *addr);

#endif
