// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each end says in its SYN how much a segment towards it may carry. To lower what the server says keeps the client's
 * segments short enough for the path to the server, and the other way round; where replies pass by the director, only
 * the client's word can be changed.
 *
 * Nobody aligns options: a value at an odd place has its two bytes in two words of the sum, and in each the other way
 * round, so what it adds to the sum is its own with the bytes swapped (RFC 1071 section 2 (B)).
 */
#include "engine/mss.h"

#include "base/csum.h"
#include "engine/packet.h"
#include "engine/service.h"
#include "engine/tcp_options.h"
#include "engine/wire.h"

/* Of the path, less the headers that every segment has. */
static uint32_t of_path(uint32_t mtu, bool ip6)
{
	uint32_t headers = (uint32_t)((ip6 ? sizeof(struct lvs_ip6) : sizeof(struct lvs_ip4)) + sizeof(struct lvs_tcp));
	uint32_t least = ip6 ? LVS_MSS_LEAST_IP6 : LVS_MSS_LEAST_IP4;

	return LVS_MAX(mtu - LVS_MIN(mtu, headers), least);
}

uint16_t lvs_mss_limit(const struct lvs_service_spec *spec, const struct lvs_server *server)
{
	uint32_t limit = spec->mss ? spec->mss : UINT16_MAX;

	if (spec->mss_of_path && server && server->mtu)
		limit = LVS_MIN(limit, of_path(server->mtu, !lvs_addr_is4(&spec->key.addr)));
	return (uint16_t)LVS_MIN(limit, (uint32_t)UINT16_MAX);
}

static uint16_t as_summed(uint16_t value, bool odd)
{
	return odd ? (uint16_t)(value << 8 | value >> 8) : value;
}

/* Two bytes at @at, @off behind the first one of the sum, become @value. Return: what that adds to the sum */
static uint16_t replace(uint8_t *at, size_t off, lvs_be16 value)
{
	uint16_t from, to = (LVS_FORCE uint16_t)value;

	memcpy(&from, at, sizeof(from));
	memcpy(at, &to, sizeof(to));
	return lvs_csum_delta(as_summed(from, off % 2), as_summed(to, off % 2));
}

void lvs_mss_clamp(const struct lvs_server *server, const struct lvs_packet *packet)
{
	uint16_t limit = lvs_mss_limit(&server->service->spec, server);
	struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_tcp_option_walk walk = lvs_tcp_option_walk(packet);
	uint8_t *option;

	while (limit != UINT16_MAX && (option = lvs_tcp_option_next(&walk))) {
		uint8_t *value = option + 2;
		uint16_t delta;

		if (option[0] != LVS_TCPOPT_MSS || option[1] != LVS_TCP_MSS_BYTES || (value[0] << 8 | value[1]) <= limit)
			continue;
		delta = replace(value, (size_t)(value - (uint8_t *)tcp), LVS_BE16(limit));
		/* A partial one knows nothing of what is behind the addresses. */
		if (!lvs_packet_is_partial(packet))
			tcp->csum = lvs_csum_update(tcp->csum, delta);
	}
}
