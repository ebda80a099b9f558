// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One POST to /v1/batch. The daemon stops at what it finds wrong first, while ipvsadm has a message for each line; so after
 * a refusal the lines are played against the names that there were, and what lvsd said of other lines is added.
 */
#include "lvsadm/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "lvsadm/edit.h"
#include "lvsadm/refuse.h"

#define POINTER "/operations/"

int lvsadm_batch_add(struct lvsadm_batch *batch, const struct lvsadm_command *command)
{
	size_t room = batch->room ? 2 * batch->room : 64;
	struct lvsadm_command *commands;

	if (batch->n == batch->room) {
		commands = reallocarray(batch->commands, room, sizeof(*commands));
		if (!commands)
			return -ENOMEM;
		batch->commands = commands;
		batch->room = room;
	}
	batch->commands[batch->n++] = *command;
	return 0;
}

void lvsadm_batch_fini(struct lvsadm_batch *batch)
{
	free(batch->commands);
	*batch = (struct lvsadm_batch){ .n = 0 };
}

/* Return: owned, or NULL when out of memory or when the daemon could not be asked (then @fault has a text) */
static json_t *operations(const struct lvsadm *lvsadm, const struct lvsadm_batch *batch, struct lvsadm_fault *fault)
{
	json_t *array = json_array();
	struct lvsadm_edit edit;
	int err = 0;

	for (size_t i = 0; array && !err && i < batch->n; i++) {
		if (!lvsadm_edit(lvsadm, &batch->commands[i], &edit, fault)) {
			json_decref(array);
			return NULL;
		}
		err = json_array_append_new(array, lvsadm_edit_operation(&edit));
		lvsadm_edit_fini(&edit);
	}
	if (err || !array) {
		json_decref(array);
		(void)lvsadm_memory(fault);
		return NULL;
	}
	return array;
}

/**
 * struct names - what there is while the lines are played
 * @paths:	object: a key for each service and server, its path
 */
struct names {
	json_t *paths;
};

static bool add_row(struct names *names, const struct lvsadm_service_row *row)
{
	struct lvsadm_command command = { .kind = LVSADM_DELETE, .service = row->service };
	struct lvsadm_edit edit;
	bool ok = true;

	/* A path knows a mark from an address, so the protocol does not matter for one. */
	for (size_t i = 0; ok && i <= row->nservers; i++) {
		if (i && row->servers[i - 1].sorry)
			continue;
		if (i) {
			command.kind = LVSADM_DELETE_SERVER;
			command.server = row->servers[i - 1].server;
		}
		ok = lvsadm_edit_new(&command, &edit) == 0 && json_object_set_new(names->paths, edit.path, json_true()) == 0;
		lvsadm_edit_fini(&edit);
	}
	return ok;
}

static bool load_names(const struct lvsadm *lvsadm, struct names *names, struct lvsadm_fault *fault)
{
	struct lvsadm_table table;
	bool ok = lvsadm_load(lvsadm, "?brief=1&counters=0", &table, fault);

	names->paths = json_object();
	for (size_t i = 0; ok && i < table.nservices; i++)
		if (!names->paths || !add_row(names, &table.services[i]))
			ok = lvsadm_memory(fault);
	lvsadm_table_fini(&table);
	return ok;
}

static void forget(struct names *names, const char *service)
{
	size_t len = strlen(service);
	const char *path;
	json_t *value;
	void *next;

	json_object_foreach_safe(names->paths, next, path, value)
		if (!strncmp(path, service, len) && (path[len] == '\0' || path[len] == '/'))
			(void)json_object_del(names->paths, path);
}

/* Return: whether a line could be done; if so, it has been */
static bool play(struct names *names, const struct lvsadm_command *command, const char *path, const char *service,
		 struct lvsadm_fault *fault)
{
	bool there = json_object_get(names->paths, path) != NULL, service_there = json_object_get(names->paths, service) != NULL;
	bool server = command->kind >= LVSADM_ADD_SERVER && command->kind <= LVSADM_DELETE_SERVER;
	bool add = command->kind == LVSADM_ADD || command->kind == LVSADM_ADD_SERVER;

	if (command->kind == LVSADM_FLUSH)
		return json_object_clear(names->paths) == 0;
	if ((server && !service_there) || (!add && !there))
		return lvsadm_refused(command, "not-found", "", "", service_there, fault);
	if (add && there)
		return lvsadm_refused(command, "exists", "", "", true, fault);
	if (lvsadm_forbidden(command, fault))
		return false;
	if (add && json_object_set_new(names->paths, path, json_true()))
		return lvsadm_memory(fault);
	if (command->kind == LVSADM_DELETE || command->kind == LVSADM_DELETE_SERVER)
		forget(names, path);
	return true;
}

/**
 * said() - what the daemon says of one line
 * @problem:	or one of its errors, each with "field" and "detail"
 * @prefix:	pointer to the line
 *
 * Return: whether it is about that line; then its sentence is in @fault
 */
static bool said(const struct lvsadm_command *command, const struct lvs_problem *problem, const char *prefix,
		 struct lvsadm_fault *fault)
{
	size_t len = strlen(prefix), i;
	json_t *error;

	json_array_foreach(problem->errors, i, error) {
		const char *field = json_string_value(json_object_get(error, "field"));
		const char *detail = json_string_value(json_object_get(error, "detail"));

		if (field && !strncmp(field, prefix, len) && (field[len] == '/' || field[len] == '\0'))
			return !lvsadm_refused(command, problem->kind, field, detail ? detail : problem->detail, true, fault);
	}
	if (strncmp(problem->field, prefix, len) != 0 || (problem->field[len] != '/' && problem->field[len] != '\0'))
		return false;
	return !lvsadm_refused(command, problem->kind, problem->field, problem->detail, true, fault);
}

/* @problem: what the daemon said, or one without a word when it was not asked; Return: how many lines were wrong */
static size_t explain(const struct lvsadm *lvsadm, const struct lvsadm_batch *batch, const struct lvs_problem *problem)
{
	struct lvsadm_fault fault = { .status = 0 };
	struct names names;
	size_t wrong = 0;

	if (!load_names(lvsadm, &names, &fault)) {
		fprintf(lvsadm->err, "%s\n", fault.text);
		json_decref(names.paths);
		return batch->n;
	}
	for (size_t i = 0; i < batch->n; i++) {
		const struct lvsadm_command *command = &batch->commands[i];
		char *service = lvsadm_service_path(&command->service.key, NULL), prefix[sizeof(POINTER) + 24];
		struct lvsadm_edit edit = { .method = NULL };

		(void)snprintf(prefix, sizeof(prefix), POINTER "%zu", i);
		if (!service || lvsadm_edit_new(command, &edit))
			wrong = batch->n;
		else if (!play(&names, command, edit.path, service, &fault) || said(command, problem, prefix, &fault))
			wrong += fprintf(lvsadm->err, "%s\n", fault.text) > 0;
		free(service);
		lvsadm_edit_fini(&edit);
	}
	json_decref(names.paths);
	return wrong;
}

static bool has_forbidden(const struct lvsadm_batch *batch)
{
	struct lvsadm_fault fault;

	for (size_t i = 0; i < batch->n; i++)
		if (lvsadm_forbidden(&batch->commands[i], &fault))
			return true;
	return false;
}

/* Where ipvsadm would have done the other lines, it has to be said that they were not done. */
static void refuse(const struct lvsadm *lvsadm, const struct lvsadm_batch *batch, const struct lvs_problem *problem)
{
	size_t wrong = explain(lvsadm, batch, problem);

	if (!wrong)
		fprintf(lvsadm->err, "%s\n", problem->message);
	if (wrong < batch->n)
		fprintf(lvsadm->err, "Nothing was restored: all lines have to be right\n");
}

static bool apply(const struct lvsadm *lvsadm, const struct lvsadm_batch *batch)
{
	struct lvsadm_fault fault = { .status = 0 };
	struct lvs_request request = { .method = "POST", .path = "/v1/batch" };
	struct lvs_answer answer;
	json_t *array = operations(lvsadm, batch, &fault);
	bool ok;

	if (array)
		request.body = json_pack("{s:o}", "operations", array);
	if (!array || !request.body) {
		fprintf(lvsadm->err, "%s\n", *fault.text ? fault.text : "Memory allocation problem");
		return false;
	}
	ok = lvs_client_call(lvsadm->client, &request, &answer) == LVS_FAILURE_NONE;
	json_decref(request.body);
	if (!ok && lvsadm_unreachable(&answer.problem, &fault))
		fprintf(lvsadm->err, "%s\n", fault.text);
	else if (!ok)
		refuse(lvsadm, batch, &answer.problem);
	lvs_answer_fini(&answer);
	return ok;
}

bool lvsadm_batch_apply(const struct lvsadm *lvsadm, struct lvsadm_batch *batch)
{
	struct lvs_problem none;
	bool ok = true;

	if (has_forbidden(batch)) {
		lvs_problem_set(&none, LVS_FAILURE_PROBLEM, "%s", "");
		refuse(lvsadm, batch, &none);
		ok = false;
	} else if (batch->n) {
		ok = apply(lvsadm, batch);
	}
	lvsadm_batch_fini(batch);
	return ok;
}
