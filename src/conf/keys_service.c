// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of a service, and of what it is made of. */
#include "conf/keys.h"

#include <netinet/in.h>

#include "base/bytes.h"
#include "conf/bad.h"
#include "conf/conf.h"
#include "conf/limits.h"
#include "conf/passive.h"
#include "conf/text.h"
#include "sys/addrtext.h"

#define LIVE .reload = true

static const struct lvs_conf_word protocols[] = {
	{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "sctp", IPPROTO_SCTP }, { NULL, 0 },
};
static const struct lvs_conf_word families[] = {
	{ "inet", LVS_CONF_INET }, { "inet6", LVS_CONF_INET6 }, { NULL, 0 },
};
static const struct lvs_conf_word schedulers[] = {
	{ "rr", 0 },  { "wrr", 0 }, { "lc", 0 }, { "wlc", 0 }, { "lblc", 0 },
	{ "lblcr", 0 }, { "dh", 0 },  { "sh", 0 }, { "sed", 0 }, { "nq", 0 },
	{ "fo", 0 },  { "ovf", 0 }, { "mh", 0 }, { "twos", 0 }, { "geo", 0 },
	{ "ll", 0 },  { NULL, 0 },
};
static const struct lvs_conf_word scheduler_flags[] = {
	{ "sh-fallback", LVS_CONF_SH_FALLBACK }, { "sh-port", LVS_CONF_SH_PORT },
	{ "mh-fallback", LVS_CONF_MH_FALLBACK }, { "mh-port", LVS_CONF_MH_PORT },
	{ "flag-1", LVS_CONF_FLAG_1 },		{ "flag-2", LVS_CONF_FLAG_2 },
	{ "flag-3", LVS_CONF_FLAG_3 },		{ NULL, 0 },
};
static const struct lvs_conf_word mh_orders[] = {
	{ "address", LVS_CONF_MH_ORDER_ADDRESS }, { "added", LVS_CONF_MH_ORDER_ADDED }, { NULL, 0 },
};
static const struct lvs_conf_word forwards[] = {
	{ "masq", 0 },  { "droute", 0 }, { "tunnel", 0 }, { "local", 0 },
	{ "bypass", 0 }, { "fullnat", 0 }, { NULL, 0 },
};
static const struct lvs_conf_word helpers[] = {
	{ "none", 0 }, { "ftp", 0 }, { "sip", 0 }, { NULL, 0 },
};

static const struct lvs_conf_word client_addresses[] = {
	{ "none", LVS_CONF_CLIENT_NONE }, { "proxy-v2", LVS_CONF_CLIENT_PROXY_V2 },
	{ "toa", LVS_CONF_CLIENT_TOA },	 { NULL, 0 },
};

static const struct lvs_conf_key drain_keys[] = {
	{ .name = "timeout", LVS_CONF_MEMBER(lvs_conf_drain, timeout), LIVE, .type = LVS_CONF_NUMBER, .min = 0,
	  .max = 2678400, .def = 300, .help = "seconds until the connections that are left are reset; 0: never" },
};
static const struct lvs_conf_group drain_group = {
	"drain", sizeof(struct lvs_conf_drain), ARRAY_LEN(drain_keys), drain_keys, NULL,
};

static const struct lvs_conf_word tunnels[] = {
	{ "ipip", 0 }, { "gre", 0 }, { "gue", 0 }, { NULL, 0 },
};
static const struct lvs_conf_word csums[] = {
	{ "nocsum", LVS_CONF_NOCSUM },	{ "csum", LVS_CONF_CSUM },
	{ "remcsum", LVS_CONF_REMCSUM }, { NULL, 0 },
};

#define OF_TUNNEL(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_tunnel, m), .where = offsetof(struct lvs_conf_tunnel, m##_where)
static const struct lvs_conf_key tunnel_keys[] = {
	{ OF_TUNNEL(type), .type = LVS_CONF_WORD, .words = tunnels, .def_text = "ipip", .help = "the kind of tunnel" },
	{ OF_TUNNEL(port), .type = LVS_CONF_NUMBER, .min = 0, .max = 65535, .def = 0,
	  .help = "the UDP port where the server takes gue" },
	{ OF_TUNNEL(csum), .type = LVS_CONF_CHOICE, .words = csums, .def = LVS_CONF_NOCSUM,
	  .help = "what is summed beside the packet inside" },
};
static const struct lvs_conf_group tunnel_group = {
	"a tunnel", sizeof(struct lvs_conf_tunnel), ARRAY_LEN(tunnel_keys), tunnel_keys, NULL,
};

#define SERVER(m, member) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_server, member)
static const struct lvs_conf_key server_keys[] = {
	{ SERVER(name, name), .type = LVS_CONF_TEXT, .bad = lvs_conf_bad_name, .def_text = "",
	  .where = offsetof(struct lvs_conf_server, name_where),
	  .help = "what logs and counters call the server" },
	{ SERVER(address, addr), .type = LVS_CONF_ENDPOINT, .required = true,
	  .where = offsetof(struct lvs_conf_server, where),
	  .help = "the server's address, and its port if it is not the service's" },
	{ SERVER(weight, weight), .type = LVS_CONF_NUMBER, .min = 0, .max = 65535, .def = 1,
	  .help = "the server's share; 0: no new connections" },
	{ SERVER(forward, forward), .type = LVS_CONF_WORD, .words = forwards, .optional = true, .inherited = true,
	  .where = offsetof(struct lvs_conf_server, forward_where),
	  .help = "the forwarding method, if it is not the service's" },
	{ SERVER(tunnel, tunnel), .type = LVS_CONF_GROUP, .optional = true, .inherited = true, .group = &tunnel_group,
	  .help = "how packets are packed, if not as the service says" },
	{ SERVER(client_address, client_address), .type = LVS_CONF_CHOICE, .words = client_addresses,
	  .optional = true,
	  .where = offsetof(struct lvs_conf_server, client_address_where),
	  .help = "how the server is told of its clients, if not as the service says" },
	{ SERVER(upper_threshold, upper_threshold), .type = LVS_CONF_NUMBER, .min = 0, .max = UINT32_MAX, .def = 0,
	  .where = offsetof(struct lvs_conf_server, upper_where),
	  .help = "connections from which on it gets no new ones; 0: any number is welcome" },
	{ SERVER(lower_threshold, lower_threshold), .type = LVS_CONF_NUMBER, .min = 0, .max = UINT32_MAX, .def = 0,
	  .where = offsetof(struct lvs_conf_server, lower_where),
	  .help = "connections below which it gets new ones again; 0: three quarters of upper_threshold" },
	{ SERVER(drain, drain), .type = LVS_CONF_GROUP, .optional = true, .group = &drain_group,
	  .help = "no new connections, and the old ones come to an end" },
	{ SERVER(mtu, mtu), .type = LVS_CONF_NUMBER, .optional = true, .min = 68, .max = 65535,
	  .where = offsetof(struct lvs_conf_server, mtu_where),
	  .help = "bytes that a packet on the path to it may have, if the host's routes do not know" },
	{ SERVER(site, site), .type = LVS_CONF_TEXT, .optional = true, .bad = lvs_conf_bad_name, .def_text = "",
	  .where = offsetof(struct lvs_conf_server, site_where),
	  .help = "where the server stands: one of the sites of \"geo\"" },
	{ SERVER(maintenance, maintenance), .type = LVS_CONF_BOOL, .optional = true, .def = false,
	  .help = "whether it is out, whatever its checks say" },
	{ SERVER(check, check), LVS_CONF_CHECK_KEY(lvs_conf_server) },
	{ SERVER(checks, checks), LVS_CONF_CHECKS_KEY(lvs_conf_server) },
	{ SERVER(checks_needed, checks_needed), LVS_CONF_NEEDED_KEY(lvs_conf_server), .optional = true },
};
const struct lvs_conf_group lvs_conf_server_group = {
	"a server", sizeof(struct lvs_conf_server), ARRAY_LEN(server_keys), server_keys, NULL,
};

static const struct lvs_conf_word on_failures[] = {
	{ "break", LVS_CONF_BREAK }, { "keep", LVS_CONF_KEEP }, { NULL, 0 },
};

#define PERSISTENT(m) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_persistent, m)
static const struct lvs_conf_key persistent_keys[] = {
	{ PERSISTENT(timeout), .type = LVS_CONF_NUMBER, .min = 1, .max = 2678400, .def = 300,
	  .help = "seconds that a client's server is remembered" },
	{ PERSISTENT(netmask), .type = LVS_CONF_TEXT, .bad = lvs_conf_bad_netmask, .def_text = "255.255.255.255",
	  .help = "what makes IPv4 addresses one client" },
	{ PERSISTENT(prefix6), .type = LVS_CONF_NUMBER, .min = 1, .max = 128, .def = 128,
	  .help = "how many equal bits make IPv6 addresses one client" },
	{ PERSISTENT(sliding), .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether the time begins with the last packet" },
	{ PERSISTENT(on_failure), .type = LVS_CONF_CHOICE, .words = on_failures, .def = LVS_CONF_BREAK,
	  .help = "what clients do when their server is gone" },
	{ PERSISTENT(on_drain), .type = LVS_CONF_CHOICE, .words = on_failures, .def = LVS_CONF_BREAK,
	  .help = "what clients do while their server drains" },
};
static const struct lvs_conf_group persistent_group = {
	"persistence", sizeof(struct lvs_conf_persistent), ARRAY_LEN(persistent_keys), persistent_keys, NULL,
};

/* A 0 stands for "not here". */
#define TIMEOUT(m, proto)                                                                                              \
	{ .name = #m, LVS_CONF_MEMBER(lvs_conf_own_timeouts, seconds.m), LIVE, .type = LVS_CONF_NUMBER, .min = 0,      \
	  .max = 2678400, .def = 0, .where = offsetof(struct lvs_conf_own_timeouts, proto##_where),                    \
	  .help = "seconds without a packet; 0: those of the director" }
static const struct lvs_conf_key timeouts_keys[] = {
	TIMEOUT(tcp, tcp),	     TIMEOUT(tcpfin, tcp),	  TIMEOUT(udp, udp),	       TIMEOUT(tcp_synsent, tcp),
	TIMEOUT(tcp_synrecv, tcp),   TIMEOUT(tcp_timewait, tcp),  TIMEOUT(tcp_close, tcp),     TIMEOUT(tcp_closewait, tcp),
	TIMEOUT(tcp_lastack, tcp),   TIMEOUT(tcp_listen, tcp),	  TIMEOUT(tcp_synack, tcp),
	TIMEOUT(sctp, sctp),	     TIMEOUT(sctp_init1, sctp),	  TIMEOUT(sctp_init, sctp),
	TIMEOUT(sctp_cookie, sctp),  TIMEOUT(sctp_shutdown, sctp), TIMEOUT(sctp_rejected, sctp),
	TIMEOUT(sctp_closed, sctp),
};
static const struct lvs_conf_group timeouts_group = {
	"timeouts of a service", sizeof(struct lvs_conf_own_timeouts), ARRAY_LEN(timeouts_keys), timeouts_keys, NULL,
};

static const struct lvs_conf_word answers[] = {
	{ "default", LVS_CONF_DEFAULT }, { "no", LVS_CONF_NO }, { "yes", LVS_CONF_YES },
	{ NULL, 0 },
};
static const struct lvs_conf_word reuse_modes[] = {
	{ "default", LVS_CONF_REUSE_DEFAULT }, { "0", LVS_CONF_REUSE_0 }, { "1", LVS_CONF_REUSE_1 },
	{ "2", LVS_CONF_REUSE_2 },	      { NULL, 0 },
};
static const struct lvs_conf_word syn_proxies[] = {
	{ "off", LVS_CONF_SYN_PROXY_OFF }, { "auto", LVS_CONF_SYN_PROXY_AUTO },
	{ "on", LVS_CONF_SYN_PROXY_ON },	  { NULL, 0 },
};

static const struct lvs_conf_word mss_clamps[] = {
	{ "off", LVS_CONF_MSS_OFF }, { "auto", LVS_CONF_MSS_AUTO }, { NULL, 0 },
};

#define SERVICE(m, member) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_service, member)
static const struct lvs_conf_key service_keys[] = {
	{ SERVICE(name, name), .type = LVS_CONF_TEXT, .bad = lvs_conf_bad_name, .def_text = "",
	  .where = offsetof(struct lvs_conf_service, name_where),
	  .help = "what logs and counters call the service" },
	{ SERVICE(address, addr), .type = LVS_CONF_ENDPOINT, .required = true, .unless = "mark",
	  .optional = true, .where = offsetof(struct lvs_conf_service, where),
	  .help = "the address and port that clients reach" },
	{ SERVICE(mark, mark), .type = LVS_CONF_NUMBER, .optional = true, .min = 1, .max = UINT32_MAX,
	  .where = offsetof(struct lvs_conf_service, mark_where),
	  .help = "what packets have that \"marks\" gives this mark, in place of an address" },
	{ SERVICE(family, family), .type = LVS_CONF_CHOICE, .optional = true, .words = families,
	  .where = offsetof(struct lvs_conf_service, family_where),
	  .help = "of the packets that have the mark" },
	{ SERVICE(ports, ports), .type = LVS_CONF_PORTS, .optional = true,
	  .where = offsetof(struct lvs_conf_service, ports_where),
	  .help = "ports and ranges of them in place of one port: \"80,443,8000-8999\"" },
	{ SERVICE(protocol, protocol), .type = LVS_CONF_CHOICE, .optional = true, .words = protocols, .def = IPPROTO_TCP,
	  .where = offsetof(struct lvs_conf_service, protocol_where),
	  .help = "the protocol" },
	{ SERVICE(scheduler, scheduler), .type = LVS_CONF_WORD, .words = schedulers, .def_text = "wlc",
	  .help = "the rule that picks a server" },
	{ SERVICE(scheduler_flags, scheduler_flags), .type = LVS_CONF_FLAGS, .words = scheduler_flags, .def = 0,
	  .where = offsetof(struct lvs_conf_service, flags_where),
	  .help = "how the scheduler does it" },
	{ SERVICE(mh_table_size, mh_table_size), .type = LVS_CONF_NUMBER, .min = 251, .max = 131071, .def = 4093,
	  .bad = lvs_conf_bad_mh_table_size, .where = offsetof(struct lvs_conf_service, mh_where),
	  .help = "the slots of mh's table" },
	{ SERVICE(mh_order, mh_order), .type = LVS_CONF_CHOICE, .words = mh_orders, .def = LVS_CONF_MH_ORDER_ADDRESS,
	  .help = "the order in which servers take mh's slots" },
	{ SERVICE(lblc_expiration, lblc_expiration), .type = LVS_CONF_NUMBER, .min = 1, .max = 2678400, .def = 86400,
	  .help = "seconds that lblc and lblcr remember a destination" },
	{ SERVICE(forward, forward), .type = LVS_CONF_WORD, .words = forwards, .def_text = "masq",
	  .help = "the forwarding method of servers that name none" },
	{ SERVICE(helper, helper), .type = LVS_CONF_WORD, .words = helpers, .def_text = "none",
	  .where = offsetof(struct lvs_conf_service, helper_where),
	  .help = "the application whose messages are looked into" },
	{ SERVICE(tunnel, tunnel), .type = LVS_CONF_GROUP, .optional = true, .group = &tunnel_group,
	  .help = "how packets are packed to servers that do not say" },
	{ SERVICE(one_packet, one_packet), .type = LVS_CONF_BOOL, .def = false,
	  .where = offsetof(struct lvs_conf_service, one_packet_where),
	  .help = "whether each UDP datagram is scheduled anew" },
	{ SERVICE(pickup, pickup), .type = LVS_CONF_BOOL, .def = false,
	  .where = offsetof(struct lvs_conf_service, pickup_where),
	  .help = "whether connections that began before, or elsewhere, go on" },
	{ SERVICE(limits, limits), .type = LVS_CONF_GROUP, .optional = true, .group = &lvs_conf_limits_group,
	  .help = "how much of it a client, and a server, may have" },
	{ SERVICE(connect_retry, connect_retry), .type = LVS_CONF_GROUP, .optional = true, .group = &lvs_conf_retry_group,
	  .help = "clients whom a server turns away are offered to others" },
	{ SERVICE(passive, passive), .type = LVS_CONF_GROUP, .optional = true, .group = &lvs_conf_passive_group,
	  .help = "servers that fail their clients are left out for a while" },
	{ SERVICE(sloppy_tcp, sloppy_tcp), .type = LVS_CONF_CHOICE, .optional = true, .words = answers, .def = LVS_CONF_DEFAULT,
	  .where = offsetof(struct lvs_conf_service, sloppy_tcp_where),
	  .help = "whether TCP connections may begin in their midst: \"yes\", \"no\" or \"default\", as the director's" },
	{ SERVICE(sloppy_sctp, sloppy_sctp), .type = LVS_CONF_CHOICE, .optional = true, .words = answers, .def = LVS_CONF_DEFAULT,
	  .where = offsetof(struct lvs_conf_service, sloppy_sctp_where),
	  .help = "whether SCTP associations may begin in their midst: \"yes\", \"no\" or \"default\", as the director's" },
	{ SERVICE(expire_nodest_conn, expire_nodest_conn), .type = LVS_CONF_CHOICE, .optional = true, .words = answers,
	  .def = LVS_CONF_DEFAULT,
	  .help = "whether connections of a removed server end: \"yes\", \"no\" or \"default\", as the director's" },
	{ SERVICE(expire_quiescent_template, expire_quiescent_template), .type = LVS_CONF_CHOICE, .optional = true,
	  .words = answers, .def = LVS_CONF_DEFAULT,
	  .help = "whether persistent clients leave a server of weight 0: \"yes\", \"no\" or \"default\", as the director's" },
	{ SERVICE(cache_bypass, cache_bypass), .type = LVS_CONF_CHOICE, .optional = true, .words = answers,
	  .def = LVS_CONF_DEFAULT,
	  .where = offsetof(struct lvs_conf_service, cache_bypass_where),
	  .help = "whether what no server takes goes on to where it was sent: \"yes\", \"no\" or \"default\", as the director's" },
	{ SERVICE(conn_reuse_mode, conn_reuse_mode), .type = LVS_CONF_CHOICE, .optional = true, .words = reuse_modes,
	  .def = LVS_CONF_REUSE_DEFAULT,
	  .help = "when a client's port may begin another connection: \"0\", \"1\", \"2\" or \"default\", as the director's" },
	{ SERVICE(timeouts, timeouts), .type = LVS_CONF_GROUP, .optional = true, .group = &timeouts_group,
	  .help = "when its idle connections end" },
	{ SERVICE(syn_proxy, syn_proxy), .type = LVS_CONF_CHOICE, .words = syn_proxies, .def = LVS_CONF_SYN_PROXY_OFF,
	  .where = offsetof(struct lvs_conf_service, syn_proxy_where),
	  .help = "when lvsd answers SYNs with cookies, in the servers' place" },
	{ SERVICE(mss, mss), .type = LVS_CONF_NUMBER, .optional = true, .min = 88, .max = 65495,
	  .where = offsetof(struct lvs_conf_service, mss_where),
	  .help = "bytes that a TCP segment may carry" },
	{ SERVICE(mss_clamp, mss_clamp), .type = LVS_CONF_CHOICE, .words = mss_clamps, .def = LVS_CONF_MSS_OFF,
	  .where = offsetof(struct lvs_conf_service, mss_clamp_where),
	  .help = "whether TCP segments may carry no more than fits the path to the server" },
	{ SERVICE(client_address, client_address), .type = LVS_CONF_CHOICE, .words = client_addresses,
	  .def = LVS_CONF_CLIENT_NONE,
	  .where = offsetof(struct lvs_conf_service, client_address_where),
	  .help = "how servers that do not say are told of their clients' addresses" },
	{ SERVICE(servers, servers), .type = LVS_CONF_LIST, .group = &lvs_conf_server_group,
	  .count = offsetof(struct lvs_conf_service, nservers), .max = LVS_CONF_SERVERS_MAX,
	  .help = "the real servers" },
	{ SERVICE(persistent, persistent), .type = LVS_CONF_GROUP, .optional = true, .group = &persistent_group,
	  .help = "clients come back to their server" },
	{ SERVICE(check, check), LVS_CONF_CHECK_KEY(lvs_conf_service) },
	{ SERVICE(checks, checks), LVS_CONF_CHECKS_KEY(lvs_conf_service) },
	{ SERVICE(checks_needed, checks_needed), LVS_CONF_NEEDED_KEY(lvs_conf_service), .def = LVS_CONF_CHECKS_ALL },
	{ SERVICE(on_failure, on_failure), .type = LVS_CONF_CHOICE, .words = lvs_conf_on_downs, .def = LVS_CONF_REMOVE,
	  .help = "what a server is that is down" },
	{ SERVICE(initial, initial), .type = LVS_CONF_CHOICE, .words = lvs_conf_initials, .def = LVS_CONF_INITIAL_DOWN,
	  .help = "what a server is of which nothing is known" },
	{ SERVICE(initial_wait, initial_wait), .type = LVS_CONF_SECONDS, .min = 0, .max = 3600000, .def = 30000,
	  .help = "seconds until a server of which nothing is known is down in any case" },
	{ SERVICE(sorry_server, sorry_server), .type = LVS_CONF_GROUP, .optional = true, .group = &lvs_conf_sorry_group,
	  .help = "who answers while the servers do not" },
	{ SERVICE(quorum, quorum), .type = LVS_CONF_NUMBER, .min = 1, .max = UINT32_MAX, .def = 1,
	  .help = "the weight of servers that are up, in all, that makes a service" },
	{ SERVICE(quorum_hysteresis, quorum_hysteresis), .type = LVS_CONF_NUMBER, .min = 0, .max = UINT32_MAX, .def = 0,
	  .where = offsetof(struct lvs_conf_service, quorum_hysteresis_where),
	  .help = "so much more weight wins the quorum, and so much less loses it" },
	{ SERVICE(min_servers, min_servers), .type = LVS_CONF_NUMBER, .min = 0, .max = 1024, .def = 0,
	  .where = offsetof(struct lvs_conf_service, min_servers_where),
	  .help = "so many servers stay, however many seem to be down; 0: none" },
	{ SERVICE(depends_on, depends_on.names), .type = LVS_CONF_LINES, .optional = true, .bad = lvs_conf_bad_name,
	  .where = offsetof(struct lvs_conf_service, depends_on.places), .places = LVS_CONF_DEPENDS_MAX,
	  .help = "names of services without whose quorum it has none either" },
	{ SERVICE(slow_start, slow_start), .type = LVS_CONF_GROUP, .optional = true, .group = &lvs_conf_slow_start_group,
	  .help = "a server that comes up gets its share little by little" },
	{ SERVICE(flap, flap), .type = LVS_CONF_GROUP, .optional = true, .group = &lvs_conf_flap_group,
	  .help = "a server that comes and goes stays down for a while" },
};

/* Where an address, a protocol or ports were given as well, they are left as they are, for the check to see. */
static void finish_mark_service(struct lvs_conf_service *service)
{
	if (!service->family)
		service->family = LVS_CONF_INET;
	if (!service->protocol_where.line)
		service->protocol = 0;
	if (!service->where.line) {
		service->addr = lvs_addr_any(service->family == LVS_CONF_INET);
		service->where = service->mark_where;
	}
}

/* What a server does not say is as its service has it. */
static void finish_server(const struct lvs_conf_service *service, struct lvs_conf_server *server)
{
	if (!server->port)
		server->port = service->port;
	if (!server->forward)
		server->forward = service->forward;
	if (!server->client_address && service->client_address != LVS_CONF_CLIENT_NONE)
		server->client_address = service->client_address;
	if (!server->tunnel.on)
		server->tunnel = service->tunnel;
}

/* Names that were not given are made from what was. */
static void finish_service(void *base)
{
	struct lvs_conf_service *service = base;

	if (service->mark)
		finish_mark_service(service);
	for (size_t i = 0; i < service->nservers; i++) {
		struct lvs_conf_server *server = &service->servers[i];

		finish_server(service, server);
		if (!*server->name)
			lvs_endpoint_format(&server->addr, server->port, server->name);
	}
	if (service->sorry_server.on)
		finish_server(service, &service->sorry_server.server);
	if (!*service->name)
		lvs_conf_service_name(service, service->name);
}

/* A weight of 0 would be no help. */
static void finish_sorry(void *base)
{
	struct lvs_conf_sorry *sorry = base;

	sorry->server.weight = 1;
	(void)snprintf(sorry->server.name, sizeof(sorry->server.name), "sorry_server");
}

#define SORRY(m, member) LIVE, .name = #m, LVS_CONF_MEMBER(lvs_conf_sorry, server.member)
static const struct lvs_conf_key sorry_keys[] = {
	{ SORRY(address, addr), .type = LVS_CONF_ENDPOINT, .required = true,
	  .where = offsetof(struct lvs_conf_sorry, server.where),
	  .help = "the sorry server's address, and its port if it is not the service's" },
	{ SORRY(forward, forward), .type = LVS_CONF_WORD, .words = forwards, .optional = true, .inherited = true,
	  .where = offsetof(struct lvs_conf_sorry, server.forward_where),
	  .help = "the forwarding method, if it is not the service's" },
	{ SORRY(tunnel, tunnel), .type = LVS_CONF_GROUP, .optional = true, .inherited = true, .group = &tunnel_group,
	  .help = "how packets are packed, if not as the service says" },
};
const struct lvs_conf_group lvs_conf_sorry_group = {
	"a sorry server", sizeof(struct lvs_conf_sorry), ARRAY_LEN(sorry_keys), sorry_keys, finish_sorry,
};

const struct lvs_conf_group lvs_conf_service_group = {
	"a service", sizeof(struct lvs_conf_service), ARRAY_LEN(service_keys), service_keys, finish_service,
};

static_assert(offsetof(struct lvs_conf_service, port) == offsetof(struct lvs_conf_service, addr) + 16, "ENDPOINT");
static_assert(offsetof(struct lvs_conf_server, port) == offsetof(struct lvs_conf_server, addr) + 16, "ENDPOINT");
