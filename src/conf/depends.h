/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which services need which others, with the names resolved. */
#ifndef LVS_CONF_DEPENDS_H
#define LVS_CONF_DEPENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lvs_conf;

/**
 * struct lvs_conf_needs - of all services of a configuration, by where they stand there
 * @nservices:	of the configuration; 0 if none needs any, and the rest is then not there
 * @first:	service i needs those at @needs from @first[i] to before @first[i + 1], in the order of its list
 * @needed:	is it needed by any?
 * @order:	all that need any, behind those of them that they need; @norder of them
 */
struct lvs_conf_needs {
	size_t nservices, norder;
	uint32_t *first, *needs, *order;
	bool *needed;
};

/**
 * lvs_conf_needs_init() - resolve the names of a configuration that lvs_conf_check() found nothing wrong with
 *
 * Return: 0 or -ENOMEM
 */
int lvs_conf_needs_init(const struct lvs_conf *conf, struct lvs_conf_needs *ret_needs);

/* @needs: may be all zeros */
void lvs_conf_needs_fini(struct lvs_conf_needs *needs);

/* Return: how many @service needs; @ret_list: borrowed */
size_t lvs_conf_needs_of(const struct lvs_conf_needs *needs, size_t service, const uint32_t **ret_list);

/* Is there anything that it needs, or anybody who needs it? */
bool lvs_conf_needs_concern(const struct lvs_conf_needs *needs, size_t service);

#endif
