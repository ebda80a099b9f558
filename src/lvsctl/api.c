// SPDX-License-Identifier: GPL-2.0-or-later
/* One way from a failure of the client to words and an exit status, for all commands. */
#include "lvsctl/api.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int lvs_api_open(struct lvs_ctl *ctl)
{
	const char *option = ctl->options[LVS_OPTION_socket], *path = lvs_client_socket(option);
	int err;

	if (ctl->client)
		return LVS_EXIT_OK;
	err = lvs_client_new(path, &ctl->client);
	if (err == -ENAMETOOLONG)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "%s: too long for the name of a socket", path);
	return err ? lvs_ctl_fail(LVS_EXIT_FAILED, "%s", strerror(-err)) : LVS_EXIT_OK;
}

static int status_of(const struct lvs_problem *problem)
{
	switch (problem->failure) {
	case LVS_FAILURE_NONE:
		return LVS_EXIT_OK;
	case LVS_FAILURE_NO_SOCKET:
	case LVS_FAILURE_STALE:
	case LVS_FAILURE_UNREACHABLE:
		return LVS_EXIT_UNREACHABLE;
	case LVS_FAILURE_PERMISSION:
		return LVS_EXIT_PERMISSION;
	case LVS_FAILURE_PROBLEM:
		if (strstr(problem->kind, "not-found"))
			return LVS_EXIT_NO_OBJECT;
		return strstr(problem->kind, "invalid") || strstr(problem->kind, "restart-needed") ? LVS_EXIT_CONFIG
												   : LVS_EXIT_FAILED;
	default:
		return LVS_EXIT_FAILED;
	}
}

/* One of several errors: where in the file or the request, what, and what to do. */
static void complain_of(const json_t *error)
{
	const char *file = lvs_api_text(error, "file"), *field = lvs_api_text(error, "field"), *hint = lvs_api_text(error, "hint");
	const char *allowed = lvs_api_text(error, "allowed"), *text = lvs_api_text(error, "text");

	if (*file)
		fprintf(stderr, "%s:%lld:%lld: ", file, lvs_api_int(error, "line"), lvs_api_int(error, "column"));
	else if (*field)
		fprintf(stderr, "%s: ", field);
	fprintf(stderr, "%s\n", lvs_api_text(error, "detail"));
	if (*text)
		fprintf(stderr, "    %s\n", text);
	if (*hint)
		fprintf(stderr, "    hint: %s\n", hint);
	if (*allowed)
		fprintf(stderr, "    allowed: %s\n", allowed);
}

int lvs_api_complain(const struct lvs_problem *problem)
{
	size_t n = json_array_size(problem->errors);
	bool in_file = *lvs_api_text(json_array_get(problem->errors, 0), "file");

	(void)fflush(stdout);
	if (n <= 1 && !in_file)
		return lvs_ctl_fail(status_of(problem), "%s", problem->message);
	for (size_t i = 0; i < n; i++)
		complain_of(json_array_get(problem->errors, i));
	return lvs_ctl_fail(status_of(problem), "refused, and nothing has changed");
}

int lvs_api_call(struct lvs_ctl *ctl, const char *method, const char *path, json_t *body, struct lvs_answer *ret_answer)
{
	const struct lvs_request request = { .method = method, .path = path, .body = body };
	struct lvs_answer answer;
	int status = lvs_api_open(ctl);

	if (status)
		return status;
	if (lvs_client_call(ctl->client, &request, &answer)) {
		status = lvs_api_complain(&answer.problem);
		lvs_answer_fini(&answer);
		return status;
	}
	if (ret_answer)
		*ret_answer = answer;
	else
		lvs_answer_fini(&answer);
	return LVS_EXIT_OK;
}

int lvs_api_get(struct lvs_ctl *ctl, const char *path, json_t **ret_json)
{
	struct lvs_answer answer;
	int status = lvs_api_call(ctl, "GET", path, NULL, &answer);

	if (status)
		return status;
	if (!json_is_object(answer.json)) {
		lvs_answer_fini(&answer);
		return lvs_ctl_fail(LVS_EXIT_FAILED, "lvsd's answer to %s is no object", path);
	}
	*ret_json = json_incref(answer.json);
	lvs_answer_fini(&answer);
	return LVS_EXIT_OK;
}

int lvs_api_print(const json_t *json)
{
	(void)json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
	return LVS_EXIT_OK;
}

const char *lvs_api_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

long long lvs_api_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

double lvs_api_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

bool lvs_api_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}
