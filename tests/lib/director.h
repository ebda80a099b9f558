/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine with a clock that a test turns and a sink that keeps what comes out. */
#ifndef LVS_TESTS_LIB_DIRECTOR_H
#define LVS_TESTS_LIB_DIRECTOR_H

#include "engine/core.h"
#include "tests/lib/build.h"

#define DIRECTOR_OUT_MAX 128
#define DIRECTOR_CLIENTS 8

/**
 * struct director - one engine under test
 * @now:	of the next burst
 * @headroom:	of single packets that go in
 * @out:	what came out since the last burst began, in blocks of their own
 * @via:	and its next hops; all zeros where the route has it
 */
struct director {
	struct lvs_engine *engine;
	struct lvs_sink sink;
	void *memory;
	lvs_ns now;
	uint32_t headroom;
	size_t nout;
	struct lvs_packet out[DIRECTOR_OUT_MAX];
	struct lvs_addr via[DIRECTOR_OUT_MAX];
};

/* For cmocka: *@state is the struct director *. Tearing down checks tests/lib/invariants.h. */
int director_setup(void **state);
int director_teardown(void **state);

/* A service, or the one that is there, and one masq server behind it, of weight 1. Return: borrowed */
struct lvs_server *director_serve(struct director *director, uint8_t proto, const char *vip, uint16_t vport,
				  const char *rip, uint16_t rport);

/* One packet through the engine at @now; frees @packet's block. Return: the drop reason that was counted, or none */
enum lvs_drop director_handle(struct director *director, struct lvs_packet packet);

/* The same, of a packet that is described. */
enum lvs_drop director_take(struct director *director, const struct build *what);

/* A burst through the engine at @now; frees the blocks of @packets. What came out of it is in @out. */
void director_burst(struct director *director, struct lvs_packet *packets, size_t n);

/* Let @ns pass, then let the engine end what is over, to the last record; what it says is added to @out. */
void director_wait(struct director *director, lvs_ns ns);

/* Make functions called directly, beside director_handle(), find what a burst would have set. */
void director_begin(struct director *director);

/* Exactly one packet came out, and it is @expect in every byte and in its offload header; frees @expect's block. */
void director_expect(const struct director *director, struct lvs_packet expect);

#endif
