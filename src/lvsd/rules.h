/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From configuration to engine: the only place that knows both. */
#ifndef LVS_LVSD_RULES_H
#define LVS_LVSD_RULES_H

#include "base/time.h"

struct lvs_classifier;
struct lvs_conf;
struct lvs_conf_diff;
struct lvs_engine;
struct lvs_engine_options;
struct lvs_engine_settings;
struct lvs_hash_key;
struct lvs_log;

/* @ret_options: all but memory and key */
void lvs_rules_options(const struct lvs_conf *conf, struct lvs_engine_options *ret_options);

/**
 * lvs_rules_load() - all services of @conf into an engine that has none of them
 * @conf:	lives as long as the engine, or until the next one was applied
 *
 * Return: 0 or -Exxx; what was added until then stays
 */
int lvs_rules_load(struct lvs_engine *engine, const struct lvs_conf *conf, lvs_ns now);

/**
 * lvs_rules_classifier() - what lvs_rules_apply() needs and takes long to make; in any thread
 * @key:	of the engine's rules
 * @ret_classifier: of @conf's marks; NULL if there are none, or @diff has no other ones
 *
 * Return: 0, or -ENOMEM
 */
int lvs_rules_classifier(const struct lvs_conf_diff *diff, const struct lvs_conf *conf, const struct lvs_hash_key *key,
			 struct lvs_classifier **ret_classifier);

/**
 * lvs_rules_apply() - one configuration becomes the next
 * @diff:	without changes that need a restart
 * @conf:	after success: lives as long as the engine, or until the next one was applied; the former is needed no more
 * @classifier:	what lvs_rules_classifier() made of both; after success: the former one if it is needed no more, or NULL.
 *		Either is the caller's to free.
 *
 * What @diff does not name is not touched: its counters, connections and cursors stay. Services and servers made at run
 * time stay too, unless the file now names them.
 *
 * Return: 0, or -Exxx and all services and servers are as before, with connections and counters; only schedulers of
 * services that were among the changes may have begun anew
 */
int lvs_rules_apply(struct lvs_engine *engine, const struct lvs_conf_diff *diff, const struct lvs_conf *conf,
		    struct lvs_classifier **classifier, lvs_ns now);

#endif
