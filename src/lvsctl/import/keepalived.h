/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keepalived.conf: virtual servers, their real servers and checks. What is of VRRP is left, and noted. */
#ifndef LVS_LVSCTL_IMPORT_KEEPALIVED_H
#define LVS_LVSCTL_IMPORT_KEEPALIVED_H

#include "lvsctl/import/keepalived_tree.h"

/**
 * lvs_import_keepalived() - a file, and those that it includes
 * @config_id:	as lvs_keepalived_read() has it
 * @ret_tree:	holds the names of the files that notes name; free it with lvs_keepalived_free(), after the import
 *
 * Return: 0, or -Exxx when the file cannot be read
 */
int lvs_import_keepalived(struct lvs_import *import, const char *path, const char *config_id,
			  struct lvs_keepalived_tree **ret_tree);

/**
 * struct lvs_keepalived_place - the virtual server that is being read
 * @root:	all blocks
 * @service:	what it becomes
 * @checks:	what its checks have that do not say
 * @weight:	of servers that do not say
 */
struct lvs_keepalived_place {
	struct lvs_import *import;
	const struct lvs_keepalived_node *root;
	struct lvs_import_service *service;
	struct lvs_import_pairs checks;
	uint32_t weight;
};

/* The statements in the braces of a virtual server. @place: with @import, @root, @service and its key filled in */
void lvs_keepalived_service(struct lvs_keepalived_place *place, const struct lvs_keepalived_node *node);

/**
 * lvs_keepalived_check() - a checker, and what all checkers have in common
 * @common:	what those of this server have that do not say
 *
 * Return: whether @node is one
 */
bool lvs_keepalived_check(struct lvs_keepalived_place *place, struct lvs_import_server *server,
			  const struct lvs_import_pairs *common, const struct lvs_keepalived_node *node);

/* A setting of checks wherever it stands: delay_loop, retry, connect_timeout, ... Return: whether @node is one */
bool lvs_keepalived_check_setting(struct lvs_import *import, struct lvs_import_pairs *pairs,
				  const struct lvs_keepalived_node *node);

/* Notes with the statement's words in front. */
void lvs_keepalived_done(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *as);
void lvs_keepalived_near(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *as);
void lvs_keepalived_left(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *why);
void lvs_keepalived_bad(struct lvs_import *import, const struct lvs_keepalived_node *node, const char *why);

#endif
