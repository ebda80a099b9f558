/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONF_VALUE_H
#define LVS_CONF_VALUE_H

#include "conf/errors.h"
#include "conf/keys.h"
#include "conf/scan.h"

/**
 * struct lvs_conf_reader - what reading needs
 * @text:	the text the nodes stand in
 */
struct lvs_conf_reader {
	const char *text;
	const struct lvs_conf_scan *scan;
	struct lvs_conf_errors *errors;
};

/**
 * lvs_conf_value_read() - put one plain value (BOOL to INTERFACES) into its member
 * @base:	the struct; untouched where the value is refused, which is reported
 */
void lvs_conf_value_read(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
			 const struct lvs_conf_node *node, void *base);

/* Whether @node is of @kind. If not, that is reported: "key" takes what @takes says. A BAD one was reported before. */
bool lvs_conf_value_is(const struct lvs_conf_reader *reader, const struct lvs_conf_key *key,
		       const struct lvs_conf_node *node, enum lvs_conf_node_kind kind, const char *takes);

#endif
