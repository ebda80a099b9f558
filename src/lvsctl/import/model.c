// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists that grow, and stop at their limits: what is read may be anything. Once there is no memory, or too much of
 * something, the import has failed as a whole and nothing more is added, so that callers need not look each time.
 */
#include "lvsctl/import/model.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"

int lvs_import_init(struct lvs_import *import)
{
	*import = (struct lvs_import){ .base = lvs_conf_new(), .lookup = true };
	return import->base ? 0 : -ENOMEM;
}

void lvs_import_pairs_fini(struct lvs_import_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		free(pairs->list[i].value);
	free(pairs->list);
}

static void free_checks(struct lvs_import_pairs *checks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lvs_import_pairs_fini(&checks[i]);
	free(checks);
}

static void free_server(struct lvs_import_server *server)
{
	free_checks(server->checks, server->nchecks);
	lvs_import_pairs_fini(&server->more);
	lvs_import_pairs_fini(&server->hooks);
}

static void free_service(struct lvs_import_service *service)
{
	for (size_t i = 0; i < service->nservers; i++)
		free_server(&service->servers[i]);
	free(service->servers);
	free_checks(service->checks, service->nchecks);
	lvs_import_pairs_fini(&service->more);
	lvs_import_pairs_fini(&service->hooks);
}

void lvs_import_fini(struct lvs_import *import)
{
	for (size_t i = 0; i < import->nservices; i++)
		free_service(&import->services[i]);
	free(import->services);
	for (size_t i = 0; i < import->nnotes; i++)
		free(import->notes[i].text);
	free(import->notes);
	for (size_t i = 0; i < import->nlines; i++)
		free(import->lines[i]);
	free(import->lines);
	lvs_conf_free(import->base);
}

/* One more element of @size behind @n, zeroed; the list doubles when it is full. */
static void *grow(struct lvs_import *import, void *list_pointer, size_t n, size_t size, size_t max)
{
	void **list = list_pointer, *larger;

	if (import->failed || n >= max)
		goto fail;
	if (!(n & (n - 1))) {
		larger = realloc(*list, (n ? n * 2 : 1) * size);
		if (!larger)
			goto fail;
		*list = larger;
	}
	memset((char *)*list + n * size, 0, size);
	return (char *)*list + n * size;
fail:
	import->failed = true;
	return NULL;
}

static void add_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_import_at at, char *text)
{
	struct lvs_import_note *note = text ? grow(import, &import->notes, import->nnotes, sizeof(*note), LVS_IMPORT_NOTES_MAX)
					    : NULL;

	if (!note) {
		import->failed = true;
		free(text);
		return;
	}
	*note = (struct lvs_import_note){ kind, at, text };
	import->nnotes++;
}

/* Return: from malloc(), printable whatever came from the file; NULL without memory */
static __attribute__((format(printf, 1, 0))) char *format_text(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return NULL;
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = *c == '\n' || *c == '\t' ? ' ' : '?';
	return text;
}

void lvs_import_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_import_at at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_note(import, kind, at, format_text(format, args));
	va_end(args);
}

void lvs_import_bad(struct lvs_import *import, struct lvs_import_at at, const char *format, ...)
{
	va_list args;

	import->invalid = true;
	va_start(args, format);
	add_note(import, LVS_IMPORT_WRONG, at, format_text(format, args));
	va_end(args);
}

void lvs_import_line(struct lvs_import *import, const char *format, ...)
{
	char **line = grow(import, &import->lines, import->nlines, sizeof(*line), LVS_IMPORT_NOTES_MAX);
	va_list args;

	if (!line)
		return;
	va_start(args, format);
	*line = format_text(format, args);
	va_end(args);
	if (*line)
		import->nlines++;
	else
		import->failed = true;
}

struct lvs_import_service *lvs_import_add_service(struct lvs_import *import, struct lvs_import_at at)
{
	struct lvs_import_service *service =
		grow(import, &import->services, import->nservices, sizeof(*service), LVS_IMPORT_SERVICES_MAX);

	if (!service)
		return NULL;
	lvs_conf_group_defaults(&lvs_conf_service_group, &service->conf);
	service->at = at;
	import->nservices++;
	return service;
}

struct lvs_import_service *lvs_import_find_service(struct lvs_import *import, const struct lvs_conf_service *key)
{
	for (size_t i = 0; i < import->nservices; i++) {
		const struct lvs_conf_service *conf = &import->services[i].conf;

		if (conf->mark != key->mark)
			continue;
		if (conf->mark ? conf->family == key->family
			       : conf->protocol == key->protocol && conf->port == key->port &&
					 lvs_addr_equal(&conf->addr, &key->addr))
			return &import->services[i];
	}
	return NULL;
}

void lvs_import_remove_service(struct lvs_import *import, struct lvs_import_service *service)
{
	size_t at = (size_t)(service - import->services);

	import->nservers -= service->nservers;
	free_service(service);
	import->nservices--;
	memmove(service, service + 1, (import->nservices - at) * sizeof(*service));
}

struct lvs_import_server *lvs_import_add_server(struct lvs_import *import, struct lvs_import_service *service,
						struct lvs_import_at at)
{
	struct lvs_import_server *server;

	if (import->nservers >= LVS_IMPORT_SERVERS_MAX) {
		import->failed = true;
		return NULL;
	}
	server = grow(import, &service->servers, service->nservers, sizeof(*server), LVS_IMPORT_SERVERS_MAX);
	if (!server)
		return NULL;
	lvs_conf_group_defaults(&lvs_conf_server_group, &server->conf);
	server->at = at;
	service->nservers++;
	import->nservers++;
	return server;
}

struct lvs_import_server *lvs_import_find_server(struct lvs_import_service *service, const struct lvs_addr *addr, uint16_t port)
{
	for (size_t i = 0; i < service->nservers; i++)
		if (service->servers[i].conf.port == port && lvs_addr_equal(&service->servers[i].conf.addr, addr))
			return &service->servers[i];
	return NULL;
}

void lvs_import_remove_server(struct lvs_import *import, struct lvs_import_service *service, struct lvs_import_server *server)
{
	size_t at = (size_t)(server - service->servers);

	free_server(server);
	import->nservers--;
	service->nservers--;
	memmove(server, server + 1, (service->nservers - at) * sizeof(*server));
}

struct lvs_import_pairs *lvs_import_add_check(struct lvs_import *import, struct lvs_import_server *server)
{
	struct lvs_import_pairs *pairs = grow(import, &server->checks, server->nchecks, sizeof(*pairs), 1024);

	if (pairs)
		server->nchecks++;
	return pairs;
}

/* Does lvs.conf take or leave them as one? */
static bool is_same(const struct lvs_import_pairs *a, const struct lvs_import_pairs *b)
{
	if (a->n != b->n || a->left || b->left)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->list[i].key, b->list[i].key) != 0 || strcmp(a->list[i].value, b->list[i].value) != 0)
			return false;
	return true;
}

static bool have_same(const struct lvs_import_server *a, const struct lvs_import_server *b)
{
	if (a->nchecks != b->nchecks)
		return false;
	for (size_t i = 0; i < a->nchecks; i++)
		if (!is_same(&a->checks[i], &b->checks[i]))
			return false;
	return true;
}

void lvs_import_share_checks(struct lvs_import_service *service)
{
	const struct lvs_import_server *first = service->nservers ? &service->servers[0] : NULL;

	/* One that is alone keeps its own; ports and sources may be wrong for some of the servers only. */
	if (service->nservers < 2 || !service->conf.port || !first->nchecks)
		return;
	for (size_t i = 0; i < first->nchecks; i++)
		if (lvs_import_pair_find(&first->checks[i], "source"))
			return;
	for (size_t i = 0; i < service->nservers; i++)
		if (!have_same(&service->servers[i], first))
			return;
	service->nchecks = first->nchecks;
	service->checks = first->checks;
	for (size_t i = 0; i < service->nservers; i++) {
		if (i)
			free_checks(service->servers[i].checks, service->servers[i].nchecks);
		service->servers[i].nchecks = 0;
		service->servers[i].checks = NULL;
	}
}

/* Consumes @value, which is NULL without memory. */
static void set_pair(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
		     char *value)
{
	struct lvs_import_pair *pair = NULL;

	if (!value || import->failed) {
		import->failed = true;
		free(value);
		return;
	}
	for (size_t i = 0; i < pairs->n && !pair; i++)
		if (!strcmp(pairs->list[i].key, key))
			pair = &pairs->list[i];
	if (!pair) {
		pair = grow(import, &pairs->list, pairs->n, sizeof(*pair), 64);
		if (!pair) {
			free(value);
			return;
		}
		pairs->n++;
	}
	free(pair->value);
	pair->at = at;
	pair->value = value;
	(void)snprintf(pair->key, sizeof(pair->key), "%s", key);
}

void lvs_import_pair(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
		     const char *format, ...)
{
	va_list args;
	char *value;

	va_start(args, format);
	if (vasprintf(&value, format, args) < 0)
		value = NULL;
	va_end(args);
	set_pair(import, pairs, at, key, value);
}

void lvs_import_pair_text(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
			  const char *text)
{
	char *value = malloc(strlen(text) * 4 + 3), *to = value;

	if (value) {
		*to++ = '"';
		for (; *text; text++) {
			unsigned char c = (unsigned char)*text;

			if (c == '"' || c == '\\')
				*to++ = '\\';
			if (c < 0x20 || c == 0x7f)
				to += sprintf(to, "\\x%02x", c);
			else
				*to++ = (char)c;
		}
		strcpy(to, "\"");
	}
	set_pair(import, pairs, at, key, value);
}

void lvs_import_pair_hex(struct lvs_import *import, struct lvs_import_pairs *pairs, struct lvs_import_at at, const char *key,
			 const char *bytes)
{
	char *value = malloc(strlen(bytes) * 2 + 3), *to = value;

	if (value) {
		*to++ = '"';
		for (; *bytes; bytes++)
			to += sprintf(to, "%02x", (unsigned char)*bytes);
		strcpy(to, "\"");
	}
	set_pair(import, pairs, at, key, value);
}

const char *lvs_import_pair_find(const struct lvs_import_pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (!strcmp(pairs->list[i].key, key))
			return pairs->list[i].value;
	return NULL;
}

void lvs_import_pairs_inherit(struct lvs_import *import, struct lvs_import_pairs *to, const struct lvs_import_pairs *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (!lvs_import_pair_find(to, from->list[i].key))
			set_pair(import, to, from->list[i].at, from->list[i].key, strdup(from->list[i].value));
}

void lvs_import_copy_servers(struct lvs_import *import, struct lvs_import_service *to, const struct lvs_import_service *from)
{
	for (size_t i = 0; i < from->nservers && !import->failed; i++) {
		const struct lvs_import_server *server = &from->servers[i];
		struct lvs_import_server *copy = lvs_import_add_server(import, to, server->at);

		if (!copy)
			return;
		copy->conf = server->conf;
		lvs_import_pairs_inherit(import, &copy->more, &server->more);
		lvs_import_pairs_inherit(import, &copy->hooks, &server->hooks);
		for (size_t j = 0; j < server->nchecks; j++) {
			struct lvs_import_pairs *check = lvs_import_add_check(import, copy);

			if (check)
				lvs_import_pairs_inherit(import, check, &server->checks[j]);
		}
	}
}

void lvs_import_name(char name[LVS_CONF_NAME_BYTES], const char *text)
{
	size_t n = 0;

	for (; *text && n < LVS_CONF_NAME_BYTES - 1; text++)
		name[n++] = isascii(*text) && (isalnum((unsigned char)*text) || strchr("._-:[]", *text)) ? *text : '-';
	name[n] = '\0';
}
