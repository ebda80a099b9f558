// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device is readable: read bursts and hand them to the engine until nothing is there or a budget is used up, then let
 * timers and control have their turn. The loop is level-triggered, so what is left brings us back.
 *
 * Packets go before what clients of the control socket want; when the budget was used up, that gets a turn in between.
 *
 * A burst begins with one packet and doubles while bursts come back full. A lone packet is on its way before the device is
 * asked again, and its answer is often there by then; a backlog soon gets the engine's full batches.
 *
 * While the engine tracks anything, it is asked once a second what has outlived its time; that is often enough for
 * timeouts in seconds. In the same turn it looks at its counters, until all rates have come to rest: an idle director
 * sleeps.
 */
#include "lvsd/pump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "engine/engine.h"
#include "io/io.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/loop.h"

#define BURST 32
#define TURN 512	/* packets */
#define EXPIRE_INTERVAL LVS_SECONDS(1)

struct lvs_pump {
	struct lvs_sink sink;
	struct lvs_loop *loop;
	struct lvs_io *io;
	struct lvs_engine *engine;
	struct lvs_log *log;
	struct lvs_timer *timer;
	struct lvs_timer *io_timer;
	lvs_ns io_due;		/* when that goes off */
	bool ticking;
	bool dead;
	bool stepped_back;
	void (*lost)(void *arg);
	void (*ejected)(void *arg);
	void *arg;
	struct lvs_log_limit limit;
	struct lvs_log_limit loop_limit;
	uint64_t looped;	/* tunnel packets that came back, as far as that was said */
	struct lvs_packet burst[BURST];
};

/* The engine's way out: one write, while the packet is still in the cache. */
static void emit(struct lvs_sink *sink, struct lvs_packet *packet)
{
	struct lvs_pump *pump = container_of(sink, struct lvs_pump, sink);

	lvs_io_tx(pump->io, packet);
}

static void start_ticking(struct lvs_pump *pump, lvs_ns now)
{
	pump->ticking = true;
	lvs_timer_start(pump->timer, now + EXPIRE_INTERVAL, now);
}

/* The driver may want to be called at another time than it was going to be. */
static void follow_io(struct lvs_pump *pump)
{
	if (lvs_likely(pump->io->deadline == pump->io_due) || !pump->io->ops->tick)
		return;
	pump->io_due = pump->io->deadline;
	lvs_timer_start(pump->io_timer, pump->io_due, lvs_clock_now());
}

static void on_io_timer(void *arg)
{
	struct lvs_pump *pump = arg;

	pump->io_due = LVS_NS_NEVER;
	(void)pump->io->ops->tick(pump->io, lvs_clock_now());
	follow_io(pump);
}

static void tell_loops(struct lvs_pump *pump, lvs_ns now)
{
	uint64_t looped = lvs_engine_stats(pump->engine)->dropped[LVS_DROP_TUNNEL_LOOP];

	if (lvs_likely(looped == pump->looped))
		return;
	lvs_log_limited(pump->log, &pump->loop_limit, now, LVS_LOG_WARNING, "%" PRIu64 " tunnel packets of our own came back "
			"to device '%s': a server's address is routed to the device, or the server is a director that sends "
			"them here", looped - pump->looped, pump->io->name);
	pump->looped = looped;
}

static void on_timer(void *arg)
{
	struct lvs_pump *pump = arg;
	lvs_ns now = lvs_clock_now();
	lvs_ns next = lvs_engine_expire(pump->engine, now), more = lvs_engine_dismiss(pump->engine, now, &pump->sink);
	lvs_ns look = lvs_engine_look(pump->engine, now);

	next = LVS_MIN(LVS_MIN(next, more), look);
	if (next == LVS_NS_NEVER)
		pump->ticking = false;
	else if (next <= now)
		lvs_timer_start(pump->timer, now, now);	/* more is due than one turn takes; packets go first */
	else
		lvs_timer_start(pump->timer, LVS_MIN(look, now + EXPIRE_INTERVAL), now);
	tell_loops(pump, now);
	if (pump->ejected && lvs_eject_any(lvs_engine_rules(pump->engine)))
		pump->ejected(pump->arg);
	follow_io(pump);
}

static void on_error(struct lvs_pump *pump, int err, lvs_ns now)
{
	if (err != -ENODEV) {
		lvs_log_limited(pump->log, &pump->limit, now, LVS_LOG_WARNING, "cannot read device '%s': %s",
				pump->io->name, strerror(-err));
		return;
	}
	if (!pump->dead)
		pump->lost(pump->arg);
	pump->dead = true;
}

/* Return: was the budget used up? Then more may be there. */
static bool drain(struct lvs_pump *pump)
{
	size_t want = 1;

	for (size_t done = 0; done < TURN && !pump->dead;) {
		int n = lvs_io_rx(pump->io, pump->burst, want);
		lvs_ns now;

		if (n == 0)
			return false;
		now = done ? lvs_clock_now() : lvs_loop_now(pump->loop);
		if (n < 0) {
			on_error(pump, n, now);
			return false;
		}
		lvs_engine_handle(pump->engine, pump->burst, (size_t)n, now, &pump->sink);
		if (!pump->ticking)
			start_ticking(pump, now);
		done += (size_t)n;
		want = (size_t)n == want ? LVS_MIN(2 * want, ARRAY_LEN(pump->burst)) : 1;
	}
	return true;
}

/* For one turn, since the next one finds less or comes after the others'. */
static void step_back(struct lvs_pump *pump, bool used_up)
{
	bool back = used_up && !pump->stepped_back;

	if (lvs_likely(back == pump->stepped_back))
		return;
	pump->stepped_back = back;
	lvs_loop_set_urgent(pump->loop, pump->io->fd, !back);
}

static void on_readable(void *arg)
{
	struct lvs_pump *pump = arg;

	step_back(pump, drain(pump));
	follow_io(pump);
}

int lvs_pump_new(struct lvs_loop *loop, struct lvs_io *io, struct lvs_engine *engine, struct lvs_log *log,
		 void (*lost)(void *arg), void (*ejected)(void *arg), void *arg, struct lvs_pump **ret_pump)
{
	struct lvs_pump *pump = calloc(1, sizeof(*pump));
	int err;

	if (!pump)
		return -ENOMEM;
	pump->sink.emit = emit;
	pump->loop = loop;
	pump->io = io;
	pump->engine = engine;
	pump->log = log;
	pump->lost = lost;
	pump->ejected = ejected;
	pump->arg = arg;
	pump->io_due = LVS_NS_NEVER;
	err = lvs_timer_new(loop, on_timer, pump, &pump->timer);
	if (!err)
		err = lvs_timer_new(loop, on_io_timer, pump, &pump->io_timer);
	if (!err)
		err = lvs_loop_on_readable(loop, io->fd, on_readable, pump);
	if (err) {
		lvs_pump_free(pump);
		return err;
	}
	follow_io(pump);
	*ret_pump = pump;
	return 0;
}

void lvs_pump_free(struct lvs_pump *pump)
{
	if (!pump)
		return;
	lvs_timer_free(pump->timer);
	lvs_timer_free(pump->io_timer);
	free(pump);
}

void lvs_pump_wake(struct lvs_pump *pump)
{
	follow_io(pump);
	if (!pump->ticking)
		start_ticking(pump, lvs_clock_now());
}

bool lvs_pump_disconnect(struct lvs_pump *pump, struct lvs_conn *conn, bool reset)
{
	bool gone = lvs_engine_disconnect(pump->engine, conn, reset, lvs_clock_now(), &pump->sink);

	lvs_pump_wake(pump);
	return gone;
}
