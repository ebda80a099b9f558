/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What forwarding methods ask of services and servers; part of check.h. */
#ifndef LVS_CONF_CHECK_FORWARD_H
#define LVS_CONF_CHECK_FORWARD_H

#include <stdbool.h>

#include "conf/conf.h"

/* Can @server serve @service by its method? @readable: the service's address and ports could be read */
void lvs_conf_check_forward(const struct lvs_conf *conf, const struct lvs_conf_service *service, bool readable,
			    const struct lvs_conf_server *server, struct lvs_conf_errors *errors);

/* Is the tunnel of @service one, and is it there for anybody? */
void lvs_conf_check_tunnel(const struct lvs_conf_service *service, struct lvs_conf_errors *errors);

/* The director's own addresses. */
void lvs_conf_check_dips(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

#endif
