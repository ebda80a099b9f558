// SPDX-License-Identifier: GPL-2.0-or-later
/* A list of addresses and ranges is kept as its text, and read again where the addresses themselves are wanted. */
#include "conf/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "sys/addrtext.h"

#define BLANKS " \t"

/* The next piece of @text up to one of @ends. Return: what follows it; NULL if it is no address */
static const char *read_addr(const char *text, const char *ends, struct lvs_addr *ret_addr)
{
	char piece[LVS_ADDR_TEXT_BYTES];
	size_t len;

	text += strspn(text, BLANKS);
	len = strcspn(text, ends);
	if (len >= sizeof(piece))
		return NULL;
	memcpy(piece, text, len);
	piece[len] = '\0';
	if (lvs_addr_parse(piece, ret_addr))
		return NULL;
	text += len;
	return text + strspn(text, BLANKS);
}

static void step(struct lvs_addr *addr)
{
	for (size_t i = sizeof(addr->bytes); i-- > 0 && !++addr->bytes[i];)
		;
}

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lvs_addr));
}

static bool usable(const struct lvs_addr *addr)
{
	return lvs_addr_is_unicast(addr) && !lvs_addr_is_loopback(addr) && !lvs_addr_is_linklocal6(addr);
}

/* Return: NULL, or why not */
static const char *add_range(struct lvs_addr addr, const struct lvs_addr *last, struct lvs_addr *addrs, uint32_t *n)
{
	if (lvs_addr_is4(&addr) != lvs_addr_is4(last) || by_value(&addr, last) > 0)
		return "holds a range that ends before it begins";
	for (;; step(&addr)) {
		if (*n == LVS_CONF_POOL_MAX)
			return "holds more than 1024 addresses";
		if (!usable(&addr))
			return "holds an address that no machine can have";
		addrs[(*n)++] = addr;
		if (lvs_addr_equal(&addr, last))
			return NULL;
	}
}

const char *lvs_conf_pool_parse(const char *text, struct lvs_addr ret_addrs[LVS_CONF_POOL_MAX], uint32_t *ret_n)
{
	struct lvs_addr addrs[LVS_CONF_POOL_MAX], first, last;
	const char *reason;
	uint32_t n = 0;

	do {
		text = read_addr(text, BLANKS ",-", &first);
		last = first;
		if (text && *text == '-')
			text = read_addr(text + 1, BLANKS ",", &last);
		if (!text || (*text && *text != ','))
			return "is not a list of addresses and ranges";
		reason = add_range(first, &last, addrs, &n);
		if (reason)
			return reason;
	} while (*text++);
	qsort(addrs, n, sizeof(*addrs), by_value);
	for (uint32_t i = 1; i < n; i++)
		if (lvs_addr_equal(&addrs[i - 1], &addrs[i]))
			return "holds an address twice";
	memcpy(ret_addrs, addrs, n * sizeof(*addrs));
	*ret_n = n;
	return NULL;
}
static_assert(LVS_CONF_POOL_MAX == 1024, "a message names it");

const char *lvs_conf_bad_pool(const void *value)
{
	struct lvs_addr addrs[LVS_CONF_POOL_MAX];
	uint32_t n;

	return lvs_conf_pool_parse(value, addrs, &n);
}

/* One of the list, @len bytes long. Return: NULL, or why not */
static const char *add_word(const char *word, size_t len, bool *servers, struct lvs_prefix *prefixes, uint32_t *n)
{
	char text[LVS_PREFIX_TEXT_BYTES];
	bool exact;

	if (len >= sizeof(text))
		return "is not a list of networks";
	memcpy(text, word, len);
	text[len] = '\0';
	if (!strcmp(text, "servers")) {
		*servers = true;
		return NULL;
	}
	if (*n == LVS_CONF_MASQUERADE_MAX)
		return "holds more than 64 networks";
	if (lvs_prefix_parse(text, &prefixes[*n], &exact))
		return "is not a list of networks, and perhaps \"servers\"";
	(*n)++;
	return exact ? NULL : "holds a network with ones behind its length";
}
static_assert(LVS_CONF_MASQUERADE_MAX == 64, "a message names it");

const char *lvs_conf_masquerade_parse(const char *text, bool *ret_servers,
				      struct lvs_prefix ret_prefixes[LVS_CONF_MASQUERADE_MAX], uint32_t *ret_n)
{
	struct lvs_prefix prefixes[LVS_CONF_MASQUERADE_MAX] = { { .bits = 0 } };
	const char *reason = NULL;
	bool servers = false;
	uint32_t n = 0;

	do {
		size_t len;

		text += strspn(text, BLANKS);
		len = strcspn(text, BLANKS ",");
		reason = add_word(text, len, &servers, prefixes, &n);
		text += len;
		text += strspn(text, BLANKS);
		if (!reason && *text && *text != ',')
			reason = "is not separated by commas";
	} while (!reason && *text++);
	if (reason)
		return reason;
	*ret_servers = servers;
	memcpy(ret_prefixes, prefixes, n * sizeof(*prefixes));
	*ret_n = n;
	return NULL;
}

const char *lvs_conf_bad_masquerade(const void *value)
{
	struct lvs_prefix prefixes[LVS_CONF_MASQUERADE_MAX];
	bool servers;
	uint32_t n;

	return lvs_conf_masquerade_parse(value, &servers, prefixes, &n);
}

static uint32_t read_pool(const struct lvs_conf_director *director, struct lvs_addr *ret_addrs)
{
	uint32_t n = 0;

	if (director->source_pool[0])
		(void)lvs_conf_pool_parse(director->source_pool, ret_addrs, &n);	/* was read before */
	return n;
}

uint32_t lvs_conf_sources(const struct lvs_conf_director *director, struct lvs_addr ret_addrs[LVS_CONF_POOL_MAX + 2])
{
	const struct lvs_addr *dips[] = { &director->dip, &director->dip6 };
	uint32_t npool = read_pool(director, ret_addrs), n = npool;

	for (size_t d = 0; d < ARRAY_LEN(dips); d++) {
		bool there = lvs_addr_is_any(dips[d]);

		for (uint32_t i = 0; i < npool; i++)
			there |= lvs_addr_is4(&ret_addrs[i]) == lvs_addr_is4(dips[d]);
		if (!there)
			ret_addrs[n++] = *dips[d];
	}
	return n;
}

bool lvs_conf_has_source(const struct lvs_conf_director *director, bool four)
{
	struct lvs_addr addrs[LVS_CONF_POOL_MAX + 2];
	uint32_t n = lvs_conf_sources(director, addrs);

	for (uint32_t i = 0; i < n; i++)
		if (lvs_addr_is4(&addrs[i]) == four)
			return true;
	return false;
}

/* An address that is somebody's else. */
static void check_addr(const struct lvs_addr *addrs, uint32_t n, const struct lvs_addr *addr, const char *whose,
		       const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	char text[LVS_ADDR_TEXT_BYTES];

	if (n && bsearch(addr, addrs, n, sizeof(*addrs), by_value))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &conf->director.source_pool_where,
				    "its addresses are lvsd's alone", "\"source_pool\" holds \"%s\", which is that of %s",
				    lvs_addr_format(addr, text), whose);
}

static void check_masquerade(const struct lvs_conf_director *director, struct lvs_conf_errors *errors)
{
	struct lvs_prefix prefixes[LVS_CONF_MASQUERADE_MAX];
	bool servers, there[2] = { lvs_conf_has_source(director, false), lvs_conf_has_source(director, true) };
	uint32_t n;

	if (!director->masquerade[0] || lvs_conf_masquerade_parse(director->masquerade, &servers, prefixes, &n))
		return;
	for (uint32_t i = 0; i < n; i++) {
		bool four = lvs_addr_is4(&prefixes[i].addr);

		if (!there[four]) {
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &director->masquerade_where,
					    "give \"source_pool\" some, or a \"dip\"",
					    "\"masquerade\" has no %s address that connections could come from",
					    four ? "IPv4" : "IPv6");
			return;
		}
	}
	if (servers && !there[0] && !there[1])
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &director->masquerade_where,
				    "give \"source_pool\" some, or a \"dip\"",
				    "\"masquerade\" has no address that connections could come from");
}

void lvs_conf_check_pool(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_director *director = &conf->director;
	char whose[LVS_CONF_NAME_BYTES + 16];
	struct lvs_addr addrs[LVS_CONF_POOL_MAX];
	uint32_t n = read_pool(director, addrs);

	if (director->source_ports.n > 1)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &director->source_ports_where, "such as \"1024-65535\"",
				    "\"source_ports\" is a single range");
	check_masquerade(director, errors);
	if (!n)
		return;
	check_addr(addrs, n, &director->dip, "\"dip\"", conf, errors);
	check_addr(addrs, n, &director->dip6, "\"dip6\"", conf, errors);
	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		(void)snprintf(whose, sizeof(whose), "service \"%s\"", service->name);
		check_addr(addrs, n, &service->addr, whose, conf, errors);
		for (size_t k = 0; k < service->nservers; k++) {
			(void)snprintf(whose, sizeof(whose), "server \"%s\"", service->servers[k].name);
			check_addr(addrs, n, &service->servers[k].addr, whose, conf, errors);
		}
	}
}

void lvs_conf_check_fullnat(const struct lvs_conf *conf, const struct lvs_conf_service *service,
			    const struct lvs_conf_server *server, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_where *where = server->forward_where.line ? &server->forward_where : &server->where;
	bool four = lvs_addr_is4(&server->addr);

	if (!lvs_conf_has_source(&conf->director, four))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where,
				    four ? "give \"director.source_pool\" addresses that the server has a way to, such as "
					   "\"10.0.0.64-10.0.0.71\"" :
					   "give \"director.source_pool\" addresses that the server has a way to, such as "
					   "\"2001:db8:1::64-2001:db8:1::71\"",
				    "\"fullnat\" to server \"%s\" has no %s address to come from", server->name,
				    four ? "IPv4" : "IPv6");
	if (service->pickup)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, where, "nobody remembers their ports of the source pool",
				    "connections of server \"%s\" are not picked up, as its method is \"fullnat\"", server->name);
	if (strcmp(service->helper, "none") != 0)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "\"masq\" keeps the clients' addresses",
				    "helper \"%s\" of service \"%s\" does not work with \"fullnat\"", service->helper,
				    service->name);
}
