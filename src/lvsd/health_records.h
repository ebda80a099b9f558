/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of lvsd/health.h, for its sources only. */
#ifndef LVS_LVSD_HEALTH_RECORDS_H
#define LVS_LVSD_HEALTH_RECORDS_H

#include "check/heap.h"
#include "check/probe.h"
#include "conf/conf.h"
#include "conf/depends.h"
#include "lvsd/health.h"
#include "lvsd/health_history.h"
#include "lvsd/rules.h"

struct service_health;

/* One check of one server. */
struct check_watch {
	struct lvs_probe_watch watch;
	struct service_health *of;
};

/**
 * struct server_health - one server of the configuration
 * @conf:	it
 * @checks:	owned, unless @lender has them still; @nchecks of them, never moved
 * @was:	the same server of the set in force, until this one's is; NULL: there is none
 * @lender:	@was, if that is asked in the same way
 * @unrecorded:	it is in force without a record, since nothing could be known of it
 * @state:	of its checks together
 * @known:	the last one that was not UNKNOWN; UNKNOWN if none was
 * @recalled:	what it was before this process, as long as nothing is known; UNKNOWN if that is not known either
 * @since:	of @state
 * @said:	the state that was last told; @said_drains: likewise
 * @up:	it may be in, as far as it alone is concerned
 * @answered:	the weight that it has then, by the configuration and by what it says of itself
 * @late:	others serve already when it comes in
 * @came:	when it came to be in; 0: it is not, or always was
 * @in, @drains, @kept, @starting, @weight: see struct lvs_server_view
 * @down:	what @in comes to: it gets nothing at all
 * @done_down, @done_weight: what the engine has
 * @history:	of @state
 */
struct server_health {
	const struct lvs_conf_server *conf;
	struct check_watch *checks;
	struct server_health *was, *lender;
	bool unrecorded;
	size_t nchecks;
	enum lvs_health_state state, known, recalled, said;
	lvs_ns since, came;
	bool up, late, said_drains;
	uint32_t answered;
	bool in, drains, kept, starting, down;
	uint32_t weight;
	bool done_down;
	uint32_t done_weight;
	struct lvs_health_history history;
};

/**
 * struct service_health - one service of the configuration whose servers may be down
 * @was:	the same service of the set in force, until this one's is; NULL: there is none
 * @retired:	its set is not in force any more
 * @servers:	in the order of @conf's, all of them in @block
 * @due:	when something changes by time alone; LVS_NS_NEVER: nothing does
 * @quorum:	of the weight of its own servers, whatever it depends on
 * @lacking:	one that it depends on has no quorum; @lacked: it was so when lvs_health_foresee() began
 * @live_weight, @live, @kept: see struct lvs_service_view
 * @known:	of how many something was ever known
 * @said_quorum, @said_kept: what was last told
 * @told_quorum: of the quorum anything was
 * @sorry_in:	@sorry, a copy without its checks, is among the engine's servers; @sorry_rests: for what it has begun
 * @stirred:	among those that are to be looked at, or, if it is the @turn for that, those that were
 * @of_due:	among those whose @due is not never
 */
struct service_health {
	struct lvs_health *health;
	const struct lvs_conf_service *conf;
	struct service_health *was;
	bool retired, turn;
	size_t n;
	struct server_health **servers, *block;
	lvs_ns due;
	bool quorum, lacking, lacked, said_quorum, told_quorum;
	bool sorry_in, sorry_rests;
	struct lvs_conf_server sorry;
	uint64_t live_weight;
	size_t live, known, kept, said_kept;
	struct lvs_list stirred;
	struct lvs_heap_entry of_due;
};

/**
 * struct lvs_health_set - one configuration
 * @services:	owned, but for the @borrowed ones; in the order of @conf's, NULL where nobody can be, or was, down
 * @borrowed:	it is as it was: the set in force has it until this one is adopted
 * @needs:	which depend on which: all of these have records
 * @drafts:	of probes, or what is left of them when @joined
 * @retired:	among those that are given back, the services below @at already
 */
struct lvs_health_set {
	struct lvs_health *health;
	const struct lvs_conf *conf;
	size_t n;
	struct service_health **services;
	bool *borrowed;
	struct lvs_conf_needs needs;
	struct lvs_rules_overlay overlay;
	struct lvs_probe_drafts drafts;
	bool joined;
	struct lvs_list retired;
	size_t at;
};

/**
 * struct lvs_health - all of it
 * @guide:	of checks that go through the VIP
 * @set:	in force; NULL in the beginning
 * @stirred, @turn, @due: services
 * @retired:	sets
 * @runs, @over: of struct lvs_health_run, those that go on and those that are to be told of; @nruns of both
 */
struct lvs_health {
	struct lvs_health_options options;
	struct lvs_check_guide guide;
	struct lvs_probes *probes;
	struct lvs_timer *timer;
	struct lvs_health_set *set;
	struct lvs_list stirred, turn, retired;
	struct lvs_heap due;
	struct lvs_list runs, over;
	size_t nruns;
};

/* Who leads checks that go through the VIP. @engine: borrowed */
struct lvs_check_guide lvs_health_guide(struct lvs_engine *engine);

/* Starts the timer for what has to be done now or later. */
void lvs_health_arm(struct lvs_health *health, lvs_ns now);

/* Servers that are judged, told of or given back in one turn: more only if a single service has them. */
#define LVS_HEALTH_TURN 64

/* It is to be judged again. */
void lvs_health_stir(struct service_health *service);

/* For watches of probes. */
void lvs_health_changed(struct lvs_probe_watch *watch);
bool lvs_health_left(const struct lvs_probe_watch *watch);

/* Gives back so much of retired sets: servers, or drafts. */
void lvs_health_release(struct lvs_health *health, size_t portion);

/* All of them, and the one in force. */
void lvs_health_free_sets(struct lvs_health *health);

/* Who wished for runs that are over is told of them. */
void lvs_health_tell_runs(struct lvs_health *health);

/* ... and will not be told of any. */
void lvs_health_forget_runs(struct lvs_health *health);

/* From verdicts to what every server of @service should be, without telling anybody. */
void lvs_health_assess(struct service_health *service, lvs_ns now);

/* @service, of the set in force, was assessed: the engine hears of what is new. */
void lvs_health_enact(struct service_health *service, lvs_ns now);

/* Is it what clients, and those that depend on it, can do with? */
static inline bool lvs_health_serves(const struct service_health *service)
{
	return service->quorum && !service->lacking;
}

/* The services of @set, which is not in force yet, were assessed: now as far as they depend on others. */
void lvs_health_foresee(struct lvs_health_set *set, lvs_ns now);

/*
 * Who has @health->turn was assessed: who depends on it is too where that comes to something else, and has it too, behind what it
 * depends on.
 */
void lvs_health_depend(struct lvs_health *health, lvs_ns now);

/*
 * All who have @health->turn, and who depends on them: the engine hears of it; and whoever is to be told, unless they are so many
 * that the rest has another turn for that.
 */
void lvs_health_settle(struct lvs_health *health, lvs_ns now);

/* @service, of the set in force, was assessed, and has the turn. */
void lvs_health_give_turn(struct service_health *service);

/* Does it say anything that @service, of the set in force, does not serve? */
bool lvs_health_quorum_known(const struct service_health *service);

/* Why @service, of the set in force, is lacking. @reason: empty if it is not */
void lvs_health_lacking(const struct service_health *service, char reason[LVS_SERVICE_REASON_BYTES]);

/* And so do the log and whoever else is to be told. */
void lvs_health_say(struct service_health *service);

/* The checks of @server, a server of @service: its own or its service's. @i: below the count. Return: NULL beyond that */
const struct lvs_conf_check *lvs_health_check_of(const struct lvs_conf_service *service,
						 const struct lvs_conf_server *server, size_t i);

#define LVS_HEALTH_PARAMS_MAX 32

/**
 * lvs_health_spec() - a check of the configuration as check/ wants it
 * @params:	room for @ret_spec->params
 *
 * Strings are borrowed from @check.
 */
void lvs_health_spec(const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		     const struct lvs_conf_check *check, struct lvs_check_param params[LVS_HEALTH_PARAMS_MAX],
		     struct lvs_probe_spec *ret_spec);

#endif
