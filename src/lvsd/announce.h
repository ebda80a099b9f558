/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is to know which addresses packets are wanted for. */
#ifndef LVS_LVSD_ANNOUNCE_H
#define LVS_LVSD_ANNOUNCE_H

#include <stdbool.h>

struct lvs_conf;
struct lvs_engine;
struct lvs_io;
struct lvs_net;

/**
 * lvs_announce() - tell the host, or the neighbours of @io, which addresses are virtual, as the rules are now
 * @conf:	in force, for what the rules do not say: where checks come from, and the MTU of the device
 * @at_once:	the host is to know when this returns; else it is told in portions, see lvs_net_want()
 *
 * Return: 0, -ENOMEM, or what lvs_net_apply() says
 */
int lvs_announce(struct lvs_engine *engine, const struct lvs_conf *conf, struct lvs_net *net, struct lvs_io *io, bool at_once);

#endif
