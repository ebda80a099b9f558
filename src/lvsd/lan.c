// SPDX-License-Identifier: GPL-2.0-or-later
/* Gateways are routes to everything; the rest is copied. */
#include "lvsd/lan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"

static struct lvs_mac parse_mac(const char *text)
{
	struct lvs_mac mac = { { 0 } };
	uint8_t *b = mac.bytes;

	(void)sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]);
	return mac;
}

static void add_gateway(struct lvs_lan_route *routes, size_t *n, const struct lvs_addr *gateway, bool ip4)
{
	if (lvs_addr_is_any(gateway))
		return;
	routes[*n].to = (struct lvs_prefix){ .addr = lvs_addr_any(ip4), .bits = ip4 ? LVS_PREFIX_IP4 : 0 };
	routes[(*n)++].via = *gateway;
}

int lvs_lan_params_init(const struct lvs_conf *conf, struct lvs_lan_params *ret_params)
{
	const struct lvs_conf_tap *tap = &conf->tap;
	struct lvs_lan_address *addresses = calloc(tap->addresses.n + 1, sizeof(*addresses));
	struct lvs_lan_route *routes = calloc(tap->nroutes + 2, sizeof(*routes));
	size_t nroutes = 0;

	if (!addresses || !routes) {
		free(addresses);
		free(routes);
		return -ENOMEM;
	}
	for (size_t i = 0; i < tap->addresses.n; i++)
		addresses[i] = (struct lvs_lan_address){ .addr = tap->addresses.list[i].addr, .bits = tap->addresses.list[i].bits };
	for (; nroutes < tap->nroutes; nroutes++)
		routes[nroutes] = (struct lvs_lan_route){ .to = tap->routes[nroutes].to, .via = tap->routes[nroutes].via };
	add_gateway(routes, &nroutes, &tap->gateway, true);
	add_gateway(routes, &nroutes, &tap->gateway6, false);
	*ret_params = (struct lvs_lan_params){
		.mac = parse_mac(conf->device.mac), .addresses = addresses, .naddresses = tap->addresses.n,
		.routes = routes, .nroutes = nroutes, .vlan = (uint16_t)tap->vlan, .mtu = conf->device.mtu,
	};
	return 0;
}

void lvs_lan_params_fini(struct lvs_lan_params *params)
{
	free((void *)params->addresses);
	free((void *)params->routes);
}
