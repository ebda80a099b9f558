/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From configuration to engine: the only place that knows both. */
#ifndef LVS_LVSD_RULES_H
#define LVS_LVSD_RULES_H

#include <stdbool.h>

#include "base/time.h"

struct lvs_classifier;
struct lvs_conf;
struct lvs_conf_diff;
struct lvs_conf_server;
struct lvs_conf_service;
struct lvs_engine;
struct lvs_engine_options;
struct lvs_engine_settings;
struct lvs_hash_key;
struct lvs_log;
struct lvs_rules_plan;
struct lvs_server_spec;

/* @ret_options: all but memory and key */
void lvs_rules_options(const struct lvs_conf *conf, struct lvs_engine_options *ret_options);

/**
 * struct lvs_rules_overlay - what is true of servers beside what the configuration wants
 * @apply:	changes @spec, made of @server of @service, both of the configuration that is applied
 */
struct lvs_rules_overlay {
	void (*apply)(void *arg, const struct lvs_conf_service *service, const struct lvs_conf_server *server,
		      struct lvs_server_spec *spec);
	void *arg;
};

/**
 * lvs_rules_load() - all services of @conf into an engine that has none of them
 * @conf:	lives as long as the engine, or until the next one was applied
 * @overlay:	NULL: there is none
 *
 * Return: 0 or -Exxx; what was added until then stays
 */
int lvs_rules_load(struct lvs_engine *engine, const struct lvs_conf *conf, const struct lvs_rules_overlay *overlay);

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
 * lvs_rules_plan_new() - what else takes long; in any thread
 * @diff, @conf: without changes that need a restart; live as long as the plan
 *
 * Return: 0, or -ENOMEM
 */
int lvs_rules_plan_new(const struct lvs_conf_diff *diff, const struct lvs_conf *conf, struct lvs_rules_plan **ret_plan);

/* In any thread. @plan: may be NULL */
void lvs_rules_plan_free(struct lvs_rules_plan *plan);

/**
 * lvs_rules_apply() - one configuration becomes the next
 * @plan:	after success its conf lives as long as the engine, or until the next one was applied; the former is needed no
 *		more
 * @classifier:	what lvs_rules_classifier() made of both; after success: the former one if it is needed no more, or NULL.
 *		Either is the caller's to free.
 * @overlay:	NULL: there is none
 *
 * What the plan's diff does not name is not touched: its counters, connections and cursors stay. Services and servers made
 * at run time stay too, unless the file now names them.
 *
 * Return: 0, or -Exxx and all services and servers are as before, with connections and counters; only schedulers of
 * services that were among the changes may have begun anew
 */
int lvs_rules_apply(struct lvs_engine *engine, struct lvs_rules_plan *plan, struct lvs_classifier **classifier,
		    const struct lvs_rules_overlay *overlay, lvs_ns now);

/**
 * lvs_rules_refresh() - @overlay says something else of a server of the configuration in force
 *
 * Nothing happens to one that was removed at run time, or is as it should be.
 *
 * Return: 0 or -Exxx
 */
int lvs_rules_refresh(struct lvs_engine *engine, const struct lvs_conf_service *service,
		      const struct lvs_conf_server *server, const struct lvs_rules_overlay *overlay);

/**
 * lvs_rules_put_sorry(), lvs_rules_drop_sorry() - the sorry server of @service comes, or goes
 * @sorry:	its sorry_server.server, or what that was before
 *
 * Nothing happens if it is there, or gone, or the service is.
 *
 * lvs_rules_rest_sorry() - connections that it has go on, but none begins there; or, without @rest, they do again
 * @ret_busy:	it has any: who is to keep his server, and would come back for ever, does not count
 *
 * Return: 0 or -Exxx
 */
int lvs_rules_put_sorry(struct lvs_engine *engine, const struct lvs_conf_service *service,
			const struct lvs_conf_server *sorry);
int lvs_rules_rest_sorry(struct lvs_engine *engine, const struct lvs_conf_service *service,
			 const struct lvs_conf_server *sorry, bool rest, bool *ret_busy);
void lvs_rules_drop_sorry(struct lvs_engine *engine, const struct lvs_conf_service *service,
			  const struct lvs_conf_server *sorry, lvs_ns now);

#endif
