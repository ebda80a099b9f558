/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How packets reach the device: links, routes, rules, proxy neighbours and kernel switches, kept as the virtual
 * services and real servers need them for as long as the daemon lives, and removed when it ends.
 *
 * Everything lvsd installs carries LVS_NET_PROTO (`ip route show table all proto 77`, `ip rule show proto 77`), which
 * is how leftovers of a predecessor that crashed are told from what belongs to the operator; only the address of the
 * device, which older kernels keep no originator of, is known by itself.
 *
 * There is no loop and no clock in here: the caller watches lvs_net_fd() for reading, calls lvs_net_readable() and, at
 * lvs_net_deadline(), lvs_net_tick(). All calls come from one thread; callbacks come from inside of the calls below
 * and may not call back into the same object.
 *
 * System calls after set-up: sendto, recvmsg (netlink); openat, read, write, close below /proc/sys/net.
 */
#ifndef LVS_NET_NET_H
#define LVS_NET_NET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/prefix.h"
#include "base/time.h"

/* Originator of our routes, rules and proxy neighbours; unassigned in linux/rtnetlink.h and iproute2. */
#define LVS_NET_PROTO 77

/* Default number of the routing table that leads to the device. */
#define LVS_NET_TABLE 77

/*
 * Preference of the rules for local VIPs; the local table moves to +90, the rules for replies stand at +100 and +101, those for
 * networks of others at +102 and +103.
 */
#define LVS_NET_PRIORITY 10

/* The length of the device's queue unless options say otherwise; the kernel's own 500 drops silently under load. */
#define LVS_NET_TXQUEUELEN 10000

struct lvs_net;

enum lvs_net_setup {
	LVS_NET_AUTO,	/* install, watch, repair, remove */
	LVS_NET_MANUAL,	/* look only, and say what is missing together with the command that mends it */
};

enum lvs_net_level {
	LVS_NET_ERROR,
	LVS_NET_WARNING,
	LVS_NET_NOTICE,
	LVS_NET_INFO,
};

/**
 * struct lvs_net_options - what does not change while the daemon runs
 * @setup:	who does the work
 * @mtu:	MTU of the device, bytes; 0 leaves it
 * @txqueuelen:	packets; 0 means LVS_NET_TXQUEUELEN
 * @table:	routing table for our use alone; 0 means LVS_NET_TABLE
 * @priority:	preference of our first rule; 0 means LVS_NET_PRIORITY
 * @link_only:	the device is a TAP device, behind which a host of its own is: nothing is to be led to it, and nothing but
 *		the device itself is touched
 * @bridge:	that the device becomes a port of; NULL or empty: none
 * @no_proxy:	VIPs on an attached subnet are left to others while they are not addresses of this host. For
 *		directors that share their VIPs by VRRP: the one in waiting must not answer for them
 * @ignore_tunneled: what this host unpacks from tunnels stays with it where the VIP is local. For directors that are real
 *		servers of another one
 * @server_interfaces: where replies of real servers arrive; none: where the routes to the servers lead
 * @client_interfaces: where packets to networks of others arrive that are wanted; none: where no route to one of them leads,
 *		or, if such routes lead everywhere, everywhere
 */
struct lvs_net_options {
	enum lvs_net_setup setup;
	uint32_t mtu;
	uint32_t txqueuelen;
	uint32_t table;
	uint32_t priority;
	bool link_only;
	const char *bridge;
	bool no_proxy;
	bool ignore_tunneled;
	const char *const *server_interfaces;
	size_t nserver_interfaces;
	const char *const *client_interfaces;
	size_t nclient_interfaces;
};

/**
 * struct lvs_net_callbacks - what net reports; any of them may be NULL
 * @arg:	handed back in every call
 * @say:	one message, lower case, without full stop or newline; @text is valid during the call
 * @server_path: the way to @server. @mtu: the largest IP packet, in bytes, that the host's route towards it takes; 0: there is
 *		no route. @source: the address that the host itself would send from, if it is wanted; all zeros: it is not, or
 *		there is none. Called once for every new server inside of lvs_net_apply(), afterwards on every change. The
 *		engine tells clients (fragmentation needed, packet too big), because the host's own message would quote the
 *		real server's address
 * @vip_local:	whether @vip is an address of this host; of those that are, told anew at every look, for who is told
 *		may have forgotten. Packets to a local VIP may be written back to the device and are then the host's;
 *		those to any other VIP come straight back, until their TTL ends, so the engine has to answer or drop
 *		them
 */
struct lvs_net_callbacks {
	void *arg;
	void (*say)(void *arg, enum lvs_net_level level, const char *text);
	void (*server_path)(void *arg, const struct lvs_addr *server, uint32_t mtu, const struct lvs_addr *source);
	void (*vip_local)(void *arg, const struct lvs_addr *vip, bool local);
};

/**
 * struct lvs_net_wanted - what the device is for; both families mixed, any order, duplicates are fine
 * @vips:	addresses that clients reach: all that arrives for them goes to the device
 * @prefixes:	the same for whole networks. Nobody answers for their addresses on attached subnets, as no host is known to
 *		have none of them, but for those that this host has, which are VIPs like the others
 * @transparent: networks, or addresses, of others. What arrives for them is led to the device; what the host itself sends
 *		there, and what comes out of the device, goes its way, and so does what is for addresses of this host
 * @asking:	addresses that the host itself asks VIPs from: the device gets them, and what arrives for them goes there too
 * @servers:	real servers whose replies have to come back through the device
 * @one_way:	real servers whose replies find their way by themselves: all that matters is the path to them. One that is
 *		in both lists is one of @servers
 * @sourced:	those among both whose @source is wanted
 */
struct lvs_net_wanted {
	const struct lvs_addr *vips;
	size_t nvips;
	const struct lvs_prefix *prefixes;
	size_t nprefixes;
	const struct lvs_prefix *transparent;
	size_t ntransparent;
	const struct lvs_addr *asking;
	size_t nasking;
	const struct lvs_addr *servers;
	size_t nservers;
	const struct lvs_addr *one_way;
	size_t none_way;
	const struct lvs_addr *sourced;
	size_t nsourced;
};

/**
 * struct lvs_net_stats - the device as the kernel counts it: transmitted is what lvsd reads, received is what it wrote
 * @tx_dropped:	packets for lvsd that found the queue full
 */
struct lvs_net_stats {
	uint64_t rx_packets, rx_bytes, rx_dropped, rx_errors;
	uint64_t tx_packets, tx_bytes, tx_dropped, tx_errors;
};

/**
 * lvs_net_new() - open the netlink sockets; nothing on the host changes yet
 * @options:	copied
 * @callbacks:	copied
 * @ret_net:	owned by the caller
 *
 * Return: 0, -ENOMEM, or what socket(2) and bind(2) say
 */
int lvs_net_new(const struct lvs_net_options *options, const struct lvs_net_callbacks *callbacks, struct lvs_net **ret_net);

/**
 * lvs_net_attach() - bring the device up with its MTU and queue length, and take it as ours
 * @device:	name of an interface that exists; the TUN descriptor should be open, or the link has no carrier
 *
 * Return: 0; -ENODEV; -EBUSY when another running lvsd manages this network namespace; -EPERM without CAP_NET_ADMIN;
 * other errors of the kernel. Said as well.
 */
int lvs_net_attach(struct lvs_net *net, const char *device);

/**
 * lvs_net_apply() - make the host forward for exactly these addresses
 * @wanted:	copied; replaces what was wanted before, and only the difference is touched
 *
 * The first call also removes what a predecessor left. In manual mode nothing is touched and one message per missing
 * piece is said. What fails is said, stays wanted and is tried again by lvs_net_tick().
 *
 * Return: 0, -ENOMEM, or the first error of the kernel
 */
int lvs_net_apply(struct lvs_net *net, const struct lvs_net_wanted *wanted);

/**
 * lvs_net_want() - the same without waiting for it: the work is done by lvs_net_tick(), in portions
 *
 * Return: 0, -ENODEV or -ENOMEM
 */
int lvs_net_want(struct lvs_net *net, const struct lvs_net_wanted *wanted);

/* Return: what lvs_net_want() asked for is not done yet, nor has it failed */
bool lvs_net_busy(const struct lvs_net *net);

/* Return: a descriptor to watch for reading; it stays net's own */
int lvs_net_fd(const struct lvs_net *net);

/* Take note of what changed on the host; the work is done by lvs_net_tick(). Never blocks. */
void lvs_net_readable(struct lvs_net *net, lvs_ns now);

/* Return: when lvs_net_tick() wants to be called next, or LVS_NS_NEVER; may change in any of the other calls */
lvs_ns lvs_net_deadline(const struct lvs_net *net);

/* Follow what changed and repair what is ours, as far as it is due at @now. */
void lvs_net_tick(struct lvs_net *net, lvs_ns now);

/* Return: 0, or -ENODEV while the device is gone or not attached; @ret_stats is untouched on failure */
int lvs_net_device_stats(struct lvs_net *net, struct lvs_net_stats *ret_stats);

/**
 * lvs_net_free() - remove what was installed, put kernel switches back, close
 * @net:	NULL, or consumed
 *
 * A switch goes back to its old value only if it still has ours. The device itself belongs to the caller; close it
 * after this.
 */
void lvs_net_free(struct lvs_net *net);

#endif
