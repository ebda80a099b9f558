/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, for its handler: what is asked, and the ways to answer. */
#ifndef LVS_CONTROL_REQUEST_H
#define LVS_CONTROL_REQUEST_H

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "control/json.h"
#include "control/route.h"
#include "control/server.h"

struct evbuffer;
struct lvs_stream;

#define LVS_TYPE_JSON "application/json"
#define LVS_TYPE_PROBLEM "application/problem+json"
#define LVS_TYPE_TEXT "text/plain; charset=utf-8"

/**
 * struct lvs_request - from its whole arrival until its whole answer
 * @http:	NULL once the peer has gone: an answer is then taken and thrown away
 * @params:	what stands in the path for the {names} of the route, decoded
 * @admin:	who asks may change things
 * @out, @json:	of the answer, for the handler
 * @stream:	of the answer, or NULL
 *
 * A handler answers at once or later, and exactly once, with one of the functions below, of problem.h or of stream.h; after
 * that the request is gone.
 */
struct lvs_request {
	struct lvs_list node;
	struct lvs_control *control;
	struct lvs_door *door;
	struct evhttp_request *http;
	const struct lvs_route *route;
	char *params[LVS_ROUTE_PARAMS_MAX];
	struct evkeyvalq query;
	bool admin;
	struct evbuffer *out;
	struct lvs_json json;
	struct lvs_stream *stream;
};

/* evhttp has a whole request; @door is where it came in. */
void lvs_request_begin(struct lvs_door *door, struct evhttp_request *http);

/* Those under way are forgotten; evhttp must still be there. */
void lvs_requests_end(struct lvs_control *control);

/* Return: the value of "?key=value", decoded, borrowed; or NULL */
const char *lvs_request_query(const struct lvs_request *request, const char *key);

/* Is "?key" there, and neither "0" nor "false"? */
bool lvs_request_flag(const struct lvs_request *request, const char *key);

/* Return: a header's value, borrowed; or NULL */
const char *lvs_request_header(const struct lvs_request *request, const char *name);

/* Return: the body, borrowed; empty if there is none, NULL once the peer is gone */
struct evbuffer *lvs_request_body(struct lvs_request *request);

/* One more header of the answer; both are copied. */
void lvs_request_add_header(struct lvs_request *request, const char *name, const char *value);

/* Answer with what was written to @json. */
void lvs_request_send_json(struct lvs_request *request, int status);

/* Answer with what is in @out. @type: as in Content-Type */
void lvs_request_send(struct lvs_request *request, int status, const char *type);

/* Answer with nothing but a status. */
void lvs_request_send_empty(struct lvs_request *request, int status);

/* For stream.c: evhttp's side, which is handed back to evhttp; NULL if the peer is gone. */
struct evhttp_request *lvs_request_hand_over(struct lvs_request *request);

void lvs_request_free(struct lvs_request *request);

#endif
