/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reload has to do: the way from one configuration to another, as a list of single changes. */
#ifndef LVS_CONF_DIFF_H
#define LVS_CONF_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

struct lvs_conf_key;

/* In the order in which a diff lists them: what goes first makes room for what comes. */
enum lvs_conf_change_kind {
	LVS_CONF_SET,		/* a key of device, network, director, timeouts or geo */
	LVS_CONF_MARKS,		/* the rules that mark packets, as a whole: their order counts */
	LVS_CONF_SITES_CHANGED,	/* which clients go where */
	LVS_CONF_SERVER_REMOVED,
	LVS_CONF_SERVICE_REMOVED,
	LVS_CONF_SERVICE_EDITED,
	LVS_CONF_SERVER_EDITED,
	LVS_CONF_SERVICE_ADDED,
	LVS_CONF_SERVER_ADDED,
};

/**
 * struct lvs_conf_change - one step; everything is borrowed from the two configurations
 * @restart:	a running director cannot do this
 * @group:	SET: "device", "network", "director", "timeouts" or "geo"; else NULL
 * @key:	SET: what was set; else NULL
 * @old_conf, @new_conf: always both
 * @old_service, @new_service: the service concerned, on the side where it exists. A service that is added or removed
 *		brings or takes its servers along: they get no changes of their own.
 * @old_server, @new_server: SERVER_*: likewise
 */
struct lvs_conf_change {
	enum lvs_conf_change_kind kind;
	bool restart;
	const char *group;
	const struct lvs_conf_key *key;
	const struct lvs_conf *old_conf, *new_conf;
	const struct lvs_conf_service *old_service, *new_service;
	const struct lvs_conf_server *old_server, *new_server;
};

/**
 * struct lvs_conf_diff - all changes, by kind and, within one, in the order of the file. Another order of services or
 * servers in the file is no change.
 * @nrestart:	how many of them a running director cannot do
 */
struct lvs_conf_diff {
	size_t n;
	size_t nrestart;
	struct lvs_conf_change *changes;
};

/**
 * lvs_conf_diff_init() - compare
 * @ret_diff:	lives no longer than the two configurations
 *
 * Return: 0, or -ENOMEM
 */
int lvs_conf_diff_init(const struct lvs_conf *old_conf, const struct lvs_conf *new_conf,
		       struct lvs_conf_diff *ret_diff);

void lvs_conf_diff_fini(struct lvs_conf_diff *diff);

/**
 * lvs_conf_change_describe() - one change as one log line, e.g. 'service "web": scheduler "wlc" -> "rr"'
 *
 * Return: @buf
 */
char *lvs_conf_change_describe(const struct lvs_conf_change *change, char *buf, size_t size);

/* The name of a key, e.g. "reply_rate". */
const char *lvs_conf_key_name(const struct lvs_conf_key *key);

#endif
