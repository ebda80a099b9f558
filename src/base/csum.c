// SPDX-License-Identifier: GPL-2.0-or-later
/* Sums eight bytes at a time into 64 bits with end-around carry; folding comes once, at the end (RFC 1071 section 2). */
#include "base/csum.h"

uint64_t lvs_csum_add(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		sum += word;
		sum += sum < word;
	}
	if (len) {
		uint64_t word = 0;

		memcpy(&word, p, len);	/* zero padding at the end leaves a sum as it is, in either byte order */
		sum += word;
		sum += sum < word;
	}
	return sum;
}

uint64_t lvs_csum_pseudo(const struct lvs_addr *src, const struct lvs_addr *dst, uint8_t proto, uint32_t len)
{
	/* IPv4 has the length in 16 bits and IPv6 in 32: the same sum, as an IPv4 length never passes 65535. */
	return (uint64_t)lvs_csum_addr(src) + lvs_csum_addr(dst) + (LVS_FORCE uint16_t)LVS_BE16(proto) +
	       (LVS_FORCE uint16_t)LVS_BE16(len >> 16) + (LVS_FORCE uint16_t)LVS_BE16(len);
}
