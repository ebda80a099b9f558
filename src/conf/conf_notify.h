/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of conf.h that says who is told of what happens, for conf.h only. */
#ifndef LVS_CONF_CONF_NOTIFY_H
#define LVS_CONF_CONF_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf_network.h"

/* Bits of lvs_conf_notify.events. */
enum lvs_conf_event {
	LVS_CONF_EVENT_SERVER = 1 << 0,
	LVS_CONF_EVENT_QUORUM = 1 << 1,
	LVS_CONF_EVENT_SORRY = 1 << 2,
	LVS_CONF_EVENT_PROTECTION = 1 << 3,
	LVS_CONF_EVENT_RELOAD = 1 << 4,
	LVS_CONF_EVENT_EJECTION = 1 << 5,
};
#define LVS_CONF_EVENTS_ALL 0x3fu

/**
 * struct lvs_conf_notify - who is told of events; what is empty is nobody
 * @events:	which ones; the journal gets all
 * @journal:	entries of the journal have fields
 * @script:	a program and its arguments
 * @fifo:	path; fixed while lvsd runs
 * @webhook:	URL
 * @webhook_address: where its host is; all zeros: the URL has an address
 * @webhook_headers: lines
 * @webhook_ca:	file of certificates; empty: the system's
 * @script_timeout, @webhook_timeout: milliseconds
 */
struct lvs_conf_notify {
	uint32_t events;
	bool journal;
	char script[512];
	uint32_t script_timeout;
	char fifo[256];
	char webhook[512];
	struct lvs_addr webhook_address;
	char webhook_headers[512];
	char webhook_ca[256];
	uint32_t webhook_timeout;
	struct lvs_conf_where script_where, webhook_where, webhook_address_where, webhook_headers_where, webhook_ca_where;
};

#endif
