/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Along all services and their servers, in the order in which ipvsadm lists them and a few at a time: what changes between
 * two steps is listed as it is when its turn comes.
 */
#ifndef LVS_CONTROL_WALK_H
#define LVS_CONTROL_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/server.h"

struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_control_host;
struct lvs_service;

enum lvs_walk_step {
	LVS_WALK_SERVICE,	/* @service and @conf are set */
	LVS_WALK_SERVER,	/* @server and @server_conf are set too */
	LVS_WALK_SERVICE_END,	/* as for its servers, or NULL if it is gone */
	LVS_WALK_END,
	LVS_WALK_FAILED,	/* no memory */
};

/* Pointers, the first in order on top. */
struct lvs_walk_heap {
	const void **items;
	size_t n;
};

/**
 * struct lvs_walk - where it stands
 * @service, @conf: borrowed until the next turn of the loop
 * @server, @server_conf: the same; the latter is NULL if the configuration does not have it
 * @services:	still to come; of struct lvs_conf_service
 * @servers, @server_confs: still to come of this service; of struct lvs_server and struct lvs_conf_server
 * @edition, @generation: of configuration and rules when the heaps were made
 * @ready:	they were made
 * @one:	there is only the service called @key
 * @inside:	of service @key, @at being its latest server if @any
 * @begun:	@key is the latest service, or the only one
 */
struct lvs_walk {
	const struct lvs_control_host *host;
	struct lvs_service *service;
	const struct lvs_conf_service *conf;
	struct lvs_server *server;
	const struct lvs_conf_server *server_conf;
	struct lvs_walk_heap services, servers, server_confs;
	uint64_t edition, generation;
	bool ready, one, begun, inside, any;
	struct lvs_service_key key;
	struct lvs_addr at_addr;
	lvs_be16 at_port;
};

/* @host: borrowed; @one: the only service, or NULL for all */
void lvs_walk_init(struct lvs_walk *walk, const struct lvs_control_host *host, const struct lvs_service_key *one);
void lvs_walk_fini(struct lvs_walk *walk);

/* Return: what comes next */
enum lvs_walk_step lvs_walk_next(struct lvs_walk *walk);

/* What the engine calls a service of the configuration. */
struct lvs_service_key lvs_walk_key(const struct lvs_conf_service *conf);

/* Where in a listing a service stands. Return: less than, equal to or greater than 0 */
int lvs_walk_order(const struct lvs_service_key *a, const struct lvs_service_key *b);

#endif
