// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The minute is no part of what is sent: this one and the one before are tried. The half of the hash that the cookie does
 * not need moves the clock of our timestamps, from which a stranger could else read how long this machine has been up.
 */
#include "engine/cookie.h"

#include "base/bytes.h"

#define SIZES 8
#define SIZE_MASK (SIZES - 1)
#define HASH_MASK (~(uint32_t)SIZE_MASK)

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

static uint32_t size_index(uint16_t mss, bool ip6)
{
	uint32_t index = SIZES - 1;

	while (index && sizes[ip6][index] > mss)
		index--;
	return index;
}

static uint64_t hash(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, uint32_t client, uint32_t index,
		     uint32_t bits, uint64_t minute)
{
	const uint64_t words[] = {
		tuple->src.halves[0], tuple->src.halves[1], tuple->dst.halves[0], tuple->dst.halves[1],
		(uint64_t)(LVS_FORCE uint16_t)tuple->sport << 48 | (uint64_t)(LVS_FORCE uint16_t)tuple->dport << 32 | client,
		(uint64_t)index << 56 | (uint64_t)bits << 48 | (minute & 0xffffffffffff),
	};

	return lvs_hash_words(key, words, ARRAY_LEN(words));
}

static bool is_ip6(const struct lvs_tuple *tuple)
{
	return !lvs_addr_is4(&tuple->dst);
}

uint32_t lvs_cookie_make(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, struct lvs_cookie *cookie,
			 lvs_ns now, uint32_t *ret_value)
{
	uint32_t index = size_index(cookie->mss, is_ip6(tuple)), bits = NO_TIMESTAMPS;
	uint64_t sum;

	if (cookie->timestamps)
		bits = (cookie->scale & SCALE_MASK) | (cookie->sack ? SACK_BIT : 0u) | (cookie->ecn ? ECN_BIT : 0u);
	cookie->mss = sizes[is_ip6(tuple)][index];
	sum = hash(key, tuple, cookie->client, index, bits, now / LVS_COOKIE_PERIOD);
	*ret_value = ((uint32_t)(now / LVS_NS_PER_MS + (sum >> 32)) & ~(uint32_t)BITS) | (bits & BITS);
	return ((uint32_t)sum & HASH_MASK) | index;
}

bool lvs_cookie_read(const struct lvs_hash_key *key, const struct lvs_tuple *tuple, uint32_t seq, uint32_t ack,
		     const struct lvs_tcp_options *options, lvs_ns now, struct lvs_cookie *ret_cookie)
{
	uint32_t cookie = ack - 1, index = cookie & SIZE_MASK, bits = NO_TIMESTAMPS;
	uint64_t minute = now / LVS_COOKIE_PERIOD;

	if (options->timestamps)
		bits = options->echo & BITS;
	for (uint32_t try = 0; try < 4; try++) {
		uint32_t client = seq - (try < 2);

		if (((uint32_t)hash(key, tuple, client, index, bits, minute - (try & 1)) ^ cookie) & HASH_MASK)
			continue;
		*ret_cookie = (struct lvs_cookie){
			.client = client, .mss = sizes[is_ip6(tuple)][index], .scale = LVS_TCP_NO_SCALE,
			.timestamps = options->timestamps,
		};
		if (options->timestamps) {
			ret_cookie->scale = bits & SCALE_MASK;
			ret_cookie->sack = bits & SACK_BIT;
			ret_cookie->ecn = bits & ECN_BIT;
		}
		return true;
	}
	return false;
}
