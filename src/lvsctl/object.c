// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An object is what has the word as its name or id. If there is none, one whose id without its protocol, or whose address
 * without its port, is the word will do, as long as it is the only one.
 */
#include "lvsctl/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/path.h"
#include "conf/suggest.h"
#include "lvsctl/api.h"

int lvs_object_services(struct lvs_ctl *ctl, bool brief, json_t **ret_services)
{
	json_t *answer, *services;
	int status = lvs_api_get(ctl, brief ? "/v1/services?brief=1" : "/v1/services", &answer);

	if (status)
		return status;
	services = json_object_get(answer, "services");
	if (!json_is_array(services)) {
		json_decref(answer);
		return lvs_ctl_fail(LVS_EXIT_FAILED, "lvsd's list of services is none");
	}
	*ret_services = json_incref(services);
	json_decref(answer);
	return LVS_EXIT_OK;
}

static bool is_exactly(const json_t *object, const char *word)
{
	return !strcmp(lvs_api_text(object, "id"), word) || !strcmp(lvs_api_text(object, "name"), word);
}

/* "192.0.2.10:80" or "192.0.2.10" for "tcp:192.0.2.10:80"; "2001:db8::1" for "[2001:db8::1]:80" */
static bool is_nearly(const json_t *object, const char *word)
{
	static const char *const protocols[] = { "tcp:", "udp:", "sctp:", "fwm:", "fwm6:" };
	const char *id = lvs_api_text(object, "id"), *address = lvs_api_text(object, "address");

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strncmp(id, protocols[i], strlen(protocols[i]))) {
			id += strlen(protocols[i]);
			break;
		}
	return !strcmp(id, word) || (*address && !strcmp(address, word));
}

/* Return: the object, NULL when none or several fit; @ret_n says how many */
static json_t *find(json_t *list, const char *word, size_t *ret_n)
{
	json_t *object, *found = NULL;
	size_t i;

	*ret_n = 0;
	json_array_foreach(list, i, object) {
		if (is_exactly(object, word)) {
			*ret_n = 1;
			return object;
		}
		if (is_nearly(object, word)) {
			found = object;
			++*ret_n;
		}
	}
	return *ret_n == 1 ? found : NULL;
}

static void suggest_from(json_t *list, struct lvs_conf_suggest *suggest)
{
	json_t *object;
	size_t i;

	json_array_foreach(list, i, object) {
		lvs_conf_suggest_try(suggest, lvs_api_text(object, "name"));
		lvs_conf_suggest_try(suggest, lvs_api_text(object, "id"));
		lvs_conf_suggest_try(suggest, strchr(lvs_api_text(object, "id"), ':')
						      ? strchr(lvs_api_text(object, "id"), ':') + 1
						      : "");
	}
}

static int unknown(const char *what, const char *word, const struct lvs_conf_suggest *suggest)
{
	if (suggest->best)
		return lvs_ctl_fail(LVS_EXIT_NO_OBJECT, "there is no %s '%s'; did you mean '%s'?", what, word, suggest->best);
	return lvs_ctl_fail(LVS_EXIT_NO_OBJECT, "there is no %s '%s'", what, word);
}

static int pick(json_t *list, const char *what, const char *word, json_t **ret_object)
{
	struct lvs_conf_suggest suggest;
	json_t *object;
	size_t n;

	object = find(list, word, &n);
	if (object) {
		*ret_object = object;
		return LVS_EXIT_OK;
	}
	if (n)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "'%s' could be each of %zu %ss; give its name or id", word, n, what);
	lvs_conf_suggest_init(&suggest, word);
	suggest_from(list, &suggest);
	return unknown(what, word, &suggest);
}

int lvs_object_service(json_t *services, const char *word, json_t **ret_service)
{
	return pick(services, "service", word, ret_service);
}

int lvs_object_listed(struct lvs_ctl *ctl, char *words[], size_t n, json_t **ret_services)
{
	json_t *services, *chosen, *service;
	bool brief = !lvs_ctl_given(ctl, LVS_OPTION_json) &&
		     (lvs_ctl_given(ctl, LVS_OPTION_names) || lvs_ctl_given(ctl, LVS_OPTION_stats));
	int status = lvs_object_services(ctl, brief, &services);

	if (status)
		return status;
	chosen = n ? json_array() : json_incref(services);
	for (size_t i = 0; i < n && !status; i++) {
		status = lvs_object_service(services, words[i], &service);
		if (!status)
			(void)json_array_append(chosen, service);
	}
	json_decref(services);
	if (status)
		json_decref(chosen);
	else
		*ret_services = chosen;
	return status;
}

int lvs_object_server(json_t *service, const char *word, json_t **ret_server)
{
	return pick(json_object_get(service, "servers"), "server", word, ret_server);
}

int lvs_object_each_server(json_t *services, const char *word, int (*take)(void *arg, json_t *service, json_t *server), void *arg)
{
	struct lvs_conf_suggest suggest;
	json_t *service, *server;
	bool any = false;
	int status = LVS_EXIT_OK;
	size_t i, j;

	json_array_foreach(services, i, service) {
		json_array_foreach(json_object_get(service, "servers"), j, server) {
			if (status || (!is_exactly(server, word) && !is_nearly(server, word)))
				continue;
			any = true;
			status = take(arg, service, server);
		}
	}
	if (any)
		return status;
	lvs_conf_suggest_init(&suggest, word);
	json_array_foreach(services, i, service)
		suggest_from(json_object_get(service, "servers"), &suggest);
	return unknown("server", word, &suggest);
}

char *lvs_object_path(const json_t *service, const json_t *server)
{
	const char *const segments[] = { "v1", "services", lvs_api_text(service, "id"), server ? "servers" : NULL,
					 server ? lvs_api_text(server, "id") : NULL, NULL };

	return lvs_client_path(segments);
}

bool lvs_object_is_named(const json_t *object)
{
	const char *name = lvs_api_text(object, "name"), *id = lvs_api_text(object, "id");
	size_t protocol = strcspn(id, ":");

	if (!*name || !strcmp(name, id) || !strncmp(name, "fwmark-", 7))
		return false;
	return strncmp(name, id, protocol) != 0 || name[protocol] != '-' || strcmp(name + protocol + 1, id + protocol + 1) != 0;
}

const char *lvs_object_name(const json_t *object)
{
	const char *name = lvs_api_text(object, "name");

	return *name ? name : lvs_api_text(object, "id");
}
