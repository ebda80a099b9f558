// SPDX-License-Identifier: GPL-2.0-or-later
/* Each scheduler as IPVS has it, by walking along the list. */
#include "tests/lib/plain.h"

#include <string.h>

#include "engine/sched.h"

static bool usable(const struct plain_server *server)
{
	return server->there && server->weight && !server->overload;
}

/* What two servers are compared by: @of / @by, the less the better. */
struct load {
	uint64_t of, by;
};

static uint64_t overhead(const struct plain *plain, unsigned int s, unsigned int k)
{
	uint64_t active = plain_count(plain, s, k, true), inactive = plain_count(plain, s, k, false);

	return 256 * active + active + inactive;
}

/* Return: is it a candidate at all? */
static bool load_of(const struct plain *plain, const char *sched, unsigned int s, unsigned int k, struct load *ret_load)
{
	uint64_t weight = plain->services[s].servers[k].weight, active = plain_count(plain, s, k, true);

	if (!usable(&plain->services[s].servers[k]))
		return false;
	*ret_load = (struct load){ overhead(plain, s, k), 1 };
	if (!strcmp(sched, "wlc"))
		ret_load->by = weight;
	if (!strcmp(sched, "sed") || !strcmp(sched, "nq"))
		*ret_load = (struct load){ active + 1, weight };
	if (!strcmp(sched, "nq") && !active)
		*ret_load = (struct load){ 0, 1 };
	if (!strcmp(sched, "fo") || !strcmp(sched, "ovf"))
		*ret_load = (struct load){ LVS_WEIGHT_MAX - weight, 1 };
	return strcmp(sched, "ovf") != 0 || active <= weight;
}

/* The first of the best. */
static int least(const struct plain *plain, const char *sched, unsigned int s)
{
	const struct plain_service *service = &plain->services[s];
	struct load best = { 0, 1 }, load;
	int found = -1;

	for (unsigned int i = 0; i < service->n; i++) {
		if (!load_of(plain, sched, s, service->order[i], &load))
			continue;
		if (found < 0 || load.of * best.by < best.of * load.by) {
			best = load;
			found = (int)service->order[i];
		}
	}
	return found;
}

static int rr(struct plain_service *service)
{
	unsigned int begin = 0;

	for (unsigned int i = 0; i < service->n; i++)
		if ((int)service->order[i] == service->rr_last)
			begin = i + 1;
	for (unsigned int i = 0; i < service->n; i++) {
		unsigned int k = service->order[(begin + i) % service->n];

		if (usable(&service->servers[k])) {
			service->rr_last = (int)k;
			return (int)k;
		}
	}
	return -1;
}

static int wrr(struct plain_service *service)
{
	bool any = false;

	if (!service->wrr_top)
		return -1;
	for (unsigned int i = 0; i < service->n; i++)
		any |= usable(&service->servers[service->order[i]]);
	if (!any) {
		service->wrr_level = service->wrr_next ? 1 : service->wrr_top;
		return -1;
	}
	for (;;) {
		while (service->wrr_next < service->n) {
			unsigned int k = service->order[service->wrr_next++];

			if (usable(&service->servers[k]) && service->servers[k].weight >= service->wrr_level)
				return (int)k;
		}
		service->wrr_next = 0;
		if (service->wrr_level > service->wrr_step)
			service->wrr_level -= service->wrr_step;
		else
			service->wrr_level = service->wrr_top;
	}
}

static uint32_t gcd(uint32_t a, uint32_t b)
{
	return b ? gcd(b, a % b) : a;
}

static void wrr_begin_anew(struct plain_service *service)
{
	uint32_t max = 0, step = 0;

	for (unsigned int i = 0; i < service->n; i++) {
		step = gcd(step, service->servers[service->order[i]].weight);
		max = LVS_MAX(max, service->servers[service->order[i]].weight);
	}
	service->wrr_next = 0;
	service->wrr_step = step ? step : 1;
	service->wrr_top = max ? max - (service->wrr_step - 1) : 0;
	if (!service->wrr_level || service->wrr_level > service->wrr_top)
		service->wrr_level = service->wrr_top;
	else if (service->wrr_step > 1)
		service->wrr_level = service->wrr_level / service->wrr_step * service->wrr_step + 1;
}

static uint32_t word(const struct lvs_addr *addr, size_t at)
{
	return (uint32_t)addr->bytes[at] << 24 | (uint32_t)addr->bytes[at + 1] << 16 | (uint32_t)addr->bytes[at + 2] << 8 |
	       addr->bytes[at + 3];
}

static uint32_t fold(const struct lvs_addr *addr)
{
	if (lvs_addr_is4(addr))
		return word(addr, 12);
	return word(addr, 0) ^ word(addr, 4) ^ word(addr, 8) ^ word(addr, 12);
}

static uint32_t bucket_of(uint32_t value)
{
	return value * 0x61c88647u >> 24;
}

static int dh(const struct plain_service *service, const struct plain_packet *packet)
{
	unsigned int k;

	if (!service->n)
		return -1;
	k = service->order[bucket_of(fold(&packet->dst.addr)) % service->n];
	return usable(&service->servers[k]) ? (int)k : -1;
}

static int sh(const struct plain_service *service, const struct plain_packet *packet)
{
	uint32_t port = service->spec.sched_flags & LVS_SCHED_PORT ? packet->src.port : 0;
	uint32_t first = bucket_of(fold(&packet->src.addr) + port);
	unsigned int buckets[256], n = 0;

	while (service->n && n < ARRAY_LEN(buckets)) {
		for (unsigned int i = 0; i < service->n; i++) {
			uint32_t times = LVS_MAX(service->servers[service->order[i]].weight, 1u);

			while (times-- && n < ARRAY_LEN(buckets))
				buckets[n++] = service->order[i];
		}
	}
	if (!n)
		return -1;
	if (usable(&service->servers[buckets[first]]))
		return (int)buckets[first];
	for (unsigned int i = 0; service->spec.sched_flags & LVS_SCHED_FALLBACK && i < ARRAY_LEN(buckets); i++) {
		unsigned int k = buckets[(2 * first + i) % ARRAY_LEN(buckets)];

		if (usable(&service->servers[k]))
			return (int)k;
	}
	return -1;
}

#define MH_SLOTS 251
#define MH_BITS 4

static uint32_t mh_hash(uint64_t key, const struct plain_end *end, uint32_t offset)
{
	return (uint32_t)lvs_hash_32(&(struct lvs_hash_key){ key, key }, offset + end->port + fold(&end->addr));
}

/* The one with the greater address first, unless the order of adding counts. */
static void mh_order(const struct plain_service *service, unsigned int order[PLAIN_SERVERS])
{
	memcpy(order, service->order, sizeof(service->order));
	for (unsigned int i = 0; !service->spec.mh_as_added && i < service->n; i++) {
		for (unsigned int j = i + 1; j < service->n; j++) {
			const struct plain_end *a = &service->servers[order[i]].end, *b = &service->servers[order[j]].end;
			int differ = memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));
			unsigned int swap = order[i];

			if (differ < 0 || (!differ && a->port < b->port)) {
				order[i] = order[j];
				order[j] = swap;
			}
		}
	}
}

/* Slots that each server takes in a round. Return: false if nobody ever had a weight */
static bool mh_turns(const struct plain_service *service, uint32_t turns[PLAIN_SERVERS])
{
	uint32_t divisor = 0, max = 0;

	for (unsigned int i = 0; i < service->n; i++) {
		divisor = gcd(divisor, service->servers[service->order[i]].last_weight);
		max = LVS_MAX(max, service->servers[service->order[i]].last_weight);
	}
	for (unsigned int i = 0; divisor && i < service->n; i++) {
		uint32_t weight = service->servers[service->order[i]].last_weight / divisor, most = max / divisor;

		turns[service->order[i]] = weight;
		for (; most >> MH_BITS; most /= 2)
			turns[service->order[i]] /= 2;
		if (weight && !turns[service->order[i]])
			turns[service->order[i]] = 1;
	}
	return divisor;
}

/* Return: false if there is no table */
static bool mh_fill(const struct plain_service *service, int table[MH_SLOTS])
{
	uint32_t turns[PLAIN_SERVERS], asked[PLAIN_SERVERS] = { 0 }, left = MH_SLOTS;
	unsigned int order[PLAIN_SERVERS];

	if (!mh_turns(service, turns))
		return false;
	mh_order(service, order);
	memset(table, -1, MH_SLOTS * sizeof(*table));
	while (left) {
		for (unsigned int i = 0; i < service->n; i++) {
			unsigned int k = order[i];
			uint64_t begin = mh_hash(2654435761u, &service->servers[k].end, 0) % MH_SLOTS;
			uint64_t skip = mh_hash(2654446892u, &service->servers[k].end, 0) % (MH_SLOTS - 1) + 1;

			for (uint32_t turn = turns[k]; turn && left;) {
				uint64_t slot = (begin + asked[k]++ * skip) % MH_SLOTS;

				if (table[slot] >= 0)
					continue;
				table[slot] = (int)k;
				turn--;
				left--;
			}
		}
	}
	return true;
}

static int mh(const struct plain_service *service, const struct plain_packet *packet)
{
	struct plain_end client = packet->src;
	int table[MH_SLOTS];
	uint32_t first;

	if (!mh_fill(service, table))
		return -1;
	if (!(service->spec.sched_flags & LVS_SCHED_PORT))
		client.port = 0;
	first = mh_hash(2654435761u, &client, 0) % MH_SLOTS;
	if (usable(&service->servers[table[first]]))
		return table[first];
	for (uint32_t i = 0; service->spec.sched_flags & LVS_SCHED_FALLBACK && i < MH_SLOTS; i++) {
		int k = table[mh_hash(2654435761u, &client, (first + i) % MH_SLOTS) % MH_SLOTS];

		if (usable(&service->servers[k]))
			return k;
	}
	return -1;
}

static struct plain_place *place_of(struct plain_service *service, const struct lvs_addr *addr)
{
	for (unsigned int i = 0; i < service->nplaces; i++)
		if (lvs_addr_equal(&service->places[i].addr, addr))
			return &service->places[i];
	return NULL;
}

/* More active connections than its weight, while somebody has less than half of his. */
static bool crowded(const struct plain *plain, unsigned int s, unsigned int k)
{
	const struct plain_service *service = &plain->services[s];

	if (plain_count(plain, s, k, true) <= service->servers[k].weight)
		return false;
	for (unsigned int i = 0; i < service->n; i++)
		if (2 * plain_count(plain, s, service->order[i], true) < service->servers[service->order[i]].weight)
			return true;
	return false;
}

/* Whom wlc would choose takes the address over, or with lblcr joins those who have it. */
static int locality(struct plain *plain, unsigned int s, const struct plain_packet *packet, bool replicate)
{
	struct plain_service *service = &plain->services[s];
	struct plain_place *place = place_of(service, &packet->dst.addr);
	int best = -1, fresh;

	for (unsigned int i = 0; place && i < place->n; i++) {
		unsigned int k = place->members[i];
		uint64_t load = overhead(plain, s, k);

		if (!usable(&service->servers[k]))
			continue;
		if (best < 0 || load * service->servers[best].weight <
				overhead(plain, s, (unsigned int)best) * service->servers[k].weight)
			best = (int)k;
	}
	if (best >= 0 && !crowded(plain, s, (unsigned int)best))
		return best;
	fresh = least(plain, "wlc", s);
	if (fresh < 0)
		return -1;
	if (!place) {
		place = &service->places[service->nplaces++];
		*place = (struct plain_place){ .addr = packet->dst.addr };
	}
	for (unsigned int i = 0; i < place->n; i++)
		if (place->members[i] == (unsigned int)fresh)
			return fresh;
	if (!replicate)
		place->n = 0;
	memmove(place->members + 1, place->members, place->n * sizeof(*place->members));
	place->members[0] = (unsigned int)fresh;
	place->n++;
	return fresh;
}

static bool is_told(const struct plain_server *server, const struct plain_end *told)
{
	return told && lvs_addr_equal(&server->end.addr, &told->addr);
}

/* By lot, that is as was seen; where it went nowhere, it was to somebody who could not take it. */
static int drawn(struct plain *plain, unsigned int s, const struct plain_packet *packet, const struct plain_end *told)
{
	const struct plain_service *service = &plain->services[s];
	int any = -1;

	for (unsigned int i = 0; i < service->n; i++) {
		unsigned int k = service->order[i];

		if (!usable(&service->servers[k]))
			continue;
		if (any < 0 || (told ? is_told(&service->servers[k], told) : plain_clashes(plain, s, k, packet)))
			any = (int)k;
	}
	return any;
}

bool plain_knows(const char *sched)
{
	static const char *const known[] = { "rr",  "wrr", "lc",  "wlc",  "lblc", "lblcr", "dh",
					     "sh",  "sed", "nq",  "fo",	  "ovf",  "mh",	   "twos" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (!strcmp(sched, known[i]))
			return true;
	return false;
}

int plain_schedule(struct plain *plain, unsigned int s, const struct plain_packet *packet, const struct plain_end *told)
{
	struct plain_service *service = &plain->services[s];
	const char *sched = service->spec.sched->name;

	if (!strcmp(sched, "rr"))
		return rr(service);
	if (!strcmp(sched, "wrr"))
		return wrr(service);
	if (!strcmp(sched, "dh"))
		return dh(service, packet);
	if (!strcmp(sched, "sh"))
		return sh(service, packet);
	if (!strcmp(sched, "mh"))
		return mh(service, packet);
	if (!strcmp(sched, "lblc") || !strcmp(sched, "lblcr"))
		return locality(plain, s, packet, sched[4] == 'r');
	if (!strcmp(sched, "twos"))
		return drawn(plain, s, packet, told);
	return least(plain, sched, s);
}

void plain_sched_attach(struct plain_service *service)
{
	service->rr_last = -1;
	service->wrr_level = 0;
	service->nplaces = 0;
	wrr_begin_anew(service);
}

void plain_sched_moved(struct plain_service *service)
{
	wrr_begin_anew(service);
}

void plain_sched_edited(struct plain_service *service)
{
	wrr_begin_anew(service);
}
