/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf as a tree of statements, with what it includes in place and its definitions filled in. */
#ifndef LVS_LVSCTL_IMPORT_KEEPALIVED_TREE_H
#define LVS_LVSCTL_IMPORT_KEEPALIVED_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "lvsctl/import/model.h"

#define LVS_KEEPALIVED_WORDS_MAX 64

/**
 * struct lvs_keepalived_node - a statement
 * @words:	its words, without quotation marks; all in one piece of memory
 * @children:	what stands in its braces, as a list
 */
struct lvs_keepalived_node {
	struct lvs_import_at at;
	size_t nwords;
	char *words[LVS_KEEPALIVED_WORDS_MAX];
	bool block;
	struct lvs_keepalived_node *children;
	struct lvs_keepalived_node *next;
};

struct lvs_keepalived_tree;

/**
 * lvs_keepalived_read() - a file, and those that it includes
 * @config_id:	for lines that begin with "@id"; NULL: the host's name
 *
 * What is wrong is noted in @import, and what can be read is.
 *
 * Return: the tree, also when something is wrong; NULL when the file cannot be read (errno says why), or without memory
 */
struct lvs_keepalived_tree *lvs_keepalived_read(struct lvs_import *import, const char *path, const char *config_id);
void lvs_keepalived_free(struct lvs_keepalived_tree *tree);

const struct lvs_keepalived_node *lvs_keepalived_root(const struct lvs_keepalived_tree *tree);

/* Return: the first statement of that word in the braces of @node, which may be NULL; or NULL */
const struct lvs_keepalived_node *lvs_keepalived_child(const struct lvs_keepalived_node *node, const char *name);

/* Return: the word at @i, or "" */
const char *lvs_keepalived_word(const struct lvs_keepalived_node *node, size_t i);

/* The words of a statement, for messages. Return: @buf */
char *lvs_keepalived_text(const struct lvs_keepalived_node *node, char *buf, size_t size);

#endif
