// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Three counts of results in a row drive the state: passes bring "up", misses (whatever did not pass) end it, and breaks,
 * the misses that say nothing of the server, end any verdict in "unknown". Who falls too often within a window is held
 * down, however well its checks pass meanwhile: a server that comes and goes every few seconds costs its clients more than
 * one that is away.
 */
#include "check/verdict.h"

#include <string.h>

#include "base/bytes.h"

const char *const lvs_health_names[LVS_HEALTH_COUNT] = {
	[LVS_HEALTH_UNKNOWN] = "unknown",
	[LVS_HEALTH_DOWN] = "down",
	[LVS_HEALTH_UP] = "up",
	[LVS_HEALTH_MAINTENANCE] = "maintenance",
};

/* Reasons hold what servers said, and go to logs and terminals. */
static void set_reason(struct lvs_verdict *verdict, const char *reason)
{
	size_t n = strnlen(reason, sizeof(verdict->reason) - 1);

	for (size_t i = 0; i < n; i++)
		verdict->reason[i] = (char)(reason[i] >= ' ' && reason[i] <= '~' ? reason[i] : '.');
	verdict->reason[n] = '\0';
}

static void note_fall(struct lvs_verdict *verdict, const struct lvs_verdict_rules *rules, lvs_ns now)
{
	uint32_t recent = 0;

	verdict->fell[verdict->nfell++ % LVS_FLAP_CHANGES_MAX] = now;
	for (uint32_t i = 0; i < LVS_MIN(verdict->nfell, (uint32_t)LVS_FLAP_CHANGES_MAX); i++)
		recent += now - verdict->fell[i] <= rules->flap_window;
	if (rules->flap_changes && recent >= rules->flap_changes)
		verdict->held_until = now + rules->flap_hold;
}

bool lvs_verdict_held(const struct lvs_verdict *verdict, lvs_ns now)
{
	return verdict->state == LVS_HEALTH_DOWN && now < verdict->held_until;
}

static enum lvs_health_state next_state(const struct lvs_verdict *verdict, const struct lvs_verdict_rules *rules, lvs_ns now)
{
	bool first = verdict->state == LVS_HEALTH_UNKNOWN;

	if (verdict->last == LVS_OUTCOME_PASSED && verdict->state != LVS_HEALTH_UP)
		return (first || verdict->passes >= rules->rise) && now >= verdict->held_until ? LVS_HEALTH_UP :
											LVS_HEALTH_DOWN;
	if (verdict->last == LVS_OUTCOME_FAILED && (first || verdict->misses >= rules->fall))
		return LVS_HEALTH_DOWN;
	if (verdict->last == LVS_OUTCOME_BROKEN && !first &&
	    (verdict->state == LVS_HEALTH_UP ? verdict->misses : verdict->breaks) >= rules->fall)
		return LVS_HEALTH_UNKNOWN;
	return verdict->state;
}

bool lvs_verdict_add(struct lvs_verdict *verdict, const struct lvs_verdict_rules *rules, enum lvs_outcome outcome,
		     const char *reason, lvs_ns latency, lvs_ns now)
{
	enum lvs_health_state was = verdict->state;

	verdict->last = outcome;
	verdict->results[outcome]++;
	verdict->checked_at = now;
	if (outcome != LVS_OUTCOME_BROKEN)
		verdict->latency = latency;
	set_reason(verdict, reason);
	verdict->passes = outcome == LVS_OUTCOME_PASSED ? verdict->passes + 1 : 0;
	verdict->misses = outcome != LVS_OUTCOME_PASSED ? verdict->misses + 1 : 0;
	verdict->breaks = outcome == LVS_OUTCOME_BROKEN ? verdict->breaks + 1 : 0;
	verdict->state = next_state(verdict, rules, now);
	if (verdict->state == was)
		return false;
	verdict->since = now;
	if (was == LVS_HEALTH_UP && verdict->state == LVS_HEALTH_DOWN)
		note_fall(verdict, rules, now);
	return true;
}

bool lvs_verdict_changing(const struct lvs_verdict *verdict)
{
	if (!verdict->checked_at)
		return true;
	switch (verdict->state) {
	case LVS_HEALTH_UP:
		return verdict->last != LVS_OUTCOME_PASSED;
	case LVS_HEALTH_DOWN:
		return verdict->last != LVS_OUTCOME_FAILED && verdict->checked_at >= verdict->held_until;
	default:
		return false;
	}
}

bool lvs_initial_is_up(enum lvs_initial initial, enum lvs_health_state state, enum lvs_health_state last, lvs_ns unknown_for,
		       lvs_ns wait)
{
	if (state != LVS_HEALTH_UNKNOWN)
		return state == LVS_HEALTH_UP;
	if (unknown_for >= wait)
		return false;
	return initial == LVS_INITIAL_UP || (initial == LVS_INITIAL_LAST && last == LVS_HEALTH_UP);
}

enum lvs_health_state lvs_verdict_combine(const enum lvs_health_state *states, size_t n, uint32_t needed)
{
	size_t up = 0, unknown = 0;
	size_t enough = needed == LVS_NEEDED_ALL ? n : LVS_MIN((size_t)needed, n);

	for (size_t i = 0; i < n; i++) {
		up += states[i] == LVS_HEALTH_UP;
		unknown += states[i] == LVS_HEALTH_UNKNOWN;
	}
	if (up >= enough)
		return LVS_HEALTH_UP;
	return up + unknown < enough ? LVS_HEALTH_DOWN : LVS_HEALTH_UNKNOWN;
}
