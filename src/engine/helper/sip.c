// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIP over UDP, the persistence engine "sip" of IPVS: what keeps datagrams together is the Call-ID of their dialog (RFC
 * 3261 section 20.8), not the address that they come from. Requests and responses alike have one.
 *
 * Only the header section is read, line by line, up to the first Call-ID header, in its long or its compact form. Neither
 * the start line nor any other header is looked at, and no length that the message states is believed. A Call-ID counts
 * only if the end of its line is there too: one that was cut by fragmentation names nothing.
 *
 * What comes after the header's name is taken byte by byte, as long as it is one word. The grammar of RFC 3261 allows
 * fewer bytes, and IPVS drops the messages of phones that use others; but the director only has to tell one Call-ID from
 * another.
 */
#include "engine/helper.h"

#include "base/bytes.h"
#include "engine/packet.h"
#include "engine/wire.h"

/* As many as IPVS takes: room for any Call-ID that is made of a random number and a host's name. */
#define CALL_ID_BYTES_MAX 255

static bool is_break(uint8_t c)
{
	return c == '\r' || c == '\n';
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(uint8_t c)
{
	return c > ' ' && c != 0x7f;
}

/* Behind the line break that begins at @at: CRLF, or as RFC 2543 allowed, one of the two alone. */
static const uint8_t *skip_break(const uint8_t *at, const uint8_t *end)
{
	return at + (at[0] == '\r' && end - at > 1 && at[1] == '\n' ? 2 : 1);
}

static const uint8_t *next_line(const uint8_t *at, const uint8_t *end)
{
	while (at < end && !is_break(*at))
		at++;
	return at < end ? skip_break(at, end) : end;
}

/* LWS of RFC 3261 section 25.1: a line that begins with a blank continues the one before it. */
static const uint8_t *skip_space(const uint8_t *at, const uint8_t *end)
{
	for (;;) {
		const uint8_t *next;

		while (at < end && is_blank(*at))
			at++;
		if (at == end || !is_break(*at))
			return at;
		next = skip_break(at, end);
		if (next == end || !is_blank(*next))
			return at;
		at = next;
	}
}

/* @name: lower case. Return: behind it and the colon, or NULL if another header begins at @at */
static const uint8_t *skip_name(const uint8_t *at, const uint8_t *end, const char *name)
{
	for (; *name; name++, at++) {
		bool letter = *name >= 'a' && *name <= 'z';

		if (at == end || (letter ? *at | 0x20 : *at) != (uint8_t)*name)
			return NULL;
	}
	at = skip_space(at, end);
	return at < end && *at == ':' ? at + 1 : NULL;
}

/* @at: behind the colon. Return: whether a Call-ID stands there and its line ends */
static bool read_value(const uint8_t *at, const uint8_t *end, const uint8_t **ret_key, size_t *ret_bytes)
{
	const uint8_t *begin = skip_space(at, end), *behind = begin;
	size_t bytes;

	while (behind < end && is_word(*behind))
		behind++;
	bytes = (size_t)(behind - begin);
	behind = skip_space(behind, end);
	if (!bytes || bytes > CALL_ID_BYTES_MAX || behind == end || !is_break(*behind))
		return false;
	*ret_key = begin;
	*ret_bytes = bytes;
	return true;
}

static bool find_call_id(const uint8_t *at, const uint8_t *end, const uint8_t **ret_key, size_t *ret_bytes)
{
	/* RFC 3261 section 7.5: empty lines before the start line mean nothing. */
	while (at < end && is_break(*at))
		at++;
	for (at = next_line(at, end); at < end && !is_break(*at); at = next_line(at, end)) {
		const uint8_t *value = skip_name(at, end, "call-id");

		if (!value)
			value = skip_name(at, end, "i");
		if (value)
			return read_value(value, end, ret_key, ret_bytes);
	}
	return false;
}

static enum lvs_drop sip_key(const struct lvs_packet *packet, const uint8_t **ret_key, size_t *ret_bytes)
{
	const struct lvs_udp *udp = lvs_packet_at(packet, packet->l4, sizeof(*udp));
	size_t bytes;

	if (packet->proto != LVS_PROTO_UDP || !udp)
		return LVS_DROP_NO_CALL_ID;
	/* A first fragment has less than its length field says. */
	bytes = LVS_MIN(packet->len - packet->l4, (size_t)lvs_host16(udp->len));
	bytes -= LVS_MIN(bytes, sizeof(*udp));
	if (packet->vnet.gso_type == LVS_GSO_UDP_L4)
		bytes = LVS_MIN(bytes, packet->vnet.gso_size);
	if (!find_call_id((const uint8_t *)(udp + 1), (const uint8_t *)(udp + 1) + bytes, ret_key, ret_bytes))
		return LVS_DROP_NO_CALL_ID;
	return LVS_DROP_NONE;
}

const struct lvs_helper_ops lvs_helper_sip = {
	.name = "sip",
	.index = LVS_HELPER_INDEX_sip,
	.proto = LVS_PROTO_UDP,
	.key = sip_key,
	.originates = true,
};
