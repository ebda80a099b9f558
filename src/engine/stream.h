/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP connections whose byte stream the director touches: what the two ends believe of each other's sequence numbers,
 * timestamps and windows then differs, and every segment is translated. Their records are in a pool beside the connection
 * table; conn->stream names one, and LVS_CONN_STREAM is all that other connections ever see of it. For engine/ sources
 * only.
 *
 * "Direction" is everywhere that of the bytes in question: a shift of LVS_DIR_REPLY adds to the sequence numbers of the
 * server's segments, and is taken off again from what the client acknowledges.
 */
#ifndef LVS_ENGINE_STREAM_H
#define LVS_ENGINE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/handshake.h"
#include "engine/introduce.h"
#include "engine/packet.h"

struct lvs_engine;

/* Changes of the payload that are under way at a time, per direction: a fifth waits until one is acknowledged. */
#define LVS_STREAM_EDITS 4
/* The longest text that replaces another. */
#define LVS_STREAM_TEXT 24
/* What a helper may keep per connection. */
#define LVS_STREAM_STATE 256

/**
 * struct lvs_stream_side - one direction
 * @shift:	what is added to sequence numbers in front of the first of the edits
 * @top:	the sender's first sequence number that has not passed yet; means nothing without LVS_STREAM_STARTED
 * @ts_shift:	what is added to TSval of this direction, and taken off from TSecr of the other (RFC 7323)
 * @window_shift: bits by which the window field moves to the left, a negative number moves it to the right; not of a SYN
 * @nedits:	in lvs_stream_text
 * @flags:	LVS_STREAM_*
 */
struct lvs_stream_side {
	uint32_t shift;
	uint32_t top;
	uint32_t ts_shift;
	int8_t window_shift;
	uint8_t nedits;
	uint8_t flags;
};

enum {
	LVS_STREAM_STARTED = 1 << 0,	/* @top is known */
	LVS_STREAM_SURE = 1 << 1,	/* and so it was from the first byte on */
	LVS_STREAM_PASSED = 1 << 2,	/* there was payload: a SYN changes nothing any more */
};

/**
 * struct lvs_stream - record of a connection
 * @side:	by enum lvs_dir
 * @text:	number of the struct lvs_stream_text, 0: none
 * @next:	of a record in no use: the next such, 0: none
 * @helper:	1 + index of the helper that reads along, 0: none
 * @blind:	nobody reads any more: what passes is encrypted
 * @introduction: of the client to its server
 * @first:	of an introduction: the client's number of its first byte
 * @handshake:	of the SYN proxy, until client and server have met
 */
struct lvs_stream {
	struct lvs_stream_side side[2];
	uint32_t text;
	uint32_t next;
	uint8_t helper;
	bool blind;
	struct lvs_introduction introduction;
	struct lvs_handshake handshake;
	uint32_t first;
};
static_assert(sizeof(struct lvs_stream) == 64, "one cache line");

/**
 * struct lvs_stream_edit - bytes that were replaced
 * @at:		their sender's sequence number of the first
 * @from_len:	how many, at least 1
 * @to_len:	by how many, those of @bytes
 */
struct lvs_stream_edit {
	uint32_t at;
	uint8_t from_len, to_len;
	uint8_t bytes[LVS_STREAM_TEXT];
};

/**
 * struct lvs_stream_text - of those connections whose payload is read and changed
 * @edits:	by direction, the earliest first; kept until the receiver has acknowledged them
 * @state:	the helper's own, zeroes at first
 * @serial:	once the connection controls others: theirs
 */
struct lvs_stream_text {
	struct lvs_stream_edit edits[2][LVS_STREAM_EDITS];
	uint64_t state[LVS_STREAM_STATE / sizeof(uint64_t)];
	uint32_t serial;
	uint32_t next;
};

/**
 * struct lvs_streams - both pools
 * @records, @texts: from 1 on; numbers above @touched, @texts_touched were never used, and their memory neither
 */
struct lvs_streams {
	struct lvs_stream *records;
	struct lvs_stream_text *texts;
	uint32_t capacity, touched, free, used;
	uint32_t texts_capacity, texts_touched, texts_free, texts_used;
};

/**
 * struct lvs_stream_segment - a segment while it is being translated
 * @seq, @end:	the sender's sequence numbers of its payload, from the first to behind the last; SYN and FIN are not in it
 * @grown:	by how much edits have lengthened it so far
 */
struct lvs_stream_segment {
	struct lvs_packet *packet;
	struct lvs_conn *conn;
	struct lvs_stream *stream;
	enum lvs_dir dir;
	uint32_t seq, end;
	uint32_t grown;
};

/* @max_texts: how many of @max_streams may have texts. Return: 0 or -ENOMEM */
int lvs_streams_init(struct lvs_streams *streams, uint32_t max_streams, uint32_t max_texts);
void lvs_streams_fini(struct lvs_streams *streams);

/* The record of @conn, which must have one. Return: borrowed */
static inline struct lvs_stream *lvs_stream_of(const struct lvs_streams *streams, const struct lvs_conn *conn)
{
	return &streams->records[conn->stream];
}

/**
 * lvs_stream_add() - the record of @conn, made if it has none
 *
 * From now on every segment of @conn is translated, at first to what it is.
 *
 * Return: borrowed; NULL if all records are in use
 */
struct lvs_stream *lvs_stream_add(struct lvs_streams *streams, struct lvs_conn *conn);

/* The same with room for edits and a helper's state. Return: NULL if there is none; a record that was made stays */
struct lvs_stream_text *lvs_stream_add_text(struct lvs_streams *streams, struct lvs_conn *conn);

/* Give back what @conn has. Nothing happens if it has nothing. */
void lvs_stream_remove(struct lvs_streams *streams, struct lvs_conn *conn);

/* @conn, which has a record, is about to end: what it announced is not awaited any more, and the record goes. */
void lvs_stream_end(struct lvs_engine *engine, struct lvs_conn *conn);

/* Text of a stream that has one. */
static inline struct lvs_stream_text *lvs_stream_text_of(const struct lvs_streams *streams,
							 const struct lvs_stream *stream)
{
	return &streams->texts[stream->text];
}

/* Sequence numbers of @dir move on by @delta more, from the first segment on: before any edit. */
void lvs_stream_shift(struct lvs_stream *stream, enum lvs_dir dir, uint32_t delta);

/* TSval of @dir moves on by @delta more. */
void lvs_stream_shift_timestamps(struct lvs_stream *stream, enum lvs_dir dir, uint32_t delta);

/* The window field of segments of @dir moves @bits to the left, negative: to the right. */
void lvs_stream_scale_window(struct lvs_stream *stream, enum lvs_dir dir, int bits);

/* The first byte of @dir is going to have the sender's sequence number @seq: for who has seen to the SYN himself. */
void lvs_stream_start(struct lvs_stream *stream, enum lvs_dir dir, uint32_t seq);

/**
 * lvs_stream_walk() - a segment of a connection with LVS_CONN_STREAM is about to leave
 * @packet:	of @conn, in direction @dir; whole, or a first fragment, which only a stream without text lets pass
 *
 * What was replaced before is replaced again; the helper reads what is new; then all numbers are translated.
 *
 * Return: LVS_DROP_NONE, or why it cannot leave
 */
enum lvs_drop lvs_stream_walk(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
			      enum lvs_dir dir);

/**
 * lvs_stream_walk_quoted() - give a quoted segment the numbers that its sender knows
 * @quoted:	of @conn, which has LVS_CONN_STREAM; quoted in an ICMP error that travels in direction @dir, so it went the
 *		other way itself
 */
void lvs_stream_walk_quoted(const struct lvs_streams *streams, const struct lvs_conn *conn, struct lvs_packet *quoted,
			    enum lvs_dir dir);

/*
 * The two halves of lvs_stream_walk(), around what a helper does. The first one replaces again what was replaced before,
 * cuts off what does not fit behind that, and can fail for want of room; the second one cannot, so what a helper has noted
 * stays true.
 */
enum lvs_drop lvs_stream_enter(struct lvs_streams *streams, struct lvs_conn *conn, struct lvs_packet *packet,
			       enum lvs_dir dir, struct lvs_stream_segment *ret_segment);
void lvs_stream_leave(struct lvs_streams *streams, const struct lvs_stream_segment *segment);

/* Bytes that @packet may grow to: it never gets longer than it was, or than every link takes. */
uint32_t lvs_stream_limit(const struct lvs_packet *packet);

/* Where in the payload, as it is now, the sender's byte @seq is, at or behind top. */
static inline uint32_t lvs_stream_offset(const struct lvs_stream_segment *segment, uint32_t seq)
{
	return seq - segment->seq + segment->grown;
}

/**
 * lvs_stream_replace() - between the two: replace bytes of the payload that pass for the first time
 * @off:	into the payload as it is now, at or behind top, and behind what was replaced in this walk
 * @old_len:	1 to 255
 * @new_len:	up to LVS_STREAM_TEXT
 *
 * The stream has a text.
 *
 * Return: LVS_DROP_NONE; LVS_DROP_STREAM_BUSY if too many changes are under way (its sender will send it again) or
 * LVS_DROP_NO_TAILROOM, and nothing has changed
 */
enum lvs_drop lvs_stream_replace(struct lvs_streams *streams, struct lvs_stream_segment *segment, uint32_t off,
				 uint32_t old_len, const void *bytes, uint32_t new_len);

/* Between the two, before any replacing: put back @len bytes that the same sender sent right before @segment. */
enum lvs_drop lvs_stream_prepend(struct lvs_stream_segment *segment, const void *bytes, uint32_t len);

/* Between the two: only the first @len bytes of the payload, as it is now, leave; the sender will send the rest again. */
void lvs_stream_cut(struct lvs_stream_segment *segment, uint32_t len);

/* Bytes of payload, as it is now. */
uint32_t lvs_stream_payload(const struct lvs_stream_segment *segment, const uint8_t **ret_bytes);

#endif
