// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hash table with open addressing, at most half full: ten thousand servers look for theirs in a small part of a millisecond,
 * whatever the order in which they were reported. What is forgotten is what did not come along into a new table.
 */
#include "lvsd/path.h"

#include <stdlib.h>

#include "engine/engine.h"
#include "engine/forward.h"

#define ROOM_MIN 64

/* Return: where @addr is, or would be. There is always a free place. Addresses of servers are the operator's own. */
static struct lvs_path *find(const struct lvs_paths *paths, const struct lvs_addr *addr)
{
	uint64_t hash = (addr->halves[0] ^ addr->halves[1] ^ addr->halves[1] >> 32) * 0x9e3779b97f4a7c15ULL;

	for (size_t at = hash >> 32;; at++) {
		struct lvs_path *path = &paths->list[at & (paths->room - 1)];

		if (!path->there || lvs_addr_equal(&path->addr, addr))
			return path;
	}
}

/* Another table, of those that are @used or of all. Failing leaves it as it is. */
static void move(struct lvs_paths *paths, size_t room, bool all)
{
	struct lvs_paths next = { .room = room, .dirty = paths->dirty, .list = calloc(room, sizeof(*next.list)) };

	if (!next.list)
		return;
	for (size_t i = 0; i < paths->room; i++) {
		const struct lvs_path *path = &paths->list[i];

		if (!path->there || (!all && !path->used))
			continue;
		*find(&next, &path->addr) = *path;
		next.n++;
	}
	free(paths->list);
	*paths = next;
}

void lvs_paths_set(struct lvs_paths *paths, const struct lvs_addr *addr, uint32_t mtu, const struct lvs_addr *source)
{
	struct lvs_path *path;

	if (2 * (paths->n + 1) > paths->room)
		move(paths, paths->room ? 2 * paths->room : ROOM_MIN, true);
	if (paths->n + 1 >= paths->room)
		return;
	path = find(paths, addr);
	paths->n += !path->there;
	*path = (struct lvs_path){ .addr = *addr, .mtu = mtu, .source = *source, .there = true, .used = path->used };
	paths->dirty = true;
}

void lvs_paths_apply(struct lvs_paths *paths, struct lvs_engine *engine)
{
	struct lvs_rules *rules = lvs_engine_rules(engine);
	size_t nused = 0;

	for (size_t i = 0; i < paths->room; i++)
		paths->list[i].used = false;
	for (uint32_t id = 1; paths->n && id < rules->servers_len; id++) {
		struct lvs_server *server = rules->servers[id];
		struct lvs_path *path;

		/* The path to one that is bypassed is that to whomever clients ask. */
		if (!server || server->spec.forward == &lvs_forward_bypass)
			continue;
		path = find(paths, &server->spec.addr);
		if (!path->there)
			continue;
		nused += !path->used;
		path->used = true;
		if (server->path_mtu == path->mtu && lvs_addr_equal(&server->source, &path->source))
			continue;
		lvs_server_set_mtu(server, path->mtu);
		server->source = path->source;
	}
	if (nused < paths->n)
		move(paths, paths->room, false);
	paths->dirty = false;
}

void lvs_paths_fini(struct lvs_paths *paths)
{
	free(paths->list);
	*paths = (struct lvs_paths){ 0 };
}
