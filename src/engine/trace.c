// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the engine and its sink, and around the walk of each packet, stand these functions while there is a tracer. Before
 * the walk the connection is looked up, as the walk will do again, and those who may want the packet get a copy of it as it
 * came; as its connection may be one that is only about to begin, some of them cannot know yet. What leaves during the walk
 * is noted behind it. After the walk everything is known: the records are completed, or taken back.
 *
 * What leaves at another time, when something has outlived its time, is a matter of its own.
 */
#include "engine/trace.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/core.h"
#include "engine/icmp.h"
#include "engine/trace_ring.h"
#include "engine/wire.h"

enum match { NO, PERHAPS, YES };

/* An end as it is compared. */
struct end {
	bool given;
	struct lvs_addr addr, mask;
	lvs_be16 port;
};

/**
 * struct lvs_tracer - one who watches
 * @match:	does he want the packet that is walking?
 * @mark:	where his records of it begin
 * @full:	one of them found no room
 */
struct lvs_tracer {
	struct lvs_engine *engine;
	struct lvs_trace_filter filter;
	struct end client, vip, server;
	uint32_t snaplen;
	struct lvs_trace_ring ring;
	uint64_t lost;
	enum match match;
	struct lvs_trace_mark mark;
	bool full;
};

/* What tells the verdict: which of them has grown? @conns: a connection has begun */
struct counts {
	uint64_t passed, answered, held, conns, said;
};

/**
 * struct lvs_traces - all who watch, and the packet that is walking
 * @sink:	the engine's while they watch; @real: where packets go
 * @walking:	a packet is; else what leaves was not asked for
 * @tuple:	finds its connection, if @findable
 * @ends:	are known; @ports: so are their ports
 * @before:	when the walk began; @now: when the last packet left
 * @about:	what all records of the packet have in common
 */
struct lvs_traces {
	struct lvs_sink sink, *real;
	struct lvs_engine *engine;
	struct lvs_tracer *tracers[LVS_TRACERS_MAX];
	uint32_t n;
	uint64_t number;
	bool walking, findable, ends, ports;
	struct lvs_tuple tuple;
	uint8_t proto;
	struct counts before, now;
	struct lvs_trace_record about;
};

const char *const lvs_trace_verdicts[LVS_TRACE_VERDICT_COUNT] = {
	[LVS_TRACE_FORWARDED] = "forwarded", [LVS_TRACE_PASSED] = "passed",   [LVS_TRACE_ANSWERED] = "answered",
	[LVS_TRACE_HELD] = "held",	     [LVS_TRACE_DROPPED] = "dropped", [LVS_TRACE_SAID] = "said",
};

static struct counts count(const struct lvs_engine *engine)
{
	const struct lvs_stats *stats = &engine->stats;
	struct counts counts = { stats->passed, stats->answered, stats->held, stats->total.conns, 0 };

	for (size_t i = 0; i < LVS_REPLY_COUNT; i++)
		counts.said += stats->replied[i];
	return counts;
}

static bool is_end(const struct end *end, const struct lvs_addr *addr, lvs_be16 port, bool ports)
{
	struct lvs_addr masked = lvs_addr_masked(addr, &end->mask);

	return !end->given || (lvs_addr_equal(&masked, &end->addr) && (!end->port || !ports || end->port == port));
}

static bool of_family(const struct lvs_trace_filter *filter, const struct lvs_addr *addr)
{
	return filter->family == LVS_TRACE_ANY_FAMILY || (filter->family == LVS_TRACE_IP4) == lvs_addr_is4(addr);
}

static bool match_conn(const struct lvs_tracer *tracer, const struct lvs_trace_record *about)
{
	const struct lvs_trace_filter *filter = &tracer->filter;

	return (!filter->proto || filter->proto == about->proto) && of_family(filter, &about->caddr) &&
	       is_end(&tracer->client, &about->caddr, about->cport, true) &&
	       is_end(&tracer->vip, &about->vaddr, about->vport, true) &&
	       is_end(&tracer->server, &about->daddr, about->dport, true);
}

/* Can the ends that are asked for be those of the packet, each another one? */
static bool match_ends(const struct lvs_traces *traces, const struct end *const asked[], size_t n)
{
	const struct lvs_tuple *tuple = &traces->tuple;
	bool src[2], dst[2];

	if (n > 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		src[i] = is_end(asked[i], &tuple->src, tuple->sport, traces->ports);
		dst[i] = is_end(asked[i], &tuple->dst, tuple->dport, traces->ports);
	}
	if (n < 2)
		return !n || src[0] || dst[0];
	return (src[0] && dst[1]) || (src[1] && dst[0]);
}

/* Of a packet without a connection. @with_server: it will not get one */
static bool match_packet(const struct lvs_traces *traces, const struct lvs_tracer *tracer, bool with_server)
{
	const struct lvs_trace_filter *filter = &tracer->filter;
	const struct end *const all[] = { &tracer->client, &tracer->vip, &tracer->server };
	const struct end *asked[ARRAY_LEN(all)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(all) - !with_server; i++)
		if (all[i]->given)
			asked[n++] = all[i];
	if (!traces->ends)
		return !n && !filter->proto && filter->family == LVS_TRACE_ANY_FAMILY;
	return (!filter->proto || filter->proto == traces->proto) && of_family(filter, &traces->tuple.src) &&
	       match_ends(traces, asked, n);
}

static enum match match(const struct lvs_traces *traces, const struct lvs_tracer *tracer, bool walked)
{
	if (traces->about.known)
		return match_conn(tracer, &traces->about) ? YES : NO;
	if (!match_packet(traces, tracer, walked))
		return NO;
	return walked ? YES : PERHAPS;
}

/* Of a packet that was refused by its parser. */
static void look_at_header(struct lvs_traces *traces, const struct lvs_packet *packet)
{
	const struct lvs_ip4 *ip4 = lvs_packet_at(packet, 0, sizeof(*ip4));
	const struct lvs_ip6 *ip6 = lvs_packet_at(packet, 0, sizeof(*ip6));

	if (ip4 && ip4->ver_ihl >> 4 == 4) {
		traces->tuple.src = lvs_addr_from4(ip4->src);
		traces->tuple.dst = lvs_addr_from4(ip4->dst);
		traces->proto = traces->tuple.proto = ip4->proto;
		traces->ends = true;
	} else if (ip6 && ip4->ver_ihl >> 4 == 6) {
		traces->tuple.src = lvs_addr_from6(ip6->src);
		traces->tuple.dst = lvs_addr_from6(ip6->dst);
		traces->proto = traces->tuple.proto = ip6->next;
		traces->ends = true;
	}
}

/* Return: is it an error about a packet of a flow? Then the flow is what it is about. */
static bool look_at_quote(struct lvs_traces *traces, const struct lvs_packet *packet)
{
	const struct lvs_icmp *icmp = lvs_packet_at(packet, packet->l4, sizeof(*icmp));
	struct lvs_packet quoted;

	if (packet->kind != LVS_PACKET_ICMP || !icmp || !lvs_icmp_is_error(icmp->type, packet->ip6) ||
	    lvs_packet_parse_quoted(packet, packet->l4 + sizeof(*icmp), &quoted))
		return false;
	traces->tuple = lvs_tuple_reverse(&quoted.tuple);
	traces->proto = quoted.proto;
	traces->findable = quoted.kind == LVS_PACKET_FLOW;
	traces->ports = quoted.kind != LVS_PACKET_FRAGMENT;
	return true;
}

/* Which connection is to be looked for, and which ends there are without one? */
static void look(struct lvs_traces *traces, const struct lvs_packet *packet, enum lvs_drop drop)
{
	const struct lvs_tuple *first;

	traces->findable = traces->ports = traces->ends = false;
	traces->tuple = (struct lvs_tuple){ .proto = 0 };
	if (drop) {
		look_at_header(traces, packet);
		return;
	}
	traces->ends = true;
	if (look_at_quote(traces, packet))
		return;
	traces->tuple = packet->tuple;
	traces->proto = packet->proto;
	traces->findable = packet->kind == LVS_PACKET_FLOW;
	traces->ports = packet->kind != LVS_PACKET_FRAGMENT;
	first = packet->kind == LVS_PACKET_FRAGMENT ? lvs_fragment_first_tuple(traces->engine, packet) : NULL;
	if (!first)
		return;
	traces->tuple = *first;
	traces->findable = traces->ports = true;
}

static void note_conn(struct lvs_traces *traces, const struct lvs_conn *conn, enum lvs_dir dir)
{
	struct lvs_trace_record *about = &traces->about;

	about->known = true;
	about->id = lvs_conn_id(&traces->engine->conns, conn);
	about->server = conn->server;
	about->forward = conn->forward;
	about->dir = (uint8_t)dir;
	about->proto = conn->proto;
	about->caddr = conn->caddr;
	about->cport = conn->cport;
	about->vaddr = conn->vaddr;
	about->vport = conn->vport;
	about->daddr = conn->daddr;
	about->dport = conn->dport;
}

/* Return: the connection of the packet that is walking, as it is now, or NULL */
static const struct lvs_conn *find_conn(const struct lvs_traces *traces, enum lvs_dir *ret_dir)
{
	struct lvs_conn_table *conns = &traces->engine->conns;
	const struct lvs_conn *conn = NULL;

	if (traces->findable)
		conn = lvs_conn_find(conns, &traces->tuple, lvs_conn_hash(conns, &traces->tuple), ret_dir);
	if (conn || !traces->engine->one_packet)
		return conn;
	*ret_dir = LVS_DIR_REQUEST;
	return traces->engine->one_packet;
}

static void push(const struct lvs_traces *traces, struct lvs_tracer *tracer, const struct lvs_packet *packet,
		 const struct lvs_trace_record *what)
{
	uint32_t captured = LVS_MIN(packet->len, tracer->snaplen), bytes;
	struct lvs_trace_record *record = tracer->full ? NULL : lvs_trace_ring_push(&tracer->ring, captured);

	tracer->full = !record;
	if (!record)
		return;
	bytes = record->bytes;
	*record = *what;
	record->bytes = bytes;
	record->captured = captured;
	record->len = packet->len;
	record->number = traces->number;
	record->time = traces->engine->now;
	memcpy(record->data, packet->data, captured);
}

static void complete(struct lvs_trace_record *record, const struct lvs_trace_record *about)
{
	record->drop = about->drop;
	if (!record->out)
		record->verdict = about->verdict;
	record->known = about->known;
	record->begun = about->begun;
	record->ended = about->ended;
	record->dir = about->dir;
	record->before = about->before;
	record->after = about->after;
	record->id = about->id;
	record->server = about->server;
	record->forward = about->forward;
	record->proto = about->proto;
	record->caddr = about->caddr;
	record->cport = about->cport;
	record->vaddr = about->vaddr;
	record->vport = about->vport;
	record->daddr = about->daddr;
	record->dport = about->dport;
}

static bool wants_verdict(const struct lvs_trace_filter *filter, const struct lvs_trace_record *about)
{
	if (filter->verdicts && !(filter->verdicts & 1u << about->verdict))
		return false;
	return !filter->drop || filter->drop == about->drop;
}

/* All is known of the packet; keep what was noted of it, or do not. */
static void settle(const struct lvs_traces *traces, struct lvs_tracer *tracer)
{
	struct lvs_trace_record *record = NULL;

	if (tracer->match == PERHAPS)
		tracer->match = match(traces, tracer, true);
	if (tracer->match == NO || !wants_verdict(&tracer->filter, &traces->about)) {
		lvs_trace_ring_restore(&tracer->ring, &tracer->mark);
	} else if (tracer->full) {
		lvs_trace_ring_restore(&tracer->ring, &tracer->mark);
		tracer->lost++;
	} else {
		while ((record = lvs_trace_ring_next(&tracer->ring, &tracer->mark, record)))
			complete(record, &traces->about);
	}
	tracer->match = NO;
}

static void begin(struct lvs_traces *traces, const struct lvs_conn *conn, enum lvs_dir dir)
{
	traces->number++;
	traces->about = (struct lvs_trace_record){ .known = false };
	if (conn) {
		note_conn(traces, conn, dir);
		traces->about.before = traces->about.after = conn->state;
	}
	for (uint32_t i = 0; i < traces->n; i++) {
		struct lvs_tracer *tracer = traces->tracers[i];

		tracer->match = match(traces, tracer, false);
		tracer->mark = lvs_trace_ring_mark(&tracer->ring);
		tracer->full = false;
	}
}

void lvs_trace_enter(struct lvs_engine *engine, const struct lvs_packet *packet, enum lvs_drop drop)
{
	struct lvs_traces *traces = engine->traces;
	struct lvs_trace_record in = { .out = false };
	const struct lvs_conn *conn;
	enum lvs_dir dir;

	engine->one_packet = NULL;
	look(traces, packet, drop);
	conn = find_conn(traces, &dir);
	/* The record that a one-packet datagram leaves is found by its reply alone. */
	if (conn && packet->kind == LVS_PACKET_FRAGMENT)
		dir = lvs_addr_equal(&packet->tuple.src, &conn->daddr) ? LVS_DIR_REPLY : LVS_DIR_REQUEST;
	begin(traces, conn, dir);
	in.tuple = drop ? traces->tuple : packet->tuple;
	in.tcp_flags = drop ? 0 : packet->tcp_flags;
	for (uint32_t i = 0; i < traces->n; i++)
		if (traces->tracers[i]->match != NO)
			push(traces, traces->tracers[i], packet, &in);
	traces->before = traces->now = count(engine);
	traces->walking = true;
}

static enum lvs_trace_verdict judge(const struct counts *before, const struct counts *after, enum lvs_drop drop)
{
	if (drop)
		return LVS_TRACE_DROPPED;
	if (after->answered != before->answered)
		return LVS_TRACE_ANSWERED;
	if (after->passed != before->passed)
		return LVS_TRACE_PASSED;
	return after->held > before->held ? LVS_TRACE_HELD : LVS_TRACE_FORWARDED;
}

void lvs_trace_leave(struct lvs_engine *engine, enum lvs_drop drop)
{
	struct lvs_traces *traces = engine->traces;
	struct lvs_trace_record *about = &traces->about;
	struct counts after = count(engine);
	enum lvs_dir dir = LVS_DIR_REQUEST;
	const struct lvs_conn *conn = find_conn(traces, &dir);

	/* It may have taken the place of one that was over. */
	about->begun = conn && (!about->known || after.conns != traces->before.conns);
	about->ended = !conn && about->known;
	if (about->begun)
		note_conn(traces, conn, dir);
	if (conn)
		about->after = conn->state;
	about->verdict = (uint8_t)judge(&traces->before, &after, drop);
	about->drop = (uint16_t)drop;
	traces->walking = false;
	for (uint32_t i = 0; i < traces->n; i++)
		if (traces->tracers[i]->match != NO)
			settle(traces, traces->tracers[i]);
}

/* Nobody asked for it: whose is it? The answer to it would be of the same connection. */
static void begin_said(struct lvs_traces *traces, const struct lvs_packet *packet, enum lvs_drop unreadable)
{
	const struct lvs_conn *conn;
	enum lvs_dir dir = LVS_DIR_REQUEST;

	traces->engine->one_packet = NULL;
	look(traces, packet, unreadable);
	traces->tuple = lvs_tuple_reverse(&traces->tuple);
	conn = find_conn(traces, &dir);
	begin(traces, conn, dir == LVS_DIR_REQUEST ? LVS_DIR_REPLY : LVS_DIR_REQUEST);
	traces->about.verdict = LVS_TRACE_SAID;
}

static void emit(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct lvs_traces *traces = container_of(sink, struct lvs_traces, sink);
	struct counts now = count(traces->engine);
	struct lvs_packet view = *packet;
	enum lvs_drop unreadable = lvs_packet_parse(&view);
	struct lvs_trace_record out = { .out = true, .verdict = LVS_TRACE_FORWARDED };

	if (!unreadable) {
		out.tuple = view.tuple;
		out.tcp_flags = view.tcp_flags;
	}
	if (packet->via)
		out.via = *packet->via;
	if (now.said != traces->now.said || !traces->walking)
		out.verdict = LVS_TRACE_SAID;
	else if (now.passed != traces->now.passed)
		out.verdict = LVS_TRACE_PASSED;
	traces->now = now;
	if (!traces->walking)
		begin_said(traces, &view, unreadable);
	for (uint32_t i = 0; i < traces->n; i++)
		if (traces->tracers[i]->match != NO)
			push(traces, traces->tracers[i], packet, &out);
	for (uint32_t i = 0; i < traces->n && !traces->walking; i++)
		if (traces->tracers[i]->match != NO)
			settle(traces, traces->tracers[i]);
	traces->real->emit(traces->real, packet);
}

struct lvs_sink *lvs_trace_sink(struct lvs_engine *engine, struct lvs_sink *sink)
{
	struct lvs_traces *traces = engine->traces;

	if (sink != &traces->sink)
		traces->real = sink;
	return &traces->sink;
}

static struct end end_from(const struct lvs_trace_end *end)
{
	return (struct end){ .given = end->prefix.bits || end->port, .addr = end->prefix.addr,
			     .mask = lvs_prefix_mask(end->prefix.bits), .port = end->port };
}

static int make(struct lvs_engine *engine, const struct lvs_trace_filter *filter, uint32_t snaplen, size_t ring_bytes,
		struct lvs_tracer **ret_tracer)
{
	struct lvs_tracer *tracer = calloc(1, sizeof(*tracer));
	int err = tracer ? lvs_trace_ring_init(&tracer->ring, ring_bytes & ~(size_t)7) : -ENOMEM;

	if (!err && !engine->traces) {
		engine->traces = calloc(1, sizeof(*engine->traces));
		err = engine->traces ? 0 : -ENOMEM;
	}
	if (err) {
		if (tracer)
			lvs_trace_ring_fini(&tracer->ring);
		free(tracer);
		return err;
	}
	tracer->engine = engine;
	tracer->filter = *filter;
	tracer->client = end_from(&filter->client);
	tracer->vip = end_from(&filter->vip);
	tracer->server = end_from(&filter->server);
	tracer->snaplen = snaplen;
	*ret_tracer = tracer;
	return 0;
}

int lvs_trace_start(struct lvs_engine *engine, const struct lvs_trace_filter *filter, uint32_t snaplen, size_t ring_bytes,
		    struct lvs_tracer **ret_tracer)
{
	struct lvs_traces *traces;
	struct lvs_tracer *tracer;
	int err;

	if (snaplen > LVS_TRACE_SNAPLEN_MAX || ring_bytes < 2 * lvs_trace_record_bytes(snaplen))
		return -EINVAL;
	if (engine->traces && engine->traces->n == LVS_TRACERS_MAX)
		return -EBUSY;
	err = make(engine, filter, snaplen, ring_bytes, &tracer);
	if (err)
		return err;
	traces = engine->traces;
	traces->engine = engine;
	traces->sink.emit = emit;
	traces->tracers[traces->n++] = tracer;
	engine->watched = true;
	*ret_tracer = tracer;
	return 0;
}

void lvs_trace_stop(struct lvs_tracer *tracer)
{
	struct lvs_engine *engine;
	struct lvs_traces *traces;
	uint32_t i = 0;

	if (!tracer)
		return;
	engine = tracer->engine;
	traces = engine->traces;
	while (traces->tracers[i] != tracer)
		i++;
	traces->tracers[i] = traces->tracers[--traces->n];
	if (!traces->n) {
		if (engine->sink == &traces->sink)
			engine->sink = traces->real;
		free(traces);
		engine->traces = NULL;
		engine->watched = false;
	}
	lvs_trace_ring_fini(&tracer->ring);
	free(tracer);
}

const struct lvs_trace_record *lvs_trace_peek(const struct lvs_tracer *tracer)
{
	return lvs_trace_ring_peek(&tracer->ring);
}

void lvs_trace_pop(struct lvs_tracer *tracer)
{
	lvs_trace_ring_pop(&tracer->ring);
}

uint64_t lvs_trace_lost(const struct lvs_tracer *tracer)
{
	return tracer->lost;
}
