/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The axis of forwarding methods: one file in engine/forward/ and one row in forward.def per method. */
#ifndef LVS_ENGINE_FORWARD_H
#define LVS_ENGINE_FORWARD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/packet.h"

struct lvs_engine;

enum lvs_forward_index {
#define FORWARD(name) LVS_FORWARD_INDEX_##name,
#include "engine/forward.def"
#undef FORWARD
	LVS_FORWARD_INDEX_COUNT
};

/**
 * struct lvs_forward_ops - a forwarding method
 * @name:	as in lvs.conf
 * @label:	as ipvsadm -L prints it
 * @index:	own place in lvs_forwards[], stored in each connection
 * @replies:	replies pass the director; else connections are born with LVS_CONN_NO_OUTPUT
 * @bind:	prepare a new connection whose addresses and ports are all set; may be NULL
 * @rewrite:	make @packet, of a connection's flow or a later fragment of it, ready to leave in direction @dir; the
 *		engine emits it. Return: LVS_DROP_NONE or why it cannot leave
 * @rewrite_error: the same for an ICMP error about a packet of the connection, travelling in direction @dir: outer
 *		addresses and the quoted packet's addresses, ports and checksums. The caller makes the ICMP checksum anew
 */
struct lvs_forward_ops {
	const char *name;
	const char *label;
	uint8_t index;
	bool replies;
	void (*bind)(struct lvs_conn *conn);
	enum lvs_drop (*rewrite)(const struct lvs_conn *conn, struct lvs_packet *packet, enum lvs_dir dir);
	enum lvs_drop (*rewrite_error)(const struct lvs_conn *conn, struct lvs_packet *packet, struct lvs_packet *quoted,
				       enum lvs_dir dir);
};

#define FORWARD(name) extern const struct lvs_forward_ops lvs_forward_##name;
#include "engine/forward.def"
#undef FORWARD

extern const struct lvs_forward_ops *const lvs_forwards[LVS_FORWARD_INDEX_COUNT];

/* Return: NULL if there is none of that name */
const struct lvs_forward_ops *lvs_forward_find(const char *name);

#endif
