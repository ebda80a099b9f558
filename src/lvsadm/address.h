/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, ports and numbers as ipvsadm reads and prints them, names and all. */
#ifndef LVS_LVSADM_ADDRESS_H
#define LVS_LVSADM_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define LVSADM_ADDRESS_BYTES 1100	/* a host's name, ":" and a service's name, with their NUL */

/**
 * lvsadm_number() - a whole decimal number
 * @text:	as for strtol(3): blanks in front and a sign are allowed
 *
 * Return: the number, or -1 when it is none or not from @min (>= 0) to @max
 */
long lvsadm_number(const char *text, long min, long max);

/**
 * lvsadm_address() - read host[:port]
 * @protocol:	IPPROTO_*, for ports that are names; others are refused then
 * @ret_family:	AF_INET or AF_INET6
 * @ret_port:	host order; untouched when the text names none
 *
 * The host is what inet_aton(3) takes, an IPv6 address (in brackets when a port follows) or the name of an IPv4 host.
 *
 * Return: whether it is one
 */
bool lvsadm_address(const char *text, uint8_t protocol, struct lvs_addr *ret_addr, int *ret_family, uint16_t *ret_port);

/**
 * lvsadm_address_text() - write address:port
 * @protocol:	IPPROTO_*, for names of ports; 0: ports stay numbers
 * @numeric:	no names at all
 * @text:	@size bytes, LVSADM_ADDRESS_BYTES are enough for all
 *
 * Return: @text
 */
const char *lvsadm_address_text(const struct lvs_addr *addr, uint16_t port, uint8_t protocol, bool numeric, char *text,
				size_t size);

#endif
