// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A probe waits for one thing at a time: to begin its next run, or for the running one to take too long. So it has one
 * entry in the heap. Runs begin at a fixed pace, from start to start, however long they take.
 *
 * The timer's turn is short: after some probes packets get theirs, and the rest of what is due comes in the next turn of
 * the loop. A thousand servers that fall silent at once are a thousand timeouts in one instant, and not one long turn.
 *
 * What makes two probes the same is written out as one text, the key of a hash table.
 */
#include "check/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/heap.h"
#include "check/socket.h"
#include "sys/addrtext.h"
#include "sys/clock.h"
#include "sys/loop.h"

/* Probes that have their turn in one of the timer's. */
#define TURN 8

/**
 * struct lvs_probe - one check of one server
 * @check:	the checker's view
 * @wait:	for the next run, or, if @running, for the end of its time
 * @key:	what it is, in words; owned
 * @hash:	of @key; @next: of those in the same chain of a table, while it is @chained
 * @started:	when the last run was due, which gives the pace; @begun: when it began
 * @watches:	who wants to know; @waits: who waits for the end of the running run
 */
struct lvs_probe {
	struct lvs_check check;
	struct lvs_probes *probes;
	struct lvs_heap_entry wait;
	char *key;
	uint64_t hash;
	struct lvs_probe *next;
	int kind;
	bool chained, running;
	lvs_ns interval, fast_interval, start_spread;
	uint32_t jitter;
	lvs_ns started, begun;
	struct lvs_verdict_rules rules;
	struct lvs_verdict verdict;
	struct lvs_check_answer answer;
	struct lvs_list watches;
	struct lvs_list waits;
};

struct kind {
	void *shared;
	int err;
	char message[LVS_CHECK_MESSAGE_BYTES];
};

/* @in_turn: the timer is started when the turn is over, not before; @phase: of the spread */
struct lvs_probes {
	struct lvs_loop *loop;
	struct lvs_runner *runner;
	const struct lvs_check_guide *guide;
	struct lvs_timer *timer;
	struct lvs_heap heap;
	struct lvs_probe_table table;
	bool in_turn;
	uint64_t random;
	uint64_t phase;
	struct kind kinds[LVS_CHECK_INDEX_COUNT];
};

/* xorshift64 (Marsaglia 2003): nobody is kept out by it. */
static uint64_t draw(struct lvs_probes *probes)
{
	probes->random ^= probes->random << 13;
	probes->random ^= probes->random >> 7;
	probes->random ^= probes->random << 17;
	return probes->random;
}

static void arm(struct lvs_probes *probes, lvs_ns now)
{
	const struct lvs_heap_entry *first = lvs_heap_first(&probes->heap);

	if (!probes->in_turn)
		lvs_timer_start(probes->timer, first ? first->deadline : LVS_NS_NEVER, now);
}

static lvs_ns with_jitter(struct lvs_probe *probe, lvs_ns interval)
{
	uint64_t span = interval / 100 * probe->jitter;

	return span ? interval - span + draw(probe->probes) % (2 * span) : interval;
}

static void schedule(struct lvs_probe *probe, lvs_ns now)
{
	lvs_ns interval = lvs_verdict_changing(&probe->verdict) ? probe->fast_interval : probe->interval;

	lvs_heap_put(&probe->probes->heap, &probe->wait, LVS_MAX(probe->started + with_jitter(probe, interval), now));
}

/* Return: did it say anything new? */
static bool take_answer(struct lvs_probe *probe, const struct lvs_check_answer *answer)
{
	struct lvs_check_answer was = probe->answer;

	if (answer->weight != LVS_CHECK_WEIGHT_UNSAID) {
		probe->answer.weight = answer->weight;
		probe->answer.value = answer->value;
	}
	if (answer->wish != LVS_CHECK_WISH_UNSAID)
		probe->answer.wish = answer->wish;
	return was.weight != probe->answer.weight || was.value != probe->answer.value || was.wish != probe->answer.wish;
}

static void end_waits(struct lvs_probe *probe, const struct lvs_verdict *verdict)
{
	while (!lvs_list_empty(&probe->waits)) {
		struct lvs_probe_wait *wait = lvs_list_entry(probe->waits.next, struct lvs_probe_wait, of_probe);

		lvs_probe_leave(wait);
		wait->over(wait, verdict);
	}
}

static void settle(struct lvs_probe *probe, const struct lvs_check_result *result)
{
	lvs_ns now = lvs_clock_now();
	struct lvs_probe_watch *watch;
	const char *way = probe->check.through.forward ? "through the VIP: " : "";
	char reason[LVS_CHECK_REASON_BYTES];
	bool news;

	probe->running = false;
	lvs_check_leave(&probe->check);
	(void)snprintf(reason, sizeof(reason), "%s%.*s", way, (int)(sizeof(reason) - 1 - strlen(way)), result->reason);
	news = lvs_verdict_add(&probe->verdict, &probe->rules, result->outcome, reason, now - probe->begun, now);
	if (take_answer(probe, &result->answer))
		news = true;
	schedule(probe, now);
	arm(probe->probes, now);
	if (news)
		lvs_list_for_each(watch, &probe->watches, of_probe)
			watch->changed(watch);
	end_waits(probe, &probe->verdict);
}

void lvs_check_done(struct lvs_check *check, const struct lvs_check_result *result)
{
	struct lvs_probe *probe = container_of(check, struct lvs_probe, check);

	assert(probe->running);
	settle(probe, result);
}

static void start(struct lvs_probe *probe, lvs_ns now)
{
	struct lvs_probes *probes = probe->probes;
	const struct kind *kind = &probes->kinds[probe->kind];

	probe->running = true;
	probe->begun = now;
	/* Late, because others had their turn: the pace stays, unless it cannot be held at all. */
	probe->started = now - probe->wait.deadline < probe->fast_interval && probe->started ? probe->wait.deadline : now;
	lvs_heap_put(&probes->heap, &probe->wait, now + probe->check.timeout);
	if (kind->err)
		lvs_check_broken(&probe->check, "%s", kind->message);
	else
		probe->check.ops->start(&probe->check);
}

static void time_out(struct lvs_probe *probe)
{
	struct lvs_check_result result = { .outcome = LVS_OUTCOME_FAILED };

	probe->check.ops->cancel(&probe->check);
	(void)snprintf(result.reason, sizeof(result.reason), "no answer within %u ms",
		       (unsigned int)(probe->check.timeout / LVS_NS_PER_MS));
	settle(probe, &result);
}

static void on_timer(void *arg)
{
	struct lvs_probes *probes = arg;
	lvs_ns now = lvs_clock_now();

	probes->in_turn = true;
	for (int i = 0; i < TURN; i++) {
		struct lvs_heap_entry *first = lvs_heap_first(&probes->heap);
		struct lvs_probe *probe;

		if (!first || first->deadline > now)
			break;
		probe = container_of(first, struct lvs_probe, wait);
		if (probe->running)
			time_out(probe);
		else
			start(probe, now);
	}
	probes->in_turn = false;
	arm(probes, now);
}

int lvs_probes_new(struct lvs_loop *loop, struct lvs_runner *runner, const struct lvs_check_guide *guide, uint64_t seed,
		   struct lvs_probes **ret_probes)
{
	struct lvs_probes *probes = calloc(1, sizeof(*probes));
	int err = probes ? lvs_timer_new(loop, on_timer, probes, &probes->timer) : -ENOMEM;

	if (err) {
		free(probes);
		return err;
	}
	probes->loop = loop;
	probes->runner = runner;
	probes->guide = guide;
	probes->random = seed | 1;
	for (size_t i = 0; i < ARRAY_LEN(probes->kinds); i++) {
		struct kind *kind = &probes->kinds[i];

		if (lvs_checks[i]->set_up)
			kind->err = lvs_checks[i]->set_up(lvs_loop_base(loop), &kind->shared, kind->message);
	}
	*ret_probes = probes;
	return 0;
}

void lvs_probes_free(struct lvs_probes *probes)
{
	if (!probes)
		return;
	assert(!probes->table.n);
	for (size_t i = 0; i < ARRAY_LEN(probes->kinds); i++)
		if (lvs_checks[i]->tear_down && !probes->kinds[i].err)
			lvs_checks[i]->tear_down(probes->kinds[i].shared);
	lvs_heap_fini(&probes->heap);
	free(probes->table.heads);
	lvs_timer_free(probes->timer);
	free(probes);
}

const char *lvs_probes_trouble(const struct lvs_probes *probes, int kind)
{
	return probes->kinds[kind].err ? probes->kinds[kind].message : NULL;
}

/* Return: @spec in words, to be freed; NULL without memory */
static char *key_of(const struct lvs_probe_spec *spec)
{
	const struct lvs_verdict_rules *rules = &spec->rules;
	char to[LVS_ENDPOINT_TEXT_BYTES], from[LVS_ADDR_TEXT_BYTES], *key = NULL;
	const struct lvs_check_ops *ops = lvs_checks[spec->kind];
	size_t size = 0;
	FILE *out = open_memstream(&key, &size);
	bool failed;

	if (!out)
		return NULL;
	(void)fprintf(out, "%s %s %s %llu %llu %llu %u %u %u %u %llu %llu", ops->name,
		      lvs_endpoint_format(&spec->addr, ops->no_port ? 0 : spec->port, to), lvs_addr_format(&spec->source, from),
		      (unsigned long long)spec->interval, (unsigned long long)spec->fast_interval,
		      (unsigned long long)spec->timeout, spec->jitter, rules->rise, rules->fall, rules->flap_changes,
		      (unsigned long long)rules->flap_window, (unsigned long long)rules->flap_hold);
	if (spec->through.forward)
		(void)fprintf(out, "\n%s %s", spec->through.forward,
			      lvs_endpoint_format(&spec->through.server, spec->through.port, to));
	for (size_t i = 0; i < spec->nparams; i++)
		(void)fprintf(out, "\n%s=%s", spec->params[i].name, spec->params[i].value);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(key);
		return NULL;
	}
	return key;
}

/* FNV-1a (Fowler, Noll, Vo): the keys are the operator's own. */
static uint64_t hash_of(const char *key)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 0x100000001b3ULL;
	return hash;
}

static struct lvs_probe *find(const struct lvs_probe_table *table, uint64_t hash, const char *key)
{
	struct lvs_probe *probe = table->size ? table->heads[hash & (table->size - 1)] : NULL;

	while (probe && (probe->hash != hash || strcmp(probe->key, key) != 0))
		probe = probe->next;
	return probe;
}

static void chain(struct lvs_probe_table *table, struct lvs_probe *probe)
{
	struct lvs_probe **head = &table->heads[probe->hash & (table->size - 1)];

	probe->next = *head;
	*head = probe;
	probe->chained = true;
	table->n++;
}

static void unchain(struct lvs_probe_table *table, struct lvs_probe *probe)
{
	struct lvs_probe **link = &table->heads[probe->hash & (table->size - 1)];

	while (*link != probe)
		link = &(*link)->next;
	*link = probe->next;
	probe->chained = false;
	table->n--;
}

/* Room for @n in all: as many chains. Return: 0 or -ENOMEM */
static int make_room(struct lvs_probe_table *table, size_t n)
{
	struct lvs_probe_table next = { .size = LVS_MAX(table->size, (size_t)64) };

	while (next.size < n)
		next.size *= 2;
	if (next.size == table->size)
		return 0;
	next.heads = calloc(next.size, sizeof(struct lvs_probe *));
	if (!next.heads)
		return -ENOMEM;
	for (size_t i = 0; i < table->size; i++) {
		while (table->heads[i]) {
			struct lvs_probe *probe = table->heads[i];

			table->heads[i] = probe->next;
			chain(&next, probe);
		}
	}
	free(table->heads);
	*table = next;
	return 0;
}

static void free_probe(struct lvs_probe *probe)
{
	const struct lvs_check_ops *ops = probe->check.ops;

	if (ops->free_config && probe->check.config)
		ops->free_config((void *)(uintptr_t)probe->check.config);
	free(probe->check.run);
	free(probe->key);
	free(probe);
}

/* @key: consumed in any case */
static int make_probe(struct lvs_probes *probes, const struct lvs_probe_spec *spec, char *key,
		      char message[LVS_CHECK_MESSAGE_BYTES], struct lvs_probe **ret_probe)
{
	const struct lvs_check_ops *ops = lvs_checks[spec->kind];
	struct lvs_probe *probe = calloc(1, sizeof(*probe));
	void *config = NULL;
	int err = 0;

	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
	if (!probe) {
		free(key);
		return -ENOMEM;
	}
	*probe = (struct lvs_probe){
		.check = { .ops = ops, .base = lvs_loop_base(probes->loop), .shared = probes->kinds[spec->kind].shared,
			   .runner = probes->runner, .guide = probes->guide, .through = spec->through,
			   .addr = spec->addr, .port = spec->port, .source = spec->source, .timeout = spec->timeout },
		.probes = probes, .key = key, .hash = hash_of(key), .kind = spec->kind, .interval = spec->interval,
		.fast_interval = spec->fast_interval, .start_spread = spec->start_spread, .jitter = spec->jitter,
		.rules = spec->rules,
	};
	lvs_list_init(&probe->watches);
	lvs_list_init(&probe->waits);
	if (ops->run_bytes)
		probe->check.run = calloc(1, ops->run_bytes);
	if (ops->run_bytes && !probe->check.run)
		err = -ENOMEM;
	if (!err && ops->parse)
		err = ops->parse(spec->params, spec->nparams, &config, message);
	probe->check.config = config;
	if (err) {
		free_probe(probe);
		return err;
	}
	*ret_probe = probe;
	return 0;
}

/* Multiples of the golden ratio, modulo 1, fill any span evenly, however many there will be. */
static lvs_ns first_start(struct lvs_probes *probes, lvs_ns span, lvs_ns now)
{
	probes->phase += 0x9e3779b97f4a7c15ULL;
	return now + (lvs_ns)(((unsigned __int128)span * probes->phase) >> 64);
}

static void add_watch(struct lvs_probe *probe, struct lvs_probe_watch *watch)
{
	watch->probe = probe;
	lvs_list_push_back(&probe->watches, &watch->of_probe);
}

int lvs_probes_draft(struct lvs_probes *probes, struct lvs_probe_drafts *drafts, const struct lvs_probe_spec *spec,
		     struct lvs_probe_watch *watch, char message[LVS_CHECK_MESSAGE_BYTES])
{
	char *key = key_of(spec);
	struct lvs_probe *probe = key ? find(&drafts->table, hash_of(key), key) : NULL;
	int err = key ? make_room(&drafts->table, drafts->table.n + 1) : -ENOMEM;

	if (err) {
		free(key);
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		return err;
	}
	if (probe) {
		free(key);
	} else {
		err = make_probe(probes, spec, key, message, &probe);
		if (err)
			return err;
		chain(&drafts->table, probe);
	}
	add_watch(probe, watch);
	return 0;
}

bool lvs_probe_drafts_fini(struct lvs_probe_drafts *drafts, size_t n)
{
	for (; drafts->at < drafts->table.size && n; drafts->at++) {
		struct lvs_probe **head = &drafts->table.heads[drafts->at];

		for (; *head && n; n--) {
			struct lvs_probe *probe = *head;

			*head = probe->next;
			free_probe(probe);
		}
		if (*head)
			return false;
	}
	if (drafts->at < drafts->table.size)
		return false;
	free(drafts->table.heads);
	*drafts = (struct lvs_probe_drafts){ .at = 0 };
	return true;
}

/* What a probe knows is for those who watch it, and not for who comes when all have left. */
static bool is_watched(const struct lvs_probe *probe)
{
	const struct lvs_probe_watch *watch;

	lvs_list_for_each(watch, &probe->watches, of_probe)
		if (!watch->left || !watch->left(watch))
			return true;
	return false;
}

/* One that is there already gets the draft's watches; @drafts keeps the rest of it. */
static void join(struct lvs_probes *probes, struct lvs_probe_drafts *drafts, struct lvs_probe *draft, lvs_ns now)
{
	struct lvs_probe *probe = find(&probes->table, draft->hash, draft->key);

	if (probe && !is_watched(probe)) {
		unchain(&probes->table, probe);
		probe = NULL;
	}
	if (!probe) {
		chain(&probes->table, draft);
		lvs_heap_put(&probes->heap, &draft->wait, first_start(probes, draft->start_spread, now));
		return;
	}
	while (!lvs_list_empty(&draft->watches)) {
		struct lvs_probe_watch *watch = lvs_list_entry(draft->watches.next, struct lvs_probe_watch, of_probe);

		lvs_list_remove(&watch->of_probe);
		add_watch(probe, watch);
	}
	chain(&drafts->table, draft);
}

int lvs_probes_join(struct lvs_probes *probes, struct lvs_probe_drafts *drafts)
{
	lvs_ns now = lvs_clock_now();
	int err = lvs_heap_reserve(&probes->heap, probes->heap.n + drafts->table.n);

	if (!err)
		err = make_room(&probes->table, probes->table.n + drafts->table.n);
	if (err)
		return err;
	for (size_t i = 0; i < drafts->table.size; i++) {
		struct lvs_probe *draft = drafts->table.heads[i], *next;

		drafts->table.heads[i] = NULL;
		for (; draft; draft = next) {
			next = draft->next;
			drafts->table.n--;
			join(probes, drafts, draft, now);
		}
	}
	arm(probes, now);
	return 0;
}

int lvs_probes_watch(struct lvs_probes *probes, const struct lvs_probe_spec *spec, struct lvs_probe_watch *watch,
		     char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct lvs_probe_drafts drafts = { .table = { .n = 0 } };
	int err = lvs_probes_draft(probes, &drafts, spec, watch, message);

	if (!err) {
		err = lvs_probes_join(probes, &drafts);
		if (err)
			(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
	}
	if (err)
		*watch = (struct lvs_probe_watch){ .changed = watch->changed };
	(void)lvs_probe_drafts_fini(&drafts, SIZE_MAX);
	return err;
}

void lvs_probes_unwatch(struct lvs_probes *probes, struct lvs_probe_watch *watch)
{
	struct lvs_probe *probe = watch->probe;

	if (!probe)
		return;
	watch->probe = NULL;
	lvs_list_remove(&watch->of_probe);
	if (!lvs_list_empty(&probe->watches))
		return;
	if (probe->running)
		probe->check.ops->cancel(&probe->check);
	lvs_check_leave(&probe->check);
	end_waits(probe, NULL);
	if (probe->check.ops->end)
		probe->check.ops->end(&probe->check);
	lvs_heap_remove(&probes->heap, &probe->wait);
	if (probe->chained)
		unchain(&probes->table, probe);
	free_probe(probe);
}

void lvs_probe_run(struct lvs_probe *probe, struct lvs_probe_wait *wait)
{
	lvs_ns now = lvs_clock_now();

	wait->probe = probe;
	lvs_list_push_back(&probe->waits, &wait->of_probe);
	if (probe->running)
		return;
	start(probe, now);
	arm(probe->probes, now);
}

void lvs_probe_leave(struct lvs_probe_wait *wait)
{
	if (wait->probe)
		lvs_list_remove(&wait->of_probe);
	wait->probe = NULL;
}

const struct lvs_verdict *lvs_probe_verdict(const struct lvs_probe *probe)
{
	return &probe->verdict;
}

const struct lvs_check_answer *lvs_probe_answer(const struct lvs_probe *probe)
{
	return &probe->answer;
}

const struct lvs_check *lvs_probe_check(const struct lvs_probe *probe)
{
	return &probe->check;
}

size_t lvs_probes_count(const struct lvs_probes *probes)
{
	return probes->table.n;
}
