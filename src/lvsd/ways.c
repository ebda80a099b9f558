// SPDX-License-Identifier: GPL-2.0-or-later
/* Direct routing wants raw sockets, which were opened with the device, if they could be. */
#include "lvsd/ways.h"

#include <errno.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "engine/forward.h"
#include "io/io.h"

static bool reachable(const struct lvs_conf_server *server, const struct lvs_io *io)
{
	return lvs_forward_find(server->forward)->way != LVS_WAY_DIRECT || io->neighbours;
}

int lvs_ways_check(const struct lvs_conf *conf, const struct lvs_io *io, struct lvs_conf_errors *errors)
{
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		for (size_t k = 0; k < service->nservers; k++) {
			const struct lvs_conf_server *server = &service->servers[k];
			const struct lvs_conf_where *where = server->forward_where.line ? &server->forward_where : &server->where;

			if (reachable(server, io))
				continue;
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, where,
					    "start with CAP_NET_RAW: contrib/systemd/droute.conf, or \"--cap-add NET_RAW\"",
					    "server '%s' of service '%s': \"%s\" on a TUN device needs raw sockets", server->name,
					    service->name, server->forward);
			return -EPERM;
		}
	}
	return 0;
}
