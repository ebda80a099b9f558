// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the daemon leaves out is what is not so: no flags, no persistence, no tunnel. Its addresses must make sense, since
 * nothing could be said without them.
 */
#include "lvsadm/table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvsadm/flags.h"
#include "sys/addrtext.h"

static uint64_t number(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	double real = json_real_value(value);

	if (json_is_integer(value))
		return (uint64_t)json_integer_value(value);
	return real > 0 && real < 1e18 ? (uint64_t)real : 0;
}

static const char *text(json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void read_counts(json_t *json, struct lvsadm_counts *counts)
{
	static const char *const totals[] = { "conns", "in_packets", "out_packets", "in_bytes", "out_bytes" };
	static const char *const rates[] = { "cps", "in_pps", "out_pps", "in_bps", "out_bps" };
	json_t *total = json_object_get(json, "stats"), *rate = json_object_get(json_object_get(json, "rates"), "ipvs");

	for (unsigned int i = 0; i < LVSADM_COUNTERS; i++) {
		counts->total[i] = number(total, totals[i]);
		counts->rate[i] = number(rate, rates[i]);
	}
}

static bool read_protocol(const char *name, struct lvsadm_key *key)
{
	static const struct {
		const char *name;
		uint8_t protocol;
	} protocols[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "sctp", IPPROTO_SCTP }, { "fwm", 0 } };

	for (unsigned int i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strcmp(protocols[i].name, name)) {
			key->protocol = protocols[i].protocol;
			return true;
		}
	return false;
}

static bool read_key(json_t *json, struct lvsadm_key *key)
{
	if (!read_protocol(text(json, "protocol"), key))
		return false;
	key->family = number(json, "family") == 6 ? AF_INET6 : AF_INET;
	key->mark = (uint32_t)number(json, "mark");
	key->port = (uint16_t)number(json, "port");
	if (key->mark) {
		key->addr = lvs_addr_any(key->family == AF_INET);
		return true;
	}
	return lvs_addr_parse(text(json, "address"), &key->addr) == 0;
}

static void read_persistent(json_t *persistent, struct lvsadm_service *service)
{
	const char *mask = text(persistent, "netmask");
	struct in_addr addr;

	service->netmask = *mask && inet_aton(mask, &addr) ? addr.s_addr : LVS_BE32(0xffffffff);
	service->prefix = (unsigned int)number(persistent, "prefix6");
	if (!service->prefix)
		service->prefix = 128;
	service->persistent = json_is_object(persistent);
	service->timeout = (unsigned int)number(persistent, "timeout");
}

static bool read_service(json_t *json, struct lvsadm_service *service)
{
	json_t *name;
	size_t i;

	if (!read_key(json, &service->key))
		return false;
	(void)snprintf(service->scheduler, sizeof(service->scheduler), "%s", text(json, "scheduler"));
	json_array_foreach(json_object_get(json, "scheduler_flags"), i, name)
		if (json_is_string(name))
			service->flags |= lvsadm_flag_find(json_string_value(name));
	read_persistent(json_object_get(json, "persistent"), service);
	service->one_packet = json_is_true(json_object_get(json, "one_packet"));
	if (!strcmp(text(json, "helper"), "sip"))
		strcpy(service->pe, "sip");
	return true;
}

static enum lvsadm_forward read_forward(const char *name)
{
	static const char *const names[] = {
		[LVSADM_MASQ] = "masq", [LVSADM_LOCAL] = "local", [LVSADM_TUNNEL] = "tunnel", [LVSADM_DROUTE] = "droute",
	};

	for (unsigned int i = 0; i < LVSADM_OTHER; i++)
		if (!strcmp(names[i], name))
			return (enum lvsadm_forward)i;
	return LVSADM_OTHER;
}

static void read_tunnel(json_t *tunnel, struct lvsadm_server *server)
{
	const char *type = text(tunnel, "type"), *csum = text(tunnel, "csum");

	server->tunnel = !strcmp(type, "gue") ? LVSADM_GUE : !strcmp(type, "gre") ? LVSADM_GRE : LVSADM_IPIP;
	server->csum = !strcmp(csum, "csum") ? LVSADM_CSUM : !strcmp(csum, "remcsum") ? LVSADM_REMCSUM : LVSADM_NOCSUM;
	server->tunnel_port = (uint16_t)number(tunnel, "port");
}

/* Checks may have taken the weight that it was given. */
static int read_weight(json_t *json)
{
	json_t *given = json_object_get(json_object_get(json, "config"), "weight");

	return json_is_integer(given) ? (int)json_integer_value(given) : (int)number(json, "weight");
}

static bool read_server(json_t *json, struct lvsadm_server_row *row)
{
	struct lvsadm_server *server = &row->server;

	if (lvs_addr_parse(text(json, "address"), &server->addr) != 0)
		return false;
	server->family = lvs_addr_is4(&server->addr) ? AF_INET : AF_INET6;
	server->port = (uint16_t)number(json, "port");
	server->forward = read_forward(text(json, "forward"));
	server->weight = read_weight(json);
	server->upper = (unsigned int)number(json, "upper");
	server->lower = (unsigned int)number(json, "lower");
	read_tunnel(json_object_get(json, "tunnel"), server);
	row->sorry = json_is_true(json_object_get(json, "sorry"));
	(void)snprintf(row->label, sizeof(row->label), "%s", text(json, "label"));
	row->active = (unsigned int)number(json, "active");
	row->inactive = (unsigned int)number(json, "inactive");
	row->templates = (unsigned int)number(json, "persistent");
	read_counts(json, &row->counts);
	return true;
}

static int read_servers(json_t *json, struct lvsadm_service_row *row)
{
	json_t *servers = json_object_get(json, "servers"), *server;
	size_t i;

	if (!json_array_size(servers))
		return 0;
	row->servers = calloc(json_array_size(servers), sizeof(*row->servers));
	if (!row->servers)
		return -ENOMEM;
	json_array_foreach(servers, i, server) {
		if (!read_server(server, &row->servers[i]))
			return -EINVAL;
		row->nservers++;
	}
	return 0;
}

static bool make_room(struct lvsadm_table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	struct lvsadm_service_row *services;

	if (table->nservices < table->room)
		return true;
	services = reallocarray(table->services, room, sizeof(*services));
	if (!services)
		return false;
	table->services = services;
	table->room = room;
	return true;
}

int lvsadm_table_add(struct lvsadm_table *table, json_t *json)
{
	struct lvsadm_service_row row = { .nservers = 0 };
	int err;

	if (!make_room(table))
		return -ENOMEM;
	if (!read_service(json, &row.service))
		return -EINVAL;
	read_counts(json, &row.counts);
	err = read_servers(json, &row);
	if (err) {
		free(row.servers);
		return err;
	}
	table->services[table->nservices++] = row;
	return 0;
}

#define ORDER(a, b)                                                                                                    \
	do {                                                                                                           \
		if ((a) != (b))                                                                                        \
			return (a) < (b) ? -1 : 1;                                                                     \
	} while (0)

static int compare_services(const void *left, const void *right)
{
	const struct lvsadm_key *a = &((const struct lvsadm_service_row *)left)->service.key;
	const struct lvsadm_key *b = &((const struct lvsadm_service_row *)right)->service.key;
	int order;

	ORDER((int32_t)a->mark, (int32_t)b->mark);	/* as they are printed */
	ORDER(a->family, b->family);
	ORDER(a->protocol, b->protocol);
	order = memcmp(&a->addr, &b->addr, sizeof(a->addr));
	if (order)
		return order;
	ORDER(a->port, b->port);
	return 0;
}

static int compare_servers(const void *left, const void *right)
{
	const struct lvsadm_server *a = &((const struct lvsadm_server_row *)left)->server;
	const struct lvsadm_server *b = &((const struct lvsadm_server_row *)right)->server;
	int order;

	ORDER(a->family, b->family);
	order = memcmp(&a->addr, &b->addr, sizeof(a->addr));
	if (order)
		return order;
	ORDER(a->port, b->port);
	return 0;
}

void lvsadm_table_sort(struct lvsadm_table *table)
{
	if (!table->nservices)
		return;
	qsort(table->services, table->nservices, sizeof(*table->services), compare_services);
	for (size_t i = 0; i < table->nservices; i++)
		if (table->services[i].nservers)
			qsort(table->services[i].servers, table->services[i].nservers, sizeof(struct lvsadm_server_row),
			      compare_servers);
}

void lvsadm_table_fini(struct lvsadm_table *table)
{
	for (size_t i = 0; i < table->nservices; i++)
		free(table->services[i].servers);
	free(table->services);
	*table = (struct lvsadm_table){ .nservices = 0 };
}
