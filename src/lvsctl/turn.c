// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server that is named alone is meant in all services that have it; several are one request, so that they change together.
 * Waiting asks each half second, and tells how far it is: on a terminal in one line that changes, elsewhere a line when
 * the count has changed.
 */
#include "lvsctl/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lvsctl/api.h"
#include "lvsctl/object.h"

#define POLL_MS 500

/* The servers that were picked: their paths, and what messages call them. */
struct pick {
	size_t n;
	char **paths;
	char **names;
};

static void pick_fini(struct pick *pick)
{
	for (size_t i = 0; i < pick->n; i++) {
		free(pick->paths[i]);
		free(pick->names[i]);
	}
	free(pick->paths);
	free(pick->names);
}

static int take(void *arg, json_t *service, json_t *server)
{
	struct pick *pick = arg;
	char **paths = realloc(pick->paths, (pick->n + 1) * sizeof(*paths)), **names;

	if (paths)
		pick->paths = paths;
	names = realloc(pick->names, (pick->n + 1) * sizeof(*names));
	if (names)
		pick->names = names;
	if (!paths || !names)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
	paths[pick->n] = lvs_object_path(service, server);
	if (asprintf(&names[pick->n], "%s of %s", lvs_object_name(server), lvs_object_name(service)) < 0)
		names[pick->n] = NULL;
	pick->n++;
	return paths[pick->n - 1] && names[pick->n - 1] ? LVS_EXIT_OK : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
}

static int find(struct lvs_ctl *ctl, char *args[], size_t n, struct pick *pick)
{
	json_t *services, *service, *server;
	int status = lvs_object_services(ctl, true, &services);

	if (status)
		return status;
	if (n == 1) {
		status = lvs_object_each_server(services, args[0], take, pick);
	} else {
		status = lvs_object_service(services, args[0], &service);
		if (!status)
			status = lvs_object_server(service, args[1], &server);
		if (!status)
			status = take(pick, service, server);
	}
	json_decref(services);
	return status;
}

static int change(struct lvs_ctl *ctl, const struct pick *pick, json_t *body)
{
	json_t *operations, *batch;
	int status;

	if (pick->n == 1)
		return lvs_api_call(ctl, "PATCH", pick->paths[0], body, NULL);
	operations = json_array();
	for (size_t i = 0; i < pick->n; i++)
		(void)json_array_append_new(operations, json_pack("{s:s, s:s, s:O}", "method", "PATCH", "path", pick->paths[i], "body", body));
	batch = json_pack("{s:o}", "operations", operations);
	status = lvs_api_call(ctl, "POST", "/v1/batch", batch, NULL);
	json_decref(batch);
	return status;
}

static long long milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void tell(const json_t *server, const char *name, bool terminal, long long *last)
{
	long long left = lvs_api_int(server, "active") + lvs_api_int(server, "inactive");

	if (terminal)
		fprintf(stderr, "\r\033[K%s: %s, %lld active and %lld inactive connections", name, lvs_api_text(server, "state"),
			lvs_api_int(server, "active"), lvs_api_int(server, "inactive"));
	else if (left != *last)
		fprintf(stderr, "%s: %s, %lld active and %lld inactive connections\n", name, lvs_api_text(server, "state"),
			lvs_api_int(server, "active"), lvs_api_int(server, "inactive"));
	*last = left;
}

/* @until: milliseconds() at which patience ends */
static int wait_for(struct lvs_ctl *ctl, const char *path, const char *name, bool (*is_over)(const json_t *server), long long until)
{
	bool terminal = isatty(STDERR_FILENO), over = false;
	long long last = -1;
	int status;

	for (;;) {
		json_t *server;

		status = lvs_api_get(ctl, path, &server);
		if (status)
			break;
		over = is_over(server);
		tell(server, name, terminal, &last);
		json_decref(server);
		if (over || milliseconds() >= until)
			break;
		(void)nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
	}
	if (terminal && last >= 0)
		fputc('\n', stderr);
	if (!status && !over)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "%s: not over yet", name);
	return status;
}

int lvs_turn(struct lvs_ctl *ctl, char *args[], size_t n, json_t *body, const char *what, bool (*is_over)(const json_t *server))
{
	struct pick pick = { .n = 0 };
	unsigned long seconds;
	char question[96];
	int status = lvs_ctl_number(ctl, LVS_OPTION_wait, 1, 2678400, 300, &seconds);
	long long until;

	if (!status)
		status = find(ctl, args, n, &pick);
	(void)snprintf(question, sizeof(question), "%s %zu servers", what, pick.n);
	if (!status && pick.n > 1)
		status = lvs_ctl_confirm(ctl, question);
	if (!status)
		status = change(ctl, &pick, body);
	until = milliseconds() + (long long)seconds * 1000;
	for (size_t i = 0; i < pick.n && !status && lvs_ctl_given(ctl, LVS_OPTION_wait); i++)
		status = wait_for(ctl, pick.paths[i], pick.names[i], is_over, until);
	pick_fini(&pick);
	return status;
}

bool lvs_turn_is_drained(const json_t *server)
{
	return lvs_turn_is_empty(server) || !strcmp(lvs_api_text(server, "state"), "drained");
}

bool lvs_turn_is_empty(const json_t *server)
{
	return !lvs_api_int(server, "active") && !lvs_api_int(server, "inactive");
}

bool lvs_turn_is_up(const json_t *server)
{
	return !strcmp(lvs_api_text(server, "state"), "up");
}
