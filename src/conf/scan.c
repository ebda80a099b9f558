// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recursive descent over libconfig's grammar that keeps what libconfig forgets: columns, digits, second settings of a
 * name. Mistakes that leave no doubt about what comes next (a word without quotes, a comma too many) are reported and
 * mended in a copy, so that libconfig gets something it can read and one look at the file finds them all. The limits on
 * depth and size keep libconfig, which recurses and searches linearly, away from texts that nobody means.
 */
#include "conf/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/token.h"

#define DEPTH_MAX 16
#define SETTINGS_MAX 64		/* of one group; more than there are keys */
/* Twice what any key takes: those have an error that names them (parse.c). */
#define ELEMENTS_MAX 131072
#define NODES_MAX (4u << 20)

struct scanner {
	struct lvs_conf_lexer lexer;
	struct lvs_conf_token token;	/* the one looked at */
	struct lvs_conf_token before;	/* the one in front of it */
	struct lvs_conf_scan *scan;
	struct lvs_conf_errors *errors;
	unsigned int depth;
};

static int value(struct scanner *s, uint32_t node);

static void step(struct scanner *s)
{
	s->before = s->token;
	s->token = lvs_conf_lexer_next(&s->lexer);
}

static void blank(struct scanner *s, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (s->scan->repaired[i] != '\n')
			s->scan->repaired[i] = ' ';
}

/* What stands in the way, as a word for messages. */
static const char *found(const struct scanner *s, char *buf, size_t size)
{
	int len = s->token.len < 32 ? (int)s->token.len : 32;

	if (s->token.kind == LVS_CONF_TOKEN_END)
		return "the end of the file";
	if (s->token.kind == LVS_CONF_TOKEN_STRING)
		return "a string";
	(void)snprintf(buf, size, "\"%.*s\"", len, s->lexer.text + s->token.where.offset);
	return buf;
}

static int expected(struct scanner *s, const char *what, const char *hint)
{
	char buf[48];

	if (s->token.kind != LVS_CONF_TOKEN_FATAL)
		lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->token.where, hint, "%s expected, not %s", what,
				    found(s, buf, sizeof(buf)));
	return -EINVAL;
}

static int too_many(struct scanner *s, const char *what, unsigned int limit)
{
	lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->token.where, NULL, "more than %u %s", limit, what);
	return -EINVAL;
}

/* A new last child of @parent; @last: its last one so far, 0 for none. */
static int add_node(struct scanner *s, uint32_t parent, uint32_t last, uint32_t *ret_node)
{
	struct lvs_conf_scan *scan = s->scan;

	if (scan->n == NODES_MAX)
		return too_many(s, "values in one file", NODES_MAX);
	if (scan->n == scan->size) {
		size_t size = scan->size ? scan->size * 2 : 64;
		struct lvs_conf_node *nodes = realloc(scan->nodes, size * sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		scan->nodes = nodes;
		scan->size = size;
	}
	scan->nodes[scan->n] = (struct lvs_conf_node){ .kind = LVS_CONF_NODE_BAD };
	if (scan->n) {
		if (last)
			scan->nodes[last].next = (uint32_t)scan->n;
		else
			scan->nodes[parent].first = (uint32_t)scan->n;
		scan->nodes[parent].nchildren++;
	}
	*ret_node = (uint32_t)scan->n++;
	return 0;
}

static void find_twin(struct scanner *s, uint32_t group, uint32_t node)
{
	struct lvs_conf_node *nodes = s->scan->nodes;
	const char *text = s->lexer.text;

	for (uint32_t i = nodes[group].first; i != node; i = nodes[i].next) {
		char hint[48];

		if (nodes[i].name_len != nodes[node].name_len || nodes[i].twice ||
		    memcmp(text + nodes[i].name.offset, text + nodes[node].name.offset, nodes[node].name_len) != 0)
			continue;
		nodes[node].twice = true;
		(void)snprintf(hint, sizeof(hint), "the first one is in line %u", nodes[i].name.line);
		lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &nodes[node].name, hint, "\"%.*s\" is set twice",
				    (int)(nodes[node].name_len < 64 ? nodes[node].name_len : 64),
				    text + nodes[node].name.offset);
		return;
	}
}

/* @allowed: 1 after a setting, which may end in one. More are an error to libconfig. */
static void separators(struct scanner *s, unsigned int allowed)
{
	for (; s->token.kind == ';' || s->token.kind == ','; step(s)) {
		if (allowed) {
			allowed--;
			continue;
		}
		lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->token.where, "remove it",
				    "\"%c\" without a setting in front of it", s->token.kind);
		blank(s, s->token.where.offset, s->token.where.offset + 1);
	}
}

static int setting(struct scanner *s, uint32_t group, uint32_t *last)
{
	struct lvs_conf_token key = s->token;
	char what[80], hint[96];
	int len = key.len < 32 ? (int)key.len : 32;
	uint32_t node;
	int err;

	err = add_node(s, group, *last, &node);
	if (err < 0)
		return err;
	*last = node;
	s->scan->nodes[node].name = key.where;
	s->scan->nodes[node].name_len = key.len;
	find_twin(s, group, node);
	step(s);
	if (s->token.kind != '=' && s->token.kind != ':') {
		(void)snprintf(what, sizeof(what), "\"=\" after \"%.*s\"", len, s->lexer.text + key.where.offset);
		(void)snprintf(hint, sizeof(hint), "%.*s = value;", len, s->lexer.text + key.where.offset);
		return expected(s, what, hint);
	}
	step(s);
	err = value(s, node);
	if (err < 0)
		return err;
	if (s->scan->nodes[node].twice)
		blank(s, key.where.offset, s->before.where.offset + s->before.len);
	/* The separator of a blanked setting would be one without a setting. */
	if (s->scan->nodes[node].twice && (s->token.kind == ';' || s->token.kind == ','))
		blank(s, s->token.where.offset, s->token.where.offset + 1);
	separators(s, 1);
	return 0;
}

/* @open: the "{", NULL for the root */
static int settings(struct scanner *s, uint32_t group, const struct lvs_conf_token *open)
{
	uint32_t last = 0;
	int err;

	separators(s, 0);
	for (;;) {
		if (s->token.kind == (open ? '}' : LVS_CONF_TOKEN_END)) {
			step(s);
			return 0;
		}
		if (open && s->token.kind == LVS_CONF_TOKEN_END) {
			lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &open->where, NULL, "\"{\" is never closed");
			return -EINVAL;
		}
		if (!open && strchr("}])", s->token.kind < 256 ? s->token.kind : ' ')) {
			lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->token.where, NULL, "\"%c\" closes nothing",
					    s->token.kind);
			return -EINVAL;
		}
		if (s->token.kind != LVS_CONF_TOKEN_NAME)
			return expected(s, "the name of a setting", NULL);
		if (s->scan->nodes[group].nchildren == SETTINGS_MAX)
			return too_many(s, "settings in one group", SETTINGS_MAX);
		err = setting(s, group, &last);
		if (err < 0)
			return err;
	}
}

static bool same_type(const struct lvs_conf_node *a, const struct lvs_conf_node *b)
{
	if (a->kind == LVS_CONF_NODE_BAD || b->kind == LVS_CONF_NODE_BAD)
		return true;
	return a->kind == b->kind && a->is_long == b->is_long;
}

/* Lists and arrays. @close: ")" or "]" */
static int elements(struct scanner *s, uint32_t parent, const struct lvs_conf_token *open, int close)
{
	uint32_t last = 0, node;
	int err;

	while (s->token.kind != close) {
		if (s->token.kind == LVS_CONF_TOKEN_END) {
			lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &open->where, NULL, "\"%c\" is never closed",
					    open->kind);
			return -EINVAL;
		}
		if (close == ']' && strchr("([{", s->token.kind < 256 ? s->token.kind : ' '))
			return expected(s, "a plain value", "lists of groups stand in ( )");
		if (s->scan->nodes[parent].nchildren == ELEMENTS_MAX)
			return too_many(s, "elements in one list", ELEMENTS_MAX);
		err = add_node(s, parent, last, &node);
		if (err == 0)
			err = value(s, node);
		if (err < 0)
			return err;
		if (close == ']' && last && !same_type(&s->scan->nodes[last], &s->scan->nodes[node]))
			lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->scan->nodes[node].value,
					    "lists of mixed values stand in ( )", "array of values of several types");
		last = node;
		if (s->token.kind == close)
			break;
		if (s->token.kind != ',')
			return expected(s, close == ')' ? "\",\" or \")\"" : "\",\" or \"]\"",
					"elements are separated by commas");
		step(s);
		if (s->token.kind == close) {
			lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->before.where, "remove it",
					    "\",\" without an element after it");
			blank(s, s->before.where.offset, s->before.where.offset + 1);
		}
	}
	step(s);
	return 0;
}

static int aggregate(struct scanner *s, uint32_t node)
{
	struct lvs_conf_token open = s->token;
	int err;

	if (s->depth == DEPTH_MAX) {
		lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &open.where, NULL, "nested deeper than %u", DEPTH_MAX);
		return -EINVAL;
	}
	s->depth++;
	step(s);
	if (open.kind == '{') {
		s->scan->nodes[node].kind = LVS_CONF_NODE_GROUP;
		err = settings(s, node, &open);
	} else if (open.kind == '(') {
		s->scan->nodes[node].kind = LVS_CONF_NODE_LIST;
		err = elements(s, node, &open, ')');
	} else {
		s->scan->nodes[node].kind = LVS_CONF_NODE_ARRAY;
		err = elements(s, node, &open, ']');
	}
	s->depth--;
	return err;
}

/* In the repaired text, the token is a plain 0. */
static void stand_in(struct scanner *s)
{
	blank(s, s->token.where.offset, s->token.where.offset + s->token.len);
	s->scan->repaired[s->token.where.offset] = '0';
}

/* A word or number that is no value: reported, and a 0 put in its place. */
static void misfit(struct scanner *s)
{
	const char *text = s->lexer.text + s->token.where.offset;
	const char *hint = "strings stand in quotes; truth is true or false";
	int len;

	lvs_conf_lexer_extend(&s->lexer, &s->token);
	len = s->token.len < 64 ? (int)s->token.len : 64;
	if (s->token.kind == LVS_CONF_TOKEN_MALFORMED) {
		hint = "strings, and so addresses, stand in quotes";
		if (lvs_conf_token_digits(text, s->token.len) == s->token.len)
			hint = "write it without the leading zero";
	}
	lvs_conf_errors_add(s->errors, LVS_CONF_ERROR, &s->token.where, hint, "\"%.*s\" is not a value", len, text);
	stand_in(s);
}

static int value(struct scanner *s, uint32_t index)
{
	struct lvs_conf_node *node = &s->scan->nodes[index];

	node->value = s->token.where;
	node->value_len = s->token.len;
	switch (s->token.kind) {
	case '{':
	case '(':
	case '[':
		return aggregate(s, index);
	case LVS_CONF_TOKEN_NUMBER:
		node->kind = LVS_CONF_NODE_NUMBER;
		node->number = lvs_conf_token_number(s->lexer.text + node->value.offset, node->value_len,
						     &node->is_long);
		/* Out of every range: version 1.5 makes something up, 1.7 calls the whole file wrong. */
		if (node->number == INT64_MAX || node->number == INT64_MIN)
			stand_in(s);
		break;
	case LVS_CONF_TOKEN_FLOAT:
		node->kind = LVS_CONF_NODE_FLOAT;
		break;
	case LVS_CONF_TOKEN_BOOL:
		node->kind = LVS_CONF_NODE_BOOL;
		break;
	case LVS_CONF_TOKEN_STRING:
		node->kind = LVS_CONF_NODE_STRING;
		/* Neighbouring strings are one value. */
		while (s->token.kind == LVS_CONF_TOKEN_STRING)
			step(s);
		return 0;
	case LVS_CONF_TOKEN_NAME:
	case LVS_CONF_TOKEN_MALFORMED:
		misfit(s);
		node->value_len = s->token.len;
		break;
	default:
		return expected(s, "a value", NULL);
	}
	step(s);
	return 0;
}

static int find_nul(const char *text, size_t len, struct lvs_conf_errors *errors)
{
	const char *nul = memchr(text, '\0', len);
	struct lvs_conf_where where = { .line = 1 };

	if (!nul)
		return 0;
	where.offset = (uint32_t)(nul - text);
	for (const char *p = text; (p = memchr(p, '\n', (size_t)(nul - p))); p++)
		where.line++;
	lvs_conf_errors_add(errors, LVS_CONF_ERROR, &where, "is this a text file?", "there is a NUL byte");
	return -EINVAL;
}

int lvs_conf_scan_init(const char *text, size_t len, struct lvs_conf_errors *errors, struct lvs_conf_scan *ret_scan)
{
	struct lvs_conf_scan scan = { .n = 0 };
	struct scanner s = { .scan = &scan, .errors = errors };
	uint32_t root;
	int err;

	assert(len <= LVS_CONF_FILE_BYTES_MAX);
	err = find_nul(text, len, errors);
	if (err < 0)
		return err;
	scan.repaired = malloc(len + 2);
	err = scan.repaired ? add_node(&s, 0, 0, &root) : -ENOMEM;
	if (err < 0)
		goto fail;
	if (len)
		memcpy(scan.repaired, text, len);
	scan.repaired[len] = '\n';
	scan.repaired[len + 1] = '\0';
	s.lexer = (struct lvs_conf_lexer){ .text = text, .len = (uint32_t)len, .line = 1, .errors = errors };
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		blank(&s, 0, 3);
		s.lexer.at = 3;
	}
	scan.nodes[root].kind = LVS_CONF_NODE_GROUP;
	step(&s);
	err = settings(&s, root, NULL);
	if (err < 0)
		goto fail;
	*ret_scan = scan;
	return 0;
fail:
	lvs_conf_scan_fini(&scan);
	return err;
}

void lvs_conf_scan_fini(struct lvs_conf_scan *scan)
{
	free(scan->nodes);
	free(scan->repaired);
	*scan = (struct lvs_conf_scan){ .n = 0 };
}
