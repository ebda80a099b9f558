// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One sorted array per address, searched by bisection. The ranges of two services may overlap for a moment while a reload
 * moves ports from one to the other: who came first keeps what he has. Whatever the order, ranges begin and end only where
 * some service's do, so R ranges never make more than 2R - 1 pieces.
 */
#include "engine/port_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/service.h"

static bool before(const struct lvs_port_owner *owner, uint8_t proto, uint32_t port)
{
	return owner->proto != proto ? owner->proto < proto : owner->last < port;
}

/* Return: index of the first piece that holds @port or lies behind it */
static uint32_t lower_bound(const struct lvs_port_map *map, uint8_t proto, uint32_t port)
{
	uint32_t low = 0, high = map->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (before(&map->v[middle], proto, port))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int reserve(struct lvs_port_map *map, uint32_t nranges)
{
	uint32_t room = map->room ? map->room : 8;
	struct lvs_port_owner *v;

	while (room < 2 * nranges)
		room *= 2;
	if (room == map->room)
		return 0;
	v = reallocarray(map->v, room, sizeof(*v));
	if (!v)
		return -ENOMEM;
	map->v = v;
	map->room = room;
	return 0;
}

static void put(struct lvs_port_map *map, uint32_t at, uint32_t first, uint32_t last, struct lvs_service *service)
{
	memmove(map->v + at + 1, map->v + at, (map->n - at) * sizeof(*map->v));
	map->v[at] = (struct lvs_port_owner){ (uint16_t)first, (uint16_t)last, service->spec.key.proto, service };
	map->n++;
}

static void add_range(struct lvs_port_map *map, struct lvs_service *service, uint32_t first, uint32_t last)
{
	uint8_t proto = service->spec.key.proto;
	uint32_t at = lower_bound(map, proto, first);

	while (first <= last) {
		bool taken = at < map->n && map->v[at].proto == proto && map->v[at].first <= last;

		if (!taken) {
			put(map, at, first, last, service);
			return;
		}
		if (map->v[at].first > first) {
			put(map, at, first, map->v[at].first - 1u, service);
			at++;
		}
		map->clipped = true;
		first = map->v[at++].last + 1u;
	}
}

static void add(struct lvs_port_map *map, struct lvs_service *service)
{
	const struct lvs_ports *ports = &service->spec.ports;

	for (uint32_t i = 0; i < ports->n; i++)
		add_range(map, service, ports->ranges[i].first, ports->ranges[i].last);
}

static void remove_all(struct lvs_port_map *map, const struct lvs_service *service)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < map->n; i++)
		if (map->v[i].service != service)
			map->v[kept++] = map->v[i];
	map->n = kept;
}

struct lvs_service *lvs_port_map_find(const struct lvs_port_map *map, uint8_t proto, uint16_t port)
{
	uint32_t at = lower_bound(map, proto, port);

	if (at == map->n || map->v[at].proto != proto || map->v[at].first > port)
		return NULL;
	return map->v[at].service;
}

void lvs_port_map_fini(struct lvs_port_map *map)
{
	free(map->v);
}

bool lvs_port_map_valid(const struct lvs_service_spec *spec)
{
	const struct lvs_port_range *ranges = spec->ports.ranges;

	if (!spec->key.ranged || !spec->ports.n || spec->ports.n > LVS_PORTS_MAX)
		return !spec->key.ranged && !spec->ports.n;
	for (uint32_t i = 0; i < spec->ports.n; i++)
		if (ranges[i].first > ranges[i].last || (i && ranges[i].first <= ranges[i - 1].last))
			return false;
	return spec->key.port == LVS_BE16(ranges[0].first);
}

int lvs_port_map_make_room(struct lvs_vip *vip, const struct lvs_service_spec *more)
{
	const struct lvs_service *service;
	uint32_t n = more->ports.n;

	if (!n)
		return 0;
	lvs_list_for_each(service, &vip->services, of_vip)
		n += service->spec.ports.n;
	return reserve(&vip->ports, n);
}

void lvs_port_map_lay(struct lvs_service *service)
{
	struct lvs_vip *vip = service->vip;

	remove_all(&vip->ports, service);
	if (!vip->ports.clipped) {
		add(&vip->ports, service);
		return;
	}
	vip->ports.n = 0;
	vip->ports.clipped = false;
	lvs_list_for_each(service, &vip->services, of_vip)
		add(&vip->ports, service);
}
