// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text to address and back. The C library knows both spellings; what is added here is one type for both families, the
 * brackets around IPv6, and a port that is never guessed.
 */
#include "sys/addrtext.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int lvs_addr_parse(const char *text, struct lvs_addr *ret_addr)
{
	struct in6_addr addr6;
	struct in_addr addr4;

	if (inet_pton(AF_INET, text, &addr4) == 1) {
		*ret_addr = lvs_addr_from4((LVS_FORCE lvs_be32)addr4.s_addr);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &addr6) == 1 && !IN6_IS_ADDR_V4MAPPED(&addr6)) {
		*ret_addr = lvs_addr_from6(&addr6);
		return 0;
	}
	return -EINVAL;
}

/* By hand: listings have ten thousands of addresses. Return: behind the number */
static char *put_number(char *at, unsigned int number)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n)
		*at++ = digits[--n];
	return at;
}

char *lvs_addr_format(const struct lvs_addr *addr, char *text)
{
	char *at = text;

	if (!lvs_addr_is4(addr)) {
		inet_ntop(AF_INET6, addr->bytes, text, LVS_ADDR_TEXT_BYTES);
		return text;
	}
	for (size_t i = 12; i < sizeof(addr->bytes); i++) {
		if (i > 12)
			*at++ = '.';
		at = put_number(at, addr->bytes[i]);
	}
	*at = '\0';
	return text;
}

static int parse_port(const char *text, uint16_t *ret_port)
{
	unsigned int port = 0;
	size_t len = strlen(text);

	/* One spelling per value: no sign, no leading zero. */
	if (len < 1 || len > 5 || text[0] == '0')
		return -ERANGE;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -ERANGE;
		port = port * 10 + (unsigned int)(*text - '0');
	}
	if (port > UINT16_MAX)
		return -ERANGE;
	*ret_port = (uint16_t)port;
	return 0;
}

int lvs_endpoint_parse(const char *text, struct lvs_addr *ret_addr, uint16_t *ret_port)
{
	bool brackets = text[0] == '[';
	const char *start = text + brackets;
	const char *end = start + strcspn(start, brackets ? "]" : ":");
	size_t len = (size_t)(end - start);
	char literal[LVS_ADDR_TEXT_BYTES];
	struct lvs_addr addr;
	uint16_t port = 0;
	int err;

	if (len >= sizeof(literal) || (brackets && *end != ']'))
		return -EINVAL;
	memcpy(literal, start, len);
	literal[len] = '\0';
	if (lvs_addr_parse(literal, &addr) < 0 || lvs_addr_is4(&addr) == brackets)
		return -EINVAL;
	end += brackets;
	if (*end != '\0') {
		if (*end != ':')
			return -EINVAL;
		err = parse_port(end + 1, &port);
		if (err < 0)
			return err;
	}
	*ret_addr = addr;
	*ret_port = port;
	return 0;
}

char *lvs_endpoint_format(const struct lvs_addr *addr, uint16_t port, char *text)
{
	bool brackets = !lvs_addr_is4(addr);
	char *at = text;

	if (brackets)
		*at++ = '[';
	at += strlen(lvs_addr_format(addr, at));
	if (brackets)
		*at++ = ']';
	if (port) {
		*at++ = ':';
		at = put_number(at, port);
	}
	*at = '\0';
	return text;
}

int lvs_prefix_parse(const char *text, struct lvs_prefix *ret_prefix, bool *ret_exact)
{
	const char *slash = text + strcspn(text, "/");
	size_t len = (size_t)(slash - text);
	char literal[LVS_ADDR_TEXT_BYTES];
	struct lvs_addr addr, mask;
	unsigned int bits = 0, most;

	if (len >= sizeof(literal))
		return -EINVAL;
	memcpy(literal, text, len);
	literal[len] = '\0';
	if (lvs_addr_parse(literal, &addr) < 0)
		return -EINVAL;
	most = lvs_addr_is4(&addr) ? LVS_PREFIX_HOST - LVS_PREFIX_IP4 : LVS_PREFIX_HOST;
	if (!*slash) {
		bits = most;
	} else {
		len = strlen(++slash);
		if (len < 1 || len > 3 || (slash[0] == '0' && len > 1))
			return -ERANGE;
		for (; *slash; slash++) {
			if (*slash < '0' || *slash > '9')
				return -ERANGE;
			bits = bits * 10 + (unsigned int)(*slash - '0');
		}
	}
	if (bits > most)
		return -ERANGE;
	bits += LVS_PREFIX_HOST - most;
	mask = lvs_prefix_mask((uint8_t)bits);
	*ret_prefix = (struct lvs_prefix){ .addr = lvs_addr_masked(&addr, &mask), .bits = (uint8_t)bits };
	*ret_exact = lvs_addr_equal(&ret_prefix->addr, &addr);
	return 0;
}

int lvs_ends_parse(const char *text, struct lvs_prefix *ret_prefix, uint16_t *ret_port)
{
	bool brackets = text[0] == '[', exact;
	const char *start = text + brackets, *colon = strrchr(text, ':'), *end;
	struct lvs_prefix prefix = { .bits = 0 };
	char literal[LVS_PREFIX_TEXT_BYTES];
	uint16_t port = 0;
	int err = 0;

	if (brackets)
		end = start + strcspn(start, "]");
	else if (colon && colon == strchr(text, ':'))
		end = colon;
	else
		end = start + strlen(start);
	if ((size_t)(end - start) >= sizeof(literal) || (brackets && *end != ']'))
		return -EINVAL;
	memcpy(literal, start, (size_t)(end - start));
	literal[end - start] = '\0';
	end += brackets;
	if (*end && *end != ':')
		return -EINVAL;
	/* A port alone; nothing at all is no prefix either. */
	if (*literal || !*end || brackets)
		err = lvs_prefix_parse(literal, &prefix, &exact);
	if (!err && brackets && lvs_addr_is4(&prefix.addr))
		err = -EINVAL;
	if (!err && *end)
		err = parse_port(end + 1, &port);
	if (err)
		return err;
	*ret_prefix = prefix;
	*ret_port = port;
	return 0;
}

char *lvs_prefix_format(const struct lvs_prefix *prefix, char *text)
{
	size_t len = strlen(lvs_addr_format(&prefix->addr, text));

	if (prefix->bits < LVS_PREFIX_HOST)
		(void)snprintf(text + len, LVS_PREFIX_TEXT_BYTES - len, "/%d",
			       prefix->bits - (lvs_addr_is4(&prefix->addr) ? LVS_PREFIX_IP4 : 0));
	return text;
}
