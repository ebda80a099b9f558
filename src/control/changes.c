// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A change is not made while the request is read: its body goes as it is to the thread that makes configurations, which
 * reads the JSON too. The answer is sent when the change is in force, or refused.
 */
#include "control/changes.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/diff.h"
#include "control/batch.h"
#include "control/request.h"

static const struct {
	void (*handler)(struct lvs_request *request);
	enum lvs_edit_kind kind;
	bool body;
	const char *what;
} kinds[] = {
	{ lvs_api_service_put, LVS_EDIT_PUT_SERVICE, true, "PUT of a service" },
	{ lvs_api_service_patch, LVS_EDIT_PATCH_SERVICE, true, "PATCH of a service" },
	{ lvs_api_service_delete, LVS_EDIT_DELETE_SERVICE, false, "DELETE of a service" },
	{ lvs_api_services_delete, LVS_EDIT_DELETE_SERVICES, false, "DELETE of all services" },
	{ lvs_api_server_put, LVS_EDIT_PUT_SERVER, true, "PUT of a server" },
	{ lvs_api_server_patch, LVS_EDIT_PATCH_SERVER, true, "PATCH of a server" },
	{ lvs_api_server_delete, LVS_EDIT_DELETE_SERVER, false, "DELETE of a server" },
	{ lvs_api_timeouts_patch, LVS_EDIT_PATCH_TIMEOUTS, true, "PATCH of timeouts" },
	{ lvs_api_options_patch, LVS_EDIT_PATCH_OPTIONS, true, "PATCH of options" },
};

bool lvs_change_kind(void (*handler)(struct lvs_request *request), enum lvs_edit_kind *ret_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].handler != handler)
			continue;
		*ret_kind = kinds[i].kind;
		return true;
	}
	return false;
}

bool lvs_change_has_body(enum lvs_edit_kind kind)
{
	return kinds[kind].body;
}
static_assert(LVS_EDIT_PATCH_OPTIONS + 1 == sizeof(kinds) / sizeof(kinds[0]), "in the order of enum lvs_edit_kind");

void lvs_change_free(struct lvs_change *change)
{
	if (!change)
		return;
	if (change->body)
		evbuffer_free(change->body);
	free(change->service);
	free(change->server);
	free(change->text);
	free(change);
}

struct lvs_change *lvs_change_new(struct lvs_request *request, const char *what)
{
	struct lvs_change *change = calloc(1, sizeof(*change));

	if (!change) {
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_BUSY, .detail = "out of memory" });
		return NULL;
	}
	change->request = request;
	change->job.what = what;
	change->job.done = lvs_change_done;
	return change;
}

/* The body without copying it. */
static int take_body(struct lvs_change *change)
{
	struct evbuffer *body = lvs_request_body(change->request);

	change->body = evbuffer_new();
	if (!change->body)
		return -ENOMEM;
	if (body)
		(void)evbuffer_add_buffer(change->body, body);
	return 0;
}

int lvs_change_queue(struct lvs_change *change)
{
	struct lvs_control *control = change->request->control;
	int err;

	change->bytes = change->body ? evbuffer_get_length(change->body) : 0;
	if (control->pending + change->bytes > LVS_CONTROL_PENDING_MAX)
		return -EBUSY;
	err = control->host.submit(control->host.arg, &change->job);
	if (!err)
		control->pending += change->bytes;
	return err;
}

void lvs_change_submit(struct lvs_change *change)
{
	int err = take_body(change);

	if (!err)
		err = lvs_change_queue(change);
	if (!err)
		return;
	lvs_problem(change->request, &(struct lvs_problem){ .kind = LVS_PROBLEM_BUSY,
							   .detail = "too many changes wait already",
							   .hint = "wait for answers, or put more of them into one batch" });
	lvs_change_free(change);
}

static int parse_body(struct lvs_change *change, json_t **ret_body)
{
	json_error_t error;
	const char *text = change->bytes ? (const char *)evbuffer_pullup(change->body, -1) : "";
	json_t *body = text ? json_loadb(text, change->bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error) : NULL;

	if (!text)
		return -ENOMEM;
	if (!body)
		return lvs_edit_refuse(&change->edit, LVS_PROBLEM_MALFORMED, NULL, "send an object, { \"key\": value, ... }",
				       "the body is not JSON: line %d, column %d: %s", error.line, error.column, error.text);
	if (!json_is_object(body)) {
		json_decref(body);
		return lvs_edit_refuse(&change->edit, LVS_PROBLEM_MALFORMED, "", "send an object, { \"key\": value, ... }",
				       "the body is no object");
	}
	*ret_body = body;
	return 0;
}

/* In the other thread. */
int lvs_change_make(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		    struct lvs_conf_errors *errors, struct lvs_conf **ret_conf)
{
	struct lvs_change *change = container_of(job, struct lvs_change, job);
	struct lvs_edit_operation op = { .kind = change->kind, .service = change->service, .server = change->server,
					 .create = change->create };
	int err = 0;

	(void)file;
	(void)errors;
	if (change->batch || kinds[change->kind].body)
		err = parse_body(change, &op.body);
	if (!err)
		err = change->batch ? lvs_batch_make(op.body, running, &change->edit, ret_conf)
				    : lvs_edit_make(&op, 1, running, &change->edit, ret_conf);
	json_decref(op.body);
	return err;
}

static struct lvs_problem as_problem(const struct lvs_edit_problem *problem)
{
	return (struct lvs_problem){ .kind = problem->kind, .detail = problem->detail,
				     .field = problem->has_field ? problem->field : NULL, .given = problem->given,
				     .allowed = problem->allowed, .hint = problem->hint };
}

/* The first one is the answer's own. */
static void send_problems(struct lvs_request *request, const struct lvs_edit *edit)
{
	struct lvs_json *json = &request->json;
	struct lvs_problem problem = as_problem(&edit->problems[0]);
	int status = lvs_problem_begin(request, &problem);

	lvs_json_array(json, "errors");
	for (size_t i = 0; i < edit->n; i++) {
		problem = as_problem(&edit->problems[i]);
		lvs_json_object(json, NULL);
		lvs_problem_members(json, &problem);
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
	lvs_problem_end(request, status);
}

/* What only a restart can do. */
static void send_restart(struct lvs_request *request, const struct lvs_conf_diff *diff)
{
	struct lvs_json *json = &request->json;
	char field[64] = "", text[512];
	int status;

	for (size_t i = 0; i < diff->n && !*field; i++)
		if (diff->changes[i].restart)
			(void)snprintf(field, sizeof(field), "/%s", lvs_conf_key_name(diff->changes[i].key));
	status = lvs_problem_begin(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_RESTART_NEEDED, .field = field,
								   .detail = "a running director cannot change that",
								   .hint = "change lvs.conf, and restart lvsd" });
	lvs_json_array(json, "errors");
	for (size_t i = 0; i < diff->n; i++) {
		if (!diff->changes[i].restart)
			continue;
		lvs_json_object(json, NULL);
		lvs_json_text(json, "detail", lvs_conf_change_describe(&diff->changes[i], text, sizeof(text)));
		lvs_json_format(json, "field", "/%s", lvs_conf_key_name(diff->changes[i].key));
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
	lvs_problem_end(request, status);
}

/* Of the file, with lines; or of what has no better place. */
static void send_findings(struct lvs_request *request, const struct lvs_conf_errors *errors)
{
	struct lvs_json *json = &request->json;
	int status = lvs_problem_begin(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_INVALID,
								       .detail = errors->n ? errors->list[0].message
											   : "the configuration is not valid",
								       .hint = errors->n ? errors->list[0].hint : NULL });

	lvs_json_array(json, "errors");
	for (size_t i = 0; i < errors->n; i++) {
		const struct lvs_conf_error *error = &errors->list[i];

		if (error->severity != LVS_CONF_ERROR)
			continue;
		lvs_json_object(json, NULL);
		lvs_json_text(json, "file", error->inside ? errors->other : errors->filename);
		lvs_json_number(json, "line", error->line);
		lvs_json_number(json, "column", error->column);
		lvs_json_text(json, "detail", error->message);
		lvs_json_text(json, "text", error->source);
		lvs_json_text(json, "hint", error->hint);
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
	lvs_problem_end(request, status);
}

static void send_changes(struct lvs_change *change, const struct lvs_conf_outcome *outcome)
{
	struct lvs_request *request = change->request;
	struct lvs_json *json = &request->json;
	size_t n = outcome->diff ? outcome->diff->n : 0;

	lvs_json_object(json, NULL);
	lvs_json_array(json, "changes");
	for (size_t i = 0; i < outcome->ntexts; i++)
		lvs_json_text(json, NULL, outcome->texts[i]);
	if (n > outcome->ntexts)
		lvs_json_format(json, NULL, "and %zu more", n - outcome->ntexts);
	lvs_json_end_array(json);
	lvs_json_end_object(json);
	lvs_request_send_json(request, change->edit.created && !change->batch ? 201 : 200);
}

void lvs_change_done(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome)
{
	struct lvs_change *change = container_of(job, struct lvs_change, job);
	struct lvs_request *request = change->request;

	request->control->pending -= change->bytes;
	if (!outcome->err)
		send_changes(change, outcome);
	else if (change->edit.n)
		send_problems(request, &change->edit);
	else if (outcome->err == -ENOTSUP)
		send_restart(request, outcome->diff);
	else if (outcome->err == -ECANCELED || outcome->err == -ENOMEM)
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_BUSY,
							    .detail = outcome->err == -ENOMEM ? "out of memory" : "the director ends" });
	else
		send_findings(request, outcome->errors);
	lvs_change_free(change);
}

static void submit_edit(struct lvs_request *request, enum lvs_edit_kind kind)
{
	struct lvs_change *change = lvs_change_new(request, kinds[kind].what);
	const char *condition = lvs_request_header(request, "If-None-Match");

	if (!change)
		return;
	change->job.make = lvs_change_make;
	change->kind = kind;
	change->create = condition && strcmp(condition, "*") == 0;
	change->service = request->params[0];
	change->server = request->params[1];
	request->params[0] = request->params[1] = NULL;
	lvs_change_submit(change);
}

void lvs_api_service_put(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_PUT_SERVICE);
}

void lvs_api_service_patch(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_PATCH_SERVICE);
}

void lvs_api_service_delete(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_DELETE_SERVICE);
}

void lvs_api_services_delete(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_DELETE_SERVICES);
}

void lvs_api_server_put(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_PUT_SERVER);
}

void lvs_api_server_patch(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_PATCH_SERVER);
}

void lvs_api_server_delete(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_DELETE_SERVER);
}

void lvs_api_timeouts_patch(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_PATCH_TIMEOUTS);
}

void lvs_api_options_patch(struct lvs_request *request)
{
	submit_edit(request, LVS_EDIT_PATCH_OPTIONS);
}

void lvs_api_batch(struct lvs_request *request)
{
	struct lvs_change *change = lvs_change_new(request, "batch");

	if (!change)
		return;
	change->job.make = lvs_change_make;
	change->batch = true;
	lvs_change_submit(change);
}

void lvs_api_reload(struct lvs_request *request)
{
	struct lvs_change *change = lvs_change_new(request, "reload");

	if (change)
		lvs_change_submit(change);
}
