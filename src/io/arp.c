// SPDX-License-Identifier: GPL-2.0-or-later
/* One layout, of one size: nothing can be out of bounds once there are enough bytes. */
#include "io/arp.h"

struct wire {
	lvs_be16 hardware, protocol;
	uint8_t hardware_bytes, protocol_bytes;
	lvs_be16 op;
	struct lvs_mac from;
	lvs_be32 sender;
	struct lvs_mac to;
	lvs_be32 target;
} LVS_WIRE;
static_assert(sizeof(struct wire) == LVS_ARP_BYTES, "RFC 826");

#define HARDWARE_ETHER LVS_BE16(1)

bool lvs_arp_parse(const uint8_t *bytes, size_t len, struct lvs_arp *ret_arp)
{
	const struct wire *wire = (const void *)bytes;
	struct lvs_arp arp;

	if (len < sizeof(*wire) || wire->hardware != HARDWARE_ETHER || wire->protocol != LVS_ETHER_IP4 ||
	    wire->hardware_bytes != sizeof(wire->from) || wire->protocol_bytes != sizeof(wire->sender))
		return false;
	arp = (struct lvs_arp){
		.op = lvs_host16(wire->op), .from = wire->from, .to = wire->to,
		.sender = lvs_addr_from4(wire->sender), .target = lvs_addr_from4(wire->target),
	};
	if (arp.op != LVS_ARP_REQUEST && arp.op != LVS_ARP_REPLY)
		return false;
	if (!lvs_mac_is_station(&arp.from) || !lvs_addr_is_unicast(&arp.target))
		return false;
	if (!lvs_addr_is_unicast(&arp.sender) && !(arp.op == LVS_ARP_REQUEST && lvs_addr_is_any(&arp.sender)))
		return false;
	*ret_arp = arp;
	return true;
}

void lvs_arp_build(const struct lvs_arp *arp, uint8_t bytes[LVS_ARP_BYTES])
{
	struct wire *wire = (void *)bytes;

	*wire = (struct wire){
		.hardware = HARDWARE_ETHER, .protocol = LVS_ETHER_IP4,
		.hardware_bytes = sizeof(wire->from), .protocol_bytes = sizeof(wire->sender),
		.op = LVS_BE16(arp->op), .from = arp->from, .sender = arp->sender.words[3],
		.to = arp->to, .target = arp->target.words[3],
	};
}
