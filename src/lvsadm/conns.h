/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -L -c */
#ifndef LVS_LVSADM_CONNS_H
#define LVS_LVSADM_CONNS_H

#include <jansson.h>
#include <stdio.h>

#include "lvsadm/command.h"

/* lvsadm_conns_heading() - the two lines on top */
void lvsadm_conns_heading(FILE *out, const struct lvsadm_command *command);

/* lvsadm_conns_print() - one connection or template; @json: borrowed, as the API shows it */
void lvsadm_conns_print(FILE *out, const struct lvsadm_command *command, json_t *json);

#endif
