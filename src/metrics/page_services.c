// SPDX-License-Identifier: GPL-2.0-or-later
/* The services, each a table of its servers. */
#include "metrics/page.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "control/id.h"
#include "engine/engine.h"
#include "engine/forward.h"
#include "engine/sched.h"
#include "metrics/html.h"
#include "sys/clock.h"

#define LABEL_BYTES 96

/* Connections per second of the last minute, as a line; plain about what the most was. */
static void put_spark(const struct lvs_page *page, struct evbuffer *out, const struct lvs_rates *rates)
{
	uint64_t values[LVS_RATES_RING - 1], most = 0;
	char label[LABEL_BYTES];

	lvs_rates_series(lvs_engine_meter(page->host->engine), rates, LVS_RATES_CONNS, values);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		most = LVS_MAX(most, values[i]);
	(void)snprintf(label, sizeof(label), "at most %" PRIu64 ".%" PRIu64 " new connections per second in the last minute",
		       most / 10, most % 10);
	lvs_html_spark(out, values, ARRAY_LEN(values), label);
}

static void put_counters(const struct lvs_page *page, struct evbuffer *out, const struct lvs_counters *counters,
			 const struct lvs_rates *rates)
{
	struct lvs_counters tenths;

	lvs_rates_average(lvs_engine_meter(page->host->engine), rates, LVS_RATES_10S, &tenths);
	lvs_html(out, "<td class=\"n\">");
	lvs_html_count(out, counters->conns);
	lvs_html(out, "</td><td class=\"n\">");
	lvs_html_amount(out, tenths.conns, "");
	lvs_html(out, "</td><td class=\"n\">");
	lvs_html_amount(out, tenths.in_bytes, "B");
	lvs_html(out, "</td><td class=\"n\">");
	lvs_html_amount(out, tenths.out_bytes, "B");
	lvs_html(out, "</td><td>");
	put_spark(page, out, rates);
	lvs_html(out, "</td>");
}

static void put_latency(struct evbuffer *out, lvs_ns latency)
{
	if (!latency) {
		lvs_html(out, "<td></td>");
		return;
	}
	lvs_htmlf(out, "<td class=\"n\">%.1f&nbsp;ms</td>", (double)latency / (double)LVS_NS_PER_MS);
}

static void put_check(struct evbuffer *out, const struct lvs_control_health *health)
{
	lvs_ns now = lvs_clock_now();

	lvs_html(out, "<td class=\"text\">");
	if (!health->checks)
		lvs_html(out, "<span class=\"dim\">none</span>");
	else
		lvs_html_text(out, health->deciding.reason);
	if (health->checks && health->since) {
		lvs_html(out, " <span class=\"dim\">so for ");
		lvs_html_time(out, (now - health->since) / LVS_NS_PER_SEC);
		lvs_html(out, "</span>");
	}
	lvs_html(out, "</td>");
}

static void put_server(const struct lvs_page *page, struct evbuffer *out)
{
	const struct lvs_server *server = page->walk.server;
	const struct lvs_conf_server *conf = page->walk.server_conf;
	struct lvs_control_health health;
	char id[LVS_ENDPOINT_TEXT_BYTES];
	const char *class, *state = lvs_page_state(&page->walk, &class, &health);

	lvs_id_end(&server->spec.addr, server->spec.port, id);
	lvs_html(out, "<tr><th scope=\"row\"><code>");
	lvs_html(out, id);
	lvs_html(out, "</code>");
	if (conf && strcmp(conf->name, id) != 0) {
		lvs_html(out, " <span class=\"dim\">");
		lvs_html_text(out, conf->name);
		lvs_html(out, "</span>");
	}
	lvs_htmlf(out, "</th><td class=\"%s\">%s</td><td>%s</td><td class=\"n\">%u</td>", class, state, server->spec.forward->label,
		  server->spec.weight);
	if (page->edit)
		lvs_page_edit_server(page, out, id);
	lvs_html(out, "<td class=\"n\">");
	lvs_html_count(out, server->active);
	lvs_html(out, "</td><td class=\"n\">");
	lvs_html_count(out, server->inactive);
	lvs_html(out, "</td>");
	put_counters(page, out, &server->counters, server->rates);
	put_latency(out, server->seen.latency);
	put_check(out, &health);
	lvs_html(out, "</tr>\n");
}

static void put_lost(struct evbuffer *out, const struct lvs_control_quorum *quorum)
{
	lvs_html(out, ", <span class=\"bad\">quorum lost: ");
	lvs_html_text(out, quorum->reason);
	lvs_html(out, "</span>");
}

static void put_way(const struct lvs_page *page, struct evbuffer *out, const struct lvs_service *service)
{
	struct lvs_control_quorum quorum;

	lvs_htmlf(out, "scheduler <strong>%s</strong>", service->spec.sched->name);
	if (service->spec.persist.timeout)
		lvs_htmlf(out, ", persistent for %u&nbsp;s", service->spec.persist.timeout);
	if (service->spec.one_packet)
		lvs_html(out, ", each datagram on its own");
	page->host->quorum(page->host->arg, page->walk.conf, &quorum);
	if (!quorum.quorum)
		put_lost(out, &quorum);
	if (quorum.sorry)
		lvs_html(out, ", <span class=\"warn\">the sorry server answers</span>");
}

static void begin_service(struct lvs_page *page, struct evbuffer *out)
{
	const struct lvs_service *service = page->walk.service;
	char id[LVS_ID_BYTES];

	lvs_id_service(&service->spec.key, &service->spec.ports, id);
	lvs_html(out, "<section><h3 id=\"");
	lvs_html_text(out, id);
	lvs_htmlf(out, "\"><a href=\"?%sservice=", page->edit ? "edit=1&amp;" : "");
	lvs_html_url(out, id);
	lvs_html(out, "\">");
	lvs_html_text(out, page->walk.conf->name);
	lvs_html(out, "</a> <code>");
	lvs_html_text(out, id);
	lvs_html(out, "</code></h3>\n<p>");
	put_way(page, out, service);
	lvs_html(out, "</p>\n<div class=\"wide\"><table><caption>Real servers of ");
	lvs_html_text(out, page->walk.conf->name);
	lvs_html(out, "</caption><thead><tr><th scope=\"col\">Server</th><th scope=\"col\">State</th><th scope=\"col\">Method</th>"
		      "<th scope=\"col\" class=\"n\">Weight</th>");
	lvs_htmlf(out, "%s<th scope=\"col\" class=\"n\">Active</th>"
		       "<th scope=\"col\" class=\"n\">Inactive</th><th scope=\"col\" class=\"n\">Connections</th>"
		       "<th scope=\"col\" class=\"n\">New/s</th><th scope=\"col\" class=\"n\">In/s</th>"
		      "<th scope=\"col\" class=\"n\">Out/s</th><th scope=\"col\">Last minute</th>"
		      "<th scope=\"col\" class=\"n\">Latency</th><th scope=\"col\">Last check</th></tr></thead><tbody>\n",
		  page->edit ? "<th scope=\"col\">Change</th>" : "");
	page->open = true;
	page->shown++;
}

static bool is_wanted(const struct lvs_page *page)
{
	char id[LVS_ID_BYTES];

	if (!page->service)
		return true;
	lvs_id_service(&page->walk.service->spec.key, &page->walk.service->spec.ports, id);
	return !strcmp(page->service, id) || !strcmp(page->service, page->walk.conf->name);
}

static const char *class_of(const char *state)
{
	return !strcmp(state, "up") ? "good" : !strcmp(state, "down") || !strcmp(state, "ejected") ? "bad" : "warn";
}

/* What has become of the servers so far, of a service that is looked at alone. */
static void put_history(const struct lvs_page *page, struct evbuffer *out)
{
	const struct lvs_control_host *host = page->host;
	const struct lvs_conf_service *conf = page->walk.conf;
	struct lvs_control_turn turn;
	bool any = false;

	for (size_t i = 0; i < conf->nservers; i++) {
		for (size_t back = 0; host->turn(host->arg, conf, &conf->servers[i], back, &turn); back++) {
			if (!any)
				lvs_html(out, "<div class=\"wide\"><table><caption>Changes of state, of each server the latest first"
					      "</caption><thead><tr><th scope=\"col\">Server</th><th scope=\"col\">When</th>"
					      "<th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">In words</th>"
					      "</tr></thead><tbody>\n");
			any = true;
			lvs_html(out, "<tr><th scope=\"row\">");
			lvs_html_text(out, conf->servers[i].name);
			lvs_html(out, "</th><td>");
			lvs_html_when(out, turn.time);
			lvs_htmlf(out, "</td><td>%s</td><td class=\"%s\">%s</td><td class=\"text\">", turn.from,
				  class_of(turn.to), turn.to);
			lvs_html_text(out, turn.reason);
			lvs_html(out, "</td></tr>\n");
		}
	}
	if (any)
		lvs_html(out, "</tbody></table></div>\n");
}

static void end_service(struct lvs_page *page, struct evbuffer *out)
{
	const struct lvs_service *service = page->walk.service;
	uint64_t active = 0, inactive = 0;

	if (!service) {
		lvs_html(out, "</tbody></table></div></section>\n");
		return;
	}
	for (uint32_t i = 0; i < service->nservers; i++) {
		active += service->servers[i]->active;
		inactive += service->servers[i]->inactive;
	}
	if (!page->rows)
		lvs_htmlf(out, "<tr><td colspan=\"%d\" class=\"dim\">There are none: clients are refused.</td></tr>\n",
			  page->edit ? 14 : 13);
	lvs_htmlf(out, "</tbody><tfoot><tr><th scope=\"row\" colspan=\"%d\">All</th><td class=\"n\">", page->edit ? 5 : 4);
	lvs_html_count(out, active);
	lvs_html(out, "</td><td class=\"n\">");
	lvs_html_count(out, inactive);
	lvs_html(out, "</td>");
	put_counters(page, out, &service->counters, service->rates);
	lvs_html(out, "<td></td><td></td></tr></tfoot></table></div>\n");
	if (page->service && page->walk.conf)
		put_history(page, out);
	lvs_html(out, "</section>\n");
}

void lvs_page_step(struct lvs_page *page, struct evbuffer *out, enum lvs_walk_step step)
{
	struct lvs_control_health health;
	const char *class = NULL;

	if (step == LVS_WALK_SERVICE) {
		page->open = false;
		page->rows = 0;
		/* With nothing but trouble, services begin with their first server that has some. */
		if (is_wanted(page) && (!page->trouble || !page->walk.service->nservers))
			begin_service(page, out);
	} else if (step == LVS_WALK_SERVER && is_wanted(page)) {
		(void)lvs_page_state(&page->walk, &class, &health);
		if (page->trouble && !strcmp(class, "good"))
			return;
		if (!page->open)
			begin_service(page, out);
		put_server(page, out);
		page->rows++;
	} else if (step == LVS_WALK_SERVICE_END && page->open) {
		end_service(page, out);
		page->open = false;
	}
}
