/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thing of the configuration as the engine's. Pure. */
#ifndef LVS_LVSD_SPEC_H
#define LVS_LVSD_SPEC_H

#include "engine/engine.h"
#include "engine/service.h"

struct lvs_conf;
struct lvs_conf_server;
struct lvs_conf_service;

void lvs_spec_settings(const struct lvs_conf *conf, struct lvs_engine_settings *ret_settings);
struct lvs_service_key lvs_spec_key(const struct lvs_conf_service *service);
struct lvs_service_spec lvs_spec_service(const struct lvs_conf_service *service);
struct lvs_server_spec lvs_spec_server(const struct lvs_conf_server *server);

#endif
