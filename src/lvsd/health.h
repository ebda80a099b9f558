/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks find out, and what follows from it for the engine's servers. The configuration stays what the operator
 * wants; this is what is true of it now, laid over it in one place (see lvsd/rules.h).
 */
#ifndef LVS_LVSD_HEALTH_H
#define LVS_LVSD_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "check/verdict.h"
#include "sys/addrtext.h"

struct lvs_conf;
struct lvs_conf_diff;
struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_engine;
struct lvs_health;
struct lvs_health_set;
struct lvs_log;
struct lvs_loop;
struct lvs_notices;
struct lvs_runner;
struct lvs_rules_overlay;

/**
 * struct lvs_health_options - where to work
 * @runner:	runs the operator's programs
 * @reset:	connections are to be reset: the engine has something to do
 * @notices:	hears what happens; NULL: nobody does
 * @changed:	a sorry server came or went, so that other addresses are servers now
 * @noted:	a verdict changed; may be NULL
 * @recall:	what a server was before this process began; may be NULL
 */
struct lvs_health_options {
	struct lvs_loop *loop;
	struct lvs_engine *engine;
	struct lvs_log *log;
	struct lvs_runner *runner;
	struct lvs_notices *notices;
	void (*changed)(void *arg);
	void (*reset)(void *arg);
	void (*noted)(void *arg);
	enum lvs_health_state (*recall)(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server);
	void *arg;
};

/**
 * lvs_health_new() - before the process is sealed; no configuration is in force yet
 * @options:	copied; what it names is borrowed
 *
 * Return: 0 or -Exxx
 */
int lvs_health_new(const struct lvs_health_options *options, struct lvs_health **ret_health);

/* @health: may be NULL. The engine's servers stay as they are. */
void lvs_health_free(struct lvs_health *health);

#define LVS_HEALTH_MESSAGE_BYTES 512

/**
 * lvs_health_draft() - make what @conf needs; in any thread, as long as no other set is adopted meanwhile
 * @conf:	will be in force after lvs_health_adopt(), as long as it is
 * @diff:	from the configuration in force to @conf; NULL: there is none in force
 * @message:	why not, if it fails
 * @ret_set:	for lvs_health_prepare(), or for lvs_health_discard(), by any thread too
 *
 * Return: 0 or -Exxx
 */
int lvs_health_draft(struct lvs_health *health, const struct lvs_conf *conf, const struct lvs_conf_diff *diff,
		     char message[LVS_HEALTH_MESSAGE_BYTES], struct lvs_health_set **ret_set);

/**
 * lvs_health_prepare() - what will be true of @set's configuration; in the turn in which it comes into force
 * @set:	to be given to lvs_health_adopt() or lvs_health_discard() after this
 *
 * Verdicts belong to what is asked and how, so who is asked as before is as it was. Who is asked in another way than
 * before, or is new, is unknown.
 *
 * Return: 0 or -ENOMEM
 */
int lvs_health_prepare(struct lvs_health *health, struct lvs_health_set *set);

/* For lvs_rules_load() and lvs_rules_apply(). Borrowed from @set. */
const struct lvs_rules_overlay *lvs_health_overlay(struct lvs_health_set *set);

/* @set's configuration is in force, and the engine's rules are as it says. The one before is still there. */
void lvs_health_adopt(struct lvs_health *health, struct lvs_health_set *set);

/* It did not come into force. @set: may be NULL */
void lvs_health_discard(struct lvs_health_set *set);

/**
 * struct lvs_check_view - what is known of one check of a server
 * @type:	"tcp", ...
 * @since:	when @state came to be so; 0: it never was anything else
 * @checked_at:	when the last answer came; 0: none has
 * @reason:	of the last answer, in words; "no answer yet" if there was none
 * @wish:	what the server wants by that or by an answer before: "drain", "maintenance", or "" for nothing
 * @held:	it would be up, had it not fallen so often
 */
struct lvs_check_view {
	const char *type;
	enum lvs_health_state state;
	lvs_ns since;
	lvs_ns checked_at;
	lvs_ns latency;
	const char *reason;
	const char *wish;
	bool held;
};

/**
 * struct lvs_server_view - what is known of a server
 * @state:	of all its checks together; UP if it has none
 * @since:	when it came to be so
 * @changes:	how often it became something else, or was ejected or let in again, @changed_at: when last, seconds since 1970
 * @nchecks:	that it has
 * @results:	of all their runs, how many came to each enum lvs_outcome
 * @deciding:	of the check that speaks against it, or the first one; all zeros if it has none
 * @in:		it may get new connections
 * @drains:	it is up, but said itself that it wants no new ones
 * @kept:	though it is down, because too few would be left
 * @starting:	it came up a short time ago, and has not its whole weight yet
 * @weight:	that it has now
 */
struct lvs_server_view {
	enum lvs_health_state state;
	lvs_ns since;
	uint32_t changes;
	int64_t changed_at;
	size_t nchecks;
	uint64_t results[LVS_OUTCOME_COUNT];
	struct lvs_check_view deciding;
	bool in, drains, kept, starting;
	uint32_t weight;
};

#define LVS_SERVICE_REASON_BYTES 192

/**
 * struct lvs_service_view - what is known of a service
 * @quorum:	enough of its servers are up, and all that it depends on have their quorum
 * @lacking:	one that it depends on has not: none of its servers gets connections
 * @reason:	why it has none, in words; empty if it has
 * @sorry:	its sorry server answers
 * @live_weight: of the servers that are up
 * @live, @kept: how many are up, and how many are down and stay nevertheless
 */
struct lvs_service_view {
	bool quorum, lacking, sorry;
	uint64_t live_weight;
	size_t live, kept;
	char reason[LVS_SERVICE_REASON_BYTES];
};

/*
 * Views of what is in force. @service, @server: of the configuration in force. Strings are borrowed until the loop's next
 * turn.
 */
void lvs_health_service(const struct lvs_health *health, const struct lvs_conf_service *service,
			struct lvs_service_view *ret_view);
void lvs_health_server(const struct lvs_health *health, const struct lvs_conf_service *service,
		       const struct lvs_conf_server *server, struct lvs_server_view *ret_view);

/* What a server was last that was known, be it before this process. Return: LVS_HEALTH_UNKNOWN also if it has no checks */
enum lvs_health_state lvs_health_known(const struct lvs_health *health, const struct lvs_conf_service *service,
				       const struct lvs_conf_server *server);

/* @i: below nchecks of the server's view, in the order of the file, "check" first */
void lvs_health_check(const struct lvs_health *health, const struct lvs_conf_service *service,
		      const struct lvs_conf_server *server, size_t i, struct lvs_check_view *ret_view);

#define LVS_HEALTH_REASON_BYTES (LVS_CHECK_REASON_BYTES + 32)

/**
 * struct lvs_health_change - one change of a server's state
 * @time:	seconds since 1970
 * @from, @to:	the same, if it was @ejected or, as its clients' failures say, @returned
 * @reason:	the check that brought it and what that found: "tcp check: connected"; "maintenance" by the operator; "" if
 *		nobody was asked
 */
struct lvs_health_change {
	int64_t time;
	enum lvs_health_state from, to;
	bool ejected, returned;
	char reason[LVS_HEALTH_REASON_BYTES];
};

#define LVS_HEALTH_CHANGES_MAX 16

/* @back: 0 is the last change of the server. Return: borrowed until the loop's next turn; NULL: so many are not known */
const struct lvs_health_change *lvs_health_change(const struct lvs_health *health, const struct lvs_conf_service *service,
						  const struct lvs_conf_server *server, size_t back);

/* For the server's history: it was ejected, or let in again. */
void lvs_health_note(struct lvs_health *health, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		     bool ejected, const char *reason);

#define LVS_HEALTH_RUNS_MAX 64	/* at a time: each may take as long as the timeouts of its checks */

/**
 * struct lvs_health_result - what one run of a check came to
 * @type:	"tcp", ...
 * @asked:	address and, where it asks one, port
 * @gone:	it did not end: a reload took the check away. The rest is then not set.
 * @state:	the verdict, after this one
 * @latency:	0 if the check could not be run
 */
struct lvs_health_result {
	const char *type;
	char asked[LVS_ENDPOINT_TEXT_BYTES];
	bool gone;
	enum lvs_outcome outcome;
	enum lvs_health_state state;
	lvs_ns latency;
	char reason[LVS_CHECK_REASON_BYTES];
};

/* @results: one for each check, in the order of the file; borrowed until it returns */
typedef void lvs_health_done(void *arg, const struct lvs_health_result *results, size_t n);

/**
 * lvs_health_check_now() - run all checks of a server once, now
 * @done:	called from the loop when all have ended and the server was judged by them; not if lvs_health_free() comes first
 *
 * Who is being asked at the moment is not asked twice. Results count as any others.
 *
 * Return: 0; -ENOENT: it has no check; -EBUSY: LVS_HEALTH_RUNS_MAX of these are under way; -ENOMEM
 */
int lvs_health_check_now(struct lvs_health *health, const struct lvs_conf_service *service,
			 const struct lvs_conf_server *server, lvs_health_done *done, void *arg);

#endif
