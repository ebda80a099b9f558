/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONF_CHECK_H
#define LVS_CONF_CHECK_H

#include "conf/conf.h"
#include "conf/errors.h"

/**
 * lvs_conf_check() - what no single value shows: things that are there twice, that exclude each other or lead nowhere
 * @errors:	gets the findings
 *
 * Services and servers whose address could not be read (they have none, or port 0) are left out, so that one mistake
 * gives one message.
 *
 * Return: 0 whatever was found, or -ENOMEM
 */
int lvs_conf_check(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/* The same for rules that mark packets, and what services and servers have to do with them. */
int lvs_conf_check_marks(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/* The same for a host on a LAN: what it has to know of its neighbours. */
int lvs_conf_check_tap(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/* The same for servers that fail their clients: who cannot be offered to another one, and failures that nobody would see. */
void lvs_conf_passive_check(const struct lvs_conf_service *service, struct lvs_conf_errors *errors);

/* The same for where the director can be asked. */
void lvs_conf_check_control(const struct lvs_conf *conf, struct lvs_conf_errors *errors);
/* The same for whom to tell of events. */
void lvs_conf_check_notify(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/* Can the checks of a service, and of its servers, be run, and can what follows from them follow? */
void lvs_conf_check_health(const struct lvs_conf_service *service, struct lvs_conf_errors *errors);

/* Are services that others depend on there, and can one of them come up first? Return: 0 or -ENOMEM */
int lvs_conf_check_depends(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

/* Is there a VIP for each check that goes through it, and is its source nobody else's? */
void lvs_conf_check_via(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

#endif
