/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Services and servers in the order of their keys, so that twins are neighbours and a key is found by halving: nothing
 * that looks at a configuration may take quadratic time.
 */
#ifndef LVS_CONF_ORDER_H
#define LVS_CONF_ORDER_H

#include "conf/conf.h"

/* By address, port and protocol, or family and mark. */
int lvs_conf_order_services(const struct lvs_conf_service *a, const struct lvs_conf_service *b);

/* By address and port. */
int lvs_conf_order_servers(const struct lvs_conf_server *a, const struct lvs_conf_server *b);

/**
 * lvs_conf_sorted_services() - pointers to all services, by key; twins in the order of the file
 *
 * Return: to be freed; NULL without memory. Never NULL for an empty configuration.
 */
const struct lvs_conf_service **lvs_conf_sorted_services(const struct lvs_conf *conf);

/* The same for the servers of a service. */
const struct lvs_conf_server **lvs_conf_sorted_servers(const struct lvs_conf_service *service);

#endif
