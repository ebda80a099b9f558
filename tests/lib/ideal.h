/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an engine should do, in the plainest way: arrays that are searched from one end to the other. Clients, services
 * and servers are numbers here; which addresses they have is the test's business. All servers are behind all services,
 * on one port per protocol, so connections of two services may look the same to a server.
 *
 * Not known here are the choices that an engine has: which usable server it schedules, and whom of a class it gives up
 * when it is full. It is told of them, and judges whether they were allowed.
 */
#ifndef LVS_TESTS_LIB_IDEAL_H
#define LVS_TESTS_LIB_IDEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

#define IDEAL_SERVICES 5
#define IDEAL_SERVERS 6
#define IDEAL_CLIENTS 100

/* What a service is, for ever. */
struct ideal_place {
	uint8_t proto;
	bool ip6;
	unsigned int vip;
};

extern const struct ideal_place ideal_places[IDEAL_SERVICES];

/* @touched: tick of the last packet */
struct ideal_conn {
	bool used;
	unsigned int server;
	uint8_t state;
	lvs_tick touched, timeout;
};

/* @chosen: connections begun, since it is known */
struct ideal_server {
	bool there;
	uint32_t weight;
	uint64_t chosen;
};

struct ideal_service {
	bool there;
	struct ideal_server servers[IDEAL_SERVERS];
};

struct ideal {
	struct ideal_service services[IDEAL_SERVICES];
	struct ideal_conn conns[IDEAL_SERVICES][IDEAL_CLIENTS];
	lvs_tick timeouts[LVS_PROTO_INDEX_COUNT][LVS_STATES_MAX];
	uint32_t used;
};

/* A packet: of a client to a service, or of a server to a client, with the service's protocol and family. */
struct ideal_packet {
	unsigned int service, client, server;
	bool request;
	uint8_t tcp_flags;
};

enum ideal_fate {
	IDEAL_DROPPED,	/* for @drop */
	IDEAL_PASSED,
	IDEAL_FORWARDED, /* of the connection of @service, whose server is @server */
	IDEAL_BEGINS,	/* any usable server; or none, if that is allowed */
};

struct ideal_verdict {
	enum ideal_fate fate;
	enum lvs_drop drop;
	unsigned int service, server;
};

/* What becomes of @packet; connections change accordingly, but none begins. */
struct ideal_verdict ideal_take(struct ideal *ideal, const struct ideal_packet *packet, lvs_tick now);

/* The engine let one begin. Return: was it allowed to choose that server? */
bool ideal_begin(struct ideal *ideal, const struct ideal_packet *packet, unsigned int server, lvs_tick now);

/* Is there a usable server that would take it for a connection that is not over yet? */
bool ideal_may_clash(struct ideal *ideal, const struct ideal_packet *packet);

/* Return: the connection that a new one of @packet would look like to @server, or NULL */
struct ideal_conn *ideal_twin(struct ideal *ideal, const struct ideal_packet *packet, unsigned int server);

bool ideal_is_over(const struct ideal *ideal, const struct ideal_conn *conn);

/* May a full table give it up for @newcomer, which may be among them already, or NULL? */
bool ideal_may_evict(const struct ideal *ideal, const struct ideal_conn *conn, const struct ideal_conn *newcomer,
		     lvs_tick now);

/* Is everybody alive, that is: established? */
bool ideal_all_established(const struct ideal *ideal);

void ideal_end(struct ideal *ideal, struct ideal_conn *conn);

/* Return: the tick at which the first connection ends. @ret_any: is there one? */
lvs_tick ideal_expire(struct ideal *ideal, lvs_tick now, bool *ret_any);

/* Return: active (or inactive) connections of a server */
uint32_t ideal_count(const struct ideal *ideal, unsigned int service, unsigned int server, bool active);

const struct lvs_proto_state *ideal_state(unsigned int service, const struct ideal_conn *conn);

#endif
