// SPDX-License-Identifier: GPL-2.0-or-later
/* The pump between an engine and a device that a test plays: one that never runs dry, fails, or goes away. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/sched.h"
#include "engine/wire.h"
#include "io/io.h"
#include "lvsd/pump.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "tests/lib/director.h"

/**
 * struct scene - @io's @packets left, or what its rx returns if that is not 0
 * @asked:	calls of rx, the last one's @max in @want
 */
struct scene {
	struct lvs_io io;
	struct director *director;
	struct lvs_loop *loop;
	struct lvs_log *log;
	struct lvs_pump *pump;
	struct lvs_timer *timer;
	unsigned int packets, asked, turns, lost, stopped;
	size_t want[64];
	int err;
	uint8_t bytes[64][LVS_IO_FRONT + LVS_IO_HEADROOM + 64];
};

static struct scene *scene_of(struct lvs_io *io)
{
	return container_of(io, struct scene, io);
}

static int play_rx(struct lvs_io *io, struct lvs_packet *packets, size_t max)
{
	const struct build what = { .src = "10.9.0.1", .dst = "192.0.2.1", .sport = 4000, .dport = 53,
				    .proto = LVS_PROTO_UDP, .csum = BUILD_NO_CSUM };
	struct scene *scene = scene_of(io);
	size_t n;

	if (scene->asked < ARRAY_LEN(scene->want))
		scene->want[scene->asked] = max;
	scene->asked++;
	if (scene->err)
		return scene->err;
	for (n = 0; n < max && scene->packets; n++) {
		struct lvs_packet packet = build(&what);

		scene->packets--;
		packets[n] = (struct lvs_packet){
			.data = scene->bytes[n] + LVS_IO_FRONT + LVS_IO_HEADROOM, .len = packet.len, .headroom = LVS_IO_HEADROOM,
		};
		memcpy(packets[n].data, packet.data, packet.len);
		build_free(&packet);
	}
	io->more = scene->packets > 0;
	io->stats.rx_packets += n;
	return (int)n;
}

static void play_tx(struct lvs_io *io, struct lvs_packet *packet)
{
	(void)packet;
	io->stats.tx_packets++;
}

static const struct lvs_io_ops play = { .name = "play", .headroom = LVS_IO_HEADROOM, .rx = play_rx, .tx = play_tx };

static void on_lost(void *arg)
{
	((struct scene *)arg)->lost++;
}

static void on_timer(void *arg)
{
	struct scene *scene = arg;

	scene->stopped++;
	lvs_loop_stop(scene->loop);
}

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const uint64_t one = 1;
	void *director;

	assert_non_null(scene);
	assert_int_equal(director_setup(&director), 0);
	scene->director = director;
	(void)director_serve(director, LVS_PROTO_UDP, "192.0.2.1", 53, "10.0.0.1", 53);
	scene->io = (struct lvs_io){ .ops = &play, .fd = eventfd(0, EFD_NONBLOCK), .name = "play0" };
	assert_true(scene->io.fd >= 0);
	assert_int_equal(write(scene->io.fd, &one, sizeof(one)), sizeof(one));	/* readable for ever */
	assert_int_equal(lvs_loop_new(&scene->loop), 0);
	assert_int_equal(lvs_log_new("pump", LVS_LOG_ERROR, &scene->log), 0);
	assert_int_equal(lvs_timer_new(scene->loop, on_timer, scene, &scene->timer), 0);
	assert_int_equal(lvs_pump_new(scene->loop, &scene->io, scene->director->engine, scene->log, on_lost, NULL, scene,
				      &scene->pump), 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;
	void *director = scene->director;

	lvs_pump_free(scene->pump);
	lvs_pump_free(NULL);
	lvs_timer_free(scene->timer);
	lvs_loop_free(scene->loop);
	lvs_log_free(scene->log);
	assert_int_equal(close(scene->io.fd), 0);
	assert_int_equal(director_teardown(&director), 0);
	free(scene);
	return 0;
}

static void run_for(struct scene *scene, lvs_ns ns)
{
	lvs_ns now = lvs_clock_now();

	lvs_timer_start(scene->timer, now + ns, now);
	assert_int_equal(lvs_loop_run(scene->loop), 0);
}

static void what_comes_in_goes_through_the_engine_and_out(void **state)
{
	struct scene *scene = *state;

	scene->packets = 100;
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(scene->packets, 0);
	assert_int_equal(scene->io.stats.tx_packets, 100);
	assert_int_equal(lvs_engine_stats(scene->director->engine)->forwarded, 100);
	assert_int_equal(lvs_engine_conns(scene->director->engine)->used, 1);
}

/* One packet, then two, and so on up to a batch, as long as there are enough. */
static void bursts_grow_with_the_backlog(void **state)
{
	static const size_t expect[] = { 1, 2, 4, 8, 16, 32, 32 };
	struct scene *scene = *state;

	scene->packets = 70;
	run_for(scene, LVS_NS_PER_MS);
	assert_memory_equal(scene->want, expect, sizeof(expect));
	assert_int_equal(scene->want[ARRAY_LEN(expect)], 1);	/* the last one came back with 7 of 32 */
}

static void a_device_that_never_runs_dry_leaves_timers_their_turn(void **state)
{
	struct scene *scene = *state;

	scene->packets = UINT32_MAX;
	for (unsigned int round = 1; round <= 3; round++) {
		run_for(scene, 5 * LVS_NS_PER_MS);
		assert_int_equal(scene->stopped, round);
	}
	assert_true(scene->io.stats.rx_packets > 512);
}

static void an_error_is_not_the_end(void **state)
{
	struct scene *scene = *state;

	scene->err = -EIO;
	run_for(scene, LVS_NS_PER_MS);
	assert_true(scene->asked > 0);
	assert_int_equal(scene->lost, 0);
	scene->err = 0;
	scene->packets = 10;
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(scene->io.stats.tx_packets, 10);
}

static void a_device_that_is_gone_is_told_of_once(void **state)
{
	struct scene *scene = *state;

	scene->err = -ENODEV;
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(scene->lost, 1);
	assert_int_equal(scene->asked, 1);
	scene->err = 0;
	scene->packets = 10;
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(scene->io.stats.tx_packets, 0);
}

/* Nobody sends any more: the connection ends nevertheless, at most a tick of the pump and some moments late. */
static void connections_end_without_packets(void **state)
{
	struct scene *scene = *state;
	struct lvs_engine_settings settings = { .timeouts = { [LVS_PROTO_INDEX_udp] = { 1 } } };

	lvs_engine_configure(scene->director->engine, &settings, lvs_clock_now());
	scene->packets = 1;
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(lvs_engine_conns(scene->director->engine)->used, 1);
	for (int i = 0; i < 60 && lvs_engine_conns(scene->director->engine)->used; i++)
		run_for(scene, 100 * LVS_NS_PER_MS);
	assert_int_equal(lvs_engine_conns(scene->director->engine)->used, 0);
	scene->packets = 1;
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(lvs_engine_conns(scene->director->engine)->used, 1);
	for (int i = 0; i < 60 && lvs_engine_conns(scene->director->engine)->used; i++)
		run_for(scene, 100 * LVS_NS_PER_MS);
	assert_int_equal(lvs_engine_conns(scene->director->engine)->used, 0);
}

/* A removed server is forgotten in the end, though no packet ever came. */
static void what_rules_leave_behind_is_looked_after(void **state)
{
	struct scene *scene = *state;
	struct lvs_rules *rules = lvs_engine_rules(scene->director->engine);

	lvs_server_remove(rules, rules->servers[1], 0);	/* more than two minutes ago */
	run_for(scene, LVS_NS_PER_MS);
	assert_int_equal(rules->ntrash, 1);
	lvs_pump_wake(scene->pump);
	lvs_pump_wake(scene->pump);
	for (int i = 0; i < 60 && rules->ntrash; i++)
		run_for(scene, 100 * LVS_NS_PER_MS);
	assert_int_equal(rules->ntrash, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_comes_in_goes_through_the_engine_and_out, setup, teardown),
		cmocka_unit_test_setup_teardown(bursts_grow_with_the_backlog, setup, teardown),
		cmocka_unit_test_setup_teardown(a_device_that_never_runs_dry_leaves_timers_their_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(an_error_is_not_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(a_device_that_is_gone_is_told_of_once, setup, teardown),
		cmocka_unit_test_setup_teardown(connections_end_without_packets, setup, teardown),
		cmocka_unit_test_setup_teardown(what_rules_leave_behind_is_looked_after, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
