// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sites get numbers in the order in which "sites" names them. Each list of sites becomes a list of numbers that is kept
 * once, found by a hash; prefixes are collected with the number of their list, sorted, and made into a map. What the
 * database says is weak: a rule comes before it, however long its networks are.
 */
#include "conf/geo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/load.h"
#include "conf/suggest.h"
#include "sys/addrtext.h"

#define INDEX_SLOTS 65536u
#define ORDERS_MAX (INDEX_SLOTS / 2)
#define ORDERS_BYTES 4096	/* to begin with */
#define OF_FILE 0x80000000u	/* in a tag: what follows is a place in the file, else the number of a rule */

static_assert(LVS_CONF_SITE_BYTES == LVS_SITE_BYTES, "a name fits everywhere");
static_assert(LVS_CONF_GEO_FILE_BYTES_MAX < OF_FILE && LVS_CONF_GEO_RULES_MAX < OF_FILE, "all fit in a tag");

/* @n: without the 0 at its end. Return: 0, -E2BIG or -ENOMEM */
static int keep_order(struct lvs_conf_geo_maker *maker, const uint8_t *list, size_t n, uint32_t *ret_order)
{
	struct lvs_sites *sites = maker->sites;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ list[i]) * 16777619u;
	for (;; hash++) {
		uint32_t *slot = &maker->index[hash % INDEX_SLOTS];

		if (*slot && memcmp(sites->orders + *slot - 1, list, n + 1) != 0)
			continue;
		if (!*slot) {
			if (maker->norders == ORDERS_MAX)
				return -E2BIG;
			/* Room for a list more, since lists are compared in full length. */
			if (sites->orders_len + n + 1 + LVS_SITES_MAX + 1 > maker->orders_size) {
				size_t size = maker->orders_size * 2;
				uint8_t *orders = realloc(sites->orders, size);

				if (!orders)
					return -ENOMEM;
				sites->orders = orders;
				memset(orders + maker->orders_size, 0, size - maker->orders_size);
				maker->orders_size = size;
			}
			memcpy(sites->orders + sites->orders_len, list, n + 1);
			*slot = sites->orders_len + 1;
			sites->orders_len += (uint32_t)n + 1;
			maker->norders++;
		}
		*ret_order = *slot - 1;
		return 0;
	}
}

/* One word of a list of sites. */
struct word {
	const char *text;
	size_t start, end;
};

/* Return: why there is none, or NULL; @at: then behind it and its comma, or there where the fault is */
static const char *next_word(const char *text, size_t len, size_t *at, struct word *ret_word)
{
	*ret_word = (struct word){ .text = text };
	while (*at < len && (text[*at] == ' ' || text[*at] == '\t'))
		++*at;
	ret_word->start = *at;
	while (*at < len && text[*at] != ',' && text[*at] != ' ' && text[*at] != '\t')
		++*at;
	ret_word->end = *at;
	if (ret_word->end == ret_word->start)
		return "the name of a site is missing";
	while (*at < len && (text[*at] == ' ' || text[*at] == '\t'))
		++*at;
	if (*at < len && text[*at] != ',')
		return "there is no comma between two sites";
	if (*at < len && ++*at == len)
		return "the name of a site is missing";
	return NULL;
}

static bool is_star(const struct word *word)
{
	return word->end - word->start == 1 && word->text[word->start] == '*';
}

/* Return: whether it fits */
static bool copy_word(const struct word *word, char name[LVS_SITE_BYTES])
{
	size_t len = word->end - word->start;

	if (len >= LVS_SITE_BYTES || memchr(word->text + word->start, '\0', len))
		return false;
	memcpy(name, word->text + word->start, len);
	name[len] = '\0';
	return true;
}

static void unknown_site(const struct lvs_conf_geo_maker *maker, const char *name, int len,
			 const struct lvs_conf_where *where)
{
	char wrong[LVS_SITE_BYTES], hint[96] = "\"sites\" of \"geo\" names all there are";
	struct lvs_conf_suggest suggest;

	(void)snprintf(wrong, sizeof(wrong), "%.*s", len, name);
	lvs_conf_suggest_init(&suggest, wrong);
	for (uint32_t i = 0; maker->sites && i < maker->sites->n; i++)
		lvs_conf_suggest_try(&suggest, maker->sites->names[i]);
	if (suggest.best)
		(void)snprintf(hint, sizeof(hint), "did you mean \"%s\"?", suggest.best);
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, hint, "there is no site \"%.*s\"", LVS_MIN(len, 64),
			    name);
}

/* @list: @n numbers of @word's predecessors; it, or all that are missing, come to them. Return: false after a finding */
static bool take_word(const struct lvs_conf_geo_maker *maker, const struct word *word, const struct lvs_conf_where *where,
		      uint8_t *list, size_t *n)
{
	char name[LVS_SITE_BYTES];
	uint8_t site = copy_word(word, name) ? lvs_sites_find(maker->sites, name) : 0;

	if (is_star(word)) {
		for (uint32_t i = 1; i <= maker->sites->n; i++)
			if (!memchr(list, (int)i, *n))
				list[(*n)++] = (uint8_t)i;
		return true;
	}
	if (!site) {
		unknown_site(maker, word->text + word->start, (int)LVS_MIN(word->end - word->start, 64u), where);
		return false;
	}
	if (memchr(list, site, *n)) {
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, NULL, "site \"%s\" is there twice", name);
		return false;
	}
	list[(*n)++] = site;
	return true;
}

int lvs_conf_geo_order(struct lvs_conf_geo_maker *maker, const char *text, size_t len, const struct lvs_conf_where *where,
		       bool exact, uint32_t *ret_order)
{
	uint8_t list[LVS_SITES_MAX + 1] = { 0 };
	size_t at = 0, n = 0;
	int err;

	do {
		struct lvs_conf_where here = *where;
		struct word word;
		const char *reason = next_word(text, len, &at, &word);

		if (!reason && is_star(&word) && at < len)
			reason = "\"*\" stands for all other sites, and so at the end";
		if (exact)
			here.offset += (uint32_t)(reason ? at : word.start);
		if (reason)
			lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &here, "write it like \"fra,nyc\"", "%s",
					    reason);
		if (reason || !take_word(maker, &word, &here, list, &n))
			return -EINVAL;
	} while (at < len);
	list[n] = 0;
	err = keep_order(maker, list, n, ret_order);
	if (err == -E2BIG) {
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, "clients of one prefix may have them",
				    "more than %u different orders of sites", ORDERS_MAX);
		return -EINVAL;
	}
	return err;
}

int lvs_conf_geo_add(struct lvs_conf_geo_maker *maker, const struct lvs_prefix_entry *entry)
{
	if (maker->n == LVS_CONF_PREFIXES_MAX)
		return -E2BIG;
	if (maker->n == maker->size) {
		size_t size = maker->size ? maker->size * 2 : 64;
		struct lvs_prefix_entry *entries = realloc(maker->entries, size * sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		maker->entries = entries;
		maker->size = size;
	}
	maker->entries[maker->n++] = *entry;
	return 0;
}

uint32_t lvs_conf_geo_code(const char *code, size_t len)
{
	if (len != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z')
		return LVS_CONF_CODES;
	return (uint32_t)(code[0] - 'A') * 26 + (uint32_t)(code[1] - 'A');
}

/* Gives sites their names and numbers, and unknown clients their order. Return: 0, -EINVAL or -ENOMEM */
static int name_sites(struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo *geo)
{
	struct lvs_sites *sites = maker->sites;
	size_t at = 0, len = strlen(geo->sites);
	const char *reason = NULL;
	uint32_t order;

	do {
		struct word word;
		char name[LVS_SITE_BYTES];

		reason = next_word(geo->sites, len, &at, &word);
		if (!reason && is_star(&word))
			reason = "\"*\" is not the name of a site";
		else if (!reason && !copy_word(&word, name))
			reason = "the name of a site is longer than 31 characters";
		else if (!reason && lvs_sites_find(sites, name))
			reason = "a site is there twice";
		else if (!reason && sites->n == LVS_SITES_MAX)
			reason = "there are more than 64 sites";
		if (!reason)
			memcpy(sites->names[sites->n++], name, sizeof(name));
	} while (!reason && at < len);
	if (!reason)
		return lvs_conf_geo_order(maker, "*", 1, &geo->where, false, &order);
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &geo->where, NULL, "\"sites\": %s", reason);
	return -EINVAL;
}
static_assert(LVS_SITES_MAX == 64 && LVS_SITE_BYTES == 32, "the messages say so");

static void check_servers(const struct lvs_conf_geo_maker *maker, const struct lvs_conf *conf)
{
	bool used[LVS_SITES_MAX + 1] = { false };

	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];
		bool geo = !strcmp(service->scheduler, "geo");

		if (geo && !conf->geo.on)
			lvs_conf_errors_add(maker->errors, LVS_CONF_WARNING, &service->where,
					    "name them in \"sites\" of \"geo\"; without, \"geo\" is as \"wlc\"",
					    "service \"%s\" is scheduled by sites, and there are none", service->name);
		for (size_t k = 0; k < service->nservers; k++) {
			const struct lvs_conf_server *server = &service->servers[k];
			uint8_t site = lvs_sites_find(maker->sites, server->site);

			if (*server->site && !site)
				unknown_site(maker, server->site, LVS_SITE_BYTES, &server->site_where);
			else if (geo)
				used[site] = true;
		}
	}
	for (uint32_t i = 0; maker->sites && i < maker->sites->n && !maker->errors->nerrors; i++)
		if (!used[i + 1])
			lvs_conf_errors_add(maker->errors, LVS_CONF_WARNING, &conf->geo.where,
					    "give \"site\" to servers of a service whose scheduler is \"geo\"",
					    "site \"%s\" has no servers", maker->sites->names[i]);
}

void lvs_conf_geo_check_servers(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_geo_maker maker = { .errors = errors, .sites = conf->geo.table };

	check_servers(&maker, conf);
}

static int take_prefix(struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo_rule *rule, size_t number,
		       uint32_t order)
{
	char text[LVS_PREFIX_TEXT_BYTES], hint[LVS_PREFIX_TEXT_BYTES + 16];
	struct lvs_prefix prefix = { .bits = 0 };
	struct lvs_prefix_entry entry;
	bool exact = false;

	(void)lvs_prefix_parse(rule->prefix, &prefix, &exact);	/* was read before */
	entry = (struct lvs_prefix_entry){ .addr = prefix.addr, .bits = prefix.bits, .value = order, .tag = (uint32_t)number };
	if (exact)
		return lvs_conf_geo_add(maker, &entry);
	(void)snprintf(hint, sizeof(hint), "write \"%s\"", lvs_prefix_format(&prefix, text));
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &rule->prefix_where, hint, "\"%s\" has ones behind its length",
			    rule->prefix);
	return 0;
}

static void take_code(struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo *geo, const char *code,
		      const struct lvs_conf_where *where, uint32_t *orders, uint32_t order)
{
	uint32_t *slot = &orders[lvs_conf_geo_code(code, 2)];

	if (!*geo->database)
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, "name a MaxMind database in \"database\"",
				    "who is in \"%s\" is not known", code);
	else if (*slot)
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, where, NULL, "there are two rules for \"%s\"", code);
	else
		*slot = order + 1;
}

static int take_rule(struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo *geo, size_t number)
{
	const struct lvs_conf_geo_rule *rule = &geo->rules[number];
	int n = !!rule->prefix_where.line + !!rule->country_where.line + !!rule->continent_where.line;
	uint32_t order;
	int err;

	if (!*rule->sites)
		return 0;	/* was refused before */
	if (n != 1) {
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &rule->where, NULL, "a rule %s",
				    n ? "takes only one of \"prefix\", \"country\" and \"continent\"" :
					"needs \"prefix\", \"country\" or \"continent\"");
		return 0;
	}
	err = lvs_conf_geo_order(maker, rule->sites, strlen(rule->sites), &rule->where, false, &order);
	if (err)
		return err == -EINVAL ? 0 : err;
	if (*rule->prefix)
		err = take_prefix(maker, rule, number, order);
	if (*rule->country)
		take_code(maker, geo, rule->country, &rule->country_where, maker->countries, order);
	if (*rule->continent)
		take_code(maker, geo, rule->continent, &rule->continent_where, maker->continents, order);
	return err;
}

/* Return: the line in which a place of @text is */
static uint32_t line_of(const char *text, uint32_t at)
{
	uint32_t line = 1;

	assert(text);
	for (const char *p = text; (p = memchr(p, '\n', at - (size_t)(p - text))); p++)
		line++;
	return line;
}

static void two_rules(const struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo *geo, const char *text, size_t len,
		      const struct lvs_prefix_entry *a, const struct lvs_prefix_entry *b)
{
	uint32_t first = LVS_MIN(a->tag, b->tag), second = LVS_MAX(a->tag, b->tag);
	struct lvs_prefix prefix = { .addr = a->addr, .bits = a->bits };
	char name[LVS_PREFIX_TEXT_BYTES], hint[64];
	struct lvs_conf_where where;

	lvs_prefix_format(&prefix, name);
	(void)snprintf(hint, sizeof(hint), "the first one is in line %u%s",
		       first & OF_FILE ? line_of(text, first & ~OF_FILE) : geo->rules[first].prefix_where.line,
		       (first ^ second) & OF_FILE ? " of the configuration" : "");
	if (second & OF_FILE) {
		where = (struct lvs_conf_where){ line_of(text, second & ~OF_FILE), second & ~OF_FILE };
		lvs_conf_errors_enter(maker->errors, geo->file, text, len);
	} else {
		where = geo->rules[second].prefix_where;
	}
	lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &where, hint, "there are two rules for %s", name);
	if (second & OF_FILE)
		lvs_conf_errors_leave(maker->errors);
}

/* Sorts; of equals one stays. A database may well have aliases of a network. */
static void merge_twins(struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo *geo, const char *text, size_t len)
{
	size_t kept = 0, told = 0;

	lvs_prefix_entries_sort(maker->entries, maker->n);
	for (size_t i = 0; i < maker->n; i++) {
		const struct lvs_prefix_entry *entry = &maker->entries[i];

		if (!kept || lvs_prefix_entry_order(&maker->entries[kept - 1], entry) != 0)
			maker->entries[kept++] = *entry;
		else if (!entry->weak && told++ < LVS_CONF_ERRORS_MAX)
			two_rules(maker, geo, text, len, &maker->entries[kept - 1], entry);
	}
	maker->n = kept;
}

/* Return: 0, also after findings; or -ENOMEM */
static int read_file(struct lvs_conf_geo_maker *maker, const struct lvs_conf_geo *geo, char **ret_text, size_t *ret_len)
{
	size_t first = maker->n;
	int err = lvs_conf_read_file(geo->file, LVS_CONF_GEO_FILE_BYTES_MAX, ret_text, ret_len);

	if (err == -ENOMEM)
		return err;
	if (err) {
		lvs_conf_errors_add(maker->errors, LVS_CONF_ERROR, &geo->file_where, NULL, "\"%s\" cannot be read: %s",
				    geo->file, strerror(-err));
		return 0;
	}
	lvs_conf_errors_enter(maker->errors, geo->file, *ret_text, *ret_len);
	err = lvs_conf_geo_parse(maker, *ret_text, *ret_len);
	lvs_conf_errors_leave(maker->errors);
	for (size_t i = first; i < maker->n; i++)
		maker->entries[i].tag |= OF_FILE;
	return err;
}

/* Return: 0, also after findings; or -ENOMEM */
static int collect(struct lvs_conf_geo_maker *maker, struct lvs_conf_geo *geo, bool files)
{
	size_t len = 0;
	char *text = NULL;
	int err = 0;

	for (size_t i = 0; !err && i < geo->nrules; i++)
		err = take_rule(maker, geo, i);
	if (!err && files && *geo->file)
		err = read_file(maker, geo, &text, &len);
	if (!err && files && *geo->database)
		err = lvs_conf_geo_database(maker, geo->database, &geo->database_where);
	if (!err)
		merge_twins(maker, geo, text, len);
	free(text);
	return err;
}

/* Return: 0 or -ENOMEM */
static int make_room(struct lvs_conf_geo_maker *maker)
{
	maker->index = calloc(INDEX_SLOTS, sizeof(*maker->index));
	maker->sites->orders = calloc(ORDERS_BYTES, 1);
	maker->orders_size = ORDERS_BYTES;
	return maker->index && maker->sites->orders ? 0 : -ENOMEM;
}

int lvs_conf_geo_build(struct lvs_conf *conf, bool files, struct lvs_conf_errors *errors)
{
	struct lvs_conf_geo_maker maker = { .errors = errors };
	int err = 0;

	if (conf->geo.on && !*conf->geo.sites)
		return 0;	/* reported; nothing else can be judged */
	if (conf->geo.on) {
		maker.sites = calloc(1, sizeof(*maker.sites));
		err = maker.sites && !make_room(&maker) ? name_sites(&maker, &conf->geo) : -ENOMEM;
	}
	if (err)
		goto out;
	check_servers(&maker, conf);
	if (conf->geo.on)
		err = collect(&maker, &conf->geo, files);
	if (!err && maker.n)
		err = lvs_prefix_map_new(maker.entries, maker.n, &maker.sites->map);
	if (!err) {
		conf->geo.nprefixes = maker.n;
		conf->geo.table = maker.sites;
		maker.sites = NULL;
	}
out:
	lvs_sites_free(maker.sites);
	free(maker.index);
	free(maker.entries);
	return err == -ENOMEM ? err : 0;
}
