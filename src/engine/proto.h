/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol axis: one file in engine/proto/ and one row in proto.def per transport protocol. */
#ifndef LVS_ENGINE_PROTO_H
#define LVS_ENGINE_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/packet.h"

/* Index of a protocol in lvs_protos[], for tables per protocol. */
enum lvs_proto_index {
#define PROTO(name) LVS_PROTO_INDEX_##name,
#include "engine/proto.def"
#undef PROTO
	LVS_PROTO_INDEX_COUNT
};

#define LVS_STATES_MAX 16

/**
 * struct lvs_proto_state - one state of a protocol's machine
 * @name:	as ipvsadm prints it
 * @timeout:	default, seconds
 * @active:	counted in ActiveConn
 * @flooded:	what a flood leaves behind: drop_entry gives it up at once
 * @over:	a packet that begins a connection takes this one's place (IPVS: conn_reuse_mode 1)
 * @closing:	likewise where no replies pass, with conn_reuse_mode 2
 */
struct lvs_proto_state {
	const char *name;
	uint32_t timeout;
	enum lvs_class class;
	bool active;
	bool flooded;
	bool over;
	bool closing;
};

/**
 * struct lvs_proto_ops - a transport protocol
 * @number:	IANA's
 * @index:	own place in lvs_protos[]
 * @csum_offset: of the checksum in the transport header
 * @header_bytes: shortest transport header
 * @csum_optional: a checksum of 0 means "none" and is kept; a computed 0 is written as 0xffff (RFC 768)
 * @states:	@nstates rows; state 0 is that of a connection that has seen no packet
 * @midst:	the state of a connection that has begun and has not ended
 * @announced:	state whose timeout is how long a connection that was announced is waited for
 * @starts:	may this packet begin a connection? @sloppy: even in the midst of it
 * @next_state:	the state after @packet, in the direction @dir; changes nothing. LVS_CONN_NO_OUTPUT means that no packet
 *		came from the server before this one. @secure: the stricter rules for times of attack
 * @fix_csum:	the checksum follows a port that changed in the bits of @diff, the source's or the destination's; addresses
 *		are not in it. NULL: it is the Internet checksum over addresses and ports. Not for quoted packets
 */
struct lvs_proto_ops {
	const char *name;
	uint8_t number;
	uint8_t index;
	uint8_t csum_offset;
	uint8_t header_bytes;
	bool csum_optional;
	const struct lvs_proto_state *states;
	uint8_t nstates;
	uint8_t midst;
	uint8_t announced;
	bool (*starts)(const struct lvs_packet *packet, bool sloppy);
	uint8_t (*next_state)(const struct lvs_conn *conn, const struct lvs_packet *packet, enum lvs_dir dir, bool secure);
	enum lvs_drop (*fix_csum)(const struct lvs_packet *packet, lvs_be16 diff, bool source);
};

#define PROTO(name) extern const struct lvs_proto_ops lvs_proto_##name;
#include "engine/proto.def"
#undef PROTO

extern const struct lvs_proto_ops *const lvs_protos[LVS_PROTO_INDEX_COUNT];

/*
 * Source port 20 is the server's end of an active FTP transfer. Its connection is announced on the control connection and
 * never begins with a packet, whatever the protocol: for the use of @starts.
 */
static inline bool lvs_proto_is_ftp_data(const struct lvs_packet *packet)
{
	return packet->tuple.sport == LVS_BE16(20);
}

/* @number: IANA's. Return: NULL if services cannot have it */
const struct lvs_proto_ops *lvs_proto_find(uint8_t number);

#endif
