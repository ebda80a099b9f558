/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Families of metrics, in the text format of OpenMetrics 1.0 or in that of Prometheus 0.0.4. */
#ifndef LVS_METRICS_EXPOSITION_H
#define LVS_METRICS_EXPOSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "sys/writer.h"

/* COUNTER: samples end in _total. INFO: in _info; HISTOGRAM: in _bucket, _count and _sum */
enum lvs_metric_type { LVS_METRIC_COUNTER, LVS_METRIC_GAUGE, LVS_METRIC_INFO, LVS_METRIC_HISTOGRAM };

/* A sample that is not there. */
#define LVS_METRIC_ABSENT UINT64_MAX

/**
 * struct lvs_metric - a family
 * @name:	without the suffixes of its type
 * @unit:	"seconds", "bytes", or NULL; the name ends in it
 * @digits:	of its samples, behind the point
 */
struct lvs_metric {
	const char *name;
	enum lvs_metric_type type;
	const char *unit;
	const char *help;
	unsigned int digits;
};

/**
 * struct lvs_exposition - where families go
 * @open:	OpenMetrics
 */
struct lvs_exposition {
	struct lvs_writer out;
	bool open;
};

/* What is said about a family once, in front of its samples. */
void lvs_metric_begin(struct lvs_exposition *exposition, const struct lvs_metric *metric);

/**
 * lvs_metric_sample() - one sample
 * @labels:	"a=\"b\",c=\"d\"", @len bytes; may be empty
 * @more:	the same behind it
 * @value:	@metric->digits of it are behind the point. LVS_METRIC_ABSENT: nothing is written
 */
void lvs_metric_sample(struct lvs_exposition *exposition, const struct lvs_metric *metric, const char *labels, size_t len,
		       const char *more, size_t more_len, uint64_t value);

/* A family with one sample, without labels. */
void lvs_metric_single(struct lvs_exposition *exposition, const struct lvs_metric *metric, uint64_t value);

/* A sample with one label. */
void lvs_metric_labelled(struct lvs_exposition *exposition, const struct lvs_metric *metric, const char *label,
			 const char *text, uint64_t value);

/* label="text", with the escapes that text needs. */
void lvs_metric_label(struct lvs_writer *out, const char *label, const char *text);

/* Nothing comes behind it. */
void lvs_exposition_end(struct lvs_exposition *exposition);

/**
 * lvs_exposition_wants_open() - which of the two formats is asked for
 * @accept:	an Accept header (RFC 9110 section 12.5.1), or NULL
 *
 * Return: true: OpenMetrics, as who takes both equally gets it
 */
bool lvs_exposition_wants_open(const char *accept);

#endif
