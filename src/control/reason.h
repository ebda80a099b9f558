/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explanations in words. */
#ifndef LVS_CONTROL_REASON_H
#define LVS_CONTROL_REASON_H

#include "engine/explain.h"

struct lvs_json;

/* Members "scheduler", if there is a service, and "why": sentences, in the order of the steps. */
void lvs_reason_why(struct lvs_json *json, const struct lvs_explanation *said);

/* Return: why no new connection goes to @server; NULL: one may */
const char *lvs_reason_why_not(const struct lvs_server *server);

/* The same of one that its checks, or somebody, took out. @state: other than "up" */
const char *lvs_reason_not_in(const char *state);

#endif
