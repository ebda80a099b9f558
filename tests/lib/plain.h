/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A director in the plainest words: whatever it knows stands in arrays that are searched from one end to the other, counts
 * are made by counting, and each scheduler walks along the list. It says exactly what has to become of each packet.
 *
 * It takes from the engine's sources what tables of their own prove: states of protocols, and the hash of numbers. Not
 * known here are full tables, which tests/lib/ideal.h is about, and whom `twos` draws by lot: that it is told, and judges
 * whether he may be drawn.
 */
#ifndef LVS_TESTS_LIB_PLAIN_H
#define LVS_TESTS_LIB_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/classify.h"
#include "engine/engine.h"

#define PLAIN_SERVICES 5
#define PLAIN_SERVERS 5
#define PLAIN_CONNS 512
#define PLAIN_MARKS 3

struct plain_end {
	struct lvs_addr addr;
	uint16_t port;
};

/* @port: 0 takes the port that was asked for; @direct: by direct routing; @conns to @out_bytes: as struct lvs_counters has them */
struct plain_server {
	bool there;
	struct plain_end end;
	uint32_t weight, last_weight, upper, lower;
	bool overload;
	bool direct;
	struct lvs_counters counters;
};

/**
 * struct plain_service - with what its scheduler remembers
 * @key, @ports: its name; port 0 is all ports
 * @since:	grows from service to service that is added
 * @order:	the servers that are there, newest first
 * @rr_last:	whom rr chose last, -1 if nobody
 * @wrr_next, @wrr_level, @wrr_top, @wrr_step: where wrr goes on, and its levels
 * @members:	whom lblc (one) and lblcr send the address to, latest first; a service has one address, or a mark
 * @member_addr: of a mark's members, which address they are for
 */
struct plain_service {
	bool there;
	struct lvs_service_spec spec;
	uint64_t since;
	struct lvs_counters counters;
	struct plain_server servers[PLAIN_SERVERS];
	unsigned int order[PLAIN_SERVERS], n;
	int rr_last;
	unsigned int wrr_next;
	uint32_t wrr_level, wrr_top, wrr_step;
	struct plain_place {
		struct lvs_addr addr;
		unsigned int members[PLAIN_SERVERS], n;
	} places[8];
	unsigned int nplaces;
};

enum plain_kind {
	PLAIN_FLOW,
	PLAIN_ONE_PACKET,	/* what a datagram leaves behind, for its answers */
	PLAIN_TEMPLATE,		/* @client is masked, its port 0 */
};

/**
 * struct plain_conn - one record
 * @serial:	its name
 * @control:	the template's, 0 for none
 * @expires:	at this tick it ends
 * @seen:	the client has spoken; @answered: the server has
 * @assured:	of a template
 * @direct:	packets stay as they are, and nothing comes back
 */
struct plain_conn {
	enum plain_kind kind;
	unsigned int service, server;
	uint8_t proto;
	struct plain_end client, vip, real;
	uint8_t state;
	lvs_tick expires, timeout;
	uint64_t serial, control;
	bool seen, answered, sliding, assured, direct;
};

struct plain {
	struct plain_service services[PLAIN_SERVICES];
	struct plain_conn conns[PLAIN_CONNS];
	unsigned int nconns;
	struct lvs_mark_rule marks[PLAIN_MARKS];
	uint32_t nmarks;
	struct lvs_engine_settings settings;
	uint32_t refuse_in;	/* new connections until drop_packet takes one */
	bool sweep;		/* a server was removed, and left something behind */
	uint64_t serial, since;
	struct lvs_counters total;
	uint64_t dropped[LVS_DROP_COUNT], forwarded, passed;
};

/* @chunk: of SCTP; @bytes: of the whole packet; @fragment: the first one of two */
struct plain_packet {
	uint8_t proto;
	struct plain_end src, dst;
	uint8_t tcp_flags, chunk;
	uint32_t bytes;
	bool fragment;
	uint32_t later_bytes;
};

enum plain_fate {
	PLAIN_DROPPED,
	PLAIN_PASSED,
	PLAIN_FORWARDED,	/* from @src to @dst; if @direct by way of @via */
};

struct plain_verdict {
	enum plain_fate fate;
	enum lvs_drop drop;
	struct plain_end src, dst;
	bool direct;
	struct lvs_addr via;
};

/**
 * plain_take() - what becomes of @packet; the second fragment is not yet counted
 * @told:	where it went, if it went anywhere; looked at only where chance decides
 */
struct plain_verdict plain_take(struct plain *plain, const struct plain_packet *packet, const struct plain_end *told,
				lvs_tick now);

/* The second fragment of @packet, whose first one had @first. */
struct plain_verdict plain_take_later(struct plain *plain, const struct plain_packet *packet,
				      const struct plain_verdict *first);

/* Return: false if there is no record; @ret_tick: when the next one ends */
bool plain_next(const struct plain *plain, lvs_tick *ret_tick);

/**
 * plain_expire() - end all whose time is over at @now, when nobody's was before
 * @outlives:	does this template outlive a connection of its own that ends in the same tick? Either may come first
 */
void plain_expire(struct plain *plain, lvs_tick now, bool (*outlives)(void *arg, const struct plain_conn *template),
		  void *arg);

/* End what removed servers have left behind, where it is not to wait; after plain_expire(). */
void plain_sweep(struct plain *plain);

/* Changes of the rules; those of servers are about ones that are there, or not. */
void plain_add_service(struct plain *plain, unsigned int service, const struct lvs_service_spec *spec);
void plain_edit_service(struct plain *plain, unsigned int service, const struct lvs_service_spec *spec);
void plain_remove_service(struct plain *plain, unsigned int service);
void plain_add_server(struct plain *plain, unsigned int service, unsigned int server);
void plain_edit_server(struct plain *plain, unsigned int service, unsigned int server);
void plain_remove_server(struct plain *plain, unsigned int service, unsigned int server);

/* Is @server overloaded now that counts or thresholds have changed? */
void plain_weigh(struct plain *plain, unsigned int service, unsigned int server);

/* Return: connections of a server, active or not */
uint32_t plain_count(const struct plain *plain, unsigned int service, unsigned int server, bool active);

/* Return: templates that pin clients to it */
uint32_t plain_templates(const struct plain *plain, unsigned int service, unsigned int server);

/* Its state in its protocol's table. */
const struct lvs_proto_state *plain_state(const struct plain_conn *conn);

/* Would a connection of @packet look like another one to the server, which is not over? */
bool plain_clashes(struct plain *plain, unsigned int service, unsigned int server, const struct plain_packet *packet);

/* The scheduler's choice for a packet. Return: number of a server, -1 for none */
int plain_schedule(struct plain *plain, unsigned int service, const struct plain_packet *packet,
		   const struct plain_end *told);

/* Are there plain words for this scheduler? */
bool plain_knows(const char *sched);

/* For plain_schedule(): servers moved, or one of them was edited, or there is another scheduler. */
void plain_sched_moved(struct plain_service *service);
void plain_sched_edited(struct plain_service *service);
void plain_sched_attach(struct plain_service *service);

#endif
