/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a service makes of servers that turn clients away: the keys of it. */
#ifndef LVS_CONF_PASSIVE_H
#define LVS_CONF_PASSIVE_H

struct lvs_conf_group;

extern const struct lvs_conf_group lvs_conf_retry_group;
extern const struct lvs_conf_group lvs_conf_passive_group;

#endif
