// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two formats differ in what a family is called, in units, and in the end. OpenMetrics: a family's name has no suffix,
 * its samples do; Prometheus: the family of a counter or an info is called as its samples are, and there are no infos.
 */
#include "metrics/exposition.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *suffix, *open, *plain;
} types[] = {
	[LVS_METRIC_COUNTER] = { "_total", "counter", "counter" },
	[LVS_METRIC_GAUGE] = { "", "gauge", "gauge" },
	[LVS_METRIC_INFO] = { "_info", "info", "gauge" },
	[LVS_METRIC_HISTOGRAM] = { "", "histogram", "histogram" },
};

static void about(struct lvs_exposition *exposition, const struct lvs_metric *metric, const char *what, const char *text)
{
	struct lvs_writer *out = &exposition->out;

	lvs_writer_text(out, "# ");
	lvs_writer_text(out, what);
	lvs_writer_char(out, ' ');
	lvs_writer_text(out, metric->name);
	if (!exposition->open)
		lvs_writer_text(out, types[metric->type].suffix);
	lvs_writer_char(out, ' ');
	lvs_writer_text(out, text);
	lvs_writer_char(out, '\n');
}

void lvs_metric_begin(struct lvs_exposition *exposition, const struct lvs_metric *metric)
{
	about(exposition, metric, "TYPE", exposition->open ? types[metric->type].open : types[metric->type].plain);
	if (exposition->open && metric->unit)
		about(exposition, metric, "UNIT", metric->unit);
	about(exposition, metric, "HELP", metric->help);
}

void lvs_metric_sample(struct lvs_exposition *exposition, const struct lvs_metric *metric, const char *labels, size_t len,
		       const char *more, size_t more_len, uint64_t value)
{
	struct lvs_writer *out = &exposition->out;

	if (value == LVS_METRIC_ABSENT)
		return;
	lvs_writer_text(out, metric->name);
	lvs_writer_text(out, types[metric->type].suffix);
	if (len || more_len) {
		lvs_writer_char(out, '{');
		lvs_writer_bytes(out, labels, len);
		if (len && more_len)
			lvs_writer_char(out, ',');
		lvs_writer_bytes(out, more, more_len);
		lvs_writer_char(out, '}');
	}
	lvs_writer_char(out, ' ');
	lvs_writer_fixed(out, value, metric->digits);
	lvs_writer_char(out, '\n');
}

void lvs_metric_single(struct lvs_exposition *exposition, const struct lvs_metric *metric, uint64_t value)
{
	lvs_metric_begin(exposition, metric);
	lvs_metric_sample(exposition, metric, "", 0, "", 0, value);
}

void lvs_metric_label(struct lvs_writer *out, const char *label, const char *text)
{
	lvs_writer_text(out, label);
	lvs_writer_bytes(out, "=\"", 2);
	while (*text) {
		size_t plain = strcspn(text, "\\\"\n");

		lvs_writer_bytes(out, text, plain);
		text += plain;
		if (!*text)
			break;
		lvs_writer_char(out, '\\');
		lvs_writer_char(out, *text == '\n' ? 'n' : *text);
		text++;
	}
	lvs_writer_char(out, '"');
}

void lvs_metric_labelled(struct lvs_exposition *exposition, const struct lvs_metric *metric, const char *label,
			 const char *text, uint64_t value)
{
	struct lvs_writer labels = { .bytes = NULL };

	lvs_metric_label(&labels, label, text);
	lvs_metric_sample(exposition, metric, labels.bytes, labels.len, "", 0, value);
	exposition->out.failed |= labels.failed;
	lvs_writer_fini(&labels);
}

void lvs_exposition_end(struct lvs_exposition *exposition)
{
	if (exposition->open)
		lvs_writer_text(&exposition->out, "# EOF\n");
}

/* Return: the weight of an element of Accept, from 0 to 1; -1: it is of another type */
static double weight_of(const char *element, size_t len, const char *type)
{
	size_t type_len = strcspn(element, ";,");
	const char *end = element + len, *q;

	while (type_len && element[type_len - 1] == ' ')
		type_len--;
	if (type_len != strlen(type) || strncmp(element, type, type_len) != 0)
		return -1;
	for (q = element; q && q < end; q = strchr(q + 1, ';'))
		if (*q == ';' && (q[1 + strspn(q + 1, " ")] | 0x20) == 'q' && q[2 + strspn(q + 1, " ")] == '=')
			return strtod(q + 3 + strspn(q + 1, " "), NULL);
	return 1;
}

static double best(const char *accept, const char *type)
{
	double most = -1;

	while (*accept) {
		size_t len;
		double weight;

		accept += strspn(accept, " ,");
		len = strcspn(accept, ",");
		weight = weight_of(accept, len, type);
		most = weight > most ? weight : most;
		accept += len;
	}
	return most;
}

bool lvs_exposition_wants_open(const char *accept)
{
	double open = accept ? best(accept, "application/openmetrics-text") : -1;

	return open > 0 && open >= best(accept, "text/plain");
}
