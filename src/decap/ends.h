/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where tunnels end: raw sockets for ipip and gre, UDP sockets for gue. */
#ifndef LVS_DECAP_ENDS_H
#define LVS_DECAP_ENDS_H

#include "decap/options.h"

#define LVS_DECAP_ENDS_MAX (4 * LVS_DECAP_LISTEN_MAX)

struct lvs_decap_ends;

/**
 * struct lvs_decap_end - one socket
 * @proto:	that it takes: LVS_PROTO_*
 * @port:	where gue is taken
 * @overrun:	packets lost because its queue was full
 */
struct lvs_decap_end {
	struct lvs_decap_ends *ends;
	int fd;
	bool ip6;
	uint8_t proto;
	lvs_be16 port;
	uint32_t overrun;
};

/* All sockets, and the room for one packet that they share. */
struct lvs_decap_ends {
	struct lvs_decap_end v[LVS_DECAP_ENDS_MAX];
	size_t n;
	uint8_t *room;
};

/**
 * lvs_decap_ends_open() - open all sockets that @options asks for; needs CAP_NET_RAW, once
 * @message:	set when it fails: what is missing and how to give it
 * @ret_ends:	to be ended with lvs_decap_ends_fini()
 *
 * As long as they are open the kernel does not say that the protocol or the port is not known. A host without IPv6 has
 * only IPv4, unless an IPv6 address is asked for.
 *
 * Return: 0 or -Exxx
 */
int lvs_decap_ends_open(const struct lvs_decap_options *options, char message[LVS_DECAP_MESSAGE_MAX],
			struct lvs_decap_ends *ret_ends);

/* @ends: zeroes, half open, or open */
void lvs_decap_ends_fini(struct lvs_decap_ends *ends);

/**
 * lvs_decap_receive() - one packet, if there is one
 * @ret_outer, @ret_packet: as lvs_decap_unwrap() wants them; the bytes are valid until the next call for any end
 *
 * Calls: recvmsg.
 *
 * Return: 1; 0: there is none; -EMSGSIZE: it was longer or shorter than a packet can be, and is lost; other -Exxx: unexpected
 */
int lvs_decap_receive(struct lvs_decap_end *end, struct lvs_decap_outer *ret_outer, struct lvs_packet *ret_packet);

#endif
