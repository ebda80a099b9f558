// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ldirectord's ways of asking a server as checks: "checktype" says how far it goes, and "service" how that is done. What its
 * Perl modules say in a protocol that lvsd does not speak becomes what comes nearest: the server's greeting, a TLS
 * handshake, a connection. All times are written out, since lvsd's own are others; an answer must not take longer than the
 * interval, which ldirectord, asking one server after the other, does not mind.
 */
#include "lvsctl/import/ldirectord.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "lvsctl/import/programs.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

#define INTERVAL_MAX 86400
#define FALL_MAX 100
#define TEXT_BYTES 256	/* of what is sent and expected */

/* How one server is asked, while the check is made. */
struct ask {
	const struct lvs_ldirectord_place *place;
	const struct lvs_import_server *server;
	const struct lvs_ldirectord_real *real;
	struct lvs_import_pairs *check;
	struct lvs_import_at at;
};

static void set_text(const struct ask *ask, const char *key, const char *text)
{
	lvs_import_pair_text(ask->place->import, ask->check, ask->at, key, text);
}

static struct lvs_import_at place_of(const struct lvs_ldirectord_place *place, const char *name)
{
	const struct lvs_ldirectord_setting *setting = lvs_ldirectord_setting(place, name);

	return setting ? setting->at : place->block->at;
}

/* What is asked for, without the slash that ldirectord puts in front. */
static const char *request_of(const struct ask *ask)
{
	const char *request = ask->real->request ? ask->real->request : lvs_ldirectord_value(ask->place, "request", "/");

	return request + (*request == '/');
}

static struct lvs_import_at request_at(const struct ask *ask)
{
	return ask->real->request ? ask->real->at : place_of(ask->place, "request");
}

static const char *receive_of(const struct ask *ask)
{
	return ask->real->receive ? ask->real->receive : lvs_ldirectord_value(ask->place, "receive", "");
}

static struct lvs_import_at receive_at(const struct ask *ask)
{
	return ask->real->receive ? ask->real->at : place_of(ask->place, "receive");
}

/* "http://HOST:PORT/PATH". Return: the path, or NULL if @url is none */
static const char *split_url(const char *url, char host[TEXT_BYTES], char port[8])
{
	const char *name = strstr(url, "://"), *path;
	size_t len, n;

	if (!name || name == url || strcspn(url, "/") < (size_t)(name - url))
		return NULL;
	name += 3;
	path = name + strcspn(name, "/");
	len = (size_t)(path - name);
	n = *name == '[' ? strcspn(name, "]") : strcspn(name, ":/");
	(void)snprintf(host, TEXT_BYTES, "%.*s", (int)LVS_MIN(n, (size_t)TEXT_BYTES - 1), name);
	(void)snprintf(port, 8, "%.*s", name[n] == ':' ? (int)LVS_MIN(len - n - 1, (size_t)7) : 0, name + n + 1);
	return path;
}

static void ask_http(const struct ask *ask)
{
	const char *request = request_of(ask), *host = lvs_ldirectord_value(ask->place, "virtualhost", NULL);
	struct lvs_import_at at = request_at(ask);
	const char *method = lvs_ldirectord_value(ask->place, "httpmethod", "GET"), *receive = receive_of(ask), *path;
	char url_host[TEXT_BYTES], port[8], text[1024];
	struct lvs_import *import = ask->place->import;
	uint64_t number;

	path = ask->real->request ? split_url(request, url_host, port) : NULL;
	if (path) {
		lvs_import_note(import, LVS_IMPORT_APPROXIMATED, ask->real->at,
				"%s: the server itself is asked, in the name of that host", request);
		if (lvs_import_number(port, 1, UINT16_MAX, &number))
			lvs_import_pair(import, ask->check, ask->real->at, "port", "%s", port);
		host = host ? host : url_host;
	}
	(void)snprintf(text, sizeof(text), "%s%s", path && *path == '/' ? "" : "/", path ? path : request);
	lvs_import_pair_text(import, ask->check, at, "path", text);
	if (host)
		lvs_import_pair_text(import, ask->check, place_of(ask->place, "virtualhost"), "host", host);
	if (!strcasecmp(method, "HEAD"))
		lvs_import_pair_text(import, ask->check, place_of(ask->place, "httpmethod"), "method", "HEAD");
	if (*receive)
		lvs_import_pair_text(import, ask->check, receive_at(ask), "regex", receive);
}

/* A proxy is asked for the whole URL. */
static void ask_proxy(const struct ask *ask)
{
	const char *request = request_of(ask);
	char text[TEXT_BYTES * 2], host[TEXT_BYTES], port[8];

	if (!split_url(request, host, port))
		(void)snprintf(host, sizeof(host), "%s", lvs_ldirectord_value(ask->place, "virtualhost", "localhost"));
	(void)snprintf(text, sizeof(text), "%s %s HTTP/1.0\r\nHost: %s\r\n\r\n",
		       strcasecmp(lvs_ldirectord_value(ask->place, "httpmethod", "GET"), "HEAD") ? "GET" : "HEAD", request, host);
	set_text(ask, "send_text", text);
	set_text(ask, "expect_text", " 200 ");
	if (*receive_of(ask))
		lvs_import_pair_text(ask->place->import, ask->check, receive_at(ask), "expect_regex", receive_of(ask));
}

static void leave_receive(const struct ask *ask, const char *why)
{
	if (!ask->real->receive) {
		lvs_ldirectord_note(ask->place->import, LVS_IMPORT_LEFT, lvs_ldirectord_setting(ask->place, "receive"), why);
		return;
	}
	lvs_import_note(ask->place->import, LVS_IMPORT_LEFT, ask->real->at, "\"%s\": %s", ask->real->receive, why);
	lvs_import_line(ask->place->import, "%s:%u: \"%s\": %s", ask->real->at.file, ask->real->at.line, ask->real->receive, why);
}

/* An address or a name as an expression: "192\.0\.2\.1", "www.example.com", with anchors or without. */
static bool read_answer(const char *regex, char text[TEXT_BYTES])
{
	size_t n = 0;

	for (regex += *regex == '^'; *regex && n < TEXT_BYTES - 1; regex++) {
		regex += *regex == '\\' && ispunct((unsigned char)regex[1]);
		if (*regex == '$' && !regex[1])
			continue;
		if (!isalnum((unsigned char)*regex) && !strchr(".-:_", *regex))
			return false;
		text[n++] = *regex;
	}
	text[n] = '\0';
	return n && !*regex;
}

/* The name that has the PTR record of an address. */
static void reverse(const struct lvs_addr *addr, char name[80])
{
	char *at = name;

	if (lvs_addr_is4(addr)) {
		(void)snprintf(name, 80, "%u.%u.%u.%u.in-addr.arpa", addr->bytes[15], addr->bytes[14], addr->bytes[13],
			       addr->bytes[12]);
		return;
	}
	for (size_t i = 16; i > 0; i--)
		at += snprintf(at, 5, "%x.%x.", addr->bytes[i - 1] & 15, addr->bytes[i - 1] >> 4);
	strcpy(at, "ip6.arpa");
}

static void ask_dns(const struct ask *ask)
{
	struct lvs_import *import = ask->place->import;
	const char *request = request_of(ask), *receive = receive_of(ask);
	struct lvs_import_at at = request_at(ask);
	char text[TEXT_BYTES], name[80];
	struct lvs_addr addr;
	bool pointer = !lvs_addr_parse(request, &addr);

	if (pointer)
		reverse(&addr, name);
	lvs_import_pair_text(import, ask->check, at, "query_type", pointer ? "PTR" : *request ? "A" : "SOA");
	lvs_import_pair_text(import, ask->check, at, "query_name", pointer ? name : *request ? request : ".");
	if (!*request || !*receive)
		lvs_import_note(import, LVS_IMPORT_APPROXIMATED, ask->place->block->at,
				"service = dns: ldirectord needs both \"request\" and \"receive\", or no server is ever up");
	if (read_answer(receive, text))
		lvs_import_pair_text(import, ask->check, receive_at(ask), "answer", text);
	else if (*receive)
		leave_receive(ask, "any record is good, since an expression is no answer");
	if (ask->place->service->conf.protocol == IPPROTO_TCP)
		lvs_import_note(import, LVS_IMPORT_APPROXIMATED, ask->at, "service = dns: lvsd asks over UDP");
}

/* "\n" is a line's end, and no other escape is one. */
static void ask_simple(const struct ask *ask)
{
	const char *request = request_of(ask);
	char text[TEXT_BYTES * 2];
	size_t n = 0;

	for (; *request && n < sizeof(text) - 1; request++) {
		bool end = request[0] == '\\' && request[1] == 'n';

		text[n++] = end ? '\n' : *request;
		request += end;
	}
	text[n] = '\0';
	if (ask->place->service->conf.protocol == IPPROTO_UDP) {
		set_text(ask, "type", "udp");
		if (n)
			lvs_import_pair_hex(ask->place->import, ask->check, ask->at, "send", text);
		lvs_import_note(ask->place->import, LVS_IMPORT_APPROXIMATED, ask->at,
				"service = simpletcp: over UDP any answer is good, and so is none unless the port is closed");
		return;
	}
	if (n)
		lvs_import_pair_text(ask->place->import, ask->check, request_at(ask), "send_text", text);
	/* ldirectord looks at one line after the other. */
	(void)snprintf(text, sizeof(text), "(?m)%s", receive_of(ask));
	if (*receive_of(ask))
		lvs_import_pair_text(ask->place->import, ask->check, receive_at(ask), "expect_regex", text);
}

/* OPTIONS, which any SIP server answers. */
static void ask_sip(const struct ask *ask)
{
	static const char ok[] = "SIP/2.0 200";
	const char *login = lvs_ldirectord_value(ask->place, "login", "ldirectord@localhost");
	bool udp = ask->place->service->conf.protocol == IPPROTO_UDP;
	char text[TEXT_BYTES * 2];

	(void)snprintf(text, sizeof(text), "OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/%s 0.0.0.0;rport;branch=z9hG4bKlvsd\r\n"
		       "Max-Forwards: 70\r\nTo: <sip:%s>\r\nFrom: <sip:%s>;tag=1\r\nCall-ID: lvsd\r\nCSeq: 1 OPTIONS\r\n"
		       "Content-Length: 0\r\n\r\n", login, udp ? "UDP" : "TCP", login, login);
	set_text(ask, "type", udp ? "udp" : "send_expect");
	if (!udp) {
		set_text(ask, "send_text", text);
		set_text(ask, "expect_text", ok);
		return;
	}
	lvs_import_pair_hex(ask->place->import, ask->check, ask->at, "send", text);
	lvs_import_pair_hex(ask->place->import, ask->check, ask->at, "expect", ok);
}

/**
 * struct kind - a service
 * @port:	where it is, for servers that do not say; 0: nowhere in particular
 * @type:	of the check; NULL: none
 * @expect:	of "send_expect"; NULL: anything
 * @ask:	adds what it is asked; NULL: nothing
 * @near:	how the check differs; NULL: not
 */
static const struct kind {
	const char *name;
	uint16_t port;
	const char *type, *expect;
	void (*ask)(const struct ask *ask);
	const char *near;
} kinds[] = {
	{ "dns", 53, "dns", NULL, ask_dns, NULL },
	{ "ftp", 21, "send_expect", "220", NULL, "the server has to greet; nobody logs in, and no file is fetched" },
	{ "http", 80, "http", NULL, ask_http, "redirections are not followed, and so are bad, as any status but 200 to 299" },
	{ "http_proxy", 3128, "send_expect", NULL, ask_proxy, "the beginning of its answer is searched, headers too" },
	{ "https", 443, "https", NULL, ask_http, "redirections are not followed, and so are bad, as any status but 200 to 299" },
	{ "imap", 143, "send_expect", "* OK", NULL, "the server has to greet; nobody logs in" },
	{ "imaps", 993, "tls", NULL, NULL, "a TLS handshake; nobody logs in" },
	{ "ldap", 389, "tcp", NULL, NULL, "a connection; nothing is searched" },
	{ "ldaps", 636, "tls", NULL, NULL, "a TLS handshake; nothing is searched" },
	{ "mysql", 3306, "send_expect", NULL, NULL,
	  "the server has to greet; nobody logs in, so mind the server's max_connect_errors, and a script could do what this did" },
	{ "nntp", 119, "send_expect", "20", NULL, "the server has to greet with 200 or 201" },
	{ "none", 0, NULL, NULL, NULL, NULL },
	{ "oracle", 1521, "tcp", NULL, NULL, "a connection; nothing is selected, a script could" },
	{ "pgsql", 5432, "tcp", NULL, NULL, "a connection; nothing is selected, a script could" },
	{ "pop", 110, "send_expect", "+OK", NULL, "the server has to greet; nobody logs in" },
	{ "pops", 995, "tls", NULL, NULL, "a TLS handshake; nobody logs in" },
	{ "radius", 1812, "udp", NULL, NULL, "the port must not be closed; nobody logs in, a script could" },
	{ "simpletcp", 0, "send_expect", NULL, ask_simple, NULL },
	{ "sip", 5060, "udp", NULL, ask_sip, "OPTIONS with one Call-ID, and of no tag that the server knows" },
	{ "smtp", 25, "smtp", NULL, NULL, NULL },
	{ "submission", 587, "smtp", NULL, NULL, NULL },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/* What is said, or what the port stands for. Return: NULL if there is none that is called so */
static const struct kind *kind_of(const struct lvs_ldirectord_place *place)
{
	const struct lvs_conf_service *conf = &place->service->conf;
	const struct lvs_ldirectord_setting *setting = lvs_ldirectord_find(place->block, "service");

	if (setting)
		return find_kind(setting->value);
	for (size_t i = 0; !conf->mark && i < ARRAY_LEN(kinds); i++)
		if (kinds[i].port == conf->port && kinds[i].type)
			return &kinds[i];
	return find_kind("none");
}

/* The first digits make a number of connections. Return: whether there are any */
static bool is_combined(const char *type, uint32_t *ret_connects)
{
	const char *digits = type + strcspn(type, "0123456789");

	if (!*digits)
		return false;
	*ret_connects = (uint32_t)LVS_MIN(strtoull(digits, NULL, 10), INTERVAL_MAX);
	return true;
}

/* In seconds; one is what the other is unless it is said, first here, then globally. */
static uint32_t timeout_of(const struct lvs_ldirectord_place *place, bool negotiate, struct lvs_import_at *ret_at)
{
	const char *own = negotiate ? "negotiatetimeout" : "checktimeout", *other = negotiate ? "checktimeout" : "negotiatetimeout";
	const struct lvs_ldirectord_setting *said = lvs_ldirectord_find(place->block, own);

	said = said ? said : lvs_ldirectord_find(place->block, other);
	said = said ? said : lvs_ldirectord_find(place->global, own);
	said = said ? said : lvs_ldirectord_find(place->global, other);
	*ret_at = said ? said->at : place->block->at;
	return said ? (uint32_t)LVS_MIN(strtoull(said->value, NULL, 10), 2 * INTERVAL_MAX) : negotiate ? 30 : 5;
}

/* Without "fork = yes" there is one interval for all. */
static uint32_t interval_of(const struct lvs_ldirectord_place *place, struct lvs_import_at *ret_at)
{
	bool forks = !strcmp(lvs_ldirectord_value(place, "fork", "no"), "yes");
	const struct lvs_ldirectord_setting *own = lvs_ldirectord_find(place->block, "checkinterval");
	const struct lvs_ldirectord_setting *said = own && forks ? own : lvs_ldirectord_find(place->global, "checkinterval");

	*ret_at = said ? said->at : place->block->at;
	return said ? (uint32_t)LVS_MIN(strtoull(said->value, NULL, 10), INTERVAL_MAX) : 10;
}

/* @times: in a row that it may fail. @rounds: of that many one is this check */
static void set_times(const struct ask *ask, bool negotiate, uint32_t times, uint32_t rounds)
{
	struct lvs_import *import = ask->place->import;
	struct lvs_import_at interval_at, timeout_at;
	uint32_t interval = interval_of(ask->place, &interval_at), timeout = timeout_of(ask->place, negotiate, &timeout_at);
	uint64_t whole = LVS_MIN((uint64_t)interval * rounds, INTERVAL_MAX);

	if (timeout > interval) {
		lvs_import_note(import, LVS_IMPORT_APPROXIMATED, timeout_at,
				"%s of %u seconds: %u, since an answer may take as long as the interval",
				negotiate ? "negotiatetimeout" : "checktimeout", timeout, interval);
		timeout = interval;
	}
	lvs_import_pair(import, ask->check, interval_at, "interval", "%llu.0", (unsigned long long)whole);
	if (times > 1 || rounds > 1)
		lvs_import_pair(import, ask->check, interval_at, "fast_interval", "%u.0", interval);
	lvs_import_pair(import, ask->check, timeout_at, "timeout", "%u.0", timeout);
	lvs_import_pair(import, ask->check, ask->place->block->at, "rise", "1");
	lvs_import_pair(import, ask->check, place_of(ask->place, "failurecount"), "fall", "%u", LVS_MIN(times, (uint32_t)FALL_MAX));
}

/* The port that is asked: one that is said, that of the server's line, or that of the kind. Return: whether there is one */
static bool set_port(const struct ask *ask, const struct kind *kind)
{
	uint32_t port = lvs_ldirectord_number(ask->place, "checkport", UINT16_MAX, ask->real->port);

	port = port ? port : kind && kind->port ? kind->port : ask->server->conf.port;
	if (!port) {
		lvs_import_note(ask->place->import, LVS_IMPORT_LEFT, ask->real->at,
				"there is no port that could be asked, and ldirectord would call the server down; give it a checkport");
		return false;
	}
	if (port != ask->server->conf.port)
		lvs_import_pair(ask->place->import, ask->check, place_of(ask->place, "checkport"), "port", "%u", port);
	return true;
}

/* Return: whether there is a check now, of @type */
static bool begin(struct ask *ask, struct lvs_import_server *server, const char *type)
{
	ask->server = server;
	ask->check = lvs_import_add_check(ask->place->import, server);
	if (ask->check)
		set_text(ask, "type", type);
	return ask->check;
}

static void add_negotiate(struct ask *ask, struct lvs_import_server *server, uint32_t times, uint32_t rounds)
{
	const struct kind *kind = kind_of(ask->place);

	if (!kind || !kind->type || !begin(ask, server, kind->type))
		return;
	if (!set_port(ask, kind)) {
		ask->check->left = true;
		return;
	}
	if (kind->expect)
		set_text(ask, "expect_text", kind->expect);
	if (kind->ask)
		kind->ask(ask);
	set_times(ask, !strstr("ldaps radius", kind->name), times, rounds);
}

/* "connect" is a ping where there is nothing to connect. */
static void add_connect(struct ask *ask, struct lvs_import_server *server, bool ping, uint32_t times)
{
	uint32_t pings = ping ? lvs_ldirectord_number(ask->place, "checkcount", FALL_MAX, 1) : 1;

	if (!begin(ask, server, ping ? "ping" : "tcp"))
		return;
	if (!ping && !set_port(ask, kind_of(ask->place)))
		ask->check->left = true;
	else
		set_times(ask, false, times * pings, 1);
}

/* It is told the addresses of both; a real server without a port has port 0. */
static void add_external(struct ask *ask, struct lvs_import_server *server, bool perl, uint32_t times)
{
	const struct lvs_conf_service *conf = &ask->place->service->conf;
	bool six = ask->place->block->six;
	char command[LVS_IMPORT_COMMAND_BYTES] = "", text[LVS_ADDR_TEXT_BYTES], word[LVS_ADDR_TEXT_BYTES + 2];

	if (!begin(ask, server, "script"))
		return;
	if (perl)
		lvs_import_command_add(command, "perl");
	lvs_import_command_add(command, lvs_ldirectord_value(ask->place, "checkcommand", "/bin/true"));
	(void)snprintf(word, sizeof(word), six ? "[%s]" : "%s", lvs_addr_format(&conf->addr, text));
	if (conf->mark)
		(void)snprintf(word, sizeof(word), "%u", conf->mark);
	lvs_import_command_add(command, word);
	(void)snprintf(word, sizeof(word), "%u", conf->port);
	lvs_import_command_add(command, word);
	(void)snprintf(word, sizeof(word), six ? "[%s]" : "%s", lvs_addr_format(&server->conf.addr, text));
	lvs_import_command_add(command, word);
	(void)snprintf(word, sizeof(word), "%u", ask->real->port);
	lvs_import_command_add(command, word);
	lvs_import_command_strict(ask->place->import, ask->check, place_of(ask->place, "checkcommand"), command);
	/* A check has a port, even where its command does not care. */
	if (!server->conf.port)
		lvs_import_pair(ask->place->import, ask->check, ask->at, "port", "%u", 1);
	set_times(ask, false, times, 1);
}

void lvs_ldirectord_check(const struct lvs_ldirectord_place *place, struct lvs_import_server *server,
			  const struct lvs_ldirectord_real *real)
{
	const char *type = lvs_ldirectord_value(place, "checktype", "negotiate");
	uint32_t times = lvs_ldirectord_number(place, "failurecount", FALL_MAX, 1), connects;
	bool udp = place->service->conf.protocol == IPPROTO_UDP;
	struct ask ask = { .place = place, .real = real, .at = place_of(place, "service") };

	if (is_combined(type, &connects)) {
		if (connects && !udp)
			add_connect(&ask, server, false, times);
		add_negotiate(&ask, server, times, connects + 1);
	} else if (!strcmp(type, "negotiate")) {
		add_negotiate(&ask, server, times, 1);
	} else if (!strcmp(type, "connect") || !strcmp(type, "ping")) {
		ask.at = place_of(place, "checktype");
		add_connect(&ask, server, udp || *type == 'p', times);
	} else if (!strncmp(type, "external", 8)) {
		ask.at = place_of(place, "checktype");
		add_external(&ask, server, type[8], times);
	} else if (!strcmp(type, "off")) {
		lvs_import_pair(place->import, &server->more, place_of(place, "checktype"), "maintenance", "true");
	}
}

/* Return: whether the words are such that ldirectord takes them */
static bool check_words(const struct lvs_ldirectord_place *place, const char *type)
{
	static const char *const types[] = { "connect", "external", "external-perl", "negotiate", "off", "on", "ping" };
	struct lvs_ldirectord_setting *method = lvs_ldirectord_find(place->block, "httpmethod");
	uint32_t connects;
	bool known = is_combined(type, &connects);

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		known |= !strcmp(types[i], type);
	if (!known)
		lvs_import_bad(place->import, place_of(place, "checktype"),
			       "checktype = %s: neither a number nor connect, external, external-perl, negotiate, off, on, ping",
			       type);
	if (!kind_of(place))
		lvs_import_bad(place->import, place_of(place, "service"), "service = %s: none that ldirectord knows; ldirectord(8) lists "
			       "them", lvs_ldirectord_value(place, "service", ""));
	if (method && strcasecmp(method->value, "GET") != 0 && strcasecmp(method->value, "HEAD") != 0)
		lvs_import_bad(place->import, method->at, "httpmethod = %s: neither GET nor HEAD", method->value);
	return known && kind_of(place);
}

void lvs_ldirectord_check_notes(const struct lvs_ldirectord_place *place)
{
	const char *type = lvs_ldirectord_value(place, "checktype", "negotiate");
	struct lvs_ldirectord_setting *login = lvs_ldirectord_find(place->block, "login");
	struct lvs_ldirectord_setting *interval = lvs_ldirectord_find(place->block, "checkinterval");
	struct lvs_ldirectord_setting *count = lvs_ldirectord_setting(place, "checkcount");
	struct lvs_import_at at = place_of(place, "service");
	const struct kind *kind = kind_of(place);
	uint32_t connects;
	bool negotiates;

	if (!check_words(place, type))
		return;
	negotiates = is_combined(type, &connects) || !strcmp(type, "negotiate");
	if (negotiates && kind->near)
		lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, at, "service %s: %s", kind->name, kind->near);
	if ((negotiates && !kind->type) || !strcmp(type, "on"))
		lvs_import_note(place->import, LVS_IMPORT_TRANSLATED, negotiates ? at : place_of(place, "checktype"),
				"no check: servers are taken to be up");
	if (login && strcmp(kind->name, "sip") != 0)
		lvs_ldirectord_note(place->import, LVS_IMPORT_LEFT, login, "checks do not log in");
	if (interval && strcmp(lvs_ldirectord_value(place, "fork", "no"), "yes") != 0)
		lvs_ldirectord_note(place->import, LVS_IMPORT_LEFT, interval,
				    "without \"fork = yes\" ldirectord does not heed it; the interval of the check could be this");
	if (count && strcmp(type, "ping") != 0 && (strcmp(type, "connect") || place->service->conf.protocol != IPPROTO_UDP))
		lvs_ldirectord_note(place->import, LVS_IMPORT_LEFT, count, "for pings only, and these are not");
}
