/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration asks of the device beyond reading and writing. */
#ifndef LVS_LVSD_WAYS_H
#define LVS_LVSD_WAYS_H

struct lvs_conf;
struct lvs_io;
struct lvs_log;

/**
 * lvs_ways_check() - can every server be reached by its forwarding method through this device?
 * @path:	of the configuration, for messages
 *
 * Return: 0, or -EPERM after one message for the first server that cannot
 */
int lvs_ways_check(const struct lvs_conf *conf, const char *path, const struct lvs_io *io, struct lvs_log *log);

#endif
