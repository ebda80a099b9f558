/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operator's programs: whether there are any, and who runs them. */
#ifndef LVS_LVSD_SCRIPTS_H
#define LVS_LVSD_SCRIPTS_H

struct lvs_conf;
struct lvs_conf_errors;
struct lvs_log;
struct lvs_loop;
struct lvs_runner;

/**
 * lvs_scripts_start() - a helper process, if the configuration has programs to run
 * @ret_runner:	NULL if it has none
 *
 * It becomes director.script_user, and has no capability. To be called while that is possible, and before there is anything
 * that a process should not be a copy of.
 *
 * Return: 0, or -Exxx after saying why
 */
int lvs_scripts_start(struct lvs_loop *loop, const struct lvs_conf *conf, struct lvs_log *log, struct lvs_runner **ret_runner);

/* No program can be run: Return: 0, or -EPERM and @errors says which one of @conf it would be */
int lvs_scripts_refuse(const struct lvs_conf *conf, struct lvs_conf_errors *errors);

#endif
