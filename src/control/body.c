// SPDX-License-Identifier: GPL-2.0-or-later
/* Here, because packets wait for it: long bodies are read by the thread that makes configurations. */
#include "control/body.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/problem.h"
#include "control/request.h"

#define FIELD_BYTES 128

json_t *lvs_body_object(struct lvs_request *request)
{
	struct evbuffer *body = lvs_request_body(request);
	size_t len = body ? evbuffer_get_length(body) : 0;
	struct lvs_problem problem = { .kind = LVS_PROBLEM_MALFORMED, .hint = "send an object, { \"key\": value, ... }" };
	json_error_t error = { .line = 0 };
	json_t *json;
	char detail[JSON_ERROR_TEXT_LENGTH + 64];

	if (len > LVS_BODY_SMALL_MAX) {
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_TOO_LARGE, .detail = "the body is too long",
							    .allowed = "65536 bytes" });
		return NULL;
	}
	json = json_loadb(len ? (const char *)evbuffer_pullup(body, -1) : "", len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			  &error);
	if (json_is_object(json))
		return json;
	problem.detail = "the body is no object";
	if (!json) {
		(void)snprintf(detail, sizeof(detail), "the body is not JSON: line %d, column %d: %s", error.line, error.column,
			       error.text);
		problem.detail = detail;
	}
	json_decref(json);
	lvs_problem(request, &problem);
	return NULL;
}

void lvs_body_refuse(struct lvs_request *request, const json_t *json, const char *key, const char *detail,
		     const char *allowed, const char *hint)
{
	const json_t *value = json_object_get(json, key);
	char *given = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	char field[FIELD_BYTES];

	(void)snprintf(field, sizeof(field), "/%s", key);
	lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = detail, .field = field,
						    .given = given, .allowed = allowed, .hint = hint });
	free(given);
}
