// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line in a small table for each health check that is on its way through a virtual address, looked at only by packets that
 * belong to no connection and by those of servers that retire, and only while there is any. It stands as long as its check
 * runs: a connection that was lost under way begins anew at the same server, and never at one that was not asked.
 *
 * The server is named by its address and looked for when the packet comes, in the service that the packet belongs to: so
 * it is the way of clients that is taken, as the rules are at that moment.
 */
#include "engine/appoint.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/core.h"
#include "engine/one_packet.h"
#include "engine/wire.h"

/**
 * struct appointment - who comes and whom he wants
 * @tuple:	as his packets have it
 * @server, @port: of the service that has the packets
 * @expires:	it is of no use from then on
 * @used:	the slot is
 * @next:	slot in the same chain, or the next free one; 0: none
 */
struct appointment {
	struct lvs_tuple tuple;
	struct lvs_addr server;
	lvs_be16 port;
	bool used;
	uint32_t next;
	lvs_ns expires;
};

/**
 * struct lvs_appointments - all of an engine, found by a hash of their tuples
 * @slots:	from 1 on
 * @touched:	slots behind this one were never used
 * @free:	chain of those that were given back
 */
struct lvs_appointments {
	struct appointment slots[LVS_APPOINTMENTS_MAX + 1];
	uint32_t heads[LVS_APPOINTMENTS_MAX];
	uint32_t touched, free;
};

int lvs_appointments_new(struct lvs_appointments **ret_appointments)
{
	struct lvs_appointments *appointments = calloc(1, sizeof(*appointments));

	if (!appointments)
		return -ENOMEM;
	*ret_appointments = appointments;
	return 0;
}

void lvs_appointments_free(struct lvs_appointments *appointments)
{
	free(appointments);
}

static uint32_t *head_of(const struct lvs_engine *engine, const struct lvs_tuple *tuple)
{
	return &engine->appointments->heads[lvs_conn_hash(&engine->conns, tuple) % LVS_APPOINTMENTS_MAX];
}

/* Return: slot, be its time over or not; 0: none */
static uint32_t find(const struct lvs_engine *engine, const struct lvs_tuple *tuple)
{
	const struct appointment *slots = engine->appointments->slots;
	uint32_t slot = engine->nappointments ? *head_of(engine, tuple) : 0;

	while (slot && memcmp(&slots[slot].tuple, tuple, sizeof(*tuple)) != 0)
		slot = slots[slot].next;
	return slot;
}

static bool stands(const struct lvs_engine *engine, uint32_t slot)
{
	return slot && engine->now < engine->appointments->slots[slot].expires;
}

static void forget(struct lvs_engine *engine, uint32_t slot)
{
	struct lvs_appointments *all = engine->appointments;
	uint32_t *link = head_of(engine, &all->slots[slot].tuple);

	while (*link != slot)
		link = &all->slots[*link].next;
	*link = all->slots[slot].next;
	all->slots[slot].used = false;
	all->slots[slot].next = all->free;
	all->free = slot;
	engine->nappointments--;
}

/* Whoever made them has not come back. */
static void forget_expired(struct lvs_engine *engine)
{
	for (uint32_t slot = 1; slot <= engine->appointments->touched; slot++)
		if (engine->appointments->slots[slot].used && !stands(engine, slot))
			forget(engine, slot);
}

/* Return: slot, 0: all stand */
static uint32_t claim(struct lvs_engine *engine)
{
	struct lvs_appointments *all = engine->appointments;
	uint32_t slot;

	if (engine->nappointments == LVS_APPOINTMENTS_MAX)
		forget_expired(engine);
	slot = all->free;
	if (slot)
		all->free = all->slots[slot].next;
	else if (all->touched < LVS_APPOINTMENTS_MAX)
		slot = ++all->touched;
	return slot;
}

static struct lvs_server *server_of(const struct lvs_engine *engine, const struct lvs_packet *packet,
				    const struct lvs_addr *addr, lvs_be16 port)
{
	struct lvs_service *service = lvs_service_lookup(&engine->rules, packet);

	return service ? lvs_server_find(service, addr, port) : NULL;
}

static void end_conn(struct lvs_engine *engine, const struct lvs_tuple *tuple)
{
	enum lvs_dir dir;
	struct lvs_conn *conn = lvs_conn_find(&engine->conns, tuple, lvs_conn_hash(&engine->conns, tuple), &dir);

	if (conn && dir == LVS_DIR_REQUEST)
		lvs_engine_end(engine, conn, true);
}

int lvs_appoint(struct lvs_engine *engine, const struct lvs_tuple *tuple, const struct lvs_addr *server, lvs_be16 port,
		lvs_ns now, lvs_ns expires)
{
	/* As the first packet will be. */
	const struct lvs_packet packet = { .tuple = *tuple, .proto = tuple->proto, .kind = LVS_PACKET_FLOW,
					   .tcp_flags = tuple->proto == LVS_PROTO_TCP ? LVS_TCP_SYN : 0 };
	uint32_t slot, *head;

	engine->now = now;
	engine->tick = lvs_tick_from_ns(now);
	if (!server_of(engine, &packet, server, port))
		return -ENOENT;
	slot = find(engine, tuple);
	if (slot)
		forget(engine, slot);
	slot = claim(engine);
	if (!slot)
		return -ENOSPC;
	end_conn(engine, tuple);
	head = head_of(engine, tuple);
	engine->appointments->slots[slot] = (struct appointment){ .tuple = *tuple, .server = *server, .port = port,
								     .used = true, .next = *head, .expires = expires };
	*head = slot;
	engine->nappointments++;
	return 0;
}

void lvs_appoint_end(struct lvs_engine *engine, const struct lvs_tuple *tuple)
{
	uint32_t slot = find(engine, tuple);

	if (!slot)
		return;
	forget(engine, slot);
	if (tuple->proto != LVS_PROTO_TCP)
		end_conn(engine, tuple);
}

bool lvs_appointed(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_tuple tuple = { .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
					 .proto = conn->proto };

	return stands(engine, find(engine, &tuple));
}

bool lvs_appoint_begin(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(packet->proto);
	uint32_t slot = find(engine, &packet->tuple);
	const struct appointment *appointment = &engine->appointments->slots[slot];
	struct lvs_server *server;
	struct lvs_conn *conn;

	if (!stands(engine, slot) || !proto->starts(packet, false))
		return false;
	server = server_of(engine, packet, &appointment->server, appointment->port);
	if (!server) {
		*ret_drop = LVS_DROP_SERVER_GONE;
	} else if (server->service->spec.one_packet && packet->proto == LVS_PROTO_UDP) {
		*ret_drop = lvs_one_packet_relay(engine, server, &packet->tuple, packet, LVS_DIR_REQUEST);
	} else {
		*ret_drop = lvs_engine_connect(engine, server, &packet->tuple, true, &conn);
		if (!*ret_drop)
			*ret_drop = lvs_engine_track(engine, conn, proto, packet, LVS_DIR_REQUEST);
	}
	return true;
}
