// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each end says in its SYN how much a segment towards it may carry. To lower what the server says keeps the client's
 * segments short enough for the path to the server, and the other way round; where replies pass by the director, only
 * the client's word can be changed.
 */
#include "engine/mss.h"

#include "engine/packet.h"
#include "engine/segment.h"
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

void lvs_mss_clamp(const struct lvs_server *server, struct lvs_packet *packet)
{
	uint16_t limit = lvs_mss_limit(&server->service->spec, server);
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_tcp_option_walk walk = lvs_tcp_option_walk(packet);
	const lvs_be16 wire = LVS_BE16(limit);
	const uint8_t *option;

	while (limit != UINT16_MAX && (option = lvs_tcp_option_next(&walk))) {
		const uint8_t *value = option + 2;

		if (option[0] != LVS_TCPOPT_MSS || option[1] != LVS_TCP_MSS_BYTES || (value[0] << 8 | value[1]) <= limit)
			continue;
		lvs_segment_set(packet, (uint32_t)(value - (const uint8_t *)tcp), &wire, sizeof(wire));
	}
}
