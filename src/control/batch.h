/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_CONTROL_BATCH_H
#define LVS_CONTROL_BATCH_H

#include <jansson.h>

struct lvs_conf;
struct lvs_edit;

/**
 * lvs_batch_make() - { "operations": [ { "method": ..., "path": ..., "body": ..., "if_none_match": true }, ... ] }
 *
 * In any thread. Return: as lvs_edit_make()
 */
int lvs_batch_make(json_t *body, const struct lvs_conf *running, struct lvs_edit *edit, struct lvs_conf **ret_conf);

#endif
