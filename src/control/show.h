/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and servers as objects of the API. */
#ifndef LVS_CONTROL_SHOW_H
#define LVS_CONTROL_SHOW_H

#include <stdbool.h>

#include "engine/engine.h"

struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_control_health;
struct lvs_control_quorum;
struct lvs_control_host;
struct lvs_json;
struct lvs_server;
struct lvs_service;

/**
 * struct lvs_show - how much is shown
 * @host:	borrowed
 * @meter:	the engine's
 * @now:	the time
 * @brief:	neither the configuration nor averages
 * @history:	also how a server came to be as it is
 * @no_stats, @no_rates: not what has passed, not what passes
 */
struct lvs_show {
	const struct lvs_control_host *host;
	const struct lvs_meter *meter;
	lvs_ns now;
	bool brief, history;
	bool no_stats, no_rates;
};

/* The object is begun and so is its array of servers, which the caller ends as he ends the object. */
void lvs_show_service(struct lvs_json *json, const struct lvs_show *show, const struct lvs_service *service,
		      const struct lvs_conf_service *conf);

/* @of: the configuration of its service; @conf: NULL if there is none */
void lvs_show_server(struct lvs_json *json, const struct lvs_show *show, const struct lvs_server *server,
		     const struct lvs_conf_service *of, const struct lvs_conf_server *conf);

/**
 * lvs_show_state() - a server's state in one word
 * @conf:	NULL: it is a sorry server
 *
 * "draining" and "drained" if the configuration, or the server itself, wants no new connections, else what checks say; "up"
 * if there are none.
 */
const char *lvs_show_state(const struct lvs_server *server, const struct lvs_conf_server *conf,
			   const struct lvs_control_health *health);

/**
 * lvs_show_condition() - what there is to add to that, in one word
 * @state:	the one of lvs_show_state()
 *
 * "kept", though it is down; "out", though it is up, for its service has no quorum; "ejected", "full", "busy" or "starting".
 * Return: NULL: nothing
 */
const char *lvs_show_condition(const char *state, const struct lvs_server *server, const struct lvs_control_health *health);

/* Members: does the service have its quorum, and if not, why; does its sorry server answer? */
void lvs_show_quorum(struct lvs_json *json, const struct lvs_control_quorum *quorum);

/* Members: "state", and "condition" if there is one. @conf: NULL: it is a sorry server */
void lvs_show_states(struct lvs_json *json, const struct lvs_server *server, const struct lvs_conf_server *conf,
		     const struct lvs_control_health *health);

/* What checks say, as a member. @of, @conf: service and server, for @show->history; @conf may be NULL */
void lvs_show_health(struct lvs_json *json, const struct lvs_show *show, const struct lvs_control_health *health,
		     const struct lvs_conf_service *of, const struct lvs_conf_server *conf);

/* Members of an object: "rates", and in front of it what is called @name; as far as they are wanted. */
void lvs_show_counters(struct lvs_json *json, const struct lvs_show *show, const char *name,
		       const struct lvs_counters *counters, const struct lvs_rates *rates);

#endif
