/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the servers of a service come to together. Pure. */
#ifndef LVS_CHECK_QUORUM_H
#define LVS_CHECK_QUORUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "check/verdict.h"

/**
 * lvs_quorum_is() - keepalived's arithmetic
 * @had:	was it there before?
 * @quorum:	the weight of live servers that makes a service, at least 1
 * @hysteresis:	so much more is needed to win it, and so much less loses it; @quorum or more counts as @quorum - 1
 * @weight:	of the live servers
 */
bool lvs_quorum_is(bool had, uint32_t quorum, uint32_t hysteresis, uint64_t weight);

/**
 * struct lvs_protected - one server, as lvs_quorum_protect() sees it
 * @live:	it is up
 * @exempt:	it is out on purpose, and nobody keeps it
 * @since:	when it fell
 * @ret_kept:	set: it fell, and has connections nevertheless
 */
struct lvs_protected {
	bool live;
	bool exempt;
	lvs_ns since;
	bool ret_kept;
};

/**
 * lvs_quorum_protect() - keep a failing network of checks from emptying a service
 * @min:	so many servers stay, those that fell last; 0: none does
 *
 * Return: how many are kept
 */
size_t lvs_quorum_protect(struct lvs_protected *servers, size_t n, uint32_t min);

#endif
