// SPDX-License-Identifier: GPL-2.0-or-later
/* What is around the services: how the director does as a whole, and why packets were dropped. */
#include "metrics/page.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "metrics/html.h"
#include "metrics/sheet.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/turns.h"

struct counts {
	uint32_t services, servers, good;
};

/* All of them at once: some tens of nanoseconds each. */
static struct counts count(const struct lvs_rules *rules)
{
	struct counts counts = { .services = rules->nservices };

	for (uint32_t i = 1; i < rules->servers_len; i++) {
		const struct lvs_server *server = rules->servers[i];

		if (!server || !server->service)
			continue;
		counts.servers++;
		counts.good += lvs_server_usable(server);
	}
	return counts;
}

/* A link to this page with other settings. @current: it has them already */
static void put_link(const struct lvs_page *page, struct evbuffer *out, unsigned int refresh, bool trouble, bool all,
		     bool current, const char *text)
{
	lvs_htmlf(out, "<li><a href=\"?refresh=%u%s%s", refresh, trouble ? "&amp;trouble=1" : "",
		  page->edit ? "&amp;edit=1" : "");
	if (page->service && !all) {
		lvs_html(out, "&amp;service=");
		lvs_html_url(out, page->service);
	}
	lvs_htmlf(out, "\"%s>%s</a></li>", current ? " aria-current=\"true\"" : "", text);
}

/* Into the page where servers can be changed, or out of it, and what is shown stays. */
static void put_edit_link(const struct lvs_page *page, struct evbuffer *out)
{
	lvs_htmlf(out, "<li><a href=\"?%s%s", page->edit ? "" : "edit=1", page->trouble ? "&amp;trouble=1" : "");
	if (page->service) {
		lvs_html(out, "&amp;service=");
		lvs_html_url(out, page->service);
	}
	lvs_htmlf(out, "\">%s</a></li>", page->edit ? "Only look" : "Change servers");
}

static void put_links(const struct lvs_page *page, struct evbuffer *out)
{
	static const unsigned int refreshes[] = { 0, 2, 5, 30 };

	lvs_html(out, "<nav aria-label=\"What is shown\"><ul>");
	put_link(page, out, page->refresh, false, true, !page->trouble && !page->service, "All servers");
	put_link(page, out, page->refresh, true, true, page->trouble, "Those in trouble");
	if (page->may)
		put_edit_link(page, out);
	lvs_html(out, "</ul></nav>\n");
	if (page->edit)
		return;
	lvs_html(out, "<nav aria-label=\"How often it is refreshed\"><ul>");
	for (size_t i = 0; i < ARRAY_LEN(refreshes); i++) {
		char text[32] = "Stop refreshing";

		if (refreshes[i])
			(void)snprintf(text, sizeof(text), "Every %u&nbsp;s", refreshes[i]);
		put_link(page, out, refreshes[i], page->trouble, false, refreshes[i] == page->refresh, text);
	}
	lvs_html(out, "</ul></nav>\n");
}

static void put_rate(const struct lvs_page *page, struct evbuffer *out, const char *term, enum lvs_rates_value value,
		     uint64_t tenths, const char *unit)
{
	const struct lvs_meter *meter = lvs_engine_meter(page->host->engine);
	uint64_t values[LVS_RATES_RING - 1];
	char label[64];

	lvs_rates_series(meter, &meter->total, value, values);
	(void)snprintf(label, sizeof(label), "%s, during the last minute", term);
	lvs_htmlf(out, "<div><dt>%s</dt><dd>", term);
	lvs_html_amount(out, tenths, unit);
	lvs_html_spark(out, values, ARRAY_LEN(values), label);
	lvs_html(out, "</dd></div>\n");
}

static void put_time(struct evbuffer *out, const char *term, uint64_t seconds)
{
	lvs_htmlf(out, "<div><dt>%s</dt><dd>", term);
	lvs_html_time(out, seconds);
	lvs_html(out, "</dd></div>\n");
}

static void put_number(struct evbuffer *out, const char *term, uint64_t number)
{
	lvs_htmlf(out, "<div><dt>%s</dt><dd>", term);
	lvs_html_count(out, number);
	lvs_html(out, "</dd></div>\n");
}

static uint64_t all_dropped(const struct lvs_stats *stats)
{
	uint64_t sum = 0;

	for (size_t i = 1; i < LVS_DROP_COUNT; i++)
		sum += stats->dropped[i];
	return sum;
}

static void put_overview(const struct lvs_page *page, struct evbuffer *out, const struct counts *counts)
{
	const struct lvs_stats *stats = lvs_engine_stats(page->host->engine);
	const struct lvs_conn_table *conns = lvs_engine_conns(page->host->engine);
	const struct lvs_meter *meter = lvs_engine_meter(page->host->engine);
	struct lvs_control_device device = { .name = "" };
	struct lvs_turns_summary turns;
	lvs_ns now = lvs_clock_now();
	struct lvs_counters tenths;

	lvs_rates_average(meter, &meter->total, LVS_RATES_10S, &tenths);
	lvs_html(out, "<section aria-labelledby=\"overview\"><h2 id=\"overview\">Overview</h2>\n<dl>\n");
	lvs_htmlf(out, "<div><dt>Servers that get new connections</dt><dd class=\"%s\">%u of %u, in %u service%s</dd></div>\n",
		  counts->good == counts->servers ? "good" : "warn", counts->good, counts->servers, counts->services,
		  counts->services == 1 ? "" : "s");
	lvs_htmlf(out, "<div><dt id=\"table\">Connection table</dt><dd>");
	lvs_html_count(out, conns->used);
	lvs_html(out, " of ");
	lvs_html_count(out, conns->capacity);
	lvs_htmlf(out, "<meter aria-labelledby=\"table\" min=\"0\" max=\"%u\" high=\"%u\" value=\"%u\">%.0f%%</meter></dd></div>\n",
		  conns->capacity, conns->capacity / 5 * 4, conns->used, 100.0 * conns->used / conns->capacity);
	put_rate(page, out, "New connections per second", LVS_RATES_CONNS, tenths.conns, "");
	put_rate(page, out, "To servers per second", LVS_RATES_IN_BYTES, tenths.in_bytes, "B");
	put_rate(page, out, "To clients per second", LVS_RATES_OUT_BYTES, tenths.out_bytes, "B");
	put_number(out, "Packets forwarded", stats->forwarded);
	put_number(out, "Packets dropped", all_dropped(stats));
	page->host->device(page->host->arg, &device);
	put_number(out, "Packets lost in the device's queue", device.queue_dropped);
	put_time(out, "Running for", (now - page->host->started) / LVS_NS_PER_SEC);
	lvs_turns_summarize(lvs_loop_turns(page->host->loop), now, &turns);
	lvs_htmlf(out, "<div><dt>99 of 100 turns of the loop take less than</dt><dd>%.2f&nbsp;ms</dd></div>\n",
		  (double)turns.p99 / (double)LVS_NS_PER_MS);
	if (stats->offered)
		put_number(out, "Clients offered to another server", stats->offered);
	lvs_html(out, "</dl></section>\n");
}

void lvs_page_head(struct lvs_page *page, struct evbuffer *out)
{
	struct counts counts = count(lvs_engine_rules(page->host->engine));
	time_t now = time(NULL);
	char when[32] = "", title[64];
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	(void)snprintf(title, sizeof(title), "%u of %u up", counts.good, counts.servers);
	lvs_sheet_title(out, title);
	if (page->refresh)
		lvs_htmlf(out, "<meta http-equiv=\"refresh\" content=\"%u\">\n", page->refresh);
	lvs_html(out, "</head>\n<body><a class=\"skip\" href=\"#services\">To the services</a>\n");
	lvs_htmlf(out, "<header><h1>lvsd <span class=\"dim\">%s</span></h1>\n<p class=\"dim\">As of <time datetime=\"%.10sT%sZ\">%s UTC"
		       "</time></p>\n", PACKAGE_VERSION, when, when + 11, when);
	put_links(page, out);
	lvs_html(out, "</header>\n<main>\n");
	lvs_page_edit_head(page, out);
	put_overview(page, out, &counts);
	lvs_html(out, "<h2 id=\"services\" tabindex=\"-1\">Virtual services</h2>\n");
}

static void put_drops(const struct lvs_page *page, struct evbuffer *out)
{
	const struct lvs_stats *stats = lvs_engine_stats(page->host->engine);

	lvs_html(out, "<section aria-labelledby=\"drops\"><h2 id=\"drops\">Dropped packets</h2>\n");
	if (!all_dropped(stats)) {
		lvs_html(out, "<p>None.</p></section>\n");
		return;
	}
	lvs_html(out, "<div class=\"wide\"><table><caption>By reason, since the start</caption><thead><tr>"
		      "<th scope=\"col\">Reason</th><th scope=\"col\" class=\"n\">Packets</th><th scope=\"col\">In words</th>"
		      "</tr></thead><tbody>\n");
	for (enum lvs_drop drop = 1; drop < LVS_DROP_COUNT; drop++) {
		if (!stats->dropped[drop])
			continue;
		lvs_htmlf(out, "<tr><th scope=\"row\"><code>%s</code></th><td class=\"n\">", lvs_drop_name(drop));
		lvs_html_count(out, stats->dropped[drop]);
		lvs_html(out, "</td><td class=\"text\">");
		lvs_html_text(out, lvs_drop_text(drop));
		lvs_html(out, "</td></tr>\n");
	}
	lvs_html(out, "</tbody></table></div></section>\n");
}

static void put_changes(const struct lvs_page *page, struct evbuffer *out)
{
	struct lvs_control_change change;

	lvs_html(out, "<section aria-labelledby=\"changes\"><h2 id=\"changes\">Changes of the configuration</h2>\n");
	if (!page->host->history(page->host->arg, 0, &change)) {
		lvs_html(out, "<p>None since the start.</p></section>\n");
		return;
	}
	lvs_html(out, "<div class=\"wide\"><table><caption>The latest first</caption><thead><tr><th scope=\"col\">When</th>"
		      "<th scope=\"col\">What</th><th scope=\"col\">Outcome</th><th scope=\"col\">In words</th></tr></thead><tbody>\n");
	for (size_t back = 0; page->host->history(page->host->arg, back, &change); back++) {
		lvs_html(out, "<tr><th scope=\"row\">");
		lvs_html_when(out, change.time);
		lvs_htmlf(out, "</th><td>%s</td>", change.what);
		if (change.ok)
			lvs_htmlf(out, "<td class=\"good\">in force, %zu change%s</td>", change.changes,
				  change.changes == 1 ? "" : "s");
		else
			lvs_html(out, "<td class=\"bad\">refused</td>");
		lvs_html(out, "<td class=\"text\">");
		lvs_html_text(out, change.message);
		lvs_html(out, "</td></tr>\n");
	}
	lvs_html(out, "</tbody></table></div></section>\n");
}

void lvs_page_foot(struct lvs_page *page, struct evbuffer *out)
{
	if (!page->shown)
		lvs_html(out, page->trouble ? "<p>Nothing is wrong with any server.</p>\n" :
			      page->service ? "<p>There is no such service.</p>\n" : "<p>There are none yet.</p>\n");
	put_drops(page, out);
	put_changes(page, out);
	lvs_html(out, "</main>\n<footer><p class=\"dim\">The same for programs: <a href=\"/status.json\">JSON</a>, "
		      "<a href=\"/status.csv\">CSV</a>, <a href=\"/metrics\">metrics</a>.</p></footer>\n</body></html>");
}
