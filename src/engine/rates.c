// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Once a second all counters are looked at, a number of them in each turn of the loop so that packets do not wait. Every
 * second look makes estimates as IPVS does every two seconds: a quarter of the way from the old estimate to the rate since
 * then, in fixed point, rounded down (net/netfilter/ipvs/ip_vs_est.c). Averages are differences between what was seen at two
 * looks, made when somebody asks.
 *
 * Where nothing has moved for a minute and the estimates have sunk to nothing, both rings hold the same values throughout,
 * and a look that finds them still has nothing to write. Once that is true of everything there are no more looks until
 * packets come; the clock of those that follow begins a minute back, as if there had been.
 *
 * What was not looked at for a while, such as a server that was removed and came back, goes on from what was seen last: in
 * between its counters stood still.
 */
#include "engine/rates.h"

#include <string.h>

#include "engine/core.h"

#define INTERVAL LVS_SECONDS(1)
/* Services and servers in one turn: some microseconds when none is in the cache. */
#define BUDGET 256
#define STEP 6	/* looks from one entry of struct lvs_rates.steps to the next */
#define MINUTE (STEP * LVS_RATES_RING)
/* Divided by what follows below, and more than anybody looks back. */
#define FIRST_LOOK (100 * MINUTE)

static_assert(sizeof(struct lvs_counters) == LVS_RATES_VALUES * sizeof(uint64_t), "counters and nothing else");
static_assert(LVS_RATES_TIMES > MINUTE, "all that is looked back to");

static void spread(const uint64_t values[LVS_RATES_VALUES], uint64_t ring[LVS_RATES_RING][LVS_RATES_VALUES])
{
	for (size_t i = 0; i < LVS_RATES_RING; i++)
		memcpy(ring[i], values, LVS_RATES_VALUES * sizeof(*values));
}

/* They were not looked at for a while, in which nothing happened. */
static void resume(struct lvs_rates *rates)
{
	uint64_t last[LVS_RATES_VALUES];

	memcpy(last, rates->looks[rates->seen % LVS_RATES_RING], sizeof(last));
	spread(last, rates->looks);
	spread(last, rates->steps);
	memcpy(rates->estimated, last, sizeof(last));
	memset(rates->estimates, 0, sizeof(rates->estimates));
}

/* Connections and packets times 2^10, bytes times 2^5, and of two seconds. */
static void estimate(struct lvs_rates *rates, const uint64_t values[LVS_RATES_VALUES])
{
	static const uint8_t shifts[LVS_RATES_VALUES] = { 9, 9, 9, 4, 4 };

	for (size_t i = 0; i < LVS_RATES_VALUES; i++) {
		uint64_t rate = (values[i] - rates->estimated[i]) << shifts[i], old = rates->estimates[i];

		/* What the kernel does by shifting a negative number: always downwards. */
		rates->estimates[i] = rate >= old ? old + (rate - old) / 4 : old - (old - rate + 3) / 4;
	}
	memcpy(rates->estimated, values, sizeof(rates->estimated));
}

static bool estimates_are_zero(const struct lvs_rates *rates)
{
	uint64_t any = 0;

	for (size_t i = 0; i < LVS_RATES_VALUES; i++)
		any |= rates->estimates[i];
	return !any;
}

/* Return: do they move, or did they during the last minute? */
static bool look(struct lvs_rates *rates, const struct lvs_counters *counters, uint64_t number)
{
	uint64_t values[LVS_RATES_VALUES];

	memcpy(values, counters, sizeof(values));
	if (memcmp(values, rates->looks[rates->seen % LVS_RATES_RING], sizeof(values)))
		rates->moved = number;
	else if (number - rates->moved > MINUTE && estimates_are_zero(rates))
		return false;
	if (rates->seen + 1 != number)
		resume(rates);
	memcpy(rates->looks[number % LVS_RATES_RING], values, sizeof(values));
	if (number % STEP == 0)
		memcpy(rates->steps[number / STEP % LVS_RATES_RING], values, sizeof(values));
	if (number % 2 == 0)
		estimate(rates, values);
	rates->seen = number;
	return true;
}

/* Some of the servers: of number @server and on. Return: how many more may be looked at */
static unsigned int look_at_servers(struct lvs_meter *meter, const struct lvs_rules *rules, unsigned int budget)
{
	for (; budget && meter->server < rules->servers_len; meter->server++) {
		const struct lvs_server *server = rules->servers[meter->server];

		if (!server || !server->service)
			continue;
		meter->moving |= look(server->rates, &server->counters, meter->look);
		budget--;
	}
	return budget;
}

/* Chains may be dealt anew between two turns: then those that were looked at say so. */
static unsigned int look_at_services(struct lvs_meter *meter, const struct lvs_rules *rules, unsigned int budget)
{
	if (meter->nheads != rules->nheads)
		meter->head = 0;
	meter->nheads = rules->nheads;
	for (; budget && meter->head < rules->nheads; meter->head++) {
		for (struct lvs_service *service = rules->service_heads[meter->head]; service; service = service->next) {
			if (service->rates->seen != meter->look)
				meter->moving |= look(service->rates, &service->counters, meter->look);
			budget -= budget ? 1 : 0;
		}
	}
	return budget;
}

static bool have_moved(const struct lvs_rates *rates, const struct lvs_counters *counters)
{
	return memcmp(rates->looks[rates->seen % LVS_RATES_RING], counters, sizeof(*counters)) != 0;
}

static void begin(struct lvs_meter *meter, const struct lvs_counters *total, lvs_ns now)
{
	meter->look = meter->look ? meter->look + 1 : FIRST_LOOK;
	if (meter->due == LVS_NS_NEVER || meter->look == FIRST_LOOK) {
		for (uint64_t back = 1; back < LVS_RATES_TIMES; back++)
			meter->times[(meter->look - back) % LVS_RATES_TIMES] = now - back * INTERVAL;
		meter->due = now;
	}
	meter->times[meter->look % LVS_RATES_TIMES] = now;
	meter->due = meter->due + INTERVAL > now ? meter->due + INTERVAL : now + INTERVAL;
	meter->looking = true;
	meter->server = 1;
	meter->head = 0;
	meter->moving = look(&meter->total, total, meter->look);
}

lvs_ns lvs_engine_look(struct lvs_engine *engine, lvs_ns now)
{
	struct lvs_meter *meter = &engine->meter;
	unsigned int budget;

	if (!meter->looking) {
		if (meter->due == LVS_NS_NEVER ? !have_moved(&meter->total, &engine->stats.total) : now < meter->due)
			return meter->due;
		begin(meter, &engine->stats.total, now);
	}
	budget = look_at_servers(meter, &engine->rules, BUDGET);
	budget = look_at_services(meter, &engine->rules, budget);
	if (!budget)
		return now;
	meter->looking = false;
	if (!meter->moving)
		meter->due = LVS_NS_NEVER;
	return meter->due;
}

const struct lvs_meter *lvs_engine_meter(const struct lvs_engine *engine)
{
	return &engine->meter;
}

/* Not so of what stands still, or has not been looked at since it came back. */
static bool is_followed(const struct lvs_meter *meter, const struct lvs_rates *rates)
{
	return rates->seen && meter->look - rates->seen <= 1;
}

/* What grew by @growth between two looks, in tenths per second. */
static uint64_t tenths(const struct lvs_meter *meter, uint64_t from, uint64_t to, uint64_t growth)
{
	lvs_ns time = (meter->times[to % LVS_RATES_TIMES] - meter->times[from % LVS_RATES_TIMES]) / LVS_NS_PER_US;

	/* In double: ten million times what a minute brings may be too much for 64 bits. */
	return time ? (uint64_t)((double)growth * 1e7 / (double)time + 0.5) : 0;
}

void lvs_rates_series(const struct lvs_meter *meter, const struct lvs_rates *rates, enum lvs_rates_value value,
		      uint64_t ret_tenths[LVS_RATES_RING - 1])
{
	uint64_t step = rates->seen / STEP - (LVS_RATES_RING - 1);

	for (size_t i = 0; i < LVS_RATES_RING - 1; i++, step++) {
		uint64_t from = rates->steps[step % LVS_RATES_RING][value], to = rates->steps[(step + 1) % LVS_RATES_RING][value];

		ret_tenths[i] = is_followed(meter, rates) ? tenths(meter, step * STEP, (step + 1) * STEP, to - from) : 0;
	}
}

void lvs_rates_average(const struct lvs_meter *meter, const struct lvs_rates *rates, enum lvs_rates_span span,
		       struct lvs_counters *ret_tenths)
{
	uint64_t to = rates->seen, from, result[LVS_RATES_VALUES] = { 0 };
	const uint64_t *old;

	if (is_followed(meter, rates)) {
		from = span == LVS_RATES_60S ? to / STEP - (LVS_RATES_RING - 1) : span == LVS_RATES_10S ? to - 10 : to - 1;
		old = span == LVS_RATES_60S ? rates->steps[from % LVS_RATES_RING] : rates->looks[from % LVS_RATES_RING];
		if (span == LVS_RATES_60S)
			from *= STEP;
		for (size_t i = 0; i < LVS_RATES_VALUES; i++)
			result[i] = tenths(meter, from, to, rates->looks[to % LVS_RATES_RING][i] - old[i]);
	}
	memcpy(ret_tenths, result, sizeof(result));
}

void lvs_rates_estimate(const struct lvs_meter *meter, const struct lvs_rates *rates, struct lvs_counters *ret_rates)
{
	const uint64_t *e = rates->estimates;

	*ret_rates = (struct lvs_counters){ .conns = 0 };
	if (!is_followed(meter, rates))
		return;
	ret_rates->conns = (e[0] + 0x1ff) >> 10;
	ret_rates->in_packets = (e[1] + 0x1ff) >> 10;
	ret_rates->out_packets = (e[2] + 0x1ff) >> 10;
	ret_rates->in_bytes = (e[3] + 0xf) >> 5;
	ret_rates->out_bytes = (e[4] + 0xf) >> 5;
}

/* As if they had never moved; what the rings hold besides is overwritten before it is looked at. */
static void zero(struct lvs_counters *counters, struct lvs_rates *rates)
{
	*counters = (struct lvs_counters){ .conns = 0 };
	rates->seen = rates->moved = 0;
	memset(rates->estimates, 0, sizeof(rates->estimates));
	memset(rates->looks[0], 0, sizeof(rates->looks[0]));
}

void lvs_service_zero(struct lvs_service *service)
{
	zero(&service->counters, service->rates);
	for (uint32_t i = 0; i < service->nservers; i++)
		zero(&service->servers[i]->counters, service->servers[i]->rates);
}

void lvs_engine_zero(struct lvs_engine *engine)
{
	const struct lvs_rules *rules = &engine->rules;

	zero(&engine->stats.total, &engine->meter.total);
	for (uint32_t i = 0; i < rules->nheads; i++)
		for (struct lvs_service *service = rules->service_heads[i]; service; service = service->next)
			lvs_service_zero(service);
}
