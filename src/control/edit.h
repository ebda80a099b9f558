/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From operations on services and servers, as requests have them, to the next configuration; in any thread. */
#ifndef LVS_CONTROL_EDIT_H
#define LVS_CONTROL_EDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "control/problem.h"

struct lvs_conf;
struct lvs_conf_errors;

#define LVS_EDIT_PROBLEMS_MAX 20

enum lvs_edit_kind {
	LVS_EDIT_PUT_SERVICE,
	LVS_EDIT_PATCH_SERVICE,
	LVS_EDIT_DELETE_SERVICE,
	LVS_EDIT_DELETE_SERVICES,
	LVS_EDIT_PUT_SERVER,
	LVS_EDIT_PATCH_SERVER,
	LVS_EDIT_DELETE_SERVER,
	LVS_EDIT_PATCH_TIMEOUTS,
	LVS_EDIT_PATCH_OPTIONS,
};

/**
 * struct lvs_edit_operation - one of them
 * @service, @server: as they stand in the path; NULL where there is none
 * @body:	an object; NULL where there is none; borrowed
 * @create:	it must not be there yet
 * @pointer:	to @body, or to what stands for the path, in the request
 * @path_pointer: to the path; NULL: it is the request's own
 */
struct lvs_edit_operation {
	enum lvs_edit_kind kind;
	const char *service, *server;
	json_t *body;
	bool create;
	char pointer[64];
	char path_pointer[64];
};

/* One thing that is wrong; texts may be empty, @field: "" stands for the whole body, and is not said without @has_field. */
struct lvs_edit_problem {
	enum lvs_problem_kind kind;
	bool has_field;
	char field[320];
	char detail[256];
	char given[128];
	char allowed[512];
	char hint[192];
};

/**
 * struct lvs_edit - what came of it
 * @created:	the last operation made something that was not there
 * @problems:	@n of them, if it is refused
 */
struct lvs_edit {
	bool created;
	size_t n;
	struct lvs_edit_problem problems[LVS_EDIT_PROBLEMS_MAX];
};

/**
 * lvs_edit_make() - all of the operations, or none
 * @running:	stays as it is
 * @edit:	zeroed
 *
 * Return: 0 and the next configuration, whose checks are over; -EINVAL and @edit says why; -ENOMEM
 */
int lvs_edit_make(const struct lvs_edit_operation *operations, size_t n, const struct lvs_conf *running,
		  struct lvs_edit *edit, struct lvs_conf **ret_conf);

/* One more thing is wrong, at @field of the request, NULL: nowhere. @detail: printf's. Return: -EINVAL */
int lvs_edit_refuse(struct lvs_edit *edit, enum lvs_problem_kind kind, const char *field, const char *hint,
		    const char *detail, ...) __attribute__((format(printf, 5, 6)));

#endif
