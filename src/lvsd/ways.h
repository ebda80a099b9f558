/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration asks of the device beyond reading and writing. */
#ifndef LVS_LVSD_WAYS_H
#define LVS_LVSD_WAYS_H

struct lvs_conf;
struct lvs_conf_errors;
struct lvs_io;

/**
 * lvs_ways_check() - can every server be reached by its forwarding method through this device?
 *
 * Return: 0, or -EPERM and a finding for the first server that cannot
 */
int lvs_ways_check(const struct lvs_conf *conf, const struct lvs_io *io, struct lvs_conf_errors *errors);

#endif
