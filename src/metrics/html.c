// SPDX-License-Identifier: GPL-2.0-or-later
/* What fails here is memory, and leaves a page that is cut off: the next one is seconds away. */
#include "metrics/html.h"

#include <event2/buffer.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"

/* Of the picture, in its own units. */
#define SPARK_WIDTH 100
#define SPARK_HEIGHT 20
#define SPARK_EDGE 2

void lvs_html(struct evbuffer *out, const char *markup)
{
	(void)evbuffer_add(out, markup, strlen(markup));
}

void lvs_htmlf(struct evbuffer *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)evbuffer_add_vprintf(out, format, args);
	va_end(args);
}

void lvs_html_text(struct evbuffer *out, const char *text)
{
	static const char *const entities[] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	while (*text) {
		size_t plain = strcspn(text, "<>&\"'");

		(void)evbuffer_add(out, text, plain);
		text += plain;
		if (*text)
			lvs_html(out, entities[(unsigned char)*text++]);
	}
}

void lvs_html_url(struct evbuffer *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			(void)evbuffer_add(out, text, 1);
		else
			lvs_htmlf(out, "%%%02X", (unsigned char)*text);
	}
}

void lvs_html_count(struct evbuffer *out, uint64_t number)
{
	uint64_t unit = 1;

	while (number / unit >= 1000)
		unit *= 1000;
	lvs_htmlf(out, "%" PRIu64, number / unit);
	for (unit /= 1000; unit; unit /= 1000)
		lvs_htmlf(out, "&#8239;%03" PRIu64, number / unit % 1000);
}

void lvs_html_amount(struct evbuffer *out, uint64_t tenths, const char *unit)
{
	static const char *const prefixes[] = { "", "k", "M", "G", "T", "P" };
	size_t prefix = 0;

	while (tenths >= 10000 && prefix + 1 < ARRAY_LEN(prefixes)) {
		tenths /= 1000;
		prefix++;
	}
	if (tenths % 10 && tenths < 1000)
		lvs_htmlf(out, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
	else
		lvs_htmlf(out, "%" PRIu64, tenths / 10);
	if (*prefixes[prefix] || *unit)
		lvs_htmlf(out, "&nbsp;%s%s", prefixes[prefix], unit);
}

void lvs_html_time(struct evbuffer *out, uint64_t seconds)
{
	static const struct { uint64_t seconds; const char *name; } units[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" },
	};
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(units) && seconds < units[i].seconds)
		i++;
	lvs_htmlf(out, "%" PRIu64 "&nbsp;%s", seconds / units[i].seconds, units[i].name);
	if (i < 2 && seconds % units[i].seconds >= units[i + 1].seconds)
		lvs_htmlf(out, " %" PRIu64 "&nbsp;%s", seconds % units[i].seconds / units[i + 1].seconds, units[i + 1].name);
}

void lvs_html_when(struct evbuffer *out, int64_t at)
{
	time_t time = (time_t)at;
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&time, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	lvs_html(out, when);
}

void lvs_html_spark(struct evbuffer *out, const uint64_t *values, size_t n, const char *label)
{
	uint64_t most = 1;

	for (size_t i = 0; i < n; i++)
		most = LVS_MAX(most, values[i]);
	lvs_htmlf(out, "<svg class=\"spark\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"",
		  SPARK_WIDTH, SPARK_HEIGHT);
	lvs_html_text(out, label);
	lvs_html(out, "\"><polyline points=\"");
	for (size_t i = 0; i < n; i++)
		lvs_htmlf(out, "%s%zu,%.1f", i ? " " : "", SPARK_WIDTH * i / (n - 1),
			  SPARK_HEIGHT - SPARK_EDGE - (SPARK_HEIGHT - 2 * SPARK_EDGE) * ((double)values[i] / (double)most));
	lvs_html(out, "\"/></svg>");
}
