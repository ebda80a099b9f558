/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lblc and lblcr have in common: which servers a destination was sent to, and who could take one more. Is the whole
 * state of such a scheduler.
 */
#ifndef LVS_ENGINE_LOCALITY_H
#define LVS_ENGINE_LOCALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/time.h"
#include "engine/rank.h"

struct lvs_tuple;

/* As IPVS: above the first number idle destinations are collected, above the second no new one is noted. */
#define LVS_LOCALITY_PLENTY 16384
#define LVS_LOCALITY_MAX (LVS_LOCALITY_PLENTY / 2 * 3)
/* Servers noted for all destinations together. */
#define LVS_LOCALITY_MEMBERS 65536
#define LVS_LOCALITY_HEADS 16384
/* A destination that nobody asked for in so long is forgotten, unless the service says otherwise. */
#define LVS_LOCALITY_EXPIRATION LVS_SECONDS(24 * 60 * 60)

/* @next: index of the one noted before, 0: none */
struct lvs_locality_member {
	struct lvs_server *server;
	uint32_t next;
};

/**
 * struct lvs_locality_place - one destination
 * @used:	when it was last asked for
 * @changed:	when its servers last changed
 * @next:	index of the next one of its chain, 0: none; so also in the list of free ones
 * @first:	index of the server noted last, 0: none
 * @n:		how many servers; a place in use has at least one
 */
struct lvs_locality_place {
	struct lvs_addr addr;
	lvs_ns used, changed;
	uint32_t next;
	uint32_t first;
	uint32_t n;
};

/**
 * struct lvs_locality - all destinations; zeroes are an empty one
 * @due:	when to collect next
 * @minutes:	since all that had expired was collected
 * @rover:	index of the place where collecting goes on
 * @nplaces, @nmembers: in use
 * @places_end, @members_end: the highest index that was ever in use; those beyond have never been touched
 * @free_place, @free_member: lists of those that were in use
 * @least:	whom wlc would choose
 * @light:	servers with less than half as many active connections as their weight
 */
struct lvs_locality {
	struct lvs_hash_key key;
	lvs_ns due;
	uint32_t minutes;
	uint32_t rover;
	uint32_t nplaces, nmembers;
	uint32_t places_end, members_end;
	uint32_t free_place, free_member;
	struct lvs_rank least, light;
	uint32_t heads[LVS_LOCALITY_HEADS];
	struct lvs_locality_place places[LVS_LOCALITY_MAX + 1];
	struct lvs_locality_member members[LVS_LOCALITY_MEMBERS + 1];
};

/* After how long a destination of @service is forgotten. */
lvs_ns lvs_locality_expiration(const struct lvs_service *service);

/**
 * lvs_locality_find() - where @addr was sent to, which counts as a use; also collects what has expired
 * @expiration:	after how long that is
 *
 * Return: borrowed until the next call, or NULL
 */
struct lvs_locality_place *lvs_locality_find(struct lvs_locality *locality, const struct lvs_addr *addr,
					     lvs_ns expiration, lvs_ns now);

/* The same without counting as a use; nothing is collected, so what has long expired may still be found. */
const struct lvs_locality_place *lvs_locality_peek(const struct lvs_locality *locality, const struct lvs_addr *addr);

/* Note @addr, not noted so far, with @server as its only one. Nothing happens if there is no room. */
void lvs_locality_add(struct lvs_locality *locality, const struct lvs_addr *addr, struct lvs_server *server, lvs_ns now);

/* Put @server in front of the place's servers, unless it is one of them or there is no room. */
void lvs_locality_join(struct lvs_locality *locality, struct lvs_locality_place *place, struct lvs_server *server,
		       lvs_ns now);

/* Take @server, one of several, out. */
void lvs_locality_leave(struct lvs_locality *locality, struct lvs_locality_place *place, const struct lvs_server *server,
			lvs_ns now);

/* @place has one server; from now on it is @server. */
void lvs_locality_replace(struct lvs_locality *locality, struct lvs_locality_place *place, struct lvs_server *server);

/* Walk along the servers of a place, the latest first. Return: the first one */
static inline const struct lvs_locality_member *lvs_locality_first(const struct lvs_locality *locality,
								   const struct lvs_locality_place *place)
{
	return &locality->members[place->first];
}

/* Return: NULL after the last */
static inline const struct lvs_locality_member *lvs_locality_next(const struct lvs_locality *locality,
								  const struct lvs_locality_member *member)
{
	return member->next ? &locality->members[member->next] : NULL;
}

/* Return: whom wlc would choose, or NULL */
struct lvs_server *lvs_locality_least(struct lvs_locality *locality, const struct lvs_service *service);

/* Has @server more active connections than its weight, while another one has less than half of that? */
bool lvs_locality_crowded(struct lvs_locality *locality, const struct lvs_service *service,
			  const struct lvs_server *server);

/* Is @server there, and may it be chosen? */
bool lvs_locality_usable(const struct lvs_server *server);

/* For lvs_sched_ops. */
size_t lvs_locality_more_bytes(const struct lvs_service_spec *spec, uint32_t nservers);
void lvs_locality_attach(struct lvs_service *service, uint64_t seed);
void lvs_locality_detach(struct lvs_service *service);
void lvs_locality_edited(struct lvs_service *service);
void lvs_locality_moved(struct lvs_service *service, uint32_t pos);
void lvs_locality_changed(struct lvs_service *service, uint32_t pos);

#define LVS_LOCALITY_OPS                                                                                     \
	.state_bytes = sizeof(struct lvs_locality), .more_bytes = lvs_locality_more_bytes,                   \
	.attach = lvs_locality_attach, .detach = lvs_locality_detach, .added = lvs_locality_moved,           \
	.removed = lvs_locality_moved, .edited = lvs_locality_edited, .changed = lvs_locality_changed

#endif
