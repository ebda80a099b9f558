/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scheduler is proven by the servers it chooses for a series of connections, while servers come, go and change weight.
 * A series is a line of words:
 *
 *	+3:2	server 3 is added with weight 2
 *	=3:0	server 3 is edited, to weight 0
 *	!3:0	server 3 has weight 0, but the scheduler is not told: so it sees a server that is usable no more, as an
 *		overloaded one, or usable again
 *	-3	server 3 is removed; should it come back, it still has its connections
 *	3	a connection begins: server 3 is chosen
 *	x	a connection begins: no server is chosen
 *	3:16/4	server 3 comes to have 16 active and 4 inactive connections
 *	3@16/4	server 3 must have 16 active and 4 inactive connections
 *	*	the scheduler is attached anew, to the servers that are there
 */
#ifndef LVS_TESTS_LIB_SEQUENCE_H
#define LVS_TESTS_LIB_SEQUENCE_H

#include <stddef.h>

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

#endif
