// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipvsadm's rules of what goes with what, as tables: '+' must be there, ' ' may, 'x' must not, and of those marked '1' only
 * one may. Columns stand in the order of enum lvsadm_opt, which is also the order of complaints.
 */
#include "lvsadm/legal.h"

#include <netinet/in.h>
#include <string.h>

static const char *const opt_names[] = {
	"numeric",     "connection", "service-address", "scheduler",  "persistent",	 "netmask",	"real-server",
	"forwarding-method", "weight", "u-threshold",	"l-threshold", "mcast-interface", "timeout",	"daemon",
	"stats",       "rate",	     "thresholds",	"persistent-conn", "nosort",	 "syncid",	"exact",
	"ops",	       "pe",	     "sched-flags",	"mcast-group", "mcast-port",	 "mcast-ttl",	"sync-maxlen",
	"tun-info",    "tun-type",   "tun-port",	"tun-nocsum", "tun-csum",	 "tun-remcsum",
};
static_assert(sizeof(opt_names) / sizeof(*opt_names) == LVSADM_OPTS, "a name for each option");

static const struct {
	const char *name;
	const char *options;
} commands[] = {
	/*				   ncsspMrfwxymtdsrtpnseopbGPTLitpncr */
	[LVSADM_ADD] = { "add-service",	  "xx+   xxxxxxxxxxxxxxx   xxxxxxxxxx" },
	[LVSADM_EDIT] = { "edit-service", "xx+   xxxxxxxxxxxxxxx   xxxxxxxxxx" },
	[LVSADM_DELETE] = { "delete-service", "xx+xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_FLUSH] = { "flush",	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_RESTORE] = { "restore",	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_SAVE] = { "save",	  " xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_ADD_SERVER] = { "add-server", "xx+xxx+    xxxxxxxxxxxxxxxxxx     " },
	[LVSADM_EDIT_SERVER] = { "edit-server", "xx+xxx+    xxxxxxxxxxxxxxxxxx     " },
	[LVSADM_DELETE_SERVER] = { "delete-server", "xx+xxx+xxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_LIST] = { "list",	  " 11xxxxxxxxx11       xxxxxxx xxxxx" },
	[LVSADM_ZERO] = { "zero",	  "xx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_SET] = { "set",		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	[LVSADM_START_DAEMON] = { "start-daemon", "xxxxxxxxxxx xxxxxxx xxxx    xxxxxx" },
	[LVSADM_STOP_DAEMON] = { "stop-daemon", "xxxxxxxxxxxxxxxxxxx xxxxxxxxxxxxxx" },
};
static_assert(sizeof(commands) / sizeof(*commands) == LVSADM_KINDS, "a row for each command");

/* The columns are those from LVSADM_TUN_PORT on. */
static const struct {
	const char *name;
	const char *options;
} tunnels[] = {
	[LVSADM_IPIP] = { "ipip", "xxxx" },
	[LVSADM_GUE] = { "gue", "+111" },
	[LVSADM_GRE] = { "gre", "x11x" },
};

const char *lvsadm_opt_name(enum lvsadm_opt opt)
{
	return opt_names[opt];
}

/**
 * check() - one row of a table
 * @row:	its marks
 * @first:	option of the first column
 * @name:	of what the row is about
 * @what:	that is one
 */
static bool check(const struct lvsadm_command *command, const char *row, enum lvsadm_opt first, const char *name,
		  const char *what, struct lvsadm_fault *fault)
{
	const char *one = NULL;

	for (int i = 0; row[i]; i++) {
		enum lvsadm_opt opt = first + (unsigned int)i;

		if (!lvsadm_has(command, opt)) {
			if (row[i] == '+')
				return lvsadm_fault(fault, "You need to supply the '%s' option for the '%s' %s", opt_names[opt],
						    name, what);
			continue;
		}
		if (row[i] == 'x')
			return lvsadm_fault(fault, "Illegal '%s' option with the '%s' %s", opt_names[opt], name, what);
		if (row[i] != '1')
			continue;
		if (one)
			return lvsadm_fault(fault, "The option '%s' conflicts with the '%s' option in the '%s' %s", opt_names[opt],
					    one, name, what);
		one = opt_names[opt];
	}
	return true;
}

static bool check_service(struct lvsadm_service *service, struct lvsadm_fault *fault)
{
	if (!service->key.mark && !service->key.port && !service->persistent)
		return lvsadm_fault(fault, "Zero port specified for non-persistent service");
	if (service->one_packet && !service->key.mark && service->key.protocol != IPPROTO_UDP)
		return lvsadm_fault(fault, "One-Packet Scheduling is only for UDP virtual services");
	if (!*service->scheduler)
		strcpy(service->scheduler, "wlc");
	return true;
}

#define BIT(opt) (1ULL << (opt))
#define TUNNEL_OPTIONS                                                                                                 \
	(BIT(LVSADM_TUN_TYPE) | BIT(LVSADM_TUN_PORT) | BIT(LVSADM_TUN_NOCSUM) | BIT(LVSADM_TUN_CSUM) |                 \
	 BIT(LVSADM_TUN_REMCSUM))

/* Packets to these servers keep their port, whatever was said. */
static bool keeps_port(const struct lvsadm_command *command)
{
	return !command->service.key.mark && command->server.forward != LVSADM_MASQ;
}

static bool check_server(struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	struct lvsadm_server *server = &command->server;

	if (keeps_port(command))
		server->port = command->service.key.port;
	if (server->family != command->service.key.family && server->forward != LVSADM_TUNNEL)
		return lvsadm_fault(fault, "Different address family is allowed only for tunneling servers");
	if (command->options & TUNNEL_OPTIONS && server->forward != LVSADM_TUNNEL)
		return lvsadm_fault(fault, "Tunnel options conflict with forward method");
	if (server->forward != LVSADM_TUNNEL)
		return true;
	return check(command, tunnels[server->tunnel].options, LVSADM_TUN_PORT, tunnels[server->tunnel].name, "tunnel type", fault);
}

static bool check_list(const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	uint64_t others = BIT(LVSADM_STATS) | BIT(LVSADM_RATE) | BIT(LVSADM_THRESHOLDS);

	if (lvsadm_has(command, LVSADM_TIMEOUT) || lvsadm_has(command, LVSADM_DAEMON))
		others |= BIT(LVSADM_PERSISTENT_CONN);
	else if (!lvsadm_has(command, LVSADM_CONNECTION))
		return true;
	if (command->options & others)
		return lvsadm_fault(fault, "options conflicts in the list command");
	return true;
}

bool lvsadm_legal(struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	if (command->kind >= LVSADM_KINDS)
		return true;
	if (!check(command, commands[command->kind].options, 0, commands[command->kind].name, "command", fault))
		return false;
	switch (command->kind) {
	case LVSADM_ADD:
	case LVSADM_EDIT:
		return check_service(&command->service, fault);
	case LVSADM_ADD_SERVER:
	case LVSADM_EDIT_SERVER:
		return check_server(command, fault);
	case LVSADM_LIST:
		return check_list(command, fault);
	default:
		return true;
	}
}
