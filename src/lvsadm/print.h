/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and servers on paper: as -L lists them, and as -S saves them. */
#ifndef LVS_LVSADM_PRINT_H
#define LVS_LVSADM_PRINT_H

#include <stdio.h>

#include "lvsadm/table.h"

#define LVSADM_IPVS_VERSION "1.2.1"	/* what ipvsadm 1.31 and every kernel since 2.6 call it */

/**
 * lvsadm_print_title() - the first line of a listing of all
 * @size:	of the connection table
 */
void lvsadm_print_title(FILE *out, uint64_t size);

/* lvsadm_print_heading() - what the columns mean; @command: LVSADM_LIST */
void lvsadm_print_heading(FILE *out, const struct lvsadm_command *command);

/* lvsadm_print_service() - a service and its servers */
void lvsadm_print_service(FILE *out, const struct lvsadm_command *command, const struct lvsadm_service_row *row);

/**
 * lvsadm_print_saved() - the commands that would make a service and its servers
 * @warn:	told of what ipvsadm's language has no words for
 */
void lvsadm_print_saved(FILE *out, FILE *warn, const struct lvsadm_command *command, const struct lvsadm_service_row *row);

#endif
