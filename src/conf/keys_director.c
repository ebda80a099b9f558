// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of the groups that a file has once. */
#include "conf/keys.h"

#include <syslog.h>

#include "base/bytes.h"
#include "conf/bad.h"
#include "conf/conf.h"
#include "conf/pool.h"

#define LIVE .reload = true

static const struct lvs_conf_word types[] = { { "tun", 0 }, { "tap", 1 }, { NULL, 0 } };
static const struct lvs_conf_word setups[] = {
	{ "auto", LVS_CONF_SETUP_AUTO }, { "manual", LVS_CONF_SETUP_MANUAL }, { NULL, 0 },
};
static const struct lvs_conf_word pings[] = {
	{ "when_up", LVS_CONF_PING_WHEN_UP },
	{ "always", LVS_CONF_PING_ALWAYS },
	{ "never", LVS_CONF_PING_NEVER },
	{ NULL, 0 },
};
static const struct lvs_conf_word log_levels[] = {
	{ "error", LOG_ERR },   { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
	{ "info", LOG_INFO },   { "debug", LOG_DEBUG },	  { NULL, 0 },
};

#define DEVICE(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_device, m)
static const struct lvs_conf_key device_keys[] = {
	{ DEVICE(type), .type = LVS_CONF_WORD, .words = types, .def_text = "tun",
	  .where = offsetof(struct lvs_conf_device, type_where), .help = "the kind of device" },
	{ DEVICE(name), .type = LVS_CONF_TEXT, .def_text = "lvs0", .bad = lvs_conf_bad_interface,
	  .help = "the name of the device" },
	{ DEVICE(mac), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_mac,
	  .where = offsetof(struct lvs_conf_device, mac_where),
	  .help = "the station's address, such as \"02:00:00:00:00:05\"" },
	{ DEVICE(bridge), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_interface,
	  .where = offsetof(struct lvs_conf_device, bridge_where),
	  .help = "the bridge that the device becomes a port of" },
	{ DEVICE(mtu), .type = LVS_CONF_NUMBER, .min = 1280, .max = 65535, .def = 1500,
	  .where = offsetof(struct lvs_conf_device, mtu_where), .help = "the largest packet, in bytes" },
	{ DEVICE(txqueuelen), .type = LVS_CONF_NUMBER, .min = 1, .max = 1000000, .def = 10000,
	  .help = "the packets that may wait for lvsd" },
	{ DEVICE(offload), .type = LVS_CONF_BOOL, .def = true,
	  .help = "whether super-packets and unfinished checksums pass through" },
};

#define ROUTE(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_route, m)
static const struct lvs_conf_key route_keys[] = {
	{ ROUTE(to), .type = LVS_CONF_PREFIX, .required = true, .bad = lvs_conf_bad_route,
	  .where = offsetof(struct lvs_conf_route, to_where), .help = "the network that is reached, such as \"10.8.0.0/16\"" },
	{ ROUTE(via), .type = LVS_CONF_ADDRESS, .required = true, .bad = lvs_conf_bad_neighbour,
	  .where = offsetof(struct lvs_conf_route, via_where), .help = "the neighbour that leads there, such as \"10.9.0.7\"" },
};
static const struct lvs_conf_group route_group = {
	"a route", sizeof(struct lvs_conf_route), ARRAY_LEN(route_keys), route_keys, NULL,
};

#define TAP(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_tap, m)
static const struct lvs_conf_key tap_keys[] = {
	{ TAP(addresses), .type = LVS_CONF_ADDRESSES, .required = true, .bad = lvs_conf_bad_neighbour,
	  .where = offsetof(struct lvs_conf_tap, addresses.where),
	  .help = "lvsd's own addresses with their networks' lengths, such as [\"10.9.0.5/24\"]" },
	{ TAP(gateway), .type = LVS_CONF_ADDRESS, .optional = true, .bad = lvs_conf_bad_neighbour,
	  .where = offsetof(struct lvs_conf_tap, gateway_where), .help = "the neighbour that all other IPv4 packets go to" },
	{ TAP(gateway6), .type = LVS_CONF_ADDRESS, .optional = true, .bad = lvs_conf_bad_neighbour,
	  .where = offsetof(struct lvs_conf_tap, gateway6_where), .help = "the neighbour that all other IPv6 packets go to" },
	{ TAP(routes), .type = LVS_CONF_LIST, .group = &route_group, .count = offsetof(struct lvs_conf_tap, nroutes),
	  .max = LVS_CONF_ROUTES_MAX, .help = "which neighbour leads where" },
	{ TAP(vlan), .type = LVS_CONF_NUMBER, .optional = true, .min = 1, .max = 4094, .def = 0,
	  .help = "the number of the VLAN whose tags the frames have" },
};
static const struct lvs_conf_group tap_group = {
	"tap", sizeof(struct lvs_conf_tap), ARRAY_LEN(tap_keys), tap_keys, NULL,
};

#define NETWORK(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_network, m)
static const struct lvs_conf_key network_keys[] = {
	{ NETWORK(setup), .type = LVS_CONF_CHOICE, .words = setups, .def = LVS_CONF_SETUP_AUTO,
	  .help = "who makes routes and rules" },
	{ NETWORK(table), .type = LVS_CONF_NUMBER, .min = 1, .max = UINT32_MAX, .def = 77, .bad = lvs_conf_bad_table,
	  .help = "the number of the routing table that lvsd owns" },
	{ NETWORK(priority), .type = LVS_CONF_NUMBER, .min = 1, .max = 32000, .def = 10,
	  .help = "the preference of lvsd's first policy rule" },
	{ NETWORK(proxy), .type = LVS_CONF_BOOL, .def = true,
	  .help = "whether lvsd answers on attached networks for the services' addresses" },
	{ NETWORK(server_interfaces), .type = LVS_CONF_INTERFACES, .bad = lvs_conf_bad_interface,
	  .where = offsetof(struct lvs_conf_network, server_interfaces.where),
	  .help = "the interfaces where replies of real servers arrive" },
	{ NETWORK(client_interfaces), .type = LVS_CONF_INTERFACES, .bad = lvs_conf_bad_interface,
	  .where = offsetof(struct lvs_conf_network, client_interfaces.where),
	  .help = "the interfaces where packets to the addresses of transparent marks arrive" },
};

static const char *bad_state_file(const void *value)
{
	return *(const char *)value ? lvs_conf_bad_path(value) : NULL;
}

#define DIRECTOR(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_director, m)
static const struct lvs_conf_key director_keys[] = {
	{ DIRECTOR(max_connections), .type = LVS_CONF_NUMBER, .min = 1024, .max = 100000000, .def = 1048576,
	  .help = "the size of the connection table, in connections" },
	{ DIRECTOR(max_clients), .type = LVS_CONF_NUMBER, .min = 0, .max = 16777215, .def = 65536,
	  .help = "the clients that limits of services keep count of" },
	{ DIRECTOR(fragments), .type = LVS_CONF_NUMBER, .min = 0, .max = 1000000, .def = 4096,
	  .help = "how many fragments may wait for their first one" },
	{ DIRECTOR(user), .type = LVS_CONF_TEXT, .def_text = "lvsd", .bad = lvs_conf_bad_user,
	  .help = "the user to become after start" },
	{ DIRECTOR(group), .type = LVS_CONF_TEXT, .def_text = "", .bad = lvs_conf_bad_group,
	  .help = "the group to become after start" },
	{ DIRECTOR(script_user), .type = LVS_CONF_TEXT, .def_text = "", .bad = lvs_conf_bad_group,
	  .help = "the user that runs scripts; \"\": that of lvsd" },
	{ DIRECTOR(state_file), .type = LVS_CONF_TEXT, .def_text = LVS_STATEDIR "/state",
	  .bad = bad_state_file,
	  .help = "the file that remembers beyond a restart what was commanded of servers, and who was up; \"\": none" },
	{ DIRECTOR(dip), LIVE, .type = LVS_CONF_ENDPOINT, .optional = true,
	  .where = offsetof(struct lvs_conf_director, dip_where),
	  .help = "lvsd's own IPv4 address, for tunnels, and where there is no source pool" },
	{ DIRECTOR(dip6), LIVE, .type = LVS_CONF_ENDPOINT, .optional = true,
	  .where = offsetof(struct lvs_conf_director, dip6_where),
	  .help = "lvsd's own IPv6 address, for tunnels, and where there is no source pool" },
	{ DIRECTOR(source_pool), LIVE, .type = LVS_CONF_TEXT, .optional = true, .def_text = "", .bad = lvs_conf_bad_pool,
	  .where = offsetof(struct lvs_conf_director, source_pool_where),
	  .help = "addresses that servers see in place of clients, such as \"10.0.0.64-10.0.0.71, 2001:db8:1::64\"" },
	{ DIRECTOR(source_ports), LIVE, .type = LVS_CONF_PORTS, .optional = true,
	  .where = offsetof(struct lvs_conf_director, source_ports_where),
	  .help = "the ports of these addresses, such as \"1024-65535\"" },
	{ DIRECTOR(masquerade), LIVE, .type = LVS_CONF_TEXT, .optional = true, .def_text = "", .bad = lvs_conf_bad_masquerade,
	  .where = offsetof(struct lvs_conf_director, masquerade_where),
	  .help = "whose own connections leave with such an address, such as \"servers\" or \"servers, 10.0.0.0/24\"" },
	{ DIRECTOR(ping), LIVE, .type = LVS_CONF_CHOICE, .words = pings, .def = LVS_CONF_PING_WHEN_UP,
	  .help = "when a ping to a service's address is answered" },
	{ DIRECTOR(reply_rate), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 10000000, .def = 1000,
	  .help = "lvsd's own packets, per second and kind" },
	{ DIRECTOR(max_half_open), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 100000000, .def = 0,
	  .help = "half-open connections; 0: as many as there is room for" },
	{ DIRECTOR(syn_backlog), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 100000000, .def = 1024,
	  .help = "half-open connections from which on \"auto\" of \"syn_proxy\" means \"on\"; 0: none are too many" },
	{ DIRECTOR(drop_entry), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 3, .def = 0,
	  .help = "0: off, 1 and 2: when the table is filling up, 3: always" },
	{ DIRECTOR(drop_packet), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 3, .def = 0,
	  .help = "0: off, 1 and 2: when the table is filling up, 3: always" },
	{ DIRECTOR(am_droprate), LIVE, .type = LVS_CONF_NUMBER, .min = 1, .max = 1000000, .def = 10,
	  .help = "drop_packet in mode 3 drops one in so many" },
	{ DIRECTOR(secure_tcp), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 3, .def = 0,
	  .help = "0: off, 1 and 2: when the table is filling up, 3: always" },
	{ DIRECTOR(sloppy_tcp), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether TCP connections may begin in their midst" },
	{ DIRECTOR(sloppy_sctp), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether SCTP associations may begin in their midst" },
	{ DIRECTOR(schedule_icmp), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether an ICMP error about an unknown connection begins it" },
	{ DIRECTOR(expire_nodest_conn), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether connections of a removed server end" },
	{ DIRECTOR(expire_quiescent_template), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether persistent clients leave a server of weight 0" },
	{ DIRECTOR(conn_reuse_mode), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 2, .def = 1,
	  .help = "when a client's port may begin another connection: 0: never, 1: its last one is over, 2: or closing" },
	{ DIRECTOR(cache_bypass), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .where = offsetof(struct lvs_conf_director, cache_bypass_where),
	  .help = "whether what no server of a transparent mark takes goes on to where it was sent" },
	{ DIRECTOR(nat_icmp_send), LIVE, .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether a real server is told that nobody knows its connection" },
	{ DIRECTOR(ignore_tunneled), .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether local addresses keep what this host unpacks from tunnels" },
	{ DIRECTOR(pmtu_disc), LIVE, .type = LVS_CONF_BOOL, .def = true,
	  .help = "whether tunnel packets must not be fragmented if what is inside must not" },
	{ DIRECTOR(log_level), LIVE, .type = LVS_CONF_CHOICE, .words = log_levels, .def = LOG_INFO,
	  .help = "the least important messages that are logged" },
};

#define CONTROL(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_control, m)
static const struct lvs_conf_key control_keys[] = {
	{ CONTROL(enabled), .type = LVS_CONF_BOOL, .def = true, .help = "whether the running director can be asked and told" },
	{ CONTROL(socket), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_path,
	  .help = "the path of the socket for lvsctl and lvsadm" },
	{ CONTROL(mode), .type = LVS_CONF_TEXT, .def_text = "0660", .bad = lvs_conf_bad_mode,
	  .help = "the mode of the socket: who may connect, such as \"0660\"" },
	{ CONTROL(group), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_group,
	  .help = "the group whose members may change things" },
	{ CONTROL(listen), .type = LVS_CONF_ENDPOINT, .optional = true,
	  .where = offsetof(struct lvs_conf_control, listen_where),
	  .help = "where the status can be read over TCP, such as \"127.0.0.1:8404\"" },
	{ CONTROL(listen_any), .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether \"listen\" may be more than a loopback address" },
	{ CONTROL(token_file), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_path,
	  .where = offsetof(struct lvs_conf_control, token_file_where),
	  .help = "the path of a file with a secret, who knows which may change things by the status page" },
};

static const struct lvs_conf_word compats[] = { { "node_ipvs", LVS_CONF_COMPAT_NODE_IPVS }, { NULL, 0 } };

static const struct lvs_conf_key metrics_keys[] = {
	{ .name = "compat", LVS_CONF_MEMBER(lvs_conf_metrics, compat), LIVE, .type = LVS_CONF_FLAGS, .words = compats, .def = 0,
	  .help = "whose metrics are there beside lvsd's own, under their own names" },
};

/* 31 days, as much as --set of ipvsadm takes. */
#define TIMEOUT(m, s)                                                                                                  \
	{ .name = #m, LVS_CONF_MEMBER(lvs_conf_timeouts, m), LIVE, .type = LVS_CONF_NUMBER, .min = 1, .max = 2678400, .def = s, \
	  .help = "seconds without a packet" }
static const struct lvs_conf_key timeouts_keys[] = {
	TIMEOUT(tcp, 900),	   TIMEOUT(tcpfin, 120),      TIMEOUT(udp, 300),	TIMEOUT(tcp_synsent, 120),
	TIMEOUT(tcp_synrecv, 60),  TIMEOUT(tcp_timewait, 120), TIMEOUT(tcp_close, 10),	TIMEOUT(tcp_closewait, 60),
	TIMEOUT(tcp_lastack, 30),  TIMEOUT(tcp_listen, 120),  TIMEOUT(tcp_synack, 120),
	TIMEOUT(sctp, 900),	   TIMEOUT(sctp_init1, 4),    TIMEOUT(sctp_init, 61),
	TIMEOUT(sctp_cookie, 61),  TIMEOUT(sctp_shutdown, 61), TIMEOUT(sctp_rejected, 4),
	TIMEOUT(sctp_closed, 61),
};

#define RULE(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_geo_rule, m), .type = LVS_CONF_TEXT, .def_text = ""
static const struct lvs_conf_key geo_rule_keys[] = {
	{ RULE(prefix), .optional = true, .bad = lvs_conf_bad_prefix,
	  .where = offsetof(struct lvs_conf_geo_rule, prefix_where),
	  .help = "clients' addresses, such as \"192.0.2.0/24\" or \"2001:db8::/32\"" },
	{ RULE(country), .optional = true, .bad = lvs_conf_bad_country,
	  .where = offsetof(struct lvs_conf_geo_rule, country_where),
	  .help = "the two capital letters of a country in ISO 3166-1, such as \"DE\"" },
	{ RULE(continent), .optional = true, .bad = lvs_conf_bad_continent,
	  .where = offsetof(struct lvs_conf_geo_rule, continent_where),
	  .help = "AF, AN, AS, EU, NA, OC or SA" },
	{ RULE(sites), .required = true, .bad = lvs_conf_bad_sites, .where = offsetof(struct lvs_conf_geo_rule, where),
	  .help = "where these clients go, such as \"fra,nyc\"" },
};
static const struct lvs_conf_group geo_rule_group = {
	"a rule", sizeof(struct lvs_conf_geo_rule), ARRAY_LEN(geo_rule_keys), geo_rule_keys, NULL,
};

#define GEO(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_geo, m)
static const struct lvs_conf_key geo_keys[] = {
	{ GEO(sites), .type = LVS_CONF_TEXT, .def_text = "", .required = true, .bad = lvs_conf_bad_sites,
	  .where = offsetof(struct lvs_conf_geo, where),
	  .help = "the names of all sites, such as \"fra,nyc\", the best one first for clients that no rule knows" },
	{ GEO(rules), .type = LVS_CONF_LIST, .group = &geo_rule_group, .count = offsetof(struct lvs_conf_geo, nrules),
	  .max = LVS_CONF_GEO_RULES_MAX, .help = "which clients go where" },
	{ GEO(file), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_path,
	  .where = offsetof(struct lvs_conf_geo, file_where),
	  .help = "a file of lines such as \"192.0.2.0/24 fra,nyc\"" },
	{ GEO(database), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_path,
	  .where = offsetof(struct lvs_conf_geo, database_where),
	  .help = "a MaxMind database that knows the countries of addresses" },
};
static const struct lvs_conf_group geo_group = {
	"geo", sizeof(struct lvs_conf_geo), ARRAY_LEN(geo_keys), geo_keys, NULL,
};

#define GROUP(m, text)                                                                                                 \
	{ .name = #m, .type = LVS_CONF_GROUP, LVS_CONF_MEMBER(lvs_conf, m), .help = text,                                       \
	  .group = &(const struct lvs_conf_group){ #m, sizeof(struct lvs_conf_##m), ARRAY_LEN(m##_keys), m##_keys, \
					      NULL } }
static const struct lvs_conf_key root_keys[] = {
	GROUP(device, "where packets come from"),
	{ .name = "tap", .type = LVS_CONF_GROUP, LVS_CONF_MEMBER(lvs_conf, tap), .optional = true, .group = &tap_group,
	  .help = "lvsd as a host of its own on a LAN" },
	GROUP(network, "how packets are led to the device"),
	GROUP(director, "the process itself"),
	GROUP(control, "how the running director is asked and told"),
	{ .name = "notify", .type = LVS_CONF_GROUP, LVS_CONF_MEMBER(lvs_conf, notify), .group = &lvs_conf_notify_group,
	  .help = "who is told of what happens" },
	GROUP(metrics, "what monitoring systems read"),
	GROUP(timeouts, "when idle connections end"),
	{ .name = "geo", .type = LVS_CONF_GROUP, LVS_CONF_MEMBER(lvs_conf, geo), .optional = true, .group = &geo_group,
	  .help = "where servers stand, and which clients are to go where" },
	{ .name = "marks", .type = LVS_CONF_LIST, LVS_CONF_MEMBER(lvs_conf, marks), LIVE,
	  .group = &lvs_conf_mark_group, .count = offsetof(struct lvs_conf, nmarks), .max = LVS_CONF_MARKS_MAX,
	  .help = "the rules that mark packets" },
	{ .name = "services", .type = LVS_CONF_LIST, LVS_CONF_MEMBER(lvs_conf, services), LIVE,
	  .group = &lvs_conf_service_group, .count = offsetof(struct lvs_conf, nservices), .max = LVS_CONF_SERVICES_MAX,
	  .help = "the virtual services" },
};
const struct lvs_conf_group lvs_conf_root = {
	"the file", sizeof(struct lvs_conf), ARRAY_LEN(root_keys), root_keys, NULL,
};

static_assert(offsetof(struct lvs_conf_director, dip_port) == offsetof(struct lvs_conf_director, dip) + 16, "ENDPOINT");
static_assert(offsetof(struct lvs_conf_director, dip6_port) == offsetof(struct lvs_conf_director, dip6) + 16, "ENDPOINT");
static_assert(offsetof(struct lvs_conf_control, listen_port) == offsetof(struct lvs_conf_control, listen) + 16, "ENDPOINT");
