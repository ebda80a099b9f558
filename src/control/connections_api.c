// SPDX-License-Identifier: GPL-2.0-or-later
/* What may be asked about connections: a listing of those that fit, and the end of one of them. */
#include <stdlib.h>
#include <string.h>

#include "control/connections.h"
#include "control/id.h"
#include "control/problem.h"
#include "control/request.h"
#include "control/stream.h"
#include "control/walk.h"
#include "engine/engine.h"
#include "sys/clock.h"

static bool refuse(struct lvs_request *request, const char *detail, const char *given, const char *allowed)
{
	lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INVALID, .detail = detail, .given = given, .allowed = allowed });
	return false;
}

/* In what follows: Return: false and the request is answered */
static bool read_end(struct lvs_request *request, const char *key, struct lvs_end_filter *ret_filter)
{
	const char *text = lvs_request_query(request, key);

	if (!text || lvs_end_filter_parse(text, ret_filter))
		return true;
	return refuse(request, "not an address", text, "\"10.0.0.1\", \"10.0.0.0/8\", \"10.0.0.1:80\", \"2001:db8::/32\" or "
		      "\"[2001:db8::1]:80\"");
}

static bool read_protocol(struct lvs_request *request, struct lvs_conn_filter *filter)
{
	const char *text = lvs_request_query(request, "protocol");

	for (size_t i = 0; text && i < LVS_PROTO_INDEX_COUNT; i++)
		if (strcmp(lvs_id_protocol(lvs_protos[i]->number), text) == 0)
			filter->proto = lvs_protos[i]->number;
	return !text || filter->proto || refuse(request, "there is no such protocol", text, "tcp, udp or sctp");
}

static bool read_service(struct lvs_request *request, struct lvs_conn_filter *filter)
{
	const struct lvs_control_host *host = &request->control->host;
	const char *text = lvs_request_query(request, "service");
	const struct lvs_conf_service *service;

	if (!text)
		return true;
	service = lvs_id_find_service(host->conf(host->arg), text);
	if (!service) {
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_NOT_FOUND, .detail = "there is no such service",
							    .given = text });
		return false;
	}
	filter->has_service = true;
	filter->service = lvs_walk_key(service);
	return true;
}

static bool read_state(struct lvs_request *request, struct lvs_conn_filter *filter)
{
	const char *text = lvs_request_query(request, "state");

	return !text || lvs_conn_filter_state(filter, text) ||
	       refuse(request, "there is no such state", text, "what \"state\" of a connection may be, such as ESTABLISHED");
}

static bool read_templates(struct lvs_request *request, struct lvs_conn_filter *filter)
{
	static const struct {
		const char *text;
		enum lvs_template_filter filter;
	} words[] = { { "1", LVS_TEMPLATES_TOO }, { "0", LVS_TEMPLATES_NOT }, { "only", LVS_TEMPLATES_ONLY } };
	const char *text = lvs_request_query(request, "templates");

	for (size_t i = 0; text && i < ARRAY_LEN(words); i++) {
		if (strcmp(words[i].text, text) == 0) {
			filter->templates = words[i].filter;
			return true;
		}
	}
	return !text || refuse(request, "no such choice", text, "0, 1 or only");
}

static bool read_limit(struct lvs_request *request, uint64_t *ret_limit)
{
	const char *text = lvs_request_query(request, "limit");
	char *end;

	*ret_limit = text ? strtoull(text, &end, 10) : UINT64_MAX;
	return !text || (*text >= '0' && *text <= '9' && !*end) || refuse(request, "not a number", text, "0 and more");
}

static bool part(void *state, struct lvs_request *request, struct lvs_json *json)
{
	return lvs_conn_list(state, request->control->host.engine, lvs_tick_from_ns(lvs_clock_now()), json);
}

void lvs_api_connections_get(struct lvs_request *request)
{
	struct lvs_conn_listing listing = { .at = 1 }, *copy;
	struct lvs_conn_filter *filter = &listing.filter;

	if (!read_protocol(request, filter) || !read_end(request, "client", &filter->client) ||
	    !read_end(request, "virtual", &filter->virtual) || !read_end(request, "server", &filter->server) ||
	    !read_service(request, filter) || !read_state(request, filter) || !read_templates(request, filter) ||
	    !read_limit(request, &listing.left))
		return;
	copy = malloc(sizeof(*copy));
	if (!copy) {
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
		return;
	}
	*copy = listing;
	lvs_request_stream(request, LVS_TYPE_JSON, part, free, copy);
}

void lvs_api_connection_delete(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	struct lvs_conn *conn = lvs_connection_find(lvs_engine_conns(host->engine), request->params[0]);
	bool gone;

	if (!conn) {
		lvs_problem(request, &(struct lvs_problem){
			LVS_PROBLEM_NOT_FOUND, .detail = "there is no such connection, or no more", .given = request->params[0],
			.hint = "ids are those that GET /v1/connections lists" });
		return;
	}
	gone = host->disconnect(host->arg, conn, lvs_request_flag(request, "reset"));
	/* 202: what its ends say next, within seconds, is what tells them. */
	lvs_request_send_empty(request, gone ? 204 : 202);
}
