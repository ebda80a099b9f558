// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records are gone through by their numbers, which only grow; so a table of any size is listed without remembering more
 * than one number, while packets come in between that end some connections and begin others.
 *
 * A connection's id is the number of its record and a keyed hash of its ends: the record may have another connection the
 * next time somebody asks.
 */
#include "control/connections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/id.h"
#include "control/json.h"
#include "engine/forward.h"
#include "engine/helper.h"
#include "engine/persist.h"
#include "sys/addrtext.h"

#define TEMPLATES LVS_PROTO_INDEX_COUNT	/* row of their states */

static bool is_template(const struct lvs_conn *conn)
{
	return conn->flags & LVS_CONN_TEMPLATE;
}

/* Return: 0 for a template of a mark */
static uint8_t proto_of(const struct lvs_conn *conn)
{
	return is_template(conn) ? conn->proto & (uint8_t)~(LVS_PERSIST_PROTO | LVS_PERSIST_KEYED) : conn->proto;
}

static const char *state_of(const struct lvs_conn *conn)
{
	return is_template(conn) ? lvs_persist_state_names[conn->state] : lvs_proto_find(conn->proto)->states[conn->state].name;
}

bool lvs_end_filter_parse(const char *text, struct lvs_end_filter *ret_filter)
{
	struct lvs_end_filter filter = { .on = true };
	char literal[LVS_PREFIX_TEXT_BYTES];
	const char *colon;
	struct lvs_addr addr;
	bool exact;
	size_t len;

	if (*text == '[') {
		filter.has_port = lvs_id_parse_end(text, &addr, &filter.port);
		filter.prefix = (struct lvs_prefix){ .addr = addr, .bits = LVS_PREFIX_HOST };
		*ret_filter = filter;
		return filter.has_port;
	}
	if (!lvs_prefix_parse(text, &filter.prefix, &exact)) {
		*ret_filter = filter;
		return true;
	}
	colon = strrchr(text, ':');
	len = colon ? (size_t)(colon - text) : sizeof(literal);
	if (len >= sizeof(literal) - 2)
		return false;
	memcpy(literal, text, len);
	literal[len] = '\0';
	if (lvs_prefix_parse(literal, &filter.prefix, &exact))
		return false;
	/* The port, with any address in front of it. */
	(void)snprintf(literal, sizeof(literal), "0.0.0.0:%.6s", colon + 1);
	filter.has_port = lvs_id_parse_end(literal, &addr, &filter.port);
	*ret_filter = filter;
	return filter.has_port;
}

unsigned int lvs_conn_filter_state(struct lvs_conn_filter *filter, const char *name)
{
	unsigned int n = 0;

	filter->has_states = true;
	for (size_t p = 0; p < LVS_PROTO_INDEX_COUNT; p++)
		for (unsigned int s = 0; s < lvs_protos[p]->nstates; s++)
			if (strcmp(lvs_protos[p]->states[s].name, name) == 0) {
				filter->states[p] |= (uint16_t)(1u << s);
				n++;
			}
	for (unsigned int s = 0; s < LVS_PERSIST_STATES; s++)
		if (strcmp(lvs_persist_state_names[s], name) == 0) {
			filter->states[TEMPLATES] |= (uint16_t)(1u << s);
			n++;
		}
	return n;
}

static bool end_fits(const struct lvs_end_filter *filter, const struct lvs_addr *addr, lvs_be16 port)
{
	return !filter->on || ((!filter->has_port || filter->port == port) && lvs_prefix_has(&filter->prefix, addr));
}

static bool state_fits(const struct lvs_conn_filter *filter, const struct lvs_conn *conn)
{
	size_t row = is_template(conn) ? TEMPLATES : lvs_proto_find(conn->proto)->index;

	return !filter->has_states || filter->states[row] >> conn->state & 1;
}

static bool service_fits(const struct lvs_conn_filter *filter, const struct lvs_server *server)
{
	const struct lvs_service_key *a = &filter->service, *b = &server->of;

	return !filter->has_service || (a->port == b->port && a->proto == b->proto && a->ranged == b->ranged &&
					a->mark == b->mark && lvs_addr_equal(&a->addr, &b->addr));
}

static bool fits(const struct lvs_conn_filter *filter, const struct lvs_conn *conn, const struct lvs_server *server)
{
	if (filter->templates != LVS_TEMPLATES_TOO && is_template(conn) != (filter->templates == LVS_TEMPLATES_ONLY))
		return false;
	return (!filter->proto || filter->proto == proto_of(conn)) && end_fits(&filter->client, &conn->caddr, conn->cport) &&
	       end_fits(&filter->virtual, &conn->vaddr, conn->vport) &&
	       end_fits(&filter->server, &conn->daddr, conn->dport) && state_fits(filter, conn) &&
	       service_fits(filter, server);
}

static void put_flags(struct lvs_json *json, const struct lvs_conn *conn)
{
	static const struct {
		uint16_t bit;
		const char *text;
	} flags[] = {
		{ LVS_CONN_NO_OUTPUT, "no-output" },   { LVS_CONN_SLIDING, "sliding" }, { LVS_CONN_ONE_PACKET, "one-packet" },
		{ LVS_CONN_STREAM, "translated" },     { LVS_CONN_ONE_WAY, "one-way" },
	};

	lvs_json_array(json, "flags");
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (conn->flags & flags[i].bit)
			lvs_json_text(json, NULL, flags[i].text);
	if (conn->dismissed)
		lvs_json_text(json, NULL, "dismissed");
	lvs_json_end_array(json);
}

/* A template of something that was read from packets has no client; nor is what was read remembered. */
static void put_client(struct lvs_json *json, const struct lvs_conn *conn, const struct lvs_server *server)
{
	const bool keyed = is_template(conn) && conn->proto & LVS_PERSIST_KEYED;
	const struct lvs_addr none = lvs_addr_any(lvs_addr_is4(&conn->vaddr));
	char text[LVS_ENDPOINT_TEXT_BYTES];

	lvs_json_text(json, "client", lvs_id_end(keyed ? &none : &conn->caddr, conn->cport, text));
	if (keyed && server->service && server->service->spec.helper)
		lvs_json_text(json, "pe", server->service->spec.helper->name);
}

static void put(struct lvs_json *json, const struct lvs_engine *engine, const struct lvs_conn *conn,
		const struct lvs_server *server, lvs_tick now)
{
	const struct lvs_ports *ports = server->service ? &server->service->spec.ports : NULL;
	char text[LVS_ID_BYTES];
	lvs_tick left = lvs_tick_before(now, conn->expires) ? conn->expires - now : 0;
	uint8_t proto = proto_of(conn);

	lvs_json_object(json, NULL);
	lvs_json_text(json, "id", lvs_connection_id(lvs_engine_conns(engine), conn, text));
	lvs_json_text(json, "protocol", proto ? lvs_id_protocol(proto) : "ip");
	lvs_json_number(json, "family", lvs_addr_is4(&conn->vaddr) ? 4 : 6);
	put_client(json, conn, server);
	lvs_json_text(json, "virtual", lvs_id_end(&conn->vaddr, conn->vport, text));
	lvs_json_text(json, "server", lvs_id_end(&conn->daddr, conn->dport, text));
	/* Number 0 belongs to no service, and a list of ports is gone with its service. */
	if (conn->server && (ports || !server->of.ranged))
		lvs_json_text(json, "service", lvs_id_service(&server->of, ports, text));
	if (server->of.mark)
		lvs_json_number(json, "mark", server->of.mark);
	lvs_json_text(json, "state", state_of(conn));
	lvs_json_float(json, "expires", (double)((lvs_ns)left << LVS_TICK_SHIFT) / (double)LVS_NS_PER_SEC, 1);
	lvs_json_text(json, "forward", lvs_forwards[conn->forward]->name);
	lvs_json_bool(json, "template", is_template(conn));
	put_flags(json, conn);
	lvs_json_end_object(json);
}

static bool end_listing(struct lvs_json *json)
{
	lvs_json_end_array(json);
	lvs_json_end_object(json);
	return false;
}

bool lvs_conn_list(struct lvs_conn_listing *listing, struct lvs_engine *engine, lvs_tick now, struct lvs_json *json)
{
	const struct lvs_conn_table *table = lvs_engine_conns(engine);
	size_t enough = lvs_json_length(json) + LVS_CONNECTIONS_BYTES;

	if (!listing->begun) {
		lvs_json_object(json, NULL);
		lvs_json_array(json, "connections");
	}
	listing->begun = true;
	for (unsigned int looks = LVS_CONNECTIONS_LOOKS; looks && lvs_json_length(json) < enough; looks--) {
		const struct lvs_conn *conn;
		const struct lvs_server *server;

		if (!listing->left || listing->at > table->touched)
			return end_listing(json);
		conn = lvs_conn_at(table, listing->at++);
		if (!conn)
			continue;
		server = lvs_server_at(lvs_engine_rules(engine), conn->server);
		if (!fits(&listing->filter, conn, server))
			continue;
		lvs_json_line(json);
		put(json, engine, conn, server, now);
		listing->left--;
	}
	return true;
}

static uint32_t check_of(const struct lvs_conn_table *table, const struct lvs_conn *conn)
{
	const struct lvs_tuple tuple = { .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
					 .proto = conn->proto };

	return (uint32_t)(lvs_conn_hash(table, &tuple) >> 32);
}

char *lvs_connection_id(const struct lvs_conn_table *table, const struct lvs_conn *conn, char buf[LVS_CONNECTION_ID_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	uint32_t check = check_of(table, conn), number = lvs_conn_id(table, conn);
	char *at = buf + LVS_CONNECTION_ID_BYTES;
	size_t len;

	*--at = '\0';
	for (int i = 0; i < 8; i++, check >>= 4)
		*--at = hex[check & 15];
	*--at = '-';
	for (; number; number /= 10)
		*--at = (char)('0' + number % 10);
	len = (size_t)(buf + LVS_CONNECTION_ID_BYTES - at);
	memmove(buf, at, len);
	return buf;
}

struct lvs_conn *lvs_connection_find(const struct lvs_conn_table *table, const char *id)
{
	char spelled[LVS_CONNECTION_ID_BYTES];
	unsigned long number = strtoul(id, NULL, 10);
	struct lvs_conn *conn;

	if (number < 1 || number > table->touched)
		return NULL;
	conn = lvs_conn_at(table, (uint32_t)number);
	return conn && strcmp(lvs_connection_id(table, conn, spelled), id) == 0 ? conn : NULL;
}
