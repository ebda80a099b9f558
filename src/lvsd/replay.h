/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSD_REPLAY_H
#define LVS_LVSD_REPLAY_H

struct lvs_conf;

/**
 * lvs_replay() - give a capture to an engine, as if its packets came through the device now
 * @conf:	checked, borrowed
 * @in:		file to read, "-": standard input
 * @out:	file for what lvsd would have written, "-": standard output; NULL: not wanted
 *
 * Needs no privilege and no network. The same input makes the same output, always. A summary is printed at the end, on
 * standard output or, where the packets go there, on standard error.
 *
 * Return: 0; or -Exxx after saying why. A capture that is broken in its midst is replayed up to there
 */
int lvs_replay(const struct lvs_conf *conf, const char *in, const char *out);

#endif
