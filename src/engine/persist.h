/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Persistence: a client's connections to a service meet at one server. What remembers it is a template, a record of the
 * connection table that no packet belongs to. For engine/ sources only.
 */
#ifndef LVS_ENGINE_PERSIST_H
#define LVS_ENGINE_PERSIST_H

#include <stdbool.h>

#include "engine/conn.h"
#include "engine/service.h"

struct lvs_engine;

/*
 * A template's protocol is its connections' with this bit, which makes a number that no flow has: a packet whose source
 * port is 0 does not find it.
 */
#define LVS_PERSIST_PROTO 0x40

/* The same beside it: the template's address is none, but made of a key that the service's helper reads from packets. */
#define LVS_PERSIST_KEYED 0x20

/* States of a template: assured once a connection through it was established, or a datagram was answered. */
enum {
	LVS_PERSIST_NONE,
	LVS_PERSIST_ASSURED,
	LVS_PERSIST_STATES
};

/* As ipvsadm prints them. */
extern const char *const lvs_persist_state_names[LVS_PERSIST_STATES];

/* Under which clients with the same @prefix bits of an IPv6 address are one; 1 to 128 */
struct lvs_addr lvs_persist_mask6(unsigned int prefix);

/* The same for IPv4. */
struct lvs_addr lvs_persist_mask4(lvs_be32 netmask);

/* The port of @server that a connection to @asked, a port of its service, leads to. */
lvs_be16 lvs_persist_port(const struct lvs_server *server, lvs_be16 asked);

/**
 * lvs_persist_pick() - the server of a new connection
 * @service:	with a persistence timeout
 * @ret_server:	borrowed; NULL if there is none
 * @ret_template: to be given to lvs_persist_bind() whatever becomes of the connection; NULL if @ret_server is
 *
 * Return: LVS_DROP_NONE, LVS_DROP_TABLE_FULL, or why the service's helper finds no key in @packet
 */
enum lvs_drop lvs_persist_pick(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
			       struct lvs_server **ret_server, struct lvs_conn **ret_template);

/**
 * lvs_persist_peek() - what a template says of a new connection, without any effect
 * @service:	with a persistence timeout, and no helper that reads keys
 * @ret_server:	borrowed; NULL: the client waits for one that is gone
 *
 * Return: is there one that says anything? Then both are set
 */
bool lvs_persist_peek(struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet,
		      struct lvs_server **ret_server, struct lvs_conn **ret_template);

/**
 * lvs_persist_pin() - a real server begins a connection: the client's answers are to come back to it
 * @server:	of a persistent service
 * @packet:	from @server
 * @tuple:	as the client's packets will have it
 * @ret_template: leads to @server, even if it led to another one before; to be given to lvs_persist_bind()
 *
 * Return: LVS_DROP_NONE, LVS_DROP_TABLE_FULL, or why the service's helper finds no key in @packet
 */
enum lvs_drop lvs_persist_pin(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_packet *packet,
			      const struct lvs_tuple *tuple, struct lvs_conn **ret_template);

/* @conn, new, came through @template, whose time begins anew; NULL: it could not be made. */
void lvs_persist_bind(struct lvs_engine *engine, const struct lvs_service *service, struct lvs_conn *template,
		      struct lvs_conn *conn);

/* A one-packet datagram came through @template, whose time begins anew; no connection holds it. */
void lvs_persist_renew(struct lvs_engine *engine, struct lvs_conn *template);

/* @conn, whose control is not 0, is about to end; @early: before its time was over. */
void lvs_persist_unbind(struct lvs_engine *engine, struct lvs_conn *conn, bool early);

/* A connection came into being beyond doubt: its template outlives it in any case. */
void lvs_persist_assure(struct lvs_engine *engine, const struct lvs_conn *conn);

/* The time of @conn, of any kind, is over. Return: it controls others and goes on, filed again */
bool lvs_persist_stays(struct lvs_engine *engine, struct lvs_conn *conn);

#endif
