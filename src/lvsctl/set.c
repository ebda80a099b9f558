// SPDX-License-Identifier: GPL-2.0-or-later
/* set: change keys of a service, a server, the timeouts or the options of the director, while lvsd runs. */
#include "lvsctl/command.h"

#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/values.h"

static int patch(struct lvs_ctl *ctl, const char *path, const struct lvs_conf_group *group, char *args[], size_t n)
{
	json_t *body;
	int status = lvs_values(group, args, n, &body);

	if (status)
		return status;
	status = path ? lvs_api_call(ctl, "PATCH", path, body, NULL) : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	json_decref(body);
	return status;
}

static int set_object(struct lvs_ctl *ctl, char *args[], size_t n, bool of_server)
{
	json_t *services, *service, *server = NULL;
	size_t first = of_server ? 2 : 1;
	char *path;
	int status;

	if (n <= first)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl set %s KEY=VALUE...", of_server ? "server SERVICE SERVER" : "service SERVICE");
	status = lvs_object_services(ctl, true, &services);
	if (status)
		return status;
	status = lvs_object_service(services, args[0], &service);
	if (!status && of_server)
		status = lvs_object_server(service, args[1], &server);
	if (!status) {
		path = lvs_object_path(service, server);
		status = patch(ctl, path, of_server ? &lvs_conf_server_group : &lvs_conf_service_group, args + first, n - first);
		free(path);
	}
	json_decref(services);
	return status;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	if (!strcmp(args[0], "timeouts"))
		return patch(ctl, "/v1/timeouts", lvs_conf_group_find(&lvs_conf_root, "timeouts")->group, args + 1, n - 1);
	if (!strcmp(args[0], "options"))
		return patch(ctl, "/v1/options", lvs_conf_group_find(&lvs_conf_root, "director")->group, args + 1, n - 1);
	return set_object(ctl, args + 1, n - 1, !strcmp(args[0], "server"));
}

static const char *const words[] = { "service", "server", "timeouts", "options", NULL };

const struct lvs_command lvs_command_set = {
	.name = "set",
	.args = "{service|server|timeouts|options} ... KEY=VALUE...",
	.help = "change a service, a server or the director",
	.detail = "lvsctl set service SERVICE KEY=VALUE...\n"
		  "lvsctl set server SERVICE SERVER KEY=VALUE...\n"
		  "lvsctl set timeouts KEY=VALUE...\n"
		  "lvsctl set options KEY=VALUE...     of lvs.conf's \"director\"\n"
		  "\n"
		  "KEY= takes a setting back to its default. What is set holds until the next reload.\n",
	.words = words,
	.min = 2,
	.max = 100,
	.run = run,
};
