/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What drain, ready and weight have in common: which servers, one change for all of them, and waiting for it. */
#ifndef LVS_LVSCTL_TURN_H
#define LVS_LVSCTL_TURN_H

#include <jansson.h>
#include <stdbool.h>

#include "lvsctl/command.h"

/**
 * lvs_turn() - change servers
 * @args:	"SERVER", of any service that has it, or "SERVICE SERVER"
 * @body:	borrowed; the merge patch
 * @what:	for the question when it is several: "drain"
 * @is_over:	whether the server has come to where the change leads; for --wait
 *
 * Return: LVS_EXIT_OK, or an exit status after a message
 */
int lvs_turn(struct lvs_ctl *ctl, char *args[], size_t n, json_t *body, const char *what, bool (*is_over)(const json_t *server));

/* No connection is left, or those that are have been reset. */
bool lvs_turn_is_drained(const json_t *server);
/* No connection is left. */
bool lvs_turn_is_empty(const json_t *server);
/* It takes new connections. */
bool lvs_turn_is_up(const json_t *server);

#endif
