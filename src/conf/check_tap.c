// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * On a LAN nobody routes for lvsd: every neighbour that is named has to be one, and every real server has to be reached
 * by one. On a TUN device the host does all that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/check.h"
#include "sys/addrtext.h"

/* A TAP device counts the Ethernet header. */
#define MTU_MAX (65535 - 14)

bool lvs_conf_on_lan(const struct lvs_conf *conf)
{
	return !strcmp(conf->device.type, "tap");
}

struct lvs_addr lvs_conf_dip(const struct lvs_conf *conf, bool ip4)
{
	const struct lvs_addr *dip = ip4 ? &conf->director.dip : &conf->director.dip6;

	for (size_t i = 0; lvs_addr_is_any(dip) && lvs_conf_on_lan(conf) && i < conf->tap.addresses.n; i++)
		if (lvs_addr_is4(&conf->tap.addresses.list[i].addr) == ip4)
			return conf->tap.addresses.list[i].addr;
	return *dip;
}

static struct lvs_prefix network_of(const struct lvs_conf_address *address)
{
	struct lvs_addr mask = lvs_prefix_mask(address->bits);

	return (struct lvs_prefix){ .addr = lvs_addr_masked(&address->addr, &mask), .bits = address->bits };
}

static bool on_link(const struct lvs_conf_tap *tap, const struct lvs_addr *addr)
{
	for (size_t i = 0; i < tap->addresses.n; i++) {
		struct lvs_prefix network = network_of(&tap->addresses.list[i]);

		if (lvs_prefix_has(&network, addr))
			return true;
	}
	return lvs_addr_is_linklocal6(addr);
}

static bool is_own(const struct lvs_conf_tap *tap, const struct lvs_addr *addr)
{
	for (size_t i = 0; i < tap->addresses.n; i++)
		if (lvs_addr_equal(&tap->addresses.list[i].addr, addr))
			return true;
	return false;
}

static bool routed(const struct lvs_conf_tap *tap, const struct lvs_addr *addr)
{
	for (size_t i = 0; i < tap->nroutes; i++)
		if (lvs_prefix_has(&tap->routes[i].to, addr))
			return true;
	return !lvs_addr_is_any(lvs_addr_is4(addr) ? &tap->gateway : &tap->gateway6);
}

static void check_addresses(const struct lvs_conf_tap *tap, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_addresses *addresses = &tap->addresses;
	char text[LVS_ADDR_TEXT_BYTES];

	for (size_t i = 0; i < addresses->n; i++) {
		const struct lvs_conf_address *address = &addresses->list[i];
		bool ip4 = lvs_addr_is4(&address->addr);
		struct lvs_prefix network = network_of(address);
		struct lvs_addr last = lvs_prefix_last(&network);

		lvs_addr_format(&address->addr, text);
		if (address->bits <= (ip4 ? LVS_PREFIX_IP4 : 0) + 7)
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &addresses->where, "/8 is the widest",
					    "the network of \"%s\" is too wide for a LAN", text);
		else if (ip4 && address->bits < LVS_PREFIX_HOST - 1 &&
			 (lvs_addr_equal(&address->addr, &network.addr) || lvs_addr_equal(&address->addr, &last)))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &addresses->where, NULL,
					    "\"%s\" is the first or last address of its network, which no host has", text);
		for (size_t k = 0; k < i; k++)
			if (lvs_addr_equal(&addresses->list[k].addr, &address->addr))
				lvs_conf_errors_add(errors, LVS_CONF_ERROR, &addresses->where, NULL,
						    "\"addresses\" holds \"%s\" twice", text);
	}
}

/* @family: what it has to be; @key: how it is called */
static void check_neighbour(const struct lvs_conf_tap *tap, const struct lvs_addr *addr, bool ip4, const char *key,
			    const struct lvs_conf_where *where, struct lvs_conf_errors *errors)
{
	char text[LVS_ADDR_TEXT_BYTES];

	if (lvs_addr_is_any(addr))
		return;		/* not there, or could not be read */
	lvs_addr_format(addr, text);
	if (lvs_addr_is4(addr) != ip4)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, NULL, "\"%s\" has to be %s, and \"%s\" is not", key,
				    ip4 ? "IPv4" : "IPv6", text);
	else if (is_own(tap, addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "name the neighbour that takes the packets",
				    "\"%s\" is lvsd's own address \"%s\"", key, text);
	else if (tap->addresses.n && !on_link(tap, addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where,
				    "a next hop has to be in the network of one of \"addresses\"",
				    "\"%s\": \"%s\" is not on the link", key, text);
}

static int by_prefix(const void *a, const void *b)
{
	const struct lvs_conf_route *x = *(const struct lvs_conf_route *const *)a;
	const struct lvs_conf_route *y = *(const struct lvs_conf_route *const *)b;
	int order = memcmp(&x->to.addr, &y->to.addr, sizeof(x->to.addr));

	if (!order)
		order = (int)x->to.bits - (int)y->to.bits;
	return order ? order : (x > y) - (x < y);
}

static int check_twin_routes(const struct lvs_conf_tap *tap, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_route **sorted = calloc(tap->nroutes + 1, sizeof(const struct lvs_conf_route *));
	char text[LVS_PREFIX_TEXT_BYTES], hint[48];

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < tap->nroutes; i++)
		sorted[i] = &tap->routes[i];
	qsort(sorted, tap->nroutes, sizeof(const struct lvs_conf_route *), by_prefix);
	for (size_t i = 1; i < tap->nroutes; i++) {
		if (!sorted[i]->to_where.line || !lvs_prefix_equal(&sorted[i - 1]->to, &sorted[i]->to))
			continue;
		(void)snprintf(hint, sizeof(hint), "the first one is in line %u", sorted[i - 1]->to_where.line);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &sorted[i]->to_where, hint, "two routes lead to \"%s\"",
				    lvs_prefix_format(&sorted[i]->to, text));
	}
	free(sorted);
	return 0;
}

static void check_route(const struct lvs_conf_tap *tap, const struct lvs_conf_route *route, struct lvs_conf_errors *errors)
{
	const struct lvs_addr *gateway = lvs_addr_is4(&route->to.addr) ? &tap->gateway : &tap->gateway6;
	char text[LVS_PREFIX_TEXT_BYTES];

	check_neighbour(tap, &route->via, lvs_addr_is4(&route->to.addr), "via", &route->via_where, errors);
	lvs_prefix_format(&route->to, text);
	if (route->to.bits == (lvs_addr_is4(&route->to.addr) ? LVS_PREFIX_IP4 : 0) && !lvs_addr_is_any(gateway))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &route->to_where, "leave one of them out",
				    "\"%s\" is what the gateway is for", text);
	for (size_t i = 0; i < tap->addresses.n; i++) {
		struct lvs_prefix network = network_of(&tap->addresses.list[i]);

		if (lvs_prefix_equal(&network, &route->to))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &route->to_where, "its hosts are neighbours",
					    "\"%s\" is the network of one of \"addresses\"", text);
	}
}

static void check_server(const struct lvs_conf_tap *tap, const struct lvs_conf_server *server, struct lvs_conf_errors *errors)
{
	char text[LVS_ADDR_TEXT_BYTES];

	if (lvs_addr_is_any(&server->addr) || !strcmp(server->forward, "bypass"))
		return;
	lvs_addr_format(&server->addr, text);
	if (!strcmp(server->forward, "local"))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, server->forward_where.line ? &server->forward_where : &server->where,
				    "lvsd has no host behind it on a TAP device",
				    "server \"%s\": \"local\" takes a TUN device", server->name);
	else if (is_own(tap, &server->addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where, "name a machine that takes the connections",
				    "server \"%s\" is lvsd's own address", text);
	else if (!strcmp(server->forward, "droute") && !on_link(tap, &server->addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where,
				    "\"droute\" reaches the LAN alone; \"tunnel\" goes further",
				    "server \"%s\" is not on the link", text);
	else if (!on_link(tap, &server->addr) && !routed(tap, &server->addr))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &server->where, "add a gateway or a route to \"tap\"",
				    "no route leads to server \"%s\"", text);
}

static void check_without(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_where *where = conf->tap.addresses.where.line ? &conf->tap.addresses.where : NULL;

	if (conf->tap.on)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "say device.type = \"tap\", or leave \"tap\" out",
				    "\"tap\" is for a TAP device, and \"%s\" is none", conf->device.type);
	if (*conf->device.mac)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &conf->device.mac_where, "say type = \"tap\"",
				    "a device of type \"%s\" has no \"mac\"", conf->device.type);
	if (*conf->device.bridge)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &conf->device.bridge_where, "say type = \"tap\"",
				    "a device of type \"%s\" cannot be a port of a bridge", conf->device.type);
}

int lvs_conf_check_tap(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_tap *tap = &conf->tap;
	int err;

	if (!lvs_conf_on_lan(conf)) {
		check_without(conf, errors);
		return 0;
	}
	if (!tap->on)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &conf->device.type_where,
				    "add tap: { addresses = [\"10.9.0.5/24\"]; };", "a TAP device needs the group \"tap\"");
	if (conf->device.mtu > MTU_MAX)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &conf->device.mtu_where, NULL,
				    "\"mtu\" is %u, and a TAP device takes %d at most", conf->device.mtu, MTU_MAX);
	check_addresses(tap, errors);
	check_neighbour(tap, &tap->gateway, true, "gateway", &tap->gateway_where, errors);
	check_neighbour(tap, &tap->gateway6, false, "gateway6", &tap->gateway6_where, errors);
	for (size_t i = 0; i < tap->nroutes; i++)
		check_route(tap, &tap->routes[i], errors);
	err = check_twin_routes(tap, errors);
	for (size_t i = 0; !err && tap->addresses.n && i < conf->nservices; i++)
		for (size_t k = 0; k < conf->services[i].nservers; k++)
			check_server(tap, &conf->services[i].servers[k], errors);
	return err;
}
