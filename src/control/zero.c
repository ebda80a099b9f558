// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters and rates begin anew; connections stay as they are, and so does what is counted of them (IPVS: -Z). */
#include "control/id.h"
#include "control/request.h"
#include "control/problem.h"
#include "control/walk.h"
#include "engine/engine.h"
#include "engine/rates.h"
#include "engine/service.h"

void lvs_api_service_zero(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_conf_service *conf = lvs_id_find_service(host->conf(host->arg), request->params[0]);
	struct lvs_service_key key;
	struct lvs_service *service = NULL;

	if (conf) {
		key = lvs_walk_key(conf);
		service = lvs_service_find(lvs_engine_rules(host->engine), &key);
	}
	if (!service) {
		lvs_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_NOT_FOUND, .detail = "there is no such service",
							    .given = request->params[0] });
		return;
	}
	lvs_service_zero(service);
	lvs_request_send_empty(request, 204);
}

void lvs_api_zero(struct lvs_request *request)
{
	lvs_engine_zero(request->control->host.engine);
	lvs_request_send_empty(request, 204);
}
