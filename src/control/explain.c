// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What would become of a client's first packet: which service is found by what, what stands in its way, and whom the
 * scheduler would choose, with what it looks at for every server. The engine follows its own steps (engine/explain.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/connections.h"
#include "control/id.h"
#include "control/problem.h"
#include "control/reason.h"
#include "control/request.h"
#include "control/stream.h"
#include "control/walk.h"
#include "sys/clock.h"

#define PART_BYTES 16384
#define WHY_NOT_BYTES (LVS_CONTROL_REASON_BYTES + 32)

/**
 * struct answer - state of the stream
 * @walk:	along the servers of the service, if there is one
 * @chosen:	only if @some
 */
struct answer {
	struct lvs_walk walk;
	bool some;
	struct lvs_addr chosen;
	lvs_be16 chosen_port;
};

static const char *result_of(const struct lvs_explanation *said)
{
	if (said->drop)
		return "dropped";
	if (said->conn)
		return "connection";
	if (said->passed)
		return "passed";
	if (said->bypassed)
		return "bypassed";
	return said->forgiven ? "forgiven" : "server";
}

static void put_said(struct lvs_json *json, const struct lvs_engine *engine, const struct lvs_explanation *said)
{
	char text[LVS_ID_BYTES];

	lvs_json_text(json, "result", result_of(said));
	if (said->mark)
		lvs_json_number(json, "mark", said->mark);
	if (said->conn)
		lvs_json_text(json, "connection", lvs_connection_id(lvs_engine_conns(engine), said->conn, text));
	if (said->template)
		lvs_json_text(json, "template", lvs_connection_id(lvs_engine_conns(engine), said->template, text));
	if (said->service) {
		lvs_json_text(json, "service", lvs_id_service(&said->service->spec.key, &said->service->spec.ports, text));
	}
	if (said->server)
		lvs_json_text(json, "server", lvs_id_end(&said->server->spec.addr, said->server->spec.port, text));
	if (said->drop)
		lvs_json_text(json, "drop", lvs_drop_name(said->drop));
	lvs_reason_why(json, said);
}

/* What the engine knows of it, and before that what its checks, and those of other services, have to do with it. */
static const char *why_not(const struct lvs_walk *walk, char text[WHY_NOT_BYTES])
{
	struct lvs_control_health health = { .in = true };
	struct lvs_control_quorum quorum;

	if (walk->server_conf)
		walk->host->health(walk->host->arg, walk->conf, walk->server_conf, &health);
	if (health.in)
		return lvs_reason_why_not(walk->server);
	if (strcmp(health.state, "up") != 0)
		return lvs_reason_not_in(health.state);
	walk->host->quorum(walk->host->arg, walk->conf, &quorum);
	(void)snprintf(text, WHY_NOT_BYTES, "the service has no quorum: %s", quorum.reason);
	return text;
}

static void put_server(struct lvs_json *json, const struct answer *answer)
{
	const struct lvs_server *server = answer->walk.server;
	char why[WHY_NOT_BYTES];
	const char *reason = why_not(&answer->walk, why);
	char text[LVS_ENDPOINT_TEXT_BYTES];

	lvs_json_line(json);
	lvs_json_object(json, NULL);
	lvs_json_text(json, "id", lvs_id_end(&server->spec.addr, server->spec.port, text));
	lvs_json_bool(json, "chosen", answer->some && lvs_addr_equal(&answer->chosen, &server->spec.addr) &&
		      answer->chosen_port == server->spec.port);
	lvs_json_number(json, "weight", server->spec.weight);
	lvs_json_number(json, "active", server->active);
	lvs_json_number(json, "inactive", server->inactive);
	lvs_json_number(json, "overhead", lvs_server_overhead(server));
	lvs_json_bool(json, "usable", lvs_server_usable(server));
	if (reason)
		lvs_json_text(json, "why_not", reason);
	lvs_json_end_object(json);
}

static bool part(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct answer *answer = state;
	size_t enough = lvs_json_length(json) + PART_BYTES;

	(void)request;
	while (lvs_json_length(json) < enough) {
		enum lvs_walk_step step = lvs_walk_next(&answer->walk);

		if (step == LVS_WALK_FAILED)
			return false;	/* what is cut off is no JSON */
		if (step == LVS_WALK_SERVER)
			put_server(json, answer);
		if (step == LVS_WALK_END) {
			lvs_json_end_array(json);
			lvs_json_end_object(json);
			return false;
		}
	}
	return true;
}

static void dismiss(void *state)
{
	struct answer *answer = state;

	lvs_walk_fini(&answer->walk);
	free(answer);
}

/* "10.0.0.1:4711", or without a port. */
static bool read_client(const char *text, struct lvs_tuple *tuple)
{
	uint16_t port;

	if (!text)
		return false;
	if (lvs_id_parse_end(text, &tuple->src, &tuple->sport) || !lvs_addr_parse(text, &tuple->src))
		return true;
	return !lvs_endpoint_parse(text, &tuple->src, &port) && !port;	/* in brackets */
}

/* Return: what is wrong, or NULL */
static const char *read_question(const struct lvs_request *request, struct lvs_tuple *ret_tuple, uint32_t *ret_mark)
{
	const char *protocol = lvs_request_query(request, "protocol"), *mark = lvs_request_query(request, "mark");
	const char *virtual = lvs_request_query(request, "virtual");
	struct lvs_tuple tuple = { .proto = 0 };
	char *end = "";

	for (size_t i = 0; i < LVS_PROTO_INDEX_COUNT; i++)
		if (!strcmp(lvs_id_protocol(lvs_protos[i]->number), protocol ? protocol : "tcp"))
			tuple.proto = lvs_protos[i]->number;
	if (!tuple.proto)
		return "protocol";
	if (!read_client(lvs_request_query(request, "client"), &tuple))
		return "client";
	if (!virtual || !lvs_id_parse_end(virtual, &tuple.dst, &tuple.dport) ||
	    lvs_addr_is4(&tuple.src) != lvs_addr_is4(&tuple.dst))
		return "virtual";
	*ret_mark = mark ? (uint32_t)strtoul(mark, &end, 10) : 0;
	*ret_tuple = tuple;
	return *end ? "mark" : NULL;
}

void lvs_api_explain_get(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	struct answer *answer = calloc(1, sizeof(*answer));
	struct lvs_explanation said;
	struct lvs_tuple tuple;
	uint32_t mark;
	const char *wrong = read_question(request, &tuple, &mark);

	if (wrong) {
		free(answer);
		lvs_problem(request, &(struct lvs_problem){
			LVS_PROBLEM_INVALID, .detail = "the question is not complete, or ends are of two families",
			.given = wrong, .hint = "ask like /v1/explain?client=198.51.100.7&virtual=192.0.2.10:80&protocol=tcp" });
		return;
	}
	if (!answer || lvs_engine_explain(host->engine, &tuple, mark, lvs_clock_now(), &said)) {
		free(answer);
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
		return;
	}
	lvs_json_object(&request->json, NULL);
	put_said(&request->json, host->engine, &said);
	if (!said.service) {
		free(answer);
		lvs_json_end_object(&request->json);
		lvs_request_send_json(request, 200);
		return;
	}
	if (said.server) {
		answer->some = true;
		answer->chosen = said.server->spec.addr;
		answer->chosen_port = said.server->spec.port;
	}
	lvs_json_array(&request->json, "servers");
	lvs_walk_init(&answer->walk, host, &said.service->spec.key);
	lvs_request_stream(request, LVS_TYPE_JSON, part, dismiss, answer);
}
