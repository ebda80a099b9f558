/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From configuration to a host on a LAN. */
#ifndef LVS_LVSD_LAN_H
#define LVS_LVSD_LAN_H

#include "io/lan.h"

struct lvs_conf;

/**
 * lvs_lan_params_init() - what a TAP device has to know
 * @conf:	checked
 * @ret_params:	for lvs_lan_params_fini(); key and callbacks are left to others
 *
 * Return: 0 or -ENOMEM
 */
int lvs_lan_params_init(const struct lvs_conf *conf, struct lvs_lan_params *ret_params);

void lvs_lan_params_fini(struct lvs_lan_params *params);

#endif
