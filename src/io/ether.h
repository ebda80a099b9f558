/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ethernet: addresses and headers. */
#ifndef LVS_IO_ETHER_H
#define LVS_IO_ETHER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/* A station's address, as it stands in frames. */
struct lvs_mac {
	uint8_t bytes[6];
};

static_assert(sizeof(struct lvs_mac) == 6, "as it stands in frames");

struct lvs_ether {
	struct lvs_mac dst, src;
	lvs_be16 type;
} LVS_WIRE;

/* 802.1Q: what stands between the addresses and the type of a tagged frame's payload. */
struct lvs_ether_tag {
	lvs_be16 tpid;
	lvs_be16 tci;
} LVS_WIRE;

#define LVS_ETHER_BYTES 14
#define LVS_ETHER_TAG_BYTES 4
static_assert(sizeof(struct lvs_ether) == LVS_ETHER_BYTES && sizeof(struct lvs_ether_tag) == LVS_ETHER_TAG_BYTES, "wire");

#define LVS_ETHER_IP4 LVS_BE16(0x0800)
#define LVS_ETHER_ARP LVS_BE16(0x0806)
#define LVS_ETHER_VLAN LVS_BE16(0x8100)
#define LVS_ETHER_IP6 LVS_BE16(0x86dd)
#define LVS_ETHER_VID 0x0fff	/* of a tci: the VLAN's number */

static const struct lvs_mac lvs_mac_broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

static inline bool lvs_mac_equal(const struct lvs_mac *a, const struct lvs_mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Broadcast is a group too. */
static inline bool lvs_mac_is_group(const struct lvs_mac *mac)
{
	return mac->bytes[0] & 1;
}

/* Can it be one station's? */
static inline bool lvs_mac_is_station(const struct lvs_mac *mac)
{
	static const struct lvs_mac none;

	return !lvs_mac_is_group(mac) && !lvs_mac_equal(mac, &none);
}

#endif
