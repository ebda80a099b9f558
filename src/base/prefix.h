/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Networks: addresses that begin alike. */
#ifndef LVS_BASE_PREFIX_H
#define LVS_BASE_PREFIX_H

#include "base/addr.h"

#define LVS_PREFIX_HOST 128	/* bits of a single address */
#define LVS_PREFIX_IP4 96	/* bits in front of an IPv4 address */

/**
 * struct lvs_prefix - all addresses that begin with the first @bits bits of @addr
 * @addr:	the other bits are 0
 * @bits:	of the 16-byte form: an IPv4 /24 is 120, all of IPv4 is 96, and 0 is everything
 */
struct lvs_prefix {
	struct lvs_addr addr;
	uint8_t bits;
};

/* @bits ones, then zeros. */
static inline struct lvs_addr lvs_prefix_mask(uint8_t bits)
{
	struct lvs_addr mask = { .halves = { 0, 0 } };

	for (unsigned int i = 0; i < bits / 8u; i++)
		mask.bytes[i] = 0xff;
	if (bits % 8)
		mask.bytes[bits / 8] = (uint8_t)(0xff00 >> bits % 8);
	return mask;
}

static inline struct lvs_addr lvs_addr_masked(const struct lvs_addr *addr, const struct lvs_addr *mask)
{
	return (struct lvs_addr){ .halves = { addr->halves[0] & mask->halves[0], addr->halves[1] & mask->halves[1] } };
}

static inline bool lvs_prefix_has(const struct lvs_prefix *prefix, const struct lvs_addr *addr)
{
	struct lvs_addr mask = lvs_prefix_mask(prefix->bits), masked = lvs_addr_masked(addr, &mask);

	return lvs_addr_equal(&masked, &prefix->addr);
}

/* The highest address of @prefix. */
static inline struct lvs_addr lvs_prefix_last(const struct lvs_prefix *prefix)
{
	struct lvs_addr mask = lvs_prefix_mask(prefix->bits);

	return (struct lvs_addr){ .halves = { prefix->addr.halves[0] | ~mask.halves[0],
					      prefix->addr.halves[1] | ~mask.halves[1] } };
}

static inline bool lvs_prefix_equal(const struct lvs_prefix *a, const struct lvs_prefix *b)
{
	return a->bits == b->bits && lvs_addr_equal(&a->addr, &b->addr);
}

#endif
