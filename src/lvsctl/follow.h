/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What trace and capture have in common: packets as they pass, for as long as somebody wants. */
#ifndef LVS_LVSCTL_FOLLOW_H
#define LVS_LVSCTL_FOLLOW_H

#include "client/client.h"
#include "lvsctl/command.h"

#define LVS_FOLLOW_OPTIONS LVS_OPTION_BIT(limit)
#define LVS_FOLLOW_DETAIL \
	"A filter is a client's address or network, or KEY=VALUE with one of\n" \
	"  client    its address or network, its port or both: 10.0.0.0/8, :40000, [2001:db8::/32]:40000\n" \
	"  virtual   the virtual address, likewise     server   the real server, likewise\n" \
	"  protocol  tcp, udp, sctp, icmp or icmp6      family   4 or 6\n" \
	"  verdict   forwarded, passed, answered, held, dropped or said, or some of them with commas\n" \
	"  reason    of a drop, as in \"lvsctl drops\"    limit    so many packets, then the end\n" \
	"Replies, later fragments and ICMP errors belong to the connection that they are about.\n"

/**
 * lvs_follow() - get a stream until it ends
 * @resource:	behind "/v1/"
 * @snaplen:	bytes of each packet, as text; NULL: all
 * @sink:	gets the bytes; what it cannot do it has said
 *
 * Return: LVS_EXIT_OK, or an exit status after a message
 */
int lvs_follow(struct lvs_ctl *ctl, const char *resource, char *args[], size_t n, const char *snaplen, lvs_client_sink *sink,
	       void *arg);

#endif
