/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The axis of health checks. A kind of check is one file that ends in one struct lvs_check_ops, and a row in check.def.
 *
 * A check asks one server once: start() begins, and some time later, or at once, the checker says what it came to, with
 * lvs_check_done() or one of its kin. Until then cancel() may come instead, and nothing is said. When to ask, how long to
 * wait and what to make of the answer is none of a checker's business: check/probe.c does that for all of them.
 *
 * Servers are not trusted: a checker reads no more than it has room for, and decides in bounded time per call.
 */
#ifndef LVS_CHECK_CHECK_H
#define LVS_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "check/verdict.h"

struct event_base;
struct lvs_check;
struct lvs_check_guide;
struct lvs_runner;

/* One parameter of a kind of check, as text: "true" for what is on. What was not given is not there. */
struct lvs_check_param {
	const char *name;
	const char *value;
};

#define LVS_CHECK_MESSAGE_BYTES 160

/* What becomes of the server's weight. UNSAID: what was said before stays so. */
enum lvs_check_weight {
	LVS_CHECK_WEIGHT_UNSAID,
	LVS_CHECK_WEIGHT_OWN,		/* as the configuration has it */
	LVS_CHECK_WEIGHT_PERCENT,	/* of that */
	LVS_CHECK_WEIGHT_ABSOLUTE,	/* whatever that is */
	LVS_CHECK_WEIGHT_PLUS,		/* so much more, or less */
};

/* What the server wants beside being up or down. UNSAID: what was said before stays so. */
enum lvs_check_wish { LVS_CHECK_WISH_UNSAID, LVS_CHECK_WISH_READY, LVS_CHECK_WISH_DRAIN, LVS_CHECK_WISH_MAINTENANCE };

/**
 * struct lvs_check_answer - what some servers say of themselves
 * @value:	of @weight: percent, weight, or what is added
 */
struct lvs_check_answer {
	enum lvs_check_weight weight;
	int32_t value;
	enum lvs_check_wish wish;
};

/**
 * struct lvs_check_result - what one run came to
 * @reason:	in words, whatever the outcome: "connected", "status 503, not 200-299"; lower case, no full stop
 */
struct lvs_check_result {
	enum lvs_outcome outcome;
	struct lvs_check_answer answer;
	char reason[LVS_CHECK_REASON_BYTES];
};

/**
 * struct lvs_check_ops - a kind of check
 * @name:	as lvs.conf has it
 * @no_port:	it asks an address, not a port
 * @run_bytes:	of @run in struct lvs_check
 * @set_up:	what all checks of the kind share: called once, before the process is sealed, so that libraries load, files
 *		open and helpers start there. Its failure makes every check of the kind BROKEN, with @message as the reason.
 *		NULL: nothing
 * @tear_down:	takes that back; NULL: nothing
 * @parse:	parameters, each of which lvs.conf knows for this kind, to what the checker wants to have of them; NULL: there
 *		are none. Return: 0; -EINVAL or -ENOMEM, and @message says what is wrong
 * @free_config: takes that back; NULL: nothing
 * @start:	see above. Whatever it takes is given back when the run is over or cancelled
 * @cancel:	ends a run without a word
 * @end:	the check goes for good; nothing runs. Gives back what @run keeps between runs. NULL: nothing
 */
struct lvs_check_ops {
	const char *name;
	bool no_port;
	size_t run_bytes;
	int (*set_up)(struct event_base *base, void **ret_shared, char message[LVS_CHECK_MESSAGE_BYTES]);
	void (*tear_down)(void *shared);
	int (*parse)(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		     char message[LVS_CHECK_MESSAGE_BYTES]);
	void (*free_config)(void *config);
	void (*start)(struct lvs_check *check);
	void (*cancel)(struct lvs_check *check);
	void (*end)(struct lvs_check *check);
};

/**
 * struct lvs_check_through - a check that comes as the clients of a service do
 * @forward:	by which method the server gets what it is sent, static storage; NULL: the server itself is asked
 * @server, @port: whom the connection is to reach, as the service has it; port in host order
 */
struct lvs_check_through {
	const char *forward;
	struct lvs_addr server;
	uint16_t port;
};

/**
 * struct lvs_check_lead - a connection on its way through a virtual address
 * @type:	SOCK_STREAM or SOCK_DGRAM; 0: there is none
 * @sport:	that it comes from, host order; the address is the check's source
 */
struct lvs_check_lead {
	int type;
	uint16_t sport;
};

/**
 * struct lvs_check_guide - who leads connections through virtual addresses to the servers that they are for
 * @lead:	one is about to begin, as check->lead says. Return: 0; -ENOENT: no service has such a server; -ENOSPC: too many
 *		are on their way
 * @leave:	check->lead is not needed any more
 */
struct lvs_check_guide {
	int (*lead)(void *arg, const struct lvs_check *check);
	void (*leave)(void *arg, const struct lvs_check *check);
	void *arg;
};

/**
 * struct lvs_check - one check of one server, as its checker sees it
 * @base:	for events
 * @shared:	what set_up() made; NULL: nothing
 * @runner:	runs programs; NULL: there is none
 * @config:	what parse() made; NULL: nothing
 * @run:	run_bytes, the checker's; zeroed in the beginning, never moved, kept from run to run
 * @addr:	that is connected to: the server's, or the virtual one that @through is about
 * @port:	host order; 0 with no_port
 * @source:	where to ask from; lvs_addr_any(): whatever the host's routes say
 * @guide:	for those that have @through; NULL: there is none
 * @lead:	of the run; check/socket.h and check/probe.c see to it
 * @timeout:	how long the run may take; for libraries that want to know
 */
struct lvs_check {
	const struct lvs_check_ops *ops;
	struct event_base *base;
	void *shared;
	struct lvs_runner *runner;
	const void *config;
	void *run;
	struct lvs_addr addr;
	uint16_t port;
	struct lvs_addr source;
	struct lvs_check_through through;
	const struct lvs_check_guide *guide;
	struct lvs_check_lead lead;
	lvs_ns timeout;
};

/* Ends a run. From start() or later, once; the checker has given back what the run took. */
void lvs_check_done(struct lvs_check *check, const struct lvs_check_result *result);

/* The same, with a reason as printf() makes it and no answer. */
void lvs_check_passed(struct lvs_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lvs_check_failed(struct lvs_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
void lvs_check_broken(struct lvs_check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Return: the value of @name, or NULL if it was not given */
const char *lvs_check_param_find(const struct lvs_check_param *params, size_t nparams, const char *name);

enum lvs_check_index {
#define CHECK(name) LVS_CHECK_INDEX_##name,
#include "check/check.def"
#undef CHECK
	LVS_CHECK_INDEX_COUNT
};

#define CHECK(name) extern const struct lvs_check_ops lvs_check_##name;
#include "check/check.def"
#undef CHECK

extern const struct lvs_check_ops *const lvs_checks[LVS_CHECK_INDEX_COUNT];

/* Return: the kind's number in lvs_checks, or -ENOENT */
int lvs_check_find(const char *name);

#endif
