// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies follow the tables of keys, so that what is added there is copied too: plain members come along with their struct,
 * lists get memory of their own.
 */
#include "conf/edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sites.h"
#include "conf/check.h"
#include "conf/geo.h"
#include "conf/keys.h"
#include "conf/order.h"

static void *member(void *base, size_t offset)
{
	return (char *)base + offset;
}

/* Of a list's elements; on failure the list is empty rather than somebody else's. */
static int own_list(const struct lvs_conf_key *key, void *base)
{
	void **elements = member(base, key->offset);
	size_t *count = member(base, key->count);
	void *copy;

	if (!*count) {
		*elements = NULL;
		return 0;
	}
	copy = reallocarray(NULL, *count, key->group->size);
	if (copy)
		memcpy(copy, *elements, *count * key->group->size);
	else
		*count = 0;
	*elements = copy;
	return copy ? 0 : -ENOMEM;
}

typedef int visit_fn(const struct lvs_conf_key *key, void *base);

/* Every key of a struct, and of those inside, from the outside to the inside. Return: 0, or the last error */
static int visit(const struct lvs_conf_group *group, void *base, visit_fn *fn)
{
	int err = 0, one;

	for (size_t i = 0; i < group->nkeys; i++) {
		const struct lvs_conf_key *key = &group->keys[i];
		size_t n = 1;
		char *inside;

		one = fn(key, base);
		err = one ? one : err;
		if (key->type != LVS_CONF_GROUP && key->type != LVS_CONF_LIST)
			continue;
		inside = member(base, key->offset);
		if (key->type == LVS_CONF_LIST) {
			n = *(size_t *)member(base, key->count);
			inside = *(char **)member(base, key->offset);
		}
		for (size_t k = 0; k < n; k++) {
			one = visit(key->group, inside + k * key->group->size, fn);
			err = one ? one : err;
		}
	}
	return err;
}

static int forget_place(const struct lvs_conf_key *key, void *base)
{
	struct lvs_conf_where *where = member(base, key->where);

	for (size_t i = 0; key->where && i < LVS_MAX(key->places, 1); i++)
		if (where[i].line)
			where[i] = (struct lvs_conf_where){ .line = LVS_CONF_ELSEWHERE };
	return 0;
}

static int own(const struct lvs_conf_key *key, void *base)
{
	(void)forget_place(key, base);
	return key->type == LVS_CONF_LIST ? own_list(key, base) : 0;
}

int lvs_conf_copy(const struct lvs_conf *conf, struct lvs_conf **ret_conf)
{
	struct lvs_conf *copy = malloc(sizeof(*copy));
	int err;

	if (!copy)
		return -ENOMEM;
	*copy = *conf;
	(void)lvs_sites_ref(copy->geo.table);
	err = visit(&lvs_conf_root, copy, own);
	if (err) {
		lvs_conf_free(copy);
		return err;
	}
	*ret_conf = copy;
	return 0;
}

void lvs_conf_forget_places(struct lvs_conf *conf)
{
	(void)visit(&lvs_conf_root, conf, forget_place);
}

static int by_service(const void *key, const void *element)
{
	return lvs_conf_order_services(key, *(const struct lvs_conf_service *const *)element);
}

static int by_server(const void *key, const void *element)
{
	return lvs_conf_order_servers(key, *(const struct lvs_conf_server *const *)element);
}

/* Return: the one of @sorted that has @service's key, or NULL */
static struct lvs_conf_service *find_service(const struct lvs_conf_service **sorted, size_t n,
					     const struct lvs_conf_service *service)
{
	struct lvs_conf_service **found = bsearch(service, sorted, n, sizeof(const struct lvs_conf_service *), by_service);

	return found ? *found : NULL;
}

static struct lvs_conf_server *find_server(const struct lvs_conf_server **sorted, size_t n, const struct lvs_conf_server *server)
{
	struct lvs_conf_server **found = bsearch(server, sorted, n, sizeof(const struct lvs_conf_server *), by_server);

	return found ? *found : NULL;
}

/* Appends servers of @from, those made at run time or all of them. Return: how many, or -ENOMEM */
static int take_servers(struct lvs_conf_service *service, const struct lvs_conf_service *from, bool all)
{
	const struct lvs_conf_server **sorted = lvs_conf_sorted_servers(service);
	struct lvs_conf_server *servers = reallocarray(NULL, service->nservers + from->nservers + 1, sizeof(*servers));
	size_t had = service->nservers, n = had;
	int err = 0;

	if (!sorted || !servers) {
		free(sorted);
		free(servers);
		return -ENOMEM;
	}
	for (size_t i = 0; i < from->nservers; i++) {
		if ((!all && from->servers[i].origin != LVS_CONF_AT_RUN_TIME) || find_server(sorted, had, &from->servers[i]))
			continue;
		servers[n] = from->servers[i];
		err |= visit(&lvs_conf_server_group, &servers[n++], own);
	}
	free(sorted);
	if (had)
		memcpy(servers, service->servers, had * sizeof(*servers));
	free(service->servers);
	service->servers = servers;
	service->nservers = n;
	return err ? -ENOMEM : (int)(n - had);
}

/* Appends a service with its servers. Room is there. */
static int take_service(struct lvs_conf *conf, const struct lvs_conf_service *from)
{
	struct lvs_conf_service *service = &conf->services[conf->nservices];

	*service = *from;
	service->servers = NULL;
	service->nservers = 0;
	conf->nservices++;
	if (visit(&lvs_conf_service_group, service, own))
		return -ENOMEM;
	return take_servers(service, from, true);
}

static int make_room(struct lvs_conf *conf, size_t more)
{
	struct lvs_conf_service *services = reallocarray(conf->services, conf->nservices + more + 1, sizeof(*services));

	if (!services)
		return -ENOMEM;
	conf->services = services;
	return 0;
}

int lvs_conf_keep_made(struct lvs_conf *conf, const struct lvs_conf *running)
{
	const struct lvs_conf_service **sorted;
	size_t had = conf->nservices;
	int kept = 0, err = make_room(conf, running->nservices);

	if (err)
		return err;
	sorted = lvs_conf_sorted_services(conf);
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; !err && i < running->nservices; i++) {
		const struct lvs_conf_service *service = &running->services[i];
		struct lvs_conf_service *named = find_service(sorted, had, service);
		int n = 0;

		if (named)
			n = take_servers(named, service, false);
		else if (service->origin == LVS_CONF_AT_RUN_TIME)
			n = take_service(conf, service);
		else
			continue;
		kept |= n > 0 || !named;
		err = n < 0 ? n : 0;
	}
	free(sorted);
	return err ? err : kept;
}

bool lvs_conf_obey(struct lvs_conf_server *server, const struct lvs_conf_commands *commands)
{
	server->commands = *commands;
	if (commands->maintenance)
		server->maintenance = true;
	if (commands->drain)
		server->drain = (struct lvs_conf_drain){ .on = true, .timeout = commands->drain_timeout };
	server->commands.weight = commands->weight && commands->weight_of_file == server->weight;
	if (server->commands.weight)
		server->weight = commands->weight_value;
	return lvs_conf_is_commanded(&server->commands);
}

/* What was made at run time was copied as it is. */
static int keep_commands(struct lvs_conf_service *service, const struct lvs_conf_service *running)
{
	const struct lvs_conf_server **sorted = lvs_conf_sorted_servers(running);

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < service->nservers; i++) {
		struct lvs_conf_server *server = &service->servers[i];
		const struct lvs_conf_server *found = find_server(sorted, running->nservers, server);

		if (found && server->origin == LVS_CONF_FROM_FILE)
			(void)lvs_conf_obey(server, &found->commands);
	}
	free(sorted);
	return 0;
}

int lvs_conf_keep_commands(struct lvs_conf *conf, const struct lvs_conf *running)
{
	const struct lvs_conf_service **sorted = lvs_conf_sorted_services(running);
	int err = sorted ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < conf->nservices; i++) {
		const struct lvs_conf_service *found = find_service(sorted, running->nservices, &conf->services[i]);

		if (found)
			err = keep_commands(&conf->services[i], found);
	}
	free(sorted);
	return err;
}

/* @found: the same server so far, or NULL */
static void note_commands(struct lvs_conf_server *server, const struct lvs_conf_server *found)
{
	struct lvs_conf_commands commands = { .drain_timeout = server->drain.timeout, .weight_value = server->weight };

	commands.maintenance = server->maintenance && (!found || !found->maintenance || found->commands.maintenance);
	commands.drain = server->drain.on && (!found || !found->drain.on || found->commands.drain ||
					      found->drain.timeout != server->drain.timeout);
	/* Of no other can the file say another one. */
	if (found && found->origin == LVS_CONF_FROM_FILE) {
		commands.weight_of_file = found->commands.weight ? found->commands.weight_of_file : found->weight;
		commands.weight = commands.weight_of_file != server->weight;
	}
	server->commands = commands;
}

static int set_server_origins(struct lvs_conf_service *service, const struct lvs_conf_service *running)
{
	const struct lvs_conf_server **sorted = lvs_conf_sorted_servers(running);

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < service->nservers; i++) {
		const struct lvs_conf_server *found = find_server(sorted, running->nservers, &service->servers[i]);

		service->servers[i].origin = found ? found->origin : LVS_CONF_AT_RUN_TIME;
		note_commands(&service->servers[i], found);
	}
	free(sorted);
	return 0;
}

int lvs_conf_set_origins(struct lvs_conf *conf, const struct lvs_conf *running)
{
	static const struct lvs_conf_service none;
	const struct lvs_conf_service **sorted = lvs_conf_sorted_services(running);
	int err = sorted ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < conf->nservices; i++) {
		struct lvs_conf_service *service = &conf->services[i];
		const struct lvs_conf_service *found = find_service(sorted, running->nservices, service);

		service->origin = found ? found->origin : LVS_CONF_AT_RUN_TIME;
		err = set_server_origins(service, found ? found : &none);
	}
	free(sorted);
	return err;
}

int lvs_conf_check_all(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	int err = lvs_conf_check(conf, errors);

	if (!err)
		lvs_conf_geo_check_servers(conf, errors);
	return err;
}
