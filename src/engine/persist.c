// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A template stands in the connection table under <masked client, port 0, virtual address, port>, the port being 0 where
 * all ports of an address go together (FTP, and services of all ports). A mark stands in place of the address, and there
 * is no protocol then: all that has the mark goes together, whatever its address, protocol and port. A template lives for
 * the service's time after the last new connection through it, and on while it controls any.
 *
 * Where the service's helper reads a key from the packet (SIP: the Call-ID), that takes the place of the client's address.
 * A record has 16 bytes for it: they are filled with two SipHashes under two secret keys, so nobody can make two keys that
 * meet in one template. Such a template's protocol is a number that no template of an address has.
 *
 * A connection names its template by number and serial. So a template can go at any moment, when its server is gone or
 * a full table needs the record; the connections that it leaves behind notice when they end.
 *
 * While a connection is being made its template is taken off the wheel: what is not filed is not evicted.
 */
#include "engine/persist.h"

#include "engine/core.h"
#include "engine/helper.h"
#include "engine/sched.h"

const char *const lvs_persist_state_names[LVS_PERSIST_STATES] = {
	[LVS_PERSIST_NONE] = "NONE",
	[LVS_PERSIST_ASSURED] = "ASSURED",
};

struct lvs_addr lvs_persist_mask6(unsigned int prefix)
{
	struct lvs_addr mask = { 0 };

	for (unsigned int bit = 0; bit < prefix; bit++)
		mask.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return mask;
}

struct lvs_addr lvs_persist_mask4(lvs_be32 netmask)
{
	struct lvs_addr mask = lvs_persist_mask6(96);

	mask.words[3] = netmask;
	return mask;
}

/* Do all ports of the address share a template? */
static bool all_ports(const struct lvs_service_key *key)
{
	return !key->port || key->port == LVS_PORT_FTP;
}

lvs_be16 lvs_persist_port(const struct lvs_server *server, lvs_be16 asked)
{
	const struct lvs_service_key *of = &server->of;

	if (!server->spec.port || !server->spec.forward->maps_port)
		return asked;
	if (of->mark)	/* IPVS: a template of many ports says nothing of them */
		return server->service->spec.persist.timeout ? asked : server->spec.port;
	return all_ports(of) && asked != of->port ? asked : server->spec.port;
}

/* In the place of an address, as IPVS has it there. */
static struct lvs_addr mark_addr(const struct lvs_service_key *key)
{
	struct lvs_addr addr = key->addr;

	addr.words[lvs_addr_is4(&addr) ? 3 : 0] = LVS_BE32(key->mark);
	return addr;
}

/* @key becomes that of what the service's helper reads. */
static enum lvs_drop read_key(const struct lvs_engine *engine, const struct lvs_service *service,
			      const struct lvs_packet *packet, struct lvs_tuple *key)
{
	const uint8_t *bytes;
	size_t len;
	enum lvs_drop drop = service->spec.helper->key(packet, &bytes, &len);

	if (drop)
		return drop;
	for (size_t i = 0; i < ARRAY_LEN(engine->helper_keys); i++)
		key->src.halves[i] = lvs_hash_bytes(&engine->helper_keys[i], bytes, len);
	key->proto |= LVS_PERSIST_KEYED;
	return LVS_DROP_NONE;
}

/* @tuple: of @packet, as the client's packets have it */
static enum lvs_drop key_of(const struct lvs_engine *engine, const struct lvs_service *service,
			    const struct lvs_packet *packet, const struct lvs_tuple *tuple, struct lvs_tuple *ret_key)
{
	const struct lvs_addr *mask = &service->spec.persist.mask;

	*ret_key = (struct lvs_tuple){ .src = tuple->src, .dst = tuple->dst,
				       .dport = all_ports(&service->spec.key) ? 0 : tuple->dport,
				       .proto = tuple->proto | LVS_PERSIST_PROTO };
	if (service->spec.key.mark) {
		ret_key->dst = mark_addr(&service->spec.key);
		ret_key->proto = LVS_PERSIST_PROTO;
	}
	if (service->spec.helper && service->spec.helper->key)
		return read_key(engine, service, packet, ret_key);
	ret_key->src.halves[0] &= mask->halves[0];
	ret_key->src.halves[1] &= mask->halves[1];
	return LVS_DROP_NONE;
}

/* Do even persistent clients have to leave @server? */
static bool quiescent(const struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_conn *template,
		      const struct lvs_server *server)
{
	if (server->passed_over || (server->seen.ejected && !service->spec.persist.keep))
		return true;
	if (server->spec.weight)
		return false;
	if (server->spec.down)
		return true;
	if (server->spec.drain && (server->drained || !service->spec.persist.stay ||
				   !(template->ncontrolled || service->spec.one_packet)))
		return true;	/* one-packet scheduling leaves nothing to count: who is remembered may stay */
	return lvs_choice_is(service->spec.expire_quiescent_template, engine->settings.expire_quiescent_template);
}

/* Return: with its record claimed and found by @key, but not filed; NULL if the table is full */
static struct lvs_conn *new_template(struct lvs_engine *engine, const struct lvs_service *service,
				     const struct lvs_tuple *key, struct lvs_server *server)
{
	struct lvs_conn *template = lvs_engine_claim(engine);

	if (!template)
		return NULL;
	template->caddr = key->src;
	template->vaddr = key->dst;
	template->vport = key->dport;
	template->proto = key->proto;
	template->daddr = server->spec.addr;
	template->dport = key->dport ? lvs_persist_port(server, key->dport) : 0;
	template->server = server->id;
	template->forward = server->spec.forward->index;
	template->timeout = lvs_ticks_from_seconds(service->spec.persist.timeout);
	template->flags |= LVS_CONN_TEMPLATE;
	if (lvs_conn_publish(&engine->conns, template)) {
		lvs_conn_release(&engine->conns, template);
		return NULL;
	}
	template->serial = lvs_engine_serial(engine);
	server->persistent++;
	return template;
}

enum lvs_drop lvs_persist_pick(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
			       struct lvs_server **ret_server, struct lvs_conn **ret_template)
{
	struct lvs_conn *template;
	struct lvs_server *server;
	struct lvs_tuple key;
	enum lvs_drop drop;
	enum lvs_dir dir;

	*ret_server = NULL;
	*ret_template = NULL;
	drop = key_of(engine, service, packet, &packet->tuple, &key);
	if (drop)
		return drop;
	template = lvs_conn_find(&engine->conns, &key, lvs_conn_hash(&engine->conns, &key), &dir);
	if (template) {
		server = lvs_server_at(&engine->rules, template->server);
		if ((!server->service || server->spec.down) && service->spec.persist.keep)
			return LVS_DROP_NONE;
		if (server->service && !quiescent(engine, service, template, server)) {
			lvs_wheel_remove(&engine->conns.wheel, template);
			*ret_server = server;
			*ret_template = template;
			return LVS_DROP_NONE;
		}
		lvs_engine_end(engine, template, true);
	}
	server = service->spec.sched->pick(service, &packet->tuple, engine->now);
	if (!server)
		return LVS_DROP_NONE;
	template = new_template(engine, service, &key, server);
	if (!template)
		return LVS_DROP_TABLE_FULL;
	*ret_server = server;
	*ret_template = template;
	return LVS_DROP_NONE;
}

bool lvs_persist_peek(struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet,
		      struct lvs_server **ret_server, struct lvs_conn **ret_template)
{
	struct lvs_conn *template;
	struct lvs_server *server;
	struct lvs_tuple key;
	enum lvs_dir dir;

	if (key_of(engine, service, packet, &packet->tuple, &key))
		return false;
	template = lvs_conn_find(&engine->conns, &key, lvs_conn_hash(&engine->conns, &key), &dir);
	if (!template)
		return false;
	server = lvs_server_at(&engine->rules, template->server);
	if (server->service ? quiescent(engine, service, template, server) : !service->spec.persist.keep)
		return false;
	*ret_server = server->service ? server : NULL;
	*ret_template = template;
	return true;
}

enum lvs_drop lvs_persist_pin(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_packet *packet,
			      const struct lvs_tuple *tuple, struct lvs_conn **ret_template)
{
	struct lvs_conn *template;
	struct lvs_tuple key;
	enum lvs_drop drop = key_of(engine, server->service, packet, tuple, &key);
	enum lvs_dir dir;

	if (drop)
		return drop;
	template = lvs_conn_find(&engine->conns, &key, lvs_conn_hash(&engine->conns, &key), &dir);
	if (template && template->server == server->id) {
		lvs_wheel_remove(&engine->conns.wheel, template);
		*ret_template = template;
		return LVS_DROP_NONE;
	}
	if (template)
		lvs_engine_end(engine, template, true);
	template = new_template(engine, server->service, &key, server);
	if (!template)
		return LVS_DROP_TABLE_FULL;
	*ret_template = template;
	return LVS_DROP_NONE;
}

void lvs_persist_bind(struct lvs_engine *engine, const struct lvs_service *service, struct lvs_conn *template,
		      struct lvs_conn *conn)
{
	if (conn) {
		conn->control = lvs_conn_id(&engine->conns, template);
		conn->serial = template->serial;
		if (service->spec.persist.sliding)
			conn->flags |= LVS_CONN_SLIDING;
		template->ncontrolled++;
	} else if (!template->expires) {
		lvs_engine_end(engine, template, true);
		return;
	} else {
		template->class = LVS_CLASS_TEMPLATE;
		lvs_wheel_add(&engine->conns.wheel, template);
		return;
	}
	lvs_conn_set_timer(&engine->conns, template, engine->tick, template->timeout, LVS_CLASS_TEMPLATE);
}

void lvs_persist_renew(struct lvs_engine *engine, struct lvs_conn *template)
{
	lvs_conn_set_timer(&engine->conns, template, engine->tick, template->timeout, LVS_CLASS_TEMPLATE);
}

/* Does @conn, no template, control by this number? */
static bool controls(const struct lvs_engine *engine, const struct lvs_conn *conn, uint32_t serial)
{
	const struct lvs_stream *stream = lvs_stream_of(&engine->streams, conn);

	return conn->stream && stream->text && lvs_stream_text_of(&engine->streams, stream)->serial == serial;
}

/* A template, or the connection that announced @conn. Return: borrowed; NULL if it went before its connection */
static struct lvs_conn *control_of(struct lvs_engine *engine, const struct lvs_conn *conn)
{
	struct lvs_conn *control = lvs_conn_at(&engine->conns, conn->control);

	if (!control)
		return NULL;
	if (control->flags & LVS_CONN_TEMPLATE)
		return control->serial == conn->serial ? control : NULL;
	return controls(engine, control, conn->serial) ? control : NULL;
}

void lvs_persist_unbind(struct lvs_engine *engine, struct lvs_conn *conn, bool early)
{
	struct lvs_conn *control = control_of(engine, conn);
	lvs_tick last = conn->expires - conn->timeout;

	if (!control)
		return;
	control->ncontrolled--;
	if (!(control->flags & LVS_CONN_TEMPLATE))
		return;
	if (early && !control->ncontrolled && control->state == LVS_PERSIST_NONE && control->flags & LVS_CONN_FILED) {
		lvs_engine_end(engine, control, true);
		return;
	}
	/* The wheel sees at the old deadline that there is a later one. */
	if (conn->flags & LVS_CONN_SLIDING && lvs_tick_before(control->expires, last + control->timeout))
		control->expires = last + control->timeout;
}

void lvs_persist_assure(struct lvs_engine *engine, const struct lvs_conn *conn)
{
	struct lvs_conn *control = control_of(engine, conn);

	if (control && control->flags & LVS_CONN_TEMPLATE)
		control->state = LVS_PERSIST_ASSURED;
}

bool lvs_persist_stays(struct lvs_engine *engine, struct lvs_conn *conn)
{
	if (!conn->ncontrolled)
		return false;
	lvs_conn_set_timer(&engine->conns, conn, engine->tick, conn->timeout, (enum lvs_class)conn->class);
	return true;
}
