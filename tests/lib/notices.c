// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"
#include "tests/lib/notices.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/runner.h"

void test_notices_init(struct test_notices *test, bool runs)
{
	*test = (struct test_notices){ .dir = "/tmp/lvsd-notify-XXXXXX" };
	test->conf = (struct lvs_notices_conf){ .topics = (1u << LVS_TOPIC_COUNT) - 1, .journal = true,
						.script_timeout = LVS_SECONDS(60), .webhook_timeout = LVS_SECONDS(60) };
	assert_non_null(mkdtemp(test->dir));
	assert_int_equal(lvs_loop_new(&test->loop), 0);
	if (runs)
		assert_int_equal(lvs_runner_new(test->loop, NULL, NULL, &test->runner), 0);
}

void test_notices_start(struct test_notices *test, const char *fifo, struct lvs_log *log)
{
	const struct lvs_notices_options options = { .loop = test->loop, .log = log, .runner = test->runner,
						     .fifo = fifo ? fifo : "" };

	assert_int_equal(lvs_notices_new(&options, &test->notices), 0);
	lvs_notices_configure(test->notices, &test->conf);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

void test_notices_fini(struct test_notices *test)
{
	lvs_notices_free(test->notices);
	lvs_runner_free(test->runner);
	lvs_loop_free(test->loop);
	(void)nftw(test->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct lvs_event test_event(enum lvs_event_kind kind, enum lvs_event_kind was)
{
	struct lvs_event event = {
		.kind = kind, .was = was, .service = "web", .service_at = "[192.0.2.10]:tcp:80", .has_weight = true, .weight = 3,
		.reason = "because",
	};

	if (lvs_event_topic(kind) == LVS_TOPIC_SERVER || lvs_event_topic(kind) == LVS_TOPIC_EJECTION) {
		(void)strcpy(event.server, "a\"b");
		(void)strcpy(event.server_at, "[10.0.0.1]:tcp:8080");
	}
	return event;
}

void test_notices_put(struct test_notices *test, enum lvs_event_kind kind, enum lvs_event_kind was)
{
	struct lvs_event event = test_event(kind, was);

	lvs_notices_put(test->notices, &event, "it is %s", lvs_event_name(kind));
}

struct wait {
	struct lvs_loop *loop;
	struct lvs_timer *timer;
	bool (*is)(void *arg);
	void *arg;
};

static void look(void *arg)
{
	struct wait *wait = arg;
	lvs_ns now = lvs_clock_now();

	if (wait->is(wait->arg))
		lvs_loop_stop(wait->loop);
	else
		lvs_timer_start(wait->timer, now + 2 * LVS_NS_PER_MS, now);
}

void test_notices_until(struct test_notices *test, bool (*is)(void *arg), void *arg)
{
	struct wait wait = { .loop = test->loop, .is = is, .arg = arg };
	lvs_ns now = lvs_clock_now();

	assert_int_equal(lvs_timer_new(test->loop, look, &wait, &wait.timer), 0);
	lvs_timer_start(wait.timer, now, now);
	assert_int_equal(lvs_loop_run(test->loop), 0);
	lvs_timer_free(wait.timer);
}

struct over {
	const struct test_notices *test;
	enum lvs_notify_way way;
	uint64_t n;
};

static bool is_over(void *arg)
{
	const struct over *over = arg;
	struct lvs_notify_counts counts = test_notices_counts(over->test, over->way);

	return counts.sent + counts.failed + counts.dropped >= over->n;
}

void test_notices_until_over(struct test_notices *test, enum lvs_notify_way way, uint64_t n)
{
	struct over over = { test, way, n };

	test_notices_until(test, is_over, &over);
}

struct lvs_notify_counts test_notices_counts(const struct test_notices *test, enum lvs_notify_way way)
{
	struct lvs_notify_counts counts;

	lvs_notices_counts(test->notices, way, &counts);
	return counts;
}
