// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The status page: one answer made in small parts, as any long one. It is plain HTML that refreshes itself: nothing is
 * executed, nothing is fetched but its style, and the policy it comes with (CSP) says so. Whatever colour tells, a word
 * tells too.
 */
#include "metrics/page.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "control/problem.h"
#include "control/show.h"
#include "control/stream.h"
#include "engine/server.h"
#include "metrics/sheet.h"

#define REFRESH_MAX 3600
/* Of one part of the page: a few tens of rows. */
#define PART_BYTES 16384

const char *lvs_page_state(const struct lvs_walk *walk, const char **ret_class, struct lvs_control_health *ret_health)
{
	const struct lvs_server *server = walk->server;
	const char *state, *condition;

	*ret_health = (struct lvs_control_health){ .state = "up", .in = true };
	if (walk->server_conf)
		walk->host->health(walk->host->arg, walk->conf, walk->server_conf, ret_health);
	state = lvs_show_state(server, walk->server_conf, ret_health);
	condition = lvs_show_condition(state, server, ret_health);
	*ret_class = !strcmp(state, "up") && !condition ? "good" : "warn";
	if (!strcmp(state, "down") || server->seen.ejected)
		*ret_class = "bad";
	if (ret_health->kept)
		return "down, but kept";
	return condition && !strcmp(state, "up") ? condition : state;
}

static void free_page(void *arg)
{
	struct lvs_page *page = arg;

	if (!page)
		return;
	lvs_walk_fini(&page->walk);
	free(page->service);
	free(page);
}

static bool go_on(void *state, struct lvs_request *request, struct lvs_json *json)
{
	struct lvs_page *page = state;
	struct evbuffer *out = json->out;
	const size_t enough = evbuffer_get_length(out) + PART_BYTES;

	(void)request;
	if (page->part == LVS_PAGE_HEAD) {
		lvs_page_head(page, out);
		page->part = LVS_PAGE_SERVICES;
		return true;
	}
	while (page->part == LVS_PAGE_SERVICES && evbuffer_get_length(out) < enough) {
		enum lvs_walk_step step = lvs_walk_next(&page->walk);

		if (step == LVS_WALK_FAILED)
			return false;
		if (step == LVS_WALK_END)
			page->part = LVS_PAGE_FOOT;
		else
			lvs_page_step(page, out, step);
	}
	if (page->part == LVS_PAGE_SERVICES)
		return true;
	lvs_page_foot(page, out);
	return false;
}

static unsigned int refresh_of(const struct lvs_request *request)
{
	const char *text = lvs_request_query(request, "refresh");
	char *end;
	unsigned long seconds;

	if (!text || !*text)
		return LVS_PAGE_REFRESH_DEFAULT;
	errno = 0;
	seconds = strtoul(text, &end, 10);
	return *end || errno || seconds > REFRESH_MAX ? LVS_PAGE_REFRESH_DEFAULT : (unsigned int)seconds;
}

void lvs_api_page(struct lvs_request *request)
{
	const char *service = lvs_request_query(request, "service");
	struct lvs_page *page = calloc(1, sizeof(*page));

	if (page && service && *service)
		page->service = strdup(service);
	if (!page || (service && *service && !page->service)) {
		free(page);
		lvs_problem(request, &(struct lvs_problem){ LVS_PROBLEM_INTERNAL, .detail = "out of memory" });
		return;
	}
	page->host = &request->control->host;
	page->refresh = refresh_of(request);
	page->trouble = lvs_request_flag(request, "trouble");
	lvs_walk_init(&page->walk, page->host, NULL);
	if (!lvs_page_edit(page, request)) {
		free_page(page);
		return;
	}
	lvs_sheet_headers(request);
	lvs_request_stream(request, LVS_TYPE_HTML, go_on, free_page, page);
}
