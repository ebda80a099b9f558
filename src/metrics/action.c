// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A button of the status page. It becomes what a PATCH of the server would be, goes the way of all changes, and when that is
 * in force, or refused, the browser is sent back to the page, where the session's note is told once.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/changes.h"
#include "control/id.h"
#include "control/request.h"
#include "control/visit.h"
#include "metrics/html.h"
#include "metrics/sheet.h"

#define WEIGHT_DIGITS 9

/* @body: JSON; %s is the weight.  @note: what has come of it, before the server's name */
static const struct action {
	const char *name, *body, *note;
} actions[] = {
	{ "drain", "{\"drain\":{}}", "No new connections any more for" },
	{ "ready", "{\"drain\":null,\"maintenance\":null}", "New connections again for" },
	{ "maintenance", "{\"maintenance\":true}", "In maintenance:" },
	{ "weight", "{\"weight\":%s}", "Another weight for" },
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(actions); i++)
		if (!strcmp(actions[i].name, name))
			return &actions[i];
	return NULL;
}

static bool is_number(const char *text)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;

	return digits && digits <= WEIGHT_DIGITS && !text[digits];
}

/* Back to what was seen when the button was pressed. */
static void go_back(struct lvs_request *request)
{
	const char *view = lvs_request_query(request, "view");
	struct evbuffer *location = evbuffer_new();
	const char *text = NULL;

	if (location) {
		lvs_html(location, lvs_request_flag(request, "trouble") ? "/?edit=1&trouble=1" : "/?edit=1");
		if (view && *view) {
			lvs_html(location, "&service=");
			lvs_html_url(location, view);
		}
		(void)evbuffer_add(location, "", 1);
		text = (const char *)evbuffer_pullup(location, -1);
	}
	lvs_sheet_go(request, text ? text : "/?edit=1");
	if (location)
		evbuffer_free(location);
}

static void take_note(struct lvs_request *request, const struct lvs_conf_outcome *outcome)
{
	struct lvs_session *session = lvs_visit_session(request);	/* it may have ended meanwhile */
	const struct action *action = find_action(lvs_request_query(request, "action"));
	const char *service = lvs_request_query(request, "service"), *server = lvs_request_query(request, "server");

	if (session && action)
		(void)snprintf(session->note, sizeof(session->note), "%s %.128s of %.256s",
			       outcome->ntexts ? action->note : "Nothing has changed with", server, service);
}

/* Of the other thread's problems, the first one; its pointer into the body begins with a slash. */
static void send_problem(struct lvs_change *change, const struct lvs_conf_outcome *outcome)
{
	const struct lvs_edit_problem *edit = &change->edit.problems[0];
	struct lvs_problem problem = { .kind = LVS_PROBLEM_INVALID, .detail = "the configuration is not valid" };

	if (change->edit.n)
		problem = (struct lvs_problem){ .kind = edit->kind, .detail = edit->detail, .given = edit->given,
						.field = edit->has_field && *edit->field ? edit->field + 1 : NULL,
						.allowed = edit->allowed, .hint = edit->hint };
	else if (outcome->err == -ECANCELED || outcome->err == -ENOMEM)
		problem = (struct lvs_problem){ .kind = LVS_PROBLEM_BUSY, .detail = "the director ends, or is out of memory" };
	else if (outcome->errors && outcome->errors->n)
		problem = (struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = outcome->errors->list[0].message,
						.hint = outcome->errors->list[0].hint };
	lvs_sheet_problem(change->request, &problem);
}

static void on_done(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome)
{
	struct lvs_change *change = container_of(job, struct lvs_change, job);
	struct lvs_request *request = change->request;

	request->control->pending -= change->bytes;
	if (outcome->err) {
		send_problem(change, outcome);
	} else {
		take_note(request, outcome);
		go_back(request);
	}
	lvs_change_free(change);
}

static void submit(struct lvs_request *request, const struct action *action, const char *service, const char *server,
		   const char *weight)
{
	struct lvs_change *change = lvs_change_new(request, "status page");
	int err = -ENOMEM;

	if (!change)
		return;
	change->job.make = lvs_change_make;
	change->job.done = on_done;
	change->kind = LVS_EDIT_PATCH_SERVER;
	change->service = strdup(service);
	change->server = strdup(server);
	change->body = evbuffer_new();
	if (change->service && change->server && change->body) {
		const char *place = strstr(action->body, "%s");

		if (place)
			lvs_htmlf(change->body, "%.*s%s%s", (int)(place - action->body), action->body, weight, place + 2);
		else
			lvs_html(change->body, action->body);
		err = lvs_change_queue(change);
	}
	if (!err)
		return;
	lvs_sheet_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_BUSY, .detail = "too many changes wait already",
							  .hint = "wait a moment, and try again" });
	lvs_change_free(change);
}

void lvs_api_action(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	struct lvs_problem problem;
	const char *name, *service, *server, *weight;
	const struct lvs_conf_service *conf;
	const struct action *action;

	if (!lvs_visit_admit(request, &problem)) {
		lvs_sheet_problem(request, &problem);
		return;
	}
	name = lvs_request_query(request, "action");
	service = lvs_request_query(request, "service");
	server = lvs_request_query(request, "server");
	weight = lvs_request_query(request, "weight");
	action = find_action(name);
	conf = service ? lvs_id_find_service(host->conf(host->arg), service) : NULL;
	if (!action)
		problem = (struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = "there is no such action", .field = "action",
						.given = name, .allowed = "drain, ready, maintenance or weight" };
	else if (!conf)
		problem = (struct lvs_problem){ .kind = LVS_PROBLEM_NOT_FOUND, .detail = "there is no such service",
						.field = "service", .given = service };
	else if (!server || !lvs_id_find_server(conf, server))
		problem = (struct lvs_problem){ .kind = LVS_PROBLEM_NOT_FOUND, .detail = "there is no such server of the service",
						.field = "server", .given = server };
	else if (!strcmp(action->name, "weight") && !is_number(weight))
		problem = (struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = "the weight is no number", .field = "weight",
						.given = weight, .allowed = "0 to 65535" };
	else {
		submit(request, action, service, server, weight);
		return;
	}
	lvs_sheet_problem(request, &problem);
}
