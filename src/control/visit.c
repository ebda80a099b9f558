// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * At the UNIX socket the kernel says who asks, each time; a session is only what forms are known by. Over TCP the
 * session is all there is, and it comes of a token. Neither counts at the other door.
 */
#include "control/visit.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "control/request.h"
#include "sys/clock.h"
#include "sys/entropy.h"

#define FORM_BYTES_MAX 8192
#define FORM_TYPE "application/x-www-form-urlencoded"
#define COOKIE_RULES "; Path=/; HttpOnly; SameSite=Strict"

bool lvs_visit_may(const struct lvs_request *request)
{
	return request->door->local ? request->admin : *request->control->sessions.token != '\0';
}

bool lvs_visit_is_ours(const struct lvs_request *request, bool typed)
{
	return lvs_session_origin(lvs_request_header(request, "Host"), lvs_request_header(request, "Origin"),
				  lvs_request_header(request, "Sec-Fetch-Site"), typed);
}

struct lvs_session *lvs_visit_session(const struct lvs_request *request)
{
	if (!lvs_visit_may(request))
		return NULL;
	return lvs_sessions_find(&request->control->sessions, lvs_request_header(request, "Cookie"), request->door->local,
				 lvs_clock_now());
}

struct lvs_session *lvs_visit_begin(struct lvs_request *request)
{
	struct lvs_sessions *sessions = &request->control->sessions;
	uint8_t random[LVS_SESSION_RANDOM_BYTES];
	struct lvs_session *session;
	char cookie[128];

	if (!*sessions->cookie || lvs_entropy_fill(random, sizeof(random)))
		return NULL;
	session = lvs_sessions_begin(sessions, request->door->local, random, lvs_clock_now());
	(void)snprintf(cookie, sizeof(cookie), "%s=%s" COOKIE_RULES, sessions->cookie, session->id);
	lvs_request_add_header(request, "Set-Cookie", cookie);
	return session;
}

void lvs_visit_end(struct lvs_request *request, struct lvs_session *session)
{
	char cookie[128];

	lvs_session_end(session);
	(void)snprintf(cookie, sizeof(cookie), "%s=" COOKIE_RULES "; Max-Age=0", request->control->sessions.cookie);
	lvs_request_add_header(request, "Set-Cookie", cookie);
}

static bool refuse(struct lvs_problem *ret_problem, enum lvs_problem_kind kind, const char *detail, const char *hint)
{
	*ret_problem = (struct lvs_problem){ .kind = kind, .detail = detail, .hint = hint };
	return false;
}

/* Return: the whole body as a text, from malloc(); NULL: it is none, or there is no memory */
static char *body_text(struct evbuffer *body, size_t len)
{
	char *text = malloc(len + 1);

	if (!text || evbuffer_copyout(body, text, len) != (ev_ssize_t)len || memchr(text, '\0', len)) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

bool lvs_visit_form(struct lvs_request *request, struct lvs_problem *ret_problem)
{
	struct evbuffer *body = lvs_request_body(request);
	const char *type = lvs_request_header(request, "Content-Type");
	size_t len = body ? evbuffer_get_length(body) : 0;
	bool good;
	char *text;

	if (!type || strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) != 0)
		return refuse(ret_problem, LVS_PROBLEM_MALFORMED, "this is no form", "its type is to be " FORM_TYPE);
	if (!len || len > FORM_BYTES_MAX)
		return refuse(ret_problem, len ? LVS_PROBLEM_TOO_LARGE : LVS_PROBLEM_MALFORMED,
			      len ? "the form is too long" : "the form is empty", NULL);
	text = body_text(body, len);
	if (!text)
		return refuse(ret_problem, LVS_PROBLEM_MALFORMED, "the form cannot be read", NULL);
	evhttp_clear_headers(&request->query);
	TAILQ_INIT(&request->query);
	good = evhttp_parse_query_str(text, &request->query) == 0;
	free(text);
	return good || refuse(ret_problem, LVS_PROBLEM_MALFORMED, "the form cannot be read", NULL);
}

struct lvs_session *lvs_visit_admit(struct lvs_request *request, struct lvs_problem *ret_problem)
{
	struct lvs_session *session = lvs_visit_session(request);
	const char *secret;

	if (!lvs_visit_may(request)) {
		(void)refuse(ret_problem, LVS_PROBLEM_FORBIDDEN, "you may read, but not change anything",
			     request->door->local ? "be root, the user that lvsd runs as, or a member of control.group of lvs.conf"
						  : "use the UNIX socket, or set control.token_file of lvs.conf");
		return NULL;
	}
	if (!lvs_visit_is_ours(request, false)) {
		(void)refuse(ret_problem, LVS_PROBLEM_FORBIDDEN, "this does not come from a page of this director",
			     "open the page by an address or as \"localhost\", and use its own forms");
		return NULL;
	}
	if (!session) {
		(void)refuse(ret_problem, LVS_PROBLEM_FORBIDDEN, "the session is over",
			     "open the page once more; nothing has changed");
		return NULL;
	}
	if (!lvs_visit_form(request, ret_problem))
		return NULL;
	secret = lvs_request_query(request, "csrf");
	if (secret && lvs_secret_same(secret, session->form))
		return session;
	(void)refuse(ret_problem, LVS_PROBLEM_FORBIDDEN, "the form is of another session",
		     "open the page once more; nothing has changed");
	ret_problem->field = "csrf";
	return NULL;
}
