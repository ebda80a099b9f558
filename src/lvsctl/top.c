// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top: services and servers live, a picture each second, keys as htop has them. Keys that change something ask first,
 * in the last line. When the daemon goes away the last picture stays, with a word about it, until it is back.
 */
#include "lvsctl/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"
#include "lvsctl/top/frame.h"
#include "lvsctl/top/screen.h"

#define ESCAPE 27
#define CONTROL_C 3

/**
 * struct top - one session
 * @path, @body: what a yes would do, while one is waited for; owned, else NULL
 */
struct top {
	struct lvs_ctl *ctl;
	struct lvs_top_data data;
	struct lvs_top_view view;
	struct lvs_top_screen *screen;
	char *path;
	json_t *body;
};

static void data_fini(struct lvs_top_data *data)
{
	json_decref(data->services);
	json_decref(data->status);
	*data = (struct lvs_top_data){ .services = NULL };
}

/* Quietly: messages would spoil the screen. Return: what went wrong, in @problem; the data are untouched then */
static bool fetch(struct lvs_ctl *ctl, struct lvs_top_data *data, struct lvs_problem *problem)
{
	const struct lvs_request list = { .method = "GET", .path = "/v1/services" },
				 state = { .method = "GET", .path = "/v1/status" };
	struct lvs_top_data fresh = { .services = NULL };
	struct lvs_answer answer;
	time_t now = time(NULL);
	struct tm parts;

	if (lvs_client_call(ctl->client, &list, &answer)) {
		*problem = answer.problem;
		answer.problem = (struct lvs_problem){ .failure = LVS_FAILURE_NONE };
		lvs_answer_fini(&answer);
		return false;
	}
	fresh.services = json_incref(json_object_get(answer.json, "services"));
	lvs_answer_fini(&answer);
	if (!lvs_client_call(ctl->client, &state, &answer))
		fresh.status = json_incref(answer.json);
	lvs_answer_fini(&answer);
	if (localtime_r(&now, &parts))
		(void)strftime(fresh.clock, sizeof(fresh.clock), "%H:%M:%S", &parts);
	data_fini(data);
	*data = fresh;
	return true;
}

static int once(struct top *top)
{
	struct lvs_problem problem;
	const char *columns = getenv("COLUMNS");
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
	struct lvs_top_line *lines;
	size_t n;
	int status;

	if (!fetch(top->ctl, &top->data, &problem)) {
		status = lvs_api_complain(&problem);
		lvs_problem_fini(&problem);
		return status;
	}
	top->view.width = width >= LVS_TOP_WIDTH_MIN && width <= LVS_TOP_WIDTH_MAX ? width : LVS_TOP_WIDTH_MIN;
	n = lvs_top_frame(&top->data, &top->view, &lines);
	if (!n)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(lines[i].text);

		while (len && lines[i].text[len - 1] == ' ')
			len--;
		printf("%.*s\n", (int)len, lines[i].text);
	}
	free(lines);
	return LVS_EXIT_OK;
}

static void refresh_data(struct top *top)
{
	struct lvs_problem problem;

	if (fetch(top->ctl, &top->data, &problem)) {
		if (!top->path)
			top->view.message[0] = '\0';
		return;
	}
	(void)snprintf(top->view.message, sizeof(top->view.message), "%.190s", problem.message);
	lvs_problem_fini(&problem);
}

static void draw(struct top *top)
{
	struct lvs_top_line *lines;
	size_t n;

	lvs_top_screen_size(top->screen, &top->view.width, &top->view.height);
	n = lvs_top_frame(&top->data, &top->view, &lines);
	if (!n)
		return;
	lvs_top_screen_draw(top->screen, lines, n);
	free(lines);
}

static void forget(struct top *top)
{
	free(top->path);
	json_decref(top->body);
	top->path = NULL;
	top->body = NULL;
	top->view.message[0] = '\0';
}

/* Prepares a change of the selected server, which a yes will carry out. Consumes @body. */
static void prepare(struct top *top, const char *what, json_t *body, const struct lvs_top_row *row)
{
	forget(top);
	top->path = lvs_object_path(row->service, row->server);
	top->body = body;
	(void)snprintf(top->view.message, sizeof(top->view.message), "%s %s of %s? y/n", what, lvs_object_name(row->server),
		       lvs_object_name(row->service));
}

/* @more: of weight, or 0: drain, or make ready again */
static void change_server(struct top *top, int more)
{
	struct lvs_top_row *rows;
	size_t n = lvs_top_rows(&top->data, &top->view, &rows);
	const struct lvs_top_row *row = top->view.selected < n ? &rows[top->view.selected] : NULL;
	char what[40];

	if (row && row->server && more) {
		long long weight = lvs_api_int(row->server, "weight") + more;

		(void)snprintf(what, sizeof(what), "weight %lld for", weight);
		if (weight >= 0 && weight <= 65535)
			prepare(top, what, json_pack("{s:I}", "weight", (json_int_t)weight), row);
	} else if (row && row->server && !strcmp(lvs_api_text(row->server, "state"), "up")) {
		prepare(top, "drain", json_pack("{s:{}}", "drain"), row);
	} else if (row && row->server) {
		prepare(top, "make ready", json_pack("{s:n, s:n}", "drain", "maintenance"), row);
	}
	free(rows);
}

static void answer_question(struct top *top, int key)
{
	const struct lvs_request request = { .method = "PATCH", .path = top->path, .body = top->body };
	struct lvs_answer answer;
	char message[200] = "";

	if (key == LVS_TOP_NOTHING || key == LVS_TOP_RESIZED)
		return;
	if (key == 'y' || key == 'Y') {
		if (lvs_client_call(top->ctl->client, &request, &answer))
			(void)snprintf(message, sizeof(message), "%.190s", answer.problem.message);
		lvs_answer_fini(&answer);
	}
	forget(top);
	refresh_data(top);
	if (*message)
		memcpy(top->view.message, message, sizeof(message));
}

static void type_filter(struct top *top, int key)
{
	size_t len = strlen(top->view.filter);

	if (key == ESCAPE)
		top->view.filter[0] = '\0';
	if (key == ESCAPE || key == '\n' || key == '\r')
		top->view.typing = false;
	else if (key == LVS_TOP_BACKSPACE && len)
		top->view.filter[len - 1] = '\0';
	else if (key > 0 && key < 127 && isprint(key) && len + 1 < sizeof(top->view.filter)) {
		top->view.filter[len] = (char)key;
		top->view.filter[len + 1] = '\0';
	}
}

static void move(struct top *top, int key)
{
	size_t page = top->view.height > 6 ? top->view.height - 6 : 1, *selected = &top->view.selected;

	if (key == LVS_TOP_UP)
		*selected -= *selected > 0;
	else if (key == LVS_TOP_DOWN)
		++*selected;
	else if (key == LVS_TOP_PAGE_UP)
		*selected -= *selected < page ? *selected : page;
	else if (key == LVS_TOP_PAGE_DOWN)
		*selected += page;
	else if (key == LVS_TOP_HOME)
		*selected = 0;
	else if (key == LVS_TOP_END)
		*selected = (size_t)1 << 30;
}

/* Return: whether it goes on */
static bool press(struct top *top, int key)
{
	struct lvs_top_view *view = &top->view;

	if (top->path) {
		answer_question(top, key);
		return key != CONTROL_C;
	}
	if (view->typing) {
		type_filter(top, key);
		return key != CONTROL_C;
	}
	if (key == 'q' || key == CONTROL_C || key == LVS_TOP_F + 10)
		return false;
	if (key == 'h' || key == '?' || key == LVS_TOP_F + 1)
		view->help = !view->help;
	else if (key == '/' || key == '\\' || key == LVS_TOP_F + 3 || key == LVS_TOP_F + 4)
		view->typing = true;
	else if (key == ESCAPE)
		view->filter[0] = view->message[0] = '\0';
	else if (key == 't' || key == LVS_TOP_F + 5)
		view->servers = !view->servers;
	else if (key == '>' || key == LVS_TOP_F + 6)
		view->sort = (view->sort + 1) % LVS_TOP_SORTS;
	else if (key == '<')
		view->sort = (view->sort + LVS_TOP_SORTS - 1) % LVS_TOP_SORTS;
	else if (key == ' ' || key == 'p')
		view->paused = !view->paused;
	else if (key == '-' || key == LVS_TOP_F + 7)
		change_server(top, -1);
	else if (key == '+' || key == LVS_TOP_F + 8)
		change_server(top, 1);
	else if (key == 'd' || key == LVS_TOP_F + 9)
		change_server(top, 0);
	else
		move(top, key);
	return true;
}

static long long milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* @count: pictures with fresh numbers until the end; 0: there is none */
static void live(struct top *top, unsigned long count)
{
	long long next = 0;
	unsigned long seen = 0;

	for (;;) {
		long long now = milliseconds();
		int key;

		if (now >= next) {
			if (!top->view.paused)
				refresh_data(top);
			next = now + 1000;
			seen++;
		}
		draw(top);
		if (count && seen >= count)
			return;
		now = milliseconds();
		key = lvs_top_screen_key(top->screen, now < next ? (int)(next - now) : 0);
		if (key != LVS_TOP_NOTHING && !press(top, key))
			return;
	}
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct top top = { .ctl = ctl, .view = { .servers = true } };
	unsigned long count;
	int status = lvs_ctl_number(ctl, LVS_OPTION_count, 1, 1000000000, 0, &count), err;

	(void)args;
	(void)n;
	if (!status)
		status = lvs_api_open(ctl);
	if (status)
		return status;
	if (lvs_ctl_given(ctl, LVS_OPTION_once)) {
		status = once(&top);
	} else if (!ctl->terminal) {
		status = lvs_ctl_fail(LVS_EXIT_FAILED, "standard output is no terminal; --once needs none");
	} else {
		err = lvs_top_screen_new(ctl->colour, &top.screen);
		if (err)
			status = lvs_ctl_fail(LVS_EXIT_FAILED, "%s; --once needs no such thing",
					      err == -ENOSYS ? "lvsctl was built without ncurses"
							     : "the terminal cannot show this");
		else
			live(&top, count);
		lvs_top_screen_free(top.screen);
	}
	forget(&top);
	data_fini(&top.data);
	return status;
}

const struct lvs_command lvs_command_top = {
	.name = "top",
	.args = "",
	.help = "watch services and servers live",
	.detail = "Keys: arrows, F4 filter, F5 servers, F6 order, F7 F8 weight, F9 drain or ready, Space pause, F1 help, q quit.\n",
	.options = LVS_OPTION_BIT(once) | LVS_OPTION_BIT(count),
	.run = run,
};
