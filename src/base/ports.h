/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of port ranges, as "80,443,8000-8999". */
#ifndef LVS_BASE_PORTS_H
#define LVS_BASE_PORTS_H

#include <stdint.h>

#define LVS_PORTS_MAX 32

/* From @first to @last, both included. Host order. */
struct lvs_port_range {
	uint16_t first, last;
};

/**
 * struct lvs_ports - ascending, without overlap
 * @n:		0: no list
 */
struct lvs_ports {
	uint32_t n;
	struct lvs_port_range ranges[LVS_PORTS_MAX];
};

#endif
