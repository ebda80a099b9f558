/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real server behind one service. Created, changed and removed only through engine/service.h. */
#ifndef LVS_ENGINE_SERVER_H
#define LVS_ENGINE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"
#include "base/sites.h"
#include "base/time.h"
#include "engine/eject.h"
#include "engine/origin.h"
#include "engine/stats.h"
#include "engine/tunnel.h"

struct lvs_rates;
struct lvs_service;
struct lvs_forward_ops;

/**
 * struct lvs_service_key - what names a service
 * @port:	of a service that has a list of them: the first one
 * @ranged:	has a list
 * @mark:	not 0: it has the packets with this mark, of one family; @addr is lvs_addr_any() of that, all else 0
 */
struct lvs_service_key {
	struct lvs_addr addr;
	lvs_be16 port;
	uint8_t proto;
	bool ranged;
	uint32_t mark;
};

/**
 * struct lvs_server_spec - what an operator says of a server
 * @port:	0 takes the port that the client asked for
 * @weight:	0: new connections of persistent clients only; old ones stay
 * @drain:	no new connections at all, whatever @weight says
 * @down:	it failed: the same, and persistent clients leave it at once; connections that it has go on while they can
 * @reset:	and these are reset at both ends at once; only with @down
 * @drain_seconds: the old ones have so long to end; 0: as long as they like
 * @upper:	this many connections, active and inactive, are too many; 0: none are
 * @lower:	so many less and it gets new ones again; 0: three quarters of @upper. At most @upper
 * @site:	where it stands, for schedulers that ask; empty: nowhere in particular
 * @mtu:	of the path towards it, whatever the host's routes say, bytes; 0: what they say
 * @introduce:	enum lvs_introduction_kind: how it is told of new connections' clients; only if replies pass the director
 */
struct lvs_server_spec {
	struct lvs_addr addr;
	lvs_be16 port;
	uint32_t weight;
	uint32_t upper, lower;
	bool drain;
	bool down;
	bool reset;
	uint32_t drain_seconds;
	const struct lvs_forward_ops *forward;
	char site[LVS_SITE_BYTES];
	struct lvs_tunnel_spec tunnel;
	uint32_t mtu;
	uint8_t introduce;
};

/**
 * struct lvs_server - a real server; what every packet touches stands in front
 * @service:	borrowed; NULL once the server is removed and only waits for its connections to end
 * @id:		stable number, kept when a removed server comes back while connections still name it
 * @mtu:	the longest packet that fits the path towards it in its forwarding method, bytes; 0 if unknown
 * @retiring:	removed, of weight 0 or draining, or @dismissing: packets of its connections are a matter for engine/retire.h
 * @active, @inactive: connections, counted as IPVS counts them: each in one of the two
 * @persistent:	templates that pin clients to it (PersistConn)
 * @pos:	where it stands in service->servers
 * @last_weight: the last weight that was not 0; 0 if there was none
 * @site:	number of @spec.site; 0 if it has none, or if nobody knows it
 * @overload:	it came to have @spec.upper connections and has not lost enough of them since
 * @dismissing:	how many of its connections are being reset
 * @draining:	its time to drain is running
 * @drained:	and is over; or it is down, and its connections are to be reset
 * @drain_since: when it began; 0: lvs_rules_expire() has not seen it yet
 * @led:	it is of a method whose replies have to be led here, or was when connections began that it may still have
 * @pins:	how often schedulers and one-packet records have taken a note of it, which lasts until they drop it
 * @path_mtu:	as the host's routes have it; 0 if unknown
 * @source:	the host's own address on the way to it, for tunnels where the director has none; all zeros if unknown
 * @reported_mtu: of a link further on, as a router said; 0 if none did. Forgotten at @reported_until
 * @of:		name of its service, so that it is known again when it comes back
 * @origin, @of_origin: where its packets come from, and who else is there; NULL, and nobody, once it is removed
 * @due:	when it will have worked off the new connections that it got, see base/rate.h
 * @waits, @of_waiting: it gets no new ones until it has worked off enough, and who else does not
 * @passed_over: it is not to be chosen this time, see engine/attempt.h
 * @seen:	what its traffic says of it
 * @trash:	among the removed servers
 * @removed_at:	when it was removed
 * @rates:	how fast @counters grow; its own
 */
struct lvs_server {
	struct lvs_service *service;
	uint32_t id;
	uint32_t mtu;
	struct lvs_counters counters;
	uint32_t retiring;
	uint32_t active, inactive;
	uint32_t persistent;
	struct lvs_server_spec spec;
	uint32_t pos;
	uint32_t last_weight;
	uint32_t dismissing;
	uint8_t site;
	bool overload;
	bool draining;
	bool drained;
	bool led;
	lvs_ns drain_since;
	uint32_t pins;
	uint32_t path_mtu;
	struct lvs_addr source;
	uint32_t reported_mtu;
	lvs_ns reported_until;
	struct lvs_service_key of;
	struct lvs_origin *origin;
	struct lvs_list of_origin;
	lvs_ns due;
	bool waits;
	struct lvs_list of_waiting;
	bool passed_over;
	struct lvs_seen seen;
	struct lvs_list trash;
	lvs_ns removed_at;
	struct lvs_rates *rates;
};

#define LVS_WEIGHT_MAX 65535

/* May a scheduler choose it? */
static inline bool lvs_server_usable(const struct lvs_server *server)
{
	return server->spec.weight > 0 && !server->overload && !server->waits && !server->passed_over &&
	       !server->seen.ejected;
}

/* What least-connection schedulers compare: a connection counts 1, an active one 256 more. */
static inline uint64_t lvs_server_overhead(const struct lvs_server *server)
{
	return ((uint64_t)server->active << 8) + server->active + server->inactive;
}

/* A connection begins; it is inactive until lvs_server_set_active(). */
void lvs_server_bind(struct lvs_server *server);

/* One of its connections, inactive until now, becomes active; or the other way round. */
void lvs_server_set_active(struct lvs_server *server, bool active);

/* One of its connections ends; @active: it was active */
void lvs_server_unbind(struct lvs_server *server, bool active);

/* A router said that a link towards @server carries no more than @mtu bytes. */
void lvs_server_report_mtu(struct lvs_server *server, uint32_t mtu, lvs_ns now);

/* Is a packet of @bytes too long for the path to @server, now? */
bool lvs_server_too_long(struct lvs_server *server, uint32_t bytes, lvs_ns now);

/* What a scheduler looks at has changed in another way than by one of the above, or by service.h. */
void lvs_server_changed(struct lvs_server *server);

/* Thresholds or counts were set to anything: is it overloaded now? Does not tell the scheduler. */
void lvs_server_weigh(struct lvs_server *server);

#endif
