/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP for IPv4 over Ethernet (RFC 826), as it stands on the wire. */
#ifndef LVS_IO_ARP_H
#define LVS_IO_ARP_H

#include <stddef.h>

#include "base/addr.h"
#include "io/ether.h"

#define LVS_ARP_BYTES 28

enum lvs_arp_op { LVS_ARP_REQUEST = 1, LVS_ARP_REPLY = 2 };

/**
 * struct lvs_arp - a request or a reply
 * @from, @to:	stations; @to means nothing in a request
 * @sender:	any address (0.0.0.0) in the probe of one who is not sure yet whether it is his (RFC 5227 section 2.1.1)
 */
struct lvs_arp {
	enum lvs_arp_op op;
	struct lvs_mac from, to;
	struct lvs_addr sender, target;
};

/**
 * lvs_arp_parse() - read what stands in a frame
 * @bytes:	behind the Ethernet header, @len of them; padding is fine
 *
 * Return: whether it is one, about addresses that single machines can have, from a station
 */
bool lvs_arp_parse(const uint8_t *bytes, size_t len, struct lvs_arp *ret_arp);

void lvs_arp_build(const struct lvs_arp *arp, uint8_t bytes[LVS_ARP_BYTES]);

#endif
