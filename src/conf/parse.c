// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text to struct: scan, libconfig, tables, cross checks. The scan comes first and hands libconfig a text that it can
 * read. Both trees are then laid over each other, which they must fit exactly: a place where the two readings differ is
 * an error, never a guess.
 */
#include "conf/parse.h"

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sites.h"
#include "conf/check.h"
#include "conf/edit.h"
#include "conf/geo.h"
#include "conf/suggest.h"
#include "conf/value.h"

static bool same_kind(const struct lvs_conf_node *node, int type)
{
	switch (node->kind) {
	case LVS_CONF_NODE_NUMBER:
	case LVS_CONF_NODE_BAD:
		return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	case LVS_CONF_NODE_FLOAT:
		return type == CONFIG_TYPE_FLOAT;
	case LVS_CONF_NODE_BOOL:
		return type == CONFIG_TYPE_BOOL;
	case LVS_CONF_NODE_STRING:
		return type == CONFIG_TYPE_STRING;
	case LVS_CONF_NODE_ARRAY:
		return type == CONFIG_TYPE_ARRAY;
	case LVS_CONF_NODE_LIST:
		return type == CONFIG_TYPE_LIST;
	case LVS_CONF_NODE_GROUP:
		return type == CONFIG_TYPE_GROUP;
	}
	return false;
}

static bool same_name(const struct lvs_conf_reader *reader, const struct lvs_conf_node *node,
		      const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	if (!node->name.line)
		return !name;
	return name && strlen(name) == node->name_len && !memcmp(name, reader->text + node->name.offset, node->name_len);
}

/* Return: whether both trees say the same; each node then knows its setting */
static bool overlay(const struct lvs_conf_reader *reader, struct lvs_conf_node *node, const config_setting_t *setting)
{
	unsigned int n = 0;

	if (!setting || !same_kind(node, config_setting_type(setting)) || !same_name(reader, node, setting)) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, node->value.line ? &node->value : NULL,
				    "write it in a simpler way", "libconfig reads this differently");
		return false;
	}
	node->setting = setting;
	for (uint32_t i = node->first; i; i = reader->scan->nodes[i].next)
		if (!reader->scan->nodes[i].twice &&
		    !overlay(reader, &reader->scan->nodes[i], config_setting_get_elem(setting, n++)))
			return false;
	return true;
}

static bool belongs_to(const struct lvs_conf_group *group, const char *name, const char **ret_title)
{
	for (size_t i = 0; i < group->nkeys; i++) {
		if (!strcmp(group->keys[i].name, name)) {
			*ret_title = group->title;
			return true;
		}
		if (group->keys[i].group && belongs_to(group->keys[i].group, name, ret_title))
			return true;
	}
	return false;
}

static void unknown_key(const struct lvs_conf_reader *reader, const struct lvs_conf_group *group,
			const struct lvs_conf_node *node)
{
	const char *name = config_setting_name(node->setting);
	struct lvs_conf_suggest suggest;
	const char *title;
	char hint[96] = "";

	lvs_conf_suggest_init(&suggest, name);
	for (size_t i = 0; i < group->nkeys; i++)
		lvs_conf_suggest_try(&suggest, group->keys[i].name);
	if (suggest.best)
		(void)snprintf(hint, sizeof(hint), "did you mean \"%s\"?", suggest.best);
	else if (belongs_to(&lvs_conf_root, name, &title))
		(void)snprintf(hint, sizeof(hint), "it is a key of %s", title);
	lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->name, hint, "unknown key \"%s\" in %s", name,
			    group->title);
}

static int read_group(const struct lvs_conf_reader *reader, const struct lvs_conf_group *group,
		      const struct lvs_conf_node *node, void *base);

/* Return: an array of @n elements in the member, or NULL without memory */
static char *make_elements(const struct lvs_conf_key *key, size_t n, void *base)
{
	char *elements = calloc(n, key->group->size);

	if (elements)
		*(void **)(void *)((char *)base + key->offset) = elements;
	return elements;
}

static int read_alone(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		      const struct lvs_conf_node *node, void *base)
{
	char *element;

	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_GROUP, "a group, { ... }"))
		return 0;
	element = make_elements(key, 1, base);
	if (!element)
		return -ENOMEM;
	*(size_t *)(void *)((char *)base + key->count) = 1;
	lvs_conf_group_defaults(key->group, element);
	return read_group(reader, key->group, node, element);
}

static int read_list(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		     const struct lvs_conf_node *node, void *base)
{
	size_t *count = (size_t *)(void *)((char *)base + key->count);
	char *elements;
	int err;

	if (key->alone)
		return read_alone(reader, key, node, base);
	if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_LIST, "a list of groups, ( { ... }, { ... } )"))
		return 0;
	if (!node->nchildren)
		return 0;
	if (node->nchildren > key->max) {
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, key->help,
				    "\"%s\" has %u elements, but may have %u", key->name, node->nchildren, (uint32_t)key->max);
		return 0;
	}
	elements = make_elements(key, node->nchildren, base);
	if (!elements)
		return -ENOMEM;
	for (uint32_t i = node->first; i; i = reader->scan->nodes[i].next) {
		const struct lvs_conf_node *element = &reader->scan->nodes[i];

		if (!lvs_conf_value_is(reader, key, element, LVS_CONF_NODE_GROUP, "groups, { ... }"))
			continue;
		/* Counted first, so that a failure below frees what it has. */
		lvs_conf_group_defaults(key->group, elements + *count * key->group->size);
		err = read_group(reader, key->group, element, elements + (*count)++ * key->group->size);
		if (err < 0)
			return err;
	}
	return 0;
}

static int read_key(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		    const struct lvs_conf_node *node, void *base)
{
	switch (key->type) {
	case LVS_CONF_GROUP:
		if (!lvs_conf_value_is(reader, key, node, LVS_CONF_NODE_GROUP, "a group, { ... }"))
			return 0;
		if (key->optional)
			*((bool *)base + key->offset) = true;
		return read_group(reader, key->group, node, (char *)base + key->offset);
	case LVS_CONF_LIST:
		return read_list(reader, key, node, base);
	case LVS_CONF_ABSENT:
		lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->name, key->def_text ? key->def_text : "remove it",
				    "\"%s\" (%s) is not supported by this version", key->name, key->help);
		return 0;
	default:
		lvs_conf_value_read(reader, key, node, base);
		return 0;
	}
}

/* @seen: a bit for each key that was there. Return: is there one in the place of @key? */
static bool stands_in(const struct lvs_conf_group *group, const struct lvs_conf_key *key, uint64_t seen)
{
	return key->unless && seen & 1ULL << (lvs_conf_group_find(group, key->unless) - group->keys);
}

static int read_group(const struct lvs_conf_reader *reader, const struct lvs_conf_group *group,
		      const struct lvs_conf_node *node, void *base)
{
	uint64_t seen = 0;
	int err;

	for (uint32_t i = node->first; i; i = reader->scan->nodes[i].next) {
		const struct lvs_conf_node *child = &reader->scan->nodes[i];
		const struct lvs_conf_key *key;

		if (child->twice)
			continue;
		key = lvs_conf_group_find(group, config_setting_name(child->setting));
		if (!key) {
			unknown_key(reader, group, child);
			continue;
		}
		seen |= 1ULL << (key - group->keys);
		err = read_key(reader, key, child, base);
		if (err < 0)
			return err;
	}
	for (size_t i = 0; i < group->nkeys; i++)
		if (group->keys[i].required && !(seen & 1ULL << i) && !stands_in(group, &group->keys[i], seen))
			lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &node->value, group->keys[i].help,
					    "%s needs \"%s\"", group->title, group->keys[i].name);
	if (group->finish)
		group->finish(base);
	return 0;
}

static int read_tree(const struct lvs_conf_reader *reader, struct lvs_conf *conf)
{
	size_t nerrors = reader->errors->nerrors;
	struct lvs_conf_where where = { .line = 0 };
	config_t config;
	int err;

	config_init(&config);
	if (config_read_string(&config, reader->scan->repaired) != CONFIG_TRUE) {
		/* After errors of the scan this one is most likely their consequence. */
		where.line = (uint32_t)config_error_line(&config);
		for (uint32_t line = 1; line < where.line; line++)
			where.offset += (uint32_t)strcspn(reader->scan->repaired + where.offset, "\n") + 1;
		if (!nerrors)
			lvs_conf_errors_add(reader->errors, LVS_CONF_ERROR, &where, NULL, "%s",
					    config_error_text(&config));
		err = -EINVAL;
	} else if (!overlay(reader, &reader->scan->nodes[0], config_root_setting(&config))) {
		err = -EINVAL;
	} else {
		err = read_group(reader, &lvs_conf_root, &reader->scan->nodes[0], conf);
	}
	config_destroy(&config);
	return err;
}

/* Text to struct, and no more. */
static int read_text(const char *text, size_t len, struct lvs_conf_errors *errors, struct lvs_conf *conf)
{
	struct lvs_conf_reader reader = { .text = text, .errors = errors };
	struct lvs_conf_scan scan;
	int err;

	if (len > LVS_CONF_FILE_BYTES_MAX) {
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, NULL, NULL, "longer than %u bytes",
				    LVS_CONF_FILE_BYTES_MAX);
		return -EINVAL;
	}
	err = lvs_conf_scan_init(text, len, errors, &scan);
	if (err < 0)
		return err;
	reader.scan = &scan;
	err = read_tree(&reader, conf);
	lvs_conf_scan_fini(&scan);
	return err;
}

static int parse(const char *text, size_t len, bool files, struct lvs_conf_errors *errors, struct lvs_conf *conf)
{
	int err = read_text(text, len, errors, conf);

	if (err == 0)
		err = lvs_conf_check(conf, errors);
	if (err == 0)
		err = lvs_conf_geo_build(conf, files, errors);
	return err;
}

int lvs_conf_parse_text(const char *text, size_t len, const char *filename, bool files, struct lvs_conf_errors *errors,
			struct lvs_conf **ret_conf)
{
	struct lvs_conf *conf = lvs_conf_new();
	int err;

	lvs_conf_errors_init(errors, filename, text, len);
	err = conf ? parse(text, len, files, errors, conf) : -ENOMEM;
	if (err == -ENOMEM)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, NULL, NULL, "out of memory");
	else if (errors->nerrors)
		err = -EINVAL;
	lvs_conf_errors_seal(errors);
	if (err < 0) {
		lvs_conf_free(conf);
		return err;
	}
	*ret_conf = conf;
	return 0;
}

int lvs_conf_parse_part(const char *text, size_t len, const char *filename, struct lvs_conf_errors *errors,
			struct lvs_conf **ret_conf)
{
	struct lvs_conf *conf = lvs_conf_new();
	int err;

	lvs_conf_errors_init(errors, filename, text, len);
	err = conf ? read_text(text, len, errors, conf) : -ENOMEM;
	if (err < 0)
		lvs_conf_free(conf);
	else
		*ret_conf = conf;
	return err;
}

int lvs_conf_parse(const char *text, size_t len, const char *filename, struct lvs_conf_errors *errors,
		   struct lvs_conf **ret_conf)
{
	return lvs_conf_parse_text(text, len, filename, false, errors, ret_conf);
}

struct lvs_conf *lvs_conf_new(void)
{
	struct lvs_conf *conf = calloc(1, sizeof(*conf));

	if (conf)
		lvs_conf_group_defaults(&lvs_conf_root, conf);
	return conf;
}

void lvs_conf_service_fini(struct lvs_conf_service *service)
{
	for (size_t i = 0; i < service->nservers; i++) {
		free(service->servers[i].check);
		free(service->servers[i].checks);
	}
	free(service->servers);
	free(service->check);
	free(service->checks);
}

void lvs_conf_free(struct lvs_conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->nservices; i++)
		lvs_conf_service_fini(&conf->services[i]);
	free(conf->services);
	free(conf->tap.routes);
	free(conf->geo.rules);
	lvs_sites_free(conf->geo.table);
	free(conf->marks);
	free(conf);
}
