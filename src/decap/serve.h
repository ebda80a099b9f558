/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets from the tunnels' ends to the device, until somebody says stop. */
#ifndef LVS_DECAP_SERVE_H
#define LVS_DECAP_SERVE_H

#include "decap/ends.h"

struct event;
struct lvs_io;
struct lvs_log;
struct lvs_loop;

/**
 * struct lvs_decap - a running lvs-decap; whoever starts it sets the first four
 * @ends:	open
 * @packets, @bytes: that came in, without outer IP header
 * @dropped:	by reason
 * @broken:	packets that could not be received
 */
struct lvs_decap {
	const struct lvs_decap_rules *rules;
	struct lvs_decap_ends ends;
	struct lvs_io *io;
	struct lvs_log *log;

	struct lvs_loop *loop;
	struct event *events[LVS_DECAP_ENDS_MAX];
	uint64_t packets, bytes;
	uint64_t dropped[LVS_DECAP_COUNT];
	uint64_t broken;
	bool failed;
};

/**
 * lvs_decap_begin() - make the loop, watch ends, device and signals
 *
 * TERM and INT end lvs_decap_run(), USR1 has the counters logged.
 *
 * Return: 0 or -Exxx; lvs_decap_finish() is for both
 */
int lvs_decap_begin(struct lvs_decap *decap);

/* Return: 0 after a signal; -ENODEV: the device was removed; other -Exxx: waiting failed */
int lvs_decap_run(struct lvs_decap *decap);

/* Log the counters. */
void lvs_decap_report(const struct lvs_decap *decap);

/* Undo lvs_decap_begin(), or as much of it as was done. */
void lvs_decap_finish(struct lvs_decap *decap);

#endif
