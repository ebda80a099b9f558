// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SCTP as IPVS sees it: fourteen states, moved by the type of a packet's first chunk. Each pair of addresses is a
 * connection of its own: multi-homing is not understood.
 *
 * There are three tables as for TCP, see there. Types that tell nothing about the association count as DATA; an ABORT
 * behind a COOKIE ECHO or COOKIE ACK counts as what it is, for it may be bundled with these (RFC 9260 section 6.10).
 *
 * The checksum covers no address (RFC 9260 section 6.8). Where a port changes it is carried on by the difference, never
 * made anew: a packet that was damaged on its way to the director arrives as damaged as it was.
 */
#include "base/crc32c.h"
#include "engine/proto.h"
#include "engine/wire.h"

/* The names that tables have room for. */
enum {
	NO,	/* none */
	I1,	/* one INIT seen */
	IN,	/* more than one */
	CS,	/* cookie sent */
	CR,	/* cookie replied */
	CW,	/* waiting for the cookie */
	CO,	/* cookie */
	CE,	/* cookie echoed */
	ES,	/* established */
	SS,	/* shutdown sent */
	SR,	/* shutdown received */
	SA,	/* shutdown acknowledged */
	RJ,	/* rejected */
	CL,	/* closed */
	STATES
};

#define HALF(text, seconds) { .name = text, .timeout = (seconds), .class = LVS_CLASS_HALF_OPEN }
#define CLOSING(text, seconds) { .name = text, .timeout = (seconds), .class = LVS_CLASS_CLOSING }
static const struct lvs_proto_state states[] = {
	[NO] = HALF("NONE", 2),
	[I1] = { .name = "INIT1", .timeout = 4, .class = LVS_CLASS_HALF_OPEN, .flooded = true },
	[IN] = { .name = "INIT", .timeout = 61, .class = LVS_CLASS_HALF_OPEN, .flooded = true },
	[CS] = HALF("C-SENT", 61),
	[CR] = HALF("C-REPLIED", 61),
	[CW] = HALF("C-WAIT", 61),
	[CO] = HALF("COOKIE", 61),
	[CE] = HALF("C-ECHOED", 61),
	[ES] = { .name = "ESTABLISHED", .timeout = 900, .class = LVS_CLASS_ESTABLISHED, .active = true },
	[SS] = CLOSING("S-SENT", 61),
	[SR] = CLOSING("S-RECEIVED", 61),
	[SA] = CLOSING("S-ACK-SENT", 61),
	[RJ] = CLOSING("REJECTED", 4),
	[CL] = { .name = "CLOSED", .timeout = 61, .class = LVS_CLASS_CLOSING, .over = true },
};
static_assert(ARRAY_LEN(states) == STATES && STATES <= LVS_STATES_MAX, "a row per state");

enum event {
	DATA,
	INIT,
	INIT_ACK,
	COOKIE_ECHO,
	COOKIE_ACK,
	SHUTDOWN,
	SHUTDOWN_ACK,
	SHUTDOWN_COMPLETE,
	FAILURE,
	ABORT,
	EVENTS
};

/* By chunk type; those that are not here are DATA. */
static const uint8_t events[] = {
	[LVS_SCTP_INIT] = INIT,
	[LVS_SCTP_INIT_ACK] = INIT_ACK,
	[LVS_SCTP_ABORT] = ABORT,
	[LVS_SCTP_SHUTDOWN] = SHUTDOWN,
	[LVS_SCTP_SHUTDOWN_ACK] = SHUTDOWN_ACK,
	[LVS_SCTP_ERROR] = FAILURE,
	[LVS_SCTP_COOKIE_ECHO] = COOKIE_ECHO,
	[LVS_SCTP_COOKIE_ACK] = COOKIE_ACK,
	[LVS_SCTP_SHUTDOWN_COMPLETE] = SHUTDOWN_COMPLETE,
};

enum {
	INPUT,
	OUTPUT,
	INPUT_ONLY,
	TABLES
};

static const uint8_t next[TABLES][STATES][EVENTS] = {
	[INPUT] = {
		/*         DATA INIT IACK ECHO CACK SHUT SACK SCPL ERR ABRT */
		[NO] = { ES, I1, CW, CR, ES, SR, CL, CL, CL, CL },
		[I1] = { I1, IN, CW, IN, I1, I1, IN, CL, I1, CL },
		[IN] = { IN, IN, CW, IN, IN, IN, IN, CL, IN, CL },
		[CS] = { CS, CS, CS, CR, CS, CS, CS, CS, CS, CL },
		[CR] = { CR, CR, CR, CR, CR, CR, CR, CR, CR, CL },
		[CW] = { CW, CW, CO, CW, CW, CW, CW, CW, CW, RJ },
		[CO] = { CO, CO, CO, CO, CO, CO, CO, CO, CO, CL },
		[CE] = { CE, CE, CE, CE, ES, CE, CE, CE, CL, CL },
		[ES] = { ES, ES, ES, ES, ES, SR, ES, ES, ES, CL },
		[SS] = { SS, SS, SS, SS, SS, SS, CL, SS, SS, CL },
		[SR] = { SR, SR, SR, SR, SR, SR, SR, SR, SR, CL },
		[SA] = { SA, SA, SA, SA, SA, SA, CL, CL, SA, CL },
		[RJ] = { RJ, IN, RJ, RJ, RJ, RJ, RJ, RJ, RJ, CL },
		[CL] = { CL, IN, CL, CL, CL, CL, CL, CL, CL, CL },
	},
	[OUTPUT] = {
		/*         DATA INIT IACK ECHO CACK SHUT SACK SCPL ERR ABRT */
		[NO] = { ES, CW, CS, CE, ES, SS, SA, CL, CL, CL },
		[I1] = { I1, CW, CS, CE, ES, SS, SA, I1, CL, RJ },
		[IN] = { IN, CW, CS, CE, ES, SS, SA, IN, CL, CL },
		[CS] = { CS, CW, CS, CE, ES, SS, SA, CS, CL, CL },
		[CR] = { CR, CW, CR, CE, ES, SS, SA, CR, CL, CL },
		[CW] = { CW, CW, CW, CE, ES, SS, CW, CW, CW, CL },
		[CO] = { CO, CW, CO, CE, ES, SS, CO, CO, CO, CL },
		[CE] = { CE, CW, CE, CE, ES, SS, CE, CE, CE, CL },
		[ES] = { ES, ES, ES, ES, ES, SS, ES, ES, ES, CL },
		[SS] = { SS, CW, SS, SS, SS, SS, SA, SS, SS, CL },
		[SR] = { SR, CW, SR, SR, SR, SR, SA, SR, SR, CL },
		[SA] = { SA, CW, SA, SA, SA, SA, SA, SA, SA, CL },
		[RJ] = { RJ, CW, RJ, RJ, RJ, RJ, RJ, RJ, RJ, CL },
		[CL] = { CL, CW, CL, CL, CL, CL, CL, CL, CL, CL },
	},
	[INPUT_ONLY] = {
		/*         DATA INIT IACK ECHO CACK SHUT SACK SCPL ERR ABRT */
		[NO] = { ES, I1, CE, ES, ES, SR, CL, CL, CL, CL },
		[I1] = { I1, IN, CE, ES, I1, I1, IN, CL, I1, CL },
		[IN] = { IN, IN, CE, ES, IN, IN, IN, CL, IN, CL },
		[CS] = { CS, IN, CE, ES, ES, CS, CS, CL, CS, CL },
		[CR] = { CR, IN, CE, ES, ES, CR, CR, CL, CR, CL },
		[CW] = { ES, IN, CE, ES, CW, CW, CW, CW, CW, RJ },
		[CO] = { CO, CO, CO, CO, ES, CO, CO, CO, CO, CL },
		[CE] = { CE, CE, CE, CE, ES, CE, CE, CE, CE, CL },
		[ES] = { ES, ES, ES, ES, ES, SR, CL, ES, ES, CL },
		[SS] = { SS, SS, SS, SS, SS, SS, CL, SS, SS, CL },
		[SR] = { SR, SR, SR, SR, SR, SR, SR, CL, SR, CL },
		[SA] = { SA, SA, SA, SA, SA, SA, CL, CL, SA, CL },
		[RJ] = { RJ, IN, RJ, RJ, RJ, RJ, RJ, RJ, RJ, CL },
		[CL] = { CL, IN, CL, CL, CL, CL, CL, CL, CL, CL },
	},
};

/* @at: from the transport header on. Return: NULL where the packet has no whole chunk header */
static const struct lvs_sctp_chunk *chunk_at(const struct lvs_packet *packet, size_t at)
{
	return lvs_packet_at(packet, packet->l4 + at, sizeof(struct lvs_sctp_chunk));
}

/* Return: EVENTS if there is no chunk */
static uint8_t event_of(const struct lvs_packet *packet)
{
	const struct lvs_sctp_chunk *chunk = chunk_at(packet, sizeof(struct lvs_sctp));
	uint8_t event;

	if (!chunk)
		return EVENTS;
	event = chunk->type < ARRAY_LEN(events) ? events[chunk->type] : DATA;
	if ((event == COOKIE_ECHO || event == COOKIE_ACK) && lvs_host16(chunk->len) >= sizeof(*chunk)) {
		chunk = chunk_at(packet, sizeof(struct lvs_sctp) + (lvs_host16(chunk->len) + 3u) / 4 * 4);
		if (chunk && chunk->type == LVS_SCTP_ABORT)
			event = ABORT;
	}
	return event;
}

static bool sctp_starts(const struct lvs_packet *packet, bool sloppy)
{
	const struct lvs_sctp_chunk *chunk = chunk_at(packet, sizeof(struct lvs_sctp));

	if (!chunk || lvs_proto_is_ftp_data(packet))
		return false;
	return sloppy ? chunk->type != LVS_SCTP_ABORT : chunk->type == LVS_SCTP_INIT;
}

static uint8_t sctp_next_state(const struct lvs_conn *conn, const struct lvs_packet *packet, enum lvs_dir dir, bool secure)
{
	unsigned int table = conn->flags & LVS_CONN_NO_OUTPUT ? INPUT_ONLY : INPUT;
	uint8_t event = event_of(packet);

	(void)secure;
	if (dir == LVS_DIR_REPLY)
		table = OUTPUT;
	return event == EVENTS ? conn->state : next[table][conn->state][event];
}

/* A checksum of 0 stands for none (RFC 9653) and stays. */
static enum lvs_drop sctp_fix_csum(const struct lvs_packet *packet, lvs_be16 diff, bool source)
{
	struct lvs_sctp *sctp = lvs_packet_at(packet, packet->l4, sizeof(*sctp));
	size_t behind = packet->len - packet->l4 - (source ? 2 : 4);

	if (packet->fragment)
		return LVS_DROP_SCTP_FRAGMENT;	/* how much is behind the port, only the last fragment knows */
	if (sctp->csum)
		sctp->csum ^= lvs_sctp_csum(lvs_crc32c_delta(&diff, sizeof(diff), behind));
	return LVS_DROP_NONE;
}

const struct lvs_proto_ops lvs_proto_sctp = {
	.name = "sctp",
	.number = LVS_PROTO_SCTP,
	.index = LVS_PROTO_INDEX_sctp,
	.csum_offset = offsetof(struct lvs_sctp, csum),
	.header_bytes = sizeof(struct lvs_sctp),
	.states = states,
	.nstates = ARRAY_LEN(states),
	.midst = ES,
	.starts = sctp_starts,
	.next_state = sctp_next_state,
	.fix_csum = sctp_fix_csum,
};
