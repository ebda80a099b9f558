/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON as text of lvs.conf, a value on a line of its own: what the parser says of a line is about one value of a request.
 */
#ifndef LVS_CONTROL_RENDER_H
#define LVS_CONTROL_RENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct lvs_conf_group;

#define LVS_RENDER_DEPTH_MAX 8

/**
 * struct lvs_render_object - a group of the configuration, on its way from a request
 * @config:	its keys; owned by whoever has the object
 * @body:	where they come from in part, borrowed; NULL: it is not of a request
 * @pointer:	to @body in the request (RFC 6901)
 * @group:	whose keys these are
 */
struct lvs_render_object {
	json_t *config;
	json_t *body;
	char pointer[128];
	const struct lvs_conf_group *group;
};

/* What one line is about: @path, a JSON pointer inside of @object, which may be NULL. */
struct lvs_render_line {
	const struct lvs_render_object *object;
	char *path;
};

/**
 * struct lvs_render - a text that grows
 * @err:	0 or -ENOMEM; once it is not 0 nothing is added any more
 * @lines:	line n of @text is @lines[n - 1]
 */
struct lvs_render {
	char *text;
	size_t len, size;
	struct lvs_render_line *lines;
	size_t nlines, lines_size;
	int err;
};

void lvs_render_fini(struct lvs_render *render);

/* A line that is about @object as a whole, or about nothing. @format: printf's, without a line's end */
void lvs_render_line(struct lvs_render *render, const struct lvs_render_object *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* All keys of @object. They are names; nothing is nested too deeply: see lvs_render_bad(). */
void lvs_render_keys(struct lvs_render *render, const struct lvs_render_object *object);

/**
 * lvs_render_bad() - the first key that lvs.conf could not even spell, or value that is nested too deeply
 * @ret_path:	JSON pointer to it
 *
 * Return: what is wrong with it, as a sentence; NULL: nothing
 */
const char *lvs_render_bad(const json_t *config, char *ret_path, size_t size);

#endif
