/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server that comes back gets its share little by little. Pure. */
#ifndef LVS_CHECK_SLOW_START_H
#define LVS_CHECK_SLOW_START_H

#include <stdint.h>

#include "base/time.h"

enum lvs_curve {
	LVS_CURVE_LINEAR,
	LVS_CURVE_DOUBLING,	/* a 32nd, and twice as much after each sixth of the time, as piranha's nanny */
};

/**
 * struct lvs_slow_start - how a server begins
 * @time:	until it has its whole weight; 0: at once
 */
struct lvs_slow_start {
	lvs_ns time;
	enum lvs_curve curve;
};

/**
 * lvs_slow_start_weight() - of a server that came up @elapsed ago
 * @weight:	the whole
 * @ret_next:	how long until it may be another one; LVS_NS_NEVER: it is the whole
 *
 * Return: from 1 to @weight; 0 if that is 0
 */
uint32_t lvs_slow_start_weight(const struct lvs_slow_start *rules, uint32_t weight, lvs_ns elapsed, lvs_ns *ret_next);

#endif
