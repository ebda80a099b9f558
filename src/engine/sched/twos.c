// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The power of two choices: two usable servers are drawn, each with a chance in proportion to its weight, and the one with
 * less overhead for its weight is taken; of equals, the first one drawn.
 *
 * Sums of usable weights stand in a Fenwick tree (Fenwick: "A new data structure for cumulative frequency tables", 1994)
 * over the positions, so a draw goes down its levels instead of along the list. The number drawn may be anything from 0 to
 * the sum of all, and 0 and 1 are both the first server's, as in the kernel. Its products, which can overflow there, do not
 * here.
 */
#include "engine/sched.h"
#include "engine/service.h"

/**
 * struct twos - state
 * @built:	false: the arrays hold nothing
 * @random:	of the generator; never 0
 * @total:	sum of all usable weights
 * @sums:	element i, from 1, is the sum of as many positions below i as its lowest set bit says; behind it, the
 *		usable weight of each position
 */
struct twos {
	bool built;
	uint64_t random;
	uint64_t total;
	uint64_t sums[];
};

/* Marsaglia: "Xorshift RNGs", 2003, with a multiplication for the low bits. Fair, not secret. */
static uint64_t draw(struct twos *twos)
{
	twos->random ^= twos->random >> 12;
	twos->random ^= twos->random << 25;
	twos->random ^= twos->random >> 27;
	return twos->random * 0x2545f4914f6cdd1dULL;
}

static uint32_t *weights_of(struct twos *twos, const struct lvs_service *service)
{
	return (uint32_t *)(twos->sums + service->nservers + 1);
}

static uint32_t usable_weight(const struct lvs_server *server)
{
	return lvs_server_usable(server) ? server->spec.weight : 0;
}

static void build(struct twos *twos, const struct lvs_service *service)
{
	uint32_t *weights = weights_of(twos, service);

	twos->total = 0;
	memset(twos->sums, 0, (service->nservers + 1) * sizeof(*twos->sums));
	for (uint32_t i = 1; i <= service->nservers; i++) {
		uint32_t parent = i + (i & -i);

		weights[i - 1] = usable_weight(service->servers[i - 1]);
		twos->total += weights[i - 1];
		twos->sums[i] += weights[i - 1];
		if (parent <= service->nservers)
			twos->sums[parent] += twos->sums[i];
	}
	twos->built = true;
}

/* Return: the first position up to which the weights sum up to @sum, from 1 to @total */
static uint32_t position(const struct twos *twos, const struct lvs_service *service, uint64_t sum)
{
	uint32_t pos = 0, step = 1;

	while (step <= service->nservers / 2)
		step *= 2;
	for (; step > 0; step /= 2) {
		if (pos + step <= service->nservers && twos->sums[pos + step] < sum) {
			pos += step;
			sum -= twos->sums[pos];
		}
	}
	return pos;
}

static struct lvs_server *twos_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	struct twos *twos = service->sched_state;
	struct lvs_server *one, *two;
	uint64_t first, second;

	(void)tuple;
	(void)now;
	if (!twos->built)
		build(twos, service);
	if (!twos->total)
		return NULL;
	first = draw(twos) % (twos->total + 1);
	second = draw(twos) % (twos->total + 1);
	one = service->servers[position(twos, service, LVS_MAX(first, 1u))];
	two = service->servers[position(twos, service, LVS_MAX(second, 1u))];
	return lvs_server_overhead(two) * one->spec.weight < lvs_server_overhead(one) * two->spec.weight ? two : one;
}

static void twos_changed(struct lvs_service *service, uint32_t pos)
{
	struct twos *twos = service->sched_state;
	uint32_t weight = usable_weight(service->servers[pos]);
	uint32_t *weights = weights_of(twos, service);
	uint64_t change;

	if (!twos->built || weights[pos] == weight)
		return;
	change = (uint64_t)weight - weights[pos];	/* wraps when it is less, and so do the sums, back */
	weights[pos] = weight;
	twos->total += change;
	for (uint32_t i = pos + 1; i <= service->nservers; i += i & -i)
		twos->sums[i] += change;
}

static size_t twos_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	const struct twos *twos = NULL;

	(void)spec;
	return (nservers + 1) * sizeof(*twos->sums) + nservers * sizeof(uint32_t);
}

static void twos_attach(struct lvs_service *service, uint64_t seed)
{
	struct twos *twos = service->sched_state;

	twos->random = seed ? seed : 1;
}

static void twos_edited(struct lvs_service *service)
{
	struct twos *twos = service->sched_state;

	twos->built = false;
}

static void twos_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	twos_edited(service);
}

const struct lvs_sched_ops lvs_sched_twos = {
	.name = "twos",
	.state_bytes = sizeof(struct twos),
	.more_bytes = twos_more_bytes,
	.attach = twos_attach,
	.pick = twos_pick,
	.added = twos_moved,
	.removed = twos_moved,
	.edited = twos_edited,
	.changed = twos_changed,
};
