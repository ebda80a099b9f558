// SPDX-License-Identifier: GPL-2.0-or-later
/* add: a service, or a server of one, while lvsd runs. What is there already is refused. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/path.h"
#include "conf/keys.h"
#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/values.h"

static int put(struct lvs_ctl *ctl, const char *const *segments, json_t *body)
{
	static const char *const headers[] = { "If-None-Match: *", NULL };
	char *path = lvs_client_path(segments);
	const struct lvs_request request = { .method = "PUT", .path = path, .body = body, .headers = headers };
	struct lvs_answer answer;
	int status = LVS_EXIT_OK;

	if (!path)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	if (lvs_client_call(ctl->client, &request, &answer))
		status = lvs_api_complain(&answer.problem);
	lvs_answer_fini(&answer);
	free(path);
	return status;
}

/* "192.0.2.10:80" is of TCP. Return: owned */
static char *service_id(const char *word)
{
	static const char *const protocols[] = { "tcp:", "udp:", "sctp:", "fwm:", "fwm6:" };
	char *id;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strncmp(protocols[i], word, strlen(protocols[i])))
			return strdup(word);
	return asprintf(&id, "tcp:%s", word) < 0 ? NULL : id;
}

static int add_service(struct lvs_ctl *ctl, char *args[], size_t n)
{
	char *id = service_id(args[0]);
	const char *const segments[] = { "v1", "services", id, NULL };
	json_t *body = NULL;
	int status = lvs_values(&lvs_conf_service_group, args + 1, n - 1, &body);

	if (!status)
		status = put(ctl, segments, body);
	json_decref(body);
	free(id);
	return status;
}

static int add_server(struct lvs_ctl *ctl, char *args[], size_t n)
{
	const char *segments[] = { "v1", "services", NULL, "servers", args[1], NULL };
	json_t *services, *service, *body = NULL;
	int status = lvs_object_services(ctl, true, &services);

	if (status)
		return status;
	status = lvs_object_service(services, args[0], &service);
	if (!status)
		status = lvs_values(&lvs_conf_server_group, args + 2, n - 2, &body);
	if (!status) {
		segments[2] = lvs_api_text(service, "id");
		status = put(ctl, segments, body);
	}
	json_decref(body);
	json_decref(services);
	return status;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	int status = lvs_api_open(ctl);

	if (status)
		return status;
	if (!strcmp(args[0], "service"))
		return add_service(ctl, args + 1, n - 1);
	if (n < 3)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl add server SERVICE ADDRESS [KEY=VALUE...]");
	return add_server(ctl, args + 1, n - 1);
}

static const char *const words[] = { "service", "server", NULL };

const struct lvs_command lvs_command_add = {
	.name = "add",
	.args = "{service|server} ... [KEY=VALUE...]",
	.help = "add a service or a server",
	.detail = "lvsctl add service [PROTOCOL:]ADDRESS:PORT [KEY=VALUE...]\n"
		  "lvsctl add service {fwm|fwm6}:MARK [KEY=VALUE...]\n"
		  "lvsctl add server SERVICE ADDRESS[:PORT] [KEY=VALUE...]\n"
		  "\n"
		  "Keys are those of lvs.conf(5), such as scheduler=rr, persistent.timeout=300 or weight=2; servers=ADDRESS,ADDRESS\n"
		  "gives a service its servers.\n",
	.words = words,
	.min = 2,
	.max = 100,
	.run = run,
};
