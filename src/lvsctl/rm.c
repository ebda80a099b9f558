// SPDX-License-Identifier: GPL-2.0-or-later
/* rm: services or servers. All that are named must be there before the first one goes; several take a yes. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"

/* All in one request, so that they go together or not at all. Consumes the paths. */
static int delete(struct lvs_ctl *ctl, char *paths[], size_t n)
{
	json_t *operations = json_array(), *body;
	bool whole = true;
	int status;

	for (size_t i = 0; i < n; i++) {
		whole = whole && paths[i];
		if (paths[i])
			(void)json_array_append_new(operations, json_pack("{s:s, s:s}", "method", "DELETE", "path", paths[i]));
	}
	body = json_pack("{s:o}", "operations", operations);
	if (!whole)
		status = lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	else
		status = n == 1 ? lvs_api_call(ctl, "DELETE", paths[0], NULL, NULL)
				: lvs_api_call(ctl, "POST", "/v1/batch", body, NULL);
	json_decref(body);
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	return status;
}

static int remove_named(struct lvs_ctl *ctl, json_t *services, char *args[], size_t n, json_t *of)
{
	char **paths = calloc(n, sizeof(*paths)), question[64];
	json_t *object;
	int status = paths ? LVS_EXIT_OK : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");

	for (size_t i = 0; i < n && !status; i++) {
		status = of ? lvs_object_server(of, args[i], &object) : lvs_object_service(services, args[i], &object);
		if (!status)
			paths[i] = of ? lvs_object_path(of, object) : lvs_object_path(object, NULL);
	}
	(void)snprintf(question, sizeof(question), "remove %zu %s", n, of ? "servers" : "services");
	if (!status && n > 1)
		status = lvs_ctl_confirm(ctl, question);
	if (!status)
		status = delete(ctl, paths, n);
	else
		for (size_t i = 0; paths && i < n; i++)
			free(paths[i]);
	free(paths);
	return status;
}

static int remove_all(struct lvs_ctl *ctl)
{
	int status = lvs_ctl_confirm(ctl, "remove all services");

	return status ? status : lvs_api_call(ctl, "DELETE", "/v1/services", NULL, NULL);
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	bool of_service = !strcmp(args[0], "server");
	json_t *services, *service = NULL;
	int status;

	if (!strcmp(args[0], "all"))
		return n == 1 ? remove_all(ctl) : lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl rm all");
	if (n < (of_service ? 3 : 2))
		return lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl rm %s", of_service ? "server SERVICE SERVER..." : "service SERVICE...");
	status = lvs_object_services(ctl, true, &services);
	if (status)
		return status;
	if (of_service)
		status = lvs_object_service(services, args[1], &service);
	if (!status)
		status = remove_named(ctl, services, args + 1 + of_service, n - 1 - of_service, service);
	json_decref(services);
	return status;
}

static const char *const words[] = { "service", "server", "all", NULL };

const struct lvs_command lvs_command_rm = {
	.name = "rm",
	.args = "{service|server|all} ...",
	.help = "remove services or servers",
	.detail = "lvsctl rm service SERVICE...\n"
		  "lvsctl rm server SERVICE SERVER...\n"
		  "lvsctl rm all\n"
		  "\n"
		  "Several go together or not at all. More than one takes a yes, on the terminal or by --yes.\n",
	.words = words,
	.options = LVS_OPTION_BIT(yes),
	.min = 1,
	.max = 1000,
	.run = run,
};
