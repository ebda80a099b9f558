// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each object begins on a line of its own, and so does each key that this version of lvs.conf may not have. Which lines
 * belong to what is kept, so that an error of the parser leads back to the smallest object that can be left out; then all
 * is written again, until nothing is refused any more. Each round leaves at least one object out, so there is an end.
 *
 * Values that are defaults are not written. Keys that are not (yet) in the tables of lvs.conf become comments.
 */
#include "lvsctl/import/emit.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/errors.h"
#include "conf/keys.h"
#include "conf/text.h"
#include "lvsctl/import/programs.h"
#include "sys/addrtext.h"

/* The lines @first to @last are of an object that can be left out. */
struct owner {
	unsigned int first, last;
	bool *left;
	bool whole;	/* a service or a server, of which a note says that it was translated */
	struct lvs_import_at at;
	char text[160];
};

struct emit {
	struct lvs_import *import;
	FILE *out;
	unsigned int line;
	size_t nowners;
	struct owner *owners;
	bool failed;
};

static void put(struct emit *emit, const char *text)
{
	for (const char *c = text; *c; c++)
		emit->line += *c == '\n';
	if (fputs(text, emit->out) < 0)
		emit->failed = true;
}

/* Return: its index, for end_owner() */
static size_t begin_owner(struct emit *emit, bool *left, struct lvs_import_at at, const char *text)
{
	struct owner *larger;

	if (!(emit->nowners & (emit->nowners - 1))) {
		larger = realloc(emit->owners, (emit->nowners ? emit->nowners * 2 : 1) * sizeof(*larger));
		if (!larger) {
			emit->failed = true;
			return 0;
		}
		emit->owners = larger;
	}
	emit->owners[emit->nowners] = (struct owner){ .first = emit->line, .last = emit->line, .left = left, .at = at };
	(void)snprintf(emit->owners[emit->nowners].text, sizeof(emit->owners->text), "%s", text);
	return emit->nowners++;
}

static void end_owner(struct emit *emit, size_t owner)
{
	if (owner < emit->nowners)
		emit->owners[owner].last = emit->line;
}

static const struct lvs_conf_key *find(const struct lvs_conf_group *group, const char *name)
{
	const struct lvs_conf_key *key = group ? lvs_conf_group_find(group, name) : NULL;

	return key && key->type != LVS_CONF_ABSENT ? key : NULL;
}

static void put_pair(struct emit *emit, const struct lvs_conf_group *group, struct lvs_import_pair *pair, const char *indent)
{
	char text[160];
	size_t owner;

	if (!pair->left && !find(group, pair->key)) {
		lvs_import_note(emit->import, LVS_IMPORT_LEFT, pair->at, "%s = %s: no key of this version, put out as a comment",
				pair->key, pair->value);
		pair->left = true;
	}
	(void)snprintf(text, sizeof(text), "%s = %s", pair->key, pair->value);
	owner = begin_owner(emit, &pair->left, pair->at, text);
	put(emit, indent);
	put(emit, pair->left ? "# " : "");
	put(emit, pair->key);
	put(emit, " = ");
	put(emit, pair->value);
	put(emit, ";");
	end_owner(emit, owner);
	put(emit, "\n");
}

static void put_key(struct emit *emit, const struct lvs_conf_key *key, const void *base)
{
	char value[LVS_CONF_VALUE_BYTES];

	put(emit, " ");
	put(emit, key->name);
	put(emit, " = ");
	put(emit, lvs_conf_key_format(key, base, value));
	put(emit, ";");
}

/* The values of a group that differ from @defaults, on one line. */
static void put_group(struct emit *emit, const struct lvs_conf_group *group, const void *base, const void *defaults)
{
	union {
		struct lvs_conf_service all;
		char bytes[sizeof(struct lvs_conf)];
	} inner;

	for (size_t i = 0; i < group->nkeys; i++) {
		const struct lvs_conf_key *key = &group->keys[i];

		if (key->type == LVS_CONF_LIST || key->type == LVS_CONF_ABSENT || lvs_conf_key_unset(key, base) ||
		    lvs_conf_key_equal(key, base, defaults))
			continue;
		if (key->type != LVS_CONF_GROUP) {
			put_key(emit, key, base);
			continue;
		}
		put(emit, " ");
		put(emit, key->name);
		put(emit, " = {");
		assert(key->group->size <= sizeof(inner));
		lvs_conf_group_defaults(key->group, &inner);
		put_group(emit, key->group, (const char *)base + key->offset, &inner);
		put(emit, " };");
	}
}

/* A check as a comment on one line. */
static void put_left_check(struct emit *emit, const struct lvs_import_pairs *check, const char *indent)
{
	put(emit, indent);
	put(emit, "# check = {");
	for (size_t i = 0; i < check->n; i++) {
		put(emit, " ");
		put(emit, check->list[i].key);
		put(emit, " = ");
		put(emit, check->list[i].value);
		put(emit, ";");
	}
	put(emit, " };\n");
}

/* One that lvs.conf has, on as many lines as it has keys, and one for each of its ends. @begin, @end: those */
static void put_check(struct emit *emit, struct lvs_import_pairs *check, const char *begin, const char *end, const char *indent)
{
	struct lvs_import_at at = check->list[0].at;
	size_t owner = begin_owner(emit, &check->left, at, "check");
	char inner[16];

	(void)snprintf(inner, sizeof(inner), "%s  ", indent);
	put(emit, indent);
	put(emit, begin);
	for (size_t i = 0; i < check->n; i++)
		put_pair(emit, &lvs_conf_check_group, &check->list[i], inner);
	put(emit, indent);
	put(emit, end);
	end_owner(emit, owner);
	put(emit, "\n");
}

/* Does this version know checks of its type? */
static bool is_known(const struct lvs_import_pairs *check)
{
	const struct lvs_conf_key *type = find(&lvs_conf_check_group, "type");
	const char *value = lvs_import_pair_find(check, "type");

	for (const struct lvs_conf_word *word = value ? type->words : NULL; word && word->text; word++)
		if (strlen(value) == strlen(word->text) + 2 && !memcmp(value + 1, word->text, strlen(word->text)))
			return true;
	return false;
}

/* Checks of a server, or of a service: one is a group, several are a list of groups. @name: whose they are */
static void put_checks(struct emit *emit, struct lvs_import_pairs *checks, size_t n, const char *name, const char *indent)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct lvs_import_pairs *check = &checks[i];

		if (!check->left && check->n && !is_known(check)) {
			lvs_import_note(emit->import, LVS_IMPORT_LEFT, check->list[0].at,
					"check of %s: this version has none of type %s, put out as a comment", name,
					lvs_import_pair_find(check, "type"));
			check->left = true;
		}
		if (check->left)
			put_left_check(emit, check, indent);
		kept += !check->left && check->n;
	}
	if (kept > 1) {
		put(emit, indent);
		put(emit, "checks = (\n");
	}
	for (size_t i = 0, seen = 0; i < n; i++) {
		if (checks[i].left || !checks[i].n)
			continue;
		if (kept == 1)
			put_check(emit, &checks[i], "check = {\n", "};", indent);
		else
			put_check(emit, &checks[i], "{\n", ++seen < kept ? "}," : "}", indent);
	}
	if (kept > 1) {
		put(emit, indent);
		put(emit, ");\n");
	}
}

static void put_server(struct emit *emit, const struct lvs_import_service *service, struct lvs_import_server *server, bool last)
{
	struct lvs_conf_server defaults;
	char text[LVS_ENDPOINT_TEXT_BYTES];
	size_t owner;

	lvs_endpoint_format(&server->conf.addr, server->conf.port, text);
	if (!*server->conf.name)
		(void)snprintf(server->conf.name, sizeof(server->conf.name), "%s", text);
	lvs_conf_group_defaults(&lvs_conf_server_group, &defaults);
	(void)snprintf(defaults.name, sizeof(defaults.name), "%s", text);
	defaults.forward = service->conf.forward;
	defaults.tunnel = service->conf.tunnel;
	if (service->conf.tunnel.on && !strcmp(server->conf.forward, "tunnel"))
		server->conf.tunnel.on = true;
	owner = begin_owner(emit, &server->left, server->at, text);
	if (owner < emit->nowners)
		emit->owners[owner].whole = true;
	put(emit, "      {");
	put_group(emit, &lvs_conf_server_group, &server->conf, &defaults);
	if (server->more.n || server->nchecks) {
		put(emit, "\n");
		for (size_t i = 0; i < server->more.n; i++)
			put_pair(emit, &lvs_conf_server_group, &server->more.list[i], "        ");
		put_checks(emit, server->checks, server->nchecks, server->conf.name, "        ");
		put(emit, "     ");
	}
	put(emit, last ? " }" : " },");
	end_owner(emit, owner);
	put(emit, "\n");
}

static void put_service(struct emit *emit, struct lvs_import_service *service, bool last)
{
	char text[LVS_CONF_SERVICE_TEXT_BYTES], name[LVS_CONF_NAME_BYTES];
	struct lvs_conf_service defaults;
	size_t owner, kept = 0;

	lvs_conf_service_name(&service->conf, name);
	lvs_conf_group_defaults(&lvs_conf_service_group, &defaults);
	(void)snprintf(defaults.name, sizeof(defaults.name), "%s", name);
	if (service->conf.mark)
		defaults.protocol = service->conf.protocol;
	if (!*service->conf.name)
		(void)snprintf(service->conf.name, sizeof(service->conf.name), "%s", name);
	owner = begin_owner(emit, &service->left, service->at, lvs_conf_service_text(&service->conf, text));
	if (owner < emit->nowners)
		emit->owners[owner].whole = true;
	put(emit, "  {");
	put_group(emit, &lvs_conf_service_group, &service->conf, &defaults);
	put(emit, "\n");
	for (size_t i = 0; i < service->more.n; i++)
		put_pair(emit, &lvs_conf_service_group, &service->more.list[i], "    ");
	put_checks(emit, service->checks, service->nchecks, service->conf.name, "    ");
	put(emit, "    servers: (\n");
	for (size_t i = 0; i < service->nservers; i++)
		kept += !service->servers[i].left;
	for (size_t i = 0; i < service->nservers; i++)
		if (!service->servers[i].left)
			put_server(emit, service, &service->servers[i], --kept == 0);
	put(emit, last ? "    ); }" : "    ); },");
	end_owner(emit, owner);
	put(emit, "\n");
}

/* All groups of the root that are no lists, where they say something. */
static void put_base(struct emit *emit, const struct lvs_conf *defaults)
{
	for (size_t i = 0; i < lvs_conf_root.nkeys; i++) {
		const struct lvs_conf_key *key = &lvs_conf_root.keys[i];
		const char *base = (const char *)emit->import->base + key->offset;

		if (key->type != LVS_CONF_GROUP || lvs_conf_key_unset(key, emit->import->base) ||
		    lvs_conf_key_equal(key, emit->import->base, defaults))
			continue;
		put(emit, key->name);
		put(emit, ": {");
		put_group(emit, key->group, base, (const char *)defaults + key->offset);
		put(emit, " };\n");
	}
}

static int write_all(struct emit *emit, const char *source)
{
	struct lvs_conf *defaults = lvs_conf_new();
	struct lvs_import *import = emit->import;
	size_t kept = 0;

	if (!defaults)
		return -ENOMEM;
	emit->nowners = 0;
	emit->line = 1;
	put(emit, "# Made by \"lvsctl import\" from ");
	for (const char *c = source; *c; c++)
		put(emit, *c == '\n' ? "?" : (char[2]){ *c, '\0' });
	put(emit, "; lvs.conf(5) describes it.\n");
	put_base(emit, defaults);
	lvs_conf_free(defaults);
	put(emit, "services: (\n");
	for (size_t i = 0; i < import->nservices; i++)
		kept += !import->services[i].left;
	for (size_t i = 0; i < import->nservices; i++)
		if (!import->services[i].left)
			put_service(emit, &import->services[i], --kept == 0);
	put(emit, ");\n");
	for (size_t i = 0; i < import->nlines; i++) {
		put(emit, "# ");
		put(emit, import->lines[i]);
		put(emit, "\n");
	}
	return emit->failed || import->failed ? -ENOMEM : 0;
}

/* What was translated is not, after all. @what: the end of the note's text */
static void take_back(struct lvs_import *import, const struct owner *owner, const char *what)
{
	for (size_t i = 0; i < import->nnotes; i++) {
		struct lvs_import_note *note = &import->notes[i];
		size_t len = strlen(note->text), n = strlen(what);

		if (note->kind != LVS_IMPORT_TRANSLATED || note->at.line != owner->at.line ||
		    strcmp(note->at.file, owner->at.file) != 0 || len < n || strcmp(note->text + len - n, what) != 0)
			continue;
		free(note->text);
		*note = import->notes[--import->nnotes];
		return;
	}
}

/* Return: whether something else is left out now */
static bool leave_out(struct emit *emit, const struct lvs_conf_error *error)
{
	struct owner *inner = NULL;

	for (size_t i = 0; i < emit->nowners; i++) {
		struct owner *owner = &emit->owners[i];

		if (owner->first <= error->line && error->line <= owner->last && (!inner || owner->first >= inner->first))
			inner = owner;
	}
	if (!inner || *inner->left)
		return inner != NULL;
	*inner->left = true;
	if (inner->whole) {
		take_back(emit->import, inner, "server");
		take_back(emit->import, inner, "service");
	}
	lvs_import_note(emit->import, LVS_IMPORT_LEFT, inner->at, "%s: %s%s%s", inner->text, error->message,
			*error->hint ? "; " : "", error->hint);
	return true;
}

/* Return: 0 when lvsd takes it, 1 when something was left out, -EINVAL, -ENOMEM */
static int examine(struct emit *emit, const char *text, size_t len)
{
	struct lvs_import_at nowhere = { .file = "lvs.conf" };
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	int err = lvs_conf_parse(text, len, "lvs.conf", &errors, &conf);

	if (!err) {
		lvs_conf_free(conf);
		return 0;
	}
	if (err != -EINVAL)
		return err;
	for (size_t i = 0; i < errors.n; i++) {
		if (errors.list[i].severity != LVS_CONF_ERROR || leave_out(emit, &errors.list[i]))
			continue;
		lvs_import_bad(emit->import, nowhere, "%s", errors.list[i].message);
		return -EINVAL;
	}
	return 1;
}

/* What all servers of a service have in common stands there once. */
static void factor_out(struct lvs_import_service *service)
{
	const struct lvs_conf_server *first = service->nservers ? &service->servers[0].conf : NULL;

	for (size_t i = 1; i < service->nservers; i++) {
		const struct lvs_conf_server *server = &service->servers[i].conf;

		if (strcmp(server->forward, first->forward) != 0 || server->tunnel.on != first->tunnel.on ||
		    (server->tunnel.on && (strcmp(server->tunnel.type, first->tunnel.type) != 0 ||
					   server->tunnel.port != first->tunnel.port || server->tunnel.csum != first->tunnel.csum)))
			return;
	}
	if (first) {
		service->conf.forward = first->forward;
		service->conf.tunnel = first->tunnel;
	}
}

static void note_pairs(struct lvs_import *import, const struct lvs_import_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n && !pairs->left; i++)
		if (!pairs->list[i].left)
			lvs_import_note(import, LVS_IMPORT_TRANSLATED, pairs->list[i].at, "%s = %s", pairs->list[i].key,
					pairs->list[i].value);
}

/* What is known to be taken now. */
static void note_all_pairs(struct lvs_import *import)
{
	for (size_t i = 0; i < import->nservices; i++) {
		const struct lvs_import_service *service = &import->services[i];

		if (service->left)
			continue;
		note_pairs(import, &service->more);
		for (size_t j = 0; j < service->nchecks; j++)
			note_pairs(import, &service->checks[j]);
		for (size_t j = 0; j < service->nservers; j++) {
			if (service->servers[j].left)
				continue;
			note_pairs(import, &service->servers[j].more);
			for (size_t k = 0; k < service->servers[j].nchecks; k++)
				note_pairs(import, &service->servers[j].checks[k]);
		}
	}
}

int lvs_import_emit(struct lvs_import *import, const char *source, char **ret_text, size_t *ret_len)
{
	struct emit emit = { .import = import };
	char *text;
	size_t len;
	int err;

	for (size_t i = 0; i < import->nservices; i++) {
		factor_out(&import->services[i]);
		lvs_import_share_checks(&import->services[i]);
	}
	lvs_import_hooks_finish(import);
	do {
		text = NULL;
		emit.out = open_memstream(&text, &len);
		if (!emit.out) {
			err = -ENOMEM;
			break;
		}
		err = write_all(&emit, source);
		if (fclose(emit.out) && !err)
			err = -ENOMEM;
		if (!err)
			err = examine(&emit, text, len);
		if (err)
			free(text);
	} while (err > 0);
	free(emit.owners);
	if (err)
		return err;
	note_all_pairs(import);
	*ret_text = text;
	*ret_len = len;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct lvs_import_note *x = a, *y = b;
	int order = strcmp(x->at.file, y->at.file);

	if (!order)
		order = (x->at.line > y->at.line) - (x->at.line < y->at.line);
	if (!order)
		order = (int)x->kind - (int)y->kind;
	if (!order)
		order = (x->at.column > y->at.column) - (x->at.column < y->at.column);
	return order ? order : strcmp(x->text, y->text);
}

void lvs_import_report(struct lvs_import *import, const char *source, FILE *out)
{
	static const char *const kinds[] = { "translated", "approximated", "left", "wrong" };
	size_t counts[4] = { 0, 0, 0, 0 };

	if (import->nnotes)
		qsort(import->notes, import->nnotes, sizeof(*import->notes), by_place);
	for (size_t i = 0; i < import->nnotes; i++) {
		const struct lvs_import_note *note = &import->notes[i];

		/* A statement that holds for several things is one line. */
		if (i && !by_place(note - 1, note))
			continue;
		fprintf(out, "%s:%u:", note->at.file, note->at.line);
		if (note->at.column && note->kind == LVS_IMPORT_WRONG)
			fprintf(out, "%u:", note->at.column);
		fprintf(out, " %s: %s\n", kinds[note->kind], note->text);
		counts[note->kind]++;
	}
	fprintf(out, "%s: %zu translated, %zu approximated, %zu left", source, counts[0], counts[1], counts[2]);
	if (counts[3])
		fprintf(out, ", %zu wrong", counts[3]);
	fputc('\n', out);
}
