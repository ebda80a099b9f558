// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks, checked like the rest: sorted, and twins are neighbours. Servers are looked up among the rules' addresses once for
 * each length that those have.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/check.h"
#include "conf/text.h"
#include "sys/addrtext.h"

/* A mark of a family, by a rule or by a service. */
struct use {
	uint32_t mark;
	bool ip4;
	const struct lvs_conf_mark *rule;
	const struct lvs_conf_service *service;
};

/* Rules by address; those that could not be read are left out. */
struct places {
	const struct lvs_conf_mark **v;
	size_t n;
	uint8_t lengths[LVS_PREFIX_HOST + 1];
	size_t nlengths;
};

static int compare_prefixes(const struct lvs_prefix *a, const struct lvs_prefix *b)
{
	int order = (int)a->bits - (int)b->bits;

	return order ? order : memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static bool readable(const struct lvs_conf_mark *rule)
{
	return rule->mark && rule->address.bits;
}

static int by_rule(const void *a, const void *b)
{
	const struct lvs_conf_mark *x = *(const struct lvs_conf_mark *const *)a;
	const struct lvs_conf_mark *y = *(const struct lvs_conf_mark *const *)b;
	int order = compare_prefixes(&x->address, &y->address);

	if (!order)
		order = compare_prefixes(&x->client, &y->client);
	if (!order)
		order = (int)x->protocol - (int)y->protocol;
	if (!order)
		order = memcmp(&x->ports, &y->ports, sizeof(x->ports));
	return order;
}

static int by_rule_and_place(const void *a, const void *b)
{
	const struct lvs_conf_mark *x = *(const struct lvs_conf_mark *const *)a;
	const struct lvs_conf_mark *y = *(const struct lvs_conf_mark *const *)b;
	int order = by_rule(a, b);

	return order ? order : (x > y) - (x < y);
}

static int make_places(const struct lvs_conf *conf, struct places *ret_places)
{
	struct places places = { .v = calloc(conf->nmarks + 1, sizeof(const struct lvs_conf_mark *)) };

	if (!places.v)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nmarks; i++)
		if (readable(&conf->marks[i]))
			places.v[places.n++] = &conf->marks[i];
	qsort(places.v, places.n, sizeof(const struct lvs_conf_mark *), by_rule_and_place);
	for (size_t i = 0; i < places.n; i++)
		if (!i || places.v[i]->address.bits != places.v[i - 1]->address.bits)
			places.lengths[places.nlengths++] = places.v[i]->address.bits;
	*ret_places = places;
	return 0;
}

static void check_twins(const struct places *places, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_mark *first = NULL;
	char hint[48];

	for (size_t i = 0; i < places->n; i++) {
		if (!first || by_rule(&first, &places->v[i]) != 0) {
			first = places->v[i];
			continue;
		}
		(void)snprintf(hint, sizeof(hint), "the first one is in line %u", first->where.line);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &places->v[i]->where, hint,
				    "mark %u has no packets: there is a rule for the same ones", places->v[i]->mark);
	}
}

static void check_client(const struct lvs_conf_mark *rule, struct lvs_conf_errors *errors)
{
	bool four = lvs_addr_is4(&rule->address.addr);

	if (readable(rule) && rule->client.bits && lvs_addr_is4(&rule->client.addr) != four)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &rule->client_where, "no packet goes from one to the other",
				    "\"client\" is %s and \"address\" is %s", four ? "IPv6" : "IPv4", four ? "IPv4" : "IPv6");
}

/* Return: a rule with that very prefix, or NULL */
static const struct lvs_conf_mark *find_place(const struct places *places, const struct lvs_prefix *prefix)
{
	size_t low = 0, high = places->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_prefixes(&places->v[middle]->address, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < places->n && lvs_prefix_equal(&places->v[low]->address, prefix) ? places->v[low] : NULL;
}

/* Whatever its port: the address as a whole is led to the device, so no packet ever reaches the server. */
static void check_server(const struct places *places, const struct lvs_conf_server *server,
			 struct lvs_conf_errors *errors)
{
	char text[LVS_ENDPOINT_TEXT_BYTES], net[LVS_PREFIX_TEXT_BYTES], hint[48];

	for (size_t i = 0; i < places->nlengths; i++) {
		const struct lvs_addr mask = lvs_prefix_mask(places->lengths[i]);
		const struct lvs_prefix prefix = { lvs_addr_masked(&server->addr, &mask), places->lengths[i] };
		const struct lvs_conf_mark *rule = find_place(places, &prefix);

		if (!rule)
			continue;
		(void)snprintf(hint, sizeof(hint), "the mark is in line %u", rule->where.line);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where, hint,
				    "server %s is in \"%s\", which has mark %u: its packets would come back",
				    lvs_endpoint_format(&server->addr, server->port, text),
				    lvs_prefix_format(&prefix, net), rule->mark);
		return;
	}
}

static void check_service(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	const struct {
		const char *key;
		const struct lvs_conf_where *where;
	} others[] = {
		{ "address", service->where.offset == service->mark_where.offset ? NULL : &service->where },
		{ "ports", service->ports_where.line ? &service->ports_where : NULL },
		{ "protocol", service->protocol_where.line ? &service->protocol_where : NULL },
	};

	if (!service->mark && service->family_where.line)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->family_where, "an address says it itself",
				    "\"family\" goes with \"mark\"");
	for (size_t i = 0; service->mark && i < ARRAY_LEN(others); i++)
		if (others[i].where)
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, others[i].where, "put it into a rule of \"marks\"",
					    "a service of a mark has no \"%s\"", others[i].key);
	for (size_t i = 0; service->mark && service->persistent.on && i < service->nservers; i++)
		if (service->servers[i].port)
			lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->servers[i].where, "leave it out",
					    "port %u is not used: connections of a persistent mark keep the port that the "
					    "client asked for", service->servers[i].port);
}

static int by_mark(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = (x->mark > y->mark) - (x->mark < y->mark);

	return order ? order : (int)x->ip4 - (int)y->ip4;
}

/* Of one mark and family: rules without a service, or services without a rule. */
static void check_use(const struct use *uses, size_t n, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_mark *rule = NULL;
	const struct lvs_conf_service *service = NULL;

	for (size_t i = 0; i < n; i++) {
		if (uses[i].rule && (!rule || uses[i].rule < rule))
			rule = uses[i].rule;
		if (uses[i].service)
			service = uses[i].service;
	}
	if (!service)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &rule->where,
				    "its packets are refused unless a service has their address",
				    "mark %u has no service (%s)", uses->mark, uses->ip4 ? "inet" : "inet6");
	if (!rule)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->mark_where, "give packets that mark in \"marks\"",
				    "service \"%s\" has no packets: nothing has mark %u (%s)", service->name, uses->mark,
				    uses->ip4 ? "inet" : "inet6");
}

static int check_uses(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	struct use *uses = calloc(conf->nmarks + conf->nservices + 1, sizeof(*uses));
	size_t n = 0, next;

	if (!uses)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nmarks; i++)
		if (readable(&conf->marks[i]))
			uses[n++] = (struct use){ .mark = conf->marks[i].mark, .ip4 = lvs_addr_is4(&conf->marks[i].address.addr),
						  .rule = &conf->marks[i] };
	for (size_t i = 0; i < conf->nservices; i++)
		if (conf->services[i].mark)
			uses[n++] = (struct use){ .mark = conf->services[i].mark,
						  .ip4 = conf->services[i].family == LVS_CONF_INET,
						  .service = &conf->services[i] };
	qsort(uses, n, sizeof(*uses), by_mark);
	for (size_t i = 0; i < n; i = next) {
		for (next = i; next < n && !by_mark(&uses[i], &uses[next]);)
			next++;
		check_use(uses + i, next - i, errors);
	}
	free(uses);
	return 0;
}

int lvs_conf_check_marks(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	struct places places;
	int err = make_places(conf, &places);

	if (err < 0)
		return err;
	check_twins(&places, errors);
	for (size_t i = 0; i < conf->nmarks; i++)
		check_client(&conf->marks[i], errors);
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		check_service(service, errors);
		for (size_t k = 0; k < service->nservers; k++)
			if (!lvs_addr_is_any(&service->servers[k].addr))
				check_server(&places, &service->servers[k], errors);
	}
	/* After errors it is more likely that the other end could not be read. */
	if (!errors->nerrors)
		err = check_uses(conf, errors);
	free(places.v);
	return err;
}
