// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables, and what follows from a row alone: its default, its equality, its spelling. Rows name their member by
 * offset, so that one loop serves every group.
 */
#include "conf/keys.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/text.h"
#include "sys/addrtext.h"

/* What a kernel accepts as an interface name, without '%', which it would replace by a number. */
static const char *bad_interface(const void *value)
{
	const char *name = value;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return "is not the name of an interface";
	for (; *name; name++)
		if (*name <= ' ' || *name > '~' || strchr("/:%\"\\", *name))
			return "is not the name of an interface";
	return NULL;
}

/* Names end up in logs, metrics and on command lines. */
static const char *bad_name(const void *value)
{
	const char *name = value;

	if (!*name)
		return "is empty";
	for (; *name; name++)
		if (!isascii(*name) || (!isalnum(*name) && !strchr("._-:[]", *name)))
			return "holds more than letters, digits and . _ - : [ ]";
	return NULL;
}

static const char *bad_user(const void *value)
{
	const char *name = value;

	if (*name == '-')
		return "begins with \"-\"";
	return bad_name(value);
}

static const char *bad_group(const void *value)
{
	return *(const char *)value ? bad_user(value) : NULL;
}

static const char *bad_table(const void *value)
{
	uint32_t table = *(const uint32_t *)value;

	return table >= 253 && table <= 255 ? "is one of the kernel's own tables" : NULL;
}

static const char *bad_netmask(const void *value)
{
	struct in_addr mask;

	return inet_pton(AF_INET, value, &mask) == 1 ? NULL : "is not four numbers up to 255, such as \"255.255.255.0\"";
}

static const char *bad_mh_table_size(const void *value)
{
	static const uint32_t sizes[] = { 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		if (*(const uint32_t *)value == sizes[i])
			return NULL;
	return "is not one of 251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071";
}

static const struct lvs_conf_word types[] = { { "tun", 0, false }, { "tap", 1, true }, { NULL, 0, false } };
static const struct lvs_conf_word setups[] = {
	{ "auto", LVS_CONF_SETUP_AUTO, false }, { "manual", LVS_CONF_SETUP_MANUAL, false }, { NULL, 0, false },
};
static const struct lvs_conf_word pings[] = {
	{ "when_up", LVS_CONF_PING_WHEN_UP, false },
	{ "always", LVS_CONF_PING_ALWAYS, false },
	{ "never", LVS_CONF_PING_NEVER, false },
	{ NULL, 0, false },
};
static const struct lvs_conf_word log_levels[] = {
	{ "error", LOG_ERR, false },   { "warning", LOG_WARNING, false }, { "notice", LOG_NOTICE, false },
	{ "info", LOG_INFO, false },   { "debug", LOG_DEBUG, false },	  { NULL, 0, false },
};
static const struct lvs_conf_word protocols[] = {
	{ "tcp", IPPROTO_TCP, false }, { "udp", IPPROTO_UDP, false }, { "sctp", IPPROTO_SCTP, false }, { NULL, 0, false },
};
static const struct lvs_conf_word schedulers[] = {
	{ "rr", 0, false },  { "wrr", 0, false }, { "lc", 0, false }, { "wlc", 0, false }, { "lblc", 0, false },
	{ "lblcr", 0, false }, { "dh", 0, false },  { "sh", 0, false }, { "sed", 0, false }, { "nq", 0, false },
	{ "fo", 0, false },  { "ovf", 0, false }, { "mh", 0, false }, { "twos", 0, false }, { NULL, 0, false },
};
static const struct lvs_conf_word scheduler_flags[] = {
	{ "sh-fallback", LVS_CONF_SH_FALLBACK, false }, { "sh-port", LVS_CONF_SH_PORT, false },
	{ "mh-fallback", LVS_CONF_MH_FALLBACK, false }, { "mh-port", LVS_CONF_MH_PORT, false },
	{ "flag-1", LVS_CONF_FLAG_1, false },		{ "flag-2", LVS_CONF_FLAG_2, false },
	{ "flag-3", LVS_CONF_FLAG_3, false },		{ NULL, 0, false },
};
static const struct lvs_conf_word mh_orders[] = {
	{ "address", LVS_CONF_MH_ORDER_ADDRESS, false }, { "added", LVS_CONF_MH_ORDER_ADDED, false }, { NULL, 0, false },
};
static const struct lvs_conf_word forwards[] = {
	{ "masq", 0, false },  { "droute", 0, true },  { "tunnel", 0, true }, { "local", 0, true },
	{ "bypass", 0, true }, { "fullnat", 0, true }, { NULL, 0, false },
};

#define MEMBER(s, m) .offset = offsetof(struct s, m), .size = sizeof(((struct s *)NULL)->m)
#define LIVE .reload = true

#define DEVICE(m) .name = #m, MEMBER(lvs_conf_device, m)
static const struct lvs_conf_key device_keys[] = {
	{ DEVICE(type), .type = LVS_CONF_WORD, .words = types, .def_text = "tun", .help = "the kind of device" },
	{ DEVICE(name), .type = LVS_CONF_TEXT, .def_text = "lvs0", .bad = bad_interface,
	  .help = "the name of the device" },
	{ DEVICE(mtu), .type = LVS_CONF_NUMBER, .min = 1280, .max = 65535, .def = 1500,
	  .help = "the largest packet, in bytes" },
	{ DEVICE(txqueuelen), .type = LVS_CONF_NUMBER, .min = 1, .max = 1000000, .def = 10000,
	  .help = "the packets that may wait for lvsd" },
	{ DEVICE(offload), .type = LVS_CONF_BOOL, .def = true,
	  .help = "whether super-packets and unfinished checksums pass through" },
};

#define NETWORK(m) .name = #m, MEMBER(lvs_conf_network, m)
static const struct lvs_conf_key network_keys[] = {
	{ NETWORK(setup), .type = LVS_CONF_CHOICE, .words = setups, .def = LVS_CONF_SETUP_AUTO,
	  .help = "who makes routes and rules" },
	{ NETWORK(table), .type = LVS_CONF_NUMBER, .min = 1, .max = UINT32_MAX, .def = 77, .bad = bad_table,
	  .help = "the number of the routing table that lvsd owns" },
	{ NETWORK(priority), .type = LVS_CONF_NUMBER, .min = 1, .max = 32000, .def = 10,
	  .help = "the preference of lvsd's first policy rule" },
	{ NETWORK(proxy), .type = LVS_CONF_BOOL, .def = true,
	  .help = "whether lvsd answers on attached networks for the services' addresses" },
	{ NETWORK(server_interfaces), .type = LVS_CONF_INTERFACES, .bad = bad_interface,
	  .where = offsetof(struct lvs_conf_network, server_interfaces.where),
	  .help = "the interfaces where replies of real servers arrive" },
};

#define DIRECTOR(m) .name = #m, MEMBER(lvs_conf_director, m)
static const struct lvs_conf_key director_keys[] = {
	{ DIRECTOR(max_connections), .type = LVS_CONF_NUMBER, .min = 1024, .max = 100000000, .def = 1048576,
	  .help = "the size of the connection table, in connections" },
	{ DIRECTOR(fragments), .type = LVS_CONF_NUMBER, .min = 0, .max = 1000000, .def = 4096,
	  .help = "how many fragments may wait for their first one" },
	{ DIRECTOR(user), .type = LVS_CONF_TEXT, .def_text = "lvsd", .bad = bad_user,
	  .help = "the user to become after start" },
	{ DIRECTOR(group), .type = LVS_CONF_TEXT, .def_text = "", .bad = bad_group,
	  .help = "the group to become after start" },
	{ DIRECTOR(ping), LIVE, .type = LVS_CONF_CHOICE, .words = pings, .def = LVS_CONF_PING_WHEN_UP,
	  .help = "when a ping to a service's address is answered" },
	{ DIRECTOR(reply_rate), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 10000000, .def = 1000,
	  .help = "lvsd's own packets, per second and kind" },
	{ DIRECTOR(max_half_open), LIVE, .type = LVS_CONF_NUMBER, .min = 0, .max = 100000000, .def = 0,
	  .help = "half-open connections; 0: as many as there is room for" },
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
	{ .name = "ignore_tunneled", .type = LVS_CONF_ABSENT, .help = "marks on packets, which no device carries" },
	{ DIRECTOR(log_level), LIVE, .type = LVS_CONF_CHOICE, .words = log_levels, .def = LOG_INFO,
	  .help = "the least important messages that are logged" },
};

/* 31 days, as much as --set of ipvsadm takes. */
#define TIMEOUT(m, s)                                                                                                  \
	{ .name = #m, MEMBER(lvs_conf_timeouts, m), LIVE, .type = LVS_CONF_NUMBER, .min = 1, .max = 2678400, .def = s, \
	  .help = "seconds without a packet" }
static const struct lvs_conf_key timeouts_keys[] = {
	TIMEOUT(tcp, 900),	   TIMEOUT(tcpfin, 120),      TIMEOUT(udp, 300),	TIMEOUT(tcp_synsent, 120),
	TIMEOUT(tcp_synrecv, 60),  TIMEOUT(tcp_timewait, 120), TIMEOUT(tcp_close, 10),	TIMEOUT(tcp_closewait, 60),
	TIMEOUT(tcp_lastack, 30),  TIMEOUT(tcp_listen, 120),  TIMEOUT(tcp_synack, 120),
	TIMEOUT(sctp, 900),	   TIMEOUT(sctp_init1, 4),    TIMEOUT(sctp_init, 61),
	TIMEOUT(sctp_cookie, 61),  TIMEOUT(sctp_shutdown, 61), TIMEOUT(sctp_rejected, 4),
	TIMEOUT(sctp_closed, 61),
};

#define SERVER(m, member) LIVE, .name = #m, MEMBER(lvs_conf_server, member)
static const struct lvs_conf_key server_keys[] = {
	{ SERVER(name, name), .type = LVS_CONF_TEXT, .bad = bad_name, .def_text = "",
	  .where = offsetof(struct lvs_conf_server, name_where),
	  .help = "what logs and counters call the server" },
	{ SERVER(address, addr), .type = LVS_CONF_ENDPOINT, .required = true,
	  .where = offsetof(struct lvs_conf_server, where),
	  .help = "the server's address, and its port if it is not the service's" },
	{ SERVER(weight, weight), .type = LVS_CONF_NUMBER, .min = 0, .max = 65535, .def = 1,
	  .help = "the server's share; 0: no new connections" },
	{ SERVER(upper_threshold, upper_threshold), .type = LVS_CONF_NUMBER, .min = 0, .max = UINT32_MAX, .def = 0,
	  .where = offsetof(struct lvs_conf_server, upper_where),
	  .help = "connections from which on it gets no new ones; 0: any number is welcome" },
	{ SERVER(lower_threshold, lower_threshold), .type = LVS_CONF_NUMBER, .min = 0, .max = UINT32_MAX, .def = 0,
	  .where = offsetof(struct lvs_conf_server, lower_where),
	  .help = "connections below which it gets new ones again; 0: three quarters of upper_threshold" },
};
const struct lvs_conf_group lvs_conf_server_group = {
	"a server", sizeof(struct lvs_conf_server), ARRAY_LEN(server_keys), server_keys, NULL,
};

static const struct lvs_conf_word on_failures[] = {
	{ "break", LVS_CONF_BREAK, false }, { "keep", LVS_CONF_KEEP, false }, { NULL, 0, false },
};

#define PERSISTENT(m) LIVE, .name = #m, MEMBER(lvs_conf_persistent, m)
static const struct lvs_conf_key persistent_keys[] = {
	{ PERSISTENT(timeout), .type = LVS_CONF_NUMBER, .min = 1, .max = 2678400, .def = 300,
	  .help = "seconds that a client's server is remembered" },
	{ PERSISTENT(netmask), .type = LVS_CONF_TEXT, .bad = bad_netmask, .def_text = "255.255.255.255",
	  .help = "what makes IPv4 addresses one client" },
	{ PERSISTENT(prefix6), .type = LVS_CONF_NUMBER, .min = 1, .max = 128, .def = 128,
	  .help = "how many equal bits make IPv6 addresses one client" },
	{ PERSISTENT(sliding), .type = LVS_CONF_BOOL, .def = false,
	  .help = "whether the time begins with the last packet" },
	{ PERSISTENT(on_failure), .type = LVS_CONF_CHOICE, .words = on_failures, .def = LVS_CONF_BREAK,
	  .help = "what clients do when their server is gone" },
};
static const struct lvs_conf_group persistent_group = {
	"persistence", sizeof(struct lvs_conf_persistent), ARRAY_LEN(persistent_keys), persistent_keys, NULL,
};

#define SERVICE(m, member) LIVE, .name = #m, MEMBER(lvs_conf_service, member)
static const struct lvs_conf_key service_keys[] = {
	{ SERVICE(name, name), .type = LVS_CONF_TEXT, .bad = bad_name, .def_text = "",
	  .where = offsetof(struct lvs_conf_service, name_where),
	  .help = "what logs and counters call the service" },
	{ SERVICE(address, addr), .type = LVS_CONF_ENDPOINT, .required = true,
	  .where = offsetof(struct lvs_conf_service, where),
	  .help = "the address and port that clients reach" },
	{ SERVICE(ports, ports), .type = LVS_CONF_PORTS, .optional = true,
	  .where = offsetof(struct lvs_conf_service, ports_where),
	  .help = "ports and ranges of them in place of one port: \"80,443,8000-8999\"" },
	{ SERVICE(protocol, protocol), .type = LVS_CONF_CHOICE, .words = protocols, .def = IPPROTO_TCP,
	  .help = "the protocol" },
	{ SERVICE(scheduler, scheduler), .type = LVS_CONF_WORD, .words = schedulers, .def_text = "wlc",
	  .help = "the rule that picks a server" },
	{ SERVICE(scheduler_flags, scheduler_flags), .type = LVS_CONF_FLAGS, .words = scheduler_flags, .def = 0,
	  .where = offsetof(struct lvs_conf_service, flags_where),
	  .help = "how the scheduler does it" },
	{ SERVICE(mh_table_size, mh_table_size), .type = LVS_CONF_NUMBER, .min = 251, .max = 131071, .def = 4093,
	  .bad = bad_mh_table_size, .where = offsetof(struct lvs_conf_service, mh_where),
	  .help = "the slots of mh's table" },
	{ SERVICE(mh_order, mh_order), .type = LVS_CONF_CHOICE, .words = mh_orders, .def = LVS_CONF_MH_ORDER_ADDRESS,
	  .help = "the order in which servers take mh's slots" },
	{ SERVICE(forward, forward), .type = LVS_CONF_WORD, .words = forwards, .def_text = "masq",
	  .help = "the forwarding method" },
	{ SERVICE(one_packet, one_packet), .type = LVS_CONF_BOOL, .def = false,
	  .where = offsetof(struct lvs_conf_service, one_packet_where),
	  .help = "whether each UDP datagram is scheduled anew" },
	{ SERVICE(servers, servers), .type = LVS_CONF_LIST, .group = &lvs_conf_server_group,
	  .count = offsetof(struct lvs_conf_service, nservers), .max = LVS_CONF_SERVERS_MAX,
	  .help = "the real servers" },
	{ SERVICE(persistent, persistent), .type = LVS_CONF_GROUP, .optional = true, .group = &persistent_group,
	  .help = "clients come back to their server" },
	{ .name = "check", .type = LVS_CONF_ABSENT, .help = "health checks" },
};

/* A server without a port has its service's; names that were not given are made from what was. */
static void finish_service(void *base)
{
	struct lvs_conf_service *service = base;
	for (size_t i = 0; i < service->nservers; i++) {
		struct lvs_conf_server *server = &service->servers[i];

		if (!server->port)
			server->port = service->port;
		if (!*server->name)
			lvs_endpoint_format(&server->addr, server->port, server->name);
	}
	if (!*service->name)
		lvs_conf_service_name(service, service->name);
}

const struct lvs_conf_group lvs_conf_service_group = {
	"a service", sizeof(struct lvs_conf_service), ARRAY_LEN(service_keys), service_keys, finish_service,
};

static_assert(offsetof(struct lvs_conf_service, port) == offsetof(struct lvs_conf_service, addr) + 16, "ENDPOINT");
static_assert(offsetof(struct lvs_conf_server, port) == offsetof(struct lvs_conf_server, addr) + 16, "ENDPOINT");

#define GROUP(m, text)                                                                                                 \
	{ .name = #m, .type = LVS_CONF_GROUP, MEMBER(lvs_conf, m), .help = text,                                       \
	  .group = &(const struct lvs_conf_group){ #m, sizeof(struct lvs_conf_##m), ARRAY_LEN(m##_keys), m##_keys, \
					      NULL } }
static const struct lvs_conf_key root_keys[] = {
	GROUP(device, "where packets come from"),
	GROUP(network, "how packets are led to the device"),
	GROUP(director, "the process itself"),
	GROUP(timeouts, "when idle connections end"),
	{ .name = "services", .type = LVS_CONF_LIST, MEMBER(lvs_conf, services), LIVE,
	  .group = &lvs_conf_service_group, .count = offsetof(struct lvs_conf, nservices), .max = LVS_CONF_SERVICES_MAX,
	  .help = "the virtual services" },
};
const struct lvs_conf_group lvs_conf_root = {
	"the file", sizeof(struct lvs_conf), ARRAY_LEN(root_keys), root_keys, NULL,
};

const struct lvs_conf_key *lvs_conf_group_find(const struct lvs_conf_group *group, const char *name)
{
	for (size_t i = 0; i < group->nkeys; i++)
		if (!strcmp(group->keys[i].name, name))
			return &group->keys[i];
	return NULL;
}

uint32_t lvs_conf_choice_get(const struct lvs_conf_key *key, const void *base)
{
	uint32_t value;

	if (key->size == sizeof(uint8_t))
		return *((const uint8_t *)base + key->offset);
	memcpy(&value, (const char *)base + key->offset, sizeof(value));
	return value;
}

void lvs_conf_choice_set(const struct lvs_conf_key *key, void *base, uint32_t value)
{
	assert(key->size == sizeof(uint8_t) || key->size == sizeof(uint32_t));
	if (key->size == sizeof(uint8_t))
		*((uint8_t *)base + key->offset) = (uint8_t)value;
	else
		memcpy((char *)base + key->offset, &value, sizeof(value));
}

static void set_default(const struct lvs_conf_key *key, void *base)
{
	void *member = (char *)base + key->offset;

	switch (key->type) {
	case LVS_CONF_BOOL:
		*(bool *)member = key->def;
		break;
	case LVS_CONF_NUMBER:
	case LVS_CONF_FLAGS:
		*(uint32_t *)member = key->def;
		break;
	case LVS_CONF_CHOICE:
		lvs_conf_choice_set(key, base, key->def);
		break;
	case LVS_CONF_WORD:
		*(const char **)member = key->def_text;
		break;
	case LVS_CONF_TEXT:
		memset(member, 0, key->size);
		memcpy(member, key->def_text, strlen(key->def_text));
		break;
	case LVS_CONF_ENDPOINT:
		memset(member, 0, sizeof(struct lvs_addr) + sizeof(uint16_t));
		break;
	case LVS_CONF_PORTS:
	case LVS_CONF_INTERFACES:
		memset(member, 0, key->size);
		break;
	case LVS_CONF_GROUP:
		if (key->optional)
			*(bool *)member = false;
		lvs_conf_group_defaults(key->group, member);
		break;
	case LVS_CONF_LIST:
		*(void **)member = NULL;
		*(size_t *)(void *)((char *)base + key->count) = 0;
		break;
	case LVS_CONF_ABSENT:
		break;
	}
}

void lvs_conf_group_defaults(const struct lvs_conf_group *group, void *base)
{
	for (size_t i = 0; i < group->nkeys; i++)
		set_default(&group->keys[i], base);
}

static bool interfaces_equal(const struct lvs_conf_interfaces *a, const struct lvs_conf_interfaces *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->names[i], b->names[i]) != 0)
			return false;
	return true;
}

static bool members_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	if (key->optional && (!*(const bool *)a || !*(const bool *)b))
		return *(const bool *)a == *(const bool *)b;
	for (size_t i = 0; i < key->group->nkeys; i++)
		if (!lvs_conf_key_equal(&key->group->keys[i], a, b))
			return false;
	return true;
}

bool lvs_conf_key_equal(const struct lvs_conf_key *key, const void *a, const void *b)
{
	const void *in_a = (const char *)a + key->offset;
	const void *in_b = (const char *)b + key->offset;

	switch (key->type) {
	case LVS_CONF_BOOL:
		return *(const bool *)in_a == *(const bool *)in_b;
	case LVS_CONF_NUMBER:
	case LVS_CONF_FLAGS:
		return *(const uint32_t *)in_a == *(const uint32_t *)in_b;
	case LVS_CONF_CHOICE:
		return lvs_conf_choice_get(key, a) == lvs_conf_choice_get(key, b);
	case LVS_CONF_WORD:
		return !strcmp(*(const char *const *)in_a, *(const char *const *)in_b);
	case LVS_CONF_TEXT:
		return !strcmp(in_a, in_b);
	case LVS_CONF_ENDPOINT:
		return !memcmp(in_a, in_b, sizeof(struct lvs_addr) + sizeof(uint16_t));
	case LVS_CONF_PORTS:
		return !memcmp(in_a, in_b, sizeof(struct lvs_ports));
	case LVS_CONF_INTERFACES:
		return interfaces_equal(in_a, in_b);
	case LVS_CONF_GROUP:
		return members_equal(key, in_a, in_b);
	default:
		return true;
	}
}

static void format_flags(const struct lvs_conf_word *words, uint32_t flags, char *buf)
{
	const char *comma = "";
	size_t at = 0;

	buf[at++] = '(';
	for (; words->text; words++) {
		if (!(words->value & flags))
			continue;
		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "%s\"%s\"", comma, words->text);
		comma = ", ";
	}
	(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, ")");
}

static void format_interfaces(const struct lvs_conf_interfaces *interfaces, char *buf)
{
	size_t at = 0;

	buf[at++] = '[';
	for (size_t i = 0; i < interfaces->n; i++)
		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "%s\"%s\"", i ? ", " : "",
				       interfaces->names[i]);
	(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, "]");
}
static_assert(LVS_CONF_INTERFACES_MAX * (LVS_CONF_IFNAME_BYTES + 4) + 3 <= LVS_CONF_VALUE_BYTES, "all names fit");

static void format_group(const struct lvs_conf_key *key, const void *member, char *buf)
{
	char value[LVS_CONF_VALUE_BYTES];
	size_t at;

	if (key->optional && !*(const bool *)member) {
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "none");
		return;
	}
	at = (size_t)snprintf(buf, LVS_CONF_VALUE_BYTES, "{");
	for (size_t i = 0; i < key->group->nkeys && at < LVS_CONF_VALUE_BYTES; i++)
		at += (size_t)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, " %s = %s;", key->group->keys[i].name,
				       lvs_conf_key_format(&key->group->keys[i], member, value));
	if (at < LVS_CONF_VALUE_BYTES)
		(void)snprintf(buf + at, LVS_CONF_VALUE_BYTES - at, " }");
}

char *lvs_conf_key_format(const struct lvs_conf_key *key, const void *base, char buf[LVS_CONF_VALUE_BYTES])
{
	const void *member = (const char *)base + key->offset;
	char text[LVS_ENDPOINT_TEXT_BYTES], ports[LVS_CONF_PORTS_TEXT_BYTES];
	const char *word = NULL;

	*buf = '\0';
	switch (key->type) {
	case LVS_CONF_BOOL:
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "%s", *(const bool *)member ? "true" : "false");
		break;
	case LVS_CONF_NUMBER:
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "%u", *(const uint32_t *)member);
		break;
	case LVS_CONF_CHOICE:
		word = lvs_conf_word_text(key->words, lvs_conf_choice_get(key, base));
		break;
	case LVS_CONF_WORD:
		word = *(const char *const *)member;
		break;
	case LVS_CONF_TEXT:
		word = member;
		break;
	case LVS_CONF_ENDPOINT:
		word = lvs_endpoint_format(member,
					   *(const uint16_t *)(const void *)((const char *)member + sizeof(struct lvs_addr)),
					   text);
		break;
	case LVS_CONF_FLAGS:
		format_flags(key->words, *(const uint32_t *)member, buf);
		break;
	case LVS_CONF_PORTS:
		word = lvs_conf_ports_format(member, ports);
		break;
	case LVS_CONF_INTERFACES:
		format_interfaces(member, buf);
		break;
	case LVS_CONF_GROUP:
		format_group(key, member, buf);
		break;
	default:
		break;
	}
	if (word)
		(void)snprintf(buf, LVS_CONF_VALUE_BYTES, "\"%s\"", word);
	return buf;
}

bool lvs_conf_key_unset(const struct lvs_conf_key *key, const void *base)
{
	const char *member = (const char *)base + key->offset;

	if (key->type == LVS_CONF_GROUP)
		return key->optional && !*(const bool *)member;
	for (size_t i = 0; key->optional && i < key->size; i++)
		if (member[i])
			return false;
	return key->optional;
}

const char *lvs_conf_word_text(const struct lvs_conf_word *words, uint32_t value)
{
	for (; words->text; words++)
		if (words->value == value)
			return words->text;
	return NULL;
}
