// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * By site: the client's address names an order of sites (base/sites.h), and the first of them that has a usable server
 * gets the connection; within it goes to whom wlc would choose. Servers without a site are for every client, after all
 * sites of his order.
 *
 * Each site has a tournament of its own (engine/rank.h). What follows the struct is made by the first choice after servers
 * or sites have changed: the servers one site after the other, each site's tournament, for each server of the service its
 * place in that of its site, and the tournaments' arrays.
 */
#include "base/sites.h"
#include "engine/rank.h"
#include "engine/sched.h"
#include "engine/service.h"

#define RANKS_MAX (LVS_SITES_MAX + 1)	/* the first is of servers without a site */

/**
 * struct geo - state
 * @built:	false: nothing else holds
 * @n:		how many servers each site has
 * @first:	where they begin
 * @which:	which of the ranks is the site's
 */
struct geo {
	bool built;
	uint32_t n[RANKS_MAX];
	uint32_t first[RANKS_MAX];
	uint32_t which[RANKS_MAX];
};

static struct lvs_server **members_of(struct geo *geo)
{
	return (struct lvs_server **)(void *)(geo + 1);
}

static struct lvs_rank *ranks_of(struct geo *geo, uint32_t nservers)
{
	return (struct lvs_rank *)(void *)(members_of(geo) + nservers);
}

static uint32_t *places_of(struct geo *geo, uint32_t nservers)
{
	return (uint32_t *)(void *)(ranks_of(geo, nservers) + LVS_MIN(nservers, RANKS_MAX));
}

/* In whole words, for alignment. */
static char *arrays_of(struct geo *geo, uint32_t nservers)
{
	return (char *)(places_of(geo, nservers) + ((nservers + 1) & ~1u));
}

/* No split into sites needs more room for arrays than one in which everybody is alone. */
static size_t geo_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	(void)spec;
	return nservers * (sizeof(struct lvs_server *) + lvs_rank_bytes(1)) +
	       ((nservers + 1) & ~1u) * sizeof(uint32_t) + LVS_MIN(nservers, RANKS_MAX) * sizeof(struct lvs_rank);
}

static void build(struct geo *geo, const struct lvs_service *service)
{
	struct lvs_server **members = members_of(geo);
	struct lvs_rank *ranks = ranks_of(geo, service->nservers);
	uint32_t *places = places_of(geo, service->nservers);
	char *arrays = arrays_of(geo, service->nservers);
	uint32_t first = 0, which = 0;

	memset(geo->n, 0, sizeof(geo->n));
	for (uint32_t pos = 0; pos < service->nservers; pos++)
		places[pos] = geo->n[service->servers[pos]->site]++;
	for (uint32_t site = 0; site < RANKS_MAX; site++) {
		if (!geo->n[site])
			continue;
		geo->first[site] = first;
		geo->which[site] = which;
		lvs_rank_forget(&ranks[which++], arrays);
		arrays += lvs_rank_bytes(geo->n[site]);
		first += geo->n[site];
	}
	for (uint32_t pos = 0; pos < service->nservers; pos++)
		members[geo->first[service->servers[pos]->site] + places[pos]] = service->servers[pos];
	geo->built = true;
}

static lvs_rank_key geo_key(const struct lvs_server *server)
{
	if (!lvs_server_usable(server))
		return LVS_RANK_OUT;
	return lvs_rank_key_of(lvs_server_overhead(server), server->spec.weight);
}

static struct lvs_server *best_at(struct geo *geo, const struct lvs_service *service, uint32_t site)
{
	if (!geo->n[site])
		return NULL;
	return lvs_rank_best_of(&ranks_of(geo, service->nservers)[geo->which[site]], members_of(geo) + geo->first[site],
				geo->n[site], geo_key);
}

static struct lvs_server *geo_pick(struct lvs_service *service, const struct lvs_tuple *tuple, lvs_ns now)
{
	const uint8_t *site = lvs_sites_order(service->rules->sites, &tuple->src);
	struct geo *geo = service->sched_state;
	struct lvs_server *server;

	(void)now;
	if (!geo->built)
		build(geo, service);
	/* The 0 at the end of the order is the number of those without a site. */
	do
		server = best_at(geo, service, *site);
	while (!server && *site++);
	return server;
}

static void geo_edited(struct lvs_service *service)
{
	struct geo *geo = service->sched_state;

	geo->built = false;
}

static void geo_moved(struct lvs_service *service, uint32_t pos)
{
	(void)pos;
	geo_edited(service);
}

static void geo_changed(struct lvs_service *service, uint32_t pos)
{
	struct geo *geo = service->sched_state;

	if (geo->built)
		lvs_rank_touch(&ranks_of(geo, service->nservers)[geo->which[service->servers[pos]->site]],
			       places_of(geo, service->nservers)[pos]);
}

const struct lvs_sched_ops lvs_sched_geo = {
	.name = "geo",
	.state_bytes = sizeof(struct geo),
	.more_bytes = geo_more_bytes,
	.pick = geo_pick,
	.added = geo_moved,
	.removed = geo_moved,
	.edited = geo_edited,
	.changed = geo_changed,
};
