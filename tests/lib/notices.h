/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events that are told, and somebody to wait for. */
#ifndef LVS_TESTS_LIB_NOTICES_H
#define LVS_TESTS_LIB_NOTICES_H

#include <stdbool.h>

#include "notify/notices.h"

struct lvs_log;

/* @dir: of the test's own, goes with it; @conf: of everything, to be changed before test_notices_start() */
struct test_notices {
	char dir[32];
	struct lvs_notices_conf conf;
	struct lvs_loop *loop;
	struct lvs_runner *runner;
	struct lvs_notices *notices;
};

/* All is told, to nobody. @runs: there is a process that runs programs */
void test_notices_init(struct test_notices *test, bool runs);

/* @fifo, @log: may be NULL */
void test_notices_start(struct test_notices *test, const char *fifo, struct lvs_log *log);
void test_notices_fini(struct test_notices *test);

/* Server "a\"b" of service "web", with a weight of 3 and a reason. The message is "it is" and the event's name. */
struct lvs_event test_event(enum lvs_event_kind kind, enum lvs_event_kind was);
void test_notices_put(struct test_notices *test, enum lvs_event_kind kind, enum lvs_event_kind was);

/* The loop turns until @is says so. */
void test_notices_until(struct test_notices *test, bool (*is)(void *arg), void *arg);

/* The same, until so many events were sent, failed and dropped by @way. */
void test_notices_until_over(struct test_notices *test, enum lvs_notify_way way, uint64_t n);

struct lvs_notify_counts test_notices_counts(const struct test_notices *test, enum lvs_notify_way way);

#endif
