// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual service of ldirectord.cf, its real servers and its fallback server. Which protocol it is decides what the names of
 * ports mean, so that comes first; how servers are asked is in ldirectord_check.c.
 */
#include "lvsctl/import/ldirectord.h"

#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "conf/keys.h"
#include "lvsctl/import/programs.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

#define HOST_BYTES 256
#define RANGE_MAX 4096

/* "HOST:PORT", "[ADDRESS]:PORT", or without the port, which is empty then. Return: whether it is one */
static bool split(const char *text, size_t len, char host[HOST_BYTES], char port[HOST_BYTES])
{
	const char *end = *text == '[' ? memchr(text, ']', len) : NULL, *colon = end ? end + 1 : memrchr(text, ':', len);
	size_t bracket = *text == '[', n;

	if ((bracket && !end) || len >= HOST_BYTES)
		return false;
	if (end && end + 1 == text + len)
		colon = NULL;
	n = end ? (size_t)(end - text) - 1 : colon ? (size_t)(colon - text) : len;
	memcpy(host, text + bracket, n);
	host[n] = '\0';
	*port = '\0';
	if (!colon)
		return n > 0;
	n = len - (size_t)(colon - text) - 1;
	memcpy(port, colon + 1, n);
	port[n] = '\0';
	return *colon == ':' && n > 0 && *host;
}

/* Of the family of the virtual service. Return: whether it is one */
static bool read_address(const struct lvs_ldirectord_place *place, struct lvs_import_at at, const char *host,
			 struct lvs_addr *ret_addr)
{
	struct lvs_addr addr;

	if (!lvs_import_address(place->import, at, host, place->block->six ? AF_INET6 : AF_INET, &addr) ||
	    lvs_addr_is4(&addr) == place->block->six)
		return false;
	*ret_addr = addr;
	return true;
}

static const char *family(const struct lvs_ldirectord_place *place)
{
	return place->block->six ? "IPv6" : "IPv4";
}

/* Where "[...]" is no part of "virtual". Return: whether something was said of it */
static bool is_other_family(const struct lvs_ldirectord_place *place, struct lvs_import_at at, const char *value)
{
	if (*value != '[' || place->block->six)
		return false;
	lvs_import_bad(place->import, at, "%s: an IPv6 address; write virtual6, real6 and fallback6", value);
	return true;
}

static uint8_t read_protocol(const struct lvs_ldirectord_place *place, const char *port, bool mark)
{
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_find(place->block, "protocol");
	bool udp = !strcmp(port, "53") || !strcmp(port, "domain");

	if (!setting)
		return udp ? IPPROTO_UDP : IPPROTO_TCP;
	if (mark != !strcmp(setting->value, "fwm") ||
	    (!mark && strcmp(setting->value, "tcp") != 0 && strcmp(setting->value, "udp") != 0)) {
		lvs_import_bad(place->import, setting->at, "protocol = %s: %s", setting->value,
			       mark ? "a virtual service of a mark has \"fwm\"" : "neither \"tcp\" nor \"udp\"");
		return IPPROTO_TCP;
	}
	lvs_ldirectord_note(place->import, LVS_IMPORT_TRANSLATED, setting, "protocol");
	return strcmp(setting->value, "udp") ? IPPROTO_TCP : IPPROTO_UDP;
}

/* Return: whether there is a key: an address with a port, or a mark */
static bool read_key(const struct lvs_ldirectord_place *place, struct lvs_conf_service *key)
{
	const char *value = place->block->value;
	size_t len = strcspn(value, " \t");
	char host[HOST_BYTES], port[HOST_BYTES];
	uint64_t mark;

	if (is_other_family(place, place->block->at, value))
		return false;
	if (value[strspn(value, "0123456789")] == '\0' && lvs_import_number(value, 1, UINT32_MAX, &mark)) {
		(void)read_protocol(place, "", true);
		key->mark = (uint32_t)mark;
		key->family = place->block->six ? LVS_CONF_INET6 : LVS_CONF_INET;
		key->addr = lvs_addr_any(!place->block->six);
		key->protocol = 0;
		return true;
	}
	if (!split(value, len, host, port) || !*port) {
		lvs_import_bad(place->import, place->block->at, "virtual = %s: neither an address with a port nor a mark", value);
		return false;
	}
	key->protocol = read_protocol(place, port, false);
	if (!read_address(place, place->block->at, host, &key->addr)) {
		lvs_import_bad(place->import, place->block->at, "virtual = %s: no %s address, nor a host that has one", value,
			       family(place));
		return false;
	}
	if (!lvs_import_port(port, key->protocol, &key->port)) {
		lvs_import_bad(place->import, place->block->at, "virtual = %s: no port, nor the name of one", value);
		return false;
	}
	return true;
}

static void read_scheduler(const struct lvs_ldirectord_place *place)
{
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_find(place->block, "scheduler");
	struct lvs_ldirectord_setting *flags = lvs_ldirectord_find(place->block, "schedflags");
	struct lvs_conf_service *conf = &place->service->conf;
	const char *name = setting ? lvs_import_scheduler(setting->value) : "wrr", *why;
	char *copy, *save = NULL;

	conf->scheduler = name ? name : "wlc";
	if (setting)
		lvs_ldirectord_note(place->import, name ? LVS_IMPORT_TRANSLATED : LVS_IMPORT_APPROXIMATED, setting,
				    name ? "scheduler" : "wlc, since lvsd has no such scheduler");
	if (!flags)
		return;
	copy = strdup(flags->value);
	for (char *flag = copy ? strtok_r(copy, ",", &save) : NULL; flag; flag = strtok_r(NULL, ",", &save)) {
		why = lvs_import_flag(conf, flag);
		lvs_ldirectord_note(place->import, why ? LVS_IMPORT_LEFT : LVS_IMPORT_TRANSLATED, flags,
				    why ? why : "scheduler_flags");
	}
	free(copy);
}

static void read_persistence(const struct lvs_ldirectord_place *place)
{
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_find(place->block, "persistent");
	struct lvs_ldirectord_setting *mask = lvs_ldirectord_find(place->block, "netmask");
	struct lvs_conf_service *conf = &place->service->conf;

	if (setting) {
		uint32_t seconds = lvs_ldirectord_number(place, "persistent", 2678400, 0);

		conf->persistent.on = seconds;
		conf->persistent.timeout = seconds;
		if (seconds)
			lvs_ldirectord_note(place->import, LVS_IMPORT_TRANSLATED, setting, "persistent");
		else
			lvs_import_bad(place->import, setting->at, "persistent = 0: no number of seconds from 1 on");
	}
	if (!mask)
		return;
	if (!conf->persistent.on)
		lvs_ldirectord_note(place->import, LVS_IMPORT_LEFT, mask, "a mask for what is not persistent");
	else if (lvs_import_netmask(conf, mask->value))
		lvs_ldirectord_note(place->import, LVS_IMPORT_TRANSLATED, mask, "persistent");
	else
		lvs_import_bad(place->import, mask->at, "netmask = %s: no mask of %s addresses", mask->value, family(place));
}

/* "gate", "masq", "ipip". Return: as lvs.conf calls it, static storage, or NULL */
static const char *read_method(const char *text, size_t len)
{
	return len == 4 && !memcmp(text, "gate", 4) ? "droute" : len == 4 && !memcmp(text, "masq", 4) ? "masq" :
	       len == 4 && !memcmp(text, "ipip", 4) ? "tunnel" : NULL;
}

/* A port that the forwarding method does not touch is the service's, which a mark's has not; so is one that is not said. */
static uint16_t fit_port(const struct lvs_ldirectord_place *place, const char *forward, uint16_t port)
{
	return port && !strcmp(forward, "masq") ? port : place->service->conf.port;
}

static void add_server(const struct lvs_ldirectord_place *place, const struct lvs_addr *addr, const char *forward,
		       const struct lvs_import_server *like, const struct lvs_ldirectord_real *real)
{
	bool local = lvs_addr_is_loopback(addr);
	struct lvs_import_server *server;
	uint16_t port;

	forward = local ? "local" : forward;
	port = fit_port(place, forward, real->port);
	if (lvs_import_find_server(place->service, addr, port)) {
		lvs_import_note(place->import, LVS_IMPORT_LEFT, real->at, "there is a server at this address already");
		return;
	}
	server = lvs_import_add_server(place->import, place->service, real->at);
	if (!server)
		return;
	if (local)
		lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, real->at, LVS_IMPORT_LOOPBACK);
	else if (real->port && port && port != real->port)
		lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, real->at,
				"port %u: the service's, which this forwarding method does not change", real->port);
	server->conf = like->conf;
	server->conf.addr = *addr;
	server->conf.port = port;
	server->conf.forward = forward;
	lvs_ldirectord_check(place, server, real);
}

/* Return: behind the threshold, if @text is one */
static char *read_threshold(char *text, const char *letter, uint32_t *ret_number)
{
	unsigned long long number;

	if (strncmp(text, letter, 2) != 0 || !isdigit((unsigned char)text[2]))
		return text;
	number = strtoull(text + 2, &text, 10);
	*ret_number = (uint32_t)LVS_MIN(number, UINT32_MAX);
	return text + strspn(text, " \t");
}

/*
 * What stands behind the addresses: the method, a weight, "request", "receive", and thresholds. @text: is changed
 * Return: NULL, or where it is none of that
 */
static char *read_rest(struct lvs_import *import, char *text, const char **ret_forward, struct lvs_import_server *like,
		       struct lvs_ldirectord_real *real)
{
	size_t len = strcspn(text, " \t");
	char *end;

	*ret_forward = read_method(text, len);
	if (!*ret_forward)
		return text;
	text += len + strspn(text + len, " \t");
	if (isdigit((unsigned char)*text)) {
		lvs_import_weight(import, real->at, strtoull(text, &text, 10), &like->conf.weight);
		text += strspn(text, " \t");
	}
	if (*text == '"') {
		end = strpbrk(text + 1, "\"");
		while (end && !(end[1] && strchr(", ", end[1]) && end[2 + strspn(end + 2, " ")] == '"'))
			end = strpbrk(end + 1, "\"");
		if (!end)
			return text;
		*end = '\0';
		real->request = text + 1;
		text = end + 2 + strspn(end + 2, " ") + 1;
		end = strrchr(text, '"');
		if (!end)
			return text;
		*end = '\0';
		real->receive = text;
		text = end + 1;
		text += strspn(text, " \t");
	}
	text = read_threshold(text, "l:", &like->conf.lower_threshold);
	text = read_threshold(text, "u:", &like->conf.upper_threshold);
	return *text ? text : NULL;
}

/* "ADDRESS->ADDRESS:PORT". @text: of @len. Return: how many addresses, from @ret_first on; 0, which was said: no range of them */
static uint32_t read_addresses(const struct lvs_ldirectord_place *place, struct lvs_ldirectord_setting *setting,
			       const char *text, size_t len, struct lvs_addr *ret_first, uint16_t *ret_port)
{
	const char *arrow = memmem(text, len, "->", 2);
	size_t skip = arrow ? (size_t)(arrow - text) + 2 : 0;
	char host[2][HOST_BYTES], port[HOST_BYTES], none[HOST_BYTES];
	uint8_t protocol = place->service->conf.protocol ? place->service->conf.protocol : IPPROTO_TCP;
	struct lvs_addr last;
	uint32_t n;

	if (!split(text + skip, len - skip, host[1], port) ||
	    (arrow && (!split(text, skip - 2, host[0], none) || *none)) ||
	    !read_address(place, setting->at, host[!arrow], ret_first) || !read_address(place, setting->at, host[1], &last)) {
		lvs_import_bad(place->import, setting->at, "%s = %s: no %s address, nor a host that has one", setting->name,
			       setting->value, family(place));
		return 0;
	}
	*ret_port = 0;
	if (*port && !lvs_import_port(port, protocol, ret_port)) {
		lvs_import_bad(place->import, setting->at, "%s: no port, nor the name of one", port);
		return 0;
	}
	if (!arrow)
		return 1;
	n = lvs_host32(last.words[3]) - lvs_host32(ret_first->words[3]);
	if (place->block->six || n >= RANGE_MAX) {
		lvs_import_bad(place->import, setting->at, "%s: %s", setting->value,
			       place->block->six ? "ranges are for IPv4 only" :
						   "a range that ends before it begins, or of more than 4096 addresses");
		return 0;
	}
	return n + 1;
}

static void read_real(const struct lvs_ldirectord_place *place, struct lvs_ldirectord_setting *setting)
{
	struct lvs_ldirectord_real real = { .at = setting->at };
	struct lvs_import_server like;
	size_t len = strcspn(setting->value, " \t");
	char *copy = strdup(setting->value), *rest, *wrong;
	struct lvs_addr addr;
	const char *forward;
	uint32_t n;

	memset(&like, 0, sizeof(like));
	lvs_conf_group_defaults(&lvs_conf_server_group, &like.conf);
	if (!copy) {
		place->import->failed = true;
		return;
	}
	if (!strcmp(setting->name, "real6") != place->block->six) {
		lvs_import_bad(place->import, setting->at, "%s: not for %s", setting->name, family(place));
		free(copy);
		return;
	}
	n = is_other_family(place, setting->at, copy) ? 0 : read_addresses(place, setting, copy, len, &addr, &real.port);
	rest = copy + len + strspn(copy + len, " \t");
	wrong = n ? read_rest(place->import, rest, &forward, &like, &real) : NULL;
	if (wrong) {
		struct lvs_import_at at = setting->at;

		at.column += (unsigned int)(wrong - copy);
		lvs_import_bad(place->import, at, "%s: %s", setting->name,
			       wrong == rest ? "no \"gate\", \"masq\" or \"ipip\" behind the address" :
			       "not what follows there: a weight, \"request\", \"receive\", l:NUMBER u:NUMBER");
		n = 0;
	}
	if (n)
		lvs_ldirectord_note(place->import, LVS_IMPORT_TRANSLATED, setting, n > 1 ? "servers" : "server");
	for (; n > 0 && !place->import->failed; n--) {
		add_server(place, &addr, forward, &like, &real);
		addr.words[3] = LVS_BE32(lvs_host32(addr.words[3]) + 1);
	}
	free(copy);
}

/* Who answers while no server is up: the service's own fallback server, or the one of all services of its family. */
static void read_fallback(const struct lvs_ldirectord_place *place)
{
	struct lvs_ldirectord_setting *own = lvs_ldirectord_find(place->block, place->block->six ? "fallback6" : "fallback");
	struct lvs_ldirectord_setting *other = lvs_ldirectord_find(place->block, place->block->six ? "fallback" : "fallback6");
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_setting(place, place->block->six ? "fallback6" : "fallback");
	char host[HOST_BYTES], port_text[HOST_BYTES], text[LVS_ENDPOINT_TEXT_BYTES];
	const char *forward = "droute", *method;
	uint8_t protocol = place->service->conf.protocol ? place->service->conf.protocol : IPPROTO_TCP;
	struct lvs_addr addr;
	uint16_t port = 0;
	size_t len;

	if (other)
		lvs_import_bad(place->import, other->at, "%s: not for %s", other->name, family(place));
	if (!setting || is_other_family(place, setting->at, setting->value))
		return;
	if (place->service->conf.mark && !own) {
		lvs_import_note(place->import, LVS_IMPORT_LEFT, place->service->at,
				"mark %u: the global fallback server is for addresses with ports only", place->service->conf.mark);
		return;
	}
	len = strcspn(setting->value, " \t");
	method = setting->value + len + strspn(setting->value + len, " \t");
	if (*method)
		forward = read_method(method, strlen(method));
	if (!forward || !split(setting->value, len, host, port_text) || !read_address(place, setting->at, host, &addr) ||
	    (*port_text && !lvs_import_port(port_text, protocol, &port))) {
		lvs_import_bad(place->import, setting->at, "%s = %s: %s", setting->name, setting->value,
			       forward ? "no address, or no port" : "none of \"gate\", \"masq\", \"ipip\" behind the address");
		return;
	}
	if (!strcmp(lvs_ldirectord_value(place, "checktype", ""), "off")) {
		lvs_ldirectord_note(place->import, LVS_IMPORT_LEFT, setting, "not for what is not checked at all");
		return;
	}
	if (lvs_addr_is_loopback(&addr)) {
		forward = "local";
		lvs_ldirectord_note(place->import, LVS_IMPORT_APPROXIMATED, setting, LVS_IMPORT_LOOPBACK);
	}
	port = fit_port(place, forward, port);
	lvs_import_pair(place->import, &place->service->more, setting->at, "sorry_server",
			"{ address = \"%s\"; forward = \"%s\"; }", lvs_endpoint_format(&addr, port, text), forward);
}

/* The command is told whether the fallback begins or ends, and of which service. */
static void read_fallback_command(const struct lvs_ldirectord_place *place)
{
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_setting(place, "fallbackcommand");
	const struct lvs_conf_service *conf = &place->service->conf;
	static const struct {
		const char *event, *word;
	} rows[] = { { "quorum_lost", "start" }, { "quorum_gained", "stop" } };
	char at[LVS_ENDPOINT_TEXT_BYTES] = ":0", *command;

	if (!setting)
		return;
	if (!conf->mark)
		(void)lvs_endpoint_format(&conf->addr, conf->port, at);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (asprintf(&command, "%s %s %s %s", setting->value, rows[i].word, at,
			     conf->mark ? "fwm" : conf->protocol == IPPROTO_UDP ? "udp" : "tcp") < 0) {
			place->import->failed = true;
			return;
		}
		lvs_import_hook(place->import, &place->service->hooks, setting->at, rows[i].event, command);
		free(command);
	}
}

/* Only where there are checks does it mean anything. */
static void read_quiescent(const struct lvs_ldirectord_place *place)
{
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_setting(place, "quiescent");
	bool yes = setting && !strcmp(setting->value, "yes");
	size_t checks = 0;

	for (size_t i = 0; i < place->service->nservers; i++)
		checks += place->service->servers[i].nchecks;
	if (!checks && !setting)
		return;
	lvs_import_pair_text(place->import, &place->service->more, setting ? setting->at : place->service->at, "on_failure",
			     yes ? "quiesce" : "remove");
	if (!setting)
		lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, place->service->at,
				"quiescent is not said: \"no\", as ldirectord has it; its manual page says \"yes\"");
}

static void read_options(const struct lvs_ldirectord_place *place)
{
	struct lvs_ldirectord_setting *ops = lvs_ldirectord_find(place->block, "ops");
	struct lvs_ldirectord_setting *name = lvs_ldirectord_find(place->block, "servicename");
	struct lvs_conf_service *conf = &place->service->conf;

	if (name) {
		lvs_import_name_service(place->import, place->service, name->value);
		lvs_ldirectord_note(place->import, LVS_IMPORT_TRANSLATED, name, "name");
	}
	if (ops && !strcmp(ops->value, "yes")) {
		conf->one_packet = conf->protocol == IPPROTO_UDP;
		lvs_ldirectord_note(place->import, conf->one_packet ? LVS_IMPORT_TRANSLATED : LVS_IMPORT_LEFT, ops,
				    conf->one_packet ? "one_packet" : "single packets are scheduled of UDP services");
	}
	read_scheduler(place);
	read_persistence(place);
	if (!conf->port && !conf->mark && !conf->persistent.on) {
		conf->persistent.on = true;
		conf->persistent.timeout = 300;
		lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, place->service->at, "all ports, and so persistent");
	}
}

void lvs_ldirectord_service(struct lvs_ldirectord_place *place)
{
	struct lvs_import_at at = place->block->at;
	struct lvs_conf_service key;

	lvs_conf_group_defaults(&lvs_conf_service_group, &key);
	if (!read_key(place, &key))
		return;
	if (lvs_import_find_service(place->import, &key)) {
		lvs_import_bad(place->import, place->block->at, "virtual = %s: there is one like it above", place->block->value);
		return;
	}
	place->service = lvs_import_add_service(place->import, at);
	if (!place->service)
		return;
	place->service->conf = key;
	read_options(place);
	read_fallback(place);
	read_fallback_command(place);
	lvs_ldirectord_check_notes(place);
	for (size_t i = 0; i < place->block->n; i++)
		if (!strcmp(place->block->list[i].name, "real") || !strcmp(place->block->list[i].name, "real6"))
			read_real(place, &place->block->list[i]);
	read_quiescent(place);
	if (key.mark)
		lvs_import_note_mark(place->import, place->service);
	lvs_import_note(place->import, LVS_IMPORT_TRANSLATED, at, "virtual%s = %s: service", place->block->six ? "6" : "",
			place->block->value);
}
