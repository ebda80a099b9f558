/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of conf.h that says where packets come from, for conf.h only. */
#ifndef LVS_CONF_CONF_NETWORK_H
#define LVS_CONF_CONF_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/prefix.h"

#define LVS_CONF_IFNAME_BYTES 16	/* IFNAMSIZ */
#define LVS_CONF_INTERFACES_MAX 32
#define LVS_CONF_MAC_BYTES 18
#define LVS_CONF_ADDRESSES_MAX 16
#define LVS_CONF_ROUTES_MAX 4096

/*
 * Where a value stood in the text, for messages; no part of the configuration's meaning. Line 0: nowhere; the other one:
 * it was given, but in another text than the one that messages are about.
 */
#define LVS_CONF_ELSEWHERE UINT32_MAX
struct lvs_conf_where {
	uint32_t line;
	uint32_t offset;
};

/* @n: 0 stands for the automatic choice */
struct lvs_conf_interfaces {
	size_t n;
	char names[LVS_CONF_INTERFACES_MAX][LVS_CONF_IFNAME_BYTES];
	struct lvs_conf_where where;
};

/* An address of a host, and the length of its network's prefix in bits of the 16-byte form. */
struct lvs_conf_address {
	struct lvs_addr addr;
	uint8_t bits;
};

struct lvs_conf_addresses {
	size_t n;
	struct lvs_conf_address list[LVS_CONF_ADDRESSES_MAX];
	struct lvs_conf_where where;
};

/**
 * struct lvs_conf_device - where packets come from; fixed while lvsd runs
 * @type:	"tun" or "tap"; static storage
 * @mac:	of the station on a TAP device, six pairs of hexadecimal digits; empty: lvsd makes one up
 * @bridge:	that a TAP device becomes a port of; empty: none
 * @txqueuelen:	packets
 */
struct lvs_conf_device {
	const char *type;
	char name[LVS_CONF_IFNAME_BYTES];
	char mac[LVS_CONF_MAC_BYTES];
	char bridge[LVS_CONF_IFNAME_BYTES];
	struct lvs_conf_where type_where, mac_where, bridge_where, mtu_where;
	uint32_t mtu;
	uint32_t txqueuelen;
	bool offload;
};

/* What travels by way of a neighbour, @via. */
struct lvs_conf_route {
	struct lvs_prefix to;
	struct lvs_addr via;
	struct lvs_conf_where to_where, via_where;
};

/**
 * struct lvs_conf_tap - lvsd as a host on a LAN; fixed while lvsd runs
 * @on:		there is a LAN
 * @addresses:	its own
 * @gateway, @gateway6: neighbours for all that has no route; all zeros: none
 * @vlan:	of the frames' tags; 0: they have none
 * @routes:	owned
 */
struct lvs_conf_tap {
	bool on;
	struct lvs_conf_addresses addresses;
	struct lvs_addr gateway, gateway6;
	uint32_t vlan;
	size_t nroutes;
	struct lvs_conf_route *routes;
	struct lvs_conf_where gateway_where, gateway6_where;
};

enum lvs_conf_setup { LVS_CONF_SETUP_AUTO, LVS_CONF_SETUP_MANUAL };

/**
 * struct lvs_conf_network - how packets are led to the device; fixed while lvsd runs
 * @table:	number of the routing table that leads to the device
 * @priority:	preference of the first policy rule; the later ones stand at +90 and +100
 * @proxy:	answer on attached networks for VIPs that are no addresses of this machine
 * @server_interfaces: where replies of real servers arrive; none named: those that the routes to the servers use
 * @client_interfaces: where packets to addresses of others arrive that have a mark; none named: those that no route to these
 *		addresses uses
 */
struct lvs_conf_network {
	enum lvs_conf_setup setup;
	uint32_t table;
	uint32_t priority;
	bool proxy;
	struct lvs_conf_interfaces server_interfaces;
	struct lvs_conf_interfaces client_interfaces;
};

#endif
