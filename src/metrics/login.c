// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The token over loopback TCP. Nobody has a session before, so what keeps other sites' forms away is their origin, and
 * that they do not know the token. At the UNIX socket there is nothing to log in to.
 */
#include <event2/buffer.h>
#include <inttypes.h>

#include "control/request.h"
#include "control/visit.h"
#include "metrics/html.h"
#include "metrics/sheet.h"
#include "sys/clock.h"
#include "sys/log.h"

#define SERVERS "/?edit=1"

static void send_login(struct lvs_request *request, int status, const char *note)
{
	struct evbuffer *out = request->out;

	lvs_sheet_begin(request, "Log in to change servers");
	if (note)
		lvs_htmlf(out, "<p class=\"note failed\" role=\"alert\" id=\"note\">%s</p>\n", note);
	lvs_htmlf(out, "<form method=\"post\" action=\"/login\"><p>"
		       "<input name=\"username\" value=\"lvsd\" autocomplete=\"username\" hidden><label for=\"token\">Token</label> "
		       "<input type=\"password\" id=\"token\" name=\"token\" required maxlength=\"%d\" "
		       "autocomplete=\"current-password\"%s> <button>Log in</button></p></form>\n"
		       "<p class=\"dim\">It is the line in the file that <code>control.token_file</code> of lvs.conf names.</p>\n"
		       "<p><a href=\"/\">Only look</a></p>\n",
		  LVS_TOKEN_MAX, note ? " aria-describedby=\"note\"" : "");
	lvs_sheet_end(request, status);
}

/* Return: false and the request is answered: there is no way to log in here */
static bool can_log_in(struct lvs_request *request)
{
	if (lvs_visit_may(request) && !request->door->local)
		return true;
	if (lvs_visit_may(request))
		lvs_sheet_go(request, SERVERS);
	else
		lvs_sheet_problem(request, &(struct lvs_problem){
						   .kind = LVS_PROBLEM_FORBIDDEN, .detail = "there is nothing to log in to",
						   .hint = request->door->local
							? "be root, the user that lvsd runs as, or a member of control.group of lvs.conf"
							: "use the UNIX socket, or set control.token_file of lvs.conf" });
	return false;
}

void lvs_api_login_get(struct lvs_request *request)
{
	if (can_log_in(request))
		send_login(request, 200, NULL);
}

static void try_token(struct lvs_request *request, const char *token)
{
	struct lvs_sessions *sessions = &request->control->sessions;
	struct lvs_log *log = request->control->host.log;

	switch (lvs_sessions_login(sessions, token, lvs_clock_now())) {
	case LVS_LOGIN_WAIT:
		lvs_request_add_header(request, "Retry-After", "10");
		send_login(request, 429, "There were too many wrong tokens. Wait ten seconds, and try again.");
		return;
	case LVS_LOGIN_WRONG:
		lvs_log(log, LVS_LOG_WARNING, "status page: a wrong token, %" PRIu64 " since the start", sessions->wrong);
		send_login(request, 403, "That is not the token.");
		return;
	case LVS_LOGIN_OK:
		break;
	}
	if (!lvs_visit_begin(request)) {
		lvs_sheet_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_INTERNAL, .detail = "no random numbers" });
		return;
	}
	lvs_log(log, LVS_LOG_NOTICE, "status page: somebody logged in");
	lvs_sheet_go(request, SERVERS);
}

void lvs_api_login_post(struct lvs_request *request)
{
	struct lvs_problem problem = { .kind = LVS_PROBLEM_FORBIDDEN, .detail = "this does not come from a page of this director",
				       .hint = "open the page by an address or as \"localhost\", and use its own forms" };
	const char *token;

	if (!can_log_in(request))
		return;
	if (!lvs_visit_is_ours(request, false) || !lvs_visit_form(request, &problem)) {
		lvs_sheet_problem(request, &problem);
		return;
	}
	token = lvs_request_query(request, "token");
	if (token && *token)
		try_token(request, token);
	else
		lvs_sheet_problem(request, &(struct lvs_problem){ .kind = LVS_PROBLEM_INVALID, .detail = "the token is missing",
								  .field = "token" });
}

void lvs_api_logout(struct lvs_request *request)
{
	struct lvs_problem problem;
	struct lvs_session *session = lvs_visit_admit(request, &problem);

	if (!session) {
		lvs_sheet_problem(request, &problem);
		return;
	}
	lvs_visit_end(request, session);
	lvs_sheet_go(request, "/");
}
