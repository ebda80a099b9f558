// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line of the text leads to a value of an object; the request has it, or the part of it that the request has is what is
 * at fault. What may stand there is in the tables of keys.
 */
#include "control/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "conf/keys.h"
#include "control/edit.h"
#include "control/render.h"

/* One step of a path. Return: behind it */
static const char *step(const char *path, char *name, size_t size)
{
	size_t len = strcspn(path + 1, "/");

	(void)snprintf(name, size, "%.*s", (int)len, path + 1);
	return path + 1 + len;
}

static json_t *child(json_t *json, const char *name)
{
	return json_is_array(json) ? json_array_get(json, strtoul(name, NULL, 10)) : json_object_get(json, name);
}

/* Return: how many bytes of @path lead to something in @json */
static size_t known_part(json_t *json, const char *path)
{
	const char *at = path;
	char name[64];

	while (json && *at) {
		const char *next = step(at, name, sizeof(name));

		json = child(json, name);
		if (json)
			at = next;
	}
	return (size_t)(at - path);
}

static json_t *value_at(json_t *json, const char *path)
{
	char name[64];

	while (json && *path) {
		path = step(path, name, sizeof(name));
		json = child(json, name);
	}
	return json;
}

static const struct lvs_conf_key *key_at(const struct lvs_conf_group *group, const char *path)
{
	const struct lvs_conf_key *key = NULL;
	char name[64];

	while (group && *path) {
		path = step(path, name, sizeof(name));
		if (key && key->type == LVS_CONF_LIST && !key->alone && *path)
			path = step(path, name, sizeof(name));	/* past the number of the element */
		key = lvs_conf_group_find(group, name);
		group = key ? key->group : NULL;
	}
	return key;
}

static void allowed_words(const struct lvs_conf_word *words, char *buf, size_t size)
{
	size_t at = 0;

	for (; words->text && at < size; words++)
		at += (size_t)snprintf(buf + at, size - at, "%s\"%s\"", at ? ", " : "", words->text);
}

static void allowed(const struct lvs_conf_key *key, char *buf, size_t size)
{
	switch (key->type) {
	case LVS_CONF_NUMBER:
		(void)snprintf(buf, size, "%lld to %lld", (long long)key->min, (long long)key->max);
		break;
	case LVS_CONF_SECONDS:
		(void)snprintf(buf, size, "%g to %g seconds", (double)key->min / 1000, (double)key->max / 1000);
		break;
	case LVS_CONF_BOOL:
		(void)snprintf(buf, size, "true or false");
		break;
	case LVS_CONF_CHOICE:
	case LVS_CONF_WORD:
	case LVS_CONF_FLAGS:
		allowed_words(key->words, buf, size);
		break;
	default:
		(void)snprintf(buf, size, "%s", key->help);
	}
}

static void given(const json_t *value, char *buf, size_t size)
{
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (text && strlen(text) < size)
		(void)snprintf(buf, size, "%s", text);
	else if (text)
		(void)snprintf(buf, size, "%.*s...", (int)size - 4, text);
	free(text);
}

/* One that leads the reader of a file to another line of it says nothing here. */
static bool is_about_lines(const char *hint)
{
	return strstr(hint, "in line ") || strstr(hint, "what line ");
}

/* What is allowed is told once: the reader of a file finds it in the hint. */
static void shorten_hint(struct lvs_edit_problem *problem, const struct lvs_conf_key *key)
{
	char *list = key->words ? strstr(problem->hint, "there is \"") : NULL;

	if (!strcmp(problem->hint, problem->allowed))
		list = problem->hint;
	if (!list)
		return;
	while (list > problem->hint && list[-1] == ' ')
		list--;
	*list = '\0';
}

static void add(const struct lvs_conf_error *error, const struct lvs_render_line *line, struct lvs_edit *edit)
{
	const struct lvs_render_object *object = line ? line->object : NULL;
	const char *path = line && line->path ? line->path : "";
	const struct lvs_conf_key *key;
	struct lvs_edit_problem *problem;
	char field[320];

	if (object && object->body)
		(void)snprintf(field, sizeof(field), "%s%.*s", object->pointer, (int)known_part(object->body, path), path);
	if (edit->n == LVS_EDIT_PROBLEMS_MAX)
		return;
	problem = &edit->problems[edit->n];
	(void)lvs_edit_refuse(edit, LVS_PROBLEM_INVALID, object && object->body ? field : NULL,
			      is_about_lines(error->hint) ? NULL : error->hint, "%s", error->message);
	if (!object || !object->body || !*path)
		return;
	given(value_at(object->config, path), problem->given, sizeof(problem->given));
	key = key_at(object->group, path);
	if (!key)
		return;
	allowed(key, problem->allowed, sizeof(problem->allowed));
	shorten_hint(problem, key);
}

void lvs_findings(const struct lvs_render *render, const struct lvs_conf_errors *errors, struct lvs_edit *edit)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct lvs_conf_error *error = &errors->list[i];

		if (error->severity == LVS_CONF_ERROR)
			add(error, error->line && error->line <= render->nlines ? &render->lines[error->line - 1] : NULL, edit);
	}
}
