// SPDX-License-Identifier: GPL-2.0-or-later
/* Blocks carry their length at both ends, and everything in them is padded to four bytes. */
#include "base/pcapng.h"

#include <assert.h>
#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	ORDER_MAGIC = 0x1a2b3c4d,
	LINK_SLL = 113,

	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_PACKET_FLAGS = 2,
	OPTION_PACKET_LOST = 4,
	OPTION_INTERFACE_NAME = 2,
	OPTION_SECTION_PROGRAM = 4,
	OPTION_STATISTICS_LOST = 5,
	OPTION_INTERFACE_TIME_UNIT = 9,

	FLAGS_INBOUND = 1,
	FLAGS_OUTBOUND = 2,

	UNIT_NANOSECONDS = 9,

	SLL_INCOMING = 0,
	SLL_OUTGOING = 4,
	SLL_NO_HARDWARE = 0xfffe,	/* as of a TUN device */
	SLL_IP4 = 0x0800,
	SLL_IP6 = 0x86dd,
};

#define BLOCK_BYTES 12	/* around its content */
#define PACKET_BYTES (BLOCK_BYTES + 20)	/* around packet and options */
#define SLL_BYTES 16
#define FLAGS_OPTION_BYTES 8
#define LOST_OPTION_BYTES 12
#define END_OPTION_BYTES 4

static_assert(PACKET_BYTES + SLL_BYTES + 65536 + 4 + LVS_PCAPNG_COMMENT_MAX + FLAGS_OPTION_BYTES + LOST_OPTION_BYTES +
	      END_OPTION_BYTES <= LVS_PCAPNG_PACKET_MAX, "room for the longest");

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static uint8_t *put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value & 0xffff), value >> 16);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	memset(at + len, 0, padded(len) - len);
	memcpy(at, bytes, len);
	return at + padded(len);
}

static uint8_t *put_option(uint8_t *at, uint32_t code, const void *value, size_t len)
{
	return put_bytes(put16(put16(at, code), (uint32_t)len), value, len);
}

static uint8_t *put_option64(uint8_t *at, uint32_t code, uint64_t value)
{
	at = put16(put16(at, code), 8);
	return put32(put32(at, (uint32_t)value), (uint32_t)(value >> 32));
}

/* Times are in halves, the upper one first. */
static uint8_t *put_time(uint8_t *at, lvs_ns time)
{
	return put32(put32(at, (uint32_t)(time >> 32)), (uint32_t)time);
}

static uint8_t *begin_block(uint8_t *at, uint32_t type)
{
	return put32(at, type) + 4;
}

static uint8_t *end_block(uint8_t *begin, uint8_t *at)
{
	uint32_t len = (uint32_t)(at - begin) + 4;

	(void)put32(begin + 4, len);
	return put32(at, len);
}

static uint8_t *put_interface(uint8_t *begin, uint32_t snaplen, const char *name)
{
	const uint8_t unit = UNIT_NANOSECONDS;
	uint8_t *at = begin_block(begin, BLOCK_INTERFACE);

	at = put32(put32(at, LINK_SLL), snaplen + SLL_BYTES);
	at = put_option(at, OPTION_INTERFACE_NAME, name, strlen(name));
	at = put_option(at, OPTION_INTERFACE_TIME_UNIT, &unit, 1);
	return end_block(begin, put_option(at, OPTION_END, "", 0));
}

void lvs_pcapng_begin(uint32_t snaplen, uint8_t bytes[LVS_PCAPNG_BEGIN_BYTES])
{
	uint8_t *at = begin_block(bytes, BLOCK_SECTION);

	at = put16(put16(put32(at, ORDER_MAGIC), 1), 0);
	at = put32(put32(at, UINT32_MAX), UINT32_MAX);	/* of a length that is not known */
	at = put_option(at, OPTION_SECTION_PROGRAM, "lvsd", 4);
	at = end_block(bytes, put_option(at, OPTION_END, "", 0));
	at = put_interface(at, snaplen, "in");
	at = put_interface(at, snaplen, "out");
	assert(at == bytes + LVS_PCAPNG_BEGIN_BYTES);
}

void lvs_pcapng_statistics(lvs_ns time, uint64_t lost, uint8_t bytes[LVS_PCAPNG_STATISTICS_BYTES])
{
	uint8_t *at = put_time(put32(begin_block(bytes, BLOCK_STATISTICS), 0), time);

	at = put_option64(at, OPTION_STATISTICS_LOST, lost);
	at = end_block(bytes, put_option(at, OPTION_END, "", 0));
	assert(at == bytes + LVS_PCAPNG_STATISTICS_BYTES);
}

static size_t comment_bytes(const struct lvs_pcapng_packet *packet)
{
	size_t len = strlen(packet->comment);

	return len < LVS_PCAPNG_COMMENT_MAX ? len : LVS_PCAPNG_COMMENT_MAX;
}

size_t lvs_pcapng_packet_bytes(const struct lvs_pcapng_packet *packet)
{
	size_t comment = comment_bytes(packet);

	return PACKET_BYTES + SLL_BYTES + padded(packet->captured) + (comment ? 4 + padded(comment) : 0) + FLAGS_OPTION_BYTES +
	       (packet->lost ? LOST_OPTION_BYTES : 0) + END_OPTION_BYTES;
}

static uint8_t *put_big16(uint8_t *at, uint32_t value)
{
	return put16(at, (value & 0xff) << 8 | value >> 8);
}

static uint8_t *put_sll(uint8_t *at, const struct lvs_pcapng_packet *packet)
{
	bool ip6 = packet->captured && packet->data[0] >> 4 == 6;

	at = put_big16(put_big16(at, packet->out ? SLL_OUTGOING : SLL_INCOMING), SLL_NO_HARDWARE);
	memset(at, 0, 10);	/* no address */
	return put_big16(at + 10, ip6 ? SLL_IP6 : SLL_IP4);
}

void lvs_pcapng_packet(const struct lvs_pcapng_packet *packet, uint8_t *bytes)
{
	const uint8_t flags[4] = { packet->out ? FLAGS_OUTBOUND : FLAGS_INBOUND };
	size_t comment = comment_bytes(packet);
	uint8_t *at = begin_block(bytes, BLOCK_PACKET);

	at = put32(at, packet->out);
	at = put_time(at, packet->time);
	at = put32(put32(at, packet->captured + SLL_BYTES), packet->len + SLL_BYTES);
	at = put_sll(at, packet);
	at = put_bytes(at, packet->data, packet->captured);
	if (comment)
		at = put_option(at, OPTION_COMMENT, packet->comment, comment);
	at = put_option(at, OPTION_PACKET_FLAGS, flags, sizeof(flags));
	if (packet->lost)
		at = put_option64(at, OPTION_PACKET_LOST, packet->lost);
	(void)end_block(bytes, put_option(at, OPTION_END, "", 0));
}
