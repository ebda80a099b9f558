/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the rules, for rules.c, service.c and server.c only; everyone else takes service.h. */
#ifndef LVS_ENGINE_RULES_H
#define LVS_ENGINE_RULES_H

#include "engine/service.h"

uint64_t lvs_rules_hash(const struct lvs_rules *rules, const struct lvs_service_key *key);
bool lvs_service_key_equal(const struct lvs_service_key *a, const struct lvs_service_key *b);

/* Four times the chains. Failing costs speed, not correctness. */
void lvs_rules_grow(struct lvs_rules *rules);

/* The entry of an address that gets a service. Return: borrowed, made if need be; NULL without memory */
struct lvs_vip *lvs_vip_get(struct lvs_rules *rules, const struct lvs_addr *addr);

/* @vip may have lost its last service, or its host: it is gone then. */
void lvs_vip_put(struct lvs_rules *rules, struct lvs_vip *vip);

/* The scheduler's state gets room for one more server. Return: 0 or -ENOMEM */
int lvs_service_grow_sched(struct lvs_service *service);

/* @server: NULL, or in no table any more */
void lvs_server_free(struct lvs_server *server);

/* @service is in no table any more, its servers belong to the rules. */
void lvs_service_free(struct lvs_service *service);

/* Return: a number that is free, with room for it in the array; 0 if there is no memory */
uint32_t lvs_rules_new_id(struct lvs_rules *rules);

/* @server was added, edited or discarded: what follows for packets of its connections, and for its time to drain. */
void lvs_rules_settle(struct lvs_rules *rules, struct lvs_server *server);

/* @server has left its service's array: it waits for its connections to end, or to be recovered. */
void lvs_rules_discard(struct lvs_rules *rules, struct lvs_server *server, lvs_ns now);

/* Return: the discarded server of the same name in a service of the same name, which waits no more; or NULL */
struct lvs_server *lvs_rules_recover(struct lvs_rules *rules, const struct lvs_service_key *of,
				     const struct lvs_server_spec *spec);

#endif
