// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "notify/queue.h"
#include "tests/lib/notices.h"

#define NONE LVS_EVENT_COUNT
#define UP LVS_EVENT_SERVER_UP
#define DOWN LVS_EVENT_SERVER_DOWN
#define MAINTENANCE LVS_EVENT_SERVER_MAINTENANCE

struct put {
	int server;
	enum lvs_event_kind kind, was;
};

static struct lvs_event make(const struct put *put)
{
	struct lvs_event event = test_event(put->kind, put->was);

	(void)snprintf(event.server, sizeof(event.server), "server %d", put->server);
	return event;
}

static void condenses(void **state)
{
	static const struct row {
		const char *what;
		struct put puts[6], left[6];
		size_t nputs, nleft;
		uint64_t superseded;
	} rows[] = {
		{ "different servers are different things",
		  { { 1, UP, NONE }, { 2, UP, NONE }, { 3, DOWN, UP } }, { { 1, UP, NONE }, { 2, UP, NONE }, { 3, DOWN, UP } },
		  3, 3, 0 },
		{ "the last one counts, at its place in time", { { 1, DOWN, UP }, { 2, DOWN, UP }, { 1, MAINTENANCE, DOWN } },
		  { { 2, DOWN, UP }, { 1, MAINTENANCE, UP } }, 3, 2, 1 },
		{ "back where it was: nothing to tell", { { 1, DOWN, UP }, { 2, DOWN, UP }, { 1, UP, DOWN } },
		  { { 2, DOWN, UP } }, 3, 1, 2 },
		{ "flapping comes to one", { { 1, DOWN, UP }, { 1, UP, DOWN }, { 1, DOWN, UP }, { 1, UP, DOWN }, { 1, DOWN, UP } },
		  { { 1, DOWN, UP } }, 5, 1, 4 },
		{ "the first news is news, whatever came between", { { 1, UP, NONE }, { 1, DOWN, UP }, { 1, UP, DOWN } },
		  { { 1, UP, NONE } }, 3, 1, 2 },
		{ "told twice: no news", { { 1, UP, UP } }, { { 0 } }, 1, 0, 1 },
	};
	struct lvs_event_queue *queue = calloc(1, sizeof(*queue));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t superseded = queue->superseded;
		struct lvs_event *left[6];

		print_message("%s\n", rows[i].what);
		for (size_t k = 0; k < rows[i].nputs; k++) {
			struct lvs_event event = make(&rows[i].puts[k]);

			assert_int_equal(lvs_event_queue_put(queue, &event), 0);
		}
		assert_int_equal(queue->superseded - superseded, rows[i].superseded);
		assert_int_equal(lvs_event_queue_take(queue, left, ARRAY_LEN(left)), rows[i].nleft);
		assert_int_equal(queue->n, 0);
		for (size_t k = 0; k < rows[i].nleft; k++) {
			struct lvs_event expect = make(&rows[i].left[k]);

			assert_string_equal(left[k]->server, expect.server);
			assert_int_equal(left[k]->kind, expect.kind);
			assert_int_equal(left[k]->was, expect.was);
			free(left[k]);
		}
	}
	free(queue);
}

static void is_bounded(void **state)
{
	struct lvs_event_queue *queue = calloc(1, sizeof(*queue));
	struct lvs_event *taken[3], event;

	(void)state;
	for (int i = 0; i < LVS_EVENT_QUEUE_MAX; i++) {
		event = make(&(struct put){ i, DOWN, UP });
		assert_int_equal(lvs_event_queue_put(queue, &event), 0);
	}
	event = make(&(struct put){ LVS_EVENT_QUEUE_MAX, DOWN, UP });
	assert_int_equal(lvs_event_queue_put(queue, &event), -ENOSPC);
	/* What takes no more room is taken. */
	event = make(&(struct put){ 1, MAINTENANCE, DOWN });
	assert_int_equal(lvs_event_queue_put(queue, &event), 0);
	assert_int_equal(queue->n, LVS_EVENT_QUEUE_MAX);
	event = make(&(struct put){ 2, UP, DOWN });
	assert_int_equal(lvs_event_queue_put(queue, &event), 0);
	assert_int_equal(queue->n, LVS_EVENT_QUEUE_MAX - 1);
	assert_int_equal(lvs_event_queue_take(queue, taken, 3), 3);
	assert_string_equal(taken[0]->server, "server 0");
	assert_string_equal(taken[1]->server, "server 3");
	for (size_t i = 0; i < 3; i++)
		free(taken[i]);
	assert_int_equal(lvs_event_queue_clear(queue), LVS_EVENT_QUEUE_MAX - 4);
	assert_int_equal(lvs_event_queue_clear(queue), 0);
	free(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(condenses),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
