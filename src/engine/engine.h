/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The façade: packets and time in, packets out. No system call, no clock, no log behind it; two engines in one process do
 * not know of each other. One thread at a time.
 */
#ifndef LVS_ENGINE_ENGINE_H
#define LVS_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/time.h"
#include "engine/defence.h"
#include "engine/fragment.h"
#include "engine/packet.h"
#include "engine/proto.h"
#include "engine/rates.h"
#include "engine/service.h"

struct lvs_clients;
struct lvs_engine;

enum lvs_ping {
	LVS_PING_WHEN_LIVE,	/* answered while a server behind the address may be chosen */
	LVS_PING_ALWAYS,
	LVS_PING_NEVER,
};

/**
 * struct lvs_engine_settings - what may change while packets flow
 * @ping:	who answers a ping to a virtual address
 * @reply_rate:	packets per second and kind that the director makes itself; 0 for none
 * @decrement_ttl: count this hop (a TAP has no host that does); else the host has done so
 * @decrement_ttl_apart: for the sake of loops, count one hop more of requests that leave into a tunnel (the host counts that of
 *		the outer header), for a neighbour (no host routes them), or by full NAT (errors about them go all the way back)
 * @link_mtu:	longest packet that leaves, bytes: longer ones are fragmented, or their sender is told. 0: the host sees to that
 * @direct_offload: packets for a neighbour (see lvs_packet.via) may be super-packets or have partial checksums
 * @dip4, @dip6: the director's own addresses, which tunnel packets come from; all zeros: none
 * @own:	more of its own addresses, @nown of them
 * @pmtu_disc:	tunnel packets must not be fragmented if the packet inside must not (IPVS: pmtu_disc)
 * @schedule_icmp: an ICMP error about a packet of a service that no connection has begins one
 * @nat_icmp_send: a server that sends a packet of no known connection is told so; else the packet passes
 * @sloppy:	per protocol: connections may begin in their midst (another director may have seen their beginning)
 * @defence:	against overload
 * @syn_backlog: half-open connections from which on services with LVS_SYN_PROXY_AUTO use cookies; 0: when under attack only
 * @mtu:	of the device, bytes; 0: 1500
 * @timeouts:	seconds, per protocol and state; 0 takes the protocol's default
 * @expire_quiescent_template, @expire_nodest_conn, @conn_reuse, @cache_bypass: as in lvs_service_spec, of services that do
 *		not choose
 */
struct lvs_engine_settings {
	enum lvs_ping ping;
	uint32_t reply_rate;
	bool decrement_ttl;
	bool decrement_ttl_apart;
	uint32_t link_mtu;
	bool direct_offload;
	struct lvs_addr dip4, dip6;
	struct lvs_addr own[LVS_OWN_MAX - 2];
	uint32_t nown;
	bool pmtu_disc;
	struct lvs_defence_settings defence;
	uint32_t syn_backlog;
	uint32_t mtu;
	bool schedule_icmp;
	bool nat_icmp_send;
	bool sloppy[LVS_PROTO_INDEX_COUNT];
	uint32_t timeouts[LVS_PROTO_INDEX_COUNT][LVS_STATES_MAX];
	bool expire_quiescent_template;
	bool expire_nodest_conn;
	enum lvs_reuse conn_reuse;
	bool cache_bypass;
};

/**
 * struct lvs_engine_options - what is fixed at birth
 * @max_connections: records in the pool, at most LVS_CONN_MAX
 * @memory:	lvs_conn_table_bytes(@max_connections) zeroed bytes, aligned to 64, borrowed
 * @max_clients: of whom services that limit their clients keep count, at most LVS_CLIENTS_MAX; 0: none is limited
 * @key:	random and secret
 */
struct lvs_engine_options {
	uint32_t max_connections;
	void *memory;
	uint32_t max_clients;
	struct lvs_hash_key key;
	struct lvs_fragment_limits fragments;
	struct lvs_engine_settings settings;
};

/* Return: 0, -ENOMEM or -EINVAL */
int lvs_engine_new(const struct lvs_engine_options *options, lvs_ns now, struct lvs_engine **ret_engine);
void lvs_engine_free(struct lvs_engine *engine);

/* New settings apply to the next packet; a new timeout to a connection's next change of state. */
void lvs_engine_configure(struct lvs_engine *engine, const struct lvs_engine_settings *settings, lvs_ns now);

/**
 * lvs_engine_handle() - take a burst through the walk
 * @packets:	@data, @len, @headroom, @tailroom and @vnet set; changed in place, all done with on return
 * @now:	not before any earlier one
 * @sink:	gets each packet that leaves, as soon as it is ready; and later, until another one comes, what
 *		lvs_engine_expire() has to say
 */
void lvs_engine_handle(struct lvs_engine *engine, struct lvs_packet *packets, size_t n, lvs_ns now,
		       struct lvs_sink *sink);

/**
 * lvs_engine_expire() - end what has outlived its time; a bounded amount of work
 *
 * Return: when to call again: at most @now if work is left, LVS_NS_NEVER if nothing is tracked
 */
lvs_ns lvs_engine_expire(struct lvs_engine *engine, lvs_ns now);

/**
 * lvs_engine_dismiss() - reset what is left of servers whose time to drain is over; a bounded amount of work
 * @sink:	gets packets, as in lvs_engine_handle()
 *
 * To be called after lvs_engine_expire(), which tells when that time is.
 *
 * Return: when to call again: at most @now if work is left, LVS_NS_NEVER if there is nobody to dismiss
 */
lvs_ns lvs_engine_dismiss(struct lvs_engine *engine, lvs_ns now, struct lvs_sink *sink);

/**
 * lvs_engine_disconnect() - end a connection or a template that is there
 * @conn:	borrowed from lvs_engine_conns(); may be gone afterwards
 * @reset:	its ends are told, as far as they can be: by what they say next, which the server is asked for at once. Who
 *		says nothing for ten seconds (SCTP: a minute) is not told
 * @sink:	gets packets, as in lvs_engine_handle()
 *
 * Return: is it gone already?
 */
bool lvs_engine_disconnect(struct lvs_engine *engine, struct lvs_conn *conn, bool reset, lvs_ns now,
			   struct lvs_sink *sink);

/* The rules, to be changed between bursts. Borrowed. */
struct lvs_rules *lvs_engine_rules(struct lvs_engine *engine);

/* Borrowed, live. */
const struct lvs_stats *lvs_engine_stats(const struct lvs_engine *engine);
const struct lvs_conn_table *lvs_engine_conns(const struct lvs_engine *engine);
const struct lvs_defence *lvs_engine_defence(const struct lvs_engine *engine);
const struct lvs_clients *lvs_engine_clients(const struct lvs_engine *engine);

#endif
