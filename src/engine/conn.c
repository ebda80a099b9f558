// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pool and index share one block of memory: the records, then the buckets of the index.
 *
 * The index is a cuckoo table. A tuple's hash gives a one-byte tag and a first bucket; tag and bucket give the second,
 * and the same arithmetic leads back, so that an entry can be moved between its two buckets without knowing its hash. An
 * entry lives in its first bucket as long as that has room: nearly every lookup touches one line of the index and one
 * record. Three quarters of the slots are in use when the pool is full; at that load an insertion practically never
 * fails, and when it does the connection is refused like one that finds the pool full.
 */
#include "engine/conn.h"

#include <errno.h>

#include "engine/source.h"

#define SLOTS ARRAY_LEN(((struct lvs_conn_bucket *)NULL)->tags)
#define ID_REPLY (1u << 31)
/* How many entries an insertion moves around before it gives up. */
#define KICKS 128
/* An established connection is not given up before it was silent for so long. */
#define IDLE_SECONDS 60
/* Who has not answered within so long is not in the middle of a handshake any more. */
#define HANDSHAKE_SECONDS 3

static uint32_t buckets_for(uint32_t capacity)
{
	/* Two entries per record, SLOTS * 3/4 of them per bucket. */
	return (uint32_t)((uint64_t)capacity * 2 * 4 / (SLOTS * 3)) + 2;
}

size_t lvs_conn_table_bytes(uint32_t capacity)
{
	return ((size_t)capacity + 1) * sizeof(struct lvs_conn) +
	       (size_t)buckets_for(capacity) * sizeof(struct lvs_conn_bucket);
}

void lvs_conn_table_init(struct lvs_conn_table *table, void *memory, uint32_t capacity, const struct lvs_hash_key *key,
			 lvs_tick now)
{
	assert(capacity && capacity <= LVS_CONN_MAX);
	memset(table, 0, sizeof(*table));
	table->records = memory;
	table->capacity = capacity;
	table->buckets = (struct lvs_conn_bucket *)(void *)(table->records + capacity + 1);
	table->nbuckets = buckets_for(capacity);
	table->key = *key;
	lvs_wheel_init(&table->wheel, table->records, now);
}

uint64_t lvs_conn_hash(const struct lvs_conn_table *table, const struct lvs_tuple *tuple)
{
	struct lvs_hash_state s = lvs_hash_begin(&table->key);
	uint64_t ends = (uint64_t)(LVS_FORCE uint16_t)tuple->sport << 48 | (uint64_t)(LVS_FORCE uint16_t)tuple->dport << 32 |
			tuple->proto;

	/* The number of words is hashed too: no IPv6 tuple can be aimed at an IPv4 one. */
	if (lvs_addr_is4(&tuple->src) && lvs_addr_is4(&tuple->dst)) {
		lvs_hash_word(&s, (uint64_t)(LVS_FORCE uint32_t)tuple->src.words[3] << 32 |
				  (LVS_FORCE uint32_t)tuple->dst.words[3]);
		lvs_hash_word(&s, ends);
		return lvs_hash_end(&s, 2);
	}
	lvs_hash_word(&s, tuple->src.halves[0]);
	lvs_hash_word(&s, tuple->src.halves[1]);
	lvs_hash_word(&s, tuple->dst.halves[0]);
	lvs_hash_word(&s, tuple->dst.halves[1]);
	lvs_hash_word(&s, ends);
	return lvs_hash_end(&s, 5);
}

static uint8_t tag_of(uint64_t hash)
{
	uint8_t tag = (uint8_t)hash;

	return tag ? tag : 1;
}

static uint32_t first_bucket(const struct lvs_conn_table *table, uint64_t hash)
{
	return (uint32_t)((hash >> 32) * table->nbuckets >> 32);
}

/* An involution: both buckets of an entry add up to a number that its tag alone decides. */
static uint32_t other_bucket(const struct lvs_conn_table *table, uint32_t bucket, uint8_t tag)
{
	uint32_t sum = (uint32_t)((uint64_t)(tag * 0x9e3779b1u) * table->nbuckets >> 32);

	return sum >= bucket ? sum - bucket : sum + table->nbuckets - bucket;
}

/* 0x80 in every byte of @word that equals @tag, 0 in all others; no byte disturbs its neighbour. */
static uint64_t equal_bytes(uint64_t word, uint8_t tag)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fULL;
	uint64_t x = word ^ tag * 0x0101010101010101ULL;

	return ~(((x & low) + low) | x | low);
}

/* Bit @i * 8 + 7 of @ret[i / 8] says that slot i has @tag. Spare bytes hold 0 and never match a real tag. */
static void match_tags(const struct lvs_conn_bucket *bucket, uint8_t tag, uint64_t ret[2])
{
	uint64_t words[2];

	memcpy(words, bucket, sizeof(words));	/* its tags, and the spare bytes */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	words[0] = __builtin_bswap64(words[0]);
	words[1] = __builtin_bswap64(words[1]);
#endif
	ret[0] = equal_bytes(words[0], tag);
	ret[1] = equal_bytes(words[1], tag);
}

static bool is_request_of(const struct lvs_conn *conn, const struct lvs_tuple *tuple)
{
	return conn->cport == tuple->sport && conn->vport == tuple->dport && lvs_addr_equal(&conn->caddr, &tuple->src) &&
	       lvs_addr_equal(&conn->vaddr, &tuple->dst) && conn->proto == tuple->proto;
}

static const struct lvs_addr *reply_addr(const struct lvs_conn_table *table, const struct lvs_conn *conn)
{
	return lvs_unlikely(conn->source) ? &table->sources[conn->source].addr : &conn->caddr;
}

static lvs_be16 reply_port(const struct lvs_conn *conn)
{
	return lvs_unlikely(conn->source) ? conn->lport : conn->cport;
}

static bool is_reply_of(const struct lvs_conn_table *table, const struct lvs_conn *conn, const struct lvs_tuple *tuple)
{
	return conn->dport == tuple->sport && reply_port(conn) == tuple->dport &&
	       lvs_addr_equal(&conn->daddr, &tuple->src) && lvs_addr_equal(reply_addr(table, conn), &tuple->dst) &&
	       conn->proto == tuple->proto;
}

static struct lvs_conn *find_in(struct lvs_conn_table *table, const struct lvs_conn_bucket *bucket, uint8_t tag,
				const struct lvs_tuple *tuple, enum lvs_dir *ret_dir)
{
	uint64_t match[2];

	match_tags(bucket, tag, match);
	for (unsigned int half = 0; half < 2; half++) {
		for (; match[half]; match[half] &= match[half] - 1) {
			uint32_t id = bucket->ids[half * 8 + (unsigned int)__builtin_ctzll(match[half]) / 8];
			struct lvs_conn *conn = &table->records[id & ~ID_REPLY];

			if (id & ID_REPLY ? is_reply_of(table, conn, tuple) : is_request_of(conn, tuple)) {
				*ret_dir = id & ID_REPLY ? LVS_DIR_REPLY : LVS_DIR_REQUEST;
				return conn;
			}
		}
	}
	return NULL;
}

struct lvs_conn *lvs_conn_find(struct lvs_conn_table *table, const struct lvs_tuple *tuple, uint64_t hash,
			       enum lvs_dir *ret_dir)
{
	uint32_t at = first_bucket(table, hash);
	uint8_t tag = tag_of(hash);
	struct lvs_conn *conn = find_in(table, &table->buckets[at], tag, tuple, ret_dir);

	if (lvs_likely(conn))
		return conn;
	return find_in(table, &table->buckets[other_bucket(table, at, tag)], tag, tuple, ret_dir);
}

void lvs_conn_prefetch_bucket(const struct lvs_conn_table *table, uint64_t hash)
{
	__builtin_prefetch(&table->buckets[first_bucket(table, hash)]);
}

void lvs_conn_prefetch_record(const struct lvs_conn_table *table, uint64_t hash)
{
	uint32_t at = first_bucket(table, hash);
	const struct lvs_conn_bucket *bucket = &table->buckets[at];
	const struct lvs_conn *conn;
	unsigned int slot;
	uint64_t match[2];

	match_tags(bucket, tag_of(hash), match);
	if (match[0]) {
		slot = (unsigned int)__builtin_ctzll(match[0]) / 8;
	} else if (match[1]) {
		slot = 8 + (unsigned int)__builtin_ctzll(match[1]) / 8;
	} else {
		__builtin_prefetch(&table->buckets[other_bucket(table, at, tag_of(hash))]);
		return;
	}
	conn = &table->records[bucket->ids[slot] & ~ID_REPLY];
	__builtin_prefetch(conn, 1);
	__builtin_prefetch(&conn->timeout, 1);
}

struct lvs_conn *lvs_conn_claim(struct lvs_conn_table *table)
{
	struct lvs_conn *conn;

	if (table->free) {
		conn = &table->records[table->free];
		table->free = conn->next;
		memset(conn, 0, sizeof(*conn));
	} else if (table->touched < table->capacity) {
		conn = &table->records[++table->touched];	/* the memory came zeroed */
	} else {
		return NULL;
	}
	conn->flags = LVS_CONN_USED;
	table->used++;
	return conn;
}

static bool is_silent(const struct lvs_conn *conn, lvs_tick now, uint32_t seconds)
{
	return now - (conn->expires - conn->timeout) >= lvs_ticks_from_seconds(seconds);
}

struct lvs_conn *lvs_conn_victim(struct lvs_conn_table *table, lvs_tick now)
{
	struct lvs_conn *half_open = lvs_wheel_idlest(&table->wheel, LVS_CLASS_HALF_OPEN), *conn;

	if (half_open && is_silent(half_open, now, HANDSHAKE_SECONDS))
		return half_open;
	conn = lvs_wheel_idlest(&table->wheel, LVS_CLASS_CLOSING);
	if (conn)
		return conn;
	if (half_open)
		return half_open;
	for (unsigned int class = LVS_CLASS_CLOSING + 1; class < LVS_CLASS_ESTABLISHED; class++) {
		conn = lvs_wheel_idlest(&table->wheel, class);
		if (conn)
			return conn;
	}
	conn = lvs_wheel_idlest(&table->wheel, LVS_CLASS_ESTABLISHED);
	return conn && is_silent(conn, now, IDLE_SECONDS) ? conn : NULL;
}

/* Return: a slot of @bucket that is empty, or SLOTS */
static unsigned int empty_slot(const struct lvs_conn_bucket *bucket)
{
	uint64_t match[2];

	match_tags(bucket, 0, match);
	match[1] &= 0x80808080ULL;	/* not the spare bytes */
	if (match[0])
		return (unsigned int)__builtin_ctzll(match[0]) / 8;
	if (match[1])
		return 8 + (unsigned int)__builtin_ctzll(match[1]) / 8;
	return SLOTS;
}

static bool put(struct lvs_conn_bucket *bucket, uint8_t tag, uint32_t id)
{
	unsigned int slot = empty_slot(bucket);

	if (slot == SLOTS)
		return false;
	bucket->tags[slot] = tag;
	bucket->ids[slot] = id;
	return true;
}

/* Both buckets are full: push entries to their other bucket until one finds room; undone if none does. */
static bool put_kicking(struct lvs_conn_table *table, uint32_t at, uint8_t tag, uint32_t id)
{
	struct {
		uint32_t bucket;
		unsigned int slot;
	} path[KICKS];

	for (unsigned int n = 0; n < KICKS; n++) {
		struct lvs_conn_bucket *bucket = &table->buckets[at];
		unsigned int slot = table->kick++ % SLOTS;
		uint8_t old_tag = bucket->tags[slot];
		uint32_t old_id = bucket->ids[slot];

		path[n].bucket = at;
		path[n].slot = slot;
		bucket->tags[slot] = tag;
		bucket->ids[slot] = id;
		tag = old_tag;
		id = old_id;
		at = other_bucket(table, at, tag);
		if (put(&table->buckets[at], tag, id))
			return true;
	}
	for (unsigned int n = KICKS; n-- > 0;) {
		struct lvs_conn_bucket *bucket = &table->buckets[path[n].bucket];
		uint8_t old_tag = bucket->tags[path[n].slot];
		uint32_t old_id = bucket->ids[path[n].slot];

		bucket->tags[path[n].slot] = tag;
		bucket->ids[path[n].slot] = id;
		tag = old_tag;
		id = old_id;
	}
	return false;
}

static bool insert(struct lvs_conn_table *table, uint64_t hash, uint32_t id)
{
	uint32_t at = first_bucket(table, hash), other;
	uint8_t tag = tag_of(hash);

	if (put(&table->buckets[at], tag, id))
		return true;
	other = other_bucket(table, at, tag);
	return put(&table->buckets[other], tag, id) || put_kicking(table, other, tag, id);
}

static bool remove_from(struct lvs_conn_bucket *bucket, uint8_t tag, uint32_t id)
{
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		if (bucket->tags[slot] != tag || bucket->ids[slot] != id)
			continue;
		bucket->tags[slot] = 0;
		bucket->ids[slot] = 0;
		return true;
	}
	return false;
}

static void take_out(struct lvs_conn_table *table, uint64_t hash, uint32_t id)
{
	uint32_t at = first_bucket(table, hash);
	uint8_t tag = tag_of(hash);
	bool found = remove_from(&table->buckets[at], tag, id) ||
		     remove_from(&table->buckets[other_bucket(table, at, tag)], tag, id);

	assert(found);
	(void)found;
}

static struct lvs_tuple request_tuple(const struct lvs_conn *conn)
{
	return (struct lvs_tuple){ .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
				   .proto = conn->proto };
}

struct lvs_tuple lvs_conn_reply_tuple(const struct lvs_conn_table *table, const struct lvs_conn *conn)
{
	return (struct lvs_tuple){ .src = conn->daddr, .dst = *reply_addr(table, conn), .sport = conn->dport,
				   .dport = reply_port(conn), .proto = conn->proto };
}

static bool by_request(const struct lvs_conn *conn)
{
	return !(conn->flags & LVS_CONN_ONE_PACKET);
}

static bool by_reply(const struct lvs_conn *conn)
{
	return !(conn->flags & (LVS_CONN_ONE_WAY | LVS_CONN_TEMPLATE));
}

int lvs_conn_publish(struct lvs_conn_table *table, struct lvs_conn *conn)
{
	struct lvs_tuple request = request_tuple(conn), reply = lvs_conn_reply_tuple(table, conn);
	uint64_t request_hash = lvs_conn_hash(table, &request), reply_hash = lvs_conn_hash(table, &reply);
	bool first = by_request(conn), second = by_reply(conn);
	uint32_t id = lvs_conn_id(table, conn);
	enum lvs_dir dir;

	lvs_conn_prefetch_bucket(table, reply_hash);
	if ((first && lvs_conn_find(table, &request, request_hash, &dir)) ||
	    (second && lvs_conn_find(table, &reply, reply_hash, &dir)))
		return -EEXIST;
	if (first && second && lvs_tuple_equal(&request, &reply))
		return -EEXIST;
	if (first && !insert(table, request_hash, id))
		return -ENOSPC;
	if (second && !insert(table, reply_hash, id | ID_REPLY)) {
		if (first)
			take_out(table, request_hash, id);
		return -ENOSPC;
	}
	conn->flags |= LVS_CONN_INDEXED;
	if (conn->flags & LVS_CONN_TEMPLATE)
		table->ntemplates++;
	if (conn->source)
		table->sources[conn->source].conns++;
	return 0;
}

void lvs_conn_release(struct lvs_conn_table *table, struct lvs_conn *conn)
{
	uint32_t id = lvs_conn_id(table, conn);

	lvs_wheel_remove(&table->wheel, conn);
	if (conn->flags & LVS_CONN_INDEXED) {
		struct lvs_tuple request = request_tuple(conn), reply = lvs_conn_reply_tuple(table, conn);

		if (by_request(conn))
			take_out(table, lvs_conn_hash(table, &request), id);
		if (by_reply(conn))
			take_out(table, lvs_conn_hash(table, &reply), id | ID_REPLY);
		if (conn->flags & LVS_CONN_TEMPLATE)
			table->ntemplates--;
		if (conn->source)
			table->sources[conn->source].conns--;
	}
	conn->flags = 0;
	conn->next = table->free;
	table->free = id;
	table->used--;
}

void lvs_conn_set_timer(struct lvs_conn_table *table, struct lvs_conn *conn, lvs_tick now, lvs_tick timeout,
			enum lvs_class class)
{
	conn->timeout = timeout;
	conn->expires = now + timeout;
	if (conn->flags & LVS_CONN_FILED && conn->class == class && !lvs_tick_before(conn->expires, conn->filed))
		return;
	lvs_wheel_remove(&table->wheel, conn);
	lvs_wheel_skip(&table->wheel, now);
	conn->class = (uint8_t)class;
	lvs_wheel_add(&table->wheel, conn);
}
