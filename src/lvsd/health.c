// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When a verdict changes its service is put on a list, and judged in one of the loop's next turns: of a hundred servers that
 * fall together, some dozens are judged at once, and of ten thousand not all.
 */
#include "lvsd/health.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "lvsd/health_records.h"
#include "sys/clock.h"
#include "sys/entropy.h"
#include "sys/loop.h"

void lvs_health_arm(struct lvs_health *health, lvs_ns now)
{
	const struct lvs_heap_entry *first = lvs_heap_first(&health->due);
	bool busy = !lvs_list_empty(&health->stirred) || !lvs_list_empty(&health->over) || !lvs_list_empty(&health->retired);

	lvs_timer_start(health->timer, busy ? now : first ? first->deadline : LVS_NS_NEVER, now);
}

void lvs_health_stir(struct service_health *service)
{
	if (lvs_list_empty(&service->stirred))
		lvs_list_push_back(&service->health->stirred, &service->stirred);
}

void lvs_health_changed(struct lvs_probe_watch *watch)
{
	struct service_health *service = container_of(watch, struct check_watch, watch)->of;

	if (service->retired)
		return;
	lvs_health_stir(service);
	lvs_health_arm(service->health, lvs_clock_now());
}

bool lvs_health_left(const struct lvs_probe_watch *watch)
{
	return container_of(watch, const struct check_watch, watch)->of->retired;
}

void lvs_health_give_turn(struct service_health *service)
{
	service->turn = true;
	lvs_list_remove(&service->stirred);
	lvs_list_push_back(&service->health->turn, &service->stirred);
}

void lvs_health_settle(struct lvs_health *health, lvs_ns now)
{
	size_t told = 0;

	lvs_health_depend(health, now);
	while (!lvs_list_empty(&health->turn)) {
		struct service_health *service = lvs_list_entry(health->turn.next, struct service_health, stirred);

		lvs_list_remove(&service->stirred);
		service->turn = false;
		/* What is new of ten thousand servers fills the log for longer than packets can wait. */
		if (told < LVS_HEALTH_TURN)
			lvs_health_say(service);
		else
			lvs_health_stir(service);
		lvs_health_enact(service, now);
		told += service->n + 1;
	}
}

/* As many as one turn can bear of what is stirred. */
static void judge(struct lvs_health *health, lvs_ns now)
{
	size_t n = 0;

	if (lvs_list_empty(&health->stirred))
		return;
	while (n < LVS_HEALTH_TURN && !lvs_list_empty(&health->stirred)) {
		struct service_health *service = lvs_list_entry(health->stirred.next, struct service_health, stirred);

		lvs_health_give_turn(service);
		lvs_health_assess(service, now);
		n += service->n + 1;
	}
	lvs_health_settle(health, now);
}

static void on_timer(void *arg)
{
	struct lvs_health *health = arg;
	struct lvs_heap_entry *first;
	lvs_ns now = lvs_clock_now();

	while ((first = lvs_heap_first(&health->due)) && first->deadline <= now) {
		lvs_heap_remove(&health->due, first);
		lvs_health_stir(container_of(first, struct service_health, of_due));
	}
	judge(health, now);
	/* Who asked hears what follows, too. */
	if (lvs_list_empty(&health->stirred))
		lvs_health_tell_runs(health);
	lvs_health_release(health, LVS_HEALTH_TURN);
	lvs_health_arm(health, now);
}

/* Every check that runs has a descriptor, and a few more when it is of HTTP. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);	/* else what is too many is BROKEN */
}

int lvs_health_new(const struct lvs_health_options *options, struct lvs_health **ret_health)
{
	struct lvs_health *health = calloc(1, sizeof(*health));
	uint64_t seed;
	int err = health ? lvs_entropy_fill(&seed, sizeof(seed)) : -ENOMEM;

	if (err) {
		free(health);
		return err;
	}
	raise_limit();
	health->options = *options;
	health->guide = lvs_health_guide(options->engine);
	lvs_list_init(&health->stirred);
	lvs_list_init(&health->turn);
	lvs_list_init(&health->retired);
	lvs_list_init(&health->runs);
	lvs_list_init(&health->over);
	err = lvs_timer_new(options->loop, on_timer, health, &health->timer);
	if (!err)
		err = lvs_probes_new(options->loop, options->runner, &health->guide, seed, &health->probes);
	if (err) {
		lvs_health_free(health);
		return err;
	}
	*ret_health = health;
	return 0;
}

void lvs_health_free(struct lvs_health *health)
{
	if (!health)
		return;
	lvs_health_forget_runs(health);
	lvs_health_free_sets(health);
	lvs_heap_fini(&health->due);
	lvs_probes_free(health->probes);
	lvs_timer_free(health->timer);
	free(health);
}
