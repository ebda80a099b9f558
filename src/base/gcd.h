/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_BASE_GCD_H
#define LVS_BASE_GCD_H

#include <stdint.h>

/* The greatest common divisor; of 0 and any number, that number. */
static inline uint32_t lvs_gcd(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

#endif
