// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command is one request or, where IPVS has a sentence that the answer does not settle, two. lvsd has no daemons for
 * connection synchronisation that ipvsadm could start: they are as absent as in a kernel that was built without.
 */
#include "lvsadm/run.h"

#include <stdlib.h>
#include <string.h>

#include "client/each.h"
#include "lvsadm/conns.h"
#include "lvsadm/help.h"
#include "lvsadm/print.h"
#include "lvsadm/refuse.h"

#define SERVICES "/v1/services"
#define SIZE_DEFAULT 4096

bool lvsadm_memory(struct lvsadm_fault *fault)
{
	return lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "Memory allocation problem");
}

/* Return: whether the request was done; its answer is kept only then */
static bool call(const struct lvsadm *lvsadm, const char *method, const char *path, json_t *body, struct lvs_answer *ret_answer,
		 struct lvsadm_fault *fault)
{
	struct lvs_request request = { .method = method, .path = path, .body = body };
	enum lvs_failure failure = lvs_client_call(lvsadm->client, &request, ret_answer);

	if (!failure)
		return true;
	if (!lvsadm_unreachable(&ret_answer->problem, fault))
		(void)lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "%s", ret_answer->problem.message);
	lvs_answer_fini(ret_answer);
	return false;
}

enum presence { PRESENCE_UNKNOWN, PRESENCE_NONE, PRESENCE_THERE };

/* Return: whether there is such a service, and whether it is one of SIP; when nobody could be asked, @fault says why */
static enum presence find_service(const struct lvsadm *lvsadm, const struct lvsadm_key *key, bool *ret_sip,
				  struct lvsadm_fault *fault)
{
	char *path = lvsadm_service_path(key, NULL);
	struct lvs_request request = { .method = "GET", .path = path };
	enum presence presence = PRESENCE_NONE;
	struct lvs_answer answer;
	const char *helper;

	if (!path) {
		(void)lvsadm_memory(fault);
		return PRESENCE_UNKNOWN;
	}
	if (lvs_client_call(lvsadm->client, &request, &answer) == LVS_FAILURE_NONE)
		presence = PRESENCE_THERE;
	else if (lvsadm_unreachable(&answer.problem, fault))
		presence = PRESENCE_UNKNOWN;
	helper = json_string_value(json_object_get(answer.json, "helper"));
	*ret_sip = helper && strcmp(helper, "sip") == 0;
	lvs_answer_fini(&answer);
	free(path);
	return presence;
}

/* What the daemon made of a command's request, in words. */
static bool judge(const struct lvsadm *lvsadm, const struct lvsadm_command *command, const struct lvs_problem *problem,
		  struct lvsadm_fault *fault)
{
	enum presence presence = PRESENCE_NONE;
	bool sip;

	if (lvsadm_unreachable(problem, fault))
		return false;
	if (!strcmp(problem->kind, "not-found"))
		presence = find_service(lvsadm, &command->service.key, &sip, fault);
	if (presence == PRESENCE_UNKNOWN)
		return false;
	return lvsadm_refused(command, problem->kind, problem->field, problem->message, presence == PRESENCE_THERE, fault);
}

/* -E without --pe takes a persistence engine away, but no helper of another kind. */
bool lvsadm_edit(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_edit *ret_edit,
		 struct lvsadm_fault *fault)
{
	bool maybe_sip = command->kind == LVSADM_EDIT && !*command->service.pe, sip = false;
	struct lvsadm_edit edit;

	if (maybe_sip && find_service(lvsadm, &command->service.key, &sip, fault) == PRESENCE_UNKNOWN)
		return false;
	if (lvsadm_edit_new(command, &edit))
		return lvsadm_memory(fault);
	if (sip && json_object_set_new(edit.body, "helper", json_string("none"))) {
		lvsadm_edit_fini(&edit);
		return lvsadm_memory(fault);
	}
	*ret_edit = edit;
	return true;
}

/* What IPVS forbids (in @fault) it forbids only for services and servers that are there, or not there yet. */
static bool refuse_forbidden(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	struct lvsadm_fault unknown = { .status = 0 };
	bool sip, add = command->kind == LVSADM_ADD;
	enum presence presence = find_service(lvsadm, &command->service.key, &sip, &unknown);

	if (presence == PRESENCE_UNKNOWN)
		*fault = unknown;
	else if (add == (presence == PRESENCE_THERE))
		(void)lvsadm_refused(command, add ? "exists" : "not-found", "", "", add, fault);
	return false;
}

static bool run_edit(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	static const char *const create[] = { "If-None-Match: *", NULL };
	struct lvsadm_edit edit;
	struct lvs_request request;
	struct lvs_answer answer;
	bool ok;

	if (lvsadm_forbidden(command, fault))
		return refuse_forbidden(lvsadm, command, fault);
	if (!lvsadm_edit(lvsadm, command, &edit, fault))
		return false;
	request = (struct lvs_request){ .method = edit.method, .path = edit.path, .body = edit.body };
	if (edit.create)
		request.headers = create;
	ok = lvs_client_call(lvsadm->client, &request, &answer) == LVS_FAILURE_NONE;
	if (!ok)
		(void)judge(lvsadm, command, &answer.problem, fault);
	lvs_answer_fini(&answer);
	lvsadm_edit_fini(&edit);
	return ok;
}

static bool run_zero(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	bool one = lvsadm_has(command, LVSADM_SERVICE);
	char *path = one ? lvsadm_service_path(&command->service.key, "zero") : strdup("/v1/zero");
	struct lvs_request request = { .method = "POST", .path = path };
	struct lvs_answer answer;
	bool ok;

	if (!path)
		return lvsadm_memory(fault);
	ok = lvs_client_call(lvsadm->client, &request, &answer) == LVS_FAILURE_NONE;
	if (!ok)
		(void)judge(lvsadm, command, &answer.problem, fault);
	lvs_answer_fini(&answer);
	free(path);
	return ok;
}

static const char *const timeout_keys[] = { "tcp", "tcpfin", "udp" };

static bool run_set(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	json_t *body = json_object();
	struct lvs_answer answer;
	bool ok;

	for (unsigned int i = 0; i < 3; i++)
		if (command->timeouts[i] && json_object_set_new(body, timeout_keys[i], json_integer(command->timeouts[i]))) {
			json_decref(body);
			return lvsadm_memory(fault);
		}
	ok = call(lvsadm, "PATCH", "/v1/timeouts", body, &answer, fault);
	if (ok)
		lvs_answer_fini(&answer);
	json_decref(body);
	return ok;
}

static bool list_timeout(const struct lvsadm *lvsadm, struct lvsadm_fault *fault)
{
	int timeouts[3];
	struct lvs_answer answer;

	if (!call(lvsadm, "GET", "/v1/timeouts", NULL, &answer, fault))
		return false;
	for (unsigned int i = 0; i < 3; i++)
		timeouts[i] = (int)json_integer_value(json_object_get(answer.json, timeout_keys[i]));
	lvs_answer_fini(&answer);
	fprintf(lvsadm->out, "Timeout (tcp tcpfin udp): %d %d %d\n", timeouts[0], timeouts[1], timeouts[2]);
	return true;
}

/**
 * struct listing - connections while they come in
 */
struct listing {
	const struct lvsadm *lvsadm;
	const struct lvsadm_command *command;
};

static int take_connection(void *arg, json_t *object)
{
	const struct listing *listing = arg;

	lvsadm_conns_print(listing->lvsadm->out, listing->command, object);
	return ferror(listing->lvsadm->out);
}

static bool list_connections(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	struct listing listing = { lvsadm, command };
	struct lvs_answer answer;
	bool ok;

	lvsadm_conns_heading(lvsadm->out, command);
	ok = lvs_client_each(lvsadm->client, "/v1/connections?templates=1", take_connection, &listing, &answer) == LVS_FAILURE_NONE;
	if (!ok && !lvsadm_unreachable(&answer.problem, fault))
		(void)lvsadm_fault_status(fault, LVSADM_EXIT_LIST, "%s", answer.problem.message);
	lvs_answer_fini(&answer);
	return ok;
}

/**
 * struct loading - services while they come in
 * @err:	of lvsadm_table_add()
 */
struct loading {
	struct lvsadm_table *table;
	int err;
};

static int take_service(void *arg, json_t *object)
{
	struct loading *loading = arg;

	loading->err = lvsadm_table_add(loading->table, object);
	return loading->err;
}

bool lvsadm_load(const struct lvsadm *lvsadm, const char *query, struct lvsadm_table *ret_table, struct lvsadm_fault *fault)
{
	struct loading loading = { .table = ret_table };
	struct lvs_answer answer;
	char path[64];
	bool ok;

	(void)snprintf(path, sizeof(path), "%s%s", SERVICES, query);
	*ret_table = (struct lvsadm_table){ .nservices = 0 };
	ok = lvs_client_each(lvsadm->client, path, take_service, &loading, &answer) == LVS_FAILURE_NONE;
	if (!ok && loading.err)
		(void)lvsadm_fault_status(fault, LVSADM_EXIT_LIST, "lvsd lists a service that makes no sense");
	else if (!ok && !lvsadm_unreachable(&answer.problem, fault))
		(void)lvsadm_fault_status(fault, LVSADM_EXIT_LIST, "%s", answer.problem.message);
	lvs_answer_fini(&answer);
	return ok;
}

/* Of the connection table, for the title; what a daemon does not tell is no reason to list nothing. */
static uint64_t table_size(const struct lvsadm *lvsadm)
{
	struct lvs_request request = { .method = "GET", .path = "/v1/status" };
	struct lvs_answer answer;
	json_int_t size = 0;

	if (lvs_client_call(lvsadm->client, &request, &answer) == LVS_FAILURE_NONE)
		size = json_integer_value(json_object_get(json_object_get(answer.json, "connections"), "capacity"));
	lvs_answer_fini(&answer);
	return size > 0 ? (uint64_t)size : SIZE_DEFAULT;
}

/* Counters that are not printed are a good part of a long list. */
static const char *what_to_list(const struct lvsadm_command *command)
{
	if (lvsadm_has(command, LVSADM_STATS))
		return "?brief=1&counters=stats";
	if (lvsadm_has(command, LVSADM_RATE))
		return "?brief=1&counters=rates";
	return "?brief=1&counters=0";
}

static bool list_all(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	struct lvsadm_table table;
	bool ok = lvsadm_load(lvsadm, what_to_list(command), &table, fault);

	if (ok) {
		if (!lvsadm_has(command, LVSADM_NOSORT))
			lvsadm_table_sort(&table);
		lvsadm_print_title(lvsadm->out, table_size(lvsadm));
		lvsadm_print_heading(lvsadm->out, command);
		for (size_t i = 0; i < table.nservices; i++)
			lvsadm_print_service(lvsadm->out, command, &table.services[i]);
	}
	lvsadm_table_fini(&table);
	return ok;
}

static bool list_service(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	char *path = lvsadm_service_path(&command->service.key, NULL);
	struct lvs_request request = { .method = "GET", .path = path };
	struct lvsadm_table table = { .nservices = 0 };
	struct lvs_answer answer;
	bool ok;

	if (!path)
		return lvsadm_memory(fault);
	ok = lvs_client_call(lvsadm->client, &request, &answer) == LVS_FAILURE_NONE;
	free(path);
	if (!ok) {
		(void)judge(lvsadm, command, &answer.problem, fault);
		if (fault->status == LVSADM_EXIT_FAILED)
			fault->status = LVSADM_EXIT_LIST;
	} else if (lvsadm_table_add(&table, answer.json)) {
		ok = lvsadm_fault_status(fault, LVSADM_EXIT_LIST, "lvsd shows a service that makes no sense");
	} else {
		if (!lvsadm_has(command, LVSADM_NOSORT))
			lvsadm_table_sort(&table);
		lvsadm_print_heading(lvsadm->out, command);
		lvsadm_print_service(lvsadm->out, command, &table.services[0]);
	}
	lvs_answer_fini(&answer);
	lvsadm_table_fini(&table);
	return ok;
}

static bool run_list(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	if (lvsadm_has(command, LVSADM_CONNECTION))
		return list_connections(lvsadm, command, fault);
	if (lvsadm_has(command, LVSADM_SERVICE))
		return list_service(lvsadm, command, fault);
	if (lvsadm_has(command, LVSADM_TIMEOUT))
		return list_timeout(lvsadm, fault);
	if (lvsadm_has(command, LVSADM_DAEMON))
		return true;
	return list_all(lvsadm, command, fault);
}

/* Weights are saved as they were given, whatever checks make of them now: so the configuration is needed. */
static bool run_save(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	struct lvsadm_table table;
	bool ok = lvsadm_load(lvsadm, "?counters=0", &table, fault);

	if (ok)
		lvsadm_table_sort(&table);
	for (size_t i = 0; ok && i < table.nservices; i++)
		lvsadm_print_saved(lvsadm->out, lvsadm->err, command, &table.services[i]);
	lvsadm_table_fini(&table);
	return ok;
}

bool lvsadm_run(const struct lvsadm *lvsadm, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	switch (command->kind) {
	case LVSADM_HELP:
		lvsadm_help(lvsadm->out, lvsadm->name);
		return true;
	case LVSADM_VERSION:
		lvsadm_version(lvsadm->out, lvsadm->name);
		return true;
	case LVSADM_LIST:
		return run_list(lvsadm, command, fault);
	case LVSADM_SAVE:
		return run_save(lvsadm, command, fault);
	case LVSADM_ZERO:
		return run_zero(lvsadm, command, fault);
	case LVSADM_SET:
		return run_set(lvsadm, command, fault);
	case LVSADM_START_DAEMON:
		return lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "Protocol not available");
	case LVSADM_STOP_DAEMON:
		return lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "No daemon is running");
	default:
		return run_edit(lvsadm, command, fault);
	}
}
