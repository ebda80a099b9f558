// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvs.cf has a setting to a line, "key = value", and blocks: "virtual NAME {", in it "server NAME {", and "failover NAME {".
 * What a setting means may depend on a later one (the address of a virtual server on its protocol, the port of a server on
 * that of its virtual server), so a block is collected first and read when it ends.
 */
#include "lvsctl/import/piranha.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "conf/keys.h"
#include "lvsctl/import/words.h"

#define BLOCK_SERVERS_MAX 4096

/* @forward: of all services */
struct reader {
	struct lvs_import *import;
	struct lvs_piranha_block global, service;
	size_t nservers;
	struct lvs_piranha_block *servers;
	int depth;
	char kind;	/* of the outer block: 'v', 'f', or 0 */
	const char *forward;
};

static void clear(struct lvs_piranha_block *block)
{
	for (size_t i = 0; i < block->n; i++) {
		free(block->settings[i].key);
		free(block->settings[i].value);
	}
	block->n = 0;
}

struct lvs_piranha_setting *lvs_piranha_find(struct lvs_piranha_block *block, const char *key)
{
	for (size_t i = 0; i < block->n; i++)
		if (!strcasecmp(block->settings[i].key, key))
			return &block->settings[i];
	return NULL;
}

void lvs_piranha_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_piranha_setting *setting, const char *text)
{
	setting->used = true;
	lvs_import_note(import, kind, setting->at, "%s = %s: %s", setting->key, setting->value, text);
}

void lvs_piranha_bad(struct lvs_import *import, struct lvs_piranha_setting *setting, const char *why)
{
	setting->used = true;
	lvs_import_bad(import, setting->at, "%s = %s: %s", setting->key, setting->value, why);
}

/* Return: whether @key is there with a number from @min to @max; one that is no such number is an error */
static bool number(struct reader *reader, struct lvs_piranha_block *block, const char *key, uint64_t min, uint64_t max,
		   uint64_t *ret)
{
	struct lvs_piranha_setting *setting = lvs_piranha_find(block, key);

	if (!setting)
		return false;
	if (!lvs_import_number(setting->value, min, max, ret)) {
		lvs_piranha_bad(reader->import, setting, "no number that it can be");
		return false;
	}
	lvs_piranha_note(reader->import, LVS_IMPORT_TRANSLATED, setting, key);
	return true;
}

/* "192.0.2.1 eth0:1": the device is no longer needed. */
static bool address(struct reader *reader, struct lvs_piranha_block *block, const char *key, struct lvs_addr *ret_addr)
{
	struct lvs_piranha_setting *setting = lvs_piranha_find(block, key);
	char host[256];
	size_t len;

	if (!setting) {
		lvs_import_bad(reader->import, block->at, "%s: no %s", block->name, key);
		return false;
	}
	len = strcspn(setting->value, " \t");
	if (len >= sizeof(host)) {
		lvs_piranha_bad(reader->import, setting, "no address");
		return false;
	}
	memcpy(host, setting->value, len);
	host[len] = '\0';
	if (!lvs_import_address(reader->import, setting->at, host, AF_UNSPEC, ret_addr)) {
		lvs_piranha_bad(reader->import, setting, "no address");
		return false;
	}
	lvs_piranha_note(reader->import, setting->value[len] ? LVS_IMPORT_APPROXIMATED : LVS_IMPORT_TRANSLATED, setting,
	     setting->value[len] ? "address; lvsd has no use for the device" : "address");
	return true;
}

static bool is_active(struct reader *reader, struct lvs_piranha_block *block, const char *what)
{
	struct lvs_piranha_setting *setting = lvs_piranha_find(block, "active");

	if (!setting)
		return true;
	if (strcmp(setting->value, "0") != 0) {
		lvs_piranha_note(reader->import, LVS_IMPORT_TRANSLATED, setting, what);
		return true;
	}
	lvs_import_note(reader->import, LVS_IMPORT_LEFT, block->at, "%s %s is not active", what, block->name);
	return false;
}

static const struct {
	const char *key, *why;
} left_keys[] = {
	{ "vip_nmask", "lvsd adds no addresses" },
	{ "load_monitor", "nobody asks servers for their load in this way; see checks of type \"agent\"" },
	{ "client_monitor", "nobody asks servers for their load in this way; see checks of type \"agent\"" },
	{ "serial_no", "of the program that wrote the file" },
	{ "service", "what it says follows from the blocks" },
	{ "rsh_command", "lvs.conf is copied by other means" },
	{ "hard_shutdown", "lvsd ends with its tables" },
	{ "debug_level", "see log_level" },
	{ "reservation_conflict_action", "addresses are keepalived's" },
	{ "nat_router", "an address that servers route by is keepalived's: see the lines at the end" },
	{ "nat_nmask", "an address that servers route by is keepalived's" },
	{ "syncdaemon", "connection synchronisation: nothing of lvs.conf" },
	{ "syncd_iface", "connection synchronisation: nothing of lvs.conf" },
	{ "syncd_id", "connection synchronisation: nothing of lvs.conf" },
	{ "monitor_links", "addresses are keepalived's: see track_interface" },
};

/* What no step has taken. */
static void note_rest(struct reader *reader, struct lvs_piranha_block *block)
{
	for (size_t i = 0; i < block->n; i++) {
		const char *why = "no setting that is known";

		if (block->settings[i].used)
			continue;
		for (size_t j = 0; j < ARRAY_LEN(left_keys); j++)
			if (!strcasecmp(left_keys[j].key, block->settings[i].key))
				why = left_keys[j].why;
		lvs_piranha_note(reader->import, LVS_IMPORT_LEFT, &block->settings[i], why);
	}
}

static void add_server(struct reader *reader, struct lvs_import_service *service, struct lvs_piranha_block *block)
{
	struct lvs_import_server *server;
	struct lvs_import_pairs *check;
	struct lvs_addr addr;
	uint64_t value = service->conf.port;

	if (!is_active(reader, block, "server") || !address(reader, block, "address", &addr))
		return;
	if (number(reader, block, "port", 1, UINT16_MAX, &value) && strcmp(reader->forward, "masq") != 0 &&
	    value != service->conf.port && !service->conf.mark) {
		lvs_piranha_note(reader->import, LVS_IMPORT_APPROXIMATED, lvs_piranha_find(block, "port"), "the service's, which this forwarding method does not change");
		value = service->conf.port;
	}
	if (lvs_import_find_server(service, &addr, (uint16_t)value)) {
		lvs_import_note(reader->import, LVS_IMPORT_LEFT, block->at, "server %s: there is one at this address already",
				block->name);
		return;
	}
	server = lvs_import_add_server(reader->import, service, block->at);
	if (!server)
		return;
	server->conf.addr = addr;
	server->conf.port = (uint16_t)value;
	server->conf.forward = reader->forward;
	if (number(reader, block, "weight", 0, INT32_MAX, &value))
		lvs_import_weight(reader->import, lvs_piranha_find(block, "weight")->at, value, &server->conf.weight);
	if (*block->name)
		lvs_import_name_server(service, server, block->name);
	check = lvs_import_add_check(reader->import, server);
	if (check)
		lvs_piranha_check(reader->import, &reader->service, service, server, check);
	note_rest(reader, block);
}

static void read_persistence(struct reader *reader, struct lvs_import_service *service)
{
	struct lvs_piranha_setting *mask = lvs_piranha_find(&reader->service, "pmask");
	uint64_t seconds;

	if (number(reader, &reader->service, "persistent", 0, 2678400, &seconds) && seconds) {
		service->conf.persistent.on = true;
		service->conf.persistent.timeout = (uint32_t)seconds;
	}
	if (mask && !service->conf.persistent.on)
		lvs_piranha_note(reader->import, LVS_IMPORT_LEFT, mask, "a mask for what is not persistent");
	else if (mask && lvs_import_netmask(&service->conf, mask->value))
		lvs_piranha_note(reader->import, LVS_IMPORT_TRANSLATED, mask, "persistent");
	else if (mask)
		lvs_piranha_bad(reader->import, mask, "no mask of addresses");
}

static uint8_t read_protocol(struct reader *reader)
{
	struct lvs_piranha_setting *protocol = lvs_piranha_find(&reader->service, "protocol");
	bool udp = protocol && !strcasecmp(protocol->value, "udp");

	if (protocol && !udp && strcasecmp(protocol->value, "tcp") != 0)
		lvs_piranha_bad(reader->import, protocol, "neither tcp nor udp");
	else if (protocol)
		lvs_piranha_note(reader->import, LVS_IMPORT_TRANSLATED, protocol, "protocol");
	return udp ? IPPROTO_UDP : IPPROTO_TCP;
}

/* Return: whether there is a key: an address with a port, or a mark */
static bool read_key(struct reader *reader, struct lvs_conf_service *key)
{
	uint64_t value = 80;
	bool mark = number(reader, &reader->service, "fwmark", 1, UINT32_MAX, &value);

	lvs_conf_group_defaults(&lvs_conf_service_group, key);
	key->protocol = read_protocol(reader);
	if (mark) {
		struct lvs_piranha_setting *unused = lvs_piranha_find(&reader->service, "address");

		key->mark = (uint32_t)value;
		key->family = LVS_CONF_INET;
		key->addr = lvs_addr_any(true);
		key->protocol = 0;
		if (unused)
			lvs_piranha_note(reader->import, LVS_IMPORT_LEFT, unused, "a service of a mark has no address");
		return true;
	}
	(void)number(reader, &reader->service, "port", 1, UINT16_MAX, &value);
	key->port = (uint16_t)value;
	return address(reader, &reader->service, "address", &key->addr);
}

static void read_scheduler(struct reader *reader, struct lvs_import_service *service)
{
	struct lvs_piranha_setting *scheduler = lvs_piranha_find(&reader->service, "scheduler");

	if (!scheduler)
		return;
	if (lvs_import_scheduler(scheduler->value)) {
		service->conf.scheduler = lvs_import_scheduler(scheduler->value);
		lvs_piranha_note(reader->import, LVS_IMPORT_TRANSLATED, scheduler, "scheduler");
	} else {
		lvs_piranha_note(reader->import, LVS_IMPORT_APPROXIMATED, scheduler, "wlc, since lvsd has no such scheduler");
	}
}

/* nanny begins with a 32nd of the weight, and doubles it each 20 seconds. A weight of 1 has no 32nd. */
static void set_slow_start(struct reader *reader, struct lvs_import_service *service)
{
	uint32_t weight = 0;

	for (size_t i = 0; i < service->nservers; i++)
		weight = LVS_MAX(weight, service->servers[i].conf.weight);
	if (weight > 1)
		lvs_import_pair(reader->import, &service->more, service->at, "slow_start",
				"{ time = 120.0; curve = \"doubling\"; }");
}

static void end_virtual(struct reader *reader)
{
	struct lvs_conf_service key;
	struct lvs_import_service *service;
	struct lvs_piranha_setting *setting;

	if (!is_active(reader, &reader->service, "virtual") || !read_key(reader, &key))
		return;
	if (lvs_import_find_service(reader->import, &key)) {
		lvs_import_note(reader->import, LVS_IMPORT_LEFT, reader->service.at, "virtual %s: there is one like it already",
				reader->service.name);
		return;
	}
	service = lvs_import_add_service(reader->import, reader->service.at);
	if (!service)
		return;
	service->conf = key;
	service->conf.forward = reader->forward;
	read_scheduler(reader, service);
	read_persistence(reader, service);
	if (*reader->service.name)
		lvs_import_name_service(reader->import, service, reader->service.name);
	if (service->conf.mark)
		lvs_import_note_mark(reader->import, service);
	setting = lvs_piranha_find(&reader->service, "quiesce_server");
	if (setting) {
		setting->used = true;
		lvs_import_pair_text(reader->import, &service->more, setting->at, "on_failure",
				     strcmp(setting->value, "0") ? "quiesce" : "remove");
	}
	setting = lvs_piranha_find(&reader->service, "sorry_server");
	if (setting) {
		setting->used = true;
		lvs_import_pair(reader->import, &service->more, setting->at, "sorry_server", "{ address = \"%.64s\"; }",
				setting->value);
	}
	lvs_piranha_check_prepare(reader->import, &reader->service);
	for (size_t i = 0; i < reader->nservers; i++)
		add_server(reader, service, &reader->servers[i]);
	set_slow_start(reader, service);
	note_rest(reader, &reader->service);
}

static void end_block(struct reader *reader)
{
	if (reader->depth == 2) {
		reader->depth = 1;
		return;
	}
	if (reader->kind == 'v')
		end_virtual(reader);
	else
		lvs_import_note(reader->import, LVS_IMPORT_LEFT, reader->service.at,
				"failover %s: whole services that move are not for a load balancer; see keepalived or Pacemaker",
				reader->service.name);
	clear(&reader->service);
	for (size_t i = 0; i < reader->nservers; i++)
		clear(&reader->servers[i]);
	reader->nservers = 0;
	reader->depth = 0;
	reader->kind = '\0';
}

/* @line: "virtual NAME {". Return: whether it was the beginning of a block that may stand here */
static bool begin_block(struct reader *reader, struct lvs_import_at at, char *line)
{
	struct lvs_piranha_block *block = &reader->service, *larger;
	char *name = line + strcspn(line, " \t{");
	char kind = !strncmp(line, "virtual", 7) ? 'v' : !strncmp(line, "failover", 8) ? 'f' :
		    !strncmp(line, "server", 6) ? 's' : 0;

	if (!kind || (kind == 's') != (reader->depth == 1))
		return false;
	if (kind == 's') {
		if (reader->nservers == BLOCK_SERVERS_MAX || reader->import->failed)
			return false;
		larger = realloc(reader->servers, (reader->nservers + 1) * sizeof(*reader->servers));
		if (!larger)
			return false;
		reader->servers = larger;
		block = &reader->servers[reader->nservers++];
		memset(block, 0, sizeof(*block));
	} else {
		reader->kind = kind;
	}
	name += strspn(name, " \t");
	if (*name == '"')
		name[1 + strcspn(name + 1, "\"")] = '\0';
	else
		name[strcspn(name, " \t{")] = '\0';
	name += *name == '"';
	lvs_import_name(block->name, name);
	block->at = at;
	reader->depth++;
	return true;
}

static void add_setting(struct reader *reader, struct lvs_import_at at, char *line)
{
	struct lvs_piranha_block *block = reader->depth == 0 ? &reader->global : reader->depth == 1 ? &reader->service
										       : &reader->servers[reader->nservers - 1];
	char *value = strchr(line, '='), *end = line + strcspn(line, " \t=");
	struct lvs_piranha_setting *setting;

	if (!value || block->n == LVS_PIRANHA_SETTINGS_MAX) {
		lvs_import_bad(reader->import, at, value ? "too many settings in one block" : "neither a setting nor a block: %s",
			       line);
		return;
	}
	value++;
	value += strspn(value, " \t");
	*end = '\0';
	end = value + strlen(value);
	if (*value == '"' && end > value + 1 && end[-1] == '"') {
		value++;
		*--end = '\0';
	}
	setting = lvs_piranha_find(block, line);
	if (setting) {
		lvs_import_note(reader->import, LVS_IMPORT_LEFT, setting->at, "%s: once more in line %u, which counts", line,
				at.line);
		free(setting->value);
		setting->value = strdup(value);
		setting->at = at;
	} else {
		setting = &block->settings[block->n];
		*setting = (struct lvs_piranha_setting){ strdup(line), strdup(value), at, false };
		block->n += setting->key && setting->value;
	}
	if (!setting->key || !setting->value)
		reader->import->failed = true;
}

/* pulse's pair of directors, as keepalived has it. */
static void put_vrrp(struct reader *reader)
{
	static const char *const keys[] = { "primary", "primary_private", "primary_shared", "backup", "backup_private", "backup_shared",
					    "backup_active", "heartbeat", "heartbeat_port", "keepalive", "deadtime" };
	struct lvs_piranha_setting *backup = lvs_piranha_find(&reader->global, "backup_active");
	struct lvs_piranha_setting *deadtime = lvs_piranha_find(&reader->global, "deadtime");
	uint64_t seconds = 0;
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct lvs_piranha_setting *setting = lvs_piranha_find(&reader->global, keys[i]);

		if (!setting)
			continue;
		lvs_piranha_note(reader->import, LVS_IMPORT_LEFT, setting, "VRRP's: see the lines at the end of the configuration");
		any = true;
	}
	if (!any || (backup && !strcmp(backup->value, "0")))
		return;
	if (!deadtime || !lvs_import_number(deadtime->value, 1, 3600, &seconds))
		seconds = 3;
	lvs_import_line(reader->import, "What pulse did is keepalived's today; in keepalived.conf of both directors, with their own interface:");
	lvs_import_line(reader->import, "vrrp_instance lvs {");
	lvs_import_line(reader->import, "    interface INTERFACE");
	lvs_import_line(reader->import, "    virtual_router_id 51");
	lvs_import_line(reader->import, "    priority 100        # 90 on the other one");
	lvs_import_line(reader->import, "    advert_int %llu        # a third of deadtime", (unsigned long long)(seconds + 2) / 3);
	lvs_import_line(reader->import, "    virtual_ipaddress {");
	for (size_t i = 0; i < reader->import->nservices; i++) {
		const struct lvs_conf_service *conf = &reader->import->services[i].conf;

		if (!conf->mark && lvs_addr_is4(&conf->addr))
			lvs_import_line(reader->import, "        %u.%u.%u.%u", conf->addr.bytes[12], conf->addr.bytes[13],
					conf->addr.bytes[14], conf->addr.bytes[15]);
	}
	lvs_import_line(reader->import, "    }");
	lvs_import_line(reader->import, "}");
}

/* The forwarding method of all services is wanted before any block is read. */
static void set_network(struct reader *reader)
{
	struct lvs_piranha_setting *network = lvs_piranha_find(&reader->global, "network");

	if (!network || network->used)
		return;
	reader->forward = !strcasecmp(network->value, "direct") ? "droute" : !strcasecmp(network->value, "nat") ? "masq"
				  : !strcasecmp(network->value, "tunnel") ? "tunnel" : NULL;
	if (reader->forward) {
		lvs_piranha_note(reader->import, LVS_IMPORT_TRANSLATED, network, "forward");
	} else {
		lvs_piranha_bad(reader->import, network, "none of direct, nat, tunnel");
		reader->forward = "masq";
	}
}

static void end_global(struct reader *reader)
{
	struct lvs_conf_timeouts *timeouts = &reader->import->base->timeouts;
	uint64_t value;

	if (number(reader, &reader->global, "tcp_timeout", 1, 2678400, &value))
		timeouts->tcp = (uint32_t)value;
	if (number(reader, &reader->global, "tcpfin_timeout", 1, 2678400, &value))
		timeouts->tcpfin = (uint32_t)value;
	if (number(reader, &reader->global, "udp_timeout", 1, 2678400, &value))
		timeouts->udp = (uint32_t)value;
	put_vrrp(reader);
	note_rest(reader, &reader->global);
}

/* Cuts off comments and blanks. Return: where the line begins */
static char *trim(char *line)
{
	bool quoted = false;
	char *end;

	line += strspn(line, " \t\r\v\f");
	for (end = line; *end && (quoted || *end != '#'); end++)
		if (*end == '"')
			quoted = !quoted;
	while (end > line && strchr(" \t\r\v\f", end[-1]))
		end--;
	*end = '\0';
	return line;
}

static void read_line(struct reader *reader, struct lvs_import_at at, char *line)
{
	size_t len = strlen(line);

	if (!len)
		return;
	if (!strcmp(line, "}")) {
		if (reader->depth)
			end_block(reader);
		else
			lvs_import_bad(reader->import, at, "a '}' that ends nothing");
	} else if (line[len - 1] == '{') {
		set_network(reader);
		if (!begin_block(reader, at, line))
			lvs_import_bad(reader->import, at, "no block that may stand here: %s", line);
	} else {
		add_setting(reader, at, line);
	}
}

void lvs_import_piranha(struct lvs_import *import, const char *path, const char *text, size_t len)
{
	struct lvs_import_text lines = { .at.file = path, .text = text, .len = len };
	struct reader reader = { .import = import, .forward = "masq" };

	for (char *line; (line = lvs_import_line_next(import, &lines)); free(line))
		read_line(&reader, lines.at, trim(line));
	if (reader.depth)
		lvs_import_bad(import, reader.service.at, "a '{' that does not end");
	set_network(&reader);
	end_global(&reader);
	clear(&reader.global);
	clear(&reader.service);
	for (size_t i = 0; i < reader.nservers; i++)
		clear(&reader.servers[i]);
	free(reader.servers);
}
