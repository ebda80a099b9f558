/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets for a neighbour whatever their destination: raw sockets that take a packet with its own header (IP_HDRINCL) and
 * send it to another address than the one in it. The kernel routes by that address and resolves the neighbour.
 */
#ifndef LVS_IO_DIRECT_H
#define LVS_IO_DIRECT_H

#include "io/io.h"

struct lvs_direct;

/**
 * lvs_direct_open() - open the sockets; needs CAP_NET_RAW over the network namespace, once
 *
 * A host without IPv6 has only IPv4.
 *
 * Return: 0, -EPERM, or what else socket(2) says
 */
int lvs_direct_open(struct lvs_direct **ret_direct);

/**
 * lvs_direct_send() - one packet to packet->via, at once
 * @packet:	plain: neither super-packet nor partial checksum, no longer than the way takes
 *
 * Return: 0, or why it was dropped: -EMSGSIZE, -ENOBUFS, -EHOSTUNREACH, ...
 */
int lvs_direct_send(const struct lvs_direct *direct, const struct lvs_packet *packet);

/* Takes NULL. */
void lvs_direct_close(struct lvs_direct *direct);

#endif
