// SPDX-License-Identifier: GPL-2.0-or-later
/* check: a server's checks, run now, and what each of them found. */
#include "lvsctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/table.h"

/* Longer than any check may take. */
#define PATIENCE 3660

static const char *const titles[] = { "Check", "Asked", "Outcome", ">ms", "State", "Reason", NULL };

/* The server that a word alone names. */
struct one {
	json_t *service, *server;
	size_t n;
};

static int take(void *arg, json_t *service, json_t *server)
{
	struct one *one = arg;

	*one = (struct one){ .service = service, .server = server, .n = one->n + 1 };
	return LVS_EXIT_OK;
}

static int find(json_t *services, char *args[], size_t n, struct one *one)
{
	int status;

	if (n == 1) {
		status = lvs_object_each_server(services, args[0], take, one);
		if (!status && one->n > 1)
			return lvs_ctl_fail(LVS_EXIT_USAGE, "%zu services have '%s'; give the service too", one->n, args[0]);
		return status;
	}
	status = lvs_object_service(services, args[0], &one->service);
	return status ? status : lvs_object_server(one->service, args[1], &one->server);
}

static enum lvs_colour colour_of(const char *word)
{
	if (!strcmp(word, "up") || !strcmp(word, "passed"))
		return LVS_GREEN;
	return !strcmp(word, "down") || !strcmp(word, "failed") ? LVS_RED : LVS_YELLOW;
}

static void print(const struct lvs_ctl *ctl, const json_t *answer, const char *state)
{
	struct lvs_table table;
	json_t *result;
	size_t i;

	printf("%s of %s: ", lvs_api_text(answer, "name"), lvs_api_text(answer, "service"));
	lvs_put(ctl, colour_of(state), "%s\n", state);
	lvs_table_init(&table, ctl, titles);
	json_array_foreach(json_object_get(answer, "results"), i, result) {
		const char *outcome = lvs_api_text(result, "outcome"), *after = lvs_api_text(result, "state");

		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(result, "type"));
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(result, "asked"));
		lvs_table_add(&table, colour_of(outcome), "%s", outcome);
		if (json_object_get(result, "latency_ms"))
			lvs_table_add(&table, LVS_PLAIN, "%.1f", lvs_api_number(result, "latency_ms"));
		else
			lvs_table_add(&table, LVS_PLAIN, "-");
		lvs_table_add(&table, colour_of(after), "%s", *after ? after : "-");
		lvs_table_add(&table, LVS_PLAIN, "%s", lvs_api_text(result, "reason"));
	}
	lvs_table_print(&table);
}

static int check(struct lvs_ctl *ctl, const struct one *one)
{
	char *server = lvs_object_path(one->service, one->server), *path = NULL;
	struct lvs_answer answer;
	const char *state;
	int status;

	if (!server || asprintf(&path, "%s/check", server) < 0) {
		free(server);
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	}
	free(server);
	lvs_client_patience(ctl->client, PATIENCE);
	status = lvs_api_call(ctl, "POST", path, NULL, &answer);
	free(path);
	if (status)
		return status;
	state = lvs_api_text(json_object_get(answer.json, "health"), "state");
	if (lvs_ctl_given(ctl, LVS_OPTION_json))
		(void)lvs_api_print(answer.json);
	else
		print(ctl, answer.json, state);
	status = strcmp(state, "up") == 0 ? LVS_EXIT_OK : LVS_EXIT_FAILED;
	lvs_answer_fini(&answer);
	return status;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct one one = { .n = 0 };
	json_t *services;
	int status = lvs_object_services(ctl, true, &services);

	if (status)
		return status;
	status = find(services, args, n, &one);
	if (!status)
		status = check(ctl, &one);
	json_decref(services);
	return status;
}

const struct lvs_command lvs_command_check = {
	.name = "check",
	.args = "[SERVICE] SERVER",
	.help = "run a server's checks now, and tell what they found",
	.detail = "SERVER alone will do where only one service has it. The results count as any others.\n"
		  "Exit status 1: it is not up.\n",
	.options = LVS_OPTION_BIT(json),
	.min = 1,
	.max = 2,
	.run = run,
};
