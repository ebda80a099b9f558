// SPDX-License-Identifier: GPL-2.0-or-later
/* The helpers of helper.def, in its order. */
#include "engine/helper.h"

#include <string.h>

const struct lvs_helper_ops *const lvs_helpers[LVS_HELPER_INDEX_COUNT + 1] = {
#define HELPER(name) [LVS_HELPER_INDEX_##name] = &lvs_helper_##name,
#include "engine/helper.def"
#undef HELPER
};

const struct lvs_helper_ops *lvs_helper_find(const char *name)
{
	for (const struct lvs_helper_ops *const *helper = lvs_helpers; *helper; helper++)
		if (strcmp((*helper)->name, name) == 0)
			return *helper;
	return NULL;
}
