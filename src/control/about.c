// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon itself: its version, and how much it says. */
#include <string.h>

#include "control/body.h"
#include "control/request.h"
#include "sys/log.h"

#define IPVS_VERSION "1.2.1"	/* of the kernel's ip_vs, as which lvsd behaves */

void lvs_api_version(struct lvs_request *request)
{
	struct lvs_json *json = &request->json;

	lvs_json_object(json, NULL);
	lvs_json_text(json, "version", PACKAGE_VERSION);
	lvs_json_number(json, "api", 1);
	lvs_json_text(json, "ipvs", IPVS_VERSION);
	lvs_json_end_object(json);
	lvs_request_send_json(request, 200);
}

void lvs_api_log_get(struct lvs_request *request)
{
	struct lvs_json *json = &request->json;

	lvs_json_object(json, NULL);
	lvs_json_text(json, "level", lvs_log_level_name(lvs_log_level(request->control->host.log)));
	lvs_json_end_object(json);
	lvs_request_send_json(request, 200);
}

void lvs_api_log_put(struct lvs_request *request)
{
	json_t *body = lvs_body_object(request);
	struct lvs_log *log;
	const char *key, *name;
	enum lvs_log_level level;
	json_t *value;

	if (!body)
		return;
	log = request->control->host.log;
	json_object_foreach(body, key, value) {
		if (strcmp(key, "level") == 0)
			continue;
		lvs_body_refuse(request, body, key, "unknown key", "level", NULL);
		json_decref(body);
		return;
	}
	name = json_string_value(json_object_get(body, "level"));
	if (!name || !lvs_log_level_find(name, &level)) {
		lvs_body_refuse(request, body, "level", "there is no such level", "error, warning, notice, info or debug", NULL);
	} else {
		lvs_log(log, LVS_LOG_NOTICE, "messages from \"%s\" on are logged", name);
		lvs_log_set_level(log, level);
		lvs_api_log_get(request);
	}
	json_decref(body);
}
