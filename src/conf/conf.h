/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as plain data: what lvs.conf says, with every default written out. Nothing here points into the
 * text it came from, and nothing changes it after it was made: a reload makes a second one and compares.
 */
#ifndef LVS_CONF_CONF_H
#define LVS_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/ports.h"
#include "base/prefix.h"
#include "conf/conf_health.h"
#include "conf/conf_network.h"
#include "conf/conf_notify.h"

struct lvs_conf_errors;
struct lvs_sites;

#define LVS_CONF_USER_BYTES 33
#define LVS_CONF_NAME_BYTES 64
#define LVS_CONF_MARKS_MAX 65536
#define LVS_CONF_SERVICES_MAX 65536
#define LVS_CONF_SERVERS_MAX 65536	/* of one service */
#define LVS_CONF_FILE_BYTES_MAX (16u << 20)
#define LVS_CONF_SITE_BYTES 32
#define LVS_CONF_SITES_BYTES 512
#define LVS_CONF_PREFIX_BYTES 50
#define LVS_CONF_POOL_BYTES 512
#define LVS_CONF_SOCKET_BYTES 108	/* sun_path */
#define LVS_CONF_MODE_BYTES 5
#define LVS_CONF_STATE_FILE_BYTES 256
#define LVS_CONF_GEO_RULES_MAX 65536
#define LVS_CONF_PREFIXES_MAX (4u << 20)	/* of all rules, the file and the database */
#define LVS_CONF_GEO_FILE_BYTES_MAX (256u << 20)

enum lvs_conf_ping { LVS_CONF_PING_WHEN_UP, LVS_CONF_PING_ALWAYS, LVS_CONF_PING_NEVER };

/**
 * struct lvs_conf_director - the process itself
 * @dip, @dip6:	own addresses; all zeros: none. Their ports are 0
 * @source_pool: addresses and ranges, see conf/pool.h; empty: none
 * @source_ports: of them, one range; n is 0: 1024 to 65535
 * @masquerade:	"servers" and networks, see conf/pool.h; empty: nobody
 * @max_connections: records in the pool
 * @max_clients: whom the limits of services keep count of
 * @fragments:	packets that may be held until their first fragment comes
 * @user:	whom to become after start when started as root
 * @group:	empty: the user's own
 * @script_user: who runs the operator's programs; empty: @user
 * @ping:	when echo requests to a VIP are answered
 * @reply_rate:	packets per second and kind that the director itself originates
 * @max_half_open: 0: no limit of its own
 * @syn_backlog: half-open connections from which on "auto" of a service's syn_proxy means "on"; 0: none are too many
 * @drop_entry, @drop_packet, @secure_tcp: modes 0 to 3 of IPVS
 * @am_droprate: one packet in so many, in mode 3
 * @ignore_tunneled: what this host unpacks from tunnels stays at its own addresses; fixed while lvsd runs
 * @conn_reuse_mode: 0 to 2, of IPVS
 * @cache_bypass: what no server of a transparent mark takes goes on to its own destination
 * @log_level:	syslog severity, LOG_ERR to LOG_DEBUG
 * @state_file:	what is remembered beyond a restart; empty: nothing is
 */
struct lvs_conf_director {
	struct lvs_addr dip;
	uint16_t dip_port;
	struct lvs_addr dip6;
	uint16_t dip6_port;
	char source_pool[LVS_CONF_POOL_BYTES];
	struct lvs_ports source_ports;
	char masquerade[LVS_CONF_POOL_BYTES];
	uint32_t max_connections;
	uint32_t max_clients;
	uint32_t fragments;
	char user[LVS_CONF_USER_BYTES];
	char group[LVS_CONF_USER_BYTES];
	char script_user[LVS_CONF_USER_BYTES];
	char state_file[LVS_CONF_STATE_FILE_BYTES];
	enum lvs_conf_ping ping;
	uint32_t reply_rate;
	uint32_t max_half_open;
	uint32_t syn_backlog;
	uint32_t drop_entry;
	uint32_t drop_packet;
	uint32_t am_droprate;
	uint32_t secure_tcp;
	bool sloppy_tcp;
	bool sloppy_sctp;
	bool schedule_icmp;
	bool nat_icmp_send;
	bool ignore_tunneled;
	bool expire_nodest_conn;
	bool expire_quiescent_template;
	uint32_t conn_reuse_mode;
	bool cache_bypass;
	bool pmtu_disc;
	uint32_t log_level;
	struct lvs_conf_where dip_where, dip6_where;
	struct lvs_conf_where cache_bypass_where;
	struct lvs_conf_where source_pool_where, source_ports_where, masquerade_where;
};

/**
 * struct lvs_conf_control - where the running director is asked and told; fixed while lvsd runs
 * @enabled:	it can be
 * @socket:	path of a UNIX socket; empty: that of LVS_CONF_SOCKET, as far as it can be made
 * @mode:	of the socket, octal digits
 * @group:	whose members may change things; empty: "lvsd", if there is such a group
 * @listen:	where anybody may ask over TCP; any: nowhere
 * @token_file:	path of a secret by which the status page over TCP may change things; empty: nothing can
 * @listen_any:	that need not be this machine alone
 */
struct lvs_conf_control {
	bool enabled;
	char socket[LVS_CONF_SOCKET_BYTES];
	char mode[LVS_CONF_MODE_BYTES];
	char group[LVS_CONF_USER_BYTES];
	struct lvs_addr listen;
	uint16_t listen_port;
	bool listen_any;
	char token_file[LVS_CONF_PATH_BYTES];
	struct lvs_conf_where listen_where, token_file_where;
};

/* Bits of metrics.compat: whose names are there beside lvsd's own. */
#define LVS_CONF_COMPAT_NODE_IPVS 0x01u

/* What /metrics has. @compat: bits */
struct lvs_conf_metrics {
	uint32_t compat;
};

/*
 * All in seconds. @tcp and @sctp are ESTABLISHED, @tcpfin FIN_WAIT; the others carry the names of their states, of which
 * SCTP has five around cookies and three of shutting down.
 */
struct lvs_conf_timeouts {
	uint32_t tcp;
	uint32_t tcpfin;
	uint32_t udp;
	uint32_t tcp_synsent;
	uint32_t tcp_synrecv;
	uint32_t tcp_timewait;
	uint32_t tcp_close;
	uint32_t tcp_closewait;
	uint32_t tcp_lastack;
	uint32_t tcp_listen;
	uint32_t tcp_synack;
	uint32_t sctp;
	uint32_t sctp_init1;
	uint32_t sctp_init;
	uint32_t sctp_cookie;
	uint32_t sctp_shutdown;
	uint32_t sctp_rejected;
	uint32_t sctp_closed;
};

/**
 * struct lvs_conf_own_timeouts - those of one service
 * @on:		there are any
 * @seconds:	0 takes that of the director
 * @tcp_where, @udp_where, @sctp_where: the last key that is about the protocol
 */
struct lvs_conf_own_timeouts {
	bool on;
	struct lvs_conf_timeouts seconds;
	struct lvs_conf_where tcp_where, udp_where, sctp_where;
};

/* A service's answer to a question that the director has an answer to as well. */
enum lvs_conf_answer { LVS_CONF_DEFAULT, LVS_CONF_NO, LVS_CONF_YES };

/* IPVS' conn_reuse_mode of a service. */
enum lvs_conf_reuse { LVS_CONF_REUSE_DEFAULT, LVS_CONF_REUSE_0, LVS_CONF_REUSE_1, LVS_CONF_REUSE_2 };

/**
 * struct lvs_conf_geo_rule - where some clients go; one of @prefix, @country and @continent says whom it is about
 * @prefix:	of their addresses
 * @country:	ISO 3166-1 alpha-2, according to the database
 * @continent:	as the database calls it
 * @sites:	names, separated by commas, the best first; "*" stands for all others
 */
struct lvs_conf_geo_rule {
	char prefix[LVS_CONF_PREFIX_BYTES];
	char country[3];
	char continent[3];
	char sites[LVS_CONF_SITES_BYTES];
	struct lvs_conf_where prefix_where;
	struct lvs_conf_where country_where;
	struct lvs_conf_where continent_where;
	struct lvs_conf_where where;
};

/**
 * struct lvs_conf_geo - sites, and which clients go where
 * @on:		there are any
 * @sites:	the names of all of them, in the order that is for clients nobody knows
 * @file:	more rules, with prefixes; empty: none
 * @database:	a MaxMind database of countries; empty: none
 * @rules:	owned
 * @table:	what all that comes to; owned, NULL without sites
 * @nprefixes:	how many went into it
 */
struct lvs_conf_geo {
	bool on;
	char sites[LVS_CONF_SITES_BYTES];
	char file[LVS_CONF_PATH_BYTES];
	char database[LVS_CONF_PATH_BYTES];
	size_t nrules;
	struct lvs_conf_geo_rule *rules;
	struct lvs_conf_where where;
	struct lvs_conf_where file_where;
	struct lvs_conf_where database_where;
	struct lvs_sites *table;
	size_t nprefixes;
};

#define LVS_CONF_NETMASK_BYTES 16

/* Of a persistent client whose server is gone, or drains. */
enum lvs_conf_on_failure { LVS_CONF_BREAK, LVS_CONF_KEEP };

/**
 * struct lvs_conf_persistent - clients come back to their server
 * @on:		they do
 * @timeout:	seconds
 * @netmask:	IPv4 clients that it makes equal are one; a dotted quad
 * @prefix6:	the same for IPv6, in bits
 * @sliding:	the time begins with the last packet, not the last new connection
 * @on_failure:	what becomes of clients whose server is gone
 * @on_drain:	and of those whose server drains
 */
struct lvs_conf_persistent {
	bool on;
	uint32_t timeout;
	char netmask[LVS_CONF_NETMASK_BYTES];
	uint32_t prefix6;
	bool sliding;
	enum lvs_conf_on_failure on_failure;
	enum lvs_conf_on_failure on_drain;
};

enum lvs_conf_on_limit { LVS_CONF_LIMIT_DROP, LVS_CONF_LIMIT_RESET };

/**
 * struct lvs_conf_limits - how much of a service a client, and a server, may have
 * @on:		it has limits
 * @client_connections: at a time; 0: any number
 * @client_rate, @server_rate: new ones per second; 0: any number
 * @client_burst, @server_burst: of them at once; 0: as many as in a second
 * @client_prefix4, @client_prefix6: addresses that are equal in so many bits are one client
 * @on_limit:	what becomes of packets that would begin one more
 */
struct lvs_conf_limits {
	bool on;
	uint32_t client_connections;
	uint32_t client_rate, client_burst;
	uint32_t client_prefix4, client_prefix6;
	uint32_t server_rate, server_burst;
	enum lvs_conf_on_limit on_limit;
	struct lvs_conf_where connections_where;
	struct lvs_conf_where client_burst_where;
	struct lvs_conf_where server_burst_where;
};

/**
 * struct lvs_conf_retry - clients whom a server turns away are offered to others
 * @on:		they are
 * @servers:	to so many
 * @silence:	milliseconds after which a repeated SYN means that nobody answers
 */
struct lvs_conf_retry {
	bool on;
	uint32_t servers;
	uint32_t silence;
	struct lvs_conf_where where;
};

/**
 * struct lvs_conf_passive - servers that fail their clients are left out for a while
 * @on:		they are
 * @failures:	in a row
 * @eject, @eject_max: seconds, for the first time and at most
 * @share:	percent of the servers that may be left out at a time
 */
struct lvs_conf_passive {
	bool on;
	uint32_t failures;
	uint32_t eject, eject_max;
	uint32_t share;
	struct lvs_conf_where eject_where, eject_max_where;
};

/**
 * struct lvs_conf_drain - a server gets no new connections
 * @on:		it drains
 * @timeout:	seconds until those that are left are reset; 0: never
 */
struct lvs_conf_drain {
	bool on;
	uint32_t timeout;
};

enum lvs_conf_csum { LVS_CONF_NOCSUM, LVS_CONF_CSUM, LVS_CONF_REMCSUM };

/**
 * struct lvs_conf_tunnel - how "tunnel" packs
 * @on:		the file says it; else "ipip"
 * @type:	"ipip", "gre" or "gue"; static storage
 * @port:	of gue; 0: none
 */
struct lvs_conf_tunnel {
	bool on;
	const char *type;
	uint32_t port;
	enum lvs_conf_csum csum;
	struct lvs_conf_where type_where;
	struct lvs_conf_where port_where;
	struct lvs_conf_where csum_where;
};

/* How a server is told of its clients. UNSAID: not at all. */
enum lvs_conf_client_address { LVS_CONF_CLIENT_UNSAID, LVS_CONF_CLIENT_NONE, LVS_CONF_CLIENT_PROXY_V2, LVS_CONF_CLIENT_TOA };

/* Who made a service or a server: the file names it, or somebody asked for it while lvsd ran. */
enum lvs_conf_origin { LVS_CONF_FROM_FILE, LVS_CONF_AT_RUN_TIME };

/**
 * struct lvs_conf_commands - what was commanded of a server while lvsd ran, beside what the file says; all zeros: nothing
 * @maintenance: it is in maintenance until that is taken back by command
 * @drain:	likewise
 * @drain_timeout: its timeout
 * @weight:	its weight is @weight_value until the file says another one than @weight_of_file
 */
struct lvs_conf_commands {
	bool maintenance, drain, weight;
	uint32_t drain_timeout;
	uint32_t weight_value, weight_of_file;
};

/* Was anything? */
static inline bool lvs_conf_is_commanded(const struct lvs_conf_commands *commands)
{
	return commands->maintenance || commands->drain || commands->weight;
}

/**
 * struct lvs_conf_server - one real server; (@addr, @port) is its key within the service
 * @port:	host order; 0 where the service has a list of ports: the one that the client asked for
 * @forward:	"masq", ...; static storage
 * @tunnel:	of "tunnel"; the service's where the server has none of its own
 * @client_address: how it is told of its clients; the service's, where that is more than none
 * @upper_threshold, @lower_threshold: connections; 0: none, and three quarters of the upper one
 * @site:	one of those of struct lvs_conf_geo; empty: none
 * @mtu:	of the path to it, bytes; 0: as the host's routes say
 * @name:	of its own within the service; made from the key when the file gives none
 * @maintenance: it is out, whatever its checks say
 * @commands:	what of @maintenance, @drain and @weight was commanded; no part of the configuration's meaning
 * @check, @checks: its own, @ncheck (1 at most) and @nchecks of them; owned. None: those of the service
 * @checks_needed: how many of them have to be up; LVS_CONF_CHECKS_ALL: each; 0: as the service says
 * @origin:	who made it; no part of the configuration's meaning
 */
struct lvs_conf_server {
	struct lvs_addr addr;
	uint16_t port;
	enum lvs_conf_origin origin;
	uint32_t weight;
	uint32_t upper_threshold;
	uint32_t lower_threshold;
	struct lvs_conf_drain drain;
	const char *forward;
	struct lvs_conf_tunnel tunnel;
	enum lvs_conf_client_address client_address;
	char site[LVS_CONF_SITE_BYTES];
	uint32_t mtu;
	char name[LVS_CONF_NAME_BYTES];
	bool maintenance;
	struct lvs_conf_commands commands;
	size_t ncheck, nchecks;
	struct lvs_conf_check *check, *checks;
	uint32_t checks_needed;
	struct lvs_conf_where where;
	struct lvs_conf_where name_where;
	struct lvs_conf_where checks_needed_where;
	struct lvs_conf_where upper_where;
	struct lvs_conf_where lower_where;
	struct lvs_conf_where forward_where;
	struct lvs_conf_where site_where;
	struct lvs_conf_where mtu_where;
	struct lvs_conf_where client_address_where;
};

/**
 * struct lvs_conf_sorry - who answers while the servers of a service do not
 * @on:		there is one
 * @server:	it; of its members only what a sorry server may have is given
 */
struct lvs_conf_sorry {
	bool on;
	struct lvs_conf_server server;
};

/* Bits of scheduler_flags: as they were written, so that a name of another scheduler's is noticed. */
#define LVS_CONF_SH_FALLBACK 0x01u
#define LVS_CONF_SH_PORT 0x02u
#define LVS_CONF_MH_FALLBACK 0x04u
#define LVS_CONF_MH_PORT 0x08u
#define LVS_CONF_FLAG_1 0x10u
#define LVS_CONF_FLAG_2 0x20u
#define LVS_CONF_FLAG_3 0x40u

/**
 * struct lvs_conf_mark - a rule that marks packets; the first one that fits counts
 * @mark:	not 0
 * @protocol:	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, or 0 for any of them
 * @address:	where a packet goes
 * @client:	where it comes from; 0 bits: anywhere
 * @ports:	where it goes; n is 0: any
 * @transparent: the addresses are those of others
 */
struct lvs_conf_mark {
	uint32_t mark;
	uint8_t protocol;
	struct lvs_prefix address;
	struct lvs_prefix client;
	struct lvs_ports ports;
	bool transparent;
	struct lvs_conf_where where;
	struct lvs_conf_where address_where;
	struct lvs_conf_where client_where;
};

/* NONE: the service has an address, which says it. */
enum lvs_conf_family { LVS_CONF_FAMILY_NONE, LVS_CONF_INET, LVS_CONF_INET6 };

enum lvs_conf_mh_order { LVS_CONF_MH_ORDER_ADDRESS, LVS_CONF_MH_ORDER_ADDED };

enum lvs_conf_mss_clamp { LVS_CONF_MSS_OFF, LVS_CONF_MSS_AUTO };

enum lvs_conf_syn_proxy { LVS_CONF_SYN_PROXY_OFF, LVS_CONF_SYN_PROXY_AUTO, LVS_CONF_SYN_PROXY_ON };

/**
 * struct lvs_conf_service - one virtual service; (@protocol, @addr, @port, first of @ports) or (@mark, @family) is its key
 * @addr:	lvs_addr_any() of the family if it is of a mark
 * @port:	host order; 0 if there is a list of ports, and, only with @persistent, for all ports
 * @ports:	the list; n is 0 if there is none
 * @mark:	0: it has an address
 * @protocol:	IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP; 0 if it is of a mark
 * @scheduler:	its name; static storage
 * @scheduler_flags: bits
 * @mh_table_size: slots
 * @forward:	"masq"; static storage
 * @helper:	"none", or its name; static storage
 * @one_packet:	each datagram is scheduled anew; UDP only
 * @pickup:	connections that began before, or elsewhere, go on
 * @sloppy_tcp, @sloppy_sctp, @expire_nodest_conn, @expire_quiescent_template, @cache_bypass: the service's own answers
 * @syn_proxy:	when SYNs are answered with cookies; TCP only
 * @mss:	bytes that a segment may carry; 0: any number. TCP only
 * @mss_clamp:	whether it may carry no more than fit the path to the server; TCP only
 * @client_address: of servers that do not say; TCP only
 * @check, @checks: of servers that have none of their own, @ncheck (1 at most) and @nchecks of them; owned
 * @checks_needed: how many of them have to be up; LVS_CONF_CHECKS_ALL: each
 * @on_failure:	what a server is that is down
 * @initial, @initial_wait: what an unknown one is, and for how many milliseconds at most
 * @quorum, @quorum_hysteresis: weight of the servers that are up
 * @min_servers: so many stay, however many seem to be down; 0: none
 * @depends_on:	other services that need their quorum for this one to have its own
 * @name:	of its own; made from the key when the file gives none
 * @servers:	owned, in the order of the file
 * @origin:	who made it; no part of the configuration's meaning
 */
struct lvs_conf_service {
	struct lvs_addr addr;
	uint16_t port;
	enum lvs_conf_origin origin;
	uint8_t protocol;
	uint32_t mark;
	enum lvs_conf_family family;
	const char *scheduler;
	uint32_t scheduler_flags;
	uint32_t mh_table_size;
	uint32_t lblc_expiration;
	enum lvs_conf_mh_order mh_order;
	struct lvs_ports ports;
	const char *forward;
	struct lvs_conf_tunnel tunnel;
	struct lvs_conf_persistent persistent;
	struct lvs_conf_limits limits;
	struct lvs_conf_retry connect_retry;
	struct lvs_conf_passive passive;
	bool pickup;
	bool one_packet;
	const char *helper;
	enum lvs_conf_answer sloppy_tcp, sloppy_sctp;
	enum lvs_conf_answer expire_nodest_conn, expire_quiescent_template;
	enum lvs_conf_answer cache_bypass;
	enum lvs_conf_reuse conn_reuse_mode;
	struct lvs_conf_own_timeouts timeouts;
	enum lvs_conf_syn_proxy syn_proxy;
	uint32_t mss;
	enum lvs_conf_mss_clamp mss_clamp;
	enum lvs_conf_client_address client_address;
	size_t ncheck, nchecks;
	struct lvs_conf_check *check, *checks;
	uint32_t checks_needed;
	enum lvs_conf_on_down on_failure;
	enum lvs_conf_initial initial;
	uint32_t initial_wait;
	struct lvs_conf_sorry sorry_server;
	uint32_t quorum, quorum_hysteresis;
	uint32_t min_servers;
	struct lvs_conf_depends depends_on;
	struct lvs_conf_slow_start slow_start;
	struct lvs_conf_flap flap;
	char name[LVS_CONF_NAME_BYTES];
	size_t nservers;
	struct lvs_conf_server *servers;
	struct lvs_conf_where where;
	struct lvs_conf_where name_where;
	struct lvs_conf_where ports_where;
	struct lvs_conf_where protocol_where;
	struct lvs_conf_where mark_where;
	struct lvs_conf_where family_where;
	struct lvs_conf_where one_packet_where;
	struct lvs_conf_where pickup_where;
	struct lvs_conf_where helper_where;
	struct lvs_conf_where syn_proxy_where;
	struct lvs_conf_where mss_where, mss_clamp_where;
	struct lvs_conf_where client_address_where;
	struct lvs_conf_where checks_needed_where, quorum_hysteresis_where, min_servers_where;
	struct lvs_conf_where flags_where;
	struct lvs_conf_where mh_where;
	struct lvs_conf_where sloppy_tcp_where;
	struct lvs_conf_where sloppy_sctp_where;
	struct lvs_conf_where cache_bypass_where;
};

/* The whole. @marks, @services: owned, in the order of the file. */
struct lvs_conf {
	struct lvs_conf_device device;
	struct lvs_conf_tap tap;
	struct lvs_conf_network network;
	struct lvs_conf_director director;
	struct lvs_conf_control control;
	struct lvs_conf_notify notify;
	struct lvs_conf_metrics metrics;
	struct lvs_conf_timeouts timeouts;
	struct lvs_conf_geo geo;
	size_t nmarks;
	struct lvs_conf_mark *marks;
	size_t nservices;
	struct lvs_conf_service *services;
};

/**
 * lvs_conf_load() - read, parse and check a file
 * @errors:	initialised and filled here. Warnings can be there on success too.
 *
 * Touches nothing but the file, those that it names, and its arguments, so that any thread may do it: a large file
 * takes its time, and packets should not wait for that.
 *
 * Return: 0; -EINVAL when the text is not a valid configuration; -ENOENT, -EACCES, -EFBIG, ... when the file cannot be
 * read; -ENOMEM. Whenever it is not 0, @errors says at least one sentence.
 */
int lvs_conf_load(const char *path, struct lvs_conf_errors *errors, struct lvs_conf **ret_conf);

/**
 * lvs_conf_parse() - the same for a text in memory; the files that it names are not read
 * @text:	@len bytes, any; a NUL is not needed at the end and is an error inside
 * @filename:	for messages only
 */
int lvs_conf_parse(const char *text, size_t len, const char *filename, struct lvs_conf_errors *errors,
		   struct lvs_conf **ret_conf);

/* Return: a configuration with every default and no service; or NULL without memory */
struct lvs_conf *lvs_conf_new(void);

void lvs_conf_free(struct lvs_conf *conf);

/* Is the device a TAP device: is lvsd a host of its own on a LAN? */
bool lvs_conf_on_lan(const struct lvs_conf *conf);

/* The director's own address of a family, that tunnel packets come from: dip, else the first of tap.addresses; or any */
struct lvs_addr lvs_conf_dip(const struct lvs_conf *conf, bool ip4);

/**
 * lvs_conf_dump() - write it as lvs.conf text, every default spelled out; parsing that gives an equal configuration
 *
 * Return: 0, or -EIO when @out took not all of it
 */
int lvs_conf_dump(const struct lvs_conf *conf, FILE *out);

/* Whether both mean the same and stand in the same order; where they stood in their texts does not matter. */
bool lvs_conf_equal(const struct lvs_conf *a, const struct lvs_conf *b);

#endif
