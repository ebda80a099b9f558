// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of lvs.conf say of each key what kind of JSON it is, so numbers and truths need no marks on the command line. */
#include "lvsctl/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/keys.h"
#include "conf/suggest.h"
#include "lvsctl/command.h"

static json_t *split(const char *text, bool addresses)
{
	json_t *list = json_array();
	char *copy = strdup(text), *save = NULL;

	for (char *one = copy ? strtok_r(copy, ",", &save) : NULL; one; one = strtok_r(NULL, ",", &save))
		(void)json_array_append_new(list, addresses ? json_pack("{s:s}", "address", one) : json_string(one));
	free(copy);
	return list;
}

/* A number as it is written, or a text that the daemon will not like. */
static json_t *number(const char *text)
{
	char *end;
	long long integer;
	double real;

	errno = 0;
	integer = strtoll(text, &end, 10);
	if (*text && !*end && !errno)
		return json_integer(integer);
	real = strtod(text, &end);
	return *text && !*end ? json_real(real) : json_string(text);
}

static json_t *truth(const char *text)
{
	if (!strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcasecmp(text, "on"))
		return json_true();
	if (!strcasecmp(text, "false") || !strcasecmp(text, "no") || !strcasecmp(text, "off"))
		return json_false();
	return json_string(text);
}

/* Return: counted, NULL after a message */
static json_t *value_of(const struct lvs_conf_key *key, const char *text)
{
	json_error_t error;
	json_t *json;

	if (!*text)
		return json_null();
	switch (key->type) {
	case LVS_CONF_BOOL:
		return truth(text);
	case LVS_CONF_CHOICE:
	case LVS_CONF_WORD:
	case LVS_CONF_TEXT:
	case LVS_CONF_ENDPOINT:
	case LVS_CONF_PORTS:
	case LVS_CONF_PREFIX:
	case LVS_CONF_ADDRESS:
		return json_string(text);
	case LVS_CONF_FLAGS:
	case LVS_CONF_ADDRESSES:
	case LVS_CONF_INTERFACES:
	case LVS_CONF_LINES:
		return split(text, false);
	case LVS_CONF_GROUP:
	case LVS_CONF_LIST:
		if (key->type == LVS_CONF_LIST && *text != '[')
			return split(text, true);
		if (!strcmp(text, "true"))
			return json_object();
		json = json_loads(text, 0, &error);
		if (!json)
			(void)lvs_ctl_fail(LVS_EXIT_USAGE, "%s: a group is KEY.KEY=VALUE, or JSON", key->name);
		return json;
	default:
		return number(text);
	}
}

static int unknown(const struct lvs_conf_group *group, const char *name)
{
	struct lvs_conf_suggest suggest;

	lvs_conf_suggest_init(&suggest, name);
	for (size_t i = 0; i < group->nkeys; i++)
		if (group->keys[i].type != LVS_CONF_ABSENT)
			lvs_conf_suggest_try(&suggest, group->keys[i].name);
	if (suggest.best)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "%s has no key '%s'; did you mean '%s'?", group->title, name, suggest.best);
	return lvs_ctl_fail(LVS_EXIT_USAGE, "%s has no key '%s'; see lvs.conf(5)", group->title, name);
}

/* @name: "persistent.timeout", written over */
static int set(const struct lvs_conf_group *group, json_t *object, char *name, const char *text)
{
	char *dot = strchr(name, '.');
	const struct lvs_conf_key *key;
	json_t *value, *inner;

	if (dot)
		*dot = '\0';
	key = lvs_conf_group_find(group, name);
	if (!key || key->type == LVS_CONF_ABSENT)
		return unknown(group, name);
	if (dot && key->type != LVS_CONF_GROUP)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "'%s' is no group", name);
	if (dot) {
		inner = json_object_get(object, name);
		if (!json_is_object(inner)) {
			inner = json_object();
			(void)json_object_set_new(object, name, inner);
		}
		return set(key->group, inner, dot + 1, text);
	}
	value = value_of(key, text);
	if (!value)
		return LVS_EXIT_USAGE;
	(void)json_object_set_new(object, name, value);
	return LVS_EXIT_OK;
}

int lvs_values(const struct lvs_conf_group *group, char *args[], size_t n, json_t **ret_object)
{
	json_t *object = json_object();
	int status = LVS_EXIT_OK;

	for (size_t i = 0; i < n && !status; i++) {
		char *name = strdup(args[i]), *equals = name ? strchr(name, '=') : NULL;

		if (!equals) {
			status = lvs_ctl_fail(LVS_EXIT_USAGE, "'%s' is no KEY=VALUE", args[i]);
		} else {
			*equals = '\0';
			status = set(group, object, name, equals + 1);
		}
		free(name);
	}
	if (status)
		json_decref(object);
	else
		*ret_object = object;
	return status;
}
