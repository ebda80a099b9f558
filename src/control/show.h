/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and servers as objects of the API. */
#ifndef LVS_CONTROL_SHOW_H
#define LVS_CONTROL_SHOW_H

#include <stdbool.h>

#include "engine/rates.h"

struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_json;
struct lvs_server;
struct lvs_service;

/**
 * struct lvs_show - how much is shown
 * @meter:	the engine's
 * @brief:	neither the configuration nor averages
 */
struct lvs_show {
	const struct lvs_meter *meter;
	bool brief;
};

/* The object is begun and so is its array of servers, which the caller ends as he ends the object. */
void lvs_show_service(struct lvs_json *json, const struct lvs_show *show, const struct lvs_service *service,
		      const struct lvs_conf_service *conf);

/* @of: the configuration of its service; @conf: NULL if there is none */
void lvs_show_server(struct lvs_json *json, const struct lvs_show *show, const struct lvs_server *server,
		     const struct lvs_conf_service *of, const struct lvs_conf_server *conf);

/* "up", "draining", "drained": what becomes of new connections, as far as weight and draining decide. */
const char *lvs_show_state(const struct lvs_server *server);

/* Members "stats" and "rates" of an object. */
void lvs_show_counters(struct lvs_json *json, const struct lvs_show *show, const struct lvs_counters *counters,
		       const struct lvs_rates *rates);

#endif
