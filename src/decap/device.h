/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TUN device by which packets reach the local stack, and what the host needs to take them. */
#ifndef LVS_DECAP_DEVICE_H
#define LVS_DECAP_DEVICE_H

#include "decap/options.h"

struct lvs_io;
struct lvs_log;

/**
 * lvs_decap_device_open() - make the device, set its switches, bring it up
 * @log:	told what failed, and what will do harm and how to mend it
 *
 * Needs CAP_NET_ADMIN over the network namespace, once. What cannot be set but stands right is no failure.
 *
 * Return: 0 or -Exxx
 */
int lvs_decap_device_open(const struct lvs_decap_options *options, struct lvs_log *log, struct lvs_io **ret_io);

/* Warn of what else the host lacks: virtual addresses that are not its own, modules of the kernel that interfere. */
void lvs_decap_host_check(const struct lvs_decap_options *options, struct lvs_log *log);

#endif
