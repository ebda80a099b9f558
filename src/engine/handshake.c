// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server is asked with the client's own sequence number, so that only what the server counts has to be translated
 * afterwards. It is asked at once, after one second and after three, for nobody else would repeat the SYN: to the client
 * the connection stands, and it only probes our closed window if it has something to say. After seven seconds it is told
 * that there is none.
 *
 * The server's SYN-ACK is answered in the client's name, and the client gets its window. Both segments may be lost: the
 * server repeats its SYN-ACK, which the client, by then reached through the translation, answers itself; and the client
 * probes, or hears from the server.
 *
 * What was promised and the server does not do: without window scaling, the windows of both are translated; without SACK
 * or ECN, one end does without what it hoped for. Without timestamps the client would throw the server's segments away
 * (RFC 7323 section 3.2), so that both are reset. Each is promised to nobody else then.
 */
#include "engine/handshake.h"

#include "engine/cookie.h"
#include "engine/core.h"
#include "engine/mss.h"
#include "engine/own_segment.h"
#include "engine/stream.h"
#include "engine/syn_proxy.h"
#include "engine/wire.h"

#define TRIES 3

/* Sequence number and timestamp that the client knows: see struct lvs_handshake. */
static uint32_t our_seq(const struct lvs_stream *stream)
{
	return stream->side[LVS_DIR_REPLY].shift;
}

static uint32_t our_value(const struct lvs_stream *stream)
{
	return stream->side[LVS_DIR_REPLY].ts_shift;
}

/* What the server awaits after our SYN. */
static uint32_t next_seq(const struct lvs_stream *stream)
{
	return stream->handshake.client + 1 - lvs_introduction_ahead(&stream->introduction);
}

static struct lvs_own_segment to_client(const struct lvs_conn *conn, const struct lvs_stream *stream, uint8_t flags)
{
	return (struct lvs_own_segment){
		.tuple = { .src = conn->vaddr, .dst = conn->caddr, .sport = conn->vport, .dport = conn->cport,
			   .proto = conn->proto },
		.tos = stream->handshake.tos, .flags = flags,
		.seq = our_seq(stream) + 1, .ack = stream->handshake.client + 1,
		.options = { .scale = LVS_TCP_NO_SCALE },
	};
}

static struct lvs_own_segment to_server(const struct lvs_conn *conn, const struct lvs_stream *stream, uint8_t flags)
{
	return (struct lvs_own_segment){
		.tuple = { .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport, .dport = conn->vport,
			   .proto = conn->proto },
		.tos = stream->handshake.tos, .ttl = stream->handshake.ttl, .flags = flags, .seq = next_seq(stream),
		.options = { .scale = LVS_TCP_NO_SCALE },
	};
}

static enum lvs_reply_kind kind_of(const struct lvs_own_segment *segment)
{
	return segment->flags & LVS_TCP_RST ? LVS_REPLY_RESET : LVS_REPLY_HANDSHAKE;
}

static void say_to_client(struct lvs_engine *engine, const struct lvs_own_segment *segment)
{
	struct lvs_packet packet = lvs_own_segment_make(engine, segment);

	lvs_engine_say(engine, &packet, kind_of(segment));
}

/* By way of the forwarding method, like all that comes from the client. */
static void say_to_server(struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_own_segment *segment)
{
	struct lvs_packet packet = lvs_own_segment_make(engine, segment);

	if (!lvs_forwards[conn->forward]->rewrite(engine, conn, &packet, LVS_DIR_REQUEST))
		lvs_engine_say(engine, &packet, kind_of(segment));
}

/* Our ACK, or what comes in its place. */
static void greet_server(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
			 const struct lvs_own_segment *ack)
{
	struct lvs_packet packet = lvs_own_segment_make(engine, ack);

	if (lvs_introduce_after_handshake(engine, conn, stream, &packet) &&
	    !lvs_forwards[conn->forward]->rewrite(engine, conn, &packet, LVS_DIR_REQUEST))
		lvs_engine_say(engine, &packet, LVS_REPLY_HANDSHAKE);
}

static void reset_client(struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_stream *stream)
{
	struct lvs_own_segment segment = to_client(conn, stream, LVS_TCP_RST | LVS_TCP_ACK);

	say_to_client(engine, &segment);
}

static void reset_server(struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_stream *stream,
			 uint32_t seq)
{
	struct lvs_own_segment segment = to_server(conn, stream, LVS_TCP_RST);

	segment.seq = seq;
	say_to_server(engine, conn, &segment);
}

static uint16_t mss_limit(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);

	return lvs_mss_limit(&server->service->spec, server);
}

static void ask(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream)
{
	struct lvs_handshake *handshake = &stream->handshake;
	uint8_t flags = (uint8_t)(LVS_TCP_SYN | (handshake->ecn ? LVS_TCP_ECE | LVS_TCP_CWR : 0));
	struct lvs_own_segment segment = to_server(conn, stream, flags);
	uint32_t window = handshake->window;
	uint16_t limit = mss_limit(engine, conn);

	if (handshake->scale != LVS_TCP_NO_SCALE)
		window <<= handshake->scale;
	segment.seq--;
	segment.window = (uint16_t)LVS_MIN(window, (uint32_t)UINT16_MAX);
	segment.options = (struct lvs_tcp_options){
		.mss = LVS_MIN(handshake->mss, limit), .scale = handshake->scale, .sack = handshake->sack,
		.timestamps = handshake->timestamps, .value = handshake->value,
	};
	say_to_server(engine, conn, &segment);
	lvs_conn_set_timer(&engine->conns, conn, engine->tick, lvs_ticks_from_seconds(1u << handshake->tries),
			   LVS_CLASS_HALF_OPEN);
	handshake->tries++;
}

/* As if @flags had come from the client, who has proven himself: the stricter rules are for others. */
static void advance(struct lvs_engine *engine, struct lvs_conn *conn, uint8_t flags)
{
	const struct lvs_proto_ops *proto = lvs_proto_find(conn->proto);
	const struct lvs_packet packet = { .tcp_flags = flags };

	lvs_engine_set_state(engine, conn, proto, proto->next_state(conn, &packet, LVS_DIR_REQUEST, false));
}

/* What is left of @packet's hops behind this one. */
static uint8_t ttl_of(const struct lvs_engine *engine, const struct lvs_packet *packet)
{
	const struct lvs_ip6 *ip6 = packet->ip6 ? lvs_packet_at(packet, 0, sizeof(*ip6)) : NULL;
	const struct lvs_ip4 *ip4 = packet->ip6 ? NULL : lvs_packet_at(packet, 0, sizeof(*ip4));
	uint8_t ttl = ip6 ? ip6->hop_limit : ip4->ttl;

	return engine->settings.decrement_ttl && ttl > 1 ? ttl - 1 : ttl;
}

enum lvs_drop lvs_handshake_open(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet,
				 const struct lvs_cookie *cookie)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_tcp_options options = lvs_tcp_options_read(packet);
	bool heard = lvs_forwards[conn->forward]->replies;
	struct lvs_stream *stream = heard ? lvs_stream_add(&engine->streams, conn) : NULL;

	if (!stream) {
		lvs_reply_refuse(engine, packet);
		lvs_engine_end(engine, conn, true);
		return heard ? LVS_DROP_STREAM_FULL : LVS_DROP_HANDSHAKE;
	}
	stream->handshake = (struct lvs_handshake){
		.client = cookie->client, .value = options.value, .window = lvs_host16(tcp->window), .mss = cookie->mss,
		.scale = cookie->scale, .tos = lvs_reply_dscp(packet), .ttl = ttl_of(engine, packet),
		.timestamps = cookie->timestamps,
		.sack = cookie->sack, .ecn = cookie->ecn,
	};
	stream->introduction.alone = false;
	lvs_stream_shift(stream, LVS_DIR_REPLY, lvs_host32(tcp->ack) - 1);
	lvs_stream_shift_timestamps(stream, LVS_DIR_REPLY, options.echo);
	conn->flags |= 1u << LVS_CONN_SEEN_SHIFT;
	engine->stats.cookies_accepted++;
	engine->stats.answered++;
	lvs_engine_count(engine, conn, packet, LVS_DIR_REQUEST);
	advance(engine, conn, LVS_TCP_SYN);
	ask(engine, conn, stream);
	return LVS_DROP_NONE;
}

/* What the server did not take up of what it was offered. */
static uint8_t missing(const struct lvs_handshake *handshake, uint8_t flags, const struct lvs_tcp_options *said)
{
	uint8_t lacks = 0;

	if (handshake->timestamps && !said->timestamps)
		lacks |= LVS_SYN_LACKS_TIMESTAMPS;
	if (handshake->scale != LVS_TCP_NO_SCALE && said->scale == LVS_TCP_NO_SCALE)
		lacks |= LVS_SYN_LACKS_SCALE;
	if (handshake->sack && !said->sack)
		lacks |= LVS_SYN_LACKS_SACK;
	if (handshake->ecn && !(flags & LVS_TCP_ECE))
		lacks |= LVS_SYN_LACKS_ECN;
	return lacks;
}

/* Windows go from the server's scale to ours, and from the client's to what the server has been told of it. */
static void scale_windows(struct lvs_stream *stream, const struct lvs_tcp_options *said)
{
	const struct lvs_handshake *handshake = &stream->handshake;

	if (handshake->scale == LVS_TCP_NO_SCALE)
		return;
	if (said->scale == LVS_TCP_NO_SCALE) {
		lvs_stream_scale_window(stream, LVS_DIR_REPLY, -LVS_SYN_PROXY_SCALE);
		lvs_stream_scale_window(stream, LVS_DIR_REQUEST, handshake->scale);
	} else {
		lvs_stream_scale_window(stream, LVS_DIR_REPLY, said->scale - LVS_SYN_PROXY_SCALE);
	}
}

/* The server's SYN-ACK is answered, and the client may speak. From here on segments are translated. */
static void join(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
		 const struct lvs_packet *packet, const struct lvs_tcp_options *said)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	const struct lvs_handshake *handshake = &stream->handshake;
	struct lvs_own_segment server = to_server(conn, stream, LVS_TCP_ACK);
	struct lvs_own_segment client = to_client(conn, stream, LVS_TCP_ACK);
	uint32_t seq = lvs_host32(tcp->seq), window = handshake->window;
	bool scaled = handshake->scale != LVS_TCP_NO_SCALE;

	if (scaled && said->scale == LVS_TCP_NO_SCALE)
		window <<= handshake->scale;
	server.ack = seq + 1;
	server.window = (uint16_t)LVS_MIN(window, (uint32_t)UINT16_MAX);
	server.options.timestamps = client.options.timestamps = handshake->timestamps;
	server.options.value = client.options.echo = handshake->value;
	server.options.echo = said->value;
	client.options.value = our_value(stream);
	client.window = (uint16_t)(lvs_host16(tcp->window) >> (scaled ? LVS_SYN_PROXY_SCALE : 0));
	greet_server(engine, conn, stream, &server);
	say_to_client(engine, &client);
	scale_windows(stream, said);
	lvs_stream_shift(stream, LVS_DIR_REPLY, -seq);
	lvs_stream_shift_timestamps(stream, LVS_DIR_REPLY, handshake->timestamps ? -said->value : -our_value(stream));
	lvs_stream_start(stream, LVS_DIR_REPLY, seq + 1);
	lvs_stream_start(stream, LVS_DIR_REQUEST, handshake->client + 1);
	conn->flags &= (uint16_t)~(LVS_CONN_NO_OUTPUT | LVS_CONN_UNANSWERED);
	stream->handshake.tries = 0;
	advance(engine, conn, LVS_TCP_ACK);
}

static enum lvs_drop from_server(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
				 const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	bool acknowledged = (tcp->flags & LVS_TCP_ACK) && lvs_host32(tcp->ack) == next_seq(stream);
	struct lvs_tcp_options said = lvs_tcp_options_read(packet);
	struct lvs_service *service = lvs_server_at(&engine->rules, conn->server)->service;
	uint8_t lacks = missing(&stream->handshake, tcp->flags, &said);

	/* RFC 9293 section 3.10.7.3: as a client in SYN-SENT does. */
	if ((tcp->flags & LVS_TCP_ACK) && !acknowledged && !(tcp->flags & LVS_TCP_RST))
		reset_server(engine, conn, stream, lvs_host32(tcp->ack));
	if (!acknowledged || !(tcp->flags & (LVS_TCP_RST | LVS_TCP_SYN)))
		return LVS_DROP_HANDSHAKE;
	engine->stats.answered++;
	lvs_engine_count(engine, conn, packet, LVS_DIR_REPLY);
	if (!(tcp->flags & LVS_TCP_RST))
		lvs_syn_proxy_learn(&engine->rules, service, lacks, said.mss);
	if (!(tcp->flags & LVS_TCP_RST) && !(lacks & LVS_SYN_LACKS_TIMESTAMPS)) {
		join(engine, conn, stream, packet, &said);
		return LVS_DROP_NONE;
	}
	if (!(tcp->flags & LVS_TCP_RST))
		reset_server(engine, conn, stream, next_seq(stream));
	reset_client(engine, conn, stream);
	lvs_engine_end(engine, conn, true);
	return LVS_DROP_NONE;
}

static enum lvs_drop from_client(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_stream *stream,
				 const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	uint32_t seq = stream->handshake.client + 1;

	if (!(tcp->flags & LVS_TCP_RST) || lvs_host32(tcp->seq) != seq)
		return LVS_DROP_HANDSHAKE;
	engine->stats.answered++;
	lvs_engine_count(engine, conn, packet, LVS_DIR_REQUEST);
	reset_server(engine, conn, stream, next_seq(stream));
	lvs_engine_end(engine, conn, true);
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_handshake_take(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet,
				 enum lvs_dir dir)
{
	struct lvs_stream *stream = lvs_stream_of(&engine->streams, conn);

	if (packet->fragment)
		return LVS_DROP_HANDSHAKE;
	return dir == LVS_DIR_REPLY ? from_server(engine, conn, stream, packet) : from_client(engine, conn, stream, packet);
}

void lvs_handshake_renew(struct lvs_stream *stream, const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));

	if (lvs_host32(tcp->ack) == stream->handshake.client + 1)
		return;
	lvs_stream_scale_window(stream, LVS_DIR_REQUEST, 0);
	lvs_stream_scale_window(stream, LVS_DIR_REPLY, 0);
}

bool lvs_handshake_is_open(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	return (conn->flags & LVS_CONN_STREAM) && lvs_stream_of(&engine->streams, conn)->handshake.tries;
}

bool lvs_handshake_stays(struct lvs_engine *engine, struct lvs_conn *conn)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	struct lvs_stream *stream = lvs_stream_of(&engine->streams, conn);

	if (!lvs_handshake_is_open(engine, conn))
		return false;
	if (stream->handshake.tries < TRIES && server->service && !server->drained) {
		ask(engine, conn, stream);
		return true;
	}
	reset_client(engine, conn, stream);
	return false;
}
