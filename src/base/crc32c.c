// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A CRC is a remainder of polynomials over GF(2), so the CRCs of two texts of one length differ by the remainder of their
 * difference. A difference of a few bytes in front of n bytes that are alike is that of the few bytes times x^8n: n is
 * taken apart into powers of two, for which the factors are known, and no byte behind the change is looked at. Bits are
 * in reflected order: x^0 is the top bit.
 */
#include "base/crc32c.h"

#include <assert.h>

#include "base/bytes.h"

#define POLYNOMIAL 0x82f63b78u

/* x^(8 * 2^i) */
static const uint32_t shifts[16] = {
	0x00800000, 0x00008000, 0x82f63b78, 0x6ea2d55c, 0x18b8ea18, 0x510ac59a, 0xb82be955, 0xb8fdb1e7,
	0x88e56f72, 0x74c360a4, 0xe4172b16, 0x0d65762a, 0x35d73a62, 0x28461564, 0xbf455269, 0xe2ea32dc,
};

/* Times x. */
static uint32_t step(uint32_t a)
{
	return a >> 1 ^ (a & 1 ? POLYNOMIAL : 0);
}

static uint32_t multiply(uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (; a; a <<= 1, b = step(b))
		if (a & 1u << 31)
			product ^= b;
	return product;
}

static uint32_t feed(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = step(crc);
	}
	return crc;
}

uint32_t lvs_crc32c(const void *data, size_t len)
{
	return ~feed(UINT32_MAX, data, len);
}

uint32_t lvs_crc32c_delta(const void *diff, size_t len, size_t behind)
{
	uint32_t delta = feed(0, diff, len);

	assert(behind < 1u << ARRAY_LEN(shifts));
	for (size_t i = 0; behind >> i; i++)
		if (behind >> i & 1)
			delta = multiply(shifts[i], delta);
	return delta;
}
