// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing is judged here but spelling: a number where a word belongs goes into the text as it is, and the parser says what
 * it says of files. Null is the absence of a key.
 */
#include "control/render.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 256

void lvs_render_fini(struct lvs_render *render)
{
	for (size_t i = 0; i < render->nlines; i++)
		free(render->lines[i].path);
	free(render->lines);
	free(render->text);
}

/* Room for @len more bytes and a NUL. */
static bool has_room(struct lvs_render *render, size_t len)
{
	size_t size = render->size ? render->size : 4096;
	char *larger;

	if (render->err)
		return false;
	while (size - render->len <= len)
		size *= 2;
	if (size == render->size)
		return true;
	larger = realloc(render->text, size);
	if (!larger) {
		render->err = -ENOMEM;
		return false;
	}
	render->text = larger;
	render->size = size;
	return true;
}

static void put(struct lvs_render *render, const char *bytes, size_t len)
{
	if (!has_room(render, len))
		return;
	memcpy(render->text + render->len, bytes, len);
	render->len += len;
}

static void put_text(struct lvs_render *render, const char *text)
{
	put(render, text, strlen(text));
}

/* The line that is being written ends, and was about @path of @object. */
static void end_line(struct lvs_render *render, const struct lvs_render_object *object, const char *path)
{
	struct lvs_render_line line = { .object = object };

	put(render, "\n", 1);
	if (render->err)
		return;
	if (render->nlines == render->lines_size) {
		size_t size = render->lines_size ? 2 * render->lines_size : 64;
		struct lvs_render_line *larger = reallocarray(render->lines, size, sizeof(*larger));

		if (!larger) {
			render->err = -ENOMEM;
			return;
		}
		render->lines = larger;
		render->lines_size = size;
	}
	/* Of what nobody sent nothing can be wrong in a way that would need a pointer. */
	if (object && object->body && *path) {
		line.path = strdup(path);
		render->err = line.path ? 0 : -ENOMEM;
	}
	render->lines[render->nlines++] = line;
}

void lvs_render_line(struct lvs_render *render, const struct lvs_render_object *object, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put_text(render, text);
	end_line(render, object, "");
}

static void put_string(struct lvs_render *render, const json_t *string)
{
	const char *text = json_string_value(string);
	size_t len = json_string_length(string);

	put(render, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		char escape[8];

		if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f) {
			put(render, &text[i], 1);
			continue;
		}
		(void)snprintf(escape, sizeof(escape), c == '"' || c == '\\' ? "\\%c" : "\\x%02x", c);
		put_text(render, escape);
	}
	put(render, "\"", 1);
}

static void put_real(struct lvs_render *render, double value)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "%.17g", value);
	if (!strpbrk(text, ".e"))
		(void)strcat(text, ".0");
	put_text(render, text);
}

static void put_value(struct lvs_render *render, const struct lvs_render_object *object, const char *path,
		      const json_t *value);

static void put_list(struct lvs_render *render, const struct lvs_render_object *object, const char *path, const json_t *list)
{
	bool lines = json_is_object(json_array_get(list, 0));

	put(render, "(", 1);
	if (lines)
		end_line(render, object, path);
	for (size_t i = 0; i < json_array_size(list); i++) {
		char inside[PATH_BYTES];

		if (i)
			put(render, ", ", 2);
		(void)snprintf(inside, sizeof(inside), "%s/%zu", path, i);
		put_value(render, object, inside, json_array_get(list, i));
	}
	put(render, ")", 1);
}

static void put_members(struct lvs_render *render, const struct lvs_render_object *object, const char *path,
			const json_t *group)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)group, key, value) {
		char inside[PATH_BYTES];

		if (json_is_null(value))
			continue;
		(void)snprintf(inside, sizeof(inside), "%s/%s", path, key);
		put_text(render, key);
		put_text(render, json_is_object(value) || json_is_array(value) ? ": " : " = ");
		put_value(render, object, inside, value);
		put(render, ";", 1);
		end_line(render, object, inside);
	}
}

static void put_value(struct lvs_render *render, const struct lvs_render_object *object, const char *path,
		      const json_t *value)
{
	char text[32];

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put(render, "{", 1);
		end_line(render, object, path);
		put_members(render, object, path, value);
		put(render, "}", 1);
		break;
	case JSON_ARRAY:
		put_list(render, object, path, value);
		break;
	case JSON_STRING:
		put_string(render, value);
		break;
	case JSON_INTEGER:
		(void)snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		put_text(render, text);
		break;
	case JSON_REAL:
		put_real(render, json_real_value(value));
		break;
	case JSON_NULL:	/* in a list: of no type that would fit */
	case JSON_FALSE:
		put_text(render, "false");
		break;
	case JSON_TRUE:
		put_text(render, "true");
		break;
	}
}

void lvs_render_keys(struct lvs_render *render, const struct lvs_render_object *object)
{
	put_members(render, object, "", object->config);
}

static bool is_name(const char *key)
{
	if (!isalpha((unsigned char)*key))
		return false;
	for (; *key; key++)
		if (!isascii((unsigned char)*key) || (!isalnum((unsigned char)*key) && *key != '_' && *key != '-'))
			return false;
	return true;
}

/* Appends a step, escaped as in RFC 6901. Return: bytes of the path */
static size_t append(char *path, size_t at, size_t size, const char *key)
{
	if (at + 1 < size)
		path[at++] = '/';
	for (; *key && at + 2 < size; key++) {
		if (*key == '~' || *key == '/')
			path[at++] = '~';
		path[at++] = *key == '~' ? '0' : *key == '/' ? '1' : *key;
	}
	path[at] = '\0';
	return at;
}

static const char *find_bad(const json_t *value, char *path, size_t at, size_t size, unsigned int depth)
{
	const char *key, *bad = NULL;
	char number[24];
	json_t *inside;

	if (depth > LVS_RENDER_DEPTH_MAX)
		return "nested too deeply";
	if (json_is_object(value))
		json_object_foreach((json_t *)value, key, inside) {
			size_t end = append(path, at, size, key);

			bad = is_name(key) ? find_bad(inside, path, end, size, depth + 1) : "unknown key";
			if (bad)
				return bad;
		}
	for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
		(void)snprintf(number, sizeof(number), "%zu", i);
		bad = find_bad(json_array_get(value, i), path, append(path, at, size, number), size, depth + 1);
		if (bad)
			return bad;
	}
	path[at] = '\0';
	return NULL;
}

const char *lvs_render_bad(const json_t *config, char *ret_path, size_t size)
{
	*ret_path = '\0';
	return find_bad(config, ret_path, 0, size, 0);
}
