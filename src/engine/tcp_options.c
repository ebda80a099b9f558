// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options are a kind, a length that counts both, and a value; two kinds are that one byte. A length that cannot be ends
 * the reading: what was understood before it stands.
 */
#include "engine/tcp_options.h"

#include "engine/wire.h"

enum {
	SCALE_BYTES = 3,
	SACK_PERMITTED_BYTES = 2,
	TIMESTAMPS_BYTES = 10,
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

/* One option of @len bytes at @at. */
static void read_one(struct lvs_tcp_options *options, const uint8_t *at, size_t len)
{
	if (at[0] == LVS_TCPOPT_MSS && len == LVS_TCP_MSS_BYTES) {
		options->mss = get16(at + 2);
	} else if (at[0] == LVS_TCPOPT_SCALE && len == SCALE_BYTES) {
		options->scale = LVS_MIN(at[2], LVS_TCP_SCALE_MAX);
	} else if (at[0] == LVS_TCPOPT_SACK_PERMITTED && len == SACK_PERMITTED_BYTES) {
		options->sack = true;
	} else if (at[0] == LVS_TCPOPT_TIMESTAMPS && len == TIMESTAMPS_BYTES) {
		options->timestamps = true;
		options->value = get32(at + 2);
		options->echo = get32(at + 6);
	}
}

struct lvs_tcp_option_walk lvs_tcp_option_walk(const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	size_t len = (tcp->offset >> 4) * 4U - sizeof(*tcp);
	uint8_t *at = lvs_packet_at(packet, packet->l4 + sizeof(*tcp), len);

	return (struct lvs_tcp_option_walk){ .at = at, .len = at ? len : 0 };
}

uint8_t *lvs_tcp_option_next(struct lvs_tcp_option_walk *walk)
{
	uint8_t *option;

	while (walk->off < walk->len && walk->at[walk->off] == LVS_TCPOPT_NOP)
		walk->off++;
	if (walk->len - walk->off < 2)
		return NULL;
	option = walk->at + walk->off;
	if (option[0] == LVS_TCPOPT_END || option[1] < 2 || option[1] > walk->len - walk->off)
		return NULL;
	walk->off += option[1];
	return option;
}

struct lvs_tcp_options lvs_tcp_options_read(const struct lvs_packet *packet)
{
	struct lvs_tcp_options options = { .scale = LVS_TCP_NO_SCALE };
	struct lvs_tcp_option_walk walk = lvs_tcp_option_walk(packet);
	const uint8_t *option;

	while ((option = lvs_tcp_option_next(&walk)))
		read_one(&options, option, option[1]);
	return options;
}

size_t lvs_tcp_options_write(uint8_t *at, const struct lvs_tcp_options *options)
{
	uint8_t *to = at;

	if (options->mss) {
		*to++ = LVS_TCPOPT_MSS;
		*to++ = LVS_TCP_MSS_BYTES;
		put16(to, options->mss);
		to += 2;
	}
	if (options->timestamps) {
		*to++ = options->sack ? LVS_TCPOPT_SACK_PERMITTED : LVS_TCPOPT_NOP;
		*to++ = options->sack ? SACK_PERMITTED_BYTES : LVS_TCPOPT_NOP;
		*to++ = LVS_TCPOPT_TIMESTAMPS;
		*to++ = TIMESTAMPS_BYTES;
		put32(to, options->value);
		put32(to + 4, options->echo);
		to += 8;
	} else if (options->sack) {
		*to++ = LVS_TCPOPT_NOP;
		*to++ = LVS_TCPOPT_NOP;
		*to++ = LVS_TCPOPT_SACK_PERMITTED;
		*to++ = SACK_PERMITTED_BYTES;
	}
	if (options->scale != LVS_TCP_NO_SCALE) {
		*to++ = LVS_TCPOPT_NOP;
		*to++ = LVS_TCPOPT_SCALE;
		*to++ = SCALE_BYTES;
		*to++ = options->scale;
	}
	return (size_t)(to - at);
}
