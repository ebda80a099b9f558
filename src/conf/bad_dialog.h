/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For lvs_conf_key.bad, as conf/bad.h: names that checks ask for, programs that they run and files that they read. */
#ifndef LVS_CONF_BAD_DIALOG_H
#define LVS_CONF_BAD_DIALOG_H

const char *lvs_conf_bad_query_name(const void *value);
const char *lvs_conf_bad_command(const void *value);
const char *lvs_conf_bad_word_file(const void *value);

#endif
