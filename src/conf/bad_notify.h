/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For lvs_conf_key.bad, as conf/bad.h: whom to tell of events. */
#ifndef LVS_CONF_BAD_NOTIFY_H
#define LVS_CONF_BAD_NOTIFY_H

const char *lvs_conf_bad_webhook(const void *value);
const char *lvs_conf_bad_webhook_address(const void *value);

#endif
