/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations made from others: a running director is changed by giving it another one. */
#ifndef LVS_CONF_EDIT_H
#define LVS_CONF_EDIT_H

#include <stdbool.h>

#include "conf/conf.h"
#include "conf/errors.h"

/**
 * lvs_conf_copy() - one that can be changed
 *
 * What it was read from is forgotten: findings about values of the copy have no place. The table of sites is shared.
 *
 * Return: 0 or -ENOMEM
 */
int lvs_conf_copy(const struct lvs_conf *conf, struct lvs_conf **ret_conf);

/* Frees what it owns, not itself. */
void lvs_conf_service_fini(struct lvs_conf_service *service);

/* For one whose text goes away: no value has a place any more. */
void lvs_conf_forget_places(struct lvs_conf *conf);

/**
 * lvs_conf_keep_made() - what was made at run time, and that the file does not name, stays
 * @conf:	from the file
 * @running:	so far
 *
 * Return: 0, also when nothing is kept; 1: something is, so @conf as a whole has to be checked again; -ENOMEM
 */
int lvs_conf_keep_made(struct lvs_conf *conf, const struct lvs_conf *running);

/**
 * lvs_conf_obey() - a server as the file has it becomes what was commanded
 * @commands:	copied; a weight only if the file's is still the one that it was commanded instead of
 *
 * Return: does any of them still hold?
 */
bool lvs_conf_obey(struct lvs_conf_server *server, const struct lvs_conf_commands *commands);

/* What was commanded in @running holds in @conf, the file's, too. Return: 0 or -ENOMEM */
int lvs_conf_keep_commands(struct lvs_conf *conf, const struct lvs_conf *running);

/*
 * Services and servers of @conf that @running has too have their origin from there, all others are made at run time. Where a
 * server drains, is in maintenance, or has another weight, and did not there, that was commanded.
 */
int lvs_conf_set_origins(struct lvs_conf *conf, const struct lvs_conf *running);

/* All checks of the whole that lvs_conf_parse() makes, of one whose table of sites is made. Return: 0 or -ENOMEM */
int lvs_conf_check_all(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

#endif
