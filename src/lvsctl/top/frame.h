/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a screen of "lvsctl top" shows, as lines of text: a pure function of the answers of the API and of what was pressed. */
#ifndef LVS_LVSCTL_TOP_FRAME_H
#define LVS_LVSCTL_TOP_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define LVS_TOP_WIDTH_MIN 80
#define LVS_TOP_WIDTH_MAX 300
#define LVS_TOP_HEIGHT_MIN 10

enum lvs_top_sort {
	LVS_TOP_SORT_NONE,
	LVS_TOP_SORT_NAME,
	LVS_TOP_SORT_ACTIVE,
	LVS_TOP_SORT_CPS,
	LVS_TOP_SORT_BYTES,
	LVS_TOP_SORTS
};

enum lvs_top_style { LVS_TOP_PLAIN, LVS_TOP_TITLE, LVS_TOP_SERVICE, LVS_TOP_BAD, LVS_TOP_WARN, LVS_TOP_SELECTED, LVS_TOP_KEYS };

struct lvs_top_line {
	char text[LVS_TOP_WIDTH_MAX + 1];
	enum lvs_top_style style;
};

/**
 * struct lvs_top_view - how it is looked at
 * @height:	lines of the screen; 0: as many as there are, and no line of keys
 * @filter:	services and servers whose name or id has it; empty: all
 * @typing:	a filter is being typed
 * @selected, @first: rows; kept within what there is
 * @message:	in place of the keys, if not empty
 */
struct lvs_top_view {
	size_t width, height;
	enum lvs_top_sort sort;
	bool servers;
	bool paused;
	bool help;
	bool typing;
	char filter[64];
	size_t selected, first;
	char message[200];
};

/* @server: NULL for the row of the service itself. Both borrowed */
struct lvs_top_row {
	json_t *service, *server;
};

/**
 * struct lvs_top_data - what is shown
 * @services:	array; @status: of the API, or NULL
 * @clock:	"12:34:56"
 */
struct lvs_top_data {
	json_t *services;
	json_t *status;
	char clock[16];
};

/**
 * lvs_top_rows() - the services and servers that are to be seen, in their order
 * @ret_rows:	owned
 *
 * Return: how many; 0 without memory too
 */
size_t lvs_top_rows(const struct lvs_top_data *data, const struct lvs_top_view *view, struct lvs_top_row **ret_rows);

/**
 * lvs_top_frame() - draw
 * @view:	@selected and @first are corrected
 * @ret_lines:	owned
 *
 * Return: how many lines, never more than @view->height if that is not 0
 */
size_t lvs_top_frame(const struct lvs_top_data *data, struct lvs_top_view *view, struct lvs_top_line **ret_lines);

/* The name of an order. */
const char *lvs_top_sort_name(enum lvs_top_sort sort);

#endif
