/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From words to a command. */
#ifndef LVS_LVSADM_PARSE_H
#define LVS_LVSADM_PARSE_H

#include "lvsadm/args.h"
#include "lvsadm/command.h"
#include "lvsadm/fault.h"

/* All options, for --help and tests; ends with a row without a name. */
extern const struct lvsadm_option lvsadm_options[];

/**
 * lvsadm_parse() - read a command line
 * @argv:	NULL-terminated; the first word is the program's name, and is used in messages; kept for @ret_command
 *
 * No words at all are a list. Legality is judged as well (lvsadm_legal()).
 *
 * Return: whether it is a command; if not, @fault says why not
 */
bool lvsadm_parse(char **argv, struct lvsadm_command *ret_command, struct lvsadm_fault *fault);

#endif
