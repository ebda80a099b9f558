/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk of packets is proven by stories: lines of words, each a packet and what must become of it, or something that
 * happens to the rules or to the clock. Every story is told twice, once in each address family, by an engine of its own,
 * and after every word everything in tests/lib/invariants.h must be true.
 *
 *	S1>2	client 1 sends SYN; it leaves for server 2, right in every byte
 *	S1>*	it leaves for any server
 *	s1<	the server that client 1 was last led to sends SYN+ACK; it leaves for the client, as if from the service
 *	A1!gone	client 1 sends ACK; it is dropped, and the name of the reason ends with "gone"
 *	a1=	the server sends ACK; it is none of ours and leaves as it came
 *		(S: SYN, A: ACK, F: FIN and ACK, R: RST, N: no flag; D: a datagram)
 *	[ .. ]	the packets in between come in one burst
 *	+2:3	server 2 is added with weight 3; =2:0 is edited, to weight 0; -2 is removed
 *	del	the service is removed; new: it is made again, without servers
 *	60s	60 seconds pass, and the engine ends what is over; 60ms likewise
 *	#2	there are 2 connections
 *	@2:1/3	server 2, removed or not, has 1 active and 3 inactive connections
 *	c2:4	server 2 has been chosen 4 times
 *
 * All that is about the service "x", TCP port 80 of the first virtual address, whose servers listen on port 8080. In
 * front of a word, "y" says that it is about TCP port 80 of the second virtual address, with the same servers on the
 * same port, "z" about TCP port 81 of the second one, and "u" about UDP port 53, whose servers listen on port 5300. All are
 * there from the beginning, have no servers and schedule by round robin; nothing but packets of connections is sent.
 */
#ifndef LVS_TESTS_LIB_STORY_H
#define LVS_TESTS_LIB_STORY_H

#include <stddef.h>

struct story {
	const char *what;
	const char *words;
};

/* Tell all @n stories; the running test fails at the first word that does not come true, and says which. */
void stories_come_true(const struct story *stories, size_t n);

#endif
