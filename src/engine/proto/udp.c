// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UDP has one state, re-armed by each datagram of either direction. It is never active: a service over UDP shows all its
 * connections as inactive, and schedulers see them so.
 */
#include "engine/proto.h"
#include "engine/wire.h"

static const struct lvs_proto_state states[] = {
	{ .name = "UDP", .timeout = 300, .class = LVS_CLASS_DATAGRAM },
};

static bool udp_starts(const struct lvs_packet *packet, bool sloppy)
{
	(void)sloppy;
	return !lvs_proto_is_ftp_data(packet);
}

static uint8_t udp_next_state(const struct lvs_conn *conn, const struct lvs_packet *packet, enum lvs_dir dir, bool secure)
{
	(void)packet;
	(void)dir;
	(void)secure;
	return conn->state;
}

const struct lvs_proto_ops lvs_proto_udp = {
	.name = "udp",
	.number = LVS_PROTO_UDP,
	.index = LVS_PROTO_INDEX_udp,
	.csum_offset = offsetof(struct lvs_udp, csum),
	.header_bytes = sizeof(struct lvs_udp),
	.csum_optional = true,
	.states = states,
	.nstates = ARRAY_LEN(states),
	.starts = udp_starts,
	.next_state = udp_next_state,
};
