/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's inside, for engine/ sources only; everyone else takes engine.h. */
#ifndef LVS_ENGINE_CORE_H
#define LVS_ENGINE_CORE_H

#include "engine/client.h"
#include "engine/engine.h"
#include "engine/expect.h"
#include "engine/forward.h"
#include "engine/helper.h"
#include "engine/masquerade.h"
#include "engine/reply.h"
#include "engine/retire.h"

struct lvs_appointments;
struct lvs_traces;

/**
 * struct lvs_engine - everything one director knows
 * @timeouts:	of each state, resolved from the settings
 * @cookie_key:	of SYN cookies
 * @rules_due:	when lvs_rules_expire() wants to be called again
 * @secure:	protocols apply their stricter rules
 * @link_mtu:	of the settings, UINT32_MAX instead of 0
 * @plain_ways:	by which packets leave as they are on the wire, see enum lvs_way
 * @serial:	of the latest connection or template that controls others
 * @now, @tick, @sink: of the burst being handled
 * @watched:	there are @traces: those who watch packets; else it is NULL
 * @helper_keys: secret, of the hashes that templates have in the place of what helpers read
 * @nappointments: of @appointments, those that stand
 * @meter:	how fast counters grow
 * @one_packet:	the record that the last one-packet datagram left, NULL if there was none since it was last reset
 */
struct lvs_engine {
	struct lvs_engine_settings settings;
	lvs_tick timeouts[LVS_PROTO_INDEX_COUNT][LVS_STATES_MAX];
	struct lvs_rules rules;
	struct lvs_stats stats;
	struct lvs_replies replies;
	struct lvs_fragments *fragments;
	struct lvs_defence defence;
	struct lvs_retire_work retiring;
	struct lvs_clients clients;
	struct lvs_hash_key cookie_key;
	lvs_ns rules_due;
	bool secure;
	bool watched;
	uint8_t plain_ways;
	uint32_t link_mtu;
	lvs_ns now;
	lvs_tick tick;
	struct lvs_sink *sink;
	struct lvs_conn *one_packet;
	uint32_t serial;
	struct lvs_streams streams;
	struct lvs_hash_key helper_keys[2];
	struct lvs_expectations expectations;
	struct lvs_appointments *appointments;
	uint32_t nappointments;
	struct lvs_sources sources;
	struct lvs_masquerade masquerade;
	struct lvs_meter meter;
	struct lvs_attempts attempts;
	struct lvs_conn_table conns;
	struct lvs_traces *traces;
};

/* Return: a number for who controls connections; never 0 */
static inline uint32_t lvs_engine_serial(struct lvs_engine *engine)
{
	return ++engine->serial ? engine->serial : ++engine->serial;
}

/* While there is a tracer (engine/trace.h): what stands before the driver's sink, and around the walk of a packet. */
struct lvs_sink *lvs_trace_sink(struct lvs_engine *engine, struct lvs_sink *sink);
void lvs_trace_enter(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_drop drop);
void lvs_trace_leave(struct lvs_engine *engine, enum lvs_drop drop);

static inline void lvs_engine_set_sink(struct lvs_engine *engine, struct lvs_sink *sink)
{
	engine->sink = lvs_unlikely(engine->watched) ? lvs_trace_sink(engine, sink) : sink;
}

/* The three ways a packet leaves; each emits and counts. */
void lvs_engine_pass(struct lvs_engine *engine, struct lvs_packet *packet);
void lvs_engine_answer(struct lvs_engine *engine, struct lvs_packet *packet);
void lvs_engine_forward(struct lvs_engine *engine, struct lvs_packet *packet);

/* A packet that the director made; emitted and counted under @kind. */
void lvs_engine_say(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_reply_kind kind);

/* Count a packet of @conn, about to leave, for its server, its service and in total. */
void lvs_engine_count(struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_packet *packet,
		      enum lvs_dir dir);

/* Count a packet that ends here. */
void lvs_engine_drop(struct lvs_engine *engine, enum lvs_drop drop);

/**
 * lvs_engine_take_hop() - count one hop, where no host does it for us (RFC 1812 section 5.3.1)
 *
 * Return: LVS_DROP_NONE, or LVS_DROP_TTL after telling the sender
 */
enum lvs_drop lvs_engine_take_hop(struct lvs_engine *engine, struct lvs_packet *packet);

/**
 * lvs_engine_take_hop_apart() - count one hop more, of what is to cost it (see struct lvs_engine_settings)
 *
 * Return: as above
 */
enum lvs_drop lvs_engine_take_hop_apart(struct lvs_engine *engine, struct lvs_packet *packet);

/**
 * lvs_engine_relay() - a packet of a known connection leaves: rewrite, count for server and service, emit
 *
 * Knows nothing of state: for whole packets after tracking, and for later fragments.
 */
enum lvs_drop lvs_engine_relay(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
			       enum lvs_dir dir);

/**
 * lvs_engine_track() - a packet of a known connection: its protocol's state moves on, then lvs_engine_relay()
 *
 * The first packet of a connection comes this way too.
 */
enum lvs_drop lvs_engine_track(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_ops *proto,
			       struct lvs_packet *packet, enum lvs_dir dir);

/* Sources that no client has, and what no router forwards (RFC 1812 sections 5.3.7 and 4.2.2.11, RFC 4291 section 2.5),
 * and tunnel packets of our own that came back. @packet: whole, or a first fragment */
enum lvs_drop lvs_engine_check_ends(const struct lvs_engine *engine, const struct lvs_packet *packet);

/* No service on that port, or none of that protocol: the host answers for its own addresses, we for the others. */
enum lvs_drop lvs_engine_refuse_or_pass(struct lvs_engine *engine, struct lvs_packet *packet);

/* No connection has this packet's tuple: begin one if a service wants it, else refuse or pass it. */
enum lvs_drop lvs_engine_begin(struct lvs_engine *engine, struct lvs_packet *packet);

/* The last steps of lvs_engine_relay() for connections with a stream record, those whose replies pass by, and
 * those whose ends are of two address families. */
enum lvs_drop lvs_engine_relay_rare(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
				    enum lvs_dir dir);

/**
 * lvs_engine_relay_long() - the last step of lvs_engine_relay() for a packet that may be too long for the link
 * @packet:	rewritten
 *
 * It was seen to that one which must not be fragmented fits, as far as the sender can be told: in the case of what has
 * grown on its way here it is dropped.
 */
enum lvs_drop lvs_engine_relay_long(struct lvs_engine *engine, struct lvs_packet *packet);

/**
 * lvs_engine_connect() - a new connection, of no state yet and not filed
 * @tuple:	as the client's packets have it
 * @midst:	it began before, or not with the client, and is not held against the rates of its client and server
 *
 * Return: LVS_DROP_NONE, LVS_DROP_TABLE_FULL, LVS_DROP_CONN_CLASH or the forwarding method's reason
 */
enum lvs_drop lvs_engine_connect(struct lvs_engine *engine, struct lvs_server *server, const struct lvs_tuple *tuple,
				 bool midst, struct lvs_conn **ret_conn);

/**
 * lvs_engine_choose() - a server for a new connection: that of the client's template, or else the scheduler's choice
 * @ret_server:	NULL if nobody is there
 * @ret_template: NULL if the service has none; else taken off the wheel, for lvs_persist_bind()
 *
 * Return: LVS_DROP_NONE, or why the packet may not begin one
 */
enum lvs_drop lvs_engine_choose(struct lvs_engine *engine, struct lvs_service *service, const struct lvs_packet *packet,
				struct lvs_server **ret_server, struct lvs_conn **ret_template);

/**
 * lvs_bypass_spares() - is a packet none of its service's, though it has the mark?
 *
 * What a cache asks of the sites themselves would come back to it, or to the next cache, without end.
 */
bool lvs_bypass_spares(const struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet);

/* Does a packet that no server of @service can take go on to its own destination? */
bool lvs_bypass_wants(const struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet);

/**
 * lvs_bypass_begin() - a packet that begins a connection which no server of @service can take
 * @midst:	it began before
 *
 * The connection is none of the service's: its timeouts, limits and counters have nothing to do with it.
 *
 * Return: whether it is one that goes on to its own destination; then @ret_drop is how it went
 */
bool lvs_bypass_begin(struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_proto_ops *proto,
		      struct lvs_packet *packet, bool midst, enum lvs_drop *ret_drop);

/* A record, if need be that of somebody who lives less. Return: NULL if all are alive */
struct lvs_conn *lvs_engine_claim(struct lvs_engine *engine);

/* A connection or template is over, whatever ended it; @early: before its time was */
void lvs_engine_end(struct lvs_engine *engine, struct lvs_conn *conn, bool early);

/**
 * lvs_engine_schedule_quoted() - begin a connection of which only an ICMP error tells (schedule_icmp)
 * @tuple:	as the client's packets have it; no connection has it
 *
 * Return: a connection in the state of one that has seen no packet; NULL if there is no service, no server or no room
 */
struct lvs_conn *lvs_engine_schedule_quoted(struct lvs_engine *engine, const struct lvs_tuple *tuple);

/* How long a connection of @server is kept in @state: its service says, or else the settings. */
lvs_tick lvs_engine_timeout(const struct lvs_engine *engine, const struct lvs_server *server,
			    const struct lvs_proto_ops *proto, uint8_t state);

/* The state machine's verdict takes effect: state, timer, class, and the server's active and inactive counts. */
void lvs_engine_set_state(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_proto_ops *proto,
			  uint8_t state);

#endif
