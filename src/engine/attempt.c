// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client who is turned away has sent one packet, his SYN, and everything that was made of it is the director's alone:
 * so the connection ends here, and the SYN begins another one, at a server that has not been tried. It takes the way of
 * any SYN, through the service's scheduler and, where clients come back, through his template, which goes with him; only
 * the rates of new connections are not charged again, since to the client it is still the first.
 *
 * A reset or an ICMP error is answered at once, with the SYN that was kept. After silence the client's own repetition is
 * taken. What comes from the first server later belongs to no connection any more.
 */
#include "engine/attempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/persist.h"
#include "engine/sched.h"
#include "engine/wire.h"

/* Around the kept SYN: for a tunnel's headers and the driver's, and for the option that tells of the client. */
#define FRONT LVS_REPLY_HEADROOM
#define BACK 64

int lvs_attempts_init(struct lvs_attempts *attempts, uint32_t capacity)
{
	attempts->records = calloc((size_t)capacity + 1, sizeof(*attempts->records));
	attempts->capacity = capacity;
	return attempts->records ? 0 : -ENOMEM;
}

void lvs_attempts_fini(struct lvs_attempts *attempts)
{
	free(attempts->records);
}

bool lvs_attempt_matters(const struct lvs_service_spec *spec)
{
	return spec->retry.offers || spec->eject.failures || spec->sched->measures;
}

static struct lvs_attempt *record_of(struct lvs_engine *engine, const struct lvs_conn *conn)
{
	return &engine->attempts.records[conn->attempt];
}

static uint32_t claim(struct lvs_attempts *attempts)
{
	uint32_t id = attempts->free;

	if (id)
		attempts->free = attempts->records[id].next;
	else if (attempts->touched < attempts->capacity)
		id = ++attempts->touched;
	return id;
}

static void give_back(struct lvs_attempts *attempts, uint32_t id)
{
	attempts->records[id].next = attempts->free;
	attempts->free = id;
}

/* The record ends, its connection does not. */
static void settle(struct lvs_engine *engine, struct lvs_conn *conn)
{
	give_back(&engine->attempts, conn->attempt);
	conn->attempt = 0;
}

void lvs_attempt_begin(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	struct lvs_attempt *attempt;
	uint32_t id;

	if (conn->flags & LVS_CONN_ONE_WAY)
		return;
	id = claim(&engine->attempts);
	if (!id) {
		engine->attempts.unwatched++;
		return;
	}
	attempt = &engine->attempts.records[id];
	attempt->noffers = 0;
	attempt->failed = false;
	attempt->since = engine->now;
	attempt->len = 0;
	if (server->service->spec.retry.offers && packet->tcp_flags & LVS_TCP_SYN && !packet->fragment &&
	    packet->len <= sizeof(attempt->syn)) {
		const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));

		attempt->len = (uint16_t)packet->len;
		attempt->seq = lvs_host32(tcp->seq);
		attempt->vnet = packet->vnet;
		memcpy(attempt->syn, lvs_packet_at(packet, 0, packet->len), packet->len);
	}
	conn->attempt = id;
}

static void fail(struct lvs_engine *engine, const struct lvs_conn *conn, enum lvs_failure failure)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	struct lvs_attempt *attempt = record_of(engine, conn);

	if (attempt->failed || !server->service)
		return;
	attempt->failed = true;
	lvs_eject_failed(server, failure, engine->now);
}

/* While one is chosen, those that were tried, and @last, are passed over; or are no longer. */
static void pass_over(struct lvs_engine *engine, const struct lvs_attempt *attempt, struct lvs_server *last, bool over)
{
	for (uint32_t i = 0; i <= attempt->noffers; i++) {
		struct lvs_server *server = i == attempt->noffers ? last : lvs_server_at(&engine->rules, attempt->tried[i]);

		if (!server || server->passed_over == over)
			continue;
		server->passed_over = over;
		lvs_server_changed(server);
	}
}

/*
 * @syn goes to another server than @conn's, in a connection that takes the place of @conn. Return: is there one? Else all
 * is as it was.
 */
static bool offer(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *syn, enum lvs_drop *ret_drop)
{
	struct lvs_server *last = lvs_server_at(&engine->rules, conn->server), *server;
	struct lvs_attempt *attempt = record_of(engine, conn);
	struct lvs_service *service = last->service;
	struct lvs_conn *template = NULL;
	uint32_t id = conn->attempt;
	enum lvs_drop drop;

	if (!service || attempt->noffers >= service->spec.retry.offers || (service->spec.persist.timeout &&
									   service->spec.persist.keep))
		return false;
	pass_over(engine, attempt, last, true);
	drop = lvs_engine_choose(engine, service, syn, &server, &template);
	pass_over(engine, attempt, last, false);
	if (drop || !server)
		return false;
	attempt->tried[attempt->noffers++] = last->id;
	attempt->failed = false;
	attempt->since = engine->now;
	conn->attempt = 0;
	lvs_engine_end(engine, conn, true);
	last->seen.offered++;
	engine->stats.offered++;
	*ret_drop = lvs_engine_connect(engine, server, &syn->tuple, true, &conn);
	if (template)
		lvs_persist_bind(engine, service, template, *ret_drop ? NULL : conn);
	if (*ret_drop) {
		give_back(&engine->attempts, id);
		lvs_reply_refuse(engine, syn);
		return true;
	}
	if (conn->flags & LVS_CONN_ONE_WAY)
		give_back(&engine->attempts, id);
	else
		conn->attempt = id;
	*ret_drop = lvs_engine_track(engine, conn, lvs_proto_find(conn->proto), syn, LVS_DIR_REQUEST);
	return true;
}

/* The same with the SYN that was kept. */
static bool offer_kept(struct lvs_engine *engine, struct lvs_conn *conn, enum lvs_drop *ret_drop)
{
	const struct lvs_attempt *attempt = record_of(engine, conn);
	_Alignas(64) uint8_t room[FRONT + LVS_ATTEMPT_SYN_BYTES + BACK];
	struct lvs_packet syn = {
		.data = room + FRONT, .len = attempt->len, .headroom = FRONT - LVS_REPLY_FRONT,
		.tailroom = LVS_ATTEMPT_SYN_BYTES + BACK - attempt->len, .vnet = attempt->vnet,
	};

	if (!attempt->len)
		return false;
	memcpy(syn.data, attempt->syn, attempt->len);
	if (lvs_packet_parse(&syn))
		return false;
	syn.hash = lvs_conn_hash(&engine->conns, &syn.tuple);
	return offer(engine, conn, &syn, ret_drop);
}

/* Would the client believe this reset: does it acknowledge his SYN? */
static bool believed(const struct lvs_attempt *attempt, const struct lvs_packet *packet)
{
	const struct lvs_tcp *reset = lvs_packet_at(packet, packet->l4, sizeof(*reset));

	return !attempt->len || (reset->flags & LVS_TCP_ACK && lvs_host32(reset->ack) == attempt->seq + 1);
}

/*
 * Is it about a connection that the server remembers, of the same client and port? Nobody need listen there any more: in
 * TIME-WAIT its host answers so, and not with a reset. The client resets that one, and asks anew.
 */
static bool is_old(const struct lvs_packet *packet)
{
	return packet->proto == LVS_PROTO_TCP && !(packet->tcp_flags & LVS_TCP_SYN);
}

bool lvs_attempt_answered(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet,
			  enum lvs_drop *ret_drop)
{
	struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_attempt *attempt = record_of(engine, conn);

	if (packet->tcp_flags & LVS_TCP_RST) {
		if (!believed(attempt, packet))
			return false;
		fail(engine, conn, LVS_FAILURE_REFUSED);
		if (offer_kept(engine, conn, ret_drop))
			return true;
	} else if (server->service && !is_old(packet)) {
		lvs_eject_answered(server, packet->tcp_flags & LVS_TCP_SYN && !attempt->failed ? engine->now - attempt->since : 0);
	}
	settle(engine, conn);
	return false;
}

bool lvs_attempt_repeated(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
			  enum lvs_drop *ret_drop)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	const struct lvs_attempt *attempt = record_of(engine, conn);
	const lvs_ns silence = server->service ? server->service->spec.retry.silence : 0;

	if (!(packet->tcp_flags & LVS_TCP_SYN) || packet->tcp_flags & (LVS_TCP_ACK | LVS_TCP_RST) || packet->fragment ||
	    engine->now - attempt->since < silence)
		return false;
	fail(engine, conn, LVS_FAILURE_SILENT);
	return offer(engine, conn, packet, ret_drop);
}

bool lvs_attempt_unreachable(struct lvs_engine *engine, struct lvs_conn *conn, enum lvs_drop *ret_drop)
{
	fail(engine, conn, LVS_FAILURE_UNREACHABLE);
	return offer_kept(engine, conn, ret_drop);
}

void lvs_attempt_end(struct lvs_engine *engine, struct lvs_conn *conn, bool early)
{
	if (!early && conn->proto == LVS_PROTO_TCP)
		fail(engine, conn, LVS_FAILURE_SILENT);
	settle(engine, conn);
}
