// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The share of the time that has passed, or a power of two for each part of it. Steps are at most one a second: schedulers
 * begin anew with each other weight.
 */
#include "check/slow_start.h"

#include "base/bytes.h"

#define STEP LVS_SECONDS(1)
#define DOUBLINGS 6

uint32_t lvs_slow_start_weight(const struct lvs_slow_start *rules, uint32_t weight, lvs_ns elapsed, lvs_ns *ret_next)
{
	uint64_t part;

	if (elapsed >= rules->time || weight <= 1) {
		*ret_next = LVS_NS_NEVER;
		return weight;
	}
	*ret_next = LVS_MIN(rules->time - elapsed, STEP);
	if (rules->curve == LVS_CURVE_LINEAR) {
		part = weight * (elapsed / LVS_NS_PER_MS) / LVS_MAX(rules->time / LVS_NS_PER_MS, 1u);
	} else {
		lvs_ns sixth = LVS_MAX(rules->time / DOUBLINGS, 1u);

		part = (uint64_t)weight >> (DOUBLINGS - 1 - LVS_MIN(elapsed / sixth, DOUBLINGS - 1u));
	}
	return (uint32_t)LVS_MAX(part, 1u);
}
