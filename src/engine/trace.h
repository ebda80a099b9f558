/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching packets: who asks is told of each one that a filter lets through, as it came, what became of it, what that did
 * to its connection, and as it left. A tracer has a ring of its own, of a fixed size, that somebody empties between bursts;
 * a packet that finds no room there is counted and goes its way. While nobody watches, nothing of this is done.
 */
#ifndef LVS_ENGINE_TRACE_H
#define LVS_ENGINE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/time.h"
#include "engine/conn.h"
#include "engine/packet.h"

#define LVS_TRACERS_MAX 8
#define LVS_TRACE_SNAPLEN_MAX 65535

struct lvs_engine;
struct lvs_tracer;

enum lvs_trace_family { LVS_TRACE_ANY_FAMILY, LVS_TRACE_IP4, LVS_TRACE_IP6 };

enum lvs_trace_verdict {
	LVS_TRACE_FORWARDED,
	LVS_TRACE_PASSED,	/* for no virtual service: goes on unchanged */
	LVS_TRACE_ANSWERED,	/* consumed by what the director said */
	LVS_TRACE_HELD,		/* a fragment that waits for its first one */
	LVS_TRACE_DROPPED,
	LVS_TRACE_SAID,		/* of what leaves only: the director itself made it */
	LVS_TRACE_VERDICT_COUNT
};

/* "forwarded" and so on. */
extern const char *const lvs_trace_verdicts[LVS_TRACE_VERDICT_COUNT];

/* One end of a connection; @port 0: any, @prefix of 0 bits: any */
struct lvs_trace_end {
	struct lvs_prefix prefix;
	lvs_be16 port;
};

/**
 * struct lvs_trace_filter - which packets; zeros let all through
 * @proto:	of the connection, IANA's number; 0: any
 * @family:	of its client
 * @client, @vip, @server: of the connection, whichever of them the packet comes from
 * @verdicts:	bits 1 << LVS_TRACE_*; 0: any
 * @drop:	with LVS_TRACE_DROPPED: for this reason only; LVS_DROP_NONE: for any
 *
 * An ICMP error is of the connection that it is about, a later fragment of that of its first one. A packet that has no
 * connection, when its walk is over, has two ends, each of which may be any of those that are asked for, but only one. A
 * fragment whose ports are not known has those that are asked for.
 */
struct lvs_trace_filter {
	uint8_t proto;
	enum lvs_trace_family family;
	struct lvs_trace_end client, vip, server;
	uint32_t verdicts;
	enum lvs_drop drop;
};

/**
 * struct lvs_trace_record - a packet as it came in, or as one left
 * @bytes:	of the record, @data with it
 * @captured:	bytes of the packet in @data
 * @len:	of the packet
 * @number:	counts what is handled, be it traced or not: what left has the number of what came. Packets that the
 *		director says by itself, when a time is over, have numbers of their own
 * @time:	on the engine's clock
 * @out:	it left; else it came in
 * @verdict:	what became of it; of one that leaves: forwarded, passed or said
 * @drop:	why it was dropped; of one that leaves it is of the one that came
 * @known:	a connection is known, by its first packet at the latest: @conn and what follows it are set
 * @begun, @ended: that connection was not there before, or is not any more
 * @dir:	of the packet that came; of one that was said when a time is over, of that
 * @before, @after: the connection's state, see struct lvs_proto_ops; only where it was there
 * @id, @server: the numbers of connection and server
 * @forward:	index in lvs_forwards[]
 * @tuple, @tcp_flags: of the packet itself; of one that its parser refused, addresses alone or zeros
 * @via:	the neighbour that takes it; all zeros: as the route to its destination has it
 */
struct lvs_trace_record {
	uint32_t bytes;
	uint32_t captured;
	uint32_t len;
	uint32_t id, server;
	uint16_t drop;
	uint8_t tcp_flags;
	uint8_t verdict;
	uint64_t number;
	lvs_ns time;
	bool out, known, begun, ended;
	uint8_t dir, before, after, forward;
	uint8_t proto;
	lvs_be16 cport, vport, dport;
	struct lvs_addr caddr, vaddr, daddr;
	struct lvs_tuple tuple;
	struct lvs_addr via;
	uint8_t data[];
};

/**
 * lvs_trace_start() - watch from the next burst on
 * @snaplen:	bytes of each packet that are wanted, at most LVS_TRACE_SNAPLEN_MAX
 * @ring_bytes:	of memory for what nobody has taken yet; at least room for two packets of @snaplen bytes
 *
 * Between bursts only; costs the packet path while there is a tracer.
 *
 * Return: 0, -EBUSY with LVS_TRACERS_MAX others, -EINVAL, or -ENOMEM
 */
int lvs_trace_start(struct lvs_engine *engine, const struct lvs_trace_filter *filter, uint32_t snaplen, size_t ring_bytes,
		    struct lvs_tracer **ret_tracer);

/* Watch no more, before the engine is freed. @tracer: may be NULL */
void lvs_trace_stop(struct lvs_tracer *tracer);

/*
 * Return: the oldest record, borrowed until lvs_trace_pop() or the next burst; NULL if there is none. What came is followed by
 * all that left for it.
 */
const struct lvs_trace_record *lvs_trace_peek(const struct lvs_tracer *tracer);

/* Done with the oldest record, which there is. */
void lvs_trace_pop(struct lvs_tracer *tracer);

/* Packets, with all that left for them, that found no room since the start. */
uint64_t lvs_trace_lost(const struct lvs_tracer *tracer);

#endif
