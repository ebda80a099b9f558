// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first option is the command, the others are its options, in any order; each is read when its turn comes, so the
 * first one that is wrong is the one complained about. Where order has a meaning it has one here too: -6 follows -f, a
 * port's name is one of the protocol named before, and an IPv6 service forgets the netmask that came before it.
 */
#include "lvsadm/parse.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvsadm/address.h"
#include "lvsadm/flags.h"
#include "lvsadm/legal.h"

#define TIMEOUT_MAX 2678400 /* 31 days */
#define PERSISTENT_DEFAULT 360
#define SYNC_MAXLEN_MAX (65535 - 20 - 8)

/* Codes of options without a letter. */
enum {
	LONG_SCTP = 256, LONG_SET, LONG_START, LONG_STOP, LONG_PE, LONG_TUN_TYPE, LONG_TUN_PORT, LONG_NOCSUM, LONG_CSUM,
	LONG_REMCSUM, LONG_MCAST_INTERFACE, LONG_MCAST_GROUP, LONG_MCAST_PORT, LONG_MCAST_TTL, LONG_SYNCID, LONG_MAXLEN,
	LONG_SHOW, LONG_SORT, LONG_SOCKET,
};

const struct lvsadm_option lvsadm_options[] = {
	{ "add-service", 'A', LVSADM_TAKES_NONE, 'A', -1 },
	{ "edit-service", 'E', LVSADM_TAKES_NONE, 'E', -1 },
	{ "delete-service", 'D', LVSADM_TAKES_NONE, 'D', -1 },
	{ "clear", 'C', LVSADM_TAKES_NONE, 'C', -1 },
	{ "restore", 'R', LVSADM_TAKES_NONE, 'R', -1 },
	{ "save", 'S', LVSADM_TAKES_NONE, 'S', -1 },
	{ "add-server", 'a', LVSADM_TAKES_NONE, 'a', -1 },
	{ "edit-server", 'e', LVSADM_TAKES_NONE, 'e', -1 },
	{ "delete-server", 'd', LVSADM_TAKES_NONE, 'd', -1 },
	{ "list", 'L', LVSADM_TAKES_NONE, 'L', -1 },
	{ "list", 'l', LVSADM_TAKES_NONE, 'L', -1 },
	{ "zero", 'Z', LVSADM_TAKES_NONE, 'Z', -1 },
	{ "set", 0, LVSADM_TAKES_NONE, LONG_SET, -1 },
	{ "start-daemon", 0, LVSADM_TAKES_VALUE, LONG_START, -1 },
	{ "stop-daemon", 0, LVSADM_TAKES_VALUE, LONG_STOP, -1 },
	{ "help", 'h', LVSADM_TAKES_NONE, 'h', -1 },
	{ "version", 'v', LVSADM_TAKES_NONE, 'v', -1 },
	{ "tcp-service", 't', LVSADM_TAKES_VALUE, 't', LVSADM_SERVICE },
	{ "udp-service", 'u', LVSADM_TAKES_VALUE, 'u', LVSADM_SERVICE },
	{ "sctp-service", 0, LVSADM_TAKES_VALUE, LONG_SCTP, LVSADM_SERVICE },
	{ "fwmark-service", 'f', LVSADM_TAKES_VALUE, 'f', LVSADM_SERVICE },
	{ "ipv6", '6', LVSADM_TAKES_NONE, '6', -1 },
	{ "scheduler", 's', LVSADM_TAKES_VALUE, 's', LVSADM_SCHEDULER },
	{ "pe", 0, LVSADM_TAKES_VALUE, LONG_PE, LVSADM_PE },
	{ "persistent", 'p', LVSADM_TAKES_MAYBE, 'p', LVSADM_PERSISTENT },
	{ "netmask", 'M', LVSADM_TAKES_VALUE, 'M', LVSADM_NETMASK },
	{ "real-server", 'r', LVSADM_TAKES_VALUE, 'r', LVSADM_SERVER },
	{ "gatewaying", 'g', LVSADM_TAKES_NONE, 'g', LVSADM_FORWARD },
	{ "ipip", 'i', LVSADM_TAKES_NONE, 'i', LVSADM_FORWARD },
	{ "masquerading", 'm', LVSADM_TAKES_NONE, 'm', LVSADM_FORWARD },
	{ "tun-type", 0, LVSADM_TAKES_VALUE, LONG_TUN_TYPE, LVSADM_TUN_TYPE },
	{ "tun-port", 0, LVSADM_TAKES_VALUE, LONG_TUN_PORT, LVSADM_TUN_PORT },
	{ "tun-nocsum", 0, LVSADM_TAKES_NONE, LONG_NOCSUM, LVSADM_TUN_NOCSUM },
	{ "tun-csum", 0, LVSADM_TAKES_NONE, LONG_CSUM, LVSADM_TUN_CSUM },
	{ "tun-remcsum", 0, LVSADM_TAKES_NONE, LONG_REMCSUM, LVSADM_TUN_REMCSUM },
	{ "weight", 'w', LVSADM_TAKES_VALUE, 'w', LVSADM_WEIGHT },
	{ "u-threshold", 'x', LVSADM_TAKES_VALUE, 'x', LVSADM_UPPER },
	{ "l-threshold", 'y', LVSADM_TAKES_VALUE, 'y', LVSADM_LOWER },
	{ "connection", 'c', LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_CONNECTION },
	{ "timeout", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_TIMEOUT },
	{ "daemon", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_DAEMON },
	{ "stats", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_STATS },
	{ "rate", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_RATE },
	{ "exact", 'X', LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_EXACT },
	{ "thresholds", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_THRESHOLDS },
	{ "persistent-conn", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_PERSISTENT_CONN },
	{ "tun-info", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_TUN_INFO },
	{ "nosort", 0, LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_NOSORT },
	{ "sort", 0, LVSADM_TAKES_NONE, LONG_SORT, -1 },
	{ "ops", 'o', LVSADM_TAKES_NONE, 'o', LVSADM_OPS },
	{ "numeric", 'n', LVSADM_TAKES_NONE, LONG_SHOW, LVSADM_NUMERIC },
	{ "sched-flags", 'b', LVSADM_TAKES_VALUE, 'b', LVSADM_SCHED_FLAGS },
	{ "syncid", 0, LVSADM_TAKES_VALUE, LONG_SYNCID, LVSADM_SYNCID },
	{ "sync-maxlen", 0, LVSADM_TAKES_VALUE, LONG_MAXLEN, LVSADM_SYNC_MAXLEN },
	{ "mcast-interface", 0, LVSADM_TAKES_VALUE, LONG_MCAST_INTERFACE, LVSADM_MCAST_INTERFACE },
	{ "mcast-group", 0, LVSADM_TAKES_VALUE, LONG_MCAST_GROUP, LVSADM_MCAST_GROUP },
	{ "mcast-port", 0, LVSADM_TAKES_VALUE, LONG_MCAST_PORT, LVSADM_MCAST_PORT },
	{ "mcast-ttl", 0, LVSADM_TAKES_VALUE, LONG_MCAST_TTL, LVSADM_MCAST_TTL },
	{ "socket", 0, LVSADM_TAKES_VALUE, LONG_SOCKET, -1 },
	{ NULL, 0, LVSADM_TAKES_NONE, 0, -1 },
};

/**
 * struct parse - one command line
 * @flags:	what -b said, or NULL
 */
struct parse {
	struct lvsadm_args args;
	struct lvsadm_command *command;
	struct lvsadm_fault *fault;
	const char *flags;
};

static bool read_number(struct parse *parse, long min, long max, const char *what, long *ret_number)
{
	long number = lvsadm_number(parse->args.value, min, max);

	if (number < 0)
		return lvsadm_fault(parse->fault, "illegal %s specified", what);
	*ret_number = number;
	return true;
}

static bool read_timeout(const char *text, long min, unsigned int *ret_timeout, struct lvsadm_fault *fault)
{
	long number = lvsadm_number(text, min, TIMEOUT_MAX);

	if (number < 0)
		return lvsadm_fault(fault, "invalid timeout value `%s' specified", text);
	*ret_timeout = (unsigned int)number;
	return true;
}

/* ipvsadm keeps one number for both families, and an IPv6 service begins with a full one. */
static void set_family(struct lvsadm_service *service, int family)
{
	service->key.family = family;
	if (family == AF_INET6) {
		service->prefix = 128;
		service->netmask = LVS_BE32(0xffffffff);
	}
}

static bool read_service(struct parse *parse, uint8_t protocol)
{
	struct lvsadm_service *service = &parse->command->service;
	struct lvsadm_key *key = &service->key;
	int family;

	key->protocol = protocol;
	if (!lvsadm_address(parse->args.value, protocol, &key->addr, &family, &key->port))
		return lvsadm_fault(parse->fault, "illegal virtual server address[:port] specified");
	set_family(service, family);
	return true;
}

static bool read_mark(struct parse *parse)
{
	struct lvsadm_key *key = &parse->command->service.key;
	long mark = lvsadm_number(parse->args.value, 1, UINT32_MAX);

	if (mark < 0)
		return lvsadm_fault(parse->fault, "invalid fwmark value `%s' specified", parse->args.value);
	key->family = AF_INET;
	key->protocol = IPPROTO_TCP;
	key->addr = lvs_addr_any(true);
	key->mark = (uint32_t)mark;
	return true;
}

static bool read_ipv6(struct parse *parse)
{
	struct lvsadm_service *service = &parse->command->service;

	if (!service->key.mark)
		return lvsadm_fault(parse->fault, "-6 used before -f\n");
	service->key.addr = lvs_addr_any(false);
	set_family(service, AF_INET6);
	return true;
}

static bool read_netmask(struct parse *parse)
{
	struct lvsadm_service *service = &parse->command->service;
	struct in_addr mask;
	int prefix;

	if (service->key.family == AF_INET6) {
		prefix = atoi(parse->args.value);
		if (prefix < 1 || prefix > 128)
			return lvsadm_fault(parse->fault, "illegal ipv6 netmask specified");
		service->prefix = (unsigned int)prefix;
		return true;
	}
	if (!inet_aton(parse->args.value, &mask))
		return lvsadm_fault(parse->fault, "illegal virtual server persistent mask specified");
	service->netmask = mask.s_addr;
	return true;
}

static bool read_server(struct parse *parse)
{
	struct lvsadm_server *server = &parse->command->server;

	/* Without a port of its own it has the service's, if that was named before. */
	server->port = parse->command->service.key.port;
	if (!lvsadm_address(parse->args.value, parse->command->service.key.protocol, &server->addr, &server->family, &server->port))
		return lvsadm_fault(parse->fault, "illegal real server address[:port] specified");
	return true;
}

static bool read_tunnel_type(struct parse *parse)
{
	static const char *const names[] = { [LVSADM_IPIP] = "ipip", [LVSADM_GUE] = "gue", [LVSADM_GRE] = "gre" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(parse->args.value, names[i])) {
			parse->command->server.tunnel = (enum lvsadm_tunnel_type)i;
			return true;
		}
	return lvsadm_fault(parse->fault, "illegal tunnel type specified");
}

static bool read_group(struct parse *parse)
{
	struct in6_addr addr6;
	struct in_addr addr4;

	if (strchr(parse->args.value, ':')) {
		if (inet_pton(AF_INET6, parse->args.value, &addr6) != 1 || !IN6_IS_ADDR_MULTICAST(&addr6))
			return lvsadm_fault(parse->fault, "invalid IPv6 mcast-group `%s'", parse->args.value);
	} else if (inet_pton(AF_INET, parse->args.value, &addr4) != 1 || !IN_MULTICAST(ntohl(addr4.s_addr))) {
		return lvsadm_fault(parse->fault, "invalid IPv4 mcast-group `%s'", parse->args.value);
	}
	return true;
}

/* No scheduler and no engine has a name with other bytes than ASCII's, which JSON might not take. */
static void read_name(const char *text, char *name)
{
	(void)snprintf(name, LVSADM_NAME_BYTES, "%s", text);
	for (; *name; name++)
		if ((unsigned char)*name >= 0x80)
			*name = '?';
}

static bool read_persistent(struct parse *parse)
{
	struct lvsadm_service *service = &parse->command->service;

	service->persistent = true;
	service->timeout = PERSISTENT_DEFAULT;
	return !parse->args.value || read_timeout(parse->args.value, 1, &service->timeout, parse->fault);
}

static bool read_server_option(struct parse *parse, int code)
{
	struct lvsadm_server *server = &parse->command->server;
	long number = 0;

	switch (code) {
	case 'r':
		return read_server(parse);
	case 'w':
		if (!read_number(parse, 0, INT32_MAX, "weight", &number))
			return false;
		server->weight = (int)number;
		return true;
	case 'x':
		if (!read_number(parse, 0, INT32_MAX, "u_threshold", &number))
			return false;
		server->upper = (unsigned int)number;
		return true;
	case 'y':
		if (!read_number(parse, 0, INT32_MAX, "l_threshold", &number))
			return false;
		server->lower = (unsigned int)number;
		return true;
	case LONG_TUN_TYPE:
		return read_tunnel_type(parse);
	case LONG_TUN_PORT:
		if (!read_number(parse, 1, UINT16_MAX, "tunnel port", &number))
			return false;
		server->tunnel_port = (uint16_t)number;
		return true;
	case LONG_NOCSUM:
	case LONG_CSUM:
	case LONG_REMCSUM:
		server->csum = (enum lvsadm_csum)(code - LONG_NOCSUM);
		return true;
	default:
		server->forward = code == 'g' ? LVSADM_DROUTE : code == 'i' ? LVSADM_TUNNEL : LVSADM_MASQ;
		return true;
	}
}

static bool read_daemon_option(struct parse *parse, int code)
{
	long number;

	switch (code) {
	case LONG_SYNCID:
		return read_number(parse, 0, 255, "syncid", &number);
	case LONG_MAXLEN:
		return read_number(parse, 1, SYNC_MAXLEN_MAX, "sync-maxlen", &number);
	case LONG_MCAST_PORT:
		return read_number(parse, 1, UINT16_MAX, "mcast-port", &number);
	case LONG_MCAST_TTL:
		return read_number(parse, 1, 255, "mcast-ttl", &number);
	case LONG_MCAST_GROUP:
		return read_group(parse);
	default:
		return true;
	}
}

static bool read_option(struct parse *parse, int code)
{
	struct lvsadm_service *service = &parse->command->service;

	switch (code) {
	case 't':
		return read_service(parse, IPPROTO_TCP);
	case 'u':
		return read_service(parse, IPPROTO_UDP);
	case LONG_SCTP:
		return read_service(parse, IPPROTO_SCTP);
	case 'f':
		return read_mark(parse);
	case '6':
		return read_ipv6(parse);
	case 's':
		read_name(parse->args.value, service->scheduler);
		return true;
	case 'p':
		return read_persistent(parse);
	case 'M':
		return read_netmask(parse);
	case LONG_PE:
		read_name(parse->args.value, service->pe);
		return true;
	case 'o':
		service->one_packet = true;
		return true;
	case 'b':
		parse->flags = parse->args.value;
		return true;
	case LONG_SHOW:
	case LONG_SORT:
		return true;
	case LONG_SYNCID:
	case LONG_MAXLEN:
	case LONG_MCAST_INTERFACE:
	case LONG_MCAST_GROUP:
	case LONG_MCAST_PORT:
	case LONG_MCAST_TTL:
		return read_daemon_option(parse, code);
	default:
		return read_server_option(parse, code);
	}
}

/* --socket is none of ipvsadm's, and may stand anywhere. */
static int next_option(struct parse *parse)
{
	int code;

	while ((code = lvsadm_args_next(&parse->args)) == LONG_SOCKET)
		parse->command->socket = parse->args.value;
	return code;
}

static bool is_command(int code)
{
	return (code < LONG_SCTP && strchr("AEDCRSaedLZhv", code)) || (code >= LONG_SET && code <= LONG_STOP);
}

static bool read_command(struct parse *parse, int code)
{
	static const char letters[] = "AEDCRSaedLZ";
	struct lvsadm_command *command = parse->command;
	const char *value = parse->args.value;

	if (code == 'h' || code == 'v') {
		command->kind = code == 'h' ? LVSADM_HELP : LVSADM_VERSION;
		return true;
	}
	if (code < LONG_SCTP) {
		command->kind = (enum lvsadm_kind)(strchr(letters, code) - letters);
		return true;
	}
	command->kind = code == LONG_SET ? LVSADM_SET : code == LONG_START ? LVSADM_START_DAEMON : LVSADM_STOP_DAEMON;
	if (code == LONG_SET)
		return true;
	command->master = !strcmp(value, "master");
	if (command->master || !strcmp(value, "backup"))
		return true;
	return lvsadm_fault(parse->fault, code == LONG_START ? "illegal start-daemon parameter specified"
							     : "illegal start_daemon specified");
}

static bool read_options(struct parse *parse)
{
	struct lvsadm_command *command = parse->command;
	int code, opt;

	while ((code = next_option(parse)) > 0) {
		opt = parse->args.option->opt;
		if (is_command(code))
			return lvsadm_fault(parse->fault, "invalid option `%s'", lvsadm_args_word(&parse->args));
		if (opt >= 0 && lvsadm_has(command, (enum lvsadm_opt)opt))
			return lvsadm_fault(parse->fault, "multiple '%s' options specified", lvsadm_opt_name((enum lvsadm_opt)opt));
		if (opt >= 0)
			command->options |= 1ULL << opt;
		if (!read_option(parse, code))
			return false;
	}
	if (code != LVSADM_ARGS_END)
		return lvsadm_fault_status(parse->fault, LVSADM_EXIT_FAILED, "%s: %s", lvsadm_args_word(&parse->args),
					   lvsadm_args_error(code));
	return true;
}

/* What was left between the options belongs to --set, and to nobody else. */
static bool read_left(struct parse *parse)
{
	int taken = 0;

	if (parse->command->kind == LVSADM_SET) {
		if (parse->args.nleft < 3)
			return lvsadm_fault(parse->fault, "--set option requires 3 timeout values");
		for (; taken < 3; taken++)
			if (!read_timeout(parse->args.left[taken], 0, &parse->command->timeouts[taken], parse->fault))
				return false;
	}
	if (taken < parse->args.nleft)
		return lvsadm_fault(parse->fault, "unexpected argument %s", parse->args.left[taken]);
	return true;
}

static bool parse_words(struct parse *parse)
{
	struct lvsadm_command *command = parse->command;
	int code = next_option(parse);

	if (code == LVSADM_ARGS_END && !parse->args.nleft && (!parse->args.argv[0] || !parse->args.argv[1] || command->socket)) {
		command->kind = LVSADM_LIST;
		return true;
	}
	if (code <= 0 || !is_command(code))
		return lvsadm_fault_try(parse->fault, parse->args.argv[0] ? parse->args.argv[0] : "lvsadm");
	if (!read_command(parse, code))
		return false;
	if (command->kind >= LVSADM_KINDS)
		return true;
	if (!read_options(parse) || !read_left(parse))
		return false;
	if (parse->flags && !lvsadm_flags_parse(parse->flags, command->service.scheduler, &command->service.flags, parse->fault))
		return false;
	return lvsadm_legal(command, parse->fault);
}

bool lvsadm_parse(char **argv, struct lvsadm_command *ret_command, struct lvsadm_fault *fault)
{
	struct parse parse = { .command = ret_command, .fault = fault };
	const char **left;
	size_t n = 0;
	bool ok;

	*ret_command = (struct lvsadm_command){
		.service = { .netmask = LVS_BE32(0xffffffff), .prefix = 128 },
		.server = { .weight = 1, .forward = LVSADM_DROUTE },
	};
	while (argv[n])
		n++;
	left = calloc(n + 1, sizeof(*left));
	if (!left)
		return lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "Memory allocation problem");
	lvsadm_args_init(&parse.args, argv, lvsadm_options, left);
	ok = parse_words(&parse);
	free(left);
	return ok;
}
