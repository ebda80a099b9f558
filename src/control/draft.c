// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A service is taken out of the running configuration when it is touched for the first time. All of it then is JSON: what
 * its servers have from it is left out there, and so follows when the service changes. Ids are found by hashing, since a
 * batch may touch all of them.
 */
#include "control/draft.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"
#include "control/json.h"
#include "control/settings.h"
#include "control/walk.h"

bool lvs_draft_service_id(const char *text, char ret_id[LVS_ID_BYTES])
{
	struct lvs_service_key key;
	struct lvs_ports ports;

	if (!lvs_id_parse_service(text, &key, &ports))
		return false;
	(void)lvs_id_service(&key, &ports, ret_id);
	return true;
}

bool lvs_draft_server_id(const char *text, char ret_id[LVS_ENDPOINT_TEXT_BYTES])
{
	struct lvs_addr addr;
	lvs_be16 port;

	if (!lvs_id_parse_end(text, &addr, &port))
		return false;
	(void)lvs_id_end(&addr, port, ret_id);
	return true;
}

static void conf_id(const struct lvs_conf_service *service, char id[LVS_ID_BYTES])
{
	struct lvs_service_key key = lvs_walk_key(service);

	(void)lvs_id_service(&key, &service->ports, id);
}

int lvs_draft_init(struct lvs_draft *draft, const struct lvs_conf *running)
{
	char id[LVS_ID_BYTES];

	memset(draft, 0, sizeof(*draft));
	draft->running = running;
	draft->ids = json_object();
	draft->drafted = json_object();
	if (!draft->ids || !draft->drafted)
		goto fail;
	for (size_t i = 0; i < running->nservices; i++) {
		conf_id(&running->services[i], id);
		if (json_object_set_new(draft->ids, id, json_integer((json_int_t)i)) < 0)
			goto fail;
	}
	return 0;
fail:
	lvs_draft_fini(draft);
	return -ENOMEM;
}

void lvs_draft_remove_servers(struct lvs_draft_service *service)
{
	for (size_t i = 0; i < service->nservers; i++)
		json_decref(service->servers[i].object.config);
	service->nservers = 0;
}

void lvs_draft_fini(struct lvs_draft *draft)
{
	for (size_t i = 0; i < draft->n; i++) {
		lvs_draft_remove_servers(&draft->services[i]);
		free(draft->services[i].servers);
		json_decref(draft->services[i].object.config);
	}
	free(draft->services);
	json_decref(draft->ids);
	json_decref(draft->drafted);
	json_decref(draft->timeouts.config);
	json_decref(draft->director.config);
}

static json_t *group_json(const struct lvs_conf_group *group, const void *base, const struct lvs_conf_group *outer,
			  const void *outer_base)
{
	struct evbuffer *buffer = evbuffer_new();
	struct lvs_json writer;
	json_t *json = NULL;
	const char *text;

	if (!buffer)
		return NULL;
	lvs_json_init(&writer, buffer);
	lvs_json_object(&writer, NULL);
	lvs_settings_json(&writer, group, base, outer, outer_base);
	lvs_json_end_object(&writer);
	lvs_json_flush(&writer);
	text = (const char *)evbuffer_pullup(buffer, -1);
	if (text)
		json = json_loadb(text, evbuffer_get_length(buffer), 0, NULL);
	evbuffer_free(buffer);
	return json;
}

int lvs_draft_group(struct lvs_render_object *object, const struct lvs_conf_group *group, const void *base)
{
	if (!object->config)
		object->config = group_json(group, base, NULL, NULL);
	object->group = group;
	return object->config ? 0 : -ENOMEM;
}

struct lvs_draft_server *lvs_draft_add_server(struct lvs_draft_service *service, const char *id)
{
	struct lvs_draft_server *server;

	if (service->nservers == service->size) {
		size_t size = service->size ? 2 * service->size : 16;

		server = reallocarray(service->servers, size, sizeof(*server));
		if (!server)
			return NULL;
		service->servers = server;
		service->size = size;
	}
	server = &service->servers[service->nservers];
	memset(server, 0, sizeof(*server));
	server->object.group = &lvs_conf_server_group;
	server->object.config = json_object();
	if (!server->object.config)
		return NULL;
	(void)strncpy(server->id, id, sizeof(server->id) - 1);
	service->nservers++;
	return server;
}

void lvs_draft_remove_server(struct lvs_draft_service *service, struct lvs_draft_server *server)
{
	size_t behind = (size_t)(service->servers + service->nservers - server) - 1;

	json_decref(server->object.config);
	memmove(server, server + 1, behind * sizeof(*server));
	service->nservers--;
}

struct lvs_draft_server *lvs_draft_find_server(struct lvs_draft_service *service, const char *text)
{
	char id[LVS_ENDPOINT_TEXT_BYTES];

	if (lvs_draft_server_id(text, id))
		for (size_t i = 0; i < service->nservers; i++)
			if (strcmp(service->servers[i].id, id) == 0)
				return &service->servers[i];
	for (size_t i = 0; i < service->nservers; i++) {
		const char *name = json_string_value(json_object_get(service->servers[i].object.config, "name"));

		if (name && strcmp(name, text) == 0)
			return &service->servers[i];
	}
	return NULL;
}

static struct lvs_draft_service *new_service(struct lvs_draft *draft, const char *id)
{
	struct lvs_draft_service *service;

	if (draft->n == draft->size) {
		size_t size = draft->size ? 2 * draft->size : 16;

		service = reallocarray(draft->services, size, sizeof(*service));
		if (!service)
			return NULL;
		draft->services = service;
		draft->size = size;
	}
	if (json_object_set_new(draft->drafted, id, json_integer((json_int_t)draft->n)) < 0)
		return NULL;
	service = &draft->services[draft->n++];
	memset(service, 0, sizeof(*service));
	(void)strncpy(service->id, id, sizeof(service->id) - 1);
	service->index = LVS_DRAFT_NEW;
	service->object.group = &lvs_conf_service_group;
	return service;
}

static int fill(struct lvs_draft_service *service, const struct lvs_conf_service *conf)
{
	char id[LVS_ENDPOINT_TEXT_BYTES];

	service->object.config = group_json(&lvs_conf_service_group, conf, NULL, NULL);
	if (!service->object.config)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nservers; i++) {
		const struct lvs_conf_server *server = &conf->servers[i];
		json_t *config = group_json(&lvs_conf_server_group, server, &lvs_conf_service_group, conf);
		struct lvs_draft_server *added =
			config ? lvs_draft_add_server(service, lvs_id_end(&server->addr, LVS_BE16(server->port), id)) : NULL;

		if (!added) {
			json_decref(config);
			return -ENOMEM;
		}
		json_decref(added->object.config);
		added->object.config = config;
	}
	return 0;
}

/* Return: one that was touched before, or NULL */
static struct lvs_draft_service *touched(struct lvs_draft *draft, const char *id)
{
	const json_t *number = json_object_get(draft->drafted, id);

	return number ? &draft->services[json_integer_value(number)] : NULL;
}

/* @id: of one spelling */
static int find_id(struct lvs_draft *draft, const char *id, struct lvs_draft_service **ret_service)
{
	struct lvs_draft_service *service = touched(draft, id);
	const json_t *number = json_object_get(draft->ids, id);

	*ret_service = service && !service->dead ? service : NULL;
	if (service || !number || draft->cleared)
		return 0;
	service = new_service(draft, id);
	if (!service)
		return -ENOMEM;
	service->index = (size_t)json_integer_value(number);
	*ret_service = service;
	return fill(service, &draft->running->services[service->index]);
}

/* Of those that were touched: a name may be new. */
static struct lvs_draft_service *find_name(struct lvs_draft *draft, const char *text)
{
	for (size_t i = 0; i < draft->n; i++) {
		const char *name = json_string_value(json_object_get(draft->services[i].object.config, "name"));

		if (!draft->services[i].dead && name && strcmp(name, text) == 0)
			return &draft->services[i];
	}
	return NULL;
}

int lvs_draft_find(struct lvs_draft *draft, const char *text, struct lvs_draft_service **ret_service)
{
	const struct lvs_conf_service *conf;
	char id[LVS_ID_BYTES];
	int err;

	*ret_service = NULL;
	if (lvs_draft_service_id(text, id)) {
		err = find_id(draft, id, ret_service);
		if (err || *ret_service)
			return err;
	}
	*ret_service = find_name(draft, text);
	if (*ret_service)
		return 0;
	conf = lvs_id_find_service(draft->running, text);
	if (!conf)
		return 0;
	conf_id(conf, id);
	return touched(draft, id) ? 0 : find_id(draft, id, ret_service);
}

int lvs_draft_add(struct lvs_draft *draft, const char *id, struct lvs_draft_service **ret_service)
{
	struct lvs_draft_service *service = touched(draft, id);
	const json_t *number = json_object_get(draft->ids, id);

	if (!service) {
		service = new_service(draft, id);
		if (!service)
			return -ENOMEM;
		/* One that is to go is changed rather than replaced. */
		if (number)
			service->index = (size_t)json_integer_value(number);
	}
	json_decref(service->object.config);
	lvs_draft_remove_servers(service);
	service->dead = false;
	service->object.config = json_object();
	*ret_service = service;
	return service->object.config ? 0 : -ENOMEM;
}
