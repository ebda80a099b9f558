/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012; the reduced-round variant that the Linux
 * kernel uses for hash tables). Who does not know the key cannot aim at one bucket.
 */
#ifndef LVS_BASE_HASH_H
#define LVS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct lvs_hash_key {
	uint64_t k0, k1;
};

struct lvs_hash_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t lvs_hash_rotl(uint64_t x, unsigned int n)
{
	return (x << n) | (x >> (64 - n));
}

static inline void lvs_hash_round(struct lvs_hash_state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = lvs_hash_rotl(s->v1, 13) ^ s->v0;
	s->v3 = lvs_hash_rotl(s->v3, 16) ^ s->v2;
	s->v0 = lvs_hash_rotl(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = lvs_hash_rotl(s->v1, 17) ^ s->v2;
	s->v3 = lvs_hash_rotl(s->v3, 21) ^ s->v0;
	s->v2 = lvs_hash_rotl(s->v2, 32);
}

/* A new random key is needed for every table that hashes what strangers send. */
static inline struct lvs_hash_state lvs_hash_begin(const struct lvs_hash_key *key)
{
	return (struct lvs_hash_state){
		.v0 = key->k0 ^ 0x736f6d6570736575ULL,
		.v1 = key->k1 ^ 0x646f72616e646f6dULL,
		.v2 = key->k0 ^ 0x6c7967656e657261ULL,
		.v3 = key->k1 ^ 0x7465646279746573ULL,
	};
}

static inline void lvs_hash_word(struct lvs_hash_state *s, uint64_t word)
{
	s->v3 ^= word;
	lvs_hash_round(s);
	s->v0 ^= word;
}

/* @last: the bytes beyond whole words, and on top their number and that of all others, modulo 256 */
static inline uint64_t lvs_hash_finish(struct lvs_hash_state *s, uint64_t last)
{
	lvs_hash_word(s, last);
	s->v2 ^= 0xff;
	lvs_hash_round(s);
	lvs_hash_round(s);
	lvs_hash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* @nwords: how many words went in; part of the hash, so that lengths never collide by construction */
static inline uint64_t lvs_hash_end(struct lvs_hash_state *s, size_t nwords)
{
	return lvs_hash_finish(s, (uint64_t)nwords << 59);	/* bytes: nwords * 8 << 56 */
}

/* Of the four bytes of @value, the lowest first. */
static inline uint64_t lvs_hash_32(const struct lvs_hash_key *key, uint32_t value)
{
	struct lvs_hash_state s = lvs_hash_begin(key);

	return lvs_hash_finish(&s, 4ULL << 56 | value);
}

/**
 * lvs_hash_words() - SipHash-1-3 of @nwords host-order words
 *
 * On a little-endian machine equal to SipHash-1-3 of the same bytes.
 */
uint64_t lvs_hash_words(const struct lvs_hash_key *key, const uint64_t *words, size_t nwords);

/* SipHash-1-3 of @len bytes, the same on every machine. */
uint64_t lvs_hash_bytes(const struct lvs_hash_key *key, const void *bytes, size_t len);

#endif
