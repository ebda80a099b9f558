// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual service comes, changes, goes, and is found: by its name, or for a packet that no connection has. Its
 * scheduler's state is made anew when another scheduler takes over, and grows with the servers.
 */
#include "engine/service.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/classify.h"
#include "engine/helper.h"
#include "engine/proto.h"
#include "engine/rates.h"
#include "engine/rules.h"
#include "engine/sched.h"
#include "engine/wire.h"

#define FTP_DATA 20
#define UNPRIVILEGED 1024

static void detach_sched(struct lvs_service *service)
{
	if (service->sched_state && service->spec.sched->detach)
		service->spec.sched->detach(service);
	free(service->sched_state);
	service->sched_state = NULL;
}

void lvs_service_free(struct lvs_service *service)
{
	detach_sched(service);
	free(service->servers);
	free(service->rates);
	free(service);
}

struct lvs_service *lvs_service_find(const struct lvs_rules *rules, const struct lvs_service_key *key)
{
	struct lvs_service *service = rules->service_heads[lvs_rules_hash(rules, key) & (rules->nheads - 1)];

	while (service && !lvs_service_key_equal(&service->spec.key, key))
		service = service->next;
	return service;
}

static struct lvs_service *find_ranged(const struct lvs_rules *rules, const struct lvs_service_key *key)
{
	const struct lvs_vip *vip = lvs_vip_find(rules, &key->addr);

	return vip ? lvs_port_map_find(&vip->ports, key->proto, lvs_host16(key->port)) : NULL;
}

static struct lvs_service *find_marked(const struct lvs_rules *rules, const struct lvs_tuple *tuple)
{
	const struct lvs_service_key key = { .addr = lvs_addr_any(lvs_addr_is4(&tuple->dst)),
					     .mark = lvs_classify(rules->classifier, tuple) };

	return key.mark ? lvs_service_find(rules, &key) : NULL;
}

struct lvs_service *lvs_service_lookup(const struct lvs_rules *rules, const struct lvs_packet *packet)
{
	struct lvs_service_key key = { .addr = packet->tuple.dst, .port = packet->tuple.dport, .proto = packet->proto };
	uint16_t port = lvs_host16(key.port);
	struct lvs_service *service = find_marked(rules, &packet->tuple);

	if (!service)
		service = lvs_service_find(rules, &key);
	if (!service && rules->nranged)
		service = find_ranged(rules, &key);
	if (service)
		return service;
	if (rules->nftp && key.proto == LVS_PROTO_TCP && (port == FTP_DATA || port >= UNPRIVILEGED)) {
		key.port = LVS_PORT_FTP;
		service = lvs_service_find(rules, &key);
		if (service && service->spec.persist.timeout)
			return service;
	}
	if (!rules->nany)
		return NULL;
	key.port = 0;
	return lvs_service_find(rules, &key);
}

/* Room is a power of two, so that servers which come one by one seldom need more. */
static size_t sched_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	uint32_t room = 1;

	while (room < nservers)
		room *= 2;
	return spec->sched->state_bytes + (spec->sched->more_bytes ? spec->sched->more_bytes(spec, room) : 0);
}

int lvs_service_grow_sched(struct lvs_service *service)
{
	size_t bytes = sched_bytes(&service->spec, service->nservers + 1);
	void *state;

	if (bytes <= service->sched_bytes)
		return 0;
	state = realloc(service->sched_state, bytes);
	if (!state)
		return -ENOMEM;
	service->sched_state = state;
	service->sched_bytes = bytes;
	return 0;
}

/* The scheduler that @spec names takes over. Return: 0 or -Exxx, and nothing changed */
static int attach_sched(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_service_spec *spec)
{
	const struct lvs_sched_ops *sched = spec->sched;
	size_t bytes = sched_bytes(spec, service->nservers);
	int err = sched->check ? sched->check(spec, service->nservers) : 0;
	void *state = NULL;

	if (err)
		return err;
	if (bytes) {
		state = calloc(1, bytes);
		if (!state)
			return -ENOMEM;
	}
	detach_sched(service);
	service->spec = *spec;
	service->sched_state = state;
	service->sched_bytes = bytes;
	rules->nattached++;
	if (sched->attach)
		sched->attach(service, lvs_hash_words(&rules->key, &rules->nattached, 1));
	for (uint32_t pos = 0; sched->added && pos < service->nservers; pos++)
		sched->added(service, pos);
	return 0;
}

static bool key_ok(const struct lvs_service_key *key)
{
	if (key->mark)
		return lvs_addr_is_any(&key->addr) && !key->port && !key->proto && !key->ranged;
	return lvs_addr_is_unicast(&key->addr) && lvs_proto_find(key->proto);
}

/*
 * Only a table of servers, asked anew for each client, tells whose connection it is; and nobody knows how its sequence
 * numbers were translated.
 */
static bool pickup_ok(const struct lvs_service_spec *spec)
{
	return !spec->pickup || (spec->sched->names && spec->key.proto == LVS_PROTO_TCP && !spec->persist.timeout &&
				 !spec->helper && spec->syn_proxy == LVS_SYN_PROXY_OFF);
}

/* All ports at once are for persistent clients only: what belongs together then meets at one server. */
static bool port_ok(const struct lvs_service_spec *spec)
{
	return spec->key.port || spec->key.mark || spec->persist.timeout;
}

static bool is_any(const struct lvs_service_key *key)
{
	return !key->port && !key->mark;
}

static bool syn_proxy_ok(const struct lvs_service_spec *spec)
{
	return spec->syn_proxy == LVS_SYN_PROXY_OFF || spec->key.proto == LVS_PROTO_TCP || spec->key.mark;
}

static bool is_ftp(const struct lvs_service_key *key)
{
	return key->proto == LVS_PROTO_TCP && !key->ranged && key->port == LVS_PORT_FTP;
}

/* What has a mark may be of any protocol: a helper then keeps to its own. */
static bool helper_ok(const struct lvs_service_spec *spec)
{
	const struct lvs_helper_ops *helper = spec->helper;

	return !helper || ((spec->key.mark || helper->proto == spec->key.proto) && (!helper->key || spec->persist.timeout));
}

static bool originates(const struct lvs_service_spec *spec)
{
	return spec->helper && spec->helper->originates;
}

int lvs_service_add(struct lvs_rules *rules, const struct lvs_service_spec *spec, struct lvs_service **ret_service)
{
	struct lvs_service *service, **head;
	int err = -ENOMEM;

	if (!key_ok(&spec->key) || !spec->sched || !port_ok(spec) || !pickup_ok(spec) || !lvs_port_map_valid(spec) ||
	    !helper_ok(spec) || !syn_proxy_ok(spec))
		return -EINVAL;
	if (lvs_service_find(rules, &spec->key))
		return -EEXIST;
	if (rules->nservices >= rules->nheads)
		lvs_rules_grow(rules);
	service = calloc(1, sizeof(*service));
	if (!service)
		return -ENOMEM;
	lvs_list_init(&service->waiting);
	lvs_list_init(&service->ejected);
	lvs_list_init(&service->of_ejecting);
	service->watched = lvs_attempt_matters(spec);
	service->rules = rules;
	service->rates = calloc(1, sizeof(*service->rates));
	err = service->rates ? attach_sched(rules, service, spec) : -ENOMEM;
	if (err)
		goto fail;
	service->vip = lvs_vip_get(rules, &spec->key.addr);
	if (!service->vip) {
		err = -ENOMEM;
		goto fail;
	}
	err = lvs_port_map_make_room(service->vip, spec);
	if (err)
		goto fail;
	lvs_list_push_back(&service->vip->services, &service->of_vip);
	lvs_port_map_lay(service);
	head = &rules->service_heads[lvs_rules_hash(rules, &spec->key) & (rules->nheads - 1)];
	service->next = *head;
	*head = service;
	rules->nservices++;
	service->serial = ++rules->generation;
	rules->nranged += spec->key.ranged;
	rules->nftp += is_ftp(&spec->key);
	rules->nany += is_any(&spec->key);
	rules->npickup += spec->pickup;
	rules->noriginating += originates(spec);
	*ret_service = service;
	return 0;
fail:
	if (service->vip)
		lvs_vip_put(rules, service->vip);
	lvs_service_free(service);
	return err;
}

int lvs_service_edit(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_service_spec *spec)
{
	const bool picked = service->spec.pickup;
	const struct lvs_rate rate = service->spec.limits.server_rate;
	const struct lvs_eject_spec eject = service->spec.eject;
	struct lvs_service_spec next = *spec;
	bool did = originates(&service->spec);
	int err;

	next.key = service->spec.key;
	if (!port_ok(&next) || !pickup_ok(&next) || !lvs_port_map_valid(&next) || !helper_ok(&next) ||
	    !syn_proxy_ok(&next))
		return -EINVAL;
	err = lvs_port_map_make_room(service->vip, &next);
	if (err)
		return err;
	if (service->spec.sched != spec->sched || (spec->sched->fits && !spec->sched->fits(&service->spec, spec)))
		err = attach_sched(rules, service, &next);
	else
		service->spec = next;	/* the scheduler's cursor stays where it is */
	if (err)
		return err;
	if (next.ports.n)
		lvs_port_map_lay(service);
	if (rate.interval != next.limits.server_rate.interval || rate.slack != next.limits.server_rate.slack)
		lvs_limit_forgive(service);
	if (eject.failures != next.eject.failures || eject.time != next.eject.time || eject.time_max != next.eject.time_max ||
	    eject.share != next.eject.share)
		(void)lvs_eject_forgive(service, LVS_READMIT_RULES);
	service->watched = lvs_attempt_matters(&next);
	rules->npickup += (uint32_t)next.pickup - picked;
	rules->noriginating += (uint32_t)originates(&next) - did;
	return 0;
}

void lvs_service_remove(struct lvs_rules *rules, struct lvs_service *service, lvs_ns now)
{
	struct lvs_service **link = &rules->service_heads[lvs_rules_hash(rules, &service->spec.key) & (rules->nheads - 1)];

	for (uint32_t i = 0; i < service->nservers; i++)
		lvs_rules_discard(rules, service->servers[i], now);
	while (*link != service)
		link = &(*link)->next;
	*link = service->next;
	lvs_list_remove(&service->of_vip);
	service->spec.ports.n = 0;
	lvs_port_map_lay(service);
	lvs_vip_put(rules, service->vip);
	rules->nservices--;
	rules->generation++;
	rules->nranged -= service->spec.key.ranged;
	rules->nftp -= is_ftp(&service->spec.key);
	rules->nany -= is_any(&service->spec.key);
	rules->npickup -= service->spec.pickup;
	rules->noriginating -= originates(&service->spec);
	lvs_service_free(service);
}

