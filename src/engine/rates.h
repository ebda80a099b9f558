/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast counters grow: by IPVS' estimator, and on the average of the last second, ten seconds and minute. Packets only
 * count; once a second somebody looks at the counters.
 */
#ifndef LVS_ENGINE_RATES_H
#define LVS_ENGINE_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/stats.h"

struct lvs_engine;
struct lvs_rules;
struct lvs_service;

#define LVS_RATES_VALUES 5	/* of struct lvs_counters */

/* How many looks a ring remembers, one more than the spans that it is for. */
#define LVS_RATES_RING 11

/* A minute and what is left of ten steps of six looks. */
#define LVS_RATES_TIMES 72

enum lvs_rates_span { LVS_RATES_1S, LVS_RATES_10S, LVS_RATES_60S, LVS_RATES_SPANS };

/**
 * struct lvs_rates - of one service, one server, or all; zeroes are those of counters that never moved
 * @seen:	the last look that found something to do, 0: none did
 * @moved:	the last one that found counters moved
 * @estimates:	as the kernel keeps them: per second, packets and connections times 2^10, bytes times 2^5
 * @estimated:	the counters when they were last made
 * @looks:	the counters at the last looks, by number of the look
 * @steps:	the same at every sixth
 */
struct lvs_rates {
	uint64_t seen, moved;
	uint64_t estimates[LVS_RATES_VALUES];
	uint64_t estimated[LVS_RATES_VALUES];
	uint64_t looks[LVS_RATES_RING][LVS_RATES_VALUES];
	uint64_t steps[LVS_RATES_RING][LVS_RATES_VALUES];
};

/**
 * struct lvs_meter - the looks of one engine
 * @look:	number of the latest; 0: there was none yet
 * @times:	when they began, by number
 * @due:	when the next one is, LVS_NS_NEVER: once something moves
 * @looking:	the latest goes on: at server number @server, or in chain @head of services, of @nheads
 * @moving:	it found something that moves, or did during the last minute
 * @total:	of all
 */
struct lvs_meter {
	uint64_t look;
	lvs_ns times[LVS_RATES_TIMES];
	lvs_ns due;
	bool looking, moving;
	uint32_t server;
	uint32_t head, nheads;
	struct lvs_rates total;
};

/**
 * lvs_engine_look() - look at all counters, if it is time; a bounded amount of work
 *
 * To be called again and again while packets come, and then until there is nothing that moves.
 *
 * Return: when to call again: at most @now if work is left, LVS_NS_NEVER if nothing has moved for a minute
 */
lvs_ns lvs_engine_look(struct lvs_engine *engine, lvs_ns now);

/* Return: borrowed, live */
const struct lvs_meter *lvs_engine_meter(const struct lvs_engine *engine);

/**
 * lvs_rates_average() - how fast counters grew
 * @ret_tenths:	tenths per second, in the place of each counter. Of @span, or up to six seconds more if it is a minute;
 *		what was before the counters existed counts as nothing
 */
void lvs_rates_average(const struct lvs_meter *meter, const struct lvs_rates *rates, enum lvs_rates_span span,
		       struct lvs_counters *ret_tenths);

/* One of struct lvs_counters, in their order. */
enum lvs_rates_value {
	LVS_RATES_CONNS,
	LVS_RATES_IN_PACKETS,
	LVS_RATES_OUT_PACKETS,
	LVS_RATES_IN_BYTES,
	LVS_RATES_OUT_BYTES,
};

/**
 * lvs_rates_series() - how fast one of them grew during each step of six seconds of the last minute
 * @ret_tenths:	tenths per second, the oldest first
 */
void lvs_rates_series(const struct lvs_meter *meter, const struct lvs_rates *rates, enum lvs_rates_value value,
		      uint64_t ret_tenths[LVS_RATES_RING - 1]);

/* @ret_rates: per second, as ipvsadm shows them */
void lvs_rates_estimate(const struct lvs_meter *meter, const struct lvs_rates *rates, struct lvs_counters *ret_rates);

/* Counters and rates of @service and its servers begin anew; those of the total do not (IPVS: -Z of a service). */
void lvs_service_zero(struct lvs_service *service);

/* The same for all services and servers, and the total. */
void lvs_engine_zero(struct lvs_engine *engine);

#endif
