// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What changes servers: a form for each. Enter presses the first button of a form, so the one for the weight comes first
 * and the others, of which each is undone by another, need to be meant.
 */
#include "metrics/page.h"

#include <string.h>

#include "conf/conf.h"
#include "control/id.h"
#include "control/problem.h"
#include "control/visit.h"
#include "engine/service.h"
#include "metrics/html.h"
#include "metrics/sheet.h"

/* Return: false and the request is answered: who asks may not */
static bool refuse(struct lvs_request *request)
{
	if (lvs_visit_may(request) && !request->door->local)
		lvs_sheet_go(request, "/login");
	else
		lvs_sheet_problem(request, &(struct lvs_problem){
						   .kind = LVS_PROBLEM_FORBIDDEN, .detail = "you may read, but not change anything",
						   .hint = lvs_visit_may(request)
							? "open the page by an address or as \"localhost\", not by another site's link"
						   : request->door->local
							? "be root, the user that lvsd runs as, or a member of control.group of lvs.conf"
							: "use the UNIX socket, or set control.token_file of lvs.conf" });
	return false;
}

bool lvs_page_edit(struct lvs_page *page, struct lvs_request *request)
{
	struct lvs_session *session;

	page->may = lvs_visit_may(request);
	if (!lvs_request_flag(request, "edit"))
		return true;
	if (!lvs_visit_is_ours(request, true))
		return refuse(request);
	session = lvs_visit_session(request);
	if (!session && request->door->local && request->admin)
		session = lvs_visit_begin(request);
	if (!session)
		return refuse(request);
	page->edit = true;
	page->refresh = 0;
	page->local = session->local;
	page->wrong = request->control->sessions.wrong;
	memcpy(page->token, session->form, sizeof(page->token));
	memcpy(page->note, session->note, sizeof(page->note));
	*session->note = '\0';
	return true;
}

static void put_hidden(struct evbuffer *out, const char *name, const char *value)
{
	lvs_htmlf(out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	lvs_html_text(out, value);
	lvs_html(out, "\">");
}

void lvs_page_edit_head(const struct lvs_page *page, struct evbuffer *out)
{
	if (!page->edit)
		return;
	lvs_html(out, "<p>");
	if (!page->local) {
		lvs_html(out, "<form method=\"post\" action=\"/logout\">");
		put_hidden(out, "csrf", page->token);
		lvs_html(out, "<button>Log out</button></form>");
	}
	lvs_html(out, " <span class=\"dim\">This page does not refresh itself while servers can be changed.</span></p>\n");
	if (page->wrong)
		lvs_htmlf(out, "<p class=\"warn\">Wrong tokens since the start: %llu</p>\n", (unsigned long long)page->wrong);
	if (!*page->note)
		return;
	lvs_html(out, "<p class=\"note\" role=\"status\">");
	lvs_html_text(out, page->note);
	lvs_html(out, "</p>\n");
}

/* @label: what is to be seen, and what it is said to be begins with that (WCAG 2.1, 2.5.3) */
static void put_button(struct evbuffer *out, const char *action, const char *label, const char *id)
{
	lvs_htmlf(out, " <button name=\"action\" value=\"%s\" aria-label=\"%s: %s\">%s</button>", action, label, id, label);
}

void lvs_page_edit_server(const struct lvs_page *page, struct evbuffer *out, const char *id)
{
	const struct lvs_conf_server *conf = page->walk.server_conf;
	const struct lvs_service *service = page->walk.service;
	char text[LVS_ID_BYTES];

	lvs_html(out, "<td>");
	if (conf) {
		lvs_html(out, "<form method=\"post\" action=\"/action\">");
		put_hidden(out, "csrf", page->token);
		put_hidden(out, "service", lvs_id_service(&service->spec.key, &service->spec.ports, text));
		put_hidden(out, "server", id);
		if (page->service)
			put_hidden(out, "view", page->service);
		if (page->trouble)
			put_hidden(out, "trouble", "1");
		lvs_htmlf(out, "<input type=\"number\" name=\"weight\" min=\"0\" max=\"65535\" value=\"%u\" aria-label=\"Weight of %s\">",
			  conf->weight, id);
		put_button(out, "weight", "Set weight", id);
		if (conf->drain.on || conf->maintenance)
			put_button(out, "ready", "Ready", id);
		if (!conf->drain.on)
			put_button(out, "drain", "Drain", id);
		if (!conf->maintenance)
			put_button(out, "maintenance", "Maintenance", id);
		lvs_html(out, "</form>");
	}
	lvs_html(out, "</td>");
}
