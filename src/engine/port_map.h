/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which service of an address has a port, among those that have lists of ranges. */
#ifndef LVS_ENGINE_PORT_MAP_H
#define LVS_ENGINE_PORT_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct lvs_service;
struct lvs_service_spec;
struct lvs_vip;

/* Ports from @first to @last of @proto, host order. */
struct lvs_port_owner {
	uint16_t first, last;
	uint8_t proto;
	struct lvs_service *service;
};

/**
 * struct lvs_port_map - ranges in ascending order by protocol and port, none of which overlap
 * @clipped:	somebody was added who did not get all the ports that he names
 */
struct lvs_port_map {
	struct lvs_port_owner *v;
	uint32_t n, room;
	bool clipped;
};

/* Is there a list where there has to be one, in order, and its lowest port in the key? */
bool lvs_port_map_valid(const struct lvs_service_spec *spec);

/* Room for the lists of all services of @vip, and @more, of one that is added or edited. Return: 0 or -ENOMEM */
int lvs_port_map_make_room(struct lvs_vip *vip, const struct lvs_service_spec *more);

/* @service, which stands among those of its address, has other ports, or none any more; room was made. */
void lvs_port_map_lay(struct lvs_service *service);

/* @port: host order. Return: borrowed, or NULL */
struct lvs_service *lvs_port_map_find(const struct lvs_port_map *map, uint8_t proto, uint16_t port);

void lvs_port_map_fini(struct lvs_port_map *map);

#endif
