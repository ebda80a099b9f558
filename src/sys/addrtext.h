/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, endpoints (address and port) and prefixes as text, in one spelling per value. */
#ifndef LVS_SYS_ADDRTEXT_H
#define LVS_SYS_ADDRTEXT_H

#include <stdint.h>

#include "base/addr.h"
#include "base/prefix.h"

#define LVS_ADDR_TEXT_BYTES 46		/* "ffff:...:255.255.255.255" with its NUL */
#define LVS_ENDPOINT_TEXT_BYTES 54	/* "[" address "]:65535" with its NUL */
#define LVS_PREFIX_TEXT_BYTES 50	/* address "/128" with its NUL */

/**
 * lvs_addr_parse() - read an IPv4 or IPv6 literal
 * @text:	the whole text is the address; no leading zeros in IPv4, no brackets, no scope. IPv4 in its mapped
 *		spelling (::ffff:192.0.2.1) is refused, since it would be a second name for one address.
 *
 * Return: 0, or -EINVAL
 */
int lvs_addr_parse(const char *text, struct lvs_addr *ret_addr);

/**
 * lvs_addr_format() - write an address as lvs_addr_parse() reads it
 * @text:	at least LVS_ADDR_TEXT_BYTES
 *
 * Return: @text
 */
char *lvs_addr_format(const struct lvs_addr *addr, char *text);

/**
 * lvs_endpoint_parse() - read "192.0.2.1:80", "[2001:db8::1]:80", or either without its port
 * @ret_port:	host order; 0 when the text names none
 *
 * IPv6 needs its brackets even without a port: "2001:db8::1:80" could mean two things.
 *
 * Return: 0, -EINVAL when the address is none, -ERANGE when the port is not a decimal number from 1 to 65535
 */
int lvs_endpoint_parse(const char *text, struct lvs_addr *ret_addr, uint16_t *ret_port);

/**
 * lvs_endpoint_format() - write an endpoint as lvs_endpoint_parse() reads it
 * @port:	host order; 0 leaves it out
 * @text:	at least LVS_ENDPOINT_TEXT_BYTES
 *
 * Return: @text
 */
char *lvs_endpoint_format(const struct lvs_addr *addr, uint16_t port, char *text);

/**
 * lvs_prefix_parse() - read "192.0.2.0/28", "2001:db8::/32", or a single address without a length
 * @ret_exact:	the text has no ones behind its length; those it has are left out of @ret_prefix
 *
 * Return: 0, -EINVAL when the address is none, -ERANGE when the length is no decimal number from 0 to 32 or 128
 */
int lvs_prefix_parse(const char *text, struct lvs_prefix *ret_prefix, bool *ret_exact);

/**
 * lvs_ends_parse() - read which endpoints are meant: a prefix or address, a port, or both
 * @text:	"192.0.2.0/28", "192.0.2.0/28:80", "192.0.2.10:80", ":80", "2001:db8::/32", "[2001:db8::/32]:53"; ones behind a
 *		prefix' length do not matter
 * @ret_prefix:	of 0 bits where only a port is named
 * @ret_port:	host order; 0 where none is
 *
 * Return: as lvs_prefix_parse(), or -ERANGE for a port that is none
 */
int lvs_ends_parse(const char *text, struct lvs_prefix *ret_prefix, uint16_t *ret_port);

/**
 * lvs_prefix_format() - write a prefix as lvs_prefix_parse() reads it
 * @text:	at least LVS_PREFIX_TEXT_BYTES
 *
 * Return: @text
 */
char *lvs_prefix_format(const struct lvs_prefix *prefix, char *text);

#endif
