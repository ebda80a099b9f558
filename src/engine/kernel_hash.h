/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the kernel's hashing schedulers make a number of an address; directors of both kinds agree when their numbers do. */
#ifndef LVS_ENGINE_KERNEL_HASH_H
#define LVS_ENGINE_KERNEL_HASH_H

#include "base/addr.h"

/* An IPv4 address as a host-order word; of an IPv6 address, the exclusive or of its four words. */
static inline uint32_t lvs_kernel_fold(const struct lvs_addr *addr)
{
	const lvs_be32 *words = addr->words;

	if (lvs_addr_is4(addr))
		return lvs_host32(words[3]);
	return lvs_host32(words[0]) ^ lvs_host32(words[1]) ^ lvs_host32(words[2]) ^ lvs_host32(words[3]);
}

/* The kernel's hash_32(value, 8): the golden ratio, multiplied, and its top bits. */
static inline uint8_t lvs_kernel_hash8(uint32_t value)
{
	return (uint8_t)(value * 0x61c88647u >> 24);
}

#endif
