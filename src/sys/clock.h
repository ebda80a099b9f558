/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place where the daemon reads a clock; everything below the daemon is told the time. */
#ifndef LVS_SYS_CLOCK_H
#define LVS_SYS_CLOCK_H

#include "base/time.h"

/**
 * lvs_clock_now() - nanoseconds on CLOCK_MONOTONIC
 *
 * Never jumps and never goes back. It stands still while the machine is suspended, which is what a director wants: peers
 * could not send anything that arrived either, so connections get the rest of their time after waking up, instead of all
 * expiring at once as they would by CLOCK_BOOTTIME. It is also the clock that sd_notify(3) wants for reloads.
 *
 * Calls: none (vDSO), or clock_gettime where the vDSO is off.
 */
lvs_ns lvs_clock_now(void);

#endif
