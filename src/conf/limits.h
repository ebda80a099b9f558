/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limits of a service: their keys, and what contradicts in them. */
#ifndef LVS_CONF_LIMITS_H
#define LVS_CONF_LIMITS_H

#include "conf/conf.h"
#include "conf/errors.h"

struct lvs_conf_group;

extern const struct lvs_conf_group lvs_conf_limits_group;

/* Limits that no connection can reach, or that nothing is counted for. */
void lvs_conf_limits_check(const struct lvs_conf_service *service, struct lvs_conf_errors *errors);

/* Whether the service can pick connections up, if it is to. */
void lvs_conf_pickup_check(const struct lvs_conf_service *service, struct lvs_conf_errors *errors);

/* Servers that pick connections up for more than one service. Return: 0 whatever was found, or -ENOMEM */
int lvs_conf_pickup_check_servers(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

#endif
