// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/engine/floor.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/csum.h"
#include "base/hash.h"
#include "engine/wire.h"
#include "sys/map.h"

#define SLOTS 8
#define PER_BUCKET 5	/* on average */

struct floor_record {
	struct lvs_addr caddr, vaddr, daddr;
	lvs_be16 cport, vport, dport;
	uint16_t delta, delta_addr;
	uint8_t proto;
	uint32_t expires;
};
static_assert(sizeof(struct floor_record) == 64, "one cache line");

/* A tag of 0 is an empty slot; a full bucket overflows into the next. */
struct floor_bucket {
	uint32_t tags[SLOTS];
	uint32_t ids[SLOTS];
};
static_assert(sizeof(struct floor_bucket) == 64, "one cache line");

static const struct lvs_hash_key key = { 0x1111111111111111, 0x2222222222222222 };

static inline uint64_t hash_of(const struct lvs_addr *src, const struct lvs_addr *dst, lvs_be16 sport, lvs_be16 dport,
			       uint8_t proto, bool ip6)
{
	struct lvs_hash_state s = lvs_hash_begin(&key);

	if (ip6) {
		lvs_hash_word(&s, src->halves[0]);
		lvs_hash_word(&s, src->halves[1]);
		lvs_hash_word(&s, dst->halves[0]);
		lvs_hash_word(&s, dst->halves[1]);
	} else {
		lvs_hash_word(&s, (uint64_t)(LVS_FORCE uint32_t)src->words[3] << 32 | (LVS_FORCE uint32_t)dst->words[3]);
	}
	lvs_hash_word(&s, (uint64_t)(LVS_FORCE uint16_t)sport << 48 | (uint64_t)(LVS_FORCE uint16_t)dport << 32 | proto);
	return lvs_hash_end(&s, ip6 ? 5 : 2);
}

static inline uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)hash | 1;
}

static inline size_t bucket_of(const struct floor *floor, uint64_t hash)
{
	return (size_t)((hash >> 32) * floor->nbuckets >> 32);
}

static void insert(struct floor *floor, uint32_t id, uint64_t hash)
{
	for (size_t at = bucket_of(floor, hash);; at = (at + 1) % floor->nbuckets) {
		for (size_t i = 0; i < SLOTS; i++) {
			if (floor->buckets[at].tags[i])
				continue;
			floor->buckets[at].tags[i] = tag_of(hash);
			floor->buckets[at].ids[i] = id;
			return;
		}
	}
}

void floor_init(struct floor *floor, const struct director *director)
{
	const struct lvs_conn_table *conns = lvs_engine_conns(director->engine);
	void *records, *buckets;

	*floor = (struct floor){ .kind = director->kind, .nrecords = director->live,
				 .nbuckets = director->live / PER_BUCKET + 1 };
	if (lvs_map_new(floor->nrecords * sizeof(*floor->records), &records) ||
	    lvs_map_new(floor->nbuckets * sizeof(*floor->buckets), &buckets)) {
		(void)fprintf(stderr, "bench: out of memory for the floor\n");
		exit(EXIT_FAILURE);
	}
	floor->records = records;
	floor->buckets = buckets;
	for (uint32_t i = 0; i < floor->nrecords; i++) {
		const struct lvs_conn *conn = lvs_conn_at(conns, i + 1);

		floor->records[i] = (struct floor_record){
			.caddr = conn->caddr, .vaddr = conn->vaddr, .daddr = conn->daddr, .cport = conn->cport,
			.vport = conn->vport, .dport = conn->dport, .delta = conn->delta,
			.delta_addr = conn->delta_addr, .proto = conn->proto,
		};
		insert(floor, i, hash_of(&conn->caddr, &conn->vaddr, conn->cport, conn->vport, conn->proto,
					 floor->kind.ip6));
	}
}

void floor_fini(struct floor *floor)
{
	lvs_map_free(floor->records, floor->nrecords * sizeof(*floor->records));
	lvs_map_free(floor->buckets, floor->nbuckets * sizeof(*floor->buckets));
	*floor = (struct floor){ 0 };
}

/* What is read of a packet: the same for all of a run, so the compiler makes one loop per family of it. */
struct ends {
	struct lvs_addr src, dst;
	lvs_be16 ports[2];
	uint64_t hash;
};

static inline void read_ends(const struct floor *floor, const uint8_t *data, bool ip6, struct ends *ret_ends)
{
	const struct lvs_ip4 *ip = (const void *)data;

	if (ip6) {
		ret_ends->src = lvs_addr_from6(data + offsetof(struct lvs_ip6, src));
		ret_ends->dst = lvs_addr_from6(data + offsetof(struct lvs_ip6, dst));
	} else {
		ret_ends->src = lvs_addr_from4(ip->src);
		ret_ends->dst = lvs_addr_from4(ip->dst);
	}
	memcpy(ret_ends->ports, data + (ip6 ? sizeof(struct lvs_ip6) : sizeof(*ip)), sizeof(ret_ends->ports));
	ret_ends->hash = hash_of(&ret_ends->src, &ret_ends->dst, ret_ends->ports[0], ret_ends->ports[1],
				 floor->kind.proto, ip6);
}

static inline unsigned int slot_of(const struct floor_bucket *bucket, uint32_t tag)
{
	unsigned int match = 0;

	for (unsigned int i = 0; i < SLOTS; i++)
		match |= (bucket->tags[i] == tag ? 1U : 0U) << i;
	return match;
}

static inline struct floor_record *find(const struct floor *floor, const struct ends *ends)
{
	for (size_t at = bucket_of(floor, ends->hash);; at = (at + 1) % floor->nbuckets) {
		const struct floor_bucket *bucket = &floor->buckets[at];

		for (unsigned int match = slot_of(bucket, tag_of(ends->hash)); match; match &= match - 1) {
			struct floor_record *record = &floor->records[bucket->ids[__builtin_ctz(match)]];

			if (lvs_addr_equal(&record->caddr, &ends->src) && record->cport == ends->ports[0] &&
			    lvs_addr_equal(&record->vaddr, &ends->dst) && record->vport == ends->ports[1])
				return record;
		}
		if (!bucket->tags[SLOTS - 1])
			return NULL;
	}
}

static inline void rewrite(const struct floor *floor, uint8_t *data, struct floor_record *record, bool ip6)
{
	struct lvs_ip4 *ip = (void *)data;
	struct lvs_ip6 *ip6_header = (void *)data;
	uint8_t *l4 = data + (ip6 ? sizeof(struct lvs_ip6) : sizeof(*ip));
	bool tcp = floor->kind.proto == LVS_PROTO_TCP;
	size_t csum_at = tcp ? offsetof(struct lvs_tcp, csum) : offsetof(struct lvs_udp, csum);
	lvs_be16 csum;

	if (ip6) {
		memcpy(ip6_header->dst, record->daddr.bytes, sizeof(ip6_header->dst));
	} else {
		ip->dst = record->daddr.words[3];
		ip->csum = lvs_csum_update(ip->csum, record->delta_addr);
	}
	memcpy(l4 + sizeof(lvs_be16), &record->dport, sizeof(record->dport));
	memcpy(&csum, l4 + csum_at, sizeof(csum));
	csum = lvs_csum_update(csum, record->delta);
	memcpy(l4 + csum_at, &csum, sizeof(csum));
	record->expires = floor->now;
}

static inline void run_burst(struct floor *floor, size_t n, bool ip6)
{
	struct lvs_packet *packets = floor->buffers.packets;
	struct ends ends[TRAFFIC_BURST];

	for (size_t i = 0; i < n; i++) {
		read_ends(floor, packets[i].data, ip6, &ends[i]);
		__builtin_prefetch(&floor->buckets[bucket_of(floor, ends[i].hash)]);
	}
	for (size_t i = 0; n > 1 && i < n; i++) {
		const struct floor_bucket *bucket = &floor->buckets[bucket_of(floor, ends[i].hash)];
		unsigned int match = slot_of(bucket, tag_of(ends[i].hash));

		if (match)
			__builtin_prefetch(&floor->records[bucket->ids[__builtin_ctz(match)]], 1);
	}
	for (size_t i = 0; i < n; i++) {
		struct floor_record *record = find(floor, &ends[i]);

		if (lvs_likely(record))
			rewrite(floor, packets[i].data, record, ip6);
		else
			floor->lost++;
	}
}

void floor_run(struct floor *floor, const struct traffic *traffic, size_t burst)
{
	floor->now++;
	for (size_t at = 0; at < traffic->n; at += burst) {
		size_t n = LVS_MIN(burst, traffic->n - at);

		traffic_load(&floor->buffers, traffic, at, n);
		if (floor->kind.ip6)
			run_burst(floor, n, true);
		else
			run_burst(floor, n, false);
	}
	if (floor->lost) {
		(void)fprintf(stderr, "bench: the floor lost packets\n");
		exit(EXIT_FAILURE);
	}
}
