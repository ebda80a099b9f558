/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The axis of forwarding methods: one file in engine/forward/ and one row in forward.def per method. */
#ifndef LVS_ENGINE_FORWARD_H
#define LVS_ENGINE_FORWARD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/packet.h"

struct lvs_engine;
struct lvs_server;

enum lvs_forward_index {
#define FORWARD(name) LVS_FORWARD_INDEX_##name,
#include "engine/forward.def"
#undef FORWARD
	LVS_FORWARD_INDEX_COUNT
};

/* By which way packets leave: bits, for sets of them. */
enum lvs_way {
	LVS_WAY_ROUTED = 1,	/* routed by their destination */
	LVS_WAY_DIRECT = 2,	/* given to a neighbour, see lvs_packet.via */
	LVS_WAY_TUNNEL = 4,	/* inside of another packet */
};

/**
 * struct lvs_forward_ops - a forwarding method
 * @name:	as in lvs.conf
 * @label:	as ipvsadm -L prints it
 * @index:	own place in lvs_forwards[], stored in each connection
 * @way:	by which requests leave
 * @replies:	replies pass the director; else connections are born with LVS_CONN_NO_OUTPUT and LVS_CONN_ONE_WAY
 * @led:	they are addressed to clients, so that the host has to lead them to the director
 * @maps_port:	the server may have another port than the service
 * @mixes:	the server may be of another address family than the service
 * @overhead:	bytes that it puts around a request to @server; NULL: none
 * @bind:	prepare a new connection whose addresses and ports are all set; may be NULL. Return: LVS_DROP_NONE, or why
 *		there can be none
 * @rewrite:	make @packet, of a connection's flow or a later fragment of it, ready to leave in direction @dir; the
 *		engine emits it. Return: LVS_DROP_NONE or why it cannot leave
 *		Where requests leave by a way without offloads they come as plain packets, see engine/split.h
 * @rewrite_error: the same for an ICMP error about a packet of the connection, travelling in direction @dir: where need be
 *		outer addresses and the quoted packet's addresses, ports and checksums, and the ICMP checksum over all
 */
struct lvs_forward_ops {
	const char *name;
	const char *label;
	uint8_t index;
	uint8_t way;
	bool replies;
	bool led;
	bool maps_port;
	bool mixes;
	uint32_t (*overhead)(const struct lvs_server *server);
	enum lvs_drop (*bind)(struct lvs_engine *engine, struct lvs_conn *conn);
	enum lvs_drop (*rewrite)(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				 enum lvs_dir dir);
	enum lvs_drop (*rewrite_error)(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				       struct lvs_packet *quoted, enum lvs_dir dir);
};

/* For methods that send packets on as they are: @rewrite and @rewrite_error. */
enum lvs_drop lvs_forward_as_is(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				enum lvs_dir dir);
enum lvs_drop lvs_forward_error_as_is(struct lvs_engine *engine, const struct lvs_conn *conn, struct lvs_packet *packet,
				      struct lvs_packet *quoted, enum lvs_dir dir);

#define FORWARD(name) extern const struct lvs_forward_ops lvs_forward_##name;
#include "engine/forward.def"
#undef FORWARD

extern const struct lvs_forward_ops *const lvs_forwards[LVS_FORWARD_INDEX_COUNT];

/* Return: NULL if there is none of that name */
const struct lvs_forward_ops *lvs_forward_find(const char *name);

#endif
