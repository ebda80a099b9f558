// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks of a server, run once now. The answer waits for the last of them, and says then how the server is; a reload
 * may have taken it away meanwhile.
 */
#include <errno.h>

#include "control/id.h"
#include "control/problem.h"
#include "control/request.h"
#include "control/show.h"
#include "sys/clock.h"

static void refuse(struct lvs_request *request, enum lvs_problem_kind kind, const char *detail, const char *given,
		   const char *hint)
{
	lvs_problem(request, &(struct lvs_problem){ .kind = kind, .detail = detail, .given = given, .hint = hint });
}

static void put_check(struct lvs_json *json, const struct lvs_control_check *check)
{
	lvs_json_object(json, NULL);
	lvs_json_text(json, "type", check->type);
	lvs_json_text(json, "asked", check->asked);
	lvs_json_text(json, "outcome", check->outcome);
	lvs_json_text(json, "reason", check->reason);
	if (check->state)
		lvs_json_text(json, "state", check->state);
	if (check->latency)
		lvs_json_float(json, "latency_ms", (double)check->latency / LVS_NS_PER_MS, 3);
	lvs_json_end_object(json);
}

/* Return: the server that the path names, and @ret_of its service; NULL and the request is answered */
static const struct lvs_conf_server *find(struct lvs_request *request, const struct lvs_conf_service **ret_of)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_conf_service *of = lvs_id_find_service(host->conf(host->arg), request->params[0]);
	const struct lvs_conf_server *server = of ? lvs_id_find_server(of, request->params[1]) : NULL;

	if (!of)
		refuse(request, LVS_PROBLEM_NOT_FOUND, "there is no such service", request->params[0],
		       "GET /v1/services lists all of them");
	else if (!server)
		refuse(request, LVS_PROBLEM_NOT_FOUND, "the service has no such server", request->params[1],
		       "ids are like \"10.0.0.11:8080\"");
	*ret_of = of;
	return server;
}

void lvs_control_checked(void *wish, const struct lvs_control_check *checks, size_t n)
{
	struct lvs_request *request = wish;
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_show show = { .host = host, .now = lvs_clock_now() };
	const struct lvs_conf_service *of;
	const struct lvs_conf_server *server = find(request, &of);
	struct lvs_json *json = &request->json;
	struct lvs_control_health health;
	char id[LVS_ENDPOINT_TEXT_BYTES];

	if (!server)
		return;
	host->health(host->arg, of, server, &health);
	lvs_json_object(json, NULL);
	lvs_json_text(json, "id", lvs_id_end(&server->addr, LVS_BE16(server->port), id));
	lvs_json_text(json, "name", server->name);
	lvs_json_text(json, "service", of->name);
	lvs_show_health(json, &show, &health, of, server);
	lvs_json_array(json, "results");
	for (size_t i = 0; i < n; i++)
		put_check(json, &checks[i]);
	lvs_json_end_array(json);
	lvs_json_end_object(json);
	lvs_request_send_json(request, 200);
}

void lvs_api_server_check(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_conf_service *of;
	const struct lvs_conf_server *server = find(request, &of);

	if (!server)
		return;
	switch (host->check(host->arg, of, server, request)) {
	case 0:
		break;
	case -ENOENT:
		refuse(request, LVS_PROBLEM_INVALID, "the server has no check", server->name, "see \"check\" in lvs.conf(5)");
		break;
	case -EBUSY:
		refuse(request, LVS_PROBLEM_BUSY, "too many servers are being checked for others", NULL, NULL);
		break;
	default:
		refuse(request, LVS_PROBLEM_INTERNAL, "out of memory", NULL, NULL);
	}
}
