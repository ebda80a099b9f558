/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state file: what holds beyond a restart, whatever lvs.conf says. */
#ifndef LVS_LVSD_STATE_H
#define LVS_LVSD_STATE_H

#include "check/verdict.h"

struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_director;
struct lvs_state;

/**
 * lvs_state_open() - before privileges are given up: read the file, and let it have its say on director->conf
 *
 * What is wrong with it is one warning; then nothing is remembered.
 *
 * Return: 0, director->state is set, or NULL if there is no file; or -ENOMEM
 */
int lvs_state_open(struct lvs_director *director);

/* Return: its descriptor, for the thread that writes; -1: none. @state: may be NULL, here and below */
int lvs_state_fd(const struct lvs_state *state);

/* Of a server as the file knew it. Return: LVS_HEALTH_UNKNOWN if it did not */
enum lvs_health_state lvs_state_verdict(const struct lvs_state *state, const struct lvs_conf_service *service,
					const struct lvs_conf_server *server);

/* From now on it is written when something changes. */
void lvs_state_begin(struct lvs_state *state);

/* A verdict changed. */
void lvs_state_stir(struct lvs_state *state);

/* Another configuration is in force. */
void lvs_state_renew(struct lvs_state *state);

/* Writes what is new, unless it was never begun. The loader is gone, the configuration and its health are still there. */
void lvs_state_free(struct lvs_state *state);

#endif
