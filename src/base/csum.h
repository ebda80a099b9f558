/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624). One's complement sums do not care about byte
 * order as long as all terms share one, so everything here works on bytes as they stand in the packet.
 */
#ifndef LVS_BASE_CSUM_H
#define LVS_BASE_CSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"

static inline uint16_t lvs_csum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The checksum field for an unfolded sum over all that it covers, itself as 0. */
static inline lvs_be16 lvs_csum_finish(uint64_t sum)
{
	return (LVS_FORCE lvs_be16)(uint16_t)~lvs_csum_fold(sum);
}

/**
 * lvs_csum_add() - add @len bytes to a running sum
 * @sum:	unfolded sum so far, 0 to begin
 * @data:	any alignment; an odd last byte counts as the high half of a word, so only the last piece may be odd
 */
uint64_t lvs_csum_add(uint64_t sum, const void *data, size_t len);

/**
 * lvs_csum_pseudo() - the pseudo-header of RFC 9293 section 3.1 and RFC 8200 section 8.1, unfolded
 * @len:	upper-layer length in bytes, host order
 *
 * Both addresses are of one family; mapped IPv4 addresses give the IPv4 pseudo-header.
 */
uint64_t lvs_csum_pseudo(const struct lvs_addr *src, const struct lvs_addr *dst, uint8_t proto, uint32_t len);

/* Unfolded sum of an address' words, as they would stand in a header of its family. */
static inline uint32_t lvs_csum_addr(const struct lvs_addr *addr)
{
	uint32_t sum = 0;

	if (lvs_addr_is4(addr))
		return (uint32_t)((LVS_FORCE uint32_t)addr->words[3] & 0xffff) +
		       ((LVS_FORCE uint32_t)addr->words[3] >> 16);
	for (size_t i = 0; i < 4; i++)
		sum += ((LVS_FORCE uint32_t)addr->words[i] & 0xffff) + ((LVS_FORCE uint32_t)addr->words[i] >> 16);
	return sum;
}

/**
 * lvs_csum_delta() - what replacing words worth @from by words worth @to adds to a sum: m' + ~m of RFC 1624
 * @from:	unfolded sum of the words that go
 * @to:		unfolded sum of the words that come
 *
 * Return: folded delta; lvs_csum_delta(to, from) undoes it
 */
static inline uint16_t lvs_csum_delta(uint32_t from, uint32_t to)
{
	return lvs_csum_fold((uint64_t)to + (uint16_t)~lvs_csum_fold(from));
}

/* A complete checksum field (stored inverted) after its data changed by @delta: RFC 1624, eqn. 3. */
static inline lvs_be16 lvs_csum_update(lvs_be16 csum, uint16_t delta)
{
	uint32_t sum = (uint16_t)~(LVS_FORCE uint16_t)csum;

	return lvs_csum_finish(sum + delta);
}

/* A partial checksum field (pseudo-header sum, not inverted, as NEEDS_CSUM leaves it) after addresses changed. */
static inline lvs_be16 lvs_csum_update_partial(lvs_be16 csum, uint16_t delta)
{
	return (LVS_FORCE lvs_be16)lvs_csum_fold((uint32_t)(LVS_FORCE uint16_t)csum + delta);
}

#endif
