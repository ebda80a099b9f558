/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what there is, and what was meant. */
#ifndef LVS_LVSCTL_USAGE_H
#define LVS_LVSCTL_USAGE_H

#include "lvsctl/command.h"

/* Return: the command, or NULL */
const struct lvs_command *lvs_usage_find(const char *name);

/* The help of all, or of one command, on standard output. */
void lvs_usage_print(const struct lvs_command *command);

/**
 * lvs_usage_parse() - take options out of the arguments
 * @argv:	of main(), without the program; what is no option stays, in its order
 * @ret_ctl:	@options are set
 * @ret_command: NULL when there is none, as with --help alone
 *
 * Return: -1 to go on, or an exit status, after a message
 */
int lvs_usage_parse(char *argv[], size_t argc, struct lvs_ctl *ret_ctl, const struct lvs_command **ret_command, size_t *ret_n);

#endif
