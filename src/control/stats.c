// SPDX-License-Identifier: GPL-2.0-or-later
/* What is counted beside services and servers, and the settings that are the director's own. */
#include "conf/keys.h"
#include "control/request.h"
#include "control/settings.h"
#include "control/show.h"
#include "engine/engine.h"

void lvs_api_stats_get(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_meter *meter = lvs_engine_meter(host->engine);
	const struct lvs_show show = { .host = host, .meter = meter };
	struct lvs_json *json = &request->json;

	lvs_json_object(json, NULL);
	lvs_show_counters(json, &show, "total", &lvs_engine_stats(host->engine)->total, &meter->total);
	lvs_json_end_object(json);
	lvs_request_send_json(request, 200);
}

void lvs_api_drops_get(struct lvs_request *request)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_stats *stats = lvs_engine_stats(host->engine);
	struct lvs_json *json = &request->json;
	struct lvs_control_device device;

	host->device(host->arg, &device);
	lvs_json_object(json, NULL);
	lvs_json_array(json, "drops");
	for (enum lvs_drop drop = 1; drop < LVS_DROP_COUNT; drop++) {
		lvs_json_line(json);
		lvs_json_object(json, NULL);
		lvs_json_text(json, "reason", lvs_drop_name(drop));
		lvs_json_text(json, "text", lvs_drop_text(drop));
		lvs_json_number(json, "count", stats->dropped[drop]);
		lvs_json_end_object(json);
	}
	lvs_json_end_array(json);
	lvs_json_object(json, "device");
	lvs_json_number(json, "queue_dropped", device.queue_dropped);
	lvs_json_number(json, "refused", device.refused);
	lvs_json_end_object(json);
	lvs_json_end_object(json);
	lvs_request_send_json(request, 200);
}

/* A group at the root of lvs.conf. */
static void send_group(struct lvs_request *request, const char *name)
{
	const struct lvs_control_host *host = &request->control->host;
	const struct lvs_conf_key *key = lvs_conf_group_find(&lvs_conf_root, name);
	const char *conf = (const char *)host->conf(host->arg);

	lvs_json_object(&request->json, NULL);
	lvs_settings_json(&request->json, key->group, conf + key->offset, NULL, NULL);
	lvs_json_end_object(&request->json);
	lvs_request_send_json(request, 200);
}

void lvs_api_timeouts_get(struct lvs_request *request)
{
	send_group(request, "timeouts");
}

void lvs_api_options_get(struct lvs_request *request)
{
	send_group(request, "director");
}
