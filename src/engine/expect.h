/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that another one has announced: the data connection of an FTP session. One for each stream with a text, in
 * the slot of that number; the latest announcement counts. For engine/ sources only.
 */
#ifndef LVS_ENGINE_EXPECT_H
#define LVS_ENGINE_EXPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/conn.h"
#include "engine/packet.h"

struct lvs_engine;

/**
 * struct lvs_expectation - what is known of the first packet
 * @src, @dst, @dport: its ends; any source port
 * @dir:	LVS_DIR_REQUEST: the client opens it, LVS_DIR_REPLY: the server does
 * @port:	of LVS_DIR_REQUEST: the server's port
 * @used:	the slot is
 * @expires:	it is of no use from then on
 * @control:	number of the connection that announced it, which lives at least as long
 * @next:	slot in the same chain, 0: none
 */
struct lvs_expectation {
	struct lvs_addr src, dst;
	lvs_be16 dport;
	lvs_be16 port;
	uint8_t dir;
	bool used;
	lvs_tick expires;
	uint32_t control;
	uint32_t next;
};

/**
 * struct lvs_expectations - all of an engine, found by a hash of their ends
 * @slots:	from 1 on
 * @n:		how many are in use
 */
struct lvs_expectations {
	struct lvs_expectation *slots;
	uint32_t *heads;
	uint32_t nheads;
	uint32_t n;
};

/* Return: 0 or -ENOMEM */
int lvs_expectations_init(struct lvs_expectations *expectations, uint32_t capacity);
void lvs_expectations_fini(struct lvs_expectations *expectations);

/**
 * lvs_expect_client() - the client of @control is going to connect to its virtual address
 * @control:	has a stream with a text
 * @vport:	where he has been told to connect to; none that lvs_expect_taken() speaks of
 * @dport:	where the server listens
 */
void lvs_expect_client(struct lvs_engine *engine, const struct lvs_conn *control, lvs_be16 vport, lvs_be16 dport);

/**
 * lvs_expect_server() - the server of @control is going to connect to its client
 * @cport:	where the client listens
 *
 * From the port below its own it seems to come from the port below the virtual one (RFC 959 section 3.2); any other it
 * keeps.
 */
void lvs_expect_server(struct lvs_engine *engine, const struct lvs_conn *control, lvs_be16 cport);

/* Would an announcement of @vport contradict that of another connection, or a service? */
bool lvs_expect_taken(const struct lvs_engine *engine, const struct lvs_conn *control, lvs_be16 vport);

/* What @control announced last is not awaited any more. */
void lvs_expect_cancel(struct lvs_engine *engine, const struct lvs_conn *control);

/**
 * lvs_expect_begin() - a packet that belongs to no connection: has one been announced?
 *
 * Then the connection is made, controlled by the one that announced it, and @packet walks to its end.
 *
 * Return: whether it was; *@ret_drop is what became of it
 */
bool lvs_expect_begin(struct lvs_engine *engine, struct lvs_packet *packet, enum lvs_drop *ret_drop);

#endif
