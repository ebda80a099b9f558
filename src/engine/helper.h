/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The axis of application helpers: one file in engine/helper/ and one row in helper.def per application whose payload
 * says more about its connections than their headers do. A service has one of them or none.
 */
#ifndef LVS_ENGINE_HELPER_H
#define LVS_ENGINE_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/packet.h"
#include "engine/stream.h"

struct lvs_engine;

enum lvs_helper_index {
#define HELPER(name) LVS_HELPER_INDEX_##name,
#include "engine/helper.def"
#undef HELPER
	LVS_HELPER_INDEX_COUNT
};

/**
 * struct lvs_helper_ops - a helper
 * @name:	as in lvs.conf
 * @index:	own place in lvs_helpers[]
 * @proto:	IANA's number of the protocol that its services have
 * @begin:	a connection of such a service was made and has seen no packet yet; may be NULL. Return: LVS_DROP_NONE, or
 *		why it cannot be: then it ends at once
 * @read:	payload of a connection with a stream whose helper this is, before it is translated; may change it by what
 *		engine/stream.h has for it. Return: LVS_DROP_NONE, or why the segment must not leave
 * @key:	NULL, or what persistence goes by in place of the client's address, for services that are persistent: bytes
 *		of @packet, borrowed. Return: LVS_DROP_NONE, or why @packet is dropped, which has none
 * @originates:	servers begin connections too, with packets that leave in the service's name; only with @key
 */
struct lvs_helper_ops {
	const char *name;
	uint8_t index;
	uint8_t proto;
	enum lvs_drop (*begin)(struct lvs_engine *engine, struct lvs_conn *conn);
	enum lvs_drop (*read)(struct lvs_engine *engine, struct lvs_stream_segment *segment);
	enum lvs_drop (*key)(const struct lvs_packet *packet, const uint8_t **ret_key, size_t *ret_bytes);
	bool originates;
};

#define HELPER(name) extern const struct lvs_helper_ops lvs_helper_##name;
#include "engine/helper.def"
#undef HELPER

/* By index; NULL behind the last. */
extern const struct lvs_helper_ops *const lvs_helpers[LVS_HELPER_INDEX_COUNT + 1];

/* Return: NULL if there is none of that name */
const struct lvs_helper_ops *lvs_helper_find(const char *name);

#endif
