/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to ask whom. A probe is one check of one server at one pace, with the verdict it has come to; who wants the same
 * gets the same one. All probes wait in one heap behind one timer of the loop.
 */
#ifndef LVS_CHECK_PROBE_H
#define LVS_CHECK_PROBE_H

#include "base/list.h"
#include "check/check.h"

struct lvs_check_guide;
struct lvs_loop;
struct lvs_runner;
struct lvs_probe;
struct lvs_probes;

/**
 * struct lvs_probe_spec - what is to be asked, and how often; what is equal in all of it is one probe
 * @kind:	its number in lvs_checks
 * @addr, @port: that are asked, host order; the port of a kind with no_port is not looked at
 * @source, @through: see struct lvs_check; a source is needed for what comes as clients do
 * @interval:	from one run's start to the next one's
 * @fast_interval: the same while the last result speaks against the verdict
 * @timeout:	a run that takes longer has failed; the next one waits for its end
 * @jitter:	percent by which intervals are stretched or cut at random, 0 to 50
 * @start_spread: the first runs of probes that begin together are spread so far; no part of what is equal
 * @params:	of the kind; copied by it
 */
struct lvs_probe_spec {
	int kind;
	struct lvs_addr addr;
	uint16_t port;
	struct lvs_addr source;
	struct lvs_check_through through;
	lvs_ns interval, fast_interval, timeout;
	uint32_t jitter;
	lvs_ns start_spread;
	struct lvs_verdict_rules rules;
	const struct lvs_check_param *params;
	size_t nparams;
};

/**
 * struct lvs_probe_watch - someone who wants to know; embedded in what does
 * @changed:	the verdict's state, or what the server says of itself, is another one. May add and remove no watch.
 * @left:	it will be removed, and counts for nothing until then; NULL: it counts
 */
struct lvs_probe_watch {
	struct lvs_list of_probe;
	struct lvs_probe *probe;
	void (*changed)(struct lvs_probe_watch *watch);
	bool (*left)(const struct lvs_probe_watch *watch);
};

/**
 * struct lvs_probe_wait - someone who waits for the end of one run; embedded in what does
 * @over:	the run has ended, and its result is the last one of @verdict; NULL if the probe went before that. May add and
 *		remove no watch, and begin no run.
 */
struct lvs_probe_wait {
	struct lvs_list of_probe;
	struct lvs_probe *probe;
	void (*over)(struct lvs_probe_wait *wait, const struct lvs_verdict *verdict);
};

/* By what they ask: chains, @size of them, a power of two. All zeros: nothing. */
struct lvs_probe_table {
	struct lvs_probe **heads;
	size_t size, n;
};

/* Probes that are ready to begin, and know who watches them; all zeros: none. @at: chains before it were freed already */
struct lvs_probe_drafts {
	struct lvs_probe_table table;
	size_t at;
};

/**
 * lvs_probes_new() - no probe yet, and what all kinds of checks share
 * @runner:	runs programs, borrowed; NULL: there is none
 * @guide:	borrowed; NULL: there is none, and checks that need it are BROKEN
 * @seed:	random, for jitter
 *
 * Before the process is sealed; a kind whose set-up fails is BROKEN whenever it is asked, with the reason.
 *
 * Return: 0 or -Exxx
 */
int lvs_probes_new(struct lvs_loop *loop, struct lvs_runner *runner, const struct lvs_check_guide *guide, uint64_t seed,
		   struct lvs_probes **ret_probes);

/* @probes: may be NULL; all watches were removed */
void lvs_probes_free(struct lvs_probes *probes);

/* Return: why checks of this kind cannot be run here; NULL: they can */
const char *lvs_probes_trouble(const struct lvs_probes *probes, int kind);

/**
 * lvs_probes_draft() - what takes long of beginning a probe; in any thread, as no probe that runs is looked at
 * @drafts:	those who ask the same are one
 * @watch:	with @changed set; not moved until lvs_probes_unwatch(), or until lvs_probe_drafts_fini() of a draft that never
 *		joined, after which it is void
 * @message:	why not, if it fails
 *
 * Return: 0; -EINVAL: the kind does not like its parameters; or -ENOMEM
 */
int lvs_probes_draft(struct lvs_probes *probes, struct lvs_probe_drafts *drafts, const struct lvs_probe_spec *spec,
		     struct lvs_probe_watch *watch, char message[LVS_CHECK_MESSAGE_BYTES]);

/**
 * lvs_probes_join() - all of @drafts begin, or are the ones that run already and that somebody watches
 *
 * Return: 0, and what is left in @drafts is only to be freed; or -ENOMEM, and nothing happened
 */
int lvs_probes_join(struct lvs_probes *probes, struct lvs_probe_drafts *drafts);

/* At most @n of them, in any thread. Return: that was all */
bool lvs_probe_drafts_fini(struct lvs_probe_drafts *drafts, size_t n);

/* A draft of one that joins at once. Return: as lvs_probes_draft() */
int lvs_probes_watch(struct lvs_probes *probes, const struct lvs_probe_spec *spec, struct lvs_probe_watch *watch,
		     char message[LVS_CHECK_MESSAGE_BYTES]);

/* The last one who leaves ends the probe. @watch: may be all zeros, or have left already */
void lvs_probes_unwatch(struct lvs_probes *probes, struct lvs_probe_watch *watch);

/**
 * lvs_probe_run() - ask now, or join the run that is under way; its result counts as any other
 * @wait:	with @over set, which is called once, perhaps before this returns; not moved until then or lvs_probe_leave()
 *
 * The pace begins anew with a run that begins now.
 */
void lvs_probe_run(struct lvs_probe *probe, struct lvs_probe_wait *wait);

/* Waits no longer; the run goes on. @wait: may be over already */
void lvs_probe_leave(struct lvs_probe_wait *wait);

/* Borrowed, as long as it is watched. */
const struct lvs_verdict *lvs_probe_verdict(const struct lvs_probe *probe);
const struct lvs_check_answer *lvs_probe_answer(const struct lvs_probe *probe);
const struct lvs_check *lvs_probe_check(const struct lvs_probe *probe);

/* How many there are. */
size_t lvs_probes_count(const struct lvs_probes *probes);

#endif
