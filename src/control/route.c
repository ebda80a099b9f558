// SPDX-License-Identifier: GPL-2.0-or-later
/* A few dozen paths of a few segments each: they are walked through, and only what fits is decoded. */
#include "control/route.h"

#include <event2/http.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

const struct lvs_route lvs_routes[] = {
#define ROUTE(method, path, access, handler) { LVS_METHOD_##method, path, LVS_ACCESS_##access, lvs_api_##handler },
#include "control/route.def"
#undef ROUTE
};
const size_t lvs_nroutes = ARRAY_LEN(lvs_routes);

struct segment {
	const char *text;
	size_t len;
};

/* The next segment behind @at, which is moved; false at the end. */
static bool next_segment(const char **at, struct segment *ret_segment)
{
	if (**at != '/')
		return false;
	ret_segment->text = *at + 1;
	ret_segment->len = strcspn(*at + 1, "/");
	*at += 1 + ret_segment->len;
	return true;
}

/* @ret_params: pieces of @path, as they stand there. Return: does @path fit? */
static bool fits(const char *pattern, const char *path, struct segment ret_params[LVS_ROUTE_PARAMS_MAX], size_t *ret_n)
{
	struct segment wanted, given;
	size_t n = 0;

	while (*pattern) {
		if (!next_segment(&pattern, &wanted) || !next_segment(&path, &given))
			return false;
		if (*wanted.text == '{') {
			if (!given.len)
				return false;
			ret_params[n++] = given;
		} else if (given.len != wanted.len || memcmp(given.text, wanted.text, given.len) != 0) {
			return false;
		}
	}
	*ret_n = n;
	return !*path;
}

/* Return: false: it holds a NUL, or there is no memory */
static bool decode(const struct segment *segment, char **ret_text)
{
	char *raw = strndup(segment->text, segment->len), *text = NULL;
	size_t len = 0;

	if (raw)
		text = evhttp_uridecode(raw, 0, &len);
	free(raw);
	if (text && strlen(text) != len) {
		free(text);
		text = NULL;
	}
	*ret_text = text;
	return text;
}

static bool decode_all(const struct segment *segments, size_t n, char *ret_params[LVS_ROUTE_PARAMS_MAX])
{
	for (size_t i = 0; i < n; i++) {
		if (decode(&segments[i], &ret_params[i]))
			continue;
		while (i > 0) {
			free(ret_params[--i]);
			ret_params[i] = NULL;
		}
		return false;
	}
	return true;
}

const struct lvs_route *lvs_route_find(enum lvs_method method, const char *path, char *ret_params[LVS_ROUTE_PARAMS_MAX],
				       unsigned int *ret_allowed)
{
	struct segment params[LVS_ROUTE_PARAMS_MAX];
	size_t n;

	*ret_allowed = 0;
	for (size_t i = 0; i < lvs_nroutes; i++) {
		if (!fits(lvs_routes[i].path, path, params, &n))
			continue;
		*ret_allowed |= 1u << lvs_routes[i].method;
		if (lvs_routes[i].method != method)
			continue;
		if (decode_all(params, n, ret_params))
			return &lvs_routes[i];
		*ret_allowed = 0;
		return NULL;
	}
	return NULL;
}

char *lvs_methods_text(unsigned int methods, char buf[LVS_METHODS_TEXT_BYTES])
{
	static const char *const names[] = {
		[LVS_METHOD_GET] = "GET, HEAD", [LVS_METHOD_POST] = "POST",	[LVS_METHOD_PUT] = "PUT",
		[LVS_METHOD_PATCH] = "PATCH",	[LVS_METHOD_DELETE] = "DELETE",
	};
	size_t at = 0;

	*buf = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (methods & 1u << i)
			at += (size_t)snprintf(buf + at, LVS_METHODS_TEXT_BYTES - at, "%s%s", at ? ", " : "", names[i]);
	return buf;
}
