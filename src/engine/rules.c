// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What services and servers stand in: two hash tables with chains, one for services and one for the addresses they share,
 * grown together when services outnumber chains, and one array of servers by number. A removed server keeps its number
 * until its connections have ended, so that connections never hold a number that names somebody else.
 */
#include "engine/rules.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/classify.h"
#include "engine/sched.h"

/* A power of two, as all that follow it are. */
#define HEADS_MIN 16
/* IPVS: a removed server is forgotten two minutes after its last connection; looked for every minute. */
#define TRASH_KEEP LVS_SECONDS(120)
#define TRASH_SCAN LVS_SECONDS(60)

static uint64_t hash_addr(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	return lvs_hash_words(&rules->key, addr->halves, ARRAY_LEN(addr->halves));
}

uint64_t lvs_rules_hash(const struct lvs_rules *rules, const struct lvs_service_key *key)
{
	const uint64_t words[3] = { key->addr.halves[0], key->addr.halves[1],
				    (uint64_t)key->mark << 32 | (uint64_t)key->ranged << 24 |
					    (uint64_t)(LVS_FORCE uint16_t)key->port << 8 | key->proto };

	return lvs_hash_words(&rules->key, words, ARRAY_LEN(words));
}

bool lvs_service_key_equal(const struct lvs_service_key *a, const struct lvs_service_key *b)
{
	return a->port == b->port && a->proto == b->proto && a->ranged == b->ranged && a->mark == b->mark &&
	       lvs_addr_equal(&a->addr, &b->addr);
}

static struct lvs_list *trash_head(struct lvs_rules *rules, const struct lvs_service_key *of, const struct lvs_addr *addr,
				   lvs_be16 port)
{
	return &rules->trash[(lvs_rules_hash(rules, of) ^ hash_addr(rules, addr) ^ (LVS_FORCE uint16_t)port) % LVS_TRASH_HEADS];
}

int lvs_rules_init(struct lvs_rules *rules, const struct lvs_hash_key *key)
{
	memset(rules, 0, sizeof(*rules));
	for (size_t i = 0; i < LVS_TRASH_HEADS; i++)
		lvs_list_init(&rules->trash[i]);
	lvs_list_init(&rules->ejecting);
	lvs_list_init(&rules->ejections);
	rules->key = *key;
	rules->nheads = HEADS_MIN;
	rules->free_id = 1;
	rules->servers_len = 64;
	rules->service_heads = calloc(rules->nheads, sizeof(struct lvs_service *));
	rules->vip_heads = calloc(rules->nheads, sizeof(struct lvs_vip *));
	rules->servers = calloc(rules->servers_len, sizeof(struct lvs_server *));
	if (!rules->service_heads || !rules->vip_heads || !rules->servers || lvs_origins_init(&rules->origins)) {
		lvs_rules_fini(rules);
		return -ENOMEM;
	}
	return 0;
}

void lvs_rules_fini(struct lvs_rules *rules)
{
	for (uint32_t i = 0; rules->service_heads && i < rules->nheads; i++) {
		while (rules->service_heads[i]) {
			struct lvs_service *service = rules->service_heads[i];

			rules->service_heads[i] = service->next;
			lvs_service_free(service);
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
		lvs_server_free(rules->servers[i]);
	lvs_origins_fini(&rules->origins);
	lvs_classifier_free(rules->classifier);
	free(rules->service_heads);
	free(rules->vip_heads);
	free(rules->servers);
	memset(rules, 0, sizeof(*rules));
}

struct lvs_vip *lvs_vip_find(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	struct lvs_vip *vip = rules->vip_heads[hash_addr(rules, addr) & (rules->nheads - 1)];

	while (vip && !lvs_addr_equal(&vip->addr, addr))
		vip = vip->next;
	return vip;
}

static struct lvs_own_addr *find_own(struct lvs_rules *rules, const struct lvs_addr *addr)
{
	for (uint32_t i = 0; i < rules->ndips; i++)
		if (lvs_addr_equal(&rules->own[i].addr, addr))
			return &rules->own[i];
	return NULL;
}

void lvs_rules_set_own(struct lvs_rules *rules, const struct lvs_addr *addrs, uint32_t n)
{
	struct lvs_own_addr own[LVS_OWN_MAX];
	bool same = n == rules->ndips;

	assert(n <= LVS_OWN_MAX);
	for (uint32_t i = 0; i < n; i++) {
		const struct lvs_own_addr *known = find_own(rules, &addrs[i]);

		own[i] = known ? *known : (struct lvs_own_addr){ .addr = addrs[i] };
		same = same && lvs_addr_equal(&rules->own[i].addr, &addrs[i]);
	}
	if (same)
		return;
	memcpy(rules->own, own, n * sizeof(*own));
	rules->ndips = n;
	rules->generation++;
}

void lvs_vip_set_local(struct lvs_rules *rules, const struct lvs_addr *addr, bool local)
{
	struct lvs_vip *vip = lvs_vip_find(rules, addr);
	struct lvs_own_addr *own = find_own(rules, addr);

	if (own)
		own->local = local;
	if (!vip && local && lvs_classifier_covers(rules->classifier, addr))
		vip = lvs_vip_get(rules, addr);	/* without memory it is tried again when that is told again */
	if (!vip)
		return;
	vip->local = local;
	lvs_vip_put(rules, vip);
}

/* All that are wanted become the director's own, and those that are no more are given up; or the other way round. */
static void settle_own(struct lvs_rules *rules, bool commit)
{
	for (uint32_t i = 0; i < rules->nheads; i++) {
		struct lvs_vip *next;

		for (struct lvs_vip *vip = rules->vip_heads[i]; vip; vip = next) {
			next = vip->next;
			if (commit) {
				rules->nown -= vip->own ? 1 : 0;
				rules->nown += vip->own_wanted ? 1 : 0;
				vip->own = vip->own_wanted;
			}
			vip->own_wanted = false;
			lvs_vip_put(rules, vip);
		}
	}
}

int lvs_rules_set_sources(struct lvs_rules *rules, const struct lvs_addr *addrs, uint32_t n)
{
	if (n > rules->nheads)
		lvs_rules_grow(rules);
	for (uint32_t i = 0; i < n; i++) {
		struct lvs_vip *vip = lvs_vip_get(rules, &addrs[i]);

		if (!vip) {
			settle_own(rules, false);
			return -ENOMEM;
		}
		vip->own_wanted = true;
	}
	settle_own(rules, true);
	rules->generation++;
	return 0;
}

enum lvs_owner lvs_rules_owner(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	const struct lvs_vip *vip = lvs_vip_find(rules, addr);

	if (vip)
		return vip->local ? LVS_OWNER_HOST : LVS_OWNER_DIRECTOR;
	for (uint32_t i = 0; i < rules->ndips; i++)
		if (lvs_addr_equal(&rules->own[i].addr, addr))
			return rules->own[i].local ? LVS_OWNER_HOST : LVS_OWNER_DIRECTOR;
	return lvs_classifier_covers(rules->classifier, addr) ? LVS_OWNER_DIRECTOR : LVS_OWNER_OTHER;
}

static bool service_live(const struct lvs_service *service)
{
	for (uint32_t i = 0; i < service->nservers; i++)
		if (service->servers[i]->spec.weight > 0)
			return true;
	return false;
}

struct family_rules {
	const struct lvs_rules *rules;
	bool ip4;
};

static bool mark_live(const void *arg, uint32_t mark)
{
	const struct family_rules *of = arg;
	const struct lvs_service_key key = { .addr = lvs_addr_any(of->ip4), .mark = mark };
	const struct lvs_service *service = lvs_service_find(of->rules, &key);

	return service && service_live(service);
}

bool lvs_rules_live(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	const struct lvs_vip *vip = lvs_vip_find(rules, addr);
	const struct family_rules marked = { .rules = rules, .ip4 = lvs_addr_is4(addr) };
	struct lvs_service *service;

	for (uint32_t i = 0; i < rules->ndips; i++)
		if (lvs_addr_equal(&rules->own[i].addr, addr))
			return true;
	if (vip && vip->own)
		return true;
	if (vip)
		lvs_list_for_each(service, &vip->services, of_vip)
			if (service_live(service))
				return true;
	return lvs_classifier_any(rules->classifier, addr, mark_live, &marked);
}

void lvs_rules_grow(struct lvs_rules *rules)
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
			struct lvs_service **head = &service_heads[lvs_rules_hash(rules, &service->spec.key) & (nheads - 1)];

			rules->service_heads[i] = service->next;
			service->next = *head;
			*head = service;
		}
		while (rules->vip_heads[i]) {
			struct lvs_vip *vip = rules->vip_heads[i];
			struct lvs_vip **head = &vip_heads[hash_addr(rules, &vip->addr) & (nheads - 1)];

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

struct lvs_vip *lvs_vip_get(struct lvs_rules *rules, const struct lvs_addr *addr)
{
	struct lvs_vip *vip = lvs_vip_find(rules, addr), **head;

	if (vip)
		return vip;
	vip = calloc(1, sizeof(*vip));
	if (!vip)
		return NULL;
	vip->addr = *addr;
	lvs_list_init(&vip->services);
	head = &rules->vip_heads[hash_addr(rules, addr) & (rules->nheads - 1)];
	vip->next = *head;
	*head = vip;
	return vip;
}

void lvs_vip_put(struct lvs_rules *rules, struct lvs_vip *vip)
{
	struct lvs_vip **link = &rules->vip_heads[hash_addr(rules, &vip->addr) & (rules->nheads - 1)];

	if (!lvs_list_empty(&vip->services) || vip->own || vip->own_wanted ||
	    (vip->local && lvs_classifier_covers(rules->classifier, &vip->addr)))
		return;
	while (*link != vip)
		link = &(*link)->next;
	*link = vip->next;
	lvs_port_map_fini(&vip->ports);
	free(vip);
}

struct lvs_classifier *lvs_rules_set_classifier(struct lvs_rules *rules, struct lvs_classifier *classifier)
{
	struct lvs_classifier *before = rules->classifier;

	rules->classifier = classifier;
	rules->generation++;
	for (uint32_t i = 0; i < rules->nheads; i++) {
		struct lvs_vip *next;

		for (struct lvs_vip *vip = rules->vip_heads[i]; vip; vip = next) {
			next = vip->next;
			lvs_vip_put(rules, vip);
		}
	}
	return before;
}

void lvs_rules_settle(struct lvs_rules *rules, struct lvs_server *server)
{
	bool draining = server->service && server->spec.drain && server->spec.drain_seconds && !server->drained;

	rules->ndraining += draining ? 1 : 0;
	rules->ndraining -= server->draining ? 1 : 0;
	rules->news |= draining;
	server->draining = draining;
	server->retiring = !server->service || !server->spec.weight || server->dismissing;
}

/* Does anything in the connection table name it? */
static bool named(const struct lvs_server *server)
{
	return server->active || server->inactive || server->persistent || server->pins;
}

void lvs_rules_discard(struct lvs_rules *rules, struct lvs_server *server, lvs_ns now)
{
	if (server->origin)
		lvs_origins_remove(rules, server);
	lvs_limit_forget(server);
	lvs_eject_forget(server);
	server->service = NULL;
	server->drained = false;
	server->drain_since = 0;
	lvs_rules_settle(rules, server);
	rules->sweep |= named(server);
	rules->news = true;
	server->removed_at = now;
	lvs_list_push_back(trash_head(rules, &server->of, &server->spec.addr, server->spec.port), &server->trash);
	rules->ntrash++;
}

struct lvs_server *lvs_rules_recover(struct lvs_rules *rules, const struct lvs_service_key *of,
				     const struct lvs_server_spec *spec)
{
	struct lvs_server *server;

	if (!rules->ntrash)
		return NULL;
	lvs_list_for_each(server, trash_head(rules, of, &spec->addr, spec->port), trash) {
		if (server->spec.port == spec->port && lvs_addr_equal(&server->spec.addr, &spec->addr) &&
		    lvs_service_key_equal(&server->of, of)) {
			lvs_list_remove(&server->trash);
			rules->ntrash--;
			return server;
		}
	}
	return NULL;
}

/* A scheduler begins anew only where its servers were moved, as after an edit. */
static void settle_servers(struct lvs_service *service, const struct lvs_sites *sites)
{
	bool moved = false;

	for (uint32_t i = 0; i < service->nservers; i++) {
		struct lvs_server *server = service->servers[i];
		uint8_t site = *server->spec.site ? lvs_sites_find(sites, server->spec.site) : 0;

		moved |= server->site != site;
		server->site = site;
	}
	if (moved && service->spec.sched->edited)
		service->spec.sched->edited(service);
}

void lvs_rules_set_sites(struct lvs_rules *rules, const struct lvs_sites *sites)
{
	rules->sites = sites;
	for (uint32_t i = 0; i < rules->nheads; i++)
		for (struct lvs_service *service = rules->service_heads[i]; service; service = service->next)
			settle_servers(service, sites);
}

uint32_t lvs_rules_new_id(struct lvs_rules *rules)
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

/* Return: when the next server's time is over */
static lvs_ns expire_draining(struct lvs_rules *rules, lvs_ns now)
{
	lvs_ns next = LVS_NS_NEVER;

	for (uint32_t id = 1; rules->ndraining && id < rules->servers_len; id++) {
		struct lvs_server *server = rules->servers[id];

		if (!server || !server->draining)
			continue;
		if (!server->drain_since)
			server->drain_since = now;
		if (now - server->drain_since < LVS_SECONDS(server->spec.drain_seconds)) {
			next = LVS_MIN(next, server->drain_since + LVS_SECONDS(server->spec.drain_seconds));
			continue;
		}
		server->drained = true;
		rules->dismiss = true;
		lvs_rules_settle(rules, server);
	}
	return next;
}

lvs_ns lvs_rules_expire(struct lvs_rules *rules, lvs_ns now)
{
	lvs_ns due = expire_draining(rules, now);

	rules->news = false;
	for (size_t i = 0; rules->ntrash && i < LVS_TRASH_HEADS; i++) {
		struct lvs_server *server, *next;

		lvs_list_for_each_safe(server, next, &rules->trash[i], trash) {
			if (named(server) || now - server->removed_at < TRASH_KEEP)
				continue;
			lvs_list_remove(&server->trash);
			rules->ntrash--;
			rules->servers[server->id] = NULL;
			rules->free_id = LVS_MIN(rules->free_id, server->id);
			lvs_server_free(server);
		}
	}
	return rules->ntrash ? LVS_MIN(due, now + TRASH_SCAN) : due;
}
