/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where health checks come from that go through the VIP. */
#ifndef LVS_CONF_VIA_H
#define LVS_CONF_VIA_H

#include <stddef.h>

#include "base/addr.h"

#define LVS_CONF_VIA_SOURCES_MAX 64	/* each is an address of the device */

struct lvs_conf;

/* Return: from how many addresses such checks come; each once in @ret_addrs */
size_t lvs_conf_via_sources(const struct lvs_conf *conf, struct lvs_addr ret_addrs[LVS_CONF_VIA_SOURCES_MAX]);

#endif
