// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check/probe.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "tests/lib/asker.h"

#define MANY 300

/* Someone who waits for @left changes of state, and stops the loop then. */
struct watcher {
	struct lvs_probe_watch watch;
	struct lvs_loop *loop;
	int *left;
	int changes;
};

static void on_changed(struct lvs_probe_watch *watch)
{
	struct watcher *watcher = container_of(watch, struct watcher, watch);

	watcher->changes++;
	if (--*watcher->left == 0)
		lvs_loop_stop(watcher->loop);
}

struct scene {
	struct lvs_loop *loop;
	struct lvs_probes *probes;
	int left;
};

static struct scene begin(void)
{
	struct scene scene = { .left = 0 };

	assert_int_equal(lvs_loop_new(&scene.loop), 0);
	assert_int_equal(lvs_probes_new(scene.loop, NULL, NULL, 42, &scene.probes), 0);
	return scene;
}

static void end(struct scene *scene)
{
	assert_int_equal(lvs_probes_count(scene->probes), 0);
	lvs_probes_free(scene->probes);
	lvs_loop_free(scene->loop);
}

static struct lvs_probe_spec spec_of(uint16_t port)
{
	return (struct lvs_probe_spec){
		.kind = lvs_check_find("tcp"), .addr = test_addr("127.0.0.1"), .port = port,
		.interval = 20 * LVS_NS_PER_MS, .fast_interval = 10 * LVS_NS_PER_MS, .timeout = 10 * LVS_NS_PER_MS,
		.rules = { .rise = 2, .fall = 2 }, .jitter = 10, .start_spread = 10 * LVS_NS_PER_MS,
	};
}

static void join(struct scene *scene, const struct lvs_probe_spec *spec, struct watcher *watcher)
{
	char message[LVS_CHECK_MESSAGE_BYTES];

	*watcher = (struct watcher){ .watch = { .changed = on_changed }, .loop = scene->loop, .left = &scene->left };
	assert_int_equal(lvs_probes_watch(scene->probes, spec, &watcher->watch, message), 0);
}

static void same_questions_are_asked_once(void **state)
{
	struct scene scene = begin();
	struct lvs_check_param params[] = { { "path", "/" } };
	struct lvs_probe_spec spec = spec_of(9), other_beginning = spec, others[13];
	struct watcher a, b, rest[ARRAY_LEN(others)];

	(void)state;
	join(&scene, &spec, &a);
	other_beginning.start_spread = LVS_SECONDS(60);
	join(&scene, &other_beginning, &b);
	assert_ptr_equal(a.watch.probe, b.watch.probe);
	assert_int_equal(lvs_probes_count(scene.probes), 1);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		others[i] = spec;
	others[0].port = 10;
	others[1].addr = test_addr("127.0.0.2");
	others[2].source = test_addr("127.0.0.1");
	others[3].interval++;
	others[4].timeout--;
	others[5].rules.rise++;
	others[6].jitter++;
	others[7].rules.flap_changes = 3;
	others[8].params = params;
	others[8].nparams = 1;
	for (size_t i = 9; i < ARRAY_LEN(others); i++)
		others[i].through = (struct lvs_check_through){ .forward = "masq", .server = test_addr("127.0.0.1"), .port = 9 };
	others[10].through.forward = "tunnel";
	others[11].through.server = test_addr("127.0.0.2");
	others[12].through.port = 10;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		join(&scene, &others[i], &rest[i]);
		assert_int_equal(lvs_probes_count(scene.probes), i + 2);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		lvs_probes_unwatch(scene.probes, &rest[i].watch);
	lvs_probes_unwatch(scene.probes, &a.watch);
	lvs_probes_unwatch(scene.probes, &a.watch);
	assert_int_equal(lvs_probes_count(scene.probes), 1);
	lvs_probes_unwatch(scene.probes, &b.watch);
	end(&scene);
}

static void nothing(int fd, const void *arg)
{
	(void)fd;
	(void)arg;
}

static void verdicts_change_and_are_told_to_all(void **state)
{
	struct scene scene = begin();
	struct test_server server = test_server_start("127.0.0.1", SOCK_STREAM, nothing, NULL);
	struct lvs_probe_spec spec = spec_of(server.port);
	struct watcher a, b, later;

	(void)state;
	/* However slow the machine is, it is answered. */
	spec.timeout = LVS_SECONDS(20);
	join(&scene, &spec, &a);
	join(&scene, &spec, &b);
	scene.left = 2;
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(lvs_probe_verdict(a.watch.probe)->state, LVS_HEALTH_UP);
	join(&scene, &spec, &later);
	assert_int_equal(lvs_probe_verdict(later.watch.probe)->state, LVS_HEALTH_UP);
	test_server_stop(&server);
	lvs_probes_unwatch(scene.probes, &b.watch);
	lvs_probes_unwatch(scene.probes, &later.watch);
	lvs_probes_unwatch(scene.probes, &a.watch);
	end(&scene);
}

/* Over 60 hours, of 100 nobody is asked in the first quarter of one. */
static void beginnings_are_spread(void **state)
{
	struct scene scene = begin();
	struct lvs_probe_spec spec;
	struct watcher first, rest[100];
	int fd;

	(void)state;
	spec = spec_of(test_dead_port(&fd));
	spec.start_spread = LVS_SECONDS(60 * 3600);
	for (size_t i = 0; i < ARRAY_LEN(rest); i++) {
		spec.timeout++;
		join(&scene, &spec, &rest[i]);
	}
	spec.timeout = LVS_SECONDS(20);
	spec.start_spread = 0;
	join(&scene, &spec, &first);
	scene.left = 1;
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(first.changes, 1);
	lvs_probes_unwatch(scene.probes, &first.watch);
	for (size_t i = 0; i < ARRAY_LEN(rest); i++) {
		assert_int_equal(rest[i].changes, 0);
		lvs_probes_unwatch(scene.probes, &rest[i].watch);
	}
	(void)close(fd);
	end(&scene);
}

/* Up, down and up again, as a server comes and goes at one port. */
static void goes_down_and_up(void **state)
{
	struct scene scene = begin();
	struct sockaddr_storage at;
	struct lvs_probe_spec spec;
	struct watcher watcher;
	socklen_t len = sizeof(at);
	int fd;

	(void)state;
	spec = spec_of(test_dead_port(&fd));
	spec.timeout = LVS_SECONDS(20);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	join(&scene, &spec, &watcher);
	scene.left = 1;
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(lvs_probe_verdict(watcher.watch.probe)->state, LVS_HEALTH_DOWN);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(listen(fd, 64), 0);
		scene.left = 1;
		assert_int_equal(lvs_loop_run(scene.loop), 0);
		assert_int_equal(lvs_probe_verdict(watcher.watch.probe)->state, LVS_HEALTH_UP);
		(void)close(fd);
		scene.left = 1;
		assert_int_equal(lvs_loop_run(scene.loop), 0);
		assert_int_equal(lvs_probe_verdict(watcher.watch.probe)->state, LVS_HEALTH_DOWN);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)), 0);
		assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	}
	assert_int_equal(watcher.changes, 5);
	(void)close(fd);
	lvs_probes_unwatch(scene.probes, &watcher.watch);
	end(&scene);
}

/* All fall silent at once: each is a timeout, none is lost, and what runs can be left at any time. */
static void many_time_out_together(void **state)
{
	struct scene scene = begin();
	struct watcher watchers[MANY];
	int fd, fillers[4];
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	struct lvs_probe_spec spec = spec_of(test_dead_port(&fd));

	(void)state;
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&at, len);
	}
	for (size_t i = 0; i < MANY; i++) {
		spec.interval = LVS_SECONDS(1) + i;
		join(&scene, &spec, &watchers[i]);
	}
	scene.left = MANY;
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(watchers[i].changes, 1);
		assert_int_equal(lvs_probe_verdict(watchers[i].watch.probe)->state, LVS_HEALTH_DOWN);
		assert_string_equal(lvs_probe_verdict(watchers[i].watch.probe)->reason, "no answer within 10 ms");
		lvs_probes_unwatch(scene.probes, &watchers[i].watch);
	}
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		(void)close(fillers[i]);
	(void)close(fd);
	end(&scene);
}

/* Someone who waits for one run. */
struct waiter {
	struct lvs_probe_wait wait;
	struct scene *scene;
	int times;
	bool gone;
	struct lvs_verdict verdict;
};

static void on_over(struct lvs_probe_wait *wait, const struct lvs_verdict *verdict)
{
	struct waiter *waiter = container_of(wait, struct waiter, wait);

	waiter->times++;
	waiter->gone = !verdict;
	if (verdict)
		waiter->verdict = *verdict;
	if (--waiter->scene->left == 0)
		lvs_loop_stop(waiter->scene->loop);
}

static struct waiter wait_in(struct scene *scene)
{
	return (struct waiter){ .wait = { .over = on_over }, .scene = scene };
}

/* Nothing would be asked for an hour, but somebody wants to know: at once, once for all who wait, and it counts. */
static void whoever_wants_to_know_is_told(void **state)
{
	struct scene scene = begin();
	struct waiter a = wait_in(&scene), b = wait_in(&scene), c = wait_in(&scene), left = wait_in(&scene);
	struct watcher watcher;
	struct lvs_probe_spec spec;
	int fd;

	(void)state;
	spec = spec_of(test_dead_port(&fd));
	spec.interval = spec.fast_interval = LVS_SECONDS(3600);
	spec.timeout = LVS_SECONDS(600);
	spec.rules = (struct lvs_verdict_rules){ .rise = 1, .fall = 1 };
	assert_int_equal(listen(fd, 64), 0);
	join(&scene, &spec, &watcher);
	lvs_probe_run(watcher.watch.probe, &a.wait);
	lvs_probe_run(watcher.watch.probe, &b.wait);
	lvs_probe_run(watcher.watch.probe, &left.wait);
	lvs_probe_leave(&left.wait);
	lvs_probe_leave(&left.wait);
	scene.left = 3;		/* the watcher is told too */
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(a.times + b.times, 2);
	assert_int_equal(left.times, 0);
	assert_int_equal(watcher.changes, 1);
	assert_int_equal(a.verdict.passes, 1);
	assert_int_equal(a.verdict.state, LVS_HEALTH_UP);
	assert_int_equal(b.verdict.passes, 1);
	/* Nothing new: only who waits is told. */
	lvs_probe_run(watcher.watch.probe, &c.wait);
	scene.left = 1;
	assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(c.verdict.passes, 2);
	assert_int_equal(watcher.changes, 1);
	(void)close(fd);
	lvs_probe_run(watcher.watch.probe, &a.wait);
	scene.left = a.times == 1 ? 2 : 0;	/* loopback may refuse at once */
	if (scene.left)
		assert_int_equal(lvs_loop_run(scene.loop), 0);
	assert_int_equal(a.verdict.state, LVS_HEALTH_DOWN);
	assert_false(a.gone);
	lvs_probes_unwatch(scene.probes, &watcher.watch);
	end(&scene);
}

/* The probe goes while it is waited for. */
static void who_waits_hears_of_the_end(void **state)
{
	struct scene scene = begin();
	struct waiter a = wait_in(&scene), b = wait_in(&scene);
	struct watcher watcher;
	struct lvs_probe_spec spec;
	char message[LVS_CHECK_MESSAGE_BYTES];
	int fd;

	(void)state;
	spec = spec_of(test_dead_port(&fd));
	spec.kind = lvs_check_find("smtp");
	spec.interval = spec.fast_interval = LVS_SECONDS(3600);
	spec.timeout = LVS_SECONDS(600);
	assert_int_equal(listen(fd, 64), 0);
	watcher = (struct watcher){ .watch = { .changed = on_changed }, .loop = scene.loop, .left = &scene.left };
	assert_int_equal(lvs_probes_watch(scene.probes, &spec, &watcher.watch, message), 0);
	lvs_probe_run(watcher.watch.probe, &a.wait);
	lvs_probe_run(watcher.watch.probe, &b.wait);
	lvs_probes_unwatch(scene.probes, &watcher.watch);
	assert_int_equal(a.times, 1);
	assert_int_equal(b.times, 1);
	assert_true(a.gone && b.gone);
	lvs_probe_leave(&a.wait);
	(void)close(fd);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_questions_are_asked_once),
		cmocka_unit_test(verdicts_change_and_are_told_to_all),
		cmocka_unit_test(beginnings_are_spread),
		cmocka_unit_test(goes_down_and_up),
		cmocka_unit_test(many_time_out_together),
		cmocka_unit_test(whoever_wants_to_know_is_told),
		cmocka_unit_test(who_waits_hears_of_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
