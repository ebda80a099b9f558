/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The families of services and servers, from a snapshot. */
#ifndef LVS_METRICS_FAMILIES_H
#define LVS_METRICS_FAMILIES_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics/exposition.h"

struct lvs_counters;
struct lvs_snapshot;

/**
 * struct lvs_families - which are wanted, and where writing them stands
 * @services, @servers: scopes
 * @node_ipvs:	those of node_exporter too
 * @total:	for that
 * @family, @row: to be written next
 * @begun:	the family's head was written
 */
struct lvs_families {
	bool services, servers, node_ipvs;
	const struct lvs_counters *total;
	size_t family, row;
	bool begun;
};

/* Write on, until @exposition has @enough bytes. Return: is there more? */
bool lvs_families_write(struct lvs_families *families, const struct lvs_snapshot *snapshot,
			struct lvs_exposition *exposition, size_t enough);

#endif
