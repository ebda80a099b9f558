/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What health checks make of servers, as the manual says it and as simply as it can be said: everything is judged anew after
 * each step, and nothing is lent, shared or put off. For tests that hold lvsd/health.h against it.
 */
#ifndef LVS_TESTS_LIB_IDEAL_HEALTH_H
#define LVS_TESTS_LIB_IDEAL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "check/check.h"

#define IDEAL_SERVICES 3
#define IDEAL_ADDRESSES 5	/* of servers, from 1 on */
#define IDEAL_KINDS 2		/* of checks */
#define IDEAL_WAIT 10		/* "initial_wait", and the like: seconds */
#define IDEAL_FLAP_CHANGES 2
#define IDEAL_FLAP_WINDOW 30
#define IDEAL_FLAP_HOLD 15

enum ideal_initial { IDEAL_DOWN, IDEAL_UP, IDEAL_LAST };

/* Of each kind of check. */
struct ideal_rules {
	unsigned int rise, fall;
};
extern const struct ideal_rules ideal_rules[IDEAL_KINDS];

/**
 * struct ideal_server - what is configured, and what comes of it
 * @state, @since, @known: as in lvsd/health_records.h, and so are @came and @late
 * @has:	its weight, should it be @in
 */
struct ideal_server {
	unsigned int address, weight;
	bool maintenance, drain;

	enum lvs_health_state state, known;
	lvs_ns since, came;
	bool late, in, kept, is_down;
	uint32_t has;
};

/**
 * struct ideal_service - what is configured, and what comes of it
 * @kinds:	of checks, bits; with @any of them up a server is
 * @slow_start:	seconds, or 0
 * @sorry:	address, or 0
 * @needs:	bits of services before it
 */
struct ideal_service {
	bool there;
	unsigned int kinds;
	bool any, flap, quiesce;
	enum ideal_initial initial;
	unsigned int quorum, hysteresis, min_servers, slow_start, sorry, needs;
	size_t n;
	struct ideal_server servers[IDEAL_ADDRESSES];

	bool had, lacking;
};

/* What is known by one check of one address. */
struct ideal_probe {
	bool there, judged;
	enum lvs_health_state state;
	unsigned int passes, misses, breaks;
	size_t nfell;
	lvs_ns fell[1024];
	lvs_ns held_until;
	struct lvs_check_answer answer;
};

/* @probes: with "flap" and without */
struct ideal {
	lvs_ns now;
	struct ideal_service services[IDEAL_SERVICES];
	struct ideal_probe probes[IDEAL_ADDRESSES + 1][IDEAL_KINDS][2];
};

/* All zeros before. */
void ideal_start(struct ideal *ideal, const struct ideal_service services[IDEAL_SERVICES], lvs_ns now);

/* Of @services only what is configured is looked at. */
void ideal_reload(struct ideal *ideal, const struct ideal_service services[IDEAL_SERVICES], lvs_ns now);

/* To be judged next. */
void ideal_answer(struct ideal *ideal, unsigned int address, int kind, bool flap, const struct lvs_check_result *result);

void ideal_judge(struct ideal *ideal, lvs_ns now);

bool ideal_serves(const struct ideal_service *service);

#endif
