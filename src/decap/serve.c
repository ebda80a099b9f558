// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A readable end: take packets one by one, unwrap each where it lies and write it to the device while it is in the cache,
 * until there is none or the turn is over. What cannot be handed on is counted, and nothing is said of it: whoever sends it
 * has no say in how much is logged.
 *
 * Nothing is routed into the device. What somebody sends there all the same is read and forgotten, which is also how its
 * removal is noticed.
 */
#include "decap/serve.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>

#include "io/io.h"
#include "sys/log.h"
#include "sys/loop.h"

#define TURN 64	/* packets */

static void on_stop(void *arg)
{
	struct lvs_decap *decap = arg;

	lvs_loop_stop(decap->loop);
}

static void on_report(void *arg)
{
	lvs_decap_report(arg);
}

static void on_device(void *arg)
{
	struct lvs_decap *decap = arg;
	struct lvs_packet packets[4];

	if (lvs_io_rx(decap->io, packets, ARRAY_LEN(packets)) != -ENODEV)
		return;
	lvs_log(decap->log, LVS_LOG_ERROR, "device \"%s\" was removed under us", decap->io->name);
	decap->failed = true;
	lvs_loop_stop(decap->loop);
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_decap_end *end = arg;
	struct lvs_decap *decap = container_of(end->ends, struct lvs_decap, ends);

	(void)fd;
	(void)what;
	for (size_t i = 0; i < TURN; i++) {
		struct lvs_decap_outer outer;
		struct lvs_packet packet;
		enum lvs_decap_reason reason;
		int got = lvs_decap_receive(end, &outer, &packet);

		if (got == 0)
			break;
		if (got < 0) {
			decap->broken++;
			continue;
		}
		decap->packets++;
		decap->bytes += packet.len;
		reason = lvs_decap_unwrap(decap->rules, &outer, &packet);
		if (reason)
			decap->dropped[reason]++;
		else
			lvs_io_tx(decap->io, &packet);
	}
}

int lvs_decap_begin(struct lvs_decap *decap)
{
	int err = lvs_loop_new(&decap->loop);

	if (!err)
		err = lvs_loop_on_signal(decap->loop, SIGTERM, on_stop, decap);
	if (!err)
		err = lvs_loop_on_signal(decap->loop, SIGINT, on_stop, decap);
	if (!err)
		err = lvs_loop_on_signal(decap->loop, SIGUSR1, on_report, decap);
	if (!err)
		err = lvs_loop_on_readable(decap->loop, decap->io->fd, on_device, decap);
	for (size_t i = 0; i < decap->ends.n && !err; i++) {
		struct lvs_decap_end *end = &decap->ends.v[i];

		decap->events[i] = event_new(lvs_loop_base(decap->loop), end->fd, EV_READ | EV_PERSIST, on_end, end);
		if (!decap->events[i] || event_add(decap->events[i], NULL) < 0)
			err = -ENOMEM;
	}
	return err;
}

int lvs_decap_run(struct lvs_decap *decap)
{
	int err = lvs_loop_run(decap->loop);

	return decap->failed ? -ENODEV : err;
}

void lvs_decap_report(const struct lvs_decap *decap)
{
	const struct lvs_io_stats *stats = &decap->io->stats;
	uint64_t overrun = 0;

	lvs_log(decap->log, LVS_LOG_NOTICE, "in %" PRIu64 " packets %" PRIu64 " bytes, out %" PRIu64 " packets %" PRIu64 " bytes",
		decap->packets, decap->bytes, stats->tx_packets, stats->tx_bytes);
	for (size_t i = LVS_DECAP_NONE + 1; i < LVS_DECAP_COUNT; i++)
		if (decap->dropped[i])
			lvs_log(decap->log, LVS_LOG_NOTICE, "dropped %" PRIu64 " (%s): %s", decap->dropped[i],
				lvs_decap_names[i], lvs_decap_texts[i]);
	for (size_t i = 0; i < decap->ends.n; i++)
		overrun += decap->ends.v[i].overrun;
	if (overrun)
		lvs_log(decap->log, LVS_LOG_NOTICE, "dropped %" PRIu64 " (overrun): they came faster than they were read", overrun);
	if (decap->broken)
		lvs_log(decap->log, LVS_LOG_NOTICE, "dropped %" PRIu64 " (broken): they could not be received", decap->broken);
	if (stats->tx_full || stats->tx_down || stats->tx_invalid || stats->tx_errors)
		lvs_log(decap->log, LVS_LOG_NOTICE, "dropped at the device: %" PRIu64 " full, %" PRIu64 " down, %" PRIu64
			" invalid, %" PRIu64 " other", stats->tx_full, stats->tx_down, stats->tx_invalid, stats->tx_errors);
}

void lvs_decap_finish(struct lvs_decap *decap)
{
	for (size_t i = 0; i < ARRAY_LEN(decap->events); i++)
		if (decap->events[i])
			event_free(decap->events[i]);
	memset(decap->events, 0, sizeof(decap->events));
	lvs_loop_free(decap->loop);
	decap->loop = NULL;
}
