/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks for lvs_conf_key.bad. @value: as that says. Return: why the value is refused, to follow it, or NULL */
#ifndef LVS_CONF_BAD_H
#define LVS_CONF_BAD_H

const char *lvs_conf_bad_interface(const void *value);
const char *lvs_conf_bad_name(const void *value);
const char *lvs_conf_bad_user(const void *value);
const char *lvs_conf_bad_group(const void *value);
const char *lvs_conf_bad_table(const void *value);
const char *lvs_conf_bad_netmask(const void *value);
const char *lvs_conf_bad_mh_table_size(const void *value);
const char *lvs_conf_bad_sites(const void *value);
const char *lvs_conf_bad_prefix(const void *value);
const char *lvs_conf_bad_country(const void *value);
const char *lvs_conf_bad_continent(const void *value);
const char *lvs_conf_bad_path(const void *value);
const char *lvs_conf_bad_mode(const void *value);
const char *lvs_conf_bad_marked(const void *value);
const char *lvs_conf_bad_client(const void *value);
const char *lvs_conf_bad_mac(const void *value);
const char *lvs_conf_bad_neighbour(const void *value);
const char *lvs_conf_bad_route(const void *value);

#endif
