// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transparent services: their marks are those of packets to addresses of others, so that there is somebody to go on to where
 * no server takes a packet (IPVS: cache_bypass), and where it comes from a server. What goes on is a connection all the
 * same: its packets do not meet the schedulers again when a server comes back in its midst. Replies pass by, so it is found
 * by requests only.
 */
#include "engine/core.h"
#include "engine/one_packet.h"
#include "engine/wire.h"

static bool is_others(const struct lvs_engine *engine, const struct lvs_addr *addr)
{
	return lvs_addr_is_unicast(addr) && !lvs_addr_is_loopback(addr) &&
	       lvs_rules_owner(&engine->rules, addr) == LVS_OWNER_OTHER;
}

bool lvs_bypass_spares(const struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet)
{
	return service->spec.key.mark && lvs_unlikely(lvs_origins_have(&engine->rules, &packet->tuple.src)) &&
	       is_others(engine, &packet->tuple.dst);
}

bool lvs_bypass_wants(const struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_packet *packet)
{
	return service->spec.key.mark && lvs_choice_is(service->spec.cache_bypass, engine->settings.cache_bypass) &&
	       is_others(engine, &packet->tuple.dst);
}

bool lvs_bypass_begin(struct lvs_engine *engine, const struct lvs_service *service, const struct lvs_proto_ops *proto,
		      struct lvs_packet *packet, bool midst, enum lvs_drop *ret_drop)
{
	const struct lvs_addr nobody = lvs_addr_any(lvs_addr_is4(&packet->tuple.dst));
	struct lvs_server *server;
	struct lvs_conn *conn;

	if (!lvs_bypass_wants(engine, service, packet))
		return false;
	server = lvs_masquerade_other_side(engine, &lvs_forward_bypass, &nobody);
	if (service->spec.one_packet && packet->proto == LVS_PROTO_UDP) {
		*ret_drop = lvs_one_packet_relay(engine, server, &packet->tuple, packet, LVS_DIR_REQUEST);
	} else {
		*ret_drop = lvs_engine_connect(engine, server, &packet->tuple, midst, &conn);
		if (!*ret_drop)
			*ret_drop = lvs_engine_track(engine, conn, proto, packet, LVS_DIR_REQUEST);
	}
	engine->stats.bypassed += !*ret_drop;
	return true;
}
