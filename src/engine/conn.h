/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connection table: a pool of fixed-size records in memory that the caller maps once, and an index that finds a
 * record from either direction of its flow. Records name each other, servers and slots by number, never by pointer, so
 * that the mapping may lie at another address in the next process (design, D3).
 */
#ifndef LVS_ENGINE_CONN_H
#define LVS_ENGINE_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "engine/packet.h"
#include "engine/wheel.h"

enum lvs_dir {
	LVS_DIR_REQUEST,	/* client to server */
	LVS_DIR_REPLY,		/* server to client */
};

enum {
	LVS_CONN_USED = 1 << 0,		/* record is claimed */
	LVS_CONN_ACTIVE = 1 << 1,	/* counted in its server's active connections, else in the inactive ones */
	LVS_CONN_NO_OUTPUT = 1 << 2,	/* no reply has passed the director yet, and perhaps none ever will */
	LVS_CONN_INDEXED = 1 << 3,	/* found by lvs_conn_find() */
	LVS_CONN_FILED = 1 << 4,	/* in the timing wheel */
	LVS_CONN_TEMPLATE = 1 << 5,	/* no flow, but a client's pin to a server: engine/persist.h */
	/* no reply has passed the director yet, though it might; of a one-packet record, each is looked at */
	LVS_CONN_UNANSWERED = 1 << 6,
	LVS_CONN_SLIDING = 1 << 7,	/* each packet is news to its template */
	LVS_CONN_ONE_PACKET = 1 << 8,	/* found by replies only, see engine/one_packet.h */
	LVS_CONN_STREAM = 1 << 9,	/* its segments are translated: engine/stream.h */

	LVS_CONN_ONE_WAY = 1 << 10,	/* replies pass by the director: found by requests only */

	LVS_CONN_MIXED = 1 << 11,	/* client and server are of two address families: engine/translate.h */

	LVS_CONN_SEEN_SHIFT = 12,	/* the bits from here on count packets from the client, see defence.h */
};

/**
 * struct lvs_conn - one tracked flow, both directions; two cache lines
 * @caddr, @cport:	client
 * @vaddr, @vport:	virtual address that the client reached
 * @daddr, @dport:	real server
 * @state:	owned by engine/proto/<name>.c, opaque to everyone else
 * @forward:	index of the forwarding method, fixed when the connection began
 * @class:	eviction class; changed only by lvs_conn_set_timer()
 * @expires:	when it ends unless a packet comes
 * @timeout:	how far each packet pushes @expires
 * @server:	stable number of the real server
 * @filed, @next, @prev: of the timing wheel; @next also chains free records
 * @control:	the template or connection that this one came through, a number of a record; 0: none
 * @serial:	of @control, which is another's record if its own differs; of a template its own
 * @ncontrolled: connections whose @control this is
 * @stream:	number of its record in engine/stream.h, 0: none
 * @client:	its client among those that are limited (engine/client.h); 0: the service limits none
 * @source:	number of the address that the server sees as its client's (engine/source.h); 0: the client's own
 * @lport:	and the port
 * @attempt:	number of its record in engine/attempt.h while its server has not answered; 0: none
 * @dismissed:	not 0: both ends are to be reset, see lvs_engine_disconnect()
 * @delta:	in one's complement: what translating a request adds to a sum over addresses and ports
 * @delta_addr:	the same for addresses alone
 */
struct lvs_conn {
	struct lvs_addr caddr, vaddr, daddr;
	lvs_be16 cport, vport, dport;
	uint8_t proto;
	uint8_t state;
	uint16_t flags;
	uint8_t forward;
	uint8_t class;
	lvs_tick expires;

	lvs_tick timeout;
	uint32_t server;
	lvs_tick filed;
	uint32_t next, prev;
	uint16_t delta, delta_addr;
	uint32_t control, serial;
	uint32_t ncontrolled;
	uint32_t stream;
	uint32_t client;
	uint16_t source;
	lvs_be16 lport;
	uint32_t attempt;
	uint32_t dismissed;
	uint32_t spare[2];
};
static_assert(sizeof(struct lvs_conn) == 128, "two cache lines");
static_assert(offsetof(struct lvs_conn, timeout) == 64, "what every packet needs first is in the first line");

/* One cache line. A slot whose tag is 0 is empty; the top bit of an id is the direction. */
struct lvs_conn_bucket {
	uint8_t tags[12];
	uint8_t spare[4];
	uint32_t ids[12];
};
static_assert(sizeof(struct lvs_conn_bucket) == 64, "one cache line");

struct lvs_source;

#define LVS_CONN_MAX (1u << 30)

/**
 * struct lvs_conn_table - pool, index and wheel
 * @records:	records[1] to records[capacity]
 * @capacity:	how many there may be
 * @used:	how many there are
 * @touched:	records[touched + 1] and later were never used
 * @free:	chain of records that were used and given back
 * @evicted:	records given up for new ones, by class
 * @ntemplates:	how many of @used are templates
 * @sources:	borrowed, of connections that have one; NULL: none has
 */
struct lvs_conn_table {
	struct lvs_conn *records;
	uint32_t capacity;
	uint32_t used;
	uint32_t touched;
	uint32_t free;
	struct lvs_conn_bucket *buckets;
	uint32_t nbuckets;
	uint32_t kick;
	struct lvs_hash_key key;
	struct lvs_wheel wheel;
	uint64_t evicted[LVS_CLASS_COUNT];
	uint32_t ntemplates;
	struct lvs_source *sources;
};

/* Bytes of memory that a table of @capacity records needs, before any of it is touched. */
size_t lvs_conn_table_bytes(uint32_t capacity);

/**
 * lvs_conn_table_init() - begin with an empty table
 * @memory:	lvs_conn_table_bytes(@capacity) zeroed bytes aligned to 64; borrowed until the table is forgotten
 * @key:	random, secret
 * @now:	where time begins
 */
void lvs_conn_table_init(struct lvs_conn_table *table, void *memory, uint32_t capacity, const struct lvs_hash_key *key,
			 lvs_tick now);

/* Keyed hash of a tuple. */
uint64_t lvs_conn_hash(const struct lvs_conn_table *table, const struct lvs_tuple *tuple);

/* Start fetching what lvs_conn_find() will look at: first the bucket, then (a little later) the record. */
void lvs_conn_prefetch_bucket(const struct lvs_conn_table *table, uint64_t hash);
void lvs_conn_prefetch_record(const struct lvs_conn_table *table, uint64_t hash);

/**
 * lvs_conn_find() - find the flow a packet belongs to
 * @tuple:	endpoints as they stand in the packet
 * @hash:	lvs_conn_hash() of @tuple
 * @ret_dir:	set on a hit, untouched on a miss
 *
 * Return: borrowed record, valid until the next lvs_conn_claim() or lvs_conn_release(); or NULL
 */
struct lvs_conn *lvs_conn_find(struct lvs_conn_table *table, const struct lvs_tuple *tuple, uint64_t hash,
			       enum lvs_dir *ret_dir);

/**
 * lvs_conn_claim() - a blank record, neither indexed nor filed
 *
 * Return: record with LVS_CONN_USED set and all else zero; or NULL if the pool is full: evict, then try again
 */
struct lvs_conn *lvs_conn_claim(struct lvs_conn_table *table);

/**
 * lvs_conn_victim() - whom a full table gives up for a new connection
 * @now:	current tick
 *
 * The class order is that of enum lvs_class, but that a handshake may take a few seconds before it counts for less than
 * what is closing: else newcomers to a table full of closing connections would only ever replace each other. An
 * established connection is a victim only after a minute without a packet: what lives is not sacrificed to what knocks.
 *
 * Return: borrowed record for lvs_conn_release(), or NULL if all are alive. The caller counts it in @evicted
 */
struct lvs_conn *lvs_conn_victim(struct lvs_conn_table *table, lvs_tick now);

/**
 * lvs_conn_publish() - make a claimed record findable in both directions
 *
 * All addresses and ports are set and do not change from here on. The reply's tuple is that of lvs_conn_reply_tuple(); a
 * template and a record with LVS_CONN_ONE_WAY have none, and one with LVS_CONN_ONE_PACKET has only that.
 *
 * Return: 0; -EEXIST if another connection has one of the two tuples; -ENOSPC if the index has no room. The record is
 * then not indexed
 */
int lvs_conn_publish(struct lvs_conn_table *table, struct lvs_conn *conn);

/* What a packet of the server has: it goes to the client, or to the source that the server sees in his place. */
struct lvs_tuple lvs_conn_reply_tuple(const struct lvs_conn_table *table, const struct lvs_conn *conn);

/* Take @conn out of index and wheel and give the record back. */
void lvs_conn_release(struct lvs_conn_table *table, struct lvs_conn *conn);

/**
 * lvs_conn_set_timer() - new timeout and class, after a change of state
 * @now:	current tick
 * @timeout:	pushes the deadline to @now + @timeout, at each packet again
 *
 * Files the record anew only where laziness would not do: another class, or a deadline before the one it is filed under.
 */
void lvs_conn_set_timer(struct lvs_conn_table *table, struct lvs_conn *conn, lvs_tick now, lvs_tick timeout,
			enum lvs_class class);

/* A packet passed. */
static inline void lvs_conn_touch(struct lvs_conn *conn, lvs_tick now)
{
	conn->expires = now + conn->timeout;
}

static inline uint32_t lvs_conn_id(const struct lvs_conn_table *table, const struct lvs_conn *conn)
{
	return (uint32_t)(conn - table->records);
}

/* @id: 1 to @touched. Return: borrowed record, or NULL if it is free */
static inline struct lvs_conn *lvs_conn_at(const struct lvs_conn_table *table, uint32_t id)
{
	struct lvs_conn *conn = &table->records[id];

	return conn->flags & LVS_CONN_USED ? conn : NULL;
}

#endif
