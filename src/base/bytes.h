/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Byte order, and the few macros that C lacks. Values that stand in a packet are lvs_be16 and lvs_be32: they are
 * compared and copied as they are, and pass through be16()/be32() before anything is computed with them.
 */
#ifndef LVS_BASE_BYTES_H
#define LVS_BASE_BYTES_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __CHECKER__
#define LVS_BITWISE __attribute__((bitwise))
#define LVS_FORCE __attribute__((force))
#else
#define LVS_BITWISE
#define LVS_FORCE
#endif

typedef uint16_t LVS_BITWISE lvs_be16;	/* network order */
typedef uint32_t LVS_BITWISE lvs_be32;	/* network order */

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
#define LVS_MIN(a, b) ((a) < (b) ? (a) : (b))
#define LVS_MAX(a, b) ((a) > (b) ? (a) : (b))
#define lvs_likely(x) __builtin_expect(!!(x), 1)
#define lvs_unlikely(x) __builtin_expect(!!(x), 0)

/* Structs that are laid over packet bytes: no padding, any alignment, any type. */
#define LVS_WIRE __attribute__((packed, may_alias))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LVS_SWAP16(x) __builtin_bswap16(x)
#define LVS_SWAP32(x) __builtin_bswap32(x)
#else
#define LVS_SWAP16(x) (x)
#define LVS_SWAP32(x) (x)
#endif

/* Host to network order, usable in initialisers: LVS_BE16(0x0800). */
#define LVS_BE16(x) ((LVS_FORCE lvs_be16)(uint16_t)LVS_SWAP16((uint16_t)(x)))
#define LVS_BE32(x) ((LVS_FORCE lvs_be32)(uint32_t)LVS_SWAP32((uint32_t)(x)))

/* Network to host order. */
static inline uint16_t lvs_host16(lvs_be16 x)
{
	return LVS_SWAP16((LVS_FORCE uint16_t)x);
}

static inline uint32_t lvs_host32(lvs_be32 x)
{
	return LVS_SWAP32((LVS_FORCE uint32_t)x);
}

#endif
