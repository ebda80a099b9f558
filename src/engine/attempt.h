/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client knocks at a server, and nothing has come back yet. While a service wants to know how that ends, a record beside
 * the connection table says when the server was asked and with which SYN: what comes of it goes to engine/eject.h, and a
 * client whom a server turns away is offered to another one before he notices. For engine/ sources only.
 *
 * Only where replies pass the director: nobody else can tell an answer from silence.
 */
#ifndef LVS_ENGINE_ATTEMPT_H
#define LVS_ENGINE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "engine/packet.h"

struct lvs_conn;
struct lvs_engine;
struct lvs_service_spec;

/* Servers that a client is offered to beside the first. */
#define LVS_ATTEMPT_OFFERS_MAX 7

/* The longest SYN that is kept: a header of IPv6 and the longest of TCP. One that carries data is not. */
#define LVS_ATTEMPT_SYN_BYTES 100

/**
 * struct lvs_retry_spec - what an operator says of clients whom a server turns away
 * @offers:	so many other servers are tried, at most LVS_ATTEMPT_OFFERS_MAX; 0: none
 * @silence:	a client who repeats his SYN after so long without an answer counts as turned away
 */
struct lvs_retry_spec {
	uint8_t offers;
	lvs_ns silence;
};

/**
 * struct lvs_attempt - one connection that waits for its server's first word
 * @next:	number of the next free record
 * @noffers:	how often the client was offered to another server
 * @failed:	that of the present server has been counted
 * @len:	of @syn; 0: nothing is kept
 * @seq:	of @syn
 * @since:	when the present server was asked
 * @tried:	servers that turned the client away, by number
 */
struct lvs_attempt {
	uint32_t next;
	uint8_t noffers;
	bool failed;
	uint16_t len;
	struct lvs_vnet vnet;
	uint32_t seq;
	lvs_ns since;
	uint32_t tried[LVS_ATTEMPT_OFFERS_MAX];
	uint8_t syn[LVS_ATTEMPT_SYN_BYTES];
};

/**
 * struct lvs_attempts - all of them
 * @records:	records[1] to records[capacity]
 * @touched:	records behind this one were never used
 * @free:	chain of those that were given back; 0 ends it
 * @unwatched:	connections that found no free record
 */
struct lvs_attempts {
	struct lvs_attempt *records;
	uint32_t capacity;
	uint32_t touched;
	uint32_t free;
	uint64_t unwatched;
};

/* Return: 0 or -ENOMEM */
int lvs_attempts_init(struct lvs_attempts *attempts, uint32_t capacity);
void lvs_attempts_fini(struct lvs_attempts *attempts);

/* Does anything depend on how connections of such a service begin? */
bool lvs_attempt_matters(const struct lvs_service_spec *spec);

/**
 * lvs_attempt_begin() - @conn's server is about to be asked
 * @packet:	the client's first, as he sent it
 *
 * If there is no room, @conn goes on without a record.
 */
void lvs_attempt_begin(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet);

/**
 * lvs_attempt_answered() - the server's first word to @conn, which has a record
 * @ret_drop:	set if it was dealt with: LVS_DROP_NONE when the client's SYN went to another server instead
 *
 * An answer ends the record. A reset that the client would believe (RFC 9293 section 3.10.7.3) turns him away. What is about
 * another connection says neither.
 *
 * Return: was @packet dealt with? Then @conn is gone
 */
bool lvs_attempt_answered(struct lvs_engine *engine, struct lvs_conn *conn, const struct lvs_packet *packet,
			  enum lvs_drop *ret_drop);

/* The client sends again, with @conn unanswered. Return and @ret_drop: as above */
bool lvs_attempt_repeated(struct lvs_engine *engine, struct lvs_conn *conn, struct lvs_packet *packet,
			  enum lvs_drop *ret_drop);

/* A router, or the server's host, says that the server of @conn, which has a record, is not reached. Likewise */
bool lvs_attempt_unreachable(struct lvs_engine *engine, struct lvs_conn *conn, enum lvs_drop *ret_drop);

/* @conn, which has a record, ends; @early: before its time was */
void lvs_attempt_end(struct lvs_engine *engine, struct lvs_conn *conn, bool early);

#endif
