/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is true of an engine between any two bursts, whatever happened to it. */
#ifndef LVS_TESTS_LIB_INVARIANTS_H
#define LVS_TESTS_LIB_INVARIANTS_H

#include "engine/core.h"

/**
 * invariants_hold() - look at everything, or the test fails
 *
 * Pool: every record is used or on the free chain. Index: every used record is found by its tuples in their directions,
 * and nothing else is in there. Wheel: every used record is filed once, in the slot and ring that it names, not behind its
 * deadline, and the bits agree. Streams: one per record that says so. Servers and templates: their numbers of
 * connections are what a recount over all records gives, and every number that a record holds names a server. Counters:
 * each packet received is counted once.
 *
 * Looks at every slot of the wheel: fine after every step of a short test, not of a long one.
 */
void invariants_hold(struct lvs_engine *engine);

/* Only the pool's and the servers' part: cheap. */
void invariants_of_counts(const struct lvs_engine *engine);

#endif
