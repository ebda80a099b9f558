// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keepalived reads lines. A line loses its comment (# or ! outside of quotation marks), is dropped if it begins with an
 * "@id" of another machine, defines a name ("$NAME=value", going on where a line ends in a backslash), or has the names in
 * it replaced; a value of several lines becomes as many. Then it is cut into words and braces: a brace belongs to
 * the statement before it, on the same line or an earlier one.
 *
 * What is read may be anything: files, their depth, the bytes that definitions grow to, and the nesting of braces all have limits.
 */
#include "lvsctl/import/keepalived_tree.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "conf/load.h"

#define DEPTH_MAX 16
#define FILES_MAX 1000
#define NAMES_MAX 1000
#define TEXT_BYTES_MAX (16u << 20)
#define LINE_BYTES_MAX 65536u

struct name {
	char *name;
	char *value;
};

struct lvs_keepalived_tree {
	struct lvs_import *import;
	struct lvs_keepalived_node *root;
	char *config_id;
	size_t nfiles;
	char *files[FILES_MAX];
	size_t nnames;
	struct name names[NAMES_MAX];
	size_t bytes;
	const char *chain[DEPTH_MAX + 1];	/* the files that include each other */
	/* the open blocks, and the last statement of each */
	struct lvs_keepalived_node *open[DEPTH_MAX];
	struct lvs_keepalived_node *last[DEPTH_MAX];
	size_t depth;
	bool pending;	/* the last statement may still get a brace */
};

static void free_nodes(struct lvs_keepalived_node *node)
{
	while (node) {
		struct lvs_keepalived_node *next = node->next;

		free_nodes(node->children);
		free(node->words[0]);
		free(node);
		node = next;
	}
}

void lvs_keepalived_free(struct lvs_keepalived_tree *tree)
{
	if (!tree)
		return;
	free_nodes(tree->root);
	for (size_t i = 0; i < tree->nfiles; i++)
		free(tree->files[i]);
	for (size_t i = 0; i < tree->nnames; i++) {
		free(tree->names[i].name);
		free(tree->names[i].value);
	}
	free(tree->config_id);
	free(tree);
}

const struct lvs_keepalived_node *lvs_keepalived_root(const struct lvs_keepalived_tree *tree)
{
	return tree->root;
}

const struct lvs_keepalived_node *lvs_keepalived_child(const struct lvs_keepalived_node *node, const char *name)
{
	for (const struct lvs_keepalived_node *child = node ? node->children : NULL; child; child = child->next)
		if (!strcmp(lvs_keepalived_word(child, 0), name))
			return child;
	return NULL;
}

const char *lvs_keepalived_word(const struct lvs_keepalived_node *node, size_t i)
{
	return i < node->nwords ? node->words[i] : "";
}

char *lvs_keepalived_text(const struct lvs_keepalived_node *node, char *buf, size_t size)
{
	size_t at = 0;

	*buf = '\0';
	for (size_t i = 0; i < node->nwords && at < size; i++)
		at += (size_t)snprintf(buf + at, size - at, "%s%s", i ? " " : "", node->words[i]);
	return buf;
}

static void add_statement(struct lvs_keepalived_tree *tree, struct lvs_import_at at, const char *words, size_t bytes, size_t n)
{
	struct lvs_keepalived_node *node = calloc(1, sizeof(*node));
	char *copy = malloc(bytes ? bytes : 1);

	if (!node || !copy) {
		free(node);
		free(copy);
		tree->import->failed = true;
		return;
	}
	memcpy(copy, words, bytes);
	node->at = at;
	node->nwords = n;
	for (size_t i = 0; i < n; i++, copy += strlen(copy) + 1)
		node->words[i] = copy;
	if (tree->last[tree->depth])
		tree->last[tree->depth]->next = node;
	else if (tree->depth)
		tree->open[tree->depth]->children = node;
	else
		tree->root = node;
	tree->last[tree->depth] = node;
	tree->pending = true;
}

static void open_block(struct lvs_keepalived_tree *tree, struct lvs_import_at at)
{
	struct lvs_keepalived_node *node = tree->last[tree->depth];

	if (!node || !tree->pending || tree->depth + 1 == DEPTH_MAX) {
		lvs_import_bad(tree->import, at, tree->depth + 1 == DEPTH_MAX ? "blocks inside of too many blocks"
									      : "a '{' that begins nothing");
		return;
	}
	node->block = true;
	tree->pending = false;
	tree->depth++;
	tree->open[tree->depth] = node;
	tree->last[tree->depth] = NULL;
}

static void close_block(struct lvs_keepalived_tree *tree, struct lvs_import_at at)
{
	if (!tree->depth) {
		lvs_import_bad(tree->import, at, "a '}' that ends nothing");
		return;
	}
	tree->depth--;
	tree->pending = false;
}

/* One word. Return: what is behind it; @*to moves behind the NUL of its copy */
static const char *take_word(struct lvs_keepalived_tree *tree, struct lvs_import_at at, const char *from, char **to)
{
	char quote = '\0';

	for (; *from && (quote || !strchr(" \t\r\v\f{}", *from)); from++) {
		if (*from == '\\' && quote == '"' && from[1])
			*(*to)++ = *++from;
		else if (quote ? *from == quote : *from == '"' || *from == '\'')
			quote = quote ? '\0' : *from;
		else
			*(*to)++ = *from;
	}
	if (quote)
		lvs_import_bad(tree->import, at, "a quotation mark that does not end");
	*(*to)++ = '\0';
	return from;
}

/* One line without its comment, definitions filled in. @words: room for it, with a NUL behind each of its words */
static void take_line(struct lvs_keepalived_tree *tree, struct lvs_import_at at, const char *line, char *words)
{
	char *to = words;
	size_t n = 0;

	for (const char *from = line;;) {
		from += strspn(from, " \t\r\v\f");
		if (*from && *from != '{' && *from != '}') {
			if (n++ == LVS_KEEPALIVED_WORDS_MAX) {
				lvs_import_bad(tree->import, at, "more words than any statement has");
				return;
			}
			from = take_word(tree, at, from, &to);
			continue;
		}
		if (n)
			add_statement(tree, at, words, (size_t)(to - words), n);
		to = words;
		n = 0;
		if (*from == '{')
			open_block(tree, at);
		else if (*from == '}')
			close_block(tree, at);
		else
			return;
		from++;
	}
}

/* Cuts off what is a comment. */
static void strip(char *line)
{
	char quote = '\0';

	for (; *line; line++) {
		if (quote) {
			if (*line == '\\' && line[1])
				line++;
			else if (*line == quote)
				quote = '\0';
		} else if (*line == '"') {
			quote = *line;
		} else if (*line == '#' || *line == '!') {
			*line = '\0';
			return;
		}
	}
}

static size_t name_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

static const char *look_up(const struct lvs_keepalived_tree *tree, const char *name, size_t len)
{
	for (size_t i = tree->nnames; i > 0; i--)
		if (strlen(tree->names[i - 1].name) == len && !memcmp(tree->names[i - 1].name, name, len))
			return tree->names[i - 1].value;
	return NULL;
}

static void define(struct lvs_keepalived_tree *tree, const char *name, size_t len, const char *value)
{
	struct name *entry = &tree->names[tree->nnames];

	if (tree->nnames == NAMES_MAX) {
		tree->import->failed = true;
		return;
	}
	*entry = (struct name){ strndup(name, len), strdup(value) };
	tree->nnames++;
	if (!entry->name || !entry->value)
		tree->import->failed = true;
}

/*
 * Return: from malloc(), the line with its names replaced, also those inside of values; NULL without memory
 */
static char *substitute(struct lvs_keepalived_tree *tree, struct lvs_import_at at, const char *line)
{
	char *text = malloc(strlen(line) + 1), *at_name;
	size_t done = 0;
	unsigned int left = 1000;

	if (text)
		strcpy(text, line);
	while (text && (at_name = strchr(text + done, '$'))) {
		bool braces = at_name[1] == '{';
		const char *name = at_name + 1 + braces, *value;
		size_t len = name_length(name), before = (size_t)(at_name - text), behind;
		char *larger;

		value = len ? look_up(tree, name, len) : NULL;
		if (!value || (braces && name[len] != '}')) {
			if (len)
				lvs_import_note(tree->import, LVS_IMPORT_LEFT, at,
						"$%.*s: not defined, left as it stands", (int)len, name);
			done = before + 1;
			continue;
		}
		behind = (size_t)(name - text) + len + braces;
		if (before + strlen(value) + strlen(text + behind) >= LINE_BYTES_MAX || !left--) {
			lvs_import_bad(tree->import, at, "definitions make a line that is too long");
			break;
		}
		if (asprintf(&larger, "%.*s%s%s", (int)before, text, value, text + behind) < 0)
			larger = NULL;
		free(text);
		text = larger;
		done = before;
	}
	if (!text)
		tree->import->failed = true;
	return text;
}

static void read_text(struct lvs_keepalived_tree *tree, const char *file, char *text, size_t len, unsigned int depth);

/* Return: 0 or -Exxx */
static int read_file(struct lvs_keepalived_tree *tree, const char *path, unsigned int depth)
{
	char *name, *text;
	size_t len;
	int err;

	if (tree->nfiles == FILES_MAX)
		return -EMFILE;
	err = lvs_conf_read_file(path, TEXT_BYTES_MAX, &text, &len);
	if (err)
		return err;
	name = strdup(path);
	tree->bytes += len;
	if (!name || tree->bytes > TEXT_BYTES_MAX) {
		free(name);
		free(text);
		return name ? -EFBIG : -ENOMEM;
	}
	tree->files[tree->nfiles++] = name;
	tree->chain[depth] = name;
	read_text(tree, name, text, len, depth);
	free(text);
	return 0;
}

static bool is_open(const struct lvs_keepalived_tree *tree, const char *path, unsigned int depth)
{
	for (unsigned int i = 0; i <= depth; i++)
		if (!strcmp(tree->chain[i], path))
			return true;
	return false;
}

static void include(struct lvs_keepalived_tree *tree, struct lvs_import_at at, const char *pattern, unsigned int depth)
{
	const char *slash = strrchr(at.file, '/');
	char path[4096];
	glob_t found;
	int err;

	if (depth == DEPTH_MAX) {
		lvs_import_bad(tree->import, at, "include %s: files inside of too many files", pattern);
		return;
	}
	if (*pattern == '/' || !slash)
		err = snprintf(path, sizeof(path), "%s", pattern);
	else
		err = snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - at.file), at.file, pattern);
	if (err >= (int)sizeof(path) || glob(path, GLOB_BRACE | GLOB_MARK, NULL, &found)) {
		lvs_import_note(tree->import, LVS_IMPORT_LEFT, at, "include %s: there is no such file", pattern);
		return;
	}
	lvs_import_note(tree->import, LVS_IMPORT_TRANSLATED, at, "include %s", pattern);
	for (size_t i = 0; i < found.gl_pathc && !tree->import->failed; i++) {
		if (!*found.gl_pathv[i] || found.gl_pathv[i][strlen(found.gl_pathv[i]) - 1] == '/')
			continue;
		err = is_open(tree, found.gl_pathv[i], depth) ? -ELOOP : read_file(tree, found.gl_pathv[i], depth + 1);
		if (err)
			lvs_import_bad(tree->import, at, "include %s: %s", found.gl_pathv[i],
				       err == -ELOOP ? "the file includes itself" : strerror(-err));
	}
	globfree(&found);
}

/* "include", and its variants, which differ in what is an error. Return: what is to be included, or NULL */
static char *include_pattern(char *line)
{
	static const char *const words[] = { "include", "includer", "includem", "includew", "includeb", "includea" };
	size_t len;

	line += strspn(line, " \t");
	len = strcspn(line, " \t");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], line, len) && line[len]) {
			line += len + strspn(line + len, " \t\"");
			line[strcspn(line, " \t\r\"")] = '\0';
			return *line ? line : NULL;
		}
	return NULL;
}

/* Takes a line that begins with "@id" or "@^id". Return: what is left of it, or NULL when it is for another machine */
static char *condition(const struct lvs_keepalived_tree *tree, char *line)
{
	bool other;
	size_t len;

	if (*line != '@')
		return line;
	line++;
	other = *line == '^';
	line += other;
	len = strcspn(line, " \t");
	if ((strlen(tree->config_id) == len && !memcmp(tree->config_id, line, len)) == other)
		return NULL;
	return line + len + strspn(line + len, " \t");
}

static void take_text(struct lvs_keepalived_tree *tree, struct lvs_import_at at, const char *line, unsigned int depth)
{
	char *text = substitute(tree, at, line), *save = NULL, *pattern;

	for (char *part = text ? strtok_r(text, "\n", &save) : NULL; part; part = strtok_r(NULL, "\n", &save)) {
		char *room;

		pattern = include_pattern(part);
		if (pattern) {
			include(tree, at, pattern, depth);
			continue;
		}
		room = malloc(strlen(part) * 2 + 2);
		if (!room) {
			tree->import->failed = true;
			break;
		}
		take_line(tree, at, part, room);
		free(room);
	}
	free(text);
}

/* Return: whether the line defines a name. A value that goes on takes further lines from @*next. */
static bool definition(struct lvs_keepalived_tree *tree, char *line, char **next, unsigned int *lines)
{
	size_t len = *line == '$' ? name_length(line + 1) : 0;
	char *value = line + 1 + len, *end;

	if (!len)
		return false;
	value += strspn(value, " \t");
	if (*value != '=')
		return false;
	value++;
	value += strspn(value, " \t");
	/* Lines are ended by NULs; where one ends in a backslash, its NUL becomes the line's end within the value. */
	for (;;) {
		end = value + strlen(value);
		while (end > value && strchr(" \t\r", end[-1]))
			end--;
		if (end == value || end[-1] != '\\' || !*next)
			break;
		memset(end - 1, ' ', strlen(end - 1));
		value[strlen(value)] = '\n';
		end = strchr(*next, '\n');
		if (end)
			*end = '\0';
		*next = end ? end + 1 : NULL;
		++*lines;
	}
	*end = '\0';
	define(tree, line + 1, len, value);
	return true;
}

static void read_text(struct lvs_keepalived_tree *tree, const char *file, char *text, size_t len, unsigned int depth)
{
	struct lvs_import_at at = { .file = file };
	char *copy = malloc(len + 1), *next = copy;

	if (!copy) {
		tree->import->failed = true;
		return;
	}
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (!copy[i])
			copy[i] = '?';
	while (next && !tree->import->failed) {
		char *line = next, *end = strchr(line, '\n');
		unsigned int more = 0;

		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		at.line++;
		line = condition(tree, line);
		if (line)
			line += strspn(line, " \t");
		if (!line)
			continue;
		strip(line);
		if (*line && !definition(tree, line, &next, &more))
			take_text(tree, at, line, depth);
		at.line += more;
	}
	free(copy);
}

struct lvs_keepalived_tree *lvs_keepalived_read(struct lvs_import *import, const char *path, const char *config_id)
{
	struct lvs_keepalived_tree *tree = calloc(1, sizeof(*tree));
	char host[256] = "";
	int err = -ENOMEM;

	if (!tree)
		return NULL;
	tree->import = import;
	if (!config_id && !gethostname(host, sizeof(host) - 1)) {
		host[strcspn(host, ".")] = '\0';
		config_id = host;
	}
	tree->config_id = strdup(config_id ? config_id : "");
	define(tree, "_HASH", 5, "#");
	define(tree, "_BANG", 5, "!");
	define(tree, "_INSTANCE", 9, "");
	if (tree->config_id && !import->failed)
		err = read_file(tree, path, 0);
	if (err) {
		lvs_keepalived_free(tree);
		errno = -err;
		return NULL;
	}
	if (tree->depth)
		lvs_import_bad(import, tree->open[tree->depth]->at, "a '{' that does not end");
	return tree;
}
