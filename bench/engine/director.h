/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine with one service, and connections in its table. */
#ifndef LVS_BENCH_DIRECTOR_H
#define LVS_BENCH_DIRECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "bench/engine/traffic.h"
#include "engine/engine.h"

/**
 * struct director - an engine and what it stands on
 * @now:	its time, which stands still unless somebody moves it
 * @emitted:	packets that left
 * @live:	connections that were made by director_fill()
 */
struct director {
	struct traffic_kind kind;
	struct lvs_engine *engine;
	void *memory;
	uint32_t capacity;
	struct lvs_sink sink;
	lvs_ns now;
	uint64_t emitted;
	size_t live;
	struct traffic_buffers buffers;
};

/**
 * struct director_rules - the one service of a director
 * @sched:	name of the scheduler
 * @nservers:	how many, of @weight, or of @weight to @weight + 9 in turn with @uneven
 * @persist:	seconds; 0: no persistence
 * @sites:	of servers, in turn; may be NULL
 */
struct director_rules {
	const char *sched;
	uint32_t nservers;
	uint32_t weight;
	bool uneven;
	uint32_t persist;
	const struct lvs_sites *sites;
};

/* Functions here end the program when something fails that must not. */
void director_init_with(struct director *director, const struct traffic_kind *kind, uint32_t capacity,
			const struct director_rules *rules);

/* With eight servers and wlc. */
void director_init(struct director *director, const struct traffic_kind *kind, uint32_t capacity);
void director_fini(struct director *director);

/* Connect the first @n clients: a datagram each, or SYN, SYN-ACK and ACK. */
void director_fill(struct director *director, size_t n);

/* Hand over all of @traffic, @burst packets at a time. All of them have to leave again. */
void director_run(struct director *director, const struct traffic *traffic, size_t burst);

/* Connections that begin from now on live for a second unless something comes. */
void director_hurry(struct director *director);

/* Let all but the first connections end. Return: how many ended */
size_t director_settle(struct director *director);

/* The service. */
struct lvs_service *director_service(struct director *director);

/* @n packets over connections chosen at random; with @mixed, half of them are replies */
struct traffic director_traffic(const struct director *director, size_t n, bool mixed);

#endif
