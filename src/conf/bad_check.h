/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For lvs_conf_key.bad, as conf/bad.h: values of health checks. */
#ifndef LVS_CONF_BAD_CHECK_H
#define LVS_CONF_BAD_CHECK_H

const char *lvs_conf_bad_method(const void *value);
const char *lvs_conf_bad_url_path(const void *value);
const char *lvs_conf_bad_host(const void *value);
const char *lvs_conf_bad_header(const void *value);
const char *lvs_conf_bad_status(const void *value);
const char *lvs_conf_bad_printable(const void *value);
const char *lvs_conf_bad_regex(const void *value);
const char *lvs_conf_bad_digest(const void *value);
const char *lvs_conf_bad_ca(const void *value);
const char *lvs_conf_bad_pin(const void *value);
const char *lvs_conf_bad_hex(const void *value);
const char *lvs_conf_bad_hex_pattern(const void *value);

#endif
