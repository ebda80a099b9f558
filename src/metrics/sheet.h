/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small pages beside the status page, and what all pages have in common. */
#ifndef LVS_METRICS_SHEET_H
#define LVS_METRICS_SHEET_H

struct evbuffer;
struct lvs_problem;
struct lvs_request;

#define LVS_TYPE_HTML "text/html; charset=utf-8"

/* The headers of every page: what it may fetch and do, and who may show it inside of another. */
void lvs_sheet_headers(struct lvs_request *request);

/* Up to what follows the title in <head>; plain text. */
void lvs_sheet_title(struct evbuffer *out, const char *title);

/* All that comes before what is said, in the request's own buffer ... */
void lvs_sheet_begin(struct lvs_request *request, const char *title);

/* ... and after it; the request is answered. */
void lvs_sheet_end(struct lvs_request *request, int status);

/* A page about what is wrong with a form. @problem: its field is the name of one of the form's */
void lvs_sheet_problem(struct lvs_request *request, const struct lvs_problem *problem);

/* "Go there", of which @location is a path, with GET. */
void lvs_sheet_go(struct lvs_request *request, const char *location);

#endif
