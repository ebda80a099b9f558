// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and texts of drop.def, in the order of the enum. */
#include "engine/drop.h"

#include <assert.h>

#include "base/bytes.h"

static const char *const names[] = {
	[LVS_DROP_NONE] = "none",
#define DROP(sym, name, text) [LVS_DROP_##sym] = name,
#include "engine/drop.def"
#undef DROP
};
static_assert(ARRAY_LEN(names) == LVS_DROP_COUNT, "drop.def is broken");

static const char *const texts[] = {
	[LVS_DROP_NONE] = "not dropped",
#define DROP(sym, name, text) [LVS_DROP_##sym] = text,
#include "engine/drop.def"
#undef DROP
};
static_assert(ARRAY_LEN(texts) == LVS_DROP_COUNT, "drop.def is broken");

const char *lvs_drop_name(enum lvs_drop drop)
{
	return names[drop];
}

const char *lvs_drop_text(enum lvs_drop drop)
{
	return texts[drop];
}
