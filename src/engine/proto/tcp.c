// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TCP as IPVS sees it: eleven states, moved by flags alone; sequence numbers and windows are the endpoints' business.
 *
 * There are three tables, each in two variants. INPUT is for the client's segments and OUTPUT for the server's;
 * INPUT_ONLY is for the client's as long as none of the server's was seen, because replies bypass the director: then
 * half of the conversation has to tell the whole story.
 *
 * The secure tables (secure_tcp) believe a client only after the server has spoken to it: an ACK alone does not make an
 * established connection out of a half-open one, so that a flood fills the table with nothing that lasts.
 *
 * The flags are an index as they stand in the header, so a step is one load. A row of 32 bytes spells out what the events
 * of a state lead to: RST goes before SYN, SYN before FIN, FIN before ACK, and a segment with none of the four belongs to
 * no conversation: CLOSE.
 */
#include "engine/proto.h"
#include "engine/wire.h"

enum {
	NONE,
	ESTABLISHED,
	SYN_SENT,
	SYN_RECV,
	FIN_WAIT,
	TIME_WAIT,
	CLOSE,
	CLOSE_WAIT,
	LAST_ACK,
	LISTEN,
	SYNACK,
	STATES
};

static const struct lvs_proto_state states[] = {
	[NONE] = { .name = "NONE", .timeout = 2, .class = LVS_CLASS_HALF_OPEN },
	[ESTABLISHED] = { .name = "ESTABLISHED", .timeout = 900, .class = LVS_CLASS_ESTABLISHED, .active = true },
	[SYN_SENT] = { .name = "SYN_SENT", .timeout = 120, .class = LVS_CLASS_HALF_OPEN, .active = true },
	[SYN_RECV] = { .name = "SYN_RECV", .timeout = 60, .class = LVS_CLASS_HALF_OPEN, .active = true, .flooded = true },
	[FIN_WAIT] = { .name = "FIN_WAIT", .timeout = 120, .class = LVS_CLASS_CLOSING, .closing = true },
	[TIME_WAIT] = { .name = "TIME_WAIT", .timeout = 120, .class = LVS_CLASS_CLOSING, .over = true },
	[CLOSE] = { .name = "CLOSE", .timeout = 10, .class = LVS_CLASS_CLOSING, .over = true },
	[CLOSE_WAIT] = { .name = "CLOSE_WAIT", .timeout = 60, .class = LVS_CLASS_CLOSING },
	[LAST_ACK] = { .name = "LAST_ACK", .timeout = 30, .class = LVS_CLASS_CLOSING },
	[LISTEN] = { .name = "LISTEN", .timeout = 120, .class = LVS_CLASS_HALF_OPEN },
	[SYNACK] = { .name = "SYNACK", .timeout = 120, .class = LVS_CLASS_HALF_OPEN, .active = true, .flooded = true },
};
static_assert(ARRAY_LEN(states) == STATES && STATES <= LVS_STATES_MAX, "a row per state");

enum {
	INPUT,
	OUTPUT,
	INPUT_ONLY,
	SECURE,		/* the same three once more, stricter */
	TABLES = 2 * SECURE
};

/* ACK, PSH, RST, SYN and FIN: the low five bits. */
#define FLAGS (LVS_TCP_FIN | LVS_TCP_SYN | LVS_TCP_RST | LVS_TCP_PSH | LVS_TCP_ACK)

/* All settings of RST, SYN and FIN; @none is for the one without any of them. */
#define EIGHT(none, syn, fin, rst) none, fin, syn, syn, rst, rst, rst, rst
#define ON(syn, fin, ack, rst)                                                                  \
	{ EIGHT(CLOSE, syn, fin, rst), EIGHT(CLOSE, syn, fin, rst), EIGHT(ack, syn, fin, rst),  \
	  EIGHT(ack, syn, fin, rst) }

static const uint8_t next[TABLES][STATES][FLAGS + 1] = {
	[INPUT] = {
		/*                  SYN          FIN         ACK          RST */
		[NONE]        = ON(SYN_RECV,    CLOSE,      ESTABLISHED, CLOSE),
		[ESTABLISHED] = ON(ESTABLISHED, CLOSE_WAIT, ESTABLISHED, CLOSE),
		[SYN_SENT]    = ON(ESTABLISHED, SYN_SENT,   SYN_SENT,    CLOSE),
		/* A blind reset must not kill what is half open. */
		[SYN_RECV]    = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, SYN_RECV),
		[FIN_WAIT]    = ON(SYN_RECV,    TIME_WAIT,  FIN_WAIT,    CLOSE),
		[TIME_WAIT]   = ON(SYN_RECV,    TIME_WAIT,  TIME_WAIT,   CLOSE),
		[CLOSE]       = ON(SYN_RECV,    CLOSE,      CLOSE,       CLOSE),
		[CLOSE_WAIT]  = ON(SYN_RECV,    CLOSE_WAIT, CLOSE_WAIT,  CLOSE),
		[LAST_ACK]    = ON(SYN_RECV,    LAST_ACK,   CLOSE,       LAST_ACK),
		[LISTEN]      = ON(SYN_RECV,    LISTEN,     LISTEN,      LISTEN),
		[SYNACK]      = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, SYN_RECV),
	},
	[OUTPUT] = {
		[NONE]        = ON(SYN_SENT,    TIME_WAIT,  ESTABLISHED, CLOSE),
		[ESTABLISHED] = ON(ESTABLISHED, FIN_WAIT,   ESTABLISHED, CLOSE),
		[SYN_SENT]    = ON(SYN_SENT,    SYN_SENT,   SYN_SENT,    SYN_SENT),
		[SYN_RECV]    = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, CLOSE),
		[FIN_WAIT]    = ON(SYN_SENT,    FIN_WAIT,   FIN_WAIT,    CLOSE),
		[TIME_WAIT]   = ON(SYN_SENT,    TIME_WAIT,  TIME_WAIT,   TIME_WAIT),
		[CLOSE]       = ON(SYN_SENT,    CLOSE,      CLOSE,       CLOSE),
		[CLOSE_WAIT]  = ON(SYN_SENT,    TIME_WAIT,  CLOSE_WAIT,  CLOSE),
		[LAST_ACK]    = ON(SYN_SENT,    LAST_ACK,   LAST_ACK,    CLOSE),
		[LISTEN]      = ON(LISTEN,      LISTEN,     ESTABLISHED, CLOSE),
		[SYNACK]      = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, CLOSE),
	},
	[INPUT_ONLY] = {
		[NONE]        = ON(SYN_RECV,    CLOSE,      ESTABLISHED, CLOSE),
		[ESTABLISHED] = ON(ESTABLISHED, FIN_WAIT,   ESTABLISHED, CLOSE),
		[SYN_SENT]    = ON(ESTABLISHED, SYN_SENT,   SYN_SENT,    CLOSE),
		[SYN_RECV]    = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, SYN_RECV),
		[FIN_WAIT]    = ON(SYN_RECV,    FIN_WAIT,   FIN_WAIT,    CLOSE),
		[TIME_WAIT]   = ON(SYN_RECV,    TIME_WAIT,  TIME_WAIT,   CLOSE),
		[CLOSE]       = ON(SYN_RECV,    CLOSE,      CLOSE,       CLOSE),
		[CLOSE_WAIT]  = ON(SYN_RECV,    CLOSE_WAIT, CLOSE_WAIT,  CLOSE),
		[LAST_ACK]    = ON(SYN_RECV,    LAST_ACK,   CLOSE,       LAST_ACK),
		[LISTEN]      = ON(SYN_RECV,    LISTEN,     LISTEN,      LISTEN),
		[SYNACK]      = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, CLOSE),
	},
	[SECURE + INPUT] = {
		/*                  SYN          FIN         ACK          RST */
		[NONE]        = ON(SYN_RECV,    CLOSE,      ESTABLISHED, CLOSE),
		[ESTABLISHED] = ON(ESTABLISHED, CLOSE_WAIT, ESTABLISHED, CLOSE),
		[SYN_SENT]    = ON(ESTABLISHED, SYN_SENT,   SYN_SENT,    CLOSE),
		/* A blind reset must not kill what is half open. */
		[SYN_RECV]    = ON(SYN_RECV,       TIME_WAIT,  SYN_RECV,    SYN_RECV),
		[FIN_WAIT]    = ON(SYN_RECV,    TIME_WAIT,  FIN_WAIT,    CLOSE),
		[TIME_WAIT]   = ON(SYN_RECV,    TIME_WAIT,  TIME_WAIT,   CLOSE),
		[CLOSE]       = ON(SYN_RECV,    CLOSE,      CLOSE,       CLOSE),
		[CLOSE_WAIT]  = ON(SYN_RECV,    CLOSE_WAIT, CLOSE_WAIT,  CLOSE),
		[LAST_ACK]    = ON(SYN_RECV,    LAST_ACK,   CLOSE,       LAST_ACK),
		[LISTEN]      = ON(SYN_RECV,    LISTEN,     LISTEN,      LISTEN),
		[SYNACK]      = ON(SYNACK,         SYNACK,     SYNACK,      CLOSE),
	},
	[SECURE + OUTPUT] = {
		[NONE]        = ON(SYN_SENT,    TIME_WAIT,  ESTABLISHED, CLOSE),
		[ESTABLISHED] = ON(ESTABLISHED, FIN_WAIT,   ESTABLISHED, CLOSE),
		[SYN_SENT]    = ON(SYN_SENT,    SYN_SENT,   SYN_SENT,    SYN_SENT),
		[SYN_RECV]    = ON(SYNACK,         TIME_WAIT,  ESTABLISHED, CLOSE),
		[FIN_WAIT]    = ON(SYN_SENT,    FIN_WAIT,   FIN_WAIT,    CLOSE),
		[TIME_WAIT]   = ON(SYN_SENT,    TIME_WAIT,  TIME_WAIT,   TIME_WAIT),
		[CLOSE]       = ON(SYN_SENT,    CLOSE,      CLOSE,       CLOSE),
		[CLOSE_WAIT]  = ON(SYN_SENT,    TIME_WAIT,  CLOSE_WAIT,  CLOSE),
		[LAST_ACK]    = ON(SYN_SENT,    LAST_ACK,   LAST_ACK,    CLOSE),
		[LISTEN]      = ON(LISTEN,      LISTEN,     ESTABLISHED, CLOSE),
		[SYNACK]      = ON(SYNACK,         TIME_WAIT,  ESTABLISHED, CLOSE),
	},
	[SECURE + INPUT_ONLY] = {
		[NONE]        = ON(SYNACK,         CLOSE,      ESTABLISHED, CLOSE),
		[ESTABLISHED] = ON(ESTABLISHED, FIN_WAIT,   ESTABLISHED, CLOSE),
		[SYN_SENT]    = ON(ESTABLISHED, SYN_SENT,   SYN_SENT,    CLOSE),
		[SYN_RECV]    = ON(SYN_RECV,    TIME_WAIT,  ESTABLISHED, SYN_RECV),
		[FIN_WAIT]    = ON(SYNACK,         FIN_WAIT,   FIN_WAIT,    CLOSE),
		[TIME_WAIT]   = ON(SYNACK,         TIME_WAIT,  TIME_WAIT,   CLOSE),
		[CLOSE]       = ON(SYNACK,         CLOSE,      CLOSE,       CLOSE),
		[CLOSE_WAIT]  = ON(SYNACK,         CLOSE_WAIT, CLOSE_WAIT,  CLOSE),
		[LAST_ACK]    = ON(SYNACK,         LAST_ACK,   CLOSE,       LAST_ACK),
		[LISTEN]      = ON(SYNACK,         LISTEN,     LISTEN,      LISTEN),
		[SYNACK]      = ON(SYNACK,         TIME_WAIT,  ESTABLISHED, CLOSE),
	},
};

static bool tcp_starts(const struct lvs_packet *packet, bool sloppy)
{
	if ((packet->tcp_flags & LVS_TCP_RST) || lvs_proto_is_ftp_data(packet))
		return false;
	return sloppy || (packet->tcp_flags & LVS_TCP_SYN);
}

static uint8_t tcp_next_state(const struct lvs_conn *conn, const struct lvs_packet *packet, enum lvs_dir dir, bool secure)
{
	unsigned int table = conn->flags & LVS_CONN_NO_OUTPUT ? INPUT_ONLY : INPUT;

	if (dir == LVS_DIR_REPLY)
		table = OUTPUT;
	if (secure)
		table += SECURE;
	return next[table][conn->state][packet->tcp_flags & FLAGS];
}

const struct lvs_proto_ops lvs_proto_tcp = {
	.name = "tcp",
	.number = LVS_PROTO_TCP,
	.index = LVS_PROTO_INDEX_tcp,
	.csum_offset = offsetof(struct lvs_tcp, csum),
	.header_bytes = sizeof(struct lvs_tcp),
	.states = states,
	.nstates = ARRAY_LEN(states),
	.midst = ESTABLISHED,
	.announced = LISTEN,
	.starts = tcp_starts,
	.next_state = tcp_next_state,
};
