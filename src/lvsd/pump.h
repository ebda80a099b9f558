/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where clock, device and engine meet. */
#ifndef LVS_LVSD_PUMP_H
#define LVS_LVSD_PUMP_H

#include <stdbool.h>

struct lvs_conn;
struct lvs_engine;
struct lvs_io;
struct lvs_log;
struct lvs_loop;
struct lvs_pump;

/**
 * lvs_pump_new() - carry packets between @io and @engine whenever @loop runs, and end connections in time
 * @lost:	called once when the device is gone for good
 * @ejected:	called about once a second when there may be something for lvs_eject_next() to tell; NULL: nobody is
 *
 * All arguments are borrowed and outlive the pump.
 *
 * Return: 0 or -Exxx
 */
int lvs_pump_new(struct lvs_loop *loop, struct lvs_io *io, struct lvs_engine *engine, struct lvs_log *log,
		 void (*lost)(void *arg), void (*ejected)(void *arg), void *arg, struct lvs_pump **ret_pump);

/* @pump: may be NULL */
void lvs_pump_free(struct lvs_pump *pump);

/* The rules changed: what they left behind may have to be looked after. */
void lvs_pump_wake(struct lvs_pump *pump);

/* lvs_engine_disconnect(), now, with what it says going out by the device. */
bool lvs_pump_disconnect(struct lvs_pump *pump, struct lvs_conn *conn, bool reset);

#endif
