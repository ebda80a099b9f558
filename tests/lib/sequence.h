/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scheduler is proven by the servers it chooses for a series of connections, while servers come, go and change weight.
 * A series is a line of words:
 *
 *	+3:2	server 3 is added with weight 2; +3:2:6:4 with upper threshold 6 and lower threshold 4 (or none)
 *	=3:0	server 3 is edited, to weight 0; thresholds as above
 *	!3:0	server 3 is overloaded, whatever its thresholds say; with another number it is not
 *	-3	server 3 is removed; should it come back, it still has its connections
 *	3	a connection begins: server 3 is chosen
 *	x	a connection begins: no server is chosen
 *	<12	those of the first 12 connections that stayed open are closed
 *	3:16/4	server 3 comes to have 16 active and 4 inactive connections
 *	3@16/4	server 3 must have 16 active and 4 inactive connections
 *	*	the scheduler is attached anew, to the servers that are there
 *	c10.1.0.1	the next connection comes from this client, the one after it from 10.1.0.2, and so on;
 *		c10.1.0.1/2: from two clients in turn
 *	d10.9.0.1	the same for the address they go to; without it, all go to one
 *	p30001	the next connection comes from this port, the one after it from 30002, and so on
 *	t60	60 seconds pass; beyond that, no time does
 */
#ifndef LVS_TESTS_LIB_SEQUENCE_H
#define LVS_TESTS_LIB_SEQUENCE_H

#include <stddef.h>

struct lvs_service_spec;

/* What becomes of a connection before the next one begins. A closed one lingers: it is inactive from then on. */
enum test_closing {
	TEST_STAYS_OPEN,
	TEST_CLOSES,
	TEST_EVERY_SECOND_CLOSES,
};

struct test_sequence {
	const char *what;
	enum test_closing closing;
	const char *series;
};

/* Play all @n rows, each with a service of its own under the scheduler @name; the running test fails at the first word
 * that does not come true. */
void test_sequences(const char *name, const struct test_sequence *rows, size_t n);

/* The same with all that can be said of a service; servers are of its address' family. */
void test_sequences_of(const struct lvs_service_spec *spec, const struct test_sequence *rows, size_t n);

#endif
