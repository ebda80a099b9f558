// SPDX-License-Identifier: GPL-2.0-or-later
/* Each operation is a request of its own, for one of the resources that change the configuration; all of them or none. */
#include "control/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "control/changes.h"
#include "control/edit.h"
#include "control/route.h"

/* @params: of its path, owned */
struct operation {
	struct lvs_edit_operation op;
	char *params[LVS_ROUTE_PARAMS_MAX];
};

static int refuse(struct lvs_edit *edit, size_t i, const char *member, const char *detail, const char *allowed)
{
	char field[64];
	int err;

	(void)snprintf(field, sizeof(field), "/operations/%zu%s", i, member);
	err = lvs_edit_refuse(edit, LVS_PROBLEM_INVALID, field, NULL, "%s", detail);
	if (allowed && edit->n)
		(void)snprintf(edit->problems[edit->n - 1].allowed, sizeof(edit->problems[0].allowed), "%s", allowed);
	return err;
}

static enum lvs_method method_of(const char *text)
{
	static const char *const names[] = {
		[LVS_METHOD_PUT] = "PUT", [LVS_METHOD_PATCH] = "PATCH", [LVS_METHOD_DELETE] = "DELETE",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i] && strcmp(names[i], text) == 0)
			return (enum lvs_method)i;
	return LVS_METHOD_OTHER;
}

static int check_members(const json_t *json, size_t i, struct lvs_edit *edit)
{
	static const char *const members[] = { "method", "path", "body", "if_none_match" };
	const char *key;
	json_t *value;

	if (!json_is_object(json))
		return refuse(edit, i, "", "an operation is an object", NULL);
	json_object_foreach((json_t *)json, key, value) {
		bool known = false;

		for (size_t k = 0; k < ARRAY_LEN(members); k++)
			known = known || strcmp(members[k], key) == 0;
		if (!known)
			return refuse(edit, i, "", "an operation has an unknown key", "method, path, body, if_none_match");
	}
	return 0;
}

static int read_operation(const json_t *json, size_t i, struct operation *operation, struct lvs_edit *edit)
{
	struct lvs_edit_operation *op = &operation->op;
	const char *method = json_string_value(json_object_get(json, "method"));
	const char *path = json_string_value(json_object_get(json, "path"));
	const struct lvs_route *route;
	unsigned int allowed;
	int err = check_members(json, i, edit);

	if (err)
		return err;
	if (!method || method_of(method) == LVS_METHOD_OTHER)
		return refuse(edit, i, "/method", "there is no such method here", "PUT, PATCH or DELETE");
	if (!path)
		return refuse(edit, i, "/path", "an operation has a path", "such as /v1/services/tcp:192.0.2.10:80");
	route = lvs_route_find(method_of(method), path, operation->params, &allowed);
	if (!route || !lvs_change_kind(route->handler, &op->kind))
		return refuse(edit, i, "/path", "nothing can be done there by this method in a batch",
			      "services, their servers, timeouts and options");
	op->service = operation->params[0];
	op->server = operation->params[1];
	op->body = json_object_get(json, "body");
	op->create = json_is_true(json_object_get(json, "if_none_match"));
	(void)snprintf(op->pointer, sizeof(op->pointer), "/operations/%zu/body", i);
	(void)snprintf(op->path_pointer, sizeof(op->path_pointer), "/operations/%zu/path", i);
	if (!lvs_change_has_body(op->kind)) {
		op->body = NULL;
		return 0;
	}
	return json_is_object(op->body) ? 0 : refuse(edit, i, "/body", "this operation has a body, which is an object", NULL);
}

static int run(const json_t *list, struct operation *operations, const struct lvs_conf *running, struct lvs_edit *edit,
	       struct lvs_conf **ret_conf)
{
	size_t n = json_array_size(list);
	struct lvs_edit_operation *ops = calloc(n + 1, sizeof(*ops));
	int err = ops ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < n; i++) {
		err = read_operation(json_array_get(list, i), i, &operations[i], edit);
		ops[i] = operations[i].op;
	}
	if (!err)
		err = lvs_edit_make(ops, n, running, edit, ret_conf);
	free(ops);
	return err;
}

int lvs_batch_make(json_t *body, const struct lvs_conf *running, struct lvs_edit *edit, struct lvs_conf **ret_conf)
{
	const json_t *list = json_object_get(body, "operations");
	size_t n = json_array_size(list);
	struct operation *operations;
	int err;

	if (!json_is_array(list) || json_object_size(body) != 1)
		return lvs_edit_refuse(edit, LVS_PROBLEM_INVALID, json_object_size(body) == 1 ? "" : "/operations", NULL,
				       "a batch has one key, \"operations\", which is a list");
	operations = calloc(n + 1, sizeof(*operations));
	if (!operations)
		return -ENOMEM;
	err = run(list, operations, running, edit, ret_conf);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < LVS_ROUTE_PARAMS_MAX; k++)
			free(operations[i].params[k]);
	free(operations);
	return err;
}
