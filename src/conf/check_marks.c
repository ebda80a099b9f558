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

/* Rules by address, all or those whose addresses are virtual; those that could not be read are left out. */
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

static int make_places(const struct lvs_conf *conf, bool all, struct places *ret_places)
{
	struct places places = { .v = calloc(conf->nmarks + 1, sizeof(const struct lvs_conf_mark *)) };

	if (!places.v)
		return -ENOMEM;
	for (size_t i = 0; i < conf->nmarks; i++)
		if (readable(&conf->marks[i]) && (all || !conf->marks[i].transparent))
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

static void check_width(const struct lvs_conf_mark *rule, struct lvs_conf_errors *errors)
{
	bool four = lvs_addr_is4(&rule->address.addr);
	char text[LVS_PREFIX_TEXT_BYTES];

	if (readable(rule) && !rule->transparent && rule->address.bits < (four ? LVS_PREFIX_IP4 + 8 : 16))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &rule->address_where,
				    "say \"transparent = true\" if the addresses are those of others",
				    "\"%s\" is too wide to be virtual as a whole: /8 is the widest, of IPv6 /16",
				    lvs_prefix_format(&rule->address, text));
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

/* Return: a rule with an address that @prefix is in, or NULL */
static const struct lvs_conf_mark *find_around(const struct places *places, const struct lvs_prefix *prefix)
{
	const struct lvs_conf_mark *rule = NULL;

	for (size_t i = 0; !rule && i < places->nlengths && places->lengths[i] <= prefix->bits; i++) {
		const struct lvs_addr mask = lvs_prefix_mask(places->lengths[i]);
		const struct lvs_prefix around = { lvs_addr_masked(&prefix->addr, &mask), places->lengths[i] };

		rule = find_place(places, &around);
	}
	return rule;
}

/* Whatever its port: the address as a whole is led to the device, so no packet ever reaches the server. */
static void check_server(const struct places *virtual, const struct lvs_conf_server *server,
			 struct lvs_conf_errors *errors)
{
	const struct lvs_conf_mark *rule = find_around(virtual, &(struct lvs_prefix){ server->addr, LVS_PREFIX_HOST });
	char text[LVS_ENDPOINT_TEXT_BYTES], net[LVS_PREFIX_TEXT_BYTES], hint[48];

	if (!rule || !strcmp(server->forward, "bypass"))
		return;
	(void)snprintf(hint, sizeof(hint), "the mark is in line %u", rule->where.line);
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where, hint,
			    "server %s is in \"%s\", which has mark %u: its packets would come back",
			    lvs_endpoint_format(&server->addr, server->port, text),
			    lvs_prefix_format(&rule->address, net), rule->mark);
}

/* What goes on to such an address would come back. */
static void check_transparent(const struct places *virtual, const struct lvs_conf_mark *rule, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_mark *other;
	char text[LVS_PREFIX_TEXT_BYTES], net[LVS_PREFIX_TEXT_BYTES], hint[48];

	if (!readable(rule) || !rule->transparent)
		return;
	other = find_around(virtual, &rule->address);
	if (!other)
		return;
	(void)snprintf(hint, sizeof(hint), "that is what line %u says", other->where.line);
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &rule->address_where, hint,
			    "\"%s\" is not that of others: \"%s\" is virtual as a whole",
			    lvs_prefix_format(&rule->address, text), lvs_prefix_format(&other->address, net));
}

static const struct lvs_conf_where *forward_where(const struct lvs_conf_server *server)
{
	return server->forward_where.line ? &server->forward_where : &server->where;
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
	if (!service->mark && service->cache_bypass != LVS_CONF_DEFAULT)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &service->cache_bypass_where,
				    "a virtual address has nobody behind it but the servers",
				    "\"cache_bypass\" goes with \"mark\"");
	for (size_t i = 0; !service->mark && i < service->nservers; i++)
		if (!strcmp(service->servers[i].forward, "bypass"))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, forward_where(&service->servers[i]),
					    "a virtual address has nobody behind it but the servers",
					    "server \"%s\": \"bypass\" is for services of a transparent mark",
					    service->servers[i].name);
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

/* Packets of its mark have nobody behind them but its servers. */
static void check_opaque(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	if (service->cache_bypass == LVS_CONF_YES)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->cache_bypass_where,
				    "it takes rules with \"transparent = true\"",
				    "\"cache_bypass\" has no effect: no rule of mark %u is transparent", service->mark);
	for (size_t i = 0; i < service->nservers; i++)
		if (!strcmp(service->servers[i].forward, "bypass"))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, forward_where(&service->servers[i]),
					    "it takes rules with \"transparent = true\"",
					    "server \"%s\": nothing can bypass it, as no rule of mark %u is transparent",
					    service->servers[i].name, service->mark);
}

/* Of one mark and family: rules without a service, or services without a rule. */
static void check_use(const struct use *uses, size_t n, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_mark *rule = NULL;
	const struct lvs_conf_service *service = NULL;
	bool transparent = false;

	for (size_t i = 0; i < n; i++) {
		if (uses[i].rule && (!rule || uses[i].rule < rule))
			rule = uses[i].rule;
		if (uses[i].service)
			service = uses[i].service;
		transparent |= uses[i].rule && uses[i].rule->transparent;
	}
	if (!service)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &rule->where,
				    transparent ? "its packets go on unless a service has their address" :
						  "its packets are refused unless a service has their address",
				    "mark %u has no service (%s)", uses->mark, uses->ip4 ? "inet" : "inet6");
	else if (!transparent)
		check_opaque(service, errors);
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

static void check_rules(const struct lvs_conf *conf, const struct places *virtual, struct lvs_conf_errors *errors)
{
	bool transparent = false;

	for (size_t i = 0; i < conf->nmarks; i++) {
		check_width(&conf->marks[i], errors);
		check_client(&conf->marks[i], errors);
		check_transparent(virtual, &conf->marks[i], errors);
		transparent |= conf->marks[i].transparent;
	}
	if (conf->director.cache_bypass && !transparent)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &conf->director.cache_bypass_where,
				    "it takes rules with \"transparent = true\"",
				    "\"cache_bypass\" has no effect: no rule of \"marks\" is transparent");
}

int lvs_conf_check_marks(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	struct places all = { .n = 0 }, virtual = { .n = 0 };
	int err = make_places(conf, true, &all);

	if (!err)
		err = make_places(conf, false, &virtual);
	if (err < 0)
		goto out;
	check_twins(&all, errors);
	check_rules(conf, &virtual, errors);
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		check_service(service, errors);
		for (size_t k = 0; k < service->nservers; k++)
			if (!lvs_addr_is_any(&service->servers[k].addr))
				check_server(&virtual, &service->servers[k], errors);
	}
	/* After errors it is more likely that the other end could not be read. */
	if (!errors->nerrors)
		err = check_uses(conf, errors);
out:
	free(all.v);
	free(virtual.v);
	return err;
}
