// SPDX-License-Identifier: GPL-2.0-or-later
/* The protocols of proto.def, in the order of enum lvs_proto_index. */
#include "engine/proto.h"

const struct lvs_proto_ops *const lvs_protos[] = {
#define PROTO(name) [LVS_PROTO_INDEX_##name] = &lvs_proto_##name,
#include "engine/proto.def"
#undef PROTO
};
static_assert(ARRAY_LEN(lvs_protos) == LVS_PROTO_INDEX_COUNT, "proto.def is broken");

const struct lvs_proto_ops *lvs_proto_find(uint8_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(lvs_protos); i++)
		if (lvs_protos[i]->number == number)
			return lvs_protos[i];
	return NULL;
}
