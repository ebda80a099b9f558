// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of packet drivers, from io.def. */
#include "io/io.h"

#include <string.h>

static const struct lvs_io_ops *const drivers[] = {
#define IO(driver) &lvs_io_##driver,
#include "io/io.def"
#undef IO
};

const struct lvs_io_ops *lvs_io_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}
