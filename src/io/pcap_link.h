/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in front of the IP packets of a capture, by link type (the numbers of files, LINKTYPE_*). */
#ifndef LVS_IO_PCAP_LINK_H
#define LVS_IO_PCAP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LVS_PCAP_LINK_ETHERNET = 1,	/* with any number of VLAN tags */
	LVS_PCAP_LINK_RAW = 101,	/* nothing, either family */
	LVS_PCAP_LINK_SLL = 113,	/* Linux "cooked", of the device "any" */
	LVS_PCAP_LINK_IP4 = 228,
	LVS_PCAP_LINK_IP6 = 229,
	LVS_PCAP_LINK_SLL2 = 276,
};

/* Can IP packets be found behind link headers of that type? */
bool lvs_pcap_link_known(uint32_t link);

/**
 * lvs_pcap_link_skip() - find the IP packet in a frame
 * @link:	one that is known
 * @frame:	@len bytes
 * @ret_off:	where it begins, at most @len
 *
 * Return: 0, -EPROTONOSUPPORT for a frame that holds something else, -EBADMSG for one that ends within its link header
 */
int lvs_pcap_link_skip(uint32_t link, const uint8_t *frame, size_t len, size_t *ret_off);

#endif
