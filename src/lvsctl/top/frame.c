// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From top to bottom: two lines about the daemon and all traffic, a title, the rows, and a line of keys. Columns have fixed
 * widths; what a wide screen has more goes to the first one. A row is a service or, below it, one of its servers.
 */
#include "lvsctl/top/frame.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/table.h"

#define HEAD_LINES 4
#define NAME_WIDTH 24	/* on 80 columns */

static const char *const sort_names[] = { "as listed", "name", "active", "conn/s", "bytes/s" };

const char *lvs_top_sort_name(enum lvs_top_sort sort)
{
	return sort_names[sort];
}

static double rate(const json_t *object, const char *key)
{
	return lvs_api_number(json_object_get(json_object_get(object, "rates"), "1s"), key);
}

static double sort_value(const json_t *object, enum lvs_top_sort sort)
{
	switch (sort) {
	case LVS_TOP_SORT_ACTIVE:
		return (double)lvs_api_int(object, "active");
	case LVS_TOP_SORT_CPS:
		return rate(object, "cps");
	case LVS_TOP_SORT_BYTES:
		return rate(object, "in_bps") + rate(object, "out_bps");
	default:
		return 0;
	}
}

/* Stable, and short lists are the rule: an insertion for each object into its place among those before it. */
static void sort_objects(json_t **objects, size_t n, enum lvs_top_sort sort)
{
	for (size_t i = 1; sort != LVS_TOP_SORT_NONE && i < n; i++) {
		json_t *object = objects[i];
		size_t at = i;

		while (at > 0 && (sort == LVS_TOP_SORT_NAME ? strcmp(lvs_object_name(objects[at - 1]), lvs_object_name(object)) > 0
							    : sort_value(objects[at - 1], sort) < sort_value(object, sort))) {
			objects[at] = objects[at - 1];
			at--;
		}
		objects[at] = object;
	}
}

/* Return: owned, the elements in their order; NULL without memory */
static json_t **sorted(json_t *list, enum lvs_top_sort sort)
{
	size_t n = json_array_size(list);
	json_t **objects = calloc(n + 1, sizeof(json_t *));

	for (size_t i = 0; objects && i < n; i++)
		objects[i] = json_array_get(list, i);
	if (objects)
		sort_objects(objects, n, sort);
	return objects;
}

static bool fits(const json_t *object, const char *filter)
{
	return !*filter || strcasestr(lvs_api_text(object, "name"), filter) || strcasestr(lvs_api_text(object, "id"), filter);
}

/* A service is there when it fits, with all of its servers, or when some of them fit, with those. */
static size_t add_service(json_t *service, const struct lvs_top_view *view, struct lvs_top_row *rows)
{
	json_t *list = json_object_get(service, "servers"), **servers = sorted(list, view->sort);
	bool whole = fits(service, view->filter);
	size_t n = 1;

	rows[0] = (struct lvs_top_row){ service, NULL };
	for (size_t i = 0; servers && i < json_array_size(list); i++)
		if (whole || fits(servers[i], view->filter)) {
			rows[n] = (struct lvs_top_row){ service, servers[i] };
			n++;
		}
	free(servers);
	if (!whole && n == 1)
		return 0;
	return view->servers ? n : 1;
}

size_t lvs_top_rows(const struct lvs_top_data *data, const struct lvs_top_view *view, struct lvs_top_row **ret_rows)
{
	json_t **services = sorted(data->services, view->sort), *service;
	size_t room = 1, n = 0, i;

	json_array_foreach(data->services, i, service)
		room += 1 + json_array_size(json_object_get(service, "servers"));
	*ret_rows = calloc(room, sizeof(**ret_rows));
	for (i = 0; services && *ret_rows && i < json_array_size(data->services); i++)
		n += add_service(services[i], view, *ret_rows + n);
	free(services);
	return n;
}

/* "1234", "12.3k": never more than five characters */
static const char *human(double number, char buf[LVS_NUMBER_BYTES])
{
	const struct lvs_ctl people = { .terminal = true };

	return lvs_number(&people, number, buf);
}

static void put(struct lvs_top_line *line, const struct lvs_top_view *view, enum lvs_top_style style, const char *text)
{
	size_t width = view->width < LVS_TOP_WIDTH_MAX ? view->width : LVS_TOP_WIDTH_MAX;

	(void)snprintf(line->text, width + 1, "%s", text);
	for (char *c = line->text; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	line->style = style;
}

static void put_heads(const struct lvs_top_data *data, const struct lvs_top_view *view, struct lvs_top_line *lines)
{
	const json_t *connections = json_object_get(data->status, "connections");
	const json_t *device = json_object_get(data->status, "device");
	double sums[5] = { 0, 0, 0, 0, 0 };
	static const char *const keys[5] = { "cps", "in_pps", "in_bps", "out_pps", "out_bps" };
	char text[400], n[5][LVS_NUMBER_BYTES], uptime[LVS_NUMBER_BYTES];
	const struct lvs_ctl people = { .terminal = true };
	json_t *service;
	size_t i, used = 0;

	json_array_foreach(data->services, i, service)
		for (size_t k = 0; k < 5; k++)
			sums[k] += rate(service, keys[k]);
	used = (size_t)snprintf(text, sizeof(text), "lvsd %s  %s", lvs_api_text(data->status, "version"), data->clock);
	if (data->status)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "  up %s  %s",
					 lvs_seconds(&people, lvs_api_number(data->status, "uptime"), uptime),
					 lvs_api_text(device, "name"));
	if (connections)
		(void)snprintf(text + used, sizeof(text) - used, "  connections %s of %s",
			       human((double)lvs_api_int(connections, "used"), n[0]), human((double)lvs_api_int(connections, "capacity"), n[1]));
	put(&lines[0], view, LVS_TOP_PLAIN, text);
	for (size_t k = 0; k < 5; k++)
		(void)human(sums[k], n[k]);
	(void)snprintf(text, sizeof(text), "%s conn/s   in %s packets/s %s bytes/s   out %s packets/s %s bytes/s", n[0],
		       n[1], n[2], n[3], n[4]);
	put(&lines[1], view, LVS_TOP_PLAIN, text);
	(void)snprintf(text, sizeof(text), "sorted: %s%s%s%s%s", sort_names[view->sort], *view->filter || view->typing ? "   filter: " : "",
		       view->filter, view->typing ? "_" : "", view->paused ? "   paused" : "");
	put(&lines[2], view, LVS_TOP_PLAIN, text);
}

static int name_width(const struct lvs_top_view *view)
{
	return NAME_WIDTH + (int)(view->width > LVS_TOP_WIDTH_MIN ? view->width - LVS_TOP_WIDTH_MIN : 0);
}

static void put_title(const struct lvs_top_view *view, struct lvs_top_line *line)
{
	char text[LVS_TOP_WIDTH_MAX + 100];
	int width = name_width(view);

	(void)snprintf(text, sizeof(text), "%-*.*s %-7s %6s %-8s %6s %6s %5s %5s %5s", width, width, "SERVICE / SERVER", "METHOD", "WEIGHT",
		       "STATE", "ACTIVE", "INACT", "CONN", "IN B", "OUT B");
	put(line, view, LVS_TOP_TITLE, text);
}

static enum lvs_top_style style_of(const struct lvs_top_row *row)
{
	const char *state = lvs_api_text(row->server, "state");

	if (!row->server)
		return lvs_api_true(row->service, "live") ? LVS_TOP_SERVICE : LVS_TOP_BAD;
	if (!strcmp(state, "up"))
		return *lvs_api_text(row->server, "condition") ? LVS_TOP_WARN : LVS_TOP_PLAIN;
	return !strcmp(state, "down") ? LVS_TOP_BAD : LVS_TOP_WARN;
}

/* In eight characters. */
static const char *state_of(const struct lvs_top_row *row)
{
	const char *state = lvs_api_text(row->server, "state");

	if (!row->server)
		return lvs_api_true(row->service, "live") ? "live" : "DEAD";
	if (!strcmp(state, "up") && *lvs_api_text(row->server, "condition"))
		return lvs_api_text(row->server, "condition");
	return !strcmp(state, "maintenance") ? "maint" : state;
}

static void put_row(const struct lvs_top_view *view, const struct lvs_top_row *row, bool selected, struct lvs_top_line *line)
{
	const json_t *object = row->server ? row->server : row->service;
	char text[LVS_TOP_WIDTH_MAX + 200], name[200], weight[24] = "", n[5][LVS_NUMBER_BYTES];
	const char *id = lvs_api_text(object, "id"), *called = lvs_object_name(object);
	int width = name_width(view);

	if (lvs_object_is_named(object))
		(void)snprintf(name, sizeof(name), "%s%s %s", row->server ? "  " : "", called, id);
	else
		(void)snprintf(name, sizeof(name), "%s%s", row->server ? "  " : "", id);
	if (row->server)
		(void)snprintf(weight, sizeof(weight), "%lld", lvs_api_int(object, "weight"));
	(void)snprintf(text, sizeof(text), "%-*.*s %-7.7s %6s %-8.8s %6s %6s %5s %5s %5s", width, width, name,
		       lvs_api_text(object, row->server ? "forward" : "scheduler"), weight,
		       state_of(row),
		       human((double)lvs_api_int(object, "active"), n[0]), human((double)lvs_api_int(object, "inactive"), n[1]),
		       human(rate(object, "cps"), n[2]), human(rate(object, "in_bps"), n[3]), human(rate(object, "out_bps"), n[4]));
	put(line, view, selected ? LVS_TOP_SELECTED : style_of(row), text);
}

static const char *const help[] = {
	"Up Down PgUp PgDn Home End   go to another row",
	"F3 / F4 \\                    show what has a text in its name only; Esc shows all",
	"F5 t                         with or without servers",
	"F6 > <                       another order",
	"F7 - and F8 +                less or more weight for the server",
	"F9 d                         drain the server, or make it ready again",
	"Space p                      stop the picture, and go on",
	"F1 h ?                       this",
	"F10 q                        leave",
};

static size_t put_help(const struct lvs_top_view *view, size_t room, struct lvs_top_line *lines)
{
	size_t n = 0;

	for (; n < sizeof(help) / sizeof(*help) && n < room; n++)
		put(&lines[n], view, LVS_TOP_PLAIN, help[n]);
	return n;
}

/* The selected row is in sight, and there is no empty room while there are rows. */
static void correct(struct lvs_top_view *view, size_t nrows, size_t room)
{
	if (view->selected >= nrows)
		view->selected = nrows ? nrows - 1 : 0;
	if (view->selected < view->first)
		view->first = view->selected;
	if (room && view->selected >= view->first + room)
		view->first = view->selected - room + 1;
	if (room && view->first + room > nrows)
		view->first = nrows > room ? nrows - room : 0;
}

static size_t put_rows(const struct lvs_top_data *data, struct lvs_top_view *view, size_t room, struct lvs_top_line *lines)
{
	struct lvs_top_row *rows;
	size_t nrows = lvs_top_rows(data, view, &rows), n = 0;

	correct(view, nrows, room);
	for (; n < room && view->first + n < nrows; n++)
		put_row(view, &rows[view->first + n], view->height && view->first + n == view->selected, &lines[n]);
	free(rows);
	return n;
}

size_t lvs_top_frame(const struct lvs_top_data *data, struct lvs_top_view *view, struct lvs_top_line **ret_lines)
{
	struct lvs_top_row *rows;
	size_t nrows = lvs_top_rows(data, view, &rows), height, room, n = HEAD_LINES;
	struct lvs_top_line *lines;

	free(rows);
	height = view->height ? view->height : nrows + HEAD_LINES + 1;
	if (height < HEAD_LINES + 2)
		height = HEAD_LINES + 2;
	room = height - HEAD_LINES - 1;
	lines = calloc(height, sizeof(*lines));
	if (!lines)
		return 0;
	put_heads(data, view, lines);
	put_title(view, &lines[HEAD_LINES - 1]);
	n += view->help ? put_help(view, room, lines + n) : put_rows(data, view, room, lines + n);
	if (view->height) {
		for (; n < height - 1; n++)
			lines[n].text[0] = '\0';
		put(&lines[n++], view, LVS_TOP_KEYS,
		    *view->message ? view->message
				   : "F1 Help F4 Filter F5 Servers F6 Order F7 Weight- F8 Weight+ F9 Drain F10 Quit");
	}
	*ret_lines = lines;
	return n;
}
