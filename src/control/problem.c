// SPDX-License-Identifier: GPL-2.0-or-later
/* A problem is an object whose type and status are of the table, and whose other members say more. */
#include "control/problem.h"

#include "control/json.h"
#include "control/request.h"

static const struct {
	const char *name;
	const char *title;
	int status;
} kinds[LVS_PROBLEM_KINDS] = {
	[LVS_PROBLEM_NOT_FOUND] = { "not-found", "not found", 404 },
	[LVS_PROBLEM_EXISTS] = { "exists", "exists already", 409 },
	[LVS_PROBLEM_INVALID] = { "invalid", "invalid value", 422 },
	[LVS_PROBLEM_MALFORMED] = { "malformed", "malformed request", 400 },
	[LVS_PROBLEM_METHOD] = { "method", "method not allowed", 405 },
	[LVS_PROBLEM_FORBIDDEN] = { "forbidden", "permission denied", 403 },
	[LVS_PROBLEM_TOO_LARGE] = { "too-large", "too large", 413 },
	[LVS_PROBLEM_BUSY] = { "busy", "busy, try again", 503 },
	[LVS_PROBLEM_INTERNAL] = { "internal", "internal error", 500 },
	[LVS_PROBLEM_RESTART_NEEDED] = { "restart-needed", "only a restart can do that", 409 },
};

static void member(struct lvs_json *json, const char *key, const char *text)
{
	if (text && *text)
		lvs_json_text(json, key, text);
}

void lvs_problem_members(struct lvs_json *json, const struct lvs_problem *problem)
{
	member(json, "detail", problem->detail);
	if (problem->field)
		lvs_json_text(json, "field", problem->field);	/* "" points to the whole body */
	member(json, "given", problem->given);
	member(json, "allowed", problem->allowed);
	member(json, "hint", problem->hint);
}

const char *lvs_problem_title(enum lvs_problem_kind kind, int *ret_status)
{
	*ret_status = kinds[kind].status;
	return kinds[kind].title;
}

int lvs_problem_begin(struct lvs_request *request, const struct lvs_problem *problem)
{
	struct lvs_json *json = &request->json;

	lvs_json_object(json, NULL);
	lvs_json_format(json, "type", "urn:lvsd:problem:%s", kinds[problem->kind].name);
	lvs_json_text(json, "title", kinds[problem->kind].title);
	lvs_json_number(json, "status", (uint64_t)kinds[problem->kind].status);
	lvs_problem_members(json, problem);
	return kinds[problem->kind].status;
}

void lvs_problem_end(struct lvs_request *request, int status)
{
	struct lvs_json *json = &request->json;

	lvs_json_end_object(json);
	lvs_json_flush(json);
	lvs_request_send(request, status, LVS_TYPE_PROBLEM);
}

void lvs_problem(struct lvs_request *request, const struct lvs_problem *problem)
{
	lvs_problem_end(request, lvs_problem_begin(request, problem));
}
