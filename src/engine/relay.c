// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of the walk for what is not the usual. By some ways packets leave one by one, as they are on the wire: into a
 * tunnel, whose outer header no offload covers, through a raw socket, or in pieces that only routers of IPv4 would have
 * made of them. A super-packet is cut into its segments first, and what is still longer than the way and may be
 * cut is cut into fragments, before the forwarding method sees it: so nothing is fragmented behind it, and the far end of
 * a tunnel has nothing to put together.
 *
 * On a LAN of its own no host fragments what is too long for the link either; there it is the last thing that is done.
 */
#include "engine/core.h"
#include "engine/split.h"
#include "engine/stream.h"
#include "engine/translate.h"

/* Where the pieces of a packet go. */
struct outlet {
	struct lvs_engine *engine;
	const struct lvs_conn *conn;
	uint32_t mtu;
	enum lvs_dir dir;
};

static enum lvs_drop leave(void *arg, struct lvs_packet *packet)
{
	const struct outlet *outlet = arg;
	struct lvs_engine *engine = outlet->engine;
	enum lvs_drop drop = lvs_forwards[outlet->conn->forward]->rewrite(engine, outlet->conn, packet, outlet->dir);

	if (!drop)
		engine->sink->emit(engine->sink, packet);
	return drop;
}

static enum lvs_drop leave_fitting(void *arg, struct lvs_packet *packet)
{
	const struct outlet *outlet = arg;

	if (outlet->mtu && packet->len > outlet->mtu && lvs_packet_may_fragment(packet))
		return lvs_split_fragment(packet, outlet->mtu, leave, arg);
	return leave(arg, packet);
}

static enum lvs_drop leave_plain(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				 enum lvs_dir dir, uint32_t mtu)
{
	struct outlet outlet = { engine, conn, mtu, dir };
	enum lvs_drop drop = lvs_split(packet, leave_fitting, &outlet);

	if (!drop)
		engine->stats.forwarded++;
	return drop;
}

static enum lvs_drop emit(void *arg, struct lvs_packet *packet)
{
	struct lvs_engine *engine = arg;

	engine->sink->emit(engine->sink, packet);
	return LVS_DROP_NONE;
}

/* Where the pieces of a super-packet would still be too long, they are made here, and cut. */
static enum lvs_drop emit_fitting(void *arg, struct lvs_packet *packet)
{
	struct lvs_engine *engine = arg;

	if (packet->len <= engine->link_mtu)
		return emit(arg, packet);
	if (!lvs_packet_may_fragment(packet))
		return LVS_DROP_TOO_BIG;
	return lvs_split_fragment(packet, engine->link_mtu, emit, arg);
}

enum lvs_drop lvs_engine_relay_long(struct lvs_engine *engine, struct lvs_packet *packet)
{
	enum lvs_drop drop = LVS_DROP_NONE;

	if (lvs_packet_wire_len(packet) <= engine->link_mtu)
		engine->sink->emit(engine->sink, packet);
	else
		drop = lvs_split(packet, emit_fitting, engine);
	if (!drop)
		engine->stats.forwarded++;
	return drop;
}

enum lvs_drop lvs_engine_relay_rare(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
				    enum lvs_dir dir)
{
	const struct lvs_forward_ops *forward = lvs_forwards[conn->forward];
	uint32_t mtu = lvs_server_at(&engine->rules, conn->server)->mtu, limit;
	enum lvs_drop drop = LVS_DROP_NONE;

	if (conn->flags & LVS_CONN_STREAM && packet->kind == LVS_PACKET_FLOW) {
		struct lvs_stream *stream = lvs_stream_of(&engine->streams, conn);

		if (stream->introduction.kind && !lvs_introduce(engine, conn, stream, packet, dir)) {
			engine->stats.answered++;
			lvs_engine_count(engine, conn, packet, dir);
			return LVS_DROP_NONE;
		}
		if (!stream->introduction.alone)
			drop = lvs_stream_walk(engine, conn, packet, dir);
	}
	if (!drop && dir == LVS_DIR_REQUEST && forward->way & (LVS_WAY_TUNNEL | LVS_WAY_DIRECT))
		drop = lvs_engine_take_hop_apart(engine, packet);
	if (drop)
		return drop;
	lvs_engine_count(engine, conn, packet, dir);
	if (forward->way & engine->plain_ways && dir == LVS_DIR_REQUEST)
		return leave_plain(engine, conn, packet, dir, mtu);
	limit = lvs_translate_limit(conn, packet, dir, mtu);
	if (limit && packet->len > limit)
		return leave_plain(engine, conn, packet, dir, limit);
	drop = forward->rewrite(engine, conn, packet, dir);
	if (drop)
		return drop;
	if (packet->len > engine->link_mtu)
		return lvs_engine_relay_long(engine, packet);
	lvs_engine_forward(engine, packet);
	return LVS_DROP_NONE;
}
