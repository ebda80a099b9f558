/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules: virtual services, their real servers, and the addresses they make virtual. Everything here changes only
 * between bursts, through these functions; packets only look things up.
 */
#ifndef LVS_ENGINE_SERVICE_H
#define LVS_ENGINE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/ports.h"
#include "engine/attempt.h"
#include "engine/limit.h"
#include "engine/port_map.h"
#include "engine/proto.h"
#include "engine/server.h"
#include "engine/stats.h"

struct lvs_classifier;
struct lvs_helper_ops;
struct lvs_rates;
struct lvs_rules;
struct lvs_sched_ops;
struct lvs_sites;

/* A service's choice, or that of the settings. */
enum lvs_choice {
	LVS_CHOICE_INHERIT,
	LVS_CHOICE_NO,
	LVS_CHOICE_YES,
};

/* @choice: enum lvs_choice; @inherited: what holds for those who do not choose */
static inline bool lvs_choice_is(uint8_t choice, bool inherited)
{
	return choice == LVS_CHOICE_INHERIT ? inherited : choice == LVS_CHOICE_YES;
}

/* When a packet that begins a connection takes the place of the one that has its tuple: IPVS' conn_reuse_mode. */
enum lvs_reuse {
	LVS_REUSE_INHERIT,	/* for settings: LVS_REUSE_OVER */
	LVS_REUSE_NEVER,	/* 0 */
	LVS_REUSE_OVER,		/* 1: it is over */
	LVS_REUSE_CLOSING,	/* 2: or closing, where replies do not pass the director */
};

/**
 * struct lvs_persist_spec - how clients stay with their server
 * @timeout:	seconds; 0: they do not
 * @stay:	a client who has connections to a draining server gets new ones there too, until it is drained
 * @mask:	of client addresses: those that are equal under it are one client. Ones throughout in front of an IPv4
 *		address
 * @sliding:	time begins with the last packet of a client's connections, not with his last new connection
 * @keep:	a client whose server is gone, or down, is refused until it is back or the time is over; else he gets another one
 */
struct lvs_persist_spec {
	uint32_t timeout;
	bool sliding;
	bool keep;
	bool stay;
	struct lvs_addr mask;
};

#define LVS_PORT_FTP LVS_BE16(21)

/* When SYNs are answered with cookies: engine/syn_proxy.h */
enum lvs_syn_proxy_mode {
	LVS_SYN_PROXY_OFF,
	LVS_SYN_PROXY_AUTO,	/* under attack, or while there are many half-open connections */
	LVS_SYN_PROXY_ON,
};

/* What a server did not take up of what it was offered. */
enum {
	LVS_SYN_LACKS_TIMESTAMPS = 1 << 0,
	LVS_SYN_LACKS_SCALE = 1 << 1,
	LVS_SYN_LACKS_SACK = 1 << 2,
	LVS_SYN_LACKS_ECN = 1 << 3,
};

/**
 * struct lvs_syn_memory - what the SYN proxy keeps in mind of a service
 * @sent:	when the latest cookie was sent, 0: none was
 * @generation:	of the rules when the rest was learned; nothing is known of others
 * @mss:	the smallest that a server has named; 0: none has
 * @lacks:	LVS_SYN_LACKS_* of all servers
 * @limit:	the least lvs_mss_limit() of all servers at @limit_since; 0: was not asked for yet
 */
struct lvs_syn_memory {
	lvs_ns sent;
	uint64_t generation;
	uint16_t mss;
	uint8_t lacks;
	uint16_t limit;
	lvs_ns limit_since;
};

/**
 * struct lvs_service_spec - what an operator says of a service
 * @key:	port 0 is all ports that have no service of their own; only with persistence, or of a mark
 * @ports:	of a service with key.ranged; the lowest is key.port
 * @one_packet:	every UDP datagram is scheduled anew, see engine/one_packet.h
 * @sched_flags: bits 0 to 2; each scheduler has its own meaning for them, or none
 * @mh_slots:	mh: size of the table, one of the primes that engine/sched/mh.c names; 0: 4093
 * @lblc_expiration: lblc, lblcr: seconds after which a destination that nobody asks for is forgotten, and lblcr looks for
 *		servers that it has no use for; 0: a day
 * @mh_as_added: mh: servers take their slots in the order they were added in, as in the kernel, and not by address
 * @helper:	borrowed; NULL: none. One with a key needs persistence
 * @expire_quiescent_template: enum lvs_choice: weight 0 sends persistent clients to other servers too
 * @expire_nodest_conn: enum lvs_choice: connections of a removed server end, and do not wait for it
 * @cache_bypass: enum lvs_choice: of a mark: where no server can be chosen packets go on to their own destinations
 * @sloppy:	enum lvs_choice: connections may begin in their midst
 * @conn_reuse:	enum lvs_reuse
 * @timeouts:	seconds, per protocol and state; 0 takes that of the settings
 * @retry:	clients whom a server turns away are offered to others
 * @eject:	servers that fail their clients are left out for a while
 * @pickup:	connections that began elsewhere or before go on, see engine/stray.h; the scheduler has to know whose they are
 * @syn_proxy:	not off only for TCP or a mark; servers whose replies bypass the director cannot be added then, and those
 *		that are there already get no client that way
 * @mss:	bytes that a TCP segment of its connections may carry, see engine/mss.h; 0: any number
 * @mss_of_path: no more than fit the path to the server either
 */
struct lvs_service_spec {
	struct lvs_service_key key;
	struct lvs_ports ports;
	const struct lvs_sched_ops *sched;
	bool one_packet;
	uint8_t sched_flags;
	bool mh_as_added;
	uint32_t mh_slots;
	uint32_t lblc_expiration;
	struct lvs_persist_spec persist;
	uint8_t expire_quiescent_template;
	uint8_t expire_nodest_conn;
	uint8_t cache_bypass;
	uint8_t sloppy[LVS_PROTO_INDEX_COUNT];
	uint8_t conn_reuse;
	uint32_t timeouts[LVS_PROTO_INDEX_COUNT][LVS_STATES_MAX];
	struct lvs_limit_spec limits;
	struct lvs_retry_spec retry;
	struct lvs_eject_spec eject;
	bool pickup;
	const struct lvs_helper_ops *helper;
	enum lvs_syn_proxy_mode syn_proxy;
	uint16_t mss;
	bool mss_of_path;
};

/**
 * struct lvs_vip - an address that at least one service has, or any family that services of marks have, or an address of
 * this host in a mark rule's, or one that connections come from
 * @own:	the director's, see lvs_rules_set_sources()
 * @own_wanted:	while those change: it will be
 * @local:	also an address of this host, whose stack takes what no service takes
 * @services:	ring of its services
 * @ports:	of those that have lists of ports
 */
struct lvs_vip {
	struct lvs_addr addr;
	bool local, own, own_wanted;
	struct lvs_vip *next;
	struct lvs_list services;
	struct lvs_port_map ports;
};

/**
 * struct lvs_service - a virtual service
 * @servers:	newest first, the order in which IPVS' schedulers see them
 * @waiting:	ring of its servers that wait to get new connections, who waits longest at the end
 * @ejected:	ring of its servers that are out for a while, who is back first at the beginning; @nejected of them
 * @of_ejecting: of those that have such servers
 * @watched:	how its connections begin matters, see lvs_attempt_matters()
 * @rules:	it is one of
 * @serial:	grows from each service that is added to the next
 * @sched_state: of the scheduler, see lvs_sched_ops; NULL if it needs none
 * @sched_bytes: its size
 * @rates:	how fast @counters grow; its own
 */
struct lvs_service {
	struct lvs_service_spec spec;
	struct lvs_vip *vip;
	struct lvs_service *next;
	struct lvs_list of_vip;
	struct lvs_server **servers;
	uint32_t nservers;
	struct lvs_rules *rules;
	uint64_t serial;
	struct lvs_list waiting;
	struct lvs_list ejected, of_ejecting;
	uint32_t nejected;
	bool watched;
	void *sched_state;
	size_t sched_bytes;
	struct lvs_counters counters;
	struct lvs_syn_memory syn_memory;
	struct lvs_rates *rates;
};

#define LVS_TRASH_HEADS 1024

#define LVS_OWN_MAX 18

/* An address of the director itself; @local: of its host too */
struct lvs_own_addr {
	struct lvs_addr addr;
	bool local;
};

/**
 * struct lvs_rules - all services of an engine
 * @own:	the director's own addresses, @ndips of them; those that connections come from are VIPs
 * @servers:	by id, from 1; NULL where an id is free
 * @origins:	of servers of services
 * @edition:	grows whenever a configuration comes into force
 * @generation:	grows whenever a service or a server comes or goes, or has another forwarding method
 * @free_id:	no id below this one is free
 * @trash:	removed servers that connections may still name, by hash of their service's and their own name
 * @ntrash:	how many
 * @classifier:	what marks packets; NULL: nothing does
 * @nranged:	services with lists of ports
 * @nftp, @nany: services of port 21 over TCP, services of all ports
 * @noriginating: services whose servers begin connections
 * @ndraining:	servers whose time to drain is running
 * @news:	lvs_rules_expire() has not seen all that drains or was removed
 * @sweep:	a server was removed that connections name, since this was last cleared
 * @dismiss:	a server's time to drain is over, since this was last cleared
 * @npickup:	services that pick connections up
 * @nattached:	how often a scheduler was attached
 * @nown:	addresses that connections come from, see lvs_rules_set_sources()
 * @sites:	borrowed; NULL: there are none
 * @ejecting:	services with servers that are out for a while
 * @ejections:	servers for lvs_eject_next()
 */
struct lvs_rules {
	struct lvs_own_addr own[LVS_OWN_MAX];
	uint32_t ndips;
	struct lvs_hash_key key;
	struct lvs_service **service_heads;
	struct lvs_vip **vip_heads;
	uint32_t nheads;
	uint32_t nservices;
	struct lvs_server **servers;
	uint32_t servers_len;
	struct lvs_origins origins;
	uint64_t edition;
	uint64_t generation;
	uint32_t free_id;
	struct lvs_list trash[LVS_TRASH_HEADS];
	uint32_t ntrash;
	struct lvs_classifier *classifier;
	uint32_t nranged;
	uint32_t nftp, nany;
	uint32_t noriginating;
	uint32_t ndraining;
	bool news, sweep, dismiss;
	uint32_t npickup;
	uint64_t nattached;
	uint32_t nown;
	const struct lvs_sites *sites;
	struct lvs_list ejecting, ejections;
};

/* Return: 0 or -ENOMEM */
int lvs_rules_init(struct lvs_rules *rules, const struct lvs_hash_key *key);

/* Frees everything, connections' servers included. */
void lvs_rules_fini(struct lvs_rules *rules);

/**
 * lvs_rules_set_sites() - from now on servers stand where @sites says, and clients go where it says
 * @sites:	borrowed until the next ones; NULL: no sites
 */
void lvs_rules_set_sites(struct lvs_rules *rules, const struct lvs_sites *sites);

/**
 * lvs_service_add() - a new service without servers
 *
 * Where lists of ports overlap, the service that was added first has the port; one with that port alone comes before all.
 *
 * Return: 0, -EEXIST, -EINVAL (address that is not unicast, unknown protocol, no scheduler, or what it does not
 * take; SYN proxy for another protocol than TCP) or -ENOMEM
 */
int lvs_service_add(struct lvs_rules *rules, const struct lvs_service_spec *spec, struct lvs_service **ret_service);

/**
 * lvs_service_edit() - change what may change
 *
 * A scheduler begins anew when it is another one or its table is to be made in another way; it does not for its flags.
 *
 * Return: 0, or nothing changed and -EINVAL (what the scheduler does not take, SYN proxy for another protocol than
 * TCP), -ENOSPC (too many servers for it) or
 * -ENOMEM
 */
int lvs_service_edit(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_service_spec *spec);

/* Remove with all its servers, see lvs_server_remove(). @service is gone afterwards. */
void lvs_service_remove(struct lvs_rules *rules, struct lvs_service *service, lvs_ns now);

/* By exact name. Return: borrowed, or NULL */
struct lvs_service *lvs_service_find(const struct lvs_rules *rules, const struct lvs_service_key *key);

/**
 * lvs_service_lookup() - the service that a packet without a connection is for, in IPVS' order
 * @packet:	parsed
 *
 * The service of its mark; that of its very port; that which has it in a list; over TCP, for port 20 and those from
 * 1024 on, the persistent service of port 21 (FTP); the one of all ports.
 *
 * Return: borrowed, or NULL
 */
struct lvs_service *lvs_service_lookup(const struct lvs_rules *rules, const struct lvs_packet *packet);

/**
 * lvs_rules_set_classifier() - other rules mark packets from now on
 * @classifier:	consumed; NULL marks nothing
 *
 * Return: the one before, the caller's again
 */
struct lvs_classifier *lvs_rules_set_classifier(struct lvs_rules *rules, struct lvs_classifier *classifier);

/* Return: borrowed; NULL if @addr has no services, whoever else it may belong to */
struct lvs_vip *lvs_vip_find(const struct lvs_rules *rules, const struct lvs_addr *addr);

/* The director's own addresses, at most LVS_OWN_MAX of them. Whether they are the host's too is forgotten for new ones. */
void lvs_rules_set_own(struct lvs_rules *rules, const struct lvs_addr *addrs, uint32_t n);

/* Where connections come from at their servers: addresses of the director's own from now on. Return: 0 or -ENOMEM */
int lvs_rules_set_sources(struct lvs_rules *rules, const struct lvs_addr *addrs, uint32_t n);

/* Whose is an address? */
enum lvs_owner {
	LVS_OWNER_OTHER,	/* it is not virtual */
	LVS_OWNER_DIRECTOR,	/* its own, or virtual by a service or a mark rule: nobody else answers for it */
	LVS_OWNER_HOST,		/* virtual, and an address of this host, whose stack takes what no service takes */
};
enum lvs_owner lvs_rules_owner(const struct lvs_rules *rules, const struct lvs_addr *addr);

/* The host got or lost @addr; nothing happens if it is not virtual. */
void lvs_vip_set_local(struct lvs_rules *rules, const struct lvs_addr *addr, bool local);

/* Has any service of @addr, or of a mark that its packets may get, a server with weight? An overloaded one is there. */
bool lvs_rules_live(const struct lvs_rules *rules, const struct lvs_addr *addr);

/**
 * lvs_server_add() - a new server, seen first by the scheduler
 *
 * A server of the same address and port that was removed from a service of the same name comes back: with its number,
 * its connections and its counters.
 *
 * Return: 0, -EEXIST, -EINVAL (address not unicast or of another family, weight too large, replies that
 * bypass a SYN proxy, a virtual address that is to be bypassed itself), -ERANGE (lower
 * threshold above the upper one), -ENOSPC (more servers than the scheduler can serve) or -ENOMEM
 */
int lvs_server_add(struct lvs_rules *rules, struct lvs_service *service, const struct lvs_server_spec *spec,
		   struct lvs_server **ret_server);

/*
 * Change weight, thresholds, draining, being down, forwarding method; the last for new connections only. Time to drain
 * is counted from when draining began. Return: 0, -EINVAL or -ERANGE
 */
int lvs_server_edit(struct lvs_rules *rules, struct lvs_server *server, const struct lvs_server_spec *spec);

/* Remove: no new connections; packets of the old ones are dropped until it comes back or they end, see engine/retire.h. */
void lvs_server_remove(struct lvs_rules *rules, struct lvs_server *server, lvs_ns now);

/* @mtu: of the path towards @server, bytes; 0: not known */
void lvs_server_set_mtu(struct lvs_server *server, uint32_t mtu);

/* Return: borrowed, or NULL */
struct lvs_server *lvs_server_find(const struct lvs_service *service, const struct lvs_addr *addr, lvs_be16 port);

/* By number, removed ones too. Connections hold only numbers that are valid. */
static inline struct lvs_server *lvs_server_at(const struct lvs_rules *rules, uint32_t id)
{
	return rules->servers[id];
}

/**
 * lvs_rules_expire() - forget servers that were removed long ago and have no connections; end the time of those that drain
 *
 * Return: when to come back, LVS_NS_NEVER if there is nothing to wait for
 */
lvs_ns lvs_rules_expire(struct lvs_rules *rules, lvs_ns now);

#endif
