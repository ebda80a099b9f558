// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipvsadm's own ways: hosts are looked up for IPv4 only, in both directions; brackets promise a port; an IPv6 address
 * without them has none; names of ports are those of the service's protocol.
 */
#include "lvsadm/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long lvsadm_number(const char *text, long min, long max)
{
	long number;
	char *end;

	errno = 0;
	number = strtol(text, &end, 10);
	if (end == text || *end || errno == ERANGE || number < min || number > max)
		return -1;
	return number;
}

static const char *protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return NULL;
	}
}

static bool read_port(const char *text, uint8_t protocol, uint16_t *ret_port)
{
	long number = lvsadm_number(text, 0, UINT16_MAX);
	const char *name = protocol_name(protocol);
	struct servent *service = NULL;

	if (number < 0 && name)
		service = getservbyname(text, name);
	if (number < 0 && !service)
		return false;
	*ret_port = number >= 0 ? (uint16_t)number : ntohs((uint16_t)service->s_port);
	return true;
}

static bool read_host4(const char *text, struct lvs_addr *ret_addr)
{
	struct in_addr addr;
	struct hostent *host;

	if (!inet_aton(text, &addr)) {
		host = gethostbyname(text);
		if (!host || host->h_addrtype != AF_INET || host->h_length != sizeof(addr) || !host->h_addr_list[0])
			return false;
		memcpy(&addr, host->h_addr_list[0], sizeof(addr));
	}
	*ret_addr = lvs_addr_from4(addr.s_addr);
	return true;
}

static bool all_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

/* @text: is written to */
static bool read_parts(char *text, uint8_t protocol, struct lvs_addr *ret_addr, int *ret_family, uint16_t *ret_port)
{
	struct in6_addr addr6;
	char *port = NULL;

	if (*text == '[') {
		port = strchr(++text, ']');
		if (!port || port[1] != ':')
			return false;
		*port = '\0';
		port += 2;
	}
	if (inet_pton(AF_INET6, text, &addr6) == 1) {
		*ret_addr = lvs_addr_from6(&addr6);
		*ret_family = AF_INET6;
	} else {
		port = strrchr(text, ':');
		if (port)
			*port++ = '\0';
		if (!read_host4(text, ret_addr))
			return false;
		*ret_family = AF_INET;
	}
	return !port || read_port(port, protocol, ret_port);
}

bool lvsadm_address(const char *text, uint8_t protocol, struct lvs_addr *ret_addr, int *ret_family, uint16_t *ret_port)
{
	char *copy;
	bool ok;

	if (all_digits(text))
		return false;
	copy = strdup(text);
	ok = copy && read_parts(copy, protocol, ret_addr, ret_family, ret_port);
	free(copy);
	return ok;
}

const char *lvsadm_address_text(const struct lvs_addr *addr, uint16_t port, uint8_t protocol, bool numeric, char *text,
				size_t size)
{
	bool ip4 = lvs_addr_is4(addr);
	const char *proto = protocol_name(protocol);
	struct hostent *host = NULL;
	struct servent *service = NULL;
	char number[8], address[INET6_ADDRSTRLEN];

	if (!numeric && ip4)
		host = gethostbyaddr(&addr->words[3], sizeof(addr->words[3]), AF_INET);
	if (!numeric && proto)
		service = getservbyport(htons(port), proto);
	(void)inet_ntop(ip4 ? AF_INET : AF_INET6, ip4 ? (const void *)&addr->words[3] : addr->bytes, address, sizeof(address));
	(void)snprintf(number, sizeof(number), "%u", port);
	(void)snprintf(text, size, ip4 ? "%s:%s" : "[%s]:%s", host ? host->h_name : address, service ? service->s_name : number);
	return text;
}
