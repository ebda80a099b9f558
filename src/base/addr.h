/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One address type for both families: 16 bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). Everything above the
 * packet's own bytes works on this type, so that no code has an IPv4 twin.
 */
#ifndef LVS_BASE_ADDR_H
#define LVS_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/**
 * struct lvs_addr - an IPv4 or IPv6 address
 * @bytes:	network order
 * @words:	the same, as four network-order words; an IPv4 address is words[3]
 * @halves:	the same, for comparing and hashing only
 */
struct lvs_addr {
	union {
		uint8_t bytes[16];
		lvs_be32 words[4];
		uint64_t halves[2];
	};
};
static_assert(sizeof(struct lvs_addr) == 16, "an address is 16 bytes");

#define LVS_ADDR_MAPPED LVS_BE32(0xffff)

static inline struct lvs_addr lvs_addr_from4(lvs_be32 addr)
{
	return (struct lvs_addr){ .words = { 0, 0, LVS_ADDR_MAPPED, addr } };
}

/* @bytes: 16 bytes in network order, any alignment */
static inline struct lvs_addr lvs_addr_from6(const void *bytes)
{
	struct lvs_addr addr;

	memcpy(&addr, bytes, sizeof(addr));
	return addr;
}

static inline bool lvs_addr_is4(const struct lvs_addr *addr)
{
	return addr->halves[0] == 0 && addr->words[2] == LVS_ADDR_MAPPED;
}

static inline bool lvs_addr_equal(const struct lvs_addr *a, const struct lvs_addr *b)
{
	return ((a->halves[0] ^ b->halves[0]) | (a->halves[1] ^ b->halves[1])) == 0;
}

/* 0.0.0.0 and :: alike */
static inline bool lvs_addr_is_any(const struct lvs_addr *addr)
{
	return addr->halves[0] == 0 && (addr->halves[1] == 0 || (lvs_addr_is4(addr) && addr->words[3] == 0));
}

static inline struct lvs_addr lvs_addr_any(bool ip4)
{
	return ip4 ? lvs_addr_from4(0) : (struct lvs_addr){ .halves = { 0, 0 } };
}

/* 224/4 and ff00::/8 */
static inline bool lvs_addr_is_multicast(const struct lvs_addr *addr)
{
	return lvs_addr_is4(addr) ? (addr->bytes[12] & 0xf0) == 0xe0 : addr->bytes[0] == 0xff;
}

/* 127/8 and ::1 */
static inline bool lvs_addr_is_loopback(const struct lvs_addr *addr)
{
	if (lvs_addr_is4(addr))
		return addr->bytes[12] == 127;
	return addr->halves[0] == 0 && addr->words[2] == 0 && addr->words[3] == LVS_BE32(1);
}

/* fe80::/10; IPv4's 169.254/16 is unicast to IPVS and so to us */
static inline bool lvs_addr_is_linklocal6(const struct lvs_addr *addr)
{
	return addr->bytes[0] == 0xfe && (addr->bytes[1] & 0xc0) == 0x80;
}

/* 255.255.255.255 */
static inline bool lvs_addr_is_broadcast4(const struct lvs_addr *addr)
{
	return lvs_addr_is4(addr) && addr->words[3] == LVS_BE32(0xffffffff);
}

/* Something one machine can be reached at: not any, multicast, broadcast or 240/4 (RFC 1122 section 3.2.1.3). */
static inline bool lvs_addr_is_unicast(const struct lvs_addr *addr)
{
	if (lvs_addr_is_any(addr) || lvs_addr_is_multicast(addr))
		return false;
	return !lvs_addr_is4(addr) || (addr->bytes[12] != 0 && addr->bytes[12] < 240);
}

#endif
