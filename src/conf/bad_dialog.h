/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For lvs_conf_key.bad, as conf/bad.h: names that checks ask for, and programs that they run. */
#ifndef LVS_CONF_BAD_DIALOG_H
#define LVS_CONF_BAD_DIALOG_H

const char *lvs_conf_bad_query_name(const void *value);
const char *lvs_conf_bad_command(const void *value);

#endif
