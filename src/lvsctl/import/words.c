// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the formats have in common: numbers, addresses that may be names of hosts, ports that may be names of services.
 * A name is looked up here and now, since lvs.conf takes addresses only; the report says what it became.
 */
#include "lvsctl/import/words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "conf/bad.h"
#include "conf/keys.h"
#include "sys/addrtext.h"

char *lvs_import_line_next(struct lvs_import *import, struct lvs_import_text *text)
{
	while (text->from < text->len && !import->failed) {
		const char *begin = text->text + text->from, *end = memchr(begin, '\n', text->len - text->from);
		size_t bytes = end ? (size_t)(end - begin) : text->len - text->from;
		char *line = strndup(begin, bytes);

		text->from += bytes + 1;
		text->at.line++;
		if (!line)
			import->failed = true;
		else if (strlen(line) == bytes)
			return line;
		else
			lvs_import_bad(import, text->at, "a NUL in the text");
		free(line);
	}
	return NULL;
}

bool lvs_import_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || number > (UINT64_MAX - 9) / 10)
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
	}
	if (number < min || number > max)
		return false;
	*ret_number = number;
	return true;
}

bool lvs_import_thousandths(const char *text, uint64_t max, uint64_t *ret_thousandths)
{
	char whole[20];
	size_t n = strcspn(text, ".");
	uint64_t number, unit = 100;

	if (n >= sizeof(whole))
		return false;
	memcpy(whole, text, n);
	whole[n] = '\0';
	if (!lvs_import_number(whole, 0, max, &number))
		return false;
	number *= 1000;
	for (text += n + (text[n] == '.'); *text; text++, unit /= 10) {
		if (*text < '0' || *text > '9')
			return false;
		number += unit * (uint64_t)(*text - '0');
	}
	*ret_thousandths = number;
	return true;
}

static bool look_up(const char *name, int family, struct lvs_addr *ret_addr)
{
	const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;

	if (getaddrinfo(name, NULL, &hints, &list))
		return false;
	if (list->ai_family == AF_INET6)
		*ret_addr = lvs_addr_from6(&((const struct sockaddr_in6 *)(const void *)list->ai_addr)->sin6_addr);
	else
		*ret_addr = lvs_addr_from4(((const struct sockaddr_in *)(const void *)list->ai_addr)->sin_addr.s_addr);
	freeaddrinfo(list);
	return true;
}

bool lvs_import_address(struct lvs_import *import, struct lvs_import_at at, const char *text, int family,
			struct lvs_addr *ret_addr)
{
	char buf[LVS_ADDR_TEXT_BYTES];

	if (!lvs_addr_parse(text, ret_addr))
		return true;
	/* What looks like an address and is none would be asked for in vain. */
	if (!*text || strspn(text, "0123456789.") == strlen(text) || strchr(text, ':') || strlen(text) > 253)
		return false;
	if (!import->lookup || !look_up(text, family, ret_addr))
		return false;
	lvs_import_note(import, LVS_IMPORT_APPROXIMATED, at, "host name %s: its address of today, %s", text,
			lvs_addr_format(ret_addr, buf));
	return true;
}

bool lvs_import_port(const char *text, uint8_t protocol, uint16_t *ret_port)
{
	static const struct {
		uint8_t protocol;
		const char *name;
	} names[] = { { IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" }, { IPPROTO_SCTP, "sctp" } };
	const struct servent *entry;
	uint64_t number;

	if (lvs_import_number(text, 0, UINT16_MAX, &number)) {
		*ret_port = (uint16_t)number;
		return true;
	}
	for (size_t i = 0; i < 3; i++) {
		if (names[i].protocol != protocol || !isalpha((unsigned char)*text))
			continue;
		entry = getservbyname(text, names[i].name);
		if (!entry)
			return false;
		*ret_port = ntohs((uint16_t)entry->s_port);
		return true;
	}
	return false;
}

bool lvs_import_endpoint(struct lvs_import *import, struct lvs_import_at at, const char *text, uint8_t protocol,
			 struct lvs_addr *ret_addr, uint16_t *ret_port)
{
	char host[256];
	size_t n;
	int family = *text == '[' ? AF_INET6 : AF_INET;
	const char *start = text + (family == AF_INET6), *rest;

	n = strcspn(start, family == AF_INET6 ? "]" : ":");
	rest = start + n;
	if (n >= sizeof(host) || (family == AF_INET6 && *rest++ != ']'))
		return false;
	memcpy(host, start, n);
	host[n] = '\0';
	if (!lvs_import_address(import, at, host, family, ret_addr))
		return false;
	*ret_port = 0;
	return !*rest || (*rest == ':' && lvs_import_port(rest + 1, protocol, ret_port));
}

const char *lvs_import_scheduler(const char *text)
{
	const struct lvs_conf_word *words = lvs_conf_group_find(&lvs_conf_service_group, "scheduler")->words;

	for (; words->text; words++)
		if (!strcmp(words->text, text))
			return words->text;
	return NULL;
}

const char *lvs_import_flag(struct lvs_conf_service *service, const char *flag)
{
	const struct lvs_conf_word *words = lvs_conf_group_find(&lvs_conf_service_group, "scheduler_flags")->words;

	for (; words->text; words++) {
		if (strcmp(words->text, flag) != 0)
			continue;
		if (words->value >= LVS_CONF_FLAG_1 || !strncmp(flag, service->scheduler, 2)) {
			service->scheduler_flags |= words->value;
			return NULL;
		}
		return "is of another scheduler";
	}
	return "is no flag of a scheduler";
}

void lvs_import_weight(struct lvs_import *import, struct lvs_import_at at, uint64_t weight, uint32_t *ret_weight)
{
	if (weight > 65535)
		lvs_import_note(import, LVS_IMPORT_APPROXIMATED, at, "weight %llu: 65535, the greatest there is",
				(unsigned long long)weight);
	*ret_weight = weight > 65535 ? 65535 : (uint32_t)weight;
}

bool lvs_import_netmask(struct lvs_conf_service *service, const char *text)
{
	bool ip4 = service->mark ? service->family == LVS_CONF_INET : lvs_addr_is4(&service->addr);
	uint64_t bits;
	uint32_t mask;
	char quad[LVS_CONF_NETMASK_BYTES];

	if (!ip4) {
		if (!lvs_import_number(text, 1, 128, &bits))
			return false;
		service->persistent.prefix6 = (uint32_t)bits;
		return true;
	}
	if (lvs_import_number(text, 1, 32, &bits)) {
		mask = UINT32_MAX << (32 - bits);
		(void)snprintf(quad, sizeof(quad), "%u.%u.%u.%u", mask >> 24, mask >> 16 & 255, mask >> 8 & 255, mask & 255);
		text = quad;
	}
	if (strlen(text) >= sizeof(service->persistent.netmask) || lvs_conf_bad_netmask(text))
		return false;
	memcpy(service->persistent.netmask, text, strlen(text) + 1);
	return true;
}

/* @name becomes "name-2" and so on; @n is at most a few digits. */
static void number_name(char name[LVS_CONF_NAME_BYTES], size_t n)
{
	char *tail = strrchr(name, '-'), suffix[24];
	size_t len, at;

	if (n > 2 && tail)
		*tail = '\0';
	len = (size_t)snprintf(suffix, sizeof(suffix), "-%zu", n);
	at = strlen(name) + len < LVS_CONF_NAME_BYTES ? strlen(name) : LVS_CONF_NAME_BYTES - 1 - len;
	memcpy(name + at, suffix, len + 1);
}

void lvs_import_name_server(struct lvs_import_service *service, struct lvs_import_server *server, const char *text)
{
	char name[LVS_CONF_NAME_BYTES];
	size_t tried = 1;

	lvs_import_name(name, text);
	for (size_t i = 0; i < service->nservers; i++)
		if (&service->servers[i] != server && !strcmp(service->servers[i].conf.name, name)) {
			number_name(name, ++tried);
			i = (size_t)-1;
		}
	memcpy(server->conf.name, name, sizeof(name));
}

void lvs_import_name_service(struct lvs_import *import, struct lvs_import_service *service, const char *text)
{
	char name[LVS_CONF_NAME_BYTES];
	size_t tried = 1;

	lvs_import_name(name, text);
	for (size_t i = 0; i < import->nservices; i++)
		if (&import->services[i] != service && !strcmp(import->services[i].conf.name, name)) {
			number_name(name, ++tried);
			i = (size_t)-1;
		}
	memcpy(service->conf.name, name, sizeof(name));
}

void lvs_import_note_mark(struct lvs_import *import, const struct lvs_import_service *service)
{
	lvs_import_note(import, LVS_IMPORT_APPROXIMATED, service->at,
			"mark %u: rules of iptables or nftables gave it; lvsd gives marks itself, write them under \"marks\"",
			service->conf.mark);
	lvs_import_line(import, "marks: ( { mark = %u; protocol = \"tcp\"; address = \"ADDRESS\"; ports = \"PORTS\"; } );",
			service->conf.mark);
}

const char *lvs_import_engine(struct lvs_conf_service *service, const char *engine)
{
	if (strcmp(engine, "sip") != 0)
		return "is none that there is";
	if (service->protocol != IPPROTO_UDP)
		return "is for UDP here";
	if (!service->persistent.on)
		return "needs persistence";
	service->helper = "sip";
	return NULL;
}

void lvs_import_unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		const char *letter = *text == '\\' && text[1] ? strchr("rnt\\", text[1]) : NULL;

		if (letter)
			text++;
		*to++ = !letter ? *text : *letter == 'r' ? '\r' : *letter == 'n' ? '\n' : *letter == 't' ? '\t' : '\\';
	}
	*to = '\0';
}
