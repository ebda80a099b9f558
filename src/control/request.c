// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between evhttp and the handlers. A peer may go at any time, also while its answer is being made elsewhere: then the
 * request stays for whoever works on it, without anybody to answer to.
 */
#include "control/request.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "control/problem.h"
#include "control/stream.h"
#include "sys/loop.h"

/* evhttp leaves an unfinished request to us when its connection goes. */
static void on_close(struct evhttp_connection *connection, void *arg)
{
	struct lvs_request *request = arg;
	struct evhttp_request *http = request->http;

	(void)connection;
	request->http = NULL;
	if (http && !evhttp_request_get_connection(http))
		evhttp_request_free(http);
	if (request->stream)
		lvs_request_free(request);
}

static void watch_close(struct lvs_request *request, bool on)
{
	struct evhttp_connection *connection = request->http ? evhttp_request_get_connection(request->http) : NULL;

	if (connection)
		evhttp_connection_set_closecb(connection, on ? on_close : NULL, on ? request : NULL);
}

void lvs_request_free(struct lvs_request *request)
{
	lvs_stream_free(request->stream);
	for (size_t i = 0; i < LVS_ROUTE_PARAMS_MAX; i++)
		free(request->params[i]);
	evhttp_clear_headers(&request->query);
	if (request->out)
		evbuffer_free(request->out);
	lvs_list_remove(&request->node);
	free(request);
}

struct evhttp_request *lvs_request_hand_over(struct lvs_request *request)
{
	struct evhttp_request *http = request->http;

	if (http) {
		watch_close(request, false);
		lvs_door_busy(request->door, http, false);
	}
	request->http = NULL;
	return http;
}

void lvs_requests_end(struct lvs_control *control)
{
	while (!lvs_list_empty(&control->requests)) {
		struct lvs_request *request = lvs_list_entry(control->requests.next, struct lvs_request, node);

		watch_close(request, false);
		lvs_request_free(request);
	}
}

static enum lvs_method method_of(struct evhttp_request *http)
{
	switch (evhttp_request_get_command(http)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		return LVS_METHOD_GET;
	case EVHTTP_REQ_POST:
		return LVS_METHOD_POST;
	case EVHTTP_REQ_PUT:
		return LVS_METHOD_PUT;
	case EVHTTP_REQ_PATCH:
		return LVS_METHOD_PATCH;
	case EVHTTP_REQ_DELETE:
		return LVS_METHOD_DELETE;
	default:
		return LVS_METHOD_OTHER;
	}
}

static void refuse_method(struct lvs_request *request, unsigned int allowed)
{
	char text[64];

	lvs_request_add_header(request, "Allow", lvs_methods_text(allowed, text));
	lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_METHOD, .detail = "the resource does not take this method",
						    .allowed = text });
}

static void dispatch(struct lvs_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request->http);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL, *query = uri ? evhttp_uri_get_query(uri) : NULL;
	unsigned int allowed;

	if (query && evhttp_parse_query_str(query, &request->query) < 0) {
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_MALFORMED, .detail = "the query cannot be read",
							    .given = query });
		return;
	}
	request->route = lvs_route_find(method_of(request->http), path ? path : "/", request->params, &allowed);
	if (!request->route && allowed)
		refuse_method(request, allowed);
	else if (!request->route)
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_NOT_FOUND, .detail = "there is no such resource",
							    .given = path, .hint = "see lvsd-api(7)" });
	else if (request->route->access == LVS_ACCESS_ADMIN && !request->admin)
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_FORBIDDEN,
							    .detail = request->door->local ? "you may read, but not change anything"
											   : "over TCP nothing can be changed",
							    .hint = request->door->local
								? "be root, the user that lvsd runs as, or a member of control.group of lvs.conf"
								: "use the UNIX socket, control.socket of lvs.conf" });
	else
		request->route->handler(request);
}

void lvs_request_begin(struct lvs_door *door, struct evhttp_request *http)
{
	struct lvs_request *request = calloc(1, sizeof(*request));

	lvs_loop_mark(door->control->host.loop);
	if (request)
		request->out = evbuffer_new();
	if (!request || !request->out) {
		free(request);
		evhttp_send_error(http, HTTP_INTERNAL, NULL);
		return;
	}
	request->control = door->control;
	request->door = door;
	request->http = http;
	TAILQ_INIT(&request->query);
	lvs_json_init(&request->json, request->out);
	lvs_list_push_back(&door->control->requests, &request->node);
	lvs_door_busy(door, http, true);
	request->admin = lvs_door_is_admin(door, http);
	watch_close(request, true);
	dispatch(request);
}

const char *lvs_request_query(const struct lvs_request *request, const char *key)
{
	return evhttp_find_header(&request->query, key);
}

bool lvs_request_flag(const struct lvs_request *request, const char *key)
{
	const char *value = lvs_request_query(request, key);

	return value && strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
}

const char *lvs_request_header(const struct lvs_request *request, const char *name)
{
	return request->http ? evhttp_find_header(evhttp_request_get_input_headers(request->http), name) : NULL;
}

struct evbuffer *lvs_request_body(struct lvs_request *request)
{
	return request->http ? evhttp_request_get_input_buffer(request->http) : NULL;
}

void lvs_request_add_header(struct lvs_request *request, const char *name, const char *value)
{
	if (request->http)
		(void)evhttp_add_header(evhttp_request_get_output_headers(request->http), name, value);
}

static const char *phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{ 200, "OK" }, { 201, "Created" }, { 204, "No Content" }, { 303, "See Other" }, { 400, "Bad Request" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 409, "Conflict" }, { 413, "Content Too Large" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" }, { 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return status < 400 ? "OK" : "Internal Server Error";
}

static void send_out(struct lvs_request *request, int status)
{
	struct evhttp_request *http = lvs_request_hand_over(request);

	if (http && evhttp_request_get_command(http) == EVHTTP_REQ_HEAD)
		(void)evbuffer_drain(request->out, evbuffer_get_length(request->out));
	if (http)
		evhttp_send_reply(http, status, phrase(status), request->out);
	lvs_request_free(request);
}

void lvs_request_send(struct lvs_request *request, int status, const char *type)
{
	lvs_request_add_header(request, "Content-Type", type);
	lvs_request_add_header(request, "Cache-Control", "no-store");
	send_out(request, status);
}

void lvs_request_send_json(struct lvs_request *request, int status)
{
	lvs_json_flush(&request->json);
	(void)evbuffer_add(request->out, "\n", 1);
	lvs_request_send(request, status, LVS_TYPE_JSON);
}

void lvs_request_send_empty(struct lvs_request *request, int status)
{
	send_out(request, status);
}
