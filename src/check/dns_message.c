// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything is read through a cursor that knows the end of the message. A compressed name may only point backwards, to in
 * front of where it began, so that no message can make a reader go in circles.
 */
#include "check/dns_message.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

#define HEADER_BYTES 12
#define NAME_BYTES 255
#define LABEL_BYTES 63
#define CLASS_IN 1
#define FLAG_RESPONSE 0x8000
#define FLAG_RECURSION 0x0100
#define CODE_MASK 0x000f
#define POINTER 0xc0
/* A server may send that many and more; whoever needs them to find one thing has other troubles. */
#define RECORDS_MAX 256

enum { TYPE_A = 1, TYPE_NS = 2, TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_PTR = 12, TYPE_MX = 15, TYPE_TXT = 16, TYPE_AAAA = 28,
       TYPE_SRV = 33 };

static const struct { const char *name; uint16_t type; } types[] = {
	{ "A", TYPE_A },     { "AAAA", TYPE_AAAA }, { "CNAME", TYPE_CNAME }, { "MX", TYPE_MX },	  { "NS", TYPE_NS },
	{ "PTR", TYPE_PTR }, { "SOA", TYPE_SOA },   { "SRV", TYPE_SRV },     { "TXT", TYPE_TXT },
};

uint16_t lvs_dns_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!strcasecmp(types[i].name, name))
			return types[i].type;
	return 0;
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned int get16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

/* Return: bytes written to @ret, 0 if @name is none */
static size_t put_name(const char *name, uint8_t *ret)
{
	size_t n = 0;

	if (!strcmp(name, "."))
		name = "";
	while (*name) {
		size_t len = strcspn(name, ".");

		if (!len || len > LABEL_BYTES || n + 1 + len + 1 > NAME_BYTES)
			return 0;
		ret[n++] = (uint8_t)len;
		memcpy(ret + n, name, len);
		n += len;
		name += len;
		name += *name == '.';
	}
	ret[n++] = 0;
	return n;
}

size_t lvs_dns_query(const char *name, uint16_t type, uint16_t id, uint8_t ret[LVS_DNS_QUERY_BYTES])
{
	size_t n;

	memset(ret, 0, HEADER_BYTES);
	put16(ret, id);
	put16(ret + 2, FLAG_RECURSION);
	put16(ret + 4, 1);
	n = put_name(name, ret + HEADER_BYTES);
	if (!n)
		return 0;
	n += HEADER_BYTES;
	put16(ret + n, type);
	put16(ret + n + 2, CLASS_IN);
	return n + 4;
}

struct reader {
	const uint8_t *bytes;
	size_t len, at;
};

/* Return: @n bytes, or NULL if there are not so many left */
static const uint8_t *take(struct reader *reader, size_t n)
{
	const uint8_t *at = reader->bytes + reader->at;

	if (n > reader->len - reader->at)
		return NULL;
	reader->at += n;
	return at;
}

/* @ret: the name with dots, in LVS_DNS_TEXT_BYTES; NULL to skip it. Return: is it one? */
static bool take_name(struct reader *reader, char *ret)
{
	size_t at = reader->at, floor = reader->at, bytes = 0, n = 0;
	bool jumped = false;

	for (;;) {
		uint8_t len;

		if (at >= reader->len)
			return false;
		len = reader->bytes[at++];
		if ((len & POINTER) == POINTER) {
			if (at >= reader->len)
				return false;
			if (!jumped)
				reader->at = at + 1;
			jumped = true;
			at = (size_t)(len & ~POINTER) << 8 | reader->bytes[at];
			if (at >= floor)
				return false;
			floor = at;
			continue;
		}
		bytes += len + 1u;
		if (len & POINTER || bytes > NAME_BYTES || len > reader->len - at)
			return false;
		if (!len)
			break;
		for (size_t i = 0; ret && i < len; i++)
			ret[n++] = isgraph(reader->bytes[at + i]) ? (char)reader->bytes[at + i] : '?';
		if (ret)
			ret[n++] = '.';
		at += len;
	}
	if (!jumped)
		reader->at = at;
	if (ret && n > 1)
		n--;	/* the root's dot is meant by all names */
	if (ret)
		ret[n] = '\0';
	return true;
}

/* What a record of this type holds, as text. */
static bool take_text(struct reader *reader, unsigned int type, size_t len, char ret[LVS_DNS_TEXT_BYTES])
{
	struct reader data = { reader->bytes, reader->at + len, reader->at };
	const uint8_t *at;
	size_t n = 0;

	switch (type) {
	case TYPE_A:
		return len == 4 && inet_ntop(AF_INET, take(&data, 4), ret, LVS_DNS_TEXT_BYTES);
	case TYPE_AAAA:
		return len == 16 && inet_ntop(AF_INET6, take(&data, 16), ret, LVS_DNS_TEXT_BYTES);
	case TYPE_TXT:
		while (data.at < data.len) {
			size_t part = *take(&data, 1);

			at = take(&data, part);
			if (!at)
				return false;
			for (size_t i = 0; i < part && n + 1 < LVS_DNS_TEXT_BYTES; i++)
				ret[n++] = isprint(at[i]) ? (char)at[i] : '?';
		}
		ret[n] = '\0';
		return true;
	case TYPE_MX:
		return take(&data, 2) && take_name(&data, ret);
	case TYPE_SRV:
		return take(&data, 6) && take_name(&data, ret);
	default:	/* begin with a name, the others do */
		return take_name(&data, ret);
	}
}

/* Names with or without the last dot, capitals or not; addresses however they are written; texts as they are. */
static bool is_same(unsigned int type, const char *expect, const char *text)
{
	uint8_t a[16], b[16];
	size_t len = strlen(expect);

	if (type == TYPE_A || type == TYPE_AAAA) {
		int family = type == TYPE_A ? AF_INET : AF_INET6;

		return inet_pton(family, expect, a) == 1 && inet_pton(family, text, b) == 1 &&
		       !memcmp(a, b, family == AF_INET ? 4 : 16);
	}
	if (type == TYPE_TXT)
		return !strcmp(expect, text);
	len -= len > 1 && expect[len - 1] == '.';
	return strlen(text) == len && !strncasecmp(expect, text, len);
}

enum lvs_dns_verdict lvs_dns_judge(const uint8_t *message, size_t len, const uint8_t *query, size_t query_len,
				   const char *expect, unsigned int *ret_code, char ret_text[LVS_DNS_TEXT_BYTES])
{
	struct reader reader = { message, len, HEADER_BYTES };
	unsigned int type = get16(query + query_len - 4), n, asked;
	enum lvs_dns_verdict verdict = LVS_DNS_EMPTY;
	char text[LVS_DNS_TEXT_BYTES];

	if (len < HEADER_BYTES || memcmp(message, query, 2) != 0 || !(get16(message + 2) & FLAG_RESPONSE))
		return LVS_DNS_NOT_OURS;
	*ret_code = get16(message + 2) & CODE_MASK;
	if (*ret_code)
		return LVS_DNS_REFUSED;
	asked = get16(message + 4);
	n = LVS_MIN(get16(message + 6), (unsigned int)RECORDS_MAX);
	for (unsigned int i = 0; i < asked && i < RECORDS_MAX; i++)
		if (!take_name(&reader, NULL) || !take(&reader, 4))
			return LVS_DNS_GARBAGE;
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *head;
		size_t bytes;

		if (!take_name(&reader, NULL))
			return LVS_DNS_GARBAGE;
		head = take(&reader, 10);
		if (!head)
			return LVS_DNS_GARBAGE;
		bytes = get16(head + 8);
		if (bytes > reader.len - reader.at)
			return LVS_DNS_GARBAGE;
		if (get16(head) == type) {
			if (!take_text(&reader, type, bytes, text))
				return LVS_DNS_GARBAGE;
			if (!*expect || is_same(type, expect, text))
				return LVS_DNS_GOOD;
			if (verdict == LVS_DNS_EMPTY)
				memcpy(ret_text, text, sizeof(text));
			verdict = LVS_DNS_OTHER;
		}
		(void)take(&reader, bytes);
	}
	return verdict;
}

const char *lvs_dns_code(unsigned int code, char buf[24])
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" };

	if (code < ARRAY_LEN(names))
		return names[code];
	(void)snprintf(buf, 24, "error %u", code);
	return buf;
}
