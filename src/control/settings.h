/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups of lvs.conf as JSON: the same keys, words and units. */
#ifndef LVS_CONTROL_SETTINGS_H
#define LVS_CONTROL_SETTINGS_H

struct lvs_conf_group;
struct lvs_json;

/**
 * lvs_settings_json() - the members of an object that the caller has begun
 * @base:	of @group's struct
 * @outer, @outer_base: the group around the list that @base is in: what is said there already is left out. NULL: none
 *
 * What a dump would leave out is left out, and so are lists whose elements are objects of their own, such as servers.
 */
void lvs_settings_json(struct lvs_json *json, const struct lvs_conf_group *group, const void *base,
		       const struct lvs_conf_group *outer, const void *outer_base);

#endif
