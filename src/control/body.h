/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies that are so small that they are read at once. */
#ifndef LVS_CONTROL_BODY_H
#define LVS_CONTROL_BODY_H

#include <jansson.h>

struct lvs_request;

#define LVS_BODY_SMALL_MAX 65536

/**
 * lvs_body_object() - the body's one object
 *
 * Return: the caller's, or NULL and the request was answered by a problem
 */
json_t *lvs_body_object(struct lvs_request *request);

/* A problem was found in @json, at @key: answers with it. @allowed, @hint: may be NULL */
void lvs_body_refuse(struct lvs_request *request, const json_t *json, const char *key, const char *detail,
		     const char *allowed, const char *hint);

#endif
