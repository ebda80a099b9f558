// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What its addresses already say of a packet: that nobody may have sent it, or not from here to there, or that it is one of
 * the director's own.
 *
 * A tunnel whose server is reached by way of the director again, or is another director whose server is this one, would
 * wrap each packet until its time to live is over, and each time it would be longer. The headers are taken off one by one,
 * up to a depth that two directors cannot reach without showing themselves.
 */
#include "engine/core.h"
#include "engine/icmp.h"
#include "engine/tunnel.h"
#include "engine/wire.h"

#define DEPTH_MAX 4
/* Of a service, so that no packet takes long. */
#define SERVERS_ASKED 256u

/* Do tunnels with @inner for such a server begin at the source of @outer? Where that is the host's, the server knows it. */
static bool begins_here(const struct lvs_engine *engine, const struct lvs_packet *outer, const struct lvs_packet *inner)
{
	const struct lvs_addr *dip = outer->ip6 ? &engine->settings.dip6 : &engine->settings.dip4, *src = &outer->tuple.src;
	const struct lvs_service *service;

	if (!lvs_addr_is_any(dip))
		return lvs_addr_equal(src, dip);
	service = inner->kind == LVS_PACKET_FLOW ? lvs_service_lookup(&engine->rules, inner) : NULL;
	for (uint32_t i = 0; service && i < LVS_MIN(service->nservers, SERVERS_ASKED); i++) {
		const struct lvs_server *server = service->servers[i];

		if (lvs_addr_equal(&server->spec.addr, &outer->tuple.dst) && lvs_addr_equal(&server->source, src))
			return !lvs_addr_is_any(src);
	}
	return false;
}

/*
 * Has the director itself sent this into a tunnel? It, or what another director has wrapped into tunnels of its own on the way.
 * Such a packet has an address that tunnels begin at as its source, a tunnel's header, and inside one for an address of the
 * director's: nobody else makes those.
 */
static bool came_back(const struct lvs_engine *engine, const struct lvs_packet *packet)
{
	struct lvs_packet carrier, inner, next;
	bool ip6;

	for (unsigned int depth = 0; depth < DEPTH_MAX; depth++) {
		int off = packet->frag_offset ? -1 : lvs_tunnel_peel(packet, &ip6);

		if (off < 0)
			return false;
		carrier = *packet;
		carrier.ip6 = ip6;
		if (lvs_packet_parse_quoted(&carrier, (size_t)off, &inner))
			return false;
		inner.ip6 = ip6;
		if (lvs_rules_owner(&engine->rules, &inner.tuple.dst) != LVS_OWNER_OTHER &&
		    begins_here(engine, packet, &inner))
			return true;
		next = inner;
		packet = &next;
	}
	return false;
}

/* A host tells one of its own addresses of a path MTU with that address as the source. */
static bool is_icmp_error(const struct lvs_packet *packet)
{
	const uint8_t *type = packet->kind == LVS_PACKET_ICMP ? lvs_packet_at(packet, packet->l4, 1) : NULL;

	return type && lvs_icmp_is_error(*type, packet->ip6);
}

enum lvs_drop lvs_engine_check_ends(const struct lvs_engine *engine, const struct lvs_packet *packet)
{
	const struct lvs_tuple *tuple = &packet->tuple;

	if (lvs_addr_is_multicast(&tuple->dst) || lvs_addr_is_broadcast4(&tuple->dst) ||
	    lvs_addr_is_linklocal6(&tuple->dst) || lvs_addr_is_linklocal6(&tuple->src))
		return LVS_DROP_LINK_SCOPE;
	if (!lvs_addr_is_unicast(&tuple->src) || lvs_addr_is_loopback(&tuple->src))
		return LVS_DROP_MARTIAN;
	if (lvs_addr_equal(&tuple->src, &tuple->dst) && !is_icmp_error(packet))
		return LVS_DROP_LAND;
	if (packet->proto != LVS_PROTO_TCP && came_back(engine, packet))
		return LVS_DROP_TUNNEL_LOOP;
	return LVS_DROP_NONE;
}
