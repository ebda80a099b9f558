// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A link header ends in the EtherType of what follows; where that is a VLAN tag, the tag ends in the next one. What a frame
 * has behind the packet, padding or a check sequence, stays there: the IP header says where the packet ends.
 */
#include "io/pcap_link.h"

#include <errno.h>

#include "base/bytes.h"

enum {
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	TYPE_VLAN = 0x8100,	/* 802.1Q */
	TYPE_SERVICE_VLAN = 0x88a8,	/* 802.1ad */
	TYPE_OLD_VLAN = 0x9100,
};

/* @type_at: where the EtherType is in @bytes of header; no header: the packet itself tells its family */
static const struct link {
	uint32_t link;
	uint8_t bytes, type_at;
} links[] = {
	{ LVS_PCAP_LINK_ETHERNET, 14, 12 }, { LVS_PCAP_LINK_SLL, 16, 14 }, { LVS_PCAP_LINK_SLL2, 20, 0 },
	{ LVS_PCAP_LINK_RAW, 0, 0 },	    { LVS_PCAP_LINK_IP4, 0, 0 },   { LVS_PCAP_LINK_IP6, 0, 0 },
};

static const struct link *find(uint32_t link)
{
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (links[i].link == link)
			return &links[i];
	return NULL;
}

bool lvs_pcap_link_known(uint32_t link)
{
	return find(link);
}

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static bool is_vlan(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_SERVICE_VLAN || type == TYPE_OLD_VLAN;
}

int lvs_pcap_link_skip(uint32_t link, const uint8_t *frame, size_t len, size_t *ret_off)
{
	const struct link *header = find(link);
	size_t off = header->bytes;
	uint16_t type;

	if (len <= off)
		return -EBADMSG;
	if (!off) {
		*ret_off = 0;
		return 0;
	}
	type = read16(frame + header->type_at);
	for (; is_vlan(type); off += 4) {
		if (len - off <= 4)
			return -EBADMSG;
		type = read16(frame + off + 2);
	}
	if (type != TYPE_IP4 && type != TYPE_IP6)
		return -EPROTONOSUPPORT;
	*ret_off = off;
	return 0;
}
