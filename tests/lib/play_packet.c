// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/play_packet.h"

#include <string.h>

#include "engine/wire.h"

/* Return: length of the first fragment's, or the packet's, transport header and payload; @ret_all: of all */
static size_t transport_bytes(const struct plain_packet *packet, size_t *ret_all)
{
	*ret_all = packet->proto == LVS_PROTO_TCP ? 20 : packet->proto == LVS_PROTO_SCTP ? 16 : packet->fragment ? 24 : 12;
	return packet->fragment ? 16 : *ret_all;
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void write_transport(const struct plain_packet *packet, uint32_t serial, size_t all, uint8_t *l4)
{
	memset(l4, 0, all);
	put16(l4, packet->src.port);
	put16(l4 + 2, packet->dst.port);
	if (packet->proto == LVS_PROTO_TCP) {
		l4[12] = 5 << 4;
		l4[13] = packet->tcp_flags;
		put32(l4 + 4, serial);
	} else if (packet->proto == LVS_PROTO_SCTP) {
		l4[12] = packet->chunk;
		l4[15] = 4;
		put32(l4 + 4, serial);
	} else {
		put16(l4 + 4, (uint32_t)all);	/* and no checksum */
		put32(l4 + 8, serial);
	}
}

size_t play_write(const struct plain_packet *packet, uint32_t serial, bool later, uint8_t bytes[PLAY_PACKET_BYTES])
{
	bool ip6 = !lvs_addr_is4(&packet->src.addr);
	size_t all, first = transport_bytes(packet, &all), header = ip6 ? 40 : 20;
	uint32_t sum = 0, frag = later ? (uint32_t)first : 1;
	uint8_t l4[32];

	write_transport(packet, serial, all, l4);
	memset(bytes, 0, 48);
	if (ip6) {
		bytes[0] = 0x60;
		bytes[6] = packet->proto;
		bytes[7] = 64;
		memcpy(bytes + 8, packet->src.addr.bytes, 16);
		memcpy(bytes + 24, packet->dst.addr.bytes, 16);
		if (packet->fragment) {
			bytes[6] = LVS_PROTO_FRAGMENT;
			bytes[40] = packet->proto;
			put16(bytes + 42, frag);
			put32(bytes + 44, serial);
			header = 48;
		}
	} else {
		bytes[0] = 0x45;
		bytes[8] = 64;
		bytes[9] = packet->proto;
		put16(bytes + 4, serial);
		if (packet->fragment)
			put16(bytes + 6, later ? frag / 8 : 0x2000);
		memcpy(bytes + 12, packet->src.addr.bytes + 12, 4);
		memcpy(bytes + 16, packet->dst.addr.bytes + 12, 4);
	}
	memcpy(bytes + header, later ? l4 + first : l4, later ? all - first : first);
	header += later ? all - first : first;
	if (ip6) {
		put16(bytes + 4, (uint32_t)header - 40);
		return header;
	}
	put16(bytes + 2, (uint32_t)header);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(bytes + 10, ~((sum & 0xffff) + (sum >> 16)));
	return header;
}

void play_blank_sums(const struct plain_packet *packet, uint8_t bytes[PLAY_PACKET_BYTES])
{
	size_t l4 = lvs_addr_is4(&packet->src.addr) ? 20 : 40;

	if (packet->proto == LVS_PROTO_TCP)
		memset(bytes + l4 + 16, 0, 2);
	if (packet->proto == LVS_PROTO_SCTP)
		memset(bytes + l4 + 8, 0, 4);
}
