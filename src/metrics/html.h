/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of HTML, appended to a buffer: texts made harmless, numbers made readable. */
#ifndef LVS_METRICS_HTML_H
#define LVS_METRICS_HTML_H

#include <stddef.h>
#include <stdint.h>

struct evbuffer;

/* Markup as it is, of our own. */
void lvs_html(struct evbuffer *out, const char *markup);
void lvs_htmlf(struct evbuffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Anything, fit for the inside of an element or of an attribute in quotes. */
void lvs_html_text(struct evbuffer *out, const char *text);

/* The same, fit for a query or a fragment of an address. */
void lvs_html_url(struct evbuffer *out, const char *text);

/* Digits in groups of three, "1 234 567", so that they cannot be misread; without a break in between. */
void lvs_html_count(struct evbuffer *out, uint64_t number);

/* @tenths of something, with three digits or so and a prefix of thousands: "12.3 M". @unit follows at once. */
void lvs_html_amount(struct evbuffer *out, uint64_t tenths, const char *unit);

/* "3 d 4 h", "12 min": the two largest units that say something. */
void lvs_html_time(struct evbuffer *out, uint64_t seconds);

/* @at: seconds since 1970: "2026-11-23 09:26:40 UTC" */
void lvs_html_when(struct evbuffer *out, int64_t at);

/**
 * lvs_html_spark() - a line of how something changed, as inline SVG
 * @values:	@n of them, 2 or more, the oldest first
 * @label:	for those who do not see it; plain text
 */
void lvs_html_spark(struct evbuffer *out, const uint64_t *values, size_t n, const char *label);

#endif
