// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ids are written in one spelling each, and read in any that their addresses may have. A name that looks like an id loses to
 * the id.
 */
#include "control/id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "control/walk.h"
#include "engine/proto.h"
#include "engine/wire.h"

static const struct {
	const char *text;
	uint8_t proto;
	bool mark, ip6;
} prefixes[] = {
	{ "tcp", LVS_PROTO_TCP, false, false }, { "udp", LVS_PROTO_UDP, false, false },
	{ "sctp", LVS_PROTO_SCTP, false, false }, { "fwm", 0, true, false },
	{ "fwm6", 0, true, true },
};

const char *lvs_id_protocol(uint8_t proto)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (prefixes[i].proto == proto)
			return prefixes[i].text;
	return "";
}

static char *put_text(char *at, const char *text)
{
	size_t len = strlen(text);

	memcpy(at, text, len + 1);
	return at + len;
}

/* Decimal. Return: behind it */
static char *put_number(char *at, uint32_t number)
{
	if (number >= 10)
		at = put_number(at, number / 10);
	*at++ = (char)('0' + number % 10);
	*at = '\0';
	return at;
}

char *lvs_id_end(const struct lvs_addr *addr, lvs_be16 port, char buf[LVS_ENDPOINT_TEXT_BYTES])
{
	lvs_endpoint_format(addr, lvs_host16(port), buf);
	if (!port)
		(void)put_text(buf + strlen(buf), ":0");
	return buf;
}

char *lvs_id_service(const struct lvs_service_key *key, const struct lvs_ports *ports, char buf[LVS_ID_BYTES])
{
	char *at = buf;

	if (key->mark) {
		at = put_text(at, lvs_addr_is4(&key->addr) ? "fwm:" : "fwm6:");
		(void)put_number(at, key->mark);
		return buf;
	}
	at = put_text(at, lvs_id_protocol(key->proto));
	*at++ = ':';
	if (!key->ranged) {
		(void)lvs_id_end(&key->addr, key->port, at);
		return buf;
	}
	lvs_endpoint_format(&key->addr, 0, at);
	at += strlen(at);
	*at++ = ':';
	lvs_conf_ports_format(ports, at);
	return buf;
}

/* A decimal number without sign, spaces or leading zeros. */
static bool parse_number(const char *text, unsigned long max, unsigned long *ret_number)
{
	char *end;

	if (*text < '0' || *text > '9' || (*text == '0' && text[1]))
		return false;
	errno = 0;
	*ret_number = strtoul(text, &end, 10);
	return !errno && !*end && *ret_number <= max;
}

/* @text: an address with its brackets, and what is behind its colon. */
static bool parse_addr(const char *text, struct lvs_addr *ret_addr, const char **ret_port)
{
	const char *colon = strrchr(text, ':');
	char literal[LVS_ENDPOINT_TEXT_BYTES];
	uint16_t none;

	if (!colon || (size_t)(colon - text) >= sizeof(literal))
		return false;
	memcpy(literal, text, (size_t)(colon - text));
	literal[colon - text] = '\0';
	if (lvs_endpoint_parse(literal, ret_addr, &none) || none)
		return false;
	*ret_port = colon + 1;
	return true;
}

bool lvs_id_parse_end(const char *text, struct lvs_addr *ret_addr, lvs_be16 *ret_port)
{
	struct lvs_addr addr;
	unsigned long port;
	const char *rest;

	if (!parse_addr(text, &addr, &rest) || !parse_number(rest, UINT16_MAX, &port))
		return false;
	*ret_addr = addr;
	*ret_port = LVS_BE16(port);
	return true;
}

static bool parse_ports(const char *text, struct lvs_service_key *key, struct lvs_ports *ports)
{
	char spelled[LVS_CONF_PORTS_TEXT_BYTES];
	unsigned long port;

	if (parse_number(text, UINT16_MAX, &port)) {
		key->port = LVS_BE16(port);
		return true;
	}
	if (lvs_conf_ports_parse(text, ports) || strcmp(lvs_conf_ports_format(ports, spelled), text) != 0)
		return false;
	key->ranged = true;
	key->port = LVS_BE16(ports->ranges[0].first);
	return true;
}

bool lvs_id_parse_service(const char *text, struct lvs_service_key *ret_key, struct lvs_ports *ret_ports)
{
	const size_t len = strcspn(text, ":");
	struct lvs_service_key key = { .ranged = false };
	struct lvs_ports ports = { .n = 0 };
	unsigned long mark;
	const char *rest;
	size_t i = 0;

	while (i < ARRAY_LEN(prefixes) && (strlen(prefixes[i].text) != len || memcmp(prefixes[i].text, text, len)))
		i++;
	if (i == ARRAY_LEN(prefixes) || !text[len])
		return false;
	text += len + 1;
	if (prefixes[i].mark) {
		if (!parse_number(text, UINT32_MAX, &mark) || !mark)
			return false;
		key.mark = (uint32_t)mark;
		key.addr = lvs_addr_any(!prefixes[i].ip6);
	} else {
		key.proto = prefixes[i].proto;
		if (!parse_addr(text, &key.addr, &rest) || !parse_ports(rest, &key, &ports))
			return false;
	}
	*ret_key = key;
	*ret_ports = ports;
	return true;
}

static bool ports_equal(const struct lvs_ports *a, const struct lvs_ports *b)
{
	return a->n == b->n && !memcmp(a->ranges, b->ranges, a->n * sizeof(*a->ranges));
}

/* A list of one port has the id of a service of that port, which comes first if there is one. */
static const struct lvs_conf_service *find_key(const struct lvs_conf *conf, const struct lvs_service_key *key,
					       const struct lvs_ports *ports)
{
	const struct lvs_conf_service *listed = NULL;

	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];
		struct lvs_service_key other = lvs_walk_key(service);

		if (!lvs_walk_order(&other, key) && (!key->ranged || ports_equal(&service->ports, ports)))
			return service;
		other.ranged = key->ranged;
		if (!lvs_walk_order(&other, key) && service->ports.n == 1 &&
		    service->ports.ranges[0].first == service->ports.ranges[0].last)
			listed = service;
	}
	return listed;
}

const struct lvs_conf_service *lvs_id_find_service(const struct lvs_conf *conf, const char *text)
{
	const struct lvs_conf_service *found = NULL;
	struct lvs_service_key key;
	struct lvs_ports ports;

	if (lvs_id_parse_service(text, &key, &ports))
		found = find_key(conf, &key, &ports);
	for (size_t i = 0; !found && i < conf->nservices; i++)
		if (strcmp(conf->services[i].name, text) == 0)
			found = &conf->services[i];
	return found;
}

const struct lvs_conf_server *lvs_id_find_server(const struct lvs_conf_service *service, const char *text)
{
	struct lvs_addr addr;
	lvs_be16 port;

	if (lvs_id_parse_end(text, &addr, &port))
		for (size_t i = 0; i < service->nservers; i++)
			if (lvs_addr_equal(&service->servers[i].addr, &addr) && service->servers[i].port == lvs_host16(port))
				return &service->servers[i];
	for (size_t i = 0; i < service->nservers; i++)
		if (strcmp(service->servers[i].name, text) == 0)
			return &service->servers[i];
	return NULL;
}
