/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From single results to a verdict that does not jump at each of them. Pure: time comes in as an argument. */
#ifndef LVS_CHECK_VERDICT_H
#define LVS_CHECK_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

enum lvs_health_state {
	LVS_HEALTH_UNKNOWN,	/* nothing was found out yet, or the check itself does not work */
	LVS_HEALTH_DOWN,
	LVS_HEALTH_UP,
	LVS_HEALTH_MAINTENANCE,	/* an operator took it out, whatever checks say */
	LVS_HEALTH_COUNT
};

/* "unknown", "down", "up", "maintenance" */
extern const char *const lvs_health_names[LVS_HEALTH_COUNT];

/* What one run of a check came to. BROKEN: it could not be run, which says nothing of the server. */
enum lvs_outcome { LVS_OUTCOME_PASSED, LVS_OUTCOME_FAILED, LVS_OUTCOME_BROKEN, LVS_OUTCOME_COUNT };

#define LVS_CHECK_REASON_BYTES 128
#define LVS_FLAP_CHANGES_MAX 16

/**
 * struct lvs_verdict_rules - how results become a verdict
 * @rise, @fall: so many results in a row turn "down" to "up", and "up" to "down"; at least 1
 * @flap_changes: who falls so often within @flap_window is kept down for @flap_hold; 0: nobody is
 */
struct lvs_verdict_rules {
	uint32_t rise, fall;
	uint32_t flap_changes;
	lvs_ns flap_window, flap_hold;
};

/**
 * struct lvs_verdict - what is known of one check of one server; all zeros: nothing
 * @since:	when @state was reached; 0: never left the first one
 * @checked_at:	when the last result came; 0: none has
 * @latency:	of the last run that was not BROKEN
 * @last:	the last result, and @reason in words
 * @passes, @misses, @breaks: of the last results how many in a row passed, did not, or were BROKEN
 * @results:	of all of them, how many came to each outcome
 * @fell:	when it fell, the last times; @nfell in all, the newest at (@nfell - 1) % LVS_FLAP_CHANGES_MAX
 * @held_until:	down till then, because it flapped
 */
struct lvs_verdict {
	enum lvs_health_state state;
	enum lvs_outcome last;
	lvs_ns since;
	lvs_ns checked_at;
	lvs_ns latency;
	uint32_t passes, misses, breaks;
	uint64_t results[LVS_OUTCOME_COUNT];
	uint32_t nfell;
	lvs_ns fell[LVS_FLAP_CHANGES_MAX];
	lvs_ns held_until;
	char reason[LVS_CHECK_REASON_BYTES];
};

/**
 * lvs_verdict_add() - one more result
 * @reason:	of the result, in words; copied, and what cannot be printed becomes '.'
 * @latency:	from the start of the run to its end
 *
 * The first result decides at once: what is unknown has no verdict to be careful with. Results that are BROKEN come to
 * "unknown" after @fall of them, never to "up".
 *
 * Return: did the state change?
 */
bool lvs_verdict_add(struct lvs_verdict *verdict, const struct lvs_verdict_rules *rules, enum lvs_outcome outcome,
		     const char *reason, lvs_ns latency, lvs_ns now);

/* Does the last result speak against the verdict, or is there none yet? Then it is worth asking sooner. */
bool lvs_verdict_changing(const struct lvs_verdict *verdict);

/* Is it kept down because it flapped? */
bool lvs_verdict_held(const struct lvs_verdict *verdict, lvs_ns now);

/* What a server counts as while its state is unknown. */
enum lvs_initial { LVS_INITIAL_DOWN, LVS_INITIAL_UP, LVS_INITIAL_LAST };

/**
 * lvs_initial_is_up() - may who is in @state have connections?
 * @last:	the last state that was known; LVS_HEALTH_UNKNOWN if none ever was, which LAST takes for "down"
 * @unknown_for: how long @state has been unknown
 * @wait:	nobody is trusted blindly for longer than that
 */
bool lvs_initial_is_up(enum lvs_initial initial, enum lvs_health_state state, enum lvs_health_state last, lvs_ns unknown_for,
		       lvs_ns wait);

#define LVS_NEEDED_ALL 0

/**
 * lvs_verdict_combine() - several checks of one server
 * @needed:	how many have to be up; LVS_NEEDED_ALL: each
 *
 * Return: UP if enough are up; DOWN if the unknown ones could not make it enough; else UNKNOWN. UP if there are none.
 */
enum lvs_health_state lvs_verdict_combine(const enum lvs_health_state *states, size_t n, uint32_t needed);

#endif
