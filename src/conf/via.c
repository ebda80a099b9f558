// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A check that goes through the VIP is a client's connection to the service, by its protocol and to a port that it has. It
 * needs an address of its own to come from: all that arrives for that is led to the device, as for a VIP.
 */
#include "conf/via.h"

#include <netinet/in.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/check.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "conf/pool.h"
#include "sys/addrtext.h"

/* The types that can, and by which protocol they ask. */
static const struct way {
	const char *type;
	uint8_t protocol;
} ways[] = {
	{ "tcp", IPPROTO_TCP },	 { "http", IPPROTO_TCP }, { "https", IPPROTO_TCP }, { "tls", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },	 { "send_expect", IPPROTO_TCP }, { "dns", IPPROTO_UDP }, { "smtp", IPPROTO_TCP },
	{ "grpc", IPPROTO_TCP },
};

/**
 * struct visit - one of these checks after the other
 * @sources, @nsources: the addresses so far, and a check that has each
 */
struct visit {
	const struct lvs_conf *conf;
	const struct lvs_conf_service *service;
	const struct lvs_conf_check **sources;
	size_t nsources;
	struct lvs_conf_errors *errors;
};

typedef void each_fn(struct visit *visit, const struct lvs_conf_check *check);

static void each_of(struct visit *visit, const struct lvs_conf_check *checks, size_t n, each_fn *fn)
{
	for (size_t i = 0; i < n; i++)
		if (checks[i].via == LVS_CONF_VIA_VIP)
			fn(visit, &checks[i]);
}

static void each(struct visit *visit, each_fn *fn)
{
	for (size_t i = 0; i < visit->conf->nservices; i++) {
		visit->service = &visit->conf->services[i];
		each_of(visit, visit->service->check, visit->service->ncheck, fn);
		each_of(visit, visit->service->checks, visit->service->nchecks, fn);
		for (size_t k = 0; k < visit->service->nservers; k++) {
			const struct lvs_conf_server *server = &visit->service->servers[k];

			each_of(visit, server->check, server->ncheck, fn);
			each_of(visit, server->checks, server->nchecks, fn);
		}
	}
}

/* Return: a check that has the source @addr; NULL: none so far */
static const struct lvs_conf_check *find_source(const struct visit *visit, const struct lvs_addr *addr)
{
	for (size_t i = 0; i < visit->nsources; i++)
		if (lvs_addr_equal(&visit->sources[i]->source, addr))
			return visit->sources[i];
	return NULL;
}

static void collect(struct visit *visit, const struct lvs_conf_check *check)
{
	if (lvs_addr_is_any(&check->source) || find_source(visit, &check->source))
		return;
	if (visit->nsources < LVS_CONF_VIA_SOURCES_MAX)
		visit->sources[visit->nsources++] = check;
	else if (visit->errors)
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->source_where, "checks may share them",
				    "there are more than %d sources of checks that go through the VIP",
				    LVS_CONF_VIA_SOURCES_MAX);
}

size_t lvs_conf_via_sources(const struct lvs_conf *conf, struct lvs_addr ret_addrs[LVS_CONF_VIA_SOURCES_MAX])
{
	const struct lvs_conf_check *sources[LVS_CONF_VIA_SOURCES_MAX];
	struct visit visit = { .conf = conf, .sources = sources };

	each(&visit, collect);
	for (size_t i = 0; i < visit.nsources; i++)
		ret_addrs[i] = sources[i]->source;
	return visit.nsources;
}

static bool has_port(const struct lvs_conf_service *service, uint32_t port)
{
	for (uint32_t i = 0; i < service->ports.n; i++)
		if (port >= service->ports.ranges[i].first && port <= service->ports.ranges[i].last)
			return true;
	return !service->ports.n && (!service->port || service->port == port);
}

static void check_port(struct visit *visit, const struct lvs_conf_check *check)
{
	const struct lvs_conf_service *service = visit->service;

	if (check->port && !has_port(service, check->port))
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->port_where,
				    "through the VIP a port of the service is asked; leave it out, or leave out \"via\"",
				    "service \"%s\" does not have port %u", service->name, check->port);
	if (!check->port && (service->ports.n || !service->port))
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->via_where, "give the check a \"port\"",
				    "service \"%s\" has many ports that the check could go to", service->name);
}

static void check_source(struct visit *visit, const struct lvs_conf_check *check)
{
	const struct lvs_conf_service *service = visit->service;

	if (lvs_addr_is_any(&check->source))
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->via_where,
				    "an address that nobody has and servers answer to; lvsd puts it on its device",
				    "a check that goes through the VIP needs a \"source\"");
	else if (lvs_addr_is4(&check->source) != lvs_addr_is4(&service->addr))
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->source_where, NULL,
				    "\"source\" is %s and service \"%s\" is not",
				    lvs_addr_is4(&check->source) ? "IPv4" : "IPv6", service->name);
	else if (lvs_addr_is_linklocal6(&check->source))
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->source_where, "take one that is routed",
				    "\"source\" is of one link alone, and nothing of it gets to a VIP");
}

static void check_one(struct visit *visit, const struct lvs_conf_check *check)
{
	const struct lvs_conf_where *where = &check->via_where;
	const struct lvs_conf_service *service = visit->service;
	const struct way *way = NULL;

	for (size_t i = 0; i < ARRAY_LEN(ways) && check->type; i++)
		if (!strcmp(ways[i].type, check->type))
			way = &ways[i];
	/* One whose type, or whose service's address, could not be read has had its error. */
	if (!check->type_where.line || (!service->mark && lvs_addr_is_any(&service->addr)))
		return;
	if (lvs_conf_on_lan(visit->conf))
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, where, "leave it out: checks ask the servers themselves",
				    "with a TAP device no check of this host's can go through the VIP");
	else if (!way)
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, where,
				    "tcp, http, https, tls, udp, send_expect, dns, smtp and grpc can",
				    "a \"%s\" check cannot go through the VIP", check->type);
	else if (service->mark)
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, where, "leave it out: checks ask the servers themselves",
				    "service \"%s\" has a mark, and no VIP that a check could go through", service->name);
	else if (way->protocol != service->protocol)
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, where, "leave it out: checks ask the servers themselves",
				    "a \"%s\" check is of %s, and service \"%s\" is not", check->type,
				    way->protocol == IPPROTO_TCP ? "TCP" : "UDP", service->name);
	else {
		check_port(visit, check);
		check_source(visit, check);
	}
}

/* @addr, which is @whose, is no source of checks. */
static void check_addr(const struct visit *visit, const struct lvs_addr *addr, const char *what, const char *whose)
{
	const struct lvs_conf_check *check = find_source(visit, addr);
	char text[LVS_ADDR_TEXT_BYTES];

	if (check)
		lvs_conf_errors_add(visit->errors, LVS_CONF_ERROR, &check->source_where,
				    "the source of checks that go through the VIP is theirs alone",
				    "\"source\" is '%s', which is that of %s \"%s\"", lvs_addr_format(addr, text), what, whose);
}

void lvs_conf_check_via(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_check *sources[LVS_CONF_VIA_SOURCES_MAX];
	struct visit visit = { .conf = conf, .sources = sources, .errors = errors };
	struct lvs_addr pool[LVS_CONF_POOL_MAX];
	uint32_t npool = 0;

	each(&visit, check_one);
	each(&visit, collect);
	if (!visit.nsources)
		return;
	if (conf->director.source_pool[0])
		(void)lvs_conf_pool_parse(conf->director.source_pool, pool, &npool);	/* was read before */
	for (uint32_t i = 0; i < npool; i++)
		check_addr(&visit, &pool[i], "the director's", "source_pool");
	check_addr(&visit, &conf->director.dip, "the director's", "dip");
	check_addr(&visit, &conf->director.dip6, "the director's", "dip6");
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		check_addr(&visit, &service->addr, "service", service->name);
		for (size_t k = 0; k < service->nservers; k++)
			check_addr(&visit, &service->servers[k].addr, "server", service->servers[k].name);
	}
}
