/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LVS_LVSCTL_IMPORT_IPVSADM_H
#define LVS_LVSCTL_IMPORT_IPVSADM_H

#include <stddef.h>

struct lvs_import;

/**
 * lvs_import_ipvsadm() - the rules that "ipvsadm -S" writes, or any other list of ipvsadm's commands
 * @path:	borrowed, for the notes
 * @text:	@len bytes, any
 *
 * Commands take effect one after the other, as "ipvsadm -R" has it, on tables that are empty at first.
 */
void lvs_import_ipvsadm(struct lvs_import *import, const char *path, const char *text, size_t len);

#endif
