/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection table as a listing, a few records at a time. */
#ifndef LVS_CONTROL_CONNECTIONS_H
#define LVS_CONTROL_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "engine/engine.h"

struct lvs_json;

/* In one part: so many records looked at, in order of their numbers, and so many bytes written, or one record more. */
#define LVS_CONNECTIONS_LOOKS 2048
#define LVS_CONNECTIONS_BYTES 16384

#define LVS_CONNECTION_ID_BYTES 24

/* What an end of a connection has to be. @port: only if @has_port */
struct lvs_end_filter {
	bool on, has_port;
	struct lvs_prefix prefix;
	lvs_be16 port;
};

enum lvs_template_filter { LVS_TEMPLATES_TOO, LVS_TEMPLATES_NOT, LVS_TEMPLATES_ONLY };

/**
 * struct lvs_conn_filter - who is listed; zeroes are everybody
 * @proto:	0: any
 * @service:	of its servers; only if @has_service
 * @states:	a bit for each, of templates in the last row; only if @has_states
 */
struct lvs_conn_filter {
	uint8_t proto;
	struct lvs_end_filter client, virtual, server;
	bool has_service, has_states;
	struct lvs_service_key service;
	uint16_t states[LVS_PROTO_INDEX_COUNT + 1];
	enum lvs_template_filter templates;
};

/**
 * struct lvs_conn_listing - where it stands
 * @at:		record to look at next; begins with 1
 * @left:	how many may still be listed
 */
struct lvs_conn_listing {
	struct lvs_conn_filter filter;
	uint32_t at;
	uint64_t left;
	bool begun;
};

/**
 * lvs_conn_list() - the next part
 *
 * A record is shown as it is when it is looked at. Who comes meanwhile may be listed or not, who stays is, once.
 *
 * Return: is there more to come?
 */
bool lvs_conn_list(struct lvs_conn_listing *listing, struct lvs_engine *engine, lvs_tick now, struct lvs_json *json);

/* "10.0.0.0/8", "10.0.0.1:80", "[2001:db8::1]:80", "2001:db8::/32". Return: is @text any of these? */
bool lvs_end_filter_parse(const char *text, struct lvs_end_filter *ret_filter);

/* Return: how many states have this name; @filter gets their bits */
unsigned int lvs_conn_filter_state(struct lvs_conn_filter *filter, const char *name);

/* What a connection is called as long as it is there, and nobody else ever. Return: @buf */
char *lvs_connection_id(const struct lvs_conn_table *table, const struct lvs_conn *conn, char buf[LVS_CONNECTION_ID_BYTES]);

/* Return: borrowed until the next burst, or NULL */
struct lvs_conn *lvs_connection_find(const struct lvs_conn_table *table, const char *id);

#endif
