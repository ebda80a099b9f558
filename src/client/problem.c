// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Failures in words. The three that operators meet first have sentences of their own, since each has another cure: no
 * socket (start lvsd, or name its socket), a stale one (lvsd died), and no permission (who has it).
 */
#include "client/problem.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIND_PREFIX "urn:lvsd:problem:"

static void clear(struct lvs_problem *problem, enum lvs_failure failure)
{
	*problem = (struct lvs_problem){
		.failure = failure, .kind = "", .detail = "", .field = "", .allowed = "", .hint = "",
	};
}

void lvs_problem_set(struct lvs_problem *problem, enum lvs_failure failure, const char *message, ...)
{
	va_list args;

	clear(problem, failure);
	va_start(args, message);
	(void)vsnprintf(problem->message, sizeof(problem->message), message, args);
	va_end(args);
}

/* Whom the socket's mode lets in: its owner, and its group if that may write. */
static void refused(struct lvs_problem *problem, const char *socket)
{
	struct stat st;
	struct passwd *owner;
	struct group *group = NULL;

	if (stat(socket, &st)) {
		lvs_problem_set(problem, LVS_FAILURE_PERMISSION,
				"permission denied: the way to the socket \"%s\" is not open to you", socket);
		return;
	}
	owner = getpwuid(st.st_uid);
	if (st.st_mode & S_IWGRP)
		group = getgrgid(st.st_gid);
	lvs_problem_set(problem, LVS_FAILURE_PERMISSION,
			"permission denied: the socket \"%s\" is open to %s%s%s only", socket,
			owner ? owner->pw_name : "its owner", group ? " and the group " : "", group ? group->gr_name : "");
}

void lvs_problem_connect(struct lvs_problem *problem, const char *socket, int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		lvs_problem_set(problem, LVS_FAILURE_NO_SOCKET, "lvsd is not running: there is no socket \"%s\"", socket);
		break;
	case ECONNREFUSED:
		lvs_problem_set(problem, LVS_FAILURE_STALE,
				"lvsd is not running any more: nobody listens on its socket \"%s\"", socket);
		break;
	case EACCES:
	case EPERM:
		refused(problem, socket);
		break;
	default:
		lvs_problem_set(problem, LVS_FAILURE_UNREACHABLE, "cannot reach lvsd on \"%s\": %s", socket, strerror(err));
	}
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* In one line: what was given is in the daemon's sentence already, and what is allowed may be long. */
static void compose(struct lvs_problem *problem)
{
	size_t more = problem->errors ? json_array_size(problem->errors) : 0;
	int n = snprintf(problem->message, sizeof(problem->message), "%s%s%s", problem->detail, *problem->hint ? "; " : "",
			 problem->hint);

	if (more > 1 && n > 0 && (size_t)n < sizeof(problem->message))
		(void)snprintf(problem->message + n, sizeof(problem->message) - (size_t)n, "; and %zu more", more - 1);
}

void lvs_problem_document(struct lvs_problem *problem, unsigned int status, json_t *document)
{
	const char *type;

	clear(problem, status == 403 ? LVS_FAILURE_PERMISSION : LVS_FAILURE_PROBLEM);
	if (!json_is_object(document)) {
		json_decref(document);
		(void)snprintf(problem->message, sizeof(problem->message), "lvsd answered with status %u and no reason", status);
		return;
	}
	problem->document = document;
	type = text_of(document, "type");
	if (!strncmp(type, KIND_PREFIX, strlen(KIND_PREFIX)))
		problem->kind = type + strlen(KIND_PREFIX);
	problem->detail = text_of(document, "detail");
	if (!*problem->detail)
		problem->detail = text_of(document, "title");
	problem->field = text_of(document, "field");
	problem->allowed = text_of(document, "allowed");
	problem->hint = text_of(document, "hint");
	problem->errors = json_object_get(document, "errors");
	if (!json_is_array(problem->errors))
		problem->errors = NULL;
	compose(problem);
}

void lvs_problem_fini(struct lvs_problem *problem)
{
	json_decref(problem->document);
	problem->document = NULL;
	problem->errors = NULL;
}
