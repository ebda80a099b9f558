// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/turns.h"
#include "tests/lib/child.h"

struct scene {
	struct lvs_loop *loop;
	struct lvs_timer *timer;
	lvs_ns deadline;
	int fds[2];
	int calls;
	int others;
};

static void on_signal(void *arg)
{
	struct scene *scene = arg;

	scene->calls++;
	lvs_loop_stop(scene->loop);
}

static int signals(void *arg)
{
	struct scene scene = { 0 };
	sigset_t set;

	(void)arg;
	CHECK(sigemptyset(&set) == 0 && sigaddset(&set, SIGUSR1) == 0 && sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0);	/* and heard as soon as there is somebody to hear it */
	CHECK(lvs_loop_new(&scene.loop) == 0);
	CHECK(lvs_loop_base(scene.loop));
	CHECK(lvs_loop_on_signal(scene.loop, SIGUSR1, on_signal, &scene) == 0);
	CHECK(lvs_loop_run(scene.loop) == 0);
	CHECK(scene.calls == 1);
	for (int i = 2; i <= 4; i++) {
		CHECK(raise(SIGUSR1) == 0);
		CHECK(lvs_loop_run(scene.loop) == 0);
		CHECK(scene.calls == i);
	}
	lvs_loop_free(scene.loop);
	CHECK(raise(SIGUSR1) == 0);	/* the default action: ends us */
	return TEST_CHILD_FAILED;
}

static void calls_back_for_signals_and_gives_them_back(void **state)
{
	int status = test_in_child(signals, NULL);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGUSR1);
}

static void on_readable(void *arg)
{
	struct scene *scene = arg;
	char byte;

	assert_int_equal(read(scene->fds[0], &byte, 1), 1);
	if (++scene->calls == 3)
		lvs_loop_stop(scene->loop);
}

static void calls_back_while_there_is_something_to_read(void **state)
{
	struct scene scene = { 0 };

	(void)state;
	assert_int_equal(pipe(scene.fds), 0);
	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	assert_int_equal(lvs_loop_on_readable(scene.loop, scene.fds[0], on_readable, &scene), 0);
	assert_int_equal(write(scene.fds[1], "abc", 3), 3);
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(scene.calls, 3);
	lvs_loop_free(scene.loop);
	lvs_loop_free(NULL);
	(void)close(scene.fds[0]);
	(void)close(scene.fds[1]);
}

static void watches_no_more_than_it_has_room_for(void **state)
{
	struct scene scene = { 0 };
	int err, n = 0;

	(void)state;
	assert_int_equal(pipe(scene.fds), 0);
	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	do
		err = lvs_loop_on_readable(scene.loop, scene.fds[0], on_readable, &scene);
	while (err == 0 && n++ < 100);
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(n, 16);
	lvs_loop_free(scene.loop);
	(void)close(scene.fds[0]);
	(void)close(scene.fds[1]);
}

static void on_timer(void *arg)
{
	struct scene *scene = arg;
	lvs_ns now = lvs_clock_now();

	assert_true(now >= scene->deadline);	/* how late is the machine's business */
	if (++scene->calls == 20) {
		lvs_loop_stop(scene->loop);
		return;
	}
	/* Work of some length inside of a callback: libevent's idea of the time is old by then, older than its clock's step. */
	while (lvs_clock_now() < now + 12 * LVS_NS_PER_MS)
		;
	now = lvs_clock_now();
	scene->deadline = now + (lvs_ns)scene->calls * 700 * LVS_NS_PER_US;
	lvs_timer_start(scene->timer, scene->deadline, now);
}

static void on_other(void *arg)
{
	((struct scene *)arg)->others++;
}

/* As it is under load: something is always readable, so the loop turns without pause and would notice each early chance. */
static void timers_are_never_early(void **state)
{
	struct scene scene = { 0 };
	lvs_ns now = lvs_clock_now();

	(void)state;
	assert_int_equal(pipe(scene.fds), 0);
	assert_int_equal(write(scene.fds[1], "x", 1), 1);
	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	assert_int_equal(lvs_loop_on_readable(scene.loop, scene.fds[0], on_other, &scene), 0);
	assert_int_equal(lvs_timer_new(scene.loop, on_timer, &scene, &scene.timer), 0);
	scene.deadline = now + 5 * LVS_NS_PER_MS;
	lvs_timer_start(scene.timer, LVS_SECONDS(1) + now, now);
	lvs_timer_start(scene.timer, scene.deadline, now);	/* moved */
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(scene.calls, 20);
	assert_true(scene.others > 0);
	lvs_timer_free(scene.timer);
	lvs_timer_free(NULL);
	lvs_loop_free(scene.loop);
	(void)close(scene.fds[0]);
	(void)close(scene.fds[1]);
}

static void on_last(void *arg)
{
	struct scene *scene = arg;

	scene->calls++;
	lvs_loop_stop(scene->loop);
}

static void timers_can_be_cancelled_and_may_be_overdue(void **state)
{
	struct lvs_timer *cancelled, *never, *fresh, *last;
	struct scene scene = { 0 };
	lvs_ns now = lvs_clock_now();

	(void)state;
	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	assert_int_equal(lvs_timer_new(scene.loop, on_other, &scene, &cancelled), 0);
	assert_int_equal(lvs_timer_new(scene.loop, on_other, &scene, &never), 0);
	assert_int_equal(lvs_timer_new(scene.loop, on_other, &scene, &fresh), 0);
	assert_int_equal(lvs_timer_new(scene.loop, on_last, &scene, &last), 0);
	lvs_timer_start(cancelled, now, now);
	lvs_timer_cancel(cancelled);
	lvs_timer_cancel(cancelled);
	lvs_timer_start(never, now, now);
	lvs_timer_start(never, LVS_NS_NEVER, now);
	lvs_timer_start(last, now - LVS_SECONDS(1), now);	/* long ago: at once */
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(scene.calls, 1);
	assert_int_equal(scene.others, 0);
	lvs_timer_start(last, now + 20 * LVS_NS_PER_MS, now);
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(scene.calls, 2);
	assert_int_equal(scene.others, 0);	/* fresh was never started */
	lvs_timer_free(cancelled);
	lvs_timer_free(never);
	lvs_timer_free(fresh);
	lvs_timer_free(last);
	lvs_loop_free(scene.loop);
}

#define LONG_TURN (3 * LVS_NS_PER_MS)

static void on_long_turn(void *arg)
{
	struct scene *scene = arg;
	lvs_ns now = lvs_loop_now(scene->loop);

	assert_true(now >= scene->deadline && now <= lvs_clock_now());
	while (lvs_clock_now() < now + LONG_TURN)
		;
	scene->calls++;
	lvs_loop_stop(scene->loop);
}

static void on_reads_forever(void *arg)
{
	struct scene *scene = arg;

	lvs_loop_mark(scene->loop);	/* makes no turn of its own */
	if (++scene->others == 5)
		lvs_loop_stop(scene->loop);
}

static void takes_the_length_of_its_turns(void **state)
{
	struct scene scene = { .deadline = lvs_clock_now() };
	struct lvs_turns_summary summary;
	struct lvs_timer *timer;

	(void)state;
	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	assert_int_equal(lvs_timer_new(scene.loop, on_long_turn, &scene, &timer), 0);
	lvs_turns_summarize(lvs_loop_turns(scene.loop), lvs_clock_now(), &summary);
	assert_int_equal(summary.n, 0);
	lvs_timer_start(timer, scene.deadline, scene.deadline);
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(scene.calls, 1);
	lvs_turns_summarize(lvs_loop_turns(scene.loop), lvs_clock_now(), &summary);
	assert_int_equal(summary.n, 1);
	assert_true(summary.max >= LONG_TURN && summary.p50 >= LONG_TURN);
	assert_true(lvs_loop_turns(scene.loop)->sum >= LONG_TURN);
	assert_int_equal(pipe(scene.fds), 0);
	assert_int_equal(write(scene.fds[1], "x", 1), 1);
	assert_int_equal(lvs_loop_on_readable(scene.loop, scene.fds[0], on_reads_forever, &scene), 0);
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	lvs_turns_summarize(lvs_loop_turns(scene.loop), lvs_clock_now(), &summary);
	assert_int_equal(summary.n, 6);
	lvs_timer_free(timer);
	lvs_loop_free(scene.loop);
	(void)close(scene.fds[0]);
	(void)close(scene.fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_back_for_signals_and_gives_them_back),
		cmocka_unit_test(calls_back_while_there_is_something_to_read),
		cmocka_unit_test(watches_no_more_than_it_has_room_for),
		cmocka_unit_test(timers_are_never_early),
		cmocka_unit_test(timers_can_be_cancelled_and_may_be_overdue),
		cmocka_unit_test(takes_the_length_of_its_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
