/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the service manager how we are: sd_notify(3), Type=notify and Type=notify-reload. */
#ifndef LVS_SYS_NOTIFY_H
#define LVS_SYS_NOTIFY_H

#include "base/time.h"

/**
 * struct lvs_notify - the way to the service manager
 * @fd:		connected datagram socket, -1 when nobody asked to be told
 * @watchdog:	the manager kills us when it hears nothing for this long; 0: it does not. Feed it at half of that.
 */
struct lvs_notify {
	int fd;
	lvs_ns watchdog;
};

/**
 * lvs_notify_init() - look for a service manager and connect to it
 * @notify:	to be ended with lvs_notify_fini(); usable (and silent) even when this fails
 *
 * Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. The socket is opened here and kept, so that nothing needs to be
 * opened after sealing.
 *
 * Return: 0, also when there is nobody to tell; or -Exxx when the socket named cannot be used
 */
int lvs_notify_init(struct lvs_notify *notify);

/* @notify: may be one whose lvs_notify_init() failed */
void lvs_notify_fini(struct lvs_notify *notify);

/**
 * The states. None of them waits; a manager that does not read loses them. Calls: sendto.
 *
 * _reloading() takes the time from lvs_clock_now(), which the manager compares with its own CLOCK_MONOTONIC; _alive() feeds
 * the watchdog; _status() says one line to people.
 *
 * After reloading, say ready again.
 */
void lvs_notify_ready(struct lvs_notify *notify);
void lvs_notify_reloading(struct lvs_notify *notify, lvs_ns now);
void lvs_notify_stopping(struct lvs_notify *notify);
void lvs_notify_alive(struct lvs_notify *notify);
void lvs_notify_status(struct lvs_notify *notify, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
