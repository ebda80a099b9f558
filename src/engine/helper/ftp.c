// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FTP behind a masqueraded server: a session's data connections have other ports, and the server's reply to PASV an
 * address that no client can reach. The control connection is read along in both directions. A port that somebody
 * announces is expected (engine/expect.h), and in 227 and 229 the server's end is replaced by the virtual one. Commands
 * are never changed: the client's address is its own behind masquerading too.
 *
 * Lines have ends, segments have others. Of the client's unfinished line the beginning is remembered and the bytes go
 * on, as nothing in them changes. A reply that might become 227 or 229 must not: its beginning would be at the client
 * before the rest is known. Its bytes are held back, at most a short line of them, and only while the client waits for
 * such a reply: the segment leaves without them, still as an acknowledgement, and the next one gets them put in front.
 * The server has not seen them acknowledged and sends them again if it must; so nothing is lost whatever happens here,
 * and nobody waits for a timer when all goes well. To swallow a segment and wait for a better one to be sent again would
 * cost a timeout at least, and for ever if it is always cut in the same place.
 *
 * Segments are read in their order. One that is ahead of its turn while it matters does not pass; it will be sent again.
 * Bytes that have passed once are not read again, whatever is in them then. Where the beginning of a connection was not
 * seen, order is not insisted on, and reading begins at the next line.
 *
 * No line is trusted. A PORT or EPRT leads to the client's own address and to a port from 1024 on, or to nothing (RFC
 * 2577); a reply must have been asked for, name the server's address or the virtual one, and such a port too. What lies
 * passes unchanged, announces nothing, and is counted. After AUTH is agreed upon there is nothing to be read any more.
 *
 * A changed reply may be longer. A packet never gets longer than it was, or than every link takes: what is too much is
 * cut off behind the reply, and sent again.
 */
#include "engine/helper.h"

#include "engine/core.h"
#include "engine/expect.h"
#include "engine/ftp_line.h"
#include "engine/wire.h"

enum {
	LINE_BYTES = 96,	/* EPRT with the longest address has 62 */
	HELD_BYTES = 96,	/* 227 with the usual words has 53 */
	UNPRIVILEGED = 1024,
	PORTS_TRIED = 16,
};

/**
 * struct ftp - of a control connection
 * @line:	@nline bytes of the command that is not finished
 * @skip:	the rest of this command does not matter
 * @held:	@nheld bytes of a reply that the client does not have yet
 * @midline:	the latest byte that passed to the client did not end a line
 * @npassive:	how many replies to PASV and EPSV are to come
 * @auth:	AUTH was sent
 */
struct ftp {
	uint8_t line[LINE_BYTES];
	uint8_t held[HELD_BYTES];
	uint32_t nline, nheld;
	bool skip;
	bool midline;
	bool auth;
	uint8_t npassive;
};
static_assert(sizeof(struct ftp) <= LVS_STREAM_STATE, "fits");

/* The walk of one segment. @limit: bytes that the packet may have */
struct reading {
	struct lvs_engine *engine;
	struct lvs_stream_segment *segment;
	struct lvs_stream_side *side;
	struct ftp *ftp;
	uint32_t limit;
};

static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* A persistent service, or one of many ports, may have data connections of its own. */
static bool is_control(const struct lvs_engine *engine, const struct lvs_conn *conn)
{
	const struct lvs_service_key *key = &lvs_server_at(&engine->rules, conn->server)->service->spec.key;

	return conn->vport == (key->port && !key->ranged ? key->port : LVS_PORT_FTP);
}

static enum lvs_drop ftp_begin(struct lvs_engine *engine, struct lvs_conn *conn)
{
	if (conn->forward != LVS_FORWARD_INDEX_masq || !is_control(engine, conn))
		return LVS_DROP_NONE;
	if (!lvs_stream_add_text(&engine->streams, conn))
		return LVS_DROP_STREAM_FULL;
	lvs_stream_of(&engine->streams, conn)->helper = LVS_HELPER_INDEX_ftp + 1;
	return LVS_DROP_NONE;
}

static void refuse(const struct reading *r)
{
	r->engine->stats.helped[LVS_HELPED_REFUSED]++;
}

static void command(const struct reading *r)
{
	const struct lvs_conn *conn = r->segment->conn;
	struct ftp *ftp = r->ftp;
	uint32_t len = ftp->nline;
	struct lvs_ftp_end end;

	while (len && ftp->line[len - 1] == '\r')
		len--;
	switch (lvs_ftp_read_command(ftp->line, len, &end)) {
	case LVS_FTP_ASKS_PASSIVE:
		ftp->npassive = (uint8_t)LVS_MIN(ftp->npassive + 1, UINT8_MAX);
		break;
	case LVS_FTP_ASKS_TLS:
		ftp->auth = true;
		break;
	case LVS_FTP_ACTIVE:
		if (end.port < UNPRIVILEGED || !lvs_addr_equal(&end.addr, &conn->caddr)) {
			refuse(r);
			break;
		}
		lvs_expect_server(r->engine, conn, LVS_BE16(end.port));
		r->engine->stats.helped[LVS_HELPED_ANNOUNCED]++;
		break;
	case LVS_FTP_LIE:
		refuse(r);
		break;
	default:
		break;
	}
}

static void read_commands(const struct reading *r, const uint8_t *bytes, uint32_t len)
{
	struct ftp *ftp = r->ftp;

	for (uint32_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			if (!ftp->skip)
				command(r);
			ftp->skip = false;
			ftp->nline = 0;
		} else if (ftp->nline == sizeof(ftp->line)) {
			ftp->skip = true;
		} else if (!ftp->skip) {
			ftp->line[ftp->nline++] = bytes[i];
		}
	}
}

/* The client's: what is new in the segment is read, and nothing changes. */
static enum lvs_drop read_request(const struct reading *r)
{
	struct lvs_stream_segment *segment = r->segment;
	const uint8_t *bytes;
	uint32_t len = lvs_stream_payload(segment, &bytes), known;

	if (!len)
		return LVS_DROP_NONE;	/* behind a FIN all of them are ahead */
	if (after(segment->seq, r->side->top) > 0) {
		if (r->side->flags & LVS_STREAM_SURE)
			return LVS_DROP_STREAM_GAP;
		r->side->top = segment->seq;
		r->ftp->skip = true;
	}
	known = lvs_stream_offset(segment, r->side->top);
	if (known < len)
		read_commands(r, bytes + known, len - known);
	return LVS_DROP_NONE;
}

/* May these @len bytes be the beginning of a reply that matters? */
static bool matters(const struct ftp *ftp, const uint8_t *bytes, uint32_t len)
{
	len = LVS_MIN(len, 4);
	return (ftp->npassive && (memcmp(bytes, "227 ", len) == 0 || memcmp(bytes, "229 ", len) == 0)) ||
	       (ftp->auth && memcmp(bytes, "234 ", len) == 0);
}

/* A port for the client to connect to: the server's own, or one near it. Return: host order; 0: there is none */
static uint16_t choose_port(const struct reading *r, uint16_t port)
{
	for (unsigned int i = 0; i < PORTS_TRIED; i++) {
		uint32_t next = port + i;

		if (next > UINT16_MAX)
			next = next - UINT16_MAX - 1 + UNPRIVILEGED;
		if (!lvs_expect_taken(r->engine, r->segment->conn, LVS_BE16(next)))
			return (uint16_t)next;
	}
	return 0;
}

/*
 * The packet gets @grow bytes longer: cut off what is too much.
 * @begin, @end: of the line that grows
 * Return: false if the line itself was cut off: it will come again
 */
static bool make_room(const struct reading *r, uint32_t grow, uint32_t begin, uint32_t end)
{
	uint32_t len = r->segment->packet->len, over = len + grow > r->limit ? len + grow - r->limit : 0;
	const uint8_t *bytes;
	uint32_t payload = lvs_stream_payload(r->segment, &bytes);

	if (!over)
		return true;
	if (over <= payload && payload - over >= end) {
		lvs_stream_cut(r->segment, payload - over);
		return true;
	}
	lvs_stream_cut(r->segment, begin);
	return false;
}

/*
 * 227 or 229, from @begin to @end in the payload, says @told.
 * @ret_end: @end once more, if the line has become longer or shorter; @begin if it was cut off
 */
static enum lvs_drop announce(const struct reading *r, bool with_addr, const struct lvs_ftp_end *told, uint32_t begin,
			      uint32_t end, uint32_t *ret_end)
{
	const struct lvs_conn *conn = r->segment->conn;
	char text[LVS_FTP_END_BYTES];
	const uint8_t *bytes;
	enum lvs_drop drop;
	uint16_t vport;
	uint32_t len;

	if (told->port < UNPRIVILEGED ||
	    (with_addr && !lvs_addr_equal(&told->addr, &conn->daddr) && !lvs_addr_equal(&told->addr, &conn->vaddr))) {
		refuse(r);
		return LVS_DROP_NONE;
	}
	vport = choose_port(r, told->port);
	if (!vport) {
		refuse(r);
		return LVS_DROP_NONE;
	}
	len = (uint32_t)(with_addr ? lvs_ftp_write_end(&conn->vaddr, vport, text) : lvs_ftp_write_port(vport, text));
	(void)lvs_stream_payload(r->segment, &bytes);
	if (len != told->len || memcmp(bytes + begin + told->off, text, len) != 0) {
		if (len > told->len && !make_room(r, len - told->len, begin, end)) {
			*ret_end = begin;
			return LVS_DROP_NONE;
		}
		drop = lvs_stream_replace(&r->engine->streams, r->segment, begin + told->off, told->len, text, len);
		if (drop)
			return drop;
		*ret_end = end + len - told->len;
		r->engine->stats.helped[LVS_HELPED_CHANGED]++;
	}
	lvs_expect_client(r->engine, conn, LVS_BE16(vport), LVS_BE16(told->port));
	r->engine->stats.helped[LVS_HELPED_ANNOUNCED]++;
	return LVS_DROP_NONE;
}

/* A whole line of the server's, from @begin to @end; the rest as for announce(). */
static enum lvs_drop reply(const struct reading *r, uint32_t begin, uint32_t end, uint32_t *ret_end)
{
	bool ip4 = lvs_addr_is4(&r->segment->conn->vaddr);
	struct ftp *ftp = r->ftp;
	struct lvs_ftp_end told;
	enum lvs_ftp_line line;
	enum lvs_drop drop;
	const uint8_t *bytes;
	uint32_t len = end - begin;

	(void)lvs_stream_payload(r->segment, &bytes);
	bytes += begin;
	while (len && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	if (!matters(ftp, bytes, len) || len < 4)
		return LVS_DROP_NONE;
	line = lvs_ftp_read_reply(bytes, LVS_MIN(len, HELD_BYTES), &told);
	if (line == LVS_FTP_TLS) {
		r->segment->stream->blind = true;
		return LVS_DROP_NONE;
	}
	if (line == LVS_FTP_LIE || end - begin > HELD_BYTES + 1 || (line == LVS_FTP_PASSIVE && !ip4)) {
		refuse(r);
	} else {
		drop = announce(r, line == LVS_FTP_PASSIVE, &told, begin, end, ret_end);
		if (drop || *ret_end == begin)
			return drop;
	}
	ftp->npassive--;
	return LVS_DROP_NONE;
}

/* A line that begins like @line is too long to be held back: it passes, and what it says is the same as if it were whole. */
static void give_up(const struct reading *r, const uint8_t *line)
{
	if (memcmp(line, "234 ", 4) == 0) {
		r->segment->stream->blind = true;
	} else {
		refuse(r);
		r->ftp->npassive--;
	}
}

/* The last @len bytes of the payload, from @off on, do not leave yet. */
static void hold(const struct reading *r, const uint8_t *bytes, uint32_t off, uint32_t len)
{
	/* Sent again, and cut shorter than what is held of the same line: keep what is held. */
	bool more = r->segment->seq + off - r->segment->grown != r->side->top || len > r->ftp->nheld;

	if (more) {
		memcpy(r->ftp->held, bytes + off, len);
		r->ftp->nheld = len;
	}
	lvs_stream_cut(r->segment, off);
}

/* Does nothing come behind the segment? What was cut off took the FIN along. */
static bool is_last(const struct reading *r)
{
	const struct lvs_tcp *tcp = lvs_packet_at(r->segment->packet, r->segment->packet->l4, sizeof(*tcp));

	return tcp->flags & LVS_TCP_FIN;
}

/* Lines of the payload from @off on, which are new; at their end nothing is held but what hold() has. */
static enum lvs_drop read_replies(const struct reading *r, uint32_t off)
{
	struct ftp *ftp = r->ftp;
	const uint8_t *bytes;
	uint32_t len;

	while (len = lvs_stream_payload(r->segment, &bytes), off < len && !r->segment->stream->blind) {
		const uint8_t *newline = memchr(bytes + off, '\n', len - off);
		uint32_t end = newline ? (uint32_t)(newline - bytes) + 1 : len, next = end;

		if (!ftp->midline && newline) {
			enum lvs_drop drop = reply(r, off, end, &next);

			if (drop && off == 0)
				return drop;
			if (drop) {	/* what is before it may pass */
				lvs_stream_cut(r->segment, off);
				next = off;
			}
			if (next == off)
				break;
		} else if (!ftp->midline && matters(ftp, bytes + off, len - off)) {
			if (len - off > sizeof(ftp->held)) {
				give_up(r, bytes + off);
			} else if (!is_last(r)) {
				hold(r, bytes, off, len - off);
				return LVS_DROP_NONE;
			}
		}
		ftp->midline = !newline;
		off = next;
	}
	ftp->nheld = 0;
	return LVS_DROP_NONE;
}

/* What is held comes before the segment again, as far as it has not brought it itself. */
static enum lvs_drop put_back(struct reading *r)
{
	uint32_t missing = r->segment->seq - r->side->top;
	const uint8_t *bytes;
	enum lvs_drop drop;
	uint32_t len;

	if (after(r->segment->seq, r->side->top) <= 0)
		return LVS_DROP_NONE;
	drop = lvs_stream_prepend(r->segment, r->ftp->held, missing);
	if (drop)
		return drop;
	len = lvs_stream_payload(r->segment, &bytes);
	if (r->segment->packet->len > r->limit)
		lvs_stream_cut(r->segment, len - (r->segment->packet->len - r->limit));
	return LVS_DROP_NONE;
}

/* The server's. */
static enum lvs_drop read_reply(struct reading *r)
{
	struct lvs_stream_segment *segment = r->segment;
	struct ftp *ftp = r->ftp;
	const uint8_t *bytes;
	uint32_t len = lvs_stream_payload(segment, &bytes);
	enum lvs_drop drop;

	if (!len && !(is_last(r) && ftp->nheld))
		return LVS_DROP_NONE;
	if (after(segment->end, r->side->top) <= 0)
		return LVS_DROP_NONE;
	if (!ftp->npassive && !ftp->auth && !ftp->nheld) {
		ftp->midline = bytes[len - 1] != '\n';
		return LVS_DROP_NONE;
	}
	if (after(segment->seq, r->side->top + ftp->nheld) > 0) {
		if (r->side->flags & LVS_STREAM_SURE)
			return LVS_DROP_STREAM_GAP;
		r->side->top = segment->seq;
		ftp->nheld = 0;
		ftp->midline = true;
	}
	drop = put_back(r);
	return drop ? drop : read_replies(r, lvs_stream_offset(segment, r->side->top));
}

static enum lvs_drop ftp_read(struct lvs_engine *engine, struct lvs_stream_segment *segment)
{
	struct reading r = {
		.engine = engine, .segment = segment, .side = &segment->stream->side[segment->dir],
		.ftp = (struct ftp *)lvs_stream_text_of(&engine->streams, segment->stream)->state,
		.limit = lvs_stream_limit(segment->packet),
	};

	if (segment->packet->tcp_flags & LVS_TCP_RST)
		return LVS_DROP_NONE;
	if (!(r.side->flags & LVS_STREAM_STARTED)) {
		r.side->top = segment->seq;
		r.side->flags |= LVS_STREAM_STARTED;
	}
	return segment->dir == LVS_DIR_REQUEST ? read_request(&r) : read_reply(&r);
}

const struct lvs_helper_ops lvs_helper_ftp = {
	.name = "ftp",
	.index = LVS_HELPER_INDEX_ftp,
	.proto = LVS_PROTO_TCP,
	.begin = ftp_begin,
	.read = ftp_read,
};
