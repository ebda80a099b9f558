// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations change the draft one after the other. Then what was touched is written as text, parsed by the parser of
 * lvs.conf, put in place of what was there, and the whole is checked as a file is. So there is one set of keys, checks and
 * messages; a message's line leads back to the value of the request.
 */
#include "control/edit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/edit.h"
#include "conf/keys.h"
#include "conf/parse.h"
#include "control/draft.h"
#include "control/finding.h"
#include "control/walk.h"

int lvs_edit_refuse(struct lvs_edit *edit, enum lvs_problem_kind kind, const char *field, const char *hint,
		    const char *detail, ...)
{
	struct lvs_edit_problem *problem = &edit->problems[edit->n];
	va_list args;

	if (edit->n == LVS_EDIT_PROBLEMS_MAX)
		return -EINVAL;
	edit->n++;
	memset(problem, 0, sizeof(*problem));
	problem->kind = kind;
	problem->has_field = field;
	(void)snprintf(problem->field, sizeof(problem->field), "%s", field ? field : "");
	(void)snprintf(problem->hint, sizeof(problem->hint), "%s", hint ? hint : "");
	va_start(args, detail);
	(void)vsnprintf(problem->detail, sizeof(problem->detail), detail, args);
	va_end(args);
	return -EINVAL;
}

static int refuse_path(struct lvs_edit *edit, const struct lvs_edit_operation *op, enum lvs_problem_kind kind,
		       const char *hint, const char *what, const char *name)
{
	return lvs_edit_refuse(edit, kind, *op->path_pointer ? op->path_pointer : NULL, hint, "%s '%.128s'", what, name);
}

/* Whose keys lvs.conf could not spell. */
static int check_spelling(struct lvs_edit *edit, const struct lvs_edit_operation *op)
{
	char path[256], field[320];
	const char *bad = lvs_render_bad(op->body, path, sizeof(path));

	if (!bad)
		return 0;
	(void)snprintf(field, sizeof(field), "%s%s", op->pointer, path);
	return lvs_edit_refuse(edit, LVS_PROBLEM_INVALID, field, NULL, "%s", bad);
}

/* RFC 7396. Return: 0 or -ENOMEM */
static int merge(json_t *target, const json_t *patch)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)patch, key, value) {
		json_t *inside = json_object_get(target, key);

		if (json_is_null(value)) {
			(void)json_object_del(target, key);
			continue;
		}
		if (!json_is_object(value)) {
			if (json_object_set(target, key, value) < 0)
				return -ENOMEM;
			continue;
		}
		if (!json_is_object(inside)) {
			inside = json_object();
			if (json_object_set_new(target, key, inside) < 0)
				return -ENOMEM;
		}
		if (merge(inside, value))
			return -ENOMEM;
	}
	return 0;
}

static void note_body(struct lvs_render_object *object, json_t *body, const char *pointer)
{
	object->body = body;
	(void)snprintf(object->pointer, sizeof(object->pointer), "%s", pointer);
}

/* What was said of it before is void. Return: 0 or -ENOMEM */
static int replace(struct lvs_render_object *object, json_t *body, const char *pointer)
{
	json_decref(object->config);
	object->config = json_deep_copy(body);
	note_body(object, body, pointer);
	return object->config ? 0 : -ENOMEM;
}

static bool all_objects(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_object(json_array_get(list, i)))
			return false;
	return json_is_array(list);
}

/* A list of servers in the body takes the place of those that are there. Any other value stays, for the parser to see. */
static int take_servers(struct lvs_draft_service *service, const struct lvs_edit_operation *op)
{
	const json_t *list = json_object_get(op->body, "servers");

	if (json_is_null(list)) {
		lvs_draft_remove_servers(service);
		return 0;
	}
	if (!all_objects(list))
		return 0;
	(void)json_object_del(service->object.config, "servers");
	lvs_draft_remove_servers(service);
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *body = json_array_get(list, i);
		const char *address = json_string_value(json_object_get(body, "address"));
		char id[LVS_ENDPOINT_TEXT_BYTES] = "", pointer[128];
		struct lvs_draft_server *server;

		if (address)
			(void)lvs_draft_server_id(address, id);
		server = lvs_draft_add_server(service, id);
		(void)snprintf(pointer, sizeof(pointer), "%s/servers/%zu", op->pointer, i);
		if (!server || replace(&server->object, body, pointer))
			return -ENOMEM;
	}
	return 0;
}

/* Gives @config the text at @key unless it has one. */
static int set_default(json_t *config, const char *key, json_t *value)
{
	if (json_object_get(config, key)) {
		json_decref(value);
		return 0;
	}
	return json_object_set_new(config, key, value) < 0 ? -ENOMEM : 0;
}

/* The keys that @id stands for, as far as the body leaves them out. */
static int complete_service(struct lvs_draft_service *service)
{
	json_t *config = service->object.config;
	char address[LVS_ENDPOINT_TEXT_BYTES], ports[LVS_CONF_PORTS_TEXT_BYTES];
	struct lvs_service_key key;
	struct lvs_ports list;
	int err;

	if (!lvs_id_parse_service(service->id, &key, &list))
		return 0;
	if (key.mark) {
		err = set_default(config, "mark", json_integer(key.mark));
		return err || lvs_addr_is4(&key.addr) ? err : set_default(config, "family", json_string("inet6"));
	}
	lvs_endpoint_format(&key.addr, key.ranged ? 0 : lvs_host16(key.port), address);
	err = set_default(config, "address", json_string(address));
	if (!err)
		err = set_default(config, "protocol", json_string(lvs_id_protocol(key.proto)));
	if (!err && key.ranged)
		err = set_default(config, "ports", json_string(lvs_conf_ports_format(&list, ports)));
	return err;
}

/* @what, called @name, is @there, or can be made because that @is_id; @hint: if neither is so */
static int may_put(struct lvs_edit *edit, const struct lvs_edit_operation *op, bool there, bool is_id, const char *what,
		   const char *name, const char *hint)
{
	char text[32];

	edit->created = !there;
	if (there ? !op->create : is_id)
		return 0;
	(void)snprintf(text, sizeof(text), "there is %s %s", there ? "a" : "no", what);
	return refuse_path(edit, op, there ? LVS_PROBLEM_EXISTS : LVS_PROBLEM_NOT_FOUND, there ? "PATCH changes it" : hint, text,
			   name);
}

static int put_service(struct lvs_draft *draft, const struct lvs_edit_operation *op, struct lvs_edit *edit)
{
	struct lvs_draft_service *service;
	char id[LVS_ID_BYTES];
	int err = lvs_draft_find(draft, op->service, &service);

	if (!err)
		err = may_put(edit, op, service, lvs_draft_service_id(op->service, id), "service", op->service,
			      "a new one is named by its address, such as /v1/services/tcp:192.0.2.10:80");
	if (!err && !service)
		err = lvs_draft_add(draft, id, &service);
	if (!err)
		err = replace(&service->object, op->body, op->pointer);
	if (!err)
		err = take_servers(service, op);
	return err ? err : complete_service(service);
}

static int patch_service(struct lvs_draft *draft, const struct lvs_edit_operation *op, struct lvs_edit *edit)
{
	struct lvs_draft_service *service;
	int err = lvs_draft_find(draft, op->service, &service);

	if (err)
		return err;
	if (!service)
		return refuse_path(edit, op, LVS_PROBLEM_NOT_FOUND, NULL, "there is no service", op->service);
	note_body(&service->object, op->body, op->pointer);
	err = merge(service->object.config, op->body);
	return err ? err : take_servers(service, op);
}

static int delete_service(struct lvs_draft *draft, const struct lvs_edit_operation *op, struct lvs_edit *edit)
{
	struct lvs_draft_service *service;
	int err = lvs_draft_find(draft, op->service, &service);

	if (err)
		return err;
	if (!service)
		return refuse_path(edit, op, LVS_PROBLEM_NOT_FOUND, NULL, "there is no service", op->service);
	service->dead = true;
	return 0;
}

static int put_server(struct lvs_draft_service *service, const struct lvs_edit_operation *op, struct lvs_edit *edit)
{
	struct lvs_draft_server *server = lvs_draft_find_server(service, op->server);
	char id[LVS_ENDPOINT_TEXT_BYTES];
	size_t len;
	int err = may_put(edit, op, server, lvs_draft_server_id(op->server, id), "server", op->server,
			  "a new one is named by its address and port, such as 10.0.0.11:8080");

	if (err)
		return err;
	if (!server)
		server = lvs_draft_add_server(service, id);
	if (!server || replace(&server->object, op->body, op->pointer))
		return -ENOMEM;
	server->named = true;
	/* Port 0 is the absence of a port. */
	len = strlen(server->id);
	(void)snprintf(id, sizeof(id), "%.*s", (int)(len > 2 && !strcmp(server->id + len - 2, ":0") ? len - 2 : len), server->id);
	return set_default(server->object.config, "address", json_string(id));
}

static int edit_server(struct lvs_draft *draft, const struct lvs_edit_operation *op, struct lvs_edit *edit)
{
	struct lvs_draft_service *service;
	struct lvs_draft_server *server;
	int err = lvs_draft_find(draft, op->service, &service);

	if (err)
		return err;
	if (!service)
		return refuse_path(edit, op, LVS_PROBLEM_NOT_FOUND, NULL, "there is no service", op->service);
	if (op->kind == LVS_EDIT_PUT_SERVER)
		return put_server(service, op, edit);
	server = lvs_draft_find_server(service, op->server);
	if (!server)
		return refuse_path(edit, op, LVS_PROBLEM_NOT_FOUND, NULL, "there is no such server of the service:", op->server);
	if (op->kind == LVS_EDIT_DELETE_SERVER) {
		lvs_draft_remove_server(service, server);
		return 0;
	}
	server->named = true;
	note_body(&server->object, op->body, op->pointer);
	return merge(server->object.config, op->body);
}

static int patch_group(struct lvs_draft *draft, const struct lvs_edit_operation *op)
{
	bool timeouts = op->kind == LVS_EDIT_PATCH_TIMEOUTS;
	struct lvs_render_object *object = timeouts ? &draft->timeouts : &draft->director;
	const struct lvs_conf_key *key = lvs_conf_group_find(&lvs_conf_root, timeouts ? "timeouts" : "director");
	int err = lvs_draft_group(object, key->group, (const char *)draft->running + key->offset);

	if (err)
		return err;
	note_body(object, op->body, op->pointer);
	return merge(object->config, op->body);
}

/* Everything that is there, and that was to be. */
static void delete_services(struct lvs_draft *draft)
{
	draft->cleared = true;
	for (size_t i = 0; i < draft->n; i++)
		draft->services[i].dead = true;
}

static int operate(struct lvs_draft *draft, const struct lvs_edit_operation *op, struct lvs_edit *edit)
{
	int err = op->body ? check_spelling(edit, op) : 0;

	if (err)
		return err;
	switch (op->kind) {
	case LVS_EDIT_PUT_SERVICE:
		return put_service(draft, op, edit);
	case LVS_EDIT_PATCH_SERVICE:
		return patch_service(draft, op, edit);
	case LVS_EDIT_DELETE_SERVICE:
		return delete_service(draft, op, edit);
	case LVS_EDIT_DELETE_SERVICES:
		delete_services(draft);
		return 0;
	case LVS_EDIT_PUT_SERVER:
	case LVS_EDIT_PATCH_SERVER:
	case LVS_EDIT_DELETE_SERVER:
		return edit_server(draft, op, edit);
	case LVS_EDIT_PATCH_TIMEOUTS:
	case LVS_EDIT_PATCH_OPTIONS:
		return patch_group(draft, op);
	}
	return -EINVAL;
}

static void write_group(struct lvs_render *render, const char *name, const struct lvs_render_object *object)
{
	if (!object->config)
		return;
	lvs_render_line(render, object, "%s: {", name);
	lvs_render_keys(render, object);
	lvs_render_line(render, NULL, "};");
}

static void write_service(struct lvs_render *render, const struct lvs_draft_service *service)
{
	lvs_render_line(render, &service->object, "{");
	lvs_render_keys(render, &service->object);
	if (service->nservers) {
		lvs_render_line(render, &service->object, "servers: (");
		for (size_t i = 0; i < service->nservers; i++) {
			lvs_render_line(render, &service->servers[i].object, i ? ", {" : "{");
			lvs_render_keys(render, &service->servers[i].object);
			lvs_render_line(render, NULL, "}");
		}
		lvs_render_line(render, NULL, ");");
	}
	lvs_render_line(render, NULL, "}");
}

static void write_draft(struct lvs_render *render, const struct lvs_draft *draft)
{
	bool any = false;

	write_group(render, "timeouts", &draft->timeouts);
	write_group(render, "director", &draft->director);
	lvs_render_line(render, NULL, "services: (");
	for (size_t i = 0; i < draft->n; i++) {
		if (draft->services[i].dead)
			continue;
		if (any)
			lvs_render_line(render, NULL, ",");
		write_service(render, &draft->services[i]);
		any = true;
	}
	lvs_render_line(render, NULL, ");");
}

static int is_named(const struct lvs_draft_service *service, const struct lvs_conf_service *conf, struct lvs_edit *edit)
{
	const struct lvs_service_key key = lvs_walk_key(conf);
	char id[LVS_ID_BYTES], field[160];
	int err = 0;

	(void)lvs_id_service(&key, &conf->ports, id);
	if (strcmp(id, service->id) != 0) {
		(void)snprintf(field, sizeof(field), "%s/%s", service->object.pointer, key.mark ? "mark" : "address");
		err = lvs_edit_refuse(edit, LVS_PROBLEM_INVALID, field, "delete it and make another one",
				      "the path says '%.100s', and the body '%.100s'", service->id, id);
	}
	for (size_t i = 0; i < conf->nservers && i < service->nservers; i++) {
		const struct lvs_draft_server *server = &service->servers[i];

		(void)lvs_id_end(&conf->servers[i].addr, LVS_BE16(conf->servers[i].port), id);
		if (!server->named || !strcmp(id, server->id))
			continue;
		(void)snprintf(field, sizeof(field), "%s/address", server->object.pointer);
		err = lvs_edit_refuse(edit, LVS_PROBLEM_INVALID, field, "delete it and make another one",
				      "the path says '%.100s', and the body '%.100s'", server->id, id);
	}
	return err;
}

/* @part: what became of the text; its services are taken. Room for new ones is there. */
static int place_services(const struct lvs_draft *draft, struct lvs_conf *part, struct lvs_conf *conf, struct lvs_edit *edit)
{
	size_t at = 0;
	int err = 0;

	for (size_t i = 0; i < draft->n; i++) {
		const struct lvs_draft_service *service = &draft->services[i];
		struct lvs_conf_service *from = &part->services[at], old;

		if (service->dead)
			continue;
		at++;
		if (is_named(service, from, edit))
			err = -EINVAL;
		if (service->index == LVS_DRAFT_NEW) {
			conf->services[conf->nservices++] = *from;
			memset(from, 0, sizeof(*from));
			continue;
		}
		old = conf->services[service->index];
		conf->services[service->index] = *from;
		*from = old;
	}
	return err;
}

/* Those that are to go: @n were there before new ones came behind them. Return: 0 or -ENOMEM */
static int remove_dead(const struct lvs_draft *draft, struct lvs_conf *conf, size_t n)
{
	bool *stays = calloc(n + 1, sizeof(*stays));
	size_t kept = 0;

	if (!stays)
		return -ENOMEM;
	memset(stays, !draft->cleared, n);
	for (size_t i = 0; i < draft->n; i++)
		if (draft->services[i].index != LVS_DRAFT_NEW)
			stays[draft->services[i].index] = !draft->services[i].dead;
	for (size_t i = 0; i < conf->nservices; i++) {
		if (i >= n || stays[i])
			conf->services[kept++] = conf->services[i];
		else
			lvs_conf_service_fini(&conf->services[i]);
	}
	conf->nservices = kept;
	free(stays);
	return 0;
}

static int place(const struct lvs_draft *draft, struct lvs_conf *part, struct lvs_conf *conf, struct lvs_edit *edit)
{
	size_t had = conf->nservices;
	struct lvs_conf_service *services = reallocarray(conf->services, had + draft->n + 1, sizeof(*services));
	int err, no_memory;

	if (!services)
		return -ENOMEM;
	conf->services = services;
	if (draft->timeouts.config)
		conf->timeouts = part->timeouts;
	if (draft->director.config)
		conf->director = part->director;
	err = place_services(draft, part, conf, edit);
	no_memory = remove_dead(draft, conf, had);
	if (!no_memory)
		no_memory = lvs_conf_set_origins(conf, draft->running);
	return no_memory ? no_memory : err;
}

/* @errors: of the text; empty so far. Return: 0, also after findings, or -Exxx */
static int place_and_check(const struct lvs_draft *draft, struct lvs_conf *part, struct lvs_conf_errors *errors,
			   struct lvs_edit *edit, struct lvs_conf **ret_conf)
{
	struct lvs_conf *conf = NULL;
	int err = lvs_conf_copy(draft->running, &conf);

	if (!err)
		err = place(draft, part, conf, edit);
	if (!err)
		err = lvs_conf_check_all(conf, errors);
	if (!err && errors->nerrors)
		err = -EINVAL;
	if (err) {
		lvs_conf_free(conf);
		return err;
	}
	lvs_conf_forget_places(conf);
	*ret_conf = conf;
	return 0;
}

/* The draft as text, and what the parser makes of it. */
static int realise(const struct lvs_draft *draft, struct lvs_edit *edit, struct lvs_conf **ret_conf)
{
	struct lvs_conf_errors *errors = malloc(sizeof(*errors));
	struct lvs_render render = { .text = NULL };
	struct lvs_conf *part = NULL;
	int err = errors ? 0 : -ENOMEM;

	if (!err) {
		write_draft(&render, draft);
		err = render.err;
	}
	if (!err) {
		err = lvs_conf_parse_part(render.text, render.len, "request", errors, &part);
		if (!err && errors->nerrors)
			err = -EINVAL;
		if (!err)
			err = place_and_check(draft, part, errors, edit, ret_conf);
		lvs_conf_errors_seal(errors);
		if (err == -EINVAL)
			lvs_findings(&render, errors, edit);
	}
	lvs_conf_free(part);
	lvs_render_fini(&render);
	free(errors);
	return err;
}

/* Who says of a server what the file says already wants it whatever the file will say. */
static void note_commands(const struct lvs_edit_operation *operations, size_t n, struct lvs_conf *conf)
{
	for (size_t i = 0; i < n; i++) {
		const struct lvs_edit_operation *op = &operations[i];
		const struct lvs_conf_service *service;
		struct lvs_conf_server *server;

		if (op->kind != LVS_EDIT_PUT_SERVER && op->kind != LVS_EDIT_PATCH_SERVER)
			continue;
		service = lvs_id_find_service(conf, op->service);
		server = service ? (struct lvs_conf_server *)lvs_id_find_server(service, op->server) : NULL;
		if (server && json_object_get(op->body, "maintenance"))
			server->commands.maintenance = server->maintenance;
		if (server && json_object_get(op->body, "drain"))
			server->commands.drain = server->drain.on;
	}
}

int lvs_edit_make(const struct lvs_edit_operation *operations, size_t n, const struct lvs_conf *running,
		  struct lvs_edit *edit, struct lvs_conf **ret_conf)
{
	struct lvs_draft draft;
	int err = lvs_draft_init(&draft, running);

	if (err)
		return err;
	for (size_t i = 0; !err && i < n; i++)
		err = operate(&draft, &operations[i], edit);
	if (!err)
		err = realise(&draft, edit, ret_conf);
	if (!err)
		note_commands(operations, n, *ret_conf);
	lvs_draft_fini(&draft);
	return err;
}
