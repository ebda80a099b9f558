/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a call failed: nobody there, not allowed, or what the daemon says is wrong (RFC 9457). */
#ifndef LVS_CLIENT_PROBLEM_H
#define LVS_CLIENT_PROBLEM_H

#include <jansson.h>
#include <stddef.h>

/**
 * enum lvs_failure - what kind of failure
 * @LVS_FAILURE_NONE:		none
 * @LVS_FAILURE_NO_SOCKET:	there is no socket of that name: lvsd does not run, or has another one
 * @LVS_FAILURE_STALE:		nobody listens on the socket: lvsd ended without removing it
 * @LVS_FAILURE_PERMISSION:	the socket may not be opened, or the daemon refuses (403)
 * @LVS_FAILURE_UNREACHABLE:	no answer for another reason: broken off, silent, no HTTP
 * @LVS_FAILURE_PROBLEM:	the daemon answered with a problem (4xx, 5xx)
 * @LVS_FAILURE_ANSWER:		the answer makes no sense
 * @LVS_FAILURE_STOPPED:	the caller's sink broke off
 * @LVS_FAILURE_MEMORY:		out of memory
 */
enum lvs_failure {
	LVS_FAILURE_NONE,
	LVS_FAILURE_NO_SOCKET,
	LVS_FAILURE_STALE,
	LVS_FAILURE_PERMISSION,
	LVS_FAILURE_UNREACHABLE,
	LVS_FAILURE_PROBLEM,
	LVS_FAILURE_ANSWER,
	LVS_FAILURE_STOPPED,
	LVS_FAILURE_MEMORY,
};

/**
 * struct lvs_problem - one failure
 * @failure:	what kind
 * @kind:	of problem: "not-found", "exists", "invalid", ...; "" when the daemon did not say
 * @detail:	what it says is wrong, or its title; "" when it said nothing
 * @field:	JSON pointer into the request's body, or ""
 * @allowed:	what would have been right, or ""
 * @hint:	or ""
 * @errors:	borrowed array of more of the same, each with field, detail, given, allowed and hint; or NULL
 * @document:	owned; what the six above borrow from; NULL when the daemon said nothing
 * @message:	detail and hint in one line, for people: lower case, no full stop
 */
struct lvs_problem {
	enum lvs_failure failure;
	const char *kind;
	const char *detail;
	const char *field;
	const char *allowed;
	const char *hint;
	json_t *errors;
	json_t *document;
	char message[1024];
};

/**
 * lvs_problem_connect() - nobody could be reached
 * @socket:	path
 * @err:	what connect(2) said, as errno
 *
 * ENOENT, ECONNREFUSED and EACCES (EPERM) have kinds and sentences of their own.
 */
void lvs_problem_connect(struct lvs_problem *problem, const char *socket, int err);

/**
 * lvs_problem_document() - the daemon said no
 * @status:	HTTP's
 * @document:	consumed; NULL when the answer was not JSON
 */
void lvs_problem_document(struct lvs_problem *problem, unsigned int status, json_t *document);

/* lvs_problem_set() - any other failure; @message as for printf */
void lvs_problem_set(struct lvs_problem *problem, enum lvs_failure failure, const char *message, ...)
	__attribute__((format(printf, 3, 4)));

/* Takes zeros as well. */
void lvs_problem_fini(struct lvs_problem *problem);

#endif
