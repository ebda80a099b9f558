/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command of ipvsadm's language, read and found legal. */
#ifndef LVS_LVSADM_COMMAND_H
#define LVS_LVSADM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#define LVSADM_NAME_BYTES 16	/* of a scheduler or persistence engine, with its NUL; longer ones are cut */

enum lvsadm_kind {
	LVSADM_ADD,
	LVSADM_EDIT,
	LVSADM_DELETE,
	LVSADM_FLUSH,
	LVSADM_RESTORE,
	LVSADM_SAVE,
	LVSADM_ADD_SERVER,
	LVSADM_EDIT_SERVER,
	LVSADM_DELETE_SERVER,
	LVSADM_LIST,
	LVSADM_ZERO,
	LVSADM_SET,
	LVSADM_START_DAEMON,
	LVSADM_STOP_DAEMON,
	LVSADM_KINDS,
	LVSADM_HELP = LVSADM_KINDS,
	LVSADM_VERSION,
};

/* In the order in which ipvsadm complains about them. */
enum lvsadm_opt {
	LVSADM_NUMERIC,
	LVSADM_CONNECTION,
	LVSADM_SERVICE,
	LVSADM_SCHEDULER,
	LVSADM_PERSISTENT,
	LVSADM_NETMASK,
	LVSADM_SERVER,
	LVSADM_FORWARD,
	LVSADM_WEIGHT,
	LVSADM_UPPER,
	LVSADM_LOWER,
	LVSADM_MCAST_INTERFACE,
	LVSADM_TIMEOUT,
	LVSADM_DAEMON,
	LVSADM_STATS,
	LVSADM_RATE,
	LVSADM_THRESHOLDS,
	LVSADM_PERSISTENT_CONN,
	LVSADM_NOSORT,
	LVSADM_SYNCID,
	LVSADM_EXACT,
	LVSADM_OPS,
	LVSADM_PE,
	LVSADM_SCHED_FLAGS,
	LVSADM_MCAST_GROUP,
	LVSADM_MCAST_PORT,
	LVSADM_MCAST_TTL,
	LVSADM_SYNC_MAXLEN,
	LVSADM_TUN_INFO,
	LVSADM_TUN_TYPE,
	LVSADM_TUN_PORT,
	LVSADM_TUN_NOCSUM,
	LVSADM_TUN_CSUM,
	LVSADM_TUN_REMCSUM,
	LVSADM_OPTS,
};

enum lvsadm_forward { LVSADM_MASQ, LVSADM_LOCAL, LVSADM_TUNNEL, LVSADM_DROUTE, LVSADM_OTHER };
enum lvsadm_tunnel_type { LVSADM_IPIP, LVSADM_GUE, LVSADM_GRE };
enum lvsadm_csum { LVSADM_NOCSUM, LVSADM_CSUM, LVSADM_REMCSUM };
enum { LVSADM_FLAG_1 = 1, LVSADM_FLAG_2 = 2, LVSADM_FLAG_3 = 4 };

/**
 * struct lvsadm_key - which virtual service
 * @protocol:	IPPROTO_*; of a mark, TCP's
 * @addr:	any address of its family for a mark
 * @port:	host order; 0: all
 * @mark:	0: none
 * @family:	AF_INET, AF_INET6, or 0 when none was named yet
 */
struct lvsadm_key {
	uint8_t protocol;
	struct lvs_addr addr;
	uint16_t port;
	uint32_t mark;
	int family;
};

/**
 * struct lvsadm_service - what -A and -E say about it
 * @key:	which
 * @flags:	of the scheduler, LVSADM_FLAG_*
 * @timeout:	of persistence, seconds
 * @netmask:	of IPv4 clients, network order
 * @prefix:	of IPv6 clients
 */
struct lvsadm_service {
	struct lvsadm_key key;
	char scheduler[LVSADM_NAME_BYTES];
	unsigned int flags;
	bool persistent;
	unsigned int timeout;
	lvs_be32 netmask;
	unsigned int prefix;
	char pe[LVSADM_NAME_BYTES];
	bool one_packet;
};

/**
 * struct lvsadm_server - what -a and -e say about it
 * @port:	host order, may be 0
 * @tunnel_port: of gue, host order
 */
struct lvsadm_server {
	struct lvs_addr addr;
	int family;
	uint16_t port;
	enum lvsadm_forward forward;
	int weight;
	unsigned int upper;
	unsigned int lower;
	enum lvsadm_tunnel_type tunnel;
	uint16_t tunnel_port;
	enum lvsadm_csum csum;
};

/**
 * struct lvsadm_command - one line
 * @options:	bit 1 << LVSADM_x for each option that was given
 * @timeouts:	of --set: tcp, tcpfin, udp; 0: as it is
 * @master:	of --start-daemon and --stop-daemon
 * @socket:	borrowed: what --socket said, or NULL
 */
struct lvsadm_command {
	enum lvsadm_kind kind;
	uint64_t options;
	struct lvsadm_service service;
	struct lvsadm_server server;
	unsigned int timeouts[3];
	bool master;
	const char *socket;
};

static inline bool lvsadm_has(const struct lvsadm_command *command, enum lvsadm_opt opt)
{
	return command->options >> opt & 1;
}

#endif
