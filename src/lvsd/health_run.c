// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks of a server, asked now because somebody wants to know. Each is a run like any other of its probe, and may
 * move the verdict; so when the last one is over, the server is judged first, in the loop's next turn, and told of after
 * that: what is said of it then is what follows from these runs.
 */
#include "lvsd/health_records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"

/* One of the checks. */
struct run_check {
	struct lvs_probe_wait wait;
	struct lvs_health_run *run;
};

/**
 * struct lvs_health_run - one such wish
 * @node:	of the runs that go on, or of those that are over
 * @left:	how many of the @n checks are not over
 */
struct lvs_health_run {
	struct lvs_list node;
	struct lvs_health *health;
	lvs_health_done *done;
	void *arg;
	size_t n, left;
	struct run_check *checks;
	struct lvs_health_result *results;
};

static void free_run(struct lvs_health_run *run)
{
	for (size_t i = 0; run->checks && i < run->n; i++)
		lvs_probe_leave(&run->checks[i].wait);
	free(run->checks);
	free(run->results);
	free(run);
}

static void on_over(struct lvs_probe_wait *wait, const struct lvs_verdict *verdict)
{
	struct run_check *check = container_of(wait, struct run_check, wait);
	struct lvs_health_run *run = check->run;
	struct lvs_health_result *result = &run->results[check - run->checks];

	result->gone = !verdict;
	if (verdict) {
		result->outcome = verdict->last;
		result->state = verdict->state;
		result->latency = verdict->last == LVS_OUTCOME_BROKEN ? 0 : verdict->latency;
		memcpy(result->reason, verdict->reason, sizeof(result->reason));
	}
	if (--run->left)
		return;
	lvs_list_remove(&run->node);
	lvs_list_push_back(&run->health->over, &run->node);
	lvs_health_arm(run->health, lvs_clock_now());
}

static struct lvs_health_run *new_run(struct lvs_health *health, size_t n, lvs_health_done *done, void *arg)
{
	struct lvs_health_run *run = calloc(1, sizeof(*run));

	if (!run)
		return NULL;
	*run = (struct lvs_health_run){ .health = health, .done = done, .arg = arg, .n = n, .left = n };
	run->checks = calloc(n, sizeof(*run->checks));
	run->results = calloc(n, sizeof(*run->results));
	if (run->checks && run->results)
		return run;
	free_run(run);
	return NULL;
}

static void tell_whom(const struct lvs_check *check, struct lvs_health_result *result)
{
	result->type = check->ops->name;
	lvs_endpoint_format(&check->addr, check->ops->no_port ? 0 : check->port, result->asked);
}

int lvs_health_check_now(struct lvs_health *health, const struct lvs_conf_service *service,
			 const struct lvs_conf_server *server, lvs_health_done *done, void *arg)
{
	const struct service_health *of = health->set->services[service - health->set->conf->services];
	const struct server_health *asked = of ? of->servers[server - service->servers] : NULL;
	struct lvs_health_run *run;

	if (!asked || !asked->nchecks)
		return -ENOENT;
	if (health->nruns >= LVS_HEALTH_RUNS_MAX)
		return -EBUSY;
	run = new_run(health, asked->nchecks, done, arg);
	if (!run)
		return -ENOMEM;
	health->nruns++;
	lvs_list_push_back(&health->runs, &run->node);
	for (size_t i = 0; i < run->n; i++) {
		run->checks[i] = (struct run_check){ .run = run, .wait = { .over = on_over } };
		tell_whom(lvs_probe_check(asked->checks[i].watch.probe), &run->results[i]);
	}
	for (size_t i = 0; i < asked->nchecks; i++)
		lvs_probe_run(asked->checks[i].watch.probe, &run->checks[i].wait);
	return 0;
}

void lvs_health_tell_runs(struct lvs_health *health)
{
	while (!lvs_list_empty(&health->over)) {
		struct lvs_health_run *run = lvs_list_entry(health->over.next, struct lvs_health_run, node);

		lvs_list_remove(&run->node);
		health->nruns--;
		run->done(run->arg, run->results, run->n);
		free_run(run);
	}
}

static void forget(struct lvs_list *runs)
{
	while (!lvs_list_empty(runs)) {
		struct lvs_health_run *run = lvs_list_entry(runs->next, struct lvs_health_run, node);

		lvs_list_remove(&run->node);
		free_run(run);
	}
}

void lvs_health_forget_runs(struct lvs_health *health)
{
	forget(&health->runs);
	forget(&health->over);
	health->nruns = 0;
}
