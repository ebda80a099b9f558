/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of the configuration's services and servers, for notify/. */
#ifndef LVS_LVSD_TELL_H
#define LVS_LVSD_TELL_H

#include "check/verdict.h"
#include "notify/event.h"

struct lvs_conf;
struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_notices;

/* As @conf says; it may go afterwards. */
void lvs_tell_configure(struct lvs_notices *notices, const struct lvs_conf *conf);

/**
 * lvs_tell_event() - who it is about
 * @was:	what was told last of it; LVS_EVENT_COUNT: nothing
 * @service, @server: NULL: none
 */
void lvs_tell_event(enum lvs_event_kind kind, enum lvs_event_kind was, const struct lvs_conf_service *service,
		    const struct lvs_conf_server *server, struct lvs_event *ret_event);

/* The event of a server that comes to be so. */
enum lvs_event_kind lvs_tell_state(enum lvs_health_state state);

#endif
