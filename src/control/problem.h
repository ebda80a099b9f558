/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a request, as RFC 9457 has it. */
#ifndef LVS_CONTROL_PROBLEM_H
#define LVS_CONTROL_PROBLEM_H

struct lvs_json;
struct lvs_request;

enum lvs_problem_kind {
	LVS_PROBLEM_NOT_FOUND,
	LVS_PROBLEM_EXISTS,
	LVS_PROBLEM_INVALID,
	LVS_PROBLEM_MALFORMED,
	LVS_PROBLEM_METHOD,
	LVS_PROBLEM_FORBIDDEN,
	LVS_PROBLEM_TOO_LARGE,
	LVS_PROBLEM_BUSY,
	LVS_PROBLEM_INTERNAL,
	LVS_PROBLEM_RESTART_NEEDED,
	LVS_PROBLEM_KINDS,
};

/**
 * struct lvs_problem - what is said; all texts may be NULL
 * @detail:	lower case, no full stop
 * @field:	JSON pointer (RFC 6901) to what is at fault in the request's body
 * @given, @allowed: what was there, and what may be
 * @hint:	what to do about it
 */
struct lvs_problem {
	enum lvs_problem_kind kind;
	const char *detail;
	const char *field;
	const char *given;
	const char *allowed;
	const char *hint;
};

/* "not found"; @ret_status: of an answer with it */
const char *lvs_problem_title(enum lvs_problem_kind kind, int *ret_status);

/* The answer's one object is begun; members may follow. Nothing was written before. Return: the status to send it with */
int lvs_problem_begin(struct lvs_request *request, const struct lvs_problem *problem);

/* ... and is ended and sent. */
void lvs_problem_end(struct lvs_request *request, int status);

/* Both: the whole answer. */
void lvs_problem(struct lvs_request *request, const struct lvs_problem *problem);

/* The members that are the same for single errors: detail, field, given, allowed, hint. */
void lvs_problem_members(struct lvs_json *json, const struct lvs_problem *problem);

#endif
