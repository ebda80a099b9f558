// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What replaces n bytes by m shifts all sequence numbers behind it by m - n. Each direction has a shift for what stands
 * in front of its first remembered edit, and each edit adds its own; so a number is translated by walking along a handful
 * of edits, and back again in the same way. All comparing is modulo 2^32, as TCP's own.
 *
 * Edits are remembered with their text, since any byte may be sent again and cut into other segments than the first
 * time. A segment that has only a part of what was replaced gets the whole of the new text: all of it was sent once, so
 * it may be said again, and no receiver ever sees half of it. In turn what acknowledges a part of the new text
 * acknowledges nothing of the old. An edit is forgotten once the receiver has acknowledged all of it: what is sent again
 * from in front of it then is old to him, wherever it seems to stand. Only acknowledgements of what has really passed
 * count.
 *
 * A super-packet has one header; its segments are numbered from there when the kernel makes them.
 *
 * Fragments: the header is in the first one, and that is enough for translating numbers. Where the payload is read or
 * changed none may pass.
 */
#include "engine/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/core.h"
#include "engine/helper.h"
#include "engine/segment.h"

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_SACK = 5,	/* RFC 2018 section 3 */
	OPTION_TIMESTAMPS = 8,	/* RFC 7323 section 3.2 */
	TIMESTAMPS_BYTES = 10,
	SACK_BLOCK_BYTES = 8,
	DATAGRAM_BYTES_MAX = 65535,
	LINK_BYTES_IP4 = 576,	/* RFC 791 section 3.1 */
	LINK_BYTES_IP6 = 1280,	/* RFC 8200 section 5 */
};

static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

int lvs_streams_init(struct lvs_streams *streams, uint32_t max_streams, uint32_t max_texts)
{
	*streams = (struct lvs_streams){ .capacity = max_streams, .texts_capacity = max_texts };
	streams->records = calloc((size_t)max_streams + 1, sizeof(*streams->records));
	streams->texts = calloc((size_t)max_texts + 1, sizeof(*streams->texts));
	if (!streams->records || !streams->texts) {
		lvs_streams_fini(streams);
		return -ENOMEM;
	}
	return 0;
}

void lvs_streams_fini(struct lvs_streams *streams)
{
	free(streams->records);
	free(streams->texts);
	*streams = (struct lvs_streams){ 0 };
}

struct lvs_stream *lvs_stream_add(struct lvs_streams *streams, struct lvs_conn *conn)
{
	uint32_t id = streams->free;

	if (conn->stream)
		return lvs_stream_of(streams, conn);
	if (id)
		streams->free = streams->records[id].next;
	else if (streams->touched < streams->capacity)
		id = ++streams->touched;
	else
		return NULL;
	streams->records[id] = (struct lvs_stream){ 0 };
	streams->used++;
	conn->stream = id;
	conn->flags |= LVS_CONN_STREAM;
	return &streams->records[id];
}

struct lvs_stream_text *lvs_stream_add_text(struct lvs_streams *streams, struct lvs_conn *conn)
{
	struct lvs_stream *stream = lvs_stream_add(streams, conn);
	uint32_t id = streams->texts_free;

	if (!stream)
		return NULL;
	if (stream->text)
		return lvs_stream_text_of(streams, stream);
	if (id)
		streams->texts_free = streams->texts[id].next;
	else if (streams->texts_touched < streams->texts_capacity)
		id = ++streams->texts_touched;
	else
		return NULL;
	streams->texts[id] = (struct lvs_stream_text){ 0 };
	streams->texts_used++;
	stream->text = id;
	return &streams->texts[id];
}

void lvs_stream_remove(struct lvs_streams *streams, struct lvs_conn *conn)
{
	struct lvs_stream *stream = lvs_stream_of(streams, conn);

	if (!conn->stream)
		return;
	if (stream->text) {
		streams->texts[stream->text].next = streams->texts_free;
		streams->texts_free = stream->text;
		streams->texts_used--;
	}
	stream->next = streams->free;
	streams->free = conn->stream;
	streams->used--;
	conn->stream = 0;
	conn->flags &= (uint16_t)~LVS_CONN_STREAM;
}

void lvs_stream_end(struct lvs_engine *engine, struct lvs_conn *conn)
{
	if (lvs_stream_of(&engine->streams, conn)->text)
		lvs_expect_cancel(engine, conn);
	lvs_stream_remove(&engine->streams, conn);
}

void lvs_stream_shift(struct lvs_stream *stream, enum lvs_dir dir, uint32_t delta)
{
	stream->side[dir].shift += delta;
}

void lvs_stream_shift_timestamps(struct lvs_stream *stream, enum lvs_dir dir, uint32_t delta)
{
	stream->side[dir].ts_shift += delta;
}

void lvs_stream_scale_window(struct lvs_stream *stream, enum lvs_dir dir, int bits)
{
	stream->side[dir].window_shift = (int8_t)bits;
}

void lvs_stream_start(struct lvs_stream *stream, enum lvs_dir dir, uint32_t seq)
{
	stream->side[dir].top = seq;
	stream->side[dir].flags |= LVS_STREAM_STARTED | LVS_STREAM_SURE;
}

/* A side and its edits. */
struct view {
	struct lvs_stream_side *side;
	struct lvs_stream_edit *edits;
};

static struct view view_of(const struct lvs_streams *streams, struct lvs_stream *stream, enum lvs_dir dir)
{
	return (struct view){ &stream->side[dir], lvs_stream_text_of(streams, stream)->edits[dir] };
}

/* What the receiver knows as @seq of the sender. The midst of what was replaced is its beginning. */
static uint32_t translate(const struct view *view, uint32_t seq)
{
	uint32_t shift = view->side->shift;

	for (unsigned int i = 0; i < view->side->nedits; i++) {
		const struct lvs_stream_edit *edit = &view->edits[i];

		if (after(seq, edit->at) <= 0)
			break;
		if (after(seq, edit->at + edit->from_len) < 0)
			return edit->at + shift;
		shift += (uint32_t)edit->to_len - edit->from_len;
	}
	return seq + shift;
}

/* The other way. The midst of a replacement is the beginning of what it replaced, or its end if @up. */
static uint32_t translate_back(const struct view *view, uint32_t seq, bool up)
{
	uint32_t shift = view->side->shift;

	for (unsigned int i = 0; i < view->side->nedits; i++) {
		const struct lvs_stream_edit *edit = &view->edits[i];
		int32_t into = after(seq - shift, edit->at);

		if (into < edit->to_len)
			return into <= 0 ? seq - shift : up ? edit->at + edit->from_len : edit->at;
		shift += (uint32_t)edit->to_len - edit->from_len;
	}
	return seq - shift;
}

/* @ack, as the receiver of @view has it, says which edits have arrived. */
static void forget_acknowledged(struct view *view, uint32_t ack)
{
	struct lvs_stream_side *side = view->side;
	const struct lvs_stream_edit *edit = view->edits;

	/* One more than all bytes is the FIN. */
	if (!side->nedits || after(ack, translate(view, side->top) + 1) > 0)
		return;
	while (side->nedits && after(ack, edit->at + side->shift + edit->to_len) >= 0) {
		side->shift += (uint32_t)edit->to_len - edit->from_len;
		side->nedits--;
		memmove(view->edits, view->edits + 1, side->nedits * sizeof(*view->edits));
	}
}

uint32_t lvs_stream_payload(const struct lvs_stream_segment *segment, const uint8_t **ret_bytes)
{
	uint32_t off = lvs_segment_header_end(segment->packet), len = segment->packet->len - off;

	*ret_bytes = lvs_packet_at(segment->packet, off, len);
	return len;
}

void lvs_stream_cut(struct lvs_stream_segment *segment, uint32_t len)
{
	const struct lvs_tcp *tcp = lvs_packet_at(segment->packet, segment->packet->l4, sizeof(*tcp));
	uint8_t flags = (uint8_t)(tcp->flags & ~LVS_TCP_FIN);
	const uint8_t *bytes;
	uint32_t has = lvs_stream_payload(segment, &bytes);
	enum lvs_drop drop = lvs_segment_splice(segment->packet, len, has - len, NULL, 0);

	assert(!drop);		/* nothing grows */
	(void)drop;
	lvs_segment_set(segment->packet, offsetof(struct lvs_tcp, flags), &flags, sizeof(flags));
	segment->end = segment->seq + len - segment->grown;
}

uint32_t lvs_stream_limit(const struct lvs_packet *packet)
{
	if (packet->vnet.gso_type != LVS_GSO_NONE)
		return DATAGRAM_BYTES_MAX;
	return LVS_MAX(packet->len, packet->ip6 ? LINK_BYTES_IP6 : LINK_BYTES_IP4);
}

/*
 * Before anything is replaced again: what it makes too long is cut off its end. The first time it may have been less, and
 * so it may each time, but for half of a replacement.
 */
static void make_room(const struct view *view, struct lvs_stream_segment *segment)
{
	uint32_t limit = lvs_stream_limit(segment->packet), len = segment->packet->len, end = segment->end;

	for (unsigned int i = 0; i < view->side->nedits; i++) {
		const struct lvs_stream_edit *edit = &view->edits[i];
		int32_t first = LVS_MAX(after(edit->at, segment->seq), 0);
		int32_t last = LVS_MIN(after(edit->at + edit->from_len, segment->seq), after(end, segment->seq));

		if (first < last && edit->to_len > last - first)
			len += edit->to_len - (uint32_t)(last - first);
	}
	if (len <= limit)
		return;
	end -= len - limit;
	for (unsigned int i = 0; i < view->side->nedits; i++) {
		const struct lvs_stream_edit *edit = &view->edits[i];

		if (after(end, edit->at) > 0 && after(end, edit->at + edit->from_len) < 0)
			end = edit->at;
	}
	if (after(end, segment->seq) > 0)
		lvs_stream_cut(segment, end - segment->seq);
}

/* What was replaced when it passed for the first time is replaced again; from the end on, so that offsets hold. */
static enum lvs_drop replace_again(const struct view *view, struct lvs_stream_segment *segment)
{
	for (unsigned int i = view->side->nedits; i-- > 0;) {
		const struct lvs_stream_edit *edit = &view->edits[i];
		uint32_t begin = edit->at, end = edit->at + edit->from_len;
		enum lvs_drop drop;

		if (after(segment->end, begin) <= 0 || after(segment->seq, end) >= 0)
			continue;
		if (after(segment->seq, begin) > 0)
			begin = segment->seq;
		if (after(segment->end, end) < 0)
			end = segment->end;
		drop = lvs_segment_splice(segment->packet, begin - segment->seq, end - begin, edit->bytes, edit->to_len);
		if (drop)
			return drop;
		segment->grown += edit->to_len - (end - begin);
	}
	return LVS_DROP_NONE;
}

/*
 * A SYN says where its direction begins, until something of it has passed. Anybody can make up one of the client's; which
 * of them is true, the server's answer tells.
 */
static void note_syn(struct lvs_stream *stream, const struct lvs_tcp *tcp, enum lvs_dir dir)
{
	const struct lvs_stream_side *client = &stream->side[LVS_DIR_REQUEST], *server = &stream->side[LVS_DIR_REPLY];
	bool told = client->flags & LVS_STREAM_PASSED;

	if (dir == LVS_DIR_REPLY && tcp->flags & LVS_TCP_ACK && !told)
		lvs_stream_start(stream, LVS_DIR_REQUEST, lvs_host32(tcp->ack) - client->shift);
	if (dir == LVS_DIR_REPLY ? !(server->flags & LVS_STREAM_PASSED) : !told && !(server->flags & LVS_STREAM_STARTED))
		lvs_stream_start(stream, dir, lvs_host32(tcp->seq) + 1);
}

enum lvs_drop lvs_stream_enter(struct lvs_streams *streams, struct lvs_conn *conn, struct lvs_packet *packet,
			       enum lvs_dir dir, struct lvs_stream_segment *ret_segment)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	struct lvs_stream *stream = lvs_stream_of(streams, conn);
	uint32_t seq = lvs_host32(tcp->seq) + !!(tcp->flags & LVS_TCP_SYN);
	struct view view = view_of(streams, stream, dir);

	*ret_segment = (struct lvs_stream_segment){
		.packet = packet, .conn = conn, .stream = stream, .dir = dir,
		.seq = seq, .end = seq + packet->len - lvs_segment_header_end(packet),
	};
	if (tcp->flags & LVS_TCP_SYN)
		note_syn(stream, tcp, dir);
	if (view.side->nedits)
		make_room(&view, ret_segment);
	return replace_again(&view, ret_segment);
}

enum lvs_drop lvs_stream_replace(struct lvs_streams *streams, struct lvs_stream_segment *segment, uint32_t off,
				 uint32_t old_len, const void *bytes, uint32_t new_len)
{
	struct view view = view_of(streams, segment->stream, segment->dir);
	struct lvs_stream_edit *edit = &view.edits[view.side->nedits];
	enum lvs_drop drop;

	assert(old_len > 0 && old_len <= UINT8_MAX && new_len <= LVS_STREAM_TEXT);
	if (view.side->nedits == LVS_STREAM_EDITS)
		return LVS_DROP_STREAM_BUSY;
	drop = lvs_segment_splice(segment->packet, off, old_len, bytes, new_len);
	if (drop)
		return drop;
	edit->at = segment->seq + off - segment->grown;
	edit->from_len = (uint8_t)old_len;
	edit->to_len = (uint8_t)new_len;
	memcpy(edit->bytes, bytes, new_len);
	view.side->nedits++;
	segment->grown += new_len - old_len;
	return LVS_DROP_NONE;
}

enum lvs_drop lvs_stream_prepend(struct lvs_stream_segment *segment, const void *bytes, uint32_t len)
{
	enum lvs_drop drop = lvs_segment_splice(segment->packet, 0, 0, bytes, len);

	if (!drop)
		segment->seq -= len;
	return drop;
}

static void note_top(struct lvs_stream_side *side, const struct lvs_stream_segment *segment)
{
	if (segment->seq == segment->end)
		return;
	if (!(side->flags & LVS_STREAM_STARTED) || after(segment->end, side->top) > 0)
		side->top = segment->end;
	side->flags |= LVS_STREAM_STARTED | LVS_STREAM_PASSED;
}

static void set_sack(struct lvs_packet *packet, uint32_t off, const struct view *acked)
{
	const lvs_be32 *edges = lvs_packet_at(packet, (size_t)packet->l4 + off, SACK_BLOCK_BYTES);
	lvs_be32 wire[2];
	uint32_t left, right;

	memcpy(wire, edges, sizeof(wire));
	left = translate_back(acked, lvs_host32(wire[0]), true);
	right = translate_back(acked, lvs_host32(wire[1]), false);
	if (after(left, right) > 0)
		left = right;	/* it was all inside one replacement: an empty block, which says nothing */
	wire[0] = LVS_BE32(left);
	wire[1] = LVS_BE32(right);
	lvs_segment_set(packet, off, wire, sizeof(wire));
}

static void shift32(struct lvs_packet *packet, uint32_t off, uint32_t delta)
{
	lvs_be32 wire;

	memcpy(&wire, lvs_packet_at(packet, (size_t)packet->l4 + off, sizeof(wire)), sizeof(wire));
	lvs_segment_set32(packet, off, lvs_host32(wire) + delta);
}

/* @own is of the segment's direction, @acked of the other one. Options without sense are left as they are. */
static void set_options(struct lvs_packet *packet, const struct view *own, const struct view *acked, bool ack)
{
	uint32_t end = lvs_segment_header_end(packet) - packet->l4, len;

	for (uint32_t off = sizeof(struct lvs_tcp); off < end; off += len) {
		const uint8_t *option = lvs_packet_at(packet, (size_t)packet->l4 + off, end - off);

		len = 1;
		if (option[0] == OPTION_END)
			return;
		if (option[0] == OPTION_NOP)
			continue;
		if (end - off < 2 || option[1] < 2 || option[1] > end - off)
			return;
		len = option[1];
		if (option[0] == OPTION_TIMESTAMPS && len == TIMESTAMPS_BYTES) {
			shift32(packet, off + 2, own->side->ts_shift);
			if (ack)
				shift32(packet, off + 6, -acked->side->ts_shift);
		} else if (option[0] == OPTION_SACK && ack) {
			for (uint32_t at = 2; at + SACK_BLOCK_BYTES <= len; at += SACK_BLOCK_BYTES)
				set_sack(packet, off + at, acked);
		}
	}
}

static void set_window(struct lvs_packet *packet, int bits)
{
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	uint32_t window = lvs_host16(tcp->window);
	lvs_be16 wire;

	window = bits > 0 ? window << LVS_MIN(bits, 14) : window >> LVS_MIN(-bits, 14);
	wire = LVS_BE16(LVS_MIN(window, (uint32_t)UINT16_MAX));
	lvs_segment_set(packet, offsetof(struct lvs_tcp, window), &wire, sizeof(wire));
}

static void set_header(const struct lvs_stream_segment *segment, const struct view *own, struct view *acked)
{
	struct lvs_packet *packet = segment->packet;
	const struct lvs_tcp *tcp = lvs_packet_at(packet, packet->l4, sizeof(*tcp));
	bool syn = tcp->flags & LVS_TCP_SYN, ack = tcp->flags & LVS_TCP_ACK;
	uint32_t acknowledged = lvs_host32(tcp->ack);

	lvs_segment_set32(packet, offsetof(struct lvs_tcp, seq), translate(own, segment->seq - syn));
	if (ack)
		lvs_segment_set32(packet, offsetof(struct lvs_tcp, ack), translate_back(acked, acknowledged, false));
	if (own->side->ts_shift || acked->side->ts_shift || acked->side->shift || acked->side->nedits)
		set_options(packet, own, acked, ack);
	if (own->side->window_shift && !syn)
		set_window(packet, own->side->window_shift);
	if (ack)
		forget_acknowledged(acked, acknowledged);
}

void lvs_stream_leave(struct lvs_streams *streams, const struct lvs_stream_segment *segment)
{
	struct view own = view_of(streams, segment->stream, segment->dir);
	struct view acked = view_of(streams, segment->stream, !segment->dir);

	note_top(own.side, segment);
	set_header(segment, &own, &acked);
}

enum lvs_drop lvs_stream_walk(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
			      enum lvs_dir dir)
{
	struct lvs_stream *stream = lvs_stream_of(&engine->streams, conn);
	struct lvs_stream_segment segment;
	enum lvs_drop drop;

	if (packet->fragment && stream->text)
		return LVS_DROP_STREAM_FRAGMENT;
	if (lvs_unlikely(packet->tcp_flags & LVS_TCP_SYN) && packet->tcp_flags & LVS_TCP_ACK && dir == LVS_DIR_REPLY)
		lvs_handshake_renew(stream, packet);
	drop = lvs_stream_enter(&engine->streams, conn, packet, dir, &segment);
	if (!drop && stream->helper && !stream->blind)
		drop = lvs_helpers[stream->helper - 1]->read(engine, &segment);
	if (!drop)
		lvs_stream_leave(&engine->streams, &segment);
	return drop;
}

void lvs_stream_walk_quoted(const struct lvs_streams *streams, const struct lvs_conn *conn, struct lvs_packet *quoted,
			    enum lvs_dir dir)
{
	struct lvs_stream *stream = lvs_stream_of(streams, conn);
	struct view own = view_of(streams, stream, !dir), acked = view_of(streams, stream, dir);
	const lvs_be32 *seq = lvs_packet_at(quoted, quoted->l4 + offsetof(struct lvs_tcp, seq), sizeof(*seq));
	const lvs_be32 *ack = lvs_packet_at(quoted, quoted->l4 + offsetof(struct lvs_tcp, ack), sizeof(*ack));
	lvs_be32 wire;

	if (dir == LVS_DIR_REPLY && stream->introduction.kind)
		lvs_introduce_quoted(stream, quoted);
	if (seq) {
		memcpy(&wire, seq, sizeof(wire));
		lvs_segment_set32(quoted, offsetof(struct lvs_tcp, seq), translate_back(&own, lvs_host32(wire), false));
	}
	if (ack) {
		memcpy(&wire, ack, sizeof(wire));
		lvs_segment_set32(quoted, offsetof(struct lvs_tcp, ack), translate(&acked, lvs_host32(wire)));
	}
}
