// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keepalived's checkers become groups "check" of their server: the kind, what this checker says, and what stands around
 * it in the server and the virtual server. A HTTP checker with several URLs becomes as many checks, since a server is up only
 * when all are.
 */
#include "lvsctl/import/keepalived.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

/* Of the times of a check lvsd takes none that is shorter, thousandths of a second. */
#define LEAST 10u

enum how { SECONDS, NUMBER, TEXT, RETRIES, NUMBERS, HTTP_VERSION, PATTERN, TRACKED, LEFT };

struct setting {
	const char *name;
	enum how how;
	const char *key;	/* LEFT: why */
};

static const struct setting common[] = {
	{ "delay_loop", SECONDS, "interval" },
	{ "retry", RETRIES, "fall" },
	{ "nb_get_retry", RETRIES, "fall" },
	{ "delay_before_retry", SECONDS, "fast_interval" },
	{ "warmup", SECONDS, "start_spread" },
	{ "connect_timeout", SECONDS, "timeout" },
	{ "virtualhost", TEXT, "host" },
	{ "connect_ip", TEXT, "address" },
	{ "connect_port", NUMBER, "port" },
	{ "bindto", TEXT, "source" },
	{ "bind_port", NUMBER, "source_port" },
	{ "bind_if", LEFT, "checks leave by the route to their server" },
	{ "fwmark", LEFT, "packets of checks have no mark" },
	{ "alpha", LEFT, "a server is down until it is known to be up" },
	{ "log_all_failures", LEFT, "changes are logged" },
	{ "fast_recovery", LEFT, "a check needs as many good answers as \"rise\" says" },
};

static const struct setting http[] = {
	{ "http_protocol", HTTP_VERSION, "http_version" },
	{ "enable_sni", LEFT, "the host's name is always sent" },
	{ "sni_name", TEXT, "sni" },
	{ "tls_compliant", LEFT, "connections end as TLS says" },
};
static const struct setting url[] = {
	{ "path", TEXT, "path" },	   { "digest", TEXT, "digest" },
	{ "virtualhost", TEXT, "host" },  { "status_code", NUMBERS, "status" },
	{ "regex", TEXT, "regex" },  { "regex_no_match", LEFT, "the text must be there, not be missing" },
	{ "regex_options", LEFT, "options of regular expressions stand in the expression itself" },
	{ "regex_stack", LEFT, "keepalived's own" },
	{ "regex_min_offset", LEFT, "the whole body is searched" },
	{ "regex_max_offset", LEFT, "the whole body is searched" },
};
static const struct setting smtp[] = { { "helo_name", TEXT, "helo_name" } };
static const struct setting dns[] = { { "type", TEXT, "query_type" }, { "name", TEXT, "query_name" } };
static const struct setting udp[] = {
	{ "payload", TEXT, "send" },
	{ "require_reply", PATTERN, "expect" },
	{ "min_reply_length", NUMBER, "min_length" },
	{ "max_reply_length", NUMBER, "max_length" },
};
static const struct setting misc[] = {
	{ "misc_path", TEXT, "command" },
	{ "misc_timeout", SECONDS, "timeout" },
	{ "misc_dynamic", LEFT, "an exit status from 2 on is a weight in any case" },
	{ "user", LEFT, "checks are run as lvsd says" },
};
static const struct setting file[] = {
	{ "track_file", TRACKED, "file" },
	{ "weight", LEFT, "the file says the weight itself" },
};
static const struct setting bfd[] = { { "name", TEXT, "name" } };

static const struct kind {
	const char *name, *type;
	const struct setting *settings;
	size_t n;
} kinds[] = {
	{ "TCP_CHECK", "tcp", NULL, 0 },
	{ "HTTP_GET", "http", http, ARRAY_LEN(http) },
	{ "SSL_GET", "https", http, ARRAY_LEN(http) },
	{ "SMTP_CHECK", "smtp", smtp, ARRAY_LEN(smtp) },
	{ "DNS_CHECK", "dns", dns, ARRAY_LEN(dns) },
	{ "UDP_CHECK", "udp", udp, ARRAY_LEN(udp) },
	{ "PING_CHECK", "ping", NULL, 0 },
	{ "MISC_CHECK", "script", misc, ARRAY_LEN(misc) },
	{ "FILE_CHECK", "file", file, ARRAY_LEN(file) },
	{ "BFD_CHECK", "bfd", bfd, ARRAY_LEN(bfd) },
};

/* "200-299 301" becomes "200-299,301". */
static void set_numbers(struct lvs_import *import, struct lvs_import_pairs *pairs, const char *key,
			const struct lvs_keepalived_node *node)
{
	char text[400] = "";
	size_t at = 0;

	for (size_t i = 1; i < node->nwords && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i > 1 ? "," : "", node->words[i]);
	lvs_import_pair_text(import, pairs, node->at, key, text);
}

static void set_text(struct lvs_import *import, struct lvs_import_pairs *pairs, const char *key,
		     const struct lvs_keepalived_node *node)
{
	char text[2000] = "";
	size_t at = 0;

	for (size_t i = 1; i < node->nwords && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i > 1 ? " " : "", node->words[i]);
	lvs_import_pair_text(import, pairs, node->at, key, text);
}

/* Hexadecimal with "X" for any digit, which is "?" here. */
static void set_pattern(struct lvs_import *import, struct lvs_import_pairs *pairs, const char *key,
			const struct lvs_keepalived_node *node)
{
	char text[2000];

	(void)snprintf(text, sizeof(text), "%s", lvs_keepalived_word(node, 1));
	for (char *c = text; *c; c++)
		if (*c == 'X' || *c == 'x')
			*c = '?';
	lvs_import_pair_text(import, pairs, node->at, key, text);
}

/* 2500 becomes "2.5", 3000 "3.0". */
static void set_seconds(struct lvs_import *import, struct lvs_import_pairs *pairs, const char *key,
			const struct lvs_keepalived_node *node, uint64_t thousandths)
{
	char text[40];
	int len = snprintf(text, sizeof(text), "%llu.%03llu", (unsigned long long)thousandths / 1000,
			   (unsigned long long)thousandths % 1000);

	while (text[len - 1] == '0' && text[len - 2] != '.')
		text[--len] = '\0';
	lvs_import_pair(import, pairs, node->at, key, "%s", text);
}

/* Return: whether the statement's value could be read */
static bool apply(struct lvs_import *import, struct lvs_import_pairs *pairs, const struct setting *setting,
		  const struct lvs_keepalived_node *node)
{
	const char *value = lvs_keepalived_word(node, 1);
	uint64_t number;

	switch (setting->how) {
	case SECONDS:
		if (!lvs_import_thousandths(value, 2678400, &number))
			return false;
		set_seconds(import, pairs, setting->key, node, LVS_MAX(number, LEAST));
		return true;
	case NUMBER:
	case RETRIES:
		if (!lvs_import_number(value, 0, INT32_MAX - 1, &number))
			return false;
		lvs_import_pair(import, pairs, node->at, setting->key, "%llu",
				(unsigned long long)number + (setting->how == RETRIES));
		return true;
	case TEXT:
		set_text(import, pairs, setting->key, node);
		return true;
	case HTTP_VERSION:
		lvs_import_pair_text(import, pairs, node->at, setting->key, !strncmp(value, "1.1", 3) ? "1.1" : "1.0");
		return true;
	case TRACKED:
		/* The name of a block elsewhere; who knows the blocks puts its file in the name's place. */
		lvs_import_pair_text(import, pairs, node->at, setting->key, value);
		return true;
	case PATTERN:
		set_pattern(import, pairs, setting->key, node);
		return true;
	case NUMBERS:
		set_numbers(import, pairs, setting->key, node);
		return true;
	default:
		lvs_keepalived_left(import, node, setting->key);
		return true;
	}
}

static bool try_settings(struct lvs_import *import, struct lvs_import_pairs *pairs, const struct setting *settings, size_t n,
			 const struct lvs_keepalived_node *node)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(settings[i].name, lvs_keepalived_word(node, 0)) != 0)
			continue;
		if (!apply(import, pairs, &settings[i], node))
			lvs_keepalived_bad(import, node, "no number");
		return true;
	}
	return false;
}

bool lvs_keepalived_check_setting(struct lvs_import *import, struct lvs_import_pairs *pairs,
				  const struct lvs_keepalived_node *node)
{
	return try_settings(import, pairs, common, ARRAY_LEN(common), node);
}

/* A host is for HTTP alone; what stands around may be for all kinds of checks. */
static void inherit(struct lvs_import *import, struct lvs_import_pairs *check, const struct lvs_import_pairs *around,
		    const char *type)
{
	for (size_t i = 0; i < around->n; i++) {
		const struct lvs_import_pair *pair = &around->list[i];

		if (!lvs_import_pair_find(check, pair->key) && (strcmp(pair->key, "host") != 0 || !strncmp(type, "http", 4)))
			lvs_import_pair(import, check, pair->at, pair->key, "%s", pair->value);
	}
}

/* The address to ask is the server's in any case; only another one would have to be said. */
static void drop_own_address(struct lvs_import_pairs *check, const struct lvs_import_server *server)
{
	char address[LVS_ADDR_TEXT_BYTES], quoted[LVS_ADDR_TEXT_BYTES + 2];

	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", lvs_addr_format(&server->conf.addr, address));
	for (size_t i = 0; i < check->n; i++)
		if (!strcmp(check->list[i].key, "address") && !strcmp(check->list[i].value, quoted)) {
			free(check->list[i].value);
			check->list[i] = check->list[--check->n];
			return;
		}
}

/* One check. @url_node: of several, the one that this is; NULL */
static void add_check(struct lvs_keepalived_place *at, struct lvs_import_server *server, const struct lvs_import_pairs *around,
		      const struct lvs_keepalived_node *node, const struct kind *kind, const struct lvs_keepalived_node *url_node)
{
	struct lvs_import_pairs *check = lvs_import_add_check(at->import, server);

	if (!check)
		return;
	lvs_import_pair_text(at->import, check, node->at, "type", kind->type);
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next) {
		const char *word = lvs_keepalived_word(child, 0);

		if (!strcmp(word, "url") || try_settings(at->import, check, kind->settings, kind->n, child) ||
		    try_settings(at->import, check, common, ARRAY_LEN(common), child))
			continue;
		if (child->block && !strcmp(word, "host")) {
			for (const struct lvs_keepalived_node *inner = child->children; inner; inner = inner->next)
				(void)try_settings(at->import, check, common, ARRAY_LEN(common), inner);
			continue;
		}
		lvs_keepalived_left(at->import, child, "no statement of this checker that is known");
	}
	for (const struct lvs_keepalived_node *child = url_node ? url_node->children : NULL; child; child = child->next)
		if (!try_settings(at->import, check, url, ARRAY_LEN(url), child))
			lvs_keepalived_left(at->import, child, "no statement of a URL that is known");
	inherit(at->import, check, around, kind->type);
	drop_own_address(check, server);
}

bool lvs_keepalived_check(struct lvs_keepalived_place *at, struct lvs_import_server *server,
			  const struct lvs_import_pairs *around, const struct lvs_keepalived_node *node)
{
	const struct kind *kind = NULL;
	bool urls = false;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].name, lvs_keepalived_word(node, 0)))
			kind = &kinds[i];
	if (!kind)
		return false;
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		if (!strcmp(lvs_keepalived_word(child, 0), "url")) {
			add_check(at, server, around, node, kind, child);
			urls = true;
		}
	if (!urls)
		add_check(at, server, around, node, kind, NULL);
	return true;
}
