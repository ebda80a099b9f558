// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PROXY protocol, version 2. n bytes that come before the client's would shift all of its numbers by n, for as long as the
 * connection lives. But a connection may begin anywhere: the server is told an initial sequence number that is n smaller,
 * so that the header fills the gap and all that the client sends has the right number already. What is translated is the
 * client's SYN and what acknowledges less than the whole header; from the first acknowledgement beyond that on the
 * segments of the connection are left as they are, super-packets and SACK blocks too, and it may even be picked up by a
 * director that has never seen it.
 *
 *	client	SYN isn		  SYN isn - n		server
 *		ack isn + 1	  ack isn - n + 1
 *		ACK		  header, isn - n + 1	in place of the ACK
 *		data isn + 1	  data isn + 1
 *
 * The header is a segment of its own, so that no other grows beyond what its path carries. It goes out in the place of the
 * client's bare ACKs until the server has acknowledged it, since a server may want to speak first: the ACK that
 * ends the handshake comes with it or not at all, so that if it is lost the server repeats its SYN-ACK, the client
 * its ACK, and so the header. Data and FIN have it in front if they are the first, or are sent again. Should data arrive
 * without it, the server says so by a duplicate ACK; that is handed on as a question for a sign of life (RFC 9293 section
 * 3.8.4), which the client answers with an ACK.
 *
 * The client gets the window of the SYN-ACK less the header, which comes out of it. Later windows are not made smaller: a
 * client that uses up a window to the last byte before the header is acknowledged sends n bytes of it again.
 *
 * Until then nothing of the client's that begins before its first byte leaves: it could be the header of somebody else. For
 * the same reason data in a SYN (RFC 7413) is cut off; the client sends it again. A reset goes out twice, for the header
 * may have arrived or not, and only a reset with exactly the next number counts (RFC 5961 section 3.2).
 *
 * TOA: the option is put into all that the client sends between the server's SYN-ACK and its next segment, if there is room
 * in the header and in the path. For the latter, the client is told an MSS that is smaller by it.
 */
#include "engine/introduce.h"

#include "engine/core.h"
#include "engine/own_segment.h"
#include "engine/segment.h"
#include "engine/stream.h"
#include "engine/tcp_options.h"
#include "engine/wire.h"

enum stage {
	NONE,		/* no SYN of the client has passed */
	ASKED,		/* but no SYN-ACK of the server */
	DUE,		/* and that has, but the introduction has not gone out */
	SENT,		/* but nothing behind it */
	FOLLOWED,	/* and that has, too */
	OVER,		/* the server knows */
};

enum {
	PROXY_HEAD_BYTES = 16,
	PROXY_BYTES_MAX = 52,
	TOA_KIND = 254,
	TOA_BYTES_MAX = 20,
	MSS_MIN = 88,		/* nobody takes less */
};

static const uint8_t signature[12] = { '\r', '\n', '\r', '\n', '\0', '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static uint8_t *put_addr(uint8_t *at, const struct lvs_addr *addr)
{
	size_t len = lvs_addr_is4(addr) ? 4 : 16;

	memcpy(at, addr->bytes + 16 - len, len);
	return at + len;
}

/* Section 2.2 of the PROXY protocol: version 2, command PROXY; a stream over IPv4 or over IPv6. */
static void write_proxy(uint8_t *at, const struct lvs_conn *conn, uint32_t bytes)
{
	memcpy(at, signature, sizeof(signature));
	at[12] = 0x21;
	at[13] = lvs_addr_is4(&conn->caddr) ? 0x11 : 0x21;
	at[14] = 0;
	at[15] = (uint8_t)(bytes - PROXY_HEAD_BYTES);
	at = put_addr(put_addr(at + PROXY_HEAD_BYTES, &conn->caddr), &conn->vaddr);
	memcpy(at, &conn->cport, sizeof(conn->cport));
	memcpy(at + sizeof(conn->cport), &conn->vport, sizeof(conn->vport));
}

static void write_toa(uint8_t *at, const struct lvs_conn *conn, uint32_t bytes)
{
	at[0] = TOA_KIND;
	at[1] = (uint8_t)bytes;
	memcpy(at + 2, &conn->cport, sizeof(conn->cport));
	put_addr(at + 4, &conn->caddr);
}

enum lvs_drop lvs_introduce_begin(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_server *server)
{
	bool four = lvs_addr_is4(&conn->caddr), proxy = server->spec.introduce == LVS_INTRODUCE_PROXY;
	struct lvs_stream *stream;

	if (conn->proto != LVS_PROTO_TCP || conn->stream)
		return LVS_DROP_NONE;
	stream = lvs_stream_add(&engine->streams, conn);
	if (!stream)
		return LVS_DROP_STREAM_FULL;
	stream->introduction = (struct lvs_introduction){
		.bytes = proxy ? four ? 28 : 52 : four ? 8 : 20, .kind = proxy ? LVS_INTRODUCE_PROXY : LVS_INTRODUCE_TOA,
		.alone = true,
	};
	return LVS_DROP_NONE;
}

/* As if by the client, of @packet's numbers; then they become the server's. */
static void say(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
		const struct lvs_packet *packet, struct lvs_own_segment *segment)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_tcp_options said = lvs_tcp_options_read(packet);
	struct lvs_stream_segment walk;
	struct lvs_packet made;

	segment->tuple = (struct lvs_tuple){ .src = conn->caddr, .dst = conn->vaddr, .sport = conn->cport,
					     .dport = conn->vport, .proto = conn->proto };
	segment->tos = lvs_reply_dscp(packet);
	segment->ack = lvs_host32(tcp->ack);
	segment->window = lvs_host16(tcp->window);
	segment->options = (struct lvs_tcp_options){ .scale = LVS_TCP_NO_SCALE, .timestamps = said.timestamps,
						     .value = said.value, .echo = said.echo };
	made = lvs_own_segment_make(engine, segment);
	if (!stream->introduction.alone && !lvs_stream_enter(&engine->streams, conn, &made, LVS_DIR_REQUEST, &walk))
		lvs_stream_leave(&engine->streams, &walk);
	if (!lvs_forwards[conn->forward]->rewrite(engine, conn, &made, LVS_DIR_REQUEST))
		lvs_engine_say(engine, &made, LVS_REPLY_INTRODUCTION);
}

static void say_header(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
		       const struct lvs_packet *packet)
{
	uint32_t bytes = stream->introduction.bytes;
	uint8_t header[PROXY_BYTES_MAX];
	struct lvs_own_segment segment = { .flags = LVS_TCP_ACK | LVS_TCP_PSH, .seq = stream->first - bytes,
					   .payload = header, .payload_bytes = bytes };

	write_proxy(header, conn, bytes);
	say(engine, conn, stream, packet, &segment);
	if (stream->introduction.stage == DUE)
		stream->introduction.stage = SENT;
}

/* A bare ACK, what asks for a sign of life, or what wants to be in the header's place. */
static bool gives_way(const struct lvs_stream *stream, const struct lvs_packet *packet, uint32_t seq)
{
	if (after(seq, stream->first) < 0)
		return true;
	return !packet->fragment && packet->len == lvs_segment_header_end(packet) && !(packet->tcp_flags & LVS_TCP_FIN);
}

static bool request_with_header(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
				const struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_introduction *introduction = &stream->introduction;
	uint32_t seq = lvs_host32(tcp->seq);

	if (packet->tcp_flags & LVS_TCP_RST) {
		struct lvs_own_segment reset = { .flags = packet->tcp_flags & (LVS_TCP_RST | LVS_TCP_ACK),
						 .seq = stream->first - introduction->bytes };

		if (seq == stream->first)
			say(engine, conn, stream, packet, &reset);
		return true;
	}
	if (!(packet->tcp_flags & LVS_TCP_ACK))
		return true;	/* which no host takes in this state */
	if (gives_way(stream, packet, seq)) {
		say_header(engine, conn, stream, packet);
		return false;
	}
	if (introduction->stage == DUE || (introduction->stage == FOLLOWED && seq == stream->first))
		say_header(engine, conn, stream, packet);
	if (seq == stream->first)
		introduction->stage = FOLLOWED;
	return true;
}

static void request_syn(struct lvs_stream *stream, struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_introduction *introduction = &stream->introduction;
	uint32_t seq = lvs_host32(tcp->seq), payload = packet->len - lvs_segment_header_end(packet);

	/* Later ones may be anybody's: it is the server who says which it believes. */
	if (introduction->stage <= ASKED) {
		introduction->stage = ASKED;
		stream->first = seq + 1;
	}
	if (introduction->kind != LVS_INTRODUCE_PROXY)
		return;
	if (payload && !packet->fragment)
		(void)lvs_segment_splice(packet, 0, payload, NULL, 0);
	lvs_segment_set32(packet, offsetof(struct lvs_tcp, seq), seq - introduction->bytes);
}

/* Whether @bytes more are within what the path and the header carry. */
static bool fits(const struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_packet *packet,
		 uint32_t bytes)
{
	const struct lvs_server *server = lvs_server_at(&engine->rules, conn->server);
	uint32_t options = lvs_segment_header_end(packet) - packet->l4 - (uint32_t)sizeof(struct lvs_tcp);

	if (options + bytes > LVS_TCP_OPTIONS_MAX || packet->fragment)
		return false;
	return packet->len == lvs_segment_header_end(packet) || !server->mtu ||
	       lvs_packet_wire_len(packet) + bytes <= server->mtu;
}

static void add_toa(struct lvs_engine *engine, const struct lvs_conn *conn, const struct lvs_stream *stream,
		    struct lvs_packet *packet)
{
	uint32_t bytes = stream->introduction.bytes;
	uint8_t option[TOA_BYTES_MAX];

	if (!(packet->tcp_flags & LVS_TCP_ACK) || packet->tcp_flags & LVS_TCP_RST || !fits(engine, conn, packet, bytes))
		return;
	write_toa(option, conn, bytes);
	(void)lvs_segment_add_option(packet, option, bytes);	/* without room it goes without */
}

static bool request(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream, struct lvs_packet *packet)
{
	const struct lvs_introduction *introduction = &stream->introduction;

	if (packet->tcp_flags & LVS_TCP_SYN) {
		request_syn(stream, packet);
		return true;
	}
	if (introduction->stage < DUE)
		return true;
	if (introduction->kind == LVS_INTRODUCE_PROXY)
		return request_with_header(engine, conn, stream, packet);
	add_toa(engine, conn, stream, packet);
	return true;
}

static void lower_mss(struct lvs_packet *packet, uint32_t bytes)
{
	struct lvs_tcp_option_walk walk = lvs_tcp_option_walk(packet);
	const uint8_t *option;
	uint32_t mss;
	lvs_be16 wire;

	do
		option = lvs_tcp_option_next(&walk);
	while (option && (option[0] != LVS_TCPOPT_MSS || option[1] != LVS_TCP_MSS_BYTES));
	mss = option ? (uint32_t)option[2] << 8 | option[3] : 0;
	if (mss < MSS_MIN + bytes)
		return;
	wire = LVS_BE16(mss - bytes);
	lvs_segment_set(packet, (uint32_t)(option + 2 - (packet->data + packet->l4)), &wire, sizeof(wire));
}

static void reply_with_toa(struct lvs_introduction *introduction, struct lvs_packet *packet)
{
	if (!(packet->tcp_flags & LVS_TCP_SYN)) {
		if (introduction->stage >= DUE)
			introduction->stage = OVER;
		return;
	}
	introduction->stage = DUE;
	if (!packet->fragment)
		lower_mss(packet, introduction->bytes);
}

/* The server agrees to a connection, perhaps to another one than before. */
static void reply_syn(struct lvs_stream *stream, struct lvs_packet *packet, uint32_t ack)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_introduction *introduction = &stream->introduction;
	uint32_t window = lvs_host16(tcp->window), bytes = introduction->bytes, first = ack + bytes;
	lvs_be16 wire = LVS_BE16(window - LVS_MIN(window, bytes));

	if (introduction->stage == ASKED || first != stream->first)
		introduction->stage = DUE;
	stream->first = first;
	lvs_segment_set32(packet, offsetof(struct lvs_tcp, ack), first);
	lvs_segment_set(packet, offsetof(struct lvs_tcp, window), &wire, sizeof(wire));
}

static bool is_bare(const struct lvs_packet *packet)
{
	return !packet->fragment && packet->len == lvs_segment_header_end(packet) &&
	       !(packet->tcp_flags & (LVS_TCP_FIN | LVS_TCP_RST));
}

static void reply(struct lvs_stream *stream, struct lvs_packet *packet)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_introduction *introduction = &stream->introduction;
	uint32_t seq = lvs_host32(tcp->seq), ack = lvs_host32(tcp->ack);
	int32_t lacks = after(stream->first, ack);

	if (introduction->kind == LVS_INTRODUCE_TOA) {
		reply_with_toa(introduction, packet);
		return;
	}
	if (!(packet->tcp_flags & LVS_TCP_ACK))
		return;
	if (packet->tcp_flags & LVS_TCP_SYN) {
		reply_syn(stream, packet, ack);
	} else if (lacks > 0 && lacks <= introduction->bytes) {
		lvs_segment_set32(packet, offsetof(struct lvs_tcp, ack), stream->first);
		if (introduction->stage >= DUE && is_bare(packet))
			lvs_segment_set32(packet, offsetof(struct lvs_tcp, seq), seq - 1);
	} else if (introduction->stage >= SENT && lacks <= 0) {
		introduction->stage = OVER;
	}
}

bool lvs_introduce(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream, struct lvs_packet *packet,
		   enum lvs_dir dir)
{
	unsigned int stage = stream->introduction.stage;

	if (lvs_likely(stage == OVER) && !(packet->tcp_flags & LVS_TCP_SYN))
		return true;
	if (dir == LVS_DIR_REQUEST)
		return request(engine, conn, stream, packet);
	if (stage != NONE)
		reply(stream, packet);
	return true;
}

bool lvs_introduce_after_handshake(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_stream *stream,
				   struct lvs_packet *ack)
{
	struct lvs_introduction *introduction = &stream->introduction;

	if (!introduction->kind)
		return true;
	introduction->stage = DUE;
	stream->first = stream->handshake.client + 1;
	introduction->alone = true;	/* @ack has the server's numbers */
	if (introduction->kind == LVS_INTRODUCE_TOA)
		add_toa(engine, conn, stream, ack);
	else
		say_header(engine, conn, stream, ack);
	introduction->alone = false;
	return introduction->kind == LVS_INTRODUCE_TOA;
}

void lvs_introduce_quoted(const struct lvs_stream *stream, struct lvs_packet *quoted)
{
	const lvs_be32 *seq = lvs_packet_at(quoted, quoted->l4 + offsetof(struct lvs_tcp, seq), sizeof(*seq));
	uint32_t ahead = lvs_introduction_ahead(&stream->introduction), known = stream->first;
	lvs_be32 wire;
	int32_t before;

	if (!ahead || !seq || stream->introduction.stage == NONE)
		return;
	memcpy(&wire, seq, sizeof(wire));
	before = after(known, lvs_host32(wire));
	if (before == (int32_t)ahead + 1)
		known--;	/* the SYN */
	else if (before <= 0 || before > (int32_t)ahead)
		return;
	lvs_segment_set32(quoted, offsetof(struct lvs_tcp, seq), known);
}
