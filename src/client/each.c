// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A listing is { "name": [ {...}, {...} ] }. Bytes are only counted in and out of brackets, strings apart, so where lines
 * end does not matter; what lies between the third opening bracket and its closing one is an object of the listing, which
 * goes to the parser whole.
 */
#include "client/each.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT_BYTES_MAX (256U << 20)
#define OBJECT_DEPTH 2	/* brackets that are open around an object */

enum each_error { EACH_FINE, EACH_BAD, EACH_MEMORY, EACH_STOPPED };

/**
 * struct each - where in the listing we are
 * @depth:	brackets that are open
 * @string:	within a string
 * @escape:	behind a backslash in it
 * @ended:	the last bracket was closed
 * @bytes:	the object so far, owned
 */
struct each {
	lvs_client_object *take;
	void *arg;
	unsigned int depth;
	bool string;
	bool escape;
	bool ended;
	enum each_error error;
	char *bytes;
	size_t n;
	size_t room;
};

static enum each_error keep(struct each *each, const char *bytes, size_t n)
{
	size_t room = each->room ? each->room : 4096;
	char *longer;

	if (n > OBJECT_BYTES_MAX - each->n)
		return EACH_BAD;
	while (room < each->n + n)
		room *= 2;
	if (room != each->room) {
		longer = realloc(each->bytes, room);
		if (!longer)
			return EACH_MEMORY;
		each->bytes = longer;
		each->room = room;
	}
	memcpy(each->bytes + each->n, bytes, n);
	each->n += n;
	return EACH_FINE;
}

static enum each_error give(struct each *each)
{
	json_t *object = json_loadb(each->bytes, each->n, 0, NULL);
	int stop;

	each->n = 0;
	if (!object)
		return EACH_BAD;
	stop = each->take(each->arg, object);
	json_decref(object);
	return stop ? EACH_STOPPED : EACH_FINE;
}

/* Return: whether an object ends with this byte */
static bool step(struct each *each, char byte)
{
	if (each->string) {
		if (each->escape)
			each->escape = false;
		else if (byte == '\\')
			each->escape = true;
		else if (byte == '"')
			each->string = false;
		return false;
	}
	switch (byte) {
	case '"':
		each->string = true;
		return false;
	case '{':
	case '[':
		each->depth++;
		return false;
	case '}':
	case ']':
		if (!each->depth) {
			each->error = EACH_BAD;
			return false;
		}
		each->ended = --each->depth == 0;
		return each->depth == OBJECT_DEPTH;
	default:
		return false;
	}
}

static int on_bytes(void *arg, const char *bytes, size_t n)
{
	struct each *each = arg;
	size_t start = 0;

	for (size_t i = 0; i < n && !each->error; i++) {
		bool inside = each->depth > OBJECT_DEPTH, whole = step(each, bytes[i]);

		if (!inside)
			start = i;
		if (!whole)
			continue;
		each->error = keep(each, bytes + start, i + 1 - start);
		if (!each->error)
			each->error = give(each);
	}
	if (!each->error && each->depth > OBJECT_DEPTH)
		each->error = keep(each, bytes + start, n - start);
	return each->error != EACH_FINE;
}

enum lvs_failure lvs_client_each(struct lvs_client *client, const char *path, lvs_client_object *take, void *arg,
				 struct lvs_answer *ret_answer)
{
	struct each each = { .take = take, .arg = arg };
	struct lvs_request request = { .method = "GET", .path = path, .sink = on_bytes, .arg = &each };
	enum lvs_failure failure = lvs_client_call(client, &request, ret_answer);

	free(each.bytes);
	if (failure && (failure != LVS_FAILURE_STOPPED || each.error == EACH_STOPPED))
		return failure;
	if (each.error == EACH_MEMORY)
		lvs_problem_set(&ret_answer->problem, LVS_FAILURE_MEMORY, "out of memory");
	else if (each.error || !each.ended)
		lvs_problem_set(&ret_answer->problem, LVS_FAILURE_ANSWER, "lvsd's listing is broken, or ended early");
	return ret_answer->problem.failure;
}
