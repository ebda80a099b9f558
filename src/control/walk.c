// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sorting all at once would take long, so nothing is sorted: what is still to come lies in heaps, from which the next is
 * taken when there is time for it. One heap has the services, and while one of them is walked through there are two more,
 * of its servers as the engine and as the configuration has them, taken from in step.
 *
 * When a configuration comes into force between two steps the heaps point to what is gone. They are then made again of
 * what comes after the key at which the walk stands.
 */
#include "control/walk.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "control/control.h"
#include "engine/engine.h"

typedef int order_fn(const void *a, const void *b);

struct lvs_service_key lvs_walk_key(const struct lvs_conf_service *conf)
{
	return (struct lvs_service_key){ .addr = conf->addr,
					 .port = LVS_BE16(conf->ports.n ? conf->ports.ranges[0].first : conf->port),
					 .proto = conf->protocol, .ranged = conf->ports.n > 0, .mark = conf->mark };
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int order_addrs(const struct lvs_addr *a, const struct lvs_addr *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* By mark, family, protocol, address and port. */
int lvs_walk_order(const struct lvs_service_key *a, const struct lvs_service_key *b)
{
	int order = ORDER(a->mark, b->mark);

	if (!order)
		order = ORDER(lvs_addr_is4(&b->addr), lvs_addr_is4(&a->addr));
	if (!order)
		order = ORDER(a->proto, b->proto);
	if (!order)
		order = order_addrs(&a->addr, &b->addr);
	if (!order)
		order = ORDER(lvs_host16(a->port), lvs_host16(b->port));
	return order ? order : ORDER(a->ranged, b->ranged);
}

static int order_services(const void *a, const void *b)
{
	struct lvs_service_key x = lvs_walk_key(a), y = lvs_walk_key(b);

	return lvs_walk_order(&x, &y);
}

static int order_ends(const struct lvs_addr *a, uint16_t aport, const struct lvs_addr *b, uint16_t bport)
{
	int order = ORDER(lvs_addr_is4(b), lvs_addr_is4(a));

	if (!order)
		order = order_addrs(a, b);
	return order ? order : ORDER(aport, bport);
}

static int order_servers(const void *a, const void *b)
{
	const struct lvs_server *x = a, *y = b;

	return order_ends(&x->spec.addr, lvs_host16(x->spec.port), &y->spec.addr, lvs_host16(y->spec.port));
}

static int order_server_confs(const void *a, const void *b)
{
	const struct lvs_conf_server *x = a, *y = b;

	return order_ends(&x->addr, x->port, &y->addr, y->port);
}

static void sink(struct lvs_walk_heap *heap, size_t at, order_fn *order)
{
	const void *item = heap->items[at];
	size_t child;

	while ((child = 2 * at + 1) < heap->n) {
		if (child + 1 < heap->n && order(heap->items[child + 1], heap->items[child]) < 0)
			child++;
		if (order(item, heap->items[child]) <= 0)
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = item;
}

static void make_heap(struct lvs_walk_heap *heap, order_fn *order)
{
	for (size_t i = heap->n / 2; i-- > 0;)
		sink(heap, i, order);
}

static const void *top(const struct lvs_walk_heap *heap)
{
	return heap->n ? heap->items[0] : NULL;
}

static void pop(struct lvs_walk_heap *heap, order_fn *order)
{
	heap->items[0] = heap->items[--heap->n];
	if (heap->n)
		sink(heap, 0, order);
}

/* Empty, with room for @n. Return: false without memory */
static bool make_room(struct lvs_walk_heap *heap, size_t n)
{
	free(heap->items);
	heap->n = 0;
	heap->items = calloc(n + 1, sizeof(*heap->items));
	return heap->items;
}

static void forget(struct lvs_walk_heap *heap)
{
	free(heap->items);
	*heap = (struct lvs_walk_heap){ .items = NULL };
}

void lvs_walk_init(struct lvs_walk *walk, const struct lvs_control_host *host, const struct lvs_service_key *one)
{
	*walk = (struct lvs_walk){ .host = host };
	if (!one)
		return;
	walk->one = true;
	walk->key = *one;
}

void lvs_walk_fini(struct lvs_walk *walk)
{
	forget(&walk->services);
	forget(&walk->servers);
	forget(&walk->server_confs);
}

/* Is it behind the walk's place? */
static bool is_to_come(const struct lvs_walk *walk, const struct lvs_service_key *key)
{
	int order = walk->one || walk->begun ? lvs_walk_order(key, &walk->key) : 1;

	return walk->one ? !order && !walk->begun : order > 0;
}

static bool server_is_to_come(const struct lvs_walk *walk, const struct lvs_addr *addr, uint16_t port)
{
	return !walk->any || order_ends(addr, port, &walk->at_addr, lvs_host16(walk->at_port)) > 0;
}

static bool make_servers(struct lvs_walk *walk)
{
	const struct lvs_service *service = walk->service;

	if (!make_room(&walk->servers, service->nservers) || !make_room(&walk->server_confs, walk->conf->nservers))
		return false;
	for (uint32_t i = 0; i < service->nservers; i++) {
		const struct lvs_server_spec *spec = &service->servers[i]->spec;

		if (server_is_to_come(walk, &spec->addr, lvs_host16(spec->port)))
			walk->servers.items[walk->servers.n++] = service->servers[i];
	}
	for (size_t i = 0; i < walk->conf->nservers; i++) {
		const struct lvs_conf_server *conf = &walk->conf->servers[i];

		if (server_is_to_come(walk, &conf->addr, conf->port))
			walk->server_confs.items[walk->server_confs.n++] = conf;
	}
	make_heap(&walk->servers, order_servers);
	make_heap(&walk->server_confs, order_server_confs);
	return true;
}

static bool make_services(struct lvs_walk *walk, const struct lvs_conf *conf)
{
	if (!make_room(&walk->services, conf->nservices))
		return false;
	walk->service = NULL;
	walk->conf = NULL;
	for (size_t i = 0; i < conf->nservices; i++) {
		struct lvs_service_key key = lvs_walk_key(&conf->services[i]);

		if (is_to_come(walk, &key))
			walk->services.items[walk->services.n++] = &conf->services[i];
		if (walk->inside && !lvs_walk_order(&key, &walk->key))
			walk->conf = &conf->services[i];
	}
	make_heap(&walk->services, order_services);
	if (walk->conf)
		walk->service = lvs_service_find(lvs_engine_rules(walk->host->engine), &walk->key);
	return !walk->service || make_servers(walk);
}

/* The heaps hold what is there now. */
static bool follow(struct lvs_walk *walk)
{
	const struct lvs_rules *rules = lvs_engine_rules(walk->host->engine);

	if (walk->ready && walk->edition == rules->edition && walk->generation == rules->generation)
		return true;
	walk->edition = rules->edition;
	walk->generation = rules->generation;
	walk->ready = make_services(walk, walk->host->conf(walk->host->arg));
	return walk->ready;
}

static enum lvs_walk_step next_server(struct lvs_walk *walk)
{
	const struct lvs_server *server = walk->service ? top(&walk->servers) : NULL;

	if (!server) {
		walk->inside = false;
		return LVS_WALK_SERVICE_END;
	}
	walk->server = walk->service->servers[server->pos];
	walk->any = true;
	walk->at_addr = server->spec.addr;
	walk->at_port = server->spec.port;
	pop(&walk->servers, order_servers);
	while ((walk->server_conf = top(&walk->server_confs))) {
		int order = order_ends(&walk->server_conf->addr, walk->server_conf->port, &walk->at_addr,
				       lvs_host16(walk->at_port));

		if (order > 0)
			walk->server_conf = NULL;
		else
			pop(&walk->server_confs, order_server_confs);
		if (order >= 0)
			break;
	}
	return LVS_WALK_SERVER;
}

enum lvs_walk_step lvs_walk_next(struct lvs_walk *walk)
{
	if (!follow(walk))
		return LVS_WALK_FAILED;
	if (walk->inside)
		return next_server(walk);
	while ((walk->conf = top(&walk->services))) {
		pop(&walk->services, order_services);
		walk->begun = true;
		walk->key = lvs_walk_key(walk->conf);
		walk->service = lvs_service_find(lvs_engine_rules(walk->host->engine), &walk->key);
		if (!walk->service)
			continue;
		walk->inside = true;
		walk->any = false;
		return make_servers(walk) ? LVS_WALK_SERVICE : LVS_WALK_FAILED;
	}
	return LVS_WALK_END;
}
