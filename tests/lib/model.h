/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine under suspicion: whatever comes out of it is compared with what went in, and its books are gone through. What
 * is wrong aborts the program, so this serves unit tests and fuzzers alike.
 */
#ifndef LVS_TESTS_LIB_MODEL_H
#define LVS_TESTS_LIB_MODEL_H

#include "engine/engine.h"

struct lvs_tracer;

#define MODEL_BURST_MAX 16
#define MODEL_VIPS 2
#define MODEL_SERVERS 3

/**
 * struct model - an engine with its sink
 * @now:	of the next burst
 * @takes_hop:	the engine counts hops
 * @in:		the burst being handled; @before: the same packets, as they came
 * @emitted:	packets that came out so far
 * @digest:	of all that came out, in order
 * @tracer:	sees everything, if it is there; @narrow: sees little of some packets, and forgets much
 */
struct model {
	struct lvs_engine *engine;
	struct lvs_sink sink;
	void *memory;
	lvs_ns now;
	bool takes_hop;
	const struct lvs_packet *in;
	struct lvs_packet before[MODEL_BURST_MAX];
	size_t nin;
	uint64_t emitted;
	uint64_t digest;
	struct lvs_tracer *tracer, *narrow;
};

/* @capacity: connections. All services exist, each with two of its servers. */
void model_init(struct model *model, uint32_t capacity, const struct lvs_engine_settings *settings);
void model_fini(struct model *model);

/* What addresses a model has; @vip and @server count from 0. */
const char *model_vip(bool ip6, unsigned int vip);
const char *model_server(bool ip6, unsigned int server);
uint16_t model_vport(uint8_t proto);
uint16_t model_server_port(uint8_t proto, unsigned int vip);

/* One burst, whose blocks stay the caller's; each packet that comes out is checked. */
void model_handle(struct model *model, struct lvs_packet *packets, size_t n);

/* Begin to watch, or end it; @how: what the narrow filter asks for. What is seen is compared with what comes and goes. */
void model_toggle_watch(struct model *model, uint8_t how);

/* Time passes and what is due ends, all of it. */
void model_advance(struct model *model, lvs_ns by);

/* Add the service or the server if it is not there, remove it if it is. */
void model_toggle_service(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int sched);
void model_toggle_server(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int server,
			 uint32_t weight);

/* Change the server's weight and path MTU, or the service's scheduler, if they are there. */
void model_edit_server(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int server,
		       uint32_t weight, uint32_t mtu);
void model_edit_service(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int sched);

/*
 * Limit the service if it is there; @how, from the lowest bit: 2 bits connections of a client, 1 a rate of clients, 1 a
 * rate of servers, 1 networks as clients, 1 answers, 2 for TCP that connections are picked up by mh.
 */
void model_limit_service(struct model *model, bool ip6, uint8_t proto, unsigned int vip, uint8_t how);

/* Drain the server if it is there; @seconds: 0 puts it back, with a weight of 1. */
void model_drain_server(struct model *model, bool ip6, uint8_t proto, unsigned int vip, unsigned int server,
			uint32_t seconds);

/* Packets, connections and servers all add up. */
void model_check_books(const struct model *model);

#endif
