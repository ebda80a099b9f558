// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ipvsadm's grammar: a line is a command with its options, short ones joined or not ("-At", "-w10"), long ones with their
 * value behind "=" or as the next word, "-p" with a value or without. A line is read into struct rule, examined as ipvsadm
 * examines it, and then done.
 */
#include "lvsctl/import/ipvsadm.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/keys.h"
#include "conf/limits.h"
#include "lvsctl/import/model.h"
#include "lvsctl/import/words.h"

#define WORDS_MAX 64

enum { NO_VALUE, VALUE, MAYBE_VALUE };

/* What a letter stands for; those without one have a character of their own. */
static const struct option {
	char letter;
	const char *name;
	int value;
} options[] = {
	{ 'A', "add-service", NO_VALUE },     { 'E', "edit-service", NO_VALUE },   { 'D', "delete-service", NO_VALUE },
	{ 'C', "clear", NO_VALUE },	      { 'R', "restore", NO_VALUE },	   { 'S', "save", NO_VALUE },
	{ 'a', "add-server", NO_VALUE },      { 'e', "edit-server", NO_VALUE },	   { 'd', "delete-server", NO_VALUE },
	{ 'L', "list", NO_VALUE },	      { 'l', NULL, NO_VALUE },		   { 'Z', "zero", NO_VALUE },
	{ '1', "set", NO_VALUE },	      { '2', "start-daemon", VALUE },	   { '3', "stop-daemon", VALUE },
	{ 'h', "help", NO_VALUE },	      { 't', "tcp-service", VALUE },	   { 'u', "udp-service", VALUE },
	{ '4', "sctp-service", VALUE },	      { 'f', "fwmark-service", VALUE },	   { '6', "ipv6", NO_VALUE },
	{ 's', "scheduler", VALUE },	      { 'b', "sched-flags", VALUE },	   { '5', "pe", VALUE },
	{ 'p', "persistent", MAYBE_VALUE },   { 'M', "netmask", VALUE },	   { 'o', "ops", NO_VALUE },
	{ 'r', "real-server", VALUE },	      { 'g', "gatewaying", NO_VALUE },	   { 'i', "ipip", NO_VALUE },
	{ 'm', "masquerading", NO_VALUE },    { '7', "tun-type", VALUE },	   { '8', "tun-port", VALUE },
	{ '9', "tun-nocsum", NO_VALUE },      { '+', "tun-csum", NO_VALUE },	   { '*', "tun-remcsum", NO_VALUE },
	{ 'w', "weight", VALUE },	      { 'x', "u-threshold", VALUE },	   { 'y', "l-threshold", VALUE },
	{ 'c', "connection", NO_VALUE },      { 'n', "numeric", NO_VALUE },	   { ',', "mcast-interface", VALUE },
	{ '.', "mcast-group", VALUE },	      { ':', "mcast-port", VALUE },	   { ';', "mcast-ttl", VALUE },
	{ '<', "syncid", VALUE },	      { '>', "sync-maxlen", VALUE },	   { '0', "exact", NO_VALUE },
	{ '!', "sort", NO_VALUE },	      { '#', "nosort", NO_VALUE },	   { '$', "timeout", NO_VALUE },
	{ '%', "daemon", NO_VALUE },	      { '&', "stats", NO_VALUE },	   { '(', "rate", NO_VALUE },
	{ ')', "thresholds", NO_VALUE },      { '-', "persistent-conn", NO_VALUE }, { '/', "tun-info", NO_VALUE },
};

static const char commands[] = "AEDCRSaedLlZ123h";
static const char services[] = "tu4f";
static const char service_options[] = "sb5pMo6";
static const char server_options[] = "rgim789+*wxy6";
static const char daemon_options[] = ",.:;<>";
static const char shortened[] = "123456789+*,.:;<>0!#$%&()-/";	/* have no short form, or another meaning as one */

/* One line. @given: by letter; NULL is not there, "" has no value. */
struct rule {
	struct lvs_import *import;
	struct lvs_import_at at;
	char command;
	const char *given[128];
	const char *rest[4];
	size_t nrest;
	struct lvs_conf_service service;
};

static bool bad(struct rule *rule, const char *what, const char *word)
{
	lvs_import_bad(rule->import, rule->at, "%s%s%s%s", what, word ? " '" : "", word ? word : "", word ? "'" : "");
	return false;
}

/* As popt does it: quotation marks join, a backslash takes the next character as it is, # begins a comment. */
static bool split(struct rule *rule, char *line, char *words[WORDS_MAX], size_t *ret_n)
{
	size_t n = 0;

	for (char *from = line;;) {
		char *to, quote = '\0';

		from += strspn(from, " \t\r\v\f");
		if (!*from || *from == '#')
			break;
		if (n == WORDS_MAX)
			return bad(rule, "more words than any command has", NULL);
		words[n++] = to = from;
		for (; *from && (quote || !strchr(" \t\r\v\f", *from)); from++) {
			if (*from == '\\' && from[1])
				*to++ = *++from;
			else if (quote ? *from == quote : *from == '"' || *from == '\'')
				quote = quote ? '\0' : *from;
			else
				*to++ = *from;
		}
		if (quote)
			return bad(rule, "a quotation mark that does not end", NULL);
		from += *from != '\0';
		*to = '\0';
	}
	*ret_n = n;
	return true;
}

static bool give(struct rule *rule, char letter, const char *value, const char *word)
{
	if (strchr(commands, letter)) {
		if (rule->command)
			return bad(rule, "a second command", word);
		rule->command = letter;
	}
	if (strchr(services, letter) && (rule->given['t'] || rule->given['u'] || rule->given['4'] || rule->given['f']))
		return bad(rule, "a second service", word);
	if (letter == '6' && !rule->given['f'])
		return bad(rule, "-6 used before -f", NULL);
	rule->given[(int)letter] = value;
	return true;
}

static bool is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

static bool take_long(struct rule *rule, char *words[], size_t n, size_t *at)
{
	const char *name = words[*at] + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const struct option *option = &options[i];

		if (!option->name || strncmp(option->name, name, len) != 0 || option->name[len])
			continue;
		if (option->value == NO_VALUE)
			return value ? bad(rule, "no value goes with", words[*at]) : give(rule, option->letter, "", words[*at]);
		if (value)
			return give(rule, option->letter, value + 1, words[*at]);
		if (option->value == MAYBE_VALUE && (*at + 1 == n || !is_number(words[*at + 1])))
			return give(rule, option->letter, "", words[*at]);
		if (*at + 1 == n)
			return bad(rule, "a value is missing behind", words[*at]);
		*at += 1;
		return give(rule, option->letter, words[*at], words[*at - 1]);
	}
	return bad(rule, "unknown option", words[*at]);
}

static bool take_short(struct rule *rule, char *words[], size_t n, size_t *at)
{
	const char *word = words[*at];

	for (const char *c = word + 1; *c; c++) {
		const struct option *option = NULL;

		for (size_t i = 0; i < ARRAY_LEN(options) && !option; i++)
			if (options[i].letter == *c && (*c == '6' || !strchr(shortened, *c)))
				option = &options[i];
		if (!option)
			return bad(rule, "unknown option", word);
		if (option->value == NO_VALUE) {
			if (!give(rule, *c, "", word))
				return false;
			continue;
		}
		if (c[1])
			return give(rule, *c, c + 1 + (c[1] == '='), word);
		if (option->value == MAYBE_VALUE && (*at + 1 == n || !is_number(words[*at + 1])))
			return give(rule, *c, "", word);
		if (*at + 1 == n)
			return bad(rule, "a value is missing behind", word);
		*at += 1;
		return give(rule, *c, words[*at], word);
	}
	return true;
}

static bool take_words(struct rule *rule, char *words[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool good;

		if (!strncmp(words[i], "--", 2))
			good = take_long(rule, words, n, &i);
		else if (*words[i] == '-' && words[i][1])
			good = take_short(rule, words, n, &i);
		else if (rule->command == '1' && rule->nrest < 3)
			good = (rule->rest[rule->nrest++] = words[i]) != NULL;
		else
			good = bad(rule, "unexpected argument", words[i]);
		if (!good)
			return false;
	}
	return rule->command ? true : bad(rule, "no command", NULL);
}

/* Which options a command may have, and must have. */
static bool examine(struct rule *rule)
{
	char allowed[64] = "";
	bool service = strchr("AEDaed", rule->command), server = strchr("aed", rule->command);

	if (strchr("RSh", rule->command))
		return bad(rule, "no command that changes rules", NULL);
	(void)snprintf(allowed, sizeof(allowed), "%c%s%s%s%s%s", rule->command, service || rule->command == 'Z' ? "tu4f6" : "",
		       strchr("AE", rule->command) ? service_options : "", strchr("ae", rule->command) ? server_options : "",
		       rule->command == 'd' ? "r6" : "", rule->command == '2' ? daemon_options : rule->command == '3' ? "<" : "");
	if (strchr("Ll", rule->command))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (rule->given[(int)options[i].letter] && !strchr(allowed, options[i].letter))
			return bad(rule, "an option that the command does not have:",
				   options[i].name ? options[i].name : "l");
	if (service && !rule->given['t'] && !rule->given['u'] && !rule->given['4'] && !rule->given['f'])
		return bad(rule, "no service", NULL);
	if (server && !rule->given['r'])
		return bad(rule, "no real server", NULL);
	return true;
}

static bool read_service(struct rule *rule)
{
	static const struct {
		char letter;
		uint8_t protocol;
	} protocols[] = { { 't', IPPROTO_TCP }, { 'u', IPPROTO_UDP }, { '4', IPPROTO_SCTP } };
	struct lvs_conf_service *service = &rule->service;
	uint64_t mark;

	lvs_conf_group_defaults(&lvs_conf_service_group, service);
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		const char *text = rule->given[(int)protocols[i].letter];

		if (!text)
			continue;
		service->protocol = protocols[i].protocol;
		if (!lvs_import_endpoint(rule->import, rule->at, text, service->protocol, &service->addr, &service->port))
			return bad(rule, "no address of a service:", text);
		return true;
	}
	if (!lvs_import_number(rule->given['f'], 1, UINT32_MAX, &mark))
		return bad(rule, "no mark:", rule->given['f']);
	service->mark = (uint32_t)mark;
	service->family = rule->given['6'] ? LVS_CONF_INET6 : LVS_CONF_INET;
	service->addr = lvs_addr_any(!rule->given['6']);
	service->protocol = 0;
	return true;
}

static void take_flags(struct rule *rule)
{
	char flags[256], *save = NULL;

	(void)snprintf(flags, sizeof(flags), "%s", rule->given['b']);
	for (char *flag = strtok_r(flags, ",", &save); flag; flag = strtok_r(NULL, ",", &save)) {
		const char *why = lvs_import_flag(&rule->service, flag);

		if (why)
			lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, "-b %s %s", flag, why);
	}
}

static bool read_persistence(struct rule *rule)
{
	struct lvs_conf_service *service = &rule->service;
	const char *seconds = rule->given['p'];
	uint64_t timeout = 360;

	if (!seconds && (rule->given['M'] || rule->given['5']))
		return bad(rule, rule->given['M'] ? "a netmask is for persistent services" :
						    "an engine is for persistent services", NULL);
	if (!seconds)
		return service->port || service->mark ? true : bad(rule, "a service without a port must be persistent", NULL);
	if (*seconds && !lvs_import_number(seconds, 1, 2678400, &timeout))
		return bad(rule, "no timeout for persistence:", seconds);
	service->persistent.on = true;
	service->persistent.timeout = (uint32_t)timeout;
	(void)snprintf(service->persistent.netmask, sizeof(service->persistent.netmask), "255.255.255.255");
	service->persistent.prefix6 = 128;
	if (rule->given['M'] && !lvs_import_netmask(service, rule->given['M']))
		return bad(rule, "no netmask:", rule->given['M']);
	if (rule->given['5']) {
		const char *why = lvs_import_engine(service, rule->given['5']);

		if (why)
			lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, "--pe %s %s", rule->given['5'], why);
	}
	return true;
}

static bool read_service_options(struct rule *rule)
{
	struct lvs_conf_service *service = &rule->service;

	service->scheduler = lvs_import_scheduler(rule->given['s'] ? rule->given['s'] : "wlc");
	if (!service->scheduler) {
		service->scheduler = "wlc";
		lvs_import_note(rule->import, LVS_IMPORT_APPROXIMATED, rule->at, "-s %s: wlc, since lvsd has no such scheduler",
				rule->given['s']);
	}
	if (rule->given['b'])
		take_flags(rule);
	if (rule->given['o'] && service->protocol != IPPROTO_UDP && !service->mark)
		return bad(rule, "one-packet scheduling is for UDP", NULL);
	if (rule->given['o'] && service->mark)
		lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, "-o of a mark: lvsd schedules single packets of UDP services");
	service->one_packet = rule->given['o'] && !service->mark;
	return read_persistence(rule);
}

static void put_service(struct rule *rule)
{
	struct lvs_import_service *service = lvs_import_find_service(rule->import, &rule->service);

	if (rule->command == 'A' ? service != NULL : service == NULL) {
		lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, rule->command == 'A' ? "the service exists already" : "there is no such service");
		return;
	}
	if (!service)
		service = lvs_import_add_service(rule->import, rule->at);
	if (!service)
		return;
	service->at = rule->at;
	service->conf = rule->service;
	if (rule->command == 'A' && service->conf.mark)
		lvs_import_note_mark(rule->import, service);
	lvs_import_note(rule->import, LVS_IMPORT_TRANSLATED, rule->at, "service");
}

static bool read_tunnel(struct rule *rule, struct lvs_conf_server *server)
{
	static const char *const types[] = { "ipip", "gre", "gue" };
	const char *type = rule->given['7'] ? rule->given['7'] : "ipip";
	uint64_t port = 0;

	if (strcmp(server->forward, "tunnel") != 0)
		return rule->given['7'] || rule->given['8'] || rule->given['9'] || rule->given['+'] || rule->given['*']
			       ? bad(rule, "tunnel options without -i", NULL) : true;
	server->tunnel.on = strcmp(type, "ipip") != 0;
	server->tunnel.type = NULL;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!strcmp(types[i], type))
			server->tunnel.type = types[i];
	if (!server->tunnel.type)
		return bad(rule, "no type of tunnels:", type);
	if (!strcmp(type, "gue") != (rule->given['8'] != NULL))
		return bad(rule, rule->given['8'] ? "--tun-port is for gue" : "gue needs --tun-port", NULL);
	if (rule->given['8'] && !lvs_import_number(rule->given['8'], 1, UINT16_MAX, &port))
		return bad(rule, "no port:", rule->given['8']);
	server->tunnel.port = (uint32_t)port;
	server->tunnel.csum = rule->given['*'] ? LVS_CONF_REMCSUM : rule->given['+'] ? LVS_CONF_CSUM : LVS_CONF_NOCSUM;
	if (server->tunnel.csum && (!strcmp(type, "ipip") || (rule->given['*'] && strcmp(type, "gue") != 0)))
		return bad(rule, "no such checksum with tunnels of type", type);
	return true;
}

/* Those that are missing stay as they are in @server. */
static bool read_server_options(struct rule *rule, struct lvs_conf_server *server)
{
	const struct {
		char letter;
		uint32_t *member;
	} numbers[] = { { 'x', &server->upper_threshold }, { 'y', &server->lower_threshold } };
	uint64_t number = 1;

	if (!!rule->given['g'] + !!rule->given['i'] + !!rule->given['m'] > 1)
		return bad(rule, "two forwarding methods", NULL);
	server->forward = rule->given['m'] ? "masq" : rule->given['i'] ? "tunnel" : "droute";
	if (rule->given['w'] && !lvs_import_number(rule->given['w'], 0, INT32_MAX, &number))
		return bad(rule, "no weight:", rule->given['w']);
	lvs_import_weight(rule->import, rule->at, number, &server->weight);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const char *text = rule->given[(int)numbers[i].letter];

		if (text && !lvs_import_number(text, 0, INT32_MAX, &number))
			return bad(rule, "no threshold:", text);
		*numbers[i].member = text ? (uint32_t)number : 0;
	}
	return read_tunnel(rule, server);
}

/* Direct routing and tunnels do not touch ports: they are the service's. */
static void fit_port(struct rule *rule, const struct lvs_import_service *service, struct lvs_conf_server *server)
{
	if (!strcmp(server->forward, "masq") || service->conf.mark || server->port == service->conf.port)
		return;
	lvs_import_note(rule->import, LVS_IMPORT_APPROXIMATED, rule->at, "port %u: port %u, the service's, as ipvsadm does it",
			server->port, service->conf.port);
	server->port = service->conf.port;
}

static bool put_server(struct rule *rule)
{
	struct lvs_import_service *service = lvs_import_find_service(rule->import, &rule->service);
	struct lvs_import_server *server;
	struct lvs_conf_server conf;
	const char *text = rule->given['r'];

	lvs_conf_group_defaults(&lvs_conf_server_group, &conf);
	if (!lvs_import_endpoint(rule->import, rule->at, text, rule->service.protocol, &conf.addr, &conf.port))
		return bad(rule, "no address of a real server:", text);
	if (rule->command != 'd' && !read_server_options(rule, &conf))
		return false;
	if (!service) {
		lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, "there is no such service");
		return true;
	}
	if (!conf.port)
		conf.port = service->conf.port;
	if (rule->command != 'd')
		fit_port(rule, service, &conf);
	server = lvs_import_find_server(service, &conf.addr, conf.port);
	if (rule->command == 'a' ? server != NULL : server == NULL) {
		lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, rule->command == 'a' ? "the server exists already" : "there is no such server");
		return true;
	}
	if (rule->command == 'd') {
		lvs_import_remove_server(rule->import, service, server);
	} else {
		if (!server)
			server = lvs_import_add_server(rule->import, service, rule->at);
		if (!server)
			return true;
		server->conf = conf;
		server->at = rule->at;
	}
	lvs_import_note(rule->import, LVS_IMPORT_TRANSLATED, rule->at, rule->command == 'd' ? "server removed" : "server");
	return true;
}

static bool set_timeouts(struct rule *rule)
{
	struct lvs_conf_timeouts *timeouts = &rule->import->base->timeouts;
	uint32_t *const members[] = { &timeouts->tcp, &timeouts->tcpfin, &timeouts->udp };
	uint64_t seconds;

	if (rule->nrest != 3)
		return bad(rule, "--set takes three timeouts", NULL);
	for (size_t i = 0; i < 3; i++) {
		if (!lvs_import_number(rule->rest[i], 0, 2678400, &seconds))
			return bad(rule, "no timeout:", rule->rest[i]);
		if (seconds)
			*members[i] = (uint32_t)seconds;
	}
	lvs_import_note(rule->import, LVS_IMPORT_TRANSLATED, rule->at, "timeouts");
	return true;
}

static void do_delete(struct rule *rule)
{
	struct lvs_import_service *service = lvs_import_find_service(rule->import, &rule->service);

	if (service)
		lvs_import_remove_service(rule->import, service);
	lvs_import_note(rule->import, service ? LVS_IMPORT_TRANSLATED : LVS_IMPORT_LEFT, rule->at,
			service ? "service removed" : "there is no such service");
}

static bool do_rule(struct rule *rule)
{
	if (!examine(rule) || (strchr("AEDaed", rule->command) && !read_service(rule)))
		return false;
	switch (rule->command) {
	case 'A':
	case 'E':
		if (!read_service_options(rule))
			return false;
		put_service(rule);
		return true;
	case 'D':
		do_delete(rule);
		return true;
	case 'C':
		while (rule->import->nservices)
			lvs_import_remove_service(rule->import, rule->import->services + rule->import->nservices - 1);
		lvs_import_note(rule->import, LVS_IMPORT_TRANSLATED, rule->at, "everything before this line removed");
		return true;
	case '1':
		return set_timeouts(rule);
	case 'a':
	case 'e':
	case 'd':
		return put_server(rule);
	case '2':
	case '3':
		lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, "connection synchronisation: nothing of lvs.conf");
		return true;
	default:
		lvs_import_note(rule->import, LVS_IMPORT_LEFT, rule->at, "-%c changes nothing", rule->command);
		return true;
	}
}

/* Scripts call the program by its name, or by its path. */
static bool is_program(const char *word)
{
	const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;

	return !strcmp(name, "ipvsadm") || !strcmp(name, "lvsadm") || !strcmp(word, "$IPVSADM");
}

static void read_line(struct lvs_import *import, struct lvs_import_at at, char *line)
{
	struct rule rule = { .import = import, .at = at };
	char *words[WORDS_MAX];
	size_t n, skip;

	if (!split(&rule, line, words, &n) || !n)
		return;
	skip = is_program(words[0]);
	if (take_words(&rule, words + skip, n - skip))
		(void)do_rule(&rule);
}

void lvs_import_ipvsadm(struct lvs_import *import, const char *path, const char *text, size_t len)
{
	struct lvs_import_text lines = { .at.file = path, .text = text, .len = len };

	for (char *line; (line = lvs_import_line_next(import, &lines)); free(line))
		read_line(import, lines.at, line);
}
