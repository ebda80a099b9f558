// SPDX-License-Identifier: GPL-2.0-or-later
/* How the director is, on one page. Services and servers are counted by their states, some in each turn. */
#include <stdlib.h>
#include <string.h>

#include "control/overview.h"
#include "control/problem.h"
#include "control/request.h"
#include "control/show.h"
#include "control/stream.h"
#include "control/walk.h"
#include "engine/engine.h"

#define STEPS 512	/* of the walk, in one part */

static const char *const states[] = { "up", "draining", "drained", "down", "maintenance", "unknown" };

/**
 * struct status - state of the stream
 * @services, @live: how many there are, and how many of them have a server to choose
 * @servers:	by state
 */
struct status {
	struct lvs_walk walk;
	bool begun, live_one;
	uint64_t services, live, servers[ARRAY_LEN(states)], ejected, overloaded;
};

static void end(struct lvs_json *json, const struct status *status)
{
	uint64_t all = 0;

	lvs_json_object(json, "services");
	lvs_json_number(json, "total", status->services);
	lvs_json_number(json, "live", status->live);
	lvs_json_end_object(json);
	lvs_json_object(json, "servers");
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		all += status->servers[i];
	lvs_json_number(json, "total", all);
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		lvs_json_number(json, states[i], status->servers[i]);
	lvs_json_number(json, "ejected", status->ejected);
	lvs_json_number(json, "overloaded", status->overloaded);
	lvs_json_end_object(json);
	lvs_json_end_object(json);
}

static void count_server(struct status *status)
{
	const struct lvs_walk *walk = &status->walk;
	struct lvs_control_health health = { .state = "up" };
	const char *state;

	if (walk->server_conf)
		walk->host->health(walk->host->arg, walk->conf, walk->server_conf, &health);
	state = lvs_show_state(walk->server, walk->server_conf, &health);
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		status->servers[i] += !strcmp(states[i], state);
	status->ejected += walk->server->seen.ejected;
	status->overloaded += walk->server->overload;
	status->live_one |= lvs_server_usable(walk->server);
}

static bool part(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct status *status = state;

	if (!status->begun)
		lvs_overview(json, &request->control->host);
	status->begun = true;
	for (int i = 0; i < STEPS; i++) {
		switch (lvs_walk_next(&status->walk)) {
		case LVS_WALK_SERVICE:
			status->services++;
			status->live_one = false;
			break;
		case LVS_WALK_SERVER:
			count_server(status);
			break;
		case LVS_WALK_SERVICE_END:
			status->live += status->live_one;
			break;
		case LVS_WALK_END:
			end(json, status);
			return false;
		default:
			return false;	/* what is cut off is no JSON */
		}
	}
	return true;
}

static void dismiss(void *state)
{
	struct status *status = state;

	lvs_walk_fini(&status->walk);
	free(status);
}

void lvs_api_status_get(struct lvs_request *request)
{
	struct status *status = calloc(1, sizeof(*status));

	if (!status) {
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
		return;
	}
	lvs_walk_init(&status->walk, &request->control->host, NULL);
	lvs_request_stream(request, LVS_TYPE_JSON, part, dismiss, status);
}
