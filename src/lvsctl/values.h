/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KEY=VALUE from the command line as the JSON that the API takes. */
#ifndef LVS_LVSCTL_VALUES_H
#define LVS_LVSCTL_VALUES_H

#include <jansson.h>
#include <stddef.h>

struct lvs_conf_group;

/**
 * lvs_values() - an object of settings
 * @group:	whose keys they are; keys of a group in it have a dot: "persistent.timeout=300"
 * @ret_object:	counted
 *
 * "KEY=" takes a setting back to its default (null). Lists are separated by commas; a group may also be JSON. Ranges are the
 * daemon's to check.
 *
 * Return: LVS_EXIT_OK, or LVS_EXIT_USAGE after a message
 */
int lvs_values(const struct lvs_conf_group *group, char *args[], size_t n, json_t **ret_object);

#endif
