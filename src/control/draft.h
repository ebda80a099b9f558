/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to become of the running configuration: the services that are touched, as JSON. */
#ifndef LVS_CONTROL_DRAFT_H
#define LVS_CONTROL_DRAFT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "control/id.h"
#include "control/render.h"

struct lvs_conf;

#define LVS_DRAFT_NEW SIZE_MAX

/* @id: as in paths, of one spelling; "" if it has none yet. @named: by a request, so that it must turn out to be that. */
struct lvs_draft_server {
	struct lvs_render_object object;
	char id[LVS_ENDPOINT_TEXT_BYTES];
	bool named;
};

/**
 * struct lvs_draft_service - one that is touched
 * @object:	without its servers
 * @id:		as in paths
 * @index:	in the running configuration, or LVS_DRAFT_NEW
 * @dead:	it is to go
 */
struct lvs_draft_service {
	struct lvs_render_object object;
	char id[LVS_ID_BYTES];
	size_t index;
	bool dead;
	struct lvs_draft_server *servers;
	size_t nservers, size;
};

/**
 * struct lvs_draft
 * @running:	borrowed
 * @ids:	from id to number, of @running's services
 * @drafted:	from id to number, of @services
 * @cleared:	all services of @running that are not among @services are to go
 * @timeouts, @director: config is NULL if they stay as they are
 */
struct lvs_draft {
	const struct lvs_conf *running;
	json_t *ids, *drafted;
	struct lvs_draft_service *services;
	size_t n, size;
	bool cleared;
	struct lvs_render_object timeouts, director;
};

/* Return: 0 or -ENOMEM */
int lvs_draft_init(struct lvs_draft *draft, const struct lvs_conf *running);
void lvs_draft_fini(struct lvs_draft *draft);

/**
 * lvs_draft_find() - a service that is there, or will be; it counts as touched
 * @text:	id or name
 * @ret_service: borrowed until the next one is touched; NULL: there is none
 *
 * Return: 0 or -ENOMEM
 */
int lvs_draft_find(struct lvs_draft *draft, const char *text, struct lvs_draft_service **ret_service);

/* A new one, empty, or one that was to go, emptied. @id: of one spelling. Return: 0 or -ENOMEM */
int lvs_draft_add(struct lvs_draft *draft, const char *id, struct lvs_draft_service **ret_service);

/* Return: borrowed, by id or name; or NULL */
struct lvs_draft_server *lvs_draft_find_server(struct lvs_draft_service *service, const char *text);

/* One more; @id: of one spelling, or "". Return: borrowed until the next one; NULL without memory */
struct lvs_draft_server *lvs_draft_add_server(struct lvs_draft_service *service, const char *id);

void lvs_draft_remove_server(struct lvs_draft_service *service, struct lvs_draft_server *server);
void lvs_draft_remove_servers(struct lvs_draft_service *service);

/* A group of the running configuration, for @object->config. Return: 0 or -ENOMEM */
int lvs_draft_group(struct lvs_render_object *object, const struct lvs_conf_group *group, const void *base);

/* The one spelling of an id. Return: is @text one? */
bool lvs_draft_service_id(const char *text, char ret_id[LVS_ID_BYTES]);
bool lvs_draft_server_id(const char *text, char ret_id[LVS_ENDPOINT_TEXT_BYTES]);

#endif
