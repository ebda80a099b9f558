/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that change services and servers, as requests of the API. */
#ifndef LVS_LVSADM_EDIT_H
#define LVS_LVSADM_EDIT_H

#include <jansson.h>
#include <stdbool.h>

#include "lvsadm/command.h"

/**
 * struct lvsadm_edit - one request
 * @method:	static
 * @path:	owned
 * @body:	owned, or NULL
 * @create:	only if there is none yet (If-None-Match: *)
 */
struct lvsadm_edit {
	const char *method;
	char *path;
	json_t *body;
	bool create;
};

/* Return: whether a command is one of those that change services or servers */
bool lvsadm_is_edit(enum lvsadm_kind kind);

/**
 * lvsadm_edit_new() - make the request of a command
 * @command:	for which lvsadm_is_edit()
 *
 * Everything that ipvsadm has a default for is said, so that no default of lvs.conf takes its place. What ipvsadm has no
 * word for is left as it is.
 *
 * Return: 0 or -ENOMEM
 */
int lvsadm_edit_new(const struct lvsadm_command *command, struct lvsadm_edit *ret_edit);

/* Takes zeros as well. */
void lvsadm_edit_fini(struct lvsadm_edit *edit);

/* lvsadm_edit_operation() - the request as one of a batch; Return: owned, or NULL when out of memory */
json_t *lvsadm_edit_operation(const struct lvsadm_edit *edit);

/* lvsadm_service_path() - the resource of a service; @tail: behind it, or NULL; Return: owned, or NULL */
char *lvsadm_service_path(const struct lvsadm_key *key, const char *tail);

#endif
