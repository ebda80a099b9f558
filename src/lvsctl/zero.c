// SPDX-License-Identifier: GPL-2.0-or-later
/* zero: counters of one service, or all, begin again. */
#include "lvsctl/command.h"

#include <stdlib.h>
#include <string.h>

#include "client/path.h"
#include "lvsctl/api.h"
#include "lvsctl/object.h"

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	const char *segments[] = { "v1", "services", NULL, "zero", NULL };
	json_t *services, *service;
	char *path;
	int status;

	if (!n)
		return lvs_api_call(ctl, "POST", "/v1/zero", NULL, NULL);
	status = lvs_object_services(ctl, true, &services);
	if (status)
		return status;
	for (size_t i = 0; i < n && !status; i++) {
		status = lvs_object_service(services, args[i], &service);
		if (status)
			break;
		segments[2] = lvs_api_text(service, "id");
		path = lvs_client_path(segments);
		status = path ? lvs_api_call(ctl, "POST", path, NULL, NULL) : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
		free(path);
	}
	json_decref(services);
	return status;
}

const struct lvs_command lvs_command_zero = {
	.name = "zero",
	.args = "[SERVICE...]",
	.help = "set counters to zero, of all services or of these",
	.max = 1000,
	.run = run,
};
