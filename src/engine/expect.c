// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPVS makes the record of an announced connection at once, with client port 0 where the port is not known yet. Here it
 * is made when the first packet comes: until then there is a line in a small table, looked at only by packets that begin
 * a connection and belong to none, and only while anything is announced at all. Who announces and never comes costs no
 * record, no server's count and no place in the index.
 *
 * The ends of an announced connection are those of the one that announced it: its client, its virtual address, its very
 * server. Nothing that anybody writes into a payload leads anywhere else.
 *
 * An announcement comes before services: a port that was promised to a client is his, whatever else is behind it.
 */
#include "engine/expect.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/core.h"
#include "engine/wire.h"

int lvs_expectations_init(struct lvs_expectations *expectations, uint32_t capacity)
{
	*expectations = (struct lvs_expectations){ .nheads = capacity };
	expectations->slots = calloc((size_t)capacity + 1, sizeof(*expectations->slots));
	expectations->heads = calloc(capacity, sizeof(*expectations->heads));
	if (!expectations->slots || !expectations->heads) {
		lvs_expectations_fini(expectations);
		return -ENOMEM;
	}
	return 0;
}

void lvs_expectations_fini(struct lvs_expectations *expectations)
{
	free(expectations->slots);
	free(expectations->heads);
	*expectations = (struct lvs_expectations){ 0 };
}

static uint32_t *head_of(const struct lvs_engine *engine, const struct lvs_addr *src, const struct lvs_addr *dst,
			 lvs_be16 dport)
{
	const struct lvs_tuple tuple = { .src = *src, .dst = *dst, .dport = dport, .proto = LVS_PROTO_TCP };

	return &engine->expectations.heads[lvs_conn_hash(&engine->conns, &tuple) % engine->expectations.nheads];
}

/* Return: slot, 0: none; one whose time is over is none */
static uint32_t find(const struct lvs_engine *engine, const struct lvs_addr *src, const struct lvs_addr *dst, lvs_be16 dport)
{
	const struct lvs_expectation *slots = engine->expectations.slots;
	uint32_t slot = *head_of(engine, src, dst, dport);

	while (slot && (slots[slot].dport != dport || !lvs_addr_equal(&slots[slot].src, src) ||
			!lvs_addr_equal(&slots[slot].dst, dst) || lvs_tick_before(slots[slot].expires, engine->tick)))
		slot = slots[slot].next;
	return slot;
}

static uint32_t slot_of(const struct lvs_engine *engine, const struct lvs_conn *control)
{
	return lvs_stream_of(&engine->streams, control)->text;
}

static void forget(struct lvs_engine *engine, uint32_t slot)
{
	struct lvs_expectation *slots = engine->expectations.slots, *gone = &slots[slot];
	uint32_t *link;

	if (!gone->used)
		return;
	link = head_of(engine, &gone->src, &gone->dst, gone->dport);
	while (*link != slot)
		link = &slots[*link].next;
	*link = gone->next;
	gone->used = false;
	engine->expectations.n--;
}

void lvs_expect_cancel(struct lvs_engine *engine, const struct lvs_conn *control)
{
	forget(engine, slot_of(engine, control));
}

static void expect(struct lvs_engine *engine, const struct lvs_conn *control, struct lvs_expectation what)
{
	uint32_t slot = slot_of(engine, control), *head = head_of(engine, &what.src, &what.dst, what.dport);
	const struct lvs_proto_ops *tcp = &lvs_proto_tcp;

	forget(engine, slot);
	what.used = true;
	what.expires = engine->tick +
		       lvs_engine_timeout(engine, lvs_server_at(&engine->rules, control->server), tcp, tcp->announced);
	what.control = lvs_conn_id(&engine->conns, control);
	what.next = *head;
	engine->expectations.slots[slot] = what;
	*head = slot;
	engine->expectations.n++;
}

void lvs_expect_client(struct lvs_engine *engine, const struct lvs_conn *control, lvs_be16 vport, lvs_be16 dport)
{
	expect(engine, control, (struct lvs_expectation){ .src = control->caddr, .dst = control->vaddr, .dport = vport,
							  .port = dport, .dir = LVS_DIR_REQUEST });
}

void lvs_expect_server(struct lvs_engine *engine, const struct lvs_conn *control, lvs_be16 cport)
{
	expect(engine, control, (struct lvs_expectation){ .src = control->daddr, .dst = control->caddr, .dport = cport,
							  .dir = LVS_DIR_REPLY });
}

bool lvs_expect_taken(const struct lvs_engine *engine, const struct lvs_conn *control, lvs_be16 vport)
{
	const struct lvs_service_key key = { .addr = control->vaddr, .port = vport, .proto = LVS_PROTO_TCP };
	uint32_t slot = find(engine, &control->caddr, &control->vaddr, vport);

	return (slot && slot != slot_of(engine, control)) || lvs_service_find(&engine->rules, &key);
}

/* The port below @port, in network order. */
static lvs_be16 below(lvs_be16 port)
{
	return LVS_BE16(lvs_host16(port) - 1);
}

static enum lvs_drop draft(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_conn *control,
			   const struct lvs_expectation *what, const struct lvs_packet *packet)
{
	const struct lvs_forward_ops *forward = lvs_forwards[control->forward];

	conn->caddr = control->caddr;
	conn->vaddr = control->vaddr;
	conn->daddr = control->daddr;
	if (what->dir == LVS_DIR_REQUEST) {
		conn->cport = packet->tuple.sport;
		conn->vport = packet->tuple.dport;
		conn->dport = what->port;
	} else {
		conn->cport = packet->tuple.dport;
		conn->dport = packet->tuple.sport;
		conn->vport = conn->dport == below(control->dport) ? below(control->vport) : conn->dport;
	}
	conn->proto = control->proto;
	conn->forward = control->forward;
	conn->server = control->server;
	conn->flags |= LVS_CONN_UNANSWERED;
	return forward->bind ? forward->bind(engine, conn) : LVS_DROP_NONE;
}

/* @conn, published, holds on to @control as a connection of a persistent client does to its template. */
static void bind_to(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_conn *control)
{
	struct lvs_stream_text *text = &engine->streams.texts[slot_of(engine, control)];

	if (!text->serial)
		text->serial = lvs_engine_serial(engine);
	conn->control = lvs_conn_id(&engine->conns, control);
	conn->serial = text->serial;
	control->ncontrolled++;
	lvs_server_bind(lvs_server_at(&engine->rules, conn->server));
}

static enum lvs_drop connect(struct lvs_engine *engine, uint32_t slot, const struct lvs_packet *packet,
			     struct lvs_conn **ret_conn)
{
	const struct lvs_expectation *what = &engine->expectations.slots[slot];
	struct lvs_conn *control = lvs_conn_at(&engine->conns, what->control), *conn;
	enum lvs_drop drop;
	int err;

	if (!lvs_server_at(&engine->rules, control->server)->service)
		return LVS_DROP_SERVER_GONE;
	lvs_defence_make_room(engine);
	conn = lvs_engine_claim(engine);
	if (!conn)
		return LVS_DROP_TABLE_FULL;
	if (!what->used) {	/* the record was taken from the very connection that announced this one */
		lvs_conn_release(&engine->conns, conn);
		return LVS_DROP_TABLE_FULL;
	}
	drop = draft(engine, conn, control, what, packet);
	err = drop ? 0 : lvs_conn_publish(&engine->conns, conn);
	if (err)
		drop = err == -ENOSPC ? LVS_DROP_TABLE_FULL : LVS_DROP_CONN_CLASH;
	if (drop) {
		lvs_conn_release(&engine->conns, conn);
		return drop;
	}
	bind_to(engine, conn, control);
	*ret_conn = conn;
	return LVS_DROP_NONE;
}

bool lvs_expect_begin(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop)
{
	enum lvs_dir dir;
	struct lvs_conn *conn;
	uint32_t slot;

	if (packet->proto != LVS_PROTO_TCP || packet->fragment ||
	    (packet->tcp_flags & (LVS_TCP_SYN | LVS_TCP_ACK | LVS_TCP_RST)) != LVS_TCP_SYN)
		return false;
	slot = find(engine, &packet->tuple.src, &packet->tuple.dst, packet->tuple.dport);
	if (!slot)
		return false;
	dir = (enum lvs_dir)engine->expectations.slots[slot].dir;
	*ret_drop = connect(engine, slot, packet, &conn);
	if (*ret_drop)
		return true;
	forget(engine, slot);
	engine->stats.helped[LVS_HELPED_CONNECTED]++;
	*ret_drop = lvs_engine_track(engine, conn, &lvs_proto_tcp, packet, dir);
	return true;
}
