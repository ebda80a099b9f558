// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hash table with chains, doubled as it fills, whose entries are groups of servers that look alike from outside. So a
 * question costs one look for each of at most four names (this port or all of them, this protocol or all of them), of
 * which those that nobody has are left out, however many services share a server. A second table knows
 * their addresses alone.
 */
#include "engine/origin.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/forward.h"
#include "engine/service.h"

#define HEADS_MIN 64

int lvs_origins_init(struct lvs_origins *origins)
{
	memset(origins, 0, sizeof(*origins));
	origins->heads = calloc(HEADS_MIN, sizeof(struct lvs_origin *));
	origins->hosts = calloc(HEADS_MIN, sizeof(struct lvs_origin_host *));
	if (!origins->heads || !origins->hosts) {
		free(origins->heads);
		free(origins->hosts);
		memset(origins, 0, sizeof(*origins));
		return -ENOMEM;
	}
	origins->nheads = HEADS_MIN;
	return 0;
}

void lvs_origins_fini(struct lvs_origins *origins)
{
	for (uint32_t i = 0; i < origins->nheads; i++) {
		while (origins->heads[i]) {
			struct lvs_origin *origin = origins->heads[i];

			origins->heads[i] = origin->next;
			free(origin);
		}
		while (origins->hosts[i]) {
			struct lvs_origin_host *host = origins->hosts[i];

			origins->hosts[i] = host->next;
			free(host);
		}
	}
	free(origins->heads);
	free(origins->hosts);
	memset(origins, 0, sizeof(*origins));
}

static struct lvs_origin **head_of(const struct lvs_rules *rules, const struct lvs_addr *addr, lvs_be16 port, uint8_t proto)
{
	const uint64_t words[3] = { addr->halves[0], addr->halves[1], (uint64_t)(LVS_FORCE uint16_t)port << 8 | proto };

	return &rules->origins.heads[lvs_hash_words(&rules->key, words, ARRAY_LEN(words)) & (rules->origins.nheads - 1)];
}

static struct lvs_origin *find(const struct lvs_rules *rules, const struct lvs_addr *addr, lvs_be16 port, uint8_t proto)
{
	struct lvs_origin *origin = *head_of(rules, addr, port, proto);

	while (origin && (origin->port != port || origin->proto != proto || !lvs_addr_equal(&origin->addr, addr)))
		origin = origin->next;
	return origin;
}

static void chain(struct lvs_rules *rules, struct lvs_origin *origin)
{
	struct lvs_origin **head = head_of(rules, &origin->addr, origin->port, origin->proto);

	origin->next = *head;
	*head = origin;
}

/* Return: where @addr is named, or would be */
static struct lvs_origin_host **find_host(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	uint64_t hash = lvs_hash_words(&rules->key, addr->halves, ARRAY_LEN(addr->halves));
	struct lvs_origin_host **link = &rules->origins.hosts[hash & (rules->origins.nheads - 1)];

	while (*link && !lvs_addr_equal(&(*link)->addr, addr))
		link = &(*link)->next;
	return link;
}

bool lvs_origins_have(const struct lvs_rules *rules, const struct lvs_addr *addr)
{
	return *find_host(rules, addr) != NULL;
}

static int ref_host(struct lvs_rules *rules, const struct lvs_addr *addr)
{
	struct lvs_origin_host **link = find_host(rules, addr), *host = *link;

	if (!host) {
		host = calloc(1, sizeof(*host));
		if (!host)
			return -ENOMEM;
		host->addr = *addr;
		*link = host;
	}
	host->n++;
	return 0;
}

static void unref_host(struct lvs_rules *rules, const struct lvs_addr *addr)
{
	struct lvs_origin_host **link = find_host(rules, addr), *host = *link;

	if (--host->n)
		return;
	*link = host->next;
	free(host);
}

static void move_hosts(struct lvs_rules *rules, struct lvs_origin_host **old, uint32_t nold)
{
	for (uint32_t i = 0; i < nold; i++) {
		while (old[i]) {
			struct lvs_origin_host *host = old[i], **link;

			old[i] = host->next;
			host->next = NULL;
			link = find_host(rules, &host->addr);
			*link = host;
		}
	}
	free(old);
}

/* Failing to grow costs speed, not correctness. */
static void grow(struct lvs_rules *rules)
{
	struct lvs_origins *origins = &rules->origins;
	struct lvs_origin **old = origins->heads;
	uint32_t nold = origins->nheads;
	struct lvs_origin **heads = calloc(2 * (size_t)nold, sizeof(struct lvs_origin *));
	struct lvs_origin_host **hosts = calloc(2 * (size_t)nold, sizeof(struct lvs_origin_host *)), **old_hosts = origins->hosts;

	if (!heads || !hosts) {
		free(heads);
		free(hosts);
		return;
	}
	origins->heads = heads;
	origins->hosts = hosts;
	origins->nheads = 2 * nold;
	move_hosts(rules, old_hosts, nold);
	for (uint32_t i = 0; i < nold; i++) {
		while (old[i]) {
			struct lvs_origin *origin = old[i];

			old[i] = origin->next;
			chain(rules, origin);
		}
	}
	free(old);
}

static struct lvs_origin *get(struct lvs_rules *rules, const struct lvs_server *server)
{
	const struct lvs_server_spec *spec = &server->spec;
	struct lvs_origin *origin = find(rules, &spec->addr, spec->port, server->of.proto);

	if (origin)
		return origin;
	if (rules->origins.n >= rules->origins.nheads)
		grow(rules);
	origin = calloc(1, sizeof(*origin));
	if (!origin || ref_host(rules, &spec->addr)) {
		free(origin);
		return NULL;
	}
	origin->addr = spec->addr;
	origin->port = spec->port;
	origin->proto = server->of.proto;
	lvs_list_init(&origin->servers);
	chain(rules, origin);
	rules->origins.n++;
	rules->origins.nany_port += !origin->port;
	rules->origins.nany_proto += !origin->proto;
	return origin;
}

static struct lvs_list *before(const struct lvs_origin *origin, uint64_t serial)
{
	struct lvs_list *last = origin->servers.prev;

	/* From the end: servers mostly come in the order of their services. */
	while (last != &origin->servers && lvs_list_entry(last, struct lvs_server, of_origin)->service->serial > serial)
		last = last->prev;
	return last;
}

int lvs_origins_add(struct lvs_rules *rules, struct lvs_server *server)
{
	struct lvs_origin *origin = get(rules, server);
	struct lvs_list *prev;

	if (!origin)
		return -ENOMEM;
	prev = before(origin, server->service->serial);
	lvs_list_insert(prev, prev->next, &server->of_origin);
	server->origin = origin;
	return 0;
}

void lvs_origins_remove(struct lvs_rules *rules, struct lvs_server *server)
{
	struct lvs_origin *origin = server->origin, **link;

	lvs_list_remove(&server->of_origin);
	server->origin = NULL;
	if (!lvs_list_empty(&origin->servers))
		return;
	link = head_of(rules, &origin->addr, origin->port, origin->proto);
	while (*link != origin)
		link = &(*link)->next;
	*link = origin->next;
	unref_host(rules, &origin->addr);
	rules->origins.n--;
	rules->origins.nany_port -= !origin->port;
	rules->origins.nany_proto -= !origin->proto;
	free(origin);
}

/* May clients of @service have asked for @port? */
static bool has_port(const struct lvs_service *service, lvs_be16 port)
{
	const struct lvs_ports *ports = &service->spec.ports;

	if (!service->spec.key.ranged)
		return !service->spec.key.port || service->spec.key.port == port;
	for (uint32_t i = 0; i < ports->n; i++)
		if (lvs_host16(port) >= ports->ranges[i].first && lvs_host16(port) <= ports->ranges[i].last)
			return true;
	return false;
}

/* Behind @at in the ring of @origin. */
static struct lvs_server *next_in(const struct lvs_origin *origin, const struct lvs_list *at, lvs_be16 port)
{
	for (at = at->next; at != &origin->servers; at = at->next) {
		struct lvs_server *server = lvs_list_entry((struct lvs_list *)at, struct lvs_server, of_origin);

		if (server->spec.forward->replies && (origin->port || has_port(server->service, port)))
			return server;
	}
	return NULL;
}

/* The first server of the names from the @step-th on: that very one, all protocols, all ports, both. */
static struct lvs_server *from_step(const struct lvs_rules *rules, const struct lvs_addr *addr, lvs_be16 port,
				    uint8_t proto, unsigned int step)
{
	for (; step < 4; step++) {
		const struct lvs_origin *origin;
		struct lvs_server *server;

		if ((step & 2 && (!port || !rules->origins.nany_port)) || (step & 1 && (!proto || !rules->origins.nany_proto)))
			continue;
		origin = find(rules, addr, step & 2 ? 0 : port, step & 1 ? 0 : proto);
		server = origin ? next_in(origin, &origin->servers, port) : NULL;
		if (server)
			return server;
	}
	return NULL;
}

struct lvs_server *lvs_server_behind(const struct lvs_rules *rules, const struct lvs_addr *addr, lvs_be16 port,
				     uint8_t proto)
{
	return from_step(rules, addr, port, proto, 0);
}

struct lvs_server *lvs_server_behind_next(const struct lvs_rules *rules, const struct lvs_server *server, lvs_be16 port,
					  uint8_t proto)
{
	const struct lvs_origin *origin = server->origin;
	unsigned int step = (origin->port != port ? 2u : 0) | (origin->proto != proto ? 1u : 0);
	struct lvs_server *next = next_in(origin, &server->of_origin, port);

	return next ? next : from_step(rules, &origin->addr, port, proto, step + 1);
}
