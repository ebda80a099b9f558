// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hash table with chains over a fixed array of places, each with a list of servers out of a fixed array of members. Both
 * arrays are used from the front, so that memory is touched as destinations come. A server that is noted is pinned: it
 * keeps its record after its removal, and a destination finds it again when it comes back in time.
 *
 * Collecting follows IPVS, whose timer looks once a minute: while there are plenty of places, those idle for six minutes
 * go, four for three that are too many; every half hour all go that have expired. Here the first one who asks after that
 * minute collects. As nothing is used while nobody asks, only the last of the half hours that were missed matters.
 */
#include "engine/locality.h"

#include "engine/service.h"

#define MINUTE LVS_SECONDS(60)
#define HALF_HOUR 30	/* minutes */
#define IDLE (6 * MINUTE)

static uint32_t bucket_of(const struct lvs_locality *locality, const struct lvs_addr *addr)
{
	return lvs_hash_words(&locality->key, addr->halves, ARRAY_LEN(addr->halves)) % LVS_LOCALITY_HEADS;
}

static uint32_t *head_of(struct lvs_locality *locality, const struct lvs_addr *addr)
{
	return &locality->heads[bucket_of(locality, addr)];
}

/* Return: index of a member that notes @server, 0 if there is none left */
static uint32_t new_member(struct lvs_locality *locality, struct lvs_server *server, uint32_t next)
{
	uint32_t index = locality->free_member;

	if (index)
		locality->free_member = locality->members[index].next;
	else if (locality->members_end < LVS_LOCALITY_MEMBERS)
		index = ++locality->members_end;
	else
		return 0;
	locality->members[index] = (struct lvs_locality_member){ .server = server, .next = next };
	locality->nmembers++;
	server->pins++;
	return index;
}

static void free_member(struct lvs_locality *locality, uint32_t index)
{
	locality->members[index].server->pins--;
	locality->members[index] = (struct lvs_locality_member){ .next = locality->free_member };
	locality->free_member = index;
	locality->nmembers--;
}

/* The place that @link leads to, out of its chain. */
static void forget(struct lvs_locality *locality, uint32_t *link)
{
	uint32_t index = *link;
	struct lvs_locality_place *place = &locality->places[index];

	*link = place->next;
	while (place->first) {
		uint32_t member = place->first;

		place->first = locality->members[member].next;
		free_member(locality, member);
	}
	*place = (struct lvs_locality_place){ .next = locality->free_place };
	locality->free_place = index;
	locality->nplaces--;
}

static void forget_place(struct lvs_locality *locality, const struct lvs_locality_place *place)
{
	uint32_t *link = head_of(locality, &place->addr);

	while (&locality->places[*link] != place)
		link = &locality->places[*link].next;
	forget(locality, link);
}

/* Forget up to @goal places that nobody has asked for since @before. */
static void collect(struct lvs_locality *locality, lvs_ns before, uint32_t goal)
{
	for (uint32_t left = locality->places_end; left > 0 && goal > 0; left--) {
		const struct lvs_locality_place *place;

		locality->rover = locality->rover < locality->places_end ? locality->rover + 1 : 1;
		place = &locality->places[locality->rover];
		if (place->n && place->used <= before) {
			forget_place(locality, place);
			goal--;
		}
	}
}

static void collect_when_due(struct lvs_locality *locality, lvs_ns expiration, lvs_ns now)
{
	uint32_t many = locality->nplaces > LVS_LOCALITY_PLENTY ? locality->nplaces - LVS_LOCALITY_PLENTY : 0;
	uint64_t minutes;
	lvs_ns last;

	if (!locality->due)
		locality->due = now + MINUTE;
	if (now < locality->due)
		return;
	minutes = (now - locality->due) / MINUTE + 1;
	last = locality->due + (minutes - 1) * MINUTE;
	locality->due = last + MINUTE;
	if (many) {
		collect(locality, now - LVS_MIN(now, IDLE), LVS_MIN(many * 4 / 3, LVS_LOCALITY_PLENTY / 2u));
		return;
	}
	minutes += locality->minutes;
	locality->minutes = (uint32_t)(minutes % HALF_HOUR);
	last -= LVS_MIN(last, locality->minutes * MINUTE);
	if (minutes >= HALF_HOUR)
		collect(locality, last - LVS_MIN(last, expiration), LVS_LOCALITY_MAX);
}

lvs_ns lvs_locality_expiration(const struct lvs_service *service)
{
	uint32_t seconds = service->spec.lblc_expiration;

	return seconds ? LVS_SECONDS(seconds) : LVS_LOCALITY_EXPIRATION;
}

/* Return: 0 if there is none */
static uint32_t index_of(const struct lvs_locality *locality, const struct lvs_addr *addr)
{
	uint32_t index = locality->heads[bucket_of(locality, addr)];

	while (index && !lvs_addr_equal(&locality->places[index].addr, addr))
		index = locality->places[index].next;
	return index;
}

struct lvs_locality_place *lvs_locality_find(struct lvs_locality *locality, const struct lvs_addr *addr,
					     lvs_ns expiration, lvs_ns now)
{
	uint32_t index;

	collect_when_due(locality, expiration, now);
	index = index_of(locality, addr);
	if (!index)
		return NULL;
	locality->places[index].used = now;
	return &locality->places[index];
}

const struct lvs_locality_place *lvs_locality_peek(const struct lvs_locality *locality, const struct lvs_addr *addr)
{
	uint32_t index = index_of(locality, addr);

	return index ? &locality->places[index] : NULL;
}

void lvs_locality_add(struct lvs_locality *locality, const struct lvs_addr *addr, struct lvs_server *server, lvs_ns now)
{
	uint32_t index = locality->free_place, member;
	uint32_t *head = head_of(locality, addr);

	if (locality->nplaces == LVS_LOCALITY_MAX)
		return;
	member = new_member(locality, server, 0);
	if (!member)
		return;
	if (index)
		locality->free_place = locality->places[index].next;
	else
		index = ++locality->places_end;
	locality->places[index] = (struct lvs_locality_place){ .addr = *addr, .used = now, .changed = now, .next = *head,
							       .first = member, .n = 1 };
	*head = index;
	locality->nplaces++;
}

void lvs_locality_join(struct lvs_locality *locality, struct lvs_locality_place *place, struct lvs_server *server,
		       lvs_ns now)
{
	uint32_t index = place->first;

	while (index && locality->members[index].server != server)
		index = locality->members[index].next;
	if (index)
		return;
	index = new_member(locality, server, place->first);
	if (!index)
		return;
	place->first = index;
	place->n++;
	place->changed = now;
}

void lvs_locality_leave(struct lvs_locality *locality, struct lvs_locality_place *place, const struct lvs_server *server,
			lvs_ns now)
{
	uint32_t *link = &place->first, index;

	while (locality->members[*link].server != server)
		link = &locality->members[*link].next;
	index = *link;
	*link = locality->members[index].next;
	free_member(locality, index);
	place->n--;
	place->changed = now;
}

void lvs_locality_replace(struct lvs_locality *locality, struct lvs_locality_place *place, struct lvs_server *server)
{
	locality->members[place->first].server->pins--;
	locality->members[place->first].server = server;
	server->pins++;
}

static lvs_rank_key least_key(const struct lvs_server *server)
{
	if (!lvs_server_usable(server))
		return LVS_RANK_OUT;
	return lvs_rank_key_of(lvs_server_overhead(server), server->spec.weight);
}

/* Whether it may be chosen does not matter, in the kernel either. */
static lvs_rank_key light_key(const struct lvs_server *server)
{
	return 2ULL * server->active < server->spec.weight ? lvs_rank_key_of(0, 1) : LVS_RANK_OUT;
}

struct lvs_server *lvs_locality_least(struct lvs_locality *locality, const struct lvs_service *service)
{
	return lvs_rank_best(&locality->least, service, least_key);
}

bool lvs_locality_crowded(struct lvs_locality *locality, const struct lvs_service *service,
			  const struct lvs_server *server)
{
	return server->active > server->spec.weight && lvs_rank_best(&locality->light, service, light_key);
}

bool lvs_locality_usable(const struct lvs_server *server)
{
	return server->service && lvs_server_usable(server);
}

size_t lvs_locality_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	(void)spec;
	return 2 * lvs_rank_bytes(nservers);
}

void lvs_locality_attach(struct lvs_service *service, uint64_t seed)
{
	struct lvs_locality *locality = service->sched_state;

	locality->key = (struct lvs_hash_key){ seed, ~seed };
}

void lvs_locality_detach(struct lvs_service *service)
{
	struct lvs_locality *locality = service->sched_state;

	for (uint32_t i = 0; locality->nplaces && i < LVS_LOCALITY_HEADS; i++)
		while (locality->heads[i])
			forget(locality, &locality->heads[i]);
}

void lvs_locality_edited(struct lvs_service *service)
{
	struct lvs_locality *locality = service->sched_state;
	char *arrays = (char *)(locality + 1);

	lvs_rank_forget(&locality->least, arrays);
	lvs_rank_forget(&locality->light, arrays + lvs_rank_bytes(service->nservers));
}

void lvs_locality_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	lvs_locality_edited(service);
}

void lvs_locality_changed(struct lvs_service *service, uint32_t pos)
{
	struct lvs_locality *locality = service->sched_state;

	lvs_rank_touch(&locality->least, pos);
	lvs_rank_touch(&locality->light, pos);
}
