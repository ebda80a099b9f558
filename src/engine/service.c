// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two hash tables with chains, one for services and one for the addresses they share, grown together when services
 * outnumber chains. Servers stand in one array by number; a removed server keeps its number until its connections have
 * ended, so that connections never hold a number that names somebody else.
 */
#include "engine/service.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/forward.h"
#include "engine/proto.h"
#include "engine/sched.h"
#include "engine/wire.h"

#define HEADS_MIN 16
#define FTP_DATA 20
#define UNPRIVILEGED 1024
/* IPVS: a removed server is forgotten two minutes after its last connection; looked for every minute. */
#define TRASH_KEEP LVS_SECONDS(120)
#define TRASH_SCAN LVS_SECONDS(60)

static uint64_t hash_addr(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	return lvs_hash_words(&rules->key, addr->halves, ARRAY_LEN(addr->halves));
}

static uint64_t hash_key(const struct lvs_rules *rules, const struct lvs_service_key *key)
{
	const uint64_t words[3] = { key->addr.halves[0], key->addr.halves[1],
				    (uint64_t)key->ranged << 24 | (uint64_t)(LVS_FORCE uint16_t)key->port << 8 | key->proto };

	return lvs_hash_words(&rules->key, words, ARRAY_LEN(words));
}

static bool key_equal(const struct lvs_service_key *a, const struct lvs_service_key *b)
{
	return a->port == b->port && a->proto == b->proto && a->ranged == b->ranged && lvs_addr_equal(&a->addr, &b->addr);
}

static struct lvs_list *trash_head(struct lvs_rules *rules, const struct lvs_service_key *of, const struct lvs_addr *addr,
				   lvs_be16 port)
{
	return &rules->trash[(hash_key(rules, of) ^ hash_addr(rules, addr) ^ (LVS_FORCE uint16_t)port) % LVS_TRASH_HEADS];
}

int lvs_rules_init(struct lvs_rules *rules, const struct lvs_hash_key *key)
{
	memset(rules, 0, sizeof(*rules));
	for (size_t i = 0; i < LVS_TRASH_HEADS; i++)
		lvs_list_init(&rules->trash[i]);
	rules->key = *key;
	rules->nheads = HEADS_MIN;
	rules->free_id = 1;
	rules->servers_len = 64;
	rules->service_heads = calloc(rules->nheads, sizeof(struct lvs_service *));
	rules->vip_heads = calloc(rules->nheads, sizeof(struct lvs_vip *));
	rules->servers = calloc(rules->servers_len, sizeof(struct lvs_server *));
	if (!rules->service_heads || !rules->vip_heads || !rules->servers) {
		lvs_rules_fini(rules);
		return -ENOMEM;
	}
	return 0;
}

static void detach_sched(struct lvs_service *service)
{
	if (service->sched_state && service->spec.sched->detach)
		service->spec.sched->detach(service);
	free(service->sched_state);
	service->sched_state = NULL;
}

static void free_service(struct lvs_service *service)
{
	detach_sched(service);
	free(service->servers);
	free(service);
}

void lvs_rules_fini(struct lvs_rules *rules)
{
	for (uint32_t i = 0; rules->service_heads && i < rules->nheads; i++) {
		while (rules->service_heads[i]) {
			struct lvs_service *service = rules->service_heads[i];

			rules->service_heads[i] = service->next;
			free_service(service);
		}
	}
	for (uint32_t i = 0; rules->vip_heads && i < rules->nheads; i++) {
		while (rules->vip_heads[i]) {
			struct lvs_vip *vip = rules->vip_heads[i];

			rules->vip_heads[i] = vip->next;
			lvs_port_map_fini(&vip->ports);
			free(vip);
		}
	}
	for (uint32_t i = 1; rules->servers && i < rules->servers_len; i++)
		free(rules->servers[i]);
	free(rules->service_heads);
	free(rules->vip_heads);
	free(rules->servers);
	memset(rules, 0, sizeof(*rules));
}

struct lvs_service *lvs_service_find(const struct lvs_rules *rules, const struct lvs_service_key *key)
{
	struct lvs_service *service = rules->service_heads[hash_key(rules, key) % rules->nheads];

	while (service && !key_equal(&service->spec.key, key))
		service = service->next;
	return service;
}

static struct lvs_service *find_ranged(const struct lvs_rules *rules, const struct lvs_service_key *key)
{
	const struct lvs_vip *vip = lvs_vip_find(rules, &key->addr);

	return vip ? lvs_port_map_find(&vip->ports, key->proto, lvs_host16(key->port)) : NULL;
}

struct lvs_service *lvs_service_lookup(const struct lvs_rules *rules, const struct lvs_packet *packet)
{
	struct lvs_service_key key = { .addr = packet->tuple.dst, .port = packet->tuple.dport, .proto = packet->proto };
	uint16_t port = lvs_host16(key.port);
	struct lvs_service *service = lvs_service_find(rules, &key);

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

struct lvs_vip *lvs_vip_find(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	struct lvs_vip *vip = rules->vip_heads[hash_addr(rules, addr) % rules->nheads];

	while (vip && !lvs_addr_equal(&vip->addr, addr))
		vip = vip->next;
	return vip;
}

void lvs_vip_set_local(struct lvs_rules *rules, const struct lvs_addr *addr, bool local)
{
	struct lvs_vip *vip = lvs_vip_find(rules, addr);

	if (vip)
		vip->local = local;
}

bool lvs_vip_live(const struct lvs_vip *vip)
{
	struct lvs_service *service;

	lvs_list_for_each(service, &vip->services, of_vip)
		for (uint32_t i = 0; i < service->nservers; i++)
			if (service->servers[i]->spec.weight > 0)
				return true;
	return false;
}

/* Failing to grow costs speed, not correctness. */
static void grow_heads(struct lvs_rules *rules)
{
	uint32_t nheads = rules->nheads * 4;
	struct lvs_service **service_heads = calloc(nheads, sizeof(struct lvs_service *));
	struct lvs_vip **vip_heads = calloc(nheads, sizeof(struct lvs_vip *));

	if (!service_heads || !vip_heads) {
		free(service_heads);
		free(vip_heads);
		return;
	}
	for (uint32_t i = 0; i < rules->nheads; i++) {
		while (rules->service_heads[i]) {
			struct lvs_service *service = rules->service_heads[i];
			struct lvs_service **head = &service_heads[hash_key(rules, &service->spec.key) % nheads];

			rules->service_heads[i] = service->next;
			service->next = *head;
			*head = service;
		}
		while (rules->vip_heads[i]) {
			struct lvs_vip *vip = rules->vip_heads[i];
			struct lvs_vip **head = &vip_heads[hash_addr(rules, &vip->addr) % nheads];

			rules->vip_heads[i] = vip->next;
			vip->next = *head;
			*head = vip;
		}
	}
	free(rules->service_heads);
	free(rules->vip_heads);
	rules->service_heads = service_heads;
	rules->vip_heads = vip_heads;
	rules->nheads = nheads;
}

static struct lvs_vip *get_vip(struct lvs_rules *rules, const struct lvs_addr *addr)
{
	struct lvs_vip *vip = lvs_vip_find(rules, addr), **head;

	if (vip)
		return vip;
	vip = calloc(1, sizeof(*vip));
	if (!vip)
		return NULL;
	vip->addr = *addr;
	lvs_list_init(&vip->services);
	head = &rules->vip_heads[hash_addr(rules, addr) % rules->nheads];
	vip->next = *head;
	*head = vip;
	return vip;
}

static void put_vip(struct lvs_rules *rules, struct lvs_vip *vip)
{
	struct lvs_vip **link = &rules->vip_heads[hash_addr(rules, &vip->addr) % rules->nheads];

	if (!lvs_list_empty(&vip->services))
		return;
	while (*link != vip)
		link = &(*link)->next;
	*link = vip->next;
	lvs_port_map_fini(&vip->ports);
	free(vip);
}

/* Room is a power of two, so that servers which come one by one seldom need more. */
static size_t sched_bytes(const struct lvs_service_spec *spec, uint32_t nservers)
{
	uint32_t room = 1;

	while (room < nservers)
		room *= 2;
	return spec->sched->state_bytes + (spec->sched->more_bytes ? spec->sched->more_bytes(spec, room) : 0);
}

/* The scheduler's state gets room for one more server. */
static int grow_sched(struct lvs_service *service)
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

/* All ports at once are for persistent clients only: what belongs together then meets at one server. */
static bool port_ok(const struct lvs_service_spec *spec)
{
	return spec->key.port || spec->persist.timeout;
}

static bool is_ftp(const struct lvs_service_key *key)
{
	return key->proto == LVS_PROTO_TCP && !key->ranged && key->port == LVS_PORT_FTP;
}

int lvs_service_add(struct lvs_rules *rules, const struct lvs_service_spec *spec, struct lvs_service **ret_service)
{
	struct lvs_service *service, **head;
	int err = -ENOMEM;

	if (!lvs_addr_is_unicast(&spec->key.addr) || !spec->sched || !lvs_proto_find(spec->key.proto) || !port_ok(spec) ||
	    !lvs_port_map_valid(spec))
		return -EINVAL;
	if (lvs_service_find(rules, &spec->key))
		return -EEXIST;
	if (rules->nservices >= rules->nheads)
		grow_heads(rules);
	service = calloc(1, sizeof(*service));
	if (!service)
		return -ENOMEM;
	err = attach_sched(rules, service, spec);
	if (err)
		goto fail;
	service->vip = get_vip(rules, &spec->key.addr);
	if (!service->vip) {
		err = -ENOMEM;
		goto fail;
	}
	err = lvs_port_map_make_room(service->vip, spec);
	if (err)
		goto fail;
	lvs_list_push_back(&service->vip->services, &service->of_vip);
	lvs_port_map_lay(service);
	head = &rules->service_heads[hash_key(rules, &spec->key) % rules->nheads];
	service->next = *head;
	*head = service;
	rules->nservices++;
	rules->generation++;
	rules->nranged += spec->key.ranged;
	rules->nftp += is_ftp(&spec->key);
	rules->nany += !spec->key.port;
	*ret_service = service;
	return 0;
fail:
	if (service->vip)
		put_vip(rules, service->vip);
	free_service(service);
	return err;
}

int lvs_service_edit(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_service_spec *spec)
{
	struct lvs_service_spec next = *spec;
	int err;

	next.key = service->spec.key;
	if (!port_ok(&next) || !lvs_port_map_valid(&next))
		return -EINVAL;
	err = lvs_port_map_make_room(service->vip, &next);
	if (err)
		return err;
	if (service->spec.sched != spec->sched || (spec->sched->fits && !spec->sched->fits(&service->spec, spec)))
		err = attach_sched(rules, service, &next);
	else
		service->spec = next;	/* the scheduler's cursor stays where it is */
	if (!err && next.ports.n)
		lvs_port_map_lay(service);
	return err;
}

/* @server has left its service's array. */
static void to_trash(struct lvs_rules *rules, struct lvs_server *server, lvs_ns now)
{
	server->service = NULL;
	server->removed_at = now;
	lvs_list_push_back(trash_head(rules, &server->of, &server->spec.addr, server->spec.port), &server->trash);
	rules->ntrash++;
}

void lvs_service_remove(struct lvs_rules *rules, struct lvs_service *service, lvs_ns now)
{
	struct lvs_service **link = &rules->service_heads[hash_key(rules, &service->spec.key) % rules->nheads];

	for (uint32_t i = 0; i < service->nservers; i++)
		to_trash(rules, service->servers[i], now);
	while (*link != service)
		link = &(*link)->next;
	*link = service->next;
	lvs_list_remove(&service->of_vip);
	service->spec.ports.n = 0;
	lvs_port_map_lay(service);
	put_vip(rules, service->vip);
	rules->nservices--;
	rules->generation++;
	rules->nranged -= service->spec.key.ranged;
	rules->nftp -= is_ftp(&service->spec.key);
	rules->nany -= !service->spec.key.port;
	free_service(service);
}

void lvs_server_set_mtu(struct lvs_server *server, uint32_t mtu)
{
	server->mtu = mtu;
}

struct lvs_server *lvs_server_find(const struct lvs_service *service, const struct lvs_addr *addr, lvs_be16 port)
{
	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];

		if (server->spec.port == port && lvs_addr_equal(&server->spec.addr, addr))
			return server;
	}
	return NULL;
}

static int check_spec(const struct lvs_service_key *of, const struct lvs_server_spec *spec)
{
	if (!lvs_addr_is_unicast(&spec->addr) || lvs_addr_is_linklocal6(&spec->addr) ||
	    lvs_addr_is4(&spec->addr) != lvs_addr_is4(&of->addr) || spec->weight > LVS_WEIGHT_MAX || !spec->forward)
		return -EINVAL;
	return spec->lower > spec->upper ? -ERANGE : 0;
}

/* All of @spec but the name, which stays. */
static void set_spec(struct lvs_server *server, const struct lvs_server_spec *spec)
{
	server->spec.weight = spec->weight;
	server->spec.forward = spec->forward;
	server->spec.upper = spec->upper;
	server->spec.lower = spec->lower;
	if (spec->weight)
		server->last_weight = spec->weight;
	lvs_server_weigh(server);
}

/* Servers from @pos on have moved. */
static void renumber(struct lvs_service *service, uint32_t pos)
{
	for (; pos < service->nservers; pos++)
		service->servers[pos]->pos = pos;
}

static struct lvs_server *from_trash(struct lvs_rules *rules, const struct lvs_service_key *of,
				     const struct lvs_server_spec *spec)
{
	struct lvs_server *server;

	lvs_list_for_each(server, trash_head(rules, of, &spec->addr, spec->port), trash) {
		if (server->spec.port == spec->port && lvs_addr_equal(&server->spec.addr, &spec->addr) &&
		    key_equal(&server->of, of)) {
			lvs_list_remove(&server->trash);
			rules->ntrash--;
			return server;
		}
	}
	return NULL;
}

/* Return: a number that is free, with room for it in the array; 0 if there is no memory */
static uint32_t new_id(struct lvs_rules *rules)
{
	uint32_t id = rules->free_id;

	while (id < rules->servers_len && rules->servers[id])
		id++;
	if (id == rules->servers_len) {
		struct lvs_server **servers = reallocarray(rules->servers, rules->servers_len, 2 * sizeof(*servers));

		if (!servers)
			return 0;
		memset(servers + rules->servers_len, 0, rules->servers_len * sizeof(*servers));
		rules->servers = servers;
		rules->servers_len *= 2;
	}
	rules->free_id = id;
	return id;
}

static struct lvs_server *new_server(struct lvs_rules *rules, const struct lvs_service_key *of,
				     const struct lvs_server_spec *spec)
{
	struct lvs_server *server = calloc(1, sizeof(*server));
	uint32_t id = new_id(rules);

	if (!server || !id) {
		free(server);
		return NULL;
	}
	server->id = id;
	server->spec.addr = spec->addr;
	server->spec.port = spec->port;
	server->of = *of;
	lvs_list_init(&server->trash);
	rules->servers[id] = server;
	return server;
}

int lvs_server_add(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_server_spec *spec,
		   struct lvs_server **ret_server)
{
	const struct lvs_sched_ops *sched = service->spec.sched;
	struct lvs_server **servers, *server;
	int err = check_spec(&service->spec.key, spec);

	if (!err && lvs_server_find(service, &spec->addr, spec->port))
		err = -EEXIST;
	if (!err && sched->check)
		err = sched->check(&service->spec, service->nservers + 1);
	if (!err)
		err = grow_sched(service);
	if (err)
		return err;
	servers = reallocarray(service->servers, service->nservers + 1, sizeof(*servers));
	if (!servers)
		return -ENOMEM;
	service->servers = servers;
	server = from_trash(rules, &service->spec.key, spec);
	if (!server)
		server = new_server(rules, &service->spec.key, spec);
	if (!server)
		return -ENOMEM;
	set_spec(server, spec);
	server->service = service;
	memmove(servers + 1, servers, service->nservers * sizeof(*servers));
	servers[0] = server;
	service->nservers++;
	rules->generation++;
	renumber(service, 0);
	if (sched->added)
		sched->added(service, 0);
	*ret_server = server;
	return 0;
}

int lvs_server_edit(struct lvs_rules *rules, struct lvs_server *server, const struct lvs_server_spec *spec)
{
	int err = check_spec(&server->of, spec);

	(void)rules;
	if (err)
		return err;
	set_spec(server, spec);
	if (server->service->spec.sched->edited)
		server->service->spec.sched->edited(server->service);
	return 0;
}

void lvs_server_remove(struct lvs_rules *rules, struct lvs_server *server, lvs_ns now)
{
	struct lvs_service *service = server->service;
	uint32_t pos = server->pos;

	service->nservers--;
	rules->generation++;
	memmove(service->servers + pos, service->servers + pos + 1, (service->nservers - pos) * sizeof(*service->servers));
	renumber(service, pos);
	if (service->spec.sched->removed)
		service->spec.sched->removed(service, pos);
	to_trash(rules, server, now);
}

lvs_ns lvs_rules_expire(struct lvs_rules *rules, lvs_ns now)
{
	for (size_t i = 0; rules->ntrash && i < LVS_TRASH_HEADS; i++) {
		struct lvs_server *server, *next;

		lvs_list_for_each_safe(server, next, &rules->trash[i], trash) {
			if (server->active || server->inactive || server->persistent || server->pins || now - server->removed_at < TRASH_KEEP)
				continue;
			lvs_list_remove(&server->trash);
			rules->ntrash--;
			rules->servers[server->id] = NULL;
			rules->free_id = LVS_MIN(rules->free_id, server->id);
			free(server);
		}
	}
	return rules->ntrash ? now + TRASH_SCAN : LVS_NS_NEVER;
}
