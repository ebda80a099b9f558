// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ldirectord.cf is a line to a directive. Those of a virtual service are indented, by four blanks or a tab; a line that is
 * not ends it, and so does an empty one, but not a comment. A directive that follows later counts, and global ones hold for
 * all virtual services, even those above them: so all is collected first, and understood then.
 */
#include "lvsctl/import/ldirectord.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/suggest.h"
#include "lvsctl/import/words.h"

#define SETTINGS_MAX 4096	/* of a virtual service, each of its servers being one */
#define INDENT 4

enum scope { GLOBAL = 1, VIRTUAL = 2, BOTH = 3 };

/* TEXT: as it stands, or in quotes. QUOTED: in quotes only. */
enum how { TEXT, QUOTED, NUMBER, PORT, YES_NO, GONE };

/* @left: why lvs.conf says nothing of it; of one that is GONE, what is in its place */
static const struct directive {
	const char *name;
	enum scope scope;
	enum how how;
	const char *left;
} directives[] = {
	{ "autoreload", GLOBAL, YES_NO, "lvsd reads its file when it is told to: lvsctl reload" },
	{ "callback", GLOBAL, QUOTED, "nobody is told that the file has changed" },
	{ "checkcommand", VIRTUAL, TEXT, NULL },
	{ "checkcount", BOTH, NUMBER, NULL },
	{ "checkinterval", BOTH, NUMBER, NULL },
	{ "checkport", VIRTUAL, PORT, NULL },
	{ "checktimeout", BOTH, NUMBER, NULL },
	{ "checktype", VIRTUAL, TEXT, NULL },
	{ "cleanstop", BOTH, YES_NO, "lvsd ends with its tables; see \"pickup\" for connections that survive" },
	{ "comment", VIRTUAL, TEXT, "a text for mails" },
	{ "connecttimeout", BOTH, GONE, "write checktimeout and negotiatetimeout" },
	{ "database", VIRTUAL, QUOTED, "checks do not log in" },
	{ "emailalert", BOTH, TEXT, "lvsd sends no mail; see \"notify\" for a script that could" },
	{ "emailalertfreq", BOTH, NUMBER, "lvsd sends no mail" },
	{ "emailalertfrom", GLOBAL, TEXT, "lvsd sends no mail" },
	{ "emailalertstatus", BOTH, TEXT, "lvsd sends no mail" },
	{ "execute", GLOBAL, TEXT, "import that file too: one lvsd may have the services of both" },
	{ "failurecount", BOTH, NUMBER, NULL },
	{ "fallback", BOTH, TEXT, NULL },
	{ "fallback6", BOTH, TEXT, NULL },
	{ "fallbackcommand", BOTH, TEXT, NULL },
	{ "fork", GLOBAL, YES_NO, "all checks run at the same time" },
	{ "httpmethod", VIRTUAL, TEXT, NULL },
	{ "load", VIRTUAL, QUOTED, "nobody asks servers for their load in this way; see checks of type \"agent\"" },
	{ "logfile", GLOBAL, QUOTED, "lvsd logs to the journal or to syslog" },
	{ "login", VIRTUAL, QUOTED, NULL },
	{ "maintenancedir", GLOBAL, TEXT, "servers are taken out by command: lvsctl set server, key \"maintenance\"" },
	{ "monitorfile", VIRTUAL, TEXT, "changes are logged, and lvsctl servers shows the last results" },
	{ "negotiatetimeout", BOTH, NUMBER, NULL },
	{ "netmask", VIRTUAL, TEXT, NULL },
	{ "ops", VIRTUAL, YES_NO, NULL },
	{ "passwd", VIRTUAL, QUOTED, "checks do not log in" },
	{ "persistent", VIRTUAL, NUMBER, NULL },
	{ "protocol", VIRTUAL, TEXT, NULL },
	{ "quiescent", BOTH, YES_NO, NULL },
	{ "readdquiescent", GLOBAL, YES_NO, "servers that were removed by hand stay away" },
	{ "real", VIRTUAL, TEXT, NULL },
	{ "real6", VIRTUAL, TEXT, NULL },
	{ "receive", VIRTUAL, QUOTED, NULL },
	{ "request", VIRTUAL, QUOTED, NULL },
	{ "schedflags", VIRTUAL, TEXT, NULL },
	{ "scheduler", VIRTUAL, TEXT, NULL },
	{ "secret", VIRTUAL, QUOTED, "checks do not log in" },
	{ "service", VIRTUAL, TEXT, NULL },
	{ "servicename", VIRTUAL, TEXT, NULL },
	{ "smtp", BOTH, TEXT, "lvsd sends no mail" },
	{ "supervised", GLOBAL, YES_NO, "lvsd stays in the foreground unless it is told otherwise" },
	{ "timeout", GLOBAL, GONE, "write checktimeout and negotiatetimeout" },
	{ "virtualhost", VIRTUAL, TEXT, NULL },
};

/**
 * struct reader - a file while it is read
 * @blocks:	the first one is what is global
 * @inside:	the last one goes on
 * @ended:	the line that ended the last one, if that was an empty one
 */
struct reader {
	struct lvs_import *import;
	size_t n;
	struct lvs_ldirectord_block *blocks;
	bool inside;
	unsigned int ended;
};

static void __attribute__((format(printf, 5, 6)))
bad(struct reader *reader, struct lvs_import_at at, const char *line, const char *where, const char *format, ...)
{
	va_list args;
	char text[300];

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	at.column = (unsigned int)(where - line) + 1;
	lvs_import_bad(reader->import, at, "%s", text);
}

static void add_block(struct reader *reader, struct lvs_import_at at, const char *value, bool six)
{
	struct lvs_ldirectord_block *larger = NULL;

	if (reader->n <= LVS_IMPORT_SERVICES_MAX)
		larger = reallocarray(reader->blocks, reader->n + 1, sizeof(*larger));
	if (!larger) {
		reader->import->failed = true;
		return;
	}
	reader->blocks = larger;
	larger[reader->n] = (struct lvs_ldirectord_block){ .at = at, .six = six, .value = value ? strdup(value) : NULL };
	if (value && !larger[reader->n].value)
		reader->import->failed = true;
	reader->n++;
}

static void add_setting(struct reader *reader, struct lvs_import_at at, const char *name, const char *value, size_t len)
{
	struct lvs_ldirectord_block *block = &reader->blocks[reader->inside ? reader->n - 1 : 0];
	struct lvs_ldirectord_setting *larger = NULL;
	char *copy = strndup(value, len);

	if (copy && block->n < SETTINGS_MAX)
		larger = reallocarray(block->list, block->n + 1, sizeof(*larger));
	if (!larger) {
		free(copy);
		reader->import->failed = true;
		return;
	}
	block->list = larger;
	larger[block->n++] = (struct lvs_ldirectord_setting){ name, copy, at, false };
}

/* What the value of a directive has to be. @value: is without blanks around; becomes what is between quotes */
static bool is_valid(struct reader *reader, struct lvs_import_at at, const char *line, const struct directive *directive,
		     const char **value, size_t *len)
{
	const char *text = *value, *quote = memchr(text, '"', *len), *end = quote ? memrchr(text, '"', *len) : NULL;

	switch (directive->how) {
	case QUOTED:
		if (quote != text || end == quote) {
			bad(reader, at, line, text, "%s: the value stands between quotes, and a # is a comment even there",
			    directive->name);
			return false;
		}
		break;
	case NUMBER:
	case PORT:
		if (!memchr("0123456789", *text, 10) || (*text == '0' && *len == 1 && strcmp(directive->name, "persistent") != 0 &&
							 strcmp(directive->name, "emailalertfreq") != 0)) {
			bad(reader, at, line, text, "%s: no number from 1 on", directive->name);
			return false;
		}
		break;
	case YES_NO:
		if ((*len != 3 || memcmp(text, "yes", 3)) && (*len != 2 || memcmp(text, "no", 2))) {
			bad(reader, at, line, text, "%s: neither \"yes\" nor \"no\"", directive->name);
			return false;
		}
		break;
	default:
		break;
	}
	if (quote == text && end > quote && strncmp(directive->name, "real", 4) != 0) {
		*value = quote + 1;
		*len = (size_t)(end - quote) - 1;
	}
	if (*len)
		return true;
	bad(reader, at, line, text, "%s: nothing behind the \"=\"", directive->name);
	return false;
}

static void unknown(struct reader *reader, struct lvs_import_at at, const char *line, const char *where, const char *name)
{
	enum scope scope = reader->inside ? VIRTUAL : GLOBAL;
	struct lvs_conf_suggest suggest;

	for (size_t i = 0; i < ARRAY_LEN(directives); i++)
		if (!strcmp(directives[i].name, name)) {
			bad(reader, at, line, where, "%s: stands %s", name,
			    scope == VIRTUAL ? "outside of virtual services, not indented" :
					       "in a virtual service, indented by four blanks or a tab");
			return;
		}
	lvs_conf_suggest_init(&suggest, name);
	for (size_t i = 0; i < ARRAY_LEN(directives); i++)
		if (directives[i].scope & scope && directives[i].how != GONE)
			lvs_conf_suggest_try(&suggest, directives[i].name);
	if (suggest.best)
		bad(reader, at, line, where, "%s: unknown directive; did you mean \"%s\"?", name, suggest.best);
	else
		bad(reader, at, line, where, "%s: unknown directive; ldirectord(8) lists them", name);
}

/* @text: in @line, behind its indentation. @len: without blanks at the end */
static void read_directive(struct reader *reader, struct lvs_import_at at, const char *line, const char *text, size_t len)
{
	const struct directive *directive = NULL;
	const char *value = text, *end = text + len;
	char name[40];

	while (value < end && (isalnum((unsigned char)*value) || *value == '_'))
		value++;
	(void)snprintf(name, sizeof(name), "%.*s", (int)LVS_MIN(value - text, (ptrdiff_t)sizeof(name) - 1), text);
	for (size_t i = 0; i < ARRAY_LEN(directives); i++)
		if (!strcmp(directives[i].name, name) && directives[i].scope & (reader->inside ? VIRTUAL : GLOBAL))
			directive = &directives[i];
	while (value < end && isblank((unsigned char)*value))
		value++;
	if (!directive) {
		unknown(reader, at, line, text, name);
		return;
	}
	if (directive->how == GONE) {
		bad(reader, at, line, text, "%s: is no more; %s", name, directive->left);
		return;
	}
	if (value == end && !strcmp(name, "supervised")) {
		add_setting(reader, at, directive->name, "yes", 3);
		return;
	}
	if (value == end || *value != '=') {
		bad(reader, at, line, value, "%s: no \"=\" behind it", name);
		return;
	}
	value++;
	while (value < end && isblank((unsigned char)*value))
		value++;
	len = (size_t)(end - value);
	if (!is_valid(reader, at, line, directive, &value, &len))
		return;
	at.column = (unsigned int)(value - line) + 1;
	add_setting(reader, at, directive->name, value, len);
}

/* Return: whether the line is "virtual = ..." or "virtual6 = ..." */
static bool read_virtual(struct reader *reader, struct lvs_import_at at, const char *line, size_t len)
{
	const char *value = line + 7, *end = line + len;
	bool six;

	if (len < 8 || memcmp(line, "virtual", 7) != 0)
		return false;
	six = *value == '6';
	value += six;
	while (value < end && isblank((unsigned char)*value))
		value++;
	if (value == end || *value != '=')
		return false;
	value++;
	while (value < end && isblank((unsigned char)*value))
		value++;
	at.column = (unsigned int)(value - line) + 1;
	add_block(reader, at, value, six);
	reader->inside = true;
	reader->ended = 0;
	return true;
}

/* The length of a line without its comment and the blanks behind. */
static size_t measure(const char *line, bool inside)
{
	bool quoted = false;
	size_t n = 0;

	/* In a virtual service a '#' is a comment wherever it stands; elsewhere it may be part of a text. */
	for (; line[n] && (line[n] != '#' || (!inside && (quoted || (n && !isblank((unsigned char)line[n - 1]))))); n++)
		if (line[n] == '"')
			quoted = !quoted;
	while (n && isspace((unsigned char)line[n - 1]))
		n--;
	return n;
}

static void read_line(struct reader *reader, struct lvs_import_at at, char *line)
{
	const char *text = line;
	unsigned int indent = 0;

	for (; isblank((unsigned char)*text); text++)
		indent += *text == '\t' ? INDENT : 1;
	if (*text == '#')
		return;
	line[measure(line, reader->inside && indent >= INDENT)] = '\0';
	if (strlen(line) <= (size_t)(text - line)) {
		reader->ended = reader->inside ? at.line : reader->ended;
		reader->inside = false;
		return;
	}
	if (reader->inside && indent >= INDENT) {
		read_directive(reader, at, line, text, strlen(text));
		return;
	}
	reader->inside = false;
	if (indent && reader->ended)
		bad(reader, at, line, text, "an indented line that is of no virtual service; the empty line %u ended the last one",
		    reader->ended);
	else if (indent)
		bad(reader, at, line, text, "an indented line that is of no virtual service; those of one are indented by four "
		    "blanks or a tab, others not at all");
	else if (!read_virtual(reader, at, line, strlen(line)))
		read_directive(reader, at, line, line, strlen(line));
}

struct lvs_ldirectord_setting *lvs_ldirectord_find(const struct lvs_ldirectord_block *block, const char *name)
{
	for (size_t i = block->n; i > 0; i--)
		if (!strcmp(block->list[i - 1].name, name))
			return &block->list[i - 1];
	return NULL;
}

struct lvs_ldirectord_setting *lvs_ldirectord_setting(const struct lvs_ldirectord_place *place, const char *name)
{
	struct lvs_ldirectord_setting *setting = lvs_ldirectord_find(place->block, name);

	return setting ? setting : lvs_ldirectord_find(place->global, name);
}

const char *lvs_ldirectord_value(const struct lvs_ldirectord_place *place, const char *name, const char *otherwise)
{
	const struct lvs_ldirectord_setting *setting = lvs_ldirectord_setting(place, name);

	return setting ? setting->value : otherwise;
}

uint32_t lvs_ldirectord_number(const struct lvs_ldirectord_place *place, const char *name, uint32_t max, uint32_t otherwise)
{
	const struct lvs_ldirectord_setting *setting = lvs_ldirectord_setting(place, name);
	unsigned long long number;

	if (!setting)
		return otherwise;
	number = strtoull(setting->value, NULL, 10);
	if (number <= max)
		return (uint32_t)number;
	lvs_import_note(place->import, LVS_IMPORT_APPROXIMATED, setting->at, "%s = %s: %u, the greatest there is", name,
			setting->value, max);
	return max;
}

void lvs_ldirectord_note(struct lvs_import *import, enum lvs_import_kind kind, struct lvs_ldirectord_setting *setting,
			 const char *text)
{
	bool secret = !strcmp(setting->name, "passwd") || !strcmp(setting->name, "secret");
	const char *is = secret ? "" : " = ", *value = secret ? "" : setting->value;

	lvs_import_note(import, kind, setting->at, "%s%s%s: %s", setting->name, is, value, text);
	if (kind != LVS_IMPORT_LEFT || setting->left)
		return;
	setting->left = true;
	lvs_import_line(import, "%s:%u: %s%s%s: %s", setting->at.file, setting->at.line, setting->name, is, value, text);
}

/* What lvs.conf has nothing for, wherever it stands. */
static void note_left(struct lvs_import *import, const struct lvs_ldirectord_block *block)
{
	for (size_t i = 0; i < block->n; i++)
		for (size_t j = 0; j < ARRAY_LEN(directives); j++)
			if (directives[j].left && !strcmp(block->list[i].name, directives[j].name))
				lvs_ldirectord_note(import, LVS_IMPORT_LEFT, &block->list[i], directives[j].left);
}

static void fini(struct reader *reader)
{
	for (size_t i = 0; i < reader->n; i++) {
		for (size_t j = 0; j < reader->blocks[i].n; j++)
			free(reader->blocks[i].list[j].value);
		free(reader->blocks[i].list);
		free(reader->blocks[i].value);
	}
	free(reader->blocks);
}

void lvs_import_ldirectord(struct lvs_import *import, const char *path, const char *text, size_t len)
{
	struct lvs_import_text lines = { .at.file = path, .text = text, .len = len };
	struct reader reader = { .import = import };

	/* What some editors put in front. */
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		lines.from = 3;
	add_block(&reader, lines.at, NULL, false);
	for (char *line; (line = lvs_import_line_next(import, &lines)); free(line))
		read_line(&reader, lines.at, line);
	for (size_t i = 0; i < reader.n && !import->failed; i++) {
		struct lvs_ldirectord_place place = { .import = import, .global = &reader.blocks[0], .block = &reader.blocks[i] };

		if (i)
			lvs_ldirectord_service(&place);
		note_left(import, &reader.blocks[i]);
	}
	fini(&reader);
}
