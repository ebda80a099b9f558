/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits of a service: how many connections a client may have, how fast they may begin, and how fast each server gets
 * new ones. (How many a server may have is its thresholds, see server.h.) For engine/ sources only.
 */
#ifndef LVS_ENGINE_LIMIT_H
#define LVS_ENGINE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/rate.h"
#include "engine/drop.h"

struct lvs_conn;
struct lvs_engine;
struct lvs_packet;
struct lvs_proto_state;
struct lvs_server;
struct lvs_service;

/**
 * struct lvs_limit_spec - what an operator says; zeroes limit nothing
 * @client_connections: at the same time, half-open ones included; 0: any number
 * @client_bits4, @client_bits6: addresses that are equal in so many bits are one client, see struct lvs_prefix
 * @client_rate: new connections of one client
 * @server_rate: new connections of one server
 * @reset:	who is refused is told so, else his packet just ends
 */
struct lvs_limit_spec {
	uint32_t client_connections;
	uint8_t client_bits4, client_bits6;
	struct lvs_rate client_rate;
	struct lvs_rate server_rate;
	bool reset;
};

/**
 * lvs_limit_check() - may this client have one more connection?
 *
 * Return: LVS_DROP_NONE, LVS_DROP_CLIENT_CONNECTIONS or LVS_DROP_CLIENT_RATE
 */
enum lvs_drop lvs_limit_check(const struct lvs_engine *engine, const struct lvs_service *service,
			      const struct lvs_addr *client);

/* @packet was refused: answer it if the service wants that. */
void lvs_limit_refuse(struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet);

/* Servers of @service that have waited long enough may be chosen again. To be called before one is. */
void lvs_limit_recover(struct lvs_service *service, lvs_ns now);

/* Is any server of @service waiting? */
bool lvs_limit_waiting(const struct lvs_service *service);

/**
 * lvs_limit_count() - a connection has begun: its client and its server are charged for it
 * @conn:	names its client from now on, until lvs_limit_end(); NULL for what leaves no connection
 * @midst:	it began before, and only now came here: it counts, but not against the rates
 */
void lvs_limit_count(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_addr *client,
		     struct lvs_conn *conn, bool midst);

/*
 * @conn, which names a client, is about to go from one state to another. Call it before conn->class changes. What is over
 * counts no more, though its record stays for a while.
 */
void lvs_limit_follow(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_state *from,
		      const struct lvs_proto_state *to);

/* @conn, which names a client, ends. */
void lvs_limit_end(struct lvs_engine *engine, struct lvs_conn *conn);

/* Nobody of @service waits any more, and nobody owes anything: its rate has changed. */
void lvs_limit_forgive(struct lvs_service *service);

/* @server waits no more: it leaves its service. */
void lvs_limit_forget(struct lvs_server *server);

#endif
