// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What SIP's helper reads, fed with anything. Input: two bytes of a UDP length, two of a segment size (0: no super-packet),
 * the datagram's text. What it takes for a Call-ID lies in the text, is one word that its line ends with, and what comes
 * behind that line never changes it.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/helper.h"
#include "engine/packet.h"
#include "engine/wire.h"
#include "tests/fuzz/fuzz.h"

#define SWITCHES 4

/* A block of exactly its length, with nothing in front of the UDP header. */
static struct lvs_packet datagram(const uint8_t *text, size_t len, uint16_t field, uint16_t segment)
{
	struct lvs_packet packet = { .data = malloc(sizeof(struct lvs_udp) + len), .len = (uint32_t)(sizeof(struct lvs_udp) + len),
				     .proto = LVS_PROTO_UDP };
	struct lvs_udp udp = { .len = LVS_BE16(field) };

	CHECK(packet.data);
	memcpy(packet.data, &udp, sizeof(udp));
	memcpy(packet.data + sizeof(udp), text, len);
	if (segment) {
		packet.vnet.gso_type = LVS_GSO_UDP_L4;
		packet.vnet.gso_size = segment;
	}
	return packet;
}

static void check_word(const struct lvs_packet *packet, const uint8_t *key, size_t bytes)
{
	CHECK(bytes > 0 && bytes <= 255);
	CHECK(key > packet->data + sizeof(struct lvs_udp) && key + bytes < packet->data + packet->len);
	for (size_t i = 0; i < bytes; i++)
		CHECK(key[i] > ' ' && key[i] != 0x7f);
	CHECK(strchr(" \t\r\n", key[bytes]) && strchr(" \t\r\n:", key[-1]));
}

/* The text up to and with the first byte behind the Call-ID's line says the same. */
static void check_enough(const uint8_t *text, size_t len, size_t from, size_t bytes)
{
	size_t end = from + bytes, again_bytes;
	const uint8_t *again;

	while (end < len && text[end] != '\r' && text[end] != '\n')
		end++;
	for (size_t cut = from; cut <= len && cut <= end + 3; cut++) {
		struct lvs_packet packet = datagram(text, cut, UINT16_MAX, 0);
		bool found = !lvs_helper_sip.key(&packet, &again, &again_bytes);

		if (found)
			CHECK(again == packet.data + sizeof(struct lvs_udp) + from && again_bytes == bytes);
		else
			CHECK(cut <= end || text[end + 1] == ' ' || text[end + 1] == '\t' || text[end + 1] == '\n');
		free(packet.data);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct lvs_packet packet;
	uint16_t field, segment;
	const uint8_t *key;
	size_t bytes;

	if (size < SWITCHES)
		return 0;
	memcpy(&field, input, sizeof(field));
	memcpy(&segment, input + sizeof(field), sizeof(segment));
	input += SWITCHES;
	size -= SWITCHES;
	packet = datagram(input, size, field, segment);
	switch (lvs_helper_sip.key(&packet, &key, &bytes)) {
	case LVS_DROP_NONE:
		check_word(&packet, key, bytes);
		CHECK(key + bytes < packet.data + field);
		CHECK(!segment || key + bytes < packet.data + sizeof(struct lvs_udp) + segment);
		check_enough(input, size, (size_t)(key - packet.data) - sizeof(struct lvs_udp), bytes);
		break;
	case LVS_DROP_NO_CALL_ID:
		break;
	default:
		CHECK(false);
	}
	free(packet.data);
	return 0;
}
