/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A first look at the text, before libconfig has it: the place of each setting and value, numbers as they are written
 * rather than as an int would hold them, settings given twice, and syntax errors with their column.
 */
#ifndef LVS_CONF_SCAN_H
#define LVS_CONF_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/errors.h"

struct config_setting_t;

enum lvs_conf_node_kind {
	LVS_CONF_NODE_NUMBER,
	LVS_CONF_NODE_FLOAT,
	LVS_CONF_NODE_BOOL,
	LVS_CONF_NODE_STRING,
	LVS_CONF_NODE_ARRAY,
	LVS_CONF_NODE_LIST,
	LVS_CONF_NODE_GROUP,
	LVS_CONF_NODE_BAD,	/* already reported; stands for a 0 in the repaired text */
};

/**
 * struct lvs_conf_node - one value, and the name in front of it
 * @name:	where the name stands; line 0 for elements of lists and arrays, and for the root
 * @name_len:	bytes
 * @value:	where the value starts
 * @value_len:	NUMBER, BAD: bytes
 * @number:	NUMBER: as written; what does not fit is INT64_MAX or INT64_MIN
 * @is_long:	NUMBER: written with an L, which is another type to libconfig
 * @twice:	the group has the same name earlier; reported, and blanked in the repaired text
 * @nchildren:	ARRAY, LIST, GROUP
 * @first, @next: indices of nodes; 0: none
 * @setting:	what libconfig made of it, once it was asked
 */
struct lvs_conf_node {
	struct lvs_conf_where name;
	struct lvs_conf_where value;
	uint32_t name_len;
	uint32_t value_len;
	int64_t number;
	enum lvs_conf_node_kind kind;
	bool is_long;
	bool twice;
	uint32_t nchildren;
	uint32_t first;
	uint32_t next;
	const struct config_setting_t *setting;
};

/**
 * struct lvs_conf_scan - the tree of a text
 * @nodes:	@nodes[0] is the root group
 * @repaired:	the text for libconfig: NUL-terminated, ends in a newline (version 1.5 needs that after a comment), and
 *		with blanks in place of what was wrong but understood, so that the rest can be looked at too; a number that
 *		does not fit is a 0 there
 */
struct lvs_conf_scan {
	struct lvs_conf_node *nodes;
	size_t n;
	size_t size;
	char *repaired;
};

/**
 * lvs_conf_scan_init() - look at a text
 * @errors:	gets what is wrong; the tree may be whole nevertheless
 *
 * Return: 0 when there is a tree; -EINVAL when the text cannot be understood; -ENOMEM
 */
int lvs_conf_scan_init(const char *text, size_t len, struct lvs_conf_errors *errors, struct lvs_conf_scan *ret_scan);

void lvs_conf_scan_fini(struct lvs_conf_scan *scan);

#endif
