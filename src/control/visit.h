/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Browsers that change things: whether they may, by which session, and what their forms say. */
#ifndef LVS_CONTROL_VISIT_H
#define LVS_CONTROL_VISIT_H

#include <stdbool.h>

#include "control/problem.h"
#include "control/session.h"

struct lvs_request;

/* Could who asks have a session: an admin at the UNIX socket, or anybody over TCP while there is a token to be known? */
bool lvs_visit_may(const struct lvs_request *request);

/* Does the request come from a page of ours, by its headers? @typed: or from nowhere */
bool lvs_visit_is_ours(const struct lvs_request *request, bool typed);

/* Return: as lvs_sessions_find(), of who may still; or NULL */
struct lvs_session *lvs_visit_session(const struct lvs_request *request);

/* The answer makes the browser known from now on; who may is sure. Return: as lvs_sessions_begin(), NULL without chance */
struct lvs_session *lvs_visit_begin(struct lvs_request *request);

/* The answer makes the browser forget. @session: of this request, over afterwards */
void lvs_visit_end(struct lvs_request *request, struct lvs_session *session);

/**
 * lvs_visit_form() - the fields of a form that came as the body
 * @ret_problem: set if it cannot be read
 *
 * They are found with lvs_request_query() from then on, in place of what stands in the address.
 */
bool lvs_visit_form(struct lvs_request *request, struct lvs_problem *ret_problem);

/**
 * lvs_visit_admit() - may this POST have the effect it wants?
 * @ret_problem: set unless it may
 *
 * Looks at all there is: door, origin, session, and the secret of the session in the form, which is read.
 *
 * Return: as lvs_sessions_find(), or NULL
 */
struct lvs_session *lvs_visit_admit(struct lvs_request *request, struct lvs_problem *ret_problem);

#endif
