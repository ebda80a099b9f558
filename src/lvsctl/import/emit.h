/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the model to a text that lvsd takes. */
#ifndef LVS_LVSCTL_IMPORT_EMIT_H
#define LVS_LVSCTL_IMPORT_EMIT_H

#include <stddef.h>

#include "lvsctl/import/model.h"

/**
 * lvs_import_emit() - write lvs.conf, and make sure that lvsd takes it
 * @source:	what it was made from, for its first line
 * @ret_text:	from malloc(), ends in NUL
 *
 * What the checks of lvs.conf refuse is left out, innermost object first, with a note that says why.
 *
 * Return: 0; -EINVAL when what is refused is none of the objects, with a note; -ENOMEM
 */
int lvs_import_emit(struct lvs_import *import, const char *source, char **ret_text, size_t *ret_len);

/* A line "FILE:LINE: KIND: TEXT" for each note in the order of the source, and a sum. What is wrong may have a column. */
void lvs_import_report(struct lvs_import *import, const char *source, FILE *out);

#endif
