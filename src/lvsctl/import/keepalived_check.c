// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keepalived's checkers become groups "check" of their server: the kind, what this checker says, what stands around
 * it in the server and the virtual server, and keepalived's defaults, since lvsd's are others. A HTTP checker with several
 * URLs, or an SMTP checker with several hosts, becomes as many checks, since a server is up only when all are.
 */
#include "lvsctl/import/keepalived.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "lvsctl/import/programs.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

/* Of the times of a check lvsd takes none that is shorter, thousandths of a second. */
#define LEAST 10u
#define TEXT_BYTES 2000
#define TIMEOUT_MAX 3600000
#define EXPECT_BYTES_MAX 255	/* as lvs.conf writes them */

/* KNOWN: so it is in any case. ELSEWHERE: who knows all of the statements reads it. */
enum how { SECONDS, NUMBER, TEXT, RETRIES, NUMBERS, HTTP_VERSION, KNOWN, ELSEWHERE, LEFT };

struct setting {
	const char *name;
	enum how how;
	const char *key;	/* KNOWN, LEFT: why */
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
	{ "alpha", KNOWN, "a server is down until it is known to be up" },
	{ "log_all_failures", LEFT, "changes are logged" },
	{ "fast_recovery", KNOWN, "rise" },
};

static const struct setting http[] = {
	{ "http_protocol", HTTP_VERSION, "http_version" },
	{ "enable_sni", KNOWN, "the host's name is always sent" },
	{ "sni_name", TEXT, "sni" },
	{ "tls_compliant", LEFT, "connections end as TLS says" },
};
static const struct setting url[] = {
	{ "path", TEXT, "path" },	   { "digest", TEXT, "digest" },
	{ "virtualhost", TEXT, "host" },  { "status_code", NUMBERS, "status" },
	{ "regex", ELSEWHERE, NULL },	   { "regex_no_match", ELSEWHERE, NULL },
	{ "regex_options", ELSEWHERE, NULL },
	{ "regex_stack", LEFT, "keepalived's own" },
	{ "regex_min_offset", LEFT, "the whole body is searched" },
	{ "regex_max_offset", LEFT, "the whole body is searched" },
};
static const struct setting smtp[] = { { "helo_name", TEXT, "helo_name" } };
static const struct setting dns[] = { { "type", TEXT, "query_type" }, { "name", TEXT, "query_name" } };
static const struct setting udp[] = {
	{ "payload", TEXT, "send" },
	{ "require_reply", ELSEWHERE, NULL },
	{ "min_reply_length", ELSEWHERE, NULL },
	{ "max_reply_length", LEFT, "an answer may be longer" },
};
static const struct setting misc[] = {
	{ "misc_path", ELSEWHERE, NULL },
	{ "misc_timeout", SECONDS, "timeout" },
	{ "misc_dynamic", ELSEWHERE, NULL },
	{ "user", LEFT, "scripts are run as director.script_user" },
};
static const struct setting file[] = { { "track_file", ELSEWHERE, NULL }, { "weight", ELSEWHERE, NULL } };
static const struct setting bfd[] = { { "name", TEXT, "name" } };

/**
 * struct kind - a checker
 * @parts:	the statement that there may be several of, each of which is a check
 * @retries, @retry_delay: when nothing is said; milliseconds, 0: the interval
 */
static const struct kind {
	const char *name, *type;
	const struct setting *settings;
	size_t n;
	const char *parts;
	unsigned int retries, retry_delay;
} kinds[] = {
	{ "TCP_CHECK", "tcp", NULL, 0, "", 1, 1000 },
	{ "HTTP_GET", "http", http, ARRAY_LEN(http), "url", 1, 3000 },
	{ "SSL_GET", "https", http, ARRAY_LEN(http), "url", 1, 3000 },
	{ "SMTP_CHECK", "smtp", smtp, ARRAY_LEN(smtp), "host", 1, 1000 },
	{ "DNS_CHECK", "dns", dns, ARRAY_LEN(dns), "", 3, 0 },
	{ "UDP_CHECK", "udp", udp, ARRAY_LEN(udp), "", 1, 1000 },
	{ "PING_CHECK", "ping", NULL, 0, "", 1, 1000 },
	{ "MISC_CHECK", "script", misc, ARRAY_LEN(misc), "", 0, 1000 },
	{ "FILE_CHECK", "script", file, ARRAY_LEN(file), "", 0, 1000 },
	{ "BFD_CHECK", "bfd", bfd, ARRAY_LEN(bfd), "", 0, 1000 },
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

/* All words behind the first one. */
static void join(const struct lvs_keepalived_node *node, char *text, size_t size)
{
	size_t at = 0;

	*text = '\0';
	for (size_t i = 1; i < node->nwords && at < size; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%s", i > 1 ? " " : "", node->words[i]);
}

static void set_text(struct lvs_import *import, struct lvs_import_pairs *pairs, const char *key,
		     const struct lvs_keepalived_node *node)
{
	char text[TEXT_BYTES];

	join(node, text, sizeof(text));
	lvs_import_pair_text(import, pairs, node->at, key, text);
}

/* 2500 becomes "2.5", 3000 "3.0". */
static void set_seconds(struct lvs_import *import, struct lvs_import_pairs *pairs, const char *key, struct lvs_import_at at,
			uint64_t thousandths)
{
	char text[40];
	int len = snprintf(text, sizeof(text), "%llu.%03llu", (unsigned long long)thousandths / 1000,
			   (unsigned long long)thousandths % 1000);

	while (text[len - 1] == '0' && text[len - 2] != '.')
		text[--len] = '\0';
	lvs_import_pair(import, pairs, at, key, "%s", text);
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
		set_seconds(import, pairs, setting->key, node->at, LVS_MAX(number, LEAST));
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
	case KNOWN:
		lvs_keepalived_done(import, node, setting->key);
		return true;
	case ELSEWHERE:
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

/* Options stand in front of the expression, where PCRE2 reads them; that it must not match, it says itself. */
static void set_regex(struct lvs_import *import, struct lvs_import_pairs *check, const struct lvs_keepalived_node *node)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "utf", "(*UTF)" },   { "ucp", "(*UCP)" },    { "caseless", "(?i)" }, { "multiline", "(?m)" },
		{ "dotall", "(?s)" },  { "extended", "(?x)" }, { "ungreedy", "(?U)" }, { "no_auto_capture", "(?n)" },
		{ "dupnames", "(?J)" },
	};
	const struct lvs_keepalived_node *regex = lvs_keepalived_child(node, "regex"), *options = lvs_keepalived_child(node, "regex_options");
	const struct lvs_keepalived_node *none = lvs_keepalived_child(node, "regex_no_match");
	char text[TEXT_BYTES], whole[TEXT_BYTES + 100] = "";
	bool known[LVS_KEEPALIVED_WORDS_MAX] = { true };

	if (!regex)
		return;
	join(regex, text, sizeof(text));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t j = 1; options && j < options->nwords; j++)
			if (!strcmp(rows[i].name, options->words[j]) && !known[j]) {
				strcat(whole, rows[i].text);
				known[j] = true;
			}
	for (size_t j = 1; options && j < options->nwords; j++)
		if (!known[j])
			lvs_import_note(import, LVS_IMPORT_LEFT, options->at, "regex_options %s: not of a kind that an expression could "
					"say itself", options->words[j]);
	/* A comment of an extended expression would go on behind it. */
	if (none && strstr(whole, "(?x)") && strchr(text, '#')) {
		lvs_keepalived_left(import, none, "an expression with comments cannot be negated");
		return;
	}
	(void)snprintf(whole + strlen(whole), sizeof(whole) - strlen(whole), none ? "\\A(?![\\s\\S]*(?:%s))" : "%s", text);
	lvs_import_pair_text(import, check, regex->at, "regex", whole);
}

/* Hexadecimal with "X" for any digit, which is "?" here; what is only long enough is any bytes. */
static void set_expect(struct lvs_import *import, struct lvs_import_pairs *check, const struct lvs_keepalived_node *node)
{
	const struct lvs_keepalived_node *reply = lvs_keepalived_child(node, "require_reply");
	const struct lvs_keepalived_node *shortest = lvs_keepalived_child(node, "min_reply_length");
	char text[2 * EXPECT_BYTES_MAX + 1] = "";
	uint64_t bytes = 1;
	size_t n;

	if (!reply) {
		if (shortest)
			lvs_keepalived_left(import, shortest, "no reply is required");
		return;
	}
	if (shortest && !lvs_import_number(lvs_keepalived_word(shortest, 1), 0, 65535, &bytes))
		lvs_keepalived_bad(import, shortest, "no number");
	if (shortest && bytes > EXPECT_BYTES_MAX)
		lvs_keepalived_near(import, shortest, "255, as many bytes as can be expected");
	join(reply, text, sizeof(text));
	for (char *c = text; *c; c++)
		if (*c == 'X' || *c == 'x')
			*c = '?';
	for (n = strlen(text); n < 2 * LVS_MIN(LVS_MAX(bytes, 1u), (uint64_t)EXPECT_BYTES_MAX); n++)
		text[n] = '?';
	text[n] = '\0';
	lvs_import_pair_text(import, check, reply->at, "expect", text);
	if (lvs_import_pair_find(check, "send"))
		return;
	lvs_import_pair_text(import, check, reply->at, "send", "00");
	lvs_keepalived_near(import, reply, "what is sent is a single byte of 0, since no payload is said");
}

static void set_misc(struct lvs_import *import, struct lvs_import_pairs *check, const struct lvs_keepalived_node *node)
{
	const struct lvs_keepalived_node *path = lvs_keepalived_child(node, "misc_path");
	char text[TEXT_BYTES];

	if (!path)
		return;
	join(path, text, sizeof(text));
	/* Statuses from 2 on are weights for lvsd in any case. */
	if (lvs_keepalived_child(node, "misc_dynamic"))
		lvs_import_pair_text(import, check, path->at, "command", text);
	else
		lvs_import_command_strict(import, check, path->at, text);
}

/* The path and the factor may stand in the block that the checker names. */
static void set_file(struct lvs_keepalived_place *at, const struct lvs_import_server *server, struct lvs_import_pairs *check,
		     const struct lvs_keepalived_node *node)
{
	const struct lvs_keepalived_node *track = lvs_keepalived_child(node, "track_file"), *block = at->root;
	const struct lvs_keepalived_node *weight = lvs_keepalived_child(node, "weight");
	const char *path, *factor;
	uint64_t size;

	while (block && ((strcmp(lvs_keepalived_word(block, 0), "track_file") != 0 &&
			  strcmp(lvs_keepalived_word(block, 0), "vrrp_track_file") != 0) ||
			 strcmp(lvs_keepalived_word(block, 1), track ? lvs_keepalived_word(track, 1) : "") != 0))
		block = block->next;
	if (!lvs_keepalived_child(block, "file")) {
		lvs_keepalived_left(at->import, track ? track : node, "there is no such file to be tracked");
		check->left = true;
		return;
	}
	path = lvs_keepalived_word(lvs_keepalived_child(block, "file"), 1);
	weight = weight ? weight : lvs_keepalived_child(block, "weight");
	factor = weight ? lvs_keepalived_word(weight, 1) : "0";
	if (!lvs_import_number(factor + (*factor == '-'), 0, INT32_MAX, &size)) {
		lvs_keepalived_bad(at->import, weight, "no number");
		factor = "0";
	}
	if (strcmp(factor, "0") != 0)
		lvs_keepalived_near(at->import, weight, "weights up to 253, of a script that reads the file");
	lvs_import_command_file(at->import, check, track->at, path, server->conf.weight, factor);
	/* keepalived is told when the file changes. */
	set_seconds(at->import, check, "interval", node->at, 1000);
	lvs_keepalived_near(at->import, track, "the file is read each second, as director.script_user");
}

static uint64_t thousandths_of(const struct lvs_import_pairs *check, const char *key, uint64_t otherwise)
{
	const char *value = lvs_import_pair_find(check, key);

	if (value)
		(void)lvs_import_thousandths(value, UINT32_MAX, &otherwise);
	return otherwise;
}

/* No answer may take longer than the interval, and no question come later when it is urgent. */
static void shorten(struct lvs_import *import, struct lvs_import_pairs *check, struct lvs_import_at at, const char *key,
		    uint64_t wanted, uint64_t most)
{
	const char *said = lvs_import_pair_find(check, key);

	for (size_t i = 0; said && i < check->n; i++)
		if (!strcmp(check->list[i].key, key))
			at = check->list[i].at;
	if (wanted > most && said)
		lvs_import_note(import, LVS_IMPORT_APPROXIMATED, at, "%s = %s: not more than the interval, nor than an hour",
				key, said);
	if (wanted > most || !said)
		set_seconds(import, check, key, at, LVS_MIN(wanted, most));
}

/* What keepalived does when nothing is said. */
static void set_defaults(struct lvs_import *import, struct lvs_import_pairs *check, const struct kind *kind,
			 struct lvs_import_at at)
{
	uint64_t interval = thousandths_of(check, "interval", 60000);

	if (!lvs_import_pair_find(check, "interval"))
		set_seconds(import, check, "interval", at, interval);
	shorten(import, check, at, "fast_interval",
		thousandths_of(check, "fast_interval", kind->retry_delay ? kind->retry_delay : interval), interval);
	shorten(import, check, at, "timeout", thousandths_of(check, "timeout", strcmp(kind->type, "script") ? 5000 : interval),
		LVS_MIN(interval, (uint64_t)TIMEOUT_MAX));
	if (!lvs_import_pair_find(check, "rise"))
		lvs_import_pair(import, check, at, "rise", "1");
	if (!lvs_import_pair_find(check, "fall"))
		lvs_import_pair(import, check, at, "fall", "%u", kind->retries + 1);
	if (!strncmp(kind->type, "http", 4) && !lvs_import_pair_find(check, "http_version"))
		lvs_import_pair_text(import, check, at, "http_version", "1.0");
}

/* One check. @part: of several, the URL or host that this is; NULL */
static void add_check(struct lvs_keepalived_place *at, struct lvs_import_server *server, const struct lvs_import_pairs *around,
		      const struct lvs_keepalived_node *node, const struct kind *kind, const struct lvs_keepalived_node *part)
{
	struct lvs_import_pairs *check = lvs_import_add_check(at->import, server);

	if (!check)
		return;
	lvs_import_pair_text(at->import, check, node->at, "type", kind->type);
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		if (strcmp(lvs_keepalived_word(child, 0), kind->parts) != 0 &&
		    !try_settings(at->import, check, kind->settings, kind->n, child) &&
		    !try_settings(at->import, check, common, ARRAY_LEN(common), child))
			lvs_keepalived_left(at->import, child, "no statement of this checker that is known");
	for (const struct lvs_keepalived_node *child = part ? part->children : NULL; child; child = child->next)
		if (!(*kind->parts == 'u' ? try_settings(at->import, check, url, ARRAY_LEN(url), child) :
					    try_settings(at->import, check, common, ARRAY_LEN(common), child)))
			lvs_keepalived_left(at->import, child, "no statement of this checker that is known");
	set_regex(at->import, check, part);
	set_expect(at->import, check, node);
	set_misc(at->import, check, node);
	if (kind->settings == file)
		set_file(at, server, check, node);
	inherit(at->import, check, around, kind->type);
	drop_own_address(check, server);
	set_defaults(at->import, check, kind, node->at);
}

bool lvs_keepalived_check(struct lvs_keepalived_place *at, struct lvs_import_server *server,
			  const struct lvs_import_pairs *around, const struct lvs_keepalived_node *node)
{
	const struct kind *kind = NULL;
	bool parts = false;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].name, lvs_keepalived_word(node, 0)))
			kind = &kinds[i];
	if (!kind)
		return false;
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		if (*kind->parts && !strcmp(lvs_keepalived_word(child, 0), kind->parts)) {
			add_check(at, server, around, node, kind, child);
			parts = true;
		}
	if (!parts)
		add_check(at, server, around, node, kind, NULL);
	return true;
}
