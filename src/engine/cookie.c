// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The minute is no part of what is sent: this one and the one before are tried. The half of the hash that the cookie does
 * not need moves the clock of our timestamps, from which a stranger could else read how long this machine has been up.
 */
#include "engine/cookie.h"

#include "base/bytes.h"

/* Below the hash: which size; and, without timestamps, which scale, and SACK. */
#define SIZES 8
#define SCALES 8
#define SCALE_SHIFT 3
#define SACK_LOW 0x40u
#define LOW_STAMPED 0x07u
#define LOW_PLAIN 0x7fu

/* In our timestamp. */
enum {
	SCALE_MASK = 0x0f,
	SACK_BIT = 0x10,
	ECN_BIT = 0x20,
	BITS = 0x3f,
	NO_TIMESTAMPS = 0x40,	/* hashed, never sent */
};

/* What minimum MTUs, tunnels, PPPoE, Ethernet and jumbo frames make of it, without and behind a few common tunnels. */
static const uint16_t sizes[2][SIZES] = {
	{ 216, 536, 1200, 1360, 1400, 1440, 1460, 8960 },
	{ 216, 1200, 1220, 1340, 1380, 1420, 1440, 8940 },
};

/* The first is none. A scale that is taken for a smaller one makes windows look smaller than they are. */
static const uint8_t scales[SCALES] = { LVS_TCP_NO_SCALE, 0, 2, 4, 6, 7, 8, 10 };

static uint32_t size_index(uint16_t mss, bool ip6)
{
	uint32_t index = SIZES - 1;

	while (index && sizes[ip6][index] > mss)
		index--;
	return index;
}

static uint32_t scale_index(uint8_t scale)
{
	uint32_t index = SCALES - 1;

	if (scale == LVS_TCP_NO_SCALE)
		return 0;
	while (index > 1 && scales[index] > scale)
		index--;
	return index;
}

static uint32_t hash(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, uint32_t client, uint32_t low,
		     uint32_t bits, uint64_t minute, uint32_t *ret_other)
{
	const uint64_t words[] = {
		tuple->src.halves[0], tuple->src.halves[1], tuple->dst.halves[0], tuple->dst.halves[1],
		(uint64_t)(LVS_FORCE uint16_t)tuple->sport << 48 | (uint64_t)(LVS_FORCE uint16_t)tuple->dport << 32 | client,
		(uint64_t)low << 56 | (uint64_t)bits << 48 | (minute & 0xffffffffffff),
	};
	uint64_t sum = lvs_hash_words(key, words, ARRAY_LEN(words));

	*ret_other = (uint32_t)(sum >> 32);
	return (uint32_t)sum;
}

static bool is_ip6(const struct lvs_tuple *tuple)
{
	return !lvs_addr_is4(&tuple->dst);
}

/* What @low and @bits say. */
static struct lvs_cookie decode(uint32_t client, uint32_t low, uint32_t bits, bool ip6)
{
	bool timestamps = bits != NO_TIMESTAMPS;

	return (struct lvs_cookie){
		.client = client,
		.mss = sizes[ip6][low % SIZES],
		.scale = timestamps ? bits & SCALE_MASK : scales[low >> SCALE_SHIFT & (SCALES - 1)],
		.sack = timestamps ? bits & SACK_BIT : low & SACK_LOW,
		.ecn = timestamps && bits & ECN_BIT,
		.timestamps = timestamps,
	};
}

uint32_t lvs_cookie_make(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, struct lvs_cookie *cookie,
			 lvs_ns now, uint32_t *ret_value)
{
	uint32_t low = size_index(cookie->mss, is_ip6(tuple)), bits = NO_TIMESTAMPS, sum, other;

	if (cookie->timestamps)
		bits = (cookie->scale & SCALE_MASK) | (cookie->sack ? SACK_BIT : 0u) | (cookie->ecn ? ECN_BIT : 0u);
	else
		low |= scale_index(cookie->scale) << SCALE_SHIFT | (cookie->sack ? SACK_LOW : 0);
	*cookie = decode(cookie->client, low, bits, is_ip6(tuple));
	sum = hash(key, tuple, cookie->client, low, bits, now / LVS_COOKIE_PERIOD, &other);
	*ret_value = (((uint32_t)(now / LVS_NS_PER_MS) + other) & ~(uint32_t)BITS) | (bits & BITS);
	return (sum & ~(cookie->timestamps ? LOW_STAMPED : LOW_PLAIN)) | low;
}

bool lvs_cookie_read(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, uint32_t seq, uint32_t ack,
		     const struct lvs_tcp_options *options, lvs_ns now, struct lvs_cookie *ret_cookie)
{
	uint32_t mask = options->timestamps ? LOW_STAMPED : LOW_PLAIN;
	uint32_t bits = options->timestamps ? options->echo & BITS : NO_TIMESTAMPS;
	uint32_t cookie = ack - 1, low = cookie & mask, other;
	uint64_t minute = now / LVS_COOKIE_PERIOD;

	for (uint32_t try = 0; try < 4; try++) {
		uint32_t client = seq - (try < 2);

		if ((hash(key, tuple, client, low, bits, minute - (try & 1), &other) ^ cookie) & ~mask)
			continue;
		*ret_cookie = decode(client, low, bits, is_ip6(tuple));
		return true;
	}
	return false;
}
