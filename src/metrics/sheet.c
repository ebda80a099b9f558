// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Forms may only be sent to where they came from, and say where that is: a referrer policy that keeps that to itself
 * would make the browser call the origin of its own forms "null".
 */
#include "metrics/sheet.h"

#include <event2/buffer.h>

#include "control/problem.h"
#include "control/request.h"
#include "metrics/html.h"

void lvs_sheet_headers(struct lvs_request *request)
{
	lvs_request_add_header(request, "Content-Security-Policy",
			       "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
	lvs_request_add_header(request, "X-Content-Type-Options", "nosniff");
	lvs_request_add_header(request, "Referrer-Policy", "same-origin");
}

void lvs_sheet_title(struct evbuffer *out, const char *title)
{
	lvs_html(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>");
	lvs_html_text(out, title);
	lvs_html(out, " - lvsd</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n");
}

void lvs_sheet_begin(struct lvs_request *request, const char *title)
{
	lvs_sheet_headers(request);
	lvs_sheet_title(request->out, title);
	lvs_html(request->out, "</head>\n<body><main><h1>");
	lvs_html_text(request->out, title);
	lvs_html(request->out, "</h1>\n");
}

void lvs_sheet_end(struct lvs_request *request, int status)
{
	lvs_html(request->out, "</main></body></html>\n");
	lvs_request_send(request, status, LVS_TYPE_HTML);
}

static void put_member(struct evbuffer *out, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	lvs_htmlf(out, "<div><dt>%s</dt><dd>", name);
	lvs_html_text(out, text);
	lvs_html(out, "</dd></div>\n");
}

void lvs_sheet_problem(struct lvs_request *request, const struct lvs_problem *problem)
{
	struct evbuffer *out = request->out;
	int status;

	lvs_sheet_begin(request, lvs_problem_title(problem->kind, &status));
	lvs_html(out, "<p class=\"note failed\" role=\"alert\">");
	lvs_html_text(out, problem->detail ? problem->detail : "nothing has changed");
	lvs_html(out, "</p>\n<dl>\n");
	put_member(out, "Field", problem->field);
	put_member(out, "Given", problem->given);
	put_member(out, "Allowed", problem->allowed);
	put_member(out, "What to do", problem->hint);
	lvs_html(out, "</dl>\n<p><a href=\"/?edit=1\">Back to the servers</a>, <a href=\"/\">only look</a></p>\n");
	lvs_sheet_end(request, status);
}

void lvs_sheet_go(struct lvs_request *request, const char *location)
{
	lvs_sheet_headers(request);
	lvs_request_add_header(request, "Location", location);
	lvs_request_add_header(request, "Cache-Control", "no-store");
	lvs_request_send_empty(request, 303);
}
