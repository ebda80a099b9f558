/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TUN device with sockets behind it, for a child in a network namespace of its own (tests/lib/child.h):
 *
 *	sockets at 10.99.0.1 --- kernel --- lvs0 (10.99.0.1/24) --- the test, as everybody else in 10.99.0.0/24
 *
 * What the test writes back goes to the sockets. A packet from 10.99.0.1 to 10.99.0.2 with both addresses swapped, which
 * leaves all checksums as they are, comes back to 10.99.0.1 as if 10.99.0.2 had the same ports open.
 */
#ifndef LVS_TESTS_LIB_TUN_H
#define LVS_TESTS_LIB_TUN_H

#include <netinet/in.h>
#include <stdbool.h>

#include "io/io.h"

#define TEST_TUN_SELF "10.99.0.1"
#define TEST_TUN_PEER "10.99.0.2"

/* Return: lvs0, up, with an address; ends the child as skipped where there is no TUN */
struct lvs_io *test_tun(bool offload);

/* Return: a UDP socket at 10.99.0.1:4000 that talks to 10.99.0.2:@port */
int test_tun_udp(uint16_t port);

/* Wait for the next IPv4 packet of @proto: the kernel also says things about IPv6 and groups. */
void test_tun_next(struct lvs_io *io, uint8_t proto, struct lvs_packet *packet);

/* Is it IPv4 without options, and of @proto? */
bool test_tun_is_ip4(const struct lvs_packet *packet, uint8_t proto);

/* Source and destination address of an IPv4 packet change places. */
void test_tun_turn(struct lvs_packet *packet);

struct sockaddr_in test_tun_address(const char *text, uint16_t port);

#endif
