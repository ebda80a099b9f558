/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real server behind one service. Created, changed and removed only through engine/service.h. */
#ifndef LVS_ENGINE_SERVER_H
#define LVS_ENGINE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"
#include "base/time.h"
#include "engine/stats.h"

struct lvs_service;
struct lvs_forward_ops;

/* What names a service. */
struct lvs_service_key {
	struct lvs_addr addr;
	lvs_be16 port;
	uint8_t proto;
};

/**
 * struct lvs_server_spec - what an operator says of a server
 * @port:	0 takes the port that the client asked for
 * @weight:	0 drains: no new connections, old ones stay
 */
struct lvs_server_spec {
	struct lvs_addr addr;
	lvs_be16 port;
	uint32_t weight;
	const struct lvs_forward_ops *forward;
};

/**
 * struct lvs_server - a real server
 * @id:		stable number, kept when a removed server comes back while connections still name it
 * @service:	borrowed; NULL once the server is removed and only waits for its connections to end
 * @active, @inactive: connections, counted as IPVS counts them: each in one of the two
 * @mtu:	of the path towards it, bytes; 0 if unknown
 * @of:		name of its service, so that it is known again when it comes back
 * @trash:	among the removed servers
 * @removed_at:	when it was removed
 */
struct lvs_server {
	struct lvs_server_spec spec;
	uint32_t id;
	struct lvs_service *service;
	uint32_t active, inactive;
	uint32_t mtu;
	struct lvs_counters counters;
	struct lvs_service_key of;
	struct lvs_list trash;
	lvs_ns removed_at;
};

#define LVS_WEIGHT_MAX 65535

/* May a scheduler choose it? */
static inline bool lvs_server_usable(const struct lvs_server *server)
{
	return server->spec.weight > 0;
}

/* What least-connection schedulers compare: a connection counts 1, an active one 256 more. */
static inline uint64_t lvs_server_overhead(const struct lvs_server *server)
{
	return ((uint64_t)server->active << 8) + server->active + server->inactive;
}

#endif
